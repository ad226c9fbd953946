"""Commission for finance: the base traced from receipts, statements against payroll, payees.

Belongs here: the commission sections of the finance page. Does not belong here: a
representative's own commission (`rep_commission.py`).
"""

from __future__ import annotations

from decimal import Decimal

from pipelines.reporting.charts import ColumnPoint, Columns, Waterfall, WaterfallStep
from pipelines.reporting.context import Context
from pipelines.reporting.data import Record
from pipelines.reporting.model import Section, SectionNotice
from pipelines.reporting.periods import month_of
from pipelines.reporting.tables import count, empty, money, table
from pipelines.reporting.values import Count, Judgement, Message, Money, Period, message, verbatim

QUERIES = (
    "commission_totals", "commission_payees", "commission_differences", "commission_bases",
)  # fmt: skip
_UNEXPLAINED = "unexplained"
_TIMING = "timing"
_REASONS = frozenset(
    {"timing", "missing", "duplicate", "rounding", "paid_after_leaving", "unexplained"}
)


def reason_text(code: str | None) -> Message | None:
    """A reason code in words; a code without words is shown as it is."""
    if code is None:
        return None
    if code in _REASONS:
        return message(f"reason.{code}")
    return message("value.plain", value=verbatim(code))


def settled_differences(context: Context) -> list[Record]:
    """Differences of months that payroll has already paid."""
    return [r for r in context.rows("commission_differences") if r.reason_code != _TIMING]


def unexplained(context: Context) -> Decimal:
    """What no rule explains, over all months."""
    return sum(
        (r.difference for r in settled_differences(context) if r.reason_code == _UNEXPLAINED),
        Decimal(0),
    )


def differences_section(context: Context) -> Section:
    """Statement against payroll: every difference with its reason."""
    topic = message("differences.topic")
    reason = context.lacks("payroll_commission")
    if reason is not None:
        return empty("differences", topic, message("differences.unknown"), reason)
    rows = settled_differences(context)
    return Section(
        id="differences",
        topic=topic,
        message=_differences_headline(rows),
        what=(message("differences.what"),),
        note=_timing(context),
        table=table(
            "payee:text month:period expected:money actual_paid:money difference:money reason:text",
            [
                (
                    context.person(row.key),
                    month_of(row.period),
                    money(row.expected, exact=True),
                    money(row.actual, exact=True),
                    money(row.difference, exact=True, signed=True),
                    reason_text(row.reason_code),
                )
                for row in rows
            ],
            total=(
                message("row.total"),
                None,
                money(sum((r.expected for r in rows), Decimal(0)), exact=True),
                money(sum((r.actual for r in rows), Decimal(0)), exact=True),
                money(sum((r.difference for r in rows), Decimal(0)), exact=True, signed=True),
                None,
            ),
            judgements=[_worry(row) for row in rows],
        )
        if rows
        else None,
        table_open=True,
    )


def _worry(row: Record) -> Judgement:
    return "bad" if row.reason_code == _UNEXPLAINED else "neutral"


def _differences_headline(rows: list[Record]) -> Message:
    if not rows:
        return message("differences.none")
    n = Count(value=len(rows))
    open_rows = [row for row in rows if row.reason_code == _UNEXPLAINED]
    if not open_rows:
        return message("differences.explained", n=n)
    # Signs must not cancel: two unexplained cents in opposite directions are two cents.
    amount = sum((abs(row.difference) for row in open_rows), Decimal(0))
    return message(
        "differences.unexplained",
        n=n,
        open=Count(value=len(open_rows)),
        amount=Money(amount=amount, exact=True),
    )


def _timing(context: Context) -> tuple[Message, ...]:
    rows = [r for r in context.rows("commission_differences") if r.reason_code == _TIMING]
    if not rows:
        return ()
    return (
        message(
            "differences.timing",
            n=Count(value=len(rows)),
            amount=Money(amount=-sum((r.difference for r in rows), Decimal(0)), exact=True),
        ),
    )


def base_section(context: Context) -> Section:
    """From the receipts of the last complete month to its commission credit, to the cent."""
    topic = message("base.topic")
    rows = context.rows("commission_bases")
    reason = context.lacks("receipt_allocation", "receipt")
    if reason is not None or not rows:
        return empty("base", topic, message("base.none"), reason)
    month = context.last_month
    row = next((r for r in rows if r.period == month.key), rows[0])
    off = sum((r.credit - r.statement_credit for r in rows), Decimal(0))
    return Section(
        id="base",
        topic=topic,
        message=message(
            "base.traced" if off == 0 else "base.off",
            month=month_of(row.period),
            credit=Money(amount=row.credit, exact=True),
        ),
        what=(message("base.what"),),
        chart=Waterfall(
            steps=(
                _step("base.collected", row.collected, "level"),
                _step("base.without_plan", -row.without_plan, "move"),
                _step("base.vat", -row.vat, "move"),
                _step("base.shares", -row.shares_without_plan, "move"),
                _step("base.credit", row.credit, "level"),
            )
        ),
        table=table(
            "month:period collected:money without_plan:money vat:money shares:money credit:money "
            "statement_credit:money remainder:money",
            [
                (
                    month_of(r.period),
                    *(
                        money(amount, exact=True)
                        for amount in (r.collected, -r.without_plan, -r.vat, -r.shares_without_plan)
                    ),
                    money(r.credit, exact=True),
                    money(r.statement_credit, exact=True),
                    money(r.credit - r.statement_credit, exact=True, signed=True),
                )
                for r in rows
            ],
        ),
    )


def _step(label: str, amount: Decimal, role: str) -> WaterfallStep:
    return WaterfallStep.model_validate({"label": message(label), "amount": amount, "role": role})


def months_section(context: Context) -> Section:
    """Payable and paid by month; what is not yet paid is a liability."""
    topic = message("months.topic")
    rows = context.rows("commission_totals")
    if not rows:
        return empty("months", topic, message("months.none"), context.lacks("receipt_allocation"))
    owed = sum((r.payable - r.paid for r in rows if r.paid == 0), Decimal(0))
    return Section(
        id="months",
        topic=topic,
        message=message("months.owed", amount=Money(amount=owed, exact=True))
        if owed
        else message("months.all_paid"),
        what=(message("months.what"),),
        chart=Columns(
            unit="money",
            points=tuple(
                ColumnPoint(
                    label=month_of(r.period), actual=r.paid if r.paid else None, plan=r.payable
                )
                for r in rows
            ),
        ),
        note=(message("months.accrual", month=context.month, amount=_accrual(context, rows)),),
        table=table(
            "month:period payees:count credit:money earned:money payable:money paid:money "
            "held:money adjustments:money difference:money",
            [
                (
                    month_of(r.period),
                    count(r.payees),
                    *(
                        money(amount, exact=True)
                        for amount in (r.credit, r.earned, r.payable, r.paid, r.held)
                    ),
                    money(r.adjustments, exact=True, signed=True),
                    money(r.paid - r.payable, exact=True, signed=True),
                )
                for r in reversed(rows)
            ],
        ),
    )


def _accrual(context: Context, rows: list[Record]) -> Money:
    earned = next((r.earned for r in rows if r.period == context.month.key), Decimal(0))
    return Money(amount=earned, exact=True)


def payees_section(context: Context) -> Section:
    """Every payee of the last complete month."""
    topic = message("payees.topic")
    month: Period = context.last_month
    rows = context.rows("commission_payees")
    if not rows:
        return empty(
            "payees",
            topic,
            message("payees.none", month=month),
            context.lacks("receipt_allocation"),
        )
    totals = [
        sum((getattr(r, name) for r in rows), Decimal(0))
        for name in ("credit", "earned", "payable", "paid", "held")
    ]
    return Section(
        id="payees",
        topic=topic,
        message=message(
            "payees.sum",
            month=month,
            n=Count(value=len(rows), unit="people"),
            payable=Money(amount=totals[2], exact=True),
            paid=Money(amount=totals[3], exact=True),
        ),
        notice=_repeated(rows),
        table=table(
            "payee:text credit:money earned:money payable:money paid:money held:money "
            "adjustments:money difference:money reason:text",
            [
                (
                    context.person(r.payee_id),
                    *(
                        money(amount, exact=True)
                        for amount in (r.credit, r.earned, r.payable, r.paid, r.held)
                    ),
                    money(r.adjustments, exact=True, signed=True) if r.adjustments else None,
                    money(r.difference, exact=True, signed=True) if r.difference else None,
                    reason_text(r.reason_code),
                )
                for r in rows
            ],
            total=(
                message("row.total"),
                *(money(amount, exact=True) for amount in totals),
                money(sum((r.adjustments for r in rows), Decimal(0)), exact=True, signed=True),
                money(totals[3] - totals[2], exact=True, signed=True),
                None,
            ),
            judgements=["bad" if r.reason_code == _UNEXPLAINED else "neutral" for r in rows],
        ),
        table_open=False,
    )


def _repeated(rows: list[Record]) -> SectionNotice | None:
    """Adjustments are paid beside the statement; say so where there are some."""
    adjusted = [r for r in rows if r.adjustments]
    if not adjusted:
        return None
    return SectionNotice(
        severity="info",
        text=message(
            "payees.adjusted",
            n=Count(value=len(adjusted)),
            amount=Money(
                amount=sum((r.adjustments for r in adjusted), Decimal(0)), exact=True, signed=True
            ),
        ),
    )
