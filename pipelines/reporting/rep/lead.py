"""The first lines of a representative's page: where I stand, what to do next."""

from __future__ import annotations

from pipelines.reporting.model.context import Context
from pipelines.reporting.model.kpis import KpiBook
from pipelines.reporting.model.queries import Record
from pipelines.reporting.model.shows import shows
from pipelines.reporting.model.values import Count, Days, Message, Money, Ratio, message
from pipelines.reporting.shared import commission_so_far as rep_commission
from pipelines.reporting.shared.tiles import Quotas


@shows(kpis=("contract_amount:quarter",))
def lead(
    context: Context,
    book: KpiBook,
    quotas: Quotas,
    employee_id: str,
    deals: list[Record],
    invoices: list[Record],
    position: Record | None,
) -> tuple[Message, ...]:
    """Quota, then the deals and invoices that wait, then what the next tier needs."""
    found = (
        _quota(context, book, quotas, employee_id),
        _deals(deals),
        _invoices(invoices),
        _tier(position),
    )
    said = tuple(sentence for sentence in found if sentence is not None)
    missing = context.lacks("contract", "opportunity")
    return said or (missing or message("lead.nothing", quarter=context.quarter),)


def _quota(context: Context, book: KpiBook, quotas: Quotas, employee_id: str) -> Message | None:
    quota = quotas.get(("quarter", employee_id, "contract_amount"))
    if quota is not None and quota.quota > 0 and context.lacks("contract") is None:
        return message(
            "lead.quota",
            quarter=context.quarter,
            signed=Money(amount=quota.actual),
            attainment=Ratio(value=quota.attainment),
            pace=Ratio(value=quota.elapsed_share),
        )
    signed = book.value(employee_id, "contract_amount", "quarter")
    if signed is not None:
        return message("lead.signed", quarter=context.quarter, signed=Money(amount=signed))
    return None


def _deals(deals: list[Record]) -> Message | None:
    if not deals:
        return None
    first = deals[0]
    if not first.flagged:
        return message("rep.lead.deals_well", deals=Count(value=first.deals, unit="deals"))
    return message("rep.lead.deals", n=Count(value=first.flagged), all=Count(value=first.deals))


def _invoices(invoices: list[Record]) -> Message | None:
    if not invoices:
        return None
    first = invoices[0]
    return message(
        "rep.lead.invoices",
        n=Count(value=first.items),
        amount=Money(amount=first.amount),
        days=Days(value=first.oldest_days),
    )


def _tier(position: Record | None) -> Message | None:
    if position is None or position.to_next_tier is None:
        return None
    return rep_commission.next_tier_lead(position)
