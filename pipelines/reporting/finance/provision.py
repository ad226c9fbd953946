"""What finance signs beside the ageing: provision matrix, ledger tie-out, revaluation, days.

Belongs here: sections of the receivables page that show how a figure came about. Does not belong
here: the ageing itself (`section_receivables.py`), customers (`section_customers.py`).
"""

from __future__ import annotations

from decimal import Decimal

from pipelines.reporting.model.charts import Lines, LineSeries
from pipelines.reporting.model.context import Context
from pipelines.reporting.model.page import Section
from pipelines.reporting.model.queries import Record
from pipelines.reporting.model.shows import shows
from pipelines.reporting.model.tables import Cells, count, day, empty, money, table
from pipelines.reporting.model.values import (
    Count,
    Day,
    Days,
    Message,
    Money,
    Number,
    Ratio,
    message,
    quotient,
    verbatim,
)
from pipelines.reporting.shared.receivables import company_metric


@shows(queries=("loss_rates", "receivable_now"), kpis=("ecl_provision",))
def provision_section(context: Context) -> Section:
    """The matrix: balance, what entered and was lost, own and set rate, the rate used."""
    topic = message("provision.topic")
    metric = company_metric(context)
    rows = context.rows("loss_rates")
    if metric is None or not rows:
        return empty("provision", topic, message("ageing.nothing_open"), context.lacks("invoice"))
    measured = sum(row.rate_source == "own_history" for row in rows)
    rate = quotient(metric.ecl_provision, metric.outstanding) if metric.outstanding > 0 else None
    return Section(
        id="provision",
        topic=topic,
        message=message(
            "provision.amount",
            amount=Money(amount=metric.ecl_provision),
            rate=Ratio(value=rate or Decimal(0), decimals=1),
        ),
        what=(
            message("provision.own", n=Count(value=measured), all=Count(value=len(rows)))
            if measured
            else message("provision.set"),
        ),
        table=table(
            "bucket:text amount:money owed:money entered_balance:money lost_balance:money "
            "items:count own_rate:ratio set_rate:ratio used_rate:ratio rate_source:text "
            "provision:money",
            [_matrix_row(context, row) for row in rows],
            total=(
                message("row.total"),
                money(sum((row.open_amount_base for row in rows), Decimal(0)), exact=True),
                money(sum((row.owed_amount_base for row in rows), Decimal(0)), exact=True),
                *[None] * 7,
                money(metric.ecl_provision, exact=True),
            ),
        ),
        table_open=True,
        definitions=context.definition("ecl_provision"),
    )


def _matrix_row(context: Context, row: Record) -> Cells:
    return (
        context.bucket(row.bucket),
        money(row.open_amount_base, exact=True),
        money(row.owed_amount_base, exact=True),
        money(row.entered_amount_base),
        money(row.lost_amount_base),
        count(row.entered_items),
        None if row.own_rate is None else Ratio(value=row.own_rate, decimals=2),
        Ratio(value=row.set_rate, decimals=2),
        Ratio(value=row.loss_rate, decimals=2),
        message(f"rate_source.{row.rate_source}"),
        money(row.owed_amount_base * row.loss_rate, exact=True),
    )


@shows(queries=("ledger_days",))
def ledger_section(context: Context) -> Section:
    """Open items beside the general ledger, on every day that has a ledger balance."""
    topic = message("ledger.topic")
    rows = context.rows("ledger_days")
    if not rows:
        return empty(
            "ledger", topic, message("ledger.none"), context.lacks("gl_balance"), half=True
        )
    off = [row for row in rows if row.gl_difference != 0]
    return Section(
        id="ledger",
        topic=topic,
        message=message("ledger.off", n=Count(value=len(off)), all=Count(value=len(rows)))
        if off
        else message("ledger.ties", n=Count(value=len(rows))),
        what=(message("ledger.what"),),
        table=table(
            "day:day outstanding:money ledger_balance:money difference:money",
            [
                (
                    day(row.as_of_date),
                    money(row.outstanding, exact=True),
                    money(row.gl_balance, exact=True),
                    money(row.gl_difference, exact=True, signed=True),
                )
                for row in rows
            ],
            judgements=["bad" if row.gl_difference else "neutral" for row in rows],
        ),
        table_open=True,
        width="half",
    )


@shows(queries=("revaluations",))
def revaluation_section(context: Context) -> Section:
    """Foreign receivables at document and closing rate; whether the difference is booked."""
    topic = message("revaluation.topic")
    rows = context.rows("revaluations")
    if not rows:
        return empty(
            "revaluation", topic, message("revaluation.none"), context.lacks("invoice"), half=True
        )
    total = sum((row.revaluation_base for row in rows), Decimal(0))
    booked = rows[0].is_in_outstanding
    return Section(
        id="revaluation",
        topic=topic,
        message=message(
            "revaluation.booked" if booked else "revaluation.shown",
            amount=Money(amount=total, exact=True, signed=True),
        ),
        what=(message("revaluation.what", date=Day(date=context.as_of)),),
        table=table(
            "currency:text document_rate:money closing_rate:number at_closing_rate:money "
            "revaluation_difference:money",
            [
                (
                    verbatim(row.currency),
                    money(row.document_rate_base),
                    Number(value=row.closing_rate, decimals=4),
                    money(row.closing_rate_base),
                    money(row.revaluation_base, exact=True, signed=True),
                )
                for row in rows
            ],
            total=(
                message("row.total"),
                money(sum((r.document_rate_base for r in rows), Decimal(0))),
                None,
                money(sum((r.closing_rate_base for r in rows), Decimal(0))),
                money(total, exact=True, signed=True),
            ),
        ),
        table_open=True,
        width="half",
    )


@shows(queries=("realised_differences",))
def realised_section(context: Context) -> Section:
    """What foreign documents gained or lost by the day their money came, in the year so far."""
    topic = message("realised.topic")
    rows = context.rows("realised_differences")
    if not rows:
        return empty(
            "realised", topic, message("realised.none"), context.lacks("receipt"), half=True
        )
    total = sum((row.difference_base for row in rows), Decimal(0))
    return Section(
        id="realised",
        topic=topic,
        message=message(
            "realised.lost" if total < 0 else "realised.gained",
            amount=Money(amount=abs(total), exact=True),
        ),
        what=(message("realised.what", date=Day(date=context.as_of)),),
        table=table(
            "currency:text allocations:count collected_document_rate:money at_receipt_rate:money "
            "realised_difference:money",
            [
                (
                    verbatim(row.currency),
                    Count(value=row.allocations),
                    money(row.document_rate_base, exact=True),
                    money(row.received_base, exact=True),
                    money(row.difference_base, exact=True, signed=True),
                )
                for row in rows
            ],
            total=(
                message("row.total"),
                Count(value=sum(row.allocations for row in rows)),
                money(sum((r.document_rate_base for r in rows), Decimal(0)), exact=True),
                money(sum((r.received_base for r in rows), Decimal(0)), exact=True),
                money(total, exact=True, signed=True),
            ),
        ),
        table_open=True,
        width="half",
    )


@shows(
    queries=("receivable_weeks", "receivable_now"),
    kpis=("dso", "dso_countback", "bpdso", "add", "cei"),
)  # fmt: skip
def days_section(context: Context) -> Section:
    """The DSO family and collection at the last week-ends."""
    topic = message("days_out.topic")
    metric = company_metric(context)
    rows = [row for row in context.rows("receivable_weeks") if row.dso is not None]
    if metric is None or metric.dso is None or not rows:
        return empty("days", topic, message("days_out.none"), context.lacks("invoice"))
    return Section(
        id="days",
        topic=topic,
        message=message(
            "days_out.split",
            dso=Days(value=metric.dso, decimals=1),
            best=Days(value=metric.bpdso, decimals=1),
            late=Days(value=metric.add, decimals=1),
        ),
        what=(message("days_out.what", window=Days(value=Decimal(metric.dso_days))),),
        note=_collection_notes(metric),
        chart=Lines(
            unit="days",
            decimals=1,
            x_dates=tuple(row.as_of_date for row in rows),
            series=(
                LineSeries(
                    label=message("column.dso"), role="actual", values=tuple(r.dso for r in rows)
                ),
                LineSeries(
                    label=message("column.best_dso"),
                    role="previous",
                    values=tuple(r.bpdso for r in rows),
                ),
            ),
        ),
        table=table(
            "day:day dso:days best_dso:days late_days:days dso_countback:days cei:ratio "
            "collection_rate:ratio overdue_rate:ratio",
            [_week_row(row) for row in reversed(rows)],
        ),
        definitions=tuple(
            found
            for kpi in ("dso", "bpdso", "add", "dso_countback", "cei")
            for found in context.definition(kpi)
        ),
    )


def _week_row(row: Record) -> Cells:
    days = [
        None if value is None else Days(value=value, decimals=1)
        for value in (row.dso, row.bpdso, row.add, row.dso_countback)
    ]
    rates = [
        None if value is None else Ratio(value=value, decimals=1)
        for value in (row.cei, row.collection_rate, row.overdue_rate)
    ]
    return (day(row.as_of_date), *days, *rates)


def _collection_notes(metric: Record) -> tuple[Message, ...]:
    notes = []
    if metric.cei is not None:
        notes.append(message("days_out.cei", rate=Ratio(value=metric.cei, decimals=1)))
    if metric.collection_rate is not None:
        notes.append(
            message("days_out.collected", rate=Ratio(value=metric.collection_rate, decimals=1))
        )
    if metric.credit_limit_use is not None:
        notes.append(
            message(
                "days_out.credit",
                rate=Ratio(value=metric.credit_limit_use, decimals=1),
                limit=Money(amount=metric.credit_limit),
            )
        )
    return tuple(notes)
