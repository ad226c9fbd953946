"""Text exports (CSV, TSV) to landed Parquet: every field as text, every row with its line.

DuckDB reads a well-formed file in parallel, and a row's line follows from its position. A file
with line breaks inside fields, ragged rows, blank rows, a total row or its header again goes
through Python's reader instead, which knows the line of each row.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import IO

import duckdb

from pipelines.errors import UserError
from pipelines.landing.detect import (
    DELIMITERS,
    MAX_FIELD,
    Dialect,
    Header,
    detect_dialect,
    find_header,
    head_rows,
    long_fields,
)
from pipelines.landing.file.encoding import Encoding, encoding_of, fault_in_utf8, write_utf8
from pipelines.landing.file.guard import MAX_LINE, line_too_long, one_line, require_columns
from pipelines.landing.norecord import (
    LABEL_ENDS,
    LABEL_HEADER,
    SUSPECT,
    label_columns,
    no_record,
)
from pipelines.landing.parquet import Landed
from pipelines.landing.rows import (
    FORCED,
    NOTHING_KEPT,
    LeftOut,
    filled,
    kept_columns,
    not_forced,
    titled,
    trimmed,
    write_numbered,
    wrongly_stated,
)
from pipelines.sources.headers import clean_header
from pipelines.warehouse.quoting import identifier, literal

_CHUNK = 1 << 22
# The longest line and the bytes read at once: small buffers are faster and take half the memory;
# large ones are for exports with letters in a field.
_BUFFERS = ((1 << 21, 8_000_000), (MAX_FIELD, 2 * MAX_FIELD))
_TAIL_BYTES = 1 << 14
_LAST_ROWS = 12
_FORCING = ("=", "'")
# Sums of groups stand behind the groups' names, in one of the first columns.
_GROUPS, _GROUP_ENDS = 4, ("计", "otal", "otals", "OTAL")
_MAX_ROW = 4 * MAX_LINE


@dataclass(frozen=True)
class _Layout:
    """Where the rows are. `head` are the rows of the header and `titles` those above it."""

    dialect: Dialect
    names: tuple[str, ...]
    header_line: int
    first_line: int
    head: tuple[tuple[str, ...], ...] = ()
    titles: tuple[tuple[str, ...], ...] = ()


def land_text(
    con: duckdb.DuckDBPyConnection,
    path: Path,
    known: set[str],
    target: Path,
    header: Sequence[str] | None = None,
    stated: str | None = None,
    kept: Mapping[str, Collection[str]] = NOTHING_KEPT,
) -> Landed:
    """Land one text file.

    Args:
        known: header names of the sources that may read it, to find the header row.
        target: the Parquet file to write.
        header: the names of the columns of a file without a header row; its data begins at line 1.
        stated: the encoding, where a person says it.
        kept: texts by header; a row that has one of them there is a record, whatever it says.

    Raises:
        UserError: the file is empty, no header row was found, a quote is never closed, or a line
            or the header is longer than any table's.
    """
    if path.stat().st_size == 0:
        raise UserError("the file is empty", 1)
    _require_lines(path)
    encoding = encoding_of(path, stated)
    recoded = target.with_suffix(".utf8")
    try:
        if encoding.name == "utf-8":
            layout = _layout(path, encoding, known, header)
            landed = _fast(con, path, layout, target)
            if landed is not None:
                return landed
            fault = fault_in_utf8(path, encoding)  # what is not UTF-8 may begin further down
            if fault is None:
                return _slow(con, path, layout, target, kept)
            encoding = fault
        layout = _layout(path, encoding, known, header)
        notes = write_utf8(path, encoding, recoded)
        landed = _fast(con, recoded, layout, target) or _slow(con, recoded, layout, target, kept)
        return replace(landed, notes={**notes, **landed.notes})
    finally:
        recoded.unlink(missing_ok=True)


def _require_lines(path: Path) -> None:
    """Refuse a file whose first line would fill the memory, before anything looks for a header."""
    with path.open("rb") as handle:
        seen = 0
        while chunk := handle.read(_CHUNK):
            if b"\n" in chunk or b"\r" in chunk:
                return
            seen += len(chunk)
            if seen > MAX_LINE:
                raise line_too_long(1)


def _layout(
    path: Path, encoding: Encoding, known: set[str], header: Sequence[str] | None
) -> _Layout:
    """Where the header stands, under the delimiter that gives the most known header names."""
    likely = detect_dialect(path, encoding)
    delimiters = (likely.delimiter, *(d for d in DELIMITERS if d != likely.delimiter))
    dialects = [replace(likely, delimiter=delimiter) for delimiter in delimiters]
    if header is not None:
        return _given_layout(path, dialects, tuple(header))
    best: _Layout | None = None
    best_known = 0
    for dialect in dialects:
        rows = head_rows(path, dialect)
        found = find_header([cells for _, cells in rows], known)
        if found is not None and found.known > best_known:
            best, best_known = _found_layout(dialect, rows, found), found.known
    if best is None:
        rows = head_rows(path, likely)
        first = next((c for _, c in rows if any(x.strip() for x in c)), [])
        seen = one_line(", ".join(cell.strip() for cell in first[:6]))
        raise UserError(f"no header row found; the first filled row reads: {seen}", 1)
    require_columns(best.names)
    return best


def _found_layout(dialect: Dialect, rows: list[tuple[int, list[str]]], header: Header) -> _Layout:
    line = rows[header.index][0]
    after = rows[header.index + 1][0] if header.index + 1 < len(rows) else line + 1
    top = header.index + 1 - header.height
    head = tuple(trimmed(cells) for _, cells in rows[top : header.index + 1])
    titles = tuple(cells for _, row in rows[:top] if (cells := filled(row)))
    return _Layout(dialect, header.names, line, after, head, titles)


def _given_layout(path: Path, dialects: list[Dialect], names: tuple[str, ...]) -> _Layout:
    """A file without a header: the delimiter under which most rows have as many fields as names."""
    best, most, width = dialects[0], 0, 0
    for dialect in dialects:
        rows = [cells for _, cells in head_rows(path, dialect) if any(c.strip() for c in cells)]
        fitting = sum(1 for cells in rows if len(cells) == len(names))
        if fitting > most:
            best, most = dialect, fitting
        width = width or max((len(cells) for cells in rows), default=0)
    if most == 0:
        raise UserError(
            f"the source names {len(names)} columns for this file without a header, "
            f"and its rows have {width}",
            1,
        )
    require_columns(names)
    return _Layout(best, names, 0, 1, (trimmed(names),))


def _regular_rows(path: Path, layout: _Layout) -> tuple[int, bool] | None:
    """Number of data rows when each stands on one line and none is a total; else `None`.

    Beside it whether cells may be forced to be text, `="00123"` or `'00123`.

    Equal only if DuckDB later finds the same number, so fields with line breaks cannot pass. Zero
    bytes, and lines too long to be held, are left to the other reader.
    """
    newlines = 0
    last = b""
    without_end = 0
    has_forced = False
    before = layout.dialect.delimiter.encode(), b"\n"
    apostrophe = [sign + quote + b"'" for sign in before for quote in (b"", b'"')]
    with path.open("rb") as handle:
        while chunk := handle.read(_CHUNK):
            found = chunk.count(b"\n")
            newlines += found
            without_end = 0 if found else without_end + len(chunk)
            if without_end > MAX_LINE or b"\0" in chunk:
                return None
            has_forced = has_forced or _has_forced(chunk, apostrophe)
            last = chunk
        handle.seek(max(0, handle.tell() - _TAIL_BYTES))
        tail = handle.read()
    lines = newlines + (0 if last.endswith(b"\n") else 1)
    text = tail.decode("utf-8", errors="replace").replace("\r\n", "\n").replace("\r", "\n")
    of_data = min(_LAST_ROWS, max(1, lines - (layout.first_line - 1)))
    last_rows = text.removesuffix("\n").split("\n")[-of_data:]
    for cells in csv.reader(last_rows, delimiter=layout.dialect.delimiter):
        if not any(cell.strip() for cell in cells) or no_record(cells) is not None:
            return None
    return max(0, lines - (layout.first_line - 1)), has_forced


def _has_forced(chunk: bytes, apostrophe: Sequence[bytes]) -> bool:
    """One sign is looked for first: that is ten times as fast, and most files have neither."""
    if b"'" in chunk and any(sign in chunk for sign in apostrophe):
        return True
    return b"=" in chunk and b'="' in chunk


def _fast(
    con: duckdb.DuckDBPyConnection, path: Path, layout: _Layout, target: Path
) -> Landed | None:
    """Let DuckDB read the file strictly; `None` when it is not regular after all."""
    regular = _regular_rows(path, layout)
    if regular is None:
        return None
    rows, has_forced = regular
    for longest_line, buffer in _BUFFERS:
        found = _copied(con, path, layout, target, longest_line, buffer, has_forced)
        if found is not None:
            break
    if found != rows or _has_rows_to_leave_out(con, layout, target):
        return None
    notes = {**titled(layout.titles), **wrongly_stated(layout.titles, rows)}
    return Landed(target, layout.names, rows, layout.first_line, notes)


def _copied(
    con: duckdb.DuckDBPyConnection,
    path: Path,
    layout: _Layout,
    target: Path,
    longest_line: int,
    buffer: int,
    has_forced: bool,
) -> int | None:
    """Rows that DuckDB copied; `None` when it cannot read the file strictly."""
    columns = ", ".join(f"{literal(name)}: 'varchar'" for name in layout.names)
    read = "*"
    if has_forced:
        read = f"regexp_replace(columns(*), {literal(f'^(?:{FORCED})$')}, '\\1\\2')"
    try:
        result = con.execute(
            f"copy (select {read} from read_csv({literal(str(path))}, header = false, "
            f"skip = {layout.first_line - 1}, delim = {literal(layout.dialect.delimiter)}, "
            f"""quote = '"', escape = '"', auto_detect = false, columns = {{{columns}}}, """
            f"strict_mode = true, max_line_size = {longest_line}, buffer_size = {buffer}, "
            f"compression = 'none')) "
            f"to {literal(str(target))} (format parquet, compression snappy)"
        ).fetchone()
    except (duckdb.Error, UnicodeDecodeError):  # its message may quote half a character
        target.with_name(f"tmp_{target.name}").unlink(missing_ok=True)  # what it had begun
        return None
    return int(result[0]) if result else None


def _has_rows_to_leave_out(con: duckdb.DuckDBPyConnection, layout: _Layout, target: Path) -> bool:
    """Whether a row that is none stands among the rows; Python's reader decides which.

    That is a blank row, a row of sums, a footer, or the header or a title again. The first column
    alone nearly always says no; only then are the others looked at.
    """
    is_odd = _has_odd_first_cell(con, layout, target) and _has_odd_start(con, layout, target)
    return is_odd or _has_labelled_sum(con, layout, target)


def _has_odd_start(con: duckdb.DuckDBPyConnection, layout: _Layout, target: Path) -> bool:
    """Whether the first filled cell of a row may be that of a row that is none."""
    repeats = {cell for row in layout.head for cell in row} | {row[0] for row in layout.titles}
    marked = repeats | {f"{cell}*" for cell in repeats} | {f"\ufeff{cell}" for cell in repeats}
    heads = _listed(marked)
    heads_with_digits = _listed({cell for cell in marked if any(c.isdigit() for c in cell)} | {""})
    for names in (layout.names[:1], layout.names):
        filled = ", ".join(f"nullif(trim({identifier(name)}), '')" for name in names)
        first = f"coalesce({filled}, null)" if len(names) > 1 else identifier(names[0])
        found = con.execute(
            "select 1 from (select nullif(trim(cell), '') as cell from "
            f"(select distinct {first} as cell from read_parquet({literal(str(target))}))) "
            f"where cell is null or cell in ({heads_with_digits}) "
            f"or regexp_matches(cell, '^[^0-9]*$') and cell in ({heads}) "
            "or not regexp_matches(cell, '^[!-~]*[0-9][!-~]*$|^[0-9: ./-]+$') "
            f"and {_suspect('cell')} limit 1"
        ).fetchone()
        if found is None:
            return False
    return True


def _has_labelled_sum(con: duckdb.DuckDBPyConnection, layout: _Layout, target: Path) -> bool:
    """Whether a ledger's sums stand among the rows: dated, and named in a column of labels."""
    labels = [name for name in layout.names[1:] if LABEL_HEADER.search(clean_header(name).lower())]
    ends = dict.fromkeys(labels, LABEL_ENDS) | {
        name: _GROUP_ENDS for name in layout.names[1:_GROUPS] if name not in labels
    }
    if not ends:
        return False
    sums = " or ".join(
        f"({' or '.join(f'suffix({identifier(x)}, {literal(end)})' for end in own)}) "
        f"and {_suspect(identifier(x))}"
        for x, own in ends.items()
    )
    found = con.execute(
        f"select 1 from read_parquet({literal(str(target))}) where {sums} limit 1"
    ).fetchone()
    return found is not None


def _suspect(column: str) -> str:
    bare = f"regexp_replace(lower({column}), '[\\s*]', '', 'g')"
    return f"regexp_matches({bare}, {literal(SUSPECT)})"


def _has_odd_first_cell(con: duckdb.DuckDBPyConnection, layout: _Layout, target: Path) -> bool:
    """Whether a first cell could be that of a row that is none.

    Nearly every key has a digit, no blank and no sign beyond ASCII, and hardly any word is like
    that: this asks for no more, at a tenth of the cost of looking at the words.
    """
    first = identifier(layout.names[0])
    digits = " or ".join(f"contains({first}, '{digit}')" for digit in "0123456789")
    above = {cell for row in (*layout.head, *layout.titles) for cell in row[:1]}
    with_digits = [cell for cell in above if any(c.isdigit() for c in cell)]
    words = f" or contains({first}, {literal(with_digits[0])})" if with_digits else ""
    for cell in with_digits[1:]:
        words += f" or contains({first}, {literal(cell)})"
    found = con.execute(
        f"select 1 from read_parquet({literal(str(target))}) "
        f"where not coalesce({digits}, false) or contains({first}, ' ') "
        f"or strlen({first}) > length({first}){words} limit 1"
    ).fetchone()
    return found is not None


def _listed(texts: Iterable[str]) -> str:
    return ", ".join(literal(text) for text in sorted(texts))


def _slow(
    con: duckdb.DuckDBPyConnection,
    path: Path,
    layout: _Layout,
    target: Path,
    kept: Mapping[str, Collection[str]],
) -> Landed:
    left_out = LeftOut(
        layout.head,
        layout.titles,
        is_printed=True,
        labels=label_columns(layout.names),
        kept=kept_columns(layout.names, kept),
    )
    with (
        path.open(encoding="utf-8-sig", errors="replace", newline="") as source,
        long_fields(),
    ):
        rows = _numbered(source, layout)
        spool = target.with_suffix(".spool")
        count = write_numbered(con, rows, layout.names, spool, target, left_out)
    notes = {
        **titled(layout.titles),
        **wrongly_stated(layout.titles, count),
        **left_out.notes(),
    }
    return Landed(target, layout.names, count, None, notes)


def _numbered(source: IO[str], layout: _Layout) -> Iterator[tuple[int, list[str]]]:
    """Rows with their first line; a row whose quotes do not fit is one field, its whole text.

    Raises:
        UserError: a quote is opened and never closed, so that the rows after it cannot be told, or
            a line is longer than any table's.
    """
    taken: list[str] = []
    line = 1

    def lines() -> Iterator[str]:
        size = 0
        while text := source.readline(MAX_LINE + 1):
            size = len(text) if not taken else size + len(text)
            if len(text) > MAX_LINE or size > _MAX_ROW:
                raise line_too_long(line)
            taken.append(text)
            yield text

    reader = csv.reader(lines(), delimiter=layout.dialect.delimiter)
    try:
        for row in reader:
            text = "".join(taken)
            taken.clear()
            if line > layout.header_line:
                cells = _judged(line, row, text, layout.dialect.delimiter)
                yield line, [not_forced(c) if c[:1] in _FORCING else c for c in cells]
            line = reader.line_num + 1
    except csv.Error:
        raise UserError(f"line {line}: a quote is opened and never closed", 1) from None


def _judged(line: int, row: list[str], text: str, delimiter: str) -> list[str]:
    """A row whose quotes are in order, or its whole text as one field.

    Blanks between a quote and the delimiter do not count, as in the fast way.
    """
    if '"' not in text:
        return row
    fault = _quoting_fault(text, delimiter)
    if fault == "unexpected end of data":
        raise UserError(f"line {line}: a quote is opened and never closed", 1)
    if fault is None and not any(cell[:1] == " " and cell.lstrip()[:1] == '"' for cell in row):
        return row
    closer = re.sub(rf'"[ ]+(?={re.escape(delimiter)}|[\r\n]*$)', '"', text)
    try:
        [again] = csv.reader([closer], delimiter=delimiter, strict=True, skipinitialspace=True)
    except (csv.Error, ValueError):
        return row if fault is None else [text.rstrip("\r\n")]
    return again


def _quoting_fault(text: str, delimiter: str) -> str | None:
    """What the strict reader has against a row; `None` when its quotes are in order."""
    try:
        list(csv.reader([text], delimiter=delimiter, strict=True))
    except csv.Error as error:
        return str(error)
    return None
