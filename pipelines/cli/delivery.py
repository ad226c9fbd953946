"""Commands that bring published pages to their readers."""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import asdict
from pathlib import Path
from zoneinfo import ZoneInfo

import click

from pipelines.cli.options import JSON, WORKSPACE
from pipelines.workspace.workspace import Workspace

ON = click.option(
    "--on",
    "day",
    type=click.DateTime(["%Y-%m-%d"]),
    callback=lambda _context, _option, moment: moment.date() if moment is not None else None,
    help="Day whose roles, deputies and leavers count; today, if not given.",
)


def today(workspace: Workspace, day: dt.date | None) -> dt.date:
    """The day asked for, else today's in the company's time zone."""
    zone = ZoneInfo(workspace.settings.time_zone)
    return day or dt.datetime.now(dt.UTC).astimezone(zone).date()


@click.command()
@WORKSPACE
@ON
@JSON
def readers(workspace: Path, day: dt.date | None, as_json: bool) -> None:
    """Write a folder for each reader with what they may see, below reports/readers/latest.

    Each folder is complete in itself, with its landing page, earlier periods and search, and may be
    copied to a share, a drive or a web server. Who sees what stands in policy/access.yaml; people
    and their places come from the organisation.
    """
    from pipelines.delivery.readership import write_reader_folders
    from pipelines.workspace.workspace import open_workspace

    opened = open_workspace(workspace)
    on = today(opened, day)
    folders, problems = write_reader_folders(opened, on)
    if as_json:
        told = {
            "day": on.isoformat(),
            "folders": [{**asdict(one), "path": str(one.path)} for one in folders],
            "problems": [asdict(one) for one in problems],
        }
        click.echo(json.dumps(told, ensure_ascii=False))
        return
    click.echo(f"{len(folders)} folders in {opened.reports / 'readers' / 'latest'}")
    for one in problems:
        click.echo(f"  {one.en}")
