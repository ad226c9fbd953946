"""Where a payee stands at a month's end: the tier reached, the next one, and what it would pay."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest

from tests.support.facts.commissions import (
    PAID,
    credit,
    given_payees,
    given_plans,
    of_quota,
    part,
    plan,
    planned,
    quota,
    tiers,
)
from tests.support.laboratory import Laboratory, Row, pick

STANDING = (*PAID, "commission.standing")
RATES = (5, 100, 8, 130, 10)


def positions(
    lab: Laboratory, credits: list[Row], component: dict[str, Any], as_of: str = "2026-11-15"
) -> list[Row]:
    lab.as_of(dt.date.fromisoformat(as_of))
    given_plans(lab, plan(part(**component)))
    given_payees(lab, planned("E1"))
    lab.given("core.fct_credit", credits)
    lab.given("core.quota_day", [quota(100_000)])
    lab.build(*STANDING)
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
        # the whole up to 100,000 at 5 %; slices from there on
        ("whole_to_quota", "lower", "20000", "1000", "500"),
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


def test_ten_thousand_across_the_quota_of_a_whole_are_paid_as_both(lab: Laboratory) -> None:
    """95,000 at 5 %; 100,000 at 5 % and 5,000 at 8 %."""
    assert in_october(lab, 95_000, "whole_to_quota")["next_pays"] == 250 + 400


def test_in_the_top_tier_there_is_no_next_one(lab: Laboratory) -> None:
    row = in_october(lab, 150_000, "whole")
    assert (row["tier_no"], row["to_next_tier"], row["next_tier_pays"]) == (3, None, None)
    assert row["next_pays"] == 1000


def test_a_payee_stands_on_credit_and_commission_of_the_quota_period_so_far(
    lab: Laboratory,
) -> None:
    """80,000 at 5 % in October; 110,000 of a quota of 100,000 at 8 % with November."""
    found = [credit("A", 80_000), credit("B", 30_000, "2026-11-05")]
    positions(lab, found, of_quota(*RATES, mode="whole", boundary="upper"))
    rows = lab.result("commission.standing", "period")[-2:]
    assert pick(rows, "period", "quota", "credit", "earned", "month_credit", "month_earned") == [
        ("2026-10", 100_000, 80_000, 4_000, 80_000, 4_000),
        ("2026-11", 100_000, 110_000, 8_800, 30_000, 4_800),
    ]  # fmt: skip


# --- those who lead others, and those whose work is counted ------------------------------------


def led(lab: Laboratory, credits: list[Row], quotas: list[Row], **more: Any) -> Row:
    """October's position of a manager of region R, whose plan pays by the quota of the unit."""
    component = of_quota(*RATES, mode="whole", boundary="upper")
    component["quota"] = {**component["quota"], "of": "unit"}
    lab.as_of(dt.date(2026, 11, 15))
    given_plans(lab, plan(part(to="managers", **component)))
    lab.given("core.dim_unit", [{"unit_id": "R", "kind": "region"}])
    given_payees(lab, planned("E1", **{"unit_id": "R", **more}))
    lab.given("core.fct_credit", credits)
    lab.given("core.quota_day", quotas)
    lab.build(*STANDING)
    found = lab.result("mart.commission_position", "period")
    return next(row for row in found if row["period"] == "2026-10")


OF_REGION = quota(400_000, "R", scope_kind="region")
MANAGED = {"credit_to": "managers", "quota_scope_kind": "region", "quota_scope_id": "R"}


def test_a_manager_stands_on_the_quota_of_the_unit(lab: Laboratory) -> None:
    """320,000 of 400,000 at 5 %, and 400,000 at 8 %; a quota of the manager's own is none."""
    row = led(lab, [credit("A", 320_000, **MANAGED)], [OF_REGION, quota(100_000)])
    assert (row["quota"], row["attainment"], row["tier_no"]) == (400_000, Decimal("0.8"), 1)
    assert (row["to_next_tier"], row["next_tier_pays"]) == (80_000, 32_000 - 16_000)


def test_who_changed_unit_is_measured_by_the_unit_the_commission_was_paid_by(
    lab: Laboratory,
) -> None:
    """The last credit of the quarter was in region R, whoever is led on the day of the report."""
    credits = [credit("A", 320_000, **MANAGED)]
    row = led(lab, credits, [OF_REGION, quota(1_000, "S", scope_kind="region")], unit_id="S")
    assert (row["quota"], row["to_next_tier"]) == (400_000, 80_000)


def test_a_manager_without_credit_yet_sees_the_quota_of_the_unit_they_lead(
    lab: Laboratory,
) -> None:
    row = led(lab, [], [OF_REGION])
    assert (row["quota"], row["credit"], row["tier_no"]) == (400_000, 0, 1)
    assert (row["to_next_tier"], row["next_tier_pays"]) == (400_000, 32_000)


def test_a_manager_whose_unit_has_no_quota_has_no_tiers(lab: Laboratory) -> None:
    row = led(lab, [credit("A", 320_000, **MANAGED)], [quota(100_000)])
    assert (row["quota"], row["tier_no"], row["to_next_tier"]) == (None, None, None)


def counted(
    lab: Laboratory, n: int, mode: str = "marginal", boundary: str = "lower", **more: Any
) -> list[Row]:
    """Positions of a payee with `n` accepted leads in October: 120 each, 180 from the sixth."""
    lab.as_of(dt.date(2026, 11, 15))
    rate = tiers(12_000, 5, 18_000, mode=mode, boundary=boundary, high_rates=True, **more)
    given_plans(lab, plan(part(event="lead_accepted", credit={"base": "units"}, rate=rate)))
    given_payees(lab, planned("E1"))
    no_quota = {"quota_measure": None, "quota_period": "month"}
    lab.given("core.fct_credit", [credit(f"L{i}", 1, **no_quota) for i in range(n)])
    lab.given("core.quota_day", [])
    lab.build(*STANDING)
    return lab.result("mart.commission_position", "period")


@pytest.mark.parametrize(
    ("n", "mode", "boundary", "tier", "needed", "pays"),
    [
        (3, "marginal", "lower", 1, 2, 2 * 120),
        (3, "whole", "upper", 1, 2, 5 * 180 - 3 * 120),
        # exactly five are of the tier below, and the next lead is a whole one
        (5, "whole", "lower", 1, 1, 6 * 180 - 5 * 120),
        (5, "whole", "upper", 2, None, None),
        (0, "marginal", "lower", 1, 5, 600),
    ],
)
def test_tiers_in_units_need_no_quota(
    lab: Laboratory, n: int, mode: str, boundary: str, tier: int, needed: Any, pays: Any
) -> None:
    row = next(r for r in counted(lab, n, mode, boundary) if r["period"] == "2026-10")
    assert (row["quota"], row["attainment"], row["credit"], row["tier_no"]) == (None, None, n, tier)
    assert (row["to_next_tier"], row["next_tier_pays"]) == (needed, pays)
    assert row["next_pays"] is None


def test_units_of_a_month_do_not_run_on_into_the_next(lab: Laboratory) -> None:
    assert pick(counted(lab, 3)[-2:], "period", "quota_start", "credit", "to_next_tier") == [
        ("2026-10", dt.date(2026, 10, 1), 3, 2),
        ("2026-11", dt.date(2026, 11, 1), 0, 5),
    ]


def test_a_rate_that_begins_anew_with_each_transaction_has_no_position(lab: Laboratory) -> None:
    assert counted(lab, 3, per="transaction") == []


def test_tiers_in_money_pay_the_next_tier_without_a_quota(lab: Laboratory) -> None:
    """5,000 more at 5 %; of the next 10,000 the last 5,000 would be at 8 %."""
    lab.as_of(dt.date(2026, 11, 15))
    given_plans(lab, plan(part(rate=tiers(5, 100_000, 8, mode="marginal"))))
    given_payees(lab, planned("E1"))
    monthly = {"quota_measure": None, "quota_period": "month"}
    lab.given("core.fct_credit", [credit("A", 95_000, **monthly)])
    lab.given("core.quota_day", [])
    lab.build(*STANDING)
    row = next(
        r for r in lab.result("mart.commission_position", "period") if r["period"] == "2026-10"
    )
    assert (row["to_next_tier"], row["next_tier_pays"], row["next_pays"]) == (5000, 250, 650)


def test_a_flat_rate_leads_to_no_tier(lab: Laboratory) -> None:
    lab.as_of(dt.date(2026, 11, 15))
    given_plans(lab, plan(part()))
    given_payees(lab, planned("E1"))
    lab.build(*STANDING)
    assert lab.result("mart.commission_position") == []


def test_tiers_of_own_sales_go_before_those_of_the_people_led(lab: Laboratory) -> None:
    lab.as_of(dt.date(2026, 11, 15))
    given_plans(lab, plan(
        part("led", to="managers", **of_quota(*RATES)),
        part("counted", rate=tiers(5, 100, 8)),
        part("own", **of_quota(*RATES)),
    ))  # fmt: skip
    given_payees(lab, planned("E1"))
    lab.build(*STANDING)
    assert {r["component_id"] for r in lab.result("mart.commission_position")} == {"own"}
