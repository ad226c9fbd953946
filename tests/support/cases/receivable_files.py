"""Rows of invoices, receipts and what settles them, as a canonical file has them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from tests.support.cases.canonical import Row

Books = Callable[..., list[Row]]


def invoice(number: str, date: str, gross: object, due: str = "", **more: Any) -> Row:
    return {"invoice_id": number, "kind": "invoice", "customer_id": "K", "invoice_date": date,
            "due_date": due, "net_amount": gross, "gross_amount": gross, "status": "posted",
            **more}  # fmt: skip


def note(number: str, date: str, gross: object, of: str = "") -> Row:
    return invoice(number, date, gross, kind="credit_note", references_invoice_id=of)


def receipt(number: str, date: str, amount: object) -> Row:
    return {
        "receipt_id": number, "customer_id": "K", "received_date": date, "amount": amount
    }  # fmt: skip


def allocation(number: str, against: str, date: str, amount: object) -> Row:
    return {"receipt_id": number, "invoice_id": against, "allocated_date": date, "amount": amount}


def paid(*entries: tuple[str, str, str, object]) -> dict[str, list[Row]]:
    """Receipts allocated in whole on their day: number, invoice, date, amount."""
    return {
        "receipt": [receipt(number, date, amount) for number, _, date, amount in entries],
        "receipt_allocation": [allocation(*entry) for entry in entries],
    }


def terms(number: str, *parts: tuple[str, int]) -> list[Row]:
    return [
        {"invoice_id": number, "seq": seq, "due_date": due, "amount": amount}
        for seq, (due, amount) in enumerate(parts, 1)
    ]


def buckets(*starts: int | None, rate: str = "0.1") -> list[dict[str, Any]]:
    """Buckets named after the day they begin with."""
    return [
        {"id": "none" if start is None else f"from_{start}", "label": {"zh": "档", "en": "bucket"},
         **({} if start is None else {"from_day": start}), "loss_rate": float(rate)}
        for start in starts
    ]  # fmt: skip


def opened(rows: Sequence[Row]) -> list[tuple[Any, ...]]:
    return [(row["invoice_id"], row["instalment_seq"], row["open_amount"]) for row in rows]
