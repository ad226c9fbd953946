"""A payee's commission: credit so far, the tier reached, and what the next one needs."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

from pipelines.reporting.model.charts import AttainmentBars, AttainmentRow
from pipelines.reporting.model.context import Context
from pipelines.reporting.model.page import Place, Section, Table
from pipelines.reporting.model.periods import month_of
from pipelines.reporting.model.queries import Record
from pipelines.reporting.model.shows import shows
from pipelines.reporting.model.tables import Cells, empty, money, table
from pipelines.reporting.model.values import (
    Bilingual,
    Judgement,
    Message,
    Money,
    Number,
    Period,
    Ratio,
    message,
)

_STEP = Decimal(10_000)
_COMPONENT = ("plan_id", "plan_version", "component_id")


@shows(queries=("commission_positions",))
def positions(context: Context, month: str) -> dict[str, Record]:
    """Where each payee stood at the end of a month, or stands on the day of the report."""
    return {
        row.employee_id: row for row in context.rows("commission_positions") if row.period == month
    }


@shows(queries=("commission_tiers", "quotas"), kpis=("commission_earned",))
def commission_section(context: Context, position: Record | None) -> Section:
    """Where the payee stands in the quota period, tier by tier."""
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
        what=(_what(position),),
        chart=AttainmentBars(
            rows=(
                AttainmentRow(
                    label=message("column.credit"),
                    actual=position.attainment,
                    pace=_pace(context, position),
                ),
            )
        )
        if position.quota is not None and position.rate_by == "attainment"
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
            to=[
                Place(report="commission_statement", reader_id=row.payee_id, period=row.period)
                for row in months
            ],
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


def credit_of(position: Record, amount: Decimal, exact: bool = False) -> Money | Number:
    """Credit as the plan counts it: money, or a number of leads, seats or contracts."""
    if position.is_of_units:
        whole = amount == amount.to_integral_value()
        return Number(value=amount, decimals=0 if whole else 2)
    return Money(amount=amount, exact=exact)


def rate_of(position: Record, rate_pct: Decimal) -> Money | Ratio:
    """A share of the credit; of a unit it is what one pays."""
    if position.is_of_units:
        return Money(amount=rate_pct / 100, exact=True)
    # as many decimals as the plan writes, so that 0.15 % and 0.20 % stay two rates
    decimals = next(n for n in (1, 2, 3, 4) if n == 4 or rate_pct == round(rate_pct, n))
    return Ratio(value=rate_pct / 100, decimals=decimals)


def _what(position: Record) -> Message:
    plan = Bilingual(zh=position.label_zh, en=position.label_en)
    quarter = _quota_period(position)
    if position.is_of_cash:
        return message("rep.commission.what", plan=plan, quarter=quarter)
    return message(
        "rep.commission.what_units" if position.is_of_units else "rep.commission.what_credit",
        plan=plan,
        quarter=quarter,
        component=Bilingual(zh=position.component_zh, en=position.component_en),
    )


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
    rate = rate_of(position, position.rate_pct)
    if not _has_tiers(position):
        return message("rep.commission.no_quota", earned=earned, rate=rate)
    if position.to_next_tier is None:
        top = "rep.commission.top_tier_units" if position.is_of_units else "rep.commission.top_tier"
        return message(top, earned=earned, rate=rate)
    return message(
        _by_kind(
            position,
            cash="rep.commission.next_tier",
            credit="rep.commission.next_tier_credit",
            units="rep.commission.next_tier_units",
        ),
        earned=earned,
        amount=credit_of(position, position.to_next_tier),
        next_rate=rate_of(position, position.next_rate_pct),
    )


def next_tier_lead(position: Record) -> Message:
    """What the next tier needs, as a sentence among others."""
    return message(
        _by_kind(
            position,
            cash="rep.lead.tier",
            credit="rep.lead.tier_credit",
            units="rep.lead.tier_units",
        ),
        amount=credit_of(position, position.to_next_tier),
        rate=rate_of(position, position.next_rate_pct),
    )


def _has_tiers(position: Record) -> bool:
    """Tiers in percent of a quota that is not there are none."""
    return position.quota is not None or position.rate_by == "amount"


def _by_kind(position: Record, *, cash: str, credit: str, units: str) -> str:
    if position.is_of_units:
        return units
    return cash if position.is_of_cash else credit


def _notes(position: Record) -> tuple[Message, ...]:
    units = position.is_of_units
    credit = credit_of(position, position.credit, exact=True)
    rate = rate_of(position, position.rate_pct)
    notes = [
        message(
            "rep.commission.month_units" if units else "rep.commission.month",
            month=month_of(position.period),
            credit=credit_of(position, position.month_credit, exact=True),
            earned=Money(amount=position.month_earned, exact=True),
        )
    ]
    if position.rate_by == "amount":
        notes.append(
            message(
                "rep.commission.position_units" if units else "rep.commission.position_amount",
                quarter=_quota_period(position),
                credit=credit,
                rate=rate,
            )
        )
    elif position.quota is not None:
        notes.append(
            message(
                "rep.commission.position",
                quarter=_quota_period(position),
                credit=credit,
                quota=credit_of(position, position.quota),
                attainment=Ratio(value=position.attainment, decimals=1),
                rate=rate,
            )
        )
    if position.to_next_tier is not None:
        notes.append(
            message(
                "rep.commission.next_tier_pays_units" if units else "rep.commission.next_tier_pays",
                amount=credit_of(position, position.to_next_tier, exact=True),
                pays=Money(amount=position.next_tier_pays, exact=True),
            )
        )
    if position.next_pays is not None:
        notes.append(
            message(
                "rep.commission.next_pays",
                amount=Money(amount=_STEP),
                pays=Money(amount=position.next_pays, exact=True),
            )
        )
    if position.is_limited:
        notes.append(message("rep.commission.before_limits"))
    return tuple(notes)


def _tiers(context: Context, position: Record) -> Table | None:
    """The plan's tiers in what they are counted in, and how far away each still is."""
    if not _has_tiers(position):
        return None
    of_quota = position.rate_by == "attainment"
    rows: list[Cells] = []
    judgements: list[Judgement] = []
    for tier in context.rows("commission_tiers"):
        if any(getattr(tier, key) != getattr(position, key) for key in _COMPONENT):
            continue
        begins = position.quota * tier.tier_from / 100 if of_quota else tier.tier_from
        missing = max(begins - position.credit, Decimal(0))
        is_now = tier.tier_no == position.tier_no
        state = "rep.tier.now" if is_now else "rep.tier.reached"
        if tier.tier_no > position.tier_no:
            state = "rep.tier.ahead"
            # exactly on a limit may be the tier below, which only the position knows
            missing = max(missing, position.to_next_tier)
        rows.append(
            (
                *((message("rep.tier.from", share=Ratio(value=tier.tier_from / 100)),)
                  if of_quota else ()),
                credit_of(position, begins),
                rate_of(position, tier.rate_pct),
                credit_of(position, missing),
                message(state),
            )
        )  # fmt: skip
        judgements.append("good" if is_now else "neutral")
    columns = (
        "begins:number each:money still_needed:number state:text"
        if position.is_of_units
        else "begins:money rate:ratio still_needed:money state:text"
    )
    return table(f"tier:text {columns}" if of_quota else columns, rows, judgements=judgements)
