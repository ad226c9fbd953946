"""A representative's commission: credit so far, the tier reached, and what the next one needs."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

from pipelines.reporting.charts import AttainmentBars, AttainmentRow
from pipelines.reporting.context import Context
from pipelines.reporting.data import Record
from pipelines.reporting.model import Section, Table
from pipelines.reporting.periods import month_of
from pipelines.reporting.tables import Cells, empty, money, table
from pipelines.reporting.values import Bilingual, Judgement, Message, Money, Period, Ratio, message

QUERIES = ("commission_positions", "commission_months", "commission_tiers")
_STEP = Decimal(10_000)
_COMPONENT = ("plan_id", "plan_version", "component_id")


def positions(context: Context, month: str) -> dict[str, Record]:
    """Where each payee stood at the end of a month, or stands on the day of the report."""
    return {
        row.employee_id: row for row in context.rows("commission_positions") if row.period == month
    }


def commission_section(context: Context, position: Record | None) -> Section:
    """Where the payee stands in the quarter, tier by tier."""
    topic = message("rep.commission.topic")
    if position is None:
        reason = context.lacks("receipt_allocation", "assignment") or message(
            "rep.commission.no_plan"
        )
        return empty("commission", topic, message("rep.commission.none"), reason)
    tiers = _tiers(context, position)
    return Section(
        id="commission",
        topic=topic,
        message=_headline(position),
        what=(
            message(
                "rep.commission.what",
                plan=Bilingual(zh=position.label_zh, en=position.label_en),
                quarter=_quota_period(position),
            ),
        ),
        chart=AttainmentBars(
            rows=(
                AttainmentRow(
                    label=message("column.credit"),
                    actual=position.attainment,
                    pace=_pace(context, position),
                ),
            )
        )
        if tiers is not None
        else None,
        note=_notes(position),
        table=tiers,
        table_open=True,
        definitions=context.definition("commission_earned"),
    )


def statements_section(context: Context, months: list[Record]) -> Section:
    """The last six statements, what of them is held, and what payroll paid."""
    topic = message("rep.statements.topic")
    if not months:
        return empty(
            "statements", topic, message("rep.statements.none"), context.lacks("receipt_allocation")
        )
    waiting = [row for row in months if row.paid == 0 and row.payable != 0]
    if waiting:
        owed = sum((row.payable for row in waiting), Decimal(0))
        headline = message("rep.statements.waiting", amount=Money(amount=owed, exact=True))
    else:
        headline = message("rep.statements.paid")
    return Section(
        id="statements",
        topic=topic,
        message=headline,
        what=(message("rep.statements.what"),),
        table=table(
            "month:period credit:money earned:money payable:money paid:money held:money "
            "adjustments:money",
            [_statement(row) for row in months],
        ),
        table_open=True,
    )


def _statement(row: Record) -> Cells:
    return (
        month_of(row.period),
        *(
            money(amount, exact=True)
            for amount in (row.credit, row.earned, row.payable, row.paid, row.held)
        ),
        money(row.adjustments, exact=True, signed=True) if row.adjustments else None,
    )


def _percent(rate_pct: Decimal) -> Ratio:
    return Ratio(value=rate_pct / 100, decimals=1)


def _quota_period(position: Record) -> Period:
    """The whole month, quarter or year in which credit is counted."""
    months = {"month": 1, "quarter": 3, "year": 12}[position.quota_period]
    last = position.quota_start.month - 1 + months
    after = position.quota_start.replace(
        year=position.quota_start.year + last // 12, month=last % 12 + 1
    )
    return Period(
        period=position.quota_period, start=position.quota_start, end=after - timedelta(days=1)
    )


def _pace(context: Context, position: Record) -> Decimal | None:
    """Share of the quarter's quota that working days say should be there, by collections."""
    if position.period != context.month.key or position.quota_period != "quarter":
        return None
    row = context.quotas("employee").get(("quarter", position.employee_id, "collections"))
    return row.elapsed_share if row is not None else None


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


def _notes(position: Record) -> tuple[Message, ...]:
    notes = [
        message(
            "rep.commission.month",
            month=month_of(position.period),
            credit=Money(amount=position.month_credit, exact=True),
            earned=Money(amount=position.month_earned, exact=True),
        )
    ]
    if position.quota is not None:
        notes.append(
            message(
                "rep.commission.position",
                quarter=_quota_period(position),
                credit=Money(amount=position.credit, exact=True),
                quota=Money(amount=position.quota),
                attainment=Ratio(value=position.attainment, decimals=1),
                rate=_percent(position.rate_pct),
            )
        )
    if position.to_next_tier is not None:
        notes.append(
            message(
                "rep.commission.next_tier_pays",
                amount=Money(amount=position.to_next_tier, exact=True),
                pays=Money(amount=position.next_tier_pays, exact=True),
            )
        )
    notes.append(
        message(
            "rep.commission.next_pays",
            amount=Money(amount=_STEP),
            pays=Money(amount=position.next_pays, exact=True),
        )
    )
    return tuple(notes)


def _tiers(context: Context, position: Record) -> Table | None:
    """The plan's tiers in money, and how far away each still is."""
    if position.quota is None:
        return None
    rows: list[Cells] = []
    judgements: list[Judgement] = []
    for tier in context.rows("commission_tiers"):
        if any(getattr(tier, key) != getattr(position, key) for key in _COMPONENT):
            continue
        begins = position.quota * tier.tier_from / 100
        is_now = tier.tier_no == position.tier_no
        state = "rep.tier.now" if is_now else "rep.tier.reached"
        if begins > position.credit:
            state = "rep.tier.ahead"
        rows.append(
            (
                message("rep.tier.from", share=Ratio(value=tier.tier_from / 100)),
                money(begins),
                _percent(tier.rate_pct),
                money(max(begins - position.credit, Decimal(0))),
                message(state),
            )
        )
        judgements.append("good" if is_now else "neutral")
    return table(
        "tier:text begins:money rate:ratio still_needed:money state:text",
        rows,
        judgements=judgements,
    )
