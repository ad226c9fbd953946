"""`attain run` without its command line: one session, its steps in Dagster's order, the outcome."""

from __future__ import annotations

import datetime as dt
import os
import time
from collections.abc import Sequence

from pipelines.run.outcome import Outcome
from pipelines.run.record import forget_record, inputs_mark, read_record, write_record
from pipelines.run.session import (
    NOTHING,
    Accepting,
    Progress,
    Session,
    open_session,
    run_name,
    silent,
)
from pipelines.workspace.workspace import Workspace


def run(
    workspace: Workspace,
    as_of: dt.date,
    started: dt.datetime,
    reports: Sequence[str] | None = None,
    progress: Progress = silent,
    force: bool = False,
    accepting: Accepting = NOTHING,
    follows_data: bool = False,
) -> Outcome:
    """Ingest, validate, compute, render and publish.

    Args:
        as_of: business date; nothing dated later is looked at.
        started: when the run began, from the command line's clock.
        reports: reports to write; none given means those of the settings.
        force: compute even if nothing has changed since the last good run.
        accepting: tables whose loss a person takes for true.
        follows_data: nobody stated `as_of`; see `pipelines.run.newest`.

    Raises:
        UserError: configuration is wrong, or another run is at work.
    """
    clock = time.perf_counter()
    with open_session(
        workspace,
        as_of,
        started,
        run_name(started),
        reports,
        progress,
        accepting=accepting,
        follows_data=follows_data,
    ) as session:
        mark = inputs_mark(session)
        earlier = read_record(session)
        if not (force or accepting.tables) and earlier is not None and earlier.get("mark") == mark:
            before = dt.date.fromisoformat(earlier["outcome"]["as_of"])
            outcome = Outcome(**{**earlier["outcome"], "as_of": before, "changed": False})
            outcome.seconds = time.perf_counter() - clock
            return outcome
        from pipelines.reporting.publish.publish import require_links

        require_links(workspace.reports)
        session.engine.ready()
        forget_record(workspace)
        outcome = _execute(session)
        outcome.seconds = time.perf_counter() - clock
        if outcome.exit_code == 0:
            write_record(session, mark, outcome)
        return outcome


def _execute(session: Session) -> Outcome:
    """Run the job in this process; what could not be published is raised as it was."""
    os.environ["DAGSTER_HOME"] = str(session.workspace.dagster_home)
    session.progress("start", "orchestrator")
    from pipelines.orchestration.assembly import build_definitions
    from pipelines.orchestration.automation import AS_OF_TAG, REFRESH_JOB
    from pipelines.orchestration.eventlog import open_instance
    from pipelines.orchestration.killed import (
        WORKER_TAG,
        command_tag,
        end_killed_runs,
        heal_history,
    )
    from pipelines.run.one_run import OneRun

    definitions = build_definitions(session.workspace, session)
    job = definitions.resolve_job_def(REFRESH_JOB)
    session.notes += heal_history(session.workspace.dagster_home)
    with open_instance(session.workspace.dagster_home) as instance:
        end_killed_runs(instance)
        job.execute_in_process(
            instance=instance,
            raise_on_error=False,
            run_config={"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}},
            tags={AS_OF_TAG: session.as_of.isoformat(), WORKER_TAG: command_tag()},
        )
    if session.outcome is None:  # a step before it broke: say so on the pages that stay
        OneRun(lambda: session, ()).publish()
    assert session.outcome is not None
    return session.outcome
