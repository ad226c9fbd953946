"""The rows, parts and checks behind one figure as tables of a page.

Belongs here: typed cells of rows that an explanation found; contacts of people outside masked. Does
not belong here: finding them (`pipelines/explain/explain.py`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from functools import partial
from typing import Any

from pipelines.books.quarantine import masked
from pipelines.explain.explain import Explanation
from pipelines.policy.catalogue import Catalogue
from pipelines.reporting.drilldown.page import bilingual, decimals_of, exactly, plain_number
from pipelines.reporting.language.speaker import catalogue as words_of
from pipelines.reporting.model.page import Column, ColumnType, FailedCheck, Row, Table
from pipelines.reporting.model.tables import table
from pipelines.reporting.model.values import (
    Bilingual,
    Count,
    Day,
    Message,
    Moment,
    Number,
    Shown,
    Text,
    Verbatim,
    message,
    verbatim,
)
from pipelines.reporting.shared.concerns import concern
from pipelines.reporting.shared.exports import file_place
from pipelines.sources.contract import canonical_tables

_NEVER = 9999  # the year in which ends what has no end


# Columns every row has; the others are those the catalogue lists for the fact.
_FRAME = ("numerator", "denominator", "file", "line")
# Columns whose values are one of a few, by the messages that say them; others stand as they are.
_SAID = {
    "item_kind": "item_kind", "ledger": "statement.ledger", "outcome": "coded.outcome",
    "source": "source", "source_kind": "coded.source", "type": "contract_type",
}  # fmt: skip


@dataclass(frozen=True)
class Names:
    """How people and customers are called by id, and stages and buckets in both languages."""

    people: Mapping[str, str] = field(default_factory=dict)
    customers: Mapping[str, str] = field(default_factory=dict)
    stages: Mapping[str, Bilingual] = field(default_factory=dict)
    buckets: Mapping[str, Bilingual] = field(default_factory=dict)

    def column(self, name: str) -> Callable[[Any], Text] | None:
        """How the values of a column are written for a reader; none where they are as they are."""
        if name == "owner":
            return partial(_called, self.people)
        if name == "customer_id":
            return partial(_called, self.customers)
        labels = {"stage": self.stages, "stage_id": self.stages, "bucket": self.buckets}.get(name)
        if labels is not None:
            return lambda value: labels.get(value) or verbatim(str(value))
        return partial(_said, _SAID[name]) if name in _SAID else None


def contact_columns() -> frozenset[str]:
    return frozenset(name for table in canonical_tables().values() for name in table.contact)


def rows_table(
    explained: Explanation, catalogue: Catalogue, names: Names, contacts: frozenset[str]
) -> Table | None:
    """The rows with typed columns; a column that is empty in all rows is left out."""
    if not explained.rows:
        return None
    columns = [
        name
        for name in explained.columns
        if name in _FRAME or any(row[name] is not None for row in explained.rows)
    ]
    if explained.kpi.denominator is None and not explained.parts:
        columns.remove("denominator")
    made = []
    cells: dict[str, list[Shown | None]] = {}
    for name in columns:
        values = [row[name] for row in explained.rows]
        if name == "kpi":
            labels = {other: bilingual(catalogue.kpis[other].label) for other in set(values)}
            kind, cells[name] = "text", [labels[value] for value in values]
        elif write := names.column(name):
            kind, cells[name] = "text", [None if v is None else write(v) for v in values]
        elif name == "file":
            kind, cells[name] = "text", [None if v is None else file_place(v) for v in values]
        elif name in contacts:
            kind, cells[name] = "text", [_masked(value) for value in values]
        else:
            kind, cells[name] = _column(name, values)
        made.append(Column.model_validate({"id": name, "label": column_label(name), "type": kind}))
    rows = zip(*(cells[name] for name in columns), strict=True)
    more = explained.row_count if explained.row_count > len(explained.rows) else None
    return Table(columns=tuple(made), rows=tuple(Row(cells=row) for row in rows), rows_in_all=more)


def _called(names: Mapping[str, str], value: Any) -> Verbatim:
    name = names.get(value)
    return verbatim(f"{name} {value}" if name else str(value))


def _said(prefix: str, value: Any) -> Text:
    known = f"{prefix}.{value}"
    return message(known) if known in words_of("en") else verbatim(str(value))


def _masked(value: Any) -> Verbatim | None:
    return verbatim(masked(str(value))) if value else None


def column_label(name: str) -> Text:
    """What a column is called; one of a fact that a company added keeps its own name."""
    known = f"field.{name}"
    return message(known) if known in words_of("en") else verbatim(name)


def _column(name: str, values: Sequence[Any]) -> tuple[ColumnType, list[Shown | None]]:
    """The cells of a column, all of the type that its values have."""
    first = next((value for value in values if value is not None), None)
    if isinstance(first, bool):
        says = {True: message("drill.yes"), False: message("drill.no")}
        return "text", [None if value is None else says[value] for value in values]
    if isinstance(first, datetime):
        return "moment", [
            None if v is None else Moment(at=v.replace(microsecond=0)) for v in values
        ]
    if isinstance(first, date):
        return "day", [None if v is None or v.year == _NEVER else Day(date=v) for v in values]
    if isinstance(first, int | float | Decimal) or name in ("numerator", "denominator"):
        return "number", _numbers(values)
    return "text", [None if value is None else verbatim(str(value)) for value in values]


def _numbers(values: Sequence[Any]) -> list[Shown | None]:
    """Numbers with as many decimals as any of the column has."""
    exact = [None if value is None else exactly(value) for value in values]
    places = max((decimals_of(number) for number in exact if number is not None), default=0)
    return [None if number is None else Number(value=number, decimals=places) for number in exact]


def parts_table(explained: Explanation, catalogue: Catalogue) -> Table | None:
    if not explained.parts:
        return None
    rows = []
    for name, part in explained.parts.items():
        numbers = [part.get(key) for key in ("value", "numerator", "denominator", "n")]
        cells = [None if number is None else plain_number(number) for number in numbers]
        rows.append((bilingual(catalogue.kpis[name].label), *cells))
    return table("kpi_name:text value:number numerator:number denominator:number n:number", rows)


def checks_said(checks: Sequence[dict[str, Any]]) -> Message:
    if not checks:
        return message("drill.checks_none")
    broken = sum(check["status"] != "passed" for check in checks)
    if broken:
        return message(
            "drill.checks_broken", broken=Count(value=broken), n=Count(value=len(checks))
        )
    return message("drill.checks_hold", n=Count(value=len(checks)))


def failed_checks(checks: Sequence[dict[str, Any]]) -> tuple[FailedCheck, ...]:
    """What did not hold, in the reader's words."""
    return tuple(
        concern(
            check["check_id"],
            check["table_name"],
            offenders=check["offenders"] or 0,
            has_run=check["status"] != "errored",
            blocking=check["severity"] == "block",
        )
        for check in checks
        if check["status"] != "passed"
    )
