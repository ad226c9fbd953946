"""The week of a regional manager and of a team lead: one page for each region and each team.

Belongs here: the order of sections. What they show lives in modules of their own or is shared with
the director's page.
"""

from __future__ import annotations

from pipelines.reporting.model.context import Context
from pipelines.reporting.model.page import Page, Reader, Section
from pipelines.reporting.model.shows import sections, shows
from pipelines.reporting.shared.all_kpis import kpi_section
from pipelines.reporting.shared.deals import deals_section
from pipelines.reporting.shared.standing_lead import money_lead, quota_lead
from pipelines.reporting.shared.tiles import Below, headline_tiles
from pipelines.reporting.unit.activity import activity_section
from pipelines.reporting.unit.agenda import agenda_section
from pipelines.reporting.unit.attainment import attainment_section, of_parts
from pipelines.reporting.unit.book import with_book
from pipelines.reporting.unit.crm import crm_section, hygiene
from pipelines.reporting.unit.overdue import overdue_sections
from pipelines.reporting.unit.ramp import ramp_sections
from pipelines.reporting.unit.unit import Unit, units


@shows(deals_section)
def deals(context: Context, unit: Unit) -> Section:
    """The unit's largest deals that need somebody."""
    return deals_section(context, unit.scope)


@shows(kpi_section)
def further_kpis(context: Context, unit: Unit) -> Section | None:
    """What else of the catalogue the reader of the unit's page can move."""
    return kpi_section(context, unit.scope, f"{unit.scope.kind}_weekly")


SECTIONS = (
    attainment_section, agenda_section, deals, activity_section, hygiene, crm_section,
    overdue_sections, ramp_sections, further_kpis,
)  # fmt: skip
BELOW = Below(quota="quota", rate="deals", coverage="deals", overdue="overdue")


@shows(*SECTIONS, with_book, units, quota_lead, money_lead, headline_tiles)
def regions(context: Context) -> list[Page]:
    """One page for each region in which somebody sells."""
    return [_page(context, unit, "region_weekly") for unit in units(context, "region")]


@shows(*SECTIONS, with_book, units, quota_lead, money_lead, headline_tiles)
def teams(context: Context) -> list[Page]:
    """One page for each team in which somebody sells."""
    return [_page(context, unit, "team_weekly") for unit in units(context, "team")]


def _page(context: Context, unit: Unit, report: str) -> Page:
    scope = unit.scope
    lead = quota_lead(context, scope, of_parts(context, unit))
    page = Page(
        report=report,
        reader=Reader(kind=scope.kind, id=scope.id, name=scope.name),
        period=context.week,
        as_of=context.as_of,
        company=context.company,
        currency=context.currency,
        lead=(*lead, *money_lead(context, scope)),
        freshness=context.freshness,
        quality=context.quality,
        tiles=headline_tiles(context, scope, BELOW),
        sections=sections(SECTIONS, context, unit),
        above=unit.above,
    )
    return with_book(context, unit, page)
