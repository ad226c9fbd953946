"""The read-only copy of the mart that other tools may open while attain works."""

from __future__ import annotations

from pathlib import Path

import duckdb

from pipelines.landing.parquet import identifier, literal
from pipelines.staging.contract import canonical_tables
from pipelines.warehouse.duck import Warehouse
from pipelines.warehouse.models import tables_parsed
from pipelines.warehouse.template import render


def write_published_copy(warehouse: Warehouse, target: Path) -> None:
    """Write every table and view of schema `mart`, with what the views read, to a new database."""
    con = warehouse.con
    tables = {
        f"mart.{name}"
        for (name,) in con.execute(
            "select table_name from duckdb_tables() where schema_name = 'mart'"
        ).fetchall()
    }
    views, read = _views(con)
    tables |= read
    target.unlink(missing_ok=True)
    con.execute(f"attach {literal(str(target))} as published")
    try:
        con.execute("begin")  # one checkpoint for all tables
        for schema in sorted({name.split(".")[0] for name in (*tables, *views)} | {"mart"}):
            con.execute(f"create schema if not exists published.{schema}")
        for table in sorted(tables):
            schema, _, name = table.partition(".")
            con.execute(
                f"create table published.{schema}.{identifier(name)} as "
                f"select {_shown(table)} from {schema}.{identifier(name)}"
            )
        con.execute("commit")
    finally:
        con.execute("detach published")
    _create_views(target, views)


def _views(con: duckdb.DuckDBPyConnection) -> tuple[dict[str, str], set[str]]:
    """The views of `mart` and the KPI views they stand on, each after those it reads; and the
    tables all of them read. A view of another schema is copied as a table."""
    defined = {
        f"{schema}.{name}": sql
        for schema, name, sql in con.execute(
            "select schema_name, view_name, sql from duckdb_views() "
            "where schema_name in ('mart', 'kpi') and not internal"
        ).fetchall()
    }
    ordered: dict[str, str] = {}
    tables: set[str] = set()

    def add(name: str) -> None:
        body = defined[name].split(" AS ", 1)[1].rstrip().rstrip(";")
        for other in tables_parsed(body):
            if other not in defined:
                tables.add(other)
            elif other not in ordered:
                add(other)
        ordered[name] = defined[name]

    for name in sorted(defined):
        if name.startswith("mart.") and name not in ordered:
            add(name)
    return ordered, tables


def _create_views(target: Path, views: dict[str, str]) -> None:
    with duckdb.connect(str(target)) as con:
        for sql in views.values():
            con.execute(sql)


def _shown(table: str) -> str:
    """The columns of a table in the copy.

    Whoever may open the copy is not known: contacts of people outside the company are masked in it.
    """
    if table != "mart.quarantine":
        return "*"
    contacts = sorted({name for table in canonical_tables().values() for name in table.contact})
    return render("reports/masked_quarantine.sql.j2", columns=contacts)
