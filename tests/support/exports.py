"""A workspace of small exports, landed and staged into a warehouse in memory."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import duckdb

from pipelines.landing.land import LandedExport, by_sheet, content_of, land_export, take_inventory
from pipelines.sources.contract import canonical_tables
from pipelines.sources.sourcefile import SourceFile, load_sources
from pipelines.staging.groups import load_groups
from pipelines.staging.ids import lengths_of_ids
from pipelines.staging.loads import note_what_is_there, register_loads
from pipelines.staging.made import make_parents
from pipelines.staging.mapping import Load
from pipelines.staging.reading import Reading
from pipelines.staging.stage import Staged, prepare_tables, stage_table
from pipelines.warehouse.duck import Warehouse
from pipelines.warehouse.quoting import identifier
from pipelines.workspace.workspace import open_workspace

STAGES = ("lead", "proposal", "order")
READING = Reading(STAGES, "Asia/Shanghai")
MONDAY = dt.datetime(2026, 11, 16)
NEXT_MONDAY = dt.datetime(2026, 11, 23)


def in_force(warehouse: Warehouse, landed: Sequence[LandedExport], at: dt.datetime) -> list[Load]:
    """Give exports their numbers and take them for what is known now."""
    loads = register_loads(warehouse, landed, at)
    note_what_is_there(warehouse, [load.load_id for load in loads], at)
    return loads


class Exports:
    """Files and source files of one workspace; `stage` reads them as a run would."""

    def __init__(self, root: Path) -> None:
        self.root = root
        for folder in ("sources", "raw", "canonical"):
            (root / folder).mkdir()
        (root / "attain.yaml").write_text(
            "name: {zh: 甲, en: A}\ninputs: [{path: raw}, {path: canonical, format: canonical}]\n",
            encoding="utf-8",
        )
        self.warehouse = Warehouse(duckdb.connect(config={"threads": 1}), Path(":memory:"))
        self.warehouse.prepare()
        prepare_tables(self.warehouse)

    def source(self, name: str, text: str) -> Exports:
        """Write `sources/<name>.yaml`; its first lines are given."""
        head = f"source: {name}\nsystem: crm\n"
        (self.root / "sources" / f"{name}.yaml").write_text(head + text, encoding="utf-8")
        return self

    def put(self, name: str, *lines: str) -> Exports:
        """Write an export; `raw/…` is read by a source file, `canonical/…` as it is."""
        (self.root / name).write_text("\n".join(lines) + "\n", encoding="utf-8")
        return self

    def remove(self, name: str) -> Exports:
        (self.root / name).unlink()
        return self

    def load(self, at: dt.datetime = MONDAY) -> list[Load]:
        """Land every export and give it its number."""
        workspace = open_workspace(self.root)
        workspace.prepare()
        inventory = take_inventory(workspace, load_sources(workspace.sources, STAGES))
        landed = [
            land_export(self.warehouse.con, workspace, export, content_of(export))
            for whole in inventory.exports
            for export in by_sheet(workspace, whole, content_of(whole))
        ]
        assert [found.problem for found in landed if found.problem] == []
        return in_force(self.warehouse, landed, at)

    def sources(self) -> list[SourceFile]:
        return load_sources(self.root / "sources", STAGES)

    @property
    def landed(self) -> Path:
        return self.root / ".attain" / "landed"

    def stage(
        self, *tables: str, at: dt.datetime = MONDAY, unlisted: Collection[str] = ()
    ) -> Staged:
        """Stage these tables, each after the tables it refers to; the account of the last.

        Args:
            unlisted: tables that no export of the workspace lists.
        """
        loads = self.load(at)
        wanted = set(tables)
        while True:
            parents = {r.table for t in wanted for r in canonical_tables()[t].references}
            said = [canonical_tables()[t].succession for t in wanted]
            parents |= {succession.table for succession in said if succession}
            if parents <= wanted:
                break
            wanted |= parents
        staged: dict[str, Staged] = {}
        groups = {}
        for name in canonical_tables():
            own = [load for load in loads if load.export.export.source.table == name]
            groups[name] = load_groups(
                self.warehouse, self.landed, name, own, self.sources(), READING.time_zone
            )
        reading = replace(READING, ids=lengths_of_ids(self.warehouse, groups))
        for name, table in canonical_tables().items():
            if name in wanted:
                staged[name] = stage_table(
                    self.warehouse, table, groups[name], reading, at, unlisted
                )
        make_parents(self.warehouse, unlisted)
        return staged[tables[-1]]

    def rows(self, table: str, *columns: str) -> list[tuple[Any, ...]]:
        """Columns of the staged rows, in the order of their files and lines."""
        names = ", ".join(identifier(column) for column in columns)
        return self.warehouse.con.execute(
            f"select {names} from staging.{identifier(table)} order by _load, _line"
        ).fetchall()

    def faults(self, *columns: str, resolved: bool = False) -> list[tuple[Any, ...]]:
        """Open rows of the quarantine (or all of them): by default line, rule and value."""
        names = ", ".join(columns or ("line", "rule_id", "value"))
        return self.warehouse.con.execute(
            f"select {names} from mart.quarantine where resolved_at is null or {resolved} "
            "order by file, line, rule_id, resolved_at"
        ).fetchall()
