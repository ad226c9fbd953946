"""A representative's week: own figures, own deals, own invoices, own commission. Nothing else.

Belongs here: splitting rows of all representatives by their owner, and one page for each. Every
lookup goes through the owner's id, so that no row of another can reach a page.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from pipelines.reporting.model import kpis
from pipelines.reporting.model.context import Context
from pipelines.reporting.model.kpis import KpiBook
from pipelines.reporting.model.page import Comparison, Definition, Page, Reader, Section, Tile
from pipelines.reporting.model.queries import Record
from pipelines.reporting.model.scope import Scope
from pipelines.reporting.model.shows import shows
from pipelines.reporting.model.values import Count, Days, Money, message
from pipelines.reporting.rep import lead as rep_lead
from pipelines.reporting.rep import sections as rep_sections
from pipelines.reporting.shared import commission_so_far as rep_commission
from pipelines.reporting.shared.all_kpis import kpi_section
from pipelines.reporting.shared.paths import above_person
from pipelines.reporting.shared.tiles import Quotas, level_tile, quota_tile, sum_tile


@dataclass(frozen=True)
class Own:
    """The rows of one representative."""

    employee_id: str
    deals: list[Record]
    invoices: list[Record]
    position: Record | None
    months: list[Record]


@shows(kpi_section)
def further_kpis(context: Context, scope: Scope) -> tuple[Section, ...]:
    """What else of the catalogue a representative can move."""
    section = kpi_section(context, scope, "rep_weekly")
    return () if section is None else (section,)


def _page(context: Context, book: KpiBook, quotas: Quotas, own: Own) -> Page:
    me = own.employee_id
    return Page(
        report="rep_weekly",
        reader=Reader(kind="employee", id=me, name=context.person(me)),
        period=context.week,
        as_of=context.as_of,
        company=context.company,
        currency=context.currency,
        lead=rep_lead.lead(context, book, quotas, own.employee_id, own.deals, own.invoices,
                           own.position),
        freshness=context.freshness,
        quality=context.quality,
        tiles=tiles(context, book, quotas, own),
        sections=(
            rep_sections.pipeline_section(context, own.deals),
            rep_sections.invoices_section(context, own.invoices),
            rep_commission.commission_section(context, own.position),
            rep_commission.statements_section(context, own.months),
            rep_sections.activity_section(context, book, me),
            *further_kpis(context, Scope("employee", me, context.person(me))),
        ),
        above=above_person(context, me),
    )  # fmt: skip


@shows(
    queries=("quarter_progress",),
    kpis=(
        "quota_attainment:quarter", "contract_amount:month", "collections:month",
        "commission_earned:quarter", "overdue_amount",
    ),
    histories=("pipeline_amount:week",),
)  # fmt: skip
def tiles(context: Context, book: KpiBook, quotas: Quotas, own: Own) -> tuple[Tile, ...]:
    """Six figures of the representative."""
    me = own.employee_id
    open_deals = Count(value=own.deals[0].deals if own.deals else 0, unit="deals")
    return (
        quota_tile(context, book, quotas, me, None),
        sum_tile(context, book, quotas, me, "contract_amount", "month", "contracts", None),
        sum_tile(context, book, quotas, me, "collections", "month", "receipts", "invoices"),
        level_tile(
            context, book, me, "pipeline_amount", message("scope.open_now"), open_deals, "pipeline"
        ),
        _overdue_tile(context, own),
        _commission_tile(context, book, own),
    )  # fmt: skip


def _overdue_tile(context: Context, own: Own) -> Tile:
    """Own invoices past due: an amount, because one person's advances would distort a rate."""
    first = own.invoices[0] if own.invoices else None
    reason = context.lacks("invoice")
    old = Decimal(0) if first is None else first.old_amount
    return Tile(
        kpi_id="overdue_amount",
        label=message("tile.overdue_amount"),
        scope=message("scope.as_of_day"),
        value=None if reason else Money(amount=first.amount if first else Decimal(0)),
        comparisons=(
            Comparison(
                label=message("tile.over_90"),
                shown=Money(amount=old),
                judgement="bad" if old else "neutral",
            ),
            Comparison(label=message("tile.oldest"), shown=Days(value=Decimal(first.oldest_days))),
        )
        if first is not None and not reason
        else (),
        footer=None
        if reason
        else Count(value=first.items if first is not None else 0, unit="invoices"),
        no_data_reason=reason,
        section="invoices",
        definition=Definition(
            term=message("tile.overdue_amount"), meaning=message("tile.overdue_meaning")
        ),
    )


def _commission_tile(context: Context, book: KpiBook, own: Own) -> Tile:
    """Commission of the quarter so far; the footer says what tier it has reached."""
    footer = None
    if own.position is not None:
        rate = rep_commission.rate_of(own.position, own.position.rate_pct)
        said = "tile.rate_now" if own.position.is_of_cash else "tile.rate_now_credit"
        footer = message(said, rate=rate)
    row = book.now(own.employee_id, "commission_earned", "quarter")
    comparisons: tuple[Comparison | None, ...] = ()
    if row is not None and row.value is not None:
        kpi = context.kpis["commission_earned"]
        comparisons = (
            kpis.moved(kpi, row.value, row.previous_value, "tile.versus_last_quarter", True),
            kpis.moved(kpi, row.value, row.prior_year_value, "tile.versus_last_year", True),
        )
    return book.tile(
        own.employee_id, "commission_earned", "quarter",
        message("scope.to_date", period=context.quarter), comparisons, footer, "commission",
    )  # fmt: skip


@shows(
    rep_lead.lead, tiles, rep_sections.pipeline_section, rep_sections.invoices_section,
    rep_commission.positions, rep_commission.commission_section, rep_sections.activity_section,
    further_kpis,
    queries=("rep_readers", "quotas", "deals_owner", "invoices_owner", "commission_months"),
)  # fmt: skip
def build(context: Context) -> list[Page]:
    """One page for each representative in service."""
    book = KpiBook.read(context, "employee")
    quotas = context.quotas("employee")
    deals = context.grouped("deals_owner", "owner_id")
    invoices = context.grouped("invoices_owner", "collector_id")
    positions = rep_commission.positions(context, context.month.key)
    months = context.grouped("commission_months", "payee_id")
    return [
        _page(
            context,
            book,
            quotas,
            Own(
                reader.employee_id,
                deals.get(reader.employee_id, []),
                invoices.get(reader.employee_id, []),
                positions.get(reader.employee_id),
                months.get(reader.employee_id, []),
            ),
        )
        for reader in context.rows("rep_readers")
    ]
