"""Two warehouses computed from the same rows: the first table, row and column that differ.

Belongs here: what counts as equal. Does not belong here: who computed them.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pipelines.warehouse.duck import Warehouse
from pipelines.warehouse.model import Model
from pipelines.warehouse.quoting import identifier, literal

PLACES = 9
"""Binary fractions are equal to so many places: the order in which they are added decides more."""
_OTHER = "other"


@dataclass(frozen=True)
class Difference:
    """The first that differs of a table: its type, a row that only one has, or a value."""

    table: str
    key: dict[str, Any]
    column: str | None
    ours: Any
    theirs: Any

    def __str__(self) -> str:
        where = ", ".join(f"{name} {value}" for name, value in self.key.items())
        if self.column is None:
            return f"{self.table}, {where}: {self.ours} row on DuckDB and {self.theirs} on Spark"
        at = f"{where}: " if where else ""
        return (
            f"{self.table}, {at}{self.column} is {self.ours} on DuckDB and {self.theirs} on Spark"
        )


def first_difference(ours: Warehouse, theirs: Path, models: Iterable[Model]) -> Difference | None:
    """Compare every table, in the order in which they were computed: the first one is the cause."""
    ours.con.execute(f"attach {literal(str(theirs))} as {_OTHER} (read_only)")
    try:
        for model in models:
            found = None if model.is_view else _of_table(ours, model)
            if found is not None:
                return found
    finally:
        ours.con.execute(f"detach {_OTHER}")
    return None


def _of_table(ours: Warehouse, model: Model) -> Difference | None:
    schema, _, table = model.name.partition(".")
    name = f"{schema}.{identifier(table)}"
    types, others = ours.types(name), ours.types(f"{_OTHER}.{name}")
    for column in [*types, *others]:
        if types.get(column) != others.get(column):
            return Difference(model.name, {}, column, types.get(column), others.get(column))
    shown = ", ".join(
        f"round({identifier(column)}, {PLACES}) as {identifier(column)}"
        if kind == "DOUBLE"
        else identifier(column)
        for column, kind in types.items()
    )
    mine, other = f"select {shown} from {name}", f"select {shown} from {_OTHER}.{name}"
    key = ", ".join(map(identifier, model.key))
    rows = ours.rows(
        f"select {key} from (({mine}) except all ({other})) "
        f"union select {key} from (({other}) except all ({mine})) order by all limit 1"
    )
    if not rows:
        return None
    return _at(ours, model.name, rows[0], mine, other)


def _at(ours: Warehouse, table: str, key: dict[str, Any], mine: str, other: str) -> Difference:
    """What differs in the rows of one key."""
    where = " and ".join(f"{identifier(name)} is not distinct from ?" for name in key)
    values = list(key.values())
    left, right = (
        ours.rows(f"select * from ({sql}) where {where}", values) for sql in (mine, other)
    )
    if len(left) == len(right) == 1:
        for column, value in left[0].items():
            if value != right[0][column]:
                return Difference(table, key, column, value, right[0][column])
    return Difference(table, key, None, len(left), len(right))
