"""Runs that Dagster starts: from its page, a schedule, the sensor.

Belongs here: what such a run is about (day, tables, reports), waiting for the workspace, sentences
for the page. Does not belong here: `attain run`, which opens its session itself (`execute.py`).
"""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Any

import dagster as dg

from pipelines.errors import InUseError, UserError
from pipelines.orchestration.automation import AS_OF_TAG, REPORTS_OF
from pipelines.orchestration.killed import WORKER_TAG, end_killed_runs, worker_tag
from pipelines.reporting.publish.publish import require_links
from pipelines.run.one_run import OneRun
from pipelines.run.record import forget_record, inputs_mark, write_record
from pipelines.run.session import Session, open_session, run_name
from pipelines.warehouse.duck import open_warehouse
from pipelines.workspace.dates import business_date
from pipelines.workspace.workspace import Workspace

_LOOK_AGAIN_SECONDS = 5
_PATIENCE_SECONDS = 30 * 60
_DAY = "core.parameter"


@dataclass(frozen=True)
class Layout:
    """Which step makes an asset, or judges a check."""

    assets: Mapping[dg.AssetKey, str]
    checks: Mapping[dg.AssetCheckKey, str]

    @property
    def tables(self) -> frozenset[dg.AssetKey]:
        return frozenset(key for key in self.assets if key.path[0] != "reports")


@dataclass(frozen=True)
class Errand:
    """What a run is about: its steps, the reports it writes, whether it computes every table."""

    steps: frozenset[str]
    tables: frozenset[str]
    reports: tuple[str, ...]
    is_whole: bool

    @staticmethod
    def of(run: dg.DagsterRun, layout: Layout, known: tuple[str, ...]) -> Errand:
        """Read off a run of Dagster's; a job that selects nothing further runs all it has.

        Args:
            known: the reports of the workspace.
        """
        keys = frozenset(run.asset_selection or ())
        checks = frozenset(run.asset_check_selection or ())
        if not keys and not checks:
            keys = frozenset(layout.assets)
            if run.job_name in REPORTS_OF:
                others = set(known) - set(REPORTS_OF[run.job_name])
                keys = frozenset(k for k in keys if k.path[-1] not in others)
        reports = {key.path[-1] for key in keys if key.path[0] == "reports"}
        return Errand(
            steps=frozenset(
                [*(layout.assets[key] for key in keys), *(layout.checks[key] for key in checks)]
            ),
            tables=frozenset(".".join(key.path) for key in keys),
            reports=tuple(name for name in known if name in reports),
            is_whole=layout.tables <= keys,
        )


def page_run(workspace: Workspace, layout: Layout, fault: str | None) -> dg.ResourceDefinition:
    """The resource of a run that Dagster starts.

    Args:
        fault: what is wrong with the workspace; the first step says so.
    """

    @dg.resource(description="One run of the workspace; its last step publishes.")
    def run(context: dg.InitResourceContext) -> Iterator[OneRun]:
        asked = context.dagster_run
        assert asked is not None and context.instance is not None
        record = context.instance.get_run_record_by_id(asked.run_id)
        assert record is not None
        instance = context.instance
        instance.add_run_tags(asked.run_id, {WORKER_TAG: worker_tag()})
        started = record.create_timestamp.astimezone(dt.UTC)
        errand = Errand.of(asked, layout, workspace.settings.reports)
        with ExitStack() as stack:

            def opened() -> Session:
                if fault is not None:
                    raise _failed(fault)
                try:
                    session = _open(stack, workspace, errand, asked.tags, started, context.log)
                    end_killed_runs(instance)
                    return session
                except UserError as error:
                    raise _failed(error.message) from None

            run = OneRun(opened, errand.steps)
            yield run
            _conclude(run, errand)

    return run


def _open(
    stack: ExitStack,
    workspace: Workspace,
    errand: Errand,
    tags: Mapping[str, str],
    started: dt.datetime,
    log: Any,
) -> Session:
    """The session, once no other run holds the workspace."""
    until = time.monotonic() + _PATIENCE_SECONDS
    said = False
    while True:
        try:
            session = stack.enter_context(
                open_session(
                    workspace,
                    _as_of(workspace, errand, tags, started),
                    started.replace(tzinfo=None),
                    run_name(started),
                    errand.reports,
                    is_whole=errand.is_whole,
                )
            )
        except InUseError as error:
            if time.monotonic() > until:
                raise
            if not said and log is not None:
                log.warning(f"{error.message} This run waits for it.")
            said = True
            time.sleep(_LOOK_AGAIN_SECONDS)
        else:
            require_links(workspace.reports)
            session.engine.ready()
            session.mark = inputs_mark(session)
            forget_record(workspace)
            return session


def _as_of(
    workspace: Workspace, errand: Errand, tags: Mapping[str, str], started: dt.datetime
) -> dt.date:
    """The run's day: its partition's, the workspace's rule, or the day the tables stand at.

    Raises:
        UserError: a few tables are asked for as of another day than the others stand at.
    """
    tagged = dt.date.fromisoformat(tags[AS_OF_TAG]) if AS_OF_TAG in tags else None
    if errand.is_whole or _DAY in errand.tables:
        return business_date(workspace.settings, tagged, started)
    stands = _day_of_tables(workspace)
    if tagged is not None and stands not in (None, tagged):
        raise UserError(
            f"the tables stand at {stands}, not at {tagged}: "
            f"start the whole job for {tagged} first."
        )
    return stands or business_date(workspace.settings, tagged, started)


def _day_of_tables(workspace: Workspace) -> dt.date | None:
    if not workspace.warehouse.exists():
        return None
    with workspace.locked(), open_warehouse(workspace.warehouse, read_only=True) as warehouse:
        if not warehouse.exists(_DAY):
            return None
        found: dt.date = warehouse.scalar(f"select as_of_date from {_DAY}")
        return found


def _conclude(run: OneRun, errand: Errand) -> None:
    """What a run leaves: its publication, also when a step broke; the record of a whole good one.

    A run of a few tables that broke publishes nothing.
    """
    if not run.is_open:
        return
    session = run.session
    if errand.is_whole or not session.errors:
        run.publish()
    outcome = session.outcome
    complete = errand.is_whole and set(errand.reports) == set(session.workspace.settings.reports)
    if outcome is not None and outcome.exit_code == 0 and complete and session.mark is not None:
        write_record(session, session.mark, outcome)


def _failed(sentence: str) -> dg.Failure:
    """A mistake that a person can set right, as the first line of the failed step."""
    return dg.Failure(description=sentence, allow_retries=False)
