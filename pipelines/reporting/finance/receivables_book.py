"""The workbook of the receivables page: summary with live sums, customers, every open item.

Belongs here: its sheets and rows. Does not belong here: how a workbook is written (`workbook.py`).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from pipelines.reporting.model.book import (
    SHEET_ROWS,
    Book,
    Cell,
    Extract,
    RowFormula,
    Sheet,
    SumOf,
    columns,
)
from pipelines.reporting.model.context import Context
from pipelines.reporting.model.page import Link
from pipelines.reporting.model.shows import shows
from pipelines.reporting.model.values import Count, message, verbatim
from pipelines.reporting.shared.receivables import company_metric

_SUMMARY = columns(
    "bucket_id:text bucket:text amount:money+ owed:money+ used_rate:rate provision:money+ "
    "rate_source:text entered_balance:money lost_balance:money own_rate:rate set_rate:rate"
)
_LEDGER = columns("day:date outstanding:money ledger_balance:money difference:money")
_CUSTOMERS = columns(
    "customer_id:text customer:text owner:text outstanding:money+ overdue:money+ "
    "overdue_week_before:money+ since_week_before:money+ over_90:money+ items:int+"
)
_ITEMS = columns(
    "customer_id:text customer:text item_kind:text document:text instalment:int "
    "document_date:date due_date:date days_late:int bucket_id:text bucket:text risk_class:text "
    "disputed:text segment:text partner:text owner:text collector:text currency:text "
    "open_foreign:foreign "
    "amount:money+ owed:money+ received_since:money"
)


@shows(queries=("open_items_size",))
def book_link(context: Context) -> Link:
    """Where the workbook stands, whichever page speaks of it, and whether it holds every item."""
    items = context.rows("open_items_size")[0].items
    return Link(
        label=message("book.receivables")
        if items <= SHEET_ROWS
        else message("book.receivables_part", shown=Count(value=SHEET_ROWS), n=Count(value=items)),
        path=f"receivables/finance/{context.week.key}.{{language}}.xlsx",
    )


@shows(queries=("open_items", "loss_rates", "overdue_customers", "ledger_days", "receivable_now"))
def receivables_book(context: Context) -> Book:
    """Sheets for finance; the summary adds up the rows of the items, live where all are shown."""
    elsewhere = message("book.receivables_elsewhere", shown=Count(value=SHEET_ROWS))
    bound: dict[str, Any] = {"at_most": SHEET_ROWS, "elsewhere": elsewhere}
    return Book(
        title=message("book.receivables_title", company=context.company),
        currency=context.currency,
        year=context.as_of.year,
        sheets=(
            Sheet("summary", message("book.summary"), _SUMMARY, lambda: _summary(context)),
            Sheet("ledger", message("book.ledger"), _LEDGER, lambda: _ledger(context), total=False),
            Sheet(
                "customers", message("book.customers"), _CUSTOMERS, lambda: _customers(context),
                **bound,
            ),
            Sheet("items", message("book.items"), _ITEMS, lambda: _items(context), **bound),
        ),
    )  # fmt: skip


@shows(queries=("open_items",))
def items_extract(context: Context) -> Extract:
    """Every open item of the day, for what no sheet can show."""
    return context.extract("items", "open_items", sheet_rows=SHEET_ROWS)


def _summary(context: Context) -> Iterator[list[Cell]]:
    for row in context.rows("loss_rates"):
        provision = (row.owed_amount_base * row.loss_rate).quantize(
            Decimal("0.000001"), rounding=ROUND_HALF_UP
        )
        yield [
            row.bucket,
            context.bucket(row.bucket),  # type: ignore[list-item]
            SumOf(row.open_amount_base, "items", "amount", (("bucket_id", row.bucket),)),
            SumOf(row.owed_amount_base, "items", "owed", (("bucket_id", row.bucket),)),
            row.loss_rate,
            RowFormula(provision, "{owed}*{used_rate}"),
            message(f"rate_source.{row.rate_source}"),
            row.entered_amount_base,
            row.lost_amount_base,
            row.own_rate,
            row.set_rate,
        ]


def _ledger(context: Context) -> Iterator[list[Cell]]:
    """The day of the report adds up the items; earlier days are as they were computed."""
    metric = company_metric(context)
    earlier = [row for row in context.rows("ledger_days") if row.as_of_date != context.as_of]
    if metric is not None:
        ledger = metric.gl_balance
        yield [
            context.as_of,
            SumOf(metric.outstanding, "items", "amount"),
            ledger,
            None
            if ledger is None
            else RowFormula(metric.gl_difference, "{outstanding}-{ledger_balance}"),
        ]
    for row in earlier:
        yield [
            row.as_of_date,
            row.outstanding,
            row.gl_balance,
            RowFormula(row.gl_difference, "{outstanding}-{ledger_balance}"),
        ]


def _customers(context: Context) -> Iterator[list[Cell]]:
    for row in context.rows("overdue_customers"):
        yield [
            row.customer_id,
            verbatim(row.customer_name or row.customer_id or ""),
            context.person(row.owner_id),
            row.outstanding,
            row.overdue,
            row.overdue_week_before,
            RowFormula(row.overdue - row.overdue_week_before, "{overdue}-{overdue_week_before}"),
            row.over_90,
            row.items,
        ]


def _items(context: Context) -> Iterable[list[Cell]]:
    for row in context.stream("open_items", sheet_rows=SHEET_ROWS):
        yield [
            row.customer_id,
            row.customer_name or row.customer_id,
            message(f"item_kind.{row.item_kind}"),
            row.invoice_id,
            row.instalment_seq,
            row.document_date,
            row.due_date,
            row.days_past_due,
            row.bucket,
            context.bucket(row.bucket),  # type: ignore[list-item]
            message(f"risk.{row.risk_class}"),
            message("word.disputed") if row.is_disputed else None,
            row.segment,
            None if row.partner_id == "(none)" else row.partner_id,
            context.person(row.owner_id),
            context.person(row.collector_id),
            row.currency,
            row.open_amount,
            row.open_amount_base,
            row.owed_amount_base,
            row.received_since,
        ]
