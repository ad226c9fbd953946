"""The command that shows a workspace's working days."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path

import click

from pipelines.cli.options import JSON, WORKSPACE


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
