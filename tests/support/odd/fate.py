"""What becomes of a file: landed and staged by the real code, or refused with a sentence."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pipelines.landing.land import LandedExport, by_sheet, content_hash, land_export, take_inventory
from pipelines.sources.contract import canonical_tables
from pipelines.sources.sourcefile import load_sources
from pipelines.staging.groups import load_groups
from pipelines.staging.stage import stage_table
from pipelines.workspace.workspace import open_workspace
from tests.support.exports import MONDAY, READING, STAGES, Exports, in_force


@dataclass(frozen=True)
class Fate:
    """The sentences, the account and the accepted rows of the files of a workspace."""

    problems: list[str]
    names: list[str]
    unknown: tuple[str, ...]
    landed: int
    accepted: int
    quarantined: int
    rows: list[tuple[Any, ...]]
    notes: dict[str, Any]
    left: list[str]


def fate_of(
    exports: Exports, table: str, columns: tuple[str, ...], at: dt.datetime = MONDAY
) -> Fate:
    """Land and stage whatever lies in the workspace."""
    workspace = open_workspace(exports.root)
    workspace.prepare()
    inventory = take_inventory(workspace, load_sources(workspace.sources, STAGES))
    landed = [
        land_export(exports.warehouse.con, workspace, export, content_hash(export.path))
        for whole in inventory.exports
        for export in by_sheet(workspace, whole, content_hash(whole.path))
    ]
    problems = [found.problem for found in landed if found.problem is not None]
    staged, rows = None, []
    if len(problems) < len(landed):
        staged = _stage(exports, landed, workspace.landed, table, at)
        rows = exports.rows(table, *columns)
    return Fate(
        problems=problems,
        names=[export.name for export in inventory.exports],
        unknown=inventory.unknown,
        landed=staged.landed if staged else 0,
        accepted=staged.accepted if staged else 0,
        quarantined=staged.quarantined if staged else 0,
        rows=rows,
        notes={k: v for found in landed if found.landed for k, v in found.landed.notes.items()},
        left=sorted(
            p.name for p in workspace.landed.iterdir() if p.suffix not in (".parquet", ".json")
        ),
    )


def _stage(
    exports: Exports, landed: list[LandedExport], folder: Path, table: str, at: dt.datetime
) -> Any:
    loads = in_force(exports.warehouse, landed, at)
    groups = load_groups(
        exports.warehouse, folder, table, loads, exports.sources(), READING.time_zone
    )
    staged = stage_table(exports.warehouse, canonical_tables()[table], groups, READING, at)
    assert staged.balanced
    return staged
