"""The row rules of a canonical table: what sends a row to quarantine, and the sentence for it."""

from __future__ import annotations

from dataclasses import dataclass

from pipelines.sources.contract import SEAL, Column, Table
from pipelines.sources.sourcefile import allowed_values
from pipelines.warehouse.quoting import identifier, literal

CHANGED = "changed_in_form"
_EXPECTED = {
    "timestamp": "not_a_date",
    "date": "not_a_date",
    "boolean": "not_a_boolean",
}
# A year has four digits: `05-01-26` is not in the year 5.
_FIRST_DAY, _LAST_DAY = "timestamp '1000-01-01'", "timestamp '9999-12-31 23:59:59.999999'"


@dataclass(frozen=True)
class Rule:
    """A row rule. `fault` is SQL over `raw_*` and `typed_*` columns, true for a bad row.

    `identity` is `<column>.<rule>`, so that two columns may break the same rule in one row.
    """

    column: str
    rule: str
    fault: str

    @property
    def identity(self) -> str:
        return f"{self.column}.{self.rule}" if self.column else self.rule


def row_rules(table: Table, stages: tuple[str, ...]) -> list[Rule]:
    """All rules one row can be judged by on its own, in the order in which they are reported."""
    rules = [Rule("", "wrong_column_count", "_ragged is not null")]
    for place, name in enumerate(table.sealed, 1):
        written = f"split_part(_sealed, {literal(SEAL)}, {place})"
        changed = f"{written} <> coalesce({identifier(f'raw_{name}')}, '')"
        rules.append(Rule(name, CHANGED, f"_sealed is not null and {changed}"))
    for column in table.columns.values():
        rules.extend(_column_rules(table, column, stages))
    for limit in table.ranges:
        rules.append(Rule(limit.column, "out_of_range", _outside(limit.column, limit)))
    for earlier, later in table.orders:
        first, second = _typed(earlier), _typed(later)
        if table.columns[earlier].type != table.columns[later].type:
            first, second = f"cast({first} as date)", f"cast({second} as date)"
        rules.append(Rule(later, "impossible_order", f"{second} < {first}"))
    return rules


def _typed(column: str) -> str:
    return identifier(f"typed_{column}")


def _column_rules(table: Table, column: Column, stages: tuple[str, ...]) -> list[Rule]:
    raw, typed = identifier(f"raw_{column.name}"), _typed(column.name)
    rules = []
    if column.required:
        rules.append(Rule(column.name, "missing_required", f"{raw} is null"))
    if column.type != "text":
        kind = _EXPECTED.get(column.type, "not_a_number")
        unread = f"{typed} is null and {raw} is not null"
        if kind == "not_a_date":
            unread += f" or {typed} not between {_FIRST_DAY} and {_LAST_DAY}"
        rules.append(Rule(column.name, kind, unread))
    allowed = allowed_values(table, column.name, stages)
    if allowed:
        values = ", ".join(literal(value) for value in allowed)
        rules.append(Rule(column.name, "unknown_value", f"{typed} not in ({values})"))
    if column.type == "pct":
        rules.append(Rule(column.name, "out_of_range", f"{typed} < 0 or {typed} > 100"))
    return rules


def _outside(column: str, limit: object) -> str:
    least, most = getattr(limit, "least", None), getattr(limit, "most", None)
    typed = _typed(column)
    parts = [f"{typed} < {least}"] if least is not None else []
    if most is not None:
        parts.append(f"{typed} > {most}")
    return " or ".join(parts)
