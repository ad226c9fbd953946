"""The command that opens the orchestrator's page."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import click

from pipelines.cli.options import WORKSPACE
from pipelines.errors import UserError
from pipelines.workspace.workspace import Workspace


@click.command()
@WORKSPACE
@click.option("--port", default=3000, show_default=True)
@click.option("--host", default="127.0.0.1", show_default=True)
def ui(workspace: Path, port: int, host: str) -> None:
    """Open the orchestrator's page on this workspace: lineage, runs, checks, schedules."""
    from importlib.util import find_spec

    from pipelines.workspace.workspace import open_workspace

    opened = open_workspace(workspace)
    opened.prepare()
    if find_spec("dagster_webserver") is None:
        raise UserError("attain ui needs the extra `ui`. Install it with: pip install 'attain[ui]'")
    _clear_history(opened)
    click.echo(f"http://{host}:{port}  (Ctrl-C ends it)")
    environment = {
        **os.environ,
        "DAGSTER_HOME": str(opened.dagster_home),
        "ATTAIN_WORKSPACE": str(opened.root),
    }
    command = [sys.executable, "-m", "dagster", "dev", "-m", "pipelines.definitions"]
    command += ["--port", str(port), "--host", host]
    if os.name == "nt":  # there, a replaced process leaves its terminal before it ends
        sys.exit(subprocess.run(command, env=environment, check=False).returncode)
    os.execve(sys.executable, command, environment)


def _clear_history(workspace: Workspace) -> None:
    """Runs that were killed have failed, or the queue waits for them; a run at work keeps its own.

    A page that is open already knows its runs: then there is nobody's to end.
    """
    from pipelines.errors import InUseError
    from pipelines.orchestration.eventlog import open_instance
    from pipelines.orchestration.killed import end_killed_runs, heal_history

    try:
        with workspace.locked():
            for sentence in heal_history(workspace.dagster_home):
                click.echo(sentence, err=True)
            with open_instance(workspace.dagster_home) as instance:
                end_killed_runs(instance, is_alone=True)
    except InUseError:
        return
