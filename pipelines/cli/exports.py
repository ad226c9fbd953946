"""Commands about exports: what is recognised in them, source files to begin with, quarantine.

Belongs here: words in, words out. Does not belong here: finding out (`onboarding`, `books`).
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

import click

from pipelines.cli.options import JSON, WORKSPACE


@click.command()
@click.argument("file", required=False, type=click.Path(path_type=Path))
@WORKSPACE
@click.option("--write", is_flag=True, help="Begin a source file for each file that none reads.")
@JSON
def check(file: Path | None, workspace: Path, write: bool, as_json: bool) -> None:
    """Show what attain recognises in the exports (or in FILE), column by column, without computing.

    For a file that no source reads: which table it may be.
    """
    from pipelines.cli.console_exports import print_recognition
    from pipelines.delivery.access.policy import load_access
    from pipelines.delivery.outbox.policy import load_delivery
    from pipelines.onboarding.recognise import recognise
    from pipelines.onboarding.strangers import write_drafts
    from pipelines.policy.load import load_policies
    from pipelines.sources.sourcefile import load_sources
    from pipelines.workspace.workspace import open_workspace

    opened = open_workspace(workspace)
    policies = load_policies(opened)
    load_access(opened)
    load_delivery(opened)
    stages = policies.process.stage_names
    sources = load_sources(opened.sources, stages)
    found = recognise(opened, sources, stages, file, policies.quality)
    said = write_drafts(opened, found.guesses) if write else []
    if as_json:
        click.echo(
            json.dumps({**found.as_dict(), "written": said}, ensure_ascii=False, default=str)
        )
    else:
        print_recognition(found, opened.root, write)
        for sentence in said:
            click.echo(sentence)
    sys.exit(1 if found.problems else 0)


@click.command()
@click.argument("vendor", required=False)
@WORKSPACE
@JSON
def preset(vendor: str | None, workspace: Path, as_json: bool) -> None:
    """Copy the source files for a known system into the workspace; without VENDOR, list them."""
    from pipelines.cli.console_exports import print_presets
    from pipelines.onboarding.presets import copy_preset, preset_tables
    from pipelines.workspace.workspace import open_workspace

    if vendor is None:
        tables = preset_tables()
        if as_json:
            click.echo(json.dumps(tables))
        else:
            print_presets(tables)
        return
    written = copy_preset(vendor, open_workspace(workspace).sources)
    if as_json:
        click.echo(json.dumps([path.name for path in written]))
        return
    for path in written:
        click.echo(f"written: {path}")
    click.echo(
        f"{len(written)} source files copied; each says in its first lines which exports it reads. "
        f"See what is recognised with: attain check -w {workspace}"
    )


@click.command()
@WORKSPACE
@click.option("--table", help="Only rows of this canonical table.")
@click.option("--rule", help="Only rows at fault by this rule, e.g. not_a_date.")
@click.option("--owner", help="Only rows this person must set right.")
@click.option("--file", help="Only rows of files with this in their name.")
@click.option("--all", "with_resolved", is_flag=True, help="Resolved rows too.")
@click.option("--xlsx", type=click.Path(path_type=Path), help="Write the rows to this workbook.")
@click.option("--reader", help="Role you stand for; policy/quality.yaml says whose login.")
@click.option("--limit", default=20, show_default=True, help="Rows to print.")
@click.option("--lang", type=click.Choice(["zh", "en"]), default="en", show_default=True)
@JSON
def quarantine(
    workspace: Path,
    table: str | None,
    rule: str | None,
    owner: str | None,
    file: str | None,
    with_resolved: bool,
    xlsx: Path | None,
    reader: str | None,
    limit: int,
    lang: str,
    as_json: bool,
) -> None:
    """List the rows that could not be used, with file, line, value and what is wrong."""
    from pipelines.books.quarantine import (
        Wanted,
        raw_fields,
        read_quarantine,
        shown_value,
        write_workbook,
    )
    from pipelines.cli.console_exports import print_quarantine
    from pipelines.cli.options import login_name
    from pipelines.policy.load import load_quality
    from pipelines.warehouse.duck import open_warehouse
    from pipelines.workspace.workspace import open_workspace

    opened = open_workspace(workspace)
    contact = load_quality(opened).contact
    why_masked = contact.why_masked(login_name(), reader)
    show_contacts = why_masked is None
    if reader is not None and why_masked is not None:
        click.echo(why_masked, err=True)
    wanted = Wanted(table, rule, owner, file, with_resolved)
    with open_warehouse(opened.warehouse, read_only=True) as warehouse:
        found = read_quarantine(warehouse, wanted, None if xlsx or as_json else limit)
    if xlsx:
        write_workbook(found, xlsx, lang, show_contacts)
    if as_json:
        rows = [
            {
                **row,
                "value": shown_value(row, show_contacts),
                "raw_row": raw_fields(row, show_contacts),
            }
            for row in found.rows
        ]
        click.echo(json.dumps(rows, ensure_ascii=False, default=str))
    else:
        print_quarantine(found, lang, limit, xlsx, show_contacts)
