"""Who owes what: regions, risk classes, customers, and money that no invoice has taken up.

Belongs here: the receivable tables of the finance page beside the ageing itself.
"""

from __future__ import annotations

from decimal import Decimal

from pipelines.reporting.model.context import Context
from pipelines.reporting.model.page import Section
from pipelines.reporting.model.shows import shows
from pipelines.reporting.model.tables import count, day, empty, money, share, table
from pipelines.reporting.model.values import (
    Count,
    Days,
    Listing,
    Money,
    Ratio,
    message,
    quotient,
    verbatim,
)
from pipelines.reporting.shared.receivables import (
    are_payments_unknown,
    customer_name,
    customer_table,
)

_SHOWN = 15
_FEW = 8
_RISKS = ("normal", "watch", "doubtful", "bad_debt", "unallocated")


@shows(queries=("receivable_now",), kpis=("dso",))
def regions_section(context: Context) -> Section:
    """Balance, overdue, days and provision by region; they add up to the company."""
    topic = message("regions.topic")
    rows = context.rows("receivable_now")
    regions = [row for row in rows if row.scope_kind == "region" and row.outstanding != 0]
    company = next((row for row in rows if row.scope_kind == "company"), None)
    if company is None or not regions:
        return empty(
            "regions",
            topic,
            message("regions.none"),
            context.lacks("invoice", "org_unit", "assignment"),
            half=True,
        )
    regions.sort(key=lambda r: (-r.overdue, r.scope_id))
    worst = regions[0]
    if worst.overdue > 0 and company.overdue > 0:
        headline = message(
            "regions.worst",
            unit=context.unit(worst.scope_id),
            amount=Money(amount=worst.overdue),
            share=Ratio(value=quotient(worst.overdue, company.overdue)),
        )
    else:
        headline = message("regions.nothing_overdue")
    unknown = are_payments_unknown(context)
    return Section(
        id="regions",
        topic=topic,
        message=headline,
        table=table(
            "unit:text outstanding:money overdue:money overdue_rate:ratio dso:days provision:money",
            [
                (
                    context.unit(row.scope_id),
                    money(row.outstanding),
                    money(row.overdue),
                    None if unknown else share(row.overdue, row.outstanding, 1),
                    Days(value=row.dso, decimals=1) if row.dso is not None else None,
                    money(row.ecl_provision),
                )
                for row in regions
            ],
            total=(
                message("row.company"),
                money(company.outstanding),
                money(company.overdue),
                None if unknown else share(company.overdue, company.outstanding, 1),
                Days(value=company.dso, decimals=1) if company.dso is not None else None,
                money(company.ecl_provision),
            ),
        ),
        table_open=True,
        definitions=context.definition("dso"),
        width="half",
    )


@shows(queries=("risk_classes",))
def risk_section(context: Context) -> Section:
    """Open invoices by risk class, and unallocated receipts that lower the balance."""
    topic = message("risk.topic")
    rows = {row.risk_class: row for row in context.rows("risk_classes")}
    if not rows:
        return empty(
            "risk", topic, message("ageing.nothing_open"), context.lacks("invoice"), half=True
        )
    grave = [rows[name] for name in ("doubtful", "bad_debt") if name in rows]
    if grave:
        headline = message(
            "risk.grave",
            amount=Money(amount=sum((row.amount for row in grave), Decimal(0))),
            n=Count(value=sum(row.items for row in grave)),
        )
    else:
        headline = message("risk.none_grave")
    total = sum((row.amount for row in rows.values()), Decimal(0))
    return Section(
        id="risk",
        topic=topic,
        message=headline,
        table=table(
            "risk_class:text items:count customers:count amount:money",
            [
                (
                    message(f"risk.{name}"),
                    count(rows[name].items),
                    count(rows[name].customers),
                    money(rows[name].amount),
                )
                for name in _RISKS
                if name in rows
            ],
            total=(
                message("row.total"),
                count(sum(row.items for row in rows.values())),
                None,
                money(total),
            ),
        ),
        table_open=True,
        width="half",
    )


@shows(queries=("overdue_customers",))
def customers_section(context: Context) -> Section:
    """The customers who owe most of what is overdue."""
    topic = message("customers.topic")
    rows = context.rows("overdue_customers")
    late = [row for row in rows if row.overdue > 0]
    if not late:
        return empty(
            "customers",
            topic,
            message("ageing.nothing_overdue" if rows else "customers.none"),
            context.lacks("invoice"),
        )
    total = sum((row.overdue for row in late), Decimal(0))
    top = late[:3]
    held = sum((row.overdue for row in top), Decimal(0))
    return Section(
        id="customers",
        topic=topic,
        message=message(
            "customers.top",
            customers=Listing(items=tuple(customer_name(row) for row in top)),
            amount=Money(amount=held),
            share=Ratio(value=quotient(held, total)),
        ),
        what=(
            message(
                "customers.what",
                n=Count(value=len(late)),
                amount=Money(amount=total),
            ),
        ),
        table=customer_table(context, late, _SHOWN, exact=True),
        table_open=True,
    )


@shows(queries=("unallocated",))
def unallocated_section(context: Context) -> Section:
    """Receipts and credit notes that still wait for an invoice."""
    topic = message("unallocated.topic")
    rows = context.rows("unallocated")
    if not rows:
        return empty(
            "unallocated", topic, message("unallocated.none"), context.lacks("receipt"), half=True
        )
    total = -sum((row.open_amount_base for row in rows), Decimal(0))
    return Section(
        id="unallocated",
        topic=topic,
        message=message(
            "unallocated.waiting", n=Count(value=len(rows)), amount=Money(amount=total)
        ),
        table=table(
            "document:text customer:text received:day days_waiting:days amount:money",
            [
                (
                    verbatim(row.document_id),
                    customer_name(row),
                    day(row.document_date),
                    Days(value=Decimal((context.as_of - row.document_date).days)),
                    money(-row.open_amount_base, exact=True),
                )
                for row in rows
            ],
            first=_FEW,
        ),
        table_open=True,
        width="half",
    )


@shows(queries=("over_limit",))
def limits_section(context: Context) -> Section:
    """Customers beyond their credit limit."""
    topic = message("limits.topic")
    rows = context.rows("over_limit")
    if not rows:
        return empty(
            "limits", topic, message("limits.none"), context.lacks("invoice", "customer"), half=True
        )
    beyond = sum((row.outstanding - row.credit_limit for row in rows), Decimal(0))
    return Section(
        id="limits",
        topic=topic,
        message=message("limits.beyond", n=Count(value=len(rows)), amount=Money(amount=beyond)),
        what=(message("limits.what"),),
        table=table(
            "customer:text owner:text exposure:money credit_limit:money beyond_limit:money "
            "since:day",
            [
                (
                    customer_name(row),
                    context.person(row.owner_id),
                    money(row.outstanding),
                    money(row.credit_limit),
                    money(row.outstanding - row.credit_limit),
                    day(row.valid_from),
                )
                for row in rows
            ],
            first=_FEW,
        ),
        table_open=True,
        width="half",
    )
