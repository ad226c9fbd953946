"""The page behind one figure: its definition, its sums, its rows with file and line, its checks.

Belongs here: which figures are opened, and from an explanation (`explain/explain.py`) to a
typed page. Does not belong here: what stands on it (`drilldown_page.py`, `drilldown_rows.py`),
finding the rows, or how a page looks.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import timedelta

import duckdb

from pipelines.errors import UserError
from pipelines.explain.explain import Explanation, Shared, explain
from pipelines.policy.catalogue import Catalogue
from pipelines.reporting.drilldown.page import Drilldown, bilingual, definition_of, sums_of
from pipelines.reporting.drilldown.rows import (
    Names,
    checks_said,
    contact_columns,
    failed_checks,
    parts_table,
    rows_table,
)
from pipelines.reporting.model.page import Asked, Page, Tile
from pipelines.reporting.model.queries import Record, fetch
from pipelines.reporting.model.values import Bilingual, Count, Day, Message, Span, message
from pipelines.warehouse.duck import Warehouse

ROWS_SHOWN = 100
PAGES_OPENED = 100  # of one report; with more readers opening each figure would take minutes


def drilldowns(
    warehouse: Warehouse, catalogue: Catalogue, pages: Iterable[Page]
) -> tuple[list[Drilldown], list[str]]:
    """Open every figure of the pages' tiles that the catalogue can open.

    A tile says which value it shows, and a page's reader may see it: the rows are that scope's.
    Reports of more pages than `PAGES_OPENED` are left to the command that their tiles name.

    Returns:
        The opened figures, and a sentence for each that could not be opened; the others still are.
    """
    many: Counter[str] = Counter()
    every: list[tuple[Page, Tile, Asked]] = []
    for page in pages:
        many[page.report] += 1
        head = page.model_copy(update={"tiles": (), "sections": ()})  # what stands on it is much
        every += [
            (head, tile, tile.asked)
            for tile in page.tiles
            if tile.asked is not None and tile.asked.kpi_id in catalogue.kpis
        ]
    asked = [one for one in every if many[one[0].report] <= PAGES_OPENED]
    if not asked:
        return [], []
    values = [value for _, _, value in asked]
    shared = Shared(warehouse, catalogue, {v.kpi_id for v in values}, {v.scope for v in values})
    opened: dict[Asked, Explanation] = {}
    unopened: list[str] = []
    try:
        for value in dict.fromkeys(values):
            try:
                opened[value] = explain(
                    shared, catalogue, value.kpi_id, value.scope, value.period, ROWS_SHOWN
                )
            except (duckdb.Error, UserError) as error:
                unopened.append(_unopened(value, error))
        names = _names(shared, opened.values())
    finally:
        shared.close()
    found = [
        drilldown(page, tile, value, opened[value], catalogue, names)
        for page, tile, value in asked
        if value in opened
    ]
    return found, unopened


def _unopened(asked: Asked, error: Exception) -> str:
    reason = str(error).splitlines()[0]
    figure = f"{asked.kpi_id} ({asked.scope}, {asked.period})"
    return f"the rows behind {figure} could not be opened: {reason}"


def drilldown(
    page: Page,
    tile: Tile,
    asked: Asked,
    explained: Explanation,
    catalogue: Catalogue,
    names: Names,
) -> Drilldown:
    """One figure as a page of its own."""
    kpi, value = explained.kpi, explained.value
    assert tile.value is not None
    contacts = contact_columns()
    return Drilldown(
        report=page.report,
        reader=page.reader,
        period=page.period,
        as_of=page.as_of,
        company=page.company,
        currency=page.currency,
        asked=asked,
        label=bilingual(kpi.label),
        scope=page.company if page.reader.kind in ("company", "function") else page.reader.name,
        when=_when(explained, catalogue),
        value=tile.value,
        sums=sums_of(kpi, value, catalogue),
        definition=definition_of(kpi, catalogue),
        verdict=_verdict(explained),
        row_count=explained.row_count,
        rows=rows_table(explained, catalogue, names, contacts),
        is_masked=not contacts.isdisjoint(explained.columns),
        parts=parts_table(explained, catalogue),
        checks=checks_said(explained.checks),
        failed=failed_checks(explained.checks),
        in_question=tile.in_question,
    )


def _names(shared: Shared, opened: Iterable[Explanation]) -> Names:
    """Names of people and of the customers that the rows name, labels of stages and buckets."""
    shown = {row["customer_id"] for one in opened for row in one.rows if row.get("customer_id")}
    customers = shared.rows(
        "select customer_id, name from core.dim_customer where customer_id in (select unnest(?))",
        [sorted(shown)],
    )
    people = shared.rows("select employee_id, name from core.dim_employee")
    return Names(
        people={row["employee_id"]: row["name"] for row in people if row["name"]},
        customers={row["customer_id"]: row["name"] for row in customers if row["name"]},
        stages={row.stage_id: _label(row) for row in fetch(shared.con, "stages")},
        buckets={row.bucket_id: _label(row) for row in fetch(shared.con, "buckets")},
    )


def _label(labelled: Record) -> Bilingual:
    return Bilingual(zh=labelled.label_zh, en=labelled.label_en)


def _when(explained: Explanation, catalogue: Catalogue) -> Span | Day:
    """The days that count; of a balance the one day it stands at."""
    kpi = explained.kpi
    if kpi.fact and catalogue.facts[kpi.fact].span:
        before = timedelta(days=1)
        return Day(date=explained.from_date - before if kpi.opening else explained.to_date)
    return Span(start=explained.from_date, end=explained.to_date)


def _verdict(explained: Explanation) -> Message:
    if not explained.row_count:
        return message("drill.none")
    said = {True: "drill.adds_up", False: "drill.off", None: "drill.rows"}[explained.adds_up]
    return message(said, n=Count(value=explained.row_count))
