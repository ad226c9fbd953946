"""An export read on trial: which of its rows a run would refuse, and why, with nothing written.

Belongs here: the count of every row rule over one landed export. Does not belong here: what needs
other exports to be judged: repeated keys, unknown parents.
"""

from __future__ import annotations

from dataclasses import dataclass

import duckdb

from pipelines.sources.contract import Table
from pipelines.staging.mapping import Load
from pipelines.staging.merge import canonical_sql
from pipelines.staging.reading import Reading
from pipelines.staging.rules import row_rules


@dataclass(frozen=True)
class Refusal:
    """A rule that rows of an export break; `value` is the field in the first of them."""

    column: str
    rule: str
    rows: int
    line: int
    value: str | None


@dataclass(frozen=True)
class Trial:
    """What a run would read of an export; `refused` rows break one rule or more."""

    rows: int
    refused: int
    refusals: tuple[Refusal, ...]


def tried(con: duckdb.DuckDBPyConnection, table: Table, load: Load, reading: Reading) -> Trial:
    """Read an export as a run would."""
    rules = row_rules(table, reading.stages)
    cursor = con.execute(canonical_sql(table, [load], reading, "trial"))
    names = [column[0] for column in cursor.description or ()]
    found = dict(zip(names, cursor.fetchone() or (), strict=True))
    refusals = tuple(
        Refusal(
            column=rule.column,
            rule=rule.identity,
            rows=found[f"rows_{number}"],
            line=found[f"line_{number}"],
            value=found[f"value_{number}"],
        )
        for number, rule in enumerate(rules)
        if found[f"rows_{number}"]
    )
    return Trial(found["row_count"], found["refused"], refusals)
