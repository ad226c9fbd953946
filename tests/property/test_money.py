"""What is shared out adds up to the whole to the cent; what is open adds up to what was booked."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from contextlib import AbstractContextManager
from decimal import Decimal
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support.facts.documents import (
    SPANS,
    allocation,
    given_documents,
    invoice,
    note,
    receipt,
    terms,
    write_off,
)
from tests.support.laboratory import Laboratory, Row

Fresh = Callable[[], AbstractContextManager[Laboratory]]
CENT = Decimal("0.01")


def money(least: int, most: int) -> st.SearchStrategy[Decimal]:
    return st.decimals(min_value=least, max_value=most, places=2)


@settings(max_examples=25)
@given(st.lists(st.tuples(money(0, 10**9), st.integers(0, 250), st.integers(6, 120)), min_size=5,
                max_size=15))  # fmt: skip
def test_the_days_of_a_quota_add_up_to_it_and_differ_by_a_cent(
    fresh: Fresh, quotas: list[tuple[Decimal, int, int]]
) -> None:
    rows: list[Row] = [
        {"scope_kind": "employee", "scope_id": f"E{n}", "measure": "m", "amount": amount,
         "period_start": dt.date(2026, 1, 1) + dt.timedelta(days=start),
         "period_end": dt.date(2026, 1, 1) + dt.timedelta(days=start + days)}
        for n, (amount, start, days) in enumerate(quotas)
    ]  # fmt: skip
    with fresh() as lab:
        lab.given("staging.quota", rows)
        days = lab.result("core.quota_day")
    for row in rows:
        own = [d["amount"] for d in days if d["scope_id"] == row["scope_id"]]
        if own:  # the longest holidays leave no working day
            assert sum(own) == row["amount"]
            assert max(own) - min(own) <= CENT


days_2026 = st.integers(0, 300).map(lambda n: dt.date(2026, 1, 1) + dt.timedelta(days=n))


@st.composite
def ledgers(draw: st.DrawFn) -> dict[str, list[Any]]:
    """Invoices, some with terms, credit notes, receipts (some bounce), allocations, write-offs."""
    book: dict[str, list[Any]] = {name: [] for name in (
        "invoice", "invoice_instalment", "receipt", "receipt_allocation", "write_off")}  # fmt: skip
    for n in range(draw(st.integers(1, 4))):
        date, gross = draw(days_2026), draw(money(1, 10**6))
        due = draw(st.none() | st.integers(0, 120))
        due_date = None if due is None else (date + dt.timedelta(days=due)).isoformat()
        book["invoice"].append(invoice(f"I{n}", date.isoformat(), gross, due_date))
        if draw(st.booleans()):
            first = (gross * draw(st.integers(1, 99)) / 100).quantize(CENT)
            book["invoice_instalment"] += terms(
                f"I{n}", ((date + dt.timedelta(days=10)).isoformat(), first),
                ((date + dt.timedelta(days=70)).isoformat(), gross - first),
            )  # fmt: skip
        if draw(st.booleans()):
            of = draw(st.sampled_from([None, f"I{n}"]))
            day = date + dt.timedelta(days=draw(st.integers(0, 60)))
            book["invoice"].append(note(f"N{n}", day.isoformat(), draw(money(1, 10**6)), of))
        if draw(st.booleans()):
            day = date + dt.timedelta(days=draw(st.integers(0, 90)))
            book["write_off"].append(write_off(f"I{n}", day.isoformat(), draw(money(1, 1000))))
    for n in range(draw(st.integers(0, 4))):
        date, amount = draw(days_2026), draw(money(1, 10**6))
        bounced = draw(st.none() | st.integers(0, 90))
        bounced_on = None if bounced is None else (date + dt.timedelta(days=bounced)).isoformat()
        book["receipt"].append(receipt(f"R{n}", date.isoformat(), amount, bounced_on))
        for against in draw(st.lists(st.sampled_from(["I0", "I1"]), max_size=2, unique=True)):
            if any(row["invoice_id"] == against for row in book["invoice"]):
                day = date + dt.timedelta(days=draw(st.integers(0, 60)))
                share = (amount * draw(st.integers(1, 50)) / 100).quantize(CENT)
                book["receipt_allocation"].append(
                    allocation(f"R{n}", against, day.isoformat(), share)
                )
    return book


def outstanding(book: dict[str, list[Any]], day: dt.date) -> Decimal:
    """What is owed on a day, from the documents alone: allocations only move money about."""
    total = Decimal(0)
    for row in book["invoice"]:
        if row["invoice_date"] <= day:
            total += row["gross_amount"] * (-1 if row["kind"] == "credit_note" else 1)
    for row in book["receipt"]:
        if row["received_date"] <= day and not (row["bounced_date"] and row["bounced_date"] <= day):
            total -= row["amount"]
    return total - sum(r["amount"] for r in book["write_off"] if r["written_off_date"] <= day)


@settings(max_examples=25)
@given(book=ledgers(), offsets=st.lists(st.integers(0, 318), min_size=4, max_size=4))
def test_the_buckets_of_any_day_add_up_to_what_is_owed(
    fresh: Fresh, book: dict[str, list[Any]], offsets: list[int]
) -> None:
    with fresh() as lab:
        given_documents(lab, *SPANS, **book)
        for offset in offsets:
            day = dt.date(2026, 1, 1) + dt.timedelta(days=offset)
            inside = f"valid_from <= date '{day}' and valid_before > date '{day}'"
            sums = [
                lab.query(f"select coalesce(sum(open_amount), 0) as total from {table} "
                          f"where {inside}")[0]["total"]
                for table in ("receivables.open_item_span", "core.open_item_bucket_span")
            ]  # fmt: skip
            assert sums == [outstanding(book, day)] * 2, day
