"""A team's day: what each brought on the last working day, and what the next one asks.

Belongs here: the daily page of a team, written where the settings name it among their `reports`.
Does not belong here: the week (`page.py`).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
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
    Message,
    Money,
    Period,
    Ratio,
    Shown,
    Text,
    message,
    quotient,
    verbatim,
)
from pipelines.reporting.shared.deals import deal_name
from pipelines.reporting.shared.paths import above, unit_place
from pipelines.reporting.unit.unit import Unit, units

MONEY = ("contract_amount", "collections")
COUNTS = ("calls", "visits", "new_prospects")
MEASURES = (*MONEY, *COUNTS)
_UNITS = {"contract_amount": "contracts", "collections": "receipts"}
_OF_THE_DAY = tuple(f"{kpi_id}:day" for kpi_id in MEASURES)
_MONTH = "month_to_date:money month_quota:money attainment:ratio"
_SHOWN = 20


@shows(queries=("quotas", "absent_people"), kpis=(*_OF_THE_DAY, "contract_amount:month"))
def done_section(context: Context, unit: Unit) -> Section:
    """A row for each representative: the day, and the month beside its quota; the sum last."""
    topic = message("day.done.topic")
    definitions = tuple(d for kpi_id in MEASURES for d in context.definition(kpi_id))
    people, whole = KpiBook.read(context, "employee"), KpiBook.read(context, unit.scope.kind)
    me = unit.scope.id
    if all(_value(whole, me, kpi_id) is None for kpi_id in MEASURES):
        return empty(
            "done", topic, message("day.done.none"), _unknown(context), definitions=definitions
        )
    sellers = sorted(unit.sellers, key=lambda person: _order(people, person))
    rows: list[tuple[Text, _Figures]] = [
        (context.person(person), _figures(context, people, person)) for person in sellers
    ]
    total = _figures(context, whole, me)
    others = _others(total, [figures for _, figures in rows])
    if others is not None:
        rows.append((message("day.done.others"), others))
    return Section(
        id="done",
        topic=topic,
        message=_headline(context, unit, people),
        what=(
            message("day.done.what", day=_shown(context)),
            *((message("day.done.of_others"),) if others is not None else ()),
        ),
        table=table(
            f"rep:text contract_amount:money collections:money calls:count visits:count "
            f"new_prospects:count {_MONTH if _has_month(context) else ''}",
            [(name, *_cells(context, figures)) for name, figures in rows],
            total=(message("row.total"), *_cells(context, total)),
            to=[
                *(unit_place(context, "employee", person, _week(context)) for person in sellers),
                *([None] if others is not None else []),
            ],
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
    absent = context.lacks("opportunity", "invoice")
    if not asked:
        return empty("due", topic, message("day.due.none"), absent)
    asked.sort(
        key=lambda row: (row.due_date, -(row.amount or 0), row.opportunity_id or row.invoice_id)
    )
    first_rows = [row for row in asked if row.place == 1]
    late = sum(int(row.late) for row in first_rows)
    people = Count(value=len(first_rows), unit="people")
    in_all = Count(value=sum(row.asked for row in first_rows))
    return Section(
        id="due",
        topic=topic,
        message=message("day.due.late", n=in_all, late=Count(value=late), people=people)
        if late
        else message("day.due.headline", n=in_all, people=people),
        what=(message("day.due.what"),),
        note=(absent,) if absent is not None else (),
        table=table(
            "person:text to_do:text deal_or_invoice:text customer:text amount:money due_on:day",
            [
                (
                    context.person(row.employee_id),
                    _asked(row),
                    verbatim(row.invoice_id) if row.kind == "invoice" else deal_name(row),
                    verbatim(row.customer_name or "—"),
                    money(row.amount),
                    day(row.due_date),
                )
                for row in asked
            ],
            first=_SHOWN,
            rows_in_all=in_all.value,
            judgements=["bad" if row.due_date <= context.as_of else "neutral" for row in asked],
            to=[unit_place(context, "employee", row.employee_id, _week(context)) for row in asked],
            records=[
                context.record_url(row.load_id, row.opportunity_id or row.invoice_id)
                for row in asked
            ],
            record="deal_or_invoice",
        ),
        table_open=True,
    )


SECTIONS = (done_section, due_section)


@shows(*SECTIONS, units, queries=("quotas", "kpi_ranges"), kpis=_OF_THE_DAY)
def build(context: Context) -> list[Page]:
    """One page for each team in which somebody sells."""
    return [_page(context, unit) for unit in units(context, "team")]


def _page(context: Context, unit: Unit) -> Page:
    scope, week = unit.scope, _week(context)
    region = context.units[scope.id].region_id
    weekly = unit_place(context, scope.kind, scope.id, week)
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
        above=(
            *above(context, region, week=week),
            *([Crumb(label=message("report.team_weekly"), place=weekly)] if weekly else []),
        ),
    )


def _week(context: Context) -> Period:
    """The last whole week: its pages are there while a week is running."""
    if context.week_is_whole:
        return context.week
    return Period.week_of(context.week.start - timedelta(days=1))


def _unknown(context: Context) -> Message:
    return context.lacks("contract", "receipt", "activity", "lead") or message("no_data.nothing")


def _shown(context: Context) -> Day:
    return Day(date=context.working_day)


def _lead(context: Context, unit: Unit) -> tuple[Message, ...]:
    book, me = KpiBook.read(context, unit.scope.kind), unit.scope.id
    found = []
    signed = book.now(me, "contract_amount", "day")
    collected = _value(book, me, "collections")
    unsigned = signed is not None and signed.value is not None and not signed.n
    if unsigned and collected == 0:
        found.append(message("day.lead.neither", day=_shown(context)))
    elif unsigned:
        found.append(message("day.lead.unsigned", day=_shown(context)))
    elif signed is not None and signed.value is not None:
        found.append(
            message(
                "day.lead.signed",
                day=_shown(context),
                contracts=Count(value=int(signed.n), unit="contracts"),
                amount=Money(amount=signed.value),
            )
        )
    if collected is not None and not (unsigned and collected == 0):
        found.append(
            message("day.lead.collected", day=_shown(context), amount=Money(amount=collected))
        )
    quota = _quota(context, unit.scope.kind, me)
    if quota is not None and _has_month(context) and context.lacks("contract") is None:
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


def _quota(context: Context, scope_kind: str, scope_id: str) -> Record | None:
    quota = context.quotas(scope_kind).get(("month", scope_id, "contract_amount"))
    return quota if quota is not None and quota.quota > 0 else None


def _has_month(context: Context) -> bool:
    """Whether the day lies in the month of the report: on its first days it may not."""
    return context.month.start <= context.working_day


def _order(book: KpiBook, person: str) -> tuple[Decimal, Decimal, str]:
    signed, collected = (_value(book, person, kpi_id) or Decimal(0) for kpi_id in MONEY)
    return (-signed, -collected, person)


@dataclass(frozen=True)
class _Figures:
    """The day's values by measure, the month so far and its quota."""

    of_day: dict[str, Decimal | None]
    month: Decimal | None
    quota: Decimal | None

    @property
    def is_known(self) -> bool:
        return all(value is not None for value in self.of_day.values())

    @property
    def is_nothing(self) -> bool:
        return self.is_known and not any(self.of_day.values())


def _figures(context: Context, book: KpiBook, scope_id: str) -> _Figures:
    quota = _quota(context, book.scope_kind, scope_id)
    return _Figures(
        {kpi_id: _value(book, scope_id, kpi_id) for kpi_id in MEASURES},
        book.value(scope_id, "contract_amount", "month"),
        quota.quota if quota is not None else None,
    )


def _others(total: _Figures, people: list[_Figures]) -> _Figures | None:
    """What the unit has beyond its representatives of today: their lead's, or of who has left."""

    def rest(whole: Decimal | None, parts: Iterable[Decimal | None]) -> Decimal | None:
        return (
            None
            if whole is None
            else whole - sum((part or Decimal(0) for part in parts), Decimal(0))
        )

    others = _Figures(
        {
            kpi_id: rest(total.of_day[kpi_id], (one.of_day[kpi_id] for one in people))
            for kpi_id in MEASURES
        },
        rest(total.month, (one.month for one in people)),
        None,
    )
    return others if any(others.of_day.values()) or others.month else None


def _cells(context: Context, figures: _Figures) -> Cells:
    counts = (figures.of_day[kpi_id] for kpi_id in COUNTS)
    cells: list[Shown | None] = [
        *(money(figures.of_day[kpi_id]) for kpi_id in MONEY),
        *(count(None if value is None else int(value)) for value in counts),
    ]
    if _has_month(context):
        attained = (
            Ratio(value=quotient(figures.month, figures.quota))
            if figures.month is not None and figures.quota is not None
            else None
        )
        cells += [money(figures.month), money(figures.quota), attained]
    return cells


def _headline(context: Context, unit: Unit, book: KpiBook) -> Message:
    """Who had nothing at all, where everything is known; whoever was on leave is not asked."""
    absent = {row.employee_id for row in context.rows("absent_people")}
    asked = [person for person in unit.sellers if person not in absent]
    figures = {person: _figures(context, book, person) for person in asked}
    if not asked or not all(one.is_known for one in figures.values()):
        return message("day.done.known", day=_shown(context))
    idle = [person for person in asked if figures[person].is_nothing]
    of = Count(value=len(asked), unit="people")
    if not idle:
        return message("day.done.all", n=of)
    if len(idle) == 1:
        return message("day.done.one_idle", person=context.person(idle[0]))
    return message("day.done.idle", n=Count(value=len(idle)), all=of)


def _asked(row: Record) -> Text:
    if row.kind == "step" and row.next_step:
        return message("day.due.step", step=verbatim(row.next_step))
    return message(f"day.due.{'unnamed' if row.kind == 'step' else row.kind}")
