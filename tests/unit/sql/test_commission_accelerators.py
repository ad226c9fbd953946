"""Accelerators that wait for the year: what is kept back above the quota, and when it comes."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

import pytest

from tests.support.facts.commissions import PAID, credit, given_plans, of_quota, part, plan, quota
from tests.support.facts.documents import day
from tests.support.laboratory import Laboratory, Row, pick

WAITS = {"on": "year_to_date", "at_least": 100, "of": "accelerator"}
QUARTERS = ("2026-01-01", "2026-04-01", "2026-07-01", "2026-10-01")


def sold(*amounts: tuple[str, object]) -> list[Row]:
    return [
        credit(f"C{n}", amount, on, month_start=day(on).replace(day=1),
               quota_start=day(f"2026-{(day(on).month - 1) // 3 * 3 + 1:02}-01"))
        for n, (on, amount) in enumerate(amounts)
    ]  # fmt: skip


def kept(
    lab: Laboratory, credits: Sequence[Row], gate: Row, rate: Row | None = None, **more: Any
) -> list[tuple[Any, ...]]:
    """Month and amount of what the gate of a yearly 4,000 keeps or gives."""
    lab.as_of(dt.date(2026, 12, 31))
    found = of_quota(1, 100, 2, 150, 4) if rate is None else rate
    given_plans(lab, plan(part(**found, gates=[gate], **more)))
    lab.given("core.fct_credit", credits)
    lab.given("core.quota_day", [quota(1000, calendar_date=day(start)) for start in QUARTERS])
    lab.build(*PAID)
    return pick(lab.result("commission.accelerator_limit", "period"), "period", "amount")


SOLD = (("2026-02-05", 600), ("2026-05-05", 1700), ("2026-08-05", 1200))


def test_above_the_quota_only_the_rate_that_reaches_it_is_paid_while_the_year_is_behind(
    lab: Laboratory,
) -> None:
    """600 of 1,000, then 2,300 of 2,000, then 3,500 of 3,000: the gate is open where it matters."""
    assert kept(lab, sold(*SOLD), WAITS) == []
    # 300, then 1,800 of 2,000: the 500 above May's quota are paid 2 % less 1 %
    assert kept(lab, sold(("2026-02-05", 300), ("2026-05-05", 1500)), WAITS) == [("2026-05", -5)]


def test_a_gate_on_the_whole_year_opens_with_its_last_part(lab: Laboratory) -> None:
    """3,500 of 4,000 by August: of May 10 less 5 and 8 less 2 are kept, of August 4 less 2."""
    gate = {**WAITS, "on": "year_attainment"}
    assert kept(lab, sold(*SOLD), gate) == [("2026-05", -11), ("2026-08", -2)]


def test_what_was_kept_comes_in_the_month_that_opens_the_gate(lab: Laboratory) -> None:
    gate = {**WAITS, "on": "year_attainment", "catch_up": True}
    late = sold(*SOLD, ("2026-11-05", 500))
    assert kept(lab, late, gate) == [("2026-05", -11), ("2026-08", -2), ("2026-11", 13)]


def test_what_an_open_gate_had_paid_stays_paid_when_it_closes_again(lab: Laboratory) -> None:
    """600 back in December: 3,400 of 4,000, and nothing above a quota went with them."""
    gate = {**WAITS, "on": "year_attainment", "catch_up": True}
    late = sold(*SOLD, ("2026-11-05", 500), ("2026-12-05", -600))
    assert kept(lab, late, gate)[-1] == ("2026-11", 13)


def test_without_catch_up_what_was_kept_is_lost(lab: Laboratory) -> None:
    late = sold(*SOLD, ("2026-11-05", 1500))
    gate = {**WAITS, "on": "year_attainment"}
    assert kept(lab, late, gate) == [("2026-05", -11), ("2026-08", -2)]


@pytest.mark.parametrize("mode", ["hybrid", "whole_to_quota"])
def test_modes_that_pay_above_the_quota_apart_are_gated_alike(lab: Laboratory, mode: str) -> None:
    """1,300 at 1 % of the quota, 2 % above: 3 of the 6 are kept."""
    more = {"base_rate_pct": 1} if mode == "hybrid" else {}
    rate = of_quota(1, 100, 2, mode=mode, **more)
    assert kept(lab, sold(("2026-05-05", 1300)), WAITS, rate) == [("2026-05", -3)]


def test_money_that_goes_back_goes_back_first_from_what_was_kept(lab: Laboratory) -> None:
    """300 above the quota: 3 kept; 100 of them go back in June, and 1 of the 3 with them."""
    found = [("2026-05-05", 1300), ("2026-06-05", -100)]
    assert kept(lab, sold(*found), WAITS) == [("2026-05", -3), ("2026-06", 1)]


def test_cents_of_what_is_kept_are_rounded_on_the_running_total(lab: Laboratory) -> None:
    """Ten times 0.30 above the quota at 2 % are 0.06 in all, at 1 % 0.03: 0.03 are kept."""
    found = [("2026-05-05", 1000), *(("2026-05-06", Decimal("0.30")) for _ in range(10))]
    assert kept(lab, sold(*found), WAITS) == [("2026-05", Decimal("-0.03"))]


def test_a_gate_of_the_month_looks_at_what_is_left(lab: Laboratory) -> None:
    """16 earned, 3 kept; half of 13 is 6.50."""
    gates = [WAITS, {"on": "year_attainment", "at_least": 90, "pays_pct": 50}]
    lab.as_of(dt.date(2026, 12, 31))
    given_plans(lab, plan(part(**of_quota(1, 100, 2), gates=gates)))
    lab.given("core.fct_credit", sold(("2026-05-05", 1300)))
    lab.given("core.quota_day", [quota(1000, calendar_date=day(start)) for start in QUARTERS])
    lab.build(*PAID, "commission.event_limit", "commission.accelerator_limit")
    rows = lab.result("commission.limit_taken", "cause")
    assert pick(rows, "cause", "period", "amount") == [
        ("accelerator_waits", "2026-05", -3), ("gate", "2026-05", Decimal("-6.5")),
    ]  # fmt: skip


def test_the_year_is_measured_by_its_whole_quota_or_that_of_its_months(lab: Laboratory) -> None:
    kept(lab, sold(*SOLD), WAITS)
    rows = lab.result("commission.gauge", "month_start")
    assert pick(rows, "year_attainment_pct", "year_to_date_pct") == [
        (15, 60), (Decimal("57.5"), 115), (Decimal("87.5"), Decimal("116.6666")),
    ]  # fmt: skip
