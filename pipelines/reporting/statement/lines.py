"""What a payee's statement is made of: lines earned, corrections, releases, disputes.

Belongs here: the sections and the words of one line. Does not belong here: whose lines they are,
the page and its workbook (`statement.py`).
"""

from __future__ import annotations

from decimal import Decimal
from functools import lru_cache
from heapq import nlargest

from pipelines.reporting.model.context import Context
from pipelines.reporting.model.page import Section, SectionNotice
from pipelines.reporting.model.periods import month_of
from pipelines.reporting.model.queries import Record
from pipelines.reporting.model.tables import Cells, day, empty, money, table
from pipelines.reporting.model.values import (
    Bilingual,
    Count,
    Day,
    Message,
    Money,
    Number,
    Ratio,
    Text,
    message,
    verbatim,
)
from pipelines.reporting.shared.causes import cause_text
from pipelines.workspace.currency import decimals_of

_PER_UNIT = Decimal(5)
"""A rate above this is an amount for each unit, not a share."""

LINES_SHOWN = 500
"""As many lines as anybody reads on a page; all of them stand in its workbook."""


def _largest(rows: list[Record]) -> tuple[list[Record], tuple[Message, ...]]:
    """The lines a page shows, in their order, and what it says where those are not all."""
    if len(rows) <= LINES_SHOWN:
        return rows, ()
    places = nlargest(LINES_SHOWN, range(len(rows)), key=lambda at: (abs(rows[at].amount), -at))
    said = message("statement.largest", shown=Count(value=LINES_SHOWN), n=Count(value=len(rows)))
    return [rows[at] for at in sorted(places)], (said,)


def lines_section(lines: list[Record]) -> Section:
    """What was earned in the month: document, credit, tier, rate, amount."""
    topic = message("statement.lines.topic")
    earned = [row for row in lines if row.ledger == "earned" and not row.is_correction]
    if not earned:
        return empty("lines", topic, message("statement.lines.none"), None)
    total = sum((row.amount for row in earned), Decimal(0))
    shown, said = _largest(earned)
    return Section(
        id="lines",
        topic=topic,
        message=message(
            "statement.lines.sum",
            n=Count(value=len(earned)),
            amount=Money(amount=total, exact=True),
        ),
        what=(message("statement.lines.what"), *said),
        table=table(
            "document:text on_day:day invoice:text component:text credit:money step:text "
            "rate:ratio amount:money cause:text",
            [_earned(row) for row in shown],
            total=(
                message("row.total"), None, None, None, None, None, None,
                money(total, exact=True), None,
            ),
        ),
        table_open=True,
    )  # fmt: skip


def _earned(row: Record) -> Cells:
    return (
        _source(row),
        day(row.credit_date),
        verbatim(row.invoice_id) if row.invoice_id else None,
        component_text(row),
        _credit(row),
        tier_text(row),
        _rate(str(row.rate)) if row.rate is not None and row.rate < _PER_UNIT else None,
        money(row.amount, exact=True),
        cause_text(row.cause),
    )


def _source(row: Record) -> Text:
    """The source document; a pool by its unit, whose month is that of the line."""
    if row.source_kind == "pool":
        return verbatim(row.source_id.split(":")[-2])
    return verbatim(row.source_id)


def component_text(row: Record) -> Text | None:
    if row.label_zh:
        return _label(row.label_zh, row.label_en)
    return message(f"statement.component.{row.component_id}")


def tier_text(row: Record) -> Message | None:
    """The limits of the tier, in percent, units or money, where there is more than one.

    A rule by discount or margin has those of its band, of which the lower may be open. What a grade
    settles is a percent of what had become payable.
    """
    if row.source_kind == "appraisal" and row.rate is not None:
        return message(
            "statement.of_payable",
            pct=Ratio(value=1 + row.rate),
            amount=Money(amount=row.source_amount, exact=True),
        )
    if row.tier_to is None and not row.tier_from:
        return None
    is_share = row.rate_kind in ("matrix", "rules") or row.rate_by == "attainment"
    start = None if row.tier_from is None else str(row.tier_from)
    end = None if row.tier_to is None else str(row.tier_to)
    return _tier(start, end, is_share, row.is_of_units)


# What a hundred thousand lines have in common is one object each. Decimals are remembered by their
# text: 1.0 and 1.00 are equal, and shown differently.
@lru_cache(maxsize=10_000)
def _label(zh: str, en: str) -> Bilingual:
    return Bilingual(zh=zh, en=en)


@lru_cache(maxsize=10_000)
def _tier(start: str | None, end: str | None, is_share: bool, is_of_units: bool) -> Message:
    def limit(text: str) -> Ratio | Number | Money:
        if is_share:
            return Ratio(value=Decimal(text) / 100)
        return (
            Number(value=Decimal(text), decimals=0) if is_of_units else Money(amount=Decimal(text))
        )

    if start is None:
        assert end is not None
        return message("statement.tier_to", end=limit(end))
    if end is None:
        return message("statement.tier_from", start=limit(start))
    return message("statement.tier", start=limit(start), end=limit(end))


@lru_cache(maxsize=10_000)
def _rate(text: str) -> Ratio:
    return Ratio(value=Decimal(text), decimals=2)


def _credit(row: Record) -> Money | None:
    """A credit in money; one that counts units has none."""
    return None if row.is_of_units else money(row.credit_amount, exact=True)


def corrections_section(lines: list[Record]) -> Section | None:
    """What changed of closed months, line by line, with the cause and the line it corrects."""
    found = [r for r in lines if r.is_correction and r.ledger in ("earned", "paid")]
    if not found:
        return None
    total = sum((row.amount for row in found if row.ledger == "earned"), Decimal(0))
    shown, said = _largest(found)
    return Section(
        id="corrections",
        topic=message("statement.corrections.topic"),
        message=message(
            "statement.corrections.sum",
            n=Count(value=len(found)),
            amount=Money(amount=total, exact=True, signed=True),
        ),
        what=(message("statement.corrections.what"), *said),
        table=table(
            "month:period document:text invoice:text component:text credit:money amount:money "
            "cause:text line:text",
            [
                (
                    month_of(row.period),
                    verbatim(row.source_id),
                    verbatim(row.invoice_id) if row.invoice_id else None,
                    component_text(row),
                    money(row.credit_amount, exact=True, signed=True),
                    money(row.amount, exact=True, signed=True),
                    cause_text(row.cause),
                    verbatim(row.reverses_line_id or row.line_id),
                )
                for row in shown
            ],
        ),
        table_open=True,
    )


def adjustments_section(context: Context, lines: list[Record]) -> Section | None:
    """What was paid or taken by hand: why, and who approved it."""
    found = [r for r in lines if r.ledger == "earned" and r.source_kind == "adjustment"]
    if not found:
        return None
    total = sum((row.amount for row in found), Decimal(0))
    return Section(
        id="adjustments",
        topic=message("statement.adjustments.topic"),
        message=message(
            "statement.adjustments.sum",
            n=Count(value=len(found)),
            amount=Money(amount=total, exact=True, signed=True),
        ),
        what=(message("statement.adjustments.what"),),
        table=table(
            "document:text month:period cause:text amount:money reason:text approver:text",
            [
                (
                    verbatim(row.source_id),
                    month_of(row.period),
                    cause_text(row.cause),
                    money(row.amount, exact=True, signed=True),
                    verbatim(row.reason) if row.reason else None,
                    context.person(row.approved_by) if row.approved_by else None,
                )
                for row in found
            ],
        ),
        table_open=True,
    )


def release_section(lines: list[Record], holds: list[Record]) -> Section | None:
    """What became payable later than it was earned, and what waits until when."""
    released = [r for r in lines if r.ledger == "payable" and r.source_kind == "release"]
    if not released and not holds:
        return None
    waiting = sum((row.amount for row in holds), Decimal(0))
    came = sum((row.amount for row in released), Decimal(0))
    came_shown, came_said = _largest(released)
    waiting_shown, waiting_said = _largest(holds)
    headline = message(
        "statement.release.sum",
        released=Money(amount=came, exact=True),
        waiting=Money(amount=waiting, exact=True),
    )
    return Section(
        id="release",
        topic=message("statement.release.topic"),
        message=headline,
        what=(message("statement.release.what"), *came_said, *waiting_said),
        table=table(
            "on_day:day document:text component:text amount:money cause:text",
            [
                (
                    day(row.credit_date),
                    _document(row.source_id),
                    component_text(row),
                    money(row.amount, exact=True, signed=True),
                    cause_text(row.cause),
                )
                for row in came_shown
            ]
            + [
                (
                    day(row.release_date),
                    _document(row.source_id),
                    _label(row.label_zh, row.label_en),
                    money(row.amount, exact=True, signed=True),
                    message("statement.release.planned"),
                )
                for row in waiting_shown
            ],
        ),
        table_open=True,
    )


def settlements_section(context: Context, settlements: list[Record]) -> Section | None:
    """What is paid on which day and in which currency, where a month has more than one."""
    if len(settlements) <= 1 and all(row.currency == context.currency for row in settlements):
        return None
    total = sum((row.amount_base for row in settlements), Decimal(0))
    return Section(
        id="settlements",
        topic=message("statement.settlements.topic"),
        message=message(
            "statement.settlements.sum",
            n=Count(value=len(settlements)),
            amount=Money(amount=total, exact=True),
        ),
        what=(message("statement.settlements.what"),),
        table=table(
            "currency:text on_day:day amount_in_currency:number payable:money",
            [
                (
                    verbatim(row.currency),
                    day(row.settled_on),
                    Number(value=row.settled_amount, decimals=decimals_of(row.currency)),
                    money(row.amount_base, exact=True, signed=True),
                )
                for row in settlements
            ],
            total=(message("row.total"), None, None, money(total, exact=True, signed=True)),
        ),
        table_open=True,
    )


def _document(source_id: str) -> Text:
    """The number of the document in a line's id."""
    kind, colon, number = source_id.partition("|")[0].partition(":")
    return verbatim(number.partition(":")[0] if colon else kind)


def disputes_section(context: Context, disputes: list[Record]) -> Section | None:
    if not disputes:
        return None
    waiting = [row for row in disputes if row.status == "open"]
    return Section(
        id="disputes",
        topic=message("statement.disputes.topic"),
        message=message(
            "statement.disputes.sum", n=Count(value=len(disputes)), open=Count(value=len(waiting))
        ),
        notice=SectionNotice(
            severity="warning",
            text=message("statement.disputes.due", day=Day(date=waiting[0].deadline_date)),
        )
        if waiting
        else None,
        table=table(
            "dispute:text state:text opened:day opened_by:text deadline:day "
            "what_is_disputed:text claimed:money decided:day decided_by:text decision:text "
            "effect:money",
            [
                (
                    verbatim(row.dispute_id),
                    message(f"statement.disputes.{row.status}"),
                    day(row.opened_date),
                    context.person(row.opened_by) if row.opened_by else None,
                    day(row.deadline_date),
                    verbatim(row.reason),
                    money(row.claimed_amount, exact=True),
                    day(row.decided_date),
                    context.person(row.decided_by) if row.decided_by else None,
                    verbatim(row.decision) if row.decision else None,
                    money(row.effect_amount, exact=True, signed=True),
                )
                for row in disputes
            ],
        ),
        table_open=True,
    )


def approvals_section(context: Context, approvals: list[Record]) -> Section | None:
    """Who approved what about this payee's month, or is asked to, until when and why."""
    if not approvals:
        return None
    waiting = [row for row in approvals if row.status == "asked"]
    return Section(
        id="approvals",
        topic=message("approvals.topic"),
        message=message(
            "statement.approvals.sum",
            n=Count(value=len(approvals)),
            open=Count(value=len(waiting)),
        ),
        what=(message("approvals.what"),),
        table=table(
            "approval:text asked_for:text state:text amount:money asked_by:text asked:day "
            "deadline:day approver:text approved:day reason:text",
            [
                (
                    verbatim(row.approval_id),
                    message(f"approval.{row.kind}"),
                    message(f"approval.{_approval_state(row)}"),
                    money(row.amount, exact=True, signed=True),
                    context.person(row.asked_by) if row.asked_by else None,
                    day(row.asked_date),
                    day(row.deadline_date),
                    context.person(row.approved_by) if row.approved_by else None,
                    day(row.approved_date),
                    verbatim(row.reason),
                )
                for row in approvals
            ],
        ),
        table_open=True,
    )


def _approval_state(row: Record) -> str:
    """An approval that somebody gave who may not give it does not count."""
    return "void" if row.status == "approved" and not row.is_valid else str(row.status)
