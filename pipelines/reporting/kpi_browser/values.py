"""What a KPI's page shows: values by period and scope, the trend, places, and the definition.

Belongs here: the sections of one KPI. Everything is read once for all KPIs and split by KPI here.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from pipelines.reporting.model.charts import Lines, LineSeries, Unit
from pipelines.reporting.model.context import Context, KpiPolicy
from pipelines.reporting.model.intervals import differ, wilson
from pipelines.reporting.model.kpis import KpiBook, typed
from pipelines.reporting.model.page import Place, Section, Table
from pipelines.reporting.model.queries import Record
from pipelines.reporting.model.shows import OF_POLICY, shows
from pipelines.reporting.model.tables import Cells, count, empty, table
from pipelines.reporting.model.values import (
    Count,
    Day,
    Interval,
    Listing,
    Message,
    Shown,
    Text,
    message,
    verbatim,
)
from pipelines.reporting.shared.all_kpis import PERIODS, newest, said
from pipelines.reporting.shared.paths import unit_place

_ALL_PERIODS = ("week", "month", "quarter", "rolling_13w")
# People that a page shows; all of them are in the published database.
_PEOPLE = 20
_UNITS: dict[str, Unit] = {"money": "money", "ratio": "ratio", "count": "count", "days": "days"}


@shows(kpis=(OF_POLICY,), queries=("kpi_now",))
def periods_section(context: Context, kpi: KpiPolicy) -> Section:
    """The company's value of each current period, compared as everywhere."""
    book = KpiBook.everything(context, "company")
    rows = [book.now(context.company_id, kpi.id, period) for period in _ALL_PERIODS]
    known = [row for row in rows if row is not None and row.value is not None]
    topic = message("browser.periods.topic")
    if not known:
        return empty(
            "periods", topic, message("browser.periods.none"), context.why_no_value(kpi.id)
        )
    return Section(
        id="periods",
        topic=topic,
        message=message(
            "browser.periods.headline",
            value=typed(kpi, known[0].value),
            period=message(f"kpis.{known[0].period_kind}"),
        ),
        what=(message("browser.periods.what"),),
        table=_table(
            "period:text value:text last_period:text last_year:text target:text "
            "interval:interval n:count",
            [
                (
                    message(f"kpis.{row.period_kind}"),
                    *_values(kpi, row),
                    interval_of(kpi, row),
                    count(row.n),
                )
                for row in known
            ],
        ),
        table_open=True,
    )


def _values(kpi: KpiPolicy, row: Record) -> Cells:
    return tuple(
        _said(kpi, value)
        for value in (row.value, row.previous_value, row.prior_year_value, row.target)
    )


def _said(kpi: KpiPolicy, value: Decimal | None) -> Message | None:
    return None if value is None else said(typed(kpi, value))


def _table(
    columns: str, rows: list[Cells], to: Sequence[Place | None] = (), first: int | None = None
) -> Table:
    """A table without the columns in which nothing stands."""
    named = columns.split()
    kept = [i for i, _ in enumerate(named) if any(cells[i] is not None for cells in rows)]
    return table(
        " ".join(named[i] for i in kept),
        [tuple(cells[i] for i in kept) for cells in rows],
        to=to,
        first=first,
    )


def interval_of(kpi: KpiPolicy, row: Record) -> Interval | None:
    """Wilson's interval where the value is a share of counted cases."""
    hits, cases = row.numerator, row.denominator
    if kpi.unit != "ratio" or hits is None or not cases or cases != row.n or not 0 <= hits <= cases:
        return None
    if hits != int(hits) or cases != int(cases):
        return None
    low, high = wilson(int(hits), int(cases))
    return Interval(low=low, high=high)


@shows(histories=(OF_POLICY,), queries=("kpi_now",))
def trend_section(context: Context, kpi: KpiPolicy) -> Section | None:
    """Thirteen weeks of the company; none where fewer than two have a value."""
    weeks = KpiBook.everything(context, "company").history(context.company_id, kpi.id, "week")
    known = [row for row in weeks if row.value is not None]
    if len(known) < 2:
        return None
    series = [LineSeries(label=kpi.label, role="actual", values=tuple(row.value for row in weeks))]
    if kpi.target is not None:
        target = tuple(kpi.target for _ in weeks)
        series.append(LineSeries(label=message("tile.target"), role="plan", values=target))
    lowest = min(known, key=lambda row: row.value)
    highest = max(known, key=lambda row: row.value)
    return Section(
        id="trend",
        topic=message("browser.trend.topic"),
        message=message(
            "browser.trend.level" if lowest.value == highest.value else "browser.trend.headline",
            low=typed(kpi, lowest.value),
            high=typed(kpi, highest.value),
            last=typed(kpi, known[-1].value),
        ),
        what=(message("browser.trend.what"),),
        chart=Lines(
            unit=_UNITS.get(kpi.unit, "number"),
            decimals=kpi.decimals if kpi.unit not in ("money", "ratio") else 0,
            x_dates=tuple(row.period_end for row in weeks),
            ticks=tuple(range(0, len(weeks), 4)),
            series=tuple(series),
        ),
        table=table(
            "week_end:day value:text n:count",
            [(Day(date=row.period_end), _said(kpi, row.value), count(row.n)) for row in weeks],
        ),
    )


@shows(kpis=(OF_POLICY,), queries=("kpi_now", "rep_readers"))
def units_section(context: Context, kpi: KpiPolicy) -> Section | None:
    """Regions and teams of the longest current period; none where no unit has a value."""
    sellers = [
        context.people[reader.employee_id]
        for reader in context.rows("rep_readers")
        if reader.employee_id in context.people
    ]
    selling = {unit for person in sellers for unit in (person.region_id, person.team_id)}
    books = {kind: KpiBook.everything(context, kind) for kind in ("region", "team")}
    period = _period(context, kpi)
    rows = [
        (kind, unit_id, row)
        for kind in ("region", "team")
        for unit_id in context.units
        if (row := books[kind].now(unit_id, kpi.id, period)) is not None
        and row.value is not None
        and (row.n or unit_id in selling)  # of a department that sells nothing 0 says nothing
    ]
    if not rows:
        return None
    rows.sort(key=lambda one: (one[0], _order(kpi, one[2]), one[1]))
    first = rows[0]
    return Section(
        id="units",
        topic=message("browser.units.topic"),
        message=message(
            _best(kpi, [row for kind, _, row in rows if kind == first[0]]),
            unit=context.unit(first[1]),
            value=typed(kpi, first[2].value),
        ),
        what=(message("browser.units.what", period=message(f"kpis.{first[2].period_kind}")),),
        table=_table(
            "unit:text value:text last_period:text last_year:text target:text interval:interval "
            "n:count",
            [
                (context.unit(unit_id), *_values(kpi, row), interval_of(kpi, row), count(row.n))
                for _, unit_id, row in rows
            ],
            to=[unit_place(context, kind, unit_id) for kind, unit_id, _ in rows],
        ),
        table_open=True,
    )


def _period(context: Context, kpi: KpiPolicy) -> str:
    """The period in which units and people stand beside each other: the company's longest."""
    row = newest(KpiBook.everything(context, "company"), context.company_id, kpi.id)
    return PERIODS[0] if row is None else str(row.period_kind)


def _best(kpi: KpiPolicy, rows: list[Record]) -> str:
    """What may be said of the first: of shares a lead only where the intervals lie apart."""
    if kpi.direction == "none" or len(rows) == 1:
        return "browser.units.first"
    first, *others = (interval_of(kpi, row) for row in rows)
    if first is None:
        return "browser.units.headline"
    ends = (first.low, first.high)
    if all(other and differ(ends, (other.low, other.high)) for other in others):
        return "browser.units.headline"
    return "browser.units.overlap"


def _order(kpi: KpiPolicy, row: Record) -> Decimal:
    value: Decimal = row.value
    return value if kpi.direction == "down" else -value


@shows(kpis=(OF_POLICY,), queries=("kpi_now", "kpi_ranks"))
def people_section(context: Context, kpi: KpiPolicy) -> Section | None:
    """The first people in service, with their place where the KPI ranks people."""
    book = KpiBook.everything(context, "employee")
    period = _period(context, kpi)
    ranks = {
        (row.period_kind, row.employee_id): row
        for row in context.grouped("kpi_ranks", "kpi_id").get(kpi.id, [])
    }
    rows = [
        (employee_id, row)
        for employee_id, person in context.people.items()
        if person.is_active
        and (row := book.now(employee_id, kpi.id, period)) is not None
        and row.value is not None
        and row.n
    ]
    if not rows:
        return None

    def place(one: tuple[str, Record]) -> tuple[bool, int, bool, Decimal, str]:
        found = ranks.get((one[1].period_kind, one[0]))
        small = one[1].n < kpi.min_n
        return (found is None, found.rank if found else 0, small, _order(kpi, one[1]), one[0])

    rows.sort(key=place)
    small = sum(row.n < kpi.min_n for _, row in rows)
    return Section(
        id="people",
        topic=message("browser.people.topic"),
        message=message("browser.people.headline", n=Count(value=len(rows), unit="people")),
        what=(message("browser.people.what", period=message(f"kpis.{period}")),),
        note=(message("browser.people.small", n=Count(value=small), least=Count(value=kpi.min_n)),)
        if small
        else (),
        table=_table(
            "person:text rank:count value:text last_period:text last_year:text target:text "
            "interval:interval n:count",
            [
                (
                    context.person(employee_id),
                    count(found.rank)
                    if (found := ranks.get((row.period_kind, employee_id))) is not None
                    else None,
                    *_values(kpi, row),
                    interval_of(kpi, row),
                    count(row.n),
                )
                for employee_id, row in rows
            ],
            first=_PEOPLE,
            to=[unit_place(context, "employee", employee_id) for employee_id, _ in rows],
        ),
    )


@shows(kpis=(OF_POLICY,), queries=("kpi_needs",))
def definition_section(context: Context, kpi: KpiPolicy) -> Section:
    """What it means, what it needs, which way is better, on whose page it stands."""
    needs: list[Shown] = [
        verbatim(row.table_name) if "." in row.table_name else message(f"export.{row.table_name}")
        for row in context.grouped("kpi_needs", "kpi_id").get(kpi.id, [])
    ]
    reports: list[Shown] = [message(f"report.{report}") for report in sorted(kpi.reports)]
    facts: list[tuple[Text, Text]] = [
        (message("browser.meaning"), kpi.description),
        (message("browser.formula"), kpi.formula),
        (message("browser.better"), message(f"browser.better.{kpi.direction}")),
        (message("browser.id"), verbatim(kpi.id)),
    ]
    if needs:
        facts.append((message("browser.needs"), Listing(items=tuple(needs))))
    if kpi.min_n > 1:
        least = message("value.plain", value=Count(value=kpi.min_n))
        facts.append((message("browser.min_n"), least))
    if reports:
        facts.append((message("browser.reports"), Listing(items=tuple(reports))))
    asked = context.asked("company", context.company_id, kpi.id, "quarter")
    if asked is not None:
        facts.append((message("browser.rows"), verbatim(asked.command)))
    return Section(
        id="definition",
        topic=message("browser.definition.topic"),
        message=kpi.label,
        table=table("fact:text fact_value:text", facts),
        table_open=True,
    )
