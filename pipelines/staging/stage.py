"""From landed files to one typed canonical table, with every unusable row in quarantine.

Belongs here: applying source mappings, row rules, unique keys and references; the account
landed = accepted + quarantined. Does not belong here: how a text becomes a value
(`sql/staging/parse.sql.j2`).
"""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from pipelines.landing.land import LandedExport
from pipelines.landing.parquet import identifier, literal
from pipelines.resources import shipped
from pipelines.staging.contract import Table, canonical_tables
from pipelines.staging.mapping import Load, load_context, ordered_columns, scaled_columns
from pipelines.staging.quarantine import resolve_all, write_quarantine
from pipelines.staging.rules import Rule, row_rules
from pipelines.warehouse.duck import Warehouse, fingerprint
from pipelines.warehouse.template import render

_TEMPLATES = ("canonical.sql.j2", "parse.sql.j2")


@dataclass(frozen=True)
class Reading:
    """What a workspace says about the reading of its exports.

    `stages` are the stage ids that a deal may be in; a moment that names its own time zone is put
    into `time_zone`.
    """

    stages: tuple[str, ...]
    time_zone: str


@dataclass(frozen=True)
class Staged:
    """The account of one canonical table."""

    table: str
    landed: int
    accepted: int
    quarantined: int
    amount_landed: Decimal
    amount_accepted: Decimal
    amount_quarantined: Decimal
    seconds: float
    changed: bool

    @property
    def balanced(self) -> bool:
        """Landed = accepted + quarantined, in rows and in money."""
        return (
            self.landed == self.accepted + self.quarantined
            and self.amount_landed == self.amount_accepted + self.amount_quarantined
        )


def prepare_tables(warehouse: Warehouse) -> None:
    """Create the tables that staging appends to: loads and quarantine."""
    warehouse.con.execute(
        """
        create table if not exists mart.load (
          load_id integer primary key, file varchar, sheet varchar, source varchar,
          system varchar, table_name varchar, sha256 varchar, rows_landed bigint,
          rows_accepted bigint, rows_quarantined bigint, amount_landed decimal(38, 4),
          amount_accepted decimal(38, 4), amount_quarantined decimal(38, 4),
          loaded_at timestamp, is_current boolean
        );
        create table if not exists mart.quarantine (
          file varchar, line bigint, table_name varchar, rule_id varchar, column_name varchar,
          value varchar, raw_row varchar, severity varchar, owner_id varchar, amount decimal(38, 4),
          load_id integer, first_seen_at timestamp, resolved_at timestamp
        );
        """
    )


def register_loads(
    warehouse: Warehouse, exports: Sequence[LandedExport], loaded_at: dt.datetime
) -> list[Load]:
    """Give every landed export its number; known content under a known name keeps its own."""
    loads = []
    with warehouse.transaction():
        warehouse.con.execute("update mart.load set is_current = false")
        for export in exports:
            if export.landed is None:
                continue
            key = [
                export.export.name,
                export.export.sheet or "",
                export.export.source.source,
                export.sha256,
            ]
            load_id = warehouse.scalar(
                "select load_id from mart.load "
                "where file = ? and sheet = ? and source = ? and sha256 = ?",
                key,
            )
            rows = _rows_read(warehouse, export)
            if load_id is None:
                load_id = warehouse.scalar("select coalesce(max(load_id), 0) + 1 from mart.load")
                warehouse.con.execute(
                    "insert into mart.load (load_id, file, sheet, source, sha256, system, "
                    "table_name, rows_landed, loaded_at) values (?, ?, ?, ?, ?, ?, ?, ?, ?)",
                    [
                        load_id,
                        *key,
                        export.export.source.system,
                        export.export.source.table,
                        rows,
                        loaded_at,
                    ],
                )
            warehouse.con.execute(
                "update mart.load set is_current = true where load_id = ?", [load_id]
            )
            loads.append(Load(load_id, export, export.landed, rows))
    return loads


def _rows_read(warehouse: Warehouse, export: LandedExport) -> int:
    """Rows of a landed file that its source reads; a source may read a part of it."""
    assert export.landed is not None
    source = export.export.source
    if not source.only and source.rows == "all":
        return export.landed.rows
    table = canonical_tables()[source.table]
    context = load_context(table, Load(0, export, export.landed, 0))
    return int(warehouse.scalar(f"select count(*) from {context['relation']}"))


def stage_table(
    warehouse: Warehouse,
    table: Table,
    loads: Sequence[Load],
    reading: Reading,
    seen_at: dt.datetime,
) -> Staged:
    """Build `staging.<table>` from its current loads and account for every landed row."""
    started = time.perf_counter()
    name = f"staging.{identifier(table.name)}"
    mark = _mark(warehouse, table, loads, reading)
    changed = warehouse.state(f"staging.{table.name}") != mark
    if changed:
        _rebuild(warehouse, table, name, loads, reading, seen_at, mark)
    return _account(warehouse, table, time.perf_counter() - started, changed)


def _rebuild(
    warehouse: Warehouse,
    table: Table,
    name: str,
    loads: Sequence[Load],
    reading: Reading,
    seen_at: dt.datetime,
    mark: str,
) -> None:
    """Replace the table in two transactions.

    Rows deleted in the transaction that wrote them make DuckDB write the table twice. So the table
    is written first, without the mark that says what it was built from: a run killed between the
    two finds no mark and builds it again.
    """
    state = f"staging.{table.name}"
    with warehouse.transaction():
        warehouse.con.execute("delete from meta.built where name = ?", [state])
        if loads:
            with warehouse.filtering_last():
                warehouse.con.execute(
                    f"create or replace table {name} as {_sql(table, loads, reading, 'accepted')}"
                )
        else:
            _create_empty(warehouse, table, name)
    with warehouse.transaction():
        if loads:
            _sort_out(warehouse, table, name, loads, reading, seen_at)
        else:
            resolve_all(warehouse, table, seen_at)
        rows = warehouse.scalar(f"select count(*) from {name}")
        warehouse.con.execute("insert into meta.built values (?, ?, ?)", [state, mark, rows])


def _sql(table: Table, loads: Sequence[Load], reading: Reading, part: str) -> str:
    return render(
        "staging/canonical.sql.j2",
        table=table,
        loads=[load_context(table, load) for load in loads],
        rules=row_rules(table, reading.stages),
        scaled=scaled_columns(loads),
        ordered=ordered_columns(table, loads),
        time_zone=reading.time_zone,
        accepted=f"staging.{identifier(table.name)}",
        part=part,
    )


def _mark(warehouse: Warehouse, table: Table, loads: Sequence[Load], reading: Reading) -> str:
    parents = sorted({r.table for r in table.references if r.rejects and r.table != table.name})
    return fingerprint(
        table.model_dump(mode="json"),
        [[load.load_id, load.landed.parquet.name] for load in loads],
        [load.export.export.source.model_dump(mode="json") for load in loads],
        [reading.stages, reading.time_zone],
        [warehouse.state(f"staging.{parent}") for parent in parents],
        [shipped("sql", "staging", name).read_text(encoding="utf-8") for name in _TEMPLATES],
    )


def _create_empty(warehouse: Warehouse, table: Table, name: str) -> None:
    columns = ", ".join(f"{identifier(c.name)} {c.sql_type}" for c in table.columns.values())
    warehouse.con.execute(
        f"create or replace table {name} (_load integer, _line bigint, {columns})"
    )


def _sort_out(
    warehouse: Warehouse,
    table: Table,
    name: str,
    loads: Sequence[Load],
    reading: Reading,
    seen_at: dt.datetime,
) -> None:
    """Gather the faults of all rules, take the rows out of the table, account for every row."""
    con = warehouse.con
    con.execute(
        "create or replace temp table faults (load_id integer, line bigint, rule_id varchar, "
        "column_name varchar, value varchar, owner_id varchar, amount decimal(38, 4))"
    )
    if warehouse.scalar(f"select count(*) from {name}") < sum(load.rows for load in loads):
        con.execute(
            f"create or replace temp table rejected as {_sql(table, loads, reading, 'rejected')}"
        )
        _record_row_faults(warehouse, table, row_rules(table, reading.stages))
        con.execute("drop table rejected")
    _reject_duplicates(warehouse, table, name)
    for reference in table.references:
        if reference.rejects:
            _reject_orphans(warehouse, table, name, reference.column, reference.table)
    write_quarantine(warehouse, table, loads, seen_at)
    amounts = _sql(table, loads, reading, "amounts") if table.amount else None
    _write_account(warehouse, table, name, loads, amounts)
    con.execute("drop table faults")


def _record_row_faults(warehouse: Warehouse, table: Table, rules: Sequence[Rule]) -> None:
    owner = identifier(f"raw_{table.owner_column}") if table.owner_column else "null"
    amount = identifier(f"typed_{table.amount}") if table.amount else "null"
    for index, rule in enumerate(rules):
        value = identifier(f"raw_{rule.column}") if rule.column else "null"
        warehouse.con.execute(
            f"insert into faults select _load, _line, {literal(rule.identity)}, "
            f"{literal(rule.column)}, {value}, {owner}, {amount} "
            f"from rejected where fault_{index}"
        )


def _reject_duplicates(warehouse: Warehouse, table: Table, name: str) -> None:
    """Keep one row of each key: the newest load's, in it the first; the others are faults.

    Keys are compared by hash first, so that the full comparison sees only the few suspects.
    A row that a newer load repeats is superseded, not at fault; the account counts it as accepted.
    """
    keys = ", ".join(identifier(column) for column in table.key)
    con = warehouse.con
    con.execute(
        f"create or replace temp table repeated as "
        f"with suspect as (select hash({keys}) as h from {name} group by h having count(*) > 1) "
        f"select _load, _line, {_value_of(table.key)} as value, {_owner(table)} as owner_id, "
        f"{_amount(table)} as amount, "
        f"first_value(_load) over w as winner, row_number() over w as place "
        f"from {name} where hash({keys}) in (select h from suspect) "
        f"window w as (partition by {keys} order by _load desc, _line)"
    )
    con.execute(
        f"insert into faults select _load, _line, 'duplicate_key', {literal(table.key[0])}, "
        "value, owner_id, amount from repeated where place > 1 and _load = winner"
    )
    con.execute(
        "create or replace temp table superseded as "
        "select _load, amount from repeated where place > 1 and _load <> winner"
    )
    con.execute(
        f"delete from {name} where (_load, _line) in "
        "(select (_load, _line) from repeated where place > 1)"
    )
    con.execute("drop table repeated")


def _reject_orphans(
    warehouse: Warehouse, table: Table, name: str, column: str, parent: str
) -> None:
    """Quarantine rows that name an unknown parent, such as a receipt of an unknown customer."""
    key = identifier(canonical_tables()[parent].key[0])
    own = identifier(column)
    known = f"select {key} from staging.{identifier(parent)}"
    condition = f"{own} is not null and {own} not in ({known})"
    inserted = warehouse.scalar(f"select count(*) from {name} where {condition}")
    if not inserted:
        return
    warehouse.con.execute(
        f"insert into faults select _load, _line, {literal(f'{column}.unknown_reference')}, "
        f"{literal(column)}, {own}, {_owner(table)}, {_amount(table)} "
        f"from {name} where {condition}"
    )
    warehouse.con.execute(f"delete from {name} where {condition}")


def _value_of(columns: Sequence[str]) -> str:
    return f"concat_ws(' | ', {', '.join(identifier(column) for column in columns)})"


def _owner(table: Table) -> str:
    return identifier(table.owner_column) if table.owner_column else "null::varchar"


def _amount(table: Table) -> str:
    return identifier(table.amount) if table.amount else "null::decimal(18, 4)"


def _write_account(
    warehouse: Warehouse, table: Table, name: str, loads: Sequence[Load], amounts: str | None
) -> None:
    """Fill rows and money per load; money that landed is summed from the landed text itself."""
    con = warehouse.con
    con.execute(
        f"create or replace temp table landed_amount as {amounts}"
        if amounts
        else "create or replace temp table landed_amount as "
        "select 0 as _load, 0::decimal(38, 4) as amount where false"
    )
    con.execute(
        "create or replace temp table accepted as select _load, count(*) as row_count, "
        f"coalesce(sum(amount), 0) as amount from (select _load, {_amount(table)} as amount "
        f"from {name} union all select _load, amount from superseded) group by _load"
    )
    con.execute(
        "create or replace temp table refused as select load_id, count(*) as row_count, "
        "coalesce(sum(amount), 0) as amount from "
        "(select load_id, line, max(amount) as amount from faults group by load_id, line) "
        "group by load_id"
    )
    for load in loads:
        con.execute(
            """
            update mart.load set
              rows_accepted = coalesce((select row_count from accepted where _load = ?1), 0),
              rows_quarantined = coalesce((select row_count from refused where load_id = ?1), 0),
              amount_landed = coalesce((select amount from landed_amount where _load = ?1), 0),
              amount_accepted = coalesce((select amount from accepted where _load = ?1), 0),
              amount_quarantined = coalesce((select amount from refused where load_id = ?1), 0)
            where load_id = ?1
            """,
            [load.load_id],
        )
    for temporary in ("landed_amount", "accepted", "refused", "superseded"):
        con.execute(f"drop table {temporary}")


def _account(warehouse: Warehouse, table: Table, seconds: float, changed: bool) -> Staged:
    found = warehouse.rows(
        """
        select
          coalesce(sum(rows_landed), 0)::bigint as landed,
          coalesce(sum(rows_accepted), 0)::bigint as accepted,
          coalesce(sum(rows_quarantined), 0)::bigint as quarantined,
          coalesce(sum(amount_landed), 0) as amount_landed,
          coalesce(sum(amount_accepted), 0) as amount_accepted,
          coalesce(sum(amount_quarantined), 0) as amount_quarantined
        from mart.load
        where table_name = ? and is_current
        """,
        [table.name],
    )[0]
    return Staged(table=table.name, seconds=seconds, changed=changed, **found)
