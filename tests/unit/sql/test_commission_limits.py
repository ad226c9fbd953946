"""What gates, caps, clawback limits, pools and draws make of what was earned."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

import pytest

from tests.support.facts.commissions import (
    PAID,
    account,
    credit,
    earned,
    earning,
    event,
    given_payees,
    given_plans,
    member,
    part,
    plan,
    planned,
)
from tests.support.facts.documents import day
from tests.support.laboratory import Laboratory, Row, pick


def limits(
    lab: Laboratory, lines: Sequence[Row], component: Mapping[str, Any]
) -> list[tuple[Any, ...]]:
    """Cause, month and amount of each correction."""
    given_plans(lab, plan(part(event="invoiced", **component)))
    lab.given("commission.credit_earning", lines)
    lab.given("core.fct_credit", [
        credit(line["credit_id"], line["amount"], invoice_id=line["credit_id"], opportunity_id="O")
        for line in lines
    ]).build("commission.event_limit")  # fmt: skip
    return pick(
        lab.result("commission.limit_taken", "credit_date, limit_id"), "cause", "period", "amount"
    )


def test_a_deal_earns_its_cap_at_most(lab: Laboratory) -> None:
    """2,000 and 2,000 of one deal under 3,000: the second gives up 1,000."""
    found = limits(lab, [earning("A", 2000), earning("B", 2000, "2026-11-05")],
                   {"cap": {"per_deal": 3000}})  # fmt: skip
    assert found == [("cap_per_deal", "2026-11", -1000)]


def test_what_goes_back_of_a_capped_deal_first_goes_back_from_what_was_cut_off(
    lab: Laboratory,
) -> None:
    """4,000 capped to 3,000; 1,500 back leave 2,500: only 500 is taken."""
    found = limits(lab, [earning("A", 4000), earning("B", -1500, "2026-11-05")],
                   {"cap": {"per_deal": 3000}})  # fmt: skip
    assert found == [("cap_per_deal", "2026-10", -1000), ("cap_per_deal", "2026-11", 1000)]


def test_a_credit_note_is_of_the_deal_of_its_invoice(lab: Laboratory) -> None:
    """The invoice names the deal and the note the invoice alone; or neither names a deal."""
    for deal in ("O", None):
        given_plans(lab, plan(part(event="invoiced", cap={"per_deal": 3000})))
        lab.given("commission.credit_earning", [
            earning("A", 4000), earning("N", -1500, "2026-11-05", family_id="A"),
        ])  # fmt: skip
        lab.given("core.fct_credit", [
            credit("A", 4000, invoice_id="A", opportunity_id=deal),
            credit("N", -1500, invoice_id="N", opportunity_id=None),
        ])  # fmt: skip
        found = pick(lab.result("commission.event_limit", "period"), "cause", "period", "amount")
        assert found == [("cap_per_deal", "2026-10", -1000), ("cap_per_deal", "2026-11", 1000)]


def test_what_goes_back_of_a_capped_month_first_goes_back_from_what_was_cut_off(
    lab: Laboratory,
) -> None:
    """4,000 capped to 3,000; 1,500 back a month later leave 2,500: only 500 is taken. What is sold
    in November is capped by itself."""
    back = earning("B", -1500, "2026-11-05", reverses_line_id="A|1")
    cap = {"cap": {"per_month": 3000}}
    found = limits(lab, [earning("A", 4000), back], cap)
    assert found == [("cap_per_month", "2026-10", -1000), ("cap_per_month", "2026-11", 1000)]
    found = limits(lab, [earning("A", 4000), back, earning("C", 3500, "2026-11-06")], cap)
    assert found == [("cap_per_month", "2026-10", -1000), ("cap_per_month", "2026-11", 500)]
    again = earning("D", -2000, "2026-12-05", reverses_line_id="A|1")
    found = limits(lab, [earning("A", 4000), back, again], cap)
    assert found == [("cap_per_month", "2026-10", -1000), ("cap_per_month", "2026-11", 1000)]


def test_both_caps_of_a_deal_and_a_month_let_go_of_what_goes_back_once(lab: Laboratory) -> None:
    """4,000 are 3,000 by deal and 2,500 by month; 3,000 back leave 1,000: 1,500 is taken."""
    back = earning("B", -3000, "2026-11-05", reverses_line_id="A|1")
    found = limits(lab, [earning("A", 4000), back], {"cap": {"per_deal": 3000, "per_month": 2500}})
    assert sorted(found) == [
        ("cap_per_deal", "2026-10", -1000), ("cap_per_deal", "2026-11", 1000),
        ("cap_per_month", "2026-10", -500), ("cap_per_month", "2026-11", 500),
    ]  # fmt: skip


MONTHS = [earning("A", 150, "2026-08-05"), earning("B", 40, "2026-09-05"),
          earning("C", 90, "2026-10-05")]  # fmt: skip


def test_a_month_earns_its_cap_at_most_and_the_rest_is_lost(lab: Laboratory) -> None:
    assert limits(lab, MONTHS, {"cap": {"per_month": 100}}) == [("cap_per_month", "2026-08", -50)]


def test_what_is_above_a_cap_that_carries_waits_for_a_month_with_room(lab: Laboratory) -> None:
    """150, 40 and 90 under 100: 50 wait, all of them fit into September beside its 40."""
    found = limits(lab, MONTHS, {"cap": {"per_month": 100, "carry_forward": True}})
    assert found == [("cap_per_month", "2026-08", -50), ("cap_carried", "2026-09", 50)]


def test_what_waits_is_paid_in_parts_where_a_month_has_little_room(lab: Laboratory) -> None:
    lines = [earning("A", 170, "2026-08-05"), earning("B", 80, "2026-09-05"),
             earning("C", 30, "2026-10-05")]  # fmt: skip
    found = limits(lab, lines, {"cap": {"per_month": 100, "carry_forward": True}})
    assert [amount for *_, amount in found] == [-70, 20, 50]


GATE = {"gates": [{"on": "collection_rate", "at_least": 40, "pays_pct": 50}]}


@pytest.mark.parametrize(
    ("rate", "expected"), [(Decimal("39.9999"), [("gate", "2026-10", -75)]), (40, [])]
)
def test_below_a_gate_only_its_part_is_paid(
    lab: Laboratory, rate: object, expected: list[tuple[Any, ...]]
) -> None:
    lab.given("commission.gauge", [
        {"payee_id": "E1", "plan_id": "P-rep", "plan_version": 1, "component_id": "c",
         "month_start": day("2026-10-01"), "attainment_pct": 0, "collection_rate_pct": rate},
    ])  # fmt: skip
    assert limits(lab, [earning("A", 150)], GATE) == expected


@pytest.mark.parametrize(
    ("sold", "own_quota", "taken"),
    [
        ("899.99", 1000, [Decimal("-45.00")]),  # 89.999 %: half of 90.00 is taken
        ("900.00", 1000, []),
        ("900.00", None, [Decimal("-45.00")]),  # without a quota nothing is attained
    ],
)
def test_a_gate_by_attainment_looks_at_the_quota_period_so_far(
    lab: Laboratory, sold: str, own_quota: object, taken: list[Decimal]
) -> None:
    """10 % of October's credit, half of it below 90 % of the quarter's quota."""
    gate = {"on": "attainment", "at_least": 90, "pays_pct": 50}
    component = {"quota": {"measure": "m", "period": "quarter"}, "gates": [gate]}
    rows = earned(lab, [credit("A", sold)], component, own_quota)
    lab.given("core.fct_credit_event", [event("A", sold)])
    found = lab.result("commission.limit_taken")
    assert [row["amount"] for row in rows] == [Decimal("90.00")]
    assert [row["amount"] for row in found] == taken
    assert {(row["cause"], row["period"]) for row in found} <= {("gate", "2026-10")}


@pytest.mark.parametrize(
    ("limit", "expected"), [("paid", [("clawback_limit", "2026-11", 40)]), ("none", [])]
)
def test_a_document_takes_back_what_it_had_earned_at_most_where_the_plan_says_so(
    lab: Laboratory, limit: str, expected: list[tuple[Any, ...]]
) -> None:
    """A earned 100 and takes back 140: 40 are given up."""
    lines = [earning("A", 100), earning("B", -140, "2026-11-05", family_id="A")]
    assert limits(lab, lines, {"clawback": {"by": "position", "limit": limit}}) == expected


def shares(
    lab: Laboratory, amount: object, members: Sequence[Row], pool: Mapping[str, Any],
    standing: Sequence[Row] = (),
) -> list[tuple[Any, ...]]:  # fmt: skip
    own = part(quota={"measure": "m", "period": "month"})
    pooled = part(to="pool", pool=pool, quota={"measure": "m", "period": "month"})
    given_plans(lab, plan(pooled, role="pool"), plan(own))
    lab.given("commission.credit_earning", [
        earning("A", amount, payee_id="pool:team:T", plan_id="P-pool"),
    ])  # fmt: skip
    lab.given("core.org_day", members)
    lab.given("core.fct_credit", standing)
    lab.given("commission.account", [
        account(row["payee_id"], number, quota=100) for number, row in enumerate(standing)
    ])  # fmt: skip
    lab.build("commission.account_month", "commission.pool_month")
    return pick(lab.result("commission.pool_share", "employee_id"), "employee_id", "amount")


def of_team(who: str, role: str = "rep", **more: Any) -> Row:
    return {"employee_id": who, "calendar_date": day("2026-10-31"), "role": role, "team_id": "T",
            "region_id": "R", "is_active": True, **more}  # fmt: skip


def stands(who: str, position: object) -> Row:
    return credit(who, position, payee_id=who)


def test_cents_left_over_go_to_the_largest_remainders_and_the_pool_is_paid_out(
    lab: Laboratory,
) -> None:
    found = shares(lab, 100, [of_team("E1"), of_team("E2"), of_team("E3")],
                   {"share": "equal", "members": {"rep": 1}})  # fmt: skip
    assert found == [("E1", Decimal("33.34")), ("E2", Decimal("33.33")), ("E3", Decimal("33.33"))]


def test_a_pool_shared_by_weight_pays_each_role_by_its_own(lab: Laboratory) -> None:
    found = shares(lab, 100, [of_team("E1"), of_team("L", "lead")],
                   {"share": "weight", "members": {"rep": 1, "lead": "1.5"}})  # fmt: skip
    assert found == [("E1", 40), ("L", 60)]


@pytest.mark.parametrize("share", ["attainment", "credit"])
def test_a_pool_is_shared_by_what_its_members_reached(lab: Laboratory, share: str) -> None:
    found = shares(lab, 100, [of_team("E1"), of_team("E2")],
                   {"share": share, "members": {"rep": 1}},
                   [stands("E1", 75), stands("E2", 25)])  # fmt: skip
    assert found == [("E1", 75), ("E2", 25)]


def test_a_pool_of_a_region_is_filled_by_its_teams_and_paid_out_exactly(lab: Laboratory) -> None:
    """Two teams of region R bring 700.05 and 300, another region 500: 10 % of 1,000.05 is 100.01.

    Three members of the region share it: 33.34, 33.34 and 33.33; E4 is of the other region.
    """
    pool = part(to="pool", pool={"unit": "region", "share": "equal", "members": {"rep": 1}})
    given_plans(lab, plan(pool, role="pool"))
    people = [("E1", "T", "R"), ("E2", "T2", "R"), ("E3", "T2", "R"), ("E4", "T9", "R9")]
    lab.given("core.org_day", [
        member(who, date, team_id=team, region_id=region)
        for who, team, region in people for date in ("2026-10-05", "2026-10-31")
    ])  # fmt: skip
    lab.given("core.fct_credit_event", [
        event("A", "700.05"), event("B", 300, owner_id="E2"), event("C", 500, owner_id="E4"),
    ])  # fmt: skip
    lab.build("core.fct_credit", *PAID, "commission.event_limit", "commission.limit_taken",
              "commission.pool_month")  # fmt: skip
    rows = lab.result("commission.pool_share", "pool_id, employee_id")
    assert pick(rows, "pool_id", "employee_id", "amount") == [
        ("pool:region:R", "E1", Decimal("33.34")), ("pool:region:R", "E2", Decimal("33.34")),
        ("pool:region:R", "E3", Decimal("33.33")), ("pool:region:R9", "E4", 50),
    ]  # fmt: skip
    assert {row["pool_amount"] for row in rows} == {Decimal("100.01"), 50}


def test_a_member_below_the_least_attainment_gets_no_share(lab: Laboratory) -> None:
    pool = {"share": "equal", "members": {"rep": 1}, "min_attainment_pct": 50}
    found = shares(lab, 100, [of_team("E1"), of_team("E2")], pool,
                   [stands("E1", 50), stands("E2", Decimal("49.99"))])  # fmt: skip
    assert found == [("E1", 100)]


def test_a_pool_without_a_member_who_qualifies_stays_with_the_pool(lab: Laboratory) -> None:
    found = shares(lab, 100, [of_team("L", "lead"), of_team("E1", is_active=False)],
                   {"share": "equal", "members": {"rep": 1}})  # fmt: skip
    assert found == [("pool:team:T", 100)]


def test_a_pool_that_owes_takes_back_to_the_cent(lab: Laboratory) -> None:
    found = shares(lab, Decimal("-0.01"), [of_team("E1"), of_team("E2")],
                   {"share": "equal", "members": {"rep": 1}})  # fmt: skip
    assert found == [("E1", Decimal("-0.01")), ("E2", 0)]


def test_entries_are_credits_limits_shares_and_adjustments_but_not_a_pool_s_own_lines(
    lab: Laboratory,
) -> None:
    lab.given("commission.credit_earning", [
        earning("A", 10, step_kind="slice"), earning("B", 5, step_kind="rerated"),
        earning("N", -3, reverses_line_id="A|1"), earning("X", 99, payee_id="pool:team:T"),
    ])  # fmt: skip
    lab.given("commission.limit_taken", [
        {"limit_id": "limit", "payee_id": "E1", "source_kind": "cap", "cause": "cap_per_month",
         "period": "2026-10", "amount": -2},
    ])  # fmt: skip
    lab.given("commission.pool_share", [
        {"pool_id": "pool:team:T", "plan_id": "Q", "component_id": "c", "period": "2026-10",
         "employee_id": "E1", "pool_amount": 99, "amount": 33},
    ])  # fmt: skip
    lab.given("staging.commission_adjustment", [
        {"adjustment_id": "1", "employee_id": "E1", "period": "2026-10", "amount": 50,
         "kind": "spiff"},
        {"adjustment_id": "2", "employee_id": "E1", "period": "2026-10", "amount": 7,
         "kind": "draw"},
        {"adjustment_id": "3", "employee_id": "E1", "period": "2026-12", "amount": 8},
    ])  # fmt: skip
    rows = lab.result("commission.earned", "line_id")
    assert sorted(pick(rows, "cause", "amount")) == [
        ("cap_per_month", -2), ("clawback", -3), ("invoice", 10), ("pool", 33), ("spiff", 50),
        ("tier_reached", 5),
    ]  # fmt: skip


def draws(lab: Laboratory, earned: Sequence[object], **draw: Any) -> list[tuple[Any, ...]]:
    """Drawn, recovered and balance by month from July, at a minimum of 1,000."""
    given_plans(lab, plan(draw={"monthly": 1000, "for": "everyone", **draw},
                          valid_from="2026-07-01"))  # fmt: skip
    months = [f"2026-{month:02}" for month in range(7, 7 + len(earned))]
    given_payees(lab, planned("E1", since="2026-07-01", valid_to=day(f"{months[-1]}-28")))
    lab.given("staging.employee", [{"employee_id": "E1", "hire_date": day("2026-07-01")}])
    lab.given("commission.earned", [
        {"line_id": month, "payee_id": "E1", "period": month, "amount": amount,
         "source_kind": "receipt"} for month, amount in zip(months, earned, strict=True)
    ])  # fmt: skip
    return pick(lab.result("commission.draw", "period"), "drawn", "recovered", "balance")


def test_a_draw_lifts_the_month_to_the_minimum_and_is_taken_back_from_what_is_above_it(
    lab: Laboratory,
) -> None:
    assert draws(lab, [700, 1100, 1500]) == [(300, 0, 300), (0, 100, 200), (0, 200, 0)]


def test_a_draw_is_recovered_from_its_month_on_and_in_its_part(lab: Laboratory) -> None:
    found = draws(lab, [700, 1100, 1500], recover_from_month=3, recover_pct=50)
    assert found == [(300, 0, 300), (0, 0, 300), (0, 250, 50)]


def test_a_guaranteed_minimum_is_not_owed(lab: Laboratory) -> None:
    assert draws(lab, [700, 1500], recoverable=False) == [(300, 0, 0), (0, 0, 0)]


@pytest.mark.parametrize("recoverable", [True, False])
def test_what_a_clawback_takes_beyond_the_month_is_not_filled_up(
    lab: Laboratory, recoverable: bool
) -> None:
    """A minimum of 1,000 advances no more than 1,000: of -400 and of -2,500 it leaves the same."""
    found = draws(lab, [-400, -2500, 300], recoverable=recoverable)
    assert [drawn for drawn, _, _ in found] == [1000, 1000, 700]


def test_a_draw_ends_after_its_months(lab: Laboratory) -> None:
    assert draws(lab, [700, 700], months=1) == [(300, 0, 300), (0, 0, 300)]


def test_a_draw_by_active_days_has_the_minimum_of_its_days(lab: Laboratory) -> None:
    """In force for 28 of August's 31 days: 1,000 × 28 ÷ 31 is 903.23."""
    found = draws(lab, [1000, 100], prorate="active_days")
    assert found == [(0, 0, 0), (Decimal("803.23"), 0, Decimal("803.23"))]


def test_who_leaves_has_a_draw_until_the_last_day(lab: Laboratory) -> None:
    """Ten of July's 31 days: 322.58."""
    draws(lab, [0], prorate="active_days")
    lab.given("staging.employee", [
        {"employee_id": "E1", "hire_date": day("2026-07-01"), "leave_date": day("2026-07-10")},
    ])  # fmt: skip
    assert pick(lab.result("commission.draw"), "minimum") == [(Decimal("322.58"),)]


@pytest.mark.parametrize("recoverable", [True, False])
def test_who_has_left_is_advanced_nothing_though_the_assignment_runs_on(
    lab: Laboratory, recoverable: bool
) -> None:
    draws(lab, [0, 0, 0], recoverable=recoverable)
    lab.given("staging.employee", [
        {"employee_id": "E1", "hire_date": day("2026-07-01"), "leave_date": day("2026-08-31")},
    ])  # fmt: skip
    rows = lab.result("commission.draw", "period")
    assert pick(rows, "period", "drawn") == [("2026-07", 1000), ("2026-08", 1000), ("2026-09", 0)]


@pytest.mark.parametrize(
    ("prorate", "minima"),
    # 60 % of 100,000 is 5,000 a month; 28 of 31 days of it are 4,516.13
    [({}, [5000, 5000]), ({"prorate": "active_days"}, [5000, Decimal("4516.13")])],
)
def test_a_draw_may_be_a_share_of_a_month_s_target_pay(
    lab: Laboratory, prorate: dict[str, Any], minima: list[object]
) -> None:
    lab.given("staging.salary", [
        {"employee_id": "E1", "valid_from": day("2025-01-01"), "target_variable": 50_000,
         "valid_to": day("2025-12-31")},
        {"employee_id": "E1", "valid_from": day("2026-01-01"), "target_variable": 100_000},
    ])  # fmt: skip
    draws(lab, [0, 0], monthly=None, target_pct=60, **prorate)
    assert [row["minimum"] for row in lab.result("commission.draw", "period")] == minima


def test_without_a_target_pay_nothing_is_advanced_or_taken_back(
    lab: Laboratory,
) -> None:
    assert draws(lab, [700, 9000], monthly=None, target_pct=60) == [(0, 0, 0), (0, 0, 0)]
    assert pick(lab.result("commission.draw"), "minimum") == [(None,), (None,)]


def test_a_draw_for_new_starters_is_none_for_those_who_were_here_before_the_plan(
    lab: Laboratory,
) -> None:
    given_plans(lab, plan(draw={"monthly": 1000}, valid_from="2026-07-01"))
    given_payees(lab, planned("E1", since="2026-10-01"), planned("E2", since="2026-10-01"))
    lab.given("staging.employee", [
        {"employee_id": "E1", "hire_date": day("2026-06-30")},
        {"employee_id": "E2", "hire_date": day("2026-09-15")},
    ])  # fmt: skip
    rows = lab.result("commission.draw")
    assert pick(rows, "payee_id", "month_no", "drawn") == [("E2", 2, 1000)]
