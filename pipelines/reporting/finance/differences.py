"""What does not agree: the unexplained remainder, every comparison, payroll, deals step by step.

Belongs here: sections over `mart.commission_difference`. Does not belong here: what is compared
with what and which rule explains it (`sql/mart/commission/match/`).
"""

from __future__ import annotations

from decimal import Decimal

from pipelines.reporting.model.context import Context
from pipelines.reporting.model.page import Link, Section, SectionNotice
from pipelines.reporting.model.periods import month_of
from pipelines.reporting.model.queries import Record
from pipelines.reporting.model.shows import shows
from pipelines.reporting.model.tables import count, empty, money, table
from pipelines.reporting.model.values import (
    Count,
    Days,
    Judgement,
    Listing,
    Message,
    Money,
    Text,
    message,
    verbatim,
)

STEPS = ("won_to_contract", "contract_to_order", "order_to_invoice", "invoice_to_receipt")
KINDS = ("statement_to_payroll", "base_to_erp", "accrual_to_ledger", *STEPS)
_SHOWN = 15
_UNEXPLAINED = "unexplained"
_TIMING = "timing"
_REASONS = frozenset({
    "timing", "missing", "duplicate", "rounding", "paid_after_leaving", "manual", "tax",
    "without_plan", "split", "currency", "rate", "cancelled", "credited", "written_off",
    "unexplained",
})  # fmt: skip
_OF_DEALS = frozenset({"timing", "missing", "duplicate", "split"})
"""Reasons that mean something else between two steps of a deal than in payroll."""
_TO_ACT_ON = frozenset({"missing", "duplicate"})


def reason_text(code: str | None, kind: str = "statement_to_payroll") -> Text | None:
    """A reason code in words, as they fit the comparison; one without words is shown as it is."""
    if code is None:
        return None
    if code not in _REASONS:
        return verbatim(code)
    return message(
        f"reason.deal_{code}" if kind in STEPS and code in _OF_DEALS else f"reason.{code}"
    )


def kind_text(kind: str) -> Text:
    """What is compared, in words."""
    return message(f"compared.{kind}") if kind in KINDS else verbatim(kind)


def key_text(context: Context, kind: str, key: str) -> Text:
    """What differs: a person, an account, a reason, or the number of a deal or contract."""
    if kind == "statement_to_payroll":
        return context.person(key)
    if kind == "accrual_to_ledger":
        return message(f"account.{key}")
    if kind == "base_to_erp":
        return reason_text(key) or verbatim(key)
    return verbatim(key)


def unexplained(context: Context) -> tuple[int, Decimal]:
    """How many differences of all comparisons nobody explains, and how much they are.

    Signs do not cancel: two unexplained cents in opposite directions are two cents.
    """
    rows = context.rows("commission_comparisons")
    return (
        sum(int(row.unexplained) for row in rows),
        sum((row.unexplained_amount for row in rows), Decimal(0)),
    )


def accepted(context: Context) -> list[Record]:
    """Differences that a named person accepted."""
    return [row for row in context.rows("commission_remainder") if not row.is_unexplained]


def accepted_text(rows: list[Record], context: Context) -> Message:
    """How much was accepted, and by whom."""
    names = sorted({row.approved_by for row in rows})
    return message(
        "remainder.accepted",
        n=Count(value=len(rows)),
        amount=Money(amount=sum((abs(row.difference) for row in rows), Decimal(0)), exact=True),
        names=Listing(items=tuple(context.person(name) for name in names)),
    )


def blocks_closing(context: Context) -> bool:
    """Whether policy keeps a month open while anything is unexplained."""
    return any(row.unexplained_blocks for row in context.rows("commission_close"))


def settled_differences(context: Context) -> list[Record]:
    """Differences to payroll of months that payroll has already paid."""
    return [r for r in context.rows("commission_differences") if r.reason_code != _TIMING]


@shows(queries=("commission_comparisons", "commission_remainder", "commission_close"))
def remainder_section(context: Context, link: Link | None = None) -> Section:
    """What no rule explains, over all comparisons, and what was accepted of it."""
    topic = message("remainder.topic")
    if not context.rows("commission_comparisons"):
        return empty("remainder", topic, message("remainder.nothing"), None)
    rows = context.rows("commission_remainder")
    n, amount = unexplained(context)
    taken = accepted(context)
    return Section(
        id="remainder",
        topic=topic,
        message=message("remainder.open", n=Count(value=n), amount=Money(amount=amount, exact=True))
        if n
        else message("remainder.none"),
        what=(message("remainder.what"),),
        notice=SectionNotice(severity="warning", text=message("remainder.blocks"))
        if n and blocks_closing(context)
        else None,
        note=(accepted_text(taken, context),) if taken else (),
        table=table(
            "compared:text month:period subject:text should_be:money found:money difference:money "
            "accepted_by:text",
            [
                (
                    kind_text(row.kind),
                    month_of(row.period),
                    key_text(context, row.kind, row.key),
                    money(row.expected, exact=True),
                    money(row.actual, exact=True),
                    money(row.difference, exact=True, signed=True),
                    context.person(row.approved_by) if row.approved_by else None,
                )
                for row in rows
            ],
            judgements=["bad" if row.is_unexplained else "neutral" for row in rows],
            first=_SHOWN,
        )
        if rows
        else None,
        table_open=True,
        link=link,
    )


@shows(queries=("commission_comparisons",))
def comparisons_section(context: Context) -> Section:
    """Every comparison with its differences by reason."""
    topic = message("comparisons.topic")
    rows = sorted(context.rows("commission_comparisons"), key=lambda row: _place(row.kind))
    if not rows:
        return empty("comparisons", topic, message("comparisons.none"), None)
    return Section(
        id="comparisons",
        topic=topic,
        message=message(
            "comparisons.sum",
            n=Count(value=sum(row.differences for row in rows)),
            kinds=Count(value=len({row.kind for row in rows})),
            open=Count(value=unexplained(context)[0]),
        ),
        what=(message("comparisons.what"),),
        table=table(
            "compared:text reason:text differences:count amount:money difference:money "
            "not_explained:money",
            [
                (
                    kind_text(row.kind),
                    reason_text(row.reason_code, row.kind),
                    count(row.differences),
                    money(row.amount, exact=True),
                    money(row.difference, exact=True, signed=True),
                    money(row.unexplained_amount, exact=True) if row.unexplained else None,
                )
                for row in rows
            ],
            judgements=["bad" if row.unexplained else "neutral" for row in rows],
        ),
    )


def _place(kind: str) -> int:
    return KINDS.index(kind) if kind in KINDS else len(KINDS)


@shows(queries=("commission_comparisons", "deal_differences", "commission_close"))
def deals_section(context: Context) -> Section:
    """CRM won, contract, order, invoice and receipt side by side: the deals that differ."""
    topic = message("match.topic")
    reason = context.lacks("contract", "sales_order", "invoice")
    groups = [row for row in context.rows("commission_comparisons") if row.kind in STEPS]
    if reason is not None or not groups:
        return empty("match", topic, message("match.agrees"), reason)
    act = [row for row in groups if row.reason_code in (*_TO_ACT_ON, _UNEXPLAINED)]
    rows = context.rows("deal_differences")
    days = next(iter(context.rows("commission_close"))).timing_days
    if act:
        headline = message(
            "match.to_act",
            n=Count(value=sum(row.differences for row in act)),
            amount=Money(amount=sum((row.amount for row in act), Decimal(0)), exact=True),
        )
    else:
        headline = message("match.explained", n=Count(value=sum(row.differences for row in groups)))
    return Section(
        id="match",
        topic=topic,
        message=headline,
        what=(message("match.what", days=Days(value=Decimal(days))),),
        table=table(
            "compared:text month:period document:text owner:text should_be:money found:money "
            "difference:money reason:text",
            [
                (
                    kind_text(row.kind),
                    month_of(row.period),
                    verbatim(row.key),
                    context.person(row.owner_id) if row.owner_id else None,
                    money(row.expected, exact=True),
                    money(row.actual, exact=True),
                    money(row.difference, exact=True, signed=True),
                    reason_text(row.reason_code, row.kind),
                )
                for row in rows
            ],
            judgements=[_worry_deal(row) for row in rows],
            first=_SHOWN,
            rows_in_all=rows[0].rows_in_all if rows else None,
        )
        if rows
        else None,
        table_open=True,
    )


def _worry_deal(row: Record) -> Judgement:
    return "bad" if row.is_unexplained or row.reason_code in _TO_ACT_ON else "neutral"


@shows(queries=("commission_differences",))
def payroll_section(context: Context) -> Section:
    """Statement against payroll: every difference with its reason."""
    topic = message("differences.topic")
    reason = context.lacks("payroll_commission")
    if reason is not None:
        return empty("differences", topic, message("differences.unknown"), reason)
    rows = settled_differences(context)
    return Section(
        id="differences",
        topic=topic,
        message=_payroll_headline(rows),
        what=(message("differences.what"),),
        note=_timing(context),
        table=table(
            "payee:text month:period expected:money actual_paid:money difference:money reason:text "
            "accepted_by:text",
            [
                (
                    context.person(row.key),
                    month_of(row.period),
                    money(row.expected, exact=True),
                    money(row.actual, exact=True),
                    money(row.difference, exact=True, signed=True),
                    reason_text(row.reason_code),
                    context.person(row.approved_by) if row.approved_by else None,
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
                None,
            ),
            judgements=["bad" if row.is_unexplained else "neutral" for row in rows],
        )
        if rows
        else None,
        table_open=True,
    )


def _payroll_headline(rows: list[Record]) -> Message:
    if not rows:
        return message("differences.none")
    n = Count(value=len(rows))
    open_rows = [row for row in rows if row.is_unexplained]
    if not open_rows:
        return message("differences.explained", n=n)
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
