"""Appeals: who asks for what to be looked at again, until when it is answered, and how.

Belongs here: HR's list and what a person's form says of their own. Does not belong here: what a
changed fact would lead to (`pipelines/appeal`).
"""

from __future__ import annotations

from pipelines.reporting.model.context import Context
from pipelines.reporting.model.page import Section
from pipelines.reporting.model.periods import named_period
from pipelines.reporting.model.queries import Record
from pipelines.reporting.model.shows import shows
from pipelines.reporting.model.tables import day, table
from pipelines.reporting.model.values import (
    Bilingual,
    Count,
    Day,
    Listing,
    Message,
    Shown,
    message,
    verbatim,
)


@shows(queries=("appraisal_appeals",))
def appeals_section(context: Context) -> Section:
    """Appeals of twelve months, those that wait for an answer first."""
    rows = context.rows("appraisal_appeals")
    topic = message("appeals.topic")
    if not rows:
        return Section(id="appeals", topic=topic, message=message("appeals.none"))
    return Section(
        id="appeals",
        topic=topic,
        message=_waiting(rows),
        what=(message("appeals.what"),),
        table=table(
            "appraised:text period:period what_is_disputed:text reason:text opened:day "
            "answer_by:day appeal_status:text answer:text answered_by:text decided:day",
            [
                (
                    context.person(row.employee_id),
                    named_period(row.period),
                    _disputed(row),
                    verbatim(row.reason),
                    day(row.opened),
                    day(row.answer_by),
                    _status(row),
                    *_answer(context, row),
                )
                for row in rows
            ],
            judgements=["bad" if row.is_answer_overdue else "neutral" for row in rows],
        ),
        table_open=True,
    )


def _waiting(rows: list[Record]) -> Message:
    """How many wait, how many too long, and until when the next must be answered."""
    waiting = [row for row in rows if row.status == "open"]
    if not waiting:
        return message("appeals.answered", n=Count(value=len(rows)))
    overdue = sum(row.is_answer_overdue for row in waiting)
    if overdue:
        return message("appeals.overdue", n=Count(value=len(waiting)), overdue=Count(value=overdue))
    return message("appeals.open", n=Count(value=len(waiting)), day=Day(date=waiting[0].answer_by))


@shows(queries=("appraisal_appeals",))
def appealed_sections(context: Context, row: Record) -> list[Section]:
    """What a person appealed against in this period, and what was answered."""
    rows = [
        appeal
        for appeal in context.grouped("appraisal_appeals", "employee_id").get(row.employee_id, ())
        if appeal.period == row.period
    ]
    if not rows:
        return []
    return [
        Section(
            id="appealed",
            topic=message("appeals.topic"),
            message=_waiting(rows),
            table=table(
                "what_is_disputed:text reason:text opened:day answer_by:day appeal_status:text "
                "answer:text answered_by:text decided:day",
                [
                    (
                        _disputed(one),
                        verbatim(one.reason),
                        day(one.opened),
                        day(one.answer_by),
                        _status(one),
                        *_answer(context, one),
                    )
                    for one in rows
                ],
            ),
            table_open=True,
        )
    ]


def _disputed(row: Record) -> Shown:
    if row.indicator is None:
        return message("appeals.result")
    if row.label_zh is None:
        return verbatim(row.indicator)
    return Bilingual(zh=row.label_zh, en=row.label_en)


def _status(row: Record) -> Shown:
    """Where it stands, with what whoever decides must know of it."""
    said: list[Shown] = [message(f"appeals.status.{row.status}")]
    if row.is_answer_overdue:
        said.append(message("appeals.is_answer_overdue"))
    if row.is_raised_late:
        said.append(message("appeals.is_raised_late"))
    if row.remark is not None:
        said.append(message(f"appeals.remark.{row.remark}"))
    if row.status == "accepted" and not row.decisions:
        said.append(message("appeals.no_decision"))
    return said[0] if len(said) == 1 else Listing(items=tuple(said))


def _answer(context: Context, row: Record) -> tuple[Shown | None, Shown | None, Shown | None]:
    return (
        verbatim(row.decision) if row.decision else None,
        context.person(row.decided_by) if row.decided_by else None,
        day(row.decided),
    )
