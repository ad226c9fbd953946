"""One run of a workspace: what its steps share, and how it ends.

Belongs here: the open warehouse, the inputs taken stock of, findings gathered, publication at the
end. Does not belong here: the order of the steps (Dagster's) or what a step does.
"""

from __future__ import annotations

import datetime as dt
import json
import shutil
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from pipelines.checks.findings import Finding, HistoryRow, ResultRow
from pipelines.errors import UserError
from pipelines.landing.hashes import content_hashes
from pipelines.landing.land import Inventory, LandedExport, take_inventory
from pipelines.ledger.paid_by import require_known_plans
from pipelines.ledger.seals import require_known_ledger
from pipelines.ledger.store import Ledger
from pipelines.models.catalog import all_models
from pipelines.policy.load import Policies, load_policies
from pipelines.run.landing import Landing, keep_landing, kept_landing
from pipelines.sources.contract import canonical_tables, contact_columns
from pipelines.sources.sourcefile import (
    SourceFile,
    canonical_source,
    load_sources,
    unfinished_drafts,
)
from pipelines.staging.loads import is_known, known_exports, restore_knowledge
from pipelines.staging.losses import Loss, accepted_sources
from pipelines.staging.mapping import Load
from pipelines.staging.stage import Staged, prepare_tables
from pipelines.warehouse.duck import Built, Warehouse, open_warehouse
from pipelines.warehouse.engine import Engine
from pipelines.warehouse.model import Model
from pipelines.warehouse.published import PublishedCopy, waiting_copy
from pipelines.warehouse.rows import declared, insert
from pipelines.workspace.workspace import Workspace

if TYPE_CHECKING:
    from pipelines.checks.contract import ContractValidator
    from pipelines.reporting.publish.store import PageStore
    from pipelines.run.outcome import Outcome

Progress = Callable[[str, str], None]


def silent(_layer: str, _message: str) -> None:
    """Progress for tests and for Dagster's own page, which shows its steps itself."""


def run_name(started: dt.datetime) -> str:
    """The name of a run from the moment it began."""
    return started.strftime("%Y%m%dT%H%M%S")


@dataclass(frozen=True)
class Accepting:
    """Tables whose loss a person confirms in this run, and who that is."""

    tables: tuple[str, ...] = ()
    by: str = ""


NOTHING = Accepting()


@dataclass
class Session:
    """The state of one run. `as_of` is the business date, `started_at` when the run began.

    `engine` computes the models. `broken` says of each table that was not computed why not, in one
    sentence; `errors` of each step that broke; `notes` are for whoever started the run, told with
    its warnings. A run that is not whole computes some tables and trusts the others. Tables that
    are `untouchable` keep what they hold: what they were made from is gone. A run that
    `follows_data` has a business date that nobody stated: where the exports end long before it, it
    becomes theirs once they are staged.
    """

    workspace: Workspace
    policies: Policies
    sources: list[SourceFile]
    inventory: Inventory
    warehouse: Warehouse
    engine: Engine
    copy: PublishedCopy
    as_of: dt.date
    started_at: dt.datetime
    run_id: str
    reports: tuple[str, ...]
    progress: Progress = silent
    is_whole: bool = True
    accepting: Accepting = NOTHING
    follows_data: bool = False
    notes: list[str] = field(default_factory=list)
    accepted: list[Loss] = field(default_factory=list)
    untouchable: frozenset[str] = frozenset()
    loads: list[Load] = field(default_factory=list)
    staged: dict[str, Staged] = field(default_factory=dict)
    built: list[Built] = field(default_factory=list)
    broken: dict[str, str] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)
    earlier: list[Finding] = field(default_factory=list)
    errors: dict[str, str] = field(default_factory=dict)
    pages: dict[str, PageStore] = field(default_factory=dict)
    seconds: dict[str, float] = field(default_factory=dict)
    mark: str | None = None
    outcome: Outcome | None = None
    failure: BaseException | None = None
    _landing: Landing | None = None
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
    def pages_dir(self) -> Path:
        """Where each report's pages wait until they are published."""
        return self.workspace.build / f"{self.run_id}.pages"

    @property
    def blocked(self) -> list[Finding]:
        return [finding for finding in self.verdicts if finding.blocks]

    @property
    def verdicts(self) -> list[Finding]:
        """The verdicts in force: this run's, and earlier ones of what this run does not check."""
        return [*self.findings, *self.earlier]

    def supersede(self, findings: Sequence[Finding], stands: Callable[[Finding], bool]) -> None:
        """Add new verdicts; earlier ones remain where they still `stand`."""
        self.earlier = [finding for finding in self.earlier if stands(finding)]
        self.findings.extend(findings)

    @cached_property
    def models(self) -> list[Model]:
        """Every SQL model, in the order in which they can be built."""
        return all_models(self.policies)

    @cached_property
    def above(self) -> dict[str, frozenset[str]]:
        """For every model the tables it stands on, itself included."""
        found: dict[str, frozenset[str]] = {}
        for model in self.models:  # each after those it reads
            inherited = (found.get(table, frozenset({table})) for table in model.inputs)
            found[model.name] = frozenset({model.name}).union(*inherited)
        return found

    @property
    def landing(self) -> Landing:
        """What was landed: by this run, or by the last one that landed."""
        if self._landing is None:
            self._landing = kept_landing(self.workspace.place, self.workspace.landed, self.sources)
        return self._landing

    @landing.setter
    def landing(self, landing: Landing) -> None:
        self._landing = landing
        if self.workspace.known_at is None:
            keep_landing(self.workspace.place, landing, self.sources)

    def landed_of(self, table: str) -> list[LandedExport]:
        """The landed exports of a canonical table."""
        return [one for one in self.landing.exports if one.export.source.table == table]

    def hash_of(self, path: Path) -> str:
        """Content hash of an export; only those that were touched are read."""
        if self._hashes is None:
            exports = self.inventory.exports
            beside = {export.joined.path for export in exports if export.joined}
            paths = sorted({export.path for export in exports} | beside)
            self._hashes = content_hashes(paths, self.workspace.place / "hashes.json")
        return self._hashes[path]

    @property
    def delta_sources(self) -> list[SourceFile]:
        """Sources of changes: what they brought stays known when their files are gone."""
        return self._sources_of("delta")

    @property
    def full_sources(self) -> list[SourceFile]:
        """Sources that say all they know: what they no longer say is gone, or was lost."""
        return self._sources_of("full")

    def _sources_of(self, export: Literal["full", "delta"]) -> list[SourceFile]:
        canonical = [
            canonical_source(table, export)
            for entry in self.workspace.settings.inputs
            if (entry.format, entry.export) == ("canonical", export)
            for table in canonical_tables().values()
        ]
        return [source for source in self.sources if source.export == export] + canonical

    def missing_of(self, table: str) -> list[SourceFile]:
        """Required sources of a table whose export is not there, unless that is told otherwise.

        A delta that ever brought anything stays known, a loss is told of by itself, and what a
        person has confirmed is no longer missing.
        """
        told = {loss.source for loss in self.landing.losses} | self.confirmed
        return [
            source
            for source in self.landing.inventory.missing
            if source.table == table
            and source.required
            and source.source not in told
            and not (source.export == "delta" and is_known(self.warehouse, source))
        ]

    @property
    def confirmed(self) -> frozenset[str]:
        """Sources whose present state, however little it is, a person has confirmed."""
        return accepted_sources(self.warehouse)

    def is_expected(self, table: str) -> bool:
        """The workspace says it has this export: a source for it is required."""
        return any(s.table == table and s.required for s in self.sources)

    @property
    def unlisted(self) -> frozenset[str]:
        """Canonical tables of which no export ever came and none is asked for."""
        known = {
            name
            for (name,) in self.warehouse.con.execute(
                "select distinct table_name from mart.load where forgotten_at is null"
            ).fetchall()
        }
        return frozenset(
            name for name in canonical_tables() if name not in known and not self.is_expected(name)
        )

    def validator(self) -> ContractValidator:
        """The contract validator of this run, opened when first asked for."""
        from pipelines.checks.contract import ContractValidator

        if self._validator is None:
            self._validator = ContractValidator(
                self.warehouse.con,
                self.stages,
                self.policies.quality.quarantine,
            )
        return self._validator

    def spent(self, layer: str, seconds: float) -> None:
        self.seconds[layer] = self.seconds.get(layer, 0.0) + seconds

    def write_findings(self) -> None:
        """Store what the checks found: for the pages, and for good, run by run."""
        con = self.warehouse.con
        found = sorted(self.verdicts, key=lambda f: (f.table, f.check))
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

    def recall_findings(self) -> None:
        """Take the verdicts of earlier runs: they hold for what this run does not check."""
        if self.warehouse.exists("mart.check_result"):
            self.earlier = [
                Finding(
                    check=row["check_id"],
                    table=row["table_name"],
                    severity=row["severity"],
                    status=row["status"],
                    zh=row["zh"],
                    en=row["en"],
                    offenders=row["offenders"],
                    evidence=json.loads(row["evidence"]),
                )
                for row in self.warehouse.rows("select * from mart.check_result")
            ]


@contextmanager
def open_session(
    workspace: Workspace,
    as_of: dt.date,
    started_at: dt.datetime,
    run_id: str,
    reports: Sequence[str] | None = None,
    progress: Progress = silent,
    is_whole: bool = True,
    accepting: Accepting = NOTHING,
    follows_data: bool = False,
) -> Iterator[Session]:
    """Open a run: policies and sources are validated, the workspace is held until the block ends.

    Args:
        reports: those to write; none given means those of the settings.
        is_whole: everything is computed; otherwise what was found before still holds.
        accepting: tables whose loss is taken for true.
        follows_data: nobody stated `as_of`.

    Raises:
        UserError: a policy, source or setting is wrong, another run holds the workspace, or the
            ledger is not the one that is known, or a plan it was paid by is gone.
    """
    policies = load_policies(workspace)
    sources = load_sources(workspace.sources, policies.process.stage_names)
    inventory = (
        take_inventory(workspace, sources) if workspace.known_at is None else Inventory((), (), ())
    )
    with ExitStack() as stack:
        stack.enter_context(workspace.locked())
        _sweep(workspace)
        stack.enter_context(_temporary_files_in(workspace.build))
        warehouse = stack.enter_context(
            open_warehouse(
                workspace.warehouse, workspace.settings.memory_limit, to_read=inventory.size
            )
        )
        prepare_tables(warehouse)
        notes = list(unfinished_drafts(workspace.sources, policies.process.stage_names).values())
        if workspace.known_at is None:  # what was known then is computed apart and posts nothing
            notes += require_known_ledger(
                workspace, policies.books.seals, warehouse, ledger_hashes(workspace)
            )
            plans = {(plan.id, plan.version) for plan in policies.plans}
            require_known_plans(warehouse, Ledger(workspace.ledger).periods(), plans)
        restore_knowledge(warehouse, workspace.landed, workspace.known_at)
        if workspace.known_at is not None:
            inventory = _known_inventory(warehouse, workspace, sources)
        copy = PublishedCopy(warehouse, workspace.place / "published.duckdb", contact_columns())
        stack.callback(copy.close)
        session = Session(
            copy=copy,
            engine=stack.enter_context(_open_engine(workspace, warehouse, lambda: session.models)),
            workspace=workspace,
            policies=policies,
            sources=sources,
            inventory=inventory,
            warehouse=warehouse,
            as_of=as_of,
            started_at=started_at,
            run_id=run_id,
            reports=workspace.settings.reports if reports is None else tuple(reports),
            progress=progress,
            is_whole=is_whole,
            accepting=accepting,
            follows_data=follows_data,
            notes=notes,
        )
        stack.callback(shutil.rmtree, session.pages_dir, ignore_errors=True)
        if not is_whole:
            session.recall_findings()
        yield session


@contextmanager
def _open_engine(
    workspace: Workspace, warehouse: Warehouse, models: Callable[[], Sequence[Model]]
) -> Iterator[Engine]:
    """What computes the models: DuckDB itself, or the Spark that the settings name."""
    settings, shared = workspace.settings.engine, workspace.shared
    if settings is None or shared is None:
        yield warehouse
        return
    from pipelines.warehouse.spark.engine import open_spark

    scratch = workspace.build / "spark"
    with open_spark(settings, warehouse, models, shared, workspace.root, scratch) as engine:
        yield engine


@contextmanager
def _temporary_files_in(folder: Path) -> Iterator[None]:
    """Temporary files of whatever library lie in the workspace: the next run removes a killed
    one's, and a temporary folder of the machine that is full stops nothing."""
    before = tempfile.tempdir
    tempfile.tempdir = str(folder)
    try:
        yield
    finally:
        tempfile.tempdir = before


def _sweep(workspace: Workspace) -> None:
    """Remove what a killed run left; the workspace is held."""
    for leftover in workspace.build.iterdir():
        if leftover.is_dir():
            shutil.rmtree(leftover, ignore_errors=True)
        else:
            leftover.unlink()
    for pattern in ("*.tmp", "*.link"):
        for file in workspace.landed.glob(pattern):
            file.unlink()
    waiting_copy(workspace.published).unlink(missing_ok=True)


def ledger_hashes(workspace: Workspace) -> Callable[[Path], str]:
    """Hashes of the ledger's files; only those that were touched since the last run are read."""
    files = [path for path in sorted(workspace.ledger.glob("*/*")) if path.is_file()]
    found = content_hashes(files, workspace.state / "ledger_hashes.json")
    return lambda path: found.get(path, "")


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
