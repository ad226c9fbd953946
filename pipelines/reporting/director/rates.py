"""The win rate under every published definition, side by side.

Belongs here: the table that ends the argument about whose number is right, and why they differ.
Does not belong here: the rate the company steers by (`section_people.py`, the tiles).
"""

from __future__ import annotations

from pipelines.reporting.model.context import Context
from pipelines.reporting.model.page import Definition, Section
from pipelines.reporting.model.shows import shows
from pipelines.reporting.model.tables import count, empty, table
from pipelines.reporting.model.values import Count, Ratio, Span, message

# From the one this page uses to those furthest from it.
_ORDER = (
    "narrow", "broad", "accepted", "created", "entered", "all_stages", "any_stages", "exited",
)  # fmt: skip


@shows(queries=("rate_definitions",))
def rates_section(context: Context) -> Section:
    """All definitions over the same thirteen weeks; the table is closed until asked for."""
    topic = message("rates.topic")
    found = {row.definition: row for row in context.rows("rate_definitions")}
    rows = [found[name] for name in _ORDER if name in found and found[name].value is not None]
    reason = context.lacks("opportunity")
    if reason is not None or not rows:
        return empty(
            "rates", topic, message("rates.none"), reason, detail=message("no_data.nothing")
        )
    values = [row.value for row in rows]
    return Section(
        id="rates",
        topic=topic,
        message=message(
            "rates.headline",
            low=Ratio(value=min(values)),
            high=Ratio(value=max(values)),
            n=Count(value=len(rows)),
        ),
        what=(
            message("rates.what", period=Span(start=rows[0].period_start, end=rows[0].data_end)),
            message("rates.why"),
        ),
        table=table(
            "rate_definition:text rate_value:ratio rate_num:count rate_den:count",
            [
                (
                    message(f"rates.{row.definition}"),
                    Ratio(value=row.value, decimals=1),
                    count(row.numerator),
                    count(row.denominator),
                )
                for row in rows
            ],
        ),
        definitions=tuple(
            Definition(
                term=message(f"rates.{row.definition}"),
                meaning=message(f"rates.{row.definition}_means"),
            )
            for row in rows
        ),
    )
