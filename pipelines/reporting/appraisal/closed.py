"""What is closed of an appraisal: by whom, what is corrected since, and the list for payroll."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from pipelines.reporting.appraisal.curve import live_measure, live_score, live_total
from pipelines.reporting.appraisal.movers import mover_rows
from pipelines.reporting.appraisal.spread import spread_rows
from pipelines.reporting.model.book import Book, Cell, RowFormula, Sheet, SumOf, columns
from pipelines.reporting.model.context import Context
from pipelines.reporting.model.page import Section, SectionNotice
from pipelines.reporting.model.periods import named_period
from pipelines.reporting.model.queries import Record
from pipelines.reporting.model.shows import shows
from pipelines.reporting.model.tables import money, table
from pipelines.reporting.model.values import (
    Bilingual,
    Count,
    Day,
    Message,
    Money,
    Shown,
    message,
    verbatim,
)

_SEAL_SHOWN = 16
_PAYROLL = (
    "employee:text name:text unit:text scheme:text month:text grade:text coefficient:rate "
    "floating_base:money+ floating_pay:money+ bonus:money+ adjustments:money+ total_pay:money+"
)
_RESULTS = (
    "employee:text name:text unit:text scheme:text month:text card:score points:score "
    "gate_points:score score:score grade:text"
)
_SCORES = (
    "employee:text name:text scheme:text month:text indicator:text weight:score target:rate "
    "actual:rate n:int measured:rate score:score judged_weight:score weighted_score:score "
    "source:text"
)
_ADJUSTMENTS = (
    "employee:text name:text month:text posted:text cause:text grade_closed:text grade_now:text "
    "pay_closed:money pay_now:money adjusted_before:money amount:money+"
)
_SPREAD = (
    "counted_by:text counted_for:text scheme:text month:text grade:text people:int of_people:int "
    "share:pct guide_share:pct"
)
_MOVERS = (
    "employee:text name:text scheme:text month_before:text month:text score_before:score "
    "score:score score_change:score grade_before:text grade:text"
)


def state_of(row: Record) -> Message:
    """Whether a person's result can still change, and by which seal it cannot."""
    if not row.is_closed:
        return message("form.open")
    return message(
        "form.closed",
        day=Day(date=row.closed_at.date()),
        by=verbatim(row.closed_by),
        seal=verbatim(row.seal[:_SEAL_SHOWN]),
    )


@shows(queries=("appraisal_adjustments",))
def adjustments_of(context: Context, row: Record) -> list[Record]:
    """What closed periods of a person are corrected by in the period of this result."""
    return [
        one
        for one in context.grouped("appraisal_adjustments", "employee_id").get(row.employee_id, ())
        if one.posted_period == row.period
    ]


@shows(queries=("appraisal_adjustments",))
def adjustments_section(context: Context) -> Section | None:
    """Closed results that are computed otherwise now, with the reason and the amount."""
    rows = context.rows("appraisal_adjustments")
    if not rows:
        return None
    known = [row.amount for row in rows if row.amount is not None]
    unknown = len(rows) - len(known)
    return Section(
        id="adjustments",
        topic=message("adjustments.topic"),
        message=message(
            "adjustments.headline", n=Count(value=len(known)), amount=Money(amount=sum(known))
        )
        if known
        else message("adjustments.unknown", n=Count(value=unknown)),
        what=(message("adjustments.what"),),
        notice=SectionNotice(
            severity="warning", text=message("adjustments.unknown", n=Count(value=unknown))
        )
        if known and unknown
        else None,
        table=table(
            "appraised:text period:period posted:period cause:text grade_closed:text "
            "grade_now:text pay_closed:money pay_now:money amount:money",
            [
                (
                    context.person(row.employee_id),
                    named_period(row.period),
                    named_period(row.posted_period),
                    message(f"adjustments.cause.{row.cause}"),
                    _grade(row.grade_closed),
                    _grade(row.grade_now),
                    money(row.pay_closed),
                    money(row.pay_now) if row.pay_now is not None else None,
                    money(row.amount) if row.amount is not None else None,
                )
                for row in rows
            ],
            judgements=["bad" if row.amount is None else "neutral" for row in rows],
        ),
        table_open=True,
    )


def _grade(grade: str | None) -> Shown:
    return message("grade.held") if grade is None else verbatim(grade)


@shows(
    spread_rows, mover_rows,
    queries=("appraisal_results", "appraisal_scores", "appraisal_adjustments",
             "appraisal_paid_elsewhere"),
)  # fmt: skip
def payroll(context: Context, shown: Sequence[tuple[Record, list[Record]]]) -> Book:
    """For payroll: what each person is paid for the newest period, to the cent, with its sum; and
    HR's lists of the schemes as the page shows them."""
    elsewhere = context.rows("appraisal_paid_elsewhere")
    return Book(
        title=message("payroll.title", company=context.company),
        currency=context.currency,
        year=context.as_of.year,
        sheets=(
            Sheet(
                "payroll",
                message("payroll.sheet"),
                columns(_PAYROLL),
                lambda: _payroll_rows(context, elsewhere),
            ),
            Sheet(
                "results",
                message("payroll.results"),
                columns(_RESULTS),
                lambda: _result_rows(context),
            ),
            Sheet(
                "scores",
                message("payroll.scores"),
                columns(_SCORES),
                lambda: _score_rows(context),
            ),
            Sheet(
                "adjustments",
                message("adjustments.topic"),
                columns(_ADJUSTMENTS),
                lambda: _adjustment_rows(context),
            ),
            Sheet(
                "grades",
                message("spread.sheet"),
                columns(_SPREAD),
                lambda: spread_rows(context, shown),
            ),
            Sheet(
                "movers",
                message("movers.topic"),
                columns(_MOVERS),
                lambda: mover_rows(context, shown),
            ),
        ),
    )


def _payroll_rows(context: Context, elsewhere: Sequence[Record]) -> Iterable[list[Cell]]:
    """Whoever is held is listed without pay, as somebody still has to decide, but with what closed
    periods owe them; so is who has no result any more."""
    for row in sorted(context.rows("appraisal_results"), key=lambda r: (r.period, r.employee_id)):
        is_paid = row.grade is not None
        total = sum(
            part for part in (row.floating_pay, row.bonus, row.adjustments) if part is not None
        )
        yield [
            row.employee_id,
            context.person(row.employee_id),
            context.unit(row.unit_id),  # type: ignore[list-item]
            Bilingual(zh=row.label_zh, en=row.label_en),
            row.period,
            row.grade if is_paid else message("grade.held"),
            row.coefficient,
            row.floating_salary,
            row.floating_pay,
            row.bonus,
            row.adjustments,
            RowFormula(total, "{floating_pay}+{bonus}+{adjustments}")
            if is_paid or row.adjustments
            else None,
        ]
    for row in elsewhere:
        yield [
            row.employee_id,
            context.person(row.employee_id),
            None,
            Bilingual(zh=row.label_zh, en=row.label_en),
            row.period,
            *(None,) * 5,
            row.amount,
            RowFormula(row.amount, "{floating_pay}+{bonus}+{adjustments}"),
        ]


def _result_rows(context: Context) -> Iterable[list[Cell]]:
    """Scores as computed now; a card of one scheme is the live sum of its lines, and the score that
    with points and gates."""
    for row in sorted(context.rows("appraisal_results"), key=lambda r: (r.period, r.employee_id)):
        yield [
            row.employee_id,
            context.person(row.employee_id),
            context.unit(row.unit_id),  # type: ignore[list-item]
            Bilingual(zh=row.label_zh, en=row.label_en),
            row.period,
            row.card_score
            if row.stretches != 1 or row.card_score is None
            else SumOf(
                row.card_score,
                "scores",
                "weighted_score",
                (("employee", row.employee_id), ("month", row.period)),
            ),
            row.points,
            row.gate_points,
            live_total(row),
            row.grade_now if row.grade_now is not None else message("grade.held"),
        ]


def _score_rows(context: Context) -> Iterable[list[Cell]]:
    """Each line of a card: from the actual along the curve to the score, and score × weight ÷ the
    weight that could be judged."""
    for row in context.rows("appraisal_scores"):
        yield [
            row.employee_id,
            context.person(row.employee_id),
            Bilingual(zh=row.scheme_zh, en=row.scheme_en),
            row.period,
            Bilingual(zh=row.label_zh, en=row.label_en),
            row.weight,
            row.target,
            row.actual,
            row.n,
            live_measure(row),
            live_score(row),
            row.judged_weight,
            RowFormula(row.weighted_score, "ROUND({score}*{weight}/{judged_weight},4)")
            if row.score is not None and row.judged_weight
            else row.weighted_score,
            row.source,
        ]


def _adjustment_rows(context: Context) -> Iterable[list[Cell]]:
    for row in context.rows("appraisal_adjustments"):
        yield [
            row.employee_id,
            context.person(row.employee_id),
            row.period,
            row.posted_period,
            message(f"adjustments.cause.{row.cause}"),
            row.grade_closed,
            row.grade_now,
            row.pay_closed,
            row.pay_now,
            row.posted_amount,
            row.amount,
        ]
