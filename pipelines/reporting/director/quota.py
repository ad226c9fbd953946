"""Quota attainment by region, with teams in the table."""

from __future__ import annotations

from pipelines.reporting.model.context import Context
from pipelines.reporting.model.kpis import KpiBook
from pipelines.reporting.model.page import Section
from pipelines.reporting.model.shows import shows
from pipelines.reporting.model.values import message
from pipelines.reporting.shared.quota import attainment_of
from pipelines.reporting.shared.standing import MEASURE, standings


@shows(attainment_of, queries=("quotas",), kpis=(f"{MEASURE}:quarter",))
def quota_section(context: Context) -> Section:
    """Attainment by region, with teams in the table."""
    regions, teams = (
        standings(context, kind, KpiBook.read(context, kind, (f"{MEASURE}:quarter",)))
        for kind in ("region", "team")
    )
    parts, unit = (regions, "regions") if regions else (teams, "teams")
    return attainment_of(
        context, message("quota.topic"), parts, unit, drawn=parts, listed=[*regions, *teams]
    )
