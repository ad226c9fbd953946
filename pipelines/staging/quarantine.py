"""Quarantine: every row that cannot be used, with file, line, column, value, rule and raw row.

Belongs here: writing `mart.quarantine` and keeping its history. Does not belong here: deciding
what is a fault (`rules.py`, `stage.py`).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from pipelines.landing.parquet import RAGGED_COLUMN, Landed, identifier, literal
from pipelines.staging.contract import Table
from pipelines.staging.mapping import Load, landed_relation, line_expression
from pipelines.warehouse.duck import Warehouse


def write_quarantine(
    warehouse: Warehouse, table: Table, loads: Sequence[Load], seen_at: dt.datetime
) -> None:
    """Publish the faults with their raw rows; faults that are gone are marked resolved."""
    parts = []
    for load in loads:
        line = line_expression(load.landed)
        parts.append(
            f"select {load.load_id} as load_id, cast({line} as bigint) as line, "
            f"{_raw_row(load.landed)} as raw_row "
            f"from {landed_relation(load.landed)} "
            f"where cast({line} as bigint) in "
            f"(select line from faults where load_id = {load.load_id})"
        )
    warehouse.con.execute(
        "create or replace temp table found as "
        "select l.file || case when l.sheet <> '' then '#' || l.sheet else '' end as file, "
        f"f.line, {literal(table.name)} as table_name, f.rule_id, f.column_name, f.value, "
        "r.raw_row, 'reject' as severity, f.owner_id, f.amount, f.load_id "
        f"from faults as f join ({' union all '.join(parts)}) as r "
        "on r.load_id = f.load_id and r.line = f.line join mart.load as l on l.load_id = f.load_id"
    )
    _replace_open(warehouse, table, seen_at, found=True)
    warehouse.con.execute("drop table found")


def _raw_row(landed: Landed) -> str:
    """A row as JSON: its fields by header, or its whole text where they do not fit the header."""
    fields = ", ".join(f"{literal(name)}: {identifier(name)}" for name in landed.names)
    raw = f"to_json({{{fields}}})::varchar"
    if landed.first_line is not None:
        return raw
    whole = f"to_json({{'row': {RAGGED_COLUMN}}})::varchar"
    return f"case when {RAGGED_COLUMN} is null then {raw} else {whole} end"


def resolve_all(warehouse: Warehouse, table: Table, seen_at: dt.datetime) -> None:
    """Mark every open row of a table resolved: there is no export of it any more."""
    _replace_open(warehouse, table, seen_at, found=False)


def _replace_open(warehouse: Warehouse, table: Table, seen_at: dt.datetime, found: bool) -> None:
    """Replace the open quarantine rows of a table, keeping when each was first seen.

    A fault is known by file, line and rule: another bad value there is the same fault still open.
    """
    con = warehouse.con
    identity = "(file, line, rule_id)"
    con.execute(
        f"create or replace temp table earlier as select * from mart.quarantine "
        f"where table_name = {literal(table.name)}"
    )
    con.execute(f"delete from mart.quarantine where table_name = {literal(table.name)}")
    if found:
        con.execute(
            "insert into mart.quarantine by name select f.*, "
            "coalesce((select min(e.first_seen_at) from earlier as e where e.file = f.file "
            "and e.line = f.line and e.rule_id = f.rule_id), ?) as first_seen_at, "
            "null::timestamp as resolved_at from found as f",
            [seen_at],
        )
        gone = f"{identity} not in (select {identity} from found)"
    else:
        gone = "true"
    con.execute(
        "insert into mart.quarantine by name "
        f"select * replace (coalesce(resolved_at, ?) as resolved_at) from earlier where {gone}",
        [seen_at],
    )
    con.execute("drop table earlier")
