"""Grades, floating pay and the decisions behind them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from pipelines.reporting.model.charts import ColumnPoint, Columns
from pipelines.reporting.model.context import Context
from pipelines.reporting.model.page import Place, Section
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
    Ratio,
    Shown,
    Text,
    message,
    quotient,
    verbatim,
)

_NAMED = 5
_NEAR = 2  # points below a band's edge that HR looks at twice
_PLAIN_FLAGS = frozenset(
    {
        "overridden",
        "stale_decision",
        "gate",
        "distribution",
        "no_coefficient",
        "no_score",
        "no_salary",
    }
)


def flags_of(row: Record) -> tuple[str, ...]:
    """What a reader must know of a result."""
    return tuple(row.flags.split(",")) if row.flags else ()


@shows(queries=("appraisal_red_lines",))
def red_line_names(context: Context) -> dict[str, Text]:
    """The red lines that any scheme draws, by id."""
    return {
        row.red_line: Bilingual(zh=row.label_zh, en=row.label_en)
        for row in context.rows("appraisal_red_lines")
    }


def red_lines_of(row: Record) -> tuple[str, ...]:
    """The red lines that a person has crossed."""
    return tuple(row.red_lines.split(",")) if row.red_lines else ()


def flag_texts(context: Context, row: Record) -> Listing | None:
    """Flags in words; the grade itself needs no flag."""
    said: list[Shown] = []
    flags = flags_of(row)
    names = red_line_names(context)
    for flag in flags:
        if flag == "held":
            said.append(message("flag.held", reasons=held_for(row)))
        elif flag == "small_n" and "held" not in flags:
            weight = Number(value=row.judged_weight, decimals=0)
            said.append(message("flag.small_n", weight=weight))
        elif flag in _PLAIN_FLAGS:
            said.append(message(f"flag.{flag}"))
    said += [message("flag.red_line", line=names.get(line, verbatim(line)))
             for line in red_lines_of(row)]  # fmt: skip
    return Listing(items=tuple(said)) if said else None


def held_for(row: Record) -> Listing:
    """What is missing before a person can be graded."""
    reasons: list[Shown] = []
    for reason in (row.held_for or "").split(","):
        kind, _, name = reason.partition(":")
        if kind == "weight":
            reasons.append(
                message(
                    "held.weight",
                    weight=Number(value=row.judged_weight, decimals=0),
                    least=Number(value=row.minimum_judged_weight, decimals=0),
                )
            )
        elif kind == "days":
            reasons.append(
                message(
                    "held.days",
                    days=Count(value=row.active_days),
                    least=Count(value=row.minimum_days),
                )
            )
        elif name:
            reasons.append(message(f"held.{kind}", name=verbatim(name)))
    return Listing(items=tuple(reasons))


def is_held(row: Record) -> bool:
    """Too little of the scorecard could be judged, and nobody has decided."""
    return "held" in flags_of(row)


def grade_of(row: Record) -> Shown:
    """The grade, or that there is none yet."""
    return message("grade.held") if row.grade is None else verbatim(row.grade)


def scheme_name(scheme: Record) -> Bilingual:
    return Bilingual(zh=scheme.label_zh, en=scheme.label_en)


def bands_of(context: Context, scheme: Record) -> list[Record]:
    """The grades of a scheme's version, the best first."""
    return [
        band
        for band in context.rows("appraisal_grades")
        if (band.scheme_id, band.version) == (scheme.scheme_id, scheme.version)
    ]


@dataclass(frozen=True)
class Spread:
    """How many of some people reached each grade, and how many have none yet."""

    people: int
    graded: Counter[str]
    held: int

    def share(self, grade: str) -> Decimal:
        """Of all of them, those that wait for a grade among them."""
        return quotient(self.graded[grade], self.people)


def spread_of(rows: Sequence[Record]) -> Spread:
    """The grades of one person at least."""
    return Spread(
        people=len(rows),
        graded=Counter(row.grade for row in rows if row.grade is not None),
        held=sum(is_held(row) for row in rows),
    )


@shows(queries=("appraisal_grades",))
def grades_section(context: Context, scheme: Record, rows: list[Record], suffix: str) -> Section:
    """How many people reached each grade, against the period before."""
    bands = bands_of(context, scheme)
    spread = spread_of(rows)
    now, held = spread.graded, spread.held
    before = Counter(row.previous_grade for row in rows if row.previous_grade)
    waiting: list[tuple[Shown | None, ...]] = (
        [(message("grade.held"), None, None, count(held), share(held, len(rows)), None, None, None)]
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
        topic=message("grades.topic", scheme=scheme_name(scheme)),
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
        note=(message(f"grades.{scheme.distribution or 'no_guide'}"),),
        table=table(
            "grade:text band:text coefficient:number people:count share:ratio guide_share:ratio "
            "people_before:count "
            "floating_pay:money",
            [
                *(
                    (
                        verbatim(band.grade),
                        _band(band),
                        Number(value=band.coefficient, decimals=2),
                        count(now[band.grade]),
                        Ratio(value=spread.share(band.grade)),
                        share(band.guide_share, 100) if band.guide_share is not None else None,
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
                None,
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


@shows(queries=("appraisal_grades", "appraisal_red_lines"))
def results_section(context: Context, scheme: Record, rows: list[Record], suffix: str) -> Section:
    """Everyone with score, grade, pay and what must be known of it."""
    crossed = [row for row in rows if red_lines_of(row)]
    if crossed:
        headline = message(
            "results.red_lines" if len(crossed) <= _NAMED else "results.red_lines_more",
            people=Listing(
                items=tuple(context.person(row.employee_id) for row in crossed[:_NAMED])
            ),
            n=Count(value=len(crossed)),
        )
    else:
        headline = message("results.ranked", n=Count(value=len(rows), unit="people"))
    return Section(
        id=f"results{suffix}",
        topic=message("results.topic", scheme=scheme_name(scheme)),
        listed=False,
        message=headline,
        what=(message(f"results.what.{scheme.floating_pay}", scheme=scheme_name(scheme)),),
        table=table(
            "rank:count rank_range:text appraised:text team:text score:number grade:text "
            "grade_before:text to_edge:number coefficient:number floating_base:money "
            "floating_pay:money bonus:money flags:text",
            [
                (
                    count(row.rank),
                    _level_with(row),
                    context.person(row.employee_id),
                    _team(context, row.employee_id),
                    Number(value=row.score) if row.score is not None else None,
                    grade_of(row),
                    verbatim(row.previous_grade) if row.previous_grade else None,
                    _to_edge(row, bands_of(context, scheme)),
                    Number(value=row.coefficient, decimals=2)
                    if row.coefficient is not None
                    else None,
                    money(row.floating_salary),
                    money(row.floating_pay),
                    money(row.bonus) if row.bonus else None,
                    flag_texts(context, row),
                )
                for row in rows
            ],
            judgements=[_alarm(row) for row in rows],
            to=[
                Place(report="appraisal", reader_id=row.employee_id, period=scheme.period)
                for row in rows
            ],
            link="appraised",
        ),
        table_open=True,
    )


def _level_with(row: Record) -> Message | None:
    """The ranks that chance alone might have given as well."""
    if row.rank_from is None:
        return None
    if row.rank_from == row.rank_to:
        return message("rank.sure")
    return message("rank.level", first=Count(value=row.rank_from), last=Count(value=row.rank_to))


def _to_edge(row: Record, bands: list[Record]) -> Number | None:
    """Points to the next better band, where they are few."""
    if row.score is None:
        return None
    short = [band.score_from - row.score for band in bands if band.score_from > row.score]
    return Number(value=min(short)) if short and min(short) <= _NEAR else None


def _alarm(row: Record) -> Judgement:
    return "bad" if red_lines_of(row) or "stale_decision" in flags_of(row) else "neutral"


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
        message=message("decisions.some_refused", n=Count(value=stale), all=Count(value=len(rows)))
        if stale
        else message("decisions.some", n=Count(value=len(rows))),
        what=(message("decisions.what"),),
        table=table(
            "appraised:text period:period field:text before:text computed:text after:text "
            "applied:text reason:text approver:text decided:day",
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
                    message(
                        "decisions.applied" if row.is_applied else f"decisions.{row.refused_for}"
                    ),
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


@shows(queries=("appraisal_refused",))
def refused_section(context: Context) -> Section | None:
    """Scores, targets and slips that no scorecard takes, with their file and line."""
    rows = context.rows("appraisal_refused")
    if not rows:
        return None
    return Section(
        id="refused",
        topic=message("refused.topic"),
        message=message("refused.headline", n=Count(value=len(rows))),
        what=(message("refused.what"),),
        table=table(
            "appraised:text what:text indicator_name:text period:text stated:number given_by:text "
            "given:day because:text source:text",
            [
                (
                    context.person(row.employee_id),
                    message(f"refused.kind.{row.kind}"),
                    verbatim(row.name),
                    verbatim(row.period),
                    None if row.stated is None else Number(value=row.stated),
                    context.person(row.given_by),
                    day(row.given_at),
                    message(f"refused.why.{row.refused_for}"),
                    verbatim(f"{row.file}:{row.line}"),
                )
                for row in rows
            ],
        ),
        table_open=True,
    )
