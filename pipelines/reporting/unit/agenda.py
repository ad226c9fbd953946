"""What to talk about with each person: the points that stand elsewhere on the page, by person.

Belongs here: putting the page's own findings together, the most pressing person first. It adds no
figure of its own.
"""

from __future__ import annotations

from decimal import Decimal

from pipelines.reporting.model.context import Context
from pipelines.reporting.model.kpis import KpiBook
from pipelines.reporting.model.page import Section
from pipelines.reporting.model.queries import Record
from pipelines.reporting.model.shows import shows
from pipelines.reporting.model.tables import empty, table
from pipelines.reporting.model.values import (
    Count,
    Days,
    Listing,
    Message,
    Money,
    Points,
    message,
)
from pipelines.reporting.shared.deals import deal_name, joined
from pipelines.reporting.shared.paths import unit_place
from pipelines.reporting.shared.standing import standings
from pipelines.reporting.unit.activity import MEASURES, done
from pipelines.reporting.unit.overdue import items_of
from pipelines.reporting.unit.unit import Unit

_OLD = 90


@shows(
    queries=("quotas", "deals_by_scope", "deals_top", "hygiene_deals", "invoices_people"),
    histories=tuple(f"{kpi_id}:week" for kpi_id in MEASURES),
)  # fmt: skip
def agenda_section(context: Context, unit: Unit) -> Section:
    """One row for each representative with something to talk about."""
    topic = message("unit.agenda.topic")
    findings = {person: _points(context, unit, person) for person in unit.sellers}
    rows = [(person, points) for person, points in findings.items() if points]
    rows.sort(key=lambda row: (-len(row[1]), row[0]))
    if not rows:
        return empty("agenda", topic, message("unit.agenda.none"), context.lacks("opportunity"))
    most = len(rows[0][1])
    first = [context.person(person) for person, points in rows if len(points) == most]
    headline = (
        message("unit.agenda.first", people=Listing(items=tuple(first)), n=Count(value=most))
        if len(first) <= 3
        else message(
            "unit.agenda.everybody", n=Count(value=len(rows), unit="people"),
            all=Count(value=len(unit.sellers)),
        )
    )  # fmt: skip
    return Section(
        id="agenda",
        topic=topic,
        message=headline,
        what=(message("unit.agenda.what"),),
        table=table(
            "person:text points_in_all:count to_talk_about:text",
            [
                (context.person(person), Count(value=len(points)), joined(points))
                for person, points in rows
            ],
            to=[unit_place(context, "employee", person) for person, _ in rows],
        ),
        table_open=True,
    )


def _points(context: Context, unit: Unit, person: str) -> tuple[Message, ...]:
    found = (
        _quota(context, person),
        _deals(context, person),
        _crm(context, person),
        _overdue([item for item in items_of(context, unit) if item.collector_id == person]),
        _activity(context, person),
    )
    return tuple(point for point in found if point is not None)


def _quota(context: Context, person: str) -> Message | None:
    standing = next(iter(standings(context, "employee", among=(person,))), None)
    if standing is None or not standing.is_behind:
        return None
    return message(
        "unit.agenda.quota",
        points=Points(value=-standing.variance, signed=False),
        gap=Money(amount=standing.gap),
    )


def _deals(context: Context, person: str) -> Message | None:
    """How many deals need somebody; the largest by name where it is among the page's largest."""
    counted = next(
        (
            row
            for row in context.rows("deals_by_scope")
            if row.scope_kind == "employee" and row.scope_id == person
        ),
        None,
    )
    if counted is None or not counted.flagged:
        return None
    number = Count(value=int(counted.flagged), unit="deals")
    largest = next((row for row in context.rows("deals_top") if row.owner_id == person), None)
    if largest is None:
        return message("unit.agenda.deals", deals=number)
    return message("unit.agenda.deals_first", deals=number, deal=deal_name(largest))


def _crm(context: Context, person: str) -> Message | None:
    deals = context.grouped("hygiene_deals", "owner_id").get(person, [])
    if not deals:
        return None
    return message("unit.agenda.crm", deals=Count(value=len(deals), unit="deals"))


def _overdue(items: list[Record]) -> Message | None:
    if not items:
        return None
    amount = Money(amount=sum((item.open_amount_base for item in items), Decimal(0)))
    oldest = max(item.days_past_due for item in items)
    name = "unit.agenda.overdue_old" if oldest > _OLD else "unit.agenda.overdue"
    return message(name, amount=amount, days=Days(value=Decimal(oldest)))


def _activity(context: Context, person: str) -> Message | None:
    """Short of plan, or a week without any call, visit or new prospect."""
    if context.lacks("activity") is not None:
        return None
    book = KpiBook.read(context, "employee")
    week = {kpi_id: done(book, person, kpi_id) for kpi_id in MEASURES}
    short = [context.kpis[kpi_id].label for kpi_id, one in week.items() if one.is_short]
    if short:
        return message("unit.agenda.short", measures=Listing(items=tuple(short)))
    if all(one.value == 0 for one in week.values()):
        return message("unit.agenda.idle")
    return None
