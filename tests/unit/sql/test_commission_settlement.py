"""When what may be paid is paid, and in which currency it is stated."""

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
)
from tests.support.facts.documents import day
from tests.support.laboratory import Laboratory, Row, pick


def settled(lab: Laboratory, settlement: Row, *events: Row, **component: Any) -> list[Row]:
    lab.as_of(dt.date(2027, 1, 31))
    given_plans(lab, plan(part(**component), settlement=settlement))
    given_payees(lab, planned("E1"))
    lab.given("staging.employee", [{"employee_id": "E1", "hire_date": day("2025-01-01")}])
    lab.given("core.fct_invoice", [
        {"invoice_id": "I", "kind": "invoice", "currency": "CNY", "rate_to_base": 1},
        {"invoice_id": "U", "kind": "invoice", "currency": "USD",
         "rate_to_base": Decimal("7.1234")},
    ])  # fmt: skip
    lab.given("core.fct_credit_event", events).given("core.quota_day", [])
    lab.build(*CHAIN[CHAIN.index("core.fct_credit") :])
    lab.build("commission.open_period", "commission.correction_line", "commission.booked_line")
    return lab.result("mart.commission_settlement", "settled_on, currency")


SOLD = (event("A", 1000, "2026-10-15"), event("B", 500, "2026-10-16"),
        event("C", 200, "2026-11-03"))  # fmt: skip


@pytest.mark.parametrize(
    ("every", "days"),
    [
        ("half_month", [("2026-10-15", 100), ("2026-10-31", 50), ("2026-11-15", 20)]),
        ("month", [("2026-10-31", 150), ("2026-11-30", 20)]),
        ("quarter", [("2026-12-31", 170)]),
    ],
)
def test_what_is_earned_is_paid_on_the_day_the_plan_settles(
    lab: Laboratory, every: str, days: list[tuple[str, int]]
) -> None:
    rows = settled(lab, {"every": every}, *SOLD)
    assert pick(rows, "settled_on", "settled_amount") == [(day(on), paid) for on, paid in days]


def test_a_hold_back_is_paid_on_the_settlement_after_its_months(lab: Laboratory) -> None:
    """90 in the half month of the sale; 10 a month later, in the half month of that day."""
    rows = settled(lab, {"every": "half_month"}, SOLD[0],
                   release={"hold_pct": 10, "hold_months": 1})  # fmt: skip
    assert pick(rows, "settled_on", "settled_amount") == [
        (day("2026-10-15"), 90), (day("2026-11-15"), 10),
    ]  # fmt: skip


@pytest.mark.parametrize("every", ["month", "half_month"])
def test_a_document_s_settlements_add_up_in_its_own_currency(lab: Laboratory, every: str) -> None:
    """10 % of three parts of 11.11 USD, 79.14 CNY each: 7.91 CNY and 1.11 USD a month."""
    events = [event(f"U{n}", Decimal("79.14"), f"2026-{10 + n}-05", invoice_id="U")
              for n in range(3)]  # fmt: skip
    rows = settled(lab, {"every": every, "currency": "document"}, *events, SOLD[0])
    usd = [row for row in rows if row["currency"] == "USD"]
    assert sum(row["amount_base"] for row in usd) == Decimal("23.73")
    assert sum(row["settled_amount"] for row in usd) == Decimal("3.33")
    assert pick([row for row in rows if row["currency"] == "CNY"], "settled_amount") == [(100,)]
