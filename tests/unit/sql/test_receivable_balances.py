"""Receivables as of a day: items, ageing by scope, what came in."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from tests.support.facts.documents import (
    FOREVER,
    SPANS,
    allocation,
    day,
    given_documents,
    invoice,
    note,
    receipt,
    write_off,
)
from tests.support.laboratory import Laboratory, Row, pick


def bucket_span(bucket: str, start: str, end: str | None, amount: object, **more: Any) -> Row:
    return {
        "item_kind": "invoice", "document_id": "I", "instalment_seq": 1, "bucket": bucket,
        "bucket_order": 1, "valid_from": day(start), "valid_before": day(end) if end else FOREVER,
        "open_amount": amount, "open_amount_base": amount, "open_before": 0, "items": 1,
        "judged_items": 1, "owner_id": "E1", **more,
    }  # fmt: skip


def test_cash_counts_when_cleared_and_not_bounced(lab: Laboratory) -> None:
    given_documents(
        lab,
        "core.fct_invoice",
        invoice=[invoice("I", "2026-10-01", 1000)],
        receipt=[
            receipt("plain", "2026-11-01", 10),
            receipt("cleared", "2026-11-01", 20, cleared_date=day("2026-11-15")),
            receipt("not cleared", "2026-11-01", 40, cleared_date=day("2026-11-16")),
            receipt("bounced", "2026-11-01", 80, bounced="2026-11-15"),
            receipt("bounces later", "2026-11-01", 160, bounced="2026-11-16"),
        ],
        receipt_allocation=[
            allocation(number, "I", "2026-11-02", amount)
            for number, amount in [("plain", 10), ("cleared", 20), ("not cleared", 40),
                                   ("bounced", 80), ("bounces later", 160)]
        ] + [allocation("plain", "I", "2026-11-16", 1)],
    )  # fmt: skip
    rows = lab.result("core.fct_collection", "receipt_id")
    assert [row["receipt_id"] for row in rows] == ["bounces later", "cleared", "plain"]
    assert sum(row["amount"] for row in rows) == 190


def test_foreign_cash_is_converted_at_the_rate_of_its_invoice(lab: Laboratory) -> None:
    lab.given("staging.fx_rate", [
        {"currency": "USD", "rate_date": day("2026-10-01"), "rate_to_base": 7},
        {"currency": "USD", "rate_date": day("2026-11-01"), "rate_to_base": 8},
    ]).build("core.fx_day")  # fmt: skip
    given_documents(
        lab,
        "core.fct_invoice",
        invoice=[invoice("I", "2026-10-01", 100, currency="USD")],
        receipt=[receipt("R", "2026-11-02", 50, currency="USD")],
        receipt_allocation=[allocation("R", "I", "2026-11-02", 50)],
    )
    assert pick(lab.result("core.fct_collection"), "amount", "amount_base") == [(50, 350)]


@pytest.mark.parametrize(
    ("days", "disputed", "expected"),
    [
        (30, False, "normal"), (31, False, "watch"), (90, False, "watch"), (91, False, "doubtful"),
        (365, False, "doubtful"), (366, False, "bad_debt"),
        (-5, True, "watch"), (None, True, "watch"), (91, True, "doubtful"), (None, False, "normal"),
    ],
)  # fmt: skip
def test_the_risk_class_follows_the_days_past_due_and_a_dispute_is_at_least_watched(
    lab: Laboratory, days: int | None, disputed: bool, expected: str
) -> None:
    given = invoice("I", "2025-01-01", 1, disputed=disputed)
    if days is not None:
        given["due_date"] = day("2026-11-15") - timedelta(days=days)
    given_documents(lab, *SPANS, invoice=[given])
    assert lab.result("mart.receivable_item")[0]["risk_class"] == expected


@pytest.mark.parametrize(
    ("flag", "expected"),
    [("watch", "watch"), (" 坏账 ", "bad_debt"), ("Doubtful", "doubtful"), ("vip", "normal")],
)
def test_a_customer_s_flag_is_at_least_the_class_policy_gives_it(
    lab: Laboratory, flag: str, expected: str
) -> None:
    lab.given("staging.customer", [{"customer_id": "K", "name": "K", "risk_flag": flag}])
    given_documents(lab, *SPANS, invoice=[invoice("I", "2026-11-01", 1, "2026-12-01")])
    assert lab.result("mart.receivable_item")[0]["risk_class"] == expected


def test_what_the_customer_is_owed_carries_no_risk(lab: Laboratory) -> None:
    given_documents(lab, *SPANS, invoice=[note("N", "2025-01-01", 5, disputed=True)])
    assert lab.result("mart.receivable_item")[0]["risk_class"] == "normal"


def test_an_item_stands_in_the_bucket_of_the_day_with_what_came_in_since(lab: Laboratory) -> None:
    given_documents(
        lab,
        *SPANS,
        as_of="2026-10-31",
        invoice=[invoice("I", "2026-09-01", 100, "2026-09-30"), invoice("paid", "2026-09-01", 5)],
        receipt=[receipt("R", "2026-11-02", 70), receipt("P", "2026-10-31", 5)],
        receipt_allocation=[
            allocation("R", "I", "2026-11-02", 70), allocation("P", "paid", "2026-10-31", 5),
        ],
    )  # fmt: skip
    rows = lab.result("mart.receivable_item")
    assert pick(rows, "invoice_id", "bucket", "days_past_due", "open_amount", "received_since") == [
        ("I", "d31_60", 31, 100, 70)
    ]


def test_a_write_off_later_on_is_not_money_received(lab: Laboratory) -> None:
    given_documents(
        lab,
        *SPANS,
        as_of="2026-10-31",
        invoice=[invoice("I", "2026-09-01", 100, "2026-09-30")],
        write_off=[write_off("I", "2026-11-02", 100)],
    )
    assert lab.result("mart.receivable_item")[0]["received_since"] == 0


def test_the_balance_of_every_period_end_is_a_sum_of_movements(lab: Laboratory) -> None:
    lab.given("core.open_item_bucket_span", [
        bucket_span("not_due", "2026-10-05", "2026-11-02", 100),
        bucket_span("d1_30", "2026-11-02", None, 100),
        bucket_span("not_due", "2026-11-03", "2026-11-06", 999),  # came and went between two looks
        bucket_span("not_due", "2026-11-09", None, -30, owner_id=None),
    ])  # fmt: skip
    rows = [
        r for r in lab.result("receivables.balance_day")
        if r["as_of_date"] >= day("2026-11-01") and r["axis"] == "owner"
    ]  # fmt: skip
    assert pick(rows, "as_of_date", "member_id", "bucket", "open_amount_base", "items") == [
        (day("2026-11-01"), "E1", "not_due", 100, 1),
        (day("2026-11-08"), "E1", "d1_30", 100, 1),
        (day("2026-11-15"), "(none)", "not_due", -30, 1),
        (day("2026-11-15"), "E1", "d1_30", 100, 1),
    ]


@pytest.mark.parametrize(
    ("history", "expected"),
    [("week", [1, 8, 15]),
     ("month", [8, 15])],  # the week of the report and the one it is compared with
)  # fmt: skip
def test_customers_stand_at_the_days_policy_names(
    lab: Laboratory, history: str, expected: list[int]
) -> None:
    lab.con.execute("update policy.receivable set customer_history = ?", [history])
    lab.given("core.open_item_bucket_span", [
        bucket_span("not_due", "2026-11-01", None, 100, customer_id="K"),
    ]).build("receivables.balance_calendar")  # fmt: skip
    rows = [r for r in lab.result("receivables.balance_day") if r["axis"] == "customer"]
    assert pick(rows, "as_of_date", "member_id", "open_amount_base") == [
        (day(f"2026-11-{number:02}"), "K", 100) for number in expected
    ]


def test_ageing_rolls_up_to_the_unit_the_owner_is_in_on_the_day(lab: Laboratory) -> None:
    lab.given("core.org_day", [
        {"employee_id": "E1", "calendar_date": day("2026-11-08"), "team_id": "T1",
         "region_id": "R"},
        {"employee_id": "E1", "calendar_date": day("2026-11-15"), "team_id": "T2",
         "region_id": "R"},
    ])  # fmt: skip
    lab.given("receivables.balance_day", [
        {"as_of_date": day(date), "axis": "owner", "member_id": owner, "bucket": "d1_30",
         "bucket_order": 2, "open_amount_base": amount, "items": 1}
        for date, owner, amount in [("2026-11-08", "E1", 100), ("2026-11-15", "E1", 100),
                                    ("2026-11-15", "(none)", 5)]
    ])  # fmt: skip
    rows = lab.result("mart.receivable_ageing")
    assert {r["scope_id"]: r["items"] for r in rows if r["as_of_date"].day == 15} == {
        "E1": 1, "(none)": 1, "T2": 1, "R": 1, "C": 2,
    }  # fmt: skip
    found = {(r["as_of_date"].day, r["scope_id"]): r["open_amount_base"] for r in rows
             if r["scope_kind"] != "employee"}  # fmt: skip
    assert found == {
        (8, "T1"): 100, (8, "R"): 100, (8, "C"): 100,
        (15, "T2"): 100, (15, "(none)"): 5, (15, "R"): 100, (15, "C"): 105,
    }  # fmt: skip


def test_ageing_by_customer_segment_partner_and_currency_adds_up(lab: Laboratory) -> None:
    lab.given("staging.customer", [
        {"customer_id": "K1", "name": "a", "segment": "sme", "partner_id": "P"},
        {"customer_id": "K2", "name": "b", "segment": "sme"},
    ])  # fmt: skip
    given_documents(
        lab,
        *SPANS,
        "receivables.balance_day",
        invoice=[
            invoice(number, "2026-10-01", amount, "2026-11-01", customer_id=customer)
            for number, customer, amount in [("A", "K1", 10), ("B", "K1", 20), ("C", "K2", 5)]
        ],
    )
    rows = [
        r for r in lab.result("mart.receivable_ageing", "scope_kind, scope_id")
        if r["as_of_date"] == day("2026-11-15")
        and r["scope_kind"] in ("customer", "segment", "partner", "currency")
    ]  # fmt: skip
    assert pick(rows, "scope_kind", "scope_id", "open_amount_base", "items") == [
        ("currency", "CNY", 35, 3), ("customer", "K1", 30, 2), ("customer", "K2", 5, 1),
        ("partner", "P", 30, 2), ("segment", "sme", 35, 3),
    ]  # fmt: skip
