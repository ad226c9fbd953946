"""The sales director's week: where the quarter stands, why, and what needs a decision.

Belongs here: lead, tiles and order of sections. Sections live in their own modules.
"""

from __future__ import annotations

from pipelines.reporting.director import cycle as section_cycle
from pipelines.reporting.director import discount as section_discount
from pipelines.reporting.director import forecast as section_forecast
from pipelines.reporting.director import funnel as section_funnel
from pipelines.reporting.director import movement as section_movement
from pipelines.reporting.director import people as section_people
from pipelines.reporting.director import quota as section_quota
from pipelines.reporting.director import rates as section_rates
from pipelines.reporting.director.lead import money_lead, quota_lead
from pipelines.reporting.director.quota import standings
from pipelines.reporting.model import kpis
from pipelines.reporting.model.context import Context
from pipelines.reporting.model.kpis import KpiBook
from pipelines.reporting.model.page import Page, Reader, Tile
from pipelines.reporting.model.values import (
    Money,
    message,
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
                *quota_lead(context, company, whole, regions),
                *money_lead(context, company),
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
