"""Finance's workbook: every open item once, and sums that are those of the published tables."""

from __future__ import annotations

import zipfile
from decimal import Decimal

import duckdb
import pytest
from python_calamine import CalamineWorkbook, load_workbook

from pipelines.reporting.model.page import Page
from pipelines.reporting.workbook.write import write_book


@pytest.fixture(scope="module")
def page(pages: dict[str, list[Page]]) -> Page:
    return next(page for page in pages["finance"] if page.report == "receivables")


@pytest.fixture(scope="module")
def found(page: Page, sample: duckdb.DuckDBPyConnection, tmp_path_factory) -> CalamineWorkbook:
    from pipelines.reporting.reports import REPORTS
    from tests.support.pages.warehouses import SUNDAY

    again = REPORTS["finance"].build(sample, SUNDAY)[0]
    path = tmp_path_factory.mktemp("book") / "receivables.en.xlsx"
    assert again.book is not None
    write_book(again.book, path, "en")
    return load_workbook(str(path))


def rows(book: CalamineWorkbook, sheet: str) -> list[dict[str, object]]:
    head, *body = book.get_sheet_by_name(sheet).to_python()
    return [dict(zip(head, row, strict=True)) for row in body]


def test_every_open_item_is_one_row_and_the_total_is_what_is_outstanding(
    found: CalamineWorkbook, sample: duckdb.DuckDBPyConnection
) -> None:
    *items, total = rows(found, "Open items")
    counted, outstanding = sample.execute(
        "select count(*), sum(open_amount_base) from mart.receivable_item"
    ).fetchone()  # type: ignore[misc]
    assert len(items) == counted
    assert Decimal(str(total["Amount"])) == outstanding
    assert len({(r["Kind"], r["Document"], r["Instalment"]) for r in items}) == counted


def test_the_summary_adds_up_the_items_by_bucket(found: CalamineWorkbook) -> None:
    items = rows(found, "Open items")[:-1]
    *summary, total = rows(found, "Ageing and provision")
    for line in summary:
        own = sum(Decimal(str(r["Amount"])) for r in items if r["Bucket"] == line["Bucket"])
        assert Decimal(str(line["Amount"])) == own
        owed = sum(Decimal(str(r["Owed, before credits"])) for r in items
                   if r["Bucket"] == line["Bucket"])  # fmt: skip
        assert owed >= own
        assert Decimal(str(line["Owed, before credits"])) == owed
    assert Decimal(str(total["Amount"])) == Decimal(str(rows(found, "Open items")[-1]["Amount"]))


def test_customers_stand_beside_what_they_were_overdue_with_a_week_before(
    found: CalamineWorkbook, sample: duckdb.DuckDBPyConnection
) -> None:
    *customers, total = rows(found, "Customers")
    before = sample.execute(
        "select overdue from mart.receivable_metric where scope_kind = 'company' "
        "and as_of_date = (select max(as_of_date) - 7 from mart.receivable_metric)"
    ).fetchone()
    assert before and Decimal(str(total["Overdue a week before"])) == before[0] > 0
    assert any(r["Overdue a week before"] and not r["Overdue"] for r in customers)
    for row in customers:
        now, then = (Decimal(str(row[name])) for name in ("Overdue", "Overdue a week before"))
        assert Decimal(str(row["Since last week"])) == now - then


def test_the_ledger_sheet_shows_the_difference_and_absorbs_nothing(
    found: CalamineWorkbook, sample: duckdb.DuckDBPyConnection
) -> None:
    first = rows(found, "General ledger")[0]
    (difference,) = sample.execute(
        "select gl_difference from mart.receivable_metric "
        "where scope_kind = 'company' and as_of_date = date '2026-11-15'"
    ).fetchone()  # type: ignore[misc]
    assert Decimal(str(first["Difference"])) == difference != 0


def test_the_page_links_to_it_and_its_json_does_not_hold_it(page: Page) -> None:
    link = next(s.link for s in page.sections if s.id == "ageing")
    assert link is not None
    assert link.path == "receivables/finance/2026-W46.{language}.xlsx"
    assert f"{page.stem}." in link.path
    assert page.book is not None
    assert "Open items" not in page.to_json()


def test_of_more_items_than_a_spreadsheet_opens_at_once_the_first_are_shown_and_sums_stay_whole(
    sample: duckdb.DuckDBPyConnection, tmp_path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from pipelines.reporting.finance import receivables_book
    from pipelines.reporting.language.speaker import speaker
    from pipelines.reporting.reports import REPORTS
    from tests.support.pages.warehouses import SUNDAY

    monkeypatch.setattr(receivables_book, "SHEET_ROWS", 5)
    page = REPORTS["finance"].build(sample, SUNDAY)[0]
    path = tmp_path / "cut.en.xlsx"
    assert page.book is not None
    write_book(page.book, path, "en")
    cut = load_workbook(str(path))
    for sheet in ("Open items", "Customers"):
        *shown, last = cut.get_sheet_by_name(sheet).to_python()[1:]
        assert len(shown) == 5
        assert (
            last[0]
            == "The 5 largest. All open items stand in the .items.parquet beside this workbook"
        )
    by_bucket = dict(
        sample.execute(
            "select bucket, sum(open_amount_base) from mart.receivable_item group by bucket"
        ).fetchall()
    )
    *summary, _ = rows(cut, "Ageing and provision")
    assert {line["Bucket"]: Decimal(str(line["Amount"])) for line in summary} == by_bucket
    with zipfile.ZipFile(path) as opened:  # a formula would add up the five only
        assert b"SUMIFS" not in opened.read("xl/worksheets/sheet1.xml")
    link = next(section.link for section in page.sections if section.link is not None)
    counted = sample.execute("select count(*) from mart.receivable_item").fetchone()
    assert (
        speaker("en", "CNY", 2026)
        .text(link.label)
        .startswith(
            f"Workbook: ageing, ledger, the 5 largest of {counted[0]:,} open items"  # type: ignore[index]
        )
    )
