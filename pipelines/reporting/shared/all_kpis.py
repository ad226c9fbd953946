"""The KPIs that the catalogue puts on a reader's page, beside those that have a section there.

Belongs here: the compact table by theme. Which KPIs stand on which page is said by `reports` of
each entry of the catalogue.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from pipelines.reporting.model.context import Context, KpiPolicy
from pipelines.reporting.model.kpis import KpiBook, against_target, typed
from pipelines.reporting.model.page import Place, Section, Table
from pipelines.reporting.model.queries import Record
from pipelines.reporting.model.scope import Scope
from pipelines.reporting.model.shows import OF_POLICY, shows
from pipelines.reporting.model.tables import Cells, count, table
from pipelines.reporting.model.values import Count, Judgement, Message, Shown, Text, message

# A quarter holds enough to judge by; what is not computed for it has a shorter period.
PERIODS = ("quarter", "month", "week")
THEMES = ("leads", "opportunities", "contracts", "money", "customers", "people")


def of_report(context: Context, report: str) -> list[KpiPolicy]:
    """The KPIs that the catalogue puts on a report's pages, by theme."""
    found = [kpi for kpi in context.kpis.values() if report in kpi.reports]
    return sorted(found, key=lambda kpi: (theme_order(kpi.theme), kpi.id))


def theme_order(theme: str) -> int:
    """Themes in the order of the sale; a company's own last."""
    return THEMES.index(theme) if theme in THEMES else len(THEMES)


def theme_text(theme: str) -> Text:
    return message(f"theme.{theme}" if theme in THEMES else "theme.own")


@shows(kpis=(OF_POLICY,), queries=("kpi_values",))
def kpi_section(context: Context, scope: Scope, report: str) -> Section | None:
    """One row for each, of the quarter so far where it is computed for one; none if none is put."""
    kpis = of_report(context, report)
    if not kpis:
        return None
    wanted = tuple(f"{kpi.id}:{period}" for kpi in kpis for period in PERIODS)
    book = KpiBook.read(context, scope.kind, wanted)
    rows = [(kpi, newest(book, scope.id, kpi.id)) for kpi in kpis]
    known = [(kpi, row) for kpi, row in rows if row is not None and row.value is not None]
    missed = [kpi.label for kpi, row in known if _judgement(kpi, row) == "bad"]
    return Section(
        id="kpis",
        topic=message("kpis.topic"),
        message=_headline(len(known), len(rows), missed),
        what=(message("kpis.what"),),
        table=kpi_table(context, book, scope, kpis),
    )


def kpi_table(context: Context, book: KpiBook, scope: Scope, kpis: list[KpiPolicy]) -> Table:
    """A row for each KPI; on a page of the company each leads to the KPI's own page."""
    rows = [(kpi, newest(book, scope.id, kpi.id)) for kpi in kpis]
    to = [browser_place(context, kpi.id) for kpi in kpis] if scope.kind == "company" else ()
    return table(
        "theme:text kpi:text value:text last_period:text last_year:text target:text n:count "
        "period:text",
        [(theme_text(kpi.theme), *_cells(context, kpi, row)) for kpi, row in rows],
        judgements=["neutral" if row is None else _judgement(kpi, row) for kpi, row in rows],
        to=to,
        link="kpi",
        find=[" ".join((kpi.id, kpi.label.zh, kpi.label.en)) for kpi in kpis],
    )


def browser_place(context: Context, kpi_id: str) -> Place:
    """The KPI's own page."""
    return Place(report="kpi_browser", reader_id=kpi_id, period=context.week.key)


def newest(book: KpiBook, scope_id: str, kpi_id: str) -> Record | None:
    """The value of the longest period that has one; a row without a value where none has."""
    first: Record | None = None
    for period in PERIODS:
        row = book.now(scope_id, kpi_id, period)
        if row is not None and row.value is not None:
            return row
        first = first or row
    return first


def _judgement(kpi: KpiPolicy, row: Record) -> Judgement:
    """Against its target alone: a KPI without one is not judged."""
    if row.value is None or row.target is None or row.n < kpi.min_n:
        return "neutral"
    compared = against_target(kpi, row.value, row.target)
    return compared.judgement if compared is not None and kpi.target is not None else "neutral"


def _cells(context: Context, kpi: KpiPolicy, row: Record | None) -> Cells:
    if row is None or row.value is None:
        return (kpi.label, context.why_no_value(kpi.id), None, None, None, None, None)
    limit = against_target(kpi, row.value, row.target) if kpi.target is not None else None
    return (
        kpi.label,
        said(typed(kpi, row.value)),
        said(_typed(kpi, row.previous_value)),
        said(_typed(kpi, row.prior_year_value)),
        said(limit.shown if limit is not None else _typed(kpi, row.target)),
        count(row.n),
        message(f"kpis.{row.period_kind}"),
    )


def _typed(kpi: KpiPolicy, value: Decimal | None) -> Shown | None:
    return None if value is None else typed(kpi, value)


def said(value: Shown | None) -> Message | None:
    """A value in a text column, where the rows have different units."""
    return None if value is None else message("value.plain", value=value)


def _headline(known: int, in_all: int, missed: Sequence[Text]) -> Message:
    if not known:
        return message("kpis.none", n=Count(value=in_all))
    if not missed:
        return message("kpis.known", n=Count(value=known), all=Count(value=in_all))
    if len(missed) == 1:
        return message("kpis.one_missed", kpi=missed[0])
    return message("kpis.missed", n=Count(value=len(missed)), first=missed[0])
