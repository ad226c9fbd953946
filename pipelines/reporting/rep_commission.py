"""A representative's commission: credit so far, the tier reached, and what the next one needs."""

from __future__ import annotations

from decimal import Decimal

from pipelines.reporting.charts import AttainmentBars, AttainmentRow
from pipelines.reporting.context import Context
from pipelines.reporting.data import Record
from pipelines.reporting.model import Section
from pipelines.reporting.periods import month_of
from pipelines.reporting.tables import Cells, money, table
from pipelines.reporting.values import Bilingual, Message, Money, Ratio, message

QUERIES = ("commission_positions", "commission_months")


def commission_section(context: Context, position: Record | None, months: list[Record]) -> Section:
    """Where the payee stands in the quarter, and the last six statements."""
    topic = message("rep.commission.topic")
    if position is None:
        reason = context.lacks("receipt_allocation", "assignment") or message(
            "rep.commission.no_plan"
        )
        return Section(
            id="commission",
            topic=topic,
            message=message("rep.commission.none"),
            no_data_reason=reason,
        )
    return Section(
        id="commission",
        topic=topic,
        message=_headline(position),
        what=(
            message(
                "rep.commission.what",
                plan=Bilingual(zh=position.label_zh, en=position.label_en),
                quarter=context.quarter,
            ),
        ),
        note=_notes(context, position),
        table=table(
            "month:period credit:money earned:money payable:money paid:money adjustments:money",
            [_statement(row) for row in months],
        )
        if months
        else None,
        table_open=True,
        definitions=context.definition("commission_earned"),
    )


def _statement(row: Record) -> Cells:
    return (
        month_of(row.period),
        *(money(amount, exact=True) for amount in (row.credit, row.earned, row.payable, row.paid)),
        money(row.adjustments, exact=True, signed=True) if row.adjustments else None,
    )


def _percent(rate_pct: Decimal) -> Ratio:
    return Ratio(value=rate_pct / 100, decimals=1)


def _headline(position: Record) -> Message:
    earned = Money(amount=position.earned)
    rate = _percent(position.rate_pct)
    if position.quota is None:
        return message("rep.commission.no_quota", earned=earned, rate=rate)
    if position.to_next_tier is None:
        return message("rep.commission.top_tier", earned=earned, rate=rate)
    return message(
        "rep.commission.next_tier",
        earned=earned,
        amount=Money(amount=position.to_next_tier),
        next_rate=_percent(position.next_rate_pct),
    )


def _notes(context: Context, position: Record) -> tuple[Message, ...]:
    notes = [
        message(
            "rep.commission.month",
            month=context.month,
            credit=Money(amount=position.month_credit, exact=True),
            earned=Money(amount=position.month_earned, exact=True),
        )
    ]
    if position.quota is not None:
        notes.append(
            message(
                "rep.commission.position",
                credit=Money(amount=position.credit, exact=True),
                quota=Money(amount=position.quota),
                attainment=Ratio(value=position.attainment, decimals=1),
                rate=_percent(position.rate_pct),
            )
        )
    notes.append(
        message(
            "rep.commission.next_pays",
            amount=Money(amount=Decimal(10_000)),
            pays=Money(amount=position.next_pays, exact=True),
        )
    )
    return tuple(notes)


def progress(position: Record) -> AttainmentBars | None:
    """Credit against quota as a bar."""
    if position.quota is None:
        return None
    return AttainmentBars(
        rows=(AttainmentRow(label=message("column.credit"), actual=position.attainment),)
    )
