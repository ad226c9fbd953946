"""Quarantine: every row that cannot be used, with file, line, column, value, rule and raw row.

Belongs here: writing `mart.quarantine` and keeping its history, and the table by which models know
of scores that were given and cannot be read. Does not belong here: deciding what is a fault
(`rules.py`, `merge.py`, `references.py`).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

from pipelines.landing.parquet import RAGGED_COLUMN, Landed
from pipelines.sources.contract import Table
from pipelines.sources.headers import clean_header
from pipelines.staging.mapping import Load, landed_relation, line_expression
from pipelines.staging.relation import amount_of, held, key_of, owner_of, refused
from pipelines.warehouse.duck import Warehouse, fingerprint
from pipelines.warehouse.quoting import identifier, literal
from pipelines.warehouse.rows import Long, Text, declared, insert

if TYPE_CHECKING:
    from pipelines.staging.groups import Group

UNREAD = "meta.unread_score"
_IDENTITY = "(file, line, rule_id)"
_ORPHAN, LEADS_BACK, DUPLICATE = "unknown_reference", "leads_back", "duplicate_key"


def prepare_quarantine(warehouse: Warehouse) -> None:
    """Create the table of quarantined rows, and the note of those found in a rebuild."""
    warehouse.con.execute(
        """
        create table if not exists mart.quarantine (
          file varchar, line bigint, table_name varchar, rule_id varchar, column_name varchar,
          value varchar, raw_row varchar, severity varchar, owner_id varchar, amount decimal(38, 4),
          load_id integer, first_seen_at timestamp, resolved_at timestamp
        );
        alter table mart.quarantine add column if not exists row_key varchar;
        alter table mart.quarantine add column if not exists contact_fields varchar[];
        create table if not exists meta.pending_fault (
          table_name varchar, load_id integer, line bigint, rule_id varchar, column_name varchar,
          value varchar, owner_id varchar, amount decimal(38, 4), row_key varchar,
          resolved_at timestamp
        );
        create temp table if not exists refound (file varchar, line bigint, rule_id varchar);
        """
    )


class UnreadScoreRow(NamedTuple):
    """A manual score that somebody gave and that is in quarantine: whose it is, and where."""

    employee_id: Text
    period: Text
    indicator: Text
    value: Text | None
    file_line: Long
    load_id: Long


def create_unread_scores(warehouse: Warehouse) -> None:
    warehouse.con.execute(f"create or replace table {UNREAD} ({declared(UnreadScoreRow)})")


def write_unread_scores(warehouse: Warehouse) -> None:
    """Tell models whose manual scores are in quarantine; another row may state them all the same.

    What is in quarantine is read by nothing else: its values are texts of any kind. Here are the
    keys, typed as the table has them. A row whose own key cannot be read is nobody's.
    """
    found = warehouse.con.execute(
        """
        with fault as (
          select string_split(row_key, ' | ') as parts, value, line, load_id
          from mart.quarantine
          where table_name = 'appraisal_input' and resolved_at is null and row_key is not null
          qualify row_number() over (partition by row_key order by load_id desc, line, rule_id) = 1
        ),

        unread as (
          select
            parts[1] as employee_id,
            parts[2] as period,
            array_to_string(parts[3:], ' | ') as indicator,
            value,
            line as file_line,
            load_id
          from fault
          where len(parts) >= 3
        )

        select *
        from unread
        order by employee_id, period, indicator
        """
    ).fetchall()
    with warehouse.transaction():
        create_unread_scores(warehouse)
        insert(warehouse.con, UNREAD, [UnreadScoreRow(*row) for row in found])
        warehouse.remember(UNREAD, fingerprint(found))


def note_faults(warehouse: Warehouse, table: Table) -> None:
    """Keep the rows of `faults` until the table is whole; then their raw rows are read, once."""
    warehouse.con.execute(
        "insert into meta.pending_fault by name select "
        f"{literal(table.name)} as table_name, *, null::timestamp as resolved_at from faults"
    )


def record_faults(warehouse: Warehouse, table: Table, loads: Sequence[Load]) -> None:
    """Publish what was noted, with the raw rows.

    A fault is known by file, line and rule: another bad value there is the same fault, still open
    since it was first seen.
    """
    con = warehouse.con
    own = f"table_name = {literal(table.name)}"
    noted = con.execute(f"select distinct load_id from meta.pending_fault where {own}").fetchall()
    at_fault = {load_id for (load_id,) in noted}
    parts = []
    for load in loads:
        if load.load_id not in at_fault:
            continue
        line = line_expression(load.landed)
        parts.append(
            f"select {load.load_id} as load_id, cast({line} as bigint) as line, "
            f"{_raw_row(load.landed)} as raw_row, "
            f"{_contact_fields(table, load)} as contact_fields "
            f"from {landed_relation(load.landed)} "
            f"where cast({line} as bigint) in "
            f"(select line from meta.pending_fault where {own} and load_id = {load.load_id})"
        )
    if not parts:
        return
    con.execute(
        "create or replace temp table found as "
        "select l.file || case when l.sheet <> '' then '#' || l.sheet else '' end as file, "
        f"f.line, {literal(table.name)} as table_name, f.rule_id, f.column_name, f.value, "
        "r.raw_row, r.contact_fields, 'reject' as severity, f.owner_id, f.amount, f.load_id, "
        "f.row_key, l.loaded_at, f.resolved_at "
        f"from meta.pending_fault as f join ({' union all '.join(parts)}) as r "
        "on r.load_id = f.load_id and r.line = f.line join mart.load as l on l.load_id = f.load_id "
        f"where f.{own} "
        # of a file that was overwritten, what it says now
        "qualify row_number() over (partition by file, f.line, f.rule_id "
        "order by f.resolved_at is null desc, l.loaded_at desc, f.load_id desc) = 1"
    )
    con.execute(
        "create or replace temp table earlier as "
        f"select file, line, rule_id, min(first_seen_at) as first_seen_at from mart.quarantine "
        f"where {own} and {_IDENTITY} in (select {_IDENTITY} from found) group by all"
    )
    con.execute(
        f"delete from mart.quarantine where {own} "
        f"and {_IDENTITY} in (select {_IDENTITY} from found)"
    )
    con.execute(
        "insert into mart.quarantine by name select f.* exclude (loaded_at), "
        "least(f.loaded_at, coalesce(e.first_seen_at, f.loaded_at)) as first_seen_at "
        "from found as f left join earlier as e using (file, line, rule_id)"
    )
    con.execute("insert into refound select file, line, rule_id from found")
    con.execute(f"delete from meta.pending_fault where {own}")
    con.execute("drop table found")
    con.execute("drop table earlier")


def resolve_restated(warehouse: Warehouse, table: Table, group: Group, incoming: str) -> None:
    """Resolve the faults that a newer export has set right.

    A full export states everything anew; a delta sets right the rows it names.
    """
    ids = [load.load_id for load in group.loads]
    of_source = f"source = {literal(group.source.source)}"
    condition = (
        f"load_id in (select load_id from mart.load where table_name = ?2 and {of_source})"
        if group.is_full
        else f"row_key in (select {key_of(table)} from {incoming})"
    )
    for relation in ("mart.quarantine", "meta.pending_fault"):
        warehouse.con.execute(
            f"update {relation} set resolved_at = (select max(loaded_at) from mart.load "
            "where load_id in (select unnest(?1))) where table_name = ?2 and resolved_at is null "
            f"and load_id not in (select unnest(?1)) and {condition}",
            [ids, table.name],
        )


def begin_again(warehouse: Warehouse, table: Table) -> None:
    """A table is built anew: remember which faults are found, to resolve the others."""
    warehouse.con.execute("delete from refound")
    warehouse.con.execute("delete from meta.pending_fault where table_name = ?", [table.name])


def resolve_the_rest(warehouse: Warehouse, table: Table, seen_at: dt.datetime) -> None:
    """Resolve the open faults of a table that building it anew did not find."""
    warehouse.con.execute(
        "update mart.quarantine set resolved_at = ? where table_name = ? and resolved_at is null "
        f"and {_IDENTITY} not in (select {_IDENTITY} from refound)",
        [seen_at, table.name],
    )


def note_orphans(warehouse: Warehouse, table: Table, seen_at: dt.datetime) -> None:
    """Note the held rows as faults; those that are no longer held are resolved."""
    columns = [reference.column for reference in table.references if reference.rejects]
    rule = f"_column || '.{_ORPHAN}'"
    if (said := table.succession) is not None:
        columns += [said.old, said.new]
        leads_back = f"_column || '.{LEADS_BACK}'"
        rule = f"case when _column = {literal(said.old)} then {leads_back} else {rule} end"
    if not columns:
        return
    value = " ".join(
        f"when _column = {literal(c)} then cast({identifier(c)} as varchar)" for c in columns
    )
    con = warehouse.con
    con.execute(
        "create or replace temp table faults as select _load as load_id, _line as line, "
        f"{rule} as rule_id, _column as column_name, "
        f"case {value} end as value, {owner_of(table)} as owner_id, {amount_of(table)} as amount, "
        f"{key_of(table)} as row_key from {held(table)}"
    )
    con.execute(
        "update mart.quarantine set resolved_at = ? where table_name = ? and resolved_at is null "
        "and split_part(rule_id, '.', 2) in (?, ?) "
        "and (load_id, line, rule_id) not in (select (load_id, line, rule_id) from faults)",
        [seen_at, table.name, _ORPHAN, LEADS_BACK],
    )
    # what is open already keeps its raw row
    known = (
        "select load_id, line, rule_id from mart.quarantine "
        f"where table_name = {literal(table.name)} and resolved_at is null"
    )
    con.execute(
        "insert into refound select file, line, rule_id from mart.quarantine where table_name = ? "
        "and resolved_at is null "
        "and (load_id, line, rule_id) in (select (load_id, line, rule_id) from faults)",
        [table.name],
    )
    con.execute(f"delete from faults where (load_id, line, rule_id) in ({known})")
    note_faults(warehouse, table)
    con.execute("drop table faults")


def keep_refused(warehouse: Warehouse, table: Table) -> None:
    """Leave in `refused.<table>` what is in quarantine still, rows of unknown parents included."""
    con = warehouse.con
    con.execute(
        f"delete from {refused(table)} where (_load, _line) not in (select (load_id, line) "
        f"from mart.quarantine where table_name = ? and resolved_at is null) "
        f"or _rule like '%.{_ORPHAN}' or _rule like '%.{LEADS_BACK}'",
        [table.name],
    )
    columns = [reference.column for reference in table.references if reference.rejects]
    if not columns:
        return
    value = " ".join(
        f"when _column = {literal(c)} then cast({identifier(c)} as varchar)" for c in columns
    )
    con.execute(
        f"insert into {refused(table)} by name "
        f"select *, _column || '.{_ORPHAN}' as _rule, case {value} end as _value, "
        f"_column as _columns from {held(table)}"
    )


def _contact_fields(table: Table, load: Load) -> str:
    """Fields of the raw row that name or reach a person outside the company."""
    columns = load.export.export.source.columns
    wanted = {
        clean_header(header).lower()
        for column in table.contact
        if column in columns
        for header in columns[column].headers
    }
    fields = [name for name in load.landed.names if clean_header(name).lower() in wanted]
    known = f"[{', '.join(literal(name) for name in fields)}]::varchar[]"
    if load.landed.first_line is not None or not wanted:
        return known
    return f"case when {RAGGED_COLUMN} is null then {known} else ['row'] end"


def _raw_row(landed: Landed) -> str:
    """A row as JSON: its fields by header, or its whole text where they do not fit the header."""
    fields = ", ".join(f"{literal(name)}: {identifier(name)}" for name in landed.names)
    raw = f"to_json({{{fields}}})::varchar"
    if landed.first_line is not None:
        return raw
    whole = f"to_json({{'row': {RAGGED_COLUMN}}})::varchar"
    return f"case when {RAGGED_COLUMN} is null then {raw} else {whole} end"
