"""Rows of invoices, credit notes, receipts and what settles them, as an export has them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

from tests.support.laboratory import Laboratory, Row

ITEMS = (
    "core.fct_invoice", "core.fct_settlement", "core.fct_open_item", "receivables.directed_day",
)  # fmt: skip
SPANS = (*ITEMS, "receivables.open_item_span", "core.open_item_bucket_span")
TABLES = (
    "invoice",
    "invoice_order",
    "invoice_instalment",
    "receipt",
    "receipt_allocation",
    "write_off",
)
FOREVER = dt.date(9999, 12, 31)


def day(text: str) -> dt.date:
    return dt.date.fromisoformat(text)


def invoice(number: str, date: str, gross: object, due: str | None = None, **more: Any) -> Row:
    """An invoice of E1 to customer K; net equals gross."""
    return {
        "invoice_id": number, "kind": "invoice", "customer_id": "K", "owner_id": "E1",
        "invoice_date": day(date), "due_date": day(due) if due else None, "net_amount": gross,
        "gross_amount": gross, "status": "posted", "_load": 1, "_line": 2, **more,
    }  # fmt: skip


def note(number: str, date: str, gross: object, of: str | None = None, **more: Any) -> Row:
    return invoice(number, date, gross, kind="credit_note", references_invoice_id=of, **more)


def terms(number: str, *parts: tuple[str, object]) -> list[Row]:
    return [
        {"invoice_id": number, "seq": seq, "due_date": day(due), "amount": amount}
        for seq, (due, amount) in enumerate(parts, 1)
    ]


def receipt(number: str, date: str, amount: object, bounced: str | None = None, **more: Any) -> Row:
    return {"receipt_id": number, "customer_id": "K", "received_date": day(date),
            "amount": amount, "bounced_date": day(bounced) if bounced else None,
            **more}  # fmt: skip


def allocation(number: str, against: str, date: str, amount: object, **more: Any) -> Row:
    return {"receipt_id": number, "invoice_id": against, "allocated_date": day(date),
            "line_no": more.get("instalment_seq") or 0, "amount": amount, **more}  # fmt: skip


def write_off(against: str, date: str, amount: object) -> Row:
    return {"invoice_id": against, "written_off_date": day(date), "amount": amount}


def given_documents(
    lab: Laboratory, *build: str, as_of: str | None = None, **tables: Sequence[Row]
) -> Laboratory:
    """Documents in their canonical tables (the others empty), then some models built."""
    unknown = set(tables) - set(TABLES)
    assert not unknown, unknown
    for table in TABLES:
        lab.given(f"staging.{table}", tables.get(table, []))
    if as_of:
        lab.as_of(day(as_of))
    for model in ("core.dim_customer", *build):
        if model == "core.fct_invoice":
            lab.build("core.posted_document", "core.credit_note_refund",
                      "core.credit_note_worth")  # fmt: skip
        lab.build(model)
        if model == "core.fct_invoice":
            lab.build("core.credit_note_part", "core.invoice_order", "core.refund_allocation",
                      "core.fct_allocation")  # fmt: skip
    return lab
