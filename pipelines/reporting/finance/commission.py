"""Commission for finance: the base traced from receipts to statements, months, payees.

Belongs here: what was credited, earned, payable and paid. Does not belong here: what differs
(`section_differences.py`), closing (`section_close.py`), a representative's own commission
(`rep_commission.py`).
"""

from __future__ import annotations

from decimal import Decimal

from pipelines.reporting.finance.differences import reason_text
from pipelines.reporting.model.charts import ColumnPoint, Columns, Waterfall, WaterfallStep
from pipelines.reporting.model.context import Context
from pipelines.reporting.model.page import Section, SectionNotice
from pipelines.reporting.model.periods import month_of
from pipelines.reporting.model.queries import Record
from pipelines.reporting.model.shows import shows
from pipelines.reporting.model.tables import count, empty, money, table
from pipelines.reporting.model.values import Count, Money, Period, message

_UNEXPLAINED = "unexplained"


@shows(queries=("commission_bases",))
def base_section(context: Context) -> Section:
    """From the receipts of the last complete month to its commission credit, to the cent."""
    topic = message("base.topic")
    rows = context.rows("commission_bases")
    reason = context.lacks("receipt_allocation", "receipt")
    if reason is not None or not rows:
        return empty("base", topic, message("base.none"), reason)
    month = context.last_month
    row = next((r for r in rows if r.period == month.key), rows[0])
    off = any(_remainder(r) for r in rows)
    return Section(
        id="base",
        topic=topic,
        message=message(
            "base.off" if off else "base.traced",
            month=month_of(row.period),
            credit=Money(amount=row.statement_credit, exact=True),
        ),
        what=(message("base.what"),),
        chart=Waterfall(
            steps=(
                _step("base.collected", row.collected, "level"),
                _step("base.without_plan", -row.without_plan, "move"),
                _step("base.vat", -row.vat, "move"),
                _step("base.shares", -row.shares_without_plan, "move"),
                _step("base.credit", row.credit, "level"),
                *(
                    _step(label, amount, "move")
                    for label, amount in (
                        ("base.bounced", row.bounced),
                        ("base.cut", -row.cut),
                        ("base.remainder", -_remainder(row)),
                    )
                    if amount
                ),
                _step("base.stated", row.statement_credit, "level"),
            )
        ),
        table=table(
            "month:period collected:money without_plan:money vat:money shares:money base:money "
            "bounced:money cuts:money statement_credit:money remainder:money",
            [
                (
                    month_of(r.period),
                    *(
                        money(amount, exact=True)
                        for amount in (r.collected, -r.without_plan, -r.vat, -r.shares_without_plan)
                    ),
                    *(
                        money(amount, exact=True)
                        for amount in (r.credit, r.bounced, -r.cut, r.statement_credit)
                    ),
                    money(_remainder(r), exact=True, signed=True),
                )
                for r in rows
            ],
        ),
    )


def _remainder(row: Record) -> Decimal:
    """What of the base is on no statement, or of the statements in no base."""
    remainder: Decimal = row.credit + row.bounced - row.cut - row.statement_credit
    return remainder


def _step(label: str, amount: Decimal, role: str) -> WaterfallStep:
    return WaterfallStep.model_validate({"label": message(label), "amount": amount, "role": role})


@shows(queries=("commission_totals",))
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


@shows(queries=("commission_payees",))
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
        notice=_adjusted(rows),
        table=table(
            "payee:text credit:money earned:money payable:money paid:money held:money "
            "adjustments:money paid_less_payable:money reason:text",
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


def _adjusted(rows: list[Record]) -> SectionNotice | None:
    """Adjustments and corrections are part of what is earned; say so where there are some."""
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
