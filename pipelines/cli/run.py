"""Commands of a run: make one, and say what the last one left."""

from __future__ import annotations

import datetime as dt
import getpass
import json
import sys
from dataclasses import replace
from pathlib import Path
from zoneinfo import ZoneInfo

import click

from pipelines.cli.delivery import deliver_after_run
from pipelines.cli.options import AS_OF, JSON, WORKSPACE
from pipelines.errors import UserError


@click.command()
@WORKSPACE
@AS_OF
@click.option(
    "--known-at",
    help="Rebuild what was known then (2026-11-16, or 2026-11-16T08:00, in the company's time), "
    "below reports/known.",
)
@click.option("--only", help="Reports to write, separated by commas.")
@click.option("--force", is_flag=True, help="Compute even if nothing has changed.")
@click.option(
    "--accept-empty",
    "accepted",
    metavar="TABLE",
    multiple=True,
    help="Confirm that the exports of a table are rightly gone, empty or that much smaller. "
    "Recorded with your login name; attain status shows it.",
)
@JSON
def run(
    workspace: Path,
    as_of: dt.date | None,
    known_at: str | None,
    only: str | None,
    force: bool,
    accepted: tuple[str, ...],
    as_json: bool,
) -> None:
    """Ingest, validate, compute and render; then say what came of it."""
    from pipelines.cli.console import RunDisplay
    from pipelines.cli.console_run import print_outcome
    from pipelines.delivery.access.policy import load_access
    from pipelines.delivery.outbox.policy import load_delivery
    from pipelines.orchestration.execute import run as run_workspace
    from pipelines.run.session import Accepting
    from pipelines.sources.sourcefile import require_table
    from pipelines.workspace.dates import business_date
    from pipelines.workspace.workspace import open_workspace

    opened = open_workspace(workspace)
    zone = ZoneInfo(opened.settings.time_zone)
    now = dt.datetime.now(dt.UTC)
    known = _known_at(known_at, zone) if known_at else None
    if known:
        opened = replace(opened, known_at=known.astimezone(dt.UTC).replace(tzinfo=None))
    day = business_date(opened.settings, as_of, known or now)
    names = _report_names(only, opened.settings.reports)
    for table in accepted:
        require_table(table)
    # a mistake in these is told before anything runs
    access, sending = load_access(opened), load_delivery(opened)
    accepting = Accepting(accepted, getpass.getuser() if accepted else "")
    with RunDisplay(quiet=as_json) as display:
        outcome = run_workspace(
            opened,
            day,
            now.replace(tzinfo=None),
            names,
            display.progress,
            force,
            accepting,
            follows_data=not (as_of or opened.settings.as_of or known),
        )
    if not known and (opened.reports / "latest").exists():
        deliver_after_run(opened, access, sending, now)
    if as_json:
        click.echo(json.dumps({**outcome.__dict__, "exit_code": outcome.exit_code}, default=str))
    else:
        print_outcome(outcome)
    sys.exit(outcome.exit_code)


def _known_at(text: str, zone: ZoneInfo) -> dt.datetime:
    """A moment in the company's time; a day alone is its end."""
    try:
        moment = dt.datetime.fromisoformat(text)
    except ValueError:
        raise UserError(
            f"--known-at {text!r}: expected a day or a moment such as 2026-11-16T08:00."
        ) from None
    if len(text) == 10:
        moment += dt.timedelta(days=1, microseconds=-1)
    return moment if moment.tzinfo else moment.replace(tzinfo=zone)


def _report_names(only: str | None, known: tuple[str, ...]) -> tuple[str, ...]:
    from typing import get_args

    from pipelines.workspace.workspace import ReportName
    from pipelines.workspace.yamlfile import did_you_mean

    if only is None:
        return known
    names = tuple(name.strip() for name in only.split(",") if name.strip())
    for name in names:
        if name in known:
            continue
        if name in get_args(ReportName):
            raise UserError(
                f"--only {name!r}: `reports` in attain.yaml does not name it; add it there to "
                f"those it has ({', '.join(known)})."
            )
        raise UserError(f"--only {name!r}: no such report{did_you_mean(name, known)}.")
    if not names:
        raise UserError(f"--only is empty; expected some of {', '.join(known)}.")
    return names


@click.command()
@WORKSPACE
@JSON
def status(workspace: Path, as_json: bool) -> None:
    """Show the state of the last run: loads, quarantine, checks, reports."""
    from pipelines.books.status import read_status
    from pipelines.cli.console_run import print_status
    from pipelines.delivery.undelivered import kept_problems
    from pipelines.workspace.workspace import open_workspace

    opened = open_workspace(workspace)
    found = {**read_status(opened), "delivery": kept_problems(opened)}
    if as_json:
        click.echo(json.dumps(found, ensure_ascii=False, default=str))
    else:
        print_status(found)
