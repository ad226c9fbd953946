"""Commands of the commission books: close a month, prove the ledger."""

from __future__ import annotations

import datetime as dt
import getpass
import json
import sys
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING

import click

from pipelines.cli_options import JSON, WORKSPACE

if TYPE_CHECKING:
    from pipelines.workspace import Workspace


def _as_of(opened: Workspace, given: dt.datetime | None, now: dt.datetime) -> dt.date:
    from zoneinfo import ZoneInfo

    from pipelines.automation_dates import last_week_end

    day = given.date() if given else opened.settings.as_of
    return day or last_week_end(now.astimezone(ZoneInfo(opened.settings.time_zone)).date())


AS_OF = click.option("--as-of", type=click.DateTime(["%Y-%m-%d"]), help="Business date of the run.")


@click.command()
@click.argument("period")
@WORKSPACE
@AS_OF
@click.option("--by", help="Who closes; your login name by default.")
@JSON
def close(
    period: str, workspace: Path, as_of: dt.datetime | None, by: str | None, as_json: bool
) -> None:
    """Freeze a commission month (2026-10) for ever.

    Everything is computed first. The month is not closed while a blocking check fails, a dispute is
    open, a difference is unexplained and not accepted, or an earlier month is open; every reason is
    told. Later changes are posted to the open month, line by line, with their cause. The closed
    months stand in the folder ledger/ of the workspace: back it up.
    """
    from pipelines.console import RunDisplay
    from pipelines.ledger.close import close_period
    from pipelines.workspace import open_workspace

    opened = open_workspace(workspace)
    now = dt.datetime.now(dt.UTC)
    day = _as_of(opened, as_of, now)
    with RunDisplay(quiet=as_json) as display:
        closed = close_period(
            opened, period, day, now.replace(tzinfo=None), by or getpass.getuser(), display.progress
        )
    facts = closed.manifest
    if as_json:
        click.echo(json.dumps({"folder": str(closed.folder), **facts}, ensure_ascii=False))
        return
    click.echo(
        f"{period} is closed: {facts['statements']:,} statements, {facts['lines']:,} lines, by "
        f"{facts['closed_by']}, as of {facts['as_of']}"
    )
    for ledger, amount in facts["totals"].items():
        click.echo(f"  {ledger:8} {Decimal(amount):>18,.2f}")
    for one in facts["accepted"]:
        click.echo(f"  accepted: {one['period']} {one['key']} by {one['approved_by']}")
    click.echo(f"  seal     {closed.seal}")
    click.echo(f"  {closed.folder}: keep it; nothing can compute it again")


@click.command()
@WORKSPACE
@JSON
def verify(workspace: Path, as_json: bool) -> None:
    """Prove that closed months are as they were closed, and that the books add up to them.

    Every line's checksum is made anew and held against the chain, every statement against its
    lines, and closed months with the corrections posted since against a fresh computation.
    """
    from pipelines.ledger.close import verify as prove
    from pipelines.workspace import open_workspace

    proof = prove(open_workspace(workspace))
    if as_json:
        found = {
            "holds": proof.holds,
            "periods": [{"period": p.period, "seal": p.seal} for p in proof.periods],
            "faults": [fault.__dict__ for fault in proof.faults],
            "differences": proof.differences,
        }
        click.echo(json.dumps(found, ensure_ascii=False, default=str))
    else:
        for closed in proof.periods:
            facts = closed.manifest
            click.echo(
                f"{closed.period}  {facts['lines']:>9,} lines  {facts['statements']:>6,} statements"
                f"  closed {facts['closed_at']} by {facts['closed_by']}  {closed.seal[:16]}"
            )
        for fault in proof.faults:
            click.echo(f"BROKEN {fault.period}: {fault.what}", err=True)
        for row in proof.differences:
            click.echo("DIFFERS " + ", ".join(f"{k} {v}" for k, v in row.items()), err=True)
        if proof.holds:
            click.echo(
                "the chain holds; statements are the sums of their lines, and the books equal a "
                "fresh computation"
                if proof.periods
                else "no month is closed yet; see attain close --help"
            )
    sys.exit(0 if proof.holds else 1)
