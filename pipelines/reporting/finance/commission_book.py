"""The workbook of the commission page: differences first, then everything they are made of.

Belongs here: its sheets and rows. Does not belong here: how a workbook is written (`workbook.py`).
"""

from __future__ import annotations

from collections.abc import Iterable

from pipelines.reporting.finance.differences import key_text, kind_text, reason_text
from pipelines.reporting.model.book import (
    SHEET_ROWS,
    Book,
    Cell,
    Column,
    Extract,
    RowFormula,
    Rows,
    Sheet,
    columns,
)
from pipelines.reporting.model.context import Context
from pipelines.reporting.model.page import Link
from pipelines.reporting.model.shows import shows
from pipelines.reporting.model.values import Count, message
from pipelines.reporting.shared.causes import cause_text

_DIFFERENCES = columns(
    "not_explained:text compared:text month:text key:text subject:text should_be:money found:money "
    "difference:money+ reason_code:text reason:text approval:text accepted_by:text"
)
_STATEMENTS = columns(
    "month:text employee:text payee:text credit:money+ earned:money+ payable:money+ paid:money+ "
    "adjustments:money+ held:money draw_balance:money closed:text checksum:text"
)
_LINES = columns(
    "line:text ledger:text employee:text payee:text month:text posted_month:text on_day:date "
    "line_source:text document:text invoice:text plan_name:text plan_version:int component:text "
    "credit:money split:money cut:money rate:rate earned:money+ payable:money+ held_line:money+ "
    "paid:money+ cause:text corrects:text"
)
_ACCRUALS = columns(
    "month:text expense:money+ gl_expense:money expense_off:money paid_out:money+ liability:money "
    "gl_liability:money liability_off:money"
)
_MONTHS = columns("month:text capitalised:money+ amortised:money+ asset:money")
_COSTS = columns(
    "contract:text month:text employee:text owner:text customer_id:text contract_type:text "
    "amount:money+ term_months:int expensed:text from_month:date months_of_cost:int "
    "per_month:money amortised:money+ asset:money+"
)


@shows(queries=("book_size",))
def book_link(context: Context) -> Link:
    """Where the workbook stands, whichever page speaks of it, and whether it holds every line."""
    lines = context.rows("book_size")[0].lines
    return Link(
        label=message("book.commission")
        if lines <= SHEET_ROWS
        else message("book.commission_part", shown=Count(value=SHEET_ROWS), n=Count(value=lines)),
        path=f"commission_reconciliation/finance/{context.last_month.key}.{{language}}.xlsx",
    )


@shows(
    queries=(
        "book_differences", "book_statements", "book_lines", "book_accruals", "book_cost_months",
        "book_costs",
    )
)  # fmt: skip
def commission_book(context: Context) -> Book:
    """Sheets for finance, with live totals where all rows are shown."""

    def sheet(name: str, shown: tuple[Column, ...], rows: Rows) -> Sheet:
        return Sheet(
            name,
            message(f"book.{name}"),
            shown,
            rows,
            at_most=SHEET_ROWS,
            elsewhere=message("book.elsewhere", shown=Count(value=SHEET_ROWS)),
        )

    return Book(
        title=message("book.commission_title", company=context.company),
        currency=context.currency,
        year=context.as_of.year,
        sheets=(
            sheet("differences", _DIFFERENCES, lambda: _differences(context)),
            sheet("statements", _STATEMENTS, lambda: _statements(context)),
            sheet("lines", _LINES, lambda: _lines(context)),
            sheet("accruals", _ACCRUALS, lambda: _accruals(context)),
            sheet("cost_months", _MONTHS, lambda: _cost_months(context)),
            sheet("costs", _COSTS, lambda: _costs(context)),
        ),
    )


@shows(queries=("month_lines",))
def lines_extract(context: Context) -> Extract:
    """Every line of the page's month, as it stands in the ledger or will."""
    return context.extract("lines", "month_lines")


def _differences(context: Context) -> Iterable[list[Cell]]:
    for row in context.stream("book_differences"):
        yield [
            message("word.unexplained") if row.is_unexplained else None,
            kind_text(row.kind),  # type: ignore[list-item]
            row.period,
            row.key,
            key_text(context, row.kind, row.key),  # type: ignore[list-item]
            row.expected,
            row.actual,
            RowFormula(row.difference, "{found}-{should_be}")
            if row.actual - row.expected == row.difference
            else row.difference,
            row.reason_code,
            reason_text(row.reason_code, row.kind),  # type: ignore[list-item]
            row.approval_id,
            context.person(row.approved_by) if row.approved_by else None,
        ]


def _statements(context: Context) -> Iterable[list[Cell]]:
    for row in context.stream("book_statements"):
        yield [
            row.period,
            row.payee_id,
            context.person(row.payee_id),
            row.credit,
            row.earned,
            row.payable,
            row.paid,
            row.adjustments,
            row.held,
            row.draw_balance,
            message("word.closed") if row.is_closed else None,
            row.checksum,
        ]


def _lines(context: Context) -> Iterable[list[Cell]]:
    for row in context.stream("book_lines", sheet_rows=SHEET_ROWS):
        yield [
            row.line_id,
            message(f"statement.ledger.{row.ledger}"),
            row.payee_id,
            context.person(row.payee_id),
            row.period,
            row.posted_period,
            row.credit_date,
            row.source_kind,
            row.source_id,
            row.invoice_id,
            row.plan_id,
            row.plan_version,
            row.component_id,
            row.credit_amount,
            row.split_pct,
            row.cut_pct,
            row.rate,
            row.earned,
            row.payable,
            row.held,
            row.paid,
            cause_text(row.cause),  # type: ignore[list-item]
            row.reverses_line_id,
        ]


def _accruals(context: Context) -> Iterable[list[Cell]]:
    for row in context.stream("book_accruals"):
        yield [
            row.period,
            row.expense,
            row.gl_expense,
            None
            if row.gl_expense is None
            else RowFormula(row.expense_difference, "{gl_expense}-{expense}"),
            row.paid,
            row.liability,
            row.gl_liability,
            None
            if row.gl_liability is None
            else RowFormula(row.liability_difference, "{gl_liability}-{liability}"),
        ]


def _cost_months(context: Context) -> Iterable[list[Cell]]:
    for row in context.stream("book_cost_months"):
        yield [row.period, row.capitalised, row.amortised, row.asset]


def _costs(context: Context) -> Iterable[list[Cell]]:
    for row in context.stream("book_costs"):
        yield [
            row.contract_id,
            row.period,
            row.owner_id,
            context.person(row.owner_id),
            row.customer_id,
            message(f"contract_type.{row.type}"),
            row.amount,
            row.term_months,
            message("word.yes") if row.is_expensed else None,
            row.from_month,
            row.months,
            row.amount_per_month,
            row.amortised,
            row.asset,
        ]
