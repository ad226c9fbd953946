"""The read-only copy of the mart that other tools may open while attain works."""

from __future__ import annotations

from pathlib import Path

from pipelines.landing.parquet import identifier, literal
from pipelines.staging.contract import canonical_tables
from pipelines.warehouse.duck import Warehouse
from pipelines.warehouse.models import tables_read
from pipelines.warehouse.template import render


def write_published_copy(warehouse: Warehouse, target: Path) -> None:
    """Write every table and view of schema `mart`, with what the views read, to a new database."""
    con = warehouse.con
    views = dict(
        con.execute(
            "select view_name, sql from duckdb_views() where schema_name = 'mart' and not internal"
        ).fetchall()
    )
    tables = {
        f"mart.{name}"
        for (name,) in con.execute(
            "select table_name from duckdb_tables() where schema_name = 'mart'"
        ).fetchall()
    }
    for name, sql in views.items():
        body = sql.split(" AS ", 1)[1].rstrip().rstrip(";")
        tables |= {t for t in tables_read(body) if t != f"mart.{name}"}
    target.unlink(missing_ok=True)
    con.execute(f"attach {literal(str(target))} as published")
    try:
        for schema in sorted({table.split(".")[0] for table in tables} | {"mart"}):
            con.execute(f"create schema if not exists published.{schema}")
        for table in sorted(tables):
            schema, _, name = table.partition(".")
            con.execute(
                f"create table published.{schema}.{identifier(name)} as "
                f"select {_shown(table)} from {schema}.{identifier(name)}"
            )
    finally:
        con.execute("detach published")
    _create_views(target, views)


def _create_views(target: Path, views: dict[str, str]) -> None:
    import duckdb

    with duckdb.connect(str(target)) as con:
        for name in sorted(views):
            con.execute(views[name])


def _shown(table: str) -> str:
    """The columns of a table in the copy.

    Whoever may open the copy is not known: contacts of people outside the company are masked in it.
    """
    if table != "mart.quarantine":
        return "*"
    contacts = sorted({name for table in canonical_tables().values() for name in table.contact})
    return render("reports/masked_quarantine.sql.j2", columns=contacts)
