"""Tiles that several reports show, for any scope.

Belongs here: which comparisons stand under which figure. Does not belong here: which tiles a page
has.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from pipelines.reporting.model.context import Context
from pipelines.reporting.model.kpis import (
    KpiBook,
    against_pace,
    against_plan,
    against_target,
    changed,
    interval,
    moved,
)
from pipelines.reporting.model.page import Comparison, SparkPoint, Tile
from pipelines.reporting.model.queries import Record
from pipelines.reporting.model.scope import Scope
from pipelines.reporting.model.shows import shows
from pipelines.reporting.model.values import Count, Money, Ratio, Shown, Text, message, quotient

Quotas = Mapping[tuple[str, str, str], Record]
"""Quotas by period kind, scope and measure."""


@dataclass(frozen=True)
class Below:
    """The section of a page that each of its tiles leads to."""

    quota: str
    rate: str
    coverage: str
    overdue: str


@shows(
    queries=("quotas", "quarter_progress", "kpi_ranges"),
    kpis=("quota_attainment:quarter", "win_rate_value:rolling_13w"),
    histories=(
        "contract_amount:week", "collections:week", "pipeline_coverage:week", "overdue_rate:week",
        "win_rate_count:rolling_13w",
    ),
)  # fmt: skip
def headline_tiles(context: Context, scope: Scope, below: Below) -> tuple[Tile, ...]:
    """Six figures of the company, a region or a team."""
    book = KpiBook.read(context, scope.kind)
    me, quotas = scope.id, context.quotas(scope.kind)
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
        sum_tile(context, book, quotas, me, "contract_amount", "week", "contracts", below.quota),
        sum_tile(context, book, quotas, me, "collections", "week", "receipts", below.overdue),
        quota_tile(context, book, quotas, me, below.quota),
        rate_tile(context, book, me, below.rate),
        level_tile(
            context, book, me, "pipeline_coverage", message("scope.remaining_quota"), covered,
            below.coverage,
        ),
        level_tile(
            context, book, me, "overdue_rate", message("scope.share_of_receivables"), overdue_sum,
            below.overdue,
        ),
    )  # fmt: skip


def sum_tile(
    context: Context,
    book: KpiBook,
    quotas: Quotas,
    scope_id: str,
    kpi_id: str,
    period_kind: str,
    unit: str,
    section: str | None,
) -> Tile:
    """A sum of the week or month against plan, the period before and the year before."""
    row = book.now(scope_id, kpi_id, period_kind)
    comparisons: tuple[Comparison | None, ...] = ()
    if row is not None and row.value is not None:
        kpi = context.kpis[kpi_id]
        quota = quotas.get((period_kind, scope_id, kpi_id))
        same_day = period_kind != "week" or not context.week_is_whole
        comparisons = (
            against_plan(row.value, quota.quota_to_date if quota is not None else None),
            changed(
                kpi, row.value, row.previous_value, f"tile.versus_last_{period_kind}", same_day
            ),
            changed(kpi, row.value, row.prior_year_value, "tile.versus_last_year", same_day),
        )
    footer = Count(value=int(row.n), unit=unit) if row is not None else None
    return book.tile(
        scope_id, kpi_id, period_kind, period_scope(context, period_kind), comparisons, footer,
        section,
    )  # fmt: skip


def period_scope(context: Context, period_kind: str) -> Text:
    """What a tile's figure covers."""
    if period_kind == "week":
        return message("scope.this_week")
    if period_kind == "month":
        return message("scope.to_date", period=context.month)
    if period_kind == "quarter":
        return message("scope.to_date", period=context.quarter)
    return message("scope.last_13_weeks")


def quota_tile(
    context: Context, book: KpiBook, quotas: Quotas, scope_id: str, section: str | None
) -> Tile:
    """Attainment of the quarter so far, and where working days say it should stand."""
    row = book.now(scope_id, "quota_attainment", "quarter")
    quota = quotas.get(("quarter", scope_id, "contract_amount"))
    comparisons: tuple[Comparison | None, ...] = ()
    footer: Shown | None = None
    if row is not None and row.value is not None and quota is not None:
        kpi = context.kpis["quota_attainment"]
        comparisons = (
            against_pace(quota.attainment, quota.elapsed_share),
            moved(kpi, row.value, row.previous_value, "tile.versus_last_quarter", True),
            moved(kpi, row.value, row.prior_year_value, "tile.versus_last_year", True),
        )
        footer = message("tile.quota", quota=Money(amount=quota.quota))
    tile = book.tile(
        scope_id, "quota_attainment", "quarter", period_scope(context, "quarter"), comparisons,
        footer, section,
    )  # fmt: skip
    progress = context.grouped("quarter_progress", "scope_id", scope_kind=book.scope_kind)
    steps = progress.get(scope_id, [])
    if tile.value is None or len(steps) < 2:
        return tile
    spark = tuple(
        SparkPoint(end=step.as_of_date, value=quotient(step.signed_amount, step.quota))
        for step in steps
    )
    return tile.model_copy(update={"spark": spark})


def rate_tile(context: Context, book: KpiBook, scope_id: str, section: str | None) -> Tile:
    """Win rate of 13 weeks with its interval."""
    row = book.now(scope_id, "win_rate_count", "rolling_13w")
    comparisons: tuple[Comparison | None, ...] = ()
    footer: Shown | None = None
    if row is not None and row.value is not None:
        kpi = context.kpis["win_rate_count"]
        by_value = book.value(scope_id, "win_rate_value", "rolling_13w")
        comparisons = (
            interval(row),
            moved(kpi, row.value, row.previous_value, "tile.versus_13_weeks"),
            Comparison(label=message("tile.by_value"), shown=Ratio(value=by_value))
            if by_value is not None
            else None,
        )
        name = "tile.n_small" if row.n < kpi.min_n else "tile.n"
        footer = message(name, n=Count(value=int(row.n)))
    return book.tile(
        scope_id, "win_rate_count", "rolling_13w", message("scope.last_13_weeks_only"),
        comparisons, footer, section,
    )  # fmt: skip


def level_tile(
    context: Context,
    book: KpiBook,
    scope_id: str,
    kpi_id: str,
    scope: Text,
    footer: Shown | None,
    section: str | None,
) -> Tile:
    """A figure as of the day, against its target, last week and last year."""
    row = book.now(scope_id, kpi_id, "week")
    comparisons: tuple[Comparison | None, ...] = ()
    if row is not None and row.value is not None:
        kpi = context.kpis[kpi_id]
        comparisons = (
            against_target(kpi, row.value, row.target),
            moved(kpi, row.value, row.previous_value, "tile.versus_last_week"),
            moved(kpi, row.value, row.prior_year_value, "tile.versus_last_year"),
        )
    return book.tile(scope_id, kpi_id, "week", scope, comparisons, footer, section)
