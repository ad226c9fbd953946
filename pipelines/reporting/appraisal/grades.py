"""Grades, floating pay and the decisions behind them."""

from __future__ import annotations

from collections import Counter
from decimal import Decimal

from pipelines.reporting.model.charts import ColumnPoint, Columns
from pipelines.reporting.model.context import Context
from pipelines.reporting.model.page import Section
from pipelines.reporting.model.periods import named_period
from pipelines.reporting.model.queries import Record
from pipelines.reporting.model.shows import shows
from pipelines.reporting.model.tables import count, day, money, share, table
from pipelines.reporting.model.values import (
    Bilingual,
    Count,
    Judgement,
    Listing,
    Message,
    Number,
    Shown,
    message,
    verbatim,
)

_NAMED = 5
_PLAIN_FLAGS = frozenset({"overridden", "stale_decision", "two_c_in_a_row", "no_salary"})


def flags_of(row: Record) -> tuple[str, ...]:
    """What a reader must know of a result."""
    return tuple(row.flags.split(",")) if row.flags else ()


def flag_texts(row: Record) -> Listing | None:
    """Flags in words; the grade itself needs no flag."""
    said: list[Shown] = []
    flags = flags_of(row)
    for flag in flags:
        if flag == "held":
            said.append(
                message(
                    "flag.held",
                    weight=Number(value=row.judged_weight, decimals=0),
                    least=Number(value=row.minimum_judged_weight, decimals=0),
                )
            )
        elif flag == "small_n" and "held" not in flags:
            weight = Number(value=row.judged_weight, decimals=0)
            said.append(message("flag.small_n", weight=weight))
        elif flag in _PLAIN_FLAGS:
            said.append(message(f"flag.{flag}"))
    return Listing(items=tuple(said)) if said else None


def is_held(row: Record) -> bool:
    """Too little of the scorecard could be judged, and nobody has decided."""
    return "held" in flags_of(row)


def grade_of(row: Record) -> Shown:
    """The grade, or that there is none yet."""
    return message("grade.held") if row.grade is None else verbatim(row.grade)


def scheme_name(scheme: Record) -> Bilingual:
    return Bilingual(zh=scheme.label_zh, en=scheme.label_en)


@shows(queries=("appraisal_grades",))
def grades_section(context: Context, scheme: Record, rows: list[Record], suffix: str) -> Section:
    """How many people reached each grade, against the period before."""
    bands = [b for b in context.rows("appraisal_grades") if b.scheme_id == scheme.scheme_id]
    now = Counter(row.grade for row in rows if row.grade is not None)
    held = sum(is_held(row) for row in rows)
    before = Counter(row.previous_grade for row in rows if row.previous_grade)
    waiting: list[tuple[Shown | None, ...]] = (
        [(message("grade.held"), None, None, count(held), share(held, len(rows)), None, None)]
        if held
        else []
    )
    pays = {
        band.grade: sum(
            (r.floating_pay for r in rows if r.grade == band.grade and r.floating_pay is not None),
            Decimal(0),
        )
        for band in bands
    }
    best, lowest = bands[0].grade, bands[-1].grade
    return Section(
        id=f"grades{suffix}",
        topic=message("grades.topic"),
        message=message(
            "grades.headline",
            n=Count(value=sum(now.values()), unit="people"),
            best=verbatim(best),
            best_n=Count(value=now[best]),
            lowest=verbatim(lowest),
            lowest_n=Count(value=now[lowest]),
        ),
        what=(
            message("grades.what", scheme=scheme_name(scheme), period=named_period(rows[0].period)),
        ),
        chart=Columns(
            unit="count",
            points=tuple(
                ColumnPoint(
                    label=verbatim(band.grade),
                    actual=Decimal(now[band.grade]),
                    previous=Decimal(before[band.grade]) if before else None,
                )
                for band in bands
            ),
        ),
        note=(message("grades.advisory"),),
        table=table(
            "grade:text band:text coefficient:number people:count share:ratio people_before:count "
            "floating_pay:money",
            [
                *(
                    (
                        verbatim(band.grade),
                        _band(band),
                        Number(value=band.coefficient, decimals=2),
                        count(now[band.grade]),
                        share(now[band.grade], len(rows)),
                        count(before[band.grade]) if before else None,
                        money(pays[band.grade]),
                    )
                    for band in bands
                ),
                *waiting,
            ],
            total=(
                message("row.total"),
                None,
                None,
                count(len(rows)),
                share(len(rows), len(rows)),
                count(sum(before.values())) if before else None,
                money(sum(pays.values(), Decimal(0))),
            ),
        ),
    )


def _band(band: Record) -> Message:
    low = Number(value=band.score_from, decimals=0)
    if band.score_below is None:
        return message("grades.band_open", low=low)
    return message("grades.band", low=low, high=Number(value=band.score_below, decimals=0))


def results_section(context: Context, scheme: Record, rows: list[Record], suffix: str) -> Section:
    """Everyone with score, grade, pay and what must be known of it."""
    flagged = [row for row in rows if "two_c_in_a_row" in flags_of(row)]
    if flagged:
        headline = message(
            "results.two_c" if len(flagged) <= _NAMED else "results.two_c_more",
            people=Listing(
                items=tuple(context.person(row.employee_id) for row in flagged[:_NAMED])
            ),
            n=Count(value=len(flagged)),
        )
    else:
        headline = message("results.ranked", n=Count(value=len(rows), unit="people"))
    return Section(
        id=f"results{suffix}",
        topic=message("results.topic"),
        message=headline,
        what=(message("results.what", scheme=scheme_name(scheme)),),
        table=table(
            "rank:count rep:text team:text score:number grade:text grade_before:text "
            "coefficient:number floating_base:money floating_pay:money flags:text",
            [
                (
                    count(row.rank),
                    context.person(row.employee_id),
                    _team(context, row.employee_id),
                    Number(value=row.score) if row.score is not None else None,
                    grade_of(row),
                    verbatim(row.previous_grade) if row.previous_grade else None,
                    Number(value=row.coefficient, decimals=2)
                    if row.coefficient is not None
                    else None,
                    money(row.floating_salary),
                    money(row.floating_pay),
                    flag_texts(row),
                )
                for row in rows
            ],
            judgements=[_alarm(row) for row in rows],
        ),
        table_open=True,
    )


def _alarm(row: Record) -> Judgement:
    return "bad" if {"two_c_in_a_row", "stale_decision"} & set(flags_of(row)) else "neutral"


def _team(context: Context, employee_id: str) -> Shown | None:
    person = context.people.get(employee_id)
    if person is None or person.team_id is None:
        return None
    return context.unit(person.team_id)


@shows(queries=("appraisal_overrides",))
def decisions_section(context: Context) -> Section:
    """Calibration moves and appeals of twelve months: before, after, reason, approver."""
    rows = context.rows("appraisal_overrides")
    topic = message("decisions.topic")
    stale = sum(not row.is_applied for row in rows)
    if not rows:
        return Section(id="decisions", topic=topic, message=message("decisions.none"))
    return Section(
        id="decisions",
        topic=topic,
        message=message("decisions.stale", n=Count(value=stale), all=Count(value=len(rows)))
        if stale
        else message("decisions.some", n=Count(value=len(rows))),
        what=(message("decisions.what"),),
        table=table(
            "rep:text period:period field:text before:text computed:text after:text applied:text "
            "reason:text approver:text decided:day",
            [
                (
                    context.person(row.employee_id),
                    named_period(row.period),
                    message(f"decisions.{row.field}")
                    if row.field in ("score", "grade")
                    else verbatim(row.field),
                    verbatim(row.before),
                    _computed(row),
                    verbatim(row.after),
                    message("decisions.applied" if row.is_applied else "decisions.not_applied"),
                    verbatim(row.reason),
                    context.person(row.approved_by),
                    day(row.decided_at.date()),
                )
                for row in rows
            ],
            judgements=["neutral" if row.is_applied else "bad" for row in rows],
        ),
        table_open=True,
    )


def _computed(row: Record) -> Shown:
    """What is computed now, where the decision names what it saw as before."""
    if row.computed is None:
        return message("grade.held")
    if row.field == "score":
        return Number(value=Decimal(row.computed))
    return verbatim(row.computed)
