"""An empty warehouse with every table in its real shape: for documentation and for tests."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb

from pipelines.ledger.tables import load_periods
from pipelines.models.catalog import all_models
from pipelines.policy.load import Policies, load_policies
from pipelines.policy.tables import write_policies
from pipelines.sources.contract import canonical_tables
from pipelines.staging.quarantine import create_unread_scores
from pipelines.staging.reading import Reading
from pipelines.staging.stage import create_export_state, prepare_tables, stage_table
from pipelines.warehouse.duck import Warehouse
from pipelines.warehouse.model import Model
from pipelines.workspace.resources import shipped
from pipelines.workspace.workspace import Label, Settings, Workspace

AS_OF = dt.date(2026, 11, 15)
_SEEN_AT = dt.datetime(2026, 11, 16)  # noqa: DTZ001 - a fixed moment, in the workspace's time


def fill_empty(
    warehouse: Warehouse, workspace: Workspace, policies: Policies, company_id: str | None = None
) -> list[Model]:
    """Create every table without rows but for policies, calendar and periods.

    Args:
        company_id: the unit that is the company, which the organisation of a real run says.
    """
    warehouse.prepare()
    prepare_tables(warehouse)
    create_export_state(warehouse)
    create_unread_scores(warehouse)
    reading = Reading(policies.process.stage_names, workspace.settings.time_zone)
    for table in canonical_tables().values():
        stage_table(warehouse, table, [], reading, _SEEN_AT)
    write_policies(warehouse, workspace, policies, AS_OF)
    if company_id is not None:
        warehouse.con.execute("update core.parameter set company_id = ?", [company_id])
    load_periods(warehouse, [])
    models = all_models(policies)
    for model in models:
        warehouse.build(model)
    return models


@contextmanager
def empty_warehouse() -> Iterator[tuple[Warehouse, dict[str, Model]]]:
    """An in-memory warehouse under the shipped policies, and its models by name."""
    workspace = Workspace(shipped(), Settings(name=Label(zh="—", en="—")))
    with duckdb.connect() as con:
        warehouse = Warehouse(con, Path(":memory:"))
        models = fill_empty(warehouse, workspace, load_policies(workspace))
        yield warehouse, {model.name: model for model in models}
