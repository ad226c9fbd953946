"""Appraisal: HR's overview of the latest period, and one form for each person appraised.

Belongs here: the pages and their leads. Sections live in `grades.py`,
`scorecard.py` and `form.py`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from decimal import Decimal

from pipelines.reporting.appraisal import appeals as section_appeals
from pipelines.reporting.appraisal import closed as section_closed
from pipelines.reporting.appraisal import fairness as section_fairness
from pipelines.reporting.appraisal import form as section_form
from pipelines.reporting.appraisal import grades as section_grades
from pipelines.reporting.appraisal import movers as section_movers
from pipelines.reporting.appraisal import scorecard as section_scorecard
from pipelines.reporting.appraisal import spread as section_spread
from pipelines.reporting.appraisal.fairness import HR
from pipelines.reporting.appraisal.grades import flags_of, grade_of, is_held, red_lines_of
from pipelines.reporting.appraisal.raters import raters_section
from pipelines.reporting.model.context import Context
from pipelines.reporting.model.page import Comparison, Page, Place, Reader, Section, Tile
from pipelines.reporting.model.periods import named_period
from pipelines.reporting.model.queries import Record
from pipelines.reporting.model.shows import shows
from pipelines.reporting.model.tables import count, money, table
from pipelines.reporting.model.values import (
    Count,
    Listing,
    Message,
    Money,
    Number,
    Ratio,
    Shown,
    message,
    quotient,
    verbatim,
)
from pipelines.reporting.shared.paths import above_person

_FEW = 9  # people whose form says as much as a table of small samples


def _overview(context: Context, results: list[Record]) -> Page:
    shown = _by_scheme(context, results)
    period = named_period(max(row.period for row in results)) if results else context.last_month
    sections: list[Section] = []
    if results:
        sections = [
            _schemes_section(shown, results),
            section_spread.units_section(context, shown),
            section_spread.leaders_section(context, shown),
            section_movers.movers_section(context, shown),
        ]
    for number, (scheme, rows) in enumerate(shown):
        suffix = "" if number == 0 else f"_{number + 1}"
        sections += [
            section_grades.grades_section(context, scheme, rows, suffix),
            section_grades.results_section(context, scheme, rows, suffix),
            section_scorecard.matrix_section(context, scheme, suffix),
        ]
        if len(rows) > _FEW:
            sections.append(section_scorecard.judged_section(context, scheme, suffix))
    if results:
        page_of_luck = Place(report=section_fairness.REPORT, reader_id=HR.id, period=period.key)
        sections.append(section_fairness.luck_section(context, page_of_luck))
    if adjusted := section_closed.adjustments_section(context):
        sections.append(adjusted)
    if raters := raters_section(context):
        sections.append(raters)
    if refused := section_grades.refused_section(context):
        sections.append(refused)
    sections += [
        section_appeals.appeals_section(context),
        section_grades.decisions_section(context),
    ]
    page = Page(
        report="appraisal",
        reader=HR,
        period=period,
        as_of=context.as_of,
        company=context.company,
        currency=context.currency,
        lead=_lead(context, results),
        freshness=context.freshness,
        quality=context.quality,
        tiles=_tiles(context, results),
        sections=tuple(sections),
        book=section_closed.payroll(context, shown) if results else None,
    )
    if not results:
        return page
    first = page.sections[0].model_copy(
        update={"link": page.book_link(message("payroll.download"))}
    )
    return page.model_copy(update={"sections": (first, *page.sections[1:])})


def _by_scheme(context: Context, results: list[Record]) -> list[tuple[Record, list[Record]]]:
    """Schemes with the results of their newest period, those of most people first."""
    groups = [
        (scheme, [row for row in results if row.scheme_id == scheme.scheme_id])
        for scheme in context.rows("appraisal_schemes")
    ]
    return sorted(
        (group for group in groups if group[1]),
        key=lambda group: (-len(group[1]), group[0].scheme_id),
    )


def _schemes_section(shown: list[tuple[Record, list[Record]]], results: list[Record]) -> Section:
    """All schemes side by side: what the tiles say, by scheme."""
    return Section(
        id="schemes",
        topic=message("schemes.topic"),
        message=message(
            "schemes.headline",
            people=Count(value=len(results), unit="people"),
            schemes=Count(value=len(shown)),
        ),
        what=(message("schemes.what"),),
        table=table(
            "scheme:text period:period people:count graded:count people_held:count "
            "median_score:number floating_pay:money floating_base:money small_n:count "
            "red_lines:count moved:count",
            [
                (
                    section_grades.scheme_name(scheme),
                    named_period(scheme.period),
                    *_summary(rows),
                )
                for scheme, rows in shown
            ],
            total=(message("row.total"), None, *_summary(results)),
        ),
        table_open=True,
    )


def _summary(rows: list[Record]) -> tuple[Shown | None, ...]:
    pay, base = _pay(rows)
    middle = _median([row.score for row in rows if row.score is not None])
    flags = _flag_counts(rows)
    return (
        count(len(rows)),
        count(sum(row.grade is not None for row in rows)),
        count(sum(is_held(row) for row in rows)),
        Number(value=middle) if middle is not None else None,
        money(pay) if base else None,
        money(base) if base else None,
        count(flags["small_n"]),
        count(flags["red_line"]),
        count(flags["overridden"]),
    )


def _flag_counts(rows: list[Record]) -> Counter[str]:
    """People by what must be known of them; of red lines whoever crossed any."""
    counts = Counter(flag for row in rows for flag in flags_of(row))
    counts["red_line"] = sum(bool(red_lines_of(row)) for row in rows)
    return counts


def _lead(context: Context, results: list[Record]) -> tuple[Message, ...]:
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
            people=Count(value=sum(grades.values()), unit="people"),
            grades=listed,
        )
    ]
    counts = _flag_counts(results)
    for name, number in (
        ("held", sum(is_held(row) for row in results)),
        ("stale", counts["stale_decision"]),
        ("red_lines", counts["red_line"]),
    ):
        if number:
            said.append(message(f"appraisal.lead.{name}", n=Count(value=number)))
    if base:
        said.append(
            message(
                "appraisal.lead.pay",
                pay=Money(amount=pay),
                base=Money(amount=base),
                share=Ratio(value=quotient(pay, base)),
            )
        )
    if counts["small_n"]:
        said.append(message("appraisal.lead.small", n=Count(value=counts["small_n"])))
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
    flags = _flag_counts(results)
    pay, base = _pay(results)
    middle = _median([row.score for row in results if row.score is not None])
    before = _median([row.previous_score for row in results if row.previous_score is not None])
    graded = sum(row.grade is not None for row in results)
    latest = message("scope.latest_period")
    return (
        _count_tile("appraised", graded, "people", "schemes"),
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
            section="schemes",
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
            section="schemes",
        ),
        _count_tile("small_n", flags["small_n"], "people", "schemes"),
        _count_tile("red_lines", flags["red_line"], "people", "schemes"),
        _count_tile("overridden", flags["overridden"], "people", "schemes"),
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
        lead = [message("appraisal.form.held", period=period, reasons=section_grades.held_for(row))]
    else:
        score = Number(value=row.score)
        lead = [message("appraisal.form.lead", period=period, score=score, grade=grade_of(row))]
    if row.floating_pay is not None:
        said: dict[str, Shown] = {
            "pay": Money(amount=row.floating_pay, exact=True),
            "base": Money(amount=row.floating_salary, exact=True),
        }
        if row.pay_by == "score":
            lead.append(
                message("appraisal.form.pay_by_score", **said, score=Number(value=row.score))
            )
        else:
            coefficient = Number(value=row.coefficient, decimals=2)
            lead.append(
                message("appraisal.form.pay_by_coefficient", **said, coefficient=coefficient)
            )
    cards: dict[str, list[Record]] = {}
    for score_row in scores:
        cards.setdefault(score_row.scheme_id, []).append(score_row)
    # the scheme that the person stands in at the end comes first
    ordered = sorted(cards.items(), key=lambda card: (card[0] != row.scheme_id, card[0]))
    return Page(
        report="appraisal",
        above=above_person(context, row.employee_id, itself=True),
        reader=Reader(kind="employee", id=row.employee_id, name=context.person(row.employee_id)),
        period=period,
        as_of=context.as_of,
        company=context.company,
        currency=context.currency,
        lead=tuple(lead),
        freshness=context.freshness,
        quality=context.quality,
        sections=(
            section_form.person_section(context, row),
            section_form.history_section(context, row),
            *(
                section_scorecard.scorecard_section(context, row, card, number)
                for number, (_scheme, card) in enumerate(ordered, 1)
            ),
            section_form.total_section(context, row),
            section_form.signature_section(row),
            *section_appeals.appealed_sections(context, row),
            *section_form.decided_sections(context, row),
        ),
    )


@shows(
    section_grades.grades_section, section_grades.results_section,
    section_grades.decisions_section, section_grades.refused_section,
    raters_section, section_grades.red_line_names,
    section_scorecard.scores_by_person, section_scorecard.scorecard_section,
    section_scorecard.matrix_section, section_scorecard.judged_section,
    section_spread.units_section, section_spread.leaders_section, section_movers.movers_section,
    section_appeals.appeals_section, section_appeals.appealed_sections,
    section_closed.adjustments_section, section_closed.payroll,
    section_fairness.fairness_page, section_fairness.luck_section,
    section_form.total_section, section_form.history_section, section_form.decided_sections,
    queries=("appraisal_results", "appraisal_schemes", "appraisal_grades"),
)  # fmt: skip
def build(context: Context) -> Iterator[Page]:
    """HR's two pages, then the forms in the order of employee ids, each when it is asked for."""
    results = context.rows("appraisal_results")
    yield _overview(context, results)
    if results:
        yield section_fairness.fairness_page(context, max(row.period for row in results))
    scores = section_scorecard.scores_by_person(context)
    for row in sorted(results, key=lambda r: (r.employee_id, r.scheme_id)):
        yield _form(context, row, scores.get((row.employee_id, row.period), []))
