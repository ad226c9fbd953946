"""What stands on a statement beside what was earned: adjustments, approvals, disputes."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from decimal import Decimal as D
from pathlib import Path

import pytest

from pipelines.reporting.model.context import open_context
from pipelines.reporting.model.page import Page, Section
from pipelines.reporting.model.periods import month_of
from pipelines.reporting.reports import REPORTS, quality
from pipelines.reporting.statement import page as statement
from tests.support.books import Books, computed
from tests.support.pages.reading import EN, column, section_of

AS_OF = "2026-11-30"


def books() -> Books:
    """E1 is paid by hand twice; finance approves one, E1 the other, and one more waits."""
    found = Books()
    found.plan("rep", {"credit": {"event": "invoiced", "to": "owner"}, "rate": {"flat_pct": 10}})
    found.person("E1", "rep").person("E2", "rep").person("F", "finance")
    found.invoice("I1", "E1", "2026-10-05", 1000).invoice("I2", "E2", "2026-10-05", 1000)
    sold = {"credit": {"event": "invoiced", "to": "owner"}, "rate": {"flat_pct": 10}}
    terms = {"every": "half_month", "currency": "document"}
    found.plan("twice", sold, settlement=terms)
    found.plan("quarterly", sold, settlement={"every": "quarter"})
    found.person("E3", "twice").person("E4", "quarterly")
    found.add("fx_rate", {"currency": "USD", "rate_date": "2026-10-01", "rate_to_base": "7.1234"})
    found.invoice("U1", "E3", "2026-10-05", "999.99", currency="USD")
    found.invoice("U2", "E3", "2026-10-15", "500.55", currency="USD")
    found.invoice("I3", "E3", "2026-10-15", 1000).invoice("I4", "E3", "2026-10-16", 300)
    found.invoice("I5", "E4", "2026-10-05", 1000).invoice("I6", "E4", "2026-11-05", 500)
    for number, month, reason in [("A1", "2026-10", "launch of HY-R"), ("A2", "2026-11", "D1")]:
        found.add("commission_adjustment", {
            "adjustment_id": number, "employee_id": "E1", "period": month, "amount": 50,
            "kind": "spiff", "reason": reason, "approved_by": "F",
        })  # fmt: skip
    for number, status, who in [
        ("P1", "approved", "F"),
        ("P2", "approved", "E2"),
        ("P3", "asked", ""),
    ]:
        found.add("commission_approval", {
            "approval_id": number, "kind": "adjustment", "period": "2026-10", "key": "A1",
            "status": status, "amount": 50, "reason": f"reason {number}", "asked_by": "E2",
            "asked_at": "2026-10-20 09:00:00", "deadline_date": "2026-10-25", "approved_by": who,
            "approved_at": "2026-10-21 09:00:00" if who else "",
        })  # fmt: skip
    return found.add("commission_dispute", {
        "dispute_id": "D1", "employee_id": "E1", "period": "2026-10", "status": "accepted",
        "reason": "I1 is larger", "opened_at": "2026-11-05 09:00:00", "opened_by": "E1",
        "decided_at": "2026-11-08 09:00:00", "decided_by": "F", "decision": "true",
        "adjustment_id": "A2",
    })  # fmt: skip


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[tuple[str, str], Page]]:
    """Statements by payee and month."""
    root: Path = tmp_path_factory.mktemp("statements")
    books().write(root)
    with computed(root, AS_OF, REPORTS["commission_statement"].reads) as session:
        session.write_findings()
        shown, freshness = quality(session.warehouse.con)
        context = open_context(
            session.warehouse.con, dt.date.fromisoformat(AS_OF), shown, freshness, frozenset()
        )
        yield {
            (page.reader.id, month): page
            for month in ("2026-10", "2026-11")
            for page in statement.pages_of(context, month_of(month), None)
        }


def texts(section: Section, name: str) -> list[str | None]:
    return [cell and EN.text(cell) for cell in column(section, name)]


def test_an_adjustment_is_shown_with_its_reason_and_who_approved_it(pages) -> None:
    page = pages["E1", "2026-10"]
    shown = section_of(page, "adjustments")
    assert texts(shown, "document") == ["A1"]
    assert texts(shown, "reason") == ["launch of HY-R"]
    assert texts(shown, "approver") == ["F"]
    assert [cell.amount for cell in column(shown, "amount")] == [50]
    lines = page.book.sheets[0]
    place = [c.id for c in lines.columns].index("reason")
    assert {row[place] for row in lines.rows()} == {None, "launch of HY-R"}


def test_approvals_stand_on_the_statement_they_are_about_with_state_and_deadline(pages) -> None:
    shown = section_of(pages["E1", "2026-10"], "approvals")
    assert shown.message.params["open"].value == 1
    assert dict(zip(texts(shown, "approval"), texts(shown, "state"), strict=True)) == {
        "P1": "approved", "P2": "does not count", "P3": "waiting",
    }  # fmt: skip
    assert {cell.date for cell in column(shown, "deadline")} == {dt.date(2026, 10, 25)}
    assert texts(shown, "reason") == ["reason P1", "reason P2", "reason P3"]


def test_a_dispute_stands_on_the_month_it_is_about_and_where_its_effect_is_paid(pages) -> None:
    for month in ("2026-10", "2026-11"):
        shown = section_of(pages["E1", month], "disputes")
        assert [cell.amount for cell in column(shown, "effect")] == [D(50)]
        assert texts(shown, "opened_by") == ["E1"]
        assert texts(shown, "decided_by") == ["F"]


def test_what_is_paid_twice_a_month_stands_by_day_and_currency(pages) -> None:
    """10 % of 999.99 and 500.55 USD is 100.00 and 50.06; in CNY 712.33 and 356.56."""
    page = pages["E3", "2026-10"]
    shown = section_of(page, "settlements")
    assert [(cell.date.day) for cell in column(shown, "on_day") if cell][:3] == [15, 15, 31]
    assert texts(shown, "currency")[:3] == ["CNY", "USD", "CNY"]
    assert [cell.value for cell in column(shown, "amount_in_currency") if cell] == [
        100, D("150.06"), 30,
    ]  # fmt: skip
    assert [cell.amount for cell in column(shown, "payable")][:3] == [100, D("1068.90"), 30]
    payable = next(tile for tile in page.tiles if tile.kpi_id == "commission_payable")
    assert payable.value.amount == D("1198.90")


def test_a_quarterly_settlement_holds_what_was_earned_until_the_quarter_ends(pages) -> None:
    for month, earned, held in (("2026-10", 100, 100), ("2026-11", 50, 150)):
        tiles = {tile.kpi_id: tile.value.amount for tile in pages["E4", month].tiles}
        assert (tiles["commission_earned"], tiles["commission_payable"]) == (earned, 0)
        assert tiles["commission_held"] == held
        assert "settlements" not in {section.id for section in pages["E4", month].sections}


def test_nothing_of_it_stands_on_the_statement_of_somebody_else(pages) -> None:
    ids = {section.id for section in pages["E2", "2026-10"].sections}
    assert not ids & {"adjustments", "approvals", "disputes"}
