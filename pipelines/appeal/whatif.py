"""A what-if file: rows of canonical tables as they would be.

    change:
      - table: receipt
        row: {receipt_id: R-0012}          # the key of the row that is disputed
        set: {received_date: 2026-09-30}
      - table: service_case
        row: {case_id: C-7}
        remove: true
      - table: appraisal_input
        add: {employee_id: E022, period: 2026-Q3, indicator: teamwork, score: 90, rater_id: E003,
              rated_at: 2026-10-08}

Belongs here: reading it, and putting it into the rows of a rehearsal. Does not belong here: what
follows (`recompute.py`).
"""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
from pydantic import BaseModel, ConfigDict, Field, model_validator

from pipelines.closing.rehearsal import Rehearsal
from pipelines.reporting.appraisal.pack import Changed
from pipelines.sources.contract import Table, canonical_tables
from pipelines.staging.fields import NUMBERS
from pipelines.workspace.yamlfile import YamlFile, did_you_mean, read_yaml, validate


class Change(BaseModel):
    """One row changed, removed or added."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    table: str
    row: dict[str, Any] = Field(default_factory=dict)
    set: dict[str, Any] = Field(default_factory=dict)
    add: dict[str, Any] = Field(default_factory=dict)
    remove: bool = False

    @model_validator(mode="after")
    def _one_thing(self) -> Change:
        if bool(self.set) + bool(self.add) + self.remove != 1:
            raise ValueError("give one of set, add and remove")
        if bool(self.row) == bool(self.add):
            raise ValueError("name the row by its key under `row`, or a new one under `add`")
        return self


class WhatIf(BaseModel):
    """All changes, in the order they are made."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    change: tuple[Change, ...] = ()


def read_what_if(path: Path) -> tuple[YamlFile, WhatIf]:
    """A what-if file; tables and columns are those of the input contract.

    Raises:
        UserError: naming file, line and key, with the nearest match.
    """
    source = read_yaml(path)
    asked = validate(source, WhatIf)
    tables = canonical_tables()
    for number, change in enumerate(asked.change):
        place = ("change", number)
        if change.table not in tables:
            near = did_you_mean(change.table, tables)
            raise source.error((*place, "table"), f"there is no table {change.table!r}{near}.")
        table = tables[change.table]
        read_again = {one.derivation.source for one in table.columns.values() if one.derivation}
        for part in ("row", "set", "add"):
            for column in getattr(change, part):
                if column not in table.exported:
                    near = did_you_mean(column, table.exported)
                    raise source.error(
                        (*place, part, column), f"{change.table} has no column {column!r}{near}."
                    )
                if column in read_again:
                    raise source.error(
                        (*place, part, column),
                        f"{column} of {change.table} is read anew from its export; put a changed "
                        "file there instead.",
                    )
        _require_key(source, place, change, table)
    return source, asked


def _require_key(
    source: YamlFile, place: tuple[str | int, ...], change: Change, table: Table
) -> None:
    part = "add" if change.add else "row"
    given = change.add or change.row
    absent = [name for name in _asked_key(table) if name not in given]
    if absent:
        raise source.error(
            (*place, part),
            f"name the row by its key {', '.join(table.key)}; {absent[0]} is absent.",
        )
    beside = [name for name in change.row if name not in table.key]
    if beside:
        raise source.error(
            (*place, part, beside[0]),
            f"a row is named by its key alone ({', '.join(table.key)}); {beside[0]} goes below "
            "`set`.",
        )
    if change.add:
        needed = [
            name for name, one in table.exported.items() if one.required and name not in given
        ]
        if needed:
            raise source.error((*place, part), f"a row of {table.name} needs {', '.join(needed)}.")


def change_rows(rehearsal: Rehearsal, source: YamlFile, asked: WhatIf) -> list[Changed]:
    """Put the changes into the rows of a rehearsal; returns each cell that changed.

    Raises:
        UserError: there is no such row, or one already, or a value is not of the column's type.
    """
    found: list[Changed] = []
    for number, change in enumerate(asked.change):
        table = canonical_tables()[change.table]
        place = ("change", number)
        if change.add:
            found += _add(rehearsal, source, place, table, change.add)
        else:
            found += _alter(rehearsal, source, place, table, change)
    return found


def _add(
    rehearsal: Rehearsal,
    source: YamlFile,
    place: tuple[str | int, ...],
    table: Table,
    row: dict[str, Any],
) -> list[Changed]:
    for name in table.key:  # a part of the key that an export may leave out
        column = table.columns[name]
        row = {name: row.get(column.otherwise or "", 0), **row} if column.otherwise else row
    where, values = _where(source, (*place, "add"), rehearsal, table, row)
    if rehearsal.scalar(f"select count(*) from staging.{table.name} where {where}", values):
        raise source.error(
            (*place, "add"), f"{table.name} has that row already; use `row` and `set`."
        )
    typed = {
        name: _typed(source, (*place, "add", name), rehearsal, table, name, value)
        for name, value in row.items()
    }
    _require_order(source, (*place, "add"), table, typed)
    rehearsal.con.execute(
        f"insert into staging.{table.name} ({', '.join(typed)}) "
        f"values ({', '.join('?' for _ in typed)})",
        list(typed.values()),
    )
    key = _named(table, row)
    return [
        Changed(table.name, key, name, None, _text(value), None, None)
        for name, value in typed.items()
        if name not in table.key or typed.keys() <= set(table.key)
    ]


def _alter(
    rehearsal: Rehearsal,
    source: YamlFile,
    place: tuple[str | int, ...],
    table: Table,
    change: Change,
) -> list[Changed]:
    where, values = _where(source, (*place, "row"), rehearsal, table, change.row)
    rows = rehearsal.rows(
        f"select fact.*, load.file as _file from (select * from staging.{table.name} "
        f"where {where}) as fact left join mart.load as load on fact._load = load.load_id",
        values,
    )
    if len(rows) != 1:
        raise source.error(
            (*place, "row"),
            f"{table.name} has {len(rows) or 'no'} row{'s' * bool(rows)} of that key"
            f"{_near(rehearsal, table, change.row)}.",
        )
    row, key = rows[0], _named(table, change.row)
    origin = (row["_file"], row["_line"])
    if change.remove:
        _require_unnamed(source, (*place, "remove"), rehearsal, table, row)
        rehearsal.con.execute(f"delete from staging.{table.name} where {where}", values)
        shown = [name for name in table.exported if name not in table.key and row[name] is not None]
        return [Changed(table.name, key, name, _text(row[name]), None, *origin) for name in shown]
    typed = {
        name: _typed(source, (*place, "set", name), rehearsal, table, name, value)
        for name, value in change.set.items()
    }
    if not typed.keys().isdisjoint(table.key):  # two rows of one key would both count
        moved = {name: typed.get(name, row[name]) for name in table.key}
        taken, its = _where(source, (*place, "set"), rehearsal, table, moved)
        if rehearsal.scalar(f"select count(*) from staging.{table.name} where {taken}", its):
            raise source.error((*place, "set"), f"{table.name} has a row of that key already.")
        _require_unnamed(source, (*place, "set"), rehearsal, table, row)
    _require_order(source, (*place, "set"), table, row | typed)
    rehearsal.con.execute(
        f"update staging.{table.name} set {', '.join(f'{name} = ?' for name in typed)} "
        f"where {where}",
        [*typed.values(), *values],
    )
    return [
        Changed(table.name, key, name, _text(row[name]), _text(value), *origin)
        for name, value in typed.items()
        if row[name] != value
    ]


def _where(
    source: YamlFile,
    place: tuple[str | int, ...],
    rehearsal: Rehearsal,
    table: Table,
    row: dict[str, Any],
) -> tuple[str, list[Any]]:
    key = [name for name in table.key if name in row]
    values = [_typed(source, (*place, name), rehearsal, table, name, row[name]) for name in key]
    return " and ".join(f"{name} = ?" for name in key), values


def _typed(
    source: YamlFile,
    place: tuple[str | int, ...],
    rehearsal: Rehearsal,
    table: Table,
    name: str,
    value: Any,
) -> Any:
    """A value as its column holds it, of which a run would say nothing."""
    column = table.columns[name]
    if isinstance(value, str):
        value = value.strip() or None
    if value is None and column.required:
        raise source.error(place, f"{name} of {table.name} is never empty.")
    try:
        typed = rehearsal.scalar(
            f"select cast(? as {column.sql_type})", [None if value is None else str(value)]
        )
    except duckdb.Error:
        raise source.error(place, f"{value!r} is no {column.type}.") from None
    if column.type in NUMBERS and typed is not None and Decimal(str(value)) != typed:
        raise source.error(place, f"{value} has more decimals than {name} holds.")
    for reference in table.references:
        if reference.column == name and typed is not None:
            _require_known(source, place, rehearsal, reference.table, typed)
    if name == "currency" and table.name != "fx_rate" and typed is not None:
        _require_rate(source, place, rehearsal, typed)
    allowed = table.allowed.get(name, ())
    if typed is not None and allowed and typed not in allowed:
        raise source.error(place, f"{value!r} is none of {', '.join(allowed)}.")
    for limit in table.ranges:
        if limit.column == name and typed is not None and not limit.holds(typed):
            raise source.error(place, f"{value!r} is outside {limit.least} to {limit.most}.")
    return typed


def _require_rate(
    source: YamlFile, place: tuple[str | int, ...], rehearsal: Rehearsal, currency: str
) -> None:
    """An amount is in base currency or in one with a rate; a run stops at any other."""
    rated = {
        row["currency"]
        for row in rehearsal.rows(
            "select currency from staging.fx_rate union select base_currency from core.parameter"
        )
    }
    if currency not in rated:
        raise source.error(
            place,
            f"{currency!r} is neither the base currency nor one with a rate"
            f"{did_you_mean(currency, rated)}.",
        )


def _require_known(
    source: YamlFile, place: tuple[str | int, ...], rehearsal: Rehearsal, parent: str, value: str
) -> None:
    """Rows that an export lists are named by an id that is among them."""
    key = canonical_tables()[parent].key[0]
    asked = (
        f"select count(*) filter (where {key} = ?) = 0 and count(_load) > 0 from staging.{parent}"
    )
    if rehearsal.scalar(asked, [value]):
        known = [row[key] for row in rehearsal.rows(f"select {key} from staging.{parent}")]
        raise source.error(place, f"{value!r} is no row of {parent}{did_you_mean(value, known)}.")


def _require_unnamed(
    source: YamlFile,
    place: tuple[str | int, ...],
    rehearsal: Rehearsal,
    table: Table,
    row: dict[str, Any],
) -> None:
    """A run would hold aside what names a row that is not there: then other facts change too."""
    for child in canonical_tables().values():
        for reference in child.references:
            if reference.table != table.name or not reference.rejects:
                continue
            n = rehearsal.scalar(
                f"select count(*) from staging.{child.name} where {reference.column} = ?",
                [row[table.key[0]]],
            )
            if n:
                rows = f"{n} row{'s' * (n > 1)} of {child.name} name{'s' * (n == 1)} it"
                raise source.error(place, f"{rows}; change or remove those first.")


def _require_order(
    source: YamlFile, place: tuple[str | int, ...], table: Table, row: dict[str, Any]
) -> None:
    for first, then in table.orders:
        if row.get(first) is not None and row.get(then) is not None and row[first] > row[then]:
            raise source.error(place, f"{first} {row[first]} is after {then} {row[then]}.")


def _asked_key(table: Table) -> list[str]:
    """The parts of a key that every row states."""
    return [name for name in table.key if table.columns[name].otherwise is None]


def _near(rehearsal: Rehearsal, table: Table, row: dict[str, Any]) -> str:
    first = table.key[0]
    known = {
        str(found[first])
        for found in rehearsal.rows(f"select distinct {first} from staging.{table.name}")
    }
    return "" if str(row[first]) in known else did_you_mean(str(row[first]), known)


def _named(table: Table, row: dict[str, Any]) -> str:
    return " ".join(str(row[name]) for name in table.key if name in row)


def _text(value: Any) -> str | None:
    return None if value is None else str(value)
