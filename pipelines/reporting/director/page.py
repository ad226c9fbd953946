"""The sales director's week: where the quarter stands, why, and what needs a decision.

Belongs here: tiles and order of sections. Sections and lead live in their own modules.
"""

from __future__ import annotations

from pipelines.reporting.director.cycle import cycle_section, losses_section
from pipelines.reporting.director.discount import discount_section
from pipelines.reporting.director.forecast import forecast_section
from pipelines.reporting.director.funnel import funnel_sections
from pipelines.reporting.director.lead import money_lead, quota_lead
from pipelines.reporting.director.movement import movement_section
from pipelines.reporting.director.people import ranking_section
from pipelines.reporting.director.quota import quota_section
from pipelines.reporting.director.rates import rates_section
from pipelines.reporting.model.context import Context
from pipelines.reporting.model.kpis import KpiBook
from pipelines.reporting.model.page import Page, Reader, Tile
from pipelines.reporting.model.shows import sections, shows
from pipelines.reporting.model.values import Money, message
from pipelines.reporting.shared.deals import deals_section
from pipelines.reporting.shared.quality import quality_section
from pipelines.reporting.shared.receivables import ageing_section
from pipelines.reporting.shared.tiles import level_tile, quota_tile, rate_tile, sum_tile

SECTIONS = (
    quota_section, deals_section, forecast_section, movement_section, funnel_sections,
    rates_section, cycle_section, losses_section, ageing_section, ranking_section,
    discount_section, quality_section,
)  # fmt: skip


@shows(
    queries=("quotas", "quarter_progress"),
    kpis=("quota_attainment:quarter", "win_rate_value:rolling_13w"),
    histories=(
        "contract_amount:week", "collections:week", "pipeline_coverage:week", "overdue_rate:week",
        "win_rate_count:rolling_13w",
    ),
)  # fmt: skip
def tiles(context: Context) -> tuple[Tile, ...]:
    """Six figures of the company."""
    book = KpiBook.read(context, "company")
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


@shows(*SECTIONS, quota_lead, money_lead, tiles)
def build(context: Context) -> list[Page]:
    """One page, for the company."""
    return [
        Page(
            report="director_weekly",
            reader=Reader(kind="company", id=context.company_id, name=context.company),
            period=context.week,
            as_of=context.as_of,
            company=context.company,
            currency=context.currency,
            lead=(*quota_lead(context), *money_lead(context)),
            freshness=context.freshness,
            quality=context.quality,
            tiles=tiles(context),
            sections=sections(SECTIONS, context),
        )
    ]
