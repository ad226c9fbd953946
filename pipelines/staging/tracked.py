"""The history of deals from successive exports, where no export gives it.

Belongs here: changes of stage, amount, due date and owner between the versions of a deal. Does not
belong here: an exported history, which always has priority.
"""

from __future__ import annotations

from pipelines.sources.contract import Table
from pipelines.staging.relation import staged
from pipelines.warehouse.duck import Warehouse
from pipelines.warehouse.template import render

_TABLE = "opportunity_event"


def is_derivable(table: Table) -> bool:
    """Whether a table can be made from the versions of another."""
    return table.name == _TABLE


def derive_changes(warehouse: Warehouse, table: Table) -> None:
    """Fill the table of changes from the versions of deals; each names the export that shows it."""
    sql = render("staging/tracked_changes.sql.j2", fields=table.allowed["field"])
    warehouse.con.execute(f"insert into {staged(table)} by name {sql}")
