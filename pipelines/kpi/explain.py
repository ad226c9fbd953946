"""From a KPI's value back to its rows: definition, sums, and for each row its file and line.

Belongs here: finding and showing the rows behind a value. Does not belong here: computing it
(`sql/kpi/`); what is shown is held against what was computed.
"""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

from pipelines.errors import UserError
from pipelines.landing.parquet import literal
from pipelines.policy.catalogue import Catalogue, Fact, Kpi
from pipelines.warehouse.duck import Warehouse
from pipelines.yamlfile import did_you_mean

_SCOPES = {"rep": "employee", "employee": "employee", "team": "team", "region": "region",
           "company": "company"}  # fmt: skip


@dataclass(frozen=True)
class Period:
    """A period as it was asked for: `2026-W46`, `2026-10`, `2026-Q3`, `2026`, `qtd` …"""

    kind: str
    start: dt.date


@dataclass(frozen=True)
class Explanation:
    """A value with its definition and rows; `adds_up` compares the rows with the value's sums."""

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


def parse_period(text: str, as_of: dt.date) -> Period:
    """Read a period.

    Raises:
        UserError: the text is none of the forms that exist.
    """
    lowered = text.strip().lower()
    if lowered in ("mtd", "qtd", "ytd"):
        month = {"mtd": as_of.month, "qtd": 3 * ((as_of.month - 1) // 3) + 1, "ytd": 1}[lowered]
        return Period(lowered, dt.date(as_of.year, month, 1))
    try:
        if match := re.fullmatch(r"(\d{4})-w(\d{1,2})", lowered):
            return Period("week", dt.date.fromisocalendar(int(match[1]), int(match[2]), 1))
        if match := re.fullmatch(r"(\d{4})-q([1-4])", lowered):
            return Period("quarter", dt.date(int(match[1]), 3 * int(match[2]) - 2, 1))
        if match := re.fullmatch(r"(\d{4})-(\d{1,2})", lowered):
            return Period("month", dt.date(int(match[1]), int(match[2]), 1))
        if match := re.fullmatch(r"\d{4}", lowered):
            return Period("year", dt.date(int(lowered), 1, 1))
    except ValueError:
        pass
    raise UserError(
        f"--period {text!r}: expected a week 2026-W46, a month 2026-10, a quarter 2026-Q3, "
        "a year 2026, or mtd, qtd, ytd."
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
    fact = catalogue.facts[kpi.fact]
    parameter = warehouse.rows("select as_of_date, company_id from core.parameter")[0]
    asked = parse_period(period, parameter["as_of_date"])
    scope_kind, scope_id = parse_scope(scope, parameter["company_id"])
    value = _value(warehouse, kpi_id, asked, scope_kind, scope_id, scope, period)
    span = warehouse.rows(
        "select from_date, to_date from core.period_variant "
        "where period_kind = ? and period_start = ? and variant = 'actual'",
        [asked.kind, asked.start],
    )[0]
    sql = _rows_sql(kpi, fact, asked, span["from_date"], span["to_date"], scope_kind, scope_id)
    counted = warehouse.rows(
        f"select count(*) as n, sum(numerator) as num, sum(denominator) as den from ({sql})"
    )[0]
    rows = warehouse.rows(f"{sql} order by file, line" + (f" limit {limit}" if limit else ""))
    return Explanation(
        kpi_id=kpi_id,
        kpi=kpi,
        scope_kind=scope_kind,
        scope_id=scope_id,
        period=asked,
        from_date=span["from_date"],
        to_date=span["to_date"],
        value=value,
        columns=tuple(rows[0]) if rows else (),
        rows=rows,
        row_count=int(counted["n"]),
        adds_up=_adds_up(kpi, value, counted),
    )


def _value(
    warehouse: Warehouse,
    kpi_id: str,
    period: Period,
    scope_kind: str,
    scope_id: str,
    scope: str,
    written: str,
) -> dict[str, Any]:
    found = warehouse.rows(
        "select * from mart.kpi_value where kpi_id = ? and period_kind = ? and period_start = ? "
        "and scope_kind = ? and scope_id = ?",
        [kpi_id, period.kind, period.start, scope_kind, scope_id],
    )
    if found:
        return found[0]
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


def _rows_sql(
    kpi: Kpi,
    fact: Fact,
    period: Period,
    first: dt.date,
    last: dt.date,
    scope_kind: str,
    scope_id: str,
) -> str:
    table = fact.rows or fact.table
    day = f"date {literal(last.isoformat())}"
    if fact.span:
        date = day
        inside = f"fact.{fact.span[0]} <= {day} and fact.{fact.span[1]} > {day}"
    elif fact.by_period:
        date = f"fact.{kpi.date}"
        inside = (
            f"fact.period_kind = {literal(period.kind)} and fact.variant = 'actual' "
            f"and fact.period_start = date {literal(period.start.isoformat())}"
        )
    else:
        date = f"fact.{kpi.date}"
        inside = f"fact.{kpi.date} between date {literal(first.isoformat())} and {day}"
    where = f"({inside}) and {_scope_filter(fact, scope_kind, scope_id)}"
    if kpi.where:
        where += f" and ({kpi.where})"
    shown = "".join(f"fact.{name}, " for name in dict.fromkeys((*fact.key, *fact.show)))
    quarter = dt.date(last.year, 3 * ((last.month - 1) // 3) + 1, 1)
    return (
        f"select {shown}fact.{fact.owner} as owner, "
        f"{kpi.numerator} as numerator, {kpi.denominator or 'null'} as denominator, "
        "load.file || case when load.sheet <> '' then '#' || load.sheet else '' end as file, "
        f"fact._line as line from {table} as fact "
        f"cross join (select date {literal(quarter.isoformat())} as quarter_start, "
        f"cast(date {literal(quarter.isoformat())} + interval 3 month - interval 1 day as date) "
        "as quarter_end) as quarter "
        "left join (select employee_id as org_employee, calendar_date as org_date, team_id, "
        f"region_id from core.org_day) as org on org.org_employee = fact.{fact.owner} "
        f"and org.org_date = {date} left join mart.load as load on load.load_id = fact._load "
        f"where {where}"
    )


def _scope_filter(fact: Fact, scope_kind: str, scope_id: str) -> str:
    wanted = literal(scope_id)
    if scope_kind == "company":
        return "true"
    if scope_kind == "employee":
        return f"coalesce(fact.{fact.owner}, '(none)') = {wanted}"
    if scope_kind in ("team", "region"):
        return f"coalesce(org.{scope_kind}_id, '(none)') = {wanted}"
    return f"fact.{fact.scopes[scope_kind]} = {wanted}"


def _adds_up(kpi: Kpi, value: dict[str, Any], counted: dict[str, Any]) -> bool | None:
    """Whether the rows give the sums that were computed; unknown for percentiles."""
    if kpi.kind == "percentile" or value["no_data_reason"]:
        return None
    if kpi.kind == "modelled" and kpi.denominator is None and kpi.unit in ("days", "multiple"):
        return None
    same = _number(counted["num"]) == _number(value["numerator"])
    if kpi.denominator is not None:
        same = same and _number(counted["den"]) == _number(value["denominator"])
    return same


def _number(value: Any) -> Decimal:
    return Decimal(0) if value is None else Decimal(str(value))


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
