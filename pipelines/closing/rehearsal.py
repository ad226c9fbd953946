"""A warehouse to try things out in: everything that is done to it is undone again.

Belongs here: the transaction that is rolled back whatever happens. Does not belong here: what is
tried (`simulate.py`, `pipelines/appeal`).
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from pipelines.warehouse.duck import Warehouse
from pipelines.warehouse.model import Model


class Rehearsal(Warehouse):
    """A warehouse inside one transaction: steps that would commit do not."""

    @contextmanager
    def transaction(self) -> Iterator[None]:
        yield

    def make(self, model: Model) -> None:
        """Make a model's table anew from what its inputs hold now."""
        kind = "view" if model.is_view else "table"
        if model.name in self.views_over_files():
            self.con.execute(f"drop view {model.name}")
        self.con.execute(f"create or replace {kind} {model.name} as {model.sql}")

    def hold(self, name: str) -> None:
        """Have a table's rows here, to change them: another engine may have left them in files."""
        if name in self.views_over_files():
            self.con.execute(f"create temp table held as from {name}")
            self.con.execute(f"drop view {name}")
            self.con.execute(f"create table {name} as from temp.held")
            self.con.execute("drop table temp.held")


@contextmanager
def rehearsed(warehouse: Warehouse) -> Iterator[Rehearsal]:
    """A rehearsal in this warehouse; when it ends, all tables are as they were."""
    warehouse.con.execute("begin")
    try:
        yield Rehearsal(warehouse.con, warehouse.path)
    finally:
        warehouse.con.execute("rollback")
