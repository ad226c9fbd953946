"""Write the sample's tables as the vendors' systems would: CSV, and worksheets for the small ERP.

Belongs here: bytes of files. Does not belong here: what the rows say (`sql/export/`, `sql/dirt/`).
"""

from __future__ import annotations

import hashlib
import shutil
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal, InvalidOperation
from importlib.resources import files
from itertools import groupby
from pathlib import Path
from typing import Any

import duckdb
import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from pipelines.sample.layout import CellKind, Encoding, Export, Sheet
from pipelines.sample.model import sql

CSV_HEADER_LINES = 1
SHEET_HEADER_ROWS = 3
"""Title, upper header, lower header."""

_CREATED = datetime(2026, 11, 16, tzinfo=UTC)
_HIDDEN = ("_key", "_order", "_date", "_cents", "_sub", "_kind", "_rule", "_column", "_replaces")


@dataclass(frozen=True)
class WrittenFile:
    """One file of the sample: path below the target, data rows, size and checksum."""

    path: str
    rows: int
    bytes: int
    sha256: str


def prepare(con: duckdb.DuckDBPyConnection, export: Export, with_dirt: bool = True) -> None:
    """Create `export_<table>` (clean rows as text), `dirt_<table>` and `shown_<table>` (both)."""
    name = export.table
    con.execute(f"create view export_{name} as\n{sql('export', name)}")
    if with_dirt and files(__package__).joinpath("sql", "dirt", f"{name}.sql").is_file():
        con.execute(f"create table dirt_{name} as\n{sql('dirt', name)}")
    else:
        con.execute(
            f"create table dirt_{name} as select *, null::varchar as _kind, null::varchar as _rule,"
            f" null::varchar as _column, false as _replaces, 0 as _sub from export_{name} limit 0"
        )
    con.execute(
        f"create view shown_{name} as"
        f" select *, 0 as _sub, null as _kind, null as _rule, null as _column from export_{name}"
        f" where _key not in (select _key from dirt_{name} where _replaces)"
        f" union all by name select * exclude (_replaces) from dirt_{name}"
    )


def headers(con: duckdb.DuckDBPyConnection, export: Export) -> list[str]:
    """The file's headers in order."""
    described = con.execute(f"describe export_{export.table}").fetchall()
    return [str(row[0]) for row in described if row[0] not in _HIDDEN]


def shown(con: duckdb.DuckDBPyConnection, export: Export) -> duckdb.DuckDBPyRelation:
    """The rows of the file, dirt included, in their order; text only."""
    columns = ", ".join(f'"{header}"' for header in headers(con, export))
    return con.sql(f"select {columns} from shown_{export.table} order by _order, _sub")


def write_csv(con: duckdb.DuckDBPyConnection, export: Export, root: Path) -> WrittenFile:
    """Write a table as CSV in its encoding; the rows never pass through Python."""
    path = root / export.csv_path
    plain = path if export.encoding == "utf-8" else path.with_suffix(".plain")
    shown(con, export).to_csv(str(plain), header=True)
    if plain != path:
        _recode(plain, path, export.encoding)
        plain.unlink()
    counted = con.execute(f"select count(*) from shown_{export.table}").fetchone()
    return _written(path, root, int(counted[0]) if counted else 0)


def write_workbooks(
    con: duckdb.DuckDBPyConnection, exports: list[Export], root: Path
) -> list[WrittenFile]:
    """Write tables that have a worksheet form, one workbook after the other."""
    written = []
    for relative, sheets in groupby(exports, key=lambda export: export.workbook_path):
        path = root / relative
        rows = 0
        with xlsxwriter.Workbook(str(path)) as book:
            # a fixed creation time: the same sample is the same bytes
            book.set_properties({"created": _CREATED, "author": "ERP"})
            for export in sheets:
                rows += _write_sheet(con, book, export)
        written.append(_written(path, root, rows))
    return written


def _write_sheet(con: duckdb.DuckDBPyConnection, book: xlsxwriter.Workbook, export: Export) -> int:
    sheet = export.sheet
    if sheet is None:
        raise ValueError(f"{export.table} has no worksheet form")
    page = book.add_worksheet(export.stem)
    columns = headers(con, export)
    formats = {
        "date": book.add_format({"num_format": "yyyy-mm-dd"}),
        "number": book.add_format({"num_format": "#,##0.00"}),
    }
    _write_head(page, book, sheet, columns)
    totals: dict[str, Decimal] = dict.fromkeys(sheet.totals, Decimal(0))
    rows = shown(con, export).fetchall()
    for offset, row in enumerate(rows):
        for place, (column, text) in enumerate(zip(columns, row, strict=True)):
            value = _cell(text, sheet.kinds.get(column))
            if isinstance(value, Decimal) and column in totals:
                totals[column] += value
            _put(page, SHEET_HEADER_ROWS + offset, place, value, formats)
    if totals:
        last = SHEET_HEADER_ROWS + len(rows)
        page.write_string(last, 0, "合计")
        for column, total in totals.items():
            _put(page, last, columns.index(column), total, formats)
    return len(rows)


def _write_head(
    page: Worksheet, book: xlsxwriter.Workbook, sheet: Sheet, columns: list[str]
) -> None:
    bold = book.add_format({"bold": True, "align": "center", "valign": "vcenter", "border": 1})
    page.merge_range(0, 0, 0, len(columns) - 1, sheet.title, book.add_format({"bold": True}))
    group_of = {leaf: group for group, leaves in sheet.groups.items() for leaf in leaves}
    for group, leaves in sheet.groups.items():
        first = columns.index(leaves[0])
        page.merge_range(1, first, 1, first + len(leaves) - 1, group, bold)
    for place, column in enumerate(columns):
        if column in group_of:
            page.write_string(2, place, column, bold)
        else:
            page.merge_range(1, place, 2, place, column, bold)
    page.set_column(0, len(columns) - 1, 14)
    page.freeze_panes(SHEET_HEADER_ROWS, 0)


def _cell(text: str | None, kind: CellKind | None) -> str | Decimal | date | None:
    """What the ERP would put into the cell; dirt that is no number or date stays text."""
    if text is None:
        return None
    try:
        if kind == "number":
            return Decimal(text)
        if kind == "date":
            return date.fromisoformat(text)
    except (InvalidOperation, ValueError):
        return text
    return text


def _put(page: Worksheet, row: int, column: int, value: Any, formats: dict[str, Format]) -> None:
    if value is None:
        return
    if isinstance(value, Decimal):
        # a worksheet knows no other number than a float; it is the vendor's file, not our money
        whole = value == value.to_integral_value() and value.as_tuple().exponent == 0
        page.write_number(row, column, float(value), None if whole else formats["number"])
    elif isinstance(value, date):
        page.write_datetime(row, column, value, formats["date"])
    else:
        page.write_string(row, column, value)


def _recode(source: Path, target: Path, encoding: Encoding) -> None:
    with (
        source.open(encoding="utf-8", newline="") as read,
        target.open("w", encoding=encoding, newline="") as write,
    ):
        shutil.copyfileobj(read, write, 1 << 20)


def _written(path: Path, root: Path, rows: int) -> WrittenFile:
    with path.open("rb") as handle:
        digest = hashlib.file_digest(handle, "sha256").hexdigest()
    return WrittenFile(path.relative_to(root).as_posix(), rows, path.stat().st_size, digest)
