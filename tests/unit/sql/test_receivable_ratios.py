"""What a balance is held against: the ledger, sales, limits; days outstanding and counted back."""

from __future__ import annotations

from decimal import Decimal

import pytest

from tests.support.facts.documents import day
from tests.support.laboratory import Laboratory, Row, pick


def ageing(scope: str, bucket: str, amount: object, date: str = "2026-11-15") -> Row:
    kind = "company" if scope == "C" else "employee"
    return {"as_of_date": day(date), "scope_kind": kind, "scope_id": scope, "bucket": bucket,
            "open_amount_base": amount, "owed_amount_base": amount,
            "overdue_amount_base": 0 if bucket == "not_due" else amount}  # fmt: skip


def test_overdue_is_what_is_past_due_and_the_provision_follows_the_buckets(lab: Laboratory) -> None:
    """0.5 % of 1,000 not due and 2 % of 501: 5.00 + 10.02."""
    lab.given("mart.receivable_ageing", [ageing("E1", "not_due", 1000), ageing("E1", "d1_30", 501)])
    row = lab.result("mart.receivable_metric")[0]
    assert pick([row], "outstanding", "overdue", "ecl_provision") == [(1501, 501, Decimal("15.02"))]


def test_dso_divides_by_the_credit_sales_of_the_scope(lab: Laboratory) -> None:
    lab.given("mart.receivable_ageing", [
        ageing("E1", "not_due", 600), ageing("E1", "d1_30", 300), ageing("E2", "not_due", 5),
    ])  # fmt: skip
    lab.given("receivables.flow_day", [
        {"as_of_date": day("2026-11-15"), "scope_kind": "employee", "scope_id": "E1",
         "credit_sales": 900},
    ])  # fmt: skip
    rows = lab.result("mart.receivable_metric", "scope_id")
    assert pick(rows, "scope_id", "dso", "bpdso") == [
        ("E1", 91, Decimal("60.6667")), ("E2", None, None),
    ]  # fmt: skip


def ledger(balance: object, date: str = "2026-10-31", account: str = "receivable") -> Row:
    return {"account": account, "period_end": day(date), "balance": balance}


def test_a_difference_to_the_ledger_is_shown_for_the_company(lab: Laboratory) -> None:
    lab.given("mart.receivable_ageing", [
        ageing("C", "not_due", 1000, "2026-10-31"), ageing("E1", "not_due", 1000, "2026-10-31"),
    ])  # fmt: skip
    lab.given("staging.gl_balance", [ledger(990), ledger(5, account="revenue")])
    rows = lab.result("mart.receivable_metric", "scope_id")
    assert pick(rows, "scope_id", "gl_balance", "gl_difference") == [
        ("C", 990, 10), ("E1", None, None),
    ]  # fmt: skip


def test_a_ledger_balance_against_nothing_open_is_a_difference_too(lab: Laboratory) -> None:
    lab.given("staging.gl_balance", [ledger(990), ledger(7, "2026-10-13")])
    rows = lab.result("mart.receivable_metric")
    assert pick(rows, "as_of_date", "scope_kind", "scope_id", "outstanding", "gl_difference") == [
        (day("2026-10-31"), "company", "C", 0, -990)
    ]


def test_credit_sales_look_back_ninety_one_days(lab: Laboratory) -> None:
    lab.given("core.fct_invoice", [
        {"invoice_id": str(number), "kind": "invoice", "owner_id": owner,
         "invoice_date": day(date), "credit_sales_base": amount}
        for number, (owner, date, amount) in enumerate([
            ("E1", "2026-08-16", 1), ("E1", "2026-08-17", 10), ("E1", "2026-11-15", 100),
            (None, "2026-11-15", -30),
        ])
    ]).build("receivables.sales_day")  # fmt: skip
    rows = [r for r in lab.result("receivables.flow_day") if r["as_of_date"] == day("2026-11-15")]
    found = {(r["scope_kind"], r["scope_id"]): r["credit_sales"] for r in rows}
    assert found["employee", "E1"] == 110
    assert found["employee", "(none)"] == -30
    assert found["company", "C"] == 80


def test_credit_sales_belong_to_the_unit_of_the_day_looked_at(lab: Laboratory) -> None:
    lab.given("core.org_day", [
        {"employee_id": "E1", "calendar_date": day("2026-11-15"), "team_id": "T2",
         "region_id": "R"},
    ])  # fmt: skip
    lab.given("core.fct_invoice", [
        {"invoice_id": "I", "kind": "invoice", "owner_id": "E1",
         "invoice_date": day("2026-11-02"), "credit_sales_base": 100},
    ]).build("receivables.sales_day")  # fmt: skip
    rows = [r for r in lab.result("receivables.flow_day") if r["as_of_date"] == day("2026-11-15")]
    assert ("team", "T2") in pick(rows, "scope_kind", "scope_id")


def test_receivable_ratios_are_balances_of_the_period_s_last_day(lab: Laboratory) -> None:
    lab.given("mart.receivable_metric", [
        {"as_of_date": day(date), "scope_kind": "company", "scope_id": "C", "overdue": overdue,
         "outstanding": 1000, "credit_sales": 500, "dso_days": 91}
        for date, overdue in [("2026-10-31", 200), ("2026-11-15", 300), ("2026-10-15", 250)]
    ])  # fmt: skip
    lab.given("core.fct_invoice", [{"invoice_id": "I", "invoice_date": day("2026-01-01")}])
    found = {
        (row["period_kind"], row["period_start"]): row
        for row in lab.result("kpi.receivable_modelled")
    }
    running = found["month", day("2026-11-01")]
    assert pick([running], "overdue_rate__num", "overdue_rate__den", "dso__num", "dso__den") == [
        (300, 1000, 91000, 500)
    ]
    # a running month is held against the same day of the month before, not against its end
    assert running["overdue_rate__prev_num"] == 250
    assert found["month", day("2026-10-01")]["overdue_rate__num"] == 200


def test_a_customer_s_running_week_is_held_against_the_week_before(lab: Laboratory) -> None:
    """What it is compared with is there; the other weeks of every customer are not."""
    scope = {"scope_kind": "customer", "scope_id": "K"}
    amounts = [("2026-11-01", 70), ("2026-11-08", 80), ("2026-11-15", 100)]
    lab.given("mart.receivable_metric", [
        {**scope, "as_of_date": day(date), "outstanding": amount} for date, amount in amounts
    ])  # fmt: skip
    lab.given("mart.receivable_ageing", [
        {**scope, "as_of_date": day(date), "bucket": "not_due", "open_amount_base": amount}
        for date, amount in amounts
    ])  # fmt: skip
    lab.given("core.fct_invoice", [{"invoice_id": "I", "invoice_date": day("2026-01-01")}])
    weeks = [
        row for row in lab.result("kpi.receivable_modelled")
        if row["scope_kind"] == "customer" and row["period_kind"] == "week"
    ]  # fmt: skip
    assert pick(weeks, "period_end", "receivables_open__num", "receivables_open__prev_num",
                "receivables_opening__num") == [(day("2026-11-15"), 100, 80, 80)]  # fmt: skip


def test_counting_back_uses_up_the_newest_month_first(lab: Laboratory) -> None:
    """Benji Pays' example in months of 30 days: 212,000 = 100,000 + 80,000 + 32,000 of 70,000."""
    lab.as_of(day("2026-09-30"))
    lab.given("mart.receivable_ageing", [
        {"as_of_date": day("2026-09-30"), "scope_kind": "company", "scope_id": "C",
         "bucket": "not_due", "open_amount_base": 212_000},
        {"as_of_date": day("2026-09-30"), "scope_kind": "employee", "scope_id": "E2",
         "bucket": "not_due", "open_amount_base": 500},
    ])  # fmt: skip
    lab.given("core.fct_invoice", [
        {"invoice_id": number, "kind": "invoice", "owner_id": "E1", "invoice_date": day(date),
         "credit_sales_base": amount}
        for number, date, amount in [
            ("1", "2026-09-10", 100_000), ("2", "2026-08-10", 80_000), ("3", "2026-07-10", 70_000),
        ]
    ]).build("receivables.balance_calendar", "receivables.sales_day")  # fmt: skip
    rows = [
        r for r in lab.result("receivables.dso_countback") if r["as_of_date"] == day("2026-09-30")
    ]
    # September 30 days, August 31, and 32/70 of July's 31
    assert pick(rows, "scope_kind", "dso_countback") == [("company", Decimal("75.1714"))]


@pytest.mark.parametrize(
    ("sold", "expected"),
    [
        ([("2026-09-10", 100)], "30"),  # nothing was sold before
        ([("2026-09-10", 100), ("2026-08-10", 80)], "30"),
        ([("2026-07-10", 100)], "92"),  # nothing was sold since
    ],
)
def test_counting_back_ends_where_the_sales_of_a_month_cover_all_that_is_owed(
    lab: Laboratory, sold: list[tuple[str, int]], expected: str
) -> None:
    lab.as_of(day("2026-09-30")).given("receivables.sales_day", [
        {"invoice_date": day(date), "owner_id": "E1", "customer_id": "K", "segment": "(none)",
         "partner_id": "(none)", "currency": "CNY", "sales_base": amount}
        for date, amount in sold
    ])  # fmt: skip
    lab.given("mart.receivable_ageing", [
        {"as_of_date": day("2026-09-30"), "scope_kind": "company", "scope_id": "C",
         "bucket": "not_due", "open_amount_base": 100},
    ])  # fmt: skip
    rows = [
        r for r in lab.result("receivables.dso_countback") if r["as_of_date"] == day("2026-09-30")
    ]
    assert pick(rows, "scope_kind", "dso_countback") == [("company", Decimal(expected))]


def test_a_customer_is_counted_back_on_every_day_it_is_looked_at(lab: Laboratory) -> None:
    sale = {"owner_id": "E1", "customer_id": "K", "segment": "(none)", "partner_id": "(none)",
            "currency": "CNY"}  # fmt: skip
    lab.given("receivables.sales_day", [
        {**sale, "invoice_date": day("2026-10-20"), "sales_base": 100},
        {**sale, "invoice_date": day("2026-11-12"), "sales_base": 40},
    ])  # fmt: skip
    lab.given("mart.receivable_ageing", [
        {"as_of_date": day(date), "scope_kind": "customer", "scope_id": "K", "bucket": "not_due",
         "open_amount_base": amount}
        for date, amount in [("2026-11-08", 100), ("2026-11-15", 90), ("2026-11-01", 101)]
    ])  # fmt: skip
    rows = lab.result("receivables.dso_countback")
    # 8 days of November and all of October; 15 days and half of October; more than ever was sold
    assert pick(rows, "as_of_date", "scope_id", "dso_countback") == [
        (day("2026-11-08"), "K", 39), (day("2026-11-15"), "K", Decimal("30.5")),
    ]  # fmt: skip


def test_amounts_beyond_64_bits_divide_as_exactly(lab: Laboratory) -> None:
    """The same proportions in amounts of thirteen digits and of one."""
    for scale in (1, 10**12):
        scope = {"as_of_date": day("2026-11-15"), "scope_kind": "company", "scope_id": "C"}
        lab.given("mart.receivable_ageing", [
            {**scope, "bucket": "not_due", "open_amount_base": 6 * scale, "overdue_amount_base": 0,
             "revaluation_base": 0, "overdue_revaluation_base": 0},
        ])  # fmt: skip
        lab.given("receivables.flow_day", [
            {**scope, "credit_sales": 9 * scale, "opening": -scale, "due_amount_base": 9 * scale,
             "collected_amount_base": 4 * scale},
        ])  # fmt: skip
        row = lab.result("mart.receivable_metric")[0]
        assert pick([row], "dso", "bpdso", "add", "cei", "collection_rate") == [
            (Decimal("60.6667"), Decimal("60.6667"), 0, 1, Decimal("0.444444"))
        ]


def test_a_limit_used_by_orders_alone_is_shown_where_nothing_is_open(lab: Laboratory) -> None:
    use = {"as_of_date": day("2026-11-15"), "scope_kind": "customer", "credit_limit": 100}
    lab.given("receivables.credit_use_day", [
        {**use, "scope_id": "K", "credit_exposure": 150, "credit_breaches": 1},
        {**use, "scope_id": "L", "credit_exposure": 0, "credit_breaches": 0},
    ])  # fmt: skip
    rows = lab.result("mart.receivable_metric")
    assert pick(rows, "scope_id", "outstanding", "overdue_rate", "credit_limit_use",
                "credit_breaches") == [("K", 0, None, Decimal("1.5"), 1)]  # fmt: skip


def test_who_owes_nothing_has_what_was_due_and_collected_all_the_same(lab: Laboratory) -> None:
    """Else people do not add up to their team; customers stand at period ends with a balance."""
    flow = {"as_of_date": day("2026-10-31"), "credit_sales": 0, "opening": 100,
            "due_amount_base": 100, "collected_amount_base": 100}  # fmt: skip
    lab.given("receivables.flow_day", [
        {**flow, "scope_kind": "employee", "scope_id": "E1"},
        {**flow, "scope_kind": "customer", "scope_id": "K"},
    ])  # fmt: skip
    rows = lab.result("mart.receivable_metric")
    assert pick(rows, "scope_id", "outstanding", "collected_amount_base", "collection_rate") == [
        ("E1", 0, 100, 1)
    ]
