"""From a KPI's value back to its rows: definition, sums, and for each row its file and line.

Belongs here: finding and showing the rows behind a value. Does not belong here: computing it
(`sql/kpi/`); what is shown is held against what was computed.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from typing import Any

from pipelines.errors import UserError
from pipelines.explain.rows import Place, part_sql, rows_sql, shown_columns, shown_table
from pipelines.policy.catalogue import Catalogue, Fact, Kpi
from pipelines.warehouse.duck import Warehouse
from pipelines.workspace.yamlfile import did_you_mean

_SCOPES = {"rep": "employee", "employee": "employee", "team": "team", "region": "region",
           "company": "company"}  # fmt: skip

_COPY = "temp.opened_value"

# a fiscal year is named by the year it begins in
_FORMS: tuple[tuple[str, str, Callable[..., dt.date]], ...] = (
    ("day", r"(\d{4})-(\d{2})-(\d{2})", dt.date),
    ("week", r"(\d{4})-w(\d{1,2})", lambda year, week: dt.date.fromisocalendar(year, week, 1)),
    ("quarter", r"(\d{4})-q([1-4])", lambda year, quarter: dt.date(year, 3 * quarter - 2, 1)),
    ("month", r"(\d{4})-(\d{1,2})", lambda year, month: dt.date(year, month, 1)),
    ("fiscal_year", r"fy(\d{4})", lambda year: dt.date(year, 1, 1)),
    ("year", r"(\d{4})", lambda year: dt.date(year, 1, 1)),
)


@dataclass(frozen=True)
class Period:
    """A period as it was asked for: `2026-W46`, `2026-10`, `2026-Q3`, `2026`, `13w`, `qtd` …"""

    kind: str
    start: dt.date


@dataclass(frozen=True)
class Explanation:
    """A value with its definition and rows; `adds_up` compares the rows with the value.

    `parts` are the values of the KPIs a derived one is made of, `checks` what the last run found in
    the tables the KPI stands on. `rows` are the first of `row_count`, in an order that stays.
    """

    kpi_id: str
    kpi: Kpi
    scope_kind: str
    scope_id: str
    period: Period
    from_date: dt.date
    to_date: dt.date
    value: dict[str, Any]
    columns: tuple[str, ...]
    rows: list[dict[str, Any]]
    row_count: int
    adds_up: bool | None
    parts: dict[str, dict[str, Any]]
    checks: list[dict[str, Any]]


class Shared(Warehouse):
    """A warehouse that nobody changes while many of its values are opened.

    What the values share is read once, and the values themselves come from a small copy: planning
    the view of all KPIs takes longer than reading the rows of one.
    """

    def __init__(
        self,
        warehouse: Warehouse,
        catalogue: Catalogue,
        kpi_ids: Collection[str],
        scopes: Collection[str],
    ) -> None:
        """Read the values of KPIs, and of those they are formulas over, in scopes as `rep:E012`."""
        super().__init__(warehouse.con, warehouse.path)
        parts = {other for name in kpi_ids for other in catalogue.kpis[name].references}
        company = self.scalar("select company_id from core.parameter")
        units = {parse_scope(scope, company)[1] for scope in scopes}
        self.con.execute(
            f"create or replace temporary table {_COPY} as select * from mart.kpi_value "
            "where list_contains(?, kpi_id) and list_contains(?, scope_id)",
            [sorted({*kpi_ids, *parts}), sorted(units)],
        )
        self._rows: dict[str, list[dict[str, Any]]] = {}
        self._columns: dict[str, tuple[str, ...]] = {}

    def rows(
        self, sql: str, values: Sequence[Any] | Mapping[str, Any] = ()
    ) -> list[dict[str, Any]]:
        asked = f"{sql} {values!r}"
        if asked not in self._rows:
            self._rows[asked] = super().rows(sql, values)
        return self._rows[asked]

    def columns(self, name: str) -> tuple[str, ...]:
        if name not in self._columns:
            self._columns[name] = super().columns(name)
        return self._columns[name]

    def exists(self, name: str) -> bool:
        return bool(self.columns(name))

    def close(self) -> None:
        """Leave nothing behind in the connection."""
        self.con.execute(f"drop table if exists {_COPY}")


def _values(warehouse: Warehouse, kpi_id: str, place: Place) -> list[dict[str, Any]]:
    table = _COPY if isinstance(warehouse, Shared) else "mart.kpi_value"
    return warehouse.rows(
        f"select * from {table} where kpi_id = ? and period_kind = ? and period_start = ? "
        "and scope_kind = ? and scope_id = ?",
        [kpi_id, place.period_kind, place.period_start, place.scope_kind, place.scope_id],
    )


def _place(warehouse: Warehouse, period: Period, scope_kind: str, scope_id: str) -> Place | None:
    """The days a period covers; nothing for one that is not computed."""
    if period.kind == "day":
        first = last = period.start
    else:
        named = {"fiscal_year": "year(period_start) = year(?)", "fytd": "from_date <= ?"}
        begins = named.get(period.kind, "period_start = ?")
        spans = warehouse.rows(
            "select period_start, from_date, to_date from core.period_variant "
            f"where period_kind = ? and variant = 'actual' and {begins}",
            [period.kind, period.start],
        )
        if not spans:
            return None
        first, last = spans[0]["from_date"], spans[0]["to_date"]
        return Place(period.kind, spans[0]["period_start"], first, last, scope_kind, scope_id)
    return Place(period.kind, period.start, first, last, scope_kind, scope_id)


def parse_period(text: str, as_of: dt.date) -> Period:
    """Read a period.

    Raises:
        UserError: the text is none of the forms that exist.
    """
    lowered = text.strip().lower()
    if lowered == "13w":
        return Period("rolling_13w", as_of - dt.timedelta(days=as_of.weekday(), weeks=12))
    if lowered in ("mtd", "qtd", "ytd", "fytd"):
        month = {"mtd": as_of.month, "qtd": 3 * ((as_of.month - 1) // 3) + 1, "ytd": 1}.get(lowered)
        return Period(lowered, dt.date(as_of.year, month, 1) if month else as_of)
    try:
        for kind, pattern, start in _FORMS:
            if match := re.fullmatch(pattern, lowered):
                return Period(kind, start(*(int(part) for part in match.groups())))
    except ValueError:
        pass
    raise UserError(
        f"--period {text!r}: expected a week 2026-W46, a month 2026-10, a quarter 2026-Q3, "
        "a year 2026, a fiscal year FY2026 by the year it begins in, a day 2026-11-13, "
        "13w for the last thirteen weeks, or mtd, qtd, ytd, fytd."
    )


def parse_scope(text: str, company_id: str) -> tuple[str, str]:
    """Read a scope such as `rep:E012`, `team:T03`, `region:R-EAST`, `segment:…` or `company`.

    Raises:
        UserError: the text has no id.
    """
    kind, _, identity = text.partition(":")
    kind = _SCOPES.get(kind.strip().lower(), kind.strip().lower())
    if kind == "company":
        return "company", identity.strip() or company_id
    if not identity.strip():
        raise UserError(f"--scope {text!r}: expected a kind and an id such as rep:E012 or company.")
    return kind, identity.strip()


def explain(
    warehouse: Warehouse,
    catalogue: Catalogue,
    kpi_id: str,
    scope: str,
    period: str,
    limit: int | None = None,
) -> Explanation:
    """Explain one value.

    Args:
        limit: how many rows to fetch; all when absent.

    Raises:
        UserError: there is no such KPI, scope or period (the nearest one is named), or nothing
            has been computed.
    """
    if not warehouse.exists("mart.kpi_value"):
        raise UserError(
            "no KPI has been computed: the last run was blocked. Run attain run to see by what.", 1
        )
    if kpi_id not in catalogue.kpis:
        raise UserError(f"no KPI named {kpi_id!r}{did_you_mean(kpi_id, catalogue.kpis)}.")
    kpi = catalogue.kpis[kpi_id]
    parameter = warehouse.rows("select as_of_date, company_id from core.parameter")[0]
    asked = parse_period(period, parameter["as_of_date"])
    scoped = parse_scope(scope, parameter["company_id"])
    place, value = _value(warehouse, kpi_id, asked, scoped, scope, period)
    sql, parts, leading = _query(warehouse, catalogue, kpi_id, place)
    order = "kpi, file, line" if parts else "file, line"
    if kpi.kind not in ("derived", "distinct", "percentile"):
        order = f"coalesce(numerator, 0) = 0, {order}"  # what counts comes first
    ties = ", ".join(str(position) for position in range(1, leading + 1))
    cut_at = f" limit {limit}" if limit else ""
    rows = warehouse.rows(f"select * from ({sql}) order by {order}, {ties}{cut_at}")
    cut = limit is not None and len(rows) == limit
    count = warehouse.scalar(f"select count(*) from ({sql})") if cut else len(rows)
    return Explanation(
        kpi_id=kpi_id,
        kpi=kpi,
        scope_kind=place.scope_kind,
        scope_id=place.scope_id,
        period=asked,
        from_date=place.first,
        to_date=place.last,
        value=value,
        columns=tuple(rows[0]) if rows else (),
        rows=rows,
        row_count=int(count),
        adds_up=_agrees(warehouse, catalogue, kpi_id, value, place),
        parts={other: _known(warehouse, other, place) for other in parts},
        checks=checks_of(warehouse, catalogue, kpi_id),
    )


def checks_of(warehouse: Warehouse, catalogue: Catalogue, kpi_id: str) -> list[dict[str, Any]]:
    """What the last run's checks found in the tables a KPI stands on, failures first."""
    if not warehouse.exists("mart.check_history"):
        return []
    needed = dict.fromkeys(need.partition(".")[0] for need in catalogue.needs(kpi_id))
    tables = [f"staging.{table}" for table in needed]
    read = (kpi_id, *catalogue.kpis[kpi_id].references)
    named = [catalogue.kpis[name].fact for name in read]
    facts = [catalogue.facts[name] for name in named if name]
    tables += [table for fact in facts for table in (fact.table, fact.rows) if table]
    return warehouse.rows(
        "select found.check_id, found.table_name, found.severity, found.status, found.offenders, "
        "coalesce(said.zh, found.check_id) as zh, coalesce(said.en, found.check_id) as en "
        "from mart.check_history as found left join (select distinct on (check_id, table_name) "
        "check_id, table_name, zh, en from mart.check_result order by check_id, table_name, en) "
        "as said on said.check_id = found.check_id and said.table_name = found.table_name "
        "where found.run_id = (select max(run_id) from mart.check_history) "
        "and list_contains(?, found.table_name) "
        "order by found.status, found.table_name, found.check_id",
        [tables],
    )


def _value(
    warehouse: Warehouse,
    kpi_id: str,
    period: Period,
    asked: tuple[str, str],
    scope: str,
    written: str,
) -> tuple[Place, dict[str, Any]]:
    scope_kind, scope_id = asked
    place = _place(warehouse, period, scope_kind, scope_id)
    found = _values(warehouse, kpi_id, place) if place else []
    if place and found:
        return place, found[0]
    known = [
        row["scope_id"]
        for row in warehouse.rows(
            "select distinct scope_id from mart.kpi_value where kpi_id = ? and scope_kind = ?",
            [kpi_id, scope_kind],
        )
    ]
    if not known:
        absent = warehouse.scalar("select reason from kpi.no_data where kpi_id = ?", [kpi_id])
        because = f": {absent}".replace("missing_export:", "no export of ") if absent else ""
        raise UserError(f"{kpi_id} is not computed for scope {scope_kind!r}{because}.")
    if scope_id not in known:
        raise UserError(f"--scope {scope!r}: no {scope_kind} {scope_id!r}"
                        f"{did_you_mean(scope_id, known)}.")  # fmt: skip
    raise UserError(
        f"--period {written!r}: nothing is computed for it; is it after the as-of date?"
    )


def _query(
    warehouse: Warehouse, catalogue: Catalogue, kpi_id: str, place: Place
) -> tuple[str, tuple[str, ...], int]:
    """The rows of a value, or of all the KPIs it is made of; those KPIs; and how many columns stand
    before file and line."""
    kpi = catalogue.kpis[kpi_id]
    if kpi.kind != "derived":
        fact = catalogue.facts[kpi.fact]
        columns = _columns(warehouse, fact, place)
        return rows_sql(kpi, fact, columns, place), (), len(shown_columns(fact, columns)) + 3
    return _parts_sql(warehouse, catalogue, kpi.references, place), kpi.references, 5


def _parts_sql(
    warehouse: Warehouse, catalogue: Catalogue, names: Sequence[str], place: Place
) -> str:
    """The rows of several KPIs, in columns that all of them have."""
    parts = []
    for name in names:
        fact = catalogue.facts[catalogue.kpis[name].fact]
        parts.append(part_sql(catalogue, name, _columns(warehouse, fact, place), place))
    return " union all ".join(parts)


def evidence_sql(
    warehouse: Warehouse,
    catalogue: Catalogue,
    kpi_id: str,
    period_kind: str,
    period_start: dt.date,
    scope_kind: str,
    scope_id: str,
) -> str | None:
    """A query of the rows of a value in the same columns for every KPI: kpi, key, owner, numerator,
    denominator, file, line. None for a period that is not computed."""
    place = _place(warehouse, Period(period_kind, period_start), scope_kind, scope_id)
    if place is None:
        return None
    kpi = catalogue.kpis[kpi_id]
    parts = kpi.references if kpi.kind == "derived" else (kpi_id,)
    return _parts_sql(warehouse, catalogue, parts, place)


def _columns(warehouse: Warehouse, fact: Fact, place: Place) -> tuple[str, ...]:
    return warehouse.columns(shown_table(fact, place.scope_kind))


def _agrees(
    warehouse: Warehouse, catalogue: Catalogue, kpi_id: str, value: dict[str, Any], place: Place
) -> bool | None:
    """Whether the rows give the value that was computed; unknown where it is no sum of theirs."""
    kpi = catalogue.kpis[kpi_id]
    if value["no_data_reason"]:
        return None
    if kpi.kind == "derived":
        verdicts = [
            _agrees(warehouse, catalogue, other, _known(warehouse, other, place), place)
            for other in kpi.references
        ]
        if False in verdicts:
            return False
        return None if None in verdicts else True
    sql = _query(warehouse, catalogue, kpi_id, place)[0]
    if kpi.kind in ("percentile", "distinct"):
        found = warehouse.rows(f"select {_looked_up(kpi)} as value from ({sql})")[0]["value"]
        return _number(found) == _number(value["value"])
    if kpi.is_untraceable or value["numerator"] is None:
        return None
    sums = warehouse.rows(f"select sum(numerator) as num, sum(denominator) as den from ({sql})")[0]
    places = 2 if kpi.kind == "modelled" else 4  # models round to cents
    same = _number(sums["num"], places) == _number(value["numerator"], places)
    if kpi.denominator is not None:
        same = same and _number(sums["den"]) == _number(value["denominator"])
    return same


def _known(warehouse: Warehouse, kpi_id: str, place: Place) -> dict[str, Any]:
    found = _values(warehouse, kpi_id, place)
    return found[0] if found else {"no_data_reason": "absent"}


def _looked_up(kpi: Kpi) -> str:
    if kpi.kind == "distinct":
        return "count(distinct numerator)"
    return f"cast(quantile_cont(numerator, {kpi.percentile}) as decimal(38, 8))"


def _number(value: Any, places: int = 4) -> Decimal:
    """By default to the cent's hundredth, which is what `mart.kpi_value` holds of a sum."""
    if value is None:
        return Decimal(0)
    return Decimal(str(value)).quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)


def write_rows(explanation: Explanation, target: Path) -> None:
    """Write all rows to a workbook; no cell can become a formula.

    Raises:
        UserError: the target cannot be written.
    """
    import xlsxwriter

    if target.suffix.lower() != ".xlsx":
        raise UserError(f"--rows {target}: expected a file name ending in .xlsx.")
    if not target.parent.is_dir():
        raise UserError(f"--rows {target}: the folder {target.parent} does not exist.")
    options = {"strings_to_formulas": False, "strings_to_urls": False, "constant_memory": True}
    with xlsxwriter.Workbook(str(target), options) as book:
        book.set_properties({"created": dt.datetime(2000, 1, 1, tzinfo=dt.UTC)})
        sheet = book.add_worksheet("rows")
        bold = book.add_format({"bold": True})
        for column, name in enumerate(explanation.columns):
            sheet.write_string(0, column, name, bold)
        for number, row in enumerate(explanation.rows, 1):
            for column, name in enumerate(explanation.columns):
                cell = row[name]
                if isinstance(cell, bool | dt.date | dt.datetime) or cell is None:
                    sheet.write_string(number, column, "" if cell is None else str(cell))
                elif isinstance(cell, int | float | Decimal):
                    sheet.write_number(number, column, float(cell))
                else:
                    sheet.write_string(number, column, str(cell))
        sheet.freeze_panes(1, 0)
        sheet.autofilter(0, 0, max(len(explanation.rows), 1), max(len(explanation.columns) - 1, 0))
