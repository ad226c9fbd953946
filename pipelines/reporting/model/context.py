"""What every page of a run shares: the day, the periods, names, stages, and what is missing.

Belongs here: reading them once per report. Does not belong here: any section's own rows.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from functools import cached_property
from pathlib import Path
from typing import Any
from urllib.parse import quote

import duckdb

from pipelines.errors import UserError
from pipelines.reporting.model.book import Extract
from pipelines.reporting.model.page import Asked, Definition, Freshness, Quality
from pipelines.reporting.model.periods import month_of
from pipelines.reporting.model.queries import Record, copy, fetch, stream, tables_of
from pipelines.reporting.model.shows import Declared
from pipelines.reporting.model.tables import HELD_ROWS
from pipelines.reporting.model.values import (
    Bilingual,
    Listing,
    Message,
    Period,
    Shown,
    Text,
    Verbatim,
    message,
    verbatim,
)

QUERIES = (
    "parameter", "periods", "kpi_policy", "missing", "no_data", "people", "units", "stages",
    "buckets", "record_addresses",
)  # fmt: skip
_WEEKS = 13
_MISSING = "missing_export:"
# Computed from what is there, but empty without these.
_ALSO_NEEDS = {"pipeline_coverage": ("quota",)}


@dataclass(frozen=True)
class KpiPolicy:
    """What policy says of a KPI."""

    id: str
    label: Bilingual
    description: Bilingual
    formula: Bilingual
    unit: str
    decimals: int
    direction: str
    min_n: int
    target: Decimal | None
    theme: str = ""
    reports: frozenset[str] = frozenset()

    @property
    def definition(self) -> Definition:
        """The disclosure of a tile or section: meaning, then formula."""
        return Definition(
            term=self.label,
            meaning=Bilingual(
                zh=f"{self.description.zh}公式：{self.formula.zh}",
                en=f"{self.description.en} Formula: {self.formula.en}",
            ),
        )


@dataclass(frozen=True)
class Context:
    """Everything sections share. All lookups fall back to the id itself: nothing is dropped.

    `books` are the KPI values read so far (`kpis.py`). `working_day` is the last one by the day of
    the report.
    """

    con: duckdb.DuckDBPyConnection
    as_of: date
    company_id: str
    company: Bilingual
    currency: str
    stale_after_days: int
    periods: dict[str, Record]
    kpis: dict[str, KpiPolicy]
    missing: frozenset[str]
    no_data: dict[str, str]
    people: dict[str, Record]
    units: dict[str, Record]
    stages: dict[str, Record]
    buckets: dict[str, Record]
    quality: Quality
    freshness: tuple[Freshness, ...]
    working_day: date
    next_working_day: date
    record_addresses: dict[int, str] = field(default_factory=dict)
    not_renewed: frozenset[str] = frozenset()
    declared: Declared = field(default_factory=Declared)
    _rows: dict[str, list[Record]] = field(default_factory=dict)
    _groups: dict[str, dict[str, list[Record]]] = field(default_factory=dict)
    _quotas: dict[str, dict[tuple[str, str, str], Record]] = field(default_factory=dict)
    books: dict[Hashable, Any] = field(default_factory=dict)

    def rows(self, query: str, **params: object) -> list[Record]:
        """The rows of a query, with the run's dates filled in; read once per report."""
        key = f"{query} {sorted(params.items())!r}"
        if key not in self._rows:
            self._rows[key] = fetch(self.con, query, **(self._dates | params))
        return self._rows[key]

    def stream(self, query: str, **params: object) -> Iterator[Record]:
        """The rows of a query as they come, for a workbook that holds all of them."""
        return stream(self.con, query, **self._dates, **params)

    def extract(self, name: str, query: str, **params: object) -> Extract:
        """All rows of a query as a file beside a page."""

        def write(target: Path) -> None:
            copy(self.con, query, target, **self._dates, **params)

        return Extract(name, write)

    def grouped(self, query: str, column: str, **params: object) -> dict[str, list[Record]]:
        """The rows of a query by the value of one column, in the order they came."""
        key = f"{query} by {column} {sorted(params.items())!r}"
        if key not in self._groups:
            groups: dict[str, list[Record]] = {}
            for row in self.rows(query, **params):
                groups.setdefault(getattr(row, column), []).append(row)
            self._groups[key] = groups
        return self._groups[key]

    @cached_property
    def _dates(self) -> dict[str, object]:
        week = self.week
        return {
            "as_of": self.as_of,
            "company_id": self.company_id,
            "week_start": week.start,
            "month_start": self.month.start,
            "month": self.month.key,
            "last_month": self.last_month.key,
            "quarter_start": self.quarter.start,
            "quarter_end": self.quarter.end,
            "rolling_start": week.end - timedelta(weeks=_WEEKS) + timedelta(days=1),
            "history_from": week.end - timedelta(weeks=_WEEKS - 1),
            "history_to": max(week.end, self.as_of),
            "held_rows": HELD_ROWS,
            "working_day": self.working_day,
            "next_working_day": self.next_working_day,
            # appraisals: the newest of everybody, unless a page asks for one
            "of_period": None,
            "of_person": None,
        }

    def quotas(self, scope_kind: str) -> dict[tuple[str, str, str], Record]:
        """Quotas of one kind of scope, by period kind, scope and measure."""
        if scope_kind not in self._quotas:
            self._quotas[scope_kind] = {
                (row.period_kind, row.scope_id, row.measure): row
                for row in self.rows("quotas")
                if row.scope_kind == scope_kind
            }
        return self._quotas[scope_kind]

    @cached_property
    def week(self) -> Period:
        """The ISO week that contains the day of the report."""
        return Period.week_of(self.as_of)

    @cached_property
    def month(self) -> Period:
        return self._period("month")

    @cached_property
    def quarter(self) -> Period:
        return self._period("quarter")

    @cached_property
    def last_month(self) -> Period:
        """The latest month that has ended by the day of the report."""
        if self.month.end <= self.as_of:
            return self.month
        return month_of((self.month.start - timedelta(days=1)).strftime("%Y-%m"))

    @cached_property
    def day(self) -> Period:
        """The last working day by the day of the report."""
        return Period(period="day", start=self.working_day, end=self.working_day)

    def start_of(self, kind: str) -> date | None:
        """The first day of the period of a kind that the day of the report lies in."""
        if kind == "day":
            return self.working_day
        row = self.periods.get(kind)
        return row.period_start if row is not None else None

    def _period(self, kind: str) -> Period:
        row = self.periods[kind]
        return Period.model_validate(
            {"period": kind, "start": row.period_start, "end": row.period_end}
        )

    @property
    def week_is_whole(self) -> bool:
        """Whether the week has ended, so that no comparison has to stop at a weekday."""
        return self.week.end <= self.as_of

    # --- names ---

    @cached_property
    def _shared_names(self) -> frozenset[str]:
        counted = Counter(person.name for person in self.people.values())
        return frozenset(name for name, times in counted.items() if times > 1)

    def person(self, employee_id: str | None) -> Verbatim:
        """A person's name; with the id where two people share it."""
        if employee_id is None:
            return verbatim("—")
        person = self.people.get(employee_id)
        if person is None or not person.name:
            return verbatim(employee_id)
        if person.name in self._shared_names:
            return verbatim(f"{person.name} {employee_id}")
        return verbatim(person.name)

    def unit(self, unit_id: str | None) -> Text:
        """A unit's name; what belongs to no unit says so."""
        if unit_id is None or unit_id == "(none)":
            return message("scope.no_unit")
        unit = self.units.get(unit_id)
        return verbatim(unit.name if unit is not None else unit_id)

    def stage(self, stage_id: str | None) -> Text:
        return self._labelled(self.stages, stage_id)

    def bucket(self, bucket_id: str | None) -> Text:
        return self._labelled(self.buckets, bucket_id)

    @staticmethod
    def _labelled(entries: dict[str, Record], key: str | None) -> Text:
        entry = entries.get(key or "")
        if entry is None:
            return verbatim(key or "—")
        return Bilingual(zh=entry.label_zh, en=entry.label_en)

    def record_url(self, load_id: int | None, record_id: str | None) -> str | None:
        """Where the system it came from shows a record; none where its source file is silent."""
        address = self.record_addresses.get(load_id) if load_id is not None else None
        if address is None or record_id is None:
            return None
        return address.replace("{id}", quote(record_id, safe=""))

    def asked(self, scope_kind: str, scope_id: str, kpi_id: str, period_kind: str) -> Asked | None:
        """The current value of a KPI as `attain explain` names it, if its period has a name."""
        if period_kind == "rolling_13w":
            period = "13w"
        elif period_kind in ("day", "week", "month", "quarter"):
            period = getattr(self, period_kind).key
        else:
            return None
        kind = "rep" if scope_kind == "employee" else scope_kind
        scope = "company" if kind == "company" else f"{kind}:{scope_id}"
        return Asked(kpi_id=kpi_id, scope=scope, period=period)

    # --- what is missing ---

    def is_renewed(self, *queries: str) -> bool:
        """Whether no blocking check kept what these queries read as it was before."""
        return self.not_renewed.isdisjoint(tables_of(queries))

    def lacks(self, *tables: str) -> Message | None:
        """Why something cannot be shown: the exports it needs that brought no rows."""
        absent = [table for table in tables if table in self.missing]
        return missing_exports(absent) if absent else None

    def lacks_exports_of(self, kpi_id: str) -> bool:
        """Whether a KPI has no value because an export that it needs is missing."""
        return self.no_data.get(kpi_id, "").startswith(_MISSING)

    def why_no_value(self, kpi_id: str) -> Message:
        """Why a KPI has no value: an export is missing, or nothing happened."""
        reason = self.no_data.get(kpi_id, "")
        if reason.startswith(_MISSING):
            return missing_exports(reason.removeprefix(_MISSING).split(","))
        return self.lacks(*_ALSO_NEEDS.get(kpi_id, ())) or message("no_data.nothing")

    def definition(self, kpi_id: str) -> tuple[Definition, ...]:
        """A KPI's definition, if policy has the KPI."""
        kpi = self.kpis.get(kpi_id)
        return (kpi.definition,) if kpi else ()


def missing_exports(tables: list[str]) -> Message:
    """ "No data: the export of … is missing", by the names of the tables."""
    names: tuple[Shown, ...] = tuple(_missing_name(table) for table in tables)
    return message("no_data.missing_export", exports=Listing(items=names))


def _missing_name(need: str) -> Message:
    """A table by its name, or a column of it, or either of two, that no export fills."""
    first, *_ = need.split("|")
    table, _, column = first.partition(".")
    if not column:
        return message(f"export.{table}")
    if "|" in need:
        column = need.partition(".")[2].replace("|", " / ")
    return message("no_data.column", column=verbatim(column), export=message(f"export.{table}"))


def open_context(
    con: duckdb.DuckDBPyConnection,
    as_of: date,
    quality: Quality,
    freshness: tuple[Freshness, ...],
    not_renewed: frozenset[str] = frozenset(),
    declared: Declared | None = None,
) -> Context:
    """Read what all pages of a report share.

    Args:
        not_renewed: tables that a blocking check kept as they were before.
        declared: what the report's builders read and show.

    Raises:
        UserError: the warehouse was computed for another day.
    """
    parameter = fetch(con, "parameter")[0]
    if parameter.as_of_date != as_of:
        raise UserError(
            f"The warehouse was computed as of {parameter.as_of_date}, the reports were asked for "
            f"{as_of}; run again with --as-of {as_of}.",
            2,
        )
    return Context(
        con=con,
        as_of=as_of,
        company_id=parameter.company_id,
        company=Bilingual(zh=parameter.company_name_zh, en=parameter.company_name_en),
        currency=parameter.base_currency,
        stale_after_days=parameter.stale_after_days,
        periods={row.period_kind: row for row in fetch(con, "periods")},
        kpis={row.kpi_id: _policy(row) for row in fetch(con, "kpi_policy")},
        missing=frozenset(row.table_name for row in fetch(con, "missing")),
        no_data={row.kpi_id: row.reason for row in fetch(con, "no_data")},
        people={row.employee_id: row for row in fetch(con, "people")},
        units={row.unit_id: row for row in fetch(con, "units")},
        stages={row.stage_id: row for row in fetch(con, "stages")},
        buckets={row.bucket_id: row for row in fetch(con, "buckets")},
        quality=quality,
        freshness=freshness,
        working_day=parameter.working_day or as_of,
        next_working_day=parameter.next_working_day or as_of + timedelta(days=1),
        record_addresses={row.load_id: row.record_url for row in fetch(con, "record_addresses")},
        not_renewed=not_renewed,
        declared=declared or Declared(),
    )


def _policy(row: Record) -> KpiPolicy:
    return KpiPolicy(
        id=row.kpi_id,
        label=Bilingual(zh=row.label_zh, en=row.label_en),
        description=Bilingual(zh=row.description_zh, en=row.description_en),
        formula=Bilingual(zh=row.formula_zh, en=row.formula_en),
        unit=row.unit,
        decimals=row.decimals,
        direction=row.direction,
        min_n=row.min_n,
        target=row.target_value,
        theme=row.theme,
        reports=frozenset(row.reports.split(",")) - {""},
    )
