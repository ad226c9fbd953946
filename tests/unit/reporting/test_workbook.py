"""Workbooks: exact amounts, live totals, nothing that a cell could run, the same bytes again."""

from __future__ import annotations

import datetime as dt
import re
import zipfile
from decimal import Decimal
from pathlib import Path

import pytest
from python_calamine import load_workbook

from pipelines.reporting.model.book import Book, Cell, RowFormula, Sheet, SumOf, columns
from pipelines.reporting.model.values import Bilingual, message, verbatim
from pipelines.reporting.workbook import write as workbook
from pipelines.reporting.workbook.write import write_book

DUE = dt.date(2026, 10, 31)
ITEMS: list[list[Cell]] = [
    ["K1", "not_due", Decimal("100.10"), DUE, 3],
    ["K1", "d1_30", Decimal("0.01"), None, 4],
    ["K2", "d1_30", Decimal("-40.00"), DUE, 0],
]


def items(rows: list[list[Cell]] = ITEMS) -> Sheet:
    return Sheet(
        "items",
        Bilingual(zh="未清项", en="Open items"),
        columns("customer:text bucket:text amount:money+ due:date items:int"),
        lambda: rows,
    )


def book(*sheets: Sheet) -> Book:
    return Book(Bilingual(zh="账龄", en="Ageing"), sheets, "CNY", 2026)


def part(path: Path, name: str) -> str:
    with zipfile.ZipFile(path) as packed:
        return packed.read(name).decode("utf-8")


def written(tmp_path: Path, *sheets: Sheet, language: str = "en") -> Path:
    path = tmp_path / f"book.{language}.xlsx"
    write_book(book(*sheets), path, language)  # type: ignore[arg-type]
    return path


def test_rows_are_typed_and_the_total_is_shown_before_anything_recalculates(tmp_path: Path) -> None:
    rows = load_workbook(str(written(tmp_path, items()))).get_sheet_by_index(0).to_python()
    assert rows[0] == ["Customer", "Days past due", "Amount", "Due", "Items"]
    assert rows[1] == ["K1", "not_due", 100.1, DUE, 3]
    assert rows[2] == ["K1", "d1_30", 0.01, "", 4]
    assert rows[4] == ["Total", "", 60.11, "", ""]


def test_the_total_is_a_formula_that_follows_the_filter(tmp_path: Path) -> None:
    sheet = part(written(tmp_path, items()), "xl/worksheets/sheet1.xml")
    assert "<f>SUBTOTAL(109,C2:C4)</f><v>60.11</v>" in sheet
    assert '<autoFilter ref="A1:E4"/>' in sheet
    assert 'topLeftCell="B2"' in sheet and 'state="frozen"' in sheet


def test_an_amount_keeps_every_cent_a_spreadsheet_can_hold(tmp_path: Path) -> None:
    sheet = items([["K1", "d1_30", Decimal("9007199254740.93"), DUE, 1]])
    assert "<v>9007199254740.93</v>" in part(written(tmp_path, sheet), "xl/worksheets/sheet1.xml")


def test_a_binary_float_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"amount: 0\.1 is not an exact number"):
        written(tmp_path, items([["K1", "d1_30", 0.1, DUE, 1]]))  # type: ignore[list-item]


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", '=HYPERLINK("x")'])
def test_a_text_that_looks_like_a_formula_is_a_quoted_text(tmp_path: Path, text: str) -> None:
    path = written(tmp_path, items([[text, "b", Decimal(1), DUE, 1]]))
    sheet = part(path, "xl/worksheets/sheet1.xml")
    assert len(re.findall("<f>", sheet)) == 1  # the total
    style = int(re.search(r'<c r="A2" s="(\d+)" t="inlineStr">', sheet)[1])  # type: ignore[index]
    styles = re.findall(r"<xf [^>]*>", part(path, "xl/styles.xml").split("<cellXfs")[1])
    assert 'quotePrefix="1"' in styles[style]
    assert load_workbook(str(path)).get_sheet_by_index(0).to_python()[1][0] == text


def test_markup_in_a_name_stays_text(tmp_path: Path) -> None:
    hostile = "<r><t>x</t></r></is></c></row><evil/><r></r>"
    path = written(tmp_path, items([[hostile, "b", Decimal(1), DUE, 1]]))
    assert "<evil/>" not in part(path, "xl/worksheets/sheet1.xml")
    shown = load_workbook(str(path)).get_sheet_by_index(0).to_python()[1][0]
    assert shown.strip() == hostile


def test_the_same_book_gives_the_same_bytes(tmp_path: Path) -> None:
    first = written(tmp_path, items()).read_bytes()
    assert written(tmp_path, items()).read_bytes() == first


def test_both_languages_carry_the_same_numbers_under_their_own_words(tmp_path: Path) -> None:
    en, zh = (
        load_workbook(str(written(tmp_path, items(), language=code))) for code in ("en", "zh")
    )
    assert (en.sheet_names, zh.sheet_names) == (["Open items"], ["未清项"])
    rows_en, rows_zh = (each.get_sheet_by_index(0).to_python() for each in (en, zh))
    assert rows_zh[0] != rows_en[0]
    assert [row[2] for row in rows_zh[1:]] == [row[2] for row in rows_en[1:]]


def test_a_summary_adds_up_the_rows_of_a_later_sheet_live(tmp_path: Path) -> None:
    summary = Sheet(
        "summary",
        Bilingual(zh="汇总", en="Summary"),
        columns("bucket:text amount:money+ difference:money"),
        lambda: [
            [
                verbatim('a "b"'),
                SumOf(Decimal("-39.99"), "items", "amount", (("bucket", 'd1"30'),)),
                RowFormula(Decimal("-40.99"), "{amount} - 1"),
            ],
            [message("row.total"), SumOf(Decimal("60.11"), "items", "amount"), None],
        ],
    )
    path = written(tmp_path, summary, items())
    sheet = part(path, "xl/worksheets/sheet1.xml")
    assert (
        "<f>SUMIFS('Open items'!$C$2:$C$4,'Open items'!$B$2:$B$4,\"d1\"\"30\")</f><v>-39.99</v>"
        in sheet
    )
    assert "<f>B2 - 1</f><v>-40.99</v>" in sheet
    assert "<f>SUM('Open items'!$C$2:$C$4)</f><v>60.11</v>" in sheet
    with pytest.raises(ValueError, match="must stand on a sheet before it"):
        written(tmp_path, items(), summary)


def test_a_formula_is_never_made_of_text() -> None:
    with pytest.raises(ValueError, match="only numbers"):
        RowFormula(Decimal(1), 'HYPERLINK("http://x")')


def test_a_full_sheet_goes_on_in_another(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workbook, "FULL", 2)
    summary = Sheet(
        "summary",
        Bilingual(zh="汇总", en="Summary"),
        columns("amount:money"),
        lambda: [[SumOf(Decimal("60.11"), "items", "amount")]],
        total=False,
    )
    path = written(tmp_path, summary, items())
    found = load_workbook(str(path))
    assert found.sheet_names == ["Summary", "Open items", "Open items (2)"]
    assert found.get_sheet_by_name("Open items (2)").to_python()[1][0] == "K2"
    assert "SUM('Open items'!$C$2:$C$3)+SUM('Open items (2)'!$C$2:$C$2)" in part(
        path, "xl/worksheets/sheet1.xml"
    )


def test_a_column_of_no_known_kind_is_refused() -> None:
    with pytest.raises(ValueError, match="no kind of column is called 'monye'"):
        columns("amount:monye")


def test_a_page_s_workbook_is_published_beside_it_and_linked_in_its_language(
    tmp_path: Path,
) -> None:
    from pipelines.reporting.publish.build import Edition, write_build
    from tests.support.pages.example_pages import director_page

    bare = director_page()
    link = bare.book_link(message("row.total"))
    first = bare.sections[0].model_copy(update={"link": link})
    page = bare.model_copy(update={"book": book(items()), "sections": (first, *bare.sections[1:])})
    edition = Edition(
        company=page.company, as_of=page.as_of, reports=(page.report,), quality=page.quality
    )
    write_build(tmp_path / "build", [page], edition)
    stem = tmp_path / "build" / page.stem
    for language in ("zh", "en"):
        name = f"{stem.name}.{language}"
        assert (stem.parent / f"{name}.xlsx").read_bytes()[:2] == b"PK"
        html = (stem.parent / f"{name}.html").read_text(encoding="utf-8")
        assert f'href="../../{page.stem}.{language}.xlsx"' in html
    assert '"book"' not in (stem.parent / f"{stem.name}.json").read_text(encoding="utf-8")
