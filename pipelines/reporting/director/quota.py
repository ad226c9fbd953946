"""Quota attainment by region, with teams in the table."""

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
    bars,
    headline,
    missed,
    notes,
    standing_table,
    standings,
)


@shows(queries=("quotas", "deals_by_scope"), kpis=("quota_attainment", f"{MEASURE}:quarter"))
def quota_section(context: Context) -> Section:
    """Attainment by region, with teams in the table."""
    regions, teams = (
        standings(context, kind, KpiBook.read(context, kind, (f"{MEASURE}:quarter",)))
        for kind in ("region", "team")
    )
    rows, unit = (regions, "regions") if regions else (teams, "teams")
    topic = message("quota.topic")
    if not rows:
        return empty(
            "quota",
            topic,
            message("quota.none"),
            context.lacks("quota", "contract"),
            detail=message("no_data.no_quota"),
            definitions=context.definition("quota_attainment"),
        )
    every = [*regions, *teams]
    return Section(
        id="quota",
        topic=topic,
        message=headline(rows, unit),
        what=(message("quota.what", quarter=context.quarter), message("quota.reading")),
        chart=bars(rows),
        note=notes(rows, missed(context, rows[0].kind)),
        table=standing_table(every, [unit_place(context, s.kind, s.scope_id) for s in every]),
        definitions=context.definition("quota_attainment"),
    )
