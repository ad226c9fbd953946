"""A team's day as claims: the working day, the month beside it, and what the next one asks."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from pipelines.reporting.model.page import Page
from tests.support.pages.claims import Claim, Published, number, said, section
from tests.support.pages.claims_of_kpis import listed, scope_at, scope_of

MEASURES = ("contract_amount", "collections", "calls", "visits", "new_prospects")
_OF_MONTH = (("actual", "month_to_date"), ("plan", "month_quota"), ("attainment", "attainment"))
_FACTS = {
    "contract_amount": ("core.fct_contract", "signed_date", "net_amount_base"),
    "collections": ("core.fct_collection", "allocated_date", "amount_base"),
}


def of_days(published: Published) -> Iterator[Claim]:
    """Each person's day and month on the team's page, the team's below it, and all parts of it."""
    for page in published.pages_of("team_daily"):
        day, month = page.period.key, page.period.start.strftime("%Y-%m")
        for row, cells in listed(page, "done"):
            scope = scope_at(row)
            for measure in MEASURES:
                figure = number(cells[measure])
                if scope is not None and figure is not None:
                    yield Claim(("kpi", measure, scope, day), f"{page.stem} done", figure)
            for measure, column in _OF_MONTH:
                figure = number(cells.get(column))
                if scope is not None and figure is not None:
                    who = scope.removeprefix("rep:")
                    yield Claim(("month", measure, who, month), f"{page.stem} done", figure)
        yield from _whole(page, day)
        for place, figure in said(page, "day.lead.signed.amount"):
            yield Claim(("kpi", "contract_amount", scope_of(page), day), place, figure)
        for place, figure in said(page, "day.lead.collected.amount"):
            yield Claim(("kpi", "collections", scope_of(page), day), place, figure)
        yield from _asked(page)


def _whole(page: Page, day: str) -> Iterator[Claim]:
    """The total of the table, and the sum of the rows above it."""
    done = section(page, "done")
    if done is None or done.table is None:
        return
    ids = [column.id for column in done.table.columns]
    for measure in MEASURES:
        cells = {row.role: [] for row in done.table.rows}
        for row in done.table.rows:
            cells[row.role].append(number(row.cells[ids.index(measure)]))  # type: ignore[arg-type]
        (stated,) = cells["total"]
        if stated is None:
            continue
        quantity = ("kpi", measure, scope_of(page), day)
        yield Claim(quantity, f"{page.stem} done total", stated)
        parts = sum((cell for cell in cells["row"] if cell is not None), Decimal(0))
        yield Claim(quantity, f"{page.stem} done rows", parts)


def _asked(page: Page) -> Iterator[Claim]:
    """How many points the next day asks: the headline, and the table where none is left out."""
    due = section(page, "due")
    for place, figure in said(page, "day.due.headline.n", "day.due.late.n"):
        yield Claim(("asked", scope_of(page)), place, figure)
    if due is not None and due.table is not None:
        rows = due.table.rows_in_all or sum(row.role == "row" for row in due.table.rows)
        yield Claim(("asked", scope_of(page)), f"{page.stem} due", Decimal(rows))


def of_days_in_tables(published: Published) -> Iterator[Claim]:
    """The day's values as they are published, and money of the facts themselves."""
    (day,) = {page.period.key for page in published.pages_of("team_daily")}
    for kpi, kind, scope_id, value in published.tables.execute(
        "select kpi_id, scope_kind, scope_id, value from mart.kpi_recent "
        "where period_kind = 'day' and scope_kind in ('team', 'employee') and value is not null"
    ).fetchall():
        scope = f"rep:{scope_id}" if kind == "employee" else f"team:{scope_id}"
        yield Claim(("kpi", kpi, scope, day), "mart.kpi_recent", value)
    for measure, (facts, dated, summed) in _FACTS.items():
        for team, amount in published.tables.execute(
            f"select org.team_id, sum(facts.{summed}) from {facts} as facts "
            "inner join core.org_day as org on facts.owner_id = org.employee_id "
            f"and facts.{dated} = org.calendar_date "
            f"where facts.{dated} = cast(? as date) group by org.team_id",
            [day],
        ).fetchall():
            yield Claim(("kpi", measure, f"team:{team}", day), "core facts", amount)
