"""What leavers still earn, what they lose, and amounts beside commission."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest

from tests.support.facts.commissions import (
    CHAIN,
    event,
    given_payees,
    given_plans,
    part,
    plan,
    planned,
    versions,
)
from tests.support.facts.documents import day
from tests.support.laboratory import Laboratory, Row, pick

LEFT = day("2026-10-10")
LEAVES = {"employee_id": "E1", "hire_date": day("2025-01-01"), "leave_date": LEFT}
TIMED = CHAIN[CHAIN.index("core.fct_credit") :]


def spans(lab: Laboratory, leavers: Row | None, ended: dt.date | None) -> list[tuple[Any, ...]]:
    given_plans(lab, plan(part(), **({"leavers": leavers} if leavers else {})))
    lab.given("core.employee_assignment", [
        {"employee_id": "E1", "role": "rep", "unit_id": "T", "valid_from": day("2025-01-01"),
         "valid_to": ended, "is_last": True},
    ]).given("staging.employee", [LEAVES])  # fmt: skip
    return pick(lab.result("commission.payee_plan_span"), "valid_to")


@pytest.mark.parametrize("ended", [LEFT, None], ids=["ended", "left open"])
@pytest.mark.parametrize(("days", "until"), [(0, LEFT), (30, day("2026-11-09"))])
def test_credit_counts_for_as_many_days_after_the_last_as_the_plan_says(
    lab: Laboratory, days: int, until: dt.date, ended: dt.date | None
) -> None:
    assert spans(lab, {"earn_days": days}, ended) == [(until,)]


def test_a_plan_that_says_nothing_follows_the_assignment(lab: Laboratory) -> None:
    assert spans(lab, None, LEFT) == [(LEFT,)]
    assert spans(lab, None, None) == [(day("9999-12-31"),)]


def lines(lab: Laboratory, leavers: Row | None, *events: Row, **component: Any) -> list[Row]:
    """Ledger lines of E1, who left on October 10, by day."""
    lab.as_of(dt.date(2027, 12, 31))
    says = {"leavers": leavers} if leavers else {}
    given_plans(lab, plan(part(**component), **says))
    given_payees(lab, planned("E1"))
    lab.given("staging.employee", [LEAVES])
    lab.given("core.fct_credit_event", events).given("core.quota_day", [])
    lab.build(*TIMED)
    return lab.query(
        "select ledger, credit_date, cause, amount from commission.computed_line "
        "order by credit_date, ledger, cause"
    )


def sums(found: list[Row]) -> dict[str, Decimal]:
    total: dict[str, Decimal] = {"earned": Decimal(0), "payable": Decimal(0), "held": Decimal(0)}
    for row in found:
        total[row["ledger"]] += row["amount"]
    return total


HELD_BACK = {"release": {"hold_pct": 10, "hold_months": 3}}
SOLD = event("A", 1000, "2026-09-05")


def test_what_is_held_back_of_a_leaver_is_paid_when_it_is_due(lab: Laboratory) -> None:
    assert sums(lines(lab, None, SOLD, **HELD_BACK)) == {"earned": 100, "payable": 100, "held": 0}


def test_what_is_held_on_the_last_day_may_be_lost(lab: Laboratory) -> None:
    """100 earned, 90 paid; the 10 that were due in December are earned no more in October."""
    found = lines(lab, {"held": "forfeited"}, SOLD, **HELD_BACK)
    assert pick(found, "ledger", "credit_date", "cause", "amount")[-2:] == [
        ("earned", LEFT, "forfeited", -10), ("held", LEFT, "forfeited", -10),
    ]  # fmt: skip
    assert sums(found) == {"earned": 90, "payable": 90, "held": 0}


def test_what_was_released_before_the_last_day_is_not_lost(lab: Laboratory) -> None:
    found = lines(lab, {"held": "forfeited"}, event("A", 1000, "2026-06-05"), **HELD_BACK)
    assert sums(found) == {"earned": 100, "payable": 100, "held": 0}


@pytest.mark.parametrize(
    ("back", "paid"),
    # a tenth of the 1,000 was never paid, so of 1,000 back 90 are taken, of 500 back 45
    [(-1000, 0), (-500, 45)],
)
def test_money_that_goes_back_later_takes_back_what_had_been_released(
    lab: Laboratory, back: int, paid: int
) -> None:
    later = event("B", back, "2026-11-05", quota_date=day("2026-09-05"), reverses_event_id="A",
                  source_kind="bounce")  # fmt: skip
    found = lines(lab, {"held": "forfeited"}, SOLD, later, **HELD_BACK)
    assert sums(found) == {"earned": paid, "payable": paid, "held": 0}


def invoice_waits(lab: Laboratory, *cash: tuple[str, int]) -> None:
    """An invoice of 1,000 that is paid in parts."""
    lab.given("core.fct_invoice", [
        {"invoice_id": "I", "kind": "invoice", "net_amount": 1000, "gross_amount": 1000,
         "rate_to_base": 1, "invoice_date": day("2026-09-05")},
    ])  # fmt: skip
    lab.given("core.fct_settlement", [
        {"document_id": "I", "settled_date": day(on), "kind": "cash", "amount": amount,
         "is_known": True, "item_kind": "invoice"} for on, amount in cash
    ])  # fmt: skip


INVOICED = event("A", 1000, "2026-09-05", credit_event="invoiced", source_kind="invoice",
                 source_id="I", family_id="I")  # fmt: skip
WITH_CASH = {"event": "invoiced", "release": {"when": "cash"}}


@pytest.mark.parametrize(
    ("leavers", "paid"), [(None, 100), ({"held": "paid"}, 100), ({"held": "forfeited"}, 60)]
)
def test_cash_after_the_last_day_releases_as_the_plan_says(
    lab: Laboratory, leavers: Row | None, paid: int
) -> None:
    """600 before, 400 after it."""
    invoice_waits(lab, ("2026-10-01", 600), ("2026-11-01", 400))
    found = lines(lab, leavers, INVOICED, **WITH_CASH)
    assert sums(found) == {"earned": paid, "payable": paid, "held": 0}


def test_cash_that_came_and_went_after_the_last_day_moves_nothing(lab: Laboratory) -> None:
    invoice_waits(lab, ("2026-11-01", 400), ("2026-12-01", -400))
    found = lines(lab, {"held": "forfeited"}, INVOICED, **WITH_CASH)
    assert sums(found) == {"earned": 0, "payable": 0, "held": 0}


def test_who_has_a_draw_has_none_after_the_last_day(lab: Laboratory) -> None:
    given_plans(lab, plan(draw={"monthly": 1000, "for": "everyone"}, valid_from="2026-09-01",
                          leavers={"earn_days": 60}))  # fmt: skip
    given_payees(lab, planned("E1", since="2026-09-01", valid_to=day("2026-12-09")))
    lab.as_of(dt.date(2026, 12, 31)).given("staging.employee", [LEAVES])
    rows = lab.result("commission.draw", "period")
    assert pick(rows, "period", "drawn") == [
        ("2026-09", 1000), ("2026-10", 1000), ("2026-11", 0), ("2026-12", 0),
    ]  # fmt: skip


CAR = {"id": "car", "label": {"zh": "车补", "en": "Car"}, "monthly": 800}


@pytest.mark.parametrize(
    ("prorate", "amounts"),
    # in force for 16 of September's 30 days, employed for 10 of October's 31: 426.67 and 258.06
    [({}, [800, 800]), ({"prorate": "active_days"}, [Decimal("426.67"), Decimal("258.06")])],
)
def test_an_allowance_is_earned_each_month_beside_commission(
    lab: Laboratory, prorate: Row, amounts: list[object]
) -> None:
    given_plans(lab, plan(allowances=[{**CAR, **prorate}]))
    given_payees(lab, planned("E1", since="2026-09-15"))
    lab.as_of(dt.date(2026, 12, 31)).given("staging.employee", [LEAVES])
    rows = lab.result("commission.allowance", "period")
    assert pick(rows, "period", "amount") == list(zip(["2026-09", "2026-10"], amounts, strict=True))
    lab.build("commission.allowance", "commission.earned")
    rows = lab.result("commission.computed_line", "credit_date, ledger")
    assert pick(rows[:2], "ledger", "component_id", "cause", "amount") == [
        ("earned", "car", "allowance", amounts[0]),
        ("payable", "car", "released_at_once", amounts[0]),
    ]


def test_a_month_of_two_versions_has_one_allowance_to_the_cent(lab: Laboratory) -> None:
    """15 and 15 of 30 days of 333.33 are 166.67 and 166.66; without days the last version pays."""
    for prorate, expected in (
        ({"prorate": "active_days"}, [(1, Decimal("166.67")), (2, Decimal("166.66"))]),
        ({}, [(2, Decimal("333.33"))]),
    ):
        own = {**CAR, "monthly": Decimal("333.33"), **prorate}
        given_plans(lab, *versions(plan(allowances=[own]), "2026-09-16"))
        given_payees(
            lab, planned("E1", since="2026-09-01", valid_to=day("2026-09-15")),
            planned("E1", since="2026-09-16", valid_to=day("2026-09-30"), plan_version=2),
        )  # fmt: skip
        lab.given("staging.employee", [LEAVES])
        rows = lab.result("commission.allowance", "plan_version")
        assert pick(rows, "plan_version", "amount") == expected


def test_an_allowance_does_not_fill_up_a_draw(lab: Laboratory) -> None:
    given_plans(lab, plan(draw={"monthly": 1000, "for": "everyone"}, allowances=[CAR],
                          valid_from="2026-09-01"))  # fmt: skip
    given_payees(lab, planned("E1", since="2026-09-01"))
    lab.as_of(dt.date(2026, 9, 30)).given("staging.employee", [LEAVES])
    lab.build("commission.allowance", "commission.earned")
    assert pick(lab.result("commission.draw"), "earned", "drawn") == [(0, 1000)]


def test_who_forfeits_is_who_has_left_under_a_plan_that_says_so(lab: Laboratory) -> None:
    given_plans(lab, plan(leavers={"held": "forfeited"}), plan(role="lead"))
    lab.given("staging.employee", [
        LEAVES, {"employee_id": "E2"}, {"employee_id": "E3", "leave_date": day("2099-01-01")},
    ])  # fmt: skip
    rows = lab.result("commission.forfeiting")
    assert pick(rows, "payee_id", "plan_id", "leave_date") == [("E1", "P-rep", LEFT)]
    lab.build("commission.forfeiting")
    assert lab.result("commission.forfeit") == []


def test_a_release_after_the_last_day_of_who_forfeits_is_nobody_s(lab: Laboratory) -> None:
    releases = [("E1", "2026-10-15"), ("E1", "2026-10-16"), ("E2", "2026-10-16")]
    lab.given("commission.release", [
        {"release_id": str(n), "payee_id": who, "plan_id": "P-rep", "plan_version": 1,
         "release_date": day(date), "amount": 10}
        for n, (who, date) in enumerate(releases)
    ])  # fmt: skip
    lab.given("commission.forfeiting", [
        {"payee_id": "E1", "plan_id": "P-rep", "plan_version": 1, "leave_date": day("2026-10-15")},
    ])  # fmt: skip
    kept = lab.result("commission.kept_release", "release_id")
    assert pick(kept, "payee_id", "release_date") == [
        ("E1", day("2026-10-15")), ("E2", day("2026-10-16")),
    ]  # fmt: skip
