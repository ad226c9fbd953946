"""Spreadsheet exports (XLSX, XLS) to landed Parquet, cell by cell as the text a reader sees.

Numbers become the shortest decimal text that is the same number, dates ISO text. Formulas are
never evaluated: the reader takes the values the file holds.
"""

from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import python_calamine

from pipelines.errors import UserError
from pipelines.landing.detect import HEADER_SEARCH_ROWS, find_header
from pipelines.landing.parquet import Landed
from pipelines.landing.text import write_numbered


def land_workbook(
    con: duckdb.DuckDBPyConnection, path: Path, sheet: str | None, known: set[str], target: Path
) -> Landed:
    """Land one sheet of a workbook; see `land_text` for the arguments.

    Raises:
        UserError: the file is no workbook, the sheet is absent or no header row was found.
    """
    try:
        workbook = python_calamine.load_workbook(str(path))
    except (python_calamine.CalamineError, OSError, ValueError) as error:
        raise UserError(f"cannot be read as a workbook ({error})", 1) from None
    name = sheet or workbook.sheet_names[0]
    if name not in workbook.sheet_names:
        raise UserError(
            f"has no sheet {name!r}; its sheets are {', '.join(workbook.sheet_names)}", 1
        )
    rows = workbook.get_sheet_by_name(name).iter_rows()  # from the first row, filled or not
    head = list(itertools.islice(rows, HEADER_SEARCH_ROWS))
    if not head:
        raise UserError(f"sheet {name!r} is empty", 1)
    header = find_header(head, known)
    if header is None:
        raise UserError(f"sheet {name!r}: no header row found in its first rows", 1)
    body = itertools.chain(head[header.index + 1 :], rows)
    numbered = _numbered(body, header.index + 2, len(header.names))
    spool = target.with_suffix(".spool")
    try:
        count = write_numbered(con, numbered, header.names, spool, target)
    finally:
        spool.unlink(missing_ok=True)
    return Landed(target, header.names, count, None)


def _numbered(rows: Iterator[list[Any]], first: int, width: int) -> Iterator[tuple[int, list[str]]]:
    for line, row in enumerate(rows, first):
        yield line, [cell_text(cell) for cell in row[:width]]


def cell_text(cell: Any) -> str:
    """A cell as text: 1234.0 → `1234`, a midnight date-time → its date."""
    if cell is None or cell == "":
        return ""
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() and abs(cell) < 1e15 else repr(cell)
    if isinstance(cell, dt.datetime):
        if cell.time() == dt.time():
            return cell.date().isoformat()
        return cell.replace(microsecond=0).isoformat(sep=" ")
    return str(cell)
