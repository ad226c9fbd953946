"""Spreadsheet exports: every cell as the text a reader sees, every row with its number."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import pytest

from pipelines.errors import UserError
from pipelines.landing.workbook import cell_text
from tests.support.landing_files import land, land_sheet, ragged, write_workbook


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


_TRIAL_BALANCE = [
    ["科目编码", "科目名称", "期初余额", None, "本期发生额", None, "期末余额", None],
    [None, None, "借方", "贷方", "借方", "贷方", "借方", "贷方"],
]
_LEDGER = [
    ["日期", "摘要", "期初余额", None, "本期发生额", None, "期末余额", None],
    [None, None, "方向", "余额", "借方", "贷方", "方向", "余额"],
]


@pytest.mark.parametrize(
    ("header", "names"),
    [
        (_TRIAL_BALANCE, "科目编码 科目名称 期初余额借方 期初余额贷方 "
                         "本期发生额借方 本期发生额贷方 期末余额借方 期末余额贷方"),
        (_LEDGER, "日期 摘要 期初余额方向 期初余额 借方 贷方 期末余额方向 期末余额"),
        ([["科目编码", "科目名称", *["期初余额"] * 2, *["期末余额"] * 2],
          ["科目编码", "科目名称", *["借方", "贷方"] * 2]],
         "科目编码 科目名称 期初余额借方 期初余额贷方 期末余额借方 期末余额贷方"),
        ([["科目编码", "币别", "期初余额", None, None, None, "期末余额", None, None, None],
          [None, None, "借方", None, "贷方", None, "借方", None, "贷方", None],
          [None, None, *["原币", "本位币"] * 4]],
         "科目编码 币别 期初余额借方原币 期初余额借方本位币 期初余额贷方原币 期初余额贷方本位币 "
         "期末余额借方原币 期末余额借方本位币 期末余额贷方原币 期末余额贷方本位币"),
    ],
    ids=["trial balance", "directions", "filled groups", "three rows"],
)  # fmt: skip
@pytest.mark.parametrize(
    "known", [{"科目编码", "日期", "期末余额借方"}, {"科目编码", "日期", "借方"}]
)
def test_parts_of_several_groups_are_named_with_their_group(
    tmp_path: Path, header: list[list[Any]], names: str, known: set[str]
) -> None:
    title = ["科目余额表", "2026年10月"]
    row = ["1122", "应收账款", *range(1, len(header[-1]) - 1)]
    path = write_workbook(tmp_path / "b.xlsx", {"S": [title, *header, row]})
    landed, rows = land_sheet(path, known=known)
    assert " ".join(landed.names) == names
    assert [line for line, *_ in rows] == [2 + len(header)]
    lines = [",".join("" if c is None else str(c) for c in cells)
             for cells in (title, *header, row)]  # fmt: skip
    landed, rows = land(tmp_path, *lines, known=known)
    assert " ".join(landed.names) == names
    assert [line for line, *_ in rows] == [2 + len(header)]


def test_parts_of_english_groups_are_told_apart_by_a_blank(tmp_path: Path) -> None:
    head = [["Account", "Opening Balance", "", "Closing Balance", ""],
            ["", "Debit", "Credit", "Debit", "Credit"]]  # fmt: skip
    landed, _ = land(tmp_path, *map(",".join, head), "1122,1,2,3,4", known={"Account"})
    assert landed.names[1:] == ("Opening Balance Debit", "Opening Balance Credit",
                                "Closing Balance Debit", "Closing Balance Credit")  # fmt: skip


def test_a_row_of_data_with_equal_values_is_no_part_of_a_header(tmp_path: Path) -> None:
    landed, rows = land(tmp_path, "id,name,,amount,", "K,yes,no,yes,no", known={"id", "name"})
    assert (landed.names[:2], len(rows)) == (("id", "name"), 1)


def test_years_in_a_header_are_the_same_in_a_sheet_and_in_a_text(tmp_path: Path) -> None:
    path = write_workbook(tmp_path / "b.xlsx", {"S": [["id", 2026, 2027], ["K", 1, 2]]})
    assert land_sheet(path)[0].names == ("id", "2026", "2027")
