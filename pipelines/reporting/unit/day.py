"""A team's day: what each brought on the last working day, and what the next one asks.

Belongs here: the daily page of a team, which the settings ask for (`reports: [team_daily]`). Does
not belong here: the week (`page.py`).
"""

from __future__ import annotations

from decimal import Decimal

from pipelines.reporting.model.context import Context
from pipelines.reporting.model.kpis import KpiBook
from pipelines.reporting.model.page import Crumb, Page, Reader, Section, Tile
from pipelines.reporting.model.queries import Record
from pipelines.reporting.model.shows import sections, shows
from pipelines.reporting.model.tables import Cells, count, day, empty, money, table
from pipelines.reporting.model.values import (
    Count,
    Day,
    Judgement,
    Message,
    Money,
    Ratio,
    Text,
    message,
    quotient,
    verbatim,
)
from pipelines.reporting.shared.deals import deal_name, record_urls
from pipelines.reporting.shared.paths import unit_place
from pipelines.reporting.unit.unit import Unit, units

MONEY = ("contract_amount", "collections")
COUNTS = ("calls", "visits", "new_prospects")
MEASURES = (*MONEY, *COUNTS)
_UNITS = {"contract_amount": "contracts", "collections": "receipts"}
_OF_THE_DAY = tuple(f"{kpi_id}:day" for kpi_id in MEASURES)
_SHOWN = 20


@shows(queries=("quotas",), kpis=(*_OF_THE_DAY, "contract_amount:month"))
def done_section(context: Context, unit: Unit) -> Section:
    """A row for each representative: the day, and the month beside its quota; the sum last."""
    topic = message("day.done.topic")
    definitions = tuple(d for kpi_id in MEASURES for d in context.definition(kpi_id))
    reason = context.lacks("contract") if context.lacks("activity") else None
    if reason is not None:
        return empty("done", topic, message("day.done.none"), reason, definitions=definitions)
    people, whole = KpiBook.read(context, "employee"), KpiBook.read(context, unit.scope.kind)
    rows = sorted(unit.sellers, key=lambda person: _order(people, person))
    return Section(
        id="done",
        topic=topic,
        message=_headline(context, unit, people),
        what=(message("day.done.what", day=_shown(context)),),
        table=table(
            "rep:text contract_amount:money collections:money calls:count visits:count "
            "new_prospects:count month_to_date:money month_quota:money attainment:ratio",
            [(context.person(person), *_cells(context, people, person)) for person in rows],
            total=(message("row.total"), *_cells(context, whole, unit.scope.id)),
            judgements=[_judgement(people, person) for person in rows],
            to=[unit_place(context, "employee", person) for person in rows],
        ),
        table_open=True,
        definitions=definitions,
    )


@shows(queries=("team_due",))
def due_section(context: Context, unit: Unit) -> Section:
    """What the next working day asks of each person: steps, closings, invoices that fall due."""
    topic = message("day.due.topic", day=Day(date=context.next_working_day))
    grouped = context.grouped("team_due", "employee_id")
    asked = [row for person in sorted(unit.people) for row in grouped.get(person, [])]
    if not asked:
        reason = context.lacks("opportunity") if context.lacks("invoice") else None
        return empty("due", topic, message("day.due.none"), reason)
    asked.sort(
        key=lambda row: (row.due_date, -(row.amount or 0), row.opportunity_id or row.invoice_id)
    )
    late = sum(row.due_date <= context.as_of for row in asked)
    people = Count(value=len({row.employee_id for row in asked}), unit="people")
    in_all = Count(value=sum(row.asked for row in asked if row.place == 1))
    return Section(
        id="due",
        topic=topic,
        message=message("day.due.late", n=in_all, late=Count(value=late), people=people)
        if late
        else message("day.due.headline", n=in_all, people=people),
        what=(message("day.due.what"),),
        table=table(
            "person:text to_do:text deal_or_invoice:text customer:text amount:money due:day",
            [
                (
                    context.person(row.employee_id),
                    _asked(row),
                    _document(row),
                    verbatim(row.customer_name or "—"),
                    money(row.amount),
                    day(row.due_date),
                )
                for row in asked
            ],
            first=_SHOWN,
            rows_in_all=in_all.value,
            judgements=["bad" if row.due_date <= context.as_of else "neutral" for row in asked],
            to=[unit_place(context, "employee", row.employee_id) for row in asked],
            records=record_urls(asked),
            record="deal_or_invoice",
        ),
        table_open=True,
    )


SECTIONS = (done_section, due_section)


@shows(*SECTIONS, units, queries=("quotas",), kpis=_OF_THE_DAY)
def build(context: Context) -> list[Page]:
    """One page for each team in which somebody sells."""
    return [_page(context, unit) for unit in units(context, "team")]


def _page(context: Context, unit: Unit) -> Page:
    scope = unit.scope
    week = unit_place(context, scope.kind, scope.id)
    return Page(
        report="team_daily",
        reader=Reader(kind=scope.kind, id=scope.id, name=scope.name),
        period=context.day,
        as_of=context.as_of,
        company=context.company,
        currency=context.currency,
        lead=_lead(context, unit),
        freshness=context.freshness,
        quality=context.quality,
        tiles=_tiles(context, unit),
        sections=sections(SECTIONS, context, unit),
        above=(*unit.above, *([Crumb(label=scope.name, place=week)] if week else [])),
    )


def _shown(context: Context) -> Day:
    return Day(date=context.working_day)


def _lead(context: Context, unit: Unit) -> tuple[Message, ...]:
    book, me = KpiBook.read(context, unit.scope.kind), unit.scope.id
    found = []
    signed, collected = (book.now(me, kpi_id, "day") for kpi_id in MONEY)
    if signed is not None and signed.value is not None and collected is not None:
        found.append(
            message(
                "day.lead.done",
                day=_shown(context),
                contracts=Count(value=int(signed.n), unit="contracts"),
                amount=Money(amount=signed.value),
                collected=Money(amount=collected.value or Decimal(0)),
            )
        )
    quota = context.quotas(unit.scope.kind).get(("month", me, "contract_amount"))
    if quota is not None and quota.quota > 0 and context.lacks("contract") is None:
        found.append(
            message(
                "day.lead.month",
                month=context.month,
                actual=Money(amount=quota.actual),
                attainment=Ratio(value=quota.attainment),
                pace=Ratio(value=quota.elapsed_share),
            )
        )
    return tuple(found) or (message("day.lead.nothing", day=_shown(context)),)


def _tiles(context: Context, unit: Unit) -> tuple[Tile, ...]:
    book, me = KpiBook.read(context, unit.scope.kind), unit.scope.id
    when = message("scope.on_day", day=_shown(context))
    return tuple(
        book.tile(me, kpi_id, "day", when, footer=_footer(book, me, kpi_id), section="done")
        for kpi_id in MEASURES
    )


def _footer(book: KpiBook, scope_id: str, kpi_id: str) -> Count | None:
    """How many contracts or receipts an amount is of."""
    row = book.now(scope_id, kpi_id, "day")
    if row is None or kpi_id not in _UNITS:
        return None
    return Count(value=int(row.n), unit=_UNITS[kpi_id])


def _value(book: KpiBook, scope_id: str, kpi_id: str) -> Decimal | None:
    return book.value(scope_id, kpi_id, "day")


def _order(book: KpiBook, person: str) -> tuple[Decimal, Decimal, str]:
    signed, collected = (_value(book, person, kpi_id) or Decimal(0) for kpi_id in MONEY)
    return (-signed, -collected, person)


def _cells(context: Context, book: KpiBook, scope_id: str) -> Cells:
    quota = context.quotas(book.scope_kind).get(("month", scope_id, "contract_amount"))
    planned = quota if quota is not None and quota.quota > 0 else None
    counts = (_value(book, scope_id, kpi_id) for kpi_id in COUNTS)
    month = book.value(scope_id, "contract_amount", "month")
    return (
        *(money(_value(book, scope_id, kpi_id)) for kpi_id in MONEY),
        *(count(None if value is None else int(value)) for value in counts),
        money(month),
        None if planned is None else money(planned.quota),
        None if planned is None or month is None else Ratio(value=quotient(month, planned.quota)),
    )


def _is_idle(book: KpiBook, person: str) -> bool:
    """Nothing of what is counted, though something is."""
    known = [value for kpi_id in MEASURES if (value := _value(book, person, kpi_id)) is not None]
    return bool(known) and not any(known)


def _judgement(book: KpiBook, person: str) -> Judgement:
    return "bad" if _is_idle(book, person) else "neutral"


def _headline(context: Context, unit: Unit, book: KpiBook) -> Message:
    idle = [person for person in unit.sellers if _is_idle(book, person)]
    of = Count(value=len(unit.sellers), unit="people")
    if not idle:
        return message("day.done.all", n=of)
    if len(idle) == 1:
        return message("day.done.one_idle", person=context.person(idle[0]))
    return message("day.done.idle", n=Count(value=len(idle)), all=of)


def _asked(row: Record) -> Text:
    if row.kind == "step" and row.next_step:
        return message("day.due.step", step=verbatim(row.next_step))
    return message(f"day.due.{row.kind}")


def _document(row: Record) -> Text:
    return verbatim(row.invoice_id) if row.kind == "invoice" else deal_name(row)
