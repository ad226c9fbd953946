"""Attainment of a unit's teams and representatives against the pace of working days."""

from __future__ import annotations

from pipelines.reporting.model.context import Context
from pipelines.reporting.model.kpis import KpiBook
from pipelines.reporting.model.page import Section
from pipelines.reporting.model.shows import shows
from pipelines.reporting.model.tables import empty
from pipelines.reporting.model.values import message
from pipelines.reporting.shared.paths import unit_place
from pipelines.reporting.shared.standing import (
    MEASURE,
    Standing,
    bars,
    headline,
    missed,
    notes,
    standing_table,
    standings,
)
from pipelines.reporting.unit.unit import Unit


def of_parts(context: Context, unit: Unit) -> list[Standing]:
    """The standings of a region's teams or a team's people."""
    return standings(context, unit.part_kind, among=unit.parts)


@shows(queries=("quotas", "deals_by_scope"), kpis=("quota_attainment", f"{MEASURE}:quarter"))
def attainment_section(context: Context, unit: Unit) -> Section:
    """A bar for each team and representative, the furthest ahead first."""
    topic = message("unit.quota.topic")
    people = _counted(context, "employee", frozenset(unit.sellers))
    teams = _counted(context, "team", frozenset(unit.teams))
    rows = [*teams, *people]
    if not rows:
        return empty(
            "quota",
            topic,
            message("quota.none"),
            context.lacks("quota", "contract"),
            detail=message("no_data.no_quota"),
            definitions=context.definition("quota_attainment"),
        )
    parts, kind = (teams, "teams") if teams else (people, "people")
    return Section(
        id="quota",
        topic=topic,
        message=headline(parts, kind),
        what=(message("quota.what", quarter=context.quarter), message("quota.reading")),
        chart=bars(rows),
        note=notes(parts, missed(context, parts[0].kind)),
        table=standing_table(rows, [unit_place(context, s.kind, s.scope_id) for s in rows]),
        definitions=context.definition("quota_attainment"),
    )


def _counted(context: Context, kind: str, among: frozenset[str]) -> list[Standing]:
    if not among:
        return []
    book = KpiBook.read(context, kind, (f"{MEASURE}:quarter",))
    return standings(context, kind, book, among)
