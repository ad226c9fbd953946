"""The six figures of sales operations' week.

Belongs here: the tiles of that page alone. Does not belong here: tiles of several reports
(`tiles.py`).
"""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal

from pipelines.reporting.model.context import Context
from pipelines.reporting.model.kpis import KpiBook
from pipelines.reporting.model.page import Comparison, Tile
from pipelines.reporting.model.shows import shows
from pipelines.reporting.model.tables import empty_tile
from pipelines.reporting.model.values import Count, Money, Text, message
from pipelines.reporting.sales_ops import allocation as section_allocation
from pipelines.reporting.sales_ops import quarantine as section_quarantine
from pipelines.reporting.shared import exports as section_exports
from pipelines.reporting.shared import verdicts as section_verdicts
from pipelines.reporting.shared.quality import has_verdicts
from pipelines.reporting.shared.tiles import level_tile


@shows(
    queries=("checks", "exports", "quarantine_owners", "quota_allocation", "kpi_ranges"),
    kpis=("opportunity_completeness:week",),
    histories=("first_contact_on_time_rate:week",),
)  # fmt: skip
def tiles(context: Context) -> tuple[Tile, ...]:
    """Data first, then process, then quotas."""
    return (
        _quarantine_tile(context),
        _exports_tile(context),
        _checks_tile(context),
        _kpi_tile(context, "first_contact_on_time_rate", message("scope.this_week"), "contact"),
        _kpi_tile(context, "opportunity_completeness", message("scope.open_now"), "hygiene"),
        _allocation_tile(context),
    )


def _quarantine_tile(context: Context) -> Tile:
    rows, amount = section_quarantine.kept(context)
    people = len(section_quarantine.people_waiting(context))
    return Tile(
        kpi_id="quarantined_rows",
        label=message("tile.quarantined_rows"),
        scope=message("scope.open_until_corrected"),
        value=Count(value=rows),
        comparisons=(
            Comparison(
                label=message("tile.without_owner"),
                shown=Count(value=section_quarantine.unowned(context)),
            ),
            Comparison(label=message("tile.owners"), shown=Count(value=people)),
        )
        if rows
        else (),
        footer=Money(amount=amount) if amount else None,
        section="owners",
    )


def _exports_tile(context: Context) -> Tile:
    label, scope = message("tile.exports_late"), message("scope.as_of_day")
    if not context.is_renewed("exports"):
        return _withheld_tile("exports_late", label, scope, "exports")
    late, missing = len(section_exports.late_tables(context)), len(context.missing)
    files = Count(value=len(section_exports.exports(context)))
    return Tile(
        kpi_id="exports_late",
        label=label,
        scope=scope,
        value=Count(value=late),
        comparisons=(
            Comparison(label=message("tile.exports_present"), shown=files),
            Comparison(
                label=message("tile.exports_missing"),
                shown=Count(value=missing),
                judgement="bad" if missing else "neutral",
            ),
        ),
        section="exports",
    )


def _checks_tile(context: Context) -> Tile:
    label, scope = message("tile.checks_broken"), message("scope.this_run")
    if not has_verdicts(context.con):
        return empty_tile("checks_broken", label, scope, message("verdicts.not_run"), "verdicts")
    rows = section_verdicts.broken(context)
    blocking = sum(section_verdicts.blocks(row) for row in rows)
    passed = sum(row.status == "passed" for row in context.rows("checks"))
    return Tile(
        kpi_id="checks_broken",
        label=label,
        scope=scope,
        value=Count(value=len(rows)),
        comparisons=(
            Comparison(
                label=message("tile.checks_blocking"),
                shown=Count(value=blocking),
                judgement="bad" if blocking else "good",
            ),
            Comparison(
                label=message("tile.checks_warning"), shown=Count(value=len(rows) - blocking)
            ),
        ),
        footer=message("meta.passed", n=Count(value=passed)),
        section="verdicts",
    )


def _kpi_tile(context: Context, kpi_id: str, scope: Text, section: str) -> Tile:
    kpi = context.kpis[kpi_id]
    if not context.is_renewed("kpi_values"):
        return _withheld_tile(kpi_id, kpi.label, scope, section)
    book = KpiBook.read(context, "company")
    row = book.now(context.company_id, kpi_id, "week")
    footer = None
    if row is not None and row.numerator is not None and row.denominator:
        footer = message(
            "tile.two_sums",
            numerator=Count(value=int(row.numerator)),
            denominator=Count(value=int(row.denominator)),
        )
    return level_tile(context, book, context.company_id, kpi_id, scope, footer, section)


def _allocation_tile(context: Context) -> Tile:
    label, scope = message("tile.quota_gaps"), message("scope.this_year")
    if not context.is_renewed("quota_allocation"):
        return _withheld_tile("quota_gaps", label, scope, "allocation")
    rows = context.rows("quota_allocation")
    reason = context.lacks("quota")
    if reason is not None or not rows:
        return empty_tile(
            "quota_gaps", label, scope, reason or message("allocation.no_unit_quotas"), "allocation"
        )
    off = section_allocation.gaps(context)
    money = [row.over_allocated for row in off if section_allocation.is_money(context, row.measure)]
    return Tile(
        kpi_id="quota_gaps",
        label=label,
        scope=scope,
        value=Count(value=len(off)),
        comparisons=(
            _allocated("tile.over_allocated", (amount for amount in money if amount > 0)),
            _allocated("tile.under_allocated", (-amount for amount in money if amount < 0)),
        ),
        footer=message("tile.of_quotas", n=Count(value=sum(1 for row in rows if row.parts))),
        section="allocation",
    )


def _allocated(label: str, amounts: Iterable[Decimal]) -> Comparison:
    amount = sum(amounts, Decimal(0))
    return Comparison(
        label=message(label),
        shown=Money(amount=amount),
        judgement="bad" if amount else "neutral",
    )


def _withheld_tile(kpi_id: str, label: Text, scope: Text, section: str) -> Tile:
    return empty_tile(kpi_id, label, scope, message("ops.withheld"), section)
