"""Where a payee stands at a month's end: the tier reached, the next one, and what it would pay."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest
from commissions import (
    PAID,
    credit,
    given_payees,
    given_plans,
    of_quota,
    part,
    plan,
    planned,
    quota,
)
from laboratory import Laboratory, Row, pick

RATES = (5, 100, 8, 130, 10)


def positions(
    lab: Laboratory, credits: list[Row], component: dict[str, Any], as_of: str = "2026-11-15"
) -> list[Row]:
    lab.as_of(dt.date.fromisoformat(as_of))
    given_plans(lab, plan(part(**component)))
    given_payees(lab, planned("E1"))
    lab.given("core.fct_credit", credits)
    lab.given("core.quota_day", [quota(100_000)])
    lab.build(*PAID)
    return lab.result("mart.commission_position", "period")


def in_october(lab: Laboratory, amount: object, mode: str, **more: Any) -> Row:
    found = positions(lab, [credit("A", amount)], of_quota(*RATES, mode=mode, **more))
    return next(row for row in found if row["period"] == "2026-10")


def test_each_month_has_the_position_of_its_own_end(lab: Laboratory) -> None:
    found = positions(lab, [credit("A", 80_000), credit("B", 30_000, "2026-11-05")],
                      of_quota(*RATES))  # fmt: skip
    assert pick(found[-3:], "period", "credit", "month_credit", "earned", "tier_no") == [
        ("2026-09", 0, 0, 0, None),
        ("2026-10", 80_000, 80_000, 4000, 1),
        ("2026-11", 110_000, 30_000, 5800, 2),
    ]


@pytest.mark.parametrize(
    ("mode", "boundary", "needed", "next_tier", "next_ten_thousand"),
    [
        # 20,000 more at 5 %; 10,000 at 5 %
        ("marginal", "lower", "20000", "1000", "500"),
        # 100,000 at 8 % is 8,000 and not 4,000; the next 10,000 stay in the tier
        ("whole", "upper", "20000", "4000", "500"),
        # exactly on the limit is the tier below, so a cent more
        ("whole", "lower", "20000.01", "4000", "500"),
        # 7.4 % of 80,000 is 5,920; 8 % of 100,000; 7.7 % of 90,000 is 6,930
        ("interpolated", "lower", "20000", "2080", "1010"),
        ("hybrid", "upper", "20000", "1000", "500"),
    ],
)  # fmt: skip
def test_the_next_tier_pays_as_the_plan_s_mode_does(
    lab: Laboratory, mode: str, boundary: str, needed: str, next_tier: str, next_ten_thousand: str
) -> None:
    more = {"base_rate_pct": 5} if mode == "hybrid" else {}
    row = in_october(lab, 80_000, mode, boundary=boundary, **more)
    assert (row["to_next_tier"], row["next_tier_pays"], row["next_pays"]) == (
        Decimal(needed), Decimal(next_tier), Decimal(next_ten_thousand),
    )  # fmt: skip


def test_ten_thousand_that_reach_a_tier_of_the_whole_pay_for_what_came_before(
    lab: Laboratory,
) -> None:
    """105,000 at 8 % less 95,000 at 5 %."""
    assert in_october(lab, 95_000, "whole")["next_pays"] == 8400 - 4750


def test_ten_thousand_beyond_the_quota_of_a_hybrid_are_paid_at_the_tier_reached(
    lab: Laboratory,
) -> None:
    """5 % of 100,000 and 10 % of 35,000, less 5 % of 100,000 and 8 % of 25,000."""
    assert in_october(lab, 125_000, "hybrid", base_rate_pct=5)["next_pays"] == 3500 - 2000


def test_in_the_top_tier_there_is_no_next_one(lab: Laboratory) -> None:
    row = in_october(lab, 150_000, "whole")
    assert (row["tier_no"], row["to_next_tier"], row["next_tier_pays"]) == (3, None, None)
    assert row["next_pays"] == 1000
