"""What a unit's people are to collect: overdue money per person, and what nobody of today sold.

Belongs here: items by who collects them now. The unit's overdue rate counts an item for its owner;
an item whose owner has left is collected by who follows, so the two may differ.
"""

from __future__ import annotations

from decimal import Decimal

from pipelines.reporting.model.context import Context
from pipelines.reporting.model.page import Section
from pipelines.reporting.model.queries import Record
from pipelines.reporting.model.shows import shows
from pipelines.reporting.model.tables import Cells, count, day, empty, money, table
from pipelines.reporting.model.values import (
    Count,
    Day,
    Days,
    Judgement,
    Message,
    Money,
    message,
    verbatim,
)
from pipelines.reporting.shared.paths import unit_place
from pipelines.reporting.shared.receivables import customer_name, first_to_chase
from pipelines.reporting.unit.unit import Unit

OLD = 90
_SHOWN = 15


def items_of(context: Context, unit: Unit) -> list[Record]:
    """What the unit's people collect that is past due, the largest first."""
    return [row for row in context.rows("invoices_people") if row.collector_id in unit.people]


@shows(queries=("invoices_people",), kpis=("overdue_rate", "overdue_amount"))
def overdue_sections(context: Context, unit: Unit) -> tuple[Section, ...]:
    """Overdue per person with what came from owners who have left, and the largest items."""
    topic = message("unit.overdue.topic")
    reason = context.lacks("invoice")
    definitions = (*context.definition("overdue_rate"), *context.definition("overdue_amount"))
    items = items_of(context, unit)
    if reason is not None or not items:
        return (
            empty(
                "overdue", topic, message("unit.overdue.none"), reason, definitions=definitions
            ),
        )  # fmt: skip
    people: dict[str, list[Record]] = {}
    for item in items:
        people.setdefault(item.collector_id, []).append(item)
    ordered = sorted(people.items(), key=lambda one: (-_sum(one[1]), one[0]))
    orphaned = [item for item in items if item.is_orphaned]
    return (
        Section(
            id="overdue",
            topic=topic,
            message=_headline(context, ordered, items),
            what=(
                message("unit.overdue.what", date=Day(date=context.as_of)),
                message("unit.overdue.orphaned_what"),
            ),
            note=_note(orphaned),
            table=table(
                "collector:text items:count overdue:money over_90:money oldest:days "
                "orphaned:count orphaned_amount:money",
                [(context.person(person), *_cells(rows)) for person, rows in ordered],
                total=(message("row.total"), *_cells(items)),
                judgements=[_judgement(rows) for _, rows in ordered],
                to=[unit_place(context, "employee", person) for person, _ in ordered],
            ),
            table_open=True,
            definitions=definitions,
        ),
        _items_section(context, items),
    )


def _items_section(context: Context, items: list[Record]) -> Section:
    first = first_to_chase(items)
    orphans = [item for item in items[_SHOWN:] if item.is_orphaned]
    shown = [*items[:_SHOWN], *orphans, *(i for i in items[_SHOWN:] if not i.is_orphaned)]
    return Section(
        id="invoices",
        topic=message("unit.invoices.topic"),
        message=message(
            "unit.invoices.headline",
            customer=customer_name(first),
            amount=Money(amount=first.open_amount_base),
            days=Days(value=Decimal(first.days_past_due)),
        ),
        what=(message("unit.invoices.what"),),
        table=table(
            "invoice:text customer:text collector:text open_amount:money due_date:day "
            "past_due:days unallocated:money note:text",
            [
                (
                    verbatim(_name(item)),
                    customer_name(item),
                    context.person(item.collector_id),
                    money(item.open_amount_base),
                    day(item.due_date),
                    Days(value=Decimal(item.days_past_due)),
                    money(item.unallocated_of_customer) if item.unallocated_of_customer else None,
                    remark(item),
                )
                for item in shown
            ],
            judgements=["bad" if item.days_past_due > OLD else "neutral" for item in shown],
            first=_SHOWN + len(orphans),
            to=[unit_place(context, "employee", item.collector_id) for item in shown],
            link="collector",
            records=[context.record_url(item.load_id, item.invoice_id) for item in shown],
        ),
    )


def _name(item: Record) -> str:
    if item.instalment_seq > 1:
        return f"{item.invoice_id} / {item.instalment_seq}"
    return str(item.invoice_id)


def remark(item: Record) -> Message | None:
    """Why it is not simply to be chased: a dispute, or that its owner has left."""
    disputed = message("rep.invoices.disputed") if item.is_disputed else None
    if not item.is_orphaned:
        return disputed
    owner = verbatim(item.owner_name or item.owner_id or "—")
    left = message("unit.invoices.orphaned", owner=owner)
    return left if disputed is None else message("deal.and", first=disputed, second=left)


def _sum(rows: list[Record]) -> Decimal:
    return sum((row.open_amount_base for row in rows), Decimal(0))


def _items(rows: list[Record]) -> int:
    """An item in two parts, one of them disputed, is one."""
    return sum(row.items for row in rows)


def _cells(rows: list[Record]) -> Cells:
    old = [row for row in rows if row.days_past_due > OLD]
    orphaned = [row for row in rows if row.is_orphaned]
    return (
        count(_items(rows)),
        money(_sum(rows)),
        money(_sum(old)),
        Days(value=Decimal(max(row.days_past_due for row in rows))),
        count(_items(orphaned)) if orphaned else None,
        money(_sum(orphaned)) if orphaned else None,
    )


def _judgement(rows: list[Record]) -> Judgement:
    return "bad" if any(row.days_past_due > OLD for row in rows) else "neutral"


def _headline(
    context: Context, people: list[tuple[str, list[Record]]], items: list[Record]
) -> Message:
    most, rows = people[0]
    return message(
        "unit.overdue.headline",
        n=Count(value=_items(items), unit="invoices"),
        amount=Money(amount=_sum(items)),
        person=context.person(most),
        most=Money(amount=_sum(rows)),
    )


def _note(orphaned: list[Record]) -> tuple[Message, ...]:
    if not orphaned:
        return (message("unit.overdue.no_orphans"),)
    return (
        message(
            "unit.overdue.orphans",
            n=Count(value=_items(orphaned), unit="invoices"),
            amount=Money(amount=_sum(orphaned)),
        ),
    )
