"""The sales director's week: where the quarter stands, why, and what needs a decision.

Belongs here: lead, tiles and order of sections. Sections live in their own modules.
"""

from __future__ import annotations

from decimal import Decimal
from itertools import pairwise

from pipelines.reporting.director import cycle as section_cycle
from pipelines.reporting.director import discount as section_discount
from pipelines.reporting.director import forecast as section_forecast
from pipelines.reporting.director import funnel as section_funnel
from pipelines.reporting.director import movement as section_movement
from pipelines.reporting.director import people as section_people
from pipelines.reporting.director import quota as section_quota
from pipelines.reporting.director import rates as section_rates
from pipelines.reporting.director.quota import Standing, missed_by_region, standings
from pipelines.reporting.model import kpis
from pipelines.reporting.model.context import Context
from pipelines.reporting.model.kpis import KpiBook
from pipelines.reporting.model.page import Page, Reader, Tile
from pipelines.reporting.model.values import (
    Count,
    Listing,
    Message,
    Money,
    Ratio,
    message,
    quotient,
)
from pipelines.reporting.shared import deals as section_deals
from pipelines.reporting.shared import quality as section_quality
from pipelines.reporting.shared import receivables as section_receivables
from pipelines.reporting.shared.tiles import level_tile, quota_tile, rate_tile, sum_tile

QUERIES = (
    *kpis.QUERIES,
    *section_cycle.QUERIES,
    *section_deals.QUERIES,
    *section_discount.QUERIES,
    *section_forecast.QUERIES,
    *section_funnel.QUERIES,
    *section_movement.QUERIES,
    *section_people.QUERIES,
    *section_quality.QUERIES,
    *section_quota.QUERIES,
    *section_rates.QUERIES,
    *section_receivables.QUERIES,
)
HISTORIES = (
    "contract_amount:week", "collections:week", "pipeline_coverage:week", "overdue_rate:week",
    "win_rate_count:rolling_13w",
)  # fmt: skip
WANTED = (
    *HISTORIES, "quota_attainment:quarter", "contract_amount:quarter", "win_rate_count:quarter",
    "win_rate_value:quarter", "win_rate_value:rolling_13w", "discount_breach_rate:rolling_13w",
    "sales_cycle_days:rolling_13w",
)  # fmt: skip
# A region that holds this much of the company's gap is where it comes from.
_NEARLY_ALL = Decimal("0.8")
_HALF = Decimal("0.5")


def build(context: Context) -> list[Page]:
    """One page, for the company."""
    company = KpiBook.read(context, "company", WANTED, HISTORIES)
    regions = standings(
        context, KpiBook.read(context, "region", ("contract_amount:quarter",)), "region"
    )
    teams = standings(context, KpiBook.read(context, "team", ("contract_amount:quarter",)), "team")
    people = {s.scope_id: s for s in standings(context, None, "employee")}
    whole = next(iter(standings(context, None, "company")), None)
    funnel, funnel_exit = section_funnel.funnel_sections(context)
    return [
        Page(
            report="director_weekly",
            reader=Reader(kind="company", id=context.company_id, name=context.company),
            period=context.week,
            as_of=context.as_of,
            company=context.company,
            currency=context.currency,
            lead=(
                *_quota_lead(context, company, whole, regions),
                *_money_lead(context, company),
            ),
            freshness=context.freshness,
            quality=context.quality,
            tiles=_tiles(context, company),
            sections=(
                section_quota.quota_section(context, regions, teams),
                section_deals.deals_section(context),
                section_forecast.forecast_section(context),
                section_movement.movement_section(context),
                funnel,
                funnel_exit,
                section_rates.rates_section(context),
                section_cycle.cycle_section(context, company),
                section_cycle.losses_section(context),
                section_receivables.ageing_section(context),
                section_people.ranking_section(context, people),
                section_discount.discount_section(context, company),
                section_quality.quality_section(context),
            ),
        )
    ]


def _tiles(context: Context, book: KpiBook) -> tuple[Tile, ...]:
    me, quotas = context.company_id, context.quotas("company")
    coverage = book.now(me, "pipeline_coverage", "week")
    overdue = book.now(me, "overdue_rate", "week")
    covered = overdue_sum = None
    if coverage is not None and coverage.numerator is not None and coverage.denominator:
        covered = message(
            "tile.two_sums",
            numerator=Money(amount=coverage.numerator),
            denominator=Money(amount=coverage.denominator),
        )
    if overdue is not None and overdue.numerator is not None:
        overdue_sum = Money(amount=overdue.numerator)
    return (
        sum_tile(context, book, quotas, me, "contract_amount", "week", "contracts", "quota"),
        sum_tile(context, book, quotas, me, "collections", "week", "receipts", "ageing"),
        quota_tile(context, book, quotas, me, "quota"),
        rate_tile(context, book, me, "ranking"),
        level_tile(
            context, book, me, "pipeline_coverage", message("scope.remaining_quota"), covered,
            "movement",
        ),
        level_tile(
            context, book, me, "overdue_rate", message("scope.share_of_receivables"), overdue_sum,
            "ageing",
        ),
    )  # fmt: skip


# --- the lead: what, how far from plan, where, why ----------------------------------------------


def _quota_lead(
    context: Context, book: KpiBook, whole: Standing | None, regions: list[Standing]
) -> tuple[Message, ...]:
    if whole is not None and context.lacks("contract") is None:
        return (
            message(
                "lead.quota",
                quarter=context.quarter,
                signed=Money(amount=whole.actual),
                attainment=Ratio(value=whole.attainment),
                pace=Ratio(value=whole.pace),
            ),
            *_gap(context, whole, regions),
        )
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


def _gap(context: Context, whole: Standing, regions: list[Standing]) -> tuple[Message, ...]:
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


def _money_lead(context: Context, book: KpiBook) -> tuple[Message, ...]:
    """How collections and overdue money moved."""
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
