"""The section that says who is ahead of and behind quota, of the company or of a unit.

Belongs here: the section alone. Its sentence, chart and table stand in `standing.py`.
"""

from __future__ import annotations

from pipelines.reporting.model.context import Context
from pipelines.reporting.model.page import Section
from pipelines.reporting.model.shows import shows
from pipelines.reporting.model.tables import empty
from pipelines.reporting.model.values import Message, message
from pipelines.reporting.shared.paths import unit_place
from pipelines.reporting.shared.standing import (
    Standing,
    bars,
    headline,
    missed,
    notes,
    standing_table,
)


@shows(queries=("deals_by_scope",), kpis=("quota_attainment",))
def attainment_of(
    context: Context,
    topic: Message,
    parts: list[Standing],
    unit: str,
    drawn: list[Standing],
    listed: list[Standing],
) -> Section:
    """A bar for each of `drawn`, a row for each of `listed`; the sentence is about `parts`.

    Args:
        unit: what the parts are: regions, teams or people.
    """
    if not listed:
        return empty(
            "quota",
            topic,
            message("quota.none"),
            context.lacks("quota", "contract"),
            detail=message("no_data.no_quota"),
            definitions=context.definition("quota_attainment"),
        )
    return Section(
        id="quota",
        topic=topic,
        message=headline(parts, unit),
        what=(message("quota.what", quarter=context.quarter), message("quota.reading")),
        chart=bars(drawn),
        note=notes(parts, missed(context, parts[0].kind)),
        table=standing_table(listed, [unit_place(context, s.kind, s.scope_id) for s in listed]),
        definitions=context.definition("quota_attainment"),
    )
