"""Worked commission cases of vendors and open-source systems, each with its source."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

import pytest
from laboratory import Laboratory, Row, pick

QUARTER = dt.date(2026, 10, 1)


def credit(number: int, amount: object, payee: str = "E1", date: str = "2026-10-05") -> Row:
    return {
        "receipt_id": f"R{number:02}", "invoice_id": f"I{number:02}", "payee_id": payee,
        "allocated_date": dt.date.fromisoformat(date), "credit_amount": amount,
        "split_pct": 100, "plan_id": "P", "plan_version": 1, "quota_measure": "m",
        "quota_start": QUARTER, "month_start": dt.date.fromisoformat(date).replace(day=1),
        "without_quota_rate_pct": 0,
    }  # fmt: skip


def lines(
    lab: Laboratory,
    quota: int,
    tiers: Sequence[tuple[int, int | None, object]],
    credits: Sequence[Row],
) -> list[dict[str, Any]]:
    """Commission lines of credits under marginal tiers, in percent of a quarter's quota."""
    lab.given("policy.commission_plan", [
        {"plan_id": "P", "plan_version": 1, "role": "rep", "valid_from": dt.date(2020, 1, 1),
         "quota_measure": "m", "quota_period": "quarter", "rate_by": "attainment"},
    ])  # fmt: skip
    lab.given("policy.commission_tier", [
        {"plan_id": "P", "plan_version": 1, "tier_no": number, "tier_from": start,
         "tier_to": end, "rate_pct": rate}
        for number, (start, end, rate) in enumerate(tiers, 1)
    ])  # fmt: skip
    lab.given("staging.quota", [
        {"scope_kind": "employee", "scope_id": payee, "measure": "m",
         "period_start": QUARTER, "period_end": dt.date(2026, 12, 31), "amount": quota}
        for payee in sorted({row["payee_id"] for row in credits})
        if quota
    ])  # fmt: skip
    lab.given("core.fct_credit", credits)
    return lab.result("core.fct_commission", "credit_date, source_id, payee_id, tier_no")


def test_marginal_tiers_pay_each_slice_at_its_own_rate(lab: Laboratory) -> None:
    """langejiahua.com 148820: up to 1,000,000 at 2 %, above at 4 %; 1,200,000 pays 28,000.

    Paid whole at the tier reached it would be 48,000: the mode is explicit.
    """
    rows = lines(lab, 1_000_000, [(0, 100, 2), (100, None, 4)], [credit(1, 1_200_000)])
    assert [row["amount"] for row in rows] == [20_000, 8_000]


@pytest.mark.parametrize(("amount", "expected"), [(5_000, 50), (15_000, 200), (60_000, 1_200)])
def test_step_rates(lab: Laboratory, amount: int, expected: int) -> None:
    """Oracle Fusion IC, options for splitting attainment numbers across rate tiers (step)."""
    tiers = [(0, 100, 1), (100, 500, 2), (500, 1000, 3), (1000, None, 4)]
    rows = lines(lab, 10_000, tiers, [credit(1, amount)])
    assert sum(row["amount"] for row in rows) == expected


def test_the_trace_of_a_blended_rate(lab: Laboratory) -> None:
    """Oracle SPM 24B: 2,500 is 1,000 at 1 % and 1,500 at 2 %, blended 1.6 %."""
    rows = lines(lab, 1_000, [(0, 100, 1), (100, 500, 2), (500, None, 3)], [credit(1, 2_500)])
    assert pick(rows, "credit_amount", "rate", "amount") == [
        (1_000, Decimal("0.01"), 10),
        (1_500, Decimal("0.02"), 30),
    ]


def test_a_deal_that_crosses_a_tier_continues_from_the_position_reached(lab: Laboratory) -> None:
    """Salesforce Spiff mamount: 145,000 closed, 20,000 more pay 5,000 × 4 % + 15,000 × 6 %."""
    tiers = [(0, 300, 4), (300, 500, 6), (500, None, 8)]
    rows = lines(lab, 50_000, tiers, [credit(1, 145_000), credit(2, 20_000)])
    assert sum(row["amount"] for row in rows if row["source_id"] == "R02") == 1_100


def test_commission_is_released_in_proportion_to_cash(lab: Laboratory) -> None:
    """OCA/commission PR 104: 20 % of 20,000 in two receipts of 10,000 gives 2,000 and 2,000."""
    rows = lines(
        lab,
        1_000_000,
        [(0, None, 20)],
        [credit(1, 10_000, date="2026-10-07"), credit(2, 10_000, date="2026-10-28")],
    )
    assert [row["amount"] for row in rows] == [2_000, 2_000]


def test_without_a_quota_the_base_rate_pays(lab: Laboratory) -> None:
    """frappe/erpnext sales_person_commission_summary: 1,000 × 100 % × 5 % = 50."""
    rows = lines(lab, 0, [(0, None, 9)], [{**credit(1, 1_000), "without_quota_rate_pct": 5}])
    assert pick(rows, "tier_no", "amount") == [(0, 50)]


def test_attainment_counts_only_the_contributed_share(lab: Laboratory) -> None:
    """frappe/erpnext sales_person_target_variance: half of 20 each is 10 against 50."""
    rows = lines(lab, 50, [(0, None, 1)], [credit(1, 10, "E1"), credit(1, 10, "E2")])
    assert pick(rows, "payee_id", "position_to", "quota") == [("E1", 10, 50), ("E2", 10, 50)]


def test_lines_add_up_to_the_commission_of_the_position_to_the_cent(lab: Laboratory) -> None:
    credits = [credit(n, Decimal("33.33")) for n in range(1, 10)]
    rows = lines(lab, 100, [(0, 100, 1), (100, None, Decimal("1.5"))], credits)
    position = Decimal("33.33") * 9
    expected = Decimal(100) * Decimal("0.01") + (position - 100) * Decimal("0.015")
    assert sum(row["amount"] for row in rows) == round(expected, 2)


CREDIT_CHAIN = ("core.dim_customer", "core.fct_invoice", "core.fct_collection", "core.fct_credit")


def credited(lab: Laboratory, receipts: Sequence[Row], splits: Sequence[Row]) -> list[Any]:
    """Credits of receipts on one invoice of 100.00 net, 113.00 gross, owned by E1."""
    october = dt.date(2026, 10, 1)
    lab.given("staging.invoice", [
        {"invoice_id": "I1", "kind": "invoice", "customer_id": "K", "owner_id": "E1",
         "contract_id": "CT", "invoice_date": october, "net_amount": 100, "tax_amount": 13,
         "gross_amount": 113, "status": "posted"},
    ])  # fmt: skip
    lab.given("staging.contract", [
        {"contract_id": "CT", "opportunity_id": "O1", "customer_id": "K", "owner_id": "E1",
         "net_amount": 100},
    ])  # fmt: skip
    lab.given("staging.receipt", [
        {"receipt_id": r["receipt_id"], "customer_id": "K", "received_date": october,
         "amount": r["amount"]} for r in receipts
    ])  # fmt: skip
    lab.given("staging.receipt_allocation", receipts)
    lab.given("staging.opportunity_split", splits)
    lab.given("core.org_day", [
        {"employee_id": person, "calendar_date": october + dt.timedelta(days=n), "role": "rep",
         "is_active": True} for person in ("E1", "E2", "E3") for n in range(40)
    ])  # fmt: skip
    lab.build(*CREDIT_CHAIN)
    return lab.query("select * from core.fct_credit order by receipt_id, payee_id")


def allocation(number: str, amount: object) -> Row:
    return {"receipt_id": number, "invoice_id": "I1", "allocated_date": dt.date(2026, 10, 9),
            "amount": amount}  # fmt: skip


def split(person: str, pct: object, kind: str = "split") -> Row:
    return {"opportunity_id": "O1", "employee_id": person, "kind": kind, "pct": pct}


def test_net_parts_of_an_invoice_add_up_to_its_net_amount(lab: Laboratory) -> None:
    parts = [allocation(f"R{n}", Decimal("37.67")) for n in (1, 2)]
    rows = credited(lab, [*parts, allocation("R3", Decimal("37.66"))], [])
    assert [row["credit_amount"] for row in rows] == [
        Decimal("33.34"), Decimal("33.33"), Decimal("33.33"),
    ]  # fmt: skip


def test_shares_of_a_deal_team_add_up_to_the_credit(lab: Laboratory) -> None:
    thirds = [split("E1", Decimal("33.33")), split("E2", Decimal("33.33")),
              split("E3", Decimal("33.34"))]  # fmt: skip
    rows = credited(lab, [allocation("R1", Decimal("11.30"))], thirds)
    assert sum(row["credit_amount"] for row in rows) == 10
    assert [row["payee_id"] for row in rows] == ["E1", "E2", "E3"]


def test_splits_that_do_not_add_up_credit_the_owner_alone(lab: Laboratory) -> None:
    rows = credited(lab, [allocation("R1", 113)], [split("E2", 60), split("E3", 30)])
    assert pick(rows, "payee_id", "credit_amount") == [("E1", 100)]


def test_an_overlay_takes_nothing_from_the_owner(lab: Laboratory) -> None:
    rows = credited(lab, [allocation("R1", 113)], [split("E2", 100, "overlay")])
    assert pick(rows, "payee_id", "credit_amount") == [("E1", 100)]
