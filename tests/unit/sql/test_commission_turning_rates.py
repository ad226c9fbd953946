"""Whole up to the quota, marginal above it: one plan that is paid again below and never above."""

from __future__ import annotations

from decimal import Decimal

import pytest

from tests.support.facts.commissions import credit, earned, of_quota
from tests.support.laboratory import Laboratory, pick

TURNS = of_quota(1, 60, 2, 100, 3, 150, 4, mode="whole_to_quota")


def test_below_the_quota_the_tier_reached_pays_the_credit_before_again(lab: Laboratory) -> None:
    """500 at 1 % is 5; 800 at 2 % is 16: 6 for the 300, 5 more for the 500."""
    rows = earned(lab, [credit("A", 500), credit("B", 300, "2026-10-20")], TURNS, 1000)
    assert pick(rows, "source_id", "step_kind", "credit_amount", "amount", "position_to") == [
        ("A", "reached", 500, 5, 500), ("B", "reached", 300, 6, 800), ("B", "rerated", 0, 5, 800),
    ]  # fmt: skip


def test_above_the_quota_each_slice_is_paid_at_its_own_rate(lab: Laboratory) -> None:
    """1,000 at 2 % is 20, 500 at 3 % are 15, 100 at 4 % are 4; what is below is not paid again."""
    rows = earned(lab, [credit("A", 500), credit("B", 1100, "2026-10-20")], TURNS, 1000)
    assert pick(rows, "source_id", "step_kind", "credit_amount", "rate", "amount") == [
        ("A", "reached", 500, Decimal("0.01"), 5),
        ("B", "reached", 500, Decimal("0.02"), 10),
        ("B", "rerated", 0, Decimal("0.02"), 5),
        ("B", "slice", 500, Decimal("0.03"), 15),
        ("B", "slice", 100, Decimal("0.04"), 4),
    ]  # fmt: skip


def test_money_that_goes_back_over_the_quota_takes_both_ways_back(lab: Laboratory) -> None:
    """From 1,600 to 500: 4 and 15 from above, 20 less 5 from below."""
    found = [credit("A", 1600), credit("B", -1100, "2026-10-20")]
    rows = earned(lab, found, TURNS, 1000)
    taken = [row for row in rows if row["source_id"] == "B"]
    assert sum(row["amount"] for row in taken) == -34
    assert sum(row["credit_amount"] for row in taken) == -1100
    assert sum(row["amount"] for row in rows) == 5


@pytest.mark.parametrize("boundary", ["lower", "upper"])
def test_exactly_on_the_quota_nothing_is_above_it_yet(lab: Laboratory, boundary: str) -> None:
    mode = of_quota(1, 60, 2, 100, 3, mode="whole_to_quota", boundary=boundary)
    rows = earned(lab, [credit("A", 1000)], mode, 1000)
    assert pick(rows, "step_kind", "amount") == [("reached", 20)]


def test_cents_around_the_quota_are_rounded_on_the_running_total(lab: Laboratory) -> None:
    """333.33 at 1.5 % is 4.99995; ten times 0.10 above it at 3 % is 0.03 in all: 5.03."""
    mode = of_quota("1.5", 100, 3, mode="whole_to_quota")
    found = [credit("A", Decimal("333.33"))]
    found += [credit(f"B{n}", Decimal("0.10"), "2026-10-20") for n in range(10)]
    rows = earned(lab, found, mode, Decimal("333.33"))
    assert sum(row["amount"] for row in rows) == Decimal("5.03")


def test_without_a_quota_the_plan_s_base_rate_pays_the_whole(lab: Laboratory) -> None:
    mode = of_quota(1, 100, 3, mode="whole_to_quota", without_quota_rate_pct=5)
    rows = earned(lab, [credit("A", 200), credit("B", 100, "2026-10-20")], mode)
    assert pick(rows, "tier_no", "amount") == [(0, 10), (0, 5)]
