"""Text exports (CSV, TSV) to landed Parquet: every field as text, every row with its line.

DuckDB reads a well-formed file in parallel, and a row's line follows from its position. A file
with line breaks inside fields, ragged rows, blank rows or a total row goes through Python's
reader instead, which knows the line of each row.
"""

from __future__ import annotations

import codecs
import csv
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import IO

import duckdb

from pipelines.errors import UserError
from pipelines.landing.detect import (
    DELIMITERS,
    MAX_FIELD,
    TOTAL_WORDS,
    Dialect,
    detect_dialect,
    detect_encoding_at,
    find_header,
    head_rows,
    invalid_utf8_from,
    is_total_row,
    long_fields,
)
from pipelines.landing.parquet import LINE_COLUMN, RAGGED_COLUMN, Landed, identifier, literal

_CHUNK = 1 << 22
_TAIL_BYTES = 1 << 14


@dataclass(frozen=True)
class _Layout:
    dialect: Dialect
    names: tuple[str, ...]
    header_line: int
    first_line: int


def land_text(con: duckdb.DuckDBPyConnection, path: Path, known: set[str], target: Path) -> Landed:
    """Land one text file.

    Args:
        known: header names of the sources that may read it, to find the header row.
        target: the Parquet file to write.

    Raises:
        UserError: the file is empty, no header row was found or a quote is never closed.
    """
    layout = _layout(path, known)
    recoded = target.with_suffix(".utf8")
    try:
        source = _as_utf8(path, layout, recoded)
        landed = _fast(con, source, layout, target)
        if landed is None and source == path and not layout.dialect.bom_bytes:
            offset = invalid_utf8_from(path)
            if offset is not None:  # what is not UTF-8 begins after the first bytes
                layout = _layout(path, known, detect_encoding_at(path, offset))
                source = _as_utf8(path, layout, recoded)
                landed = _fast(con, source, layout, target)
        return landed or Landed(target, layout.names, _slow(con, source, layout, target), None)
    finally:
        recoded.unlink(missing_ok=True)


def _layout(path: Path, known: set[str], encoding: str | None = None) -> _Layout:
    """Where the header stands, under the delimiter that gives the most known header names."""
    if path.stat().st_size == 0:
        raise UserError("the file is empty", 1)
    likely = detect_dialect(path)
    if encoding is not None:
        likely = replace(likely, encoding=encoding)
    best: _Layout | None = None
    best_known = 0
    for delimiter in (likely.delimiter, *(d for d in DELIMITERS if d != likely.delimiter)):
        dialect = replace(likely, delimiter=delimiter)
        rows = head_rows(path, dialect)
        header = find_header([cells for _, cells in rows], known)
        if header is not None and header.known > best_known:
            line = rows[header.index][0]
            after = rows[header.index + 1][0] if header.index + 1 < len(rows) else line + 1
            best, best_known = _Layout(dialect, header.names, line, after), header.known
    if best is None:
        rows = head_rows(path, likely)
        first = next((c for _, c in rows if any(x.strip() for x in c)), [])
        seen = ", ".join(cell.strip() for cell in first[:6])
        raise UserError(f"no header row found; the first filled row reads: {seen}", 1)
    return best


def _as_utf8(path: Path, layout: _Layout, recoded: Path) -> Path:
    if layout.dialect.encoding == "utf-8":
        return path
    _recode(path, layout.dialect, recoded)
    return recoded


def _recode(path: Path, dialect: Dialect, target: Path) -> None:
    decoder = codecs.getincrementaldecoder(dialect.encoding)(errors="replace")
    with path.open("rb") as source, target.open("wb") as out:
        source.seek(dialect.bom_bytes)
        while chunk := source.read(_CHUNK):
            out.write(decoder.decode(chunk).encode("utf-8"))
        out.write(decoder.decode(b"", final=True).encode("utf-8"))


def _regular_rows(path: Path, layout: _Layout) -> int | None:
    """Number of data rows when each stands on one line and none is a total; else `None`.

    Equal only if DuckDB later finds the same number, so fields with line breaks cannot pass.
    """
    newlines = 0
    last = b""
    with path.open("rb") as handle:
        while chunk := handle.read(_CHUNK):
            newlines += chunk.count(b"\n")
            last = chunk
        handle.seek(max(0, handle.tell() - _TAIL_BYTES))
        tail = handle.read()
    lines = newlines + (0 if last.endswith(b"\n") else 1)
    text = tail.decode("utf-8", errors="replace").replace("\r", "\n")
    last_row = text.removesuffix("\n").removesuffix("\n").rpartition("\n")[2]
    cells = next(csv.reader([last_row], delimiter=layout.dialect.delimiter), [])
    if is_total_row(cells) or not any(cell.strip() for cell in cells):
        return None
    return max(0, lines - (layout.first_line - 1))


def _fast(
    con: duckdb.DuckDBPyConnection, path: Path, layout: _Layout, target: Path
) -> Landed | None:
    """Let DuckDB read the file strictly; `None` when it is not regular after all."""
    rows = _regular_rows(path, layout)
    if rows is None:
        return None
    columns = ", ".join(f"{literal(name)}: 'varchar'" for name in layout.names)
    try:
        result = con.execute(
            f"copy (select * from read_csv({literal(str(path))}, header = false, "
            f"skip = {layout.first_line - 1}, delim = {literal(layout.dialect.delimiter)}, "
            f"""quote = '"', escape = '"', auto_detect = false, columns = {{{columns}}}, """
            f"strict_mode = true, max_line_size = {MAX_FIELD})) "
            f"to {literal(str(target))} (format parquet, compression snappy)"
        ).fetchone()
    except duckdb.Error:
        return None
    if result is None or result[0] != rows or _has_rows_to_leave_out(con, layout, target):
        return None
    return Landed(target, layout.names, rows, layout.first_line)


def _has_rows_to_leave_out(con: duckdb.DuckDBPyConnection, layout: _Layout, target: Path) -> bool:
    """Whether a blank row or a row of sums stands among the rows; Python's reader decides which.

    The first column alone nearly always says no; only then are the others looked at.
    """
    words = ", ".join(literal(word.replace(" ", "")) for word in TOTAL_WORDS)
    for names in (layout.names[:1], layout.names):
        filled = ", ".join(f"nullif(trim({identifier(name)}), '')" for name in names)
        found = con.execute(
            f"select 1 from (select coalesce({filled}, null) as cell "
            f"from read_parquet({literal(str(target))})) where cell is null "
            f"or regexp_matches(cell, '^[^0-9]*$') "  # nearly every key has a digit; no word has
            f"and lower(regexp_replace(cell, '[\\s*:：]', '', 'g')) in ({words}) limit 1"
        ).fetchone()
        if found is None:
            return False
    return True


def _slow(con: duckdb.DuckDBPyConnection, path: Path, layout: _Layout, target: Path) -> int:
    spool = target.with_suffix(".spool")
    try:
        with (
            path.open(encoding="utf-8-sig", errors="replace", newline="") as source,
            long_fields(),
        ):
            numbered = _numbered(source, layout)
            return write_numbered(con, numbered, layout.names, spool, target)
    finally:
        spool.unlink(missing_ok=True)


def _numbered(source: IO[str], layout: _Layout) -> Iterator[tuple[int, list[str]]]:
    """Rows with their first line; a row whose quotes do not fit is one field, its whole text.

    Raises:
        UserError: a quote is opened and never closed, so that the rows after it cannot be told.
    """
    taken: list[str] = []

    def lines() -> Iterator[str]:
        for text in source:
            taken.append(text)
            yield text

    reader = csv.reader(lines(), delimiter=layout.dialect.delimiter)
    line = 1
    try:
        for row in reader:
            text = "".join(taken)
            taken.clear()
            if line > layout.header_line:
                fault = _quoting_fault(text, layout.dialect.delimiter)
                if fault == "unexpected end of data":
                    raise UserError(f"line {line}: a quote is opened and never closed", 1)
                yield line, row if fault is None else [text.rstrip("\r\n")]
            line = reader.line_num + 1
    except csv.Error:
        raise UserError(f"line {line}: a quote is opened and never closed", 1) from None


def _quoting_fault(text: str, delimiter: str) -> str | None:
    """What the strict reader has against a row; `None` when its quotes are in order."""
    if '"' not in text:
        return None
    try:
        list(csv.reader([text], delimiter=delimiter, strict=True))
    except csv.Error as error:
        return str(error)
    return None


def write_numbered(
    con: duckdb.DuckDBPyConnection,
    rows: Iterator[tuple[int, list[str]]],
    names: tuple[str, ...],
    spool: Path,
    target: Path,
) -> int:
    """Write rows with their lines to Parquet; blank and total rows are left out.

    A row with more or fewer fields than the header keeps its text whole in `_ragged`, so that
    staging can quarantine it.

    Returns:
        The number of rows written.
    """
    width = len(names)
    count = 0
    with spool.open("w", encoding="utf-8", newline="") as handle:
        out = csv.writer(handle, quoting=csv.QUOTE_ALL, lineterminator="\n")
        for line, row in rows:
            if not any(cell.strip() for cell in row) or is_total_row(row):
                continue
            extra = [cell for cell in row[width:] if cell.strip()]
            ragged = len(row) < width or bool(extra)
            cells = [*row[:width], *[""] * (width - len(row))]
            out.writerow([line, ",".join(row) if ragged else "", *cells])
            count += 1
    columns = ", ".join(
        [f"'{LINE_COLUMN}': 'bigint'", f"'{RAGGED_COLUMN}': 'varchar'"]
        + [f"{literal(name)}: 'varchar'" for name in names]
    )
    con.execute(
        f"copy (select {LINE_COLUMN}, nullif({RAGGED_COLUMN}, '') as {RAGGED_COLUMN}, "
        f"{', '.join(identifier(name) for name in names)} "
        f"from read_csv({literal(str(spool))}, header = false, delim = ',', auto_detect = false, "
        f"""quote = '"', escape = '"', columns = {{{columns}}}, parallel = false, """
        f"new_line = '\\n', max_line_size = {2 * MAX_FIELD}, null_padding = false)) "
        f"to {literal(str(target))} (format parquet, compression snappy)"
    )
    return count
