"""Taking back a file that should never have been loaded (`attain forget`)."""

from __future__ import annotations

import datetime as dt

from pipelines.errors import UserError
from pipelines.staging.loads import forget, prepare_loads, save_knowledge
from pipelines.warehouse.duck import open_warehouse
from pipelines.workspace.workspace import Workspace
from pipelines.workspace.yamlfile import did_you_mean


def forget_file(workspace: Workspace, file: str, at: dt.datetime) -> int:
    """Forget every load of a file; returns how many there were.

    Raises:
        UserError: the file is still there, or was never loaded.
    """
    if (workspace.root / file).exists():
        raise UserError(f"{file} is still there; take it out of its folder first, then forget it.")
    with workspace.locked(), open_warehouse(workspace.warehouse) as warehouse:
        prepare_loads(warehouse)
        count = forget(warehouse, file, at)
        if not count:
            found = warehouse.rows("select distinct file from mart.load where forgotten_at is null")
            near = did_you_mean(file, [row["file"] for row in found])
            raise UserError(f"{file!r}: no such file was loaded{near}.")
        save_knowledge(warehouse, workspace.landed)
    return count
