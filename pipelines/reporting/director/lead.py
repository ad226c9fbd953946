"""The director's first sentences: what was reached, how far from plan, where, and why.

Belongs here: the lead of the week. Does not belong here: how far a unit is (`quota.py`).
"""

from __future__ import annotations

from decimal import Decimal
from itertools import pairwise

from pipelines.reporting.director.quota import Standing, missed_by_region, standings
from pipelines.reporting.model import kpis
from pipelines.reporting.model.context import Context
from pipelines.reporting.model.kpis import KpiBook
from pipelines.reporting.model.shows import shows
from pipelines.reporting.model.values import (
    Count,
    Listing,
    Message,
    Money,
    Ratio,
    message,
    quotient,
)

# A region that holds this much of the company's gap is where it comes from.
_NEARLY_ALL = Decimal("0.8")
_HALF = Decimal("0.5")


@shows(
    queries=("quotas", "deals_by_region"),
    kpis=("contract_amount:quarter", "win_rate_value:quarter", "win_rate_count:quarter"),
)  # fmt: skip
def quota_lead(context: Context) -> tuple[Message, ...]:
    """How far the quarter is, against its quota where there is one."""
    whole = next(iter(standings(context, "company")), None)
    if whole is not None and context.lacks("contract") is None:
        return (
            message(
                "lead.quota",
                quarter=context.quarter,
                signed=Money(amount=whole.actual),
                attainment=Ratio(value=whole.attainment),
                pace=Ratio(value=whole.pace),
            ),
            *gap_lead(context, whole, standings(context, "region")),
        )
    book = KpiBook.read(context, "company")
    signed = book.value(context.company_id, "contract_amount", "quarter")
    if signed is not None:
        return (message("lead.signed", quarter=context.quarter, signed=Money(amount=signed)),)
    won = book.now(context.company_id, "win_rate_value", "quarter")
    counted = book.now(context.company_id, "win_rate_count", "quarter")
    if won is not None and counted is not None and counted.denominator:
        return (
            message(
                "lead.won",
                quarter=context.quarter,
                deals=Count(value=int(counted.numerator), unit="deals"),
                decided=Count(value=int(counted.denominator)),
                amount=Money(amount=won.numerator),
            ),
        )
    missing = context.lacks("contract", "opportunity")
    return (missing or message("lead.nothing", quarter=context.quarter),)


def gap_lead(context: Context, whole: Standing, regions: list[Standing]) -> tuple[Message, ...]:
    """Where the gap to the pace comes from, and the slipped deals behind it."""
    behind = sorted((r for r in regions if r.is_behind), key=lambda r: -r.gap)
    if not whole.is_behind:
        ahead = message("lead.on_pace")
        if whole.gap < 0 and whole.judgement == "good":
            ahead = message("lead.ahead", amount=Money(amount=-whole.gap))
        return (ahead, *(_one_behind(context, region) for region in behind[:1]))
    gap = Money(amount=whole.gap)
    if not behind:
        return (message("lead.behind", gap=gap),)
    worst = behind[0]
    part = quotient(worst.gap, whole.gap)
    if part > 1 and len(behind) < len(regions):
        return (message("lead.behind", gap=gap), _one_behind(context, worst))
    if part >= _NEARLY_ALL:
        return (message("lead.gap_nearly_all", gap=gap, unit=worst.name), *_why(context, worst))
    if part >= _HALF:
        share = Ratio(value=part)
        return (
            message("lead.gap_mostly", gap=gap, unit=worst.name, share=share),
            *_why(context, worst),
        )
    names = Listing(items=tuple(region.name for region in behind))
    return (message("lead.gap_spread", gap=gap, units=names), *_why(context, worst))


def _one_behind(context: Context, region: Standing) -> Message:
    missed = missed_by_region(context).get(region.scope_id)
    gap = Money(amount=region.gap)
    if missed is None or not missed.missed:
        return message("lead.one_behind", unit=region.name, gap=gap)
    return message(
        "lead.one_behind_slipped",
        unit=region.name,
        gap=gap,
        deals=Count(value=missed.missed, unit="deals"),
        amount=Money(amount=missed.missed_amount),
    )


def _why(context: Context, region: Standing) -> tuple[Message, ...]:
    missed = missed_by_region(context).get(region.scope_id)
    if missed is None or not missed.missed:
        return ()
    return (
        message(
            "lead.slipped",
            deals=Count(value=missed.missed, unit="deals"),
            amount=Money(amount=missed.missed_amount),
        ),
    )


@shows(kpis=("collections:week",), histories=("overdue_rate:week",))
def money_lead(context: Context) -> tuple[Message, ...]:
    """How collections and overdue money moved."""
    book = KpiBook.read(context, "company")
    return tuple(
        sentence
        for sentence in (_collections(context, book), _overdue(context, book))
        if sentence is not None
    )


def _collections(context: Context, book: KpiBook) -> Message | None:
    row = book.now(context.company_id, "collections", "week")
    if row is None or row.value is None:
        return None
    amount = Money(amount=row.value)
    if row.previous_value is None or row.previous_value <= 0:
        return message("lead.collections", amount=amount)
    change = quotient(row.value, row.previous_value) - 1
    shown = kpis.relative(abs(change), signed=False)
    if abs(change) < Decimal("0.005"):
        return message("lead.collections_same", amount=amount)
    name = "lead.collections_up" if change > 0 else "lead.collections_down"
    return message(name, amount=amount, change=shown)


def _overdue(context: Context, book: KpiBook) -> Message | None:
    """The overdue rate, and for how many weeks it has been moving the same way."""
    history = [
        row.value
        for row in book.history(context.company_id, "overdue_rate", "week")
        if row.value is not None
    ]
    if not history:
        return None
    rate = Ratio(value=history[-1], decimals=1)
    steps = [now - before for before, now in pairwise(history)]
    if not steps or steps[-1] == 0:
        return message("lead.overdue_same", rate=rate)
    falling = steps[-1] < 0
    weeks = 0
    for step in reversed(steps):
        if step == 0 or (step < 0) != falling:
            break
        weeks += 1
    name = "lead.overdue_down" if falling else "lead.overdue_up"
    if weeks < 2:
        return message(name, rate=rate)
    return message(f"{name}_again", rate=rate, weeks=Count(value=weeks, unit="weeks"))
