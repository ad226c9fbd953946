"""Commands about a workspace: make one, fill one with a sample, take a wrong file back, show its
working days, try another engine on it."""

from __future__ import annotations

import datetime as dt
import json
import sys
from decimal import Decimal, InvalidOperation
from pathlib import Path

import click

from pipelines.cli.options import JSON, WORKSPACE
from pipelines.errors import UserError


@click.command()
@click.argument("folder", type=click.Path(path_type=Path))
@click.option("--name", default=None, help="The company's name; the folder's name by default.")
@click.option("--preset", "vendor", help="Copy a vendor's source files; see: attain preset.")
@click.option(
    "--with-examples",
    is_flag=True,
    help="Copy the sample company's commission plans, appraisal schemes, quotas and books.",
)
@click.option("--currency", default="CNY", show_default=True, help="The base currency.")
@click.option("--time-zone", default="Asia/Shanghai", show_default=True)
@click.option("--calendar", default="cn", show_default=True, help="Country of the working days.")
def init(
    folder: Path,
    name: str | None,
    vendor: str | None,
    with_examples: bool,
    currency: str,
    time_zone: str,
    calendar: str,
) -> None:
    """Make FOLDER a workspace: settings, folders, and what to do next."""
    from pipelines.onboarding.presets import copy_preset, preset_files
    from pipelines.onboarding.scaffold import create_workspace

    if vendor is not None:
        preset_files(vendor)  # a mistyped name leaves no half-made workspace
    create_workspace(
        folder, name or folder.resolve().name, with_examples, currency, time_zone, calendar
    )
    if vendor is not None:
        copy_preset(vendor, folder / "sources")
    click.echo(
        f"{folder} is a workspace now.\n"
        f"1. Put your exports into {folder}/data/raw, or files with canonical names into "
        f"{folder}/data/canonical.\n"
        f"2. See what is recognised with: attain check -w {folder}\n"
        f"   For a file that is not, attain check --write begins {folder}/sources/<name>.yaml; "
        "for known systems: attain preset\n"
        f"3. attain run -w {folder}\n"
        + (
            f"The plans, schemes, quotas and books in {folder}/policy are the sample company's: "
            "make them yours before anybody is paid by them."
            if with_examples
            else f"Nobody is paid or judged before {folder}/policy/commission and policy/appraisal "
            "say so; attain init --with-examples copies those of the sample company."
        )
    )


@click.command()
@click.argument("target", type=click.Path(path_type=Path))
@click.option(
    "--size", type=click.Choice(["small", "medium", "large"]), default="small", show_default=True
)
@click.option("--seed", type=int, default=62, show_default=True)
@click.option("--clean", is_flag=True, help="Without the dirt: what is true of that company.")
def sample(target: Path, size: str, seed: int, clean: bool) -> None:
    """Write a made-up company's exports, with known dirt, into TARGET."""
    from pipelines.cli.console import StepDisplay
    from pipelines.sample import generate

    with StepDisplay() as display:
        summary = generate(target, size, seed, display.step, not clean)  # type: ignore[arg-type]
    click.echo(f"{summary.rows:,} rows in {len(summary.files)} files below {target}")


@click.command()
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


@click.command()
@click.argument("year", type=click.IntRange(1950, 2100))
@WORKSPACE
@JSON
def calendar(year: int, workspace: Path, as_json: bool) -> None:
    """Holidays and days worked instead of one year, and to which day they are known.

    `calendar:` in attain.yaml names a country (cn), a part of one (de-by) or a file of your own in
    policy/calendar/.
    """
    from pipelines.policy.calendars import days_of_year, known_to, load_calendar
    from pipelines.workspace.workspace import open_workspace

    found = load_calendar(open_workspace(workspace))
    days = days_of_year(found, year)
    known = known_to(found, dt.date(year, 1, 1), dt.date(year, 12, 31))
    if as_json:
        listed = [
            {"date": day.date, "is_working": day.is_working, **day.name.model_dump()}
            for day in days
        ]
        facts = {"calendar": found.id, "known_to": known, "days": listed}
        click.echo(json.dumps(facts, default=str, ensure_ascii=False))
        return
    click.echo(f"calendar {found.id}: " + (f"known to {known}" if known else "follows from rules"))
    for day in days:
        click.echo(
            f"  {day.date} {day.date:%a}  {'works' if day.is_working else 'off  '}  "
            f"{day.name.zh} | {day.name.en}"
        )


@click.command()
@WORKSPACE
@click.option("--spark", metavar="ADDRESS", help="sc://host:15002, or local; else attain.yaml's.")
@click.option("--folder", help="The folder that both sides see; else attain.yaml's.")
@click.option("--share", default="1", show_default=True, help="Percent of the customers to take.")
@JSON
def engine_check(
    workspace: Path, spark: str | None, folder: str | None, share: str, as_json: bool
) -> None:
    """Compute a slice of the last run with DuckDB and with Spark; name what differs first.

    Run it before `engine` is written into attain.yaml. The workspace's tables, reports and ledger
    stay as they are.
    """
    from pydantic import ValidationError

    from pipelines.cli.console import StepDisplay
    from pipelines.promotion.check import engine_check as check
    from pipelines.workspace.engine import SparkEngine
    from pipelines.workspace.workspace import open_workspace

    opened = open_workspace(workspace)
    said = opened.settings.engine.model_dump() if opened.settings.engine else {}
    said |= {k: v for k, v in (("spark", spark), ("folder", folder)) if v is not None}
    if "spark" not in said:
        raise UserError(
            "which Spark? attain.yaml names none; give --spark sc://host:15002, or --spark local."
        )
    try:
        engine = SparkEngine(**said)
    except ValidationError as error:
        problem = error.errors()[0]
        words = problem["msg"].removeprefix("Value error, ")
        raise UserError(f"--{problem['loc'][0]}: {words}.") from None
    with StepDisplay() as display:
        found = check(
            opened, engine, _percent(share), lambda by, name: display.step(f"{by}: {name}")
        )
    if as_json:
        what = {**found.__dict__, "difference": None}
        if found.difference is not None:
            what["difference"] = found.difference.__dict__
        click.echo(json.dumps(what, default=str, ensure_ascii=False))
    else:
        click.echo(
            f"{found.customers:,} customers, {found.rows:,} rows in {found.tables} tables: "
            f"DuckDB {found.duckdb_seconds:.0f} s, Spark {found.spark_seconds:.0f} s"
        )
        click.echo(
            "every table is equal"
            if found.difference is None
            else f"differs first: {found.difference}"
        )
    sys.exit(0 if found.difference is None else 1)


def _percent(text: str) -> Decimal:
    try:
        share = Decimal(text)
    except InvalidOperation:
        share = Decimal(0)
    if not Decimal("0.01") <= share <= 100:
        raise UserError(f"--share {text!r}: expected a percentage from 0.01 to 100.")
    return share
