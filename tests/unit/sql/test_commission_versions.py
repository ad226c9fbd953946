"""What becomes of a position when plan, version or unit change within a quota period."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

import pytest

from tests.support.facts.commissions import (
    CHAIN,
    event,
    given_payees,
    given_plans,
    of_quota,
    part,
    plan,
    planned,
    planned_versions,
    quota,
    tiers,
    versions,
)
from tests.support.facts.documents import day
from tests.support.laboratory import Laboratory, Row, pick

PRICED = CHAIN[CHAIN.index("core.fct_credit") : CHAIN.index("commission.computed_line") + 1]
TWO_TIERS = of_quota(5, 100, 10)


def days_of(amount: object, *dates: str, who: str = "E1", scope: str = "employee") -> list[Row]:
    """A quota in equal parts on some days."""
    share = Decimal(str(amount)) / len(dates)
    return [quota(share, who, calendar_date=day(date), scope_kind=scope) for date in dates]


def paid(
    lab: Laboratory, plans: Sequence[Row], payees: Sequence[Row], events: Sequence[Row],
    quotas: Sequence[Row],
) -> dict[str, Decimal]:  # fmt: skip
    """What each event earned."""
    given_plans(lab, *plans)
    given_payees(lab, *payees)
    lab.given("core.fct_credit_event", events).given("core.quota_day", quotas)
    lab.build(*PRICED)
    return {
        row["event_id"]: row["amount"]
        for row in lab.query(
            "select credit.event_id, sum(earning.amount) as amount "
            "from commission.credit_earning as earning "
            "inner join core.fct_credit as credit on earning.credit_id = credit.credit_id "
            "group by credit.event_id"
        )
    }


OCTOBER, NOVEMBER = event("A", 2500, "2026-10-20"), event("B", 2500, "2026-11-20")
WHOLE = [quota(3000)]


def test_a_new_version_in_mid_quarter_goes_on_from_the_position_reached(lab: Laboratory) -> None:
    """2,500 at 5 %; 500 more at 5 % reach the quota, 2,000 are paid 10 %."""
    found = paid(lab, versions(plan(part(**TWO_TIERS)), "2026-11-16"),
                 planned_versions("E1", "rep", "2026-11-16"),
                 [OCTOBER, NOVEMBER], WHOLE)  # fmt: skip
    assert found == {"A": 125, "B": 225}


def test_a_new_version_pays_by_its_own_tiers_from_there_on(lab: Laboratory) -> None:
    old, new = versions(plan(part(**TWO_TIERS)), "2026-11-16")
    new = {**new, "components": [part(**of_quota(6, 100, 20))]}
    found = paid(lab, [old, new], planned_versions("E1", "rep", "2026-11-16"),
                 [OCTOBER, NOVEMBER], WHOLE)  # fmt: skip
    assert found == {"A": 125, "B": 30 + 400}


@pytest.mark.parametrize(
    ("change", "second"),
    # afresh: 2,500 below 3,000 at 5 %; by days: half the quota of 3,000 each, so 1,500 at 5 %
    # and 1,000 at 10 %, in either part
    [("carry", 225), ("afresh", 125), ("by_days", 175)],
)
def test_a_version_says_whether_it_counts_on(lab: Laboratory, change: str, second: int) -> None:
    old, new = versions(plan(part(**TWO_TIERS)), "2026-11-16")
    new = {**new, "position": {"new_version": change}}
    found = paid(lab, [old, new], planned_versions("E1", "rep", "2026-11-16"), [OCTOBER, NOVEMBER],
                 days_of(3000, "2026-10-01", "2026-12-01"))  # fmt: skip
    assert found == {"A": 175 if change == "by_days" else 125, "B": second}


def test_only_what_is_counted_alike_counts_on(lab: Laboratory) -> None:
    """A version that counts by the month begins at nothing, whatever the quarter had reached."""
    old, new = versions(plan(part(**TWO_TIERS)), "2026-11-16")
    by_month = {**TWO_TIERS, "quota": {"measure": "m", "period": "month"}}
    new = {**new, "components": [part(**by_month)]}
    found = paid(lab, [old, new], planned_versions("E1", "rep", "2026-11-16"), [OCTOBER, NOVEMBER],
                 days_of(6000, "2026-10-01", "2026-11-01"))  # fmt: skip
    assert found == {"A": 125, "B": 125}


@pytest.mark.parametrize(
    ("change", "second"), [(None, 125), ("carry", 225), ("by_days", 175), ("afresh", 125)]
)
def test_who_comes_from_another_plan_begins_as_the_plan_says(
    lab: Laboratory, change: str | None, second: int
) -> None:
    says = {} if change is None else {"position": {"new_plan": change}}
    plans = [plan(part(**TWO_TIERS)), plan(part(**TWO_TIERS), role="lead", **says)]
    payees = [planned("E1", valid_to=day("2026-11-15")), planned("E1", "lead", "2026-11-16")]
    found = paid(lab, plans, payees, [OCTOBER, NOVEMBER],
                 days_of(3000, "2026-10-01", "2026-12-01"))  # fmt: skip
    assert found == {"A": 175 if change == "by_days" else 125, "B": second}


@pytest.mark.parametrize(("change", "second"), [("carry", 225), ("by_days", 175), ("afresh", 125)])
def test_who_changes_unit_goes_on_unless_the_plan_says_otherwise(
    lab: Laboratory, change: str, second: int
) -> None:
    plans = [plan(part(**TWO_TIERS), position={"new_unit": change})]
    payees = [planned("E1", valid_to=day("2026-11-15")), planned("E1", since="2026-11-16",
              unit_id="U", team_id="U")]  # fmt: skip
    found = paid(lab, plans, payees, [OCTOBER, NOVEMBER],
                 days_of(3000, "2026-10-01", "2026-12-01"))  # fmt: skip
    assert found == {"A": 175 if change == "by_days" else 125, "B": second}


def test_money_that_comes_back_moves_the_position_of_the_version_it_was_credited_by(
    lab: Laboratory,
) -> None:
    """The first 2,500 go back in December: 5,000 to 2,500 by the first version's tiers."""
    back = event("C", -2500, "2026-12-05", quota_date=day("2026-10-20"), reverses_event_id="A")
    old, new = versions(plan(part(**TWO_TIERS)), "2026-11-16")
    new = {**new, "components": [part(**of_quota(6, 100, 20))]}
    found = paid(lab, [old, new], planned_versions("E1", "rep", "2026-11-16"),
                 [OCTOBER, NOVEMBER, back], WHOLE)  # fmt: skip
    assert found == {"A": 125, "B": 430, "C": -225}


def test_reaching_a_tier_of_the_whole_pays_earlier_versions_credit_again_by_the_new_rates(
    lab: Laboratory,
) -> None:
    """Beyond 3,000 of 5,000 the new version pays 20 % of all, less its own 6 % of the 2,500."""
    old, new = versions(plan(part(**of_quota(5, 100, 10, mode="whole"))), "2026-11-16")
    new = {**new, "components": [part(**of_quota(6, 100, 20, mode="whole"))]}
    found = paid(lab, [old, new], planned_versions("E1", "rep", "2026-11-16"),
                 [OCTOBER, NOVEMBER], WHOLE)  # fmt: skip
    assert found == {"A": 125, "B": 1000 - 150}


def test_a_payee_stands_on_the_credit_of_all_versions(lab: Laboratory) -> None:
    """Under a version without a credit of its own yet, too."""
    lab.as_of(dt.date(2026, 11, 20))
    paid(lab, versions(plan(part(**TWO_TIERS)), "2026-11-16"),
         planned_versions("E1", "rep", "2026-11-16"), [OCTOBER], WHOLE)  # fmt: skip
    lab.build("commission.standing")
    row = lab.result("mart.commission_position", "period")[-1]
    assert pick([row], "period", "plan_version", "quota", "credit", "earned", "to_next_tier") == [
        ("2026-11", 2, 3000, 2500, 125, 500)
    ]


def test_a_month_of_two_versions_has_one_cap_and_one_gate(lab: Laboratory) -> None:
    """600 in November, of which 500 may be paid; half of it below the gate."""
    capped = part(**of_quota(10, 100, 10), cap={"per_month": 500})
    cut = versions(plan(capped), "2026-11-16")
    events = [event("A", 3000, "2026-11-05"), event("B", 3000, "2026-11-20")]
    payees = planned_versions("E1", "rep", "2026-11-16")
    paid(lab, cut, payees, events, [quota(10_000)])
    taken = lab.query("select cause, amount from commission.limit_taken")
    assert pick(taken, "cause", "amount") == [("cap_per_month", -100)]
    gated = part(**of_quota(10, 100, 10),
                 gates=[{"on": "attainment", "at_least": 50, "pays_pct": 50}])  # fmt: skip
    paid(lab, versions(plan(gated), "2026-11-16"), payees, events, [quota(10_000)])
    assert lab.query("select 1 from commission.limit_taken") == []  # 60 % by the month's end
    paid(lab, versions(plan(gated), "2026-11-16"), payees, events, [quota(20_000)])
    taken = lab.query("select cause, amount from commission.limit_taken")
    assert pick(taken, "cause", "amount") == [("gate", -300)]


def test_a_pool_of_two_versions_is_shared_once(lab: Laboratory) -> None:
    pooled = part(to="pool", rate=tiers(10, 4000, 20), pool={"share": "equal",
                  "members": {"rep": 1}})  # fmt: skip
    given_plans(lab, *versions(plan(pooled, role="pool"), "2026-11-16"))
    lab.given("core.org_day", [
        {"employee_id": who, "calendar_date": day(date), "role": "rep", "team_id": "T",
         "region_id": "R", "is_active": True}
        for who in ("E1", "E2") for date in ("2026-11-05", "2026-11-20", "2026-11-30")
    ])  # fmt: skip
    lab.as_of(dt.date(2026, 12, 1))
    lab.given("core.fct_credit_event", [
        event("A", 3000, "2026-11-05"), event("B", 3000, "2026-11-20"),
    ]).given("core.quota_day", [])  # fmt: skip
    lab.build(*PRICED)
    shares = lab.query("select employee_id, amount from commission.pool_share order by all")
    assert pick(shares, "employee_id", "amount") == [("E1", 400), ("E2", 400)]


@pytest.mark.parametrize(("new_draw", "months"), [({}, [1, 2, 3]), ({"monthly": 900}, [1, 1, 2])])
def test_a_draw_that_goes_on_under_a_new_version_goes_on_counting_its_months(
    lab: Laboratory, new_draw: dict[str, Any], months: list[int]
) -> None:
    first = plan(part(), draw={"monthly": 1000, "months": 6, "for": "everyone"},
                 valid_from="2026-09-01")  # fmt: skip
    old, new = versions(first, "2026-10-16")
    given_plans(lab, old, {**new, "draw": {**first["draw"], **new_draw}})
    lab.as_of(dt.date(2026, 12, 5))
    lab.given("staging.employee", [{"employee_id": "E1", "hire_date": day("2020-01-01")}])
    given_payees(
        lab, planned("E1", since="2026-09-01", valid_to=day("2026-10-15")),
        planned("E1", since="2026-10-16", plan_version=2),
    )  # fmt: skip
    rows = lab.result("commission.draw", "period")
    assert pick(rows[:3], "period", "month_no") == list(
        zip(["2026-09", "2026-10", "2026-11"], months, strict=True)
    )
