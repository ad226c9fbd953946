"""A rate by a line's own discount or margin: each order line is paid by itself."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from tests.support.facts.commissions import (
    PAID,
    event,
    given_payees,
    given_plans,
    part,
    plan,
    planned,
)
from tests.support.facts.documents import day
from tests.support.laboratory import Laboratory, Row, pick

BY_DISCOUNT = {"rate": {"rules": [
    {"discount": {"from": 0, "to": 10}, "rate_pct": 5},
    {"discount": {"from": 10, "to": 20}, "rate_pct": 3},
    {"discount": {"from": 20}, "rate_pct": 1},
]}}  # fmt: skip
BY_MARGIN = {"rate": {"rules": [
    {"margin": {"to": 0}, "rate_pct": 0},
    {"margin": {"from": 0, "to": 30}, "rate_pct": 2},
    {"margin": {"from": 30}, "rate_pct": 4},
    {"product": "P9", "margin": {"from": 30}, "rate_pct": 6},
]}}  # fmt: skip


def line(number: int, net: object, listed: object = None, cost: object = None, **more: Any) -> Row:
    return {"order_id": "S", "line_no": number, "product_id": "P1", "quantity": 1,
            "net_amount": net, "list_price": listed, "cost_amount": cost, **more}  # fmt: skip


def order_lines(lab: Laboratory, *lines: Row, currency: str = "CNY") -> list[dict[str, Any]]:
    lab.given("core.fct_order", [{"order_id": "S", "owner_id": "E1", "currency": currency,
                                  "order_date": day("2026-10-01")}])  # fmt: skip
    lab.given("core.fx_day", [{"currency": "USD", "calendar_date": day("2026-10-01"),
                               "rate_to_base": Decimal("7.1234")}])  # fmt: skip
    lab.given("staging.sales_order_line", lines)
    lab.given("staging.product", [{"product_id": "P2", "name": "two", "list_price": 200,
                                   "unit_cost": 50}])  # fmt: skip
    rows = lab.result("core.fct_order_line", "line_no")
    lab.build("core.fct_order_line")
    return rows


def paid(lab: Laboratory, component: Row, *events: Row) -> list[tuple[Any, ...]]:
    given_plans(lab, plan(part(event="invoiced", **component)))
    given_payees(lab, planned("E1"))
    lab.given("core.fct_credit_event", events).given("core.quota_day", [])
    lab.build("core.fct_credit", *PAID)
    rows = lab.query(
        "select credit.line_no, earning.credit_amount, earning.rate, earning.amount, "
        "earning.tier_from, earning.tier_to from commission.credit_earning as earning "
        "inner join core.fct_credit as credit on earning.credit_id = credit.credit_id "
        "order by earning.credit_date, credit.line_no"
    )
    return pick(rows, "line_no", "credit_amount", "rate", "amount", "tier_from", "tier_to")


def invoiced(amount: object, number: str = "V", **more: Any) -> Row:
    return event(number, amount, credit_event="invoiced", order_id="S", **more)


def test_a_line_s_discount_and_margin_are_its_own(lab: Laboratory) -> None:
    """Below list by its own price, else by its product's; a price above list is no discount."""
    rows = order_lines(
        lab, line(1, 90, 100, 60), line(2, 180, None, None, product_id="P2"),
        line(3, 120, 100, 130), line(4, 50), line(5, 0, 100, 10),
    )  # fmt: skip
    assert pick(rows, "discount_pct", "margin_pct") == [
        (10, Decimal("33.3333")), (10, Decimal("72.2222")), (0, Decimal("-8.3334")), (None, None),
        (100, None),
    ]  # fmt: skip


def test_a_percentage_of_a_foreign_line_is_that_of_its_own_currency(lab: Laboratory) -> None:
    """In base currency 10 % of 33.33 would be 9.99 %, and another rule."""
    rows = order_lines(lab, line(1, Decimal("29.997"), Decimal("33.33"), Decimal("29.997")),
                       currency="USD")  # fmt: skip
    assert pick(rows, "discount_pct", "margin_pct") == [(10, 0)]


def test_a_limit_is_reached_exactly_where_it_is(lab: Laboratory) -> None:
    """A cent of ten million below cost is below nothing, and a cent above the tenth is not ten."""
    rows = order_lines(lab, line(1, 10_000_000, 1, Decimal("10000000.01")),
                       line(2, Decimal("9000000.01"), 10_000_000, 1))  # fmt: skip
    assert rows[0]["margin_pct"] == Decimal("-0.0001")
    assert rows[1]["discount_pct"] == Decimal("9.9999")


def test_each_line_is_paid_by_its_own_discount(lab: Laboratory) -> None:
    """Two lines of one product: 95 at 5 %, 85 at 3 %, 70 at 1 %; an invoice of half of it."""
    order_lines(lab, line(1, 95, 100), line(2, 85, 100), line(3, 70, 100))
    assert paid(lab, BY_DISCOUNT, invoiced(125)) == [
        (1, Decimal("47.5"), Decimal("0.05"), Decimal("2.38"), 0, 10),
        (2, Decimal("42.5"), Decimal("0.03"), Decimal("1.28"), 10, 20),
        (3, 35, Decimal("0.01"), Decimal("0.35"), 20, None),
    ]  # fmt: skip


def test_each_line_is_paid_by_its_own_margin_and_the_most_particular_rule(lab: Laboratory) -> None:
    """Margins of -10, 20, 40 and 40 %."""
    order_lines(lab, line(1, 100, None, 110), line(2, 100, None, 80), line(3, 100, None, 60),
                line(4, 100, None, 60, product_id="P9"))  # fmt: skip
    assert [(row[0], row[3]) for row in paid(lab, BY_MARGIN, invoiced(400))] == [
        (1, 0), (2, 2), (3, 4), (4, 6),
    ]  # fmt: skip


def test_what_is_taken_back_at_the_original_s_rate_is_taken_back_line_by_line(
    lab: Laboratory,
) -> None:
    order_lines(lab, line(1, 95, 100), line(2, 85, 100))
    back = invoiced(-90, "N", reverses_event_id="V", source_kind="credit_note",
                    event_date=day("2026-10-20"))  # fmt: skip
    rows = paid(lab, {**BY_DISCOUNT, "clawback": {"by": "original_rate"}}, invoiced(180), back)
    assert [(row[0], row[3]) for row in rows] == [
        (1, Decimal("4.75")), (2, Decimal("2.55")), (1, Decimal("-2.38")), (2, Decimal("-1.28")),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("rate", "says", "lacks"),
    [
        (BY_DISCOUNT, {}, "discount_pct"),
        (BY_MARGIN, {}, "margin_pct"),
        (BY_MARGIN, {"unknown_cost": "net"}, "margin_pct"),
    ],
)
def test_a_line_whose_discount_or_margin_is_not_known_waits_or_is_paid_by_the_rest(
    lab: Laboratory, rate: Row, says: Row, lacks: str
) -> None:
    order_lines(lab, line(1, 100, 100, 50), line(2, 100))
    rules = [*rate["rate"]["rules"], *([{"rate_pct": 1}] if says else [])]
    rows = paid(lab, {"rate": {"rules": rules}, "credit": says}, invoiced(200))
    assert sum(row[3] for row in rows if row[0] == 2) == (1 if says else 0)
    credits = lab.result("core.fct_credit", "line_no")
    assert credits[1][lacks] is None
    held = 100 if lacks == "margin_pct" and not says else 0
    assert pick(credits, "uncosted_amount") == [(0,), (held,)]
    assert sum(row["credit_amount"] for row in credits) == (200 if says else 100)
