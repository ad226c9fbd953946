"""What a table of a policy is: its name, the class of its rows, and where these come from.

Belongs here: the declaration, and writing a table only when its content changed. Does not belong
here: the tables themselves (each policy declares its own; `tables.py` gathers them).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Generic, TypeVar

from pipelines.warehouse.duck import Warehouse, fingerprint
from pipelines.warehouse.rows import Row, declared, insert

Source = TypeVar("Source")


@dataclass(frozen=True)
class PolicyTable(Generic[Source]):
    """One table: `rows` yields them from the policy that says them.

    `reads` are tables that the rows are made from besides the policy.
    """

    name: str
    row: type[Row]
    rows: Callable[[Source], Iterable[Row]]
    reads: tuple[str, ...] = ()

    def write(self, warehouse: Warehouse, source: Source) -> int:
        """Replace the table unless it holds these rows already; returns how many."""
        rows = list(self.rows(source))
        columns = declared(self.row)
        mark = fingerprint(columns, [list(row) for row in rows])
        if warehouse.state(self.name) == mark:
            return len(rows)
        with warehouse.transaction():
            warehouse.con.execute(f"create or replace table {self.name} ({columns})")
            insert(warehouse.con, self.name, rows)
            warehouse.remember(self.name, mark)
        return len(rows)
