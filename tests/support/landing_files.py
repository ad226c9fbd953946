"""Writing small exports and reading what was landed of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import duckdb
import xlsxwriter

from pipelines.landing.parquet import Landed
from pipelines.landing.text import land_text
from pipelines.landing.workbook import land_workbook
from pipelines.staging.mapping import landed_relation, line_expression

KNOWN = {"id", "name", "amount"}
Rows = list[tuple[Any, ...]]


def land_bytes(folder: Path, content: bytes, known: set[str] = KNOWN) -> tuple[Landed, Rows]:
    """Land a text file of these bytes; the rows as (line, fields…), blank fields as None."""
    path = folder / "export.csv"
    path.write_bytes(content)
    with duckdb.connect() as con:
        landed = land_text(con, path, known, folder / "landed.parquet")
        return landed, landed_rows(con, landed)


def land(folder: Path, *lines: str, known: set[str] = KNOWN) -> tuple[Landed, Rows]:
    """Land a text file of these lines."""
    return land_bytes(folder, ("\n".join(lines) + "\n").encode(), known)


def landed_rows(con: duckdb.DuckDBPyConnection, landed: Landed) -> Rows:
    names = ", ".join(f'nullif("{name}", \'\') as "{name}"' for name in landed.names)
    return con.execute(
        f"select {line_expression(landed)} as line, {names} from {landed_relation(landed)} "
        "order by line"
    ).fetchall()


def ragged(folder: Path, landed: Landed) -> list[tuple[int, str]]:
    """Lines of rows with more or fewer fields than the header, with their whole text."""
    with duckdb.connect() as con:
        return con.execute(
            f"select _line, _ragged from read_parquet('{landed.parquet}') "
            "where _ragged is not null order by 1"
        ).fetchall()


def write_workbook(
    path: Path, sheets: Mapping[str, Sequence[Sequence[Any]]], first_row: int = 0
) -> Path:
    """A workbook of cells as Python values; dates get a date format."""
    with xlsxwriter.Workbook(str(path), {"default_date_format": "yyyy-mm-dd hh:mm:ss"}) as book:
        for name, rows in sheets.items():
            sheet = book.add_worksheet(name)
            for number, row in enumerate(rows, first_row):
                for column, cell in enumerate(row):
                    if isinstance(cell, str):
                        sheet.write_string(number, column, cell)
                    elif cell is not None:
                        sheet.write(number, column, cell)
    return path


def land_sheet(
    path: Path, sheet: str | None = None, known: set[str] = KNOWN
) -> tuple[Landed, Rows]:
    with duckdb.connect() as con:
        landed = land_workbook(con, path, sheet, known, path.with_suffix(".parquet"))
        return landed, landed_rows(con, landed)
