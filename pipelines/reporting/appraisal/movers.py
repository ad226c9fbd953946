"""Who went up or down in score and grade since the period before, the largest change first."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from pipelines.reporting.appraisal.grades import bands_of, grade_of, scheme_name
from pipelines.reporting.model.book import Cell, RowFormula
from pipelines.reporting.model.context import Context
from pipelines.reporting.model.page import Place, Section
from pipelines.reporting.model.periods import named_period
from pipelines.reporting.model.queries import Record
from pipelines.reporting.model.shows import shows
from pipelines.reporting.model.tables import table
from pipelines.reporting.model.values import (
    Count,
    Judgement,
    Message,
    Number,
    Shown,
    message,
    verbatim,
)

_SHOWN = 8
Schemes = Sequence[tuple[Record, list[Record]]]


@dataclass(frozen=True)
class Move:
    """A result that is another than that of the person's period before, in the same scheme.

    `change` is None where either has no score; `steps` are the grades risen (fallen, below 0), and
    None where either has no grade of the scheme.
    """

    scheme: Record
    row: Record
    change: Decimal | None
    steps: int | None


@shows(queries=("appraisal_grades",))
def moves_of(context: Context, shown: Schemes) -> list[Move]:
    """Everybody whose score or grade moved, the largest change of score first."""
    found = []
    for scheme, rows in shown:
        place = {band.grade: at for at, band in enumerate(bands_of(context, scheme))}
        for row in rows:
            before, now = place.get(row.previous_grade), place.get(row.grade)
            move = Move(
                scheme,
                row,
                None
                if row.score is None or row.previous_score is None
                else row.score - row.previous_score,
                None if before is None or now is None else before - now,
            )
            if move.change or move.steps:
                found.append(move)
    return sorted(
        found,
        key=lambda move: (
            move.change is None,
            -abs(move.change or Decimal(0)),
            -abs(move.steps or 0),
            move.row.employee_id,
        ),
    )


@shows(moves_of)
def movers_section(context: Context, shown: Schemes) -> Section:
    """The list, each with both values."""
    moves = moves_of(context, shown)
    topic = message("movers.topic")
    if not moves:
        return Section(id="movers", topic=topic, message=message("movers.none"))
    return Section(
        id="movers",
        topic=topic,
        message=_headline(context, moves),
        what=(message("movers.what"),),
        table=table(
            "appraised:text score_change:number score_before:number score:number "
            "grade_before:text grade:text scheme:text period_before:period",
            [
                (
                    context.person(move.row.employee_id),
                    _number(move.change, signed=True),
                    _number(move.row.previous_score),
                    _number(move.row.score),
                    _grade_before(move.row),
                    grade_of(move.row),
                    scheme_name(move.scheme),
                    named_period(move.row.previous_period),
                )
                for move in moves
            ],
            judgements=[_judged(move) for move in moves],
            first=_SHOWN,
            to=[
                Place(report="appraisal", reader_id=move.row.employee_id, period=move.row.period)
                for move in moves
            ],
        ),
        table_open=True,
    )


@shows(moves_of)
def mover_rows(context: Context, shown: Schemes) -> Iterator[list[Cell]]:
    """All of them as rows of a workbook; the change is the live difference of both scores."""
    for move in moves_of(context, shown):
        row = move.row
        yield [
            row.employee_id,
            context.person(row.employee_id),
            scheme_name(move.scheme),
            row.previous_period,
            row.period,
            row.previous_score,
            row.score,
            None if move.change is None else RowFormula(move.change, "{score}-{score_before}"),
            row.previous_grade,
            row.grade,
        ]


def _headline(context: Context, moves: Sequence[Move]) -> Message:
    up = sum((move.change or 0) > 0 for move in moves)
    down = sum((move.change or 0) < 0 for move in moves)
    most = moves[0]
    if not most.change:
        return message("movers.grades", n=Count(value=len(moves)))
    return message(
        "movers.headline",
        up=Count(value=up),
        down=Count(value=down),
        person=context.person(most.row.employee_id),
        change=Number(value=most.change, signed=True),
    )


def _number(value: Decimal | None, signed: bool = False) -> Number | None:
    return None if value is None else Number(value=value, signed=signed)


def _grade_before(row: Record) -> Shown:
    return message("grade.held") if row.previous_grade is None else verbatim(row.previous_grade)


def _judged(move: Move) -> Judgement:
    """A colour for a grade won or lost; a score alone may come and go by chance."""
    if not move.steps:
        return "neutral"
    return "good" if move.steps > 0 else "bad"
