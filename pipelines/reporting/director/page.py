"""The sales director's week: where the quarter stands, why, and what needs a decision.

Belongs here: the order of sections, each in its own module.
"""

from __future__ import annotations

from pipelines.reporting.director.cycle import cycle_section, losses_section
from pipelines.reporting.director.discount import discount_section
from pipelines.reporting.director.forecast import forecast_section
from pipelines.reporting.director.funnel import funnel_sections
from pipelines.reporting.director.movement import movement_section
from pipelines.reporting.director.people import ranking_section
from pipelines.reporting.director.quota import quota_section
from pipelines.reporting.director.rates import rates_section
from pipelines.reporting.model.context import Context
from pipelines.reporting.model.page import Page, Reader, Section
from pipelines.reporting.model.scope import company_of
from pipelines.reporting.model.shows import sections, shows
from pipelines.reporting.shared.all_kpis import kpi_section
from pipelines.reporting.shared.deals import deals_section
from pipelines.reporting.shared.quality import quality_section
from pipelines.reporting.shared.receivables import ageing_section
from pipelines.reporting.shared.standing_lead import money_lead, quota_lead
from pipelines.reporting.shared.tiles import Below, headline_tiles


@shows(kpi_section)
def further_kpis(context: Context) -> Section | None:
    """What else of the catalogue the director can move."""
    return kpi_section(context, company_of(context), "director_weekly")


SECTIONS = (
    quota_section, deals_section, forecast_section, movement_section, funnel_sections,
    rates_section, cycle_section, losses_section, ageing_section, ranking_section,
    discount_section, further_kpis, quality_section,
)  # fmt: skip
BELOW = Below(quota="quota", rate="ranking", coverage="movement", overdue="ageing")


@shows(*SECTIONS, quota_lead, money_lead, headline_tiles)
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
            tiles=headline_tiles(context, company_of(context), BELOW),
            sections=sections(SECTIONS, context),
        )
    ]
