"""The KPI browser: a list of the whole catalogue, and one page for each KPI.

Belongs here: the pages and their first sentences. It is the company's edition, for readers who see
the company; what stands on other readers' pages links here only from theirs.
"""

from __future__ import annotations

from collections.abc import Iterator

from pipelines.reporting.kpi_browser.values import (
    definition_section,
    people_section,
    periods_section,
    trend_section,
    units_section,
)
from pipelines.reporting.model.context import Context, KpiPolicy
from pipelines.reporting.model.kpis import KpiBook, typed
from pipelines.reporting.model.page import Crumb, Page, Place, Reader, Section
from pipelines.reporting.model.scope import company_of
from pipelines.reporting.model.shows import OF_POLICY, sections, shows
from pipelines.reporting.model.values import Bilingual, Count, Message, Text, message
from pipelines.reporting.shared.all_kpis import kpi_table, newest, theme_order, theme_text
from pipelines.reporting.shared.paths import unit_place

REPORT = "kpi_browser"
ALL = "ALL"
_ALL_NAME = Bilingual(zh="全部指标", en="all KPIs")
SECTIONS = (periods_section, trend_section, units_section, people_section, definition_section)


@shows(kpis=(OF_POLICY,), queries=("kpi_now",))
def list_section(context: Context) -> Section:
    """Every KPI with the company's value, each leading to its page."""
    scope = company_of(context)
    kpis = sorted(context.kpis.values(), key=lambda kpi: (theme_order(kpi.theme), kpi.id))
    book = KpiBook.everything(context, scope.kind)
    values = [newest(book, scope.id, kpi.id) for kpi in kpis]
    known = sum(row is not None and row.value is not None for row in values)
    return Section(
        id="kpis",
        topic=message("browser.topic"),
        message=message("browser.headline", n=Count(value=len(kpis)), known=Count(value=known)),
        what=(message("browser.what"),),
        table=kpi_table(context, book, scope, kpis),
        table_open=True,
    )


@shows(*SECTIONS, list_section)
def build(context: Context) -> Iterator[Page]:
    """The list, then a page for each KPI."""
    yield _page(
        context,
        Reader(kind="function", id=ALL, name=_ALL_NAME),
        (message("browser.lead", n=Count(value=len(context.kpis))),),
        (list_section(context),),
        (),
    )
    for kpi in context.kpis.values():
        yield _page(
            context,
            Reader(kind="function", id=kpi.id, name=kpi.label),
            (_lead(context, kpi),),
            sections(SECTIONS, context, kpi),
            (Crumb(label=_ALL_NAME, place=_place(context, ALL)),),
        )


def _page(
    context: Context,
    reader: Reader,
    lead: tuple[Message, ...],
    made: tuple[Section, ...],
    above: tuple[Crumb, ...],
) -> Page:
    company = unit_place(context, "company", context.company_id)
    crumbs = (Crumb(label=context.company, place=company),) if company else ()
    return Page(
        report=REPORT,
        reader=reader,
        period=context.week,
        as_of=context.as_of,
        company=context.company,
        currency=context.currency,
        lead=lead,
        freshness=context.freshness,
        quality=context.quality,
        sections=made,
        above=(*crumbs, *above),
        listed=reader.id == ALL,
    )


def _place(context: Context, kpi_id: str) -> Place:
    return Place(report=REPORT, reader_id=kpi_id, period=context.week.key)


def _lead(context: Context, kpi: KpiPolicy) -> Message:
    row = newest(KpiBook.everything(context, "company"), context.company_id, kpi.id)
    if row is None or row.value is None:
        why: Text = context.why_no_value(kpi.id)
        return message("browser.no_value", kpi=kpi.label, why=why)
    return message(
        "browser.value",
        kpi=kpi.label,
        theme=theme_text(kpi.theme),
        value=typed(kpi, row.value),
        period=message(f"kpis.{row.period_kind}"),
    )
