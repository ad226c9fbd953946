"""Attainment of a unit's teams and representatives against the pace of working days."""

from __future__ import annotations

from pipelines.reporting.model.context import Context
from pipelines.reporting.model.kpis import KpiBook
from pipelines.reporting.model.page import Section
from pipelines.reporting.model.shows import shows
from pipelines.reporting.model.values import message
from pipelines.reporting.shared.quota import attainment_of
from pipelines.reporting.shared.standing import MEASURE, Standing, standings
from pipelines.reporting.unit.unit import Unit


def of_parts(context: Context, unit: Unit) -> list[Standing]:
    """The standings of a region's teams or a team's people."""
    return standings(context, unit.part_kind, among=unit.parts)


@shows(attainment_of, queries=("quotas",), kpis=(f"{MEASURE}:quarter",))
def attainment_section(context: Context, unit: Unit) -> Section:
    """A bar for each team and representative, the furthest ahead first."""
    people = _counted(context, "employee", frozenset(unit.sellers))
    teams = _counted(context, "team", frozenset(unit.teams))
    parts, kind = (teams, "teams") if teams else (people, "people")
    rows = [*teams, *people]
    return attainment_of(context, message("unit.quota.topic"), parts, kind, drawn=rows, listed=rows)


def _counted(context: Context, kind: str, among: frozenset[str]) -> list[Standing]:
    if not among:
        return []
    book = KpiBook.read(context, kind, (f"{MEASURE}:quarter",))
    return standings(context, kind, book, among)
