"""A small company cut out of a large one: some customers, and all that hangs on them.

Belongs here: which rows of the staged tables are taken. Does not belong here: computing with them.

A customer is taken or left whole, so that chains of deal, order, invoice and receipt stay whole;
what names no customer, directly or by what it names, is taken entirely: people, products, rates.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from decimal import Decimal
from pathlib import Path

from pipelines.errors import UserError
from pipelines.sources.contract import Table, canonical_tables
from pipelines.warehouse.duck import Warehouse, fingerprint
from pipelines.warehouse.model import SCHEMAS, Model
from pipelines.warehouse.quoting import identifier, literal

_PARTS = 10_000  # of a whole: a share is stated to the hundredth of a percent
_SLICE = "slice"
_CUSTOMER = "customer"


def cut(warehouse: Warehouse, models: Iterable[Model], share: Decimal, target: Path) -> int:
    """Write a slice of what models read to a new warehouse; the number of its customers.

    Args:
        share: percent of the customers.

    Raises:
        UserError: no customer falls into it.
    """
    con = warehouse.con
    con.execute(f"attach {literal(str(target))} as {_SLICE}")
    try:
        for schema in SCHEMAS:
            con.execute(f"create schema if not exists {_SLICE}.{schema}")
        cut_already: set[str] = set()
        for name, table in canonical_tables().items():
            if not warehouse.exists(f"staging.{name}"):
                continue
            condition = _condition(table, cut_already, share)
            where = f" where {condition}" if condition else ""
            _copy(warehouse, f"staging.{name}", where)
            if condition:
                cut_already.add(name)
        found = con.execute(f"select count(*) from {_SLICE}.staging.{_CUSTOMER}").fetchone()
        customers = int(found[0]) if found else 0
        if not customers:
            raise UserError(
                f"no customer falls into a slice of {share} %; take more with --share.", 1
            )
        for name in _read_otherwise(warehouse, models):
            _copy(warehouse, name, "")
        _note(warehouse, share)
    finally:
        con.execute(f"detach {_SLICE}")
    return customers


def _read_otherwise(warehouse: Warehouse, models: Iterable[Model]) -> list[str]:
    """Tables that models read and nobody computes, but for staged ones."""
    models = list(models)
    computed = {model.name for model in models}
    read = {name for model in models for name in model.inputs}
    return sorted(
        name
        for name in read - computed
        if not name.startswith("staging.") and warehouse.exists(name)
    )


def _copy(warehouse: Warehouse, name: str, where: str) -> None:
    schema, _, table = name.partition(".")
    quoted = f"{schema}.{identifier(table)}"
    warehouse.con.execute(f"create table {_SLICE}.{quoted} as select * from {quoted} as t{where}")


def _note(warehouse: Warehouse, share: Decimal) -> None:
    """The slice knows the states of its tables, and how many rows they have."""
    con = warehouse.con
    con.execute(
        f"create table {_SLICE}.meta.built (name varchar primary key, "
        "fingerprint varchar not null, row_count bigint not null)"
    )
    tables = con.execute(
        "select schema_name || '.' || table_name, estimated_size from duckdb_tables() "
        f"where database_name = '{_SLICE}' and schema_name || table_name != 'metabuilt'"
    ).fetchall()
    for name, rows in tables:
        mark = fingerprint(_SLICE, str(share), warehouse.state(name))
        con.execute(f"insert into {_SLICE}.meta.built values (?, ?, ?)", [name, mark, rows])
    con.execute(
        f"insert into {_SLICE}.meta.built select name, fingerprint, row_count "
        "from meta.built where name = 'layout'"
    )


def _condition(table: Table, cut_already: Collection[str], share: Decimal) -> str:
    """Which rows are taken; empty where all are."""
    if table.name == _CUSTOMER:
        [key] = table.key
        return f"hash(t.{identifier(key)}) % {_PARTS} < {int(share * _PARTS / 100)}"
    follows = [one for one in table.references if one.table in cut_already]
    customers = [one for one in follows if one.table == _CUSTOMER]
    tests = []
    for one in customers or follows:
        [key] = canonical_tables()[one.table].key
        column = f"t.{identifier(one.column)}"
        tests.append(
            f"({column} is null or {column} in "
            f"(select p.{identifier(key)} from {_SLICE}.staging.{identifier(one.table)} as p))"
        )
    return " and ".join(tests)
