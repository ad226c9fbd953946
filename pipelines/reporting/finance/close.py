"""Around closing a month: general ledger, closed months, corrections, disputes, approvals, costs.

Belongs here: what finance looks at before and after a month is closed. Does not belong here:
closing itself (`pipelines/ledger/`) and differences (`section_differences.py`).
"""

from __future__ import annotations

from decimal import Decimal

from pipelines.reporting.finance.differences import key_text
from pipelines.reporting.model.charts import ColumnPoint, Columns
from pipelines.reporting.model.context import Context
from pipelines.reporting.model.page import Section, SectionNotice
from pipelines.reporting.model.periods import month_of
from pipelines.reporting.model.shows import shows
from pipelines.reporting.model.tables import count, day, empty, money, table
from pipelines.reporting.model.values import (
    Count,
    Day,
    Message,
    Moment,
    Money,
    Text,
    message,
    verbatim,
)
from pipelines.reporting.shared.causes import cause_text

_SHORT = 12
"""Characters of a seal that tell one from another."""


@shows(queries=("commission_accruals",))
def accrual_section(context: Context) -> Section:
    """Commission expense and liability by month beside the general ledger."""
    topic = message("accrual.topic")
    rows = context.rows("commission_accruals")
    if not rows:
        return empty("accrual", topic, message("accrual.none"), context.lacks("receipt_allocation"))
    booked = [r for r in rows if r.gl_expense is not None or r.gl_liability is not None]
    off = [r for r in booked if r.expense_difference or r.liability_difference]
    if not booked:
        headline = message("accrual.no_ledger")
    elif off:
        headline = message("accrual.off", n=Count(value=len(off)), month=month_of(off[0].period))
    else:
        headline = message("accrual.agrees", month=month_of(booked[0].period))
    return Section(
        id="accrual",
        topic=topic,
        message=headline,
        what=(message("accrual.what"),),
        table=table(
            "month:period expense:money gl_expense:money expense_off:money liability:money "
            "gl_liability:money liability_off:money",
            [
                (
                    month_of(r.period),
                    money(r.expense, exact=True),
                    money(r.gl_expense, exact=True),
                    money(r.expense_difference, exact=True, signed=True),
                    money(r.liability, exact=True),
                    money(r.gl_liability, exact=True),
                    money(r.liability_difference, exact=True, signed=True),
                )
                for r in rows
            ],
            judgements=["bad" if r in off else "neutral" for r in rows],
        ),
        table_open=bool(off),
    )


@shows(queries=("closed_periods",))
def closed_section(context: Context) -> Section:
    """Months that are closed: when, by whom, and the seal that proves them."""
    topic = message("closed.topic")
    rows = context.rows("closed_periods")
    if not rows:
        return empty("closed", topic, message("closed.none"), None)
    return Section(
        id="closed",
        topic=topic,
        message=message("closed.sum", n=Count(value=len(rows)), month=month_of(rows[0].period)),
        what=(message("closed.what"),),
        table=table(
            "month:period closed_on:moment closed_by:text as_of:day lines:count seal:text",
            [
                (
                    month_of(r.period),
                    Moment(at=r.closed_at),
                    verbatim(r.closed_by),
                    day(r.as_of_date),
                    count(r.line_count),
                    verbatim(r.seal[:_SHORT]),
                )
                for r in rows
            ],
        ),
    )


@shows(queries=("commission_corrections",))
def corrections_section(context: Context) -> Section:
    """What is known late of closed months, posted in the open month, by cause."""
    topic = message("corrections.topic")
    rows = context.rows("commission_corrections")
    if not rows:
        return empty("corrections", topic, message("corrections.none"), None)
    sums = [sum((getattr(r, name) for r in rows), Decimal(0)) for name in _POSTED]
    return Section(
        id="corrections",
        topic=topic,
        message=message(
            "corrections.sum",
            month=month_of(rows[0].posted_period),
            n=Count(value=sum(r.lines for r in rows)),
            earned=Money(amount=sums[0], exact=True, signed=True),
        ),
        what=(message("corrections.what"),),
        table=table(
            "cause:text from_closed:period to_closed:period lines:count payees:count earned:money "
            "payable:money paid:money",
            [
                (
                    cause_text(r.cause),
                    month_of(r.first_period),
                    month_of(r.last_period),
                    count(r.lines),
                    count(r.payees),
                    *(money(getattr(r, name), exact=True, signed=True) for name in _POSTED),
                )
                for r in rows
            ],
            total=(
                message("row.total"), None, None, count(sum(r.lines for r in rows)), None,
                *(money(amount, exact=True, signed=True) for amount in sums),
            ),
        ),
        table_open=True,
    )  # fmt: skip


_POSTED = ("earned", "payable", "paid")


@shows(queries=("open_disputes", "commission_close"))
def disputes_section(context: Context) -> Section:
    """Disputes of statements that nobody has decided."""
    topic = message("disputes.topic")
    rows = context.rows("open_disputes")
    if not rows:
        return empty("disputes", topic, message("disputes.none"), None)
    late = [r for r in rows if r.deadline_date < context.as_of]
    return Section(
        id="disputes",
        topic=topic,
        message=message(
            "disputes.open",
            n=Count(value=len(rows)),
            claimed=Money(
                amount=sum((r.claimed_amount or Decimal(0) for r in rows), Decimal(0)), exact=True
            ),
            day=Day(date=rows[0].deadline_date),
        ),
        notice=_blocks(context),
        table=table(
            "dispute:text payee:text month:period what_is_disputed:text claimed:money opened:day "
            "opened_by:text deadline:day",
            [
                (
                    verbatim(r.dispute_id),
                    context.person(r.payee_id),
                    month_of(r.period),
                    verbatim(r.reason),
                    money(r.claimed_amount, exact=True),
                    day(r.opened_date),
                    context.person(r.opened_by) if r.opened_by else None,
                    day(r.deadline_date),
                )
                for r in rows
            ],
            judgements=["bad" if r in late else "neutral" for r in rows],
        ),
        table_open=True,
    )


def _blocks(context: Context) -> SectionNotice | None:
    if not any(row.disputes_block for row in context.rows("commission_close")):
        return None
    return SectionNotice(severity="info", text=message("disputes.block"))


@shows(queries=("open_approvals",))
def approvals_section(context: Context) -> Section:
    """Approvals that were asked for, and those that do not count."""
    topic = message("approvals.topic")
    rows = context.rows("open_approvals")
    if not rows:
        return empty("approvals", topic, message("approvals.none"), None)
    void = [r for r in rows if r.status == "approved"]
    return Section(
        id="approvals",
        topic=topic,
        message=message(
            "approvals.open",
            n=Count(value=len(rows) - len(void)),
            void=Count(value=len(void)),
        ),
        what=(message("approvals.what"),),
        table=table(
            "approval:text asked_for:text month:text subject:text amount:money why:text "
            "asked_by:text deadline:day state:text",
            [
                (
                    verbatim(r.approval_id),
                    message(f"approval.{r.kind}"),
                    verbatim(r.period),
                    _subject(context, r.kind, r.key),
                    money(r.amount, exact=True),
                    verbatim(r.reason),
                    context.person(r.asked_by) if r.asked_by else None,
                    day(r.deadline_date),
                    message("approval.void") if r in void else message("approval.asked"),
                )
                for r in rows
            ],
            judgements=["bad" if r in void else "neutral" for r in rows],
        ),
        table_open=True,
    )


def _subject(context: Context, kind: str, key: str | None) -> Text | None:
    if key is None:
        return None
    if kind == "difference" and key in ("commission_expense", "commission_payable"):
        return key_text(context, "accrual_to_ledger", key)
    return context.person(key)


@shows(queries=("contract_cost_months",))
def contract_cost_section(context: Context) -> Section:
    """The cost of obtaining contracts: capitalised, written off, and the asset left."""
    topic = message("contract_cost.topic")
    rows = context.rows("contract_cost_months")
    month = context.last_month
    now = next((r for r in rows if r.period == month.key), None)
    if now is None:
        return empty(
            "contract_cost", topic, message("contract_cost.none"), context.lacks("contract")
        )
    return Section(
        id="contract_cost",
        topic=topic,
        message=message(
            "contract_cost.sum",
            month=month,
            asset=Money(amount=now.asset, exact=True),
            amortised=Money(amount=now.amortised, exact=True),
        ),
        what=(message("contract_cost.what"),),
        chart=Columns(
            unit="money",
            points=tuple(
                ColumnPoint(
                    label=month_of(r.period),
                    actual=r.asset if r.period <= context.month.key else None,
                    forecast=r.asset if r.period > context.month.key else None,
                )
                for r in rows
            ),
        ),
        table=table(
            "month:period capitalised:money amortised:money asset:money",
            [
                (
                    month_of(r.period),
                    *(
                        money(getattr(r, n), exact=True)
                        for n in ("capitalised", "amortised", "asset")
                    ),
                )
                for r in rows
            ],
        ),
    )


def liability(context: Context) -> Message | None:
    """What is earned and not yet paid at the end of the last complete month."""
    row = next(
        (r for r in context.rows("commission_accruals") if r.period == context.last_month.key), None
    )
    if row is None:
        return None
    return message("finance.lead.liability", amount=Money(amount=row.liability))
