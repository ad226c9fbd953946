"""The workbook beside a unit's page: the same figures, names beside keys, sums of what adds."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import duckdb
import pytest
from python_calamine import CalamineWorkbook, load_workbook

from pipelines.reporting.model.page import Page
from pipelines.reporting.reports import REPORTS
from pipelines.reporting.workbook.write import write_book
from tests.support.pages.reading import EN, column, section_of, total
from tests.support.pages.warehouses import SUNDAY

UNITS = ("region_weekly", "team_weekly")


def built(sample: duckdb.DuckDBPyConnection, report: str) -> list[Page]:
    return list(REPORTS[report].build(sample, SUNDAY))


@pytest.fixture(scope="module")
def page(sample: duckdb.DuckDBPyConnection) -> Page:
    return next(page for page in built(sample, "team_weekly") if page.reader.id == "T05")


@pytest.fixture(scope="module")
def found(page: Page, tmp_path_factory: pytest.TempPathFactory) -> CalamineWorkbook:
    assert page.book is not None
    path = tmp_path_factory.mktemp("book") / "unit.en.xlsx"
    write_book(page.book, path, "en")
    return load_workbook(str(path))


def rows(book: CalamineWorkbook, sheet: str) -> list[dict[str, object]]:
    head, *body = book.get_sheet_by_name(sheet).to_python()
    return [dict(zip(head, row, strict=True)) for row in body]


def amount(value: object) -> Decimal:
    return Decimal(str(value)).quantize(Decimal("0.01"))


def test_a_person_stands_in_it_as_on_the_page(page: Page, found: CalamineWorkbook) -> None:
    people = {row["Person"]: row for row in rows(found, "People")[:-1]}
    assert {row["Team"] for row in people.values()} == {"华南2组"}
    quota = section_of(page, "quota")
    names = [EN.text(cell) for cell in column(quota, "unit")]
    assert len(names) > 5
    for name, plan, share in zip(
        names, column(quota, "plan"), column(quota, "attainment"), strict=True
    ):
        assert amount(people[name]["Quarter's quota"]) == plan.amount
        assert people[name]["Attainment"] == pytest.approx(float(share.value), abs=1e-9)
    kept = section_of(page, "hygiene")
    for name, flawed in zip(column(kept, "rep"), column(kept, "flawed"), strict=True):
        assert people[EN.text(name)]["To set right"] == flawed.value


def test_sums_stand_below_what_adds_and_nowhere_else(page: Page, found: CalamineWorkbook) -> None:
    *people, below = rows(found, "People")
    overdue = total(section_of(page, "overdue"), "overdue").amount
    assert amount(below["Overdue"]) == overdue
    assert amount(rows(found, "Overdue items")[-1]["Amount"]) == overdue
    assert below["Overdue items"] == total(section_of(page, "overdue"), "items").value
    assert below["To set right"] == sum(row["To set right"] for row in people)  # type: ignore[misc]
    # people who have left had quotas and calls too: the unit's is more than the sum of its people
    assert {below[name] for name in ("Quarter's quota", "Attainment", "Calls")} == {""}
    *items, _ = rows(found, "Overdue items")
    assert rows(found, "Overdue items")[-1]["Not yet allocated"] == ""
    assert all(row["Customer no."] and row["Customer"] for row in items)


def test_its_deals_are_those_the_page_counts(page: Page, found: CalamineWorkbook) -> None:
    table = section_of(page, "deals").table
    *deals, below = rows(found, "Deals that need somebody")
    assert len(deals) == (table.rows_in_all or len(table.rows))
    said = next(text for text in section_of(page, "deals").what if "amount" in text.params)
    assert amount(below["Amount"]) == said.params["amount"].amount
    assert len({row["Deal no."] for row in deals}) == len(deals)
    *crm, _ = rows(found, "To set right in the CRM")
    assert len(crm) == section_of(page, "crm").message.params["deals"].value


@pytest.mark.parametrize("report", UNITS)
def test_every_unit_has_one_linked_under_its_people(
    pages: dict[str, list[Page]], report: str
) -> None:
    for page in pages[report]:
        assert page.book is not None
        link = page.sections[0].link
        assert link is not None and link.path == f"{page.stem}.{{language}}.xlsx"


def test_the_same_week_gives_the_same_bytes(
    page: Page, sample: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    again = next(one for one in built(sample, "team_weekly") if one.reader.id == "T05")
    for number, book in enumerate((page.book, again.book)):
        assert book is not None
        write_book(book, tmp_path / f"{number}.xlsx", "zh")
    assert (tmp_path / "0.xlsx").read_bytes() == (tmp_path / "1.xlsx").read_bytes()


def test_of_more_deals_than_are_held_it_says_so_and_has_no_sum_of_some(
    sample: duckdb.DuckDBPyConnection, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from pipelines.reporting.model import context
    from pipelines.reporting.shared import deals

    for module in (context, deals):
        monkeypatch.setattr(module, "HELD_ROWS", 5)
    page = next(one for one in built(sample, "team_weekly") if one.reader.id == "T05")
    link = page.sections[0].link
    assert link is not None
    assert "the 5 largest of 29 deals" in EN.text(link.label)
    assert page.book is not None
    write_book(page.book, tmp_path / "cut.xlsx", "en")
    shown = rows(load_workbook(str(tmp_path / "cut.xlsx")), "Deals that need somebody")
    assert len(shown) == 5
    assert all(row["Deal no."] for row in shown)


def test_what_no_export_says_stands_empty_in_it(
    tmp_path: Path,
) -> None:
    from tests.support.pages.small_company import TABLES
    from tests.support.pages.warehouses import compute, opened, small_workspace

    tables = {name: TABLES[name] for name in ("org_unit", "employee", "assignment", "quota")}
    with opened(compute(small_workspace(tmp_path / "ws", tables))) as con:
        page = next(iter(REPORTS["team_weekly"].build(con, SUNDAY)))
        assert page.book is not None
        write_book(page.book, tmp_path / "bare.xlsx", "en")
    (person, *_) = rows(load_workbook(str(tmp_path / "bare.xlsx")), "People")
    assert person["Employee no."]
    for name in ("Calls", "Open deals", "To set right", "Untouched", "Overdue items", "Overdue"):
        assert person[name] == "", name
