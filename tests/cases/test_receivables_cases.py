"""Worked receivables cases of other systems and vendors, each with its source."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

import pytest
from laboratory import Laboratory, Row, pick

CHAIN = (
    "core.dim_customer",
    "core.fct_invoice",
    "core.fct_open_item",
    "core.fct_settlement",
    "core.open_item_span",
    "core.open_item_bucket_span",
    "mart.receivable_item",
)
FUTURE = dt.date(2099, 12, 31)


def day(text: str) -> dt.date:
    return dt.date.fromisoformat(text)


def invoice(number: str, date: str, gross: int, due: str | None = None, **more: Any) -> Row:
    return {
        "invoice_id": number, "kind": "invoice", "customer_id": "K", "owner_id": "E1",
        "invoice_date": day(date), "due_date": day(due) if due else None,
        "net_amount": gross, "gross_amount": gross, "status": "posted", **more,
    }  # fmt: skip


def receipt(number: str, date: str, amount: object, **more: Any) -> Row:
    return {"receipt_id": number, "customer_id": "K", "received_date": day(date),
            "amount": amount, **more}  # fmt: skip


def allocation(number: str, against: str, date: str, amount: object) -> Row:
    return {"receipt_id": number, "invoice_id": against, "allocated_date": day(date),
            "amount": amount}  # fmt: skip


def terms(number: str, parts: Sequence[tuple[str, int]]) -> list[Row]:
    return [
        {"invoice_id": number, "seq": seq, "due_date": day(due), "amount": amount}
        for seq, (due, amount) in enumerate(parts, 1)
    ]


def open_items(lab: Laboratory, as_of: str, **tables: Sequence[Row]) -> list[dict[str, Any]]:
    """Open items on a day, from canonical rows."""
    for table in ("invoice", "invoice_instalment", "receipt", "receipt_allocation", "write_off"):
        lab.given(f"staging.{table}", tables.get(table, []))
    lab.as_of(day(as_of)).build(*CHAIN)
    return lab.query("select * from mart.receivable_item order by invoice_id, instalment_seq")


def opened(rows: Sequence[Row]) -> list[tuple[Any, ...]]:
    return pick(rows, "invoice_id", "instalment_seq", "open_amount")


def test_instalments_are_paid_earliest_due_first(lab: Laboratory) -> None:
    """frappe/erpnext test_accounts_receivable.py, test_accounts_receivable_with_payment."""
    rows = open_items(
        lab,
        "2025-06-30",
        invoice=[invoice("I1", "2025-06-30", 100)],
        invoice_instalment=terms(
            "I1", [("2025-07-30", 30), ("2025-08-29", 50), ("2025-09-28", 20)]
        ),
        receipt=[receipt("R1", "2025-06-30", 40)],
        receipt_allocation=[allocation("R1", "I1", "2025-06-30", 40)],
    )
    assert opened(rows) == [("I1", 2, 40), ("I1", 3, 20)]
    assert {row["bucket"] for row in rows} == {"not_due"}


def test_a_credit_note_larger_than_the_balance_stands_alone(lab: Laboratory) -> None:
    """frappe/erpnext test_accounts_receivable.py, test_cr_note_flag_to_update_self."""
    rows = open_items(
        lab,
        "2025-06-30",
        invoice=[
            invoice("I1", "2025-06-29", 100),
            invoice("C1", "2025-06-30", 100, kind="credit_note", references_invoice_id="I1"),
        ],
        receipt=[receipt("R1", "2025-06-29", 40)],
        receipt_allocation=[allocation("R1", "I1", "2025-06-29", 40)],
    )
    assert opened(rows) == [("C1", 1, -100), ("I1", 1, 60)]


def test_a_credit_note_that_fits_settles_across_instalments(lab: Laboratory) -> None:
    """frappe/erpnext test_accounts_receivable.py, test_accounts_receivable_with_partial_payment."""
    given: dict[str, Sequence[Row]] = {
        "invoice": [invoice("I1", "2025-06-01", 200)],
        "invoice_instalment": terms(
            "I1", [("2025-07-01", 60), ("2025-08-01", 100), ("2025-09-01", 40)]
        ),
        "receipt": [receipt("R1", "2025-06-10", 40)],
        "receipt_allocation": [allocation("R1", "I1", "2025-06-10", 40)],
    }
    after_receipt = open_items(lab, "2025-06-15", **given)
    assert opened(after_receipt) == [("I1", 1, 20), ("I1", 2, 100), ("I1", 3, 40)]
    note = invoice("C1", "2025-06-12", 100, kind="credit_note", references_invoice_id="I1")
    after_note = open_items(lab, "2025-06-15", **{**given, "invoice": [*given["invoice"], note]})
    assert opened(after_note) == [("I1", 2, 20), ("I1", 3, 40)]


def test_cash_without_an_invoice_is_a_negative_item(lab: Laboratory) -> None:
    """frappe/erpnext test_accounts_receivable.py: payment against a sales order."""
    rows = open_items(lab, "2025-06-30", receipt=[receipt("R1", "2025-06-30", 1000)])
    assert pick(rows, "item_kind", "invoice_id", "open_amount") == [("receipt", "R1", -1000)]


def test_a_foreign_invoice_is_shown_at_the_rate_of_its_date(lab: Laboratory) -> None:
    """frappe/erpnext test_accounts_receivable.py: 100 at 80 is 8,000 in company currency."""
    lab.given("staging.fx_rate", [
        {"currency": "USD", "rate_date": day("2026-11-01"), "rate_to_base": 80},
        {"currency": "USD", "rate_date": day("2026-11-10"), "rate_to_base": 85},
    ])  # fmt: skip
    lab.build("core.fx_day")
    rows = open_items(lab, "2026-11-15", invoice=[invoice("I1", "2026-11-02", 100, currency="USD")])
    assert pick(rows, "open_amount", "open_amount_base") == [(100, 8000)]


def test_a_later_receipt_does_not_leak_into_the_balance(lab: Laboratory) -> None:
    """frappe/erpnext test_accounts_receivable.py, test_future_payments."""
    rows = open_items(
        lab,
        "2025-06-30",
        invoice=[invoice("I1", "2025-06-30", 100)],
        receipt=[receipt("R1", "2025-07-01", 90)],
        receipt_allocation=[allocation("R1", "I1", "2025-07-01", 90)],
    )
    assert pick(rows, "open_amount", "received_since") == [(100, 90)]


def test_one_cent_left_open_is_still_listed(lab: Laboratory) -> None:
    """frappe/erpnext test_accounts_receivable.py: older releases dropped it."""
    rows = open_items(
        lab,
        "2025-06-30",
        invoice=[invoice("I1", "2025-06-01", 100)],
        receipt=[receipt("R1", "2025-06-02", Decimal("99.99"))],
        receipt_allocation=[allocation("R1", "I1", "2025-06-02", Decimal("99.99"))],
    )
    assert opened(rows) == [("I1", 1, Decimal("0.01"))]


def test_an_unallocated_advance_lowers_what_the_customer_owes(lab: Laboratory) -> None:
    """frappe/erpnext test_accounts_receivable_summary.py: 200 − 50 advance, then − 125."""
    given: dict[str, Sequence[Row]] = {
        "invoice": [invoice("I1", "2025-06-01", 200, "2025-06-15")],
        "receipt": [receipt("R1", "2025-06-02", 50)],
    }
    first = open_items(lab, "2025-06-30", **given)
    assert sum(row["open_amount"] for row in first) == 150
    second = open_items(
        lab,
        "2025-06-30",
        invoice=given["invoice"],
        receipt=[*given["receipt"], receipt("R2", "2025-06-20", 125)],
        receipt_allocation=[allocation("R2", "I1", "2025-06-20", 125)],
    )
    assert sum(row["open_amount"] for row in second) == 25


def test_a_part_paid_invoice_stays_in_one_bucket(lab: Laboratory) -> None:
    """odoo/odoo PR 16235: 5,500 open, 35 days past due, bucket 31–60."""
    parts = [("R1", "2016-11-09", 1500), ("R2", "2016-11-30", 1000), ("R3", "2017-01-30", 2000)]
    rows = open_items(
        lab,
        "2017-04-04",
        invoice=[invoice("I1", "2016-11-30", 10000, "2017-02-28")],
        receipt=[receipt(number, date, amount) for number, date, amount in parts],
        receipt_allocation=[
            allocation(number, "I1", date, amount) for number, date, amount in parts
        ],
    )
    assert pick(rows, "open_amount", "days_past_due", "bucket") == [(5500, 35, "d31_60")]


@pytest.mark.parametrize(
    ("as_of", "expected"), [("2020-05-31", [100]), ("2020-06-29", [100]), ("2020-06-30", [])]
)
def test_an_invoice_paid_after_the_day_is_open_on_it(
    lab: Laboratory, as_of: str, expected: list[int]
) -> None:
    """OCA/account-financial-reporting issue 707."""
    rows = open_items(
        lab,
        as_of,
        invoice=[invoice("I1", "2020-04-30", 100)],
        receipt=[receipt("R1", "2020-06-30", 100)],
        receipt_allocation=[allocation("R1", "I1", "2020-06-30", 100)],
    )
    assert [row["open_amount"] for row in rows if row["item_kind"] == "invoice"] == expected


def test_an_advance_with_instalments_never_goes_negative(lab: Laboratory) -> None:
    """frappe/erpnext PR 36574: 15,000 advance on 30,000, terms on the rest, 8,500 received."""
    rows = open_items(
        lab,
        "2023-08-10",
        invoice=[invoice("I1", "2023-06-01", 30000, "2023-06-01")],
        invoice_instalment=terms("I1", [("2023-07-01", 7500), ("2023-08-01", 7500)]),
        receipt=[receipt("R1", "2023-06-01", 15000), receipt("R2", "2023-07-15", 8500)],
        receipt_allocation=[
            allocation("R1", "I1", "2023-06-01", 15000),
            allocation("R2", "I1", "2023-07-15", 8500),
        ],
    )
    assert opened(rows) == [("I1", 2, 6500)]


@pytest.mark.parametrize(
    ("days", "bucket"),
    [
        (-1, "not_due"), (0, "not_due"), (1, "d1_30"), (30, "d1_30"), (31, "d31_60"),
        (60, "d31_60"), (61, "d61_90"), (90, "d61_90"), (91, "d91_180"), (120, "d91_180"),
        (121, "d91_180"), (365, "d181_365"), (366, "d366_up"),
    ],
)  # fmt: skip
def test_bucket_edges(lab: Laboratory, days: int, bucket: str) -> None:
    """OCA aged_partner_balance.py (17.0): due today is not overdue; both ends are included."""
    due = day("2026-06-30") - dt.timedelta(days=days)
    rows = open_items(lab, "2026-06-30", invoice=[invoice("I1", "2025-01-01", 1, due.isoformat())])
    assert pick(rows, "bucket", "open_amount") == [(bucket, 1)]


def test_a_document_without_a_due_date_is_not_due(lab: Laboratory) -> None:
    """OCA aged_partner_balance.py (17.0); the total does not depend on the ageing basis."""
    rows = open_items(lab, "2026-06-30", invoice=[invoice("I1", "2026-05-16", 100)])
    assert pick(rows, "bucket", "days_past_due", "open_amount") == [("not_due", None, 100)]


def test_a_bounced_receipt_reopens_the_invoice(lab: Laboratory) -> None:
    given: dict[str, Sequence[Row]] = {
        "invoice": [invoice("I1", "2025-06-01", 100)],
        "receipt": [receipt("R1", "2025-06-05", 100, bounced_date=day("2025-06-12"))],
        "receipt_allocation": [allocation("R1", "I1", "2025-06-05", 100)],
    }
    assert open_items(lab, "2025-06-11", **given) == []
    assert opened(open_items(lab, "2025-06-12", **given)) == [("I1", 1, 100)]


def test_a_write_off_closes_what_is_left(lab: Laboratory) -> None:
    rows = open_items(
        lab,
        "2025-06-30",
        invoice=[invoice("I1", "2025-06-01", 100)],
        write_off=[{"invoice_id": "I1", "written_off_date": day("2025-06-20"), "amount": 40}],
    )
    assert opened(rows) == [("I1", 1, 60)]
