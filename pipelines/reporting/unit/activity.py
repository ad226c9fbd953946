"""Calls, visits and new prospects of each representative, against plan and against their usual.

Belongs here: counts of the week. A plan is a quota of the measure; where none is set, the page says
so and shows what the thirteen weeks before brought on average.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from pipelines.reporting.model.context import Context
from pipelines.reporting.model.kpis import KpiBook
from pipelines.reporting.model.page import Definition, Section
from pipelines.reporting.model.shows import shows
from pipelines.reporting.model.tables import Cells, count, empty, table
from pipelines.reporting.model.values import (
    Count,
    Judgement,
    Listing,
    Message,
    Number,
    Shown,
    Text,
    message,
)
from pipelines.reporting.shared.paths import unit_place
from pipelines.reporting.unit.unit import Unit

MEASURES = ("calls", "visits", "new_prospects")
_PLANNED = (
    "rep:text calls:count calls_plan:number visits:count visits_plan:number "
    "new_prospects:count new_prospects_plan:number"
)
_USUAL = (
    "rep:text calls:count calls_usual:number visits:count visits_usual:number "
    "new_prospects:count new_prospects_usual:number"
)
_TENTH = Decimal("0.1")


@dataclass(frozen=True)
class Done:
    """One person's count of one measure this week; `usual` is the mean of the weeks before."""

    value: int | None
    plan: Decimal | None
    usual: Decimal | None

    @property
    def is_short(self) -> bool:
        return self.value is not None and self.plan is not None and self.value < self.plan


def done(book: KpiBook, scope_id: str, kpi_id: str) -> Done:
    """This week's count, the plan of the days gone by, the mean of the twelve weeks before."""
    row = book.now(scope_id, kpi_id, "week")
    value = None if row is None or row.value is None else int(row.value)
    quota = book.context.quotas(book.scope_kind).get(("week", scope_id, kpi_id))
    plan = quota.quota_to_date if quota is not None and quota.quota > 0 else None
    before = [
        past.value
        for past in book.history(scope_id, kpi_id, "week")
        if past.value is not None and (row is None or past.period_start < row.period_start)
    ]
    usual = None
    if before:
        usual = (sum(before, Decimal(0)) / len(before)).quantize(_TENTH, ROUND_HALF_UP)
    return Done(value, plan, usual)


@shows(queries=("quotas",), histories=tuple(f"{kpi_id}:week" for kpi_id in MEASURES))
def activity_section(context: Context, unit: Unit) -> Section:
    """A row for each representative, the unit's sum last."""
    topic = message("unit.activity.topic")
    reason = context.lacks("activity")
    people = KpiBook.read(context, "employee")
    whole = KpiBook.read(context, unit.scope.kind)
    found = {
        person: {kpi_id: done(people, person, kpi_id) for kpi_id in MEASURES}
        for person in unit.sellers
    }
    if reason is not None:
        return empty(
            "activity", topic, message("unit.activity.none"), reason,
            definitions=_definitions(context),
        )  # fmt: skip
    totals = {kpi_id: done(whole, unit.scope.id, kpi_id) for kpi_id in MEASURES}
    planned = any(one.plan is not None for row in found.values() for one in row.values())
    rows = sorted(found.items(), key=lambda item: _order(item[1], item[0]))
    return Section(
        id="activity",
        topic=topic,
        message=_headline(context, totals, found, planned),
        what=_what(planned),
        table=table(
            _PLANNED if planned else _USUAL,
            [(context.person(person), *_cells(row, planned)) for person, row in rows],
            total=(message("row.total"), *_cells(totals, planned)),
            judgements=[_judgement(row) for _, row in rows],
            to=[unit_place(context, "employee", person) for person, _ in rows],
        ),
        table_open=True,
        definitions=_definitions(context),
    )


def _definitions(context: Context) -> tuple[Definition, ...]:
    return tuple(d for kpi_id in MEASURES for d in context.definition(kpi_id))


def _order(row: dict[str, Done], person: str) -> tuple[int, str]:
    return (sum(one.value or 0 for one in row.values()), person)


def _cells(row: dict[str, Done], planned: bool) -> Cells:
    cells: list[Shown | None] = []
    for kpi_id in MEASURES:
        one = row[kpi_id]
        beside = one.plan if planned else one.usual
        cells += [count(one.value), None if beside is None else Number(value=beside)]
    return cells


def _judgement(row: dict[str, Done]) -> Judgement:
    """Bad only against a plan: nobody is blamed for a week below their own mean."""
    return "bad" if any(one.is_short for one in row.values()) else "neutral"


def _what(planned: bool) -> tuple[Text, ...]:
    if planned:
        return (message("unit.activity.what"), message("unit.activity.plan"))
    return (message("unit.activity.what"), message("unit.activity.no_plan"))


def _headline(
    context: Context, totals: dict[str, Done], found: dict[str, dict[str, Done]], planned: bool
) -> Message:
    if planned:
        short = sum(_judgement(row) == "bad" for row in found.values())
        of = Count(value=len(found), unit="people")
        if not short:
            return message("unit.activity.all_on_plan", n=of)
        return message("unit.activity.short", n=Count(value=short), all=of)
    said = {kpi_id: Count(value=totals[kpi_id].value or 0) for kpi_id in MEASURES}
    idle = [
        context.person(person)
        for person, row in sorted(found.items())
        if all(one.value == 0 for one in row.values())
    ]
    if not idle:
        return message("unit.activity.done", **said)
    if len(idle) > 3:
        return message("unit.activity.many_idle", n=Count(value=len(idle), unit="people"), **said)
    return message("unit.activity.idle", people=Listing(items=tuple(idle)), **said)
