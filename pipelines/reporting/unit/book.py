"""The workbook of a unit's week: its people, deals and overdue items, with the names beside keys.

Belongs here: its sheets and rows. Does not belong here: any figure that no section of the page
shows, or how a workbook is written (`workbook/`).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from decimal import Decimal

from pipelines.reporting.model.book import SHEET_ROWS, Book, Cell, Sheet, columns
from pipelines.reporting.model.context import Context
from pipelines.reporting.model.kpis import KpiBook
from pipelines.reporting.model.page import Page
from pipelines.reporting.model.queries import Record
from pipelines.reporting.model.shows import shows
from pipelines.reporting.model.values import Count, Message, message, verbatim
from pipelines.reporting.shared.deals import flagged_deals, joined, largest_deals, reasons
from pipelines.reporting.shared.receivables import customer_name
from pipelines.reporting.shared.standing import standings
from pipelines.reporting.unit.activity import MEASURES, done
from pipelines.reporting.unit.crm import crm_deals, faults
from pipelines.reporting.unit.overdue import OLD, items_of, remark
from pipelines.reporting.unit.unit import Unit

# No total where the unit has more than its people of today: quotas and calls of who has left.
_PEOPLE = columns(
    "person_id:text person:text team:text quarter_quota:money quarter_signed:money attainment:pct "
    "pace:pct calls:int visits:int new_prospects:int all_open_deals:int+ flawed:int+ "
    "incomplete:int+ stale:int+ past_date:int+ overdue_items:int+ overdue:money+ over_90:money+"
)
_DEALS = columns(
    "deal_id:text deal:text customer_id:text customer:text person_id:text owner:text stage:text "
    "days_in_stage:int amount:money+ was_due:date now_due:date what_is_wrong:text"
)
_CRM = columns(
    "person_id:text owner:text deal_id:text deal:text customer_id:text customer:text stage:text "
    "days_in_stage:int amount:money+ due:date to_set_right:text"
)
_OVERDUE = columns(
    "person_id:text collector:text document:text instalment:int customer_id:text customer:text "
    "owner:text due_date:date days_late:int amount:money+ unallocated:money note:text"
)


@shows(
    queries=("quotas", "crm_hygiene", "deals_by_scope", "deals_top", "hygiene_deals",
             "invoices_people"),
    histories=tuple(f"{kpi_id}:week" for kpi_id in MEASURES),
)  # fmt: skip
def unit_book(context: Context, unit: Unit) -> Book:
    """People, deals that need somebody, deals to set right, and overdue items, a sheet each."""
    deals = largest_deals(context, unit.scope)
    whole = len(deals) == flagged_deals(context, unit.scope)
    shown = Count(value=SHEET_ROWS)
    return Book(
        title=message("unit.book.title", unit=unit.scope.name, week=context.week),
        currency=context.currency,
        year=context.as_of.year,
        sheets=(
            Sheet("people", message("unit.book.people"), _PEOPLE, lambda: _people(context, unit)),
            Sheet(
                "deals", message("unit.book.deals"), _DEALS, lambda: _deals(context, deals),
                total=whole,
            ),
            Sheet(
                "crm", message("unit.book.crm"), _CRM, lambda: _crm(context, unit),
                at_most=SHEET_ROWS, elsewhere=message("unit.book.in_crm", shown=shown),
            ),
            Sheet(
                "overdue", message("unit.book.overdue"), _OVERDUE,
                lambda: _overdue(context, unit),
                at_most=SHEET_ROWS, elsewhere=message("unit.book.with_finance", shown=shown),
            ),
        ),
    )  # fmt: skip


@shows(unit_book)
def with_book(context: Context, unit: Unit, page: Page) -> Page:
    """The page with its workbook, linked where its people are listed first."""
    book = unit_book(context, unit)
    link = page.book_link(_label(context, unit))
    first, *others = page.sections
    linked = first.model_copy(update={"link": link})
    return page.model_copy(update={"book": book, "sections": (linked, *others)})


def _label(context: Context, unit: Unit) -> Message:
    held, in_all = len(largest_deals(context, unit.scope)), flagged_deals(context, unit.scope)
    if held == in_all:
        return message("unit.book.link")
    return message("unit.book.link_part", shown=Count(value=held), n=Count(value=in_all))


def _people(context: Context, unit: Unit) -> Iterator[list[Cell]]:
    counts = KpiBook.read(context, "employee")
    quotas = {one.scope_id: one for one in standings(context, "employee", among=unit.people)}
    kept = {
        row.employee_id: row
        for row in context.rows("crm_hygiene")
        if row.as_of_date == context.as_of
    }
    due: dict[str, list[Record]] = defaultdict(list)
    for item in items_of(context, unit):
        due[item.collector_id].append(item)
    knows_deals = context.lacks("opportunity") is None
    knows_invoices = context.lacks("invoice") is None
    knows_activities = context.lacks("activity") is None
    for person in sorted(unit.people):
        quota, hygiene, items = quotas.get(person), kept.get(person), due[person]
        old = [item.open_amount_base for item in items if item.days_past_due > OLD]
        yield [
            person,
            context.person(person),
            context.unit(context.people[person].team_id),  # type: ignore[list-item]
            quota.quota if quota else None,
            quota.actual if quota else None,
            quota.attainment if quota else None,
            quota.pace if quota else None,
            *(done(counts, person, kpi_id).value for kpi_id in MEASURES),
            *(
                _count(hygiene, name, knows_deals)
                for name in ("open_deals", "flawed_deals", "incomplete_deals")
            ),
            _count(hygiene, "stale_deals", knows_deals and knows_activities),
            _count(hygiene, "past_due_deals", knows_deals),
            sum(int(item.items) for item in items) if knows_invoices else None,
            _sum([item.open_amount_base for item in items]) if knows_invoices else None,
            _sum(old) if knows_invoices else None,
        ]


def _count(row: Record | None, name: str, is_known: bool) -> int | None:
    """A count of somebody's deals; who has none open has no row, and none of them."""
    if not is_known:
        return None
    if row is None:
        return 0
    value = getattr(row, name)
    return None if value is None else int(value)


def _sum(amounts: list[Decimal]) -> Decimal:
    return sum(amounts, Decimal(0))


def _deals(context: Context, deals: list[Record]) -> Iterator[list[Cell]]:
    for deal in deals:
        was = deal.was_due_date if deal.is_slipped else deal.first_due_date
        yield [
            deal.opportunity_id,
            verbatim(deal.name or deal.opportunity_id),
            deal.customer_id,
            verbatim(deal.customer_name or deal.customer_id or "—"),
            deal.owner_id,
            context.person(deal.owner_id),
            context.stage(deal.stage_id),  # type: ignore[list-item]
            deal.days_in_stage,
            deal.amount_base,
            was if was != deal.expected_close_date else None,
            deal.expected_close_date,
            joined(reasons(deal)),
        ]  # fmt: skip


def _crm(context: Context, unit: Unit) -> Iterator[list[Cell]]:
    for deal in crm_deals(context, unit):
        yield [
            deal.owner_id,
            context.person(deal.owner_id),
            deal.opportunity_id,
            verbatim(deal.name or deal.opportunity_id),
            deal.customer_id,
            verbatim(deal.customer_name or deal.customer_id or "—"),
            context.stage(deal.stage_id),  # type: ignore[list-item]
            deal.days_in_stage,
            deal.amount_base,
            deal.expected_close_date,
            joined(faults(deal)),
        ]  # fmt: skip


def _overdue(context: Context, unit: Unit) -> Iterator[list[Cell]]:
    for item in items_of(context, unit):
        yield [
            item.collector_id,
            context.person(item.collector_id),
            item.invoice_id,
            item.instalment_seq,
            item.customer_id,
            customer_name(item),  # type: ignore[list-item]
            context.person(item.owner_id),
            item.due_date,
            item.days_past_due,
            item.open_amount_base,
            item.unallocated_of_customer or None,
            remark(item),
        ]  # fmt: skip
