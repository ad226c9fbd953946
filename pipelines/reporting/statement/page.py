"""A payee's commission statement of a month: every line, what is held, what was corrected.

Belongs here: one page and workbook for each payee and month; what stands in its sections is in
`section_statement.py`. Every lookup goes through the payee's
id, so that no line of another can reach a page. A closed month is rendered once, when it is closed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from itertools import groupby
from operator import attrgetter

from pipelines.reporting.model.book import Book, Cell, Sheet, columns
from pipelines.reporting.model.context import Context
from pipelines.reporting.model.page import Comparison, Page, Reader, Tile
from pipelines.reporting.model.periods import month_of
from pipelines.reporting.model.queries import Record
from pipelines.reporting.model.shows import shows
from pipelines.reporting.model.values import (
    Bilingual,
    Message,
    Moment,
    Money,
    Period,
    message,
    verbatim,
)
from pipelines.reporting.shared import commission_so_far as rep_commission
from pipelines.reporting.shared.causes import cause_text
from pipelines.reporting.shared.paths import above_person
from pipelines.reporting.statement.lines import (
    adjustments_section,
    approvals_section,
    component_text,
    corrections_section,
    disputes_section,
    lines_section,
    release_section,
    settlements_section,
    tier_text,
)

REPORT = "commission_statement"


@dataclass(frozen=True)
class Closed:
    """When a month was closed and by whom; stands on its statements."""

    at: datetime
    by: str


def _page(
    context: Context,
    month: Period,
    sums: Record,
    lines: list[Record],
    holds: list[Record],
    settlements: list[Record],
    disputes: list[Record],
    approvals: list[Record],
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
        above=above_person(context, payee.id, itself=True),
        sections=tuple(
            section
            for section in (
                lines_section(lines),
                corrections_section(lines),
                adjustments_section(context, lines),
                settlements_section(context, settlements),
                release_section(lines, holds),
                rep_commission.commission_section(context, position) if position else None,
                disputes_section(context, disputes),
                approvals_section(context, approvals),
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
                        "amount:money+ cause:text reason:text line:text"
                    ),
                    rows=lambda: _book_rows(lines),
                ),
                Sheet(
                    id="holds",
                    title=message("statement.all_holds"),
                    columns=columns("on_day:date document:text component:text amount:money+"),
                    rows=lambda: _held_rows(holds),
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


def _book_rows(lines: list[Record]) -> Iterator[tuple[Cell, ...]]:
    """Every line of every ledger; nothing is left out or summed."""
    for row in lines:
        yield (
            message(f"statement.ledger.{row.ledger}"),
            row.period,
            row.credit_date,
            row.source_id,
            row.invoice_id,
            component_text(row),  # type: ignore[misc]
            row.credit_amount,
            row.split_pct / 100 if row.split_pct is not None else None,
            row.cut_pct / 100 if row.cut_pct is not None else None,
            tier_text(row),
            row.rate,
            row.amount,
            cause_text(row.cause),
            row.reason,
            row.line_id,
        )


def _held_rows(holds: list[Record]) -> Iterator[tuple[Cell, ...]]:
    """What is earned and becomes payable on a known later day."""
    for row in holds:
        yield (
            row.release_date,
            row.source_id,
            Bilingual(zh=row.label_zh, en=row.label_en),
            row.amount,
        )


@shows(
    rep_commission.positions,
    rep_commission.commission_section,
    queries=(
        "statement_payees", "statement_lines", "statement_holds", "statement_disputes",
        "statement_approvals", "statement_settlements",
    ),
    kpis=("commission_earned", "commission_payable", "commission_paid"),
)  # fmt: skip
def pages_of(context: Context, month: Period, closed: Closed | None) -> Iterator[Page]:
    """The statements of a month, one for each payee; the lines of one are held at a time."""
    asked = {"statement_month": month.key}
    lines = by_payee(context.stream("statement_lines", **asked))
    disputes = context.grouped("statement_disputes", "payee_id", **asked)
    approvals = context.grouped("statement_approvals", "payee_id", **asked)
    holds = context.grouped("statement_holds", "payee_id", **asked)
    settlements = context.grouped("statement_settlements", "payee_id", **asked)
    positions = rep_commission.positions(context, month.key)
    for row in context.rows("statement_payees", **asked):
        yield _page(
            context,
            month,
            row,
            lines(row.payee_id),
            holds.get(row.payee_id, []),
            settlements.get(row.payee_id, []),
            disputes.get(row.payee_id, []),
            approvals.get(row.payee_id, []),
            positions.get(row.payee_id),
            closed,
        )


def by_payee(rows: Iterator[Record]) -> Callable[[str], list[Record]]:
    """The rows of one payee at a time; both the rows and those who ask come in order of payees."""
    groups = groupby(rows, key=attrgetter("payee_id"))
    ahead: list[tuple[str, list[Record]]] = []

    def of(payee_id: str) -> list[Record]:
        while not ahead or ahead[0][0] < payee_id:
            ahead.clear()
            try:
                found, theirs = next(groups)
            except StopIteration:
                return []
            ahead.append((found, list(theirs)))
        return ahead[0][1] if ahead[0][0] == payee_id else []

    return of


@shows(pages_of, queries=("open_months",))
def build(context: Context) -> Iterator[Page]:
    """Statements of the open months that somebody acts on.

    Those are the last month that has ended, or the running one once that is closed, and the month
    in which corrections to closed ones are posted.
    """
    (books,) = context.rows("open_months")
    last, running = context.last_month, context.month
    months = {last.key: last} if last.key > books.last_period else {running.key: running}
    if books.is_begun and books.open_period <= running.key:
        months[books.open_period] = month_of(books.open_period)
    for _, month in sorted(months.items()):
        yield from pages_of(context, month, None)
