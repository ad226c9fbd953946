"""A small table of schema `policy`, written only when its content changed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from pipelines.warehouse.duck import Warehouse, fingerprint


def write_table(
    warehouse: Warehouse, name: str, columns: str, rows: Sequence[Sequence[Any]]
) -> int:
    """Replace a table by rows; returns how many.

    Args:
        columns: names and types as in `create table`.
    """
    mark = fingerprint(columns, [list(row) for row in rows])
    if warehouse.state(name) == mark:
        return len(rows)
    with warehouse.transaction():
        warehouse.con.execute(f"create or replace table {name} ({columns})")
        if rows:
            marks = ", ".join("?" for _ in rows[0])
            warehouse.con.executemany(f"insert into {name} values ({marks})", list(rows))
        warehouse.remember(name, mark)
    return len(rows)
