"""The first sentences of a week: what was reached, how far from plan, where, and why.

Belongs here: the lead for the company, a region, a team. Does not belong here: how far a unit is
(`standing.py`).
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from itertools import pairwise

from pipelines.reporting.model import kpis
from pipelines.reporting.model.context import Context
from pipelines.reporting.model.kpis import KpiBook
from pipelines.reporting.model.scope import Scope, company_of
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
from pipelines.reporting.shared.standing import Missed, Standing, missed, standings

# A part that holds this much of the gap is where it comes from.
_NEARLY_ALL = Decimal("0.8")
_HALF = Decimal("0.5")
# More names than this are a list, not a sentence.
_NAMED = 4


@shows(
    queries=("quotas", "deals_by_scope"),
    kpis=("contract_amount:quarter", "win_rate_value:quarter", "win_rate_count:quarter"),
)  # fmt: skip
def quota_lead(
    context: Context, scope: Scope | None = None, parts: list[Standing] | None = None
) -> tuple[Message, ...]:
    """How far the quarter is, against its quota where there is one.

    Args:
        scope: the company unless another is given, then with the standings of its parts.
    """
    scope = scope or company_of(context)
    whole = next(iter(standings(context, scope.kind, among=(scope.id,))), None)
    if whole is not None and context.lacks("contract") is None:
        parts = standings(context, "region") if parts is None else parts
        kind = parts[0].kind if parts else "region"
        return (
            message(
                "lead.quota",
                quarter=context.quarter,
                signed=Money(amount=whole.actual),
                attainment=Ratio(value=whole.attainment),
                pace=Ratio(value=whole.pace),
            ),
            *gap_lead(whole, parts, missed(context, kind)),
            *(_hidden(context, parts) if scope.kind == "company" else ()),
        )
    book = KpiBook.read(context, scope.kind)
    signed = book.value(scope.id, "contract_amount", "quarter")
    if signed is not None:
        return (message("lead.signed", quarter=context.quarter, signed=Money(amount=signed)),)
    won = book.now(scope.id, "win_rate_value", "quarter")
    counted = book.now(scope.id, "win_rate_count", "quarter")
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


def _hidden(context: Context, regions: list[Standing]) -> tuple[Message, ...]:
    region_of = {unit_id: unit.region_id for unit_id, unit in context.units.items()}
    return hidden_team(standings(context, "team"), regions, region_of)


def hidden_team(
    teams: list[Standing], regions: list[Standing], region_of: Mapping[str, str | None]
) -> tuple[Message, ...]:
    """The team furthest behind in money, where the rest of its region hides it."""
    behind = [team for team in teams if team.is_behind]
    if not behind:
        return ()
    worst = max(behind, key=lambda team: (team.gap, team.scope_id))
    region = next((r for r in regions if r.scope_id == region_of.get(worst.scope_id)), None)
    if region is None or region.gap >= worst.gap:
        return ()
    gap = Money(amount=worst.gap)
    return (message("lead.hidden_team", team=worst.name, gap=gap, region=region.name),)


def gap_lead(whole: Standing, parts: list[Standing], slipped_deals: Missed) -> tuple[Message, ...]:
    """Where the gap to the pace comes from, and the slipped deals behind it."""
    behind = sorted((r for r in parts if r.is_behind), key=lambda r: -r.gap)
    if not whole.is_behind:
        ahead = message("lead.on_pace")
        if whole.gap < 0 and whole.judgement == "good":
            ahead = message("lead.ahead", amount=Money(amount=-whole.gap))
        return (ahead, *(_one_behind(part, slipped_deals) for part in behind[:1]))
    gap = Money(amount=whole.gap)
    if not behind:
        return (message("lead.behind", gap=gap),)
    worst = behind[0]
    part = quotient(worst.gap, whole.gap)
    if part > 1 and len(behind) < len(parts):
        return (message("lead.behind", gap=gap), _one_behind(worst, slipped_deals))
    if part >= _NEARLY_ALL:
        why = _why(worst, slipped_deals)
        return (message("lead.gap_nearly_all", gap=gap, unit=worst.name), *why)
    said = _spread(gap, behind)
    if part >= _HALF:
        said = message("lead.gap_mostly", gap=gap, unit=worst.name, share=Ratio(value=part))
    return (said, *_why(worst, slipped_deals))


def _spread(gap: Money, behind: list[Standing]) -> Message:
    names = Listing(items=tuple(one.name for one in behind[:_NAMED]))
    if len(behind) > _NAMED:
        return message("lead.gap_spread_wide", gap=gap, n=Count(value=len(behind)), units=names)
    return message("lead.gap_spread", gap=gap, units=names)


def _one_behind(part: Standing, slipped_deals: Missed) -> Message:
    slipped = slipped_deals.get(part.scope_id)
    gap = Money(amount=part.gap)
    if slipped is None or not slipped.missed:
        return message("lead.one_behind", unit=part.name, gap=gap)
    return message(
        "lead.one_behind_slipped",
        unit=part.name,
        gap=gap,
        deals=Count(value=slipped.missed, unit="deals"),
        amount=Money(amount=slipped.missed_amount or Decimal(0)),
    )


def _why(part: Standing, slipped_deals: Missed) -> tuple[Message, ...]:
    slipped = slipped_deals.get(part.scope_id)
    if slipped is None or not slipped.missed:
        return ()
    return (
        message(
            "lead.slipped",
            unit=part.name,
            deals=Count(value=slipped.missed, unit="deals"),
            amount=Money(amount=slipped.missed_amount or Decimal(0)),
        ),
    )


@shows(kpis=("collections:week",), histories=("overdue_rate:week",))
def money_lead(context: Context, scope: Scope | None = None) -> tuple[Message, ...]:
    """How collections and overdue money of the company, or of a part of it, moved."""
    scope = scope or company_of(context)
    book = KpiBook.read(context, scope.kind)
    found = (_collections(book, scope.id), _overdue(book, scope.id))
    return tuple(sentence for sentence in found if sentence is not None)


def _collections(book: KpiBook, scope_id: str) -> Message | None:
    row = book.now(scope_id, "collections", "week")
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


def _overdue(book: KpiBook, scope_id: str) -> Message | None:
    """The overdue rate, and for how many weeks it has been moving the same way."""
    history = [
        row.value for row in book.history(scope_id, "overdue_rate", "week") if row.value is not None
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
