"""A payee's commission statement of a month: every line, what is held, what was corrected.

Belongs here: one page and workbook for each payee and month. Every lookup goes through the payee's
id, so that no line of another can reach a page. A closed month is rendered once, when it is closed.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from pipelines.reporting import rep_commission
from pipelines.reporting.causes import cause_text
from pipelines.reporting.context import Context
from pipelines.reporting.data import Record
from pipelines.reporting.model import Comparison, Page, Reader, Section, SectionNotice, Tile
from pipelines.reporting.periods import month_of
from pipelines.reporting.tables import Cells, day, empty, money, table
from pipelines.reporting.values import (
    Bilingual,
    Count,
    Day,
    Message,
    Moment,
    Money,
    Number,
    Period,
    Ratio,
    Text,
    message,
    verbatim,
)
from pipelines.reporting.workbook import Book, Cell, Sheet, columns

QUERIES = (
    "open_months", "statement_payees", "statement_lines", "statement_holds", "statement_disputes",
    "quotas",
    *rep_commission.QUERIES,
)  # fmt: skip
REPORT = "commission_statement"
_PER_UNIT = Decimal(5)
"""A rate above this is an amount for each unit, not a share."""


@dataclass(frozen=True)
class Closed:
    """When a month was closed and by whom; stands on its statements."""

    at: datetime
    by: str


def build(context: Context) -> list[Page]:
    """Statements of the open months that somebody acts on.

    Those are the last month that has ended, or the running one once that is closed, and the month
    in which corrections to closed ones are posted.
    """
    (books,) = context.rows("open_months")
    last, running = context.last_month, context.month
    months = {last.key: last} if last.key > books.last_period else {running.key: running}
    if books.is_begun and books.open_period <= running.key:
        months[books.open_period] = month_of(books.open_period)
    return [page for _, month in sorted(months.items()) for page in pages_of(context, month, None)]


def pages_of(context: Context, month: Period, closed: Closed | None) -> list[Page]:
    """The statements of a month, one for each payee."""
    asked = {"statement_month": month.key}
    lines = context.grouped("statement_lines", "payee_id", **asked)
    disputes = context.grouped("statement_disputes", "payee_id", **asked)
    holds = context.grouped("statement_holds", "payee_id")
    positions = {row.employee_id: row for row in context.rows("commission_positions")}
    return [
        _page(
            context,
            month,
            row,
            lines.get(row.payee_id, []),
            holds.get(row.payee_id, []),
            disputes.get(row.payee_id, []),
            positions.get(row.payee_id) if month.key == context.month.key else None,
            closed,
        )
        for row in context.rows("statement_payees", **asked)
    ]


def _page(
    context: Context,
    month: Period,
    sums: Record,
    lines: list[Record],
    holds: list[Record],
    disputes: list[Record],
    position: Record | None,
    closed: Closed | None,
) -> Page:
    payee = Reader(kind="employee", id=sums.payee_id, name=context.person(sums.payee_id))
    page = Page(
        report=REPORT,
        reader=payee,
        period=month,
        as_of=context.as_of,
        company=context.company,
        currency=context.currency,
        lead=_lead(month, sums, closed),
        freshness=context.freshness,
        quality=context.quality.seen_by(payee),
        tiles=_tiles(month, sums),
        sections=tuple(
            section
            for section in (
                _lines_section(lines),
                _corrections_section(lines),
                _release_section(lines, holds),
                rep_commission.commission_section(context, position) if position else None,
                _disputes_section(context, disputes),
            )
            if section is not None
        ),
        book=Book(
            title=message("statement.book", payee=payee.name, month=month),
            sheets=(
                Sheet(
                    id="lines",
                    title=message("statement.all_lines"),
                    columns=columns(
                        "ledger:text month:text on_day:date document:text invoice:text "
                        "component:text credit:money split:pct cut:pct step:text rate:rate "
                        "amount:money+ cause:text line:text"
                    ),
                    rows=lambda: _book_rows(lines),
                ),
            ),
            currency=context.currency,
            year=month.start.year,
        ),
    )
    linked = page.sections[0].model_copy(
        update={"link": page.book_link(message("statement.download"))}
    )
    return page.model_copy(update={"sections": (linked, *page.sections[1:])})


def _lead(month: Period, sums: Record, closed: Closed | None) -> tuple[Message, ...]:
    said = [
        message(
            "statement.lead",
            month=month,
            earned=Money(amount=sums.earned, exact=True),
            payable=Money(amount=sums.payable, exact=True),
        )
    ]
    if sums.held:
        said.append(message("statement.lead_held", held=Money(amount=sums.held, exact=True)))
    if sums.draw_balance:
        said.append(
            message("statement.lead_draw", owed=Money(amount=sums.draw_balance, exact=True))
        )
    if closed is not None:
        said.append(message("statement.closed", at=Moment(at=closed.at), by=verbatim(closed.by)))
    else:
        said.append(message("statement.open"))
    return tuple(said)


def _tiles(month: Period, sums: Record) -> tuple[Tile, ...]:
    year = Period.model_validate(
        {
            "period": "year",
            "start": month.start.replace(month=1, day=1),
            "end": month.start.replace(month=12, day=31),
        }
    )

    def tile(kpi: str, amount: Decimal, year_amount: Decimal | None) -> Tile:
        beside: tuple[Comparison, ...] = ()
        if year_amount is not None:
            beside = (
                Comparison(
                    label=message("statement.year", year=year),
                    shown=Money(amount=year_amount, exact=True),
                ),
            )
        return Tile(
            kpi_id=f"commission_{kpi}",
            label=message(f"column.{kpi}"),
            scope=message("statement.of_month", month=month),
            value=Money(amount=amount, exact=True),
            comparisons=beside,
        )

    return (
        tile("earned", sums.earned, sums.year_earned),
        tile("payable", sums.payable, sums.year_payable),
        tile("paid", sums.paid, sums.year_paid),
        tile("held", sums.held, None),
    )


def _lines_section(lines: list[Record]) -> Section:
    """What was earned in the month: document, credit, tier, rate, amount."""
    topic = message("statement.lines.topic")
    earned = [row for row in lines if row.ledger == "earned" and not row.is_correction]
    if not earned:
        return empty("lines", topic, message("statement.lines.none"), None)
    total = sum((row.amount for row in earned), Decimal(0))
    return Section(
        id="lines",
        topic=topic,
        message=message(
            "statement.lines.sum",
            n=Count(value=len(earned)),
            amount=Money(amount=total, exact=True),
        ),
        what=(message("statement.lines.what"),),
        table=table(
            "document:text on_day:day invoice:text component:text credit:money step:text "
            "rate:ratio amount:money cause:text",
            [_earned(row) for row in earned],
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
        _component(row),
        _credit(row),
        _tier(row),
        Ratio(value=row.rate, decimals=2)
        if row.rate is not None and row.rate < _PER_UNIT
        else None,
        money(row.amount, exact=True),
        cause_text(row.cause),
    )


def _source(row: Record) -> Text:
    """The source document; a pool by its unit, whose month is that of the line."""
    if row.source_kind == "pool":
        return verbatim(row.source_id.split(":")[-2])
    return verbatim(row.source_id)


def _component(row: Record) -> Text | None:
    if row.label_zh:
        return Bilingual(zh=row.label_zh, en=row.label_en)
    return message(f"statement.component.{row.component_id}")


def _tier(row: Record) -> Message | None:
    """The limits of the tier, in percent, units or money, where there is more than one."""
    if row.tier_from is None or (row.tier_from == 0 and row.tier_to is None):
        return None
    start, end = (_limit(row, limit) for limit in (row.tier_from, row.tier_to))
    if end is None:
        return message("statement.tier_from", start=start)
    return message("statement.tier", start=start, end=end)


def _limit(row: Record, limit: Decimal | None) -> Any:
    if limit is None:
        return None
    if row.rate_kind == "matrix" or row.rate_by == "attainment":
        return Ratio(value=limit / 100)
    return Number(value=limit, decimals=0) if row.is_of_units else Money(amount=limit)


def _credit(row: Record) -> Money | None:
    """A credit in money; one that counts units has none."""
    return None if row.is_of_units else money(row.credit_amount, exact=True)


def _corrections_section(lines: list[Record]) -> Section | None:
    """What changed of closed months, line by line, with the cause and the line it corrects."""
    found = [r for r in lines if r.is_correction and r.ledger in ("earned", "paid")]
    if not found:
        return None
    total = sum((row.amount for row in found if row.ledger == "earned"), Decimal(0))
    return Section(
        id="corrections",
        topic=message("statement.corrections.topic"),
        message=message(
            "statement.corrections.sum",
            n=Count(value=len(found)),
            amount=Money(amount=total, exact=True, signed=True),
        ),
        what=(message("statement.corrections.what"),),
        table=table(
            "month:period document:text invoice:text component:text credit:money amount:money "
            "cause:text line:text",
            [
                (
                    month_of(row.period),
                    verbatim(row.source_id),
                    verbatim(row.invoice_id) if row.invoice_id else None,
                    _component(row),
                    money(row.credit_amount, exact=True, signed=True),
                    money(row.amount, exact=True, signed=True),
                    cause_text(row.cause),
                    verbatim(row.reverses_line_id or row.line_id),
                )
                for row in found
            ],
        ),
        table_open=True,
    )


def _release_section(lines: list[Record], holds: list[Record]) -> Section | None:
    """What became payable later than it was earned, and what waits until when."""
    released = [r for r in lines if r.ledger == "payable" and r.source_kind == "release"]
    if not released and not holds:
        return None
    waiting = sum((row.amount for row in holds), Decimal(0))
    came = sum((row.amount for row in released), Decimal(0))
    headline = message(
        "statement.release.sum",
        released=Money(amount=came, exact=True),
        waiting=Money(amount=waiting, exact=True),
    )
    return Section(
        id="release",
        topic=message("statement.release.topic"),
        message=headline,
        what=(message("statement.release.what"),),
        table=table(
            "on_day:day document:text component:text amount:money cause:text",
            [
                (
                    day(row.credit_date),
                    _document(row.source_id),
                    _component(row),
                    money(row.amount, exact=True, signed=True),
                    cause_text(row.cause),
                )
                for row in released
            ]
            + [
                (
                    day(row.release_date),
                    _document(row.source_id),
                    Bilingual(zh=row.label_zh, en=row.label_en),
                    money(row.amount, exact=True, signed=True),
                    message("statement.release.planned"),
                )
                for row in holds
            ],
        ),
        table_open=True,
    )


def _document(source_id: str) -> Text:
    """The number of the document in a line's id."""
    kind, colon, number = source_id.partition("|")[0].partition(":")
    return verbatim(number.partition(":")[0] if colon else kind)


def _disputes_section(context: Context, disputes: list[Record]) -> Section | None:
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
            "dispute:text state:text opened:day deadline:day what_is_disputed:text claimed:money "
            "decided:day decided_by:text decision:text effect:money",
            [
                (
                    verbatim(row.dispute_id),
                    message(f"statement.disputes.{row.status}"),
                    day(row.opened_date),
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


def _book_rows(lines: list[Record]) -> Iterator[tuple[Cell, ...]]:
    """Every line of every ledger; nothing is left out or summed."""
    for row in lines:
        yield (
            message(f"statement.ledger.{row.ledger}"),
            row.period,
            row.credit_date,
            row.source_id,
            row.invoice_id,
            _component(row),  # type: ignore[misc]
            row.credit_amount,
            row.split_pct / 100 if row.split_pct is not None else None,
            row.cut_pct / 100 if row.cut_pct is not None else None,
            _tier(row),
            row.rate,
            row.amount,
            cause_text(row.cause),
            row.line_id,
        )
