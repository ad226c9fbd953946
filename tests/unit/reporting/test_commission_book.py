"""Finance's commission workbook: differences first, sums those of the published tables."""

from __future__ import annotations

from decimal import Decimal
from types import SimpleNamespace

import duckdb
import pytest
from python_calamine import CalamineWorkbook, load_workbook

from pipelines.reporting.finance import commission_book
from pipelines.reporting.finance.commission_book import book_link
from pipelines.reporting.language.numbers import LanguageCode
from pipelines.reporting.language.speaker import speaker
from pipelines.reporting.model.page import Page
from pipelines.reporting.workbook.write import write_book


@pytest.fixture(scope="module")
def page(pages: dict[str, list[Page]]) -> Page:
    return next(page for page in pages["finance"] if page.report == "commission_reconciliation")


@pytest.fixture(scope="module")
def found(page: Page, sample: duckdb.DuckDBPyConnection, tmp_path_factory) -> CalamineWorkbook:
    from pipelines.reporting.reports import REPORTS
    from tests.support.pages.warehouses import SUNDAY

    again = list(REPORTS["finance"].build(sample, SUNDAY))[1]
    path = tmp_path_factory.mktemp("book") / "commission.en.xlsx"
    assert again.book is not None
    write_book(again.book, path, "en")
    return load_workbook(str(path))


def rows(book: CalamineWorkbook, sheet: str) -> list[dict[str, object]]:
    head, *body = book.get_sheet_by_name(sheet).to_python()
    return [dict(zip(head, row, strict=True)) for row in body]


def total(book: CalamineWorkbook, sheet: str, name: str) -> Decimal:
    return Decimal(str(rows(book, sheet)[-1][name]))


def added(book: CalamineWorkbook, sheet: str, name: str) -> Decimal:
    return sum((Decimal(str(r[name] or 0)) for r in rows(book, sheet)[:-1]), Decimal(0))


def test_differences_come_first_and_unexplained_ones_on_top(
    found: CalamineWorkbook, sample: duckdb.DuckDBPyConnection
) -> None:
    assert found.sheet_names[0] == "Differences"
    *listed, _ = rows(found, "Differences")
    counted, open_ones = sample.execute(
        "select count(*), count(*) filter (where is_unexplained) from mart.commission_difference"
    ).fetchone()  # type: ignore[misc]
    assert len(listed) == counted
    marked = [bool(row["Unexplained"]) for row in listed]
    assert marked == [True] * open_ones + [False] * (counted - open_ones)
    assert open_ones > 0


def test_the_register_and_the_lines_of_open_months_add_up_to_the_statements(
    found: CalamineWorkbook, sample: duckdb.DuckDBPyConnection
) -> None:
    for name in ("Earned", "Payable", "Paid"):
        (stated,) = sample.execute(
            f"select sum({name.lower()}) from mart.commission_statement"
        ).fetchone()  # type: ignore[misc]
        for sheet in ("Statements", "Lines of open months"):
            assert total(found, sheet, name) == added(found, sheet, name) == stated
    (lines,) = sample.execute(
        "select count(*) from mart.commission_line where not is_closed"
    ).fetchone()  # type: ignore[misc]
    assert len(rows(found, "Lines of open months")) - 1 == lines


def test_a_sheet_of_too_many_rows_shows_the_first_without_totals_and_says_where_all_are(
    tmp_path, monkeypatch, sample: duckdb.DuckDBPyConnection
) -> None:
    from pipelines.reporting.reports import REPORTS
    from tests.support.pages.warehouses import SUNDAY

    monkeypatch.setattr(commission_book, "SHEET_ROWS", 5)
    again = list(REPORTS["finance"].build(sample, SUNDAY))[1]
    assert again.book is not None
    write_book(again.book, tmp_path / "commission.en.xlsx", "en")
    *shown, said = rows(load_workbook(str(tmp_path / "commission.en.xlsx")), "Lines of open months")
    assert len(shown) == 5
    assert said["Line"].startswith("The first 5 rows. All of them stand in attain.duckdb")
    assert said["Earned"] == ""


def test_every_line_of_the_month_stands_in_a_file_beside_the_page(
    tmp_path, page: Page, sample: duckdb.DuckDBPyConnection
) -> None:
    from pipelines.reporting.reports import REPORTS
    from tests.support.pages.warehouses import SUNDAY

    files = []
    for name in ("a", "b"):
        (extract,) = list(REPORTS["finance"].build(sample, SUNDAY))[1].extracts
        extract.write(tmp_path / f"{name}.parquet")
        files.append(tmp_path / f"{name}.parquet")
    assert extract.name == "lines"
    assert files[0].read_bytes() == files[1].read_bytes()
    month = page.period.key
    of_month = f"from mart.commission_line where posted_period = '{month}'"
    for file in files:
        same = f"select * from '{file}' except all select * {of_month}"
        assert sample.execute(same).fetchall() == []
        assert (
            sample.execute(f"select count(*) from '{file}'").fetchone()
            == sample.execute(f"select count(*) {of_month}").fetchone()
        )


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_link_says_when_the_workbook_does_not_hold_every_line(language: LanguageCode) -> None:
    def label(lines: int) -> str:
        context = SimpleNamespace(
            rows=lambda query: [SimpleNamespace(lines=lines)],
            last_month=SimpleNamespace(key="2026-10"),
        )
        return speaker(language, "CNY", 2026).text(book_link(context).label)  # type: ignore[arg-type]

    assert "20,001" in label(20_001) and "20,000" in label(20_001)
    assert "20,000" not in label(20_000)


def test_the_ledger_sheet_holds_every_month_and_its_difference(
    found: CalamineWorkbook, sample: duckdb.DuckDBPyConnection
) -> None:
    *months, _ = rows(found, "Accrual and ledger")
    booked = [row for row in months if row["In the ledger"] != ""]
    assert len(booked) > 12
    for row in booked:
        own = Decimal(str(row["In the ledger"])) - Decimal(str(row["Expense"]))
        assert Decimal(str(row["Expense differs"])) == own
    (expense,) = sample.execute("select sum(expense) from mart.commission_accrual").fetchone()  # type: ignore[misc]
    assert total(found, "Accrual and ledger", "Expense") == expense


def test_contract_costs_and_their_schedule_write_off_the_same(found: CalamineWorkbook) -> None:
    costs = total(found, "Contract costs", "Amount")
    assert costs == added(found, "Contract costs", "Amount") != 0
    assert total(found, "Amortisation", "Capitalised") == costs
    assert total(found, "Amortisation", "Written off") == costs
    last = rows(found, "Amortisation")[-2]
    assert Decimal(str(last["Asset"])) == 0


def test_the_page_links_to_it_from_its_first_section(page: Page) -> None:
    assert page.sections[0].id == "remainder"
    link = page.sections[0].link
    assert link is not None
    assert link.path == "commission_reconciliation/finance/2026-10.{language}.xlsx"
    assert f"{page.stem}." in link.path
