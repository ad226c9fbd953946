"""The published database as figures are read from it.

Belongs here: values of one KPI, the day they stand at, what its checks found. Does not belong here:
who may ask for them (`desk.py`).
"""

from __future__ import annotations

import datetime as dt
from collections import OrderedDict
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from typing import Any

from pipelines.delivery.questions.receipt import Claim
from pipelines.errors import UserError
from pipelines.explain.explain import Period, checks_of
from pipelines.policy.catalogue import Catalogue, Kpi
from pipelines.reporting.publish.build import Edition
from pipelines.warehouse.duck import Warehouse, fingerprint
from pipelines.warehouse.quoting import literal

_KEPT = 12  # KPIs whose values are kept beside the view: planning it takes longer than reading
_TO_DATE = "('mtd', 'qtd', 'ytd', 'fytd')"
_ORGANISED = ("employee", "team", "region", "company")


@dataclass(frozen=True)
class Value:
    """A row of `mart.kpi_value` of a KPI, and the day it stands at where that is known."""

    kpi_id: str
    kpi: Kpi
    row: dict[str, Any]
    as_of: dt.date | None

    @property
    def scope(self) -> tuple[str, str]:
        return self.row["scope_kind"], self.row["scope_id"]

    @property
    def until(self) -> dt.date:
        """The last day of its period."""
        day: dt.date = self.row["period_end"]
        return day

    @property
    def number(self) -> Decimal | None:
        value: Decimal | None = self.row["value"]
        return value

    @property
    def claim(self) -> Claim:
        """What a receipt says of it."""
        said = ("value", "numerator", "denominator", "n", "no_data_reason")
        return Claim(
            self.kpi_id,
            *self.scope,
            self.row["period_kind"],
            self.row["period_start"],
            self.as_of,
            definition_mark(self.kpi),
            **{name: self.row[name] for name in said},
        )


def definition_mark(kpi: Kpi) -> str:
    """A mark of what a KPI's value is: another formula, condition or unit has another mark.

    Words, and whose page it stands on, do not change a value.
    """
    without = {"label", "description", "reports", "owner", "golden", "direction", "decimals"}
    return fingerprint(kpi.model_dump(mode="json", exclude=without))[:12]


class PublishedValues:
    """The values of one state of the published database."""

    def __init__(self, warehouse: Warehouse, catalogue: Catalogue, edition: Edition) -> None:
        self._warehouse, self.catalogue, self.edition = warehouse, catalogue, edition
        self._tables: OrderedDict[str, str] = OrderedDict()
        self._checks: dict[str, list[dict[str, Any]]] = {}
        self._as_of: dict[str, dt.date | None] = {}
        self._made = 0
        if not warehouse.exists("mart.kpi_value"):
            raise UserError(
                "no KPI has been published: the last run was blocked. Run: attain status", 1
            )

    def value(self, kpi_id: str, period: Period, scope_kind: str, scope_id: str) -> Value | None:
        """One value; None where nothing was computed there."""
        begins = {
            "fiscal_year": "year(period_start) = year(?)",
            "fytd": "period_start <= ?",  # there is one, which begins before today
        }.get(period.kind, "period_start = ?")
        found = self._warehouse.rows(
            f"select * from {self._table(kpi_id)} where scope_kind = ? and scope_id = ? "
            f"and period_kind = ? and {begins}",
            [scope_kind, scope_id, period.kind, period.start],
        )
        return self.of(found[0]) if found else None

    def rows(self, period: Period, scope_kind: str, scope_id: str) -> list[dict[str, Any]]:
        """The rows of `mart.kpi_value` of every KPI of a scope and period."""
        rows = self._warehouse.rows(
            "select * from mart.kpi_value where "
            f"scope_kind = {literal(scope_kind)} and scope_id = {literal(scope_id)} "
            f"and period_kind = {literal(period.kind)} "
            f"and period_start = date {literal(period.start.isoformat())} order by kpi_id"
        )
        return [row for row in rows if row["kpi_id"] in self.catalogue.kpis]

    def scopes(self, kpi_id: str) -> list[tuple[str, str]]:
        """The kinds and ids for which a KPI is computed, the company first."""
        rows = self._warehouse.rows(
            f"select distinct scope_kind, scope_id from {self._table(kpi_id)} "
            f"order by scope_kind not in {_ORGANISED!r}, scope_kind <> 'company', 1, 2"
        )
        return [(row["scope_kind"], row["scope_id"]) for row in rows]

    def checks(self, kpi_id: str) -> list[dict[str, Any]]:
        """What the checks of the last run found in the tables a KPI stands on."""
        if kpi_id not in self._checks:
            self._checks[kpi_id] = checks_of(self._warehouse, self.catalogue, kpi_id)
        return self._checks[kpi_id]

    @cached_property
    def as_of(self) -> dt.date:
        """The day of the last publication: periods as `13w` or `mtd` are meant as of it."""
        return self.edition.as_of

    def as_of_kpi(self, kpi_id: str) -> dt.date | None:
        """The day a KPI's values stand at.

        What a failed check stopped keeps the values of an earlier run: the running months and
        years of a KPI end on its day. Where it has none of these and something was stopped, nobody
        knows.
        """
        if kpi_id not in self._as_of:
            found = self._warehouse.scalar(
                f"select max(period_end) from {self._table(kpi_id)} where period_kind in {_TO_DATE}"
            )
            self._as_of[kpi_id] = found or (None if self.edition.stale else self.edition.as_of)
        return self._as_of[kpi_id]

    def of(self, row: dict[str, Any]) -> Value:
        """A row as a value."""
        kpi_id = row["kpi_id"]
        return Value(kpi_id, self.catalogue.kpis[kpi_id], row, self.as_of_kpi(kpi_id))

    def _table(self, kpi_id: str) -> str:
        """A copy of the KPI's values; its name is written out, or all KPIs would be planned."""
        if kpi_id not in self._tables:
            if len(self._tables) >= _KEPT:
                self._warehouse.con.execute(f"drop table {self._tables.popitem(last=False)[1]}")
            self._made += 1
            table = f"temp.asked_{self._made}"
            self._warehouse.con.execute(
                f"create temporary table {table} as select * from mart.kpi_value "
                f"where kpi_id = {literal(kpi_id)}"
            )
            self._tables[kpi_id] = table
        self._tables.move_to_end(kpi_id)
        return self._tables[kpi_id]
