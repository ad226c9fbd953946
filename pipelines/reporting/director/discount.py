"""Discounts beyond what the seller may give."""

from __future__ import annotations

from decimal import Decimal

from pipelines.reporting.model.context import Context
from pipelines.reporting.model.kpis import KpiBook
from pipelines.reporting.model.page import Section
from pipelines.reporting.model.shows import shows
from pipelines.reporting.model.tables import day, empty, money, table
from pipelines.reporting.model.values import Count, Points, Ratio, message, quotient, verbatim

KPI = "discount_breach_rate"
_SHOWN = 20


@shows(queries=("discount_breaches",), kpis=(f"{KPI}:rolling_13w",))
def discount_section(context: Context) -> Section:
    """Accepted quotes of the last 13 weeks that went beyond authority."""
    topic = message("discount.topic")
    row = KpiBook.read(context, "company").now(context.company_id, KPI, "rolling_13w")
    reason = context.lacks("quote")
    if reason is not None or row is None or not row.denominator:
        return empty(
            "discount",
            topic,
            message("discount.none"),
            reason,
            detail=message("discount.no_quotes"),
            definitions=context.definition(KPI),
        )
    breaches = context.rows("discount_breaches")
    quotes = Count(value=int(row.denominator), unit="quotes")
    rate = Ratio(value=row.value, decimals=1)
    target = context.kpis[KPI].target
    if not breaches:
        headline = message("discount.clean", quotes=quotes)
    elif target is not None and row.value > target:
        limit = Ratio(value=target)
        headline = message(
            "discount.beyond", n=Count(value=len(breaches)), quotes=quotes, rate=rate, limit=limit
        )
    else:
        headline = message("discount.few", n=Count(value=len(breaches)), quotes=quotes, rate=rate)
    return Section(
        id="discount",
        topic=topic,
        message=headline,
        what=(message("discount.what"),),
        table=table(
            "deal:text owner:text accepted:day list_amount:money amount:money discount:ratio "
            "beyond:points",
            [
                (
                    verbatim(b.name or b.quote_id),
                    context.person(b.owner_id),
                    day(b.accepted_date),
                    money(b.list_amount),
                    money(b.net_amount),
                    Ratio(value=_discount(b.list_amount, b.net_amount), decimals=1),
                    Points(
                        value=_discount(b.list_amount, b.net_amount)
                        - b.authority_discount_pct / 100,
                        decimals=1,
                    ),
                )
                for b in breaches
            ],
            first=_SHOWN,
        )
        if breaches
        else None,
        table_open=bool(breaches),
        definitions=context.definition(KPI),
    )


def _discount(list_amount: Decimal, net_amount: Decimal) -> Decimal:
    return 1 - quotient(net_amount, list_amount)
