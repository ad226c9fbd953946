"""Commission: who is credited with what, at which rate, and statement against payroll."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

import pytest
from documents import day
from laboratory import Laboratory, Row, pick


def collected(number: str, amount: object, date: str = "2026-10-05", **more: Any) -> Row:
    """Cash of receipt `number` on invoice I: 100.00 net, 113.00 gross, owned by E1."""
    return {
        "receipt_id": number, "invoice_id": "I", "allocated_date": day(date), "owner_id": "E1",
        "contract_id": "CT", "amount": amount, "amount_base": amount, "rate_to_base": 1,
        "invoice_net_amount": 100, "invoice_gross_amount": 113, **more,
    }  # fmt: skip


def member(who: str, date: str = "2026-10-05", role: str = "rep", active: bool = True) -> Row:
    return {"employee_id": who, "calendar_date": day(date), "role": role, "is_active": active}


def plan(role: str = "rep", **more: Any) -> Row:
    return {"plan_id": f"P-{role}", "plan_version": 1, "role": role,
            "valid_from": day("2026-01-01"), "credit_split": "deal_team", "quota_measure": "m",
            "quota_period": "quarter", "rate_by": "attainment", "without_quota_rate_pct": 0,
            **more}  # fmt: skip


def credits(
    lab: Laboratory,
    cash: Sequence[Row],
    splits: Sequence[tuple[str, object]] = (),
    members: Sequence[Row] = (),
    plans: Sequence[Row] = (plan(),),
) -> list[dict[str, Any]]:
    lab.given("core.fct_collection", cash)
    lab.given("staging.contract", [
        {"contract_id": "CT", "opportunity_id": "O", "customer_id": "K", "owner_id": "E1",
         "net_amount": 100},
    ])  # fmt: skip
    lab.given("staging.opportunity_split", [
        {"opportunity_id": "O", "employee_id": who, "kind": "split", "pct": pct}
        for who, pct in splits
    ])  # fmt: skip
    lab.given("core.org_day", members or [member("E1"), member("E2")])
    lab.given("policy.commission_plan", plans)
    return lab.result("core.fct_credit", "receipt_id, payee_id")


def test_cash_is_credited_net_of_its_share_of_vat(lab: Laboratory) -> None:
    """56.50 is half of 113.00 gross, so half of 100.00 net."""
    rows = credits(lab, [collected("R", Decimal("56.50"))])
    assert pick(rows, "payee_id", "credit_amount", "quota_start", "month_start") == [
        ("E1", 50, day("2026-10-01"), day("2026-10-01"))
    ]


def test_the_net_parts_of_a_paid_invoice_are_its_net_amount(lab: Laboratory) -> None:
    rows = credits(lab, [
        collected("A", Decimal("0.01")), collected("B", Decimal("37.66")),
        collected("C", Decimal("75.33")),
    ])  # fmt: skip
    assert sum(row["credit_amount"] for row in rows) == 100


def test_foreign_cash_is_credited_at_the_invoice_s_rate_to_its_last_decimal(
    lab: Laboratory,
) -> None:
    """113,000,000 at 0.00045678 is 100,000,000 net, 45,678.00 in base currency."""
    rows = credits(lab, [
        collected("R", 113_000_000, rate_to_base=Decimal("0.00045678"),
                  invoice_net_amount=100_000_000, invoice_gross_amount=113_000_000),
    ])  # fmt: skip
    assert rows[0]["credit_amount"] == 45_678


def test_a_deal_team_shares_the_credit(lab: Laboratory) -> None:
    rows = credits(lab, [collected("R", 113)], [("E1", 70), ("E2", 30)])
    assert pick(rows, "payee_id", "split_pct", "credit_amount") == [("E1", 70, 70), ("E2", 30, 30)]


def test_shares_are_rounded_so_that_no_cent_is_lost(lab: Laboratory) -> None:
    """10.01 in halves: 5.01 and 5.00."""
    rows = credits(
        lab,
        [collected("R", Decimal("10.01"), invoice_net_amount=Decimal("10.01"),
                   invoice_gross_amount=Decimal("10.01"))],
        [("E1", 50), ("E2", 50)],
    )  # fmt: skip
    assert [row["credit_amount"] for row in rows] == [Decimal("5.01"), Decimal("5.00")]


def test_a_plan_that_credits_the_owner_leaves_the_deal_team_out(lab: Laboratory) -> None:
    rows = credits(
        lab, [collected("R", 113)], [("E1", 70), ("E2", 30)], plans=[plan(credit_split="owner")]
    )
    assert pick(rows, "payee_id", "credit_amount") == [("E1", 100)]


def test_the_plan_is_that_of_the_role_on_the_day_of_the_cash(lab: Laboratory) -> None:
    rows = credits(
        lab,
        [collected("A", 113, "2026-10-05"), collected("B", 113, "2026-10-06")],
        members=[member("E1", "2026-10-05"), member("E1", "2026-10-06", "lead")],
        plans=[plan(), plan("lead", quota_period="month")],
    )
    assert pick(rows, "receipt_id", "plan_id", "role") == [
        ("A", "P-rep", "rep"), ("B", "P-lead", "lead"),
    ]  # fmt: skip


def test_a_plan_pays_from_its_first_to_its_last_day(lab: Laboratory) -> None:
    october = plan(valid_from=day("2026-10-06"), valid_to=day("2026-10-07"))
    dates = ("2026-10-05", "2026-10-06", "2026-10-07", "2026-10-08")
    rows = credits(
        lab,
        [collected(date, 113, date) for date in dates],
        members=[member("E1", date) for date in dates],
        plans=[october],
    )
    assert [row["receipt_id"] for row in rows] == ["2026-10-06", "2026-10-07"]


def test_who_had_left_on_the_day_of_the_cash_is_not_credited(lab: Laboratory) -> None:
    rows = credits(lab, [collected("R", 113)], members=[member("E1", active=False)])
    assert rows == []


def credit(number: str, amount: object, date: str = "2026-10-05", **more: Any) -> Row:
    return {
        "receipt_id": number, "invoice_id": "I", "payee_id": "E1", "allocated_date": day(date),
        "credit_amount": amount, "plan_id": "P-rep", "plan_version": 1, "quota_measure": "m",
        "quota_start": day("2026-10-01"), "month_start": day(date).replace(day=1),
        "without_quota_rate_pct": 5, **more,
    }  # fmt: skip


def lines(
    lab: Laboratory,
    given: Sequence[Row],
    tiers: Sequence[tuple[object, object, object]] = ((0, 100, 1), (100, None, 2)),
    quota: object = 1000,
    **more: Any,
) -> list[dict[str, Any]]:
    """Lines of a quarterly plan; tiers in percent of the quota unless the plan says otherwise."""
    lab.given("core.fct_credit", given)
    lab.given("policy.commission_plan", [plan(**more)])
    lab.given("policy.commission_tier", [
        {"plan_id": "P-rep", "plan_version": 1, "tier_no": number, "tier_from": start,
         "tier_to": end, "rate_pct": rate}
        for number, (start, end, rate) in enumerate(tiers, 1)
    ])  # fmt: skip
    lab.given("staging.quota", [
        {"scope_kind": "employee", "scope_id": "E1", "measure": "m", "amount": quota,
         "period_start": day("2026-10-01"), "period_end": day("2026-12-31")},
    ] if quota else [])  # fmt: skip
    return lab.result("core.fct_commission", "credit_date, source_id, position_to")


def test_the_opening_position_is_carried_from_credit_to_credit(lab: Laboratory) -> None:
    rows = lines(lab, [credit("A", 900), credit("B", 300, "2026-11-05")])
    assert pick(rows, "source_id", "tier_no", "credit_amount", "rate_pct", "amount") == [
        ("A", 1, 900, 1, 9), ("B", 1, 100, 1, 1), ("B", 2, 200, 2, 4),
    ]  # fmt: skip


def test_credit_exactly_on_a_limit_belongs_to_the_tier_below(lab: Laboratory) -> None:
    rows = lines(lab, [credit("A", 1000), credit("B", Decimal("0.01"))])
    assert pick(rows, "source_id", "tier_no") == [("A", 1), ("B", 2)]


def test_the_position_begins_anew_with_each_quota_period(lab: Laboratory) -> None:
    january = credit("B", 900, "2026-01-05", quota_start=day("2026-01-01"))
    rows = lines(lab, [credit("A", 900), january])
    assert {row["tier_no"] for row in rows if row["source_id"] == "A"} == {1}


def test_the_month_of_a_line_is_that_of_the_cash_not_of_the_quota(lab: Laboratory) -> None:
    rows = lines(lab, [credit("A", 100, "2026-11-05")])
    assert pick(rows, "period", "quota_start") == [("2026-11", day("2026-10-01"))]


def test_monthly_quotas_make_the_quarter_s_quota(lab: Laboratory) -> None:
    lines(lab, [credit("A", 100)])
    lab.given("staging.quota", [
        {"scope_kind": "employee", "scope_id": "E1", "measure": "m", "amount": amount,
         "period_start": day(start), "period_end": day(start)}
        for start, amount in [("2026-10-01", 10), ("2026-11-01", 20), ("2026-12-01", 30),
                              ("2027-01-01", 99)]
    ])  # fmt: skip
    rows = lab.result("core.fct_commission")
    assert {row["quota"] for row in rows} == {60}


def test_without_a_quota_the_plan_s_base_rate_pays(lab: Laboratory) -> None:
    rows = lines(lab, [credit("A", 200)], quota=None)
    assert pick(rows, "tier_no", "rate_pct", "amount") == [(0, 5, 10)]


def test_cents_are_rounded_on_the_running_total(lab: Laboratory) -> None:
    """0.40 at 1 % ten times is 0.04 in all, not ten times nothing."""
    rows = lines(lab, [credit(f"R{n}", Decimal("0.40")) for n in range(10)])
    assert sum(row["amount"] for row in rows) == Decimal("0.04")


def test_a_returned_payment_takes_back_what_it_had_earned(lab: Laboratory) -> None:
    rows = lines(lab, [credit("A", 1200), credit("B", -300, "2026-10-20")])
    assert pick(rows, "source_id", "tier_no", "credit_amount", "amount") == [
        ("A", 1, 1000, 10), ("A", 2, 200, 4),
        ("B", 1, -100, -1), ("B", 2, -200, -4),
    ]  # fmt: skip


def test_a_position_below_nothing_is_taken_back_at_the_first_rate(lab: Laboratory) -> None:
    """The cash was earned in the quarter before and goes back in this one."""
    rows = lines(lab, [credit("A", -300), credit("B", 500, "2026-10-20")])
    assert pick(rows, "source_id", "tier_no", "credit_amount", "amount") == [
        ("A", 1, -300, -3), ("B", 1, 500, 5),
    ]  # fmt: skip


@pytest.mark.parametrize("quota", [1000, None])
def test_tiers_by_amount_need_no_quota(lab: Laboratory, quota: object) -> None:
    rows = lines(lab, [credit("A", 1200)], [(0, 500, 1), (500, None, 2)], quota, rate_by="amount")
    assert pick(rows, "tier_no", "credit_amount", "amount") == [(1, 500, 5), (2, 700, 14)]


def payroll(period: str, amount: object, date: str, who: str = "E1") -> Row:
    return {"employee_id": who, "period": period, "paid_amount": amount, "paid_date": day(date)}


def commission(**more: Any) -> Row:
    return {"line_id": "L", "payee_id": "E1", "period": "2026-10", "credit_date": day("2026-10-05"),
            "credit_amount": 100, "amount": 10, "source_id": "R", **more}  # fmt: skip


def test_what_is_earned_is_payable_at_once_and_payroll_says_what_was_paid(lab: Laboratory) -> None:
    lab.given("core.fct_commission", [commission()])
    lab.given("staging.payroll_commission", [
        payroll("2026-10", 9, "2026-11-10"), payroll("2026-11", 5, "2026-12-10"),
        {"employee_id": "E2", "period": "2026-10", "paid_amount": 1},
    ])  # fmt: skip
    rows = lab.result("mart.commission_line", "line_id")
    assert pick(rows, "line_id", "ledger", "amount", "cause") == [
        ("earned:L", "earned", 10, "cash_received"),
        ("paid:E1:2026-10", "paid", 9, "payroll"),
        ("paid:E2:2026-10", "paid", 1, "payroll"),
        ("payable:L", "payable", 10, "released_at_once"),
    ]


def ledger(kind: str, amount: object, period: str = "2026-10", who: str = "E1") -> Row:
    return {"line_id": f"{kind}:{who}:{period}", "payee_id": who, "period": period,
            "ledger": kind, "amount": amount, "credit_amount": 100}  # fmt: skip


def test_a_statement_sums_each_ledger_and_shows_adjustments_beside_it(lab: Laboratory) -> None:
    lab.given("mart.commission_line", [
        ledger("earned", 12), ledger("payable", 10), ledger("paid", 9),
    ])  # fmt: skip
    lab.given("staging.commission_adjustment", [
        {"adjustment_id": str(number), "employee_id": who, "period": period, "amount": amount}
        for number, (who, period, amount) in enumerate(
            [("E1", "2026-10", 50), ("E1", "2026-10", -20), ("E2", "2026-11", 7),
             ("E2", "2026-12", 99)]
        )
    ])  # fmt: skip
    rows = lab.result("mart.commission_statement", "payee_id")
    assert pick(rows, "payee_id", "period", "credit", "earned", "payable", "paid", "held",
                "adjustments") == [
        ("E1", "2026-10", 100, 12, 10, 9, 2, 30),
        ("E2", "2026-11", 0, 0, 0, 0, 0, 7),  # an adjustment of a month to come is not shown yet
    ]  # fmt: skip


def test_the_checksum_of_a_statement_changes_with_any_of_its_lines(lab: Laboratory) -> None:
    def checksum(*rows: Row) -> str:
        lab.given("mart.commission_line", rows)
        return str(lab.result("mart.commission_statement")[0]["checksum"])

    whole = checksum(ledger("earned", 12), ledger("paid", 9))
    assert checksum(ledger("paid", 9), ledger("earned", 12)) == whole  # order does not matter
    assert checksum(ledger("earned", 12), ledger("paid", 8)) != whole


def statement(payable: object, paid: object, period: str = "2026-09", who: str = "E1") -> Row:
    return {"payee_id": who, "period": period, "payable": payable, "paid": paid}


def reason(lab: Laboratory, row: Row, left: str | None = None) -> str:
    lab.given("mart.commission_statement", [row])
    lab.given("staging.employee", [
        {"employee_id": "E1", "name": "E", "leave_date": day(left) if left else None},
    ])  # fmt: skip
    found = lab.result("mart.commission_difference")
    return str(found[0]["reason_code"]) if found else "none"


@pytest.mark.parametrize(
    ("payable", "paid", "period", "left", "expected"),
    [
        (100, 100, "2026-09", None, "none"),
        (100, 0, "2026-10", None, "timing"),  # payroll has not come to October yet
        (100, 0, "2026-09", None, "missing"),
        (100, 200, "2026-09", None, "duplicate"),
        (100, Decimal("100.05"), "2026-09", None, "rounding"),
        (100, Decimal("100.06"), "2026-09", None, "unexplained"),
        (0, 50, "2026-09", "2026-08-31", "paid_after_leaving"),
        (0, 50, "2026-09", "2026-09-30", "unexplained"),
        (100, 90, "2026-09", None, "unexplained"),
    ],
)
def test_every_difference_to_payroll_has_a_reason_or_stands_as_unexplained(
    lab: Laboratory,
    payable: object,
    paid: object,
    period: str,
    left: str | None,
    expected: str,
) -> None:
    lab.given("staging.payroll_commission", [
        payroll("2026-09", 1, "2026-10-10", "E9"),
    ])  # fmt: skip
    assert reason(lab, statement(payable, paid, period), left) == expected


def test_a_payroll_run_after_the_day_of_the_report_is_not_known(lab: Laboratory) -> None:
    lab.given("staging.payroll_commission", [
        payroll("2026-09", 1, "2026-10-10"), payroll("2026-10", 9, "2026-11-20"),
    ])  # fmt: skip
    assert reason(lab, statement(10, 0, "2026-10")) == "timing"


def test_without_any_payroll_every_difference_is_one_of_timing(lab: Laboratory) -> None:
    assert reason(lab, statement(10, 0)) == "timing"
