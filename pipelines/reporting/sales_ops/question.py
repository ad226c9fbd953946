"""Headline figures that rows in quarantine leave in question, and how wide.

Belongs here: the company's figures of sales side by side, the widest first. Does not belong here:
receivables, which are finance's to see (their tiles say it), how far a row may move a figure
(`mart.kpi_range`).
"""

from __future__ import annotations

from decimal import Decimal

from pipelines.reporting.model.context import Context
from pipelines.reporting.model.kpis import KpiBook, typed
from pipelines.reporting.model.page import Section
from pipelines.reporting.model.queries import Record
from pipelines.reporting.model.shows import shows
from pipelines.reporting.model.tables import count, table
from pipelines.reporting.model.values import Count, Text, message

_SALES = ("contract_amount", "quota_attainment", "win_rate_count", "pipeline_coverage")
_WITHOUT_BOUND = Decimal("Infinity")


@shows(queries=("kpi_ranges",))
def question_section(context: Context) -> Section | None:
    """Between which values the company's headline figures lie; nothing where none is open."""
    book = KpiBook(context, "company", {})
    shown = [
        row
        for row in context.rows("kpi_ranges", scope_kind="company")
        if row.scope_id == context.company_id
        and row.kpi_id in _SALES
        and book.in_question(row.scope_id, row.kpi_id, row.period_kind) is not None
    ]
    if not shown:
        return None
    shown.sort(key=lambda row: (-_width(row), row.kpi_id, row.period_kind))
    return Section(
        id="question",
        topic=message("question.topic"),
        message=message(
            "question.headline",
            figures=Count(value=len(shown), unit="figures"),
            widest=context.kpis[shown[0].kpi_id].label,
        ),
        what=(message("question.what"),),
        table=table(
            "figure:text when:text stated:text bound_low:text bound_high:text rows:count",
            [
                (
                    context.kpis[row.kpi_id].label,
                    _when(row),
                    _figure(context, row, row.value),
                    _figure(context, row, row.lowest),
                    _figure(context, row, row.highest),
                    count(row.row_count),
                )
                for row in shown
            ],
        ),
        table_open=True,
    )


def _when(row: Record) -> Text:
    """The period of a sum; a level is that of the day."""
    is_level = row.kpi_id == "pipeline_coverage"
    return message("question.now" if is_level else f"question.{row.period_kind}")


def _figure(context: Context, row: Record, value: Decimal | None) -> Text:
    """A figure among others of other units; without a bound it may be anything."""
    if value is None:
        return message("question.unbounded")
    return message("question.figure", figure=typed(context.kpis[row.kpi_id], value))


def _width(row: Record) -> Decimal:
    """How wide a figure is in question, for what it is."""
    if row.lowest is None or row.highest is None or not row.value:
        return _WITHOUT_BOUND
    return Decimal((row.highest - row.lowest) / abs(row.value))
