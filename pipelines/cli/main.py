"""The `attain` command: words in, words out. The only place that asks the clock."""

from __future__ import annotations

import datetime as dt
import json
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import click

from pipelines import __version__
from pipelines.cli.calendar import calendar
from pipelines.cli.commission import close, simulate, verify
from pipelines.cli.exports import check, preset, quarantine
from pipelines.cli.options import JSON, WORKSPACE
from pipelines.errors import UserError


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="attain")
def cli() -> None:
    """Sales KPIs, receivables, commission and appraisal from a company's own exports.

    Exit codes: 0 done; 1 a check blocked something (the last lines say what and why); 2 wrong
    usage or configuration.
    """


for command in (calendar, check, close, preset, quarantine, simulate, verify):
    cli.add_command(command)


def main() -> None:
    """Entry point: a user's mistake is one sentence, never a traceback."""
    try:
        cli.main(standalone_mode=False)
    except UserError as error:
        click.echo(error.message, err=True)
        sys.exit(error.exit_code)
    except click.ClickException as error:
        error.show()
        sys.exit(2)
    except (click.exceptions.Abort, KeyboardInterrupt):
        click.echo("Stopped. The last reports are whole; run again to go on.", err=True)
        sys.exit(130)
    except BrokenPipeError:  # the reader of our output has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(1)
    except OSError as error:
        where = f"{error.filename}: " if error.filename else ""
        click.echo(f"{where}{error.strerror or error}.", err=True)
        sys.exit(2)


@cli.command()
@WORKSPACE
@click.option("--as-of", type=click.DateTime(["%Y-%m-%d"]), help="Business date of the run.")
@click.option(
    "--known-at",
    help="Rebuild what was known then (2026-11-16, or 2026-11-16T08:00, in the company's time), "
    "below reports/known.",
)
@click.option("--only", help="Reports to write, separated by commas.")
@click.option("--force", is_flag=True, help="Compute even if nothing has changed.")
@JSON
def run(
    workspace: Path,
    as_of: dt.datetime | None,
    known_at: str | None,
    only: str | None,
    force: bool,
    as_json: bool,
) -> None:
    """Ingest, validate, compute and render; then say what came of it."""
    from pipelines.cli.console import RunDisplay, print_outcome
    from pipelines.orchestration.execute import run as run_workspace
    from pipelines.workspace.dates import business_date
    from pipelines.workspace.workspace import open_workspace

    opened = open_workspace(workspace)
    zone = ZoneInfo(opened.settings.time_zone)
    now = dt.datetime.now(dt.UTC)
    known = _known_at(known_at, zone) if known_at else None
    if known:
        opened = replace(opened, known_at=known.astimezone(dt.UTC).replace(tzinfo=None))
    day = business_date(opened.settings, as_of.date() if as_of else None, known or now)
    names = _report_names(only, opened.settings.reports)
    with RunDisplay(quiet=as_json) as display:
        outcome = run_workspace(
            opened, day, now.replace(tzinfo=None), names, display.progress, force
        )
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
    from pipelines.workspace.yamlfile import did_you_mean

    if only is None:
        return known
    names = tuple(name.strip() for name in only.split(",") if name.strip())
    for name in names:
        if name not in known:
            raise UserError(f"--only {name!r}: no such report{did_you_mean(name, known)}.")
    if not names:
        raise UserError(f"--only is empty; expected some of {', '.join(known)}.")
    return names


@cli.command()
@click.argument("kpi")
@WORKSPACE
@click.option("--scope", default="company", show_default=True, help="rep:E012, team:T03 …")
@click.option(
    "--period",
    required=True,
    help="2026-W46, 2026-10, 2026-Q3, 2026, FY2025, 2026-11-13, 13w, qtd …",
)
@click.option("--rows", type=click.Path(path_type=Path), help="Write all rows to this XLSX file.")
@click.option("--limit", default=20, show_default=True, help="Rows to print.")
@click.option("--lang", type=click.Choice(["zh", "en"]), default="en", show_default=True)
@JSON
def explain(
    kpi: str,
    workspace: Path,
    scope: str,
    period: str,
    rows: Path | None,
    limit: int,
    lang: str,
    as_json: bool,
) -> None:
    """Show where a KPI's value comes from: definition, sums, rows with file and line."""
    from pipelines.cli.console import print_explanation
    from pipelines.explain.explain import explain as explain_value
    from pipelines.explain.explain import write_rows
    from pipelines.policy.load import load_policies
    from pipelines.warehouse.duck import open_warehouse
    from pipelines.workspace.workspace import open_workspace

    opened = open_workspace(workspace)
    catalogue = load_policies(opened).catalogue
    with open_warehouse(opened.warehouse, read_only=True) as warehouse:
        found = explain_value(
            warehouse, catalogue, kpi, scope, period, None if rows or as_json else limit
        )
    if rows:
        write_rows(found, rows)
    if as_json:
        click.echo(json.dumps(_explanation_json(found), default=str, ensure_ascii=False))
    else:
        print_explanation(found, lang, limit, rows)


def _explanation_json(found: Any) -> dict[str, Any]:
    return {
        "kpi": found.kpi_id,
        "scope_kind": found.scope_kind,
        "scope_id": found.scope_id,
        "from": found.from_date,
        "to": found.to_date,
        **{k: found.value[k] for k in ("numerator", "denominator", "value", "n", "no_data_reason")},
        "adds_up": found.adds_up,
        "parts": found.parts,
        "checks": found.checks,
        "rows": found.rows,
    }


@cli.command()
@click.argument("target", type=click.Path(path_type=Path))
@click.option(
    "--size", type=click.Choice(["small", "medium", "large"]), default="small", show_default=True
)
@click.option("--seed", type=int, default=62, show_default=True)
def sample(target: Path, size: str, seed: int) -> None:
    """Write a made-up company's exports, with known dirt, into TARGET."""
    from pipelines.cli.console import StepDisplay
    from pipelines.sample import generate

    with StepDisplay() as display:
        summary = generate(target, size, seed, display.step)  # type: ignore[arg-type]
    click.echo(f"{summary.rows:,} rows in {len(summary.files)} files below {target}")


@cli.command()
@click.argument("folder", type=click.Path(path_type=Path))
@click.option("--name", default=None, help="The company's name; the folder's name by default.")
@click.option("--preset", "vendor", help="Copy a vendor's source files; see: attain preset.")
def init(folder: Path, name: str | None, vendor: str | None) -> None:
    """Make FOLDER a workspace: settings, folders, and what to do next."""
    from pipelines.onboarding.presets import copy_preset, preset_files
    from pipelines.onboarding.scaffold import create_workspace

    if vendor is not None:
        preset_files(vendor)  # a mistyped name leaves no half-made workspace
    create_workspace(folder, name or folder.resolve().name)
    if vendor is not None:
        copy_preset(vendor, folder / "sources")
    click.echo(
        f"{folder} is a workspace now.\n"
        f"1. Put your exports into {folder}/data/raw, or files with canonical names into "
        f"{folder}/data/canonical.\n"
        f"2. See what is recognised with: attain check -w {folder}\n"
        f"   For a file that is not, attain check --write begins {folder}/sources/<name>.yaml; "
        "for known systems: attain preset\n"
        f"3. attain run -w {folder}"
    )


@cli.command()
@click.argument("file")
@WORKSPACE
def forget(file: str, workspace: Path) -> None:
    """Take back FILE, a delta that was wrong and is no longer there.

    FILE is its name as the quarantine and the reports show it. The next run computes without it.
    """
    from pipelines.books.forget import forget_file
    from pipelines.workspace.workspace import open_workspace

    count = forget_file(
        open_workspace(workspace), file, dt.datetime.now(dt.UTC).replace(tzinfo=None)
    )
    click.echo(f"{file}: {count} loads taken back; attain run computes without them")


@cli.command()
@WORKSPACE
@JSON
def status(workspace: Path, as_json: bool) -> None:
    """Show the state of the last run: loads, quarantine, checks, reports."""
    from pipelines.books.status import read_status
    from pipelines.cli.console import print_status
    from pipelines.workspace.workspace import open_workspace

    found = read_status(open_workspace(workspace))
    if as_json:
        click.echo(json.dumps(found, ensure_ascii=False, default=str))
    else:
        print_status(found)


@cli.command()
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


if __name__ == "__main__":
    main()
