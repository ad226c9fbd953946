"""One group of loads joined to what is known of a table: typed, judged, versioned, accounted for.

Belongs here: the rows of a group of loads, their faults, the versions they end. Does not belong
here: which groups there are (`loads.py`), references to other tables (`references.py`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from pipelines.sources.contract import SEAL, Table
from pipelines.staging.groups import Group
from pipelines.staging.ids import id_texts
from pipelines.staging.mapping import Load, load_context, ordered_columns, scaled_columns
from pipelines.staging.quarantine import DUPLICATE, note_faults, resolve_restated
from pipelines.staging.reading import Reading
from pipelines.staging.relation import (
    amount_of,
    history,
    joined,
    key_of,
    owner_of,
    refused,
    staged,
)
from pipelines.staging.rules import CHANGED, Rule, row_rules
from pipelines.staging.successions import follow, succession_mark
from pipelines.warehouse.duck import Warehouse, fingerprint
from pipelines.warehouse.quoting import identifier, literal
from pipelines.warehouse.template import render

_INCOMING = "incoming"
# A group much smaller than the table is written into it; a larger one is written with it anew.
_SMALL = 5
KEPT = "refused rows typed"  # what a merge keeps: a workspace of before merges anew, once


def merge_group(
    warehouse: Warehouse, table: Table, group: Group, reading: Reading, first: bool
) -> None:
    """Bring a group of loads into `staging.<table>`.

    Args:
        first: nothing is known of the table yet, so the group's rows are its rows. They are written
            in a transaction of their own: rows deleted in the transaction that wrote them make
            DuckDB write the table twice.
    """
    loads = [replace(load, rows=rows_read(warehouse, table, load)) for load in group.loads]
    target = staged(table) if first else _INCOMING
    kind = "table" if first else "temp table"
    with warehouse.filtering_last():
        warehouse.con.execute(
            f"create or replace {kind} {target} as "
            f"{canonical_sql(table, loads, reading, 'accepted', target, group.moment)}"
        )
    with warehouse.transaction():
        follow(warehouse, table, target)
    with warehouse.transaction():
        _find_faults(warehouse, table, loads, reading, target)
        _keep_one_of_each_key(warehouse, table, loads, target)
        _note_account(warehouse, table, loads, reading, target)
        note_faults(warehouse, table)
        resolve_restated(warehouse, table, group, target)
        if not first:
            _join(warehouse, table, group)
        for temporary in ("faults", "superseded"):
            warehouse.con.execute(f"drop table {temporary}")
        warehouse.con.execute(
            "insert into meta.merged select ?, coalesce(max(position), 0) + 1, ? "
            "from meta.merged where table_name = ?",
            [table.name, group_mark(warehouse, table, group, reading), table.name],
        )
    if not first:
        warehouse.con.execute(f"drop table {_INCOMING}")


def group_mark(warehouse: Warehouse, table: Table, group: Group, reading: Reading) -> str:
    """What the rows of a group, those in force and those refused, depend on."""
    successions = succession_mark(warehouse, table)
    kept = table.model_dump(mode="json")
    return fingerprint(kept, KEPT, reading.mark, group.mark, successions)


def rows_read(warehouse: Warehouse, table: Table, load: Load) -> int:
    """Rows of a landed file that its source reads; a source may read a part of it."""
    return int(warehouse.scalar(f"select count(*) from {load_context(table, load)['relation']}"))


def canonical_sql(
    table: Table,
    loads: Sequence[Load],
    reading: Reading,
    part: str,
    accepted: str = "",
    since: str = "",
) -> str:
    """The SQL of some loads as rows of a table; `part` as `sql/staging/canonical.sql.j2` says."""
    return render(
        "staging/canonical.sql.j2",
        table=table,
        loads=[load_context(table, load) for load in loads],
        rules=row_rules(table, reading.stages),
        scaled=scaled_columns(loads),
        ordered=ordered_columns(table, loads),
        ids=id_texts(table, reading.lengths),
        time_zone=reading.time_zone,
        base_currency=reading.base_currency,
        accepted=accepted,
        since=since,
        part=part,
    )


def _find_faults(
    warehouse: Warehouse, table: Table, loads: Sequence[Load], reading: Reading, target: str
) -> None:
    """Gather what the row rules have against the rows that were not accepted."""
    con = warehouse.con
    con.execute(
        "create or replace temp table faults (load_id integer, line bigint, rule_id varchar, "
        "column_name varchar, value varchar, owner_id varchar, amount decimal(38, 4), "
        "row_key varchar)"
    )
    if warehouse.scalar(f"select count(*) from {target}") < sum(load.rows for load in loads):
        con.execute(
            "create or replace temp table rejected as "
            + canonical_sql(table, loads, reading, "rejected", target)
        )
        rules = row_rules(table, reading.stages)
        _judge(warehouse, table, rules)
        _keep_what_can_be_read(warehouse, table, rules)
        con.execute("drop table rejected")


def _judge(warehouse: Warehouse, table: Table, rules: Sequence[Rule]) -> None:
    owner = identifier(f"raw_{table.owner_column}") if table.owner_column else "null"
    amount = identifier(f"typed_{table.amount}") if table.amount else "null"
    key = joined([f"typed_{column}" for column in table.key])
    for index, rule in enumerate(rules):
        value = identifier(f"raw_{rule.column}") if rule.column else "null"
        of = key
        if rule.rule == CHANGED and table.sealed == table.key:  # of whom it was written for
            of = f"replace(_sealed, {literal(SEAL)}, {literal(' | ')})"
        warehouse.con.execute(
            f"insert into faults select _load, _line, {literal(rule.identity)}, "
            f"{literal(rule.column)}, {value}, {owner}, {amount}, {of} "
            f"from rejected where fault_{index}"
        )


def _keep_what_can_be_read(warehouse: Warehouse, table: Table, rules: Sequence[Rule]) -> None:
    """What a refused row would change is known of the values that can be read."""
    own = ", ".join(f"{identifier(f'typed_{c}')} as {identifier(c)}" for c in table.columns)
    first = " ".join(f"when fault_{i} then {literal(r.identity)}" for i, r in enumerate(rules))
    column = " ".join(f"when fault_{i} then {literal(r.column)}" for i, r in enumerate(rules))
    value = " ".join(
        f"when fault_{i} then {identifier(f'raw_{r.column}') if r.column else 'null'}"
        for i, r in enumerate(rules)
    )
    at_fault = [f"case when fault_{i} then {literal(r.column)} end" for i, r in enumerate(rules)]
    warehouse.con.execute(
        f"insert into {refused(table)} by name select _load, _line, {own}, "
        f"case {first} end as _rule, case {column} end as _column, case {value} end as _value, "
        f"concat_ws(',', {', '.join(at_fault)}) as _columns from rejected"
    )


def _keep_one_of_each_key(
    warehouse: Warehouse, table: Table, loads: Sequence[Load], target: str
) -> None:
    """Keep one row of each key: the last load's, in it the first; the others of it are faults.

    Keys are compared by hash first, so that the full comparison sees only the few suspects.
    A row that another load of the group repeats is superseded, not at fault; the account counts it
    as accepted.
    """
    keys = ", ".join(identifier(column) for column in table.key)
    place = f"list_position({[load.load_id for load in loads]}, _load)"
    con = warehouse.con
    con.execute(
        f"create or replace temp table repeated as "
        f"with suspect as (select hash({keys}) as h from {target} group by h having count(*) > 1) "
        f"select _load, _line, {key_of(table)} as value, {owner_of(table)} as owner_id, "
        f"{amount_of(table)} as amount, "
        f"first_value(_load) over w as winner, row_number() over w as place "
        f"from {target} where hash({keys}) in (select h from suspect) "
        f"window w as (partition by {keys} order by {place} desc, _line)"
    )
    con.execute(
        f"insert into faults select _load, _line, '{DUPLICATE}', {literal(table.key[0])}, "
        "value, owner_id, amount, value from repeated where place > 1 and _load = winner"
    )
    con.execute(
        "create or replace temp table superseded as "
        "select _load, amount from repeated where place > 1 and _load <> winner"
    )
    con.execute(
        f"insert into {refused(table)} by name select merged.*, '{DUPLICATE}' as _rule, "
        f"{literal(table.key[0])} as _column, repeated.value as _value, '' as _columns "
        f"from {target} as merged join repeated using (_load, _line) "
        "where repeated.place > 1 and repeated._load = repeated.winner"
    )
    con.execute(
        f"delete from {target} where (_load, _line) in "
        "(select (_load, _line) from repeated where place > 1)"
    )
    con.execute("drop table repeated")


def _join(warehouse: Warehouse, table: Table, group: Group) -> None:
    """Version the table: rows that changed or are gone end, the group's rows take their place."""
    con, name = warehouse.con, staged(table)
    known, incoming = (
        warehouse.scalar(f"select count(*) from {relation}") for relation in (name, _INCOMING)
    )
    if group.is_full or incoming * _SMALL > known:
        parts = _joining(warehouse, table, group, name)
        con.execute(f"insert into {history(table)} by name {parts['versions']}")
        con.execute(
            f"create or replace table {name} as {parts['next']} union all {parts['unheard']}"
        )
        return
    keys = " and ".join(f"known.{identifier(c)} = incoming.{identifier(c)}" for c in table.key)
    con.execute(
        "create or replace temp table touched as select known.rowid as _row, known.* "
        f"from {name} as known semi join {_INCOMING} as incoming on {keys}"
    )
    parts = _joining(warehouse, table, group, "touched")
    con.execute(f"insert into {history(table)} by name {parts['versions']}")
    con.execute(f"create or replace temp table joined as {parts['next']}")
    con.execute(f"delete from {name} where rowid in (select _row from touched)")
    con.execute(f"insert into {name} by name select * from joined")
    for temporary in ("joined", "touched"):
        con.execute(f"drop table {temporary}")


def _joining(warehouse: Warehouse, table: Table, group: Group, known: str) -> dict[str, str]:
    """The queries that join a group to the rows it may concern."""
    own = [
        row["load_id"]
        for row in warehouse.rows(
            "select load_id from mart.load where table_name = ? and source = ? order by load_id",
            [table.name, group.source.source],
        )
    ]
    return {
        part: render(
            "staging/merge.sql.j2",
            part=part,
            columns=list(table.columns),
            compared=[c for c in table.columns if c not in table.key],
            key=table.key,
            known=known,
            incoming=_INCOMING,
            is_full=group.is_full,
            lasting=table.lasting if group.is_full and group.source.lists == "active" else None,
            own=own,
            moment=group.moment,
        )
        for part in ("versions", "next", "unheard")
    }


def _note_account(
    warehouse: Warehouse, table: Table, loads: Sequence[Load], reading: Reading, target: str
) -> None:
    """Count rows and money per load; money that landed is summed from the landed text itself."""
    con = warehouse.con
    con.execute(
        "create or replace temp table landed_amount as "
        + canonical_sql(table, loads, reading, "amounts")
        if table.amount
        else "create or replace temp table landed_amount as "
        "select 0 as _load, 0::decimal(38, 4) as amount where false"
    )
    con.execute(
        "create or replace temp table read_well as select _load, count(*) as row_count, "
        f"coalesce(sum(amount), 0) as amount from (select _load, {amount_of(table)} as amount "
        f"from {target} union all select _load, amount from superseded) group by _load"
    )
    con.execute(
        "create or replace temp table refused as select load_id, count(*) as row_count, "
        "coalesce(sum(amount), 0) as amount from "
        "(select load_id, line, max(amount) as amount from faults group by load_id, line) "
        "group by load_id"
    )
    for load in loads:
        con.execute("delete from meta.load_account where load_id = ?", [load.load_id])
        con.execute(
            """
            insert into meta.load_account
            select
              ?1, ?2,
              coalesce((select amount from landed_amount where _load = ?1), 0),
              coalesce((select row_count from read_well where _load = ?1), 0),
              coalesce((select amount from read_well where _load = ?1), 0),
              coalesce((select row_count from refused where load_id = ?1), 0),
              coalesce((select amount from refused where load_id = ?1), 0)
            """,
            [load.load_id, load.rows],
        )
    for temporary in ("landed_amount", "read_well", "refused"):
        con.execute(f"drop table {temporary}")
