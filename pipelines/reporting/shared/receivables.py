"""Receivables: ageing that adds up to the balance and to the ledger, and who owes what.

Belongs here: sections for the director and for finance. Does not belong here: a representative's
own invoices (`rep.py`).
"""

from __future__ import annotations

from decimal import Decimal

from pipelines.reporting.model.charts import AgeingBars, AgeingRow
from pipelines.reporting.model.context import Context
from pipelines.reporting.model.page import Link, Section, SectionNotice, Table
from pipelines.reporting.model.queries import Record
from pipelines.reporting.model.shows import shows
from pipelines.reporting.model.tables import count, empty, money, share, table
from pipelines.reporting.model.values import (
    Count,
    Day,
    Days,
    Listing,
    Message,
    Money,
    Ratio,
    Shown,
    Text,
    message,
    quotient,
    verbatim,
)

_OLD = 90
# Three names are worth saying when they hold this much of what is old.
_CONCENTRATED = Decimal("0.6")


def company_metric(context: Context) -> Record | None:
    """The company's receivable figures on the day of the report."""
    for row in context.rows("receivable_now"):
        if row.scope_kind == "company":
            return row
    return None


def customer_name(row: Record) -> Text:
    """A customer's name; the id where the customer export has no name."""
    return verbatim(row.customer_name or row.customer_id or "—")


def first_to_chase(items: list[Record]) -> Record:
    """The largest item that is not disputed and that no unallocated receipt would pay.

    Whoever has paid is not to be reminded; where all have, the largest item.
    """
    for item in items:
        paid = item.unallocated_of_customer or Decimal(0)
        if not item.is_disputed and paid < item.open_amount_base:
            return item
    return items[0]


def are_payments_unknown(context: Context) -> bool:
    """Whether no export says what was paid: then a share of what is open would be made up.

    It is unknown where the overdue rate is: pages have one answer.
    """
    return context.lacks_exports_of("overdue_rate")


def old_customers(context: Context) -> list[Record]:
    """Customers with open items past due by more than 90 days, the largest first."""
    rows = [row for row in context.rows("overdue_customers") if row.over_90 > 0]
    return sorted(rows, key=lambda r: (-r.over_90, r.customer_id))


@shows(queries=("ageing", "receivable_now", "overdue_customers"), kpis=("overdue_rate",))
def ageing_section(context: Context, *, exact: bool = False, link: Link | None = None) -> Section:
    """Open receivables by age, with the proof that they add up."""
    topic = message("ageing.topic")
    metric = company_metric(context)
    reason = context.lacks("invoice")
    if reason is not None or metric is None:
        return empty(
            "ageing", topic, message("ageing.none"), reason, detail=message("ageing.nothing_open")
        )
    buckets = {
        row.bucket: row.open_amount_base
        for row in context.rows("ageing")
        if row.scope_kind == "company"
    }
    amounts = [(bucket, buckets.get(bucket, Decimal(0))) for bucket in context.buckets]
    total = sum((amount for _, amount in amounts), Decimal(0))
    whole = None if are_payments_unknown(context) else total
    return Section(
        id="ageing",
        topic=topic,
        message=_headline(context, metric),
        what=(
            message("ageing.what", date=Day(date=context.as_of)),
            _ties(metric, total),
        ),
        chart=AgeingBars(
            rows=tuple(
                AgeingRow(label=context.bucket(bucket), amount=amount, age=age)
                for age, (bucket, amount) in enumerate(amounts)
            )
        ),
        note=_notes(metric),
        table=table(
            "bucket:text amount:money share:ratio",
            [
                (context.bucket(bucket), money(amount, exact), share(amount, whole, 1))
                for bucket, amount in amounts
            ],
            total=(message("row.total"), money(total, exact), share(total, whole, 1)),
        ),
        definitions=context.definition("overdue_rate"),
        notice=ledger_notice(metric),
        link=link,
    )


def _ties(metric: Record, total: Decimal) -> Message:
    if total != metric.outstanding:
        # Shown, never absorbed: a check guards this identity, but a page must not hide it either.
        off = Money(amount=total - metric.outstanding, exact=True, signed=True)
        return message("ageing.buckets_differ", difference=off)
    outstanding = Money(amount=metric.outstanding)
    if metric.gl_balance is None:
        return message("ageing.ties_no_ledger", outstanding=outstanding)
    if metric.gl_difference == 0:
        return message("ageing.ties", outstanding=outstanding)
    return message("ageing.ties_not", outstanding=outstanding)


def ledger_notice(metric: Record) -> SectionNotice | None:
    """A difference to the general ledger, with where to look for its cause."""
    if not metric.gl_difference:
        return None
    return SectionNotice(
        severity="warning",
        text=message(
            "ageing.ledger_difference",
            ledger=Money(amount=metric.gl_balance, exact=True),
            difference=Money(amount=metric.gl_difference, exact=True, signed=True),
        ),
    )


def _headline(context: Context, metric: Record) -> Message:
    if metric.outstanding <= 0:
        return message("ageing.nothing_open")
    if metric.overdue <= 0:
        return message("ageing.nothing_overdue")
    if are_payments_unknown(context):
        most = [row for row in context.rows("overdue_customers") if row.overdue > 0][:3]
        return message(
            "ageing.unpaid_unknown",
            amount=Money(amount=metric.overdue),
            customers=Listing(items=tuple(customer_name(row) for row in most)),
        )
    rate = Ratio(value=quotient(metric.overdue, metric.outstanding), decimals=1)
    old = old_customers(context)
    amount = sum((row.over_90 for row in old), Decimal(0))
    if not old:
        return message("ageing.nothing_old", rate=rate)
    top = old[:3]
    params: dict[str, Shown] = {"rate": rate, "amount": Money(amount=amount)}
    if sum((row.over_90 for row in top), Decimal(0)) >= _CONCENTRATED * amount:
        names = Listing(items=tuple(customer_name(row) for row in top))
        return message("ageing.concentrated", customers=names, **params)
    return message("ageing.spread", customers=Count(value=len(old), unit="customers"), **params)


def _notes(metric: Record) -> tuple[Message, ...]:
    notes = []
    if metric.ecl_provision is not None:
        notes.append(message("ageing.provision", provision=Money(amount=metric.ecl_provision)))
    if metric.dso is not None and metric.bpdso is not None:
        notes.append(
            message(
                "ageing.dso",
                dso=Days(value=metric.dso, decimals=1),
                best=Days(value=metric.bpdso, decimals=1),
                window=Days(value=Decimal(metric.dso_days)),
            )
        )
    return tuple(notes)


def _since(row: Record, exact: bool) -> Money | None:
    change = row.overdue - row.overdue_week_before
    return money(change, exact, signed=True) if change else None


def customer_table(context: Context, rows: list[Record], first: int, exact: bool) -> Table:
    """Customers with what they owe and who looks after them."""
    return table(
        "customer:text owner:text outstanding:money overdue:money since_week_before:money "
        "over_90:money oldest:days items:count",
        [
            (
                customer_name(row),
                context.person(row.owner_id),
                money(row.outstanding, exact),
                money(row.overdue, exact),
                _since(row, exact),
                money(row.over_90, exact),
                Days(value=Decimal(max(row.oldest_days, 0))) if row.oldest_days else None,
                count(row.items),
            )
            for row in rows
        ],
        first=first,
    )
