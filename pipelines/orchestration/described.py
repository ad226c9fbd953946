"""What the page shows of a table beside its description: its columns and the file of its SQL.

Belongs here: metadata that only Dagster's page needs. Does not belong here: anything a run needs;
`attain run` does without.
"""

from __future__ import annotations

import json
import warnings
from collections.abc import Mapping, Sequence
from pathlib import Path

import dagster as dg
import duckdb

from pipelines.models.shape import fill_empty
from pipelines.policy.load import Policies
from pipelines.warehouse.duck import Warehouse, fingerprint
from pipelines.warehouse.model import Model
from pipelines.workspace.resources import shipped
from pipelines.workspace.workspace import OWNER_ONLY, Workspace

_FILE = "columns.json"
Columns = Mapping[str, Sequence[tuple[str, str]]]


def described(
    workspace: Workspace, policies: Policies, models: Sequence[Model]
) -> dict[str, Mapping[str, object]]:
    """Column schema and code reference of every table that a model makes."""
    columns = _columns(workspace, policies, models)
    return {
        model.name: {
            "dagster/column_schema": dg.TableSchema(
                columns=[dg.TableColumn(name, type=kind) for name, kind in columns[model.name]]
            ),
            **_code(model),
        }
        for model in models
    }


def _code(model: Model) -> Mapping[str, object]:
    file = next((f for f in (shipped("sql", model.path), _template(model)) if f.is_file()), None)
    if file is None:
        return {}
    with warnings.catch_warnings(category=dg.BetaWarning, action="ignore"):
        reference = dg.LocalFileCodeReference(file_path=str(file), line_number=1, label=file.name)
        shown = dg.CodeReferencesMetadataValue(code_references=[reference])
    return {"dagster/code_references": shown}


def _template(model: Model) -> Path:
    return shipped("sql", f"{model.path}.sql.j2")


def _columns(workspace: Workspace, policies: Policies, models: Sequence[Model]) -> Columns:
    """The columns of all tables, from tables without rows; that takes seconds, so they are kept."""
    mark = fingerprint([model.text_hash for model in models])
    file = workspace.state / _FILE
    if file.exists():
        kept = json.loads(file.read_text(encoding="utf-8"))
        if kept["mark"] == mark:
            columns: Columns = kept["columns"]
            return columns
    found: dict[str, list[tuple[str, str]]] = {}
    with duckdb.connect() as con:
        warehouse = Warehouse(con, Path(":memory:"))
        fill_empty(warehouse, workspace, policies)
        for row in warehouse.rows(
            "select table_schema, table_name, column_name, lower(data_type) as data_type "
            "from information_schema.columns order by table_schema, table_name, ordinal_position"
        ):
            name = f"{row['table_schema']}.{row['table_name']}"
            found.setdefault(name, []).append((row["column_name"], row["data_type"]))
    file.parent.mkdir(parents=True, exist_ok=True, mode=OWNER_ONLY)
    working = file.with_suffix(".tmp")
    working.write_text(json.dumps({"mark": mark, "columns": found}), encoding="utf-8")
    working.replace(file)
    return found
