"""`attain run` without its command line: order by Dagster, then publication and the outcome."""

from __future__ import annotations

import datetime as dt
import os
import time
from collections.abc import Sequence
from typing import Any

from pipelines.run.outcome import Outcome
from pipelines.run.publication import conclude
from pipelines.run.record import forget_record, inputs_mark, read_record, write_record
from pipelines.run.session import Progress, Session, open_session, silent
from pipelines.workspace.workspace import Workspace


def run_name(started: dt.datetime) -> str:
    """The name of a run from the moment it began."""
    return started.strftime("%Y%m%dT%H%M%S")


def run(
    workspace: Workspace,
    as_of: dt.date,
    started: dt.datetime,
    reports: Sequence[str] = (),
    progress: Progress = silent,
    force: bool = False,
) -> Outcome:
    """Ingest, validate, compute, render and publish.

    Args:
        as_of: business date; nothing dated later is looked at.
        started: when the run began, from the command line's clock.
        reports: reports to write; empty means those of the settings.
        force: compute even if nothing has changed since the last good run.

    Raises:
        UserError: configuration is wrong, or another run is at work.
    """
    clock = time.perf_counter()
    with open_session(workspace, as_of, started, run_name(started), reports, progress) as session:
        mark = inputs_mark(session)
        earlier = read_record(workspace)
        if not force and earlier is not None and earlier.get("mark") == mark:
            outcome = Outcome(**{**earlier["outcome"], "as_of": as_of, "changed": False})
            outcome.seconds = time.perf_counter() - clock
            return outcome
        forget_record(workspace)
        errors = _execute(session)
        outcome = conclude(session, errors)
        outcome.seconds = time.perf_counter() - clock
        if outcome.exit_code == 0:
            write_record(workspace, mark, outcome)
        return outcome


def _execute(session: Session) -> list[str]:
    """Run the job in this process; returns a sentence for each step that broke, not for checks."""
    os.environ["DAGSTER_HOME"] = str(session.workspace.dagster_home)
    session.progress("start", "orchestrator")
    from pipelines.orchestration.assembly import build_definitions, weekly_job
    from pipelines.orchestration.eventlog import open_instance

    definitions = build_definitions(session.workspace, session)
    job = weekly_job(definitions)
    with open_instance(session.workspace.dagster_home) as instance:
        result = job.execute_in_process(
            instance=instance,
            raise_on_error=False,
            run_config={"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}},
            tags={"attain/as_of": session.as_of.isoformat()},
        )
    return [sentence for event in result.all_events if (sentence := _step_error(event))]


def _step_error(event: Any) -> str | None:
    if event.event_type_value != "STEP_FAILURE":
        return None
    error = event.step_failure_data.error
    while error is not None and error.cause is not None:
        error = error.cause
    if error is None or error.cls_name == "DagsterAssetCheckFailedError":
        return None
    message = error.message.strip().splitlines()[0]
    return f"{event.step_key} could not be computed: {message}"
