"""Tables that hold far fewer rows than they did, although their exports are there.

Belongs here: how many rows each table held when nobody doubted it, and which hold too few now. Does
not belong here: exports that are gone or shorter (`staging/losses.py`): what was in force stays.

An export may be as long as ever and of no use: every id is another, a column says something else,
the list that it refers to was replaced. Its rows are in quarantine then, and of a small company no
share of a large number tells.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from decimal import Decimal

from pipelines.sources.contract import canonical_tables
from pipelines.staging.losses import Loss
from pipelines.staging.stage import Staged
from pipelines.warehouse.duck import Warehouse

_OF_ROWS = "rows:"  # instead of a source, where a person took fewer rows for true


def note_rows_held(
    warehouse: Warehouse,
    staged: Mapping[str, Staged],
    drop: Decimal,
    closed_with: Mapping[str, int],
    accepting: Collection[str],
) -> list[Loss]:
    """Note what tables hold unless that is too little; what a person takes for true, all the same.

    Args:
        staged: the tables that were staged, by name.
        drop: percent of the rows from which on a table holds too few.
        closed_with: rows by table that the last closed month stood on; counts where nothing is
            noted yet.
        accepting: tables of which a person confirms that they rightly hold less.

    Returns:
        What was taken for true of that.
    """
    warehouse.con.execute(
        "create table if not exists meta.rows_held (table_name varchar primary key, "
        "row_count bigint not null, forgotten bigint not null)"
    )
    accepted = []
    for name, account in staged.items():
        forgotten = _forgotten(warehouse, name)
        if name in closed_with:
            warehouse.con.execute(
                "insert into meta.rows_held values (?, ?, ?) on conflict do nothing",
                [name, closed_with[name], forgotten],
            )
        before = rows_missed(warehouse, name, drop) if account.landed else None
        if before is not None and name in accepting:
            accepted.append(
                Loss(f"{_OF_ROWS}{name}", name, "shrunk", (), before, account.rows, (), ())
            )
        elif before is not None:
            continue
        warehouse.con.execute("delete from meta.rows_held where table_name = ?", [name])
        if account.landed:  # what is made or derived comes and goes with what it is made of
            warehouse.con.execute(
                "insert into meta.rows_held values (?, ?, ?)", [name, account.rows, forgotten]
            )
    return accepted


def rows_missed(warehouse: Warehouse, name: str, drop: Decimal) -> int | None:
    """How many rows a table held, where it holds too few of them now; `None` where it does not."""
    if not warehouse.exists("meta.rows_held"):
        return None
    found = warehouse.rows(
        "select row_count from meta.rows_held where table_name = ? and forgotten = ?",
        [name, _forgotten(warehouse, name)],
    )
    if not found or not found[0]["row_count"]:
        return None
    before, rows = int(found[0]["row_count"]), warehouse.row_count(f"staging.{name}")
    return before if Decimal(100) * (before - rows) >= drop * before else None


def _forgotten(warehouse: Warehouse, name: str) -> int:
    """How often somebody took something back on purpose."""
    return int(
        warehouse.scalar(
            "select count(*) from mart.load where table_name = ? and forgotten_at is not null",
            [name],
        )
    )


def named_by(name: str) -> list[str]:
    """The tables without whose rows those of a table are refused, near ones first."""
    found: list[str] = []
    waiting = [name]
    while waiting:
        table = canonical_tables()[waiting.pop(0)]
        parents = [ref.table for ref in table.references if ref.rejects]
        new = [parent for parent in parents if parent not in found and parent != name]
        found += new
        waiting += new
    return found
