"""KPIs as claims: tables of further KPIs, the KPI browser, activity, and the published values."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from functools import cache
from typing import Any

from pipelines.reporting.model.page import Page, Row, Table
from pipelines.reporting.model.values import Bilingual, Message
from pipelines.reporting.shared.all_kpis import PERIODS
from tests.support.laboratory import shipped
from tests.support.pages.claims import Claim, Published, number, periods, section

OF_READER = {"region": "region", "team": "team", "employee": "rep"}
OF_REPORT = {"director_weekly": "company", "region_weekly": "region", "team_weekly": "team",
             "rep_weekly": "rep"}  # fmt: skip
# cells of a person or unit are counted by what leads to their page
ACTIVITY = ("calls", "visits", "new_prospects")


@cache
def labels() -> dict[str, str]:
    """Ids of KPIs by their label."""
    catalogue = shipped()[1].catalogue.kpis
    return {kpi.label.zh: kpi_id for kpi_id, kpi in catalogue.items()}


def scope_of(page: Page) -> str:
    """Whose figures a page shows, as tiles name it; of a function the company's."""
    kind = OF_READER.get(page.reader.kind)
    return "company" if kind is None else f"{kind}:{page.reader.id}"


def scope_at(row: Row) -> str | None:
    """Whose page a row leads to."""
    if row.to is None or row.to.report not in OF_REPORT:
        return None
    kind = OF_REPORT[row.to.report]
    return "company" if kind == "company" else f"{kind}:{row.to.reader_id}"


def plain(cell: Any) -> Decimal | None:
    """The figure of a cell of mixed units."""
    if isinstance(cell, Message) and cell.id == "value.plain":
        return number(cell.params["value"])  # type: ignore[arg-type]
    return number(cell)


def listed(page: Page, name: str) -> Iterator[tuple[Row, dict[str, Any]]]:
    """Rows of a section's table, cut or not, with their cells by column; no totals."""
    found = section(page, name)
    table: Table | None = found.table if found is not None else None
    if table is None:
        return
    ids = [column.id for column in table.columns]
    for row in table.rows:
        if row.role == "row":
            yield row, dict(zip(ids, row.cells, strict=True))


def of_published_kpis(published: Published) -> Iterator[Claim]:
    """The value of each KPI in each current period, and of the longest that has one."""
    keys = dict(zip(("week", "month", "quarter"), periods(published), strict=True))
    newest: dict[tuple[str, str], tuple[int, Decimal]] = {}
    for kpi, kind, scope_id, period, value in published.tables.execute(
        "select kpi_id, scope_kind, scope_id, period_kind, value from mart.kpi_value "
        "where value is not null and scope_kind in ('company', 'region', 'team', 'employee') and ("
        "(period_kind = 'week' and period_start = cast(? as date)) or "
        "(period_kind = 'month' and period_start = cast(? as date)) or "
        "(period_kind = 'quarter' and period_start = cast(? as date)) or "
        "(period_kind = 'rolling_13w' and period_end = cast(? as date)))",
        [*(start for _, start in keys.values()), published.day],
    ).fetchall():
        named = {"company": "company", "employee": f"rep:{scope_id}"}
        scope = named.get(kind, f"{kind}:{scope_id}")
        key = keys[period][0] if period in keys else "13w"
        yield Claim(("kpi", kpi, scope, key), "mart.kpi_value", value)
        if period in PERIODS:
            rank = PERIODS.index(period)
            held = newest.get((kpi, scope))
            if held is None or rank < held[0]:
                newest[kpi, scope] = (rank, value)
    for (kpi, scope), (_, value) in newest.items():
        yield Claim(("kpi", kpi, scope, "longest"), "mart.kpi_value", value)


def of_kpi_tables(published: Published) -> Iterator[Claim]:
    """Tables of further KPIs on every page, and all pages of the KPI browser."""
    keys = dict(zip(("week", "month", "quarter"), periods(published), strict=True))
    keys["rolling_13w"] = ("13w", None)
    for pages in published.pages.values():
        for page in pages:
            for _, row in listed(page, "kpis"):
                figure = plain(row["value"])
                label = row["kpi"]
                if figure is None or not isinstance(label, Bilingual):
                    continue
                quantity = ("kpi", labels()[label.zh], scope_of(page))
                period = row["period"].id.removeprefix("kpis.")
                for key in (keys[period][0], "longest"):
                    yield Claim((*quantity, key), f"{page.stem} kpis table", figure)
    for page in published.pages_of("kpi_browser"):
        kpi = page.reader.id
        for _, row in listed(page, "periods"):
            figure = plain(row["value"])
            if figure is not None:
                key = keys[row["period"].id.removeprefix("kpis.")][0]
                yield Claim(("kpi", kpi, "company", key), f"{page.stem} periods", figure)
        trend = [row for _, row in listed(page, "trend")]
        if trend and (figure := plain(trend[-1]["value"])) is not None:
            yield Claim(("kpi", kpi, "company", keys["week"][0]), f"{page.stem} trend", figure)
        for name in ("units", "people"):
            for row, cells in listed(page, name):
                figure, scope = plain(cells["value"]), scope_at(row)
                if figure is not None and scope is not None:
                    yield Claim(("kpi", kpi, scope, "longest"), f"{page.stem} {name}", figure)


def of_activity(published: Published) -> Iterator[Claim]:
    """Calls, visits and new prospects of the week: unit pages, the person's page, the values."""
    week = periods(published)[0][0]
    for report in ("region_weekly", "team_weekly"):
        for page in published.pages_of(report):
            for row, cells in listed(page, "activity"):
                scope = scope_at(row)
                for measure in ACTIVITY:
                    figure = number(cells[measure])
                    if scope is not None and figure is not None:
                        yield Claim(("kpi", measure, scope, week), f"{page.stem} activity", figure)
    for page in published.pages_of("rep_weekly"):
        for _, cells in listed(page, "activity"):
            figure, label = plain(cells["this_week"]), cells["kpi"]
            if figure is not None and isinstance(label, Bilingual):
                yield Claim(
                    ("kpi", labels()[label.zh], scope_of(page), week),
                    f"{page.stem} activity", figure,
                )  # fmt: skip
