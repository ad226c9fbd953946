"""Orders, deliveries, expenses, campaigns, cases and training up to the day of the report."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from tests.support.facts.deals import day, moment
from tests.support.laboratory import Laboratory, Row, pick


def order(number: str, **more: Any) -> Row:
    return {"order_id": number, "customer_id": "A", "owner_id": "E1",
            "order_date": day("2026-10-01"), **more}  # fmt: skip


def test_an_order_is_late_past_its_promise_delivered_or_not(lab: Laboratory) -> None:
    lab.given("staging.sales_order", [
        order("on time", promised_date=day("2026-10-10"), delivered_date=day("2026-10-10")),
        order("late", promised_date=day("2026-10-10"), delivered_date=day("2026-10-11")),
        order("missing", promised_date=day("2026-10-10")),
        order("to come", promised_date=day("2026-12-10")),
        order("cancelled", promised_date=day("2026-10-10"), status="cancelled"),
    ])  # fmt: skip
    rows = lab.result("core.fct_order", "order_id")
    assert pick(rows, "order_id", "promised_date", "is_delivered_on_time") == [
        ("late", day("2026-10-10"), False),
        ("missing", day("2026-10-10"), False),
        ("on time", day("2026-10-10"), True),
        ("to come", None, False),  # its promise is not due yet
    ]


def test_an_order_is_entered_in_time_within_a_day_of_the_signature(lab: Laboratory) -> None:
    lab.given("staging.contract", [{"contract_id": "K", "signed_at": moment("2026-10-01 09:00")}])
    lab.given("staging.sales_order", [
        order("1", contract_id="K", entered_at=moment("2026-10-02 09:00")),
        order("2", contract_id="K", entered_at=moment("2026-10-02 09:01")),
        order("3", entered_at=moment("2026-10-02 09:01")),
    ])  # fmt: skip
    rows = lab.result("core.fct_order", "order_id")
    assert pick(rows, "order_id", "processing_hours", "is_entered_on_time")[0] == ("1", 24.0, True)
    assert rows[1]["is_entered_on_time"] is False
    assert rows[2]["processing_hours"] is None  # without a contract there is nothing to wait for


def test_a_delivery_counts_once_for_each_product_of_its_order(lab: Laboratory) -> None:
    lab.given("core.fct_order", [{"order_id": "1", "promised_date": day("2026-10-10")}])
    lab.given("core.fct_order_line", [
        {"order_id": "1", "line_no": 1, "product_id": "P"},
        {"order_id": "1", "line_no": 2, "product_id": "P"},
        {"order_id": "1", "line_no": 3, "product_id": "Q"},
    ])  # fmt: skip
    rows = lab.result("core.fct_order_product", "product_id")
    assert pick(rows, "order_id", "product_id") == [("1", "P"), ("1", "Q")]


def test_a_contract_not_signed_by_its_day_is_late(lab: Laboratory) -> None:
    lab.given("staging.contract", [
        {"contract_id": "that day", "due_at": moment("2026-10-01"),
         "signed_at": moment("2026-10-01 18:00")},
        {"contract_id": "later", "due_at": moment("2026-10-01"),
         "signed_at": moment("2026-10-02")},
        {"contract_id": "never", "due_at": moment("2026-10-01")},
        {"contract_id": "not due", "due_at": moment("2026-12-01")},
    ])  # fmt: skip
    rows = lab.result("core.fct_contract_due", "contract_id")
    assert pick(rows, "contract_id", "is_signed_on_time") == [
        ("later", False), ("never", False), ("that day", True),
    ]  # fmt: skip


def test_a_contract_s_collections_are_those_of_its_invoices_and_of_its_orders_invoices(
    lab: Laboratory,
) -> None:
    lab.given("core.fct_contract", [
        {"contract_id": "K", "currency": "CNY", "net_amount_base": 100,
         "signed_date": day("2026-10-01")},
    ])  # fmt: skip
    lab.given("staging.contract", [{"contract_id": "K", "tax_amount": 13}])
    lab.given("core.fct_order", [{"order_id": "O", "contract_id": "K"}])
    lab.given("core.fct_invoice", [
        {"invoice_id": "direct", "contract_id": "K"}, {"invoice_id": "by order", "order_id": "O"},
        {"invoice_id": "other"},
    ])  # fmt: skip
    lab.given("core.fct_collection", [
        {"invoice_id": "direct", "amount_base": 40}, {"invoice_id": "by order", "amount_base": 20},
        {"invoice_id": "other", "amount_base": 7},
    ])  # fmt: skip
    rows = lab.result("core.fct_contract_collection")
    assert pick(rows, "gross_amount_base", "collected_amount_base") == [(113, 60)]


def test_a_budget_is_spread_over_its_days_in_cents_that_add_up(lab: Laboratory) -> None:
    lab.given("core.dim_unit", [
        {"unit_id": "R", "kind": "region", "region_id": "R"},
        {"unit_id": "T", "kind": "team", "team_id": "T", "region_id": "R", "parent_unit_id": "R"},
    ])  # fmt: skip
    lab.given("staging.expense_budget", [
        {"unit_id": unit, "period_start": day("2026-10-01"), "period_end": day("2026-10-31"),
         "amount": 100}
        for unit in ("R", "T")
    ])  # fmt: skip
    lab.given("staging.expense", [
        {"expense_id": "by unit", "unit_id": "T", "expense_date": day("2026-10-03"), "amount": 5},
        {"expense_id": "by person", "employee_id": "E1", "expense_date": day("2026-10-03"),
         "amount": 7},
        {"expense_id": "later", "employee_id": "E1", "expense_date": day("2026-12-03"),
         "amount": 9},
    ])  # fmt: skip
    lab.given("core.org_day", [
        {"employee_id": "E1", "calendar_date": day("2026-10-03"), "team_id": "T2",
         "region_id": "R2"},
    ])  # fmt: skip
    rows = lab.result("core.fct_expense", "kind desc, document_id desc, expense_date")
    assert pick(rows[:2], "document_id", "team_id", "region_id", "amount_base") == [
        ("by unit", "T", "R", 5), ("by person", "T2", "R2", 7),
    ]  # fmt: skip
    budget = rows[2:]
    assert {row["document_id"] for row in budget} == {"T"}  # the region's is the sum of its teams'
    assert len(budget) == 31
    assert sum(row["budget_base"] for row in budget) == 100
    assert {row["budget_base"] for row in budget} == {Decimal("3.22"), Decimal("3.23")}


def test_a_campaign_brings_its_leads_whenever_they_come(lab: Laboratory) -> None:
    lab.given("staging.campaign", [
        {"campaign_id": "C", "channel": "fair", "start_date": day("2026-10-01"), "spend": 500},
        {"campaign_id": "later", "start_date": day("2026-12-01"), "spend": 900},
    ])  # fmt: skip
    lab.given("core.fct_lead", [
        {"lead_id": "1", "campaign_id": "C", "is_valid": True},
        {"lead_id": "2", "campaign_id": "C", "is_valid": False},
        {"lead_id": "3", "is_valid": True},
    ])  # fmt: skip
    rows = lab.result("core.fct_campaign")
    assert pick(rows, "campaign_id", "spend_base", "leads", "valid_leads") == [("C", 500, 2, 1)]


def test_an_answer_given_after_the_day_of_the_report_has_not_been_given(lab: Laboratory) -> None:
    lab.given("staging.case", [
        {"case_id": "A", "opened_at": moment("2026-11-01"),
         "first_response_at": moment("2026-11-01 03:00"), "closed_at": moment("2026-11-02")},
        {"case_id": "B", "opened_at": moment("2026-11-15"),
         "first_response_at": moment("2026-11-16 01:00")},
        {"case_id": "C", "opened_at": moment("2026-11-16")},
    ])  # fmt: skip
    rows = lab.result("core.fct_case", "case_id")
    assert pick(rows, "case_id", "response_hours", "resolution_hours") == [
        ("A", 3.0, 24.0), ("B", None, None),
    ]  # fmt: skip


def test_a_course_taken_later_is_left_out(lab: Laboratory) -> None:
    lab.given("staging.training_result", [
        {"employee_id": "E1", "course": "A", "taken_date": day("2026-11-15"), "passed": True},
        {"employee_id": "E1", "course": "B", "taken_date": day("2026-11-16"), "passed": True},
    ])  # fmt: skip
    assert pick(lab.result("core.fct_training"), "course") == [("A",)]


def test_an_activity_is_written_down_in_time_within_a_day(lab: Laboratory) -> None:
    activity = {"type": "demo", "employee_id": "E1", "occurred_at": moment("2026-11-02 10:00")}
    lab.given("staging.activity", [
        {**activity, "activity_id": "1", "logged_at": moment("2026-11-03 10:00")},
        {**activity, "activity_id": "2", "logged_at": moment("2026-11-03 10:01")},
        {**activity, "activity_id": "3"},
    ])  # fmt: skip
    rows = lab.result("core.fct_activity", "activity_id")
    assert pick(rows, "is_logged_on_time", "is_demo") == [
        (True, True), (False, True), (False, True),
    ]  # fmt: skip
