"""Sections of a representative's page: own pipeline, own overdue invoices, own activity."""

from __future__ import annotations

from decimal import Decimal

from pipelines.reporting.model.context import Context
from pipelines.reporting.model.kpis import KpiBook, typed
from pipelines.reporting.model.page import Section
from pipelines.reporting.model.queries import Record
from pipelines.reporting.model.shows import shows
from pipelines.reporting.model.tables import day, empty, money, table
from pipelines.reporting.model.values import (
    Count,
    Days,
    Judgement,
    Message,
    Money,
    Shown,
    message,
    verbatim,
)
from pipelines.reporting.shared.deals import joined, reasons, record_urls, stage_age
from pipelines.reporting.shared.receivables import customer_name, first_to_chase

_OLD = 90
_SHOWN = 15
_ACTIVITY = (
    "calls", "visits", "new_opportunities", "first_contact_on_time_rate",
    "opportunity_completeness",
)  # fmt: skip


@shows(kpis=("pipeline_amount",))
def pipeline_section(context: Context, deals: list[Record]) -> Section:
    """Own open deals with their next step; those that need one first."""
    topic = message("rep.pipeline.topic")
    reason = context.lacks("opportunity")
    if reason is not None or not deals:
        return empty("pipeline", topic, message("rep.pipeline.none"), reason)
    first = deals[0]
    name = "rep.pipeline.flagged" if first.flagged else "rep.pipeline.well"
    params: dict[str, Shown] = {
        "n": Count(value=first.flagged),
        "deals": Count(value=first.deals, unit="deals"),
    }
    if first.amount is None:
        headline = message(f"{name}_count", **params)
    else:
        headline = message(name, amount=Money(amount=first.amount), **params)
    rows: list[tuple[Shown | None, ...]] = [
        (
            verbatim(deal.name or deal.opportunity_id),
            verbatim(deal.customer_name or "—"),
            money(deal.amount_base),
            stage_age(context, deal),
            day(deal.expected_close_date),
            _next_step(context, deal),
            joined(reasons(deal)),
        )
        for deal in deals
    ]
    return Section(
        id="pipeline",
        topic=topic,
        message=headline,
        what=(message("rep.pipeline.what"),),
        table=table(
            "deal:text customer:text amount:money in_stage:text due:day next_step:text "
            "what_is_wrong:text",
            rows,
            first=_SHOWN,
            rows_in_all=first.deals,
            records=record_urls(context, deals),
        ),
        table_open=True,
        definitions=context.definition("pipeline_amount"),
    )


def _next_step(context: Context, deal: Record) -> Message | None:
    if not deal.next_step:
        return message("rep.pipeline.no_step")
    step = verbatim(deal.next_step)
    if deal.next_step_date is None:
        return message("rep.pipeline.step", step=step)
    when = day(deal.next_step_date)
    assert when is not None
    late = deal.next_step_date < context.as_of
    return message(
        "rep.pipeline.step_late" if late else "rep.pipeline.step_on", step=step, day=when
    )


@shows(kpis=("overdue_rate",))
def invoices_section(context: Context, invoices: list[Record]) -> Section:
    """Invoices past due to collect, own ones and those of who left, the largest first."""
    topic = message("rep.invoices.topic")
    reason = context.lacks("invoice")
    if reason is not None:
        return Section(
            id="invoices", topic=topic, message=message("rep.invoices.unknown"),
            no_data_reason=reason,
        )  # fmt: skip
    if not invoices:
        return Section(id="invoices", topic=topic, message=message("rep.invoices.none"))
    first = invoices[0]
    judgements: list[Judgement] = [
        "bad" if row.days_past_due > _OLD else "neutral" for row in invoices
    ]
    return Section(
        id="invoices",
        topic=topic,
        message=message(
            "rep.invoices.chase",
            n=Count(value=first.items),
            amount=Money(amount=first.amount),
            customer=customer_name(first_to_chase(invoices)),
        ),
        what=(message("rep.invoices.what", date=_today(context)),),
        table=table(
            "invoice:text customer:text open_amount:money due_date:day past_due:days "
            "unallocated:money note:text",
            [
                (
                    verbatim(_invoice_name(row)),
                    customer_name(row),
                    money(row.open_amount_base),
                    day(row.due_date),
                    Days(value=Decimal(row.days_past_due)),
                    money(row.unallocated_of_customer) if row.unallocated_of_customer else None,
                    _invoice_note(row),
                )
                for row in invoices
            ],
            judgements=judgements,
            first=_SHOWN,
            rows_in_all=first.rows_in_all,
            records=[context.record_url(row.load_id, row.invoice_id) for row in invoices],
        ),
        table_open=True,
        definitions=context.definition("overdue_rate"),
    )


def _invoice_note(row: Record) -> Message | None:
    """Why it is not simply to be chased: a dispute, or that it was another's who has left."""
    disputed = message("rep.invoices.disputed") if row.is_disputed else None
    if row.owner_id == row.collector_id:
        return disputed
    taken_over = message("rep.invoices.taken_over")
    if disputed is None:
        return taken_over
    return message("deal.and", first=disputed, second=taken_over)


def _today(context: Context) -> Shown:
    today = day(context.as_of)
    assert today is not None
    return today


def _invoice_name(row: Record) -> str:
    return f"{row.invoice_id} / {row.instalment_seq}" if row.instalment_seq > 1 else row.invoice_id


@shows(kpis=tuple(f"{kpi_id}:week" for kpi_id in _ACTIVITY))
def activity_section(context: Context, book: KpiBook, employee_id: str) -> Section:
    """Calls, visits, new deals and record keeping, this week against last."""
    topic = message("rep.activity.topic")
    rows: list[tuple[Shown | None, ...]] = []
    for kpi_id in _ACTIVITY:
        kpi = context.kpis.get(kpi_id)
        row = book.now(employee_id, kpi_id, "week")
        if kpi is None:
            continue
        if row is None or row.value is None:
            rows.append((kpi.label, context.why_no_value(kpi_id), None, None))
            continue
        rows.append(
            (
                kpi.label,
                _said(typed(kpi, row.value)),
                _said(typed(kpi, row.previous_value) if row.previous_value is not None else None),
                _said(
                    typed(kpi, row.prior_year_value) if row.prior_year_value is not None else None
                ),
            )
        )
    visits = book.value(employee_id, "visits", "week")
    calls = book.value(employee_id, "calls", "week")
    if visits is None or calls is None:
        headline = message("rep.activity.unknown")
    else:
        headline = message(
            "rep.activity.headline",
            calls=Count(value=int(calls), unit="calls"),
            visits=Count(value=int(visits), unit="visits"),
        )
    return Section(
        id="activity",
        topic=topic,
        message=headline,
        table=table("kpi:text this_week:text last_week:text last_year:text", rows),
        table_open=True,
        definitions=tuple(d for kpi_id in _ACTIVITY for d in context.definition(kpi_id)),
    )


def _said(value: Shown | None) -> Message | None:
    """A value in a text column, where the rows have different units."""
    return None if value is None else message("value.plain", value=value)
