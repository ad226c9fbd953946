"""What stands on a person's form beside the scorecard: who, how the total came about, the periods
before, decisions, and where to sign.
"""

from __future__ import annotations

from decimal import Decimal

from pipelines.reporting.appraisal.closed import adjustments_of, state_of
from pipelines.reporting.appraisal.grades import bands_of, grade_of
from pipelines.reporting.model.context import Context
from pipelines.reporting.model.kpis import typed
from pipelines.reporting.model.page import Section
from pipelines.reporting.model.periods import named_period
from pipelines.reporting.model.queries import Record
from pipelines.reporting.model.shows import shows
from pipelines.reporting.model.tables import day, table
from pipelines.reporting.model.values import (
    Bilingual,
    Count,
    Day,
    Money,
    Number,
    Period,
    Shown,
    Text,
    Value,
    message,
    verbatim,
)


def person_section(context: Context, row: Record) -> Section:
    """Name, number, unit, manager, scheme with its version, and the days judged."""
    facts: list[tuple[str, Shown]] = [
        ("name", context.person(row.employee_id)),
        ("number", verbatim(row.employee_id)),
        ("unit", context.unit(row.unit_id)),
        ("manager", context.person(row.manager_id)),
        ("scheme", Bilingual(zh=row.label_zh, en=row.label_en)),
        ("version", _plain(Number(value=Decimal(row.version), decimals=0))),
        ("period", _plain(named_period(row.period))),
        ("days", _plain(Count(value=row.active_days))),
        ("state", state_of(row)),
    ]
    return Section(
        id="person",
        topic=message("form.topic"),
        message=message("form.headline", person=context.person(row.employee_id)),
        table=table(
            "fact:text fact_value:text", [(message(f"form.{name}"), shown) for name, shown in facts]
        ),
        table_open=True,
        width="half",
    )


def _plain(shown: Value | Period) -> Shown:
    """A value in a column of text."""
    return message("value.plain", value=shown)


def _points(value: Decimal | None, decimals: int = 1) -> Shown | None:
    return None if value is None else _plain(Number(value=value, decimals=decimals))


@shows(adjustments_of, queries=("appraisal_beside", "appraisal_grades"))
def total_section(context: Context, row: Record) -> Section:
    """From the sum of the card to the grade, a line for each step that changed something."""
    cards = message(
        "total.card" if row.stretches == 1 else "total.cards", n=Count(value=row.stretches)
    )
    lines: list[tuple[Shown, Shown | None, Shown | None]] = [
        (cards, _points(row.card_score, 2), None)
    ]
    lines += [
        _beside(context, beside)
        for beside in context.grouped("appraisal_beside", "employee_id").get(row.employee_id, ())
        if beside.scheme_id == row.scheme_id
    ]
    if row.score_now is not None:
        lines.append((message("total.rounded"), _points(row.computed_score), None))
        if row.computed_score != row.score_now:
            lines.append((message("total.decided"), _points(row.score_now), None))
    for step in ("band_grade", "gated_grade", "distribution_grade", "grade_now"):
        grade = getattr(row, step)
        if grade is not None and (not lines or lines[-1][2] != verbatim(grade)):
            lines.append((message(f"total.{step}"), None, verbatim(grade)))
    if row.is_closed:  # what follows from later facts is an adjustment, the result stands
        lines.append(
            (
                message("total.closed"),
                _points(row.score),
                verbatim(row.grade) if row.grade else None,
            )
        )
    lines += [
        (
            message(
                "total.adjustment",
                period=named_period(one.period),
                amount=Money(amount=one.amount, exact=True),
                cause=message(f"adjustments.cause.{one.cause}"),
            ),
            None,
            None,
        )
        for one in adjustments_of(context, row)
        if one.amount is not None
    ]
    bands = bands_of(context, row)
    return Section(
        id="total",
        topic=message("total.topic"),
        message=message("total.held")
        if row.grade is None
        else message("total.headline", grade=grade_of(row)),
        what=(
            message(
                "total.what",
                bands=verbatim(
                    " · ".join(f"{band.grade} ≥ {band.score_from.normalize():f}" for band in bands)
                ),
            ),
        ),
        table=table("grading_step:text score:text grade:text", lines),
        table_open=True,
        width="half",
    )


def _beside(context: Context, row: Record) -> tuple[Shown, Shown | None, Shown | None]:
    if row.kind == "slips":
        points = _points(row.points)
        return (message("total.slips", n=Count(value=int(row.actual))), points, None)
    name: Text = Bilingual(zh=row.label_zh, en=row.label_en)
    actual = _value(context, row, row.actual)
    if row.kind == "bonus":
        points = _points(row.points)
        return (message("total.bonus", name=name, actual=actual), points, None)
    limit = _value(context, row, row.value_limit)
    if not row.is_known:
        return (message("total.gate_unknown", name=name), None, None)
    if not row.is_missed:
        return (message("total.gate_held", name=name, actual=actual, limit=limit), None, None)
    effect: Shown | None = None
    if row.points is not None:
        effect = _points(row.points)
    elif row.score_at_most is not None:
        effect = message("total.at_most", score=Number(value=row.score_at_most))
    said = message("total.gate_missed", name=name, actual=actual, limit=limit)
    return (said, effect, verbatim(f"≤ {row.grade_at_best}") if row.grade_at_best else None)


def _value(context: Context, row: Record, value: Decimal | None) -> Shown:
    if value is None:
        return message("value.none")
    kpi = context.kpis.get(row.kpi_id or "")
    return typed(kpi, value) if kpi else Number(value=value)


@shows(queries=("appraisal_history",))
def history_section(context: Context, row: Record) -> Section:
    """The last four periods, the newest first."""
    rows = [
        past
        for past in context.grouped("appraisal_history", "employee_id").get(row.employee_id, ())
        if past.scheme_id == row.scheme_id
    ]
    return Section(
        id="history",
        topic=message("history.topic"),
        message=message("history.headline", n=Count(value=len(rows))),
        table=table(
            "period:period score:number grade:text coefficient:number floating_pay:money",
            [
                (
                    named_period(past.period),
                    Number(value=past.score) if past.score is not None else None,
                    grade_of(past),
                    Number(value=past.coefficient, decimals=2)
                    if past.coefficient is not None
                    else None,
                    Money(amount=past.floating_pay, exact=True)
                    if past.floating_pay is not None
                    else None,
                )
                for past in rows
            ],
        ),
        table_open=True,
        width="half",
    )


@shows(queries=("appraisal_overrides",))
def decided_sections(context: Context, row: Record) -> list[Section]:
    """Decisions about this person in this period."""
    rows = [
        decided
        for decided in context.grouped("appraisal_overrides", "employee_id").get(
            row.employee_id, ()
        )
        if decided.period == row.period
    ]
    if not rows:
        return []
    return [
        Section(
            id="decided",
            topic=message("decisions.topic"),
            message=message("decided.headline", n=Count(value=len(rows))),
            table=table(
                "field:text before:text after:text applied:text reason:text approver:text "
                "decided:day",
                [
                    (
                        message(f"decisions.{decided.field}"),
                        verbatim(decided.before),
                        verbatim(decided.after),
                        message(
                            "decisions.applied"
                            if decided.is_applied
                            else f"decisions.{decided.refused_for}"
                        ),
                        verbatim(decided.reason),
                        context.person(decided.approved_by),
                        day(decided.decided_at.date()),
                    )
                    for decided in rows
                ],
            ),
            table_open=True,
        )
    ]


def signature_section(row: Record) -> Section:
    """Lines to write on, and until when an appeal is heard and answered."""
    return Section(
        id="signatures",
        topic=message("sign.topic"),
        message=message(
            "sign.headline", day=Day(date=row.raise_by), days=Count(value=row.answer_days)
        ),
        table=table(
            "sign:text remark:text signature:text date:text",
            [
                (message(f"sign.{who}"), verbatim(" "), verbatim(" "), verbatim(" "))
                for who in ("employee", "manager", "hr")
            ],
        ),
        table_open=True,
        width="half",
    )
