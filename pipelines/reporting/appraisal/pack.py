"""The page and workbook of an appeal: what was changed, what follows from it, and the evidence.

Belongs here: showing what was recomputed. Does not belong here: recomputing (`pipelines/appeal`).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import astuple, dataclass
from decimal import ROUND_HALF_UP, Decimal
from itertools import groupby

from pipelines.reporting.appraisal.scorecard import label_of, measured, why
from pipelines.reporting.model.book import Book, Cell, Rows, Sheet, columns
from pipelines.reporting.model.context import Context
from pipelines.reporting.model.page import Link, Page, Reader, Section, SectionNotice
from pipelines.reporting.model.periods import named_period
from pipelines.reporting.model.queries import Record
from pipelines.reporting.model.tables import money, table
from pipelines.reporting.model.values import (
    Bilingual,
    Count,
    Message,
    Money,
    Number,
    Shown,
    Value,
    Verbatim,
    message,
    verbatim,
)

_CHANGES = "export:text key:text field:text was:text would_be:text file:text file_line:int"
_CARD = (
    "indicator:text score_was:score score_would_be:score weighted_was:score weighted_would_be:score"
)
_OTHERS = (
    "employee:text name:text month:text score_was:score score_would_be:score grade_was:text "
    "grade_would_be:text pay_was:money pay_would_be:money"
)
_TABLES = "computed_table:text rows_new:int rows_gone:int"
_ROWS = (
    "indicator:text kpi:text key:text employee:text numerator:text denominator:text file:text "
    "file_line:int"
)
# the way from card to pay, and how each step is written
_STEPS = (
    ("card_score", 2), ("points", 1), ("gate_points", 1), ("score_at_most", 1),
    ("computed_score", 1), ("score", 1), ("band_grade", None), ("gated_grade", None),
    ("distribution_grade", None), ("grade", None), ("coefficient", 2),
    ("floating_salary", "money"), ("floating_pay", "money"), ("bonus", "money"), ("rank", 0),
)  # fmt: skip


@dataclass(frozen=True)
class Side:
    """A person's result and scorecard, with what their page reads of the company beside them."""

    context: Context
    result: Record
    scores: tuple[Record, ...]


@dataclass(frozen=True)
class Changed:
    """A cell that was changed: where it is from, what it was and what it would be."""

    table: str
    key: str
    column: str
    was: str | None
    would_be: str | None
    file: str | None
    line: int | None


@dataclass(frozen=True)
class Moved:
    """A result that would be another."""

    employee_id: str
    period: str
    score_before: Decimal | None
    score_after: Decimal | None
    grade_before: str | None
    grade_after: str | None
    rank_before: int | None
    rank_after: int | None
    pay_before: Decimal | None
    pay_after: Decimal | None


@dataclass(frozen=True)
class Evidence:
    """A row behind an indicator, and where it is from."""

    indicator: str
    kpi: str
    key: str
    owner: str | None
    numerator: str | None
    denominator: str | None
    file: str | None
    line: int | None


@dataclass(frozen=True)
class Pack:
    """An appraisal computed twice. `tables` are those that came out otherwise, as (table, rows new
    in it, rows gone)."""

    period: str
    employee_id: str
    before: Side
    after: Side
    changed: tuple[Changed, ...]
    tables: tuple[tuple[str, int, int], ...]
    moved: tuple[Moved, ...]
    evidence: tuple[Evidence, ...]

    @property
    def others(self) -> tuple[Moved, ...]:
        """Whose results move as well, and this person's of other periods."""
        own = (self.employee_id, self.period)
        return tuple(one for one in self.moved if (one.employee_id, one.period) != own)


def pack_page(pack: Pack) -> Page:
    """One appeal, for whoever decides it."""
    context = pack.before.context
    person = context.person(pack.employee_id)
    page = Page(
        report="appraisal_appeal",
        reader=Reader(kind="employee", id=pack.employee_id, name=person),
        period=named_period(pack.period),
        as_of=context.as_of,
        company=context.company,
        currency=context.currency,
        lead=_lead(pack),
        freshness=context.freshness,
        quality=context.quality.without_money(),
        sections=(
            _changed_section(pack),
            _outcome_section(pack),
            _card_section(pack),
            _others_section(pack),
            _tables_section(pack),
        ),
        book=_book(pack),
    )
    link = page.book_link(message("pack.download"))
    return page.model_copy(update={"sections": (*page.sections, _evidence_section(pack, link))})


def _lead(pack: Pack) -> tuple[Message, ...]:
    was, now = pack.before.result, pack.after.result
    if not pack.changed:
        return (message("pack.lead.repeated" if not pack.tables else "pack.lead.differs"),)
    said = [
        message(
            "pack.lead.moved" if _is_moved(pack) else "pack.lead.same",
            before=_scored(was),
            after=_scored(now),
        )
    ]
    if was.floating_pay is not None and was.floating_pay == now.floating_pay:
        pay = Money(amount=was.floating_pay, exact=True)
        said.append(message("pack.lead.pay_same", pay=pay))
    elif was.floating_pay is not None and now.floating_pay is not None:
        said.append(
            message(
                "pack.lead.pay",
                before=Money(amount=was.floating_pay, exact=True),
                after=Money(amount=now.floating_pay, exact=True),
                difference=Money(
                    amount=now.floating_pay - was.floating_pay, exact=True, signed=True
                ),
            )
        )
    if pack.others:
        said.append(message("pack.lead.others", n=Count(value=len(pack.others))))
    return tuple(said)


def _is_moved(pack: Pack) -> bool:
    return len(pack.moved) > len(pack.others)


def _scored(row: Record) -> Message:
    if row.grade is None:
        return message("grade.held")
    return message("pack.scored", score=Number(value=row.score), grade=verbatim(row.grade))


def _changed_section(pack: Pack) -> Section:
    topic = message("pack.changed.topic")
    if not pack.changed:
        return Section(id="changed", topic=topic, message=message("pack.changed.none"))
    return Section(
        id="changed",
        topic=topic,
        message=message("pack.changed.headline", n=Count(value=len(pack.changed))),
        table=table(
            "export:text key:text field:text was:text would_be:text file:text file_line:count",
            [
                (
                    message(f"export.{one.table}"),
                    verbatim(one.key),
                    verbatim(one.column),
                    _text(one.was),
                    _text(one.would_be),
                    _text(one.file),
                    Count(value=one.line) if one.line is not None else None,
                )
                for one in pack.changed
            ],
        ),
        table_open=True,
    )


def _text(said: str | None) -> Shown:
    return message("value.none") if said is None else verbatim(said)


def _outcome_section(pack: Pack) -> Section:
    """Each step from the card to the pay, as it is and as it would be."""
    was, now = pack.before.result, pack.after.result
    rows = [
        (
            message(f"pack.step.{name}"),
            _step(getattr(was, name), style),
            _step(getattr(now, name), style),
            _difference(getattr(was, name), getattr(now, name), style),
        )
        for name, style in _STEPS
        if getattr(was, name) is not None or getattr(now, name) is not None
    ]
    notice = None
    if was.is_closed:
        owed = (now.floating_pay or Decimal(0)) - (was.closed_pay or Decimal(0))
        text = message("pack.closed", amount=Money(amount=owed, exact=True, signed=True))
        notice = SectionNotice(severity="info", text=text)
    return Section(
        id="outcome",
        topic=message("pack.outcome.topic"),
        message=message("pack.outcome.moved" if _is_moved(pack) else "pack.outcome.same"),
        notice=notice,
        table=table("grading_step:text was:text would_be:text difference:text", rows),
        table_open=True,
    )


def _step(value: object, style: int | str | None) -> Shown:
    if value is None:
        return message("value.none")
    if style is None:
        return verbatim(str(value))
    return message("value.plain", value=_number(_rounded(value, style), style))


def _rounded(value: object, style: int | str) -> Decimal:
    """A value as it is shown, so that what is shown adds up."""
    places = 2 if style == "money" else int(style)
    return Decimal(str(value)).quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)


def _number(value: Decimal, style: int | str, signed: bool = False) -> Value:
    if style == "money":
        return Money(amount=value, exact=True, signed=signed)
    return Number(value=value, decimals=int(style), signed=signed)


def _difference(was: object, now: object, style: int | str | None) -> Shown | None:
    if was == now:
        return None
    if style is None or was is None or now is None:
        return message("pack.other")
    difference = _rounded(now, style) - _rounded(was, style)
    return message("value.plain", value=_number(difference, style, signed=True))


def _card_section(pack: Pack) -> Section:
    """Every indicator as it is and as it would be, and the rule that makes it so."""
    pairs = _pairs(pack)
    differing = [
        was is None or now is None or _judged(was) != _judged(now) for _, was, now in pairs
    ]
    return Section(
        id="card",
        topic=message("pack.card.topic"),
        message=message(
            "pack.card.moved", n=Count(value=sum(differing)), all=Count(value=len(pairs))
        )
        if any(differing)
        else message("pack.card.same", all=Count(value=len(pairs))),
        table=table(
            "indicator:text actual_was:text actual_would_be:text score_was:number "
            "score_would_be:number weighted_was:number weighted_would_be:number because:text",
            [
                (
                    label,
                    measured(pack.before.context, was, was.actual) if was else None,
                    measured(pack.after.context, now, now.actual) if now else None,
                    _points(was.score) if was else None,
                    _points(now.score) if now else None,
                    _points(was.weighted_score, 2) if was else None,
                    _points(now.weighted_score, 2) if now else None,
                    why(pack.after.context, now) if now else None,
                )
                for label, was, now in pairs
            ],
            judgements=["bad" if differs else "neutral" for differs in differing],
        ),
        table_open=True,
    )


def _pairs(pack: Pack) -> list[tuple[Verbatim | Bilingual, Record | None, Record | None]]:
    """Each indicator as it is and as it would be; a role that only one of both has stands alone."""
    was = {(row.scheme_id, row.indicator): row for row in pack.before.scores}
    now = {(row.scheme_id, row.indicator): row for row in pack.after.scores}
    several = len({scheme_id for scheme_id, _ in (*was, *now)}) > 1
    return [
        (_of_scheme(row) if several else label_of(row), was.get(key), now.get(key))
        for key, row in {**was, **now}.items()
    ]


def _of_scheme(row: Record) -> Bilingual:
    """Two roles may have one indicator each of the same name."""
    zh, en = row.label_zh or row.indicator, row.label_en or row.indicator
    return Bilingual(zh=f"{zh} · {row.scheme_zh}", en=f"{en} · {row.scheme_en}")


def _judged(row: Record) -> tuple[object, ...]:
    return (row.actual, row.target, row.n, row.score, row.weighted_score)


def _points(value: Decimal | None, decimals: int = 1) -> Number | None:
    return None if value is None else Number(value=value, decimals=decimals)


def _others_section(pack: Pack) -> Section:
    """Whose results move as well: ranks, medians and distributions look at everybody."""
    topic = message("pack.others.topic")
    if not pack.others:
        return Section(id="others", topic=topic, message=message("pack.others.none"))
    context = pack.before.context
    return Section(
        id="others",
        topic=topic,
        message=message("pack.others.some", n=Count(value=len(pack.others))),
        table=table(
            "appraised:text period:period score_was:number score_would_be:number "
            "grade_was:text grade_would_be:text rank_was:number rank_would_be:number "
            "pay_was:money pay_would_be:money",
            [
                (
                    context.person(one.employee_id),
                    named_period(one.period),
                    _points(one.score_before),
                    _points(one.score_after),
                    _text(one.grade_before),
                    _text(one.grade_after),
                    _rank(one.rank_before),
                    _rank(one.rank_after),
                    money(one.pay_before, exact=True),
                    money(one.pay_after, exact=True),
                )
                for one in pack.others
            ],
        ),
    )


def _rank(rank: int | None) -> Number | None:
    return None if rank is None else Number(value=Decimal(rank), decimals=0)


def _tables_section(pack: Pack) -> Section:
    """The computed tables that come out otherwise, in the order they were made."""
    topic = message("pack.tables.topic")
    if not pack.tables:
        return Section(id="tables", topic=topic, message=message("pack.tables.none"))
    return Section(
        id="tables",
        topic=topic,
        message=message("pack.tables.some", n=Count(value=len(pack.tables))),
        table=table(
            "computed_table:text rows_new:count rows_gone:count",
            [
                (verbatim(name), Count(value=new), Count(value=gone))
                for name, new, gone in pack.tables
            ],
        ),
    )


def _evidence_section(pack: Pack, link: Link) -> Section:
    """How many rows each indicator rests on; the rows themselves stand in the workbook."""
    labels = {row.indicator: label_of(row) for row in (*pack.after.scores, *pack.before.scores)}
    counted = [
        (indicator, len(list(rows)))
        for indicator, rows in groupby(pack.evidence, key=lambda one: one.indicator)
    ]
    return Section(
        id="evidence",
        topic=message("pack.evidence.topic"),
        message=message("pack.evidence.headline", n=Count(value=len(pack.evidence))),
        table=table(
            "indicator:text evidence_rows:count",
            [
                (labels.get(indicator, verbatim(indicator)), Count(value=rows))
                for indicator, rows in counted
            ],
        ),
        table_open=True,
        link=link,
    )


def _book(pack: Pack) -> Book:
    context = pack.before.context

    def card() -> Iterable[Sequence[Cell]]:
        return [
            (
                label, was.score if was else None, now.score if now else None,
                was.weighted_score if was else None, now.weighted_score if now else None,
            )
            for label, was, now in _pairs(pack)
        ]  # fmt: skip

    def others() -> Iterable[Sequence[Cell]]:
        return [
            (
                one.employee_id, context.person(one.employee_id), one.period, one.score_before,
                one.score_after, one.grade_before, one.grade_after, one.pay_before, one.pay_after,
            )
            for one in pack.moved
        ]  # fmt: skip

    def rows() -> Iterable[Sequence[Cell]]:
        return [
            (
                one.indicator, one.kpi, one.key, one.owner, one.numerator, one.denominator,
                one.file, one.line,
            )
            for one in pack.evidence
        ]  # fmt: skip

    return Book(
        title=message("report.appraisal_appeal"),
        sheets=(
            _sheet("changes", _CHANGES, lambda: [astuple(one) for one in pack.changed]),
            _sheet("card", _CARD, card),
            _sheet("results", _OTHERS, others),
            _sheet("tables", _TABLES, lambda: list(pack.tables)),
            _sheet("rows", _ROWS, rows),
        ),
        currency=context.currency,
        year=context.as_of.year,
    )


def _sheet(name: str, specs: str, rows: Rows) -> Sheet:
    return Sheet(name, message(f"pack.sheet.{name}"), columns(specs), rows, total=False)
