"""An export read on trial: which of its rows a run would refuse, and why, with nothing written.

Belongs here: the count of every row rule over one landed export. Does not belong here: what needs
other exports to be judged: repeated keys, unknown parents.
"""

from __future__ import annotations

from dataclasses import dataclass

import duckdb

from pipelines.sources.contract import Table
from pipelines.staging.mapping import Load, column_texts, load_context, names_of
from pipelines.staging.merge import canonical_sql
from pipelines.staging.quarantine import LEADS_BACK
from pipelines.staging.reading import Reading
from pipelines.staging.rules import row_rules
from pipelines.staging.successions import walked_sql
from pipelines.warehouse.quoting import identifier


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
    circles = _leading_back(con, table, load)
    refused = found["refused"] + sum(refusal.rows for refusal in circles)
    return Trial(found["row_count"], min(refused, found["row_count"]), (*refusals, *circles))


def _leading_back(con: duckdb.DuckDBPyConnection, table: Table, load: Load) -> tuple[Refusal, ...]:
    """Rows that say what an id became and lead back to themselves."""
    said = table.succession
    if said is None:
        return ()
    source = load.export.export.source
    texts = column_texts(table, source, names_of(load.landed, load.export.export))
    old, new = identifier(said.old), identifier(said.new)
    context = load_context(table, load)
    con.execute(
        f"create or replace temp table merges as select {context['line']} as line, "
        f"{texts[said.old]} as {old}, {texts[said.new]} as {new} from {context['relation']} "
        f"where {texts[said.old]} <> '' and {texts[said.new]} <> ''"
    )
    rows, line, value = con.execute(
        f"select count(*), min(line), arg_min({old}, line) from merges "
        f"where {old} not in (select from_id from ({walked_sql('merges', said)}))"
    ).fetchone() or (0, 0, None)
    con.execute("drop table merges")
    if not rows:
        return ()
    return (Refusal(said.old, f"{said.old}.{LEADS_BACK}", rows, line, value),)
