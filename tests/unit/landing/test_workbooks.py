"""Spreadsheet exports: every cell as the text a reader sees, every row with its number."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import pytest

from pipelines.errors import UserError
from pipelines.landing.workbook import cell_text
from tests.support.landing_files import land_sheet, ragged, write_workbook


@pytest.mark.parametrize(
    ("cell", "text"),
    [
        (1234.0, "1234"),
        (1234.5, "1234.5"),
        (0.1, "0.1"),
        (-0.005, "-0.005"),
        (12345678.91, "12345678.91"),
        (202611160001.0, "202611160001"),  # a number that is an identifier
        (1e16, "1e+16"),
        (7, "7"),
        (True, "true"),
        (False, "false"),
        (None, ""),
        ("", ""),
        ("  kept  ", "  kept  "),
        (dt.datetime(2026, 11, 2), "2026-11-02"),
        (dt.datetime(2026, 11, 2, 9, 30), "2026-11-02 09:30:00"),
        (dt.datetime(2026, 11, 2, 9, 30, 0, 499999), "2026-11-02 09:30:00"),
        (dt.date(2026, 11, 2), "2026-11-02"),
    ],
)
def test_a_cell_is_the_text_a_reader_sees(cell: Any, text: str) -> None:
    assert cell_text(cell) == text


def test_a_sheet_lands_with_its_row_numbers(tmp_path: Path) -> None:
    path = write_workbook(tmp_path / "b.xlsx", {"S": [
        ["id", "name", "amount"],
        [1, "上海", 100.5],
        ["A-2", dt.datetime(2026, 11, 2), True],
    ]})  # fmt: skip
    landed, rows = land_sheet(path)
    assert landed.names == ("id", "name", "amount")
    assert rows == [(2, "1", "上海", "100.5"), (3, "A-2", "2026-11-02", "true")]


def test_rows_above_the_first_filled_one_are_counted(tmp_path: Path) -> None:
    path = write_workbook(
        tmp_path / "b.xlsx", {"S": [["id", "name", "amount"], [1, "a", 5]]}, first_row=4
    )
    _, rows = land_sheet(path)
    assert rows == [(6, "1", "a", "5")]


def test_title_rows_merged_headers_totals_and_blank_rows(tmp_path: Path) -> None:
    path = write_workbook(tmp_path / "b.xlsx", {"S": [
        ["应收明细表"],
        [],
        ["id", "客户", None, "amount"],
        [None, "name", "city", None],
        [1, "a", "Xi'an", 5],
        [None, None, None, None],
        [2, "b", "Wuhan", 7],
        ["合计", None, None, 12],
    ]})  # fmt: skip
    landed, rows = land_sheet(path)
    assert landed.names == ("id", "name", "city", "amount")
    assert rows == [(5, "1", "a", "Xi'an", "5"), (7, "2", "b", "Wuhan", "7")]


def test_a_cell_that_begins_like_a_formula_is_text(tmp_path: Path) -> None:
    path = write_workbook(tmp_path / "b.xlsx", {"S": [
        ["id", "name", "amount"], ["=1+1", '=HYPERLINK("http://x","y")', "+5"], ["-3", "@a", 1],
    ]})  # fmt: skip
    _, rows = land_sheet(path)
    assert rows == [(2, "=1+1", '=HYPERLINK("http://x","y")', "+5"), (3, "-3", "@a", "1")]


def test_a_field_with_line_breaks_stays_one_row(tmp_path: Path) -> None:
    path = write_workbook(
        tmp_path / "b.xlsx", {"S": [["id", "name", "amount"], [1, 'a\nb "c", d', 5], [2, "e", 6]]}
    )
    _, rows = land_sheet(path)
    assert rows == [(2, "1", 'a\nb "c", d', "5"), (3, "2", "e", "6")]


def test_short_rows_of_a_sheet_are_not_ragged(tmp_path: Path) -> None:
    """A sheet has no ragged rows: cells at the end of a row are simply empty."""
    path = write_workbook(tmp_path / "b.xlsx", {"S": [["id", "name", "amount"], [1, "a"], [2]]})
    landed, rows = land_sheet(path)
    assert rows == [(2, "1", "a", None), (3, "2", None, None)]
    assert ragged(tmp_path, landed) == []


def test_a_column_without_a_header_is_kept(tmp_path: Path) -> None:
    path = write_workbook(
        tmp_path / "b.xlsx", {"S": [["id", "name", "amount"], [1, "a", 5, "beyond"]]}
    )
    landed, rows = land_sheet(path)
    assert landed.names == ("id", "name", "amount", "column_4")
    assert rows == [(2, "1", "a", "5", "beyond")]


def test_without_a_name_the_sheet_with_most_known_headers_is_read(tmp_path: Path) -> None:
    path = write_workbook(tmp_path / "b.xlsx", {
        "说明": [["name"], ["how to read this"]],
        "data": [["id", "name", "amount"], [1, "a", 5]],
        "old": [["id", "name"], [2, "b"]],
    })  # fmt: skip
    landed, rows = land_sheet(path)
    assert rows == [(2, "1", "a", "5")]
    assert landed.notes == {"sheet": "data"}


def test_the_sheet_asked_for_is_read_and_else_the_first(tmp_path: Path) -> None:
    path = write_workbook(tmp_path / "b.xlsx", {
        "first": [["id", "name", "amount"], [1, "a", 5]],
        "应收": [["id", "name", "amount"], [2, "b", 6]],
    })  # fmt: skip
    assert land_sheet(path)[1] == [(2, "1", "a", "5")]
    assert land_sheet(path, "应收")[1] == [(2, "2", "b", "6")]


@pytest.mark.parametrize(
    ("sheets", "sheet", "expected"),
    [
        ({"S": [["id"], [1]]}, "T", "has no sheet 'T'; its sheets are S"),
        ({"S": []}, None, "sheet 'S' is empty"),
        ({"S": [["日期", "客户"], [1, 2]]}, None, "sheet 'S': no header row found"),
    ],
)
def test_a_sheet_that_cannot_be_read_says_why(
    tmp_path: Path, sheets: dict[str, list[list[Any]]], sheet: str | None, expected: str
) -> None:
    path = write_workbook(tmp_path / "b.xlsx", sheets)
    with pytest.raises(UserError) as error:
        land_sheet(path, sheet)
    assert expected in error.value.message


@pytest.mark.parametrize("content", [b"id,name,amount\n1,a,5\n", b"", b"PK\x03\x04broken"])
def test_a_file_that_is_no_workbook_says_so(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "b.xlsx"
    path.write_bytes(content)
    with pytest.raises(UserError) as error:
        land_sheet(path)
    assert "cannot be read as a workbook" in error.value.message


def test_the_spool_is_removed(tmp_path: Path) -> None:
    path = write_workbook(tmp_path / "b.xlsx", {"S": [["id", "name", "amount"], [1, "a", 5]]})
    land_sheet(path)
    assert sorted(p.name for p in tmp_path.iterdir()) == ["b.parquet", "b.xlsx"]
