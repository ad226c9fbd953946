"""The rows behind a KPI's value as SQL, each with the file and line it came from.

Belongs here: which rows of a fact count for a period and scope. Does not belong here: what the
value is (`sql/kpi/`) or how it is shown (`explain.py`).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass

from pipelines.policy.catalogue import Catalogue, Fact, Kpi, ScopeTable
from pipelines.warehouse.quoting import literal

_NAMED = {"month": "%Y-%m", "year": "%Y"}


@dataclass(frozen=True)
class Place:
    """Where a value stands: period, the days it covers, scope."""

    period_kind: str
    period_start: dt.date
    first: dt.date
    last: dt.date
    scope_kind: str
    scope_id: str


def rows_sql(kpi: Kpi, fact: Fact, columns: Collection[str], place: Place) -> str:
    """A query of the rows that a value is made of.

    Args:
        columns: those of the table that is shown (`shown_table`).
    """
    table = shown_table(fact, place.scope_kind)
    day = place.first - dt.timedelta(days=1) if kpi.opening else place.last
    where = [*_period(kpi, fact, columns, place, day), _scope(fact, columns, place)]
    if kpi.where:
        where.append(f"({kpi.where})")
    shown = shown_columns(fact, columns)
    quarter = dt.date(day.year, 3 * ((day.month - 1) // 3) + 1, 1)
    origin = (
        "load.file || case when load.sheet <> '' then '#' || load.sheet else '' end as file, "
        "fact._line as line"
        if "_load" in columns
        else "cast(null as varchar) as file, cast(null as bigint) as line"
    )
    return (
        f"select {''.join(f'fact.{name}, ' for name in shown)}"
        f"{f'fact.{fact.owner}' if fact.owner else 'cast(null as varchar)'} as owner, "
        f"{kpi.numerator} as numerator, {kpi.denominator or 'null'} as denominator, "
        f"{origin} from {table} as fact "
        f"cross join (select {_date(quarter)} as quarter_start, "
        f"cast({_date(quarter)} + interval 3 month - interval 1 day as date) as quarter_end) "
        "as quarter "
        + _organisation(kpi, fact, columns, day)
        + (
            "left join mart.load as load on load.load_id = fact._load "
            if "_load" in columns
            else ""
        )
        + f"where {' and '.join(where)}"
    )


def shown_columns(fact: Fact, columns: Collection[str]) -> list[str]:
    """The columns that a row is shown with, before its owner, numerator and denominator."""
    return [name for name in dict.fromkeys((*fact.key, *fact.show)) if name in columns]


def part_sql(catalogue: Catalogue, kpi_id: str, columns: Collection[str], place: Place) -> str:
    """The rows of one of the KPIs a derived one is made of, in columns that all of them have."""
    kpi = catalogue.kpis[kpi_id]
    fact = catalogue.facts[kpi.fact]
    key = ", ".join(f"cast({name} as varchar)" for name in fact.key if name in columns)
    return (
        f"select {literal(kpi_id)} as kpi, concat_ws(' ', {key}) as key, owner, "
        f"cast(numerator as varchar) as numerator, cast(denominator as varchar) as denominator, "
        f"file, line from ({rows_sql(kpi, fact, columns, place)})"
    )


def shown_table(fact: Fact, scope_kind: str = "company") -> str:
    """The table whose rows are shown: the fact's, or that of a scope with a table of its own."""
    at = fact.scopes.get(scope_kind)
    if isinstance(at, ScopeTable):
        return at.table
    return fact.rows or fact.table


def _period(
    kpi: Kpi, fact: Fact, columns: Collection[str], place: Place, day: dt.date
) -> list[str]:
    if fact.span:
        return [f"fact.{fact.span[0]} <= {_date(day)}", f"fact.{fact.span[1]} > {_date(day)}"]
    if "period_kind" in columns:
        own = [
            f"fact.period_kind = {literal(place.period_kind)}",
            f"fact.period_start = {_date(place.period_start)}",
        ]
        return [*own, "fact.variant = 'actual'"] if "variant" in columns else own
    if kpi.date == "period":
        return [f"fact.period = {literal(_name(place))}"]
    return [f"fact.{kpi.date} between {_date(place.first)} and {_date(place.last)}"]


def _name(place: Place) -> str:
    start = place.period_start
    if place.period_kind == "quarter":
        return f"{start.year}-Q{(start.month - 1) // 3 + 1}"
    return start.strftime(_NAMED.get(place.period_kind, "%Y-%m"))


def _organisation(kpi: Kpi, fact: Fact, columns: Collection[str], day: dt.date) -> str:
    if not fact.owner or fact.placed:
        return ""
    on_day = fact.span or kpi.date == "period" or kpi.date not in columns
    date = _date(day) if on_day else f"fact.{kpi.date}"
    return (
        "left join (select employee_id as org_employee, calendar_date as org_date, team_id, "
        f"region_id from core.org_day) as org on org.org_employee = fact.{fact.owner} "
        f"and org.org_date = {date} "
    )


def _scope(fact: Fact, columns: Collection[str], place: Place) -> str:
    wanted = literal(place.scope_id)
    if "scope_kind" in columns:
        return f"fact.scope_kind = {literal(place.scope_kind)} and fact.scope_id = {wanted}"
    if place.scope_kind == "company":
        return "true"
    if place.scope_kind == "employee":
        return f"coalesce(fact.{fact.owner}, '(none)') = {wanted}"
    if place.scope_kind in ("team", "region"):
        source = "fact" if fact.placed else "org"
        return f"coalesce({source}.{place.scope_kind}_id, '(none)') = {wanted}"
    at = fact.scopes[place.scope_kind]
    return f"fact.{at.column if isinstance(at, ScopeTable) else at} = {wanted}"


def _date(day: dt.date) -> str:
    return f"date {literal(day.isoformat())}"
