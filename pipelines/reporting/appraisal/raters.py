"""Who is asked for scores, who has not given them, and how high and how far apart each scores."""

from __future__ import annotations

from decimal import Decimal

from pipelines.reporting.model.context import Context
from pipelines.reporting.model.page import Section
from pipelines.reporting.model.queries import Record
from pipelines.reporting.model.shows import shows
from pipelines.reporting.model.tables import count, table
from pipelines.reporting.model.values import Count, Message, Number, Text, message


@shows(queries=("appraisal_raters",))
def raters_section(context: Context) -> Section | None:
    """Each rater's coverage and leniency, beside all of them."""
    rows = context.rows("appraisal_raters")
    if not rows:
        return None
    return Section(
        id="raters",
        topic=message("raters.topic"),
        message=_headline(context, rows),
        what=(message("raters.what"),),
        table=table(
            "rater:text asked_scores:count missing_scores:count people:count mean_score:number "
            "against_all:number lowest:number highest:number spread:number",
            [
                (
                    _name(context, row),
                    count(row.asked_scores),
                    count(row.missing_scores),
                    count(row.people),
                    _number(row.mean_score),
                    _number(None if row.people is None else row.mean_score - row.everybody),
                    _number(row.lowest),
                    _number(row.highest),
                    _number(row.spread),
                )
                for row in rows
            ],
        ),
        table_open=True,
    )


def _headline(context: Context, rows: list[Record]) -> Message:
    """What is missing, and of whom most of it; else who scores highest."""
    missing = sum(row.missing_scores or 0 for row in rows)
    if missing:
        latest = max(rows, key=lambda row: row.missing_scores or 0)
        return message(
            "raters.missing",
            n=Count(value=missing),
            asked=Count(value=sum(row.asked_scores or 0 for row in rows)),
            rater=_name(context, latest),
            most=Count(value=latest.missing_scores),
        )
    highest = rows[0]
    return message(
        "raters.headline",
        rater=context.person(highest.rater_id),
        mean=Number(value=highest.mean_score),
        everybody=Number(value=highest.everybody),
    )


def _name(context: Context, row: Record) -> Text:
    return context.person(row.rater_id) if row.rater_id else message("raters.nobody")


def _number(value: Decimal | None) -> Number | None:
    return None if value is None else Number(value=value)
