"""Appraisal: HR's overview of the latest period, and one form for each person appraised.

Belongs here: the pages and their leads. Sections live in `grades.py` and
`scorecard.py`.
"""

from __future__ import annotations

from collections import Counter
from decimal import Decimal

from pipelines.reporting.appraisal import grades as section_grades
from pipelines.reporting.appraisal import scorecard as section_scorecard
from pipelines.reporting.appraisal.grades import flags_of, grade_of, is_held
from pipelines.reporting.model.context import Context
from pipelines.reporting.model.page import Comparison, Page, Reader, Section, Tile
from pipelines.reporting.model.periods import named_period
from pipelines.reporting.model.queries import Record
from pipelines.reporting.model.shows import shows
from pipelines.reporting.model.values import (
    Bilingual,
    Count,
    Listing,
    Message,
    Money,
    Number,
    Period,
    Ratio,
    message,
    quotient,
    verbatim,
)


def _overview(context: Context, results: list[Record]) -> Page:
    schemes = [
        (scheme, [row for row in results if row.scheme_id == scheme.scheme_id])
        for scheme in context.rows("appraisal_schemes")
    ]
    shown = [(scheme, rows) for scheme, rows in schemes if rows]
    period = named_period(max(row.period for row in results)) if results else context.last_month
    sections: list[Section] = []
    for number, (scheme, rows) in enumerate(shown):
        suffix = "" if number == 0 else f"_{number + 1}"
        sections += [
            section_grades.grades_section(context, scheme, rows, suffix),
            section_grades.results_section(context, scheme, rows, suffix),
            section_scorecard.matrix_section(context, scheme, suffix),
            section_scorecard.judged_section(context, scheme, suffix),
        ]
    sections.append(section_grades.decisions_section(context))
    return Page(
        report="appraisal",
        reader=Reader(kind="function", id="hr", name=Bilingual(zh="人力资源", en="HR")),
        period=period,
        as_of=context.as_of,
        company=context.company,
        currency=context.currency,
        lead=_lead(context, period, results),
        freshness=context.freshness,
        quality=context.quality,
        tiles=_tiles(context, results),
        sections=tuple(sections),
    )


def _lead(context: Context, period: Period, results: list[Record]) -> tuple[Message, ...]:
    if not results:
        reason = context.lacks("assignment", "employee")
        return (message("appraisal.lead.nothing"), *((reason,) if reason else ()))
    grades = Counter(row.grade for row in results if row.grade is not None)
    order = list(dict.fromkeys(r.grade for r in context.rows("appraisal_grades")))
    listed = Listing(
        items=tuple(
            message("appraisal.grade_count", grade=verbatim(grade), n=Count(value=grades[grade]))
            for grade in order
            if grades[grade]
        )
    )
    pay, base = _pay(results)
    said = [
        message(
            "appraisal.lead.grades",
            period=period,
            people=Count(value=sum(grades.values()), unit="people"),
            grades=listed,
        )
    ]
    held = sum(is_held(row) for row in results)
    if held:
        said.append(message("appraisal.lead.held", n=Count(value=held)))
    stale = sum("stale_decision" in flags_of(row) for row in results)
    if stale:
        said.append(message("appraisal.lead.stale", n=Count(value=stale)))
    if base:
        said.append(
            message(
                "appraisal.lead.pay",
                pay=Money(amount=pay),
                base=Money(amount=base),
                share=Ratio(value=quotient(pay, base)),
            )
        )
    small = sum("small_n" in flags_of(row) for row in results)
    if small:
        said.append(message("appraisal.lead.small", n=Count(value=small)))
    return tuple(said)


def _pay(results: list[Record]) -> tuple[Decimal, Decimal]:
    """Floating pay and what it is paid on; whoever is held has neither yet."""
    paid = [row for row in results if row.floating_pay is not None]
    return (
        sum((row.floating_pay for row in paid), Decimal(0)),
        sum((row.floating_salary for row in paid), Decimal(0)),
    )


def _tiles(context: Context, results: list[Record]) -> tuple[Tile, ...]:
    if not results:
        return ()
    flags = Counter(flag for row in results for flag in flags_of(row))
    pay, base = _pay(results)
    middle = _median([row.score for row in results if row.score is not None])
    before = _median([row.previous_score for row in results if row.previous_score is not None])
    graded = sum(row.grade is not None for row in results)
    latest = message("scope.latest_period")
    return (
        _count_tile("appraised", graded, "people", "results"),
        Tile(
            kpi_id="median_score",
            label=message("tile.median_score"),
            scope=latest,
            value=Number(value=middle) if middle is not None else None,
            no_data_reason=None if middle is not None else message("no_data.nothing"),
            comparisons=(
                Comparison(label=message("tile.period_before"), shown=Number(value=before)),
            )
            if middle is not None and before is not None
            else (),
            section="results",
        ),
        Tile(
            kpi_id="floating_pay",
            label=message("tile.floating_pay"),
            scope=latest,
            value=Money(amount=pay) if base else None,
            no_data_reason=None
            if base
            else (context.lacks("salary") or message("no_data.nothing")),
            footer=message("tile.of_base", base=Money(amount=base)) if base else None,
            section="results",
        ),
        _count_tile("small_n", flags["small_n"], "people", "judged"),
        _count_tile("two_c_in_a_row", flags["two_c_in_a_row"], "people", "results"),
        _count_tile("overridden", flags["overridden"], "people", "decisions"),
    )


def _count_tile(name: str, number: int, unit: str, section: str) -> Tile:
    return Tile(
        kpi_id=name,
        label=message(f"tile.{name}"),
        scope=message("scope.latest_period"),
        value=Count(value=number, unit=unit),
        section=section,
    )


def _median(values: list[Decimal]) -> Decimal | None:
    if not values:
        return None
    ordered = sorted(values)
    middle = len(ordered) // 2
    if len(ordered) % 2:
        return ordered[middle]
    return quotient(ordered[middle - 1] + ordered[middle], 2)


def _form(context: Context, row: Record, scores: list[Record]) -> Page:
    """One person's form: the scorecard and how it became a grade and pay."""
    period = named_period(row.period)
    if row.score is None:
        lead = [
            message(
                "appraisal.form.held",
                period=period,
                weight=Number(value=row.judged_weight, decimals=0),
                least=Number(value=row.minimum_judged_weight, decimals=0),
            )
        ]
    else:
        score = Number(value=row.score)
        lead = [message("appraisal.form.lead", period=period, score=score, grade=grade_of(row))]
    if row.floating_pay is not None:
        lead.append(
            message(
                "appraisal.form.pay",
                pay=Money(amount=row.floating_pay, exact=True),
                base=Money(amount=row.floating_salary, exact=True),
                coefficient=Number(value=row.coefficient, decimals=2),
            )
        )
    return Page(
        report="appraisal",
        reader=Reader(kind="employee", id=row.employee_id, name=context.person(row.employee_id)),
        period=period,
        as_of=context.as_of,
        company=context.company,
        currency=context.currency,
        lead=tuple(lead),
        freshness=context.freshness,
        quality=context.quality,
        sections=(section_scorecard.scorecard_section(context, row, scores),),
    )


@shows(
    section_grades.grades_section, section_grades.decisions_section,
    section_scorecard.scores_by_person, section_scorecard.scorecard_section,
    section_scorecard.matrix_section, section_scorecard.judged_section,
    queries=("appraisal_results", "appraisal_schemes", "appraisal_grades"),
)  # fmt: skip
def build(context: Context) -> list[Page]:
    """HR's page, then the forms in the order of employee ids."""
    results = context.rows("appraisal_results")
    scores = section_scorecard.scores_by_person(context)
    return [
        _overview(context, results),
        *(
            _form(context, row, scores.get((row.employee_id, row.scheme_id), []))
            for row in sorted(results, key=lambda r: (r.employee_id, r.scheme_id))
        ),
    ]
