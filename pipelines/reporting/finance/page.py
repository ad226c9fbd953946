"""Finance: what customers owe, whether it ties, and what commission is owed and paid.

Receivables and commission are one body of evidence with two addresses: by week with receivables
first, by month with commission first.
"""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

from pipelines.reporting.finance import close as section_close
from pipelines.reporting.finance import commission as section_commission
from pipelines.reporting.finance import commission_book, commission_lead, receivables_book
from pipelines.reporting.finance import customers as section_customers
from pipelines.reporting.finance import differences as section_differences
from pipelines.reporting.finance import provision as section_provision
from pipelines.reporting.model.context import Context
from pipelines.reporting.model.kpis import KpiBook
from pipelines.reporting.model.page import Comparison, Page, Reader, Section, SparkPoint, Tile
from pipelines.reporting.model.queries import Record
from pipelines.reporting.model.scope import company_of
from pipelines.reporting.model.shows import sections, shows
from pipelines.reporting.model.tables import empty_tile
from pipelines.reporting.model.values import (
    Bilingual,
    Count,
    Days,
    Message,
    Money,
    Period,
    Ratio,
    message,
    quotient,
)
from pipelines.reporting.shared.all_kpis import kpi_section
from pipelines.reporting.shared.quality import quality_section
from pipelines.reporting.shared.receivables import (
    ageing_section,
    are_payments_unknown,
    company_metric,
    old_customers,
)
from pipelines.reporting.shared.tiles import level_tile, sum_tile

FAMILY = "finance"
_BALANCES = {"outstanding": "receivables_open", "ecl_provision": "ecl_provision"}


def _page(
    context: Context,
    report: str,
    period: Period,
    lead: tuple[Message, ...],
    tiles: tuple[Tile, ...],
    shown: tuple[Section, ...],
) -> Page:
    return Page(
        report=report,
        family=FAMILY,
        reader=Reader(kind="function", id="finance", name=Bilingual(zh="财务", en="Finance")),
        period=period,
        as_of=context.as_of,
        company=context.company,
        currency=context.currency,
        lead=lead,
        freshness=context.freshness,
        quality=context.quality,
        tiles=tiles,
        sections=shown,
    )


# --- tiles --------------------------------------------------------------------------------------


@shows(
    queries=("receivable_now", "receivable_history", "quotas", "kpi_ranges"),
    kpis=("collections:month", *_BALANCES.values()),
    histories=("overdue_rate:week", "dso:week", "credit_limit_breaches:week"),
)  # fmt: skip
def tiles(context: Context) -> tuple[Tile, ...]:
    """What is owed, how late, how much of it is at risk."""
    book = KpiBook.read(context, "company")
    me, quotas = context.company_id, context.quotas("company")
    metric = company_metric(context)
    overdue = Money(amount=metric.overdue) if metric is not None else None
    window = None
    if metric is not None:
        window = message("tile.window", days=Days(value=Decimal(metric.dso_days)))
    return (
        _balance_tile(context, "outstanding", metric, "ageing"),
        level_tile(
            context, book, me, "overdue_rate", message("scope.share_of_receivables"), overdue,
            "customers",
        ),
        level_tile(context, book, me, "dso", message("scope.as_of_day"), window, "days"),
        sum_tile(context, book, quotas, me, "collections", "month", "receipts", None),
        _balance_tile(context, "ecl_provision", metric, "provision"),
        level_tile(
            context, book, me, "credit_limit_breaches", message("scope.as_of_day"), None, "limits"
        ),
    )  # fmt: skip


@shows(
    commission_lead.unexplained_tile, commission_lead.payable_tile, commission_lead.liability_tile,
    commission_lead.cost_tile,
    queries=("quotas", "kpi_ranges"),
    kpis=("commission_earned:quarter", "commission_paid:quarter"),
)  # fmt: skip
def commission_tiles(context: Context) -> tuple[Tile, ...]:
    """What is not explained, what is payable, what it is to be provided for."""
    book = KpiBook.read(context, "company")
    me, quotas = context.company_id, context.quotas("company")
    return (
        commission_lead.unexplained_tile(context),
        commission_lead.payable_tile(context, beside_unexplained=True),
        commission_lead.liability_tile(context),
        commission_lead.cost_tile(context),
        sum_tile(context, book, quotas, me, "commission_earned", "quarter", "lines", None),
        sum_tile(context, book, quotas, me, "commission_paid", "quarter", "lines", None),
    )


def _balance_tile(context: Context, name: str, metric: Record | None, section: str) -> Tile:
    """A balance as of the day, with its thirteen week-ends."""
    label, scope = message(f"tile.{name}"), message("scope.as_of_day")
    value = getattr(metric, name) if metric is not None else None
    if metric is None or value is None:
        return empty_tile(
            name, label, scope, context.lacks("invoice") or message("ageing.nothing_open"), section
        )
    history = {row.as_of_date: getattr(row, name) for row in context.rows("receivable_history")}
    footer = None
    if name == "outstanding" and metric.gl_difference is not None:
        off = Money(amount=metric.gl_difference, exact=True, signed=True)
        footer = message("tile.ledger_off" if off.amount else "tile.ledger_ties", difference=off)
    elif name == "ecl_provision" and metric.outstanding:
        rate = Ratio(value=quotient(value, metric.outstanding), decimals=1)
        footer = message("tile.of_outstanding", rate=rate)
    week_ago = history.get(context.week.end - timedelta(weeks=1))
    year_ago = history.get(context.as_of - timedelta(weeks=52))
    return Tile(
        kpi_id=name,
        label=label,
        scope=scope,
        value=Money(amount=value),
        spark=tuple(
            SparkPoint(end=end, value=amount)
            for end, amount in sorted(history.items())
            if end > context.as_of - timedelta(weeks=13)
        ),
        comparisons=tuple(
            Comparison(label=message(label_id), shown=Money(amount=before))
            for label_id, before in (("tile.last_week", week_ago), ("tile.last_year", year_ago))
            if before is not None
        ),
        footer=footer,
        in_question=KpiBook.read(context, "company").in_question(
            context.company_id, _BALANCES[name], "week"
        ),
        section=section,
        asked=context.asked("company", context.company_id, _BALANCES[name], "week"),
    )


# --- leads --------------------------------------------------------------------------------------


@shows(queries=("receivable_now", "overdue_customers"), kpis=("overdue_rate:week",))
def receivable_lead(context: Context) -> tuple[Message, ...]:
    """What customers owe, how old it is, and whether it ties."""
    metric = company_metric(context)
    if metric is None or metric.outstanding <= 0:
        return ()
    if are_payments_unknown(context):
        unknown = message(
            "finance.lead.unpaid_unknown",
            outstanding=Money(amount=metric.outstanding),
            overdue=Money(amount=metric.overdue),
        )
        return (unknown, _ledger(metric))
    rate = Ratio(value=quotient(metric.overdue, metric.outstanding), decimals=1)
    row = KpiBook.read(context, "company").now(context.company_id, "overdue_rate", "week")
    before = row.previous_value if row is not None else None
    name = "finance.lead.owed"
    if before is not None and before != rate.value:
        name = "finance.lead.owed_up" if rate.value > before else "finance.lead.owed_down"
    said = [
        message(
            name,
            outstanding=Money(amount=metric.outstanding),
            rate=rate,
            before=Ratio(value=before if before is not None else rate.value, decimals=1),
        )
    ]
    old = old_customers(context)
    if old:
        said.append(
            message(
                "finance.lead.old",
                amount=Money(amount=sum((row.over_90 for row in old), Decimal(0))),
                customers=Count(value=len(old), unit="customers"),
            )
        )
    return (*said, _ledger(metric))


def _ledger(metric: Record) -> Message:
    """Whether the open items tie to the general ledger."""
    if metric.gl_difference is None:
        return message("finance.lead.no_ledger")
    if metric.gl_difference == 0:
        return message("finance.lead.ties")
    off = Money(amount=metric.gl_difference, exact=True, signed=True)
    return message("finance.lead.ties_not", difference=off)


# --- the two pages --------------------------------------------------------------------------------


@shows(ageing_section, receivables_book.book_link)
def _ageing(context: Context) -> Section:
    return ageing_section(context, exact=True, link=receivables_book.book_link(context))


@shows(section_differences.remainder_section, commission_book.book_link)
def _remainder(context: Context) -> Section:
    return section_differences.remainder_section(context, commission_book.book_link(context))


@shows(kpi_section)
def further_kpis(context: Context) -> Section | None:
    """What else of the catalogue finance can move."""
    return kpi_section(context, company_of(context), "finance")


RECEIVABLES = (
    _ageing,
    section_customers.customers_section,
    section_customers.regions_section,
    section_customers.risk_section,
    section_provision.provision_section,
    section_provision.ledger_section,
    section_provision.revaluation_section,
    section_provision.realised_section,
    section_provision.days_section,
    section_customers.unallocated_section,
    section_customers.limits_section,
    further_kpis,
)
COMMISSION = (
    _remainder,
    section_differences.comparisons_section,
    section_differences.payroll_section,
    section_differences.deals_section,
    section_commission.base_section,
    section_close.accrual_section,
    section_close.corrections_section,
    section_close.disputes_section,
    section_close.approvals_section,
    section_close.closed_section,
    section_commission.months_section,
    section_commission.payees_section,
    section_close.contract_cost_section,
)


@shows(
    *RECEIVABLES, *COMMISSION, quality_section, receivable_lead, commission_lead.lead, tiles,
    commission_tiles, receivables_book.receivables_book, receivables_book.items_extract,
    commission_book.commission_book, commission_book.lines_extract,
)  # fmt: skip
def build(context: Context) -> list[Page]:
    """What customers owe, and what commission costs: they share the state of the data alone."""
    data = quality_section(context)
    of_receivables = (*sections(RECEIVABLES, context), data)
    of_commission = (*sections(COMMISSION, context), data)
    books = {
        "book": receivables_book.receivables_book(context),
        "extracts": (receivables_book.items_extract(context),),
    }
    more = {
        "book": commission_book.commission_book(context),
        "extracts": (commission_book.lines_extract(context),),
    }
    week, month = context.week, context.last_month
    owed = receivable_lead(context) or (message("finance.lead.no_receivables"),)
    paid = commission_lead.lead(context) or (message("finance.lead.no_commission"),)
    return [
        _page(
            context, "receivables", week, owed, tiles(context), of_receivables
        ).model_copy(update=books),
        _page(
            context, "commission_reconciliation", month, paid, commission_tiles(context),
            of_commission,
        ).model_copy(update=more),
    ]  # fmt: skip
