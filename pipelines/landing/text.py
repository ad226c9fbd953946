"""Text exports (CSV, TSV) to landed Parquet: every field as text, every row with its line.

DuckDB reads a well-formed file in parallel, and a row's line follows from its position. A file
with line breaks inside fields, ragged rows, blank rows or a total row goes through Python's
reader instead, which knows the line of each row.
"""

from __future__ import annotations

import codecs
import csv
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO

import duckdb

from pipelines.errors import UserError
from pipelines.landing.detect import (
    Dialect,
    detect_dialect,
    find_header,
    head_rows,
    is_total_row,
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
        UserError: the file is empty or no header row was found.
    """
    layout = _layout(path, known)
    source = path
    recoded = target.with_suffix(".utf8")
    try:
        if layout.dialect.encoding != "utf-8":
            _recode(path, layout.dialect, recoded)
            source = recoded
        regular = _regular_rows(source, layout)
        if regular is not None and _fast(con, source, layout, regular, target):
            return Landed(target, layout.names, regular, layout.first_line)
        rows = _slow(con, source, layout, target)
        return Landed(target, layout.names, rows, None)
    finally:
        recoded.unlink(missing_ok=True)


def _layout(path: Path, known: set[str]) -> _Layout:
    if path.stat().st_size == 0:
        raise UserError("the file is empty", 1)
    dialect = detect_dialect(path)
    rows = head_rows(path, dialect)
    header = find_header([cells for _, cells in rows], known)
    if header is None:
        first = next((c for _, c in rows if any(x.strip() for x in c)), [])
        seen = ", ".join(cell.strip() for cell in first[:6])
        raise UserError(f"no header row found; the first filled row reads: {seen}", 1)
    header_line = rows[header.index][0]
    after = rows[header.index + 1][0] if header.index + 1 < len(rows) else header_line + 1
    return _Layout(dialect, header.names, header_line, after)


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
    last_row = tail.decode("utf-8", errors="replace").rstrip("\r\n").rpartition("\n")[2]
    cells = next(csv.reader([last_row], delimiter=layout.dialect.delimiter), [])
    if is_total_row(cells) or not any(cell.strip() for cell in cells):
        return None
    return max(0, lines - (layout.first_line - 1))


def _fast(
    con: duckdb.DuckDBPyConnection, path: Path, layout: _Layout, rows: int, target: Path
) -> bool:
    """Let DuckDB read the file strictly; `False` when it is not regular after all."""
    columns = ", ".join(f"{literal(name)}: 'varchar'" for name in layout.names)
    try:
        result = con.execute(
            f"copy (select * from read_csv({literal(str(path))}, header = false, "
            f"skip = {layout.first_line - 1}, delim = {literal(layout.dialect.delimiter)}, "
            f"""quote = '"', escape = '"', auto_detect = false, columns = {{{columns}}}, """
            f"strict_mode = true, max_line_size = 16777216)) "
            f"to {literal(str(target))} (format parquet, compression snappy)"
        ).fetchone()
    except duckdb.Error:
        return False
    return result is not None and result[0] == rows


def _slow(con: duckdb.DuckDBPyConnection, path: Path, layout: _Layout, target: Path) -> int:
    spool = target.with_suffix(".spool")
    try:
        with path.open(encoding="utf-8-sig", errors="replace", newline="") as source:
            numbered = _numbered(source, layout)
            return write_numbered(con, numbered, layout.names, spool, target)
    finally:
        spool.unlink(missing_ok=True)


def _numbered(source: IO[str], layout: _Layout) -> Iterator[tuple[int, list[str]]]:
    reader = csv.reader(source, delimiter=layout.dialect.delimiter)
    line = 1
    for row in reader:
        if line > layout.header_line:
            yield line, row
        line = reader.line_num + 1


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
        out = csv.writer(handle, quoting=csv.QUOTE_ALL)
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
        f"max_line_size = 16777216, null_padding = false)) "
        f"to {literal(str(target))} (format parquet, compression snappy)"
    )
    return count
