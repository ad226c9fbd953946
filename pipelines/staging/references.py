"""Rows that name an unknown parent: held aside until the parent is known.

Belongs here: moving rows between `staging.<table>` and `held.<table>`. Does not belong here: rules
that one row can be judged by on its own (`rules.py`).
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

from pipelines.sources.contract import Table
from pipelines.staging.made import judges
from pipelines.staging.mapping import Load
from pipelines.staging.relation import held, orphan_condition, staged
from pipelines.warehouse.duck import Warehouse, fingerprint
from pipelines.warehouse.quoting import literal


def release(warehouse: Warehouse, table: Table) -> None:
    """Put the held rows back, before the table is merged or judged anew."""
    con = warehouse.con
    con.execute(f"create or replace temp table released as select _load, _line from {held(table)}")
    if warehouse.scalar("select count(*) from released"):
        con.execute(
            f"insert into {staged(table)} by name select * exclude (_column) from {held(table)}"
        )
        con.execute(f"delete from {held(table)}")


def of_loads_or_released(loads: Sequence[Load]) -> str:
    """Rows that were just merged, or that were held until now."""
    ids = ", ".join(str(load.load_id) for load in loads) or "-1"
    return f"(_load in ({ids}) or (_load, _line) in (select (_load, _line) from released))"


def hold_orphans(
    warehouse: Warehouse, table: Table, since: str | None, unlisted: Collection[str] = frozenset()
) -> None:
    """Hold the rows whose parent is unknown, each for the first reference that misses it.

    Args:
        since: a condition on the rows that may have lost their parent; `None` for all of them.
        unlisted: tables that no export lists.
    """
    con = warehouse.con
    for reference in table.references:
        if not judges(table, reference, unlisted):
            continue
        con.execute(
            "create or replace temp table orphan as "
            f"select rowid as _row, *, {literal(reference.column)} as _column "
            f"from {staged(table)} where {since or 'true'} "
            f"and {orphan_condition(reference.column, reference.table)}"
        )
        if warehouse.scalar("select count(*) from orphan"):
            con.execute(f"insert into {held(table)} by name select * exclude (_row) from orphan")
            con.execute(f"delete from {staged(table)} where rowid in (select _row from orphan)")
        con.execute("drop table orphan")


def held_mark(warehouse: Warehouse, table: Table) -> str:
    """Changes when other rows are held."""
    return fingerprint(
        warehouse.rows(
            "select count(*)::bigint as held, "
            f"coalesce(bit_xor(hash(_load, _line, _column)), 0)::varchar as mark from {held(table)}"
        )
    )
