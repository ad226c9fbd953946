"""One run of a workspace: what its steps share, and how it ends.

Belongs here: the open warehouse, the inputs taken stock of, findings gathered, publication at the
end. Does not belong here: the order of the steps (Dagster's) or what a step does.
"""

from __future__ import annotations

import datetime as dt
import shutil
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from pipelines.checks.findings import Finding, HistoryRow, ResultRow
from pipelines.errors import UserError
from pipelines.landing.hashes import content_hashes
from pipelines.landing.land import Inventory, LandedExport, take_inventory
from pipelines.policy.load import Policies, load_policies
from pipelines.staging.contract import canonical_tables
from pipelines.staging.loads import is_known, known_exports, restore_knowledge
from pipelines.staging.mapping import Load
from pipelines.staging.sourcefile import SourceFile, canonical_source, load_sources
from pipelines.staging.stage import Staged, prepare_tables
from pipelines.warehouse.duck import Built, Warehouse, open_warehouse
from pipelines.warehouse.published import PublishedCopy
from pipelines.warehouse.rows import declared, insert
from pipelines.workspace import Workspace

if TYPE_CHECKING:
    from pipelines.checks.contract import ContractValidator
    from pipelines.reporting.model import Page

Progress = Callable[[str, str], None]


def silent(_layer: str, _message: str) -> None:
    """Progress for tests and for Dagster's own page, which shows its steps itself."""


@dataclass
class Session:
    """The state of one run. `as_of` is the business date, `started_at` when the run began.

    `broken` says of each table that could not be computed why not, in one sentence.
    """

    workspace: Workspace
    policies: Policies
    sources: list[SourceFile]
    inventory: Inventory
    warehouse: Warehouse
    copy: PublishedCopy
    as_of: dt.date
    started_at: dt.datetime
    run_id: str
    reports: tuple[str, ...]
    progress: Progress = silent
    landed: dict[str, list[LandedExport]] = field(default_factory=dict)
    loads: list[Load] = field(default_factory=list)
    staged: dict[str, Staged] = field(default_factory=dict)
    built: list[Built] = field(default_factory=list)
    broken: dict[str, str] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)
    pages: dict[str, list[Page]] = field(default_factory=dict)
    seconds: dict[str, float] = field(default_factory=dict)
    published: Path | None = None
    _validator: ContractValidator | None = None
    _hashes: dict[Path, str] | None = None

    @property
    def stages(self) -> tuple[str, ...]:
        """Every name by which the exports may call a stage."""
        return self.policies.process.stage_names

    @property
    def build_dir(self) -> Path:
        return self.workspace.build / self.run_id

    @property
    def docs_dir(self) -> Path:
        return self.workspace.place / "data_docs"

    @property
    def blocked(self) -> list[Finding]:
        return [finding for finding in self.findings if finding.blocks]

    def hash_of(self, path: Path) -> str:
        """Content hash of an export; only those that were touched are read."""
        if self._hashes is None:
            paths = sorted({export.path for export in self.inventory.exports})
            self._hashes = content_hashes(paths, self.workspace.place / "hashes.json")
        return self._hashes[path]

    @property
    def delta_sources(self) -> list[SourceFile]:
        """Sources of changes: what they brought stays known when their files are gone."""
        canonical = [
            canonical_source(table, "delta")
            for entry in self.workspace.settings.inputs
            if (entry.format, entry.export) == ("canonical", "delta")
            for table in canonical_tables().values()
        ]
        return [source for source in self.sources if source.export == "delta"] + canonical

    def missing_of(self, table: str) -> list[SourceFile]:
        """Required sources of a table whose export is not there and never brought anything."""
        return [
            source
            for source in self.inventory.missing
            if source.table == table
            and source.required
            and not (source.export == "delta" and is_known(self.warehouse, source))
        ]

    def is_expected(self, table: str) -> bool:
        """The workspace says it has this export: a source for it is required."""
        return any(s.table == table and s.required for s in self.sources)

    def validator(self) -> ContractValidator:
        """The contract validator of this run, opened when first asked for."""
        from pipelines.checks.contract import ContractValidator

        if self._validator is None:
            shutil.rmtree(self.docs_dir, ignore_errors=True)
            self._validator = ContractValidator(
                self.warehouse.con,
                self.stages,
                self.docs_dir,
                self.policies.quality.quarantine,
            )
        return self._validator

    def spent(self, layer: str, seconds: float) -> None:
        self.seconds[layer] = self.seconds.get(layer, 0.0) + seconds

    def write_findings(self) -> None:
        """Store what the checks found: for the pages, and for good, run by run."""
        con = self.warehouse.con
        found = sorted(self.findings, key=lambda f: (f.table, f.check))
        con.execute(f"create or replace table mart.check_result ({declared(ResultRow)})")
        insert(con, "mart.check_result", [finding.row() for finding in found])
        con.execute(f"create table if not exists mart.check_history ({declared(HistoryRow)})")
        con.execute("delete from mart.check_history where run_id = ?", [self.run_id])
        kept = [
            HistoryRow(
                run_id=self.run_id,
                started_at=self.started_at,
                as_of_date=self.as_of,
                check_id=finding.check,
                table_name=finding.table,
                severity=finding.severity,
                status=finding.status,
                offenders=finding.offenders,
            )
            for finding in found
        ]
        insert(con, "mart.check_history", kept)


@contextmanager
def open_session(
    workspace: Workspace,
    as_of: dt.date,
    started_at: dt.datetime,
    run_id: str,
    reports: Sequence[str] = (),
    progress: Progress = silent,
) -> Iterator[Session]:
    """Open a run: policies and sources are validated, the workspace is held until the block ends.

    Raises:
        UserError: a policy, source or setting is wrong, or another run holds the workspace.
    """
    policies = load_policies(workspace)
    sources = load_sources(workspace.sources, policies.process.stage_names)
    inventory = (
        take_inventory(workspace, sources) if workspace.known_at is None else Inventory((), (), ())
    )
    with ExitStack() as stack:
        stack.enter_context(workspace.locked())
        for leftover in workspace.build.glob("*"):
            shutil.rmtree(leftover, ignore_errors=True)
        warehouse = stack.enter_context(
            open_warehouse(workspace.warehouse, workspace.settings.memory_limit)
        )
        prepare_tables(warehouse)
        restore_knowledge(warehouse, workspace.landed, workspace.known_at)
        if workspace.known_at is not None:
            inventory = _known_inventory(warehouse, workspace, sources)
        copy = PublishedCopy(warehouse, workspace.place / "published.duckdb")
        stack.callback(copy.close)
        yield Session(
            copy=copy,
            workspace=workspace,
            policies=policies,
            sources=sources,
            inventory=inventory,
            warehouse=warehouse,
            as_of=as_of,
            started_at=started_at,
            run_id=run_id,
            reports=tuple(reports) or workspace.settings.reports,
            progress=progress,
        )


def _known_inventory(
    warehouse: Warehouse, workspace: Workspace, sources: Sequence[SourceFile]
) -> Inventory:
    """The exports that were there at the workspace's moment, from their landed form.

    Raises:
        UserError: nothing was known yet.
    """
    assert workspace.known_at is not None
    exports = known_exports(warehouse, workspace.landed, sources, workspace.known_at)
    if not exports:
        raise UserError(
            f"{workspace.root}: nothing was known by {workspace.known_at:%Y-%m-%d %H:%M} UTC; "
            "the first load came later (see attain status)."
        )
    present = {export.source.source for export in exports}
    missing = tuple(s for s in sources if s.source not in present)
    return Inventory(tuple(exports), missing, ())
