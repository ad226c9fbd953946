"""Whatever was invoiced, received, credited, bounced or written off: balances add up on any day.

An example is eight sets of documents under one policy, computed in one run: 25 examples are 200.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from decimal import Decimal
from random import Random

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.support.facts.documents import (
    ITEMS,
    SPANS,
    allocation,
    given_documents,
    invoice,
    note,
    receipt,
    write_off,
)
from tests.support.laboratory import Laboratory, Row

FIRST = dt.date(2026, 8, 1)
DAYS = 100
NUMBERS = ("I1", "I2", "I3")
SETS = 8
QUICK = settings(max_examples=25, suppress_health_check=list(HealthCheck))
AMOUNTS = st.integers(1, 20_000).map(lambda cents: Decimal(cents) / 100)
WHEN = st.integers(0, DAYS + 10).map(lambda day: (FIRST + dt.timedelta(days=day)).isoformat())
BALANCES = (
    "select as_of_date, scope_kind, scope_id, bucket, open_amount_base, items, "
    "overdue_amount_base, watch_items from mart.receivable_ageing order by all"
)
OPEN = (*ITEMS, "receivables.open_item_span")
CHAIN = (*SPANS, "receivables.revaluation_day", "receivables.balance_day", "mart.receivable_ageing")


@dataclass
class Ledger:
    """Documents of one customer, in the order in which they were drawn."""

    invoice: list[Row] = field(default_factory=list)
    invoice_instalment: list[Row] = field(default_factory=list)
    receipt: list[Row] = field(default_factory=list)
    receipt_allocation: list[Row] = field(default_factory=list)
    write_off: list[Row] = field(default_factory=list)

    def tables(self, order: Random | None = None) -> dict[str, list[Row]]:
        found = {name: list(rows) for name, rows in vars(self).items()}
        if order is not None:
            for rows in found.values():
                order.shuffle(rows)
        return found


@st.composite
def ledgers(draw: st.DrawFn) -> Ledger:
    """Eight sets of documents, each with numbers of its own."""
    made = Ledger()
    for place in range(SETS):
        _draw_set(draw, made, f"{place}-")
    return made


def _draw_set(draw: st.DrawFn, made: Ledger, mark: str) -> None:
    """Three invoices, some in instalments or foreign, and what happens to them."""
    numbers = tuple(f"{mark}{number}" for number in NUMBERS)
    for number in numbers:
        amount, date, due = draw(AMOUNTS), draw(WHEN), draw(st.one_of(st.none(), WHEN))
        currency = draw(st.sampled_from([None, None, "USD"]))
        disputed = draw(st.booleans())
        made.invoice.append(
            invoice(number, date, amount, due, currency=currency, disputed=disputed)
        )
        if draw(st.booleans()):
            first = draw(st.integers(0, int(amount * 100)))
            made.invoice_instalment += [
                {"invoice_id": number, "seq": seq, "due_date": draw(WHEN), "amount": part}
                for seq, part in enumerate((Decimal(first) / 100, amount - Decimal(first) / 100), 1)
                if part
            ]
    for place in range(draw(st.integers(0, 3))):
        amount, date = draw(AMOUNTS), draw(WHEN)
        bounced = draw(st.one_of(st.none(), WHEN))
        bounced = max(bounced, date) if bounced else None
        made.receipt.append(receipt(f"{mark}R{place}", date, amount, bounced))
        share = Decimal(draw(st.integers(0, int(amount * 100)))) / 100
        if share:
            number = draw(st.sampled_from(numbers))
            seq = draw(st.sampled_from([None, None, 1, 2]))
            made.receipt_allocation.append(
                allocation(f"{mark}R{place}", number, draw(WHEN), share, instalment_seq=seq)
            )
    for place in range(draw(st.integers(0, 2))):
        of = draw(st.sampled_from((*numbers, None)))
        made.invoice.append(note(f"{mark}N{place}", draw(WHEN), draw(AMOUNTS), of))
    if draw(st.booleans()):
        made.write_off.append(write_off(draw(st.sampled_from(numbers)), draw(WHEN), draw(AMOUNTS)))


Fresh = Callable[[], AbstractContextManager[Laboratory]]
SETTINGS = st.fixed_dictionaries({
    "credit_notes": st.sampled_from(["apply_when_it_fits", "apply_up_to_balance", "keep_open"]),
    "no_due_date": st.sampled_from(["not_due", "document_date"]),
    "ageing_by": st.sampled_from(["due_date", "document_date"]),
    "foreign_currency": st.sampled_from(["invoice_rate", "closing_rate"]),
})  # fmt: skip


def books(
    lab: Laboratory,
    made: Ledger,
    policy: dict[str, str],
    order: Random | None = None,
    chain: Sequence[str] = CHAIN,
) -> None:
    lab.given("staging.fx_rate", [
        {"currency": "USD", "rate_date": FIRST, "rate_to_base": Decimal("7.1234")},
        {"currency": "USD", "rate_date": dt.date(2026, 10, 1), "rate_to_base": Decimal("6.9876")},
    ]).build("core.fx_day")  # fmt: skip
    for name, value in policy.items():
        lab.con.execute(f"update policy.receivable set {name} = ?", [value])
    given_documents(lab, *chain, **made.tables(order))


@QUICK
@given(ledgers(), SETTINGS, st.randoms(use_true_random=False))
def test_events_in_any_load_order_give_the_same_balances(
    fresh: Fresh, made: Ledger, policy: dict[str, str], order: Random
) -> None:
    found = []
    for shuffled in (None, order):
        with fresh() as lab:
            books(lab, made, policy, shuffled)
            found.append(lab.query(BALANCES))
    assert found[0] == found[1]


@QUICK
@given(ledgers(), SETTINGS)
def test_the_buckets_of_every_scope_add_up_to_what_the_documents_leave_open(
    fresh: Fresh, made: Ledger, policy: dict[str, str]
) -> None:
    """Whatever the ageing basis: what is open comes from the spans of the documents alone."""
    with fresh() as lab:
        books(lab, made, policy)
        off = lab.query("""
            with day as (select distinct as_of_date from receivables.balance_calendar),
            document as (
              select day.as_of_date, coalesce(sum(span.open_amount_base), 0) as amount
              from day
              left join receivables.open_item_span as span
                on span.valid_from <= day.as_of_date and span.valid_before > day.as_of_date
              group by day.as_of_date
            ),
            scope as (
              select as_of_date, scope_kind, sum(open_amount_base - revaluation_base) as amount
              from mart.receivable_ageing where scope_kind not in ('partner', 'customer')
              group by as_of_date, scope_kind
            )
            select document.as_of_date, scope.scope_kind, document.amount, scope.amount as buckets
            from document inner join scope on document.as_of_date = scope.as_of_date
            where document.amount <> scope.amount
        """)
        assert off == []
        customers = lab.query(
            "select ageing.as_of_date from mart.receivable_ageing as ageing "
            "where scope_kind in ('customer', 'company') and as_of_date = date '2026-11-15' "
            "group by as_of_date having sum(case when scope_kind = 'customer' then "
            "open_amount_base else -open_amount_base end) <> 0"
        )
        assert customers == []
        if policy["foreign_currency"] == "closing_rate":
            total = "select coalesce(sum(open_amount_base), 0) as amount from "
            items = lab.query(
                f"{total} ({lab_item_sql()})",
            )
            ageing = lab.query(
                f"{total} mart.receivable_ageing where scope_kind = 'company' "
                "and as_of_date = date '2026-11-15'"
            )
            assert items == ageing


def lab_item_sql() -> str:
    from tests.support.laboratory import models

    return models()["mart.receivable_item"].sql


@QUICK
@given(ledgers(), SETTINGS, st.integers(1, 99))
def test_an_allocation_cut_into_lines_settles_and_collects_the_same(
    fresh: Fresh, made: Ledger, policy: dict[str, str], percent: int
) -> None:
    whole = list(made.receipt_allocation)
    lines: list[Row] = []
    for row in whole:
        part = (row["amount"] * percent / 100).quantize(Decimal("0.01"))
        for line, amount in enumerate((part, row["amount"] - part), 1):
            lines.append({**row, "line_no": line, "amount": amount})
    found = []
    for rows in (whole, lines):
        made.receipt_allocation = rows
        with fresh() as lab:
            books(lab, made, policy, chain=(*OPEN, "core.fct_collection"))
            found.append((
                lab.query("select * exclude (_load, _line) from receivables.open_item_span "
                          "order by item_kind, document_id, instalment_seq, valid_from"),
                lab.query("select receipt_id, invoice_id, allocated_date, sum(amount) as amount "
                          "from core.fct_collection group by all order by all"),
            ))  # fmt: skip
    assert found[0] == found[1]


@QUICK
@given(ledgers(), SETTINGS)
def test_no_invoice_shows_less_than_nothing_and_no_more_is_collected_than_it_was_owed(
    fresh: Fresh, made: Ledger, policy: dict[str, str]
) -> None:
    with fresh() as lab:
        books(lab, made, policy, chain=(*OPEN, "core.fct_collection"))
        assert lab.query(
            "select document_id from receivables.open_item_span "
            "where item_kind = 'invoice' and open_amount < 0"
        ) == []  # fmt: skip
        assert lab.query(
            "select collection.invoice_id from core.fct_collection as collection "
            "inner join core.fct_invoice as invoice using (invoice_id) "
            "where invoice.kind = 'invoice' "
            "group by collection.invoice_id, invoice.gross_amount "
            "having sum(collection.amount) > invoice.gross_amount"
        ) == []  # fmt: skip


@QUICK
@given(ledgers(), SETTINGS, st.integers(0, DAYS + 6))
def test_open_is_the_document_less_what_settled_it_at_any_day(
    fresh: Fresh, made: Ledger, policy: dict[str, str], later: int
) -> None:
    day = (FIRST + dt.timedelta(days=later)).isoformat()
    with fresh() as lab:
        books(lab, made, policy, chain=OPEN)
        off = lab.query(f"""
            with document as (
              select item_kind, document_id, sum(amount) as amount, min(document_date) as begins
              from core.fct_open_item group by item_kind, document_id
            ),
            settled as (
              select item_kind, document_id, sum(amount) as amount from core.fct_settlement
              where settled_date <= date '{day}' and is_known group by item_kind, document_id
            ),
            still_open as (
              select item_kind, document_id, sum(open_amount) as amount
              from receivables.open_item_span
              where valid_from <= date '{day}' and valid_before > date '{day}'
              group by item_kind, document_id
            )
            select document.document_id, document.amount, settled.amount, still_open.amount
            from document
            left join settled using (item_kind, document_id)
            left join still_open using (item_kind, document_id)
            where
              case when document.begins <= date '{day}' then document.amount else 0 end
              - coalesce(settled.amount, 0) <> coalesce(still_open.amount, 0)
        """)
        assert off == []
