"""Commands about single values: where one comes from, questions by an assistant, receipts."""

from __future__ import annotations

import datetime as dt
import json
import sys
from functools import partial
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from pipelines.cli.delivery import ON, today
from pipelines.cli.options import JSON, WORKSPACE
from pipelines.errors import UserError

if TYPE_CHECKING:
    from pipelines.delivery.questions.proof import Proof


@click.command()
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
    from pipelines.cli.console_explain import print_explanation
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


@click.command()
@click.option("--reader", required=True, metavar="READER", help="Whose questions they are, by id.")
@WORKSPACE
@ON
def mcp(reader: str, workspace: Path, day: dt.date | None) -> None:
    """Answer READER's assistant from the published database, over standard input and output.

    A server of the Model Context Protocol, for an assistant that starts it. It only reads, and what
    READER may not see is not there. Each figure comes with definition, day, scope, quality and a
    receipt; what is not defined is refused with the nearest KPI. Whoever may start it may name any
    reader: let each person's account start it for that person alone. Who asked what is kept in
    portal/audit.jsonl of the workspace.

    \b
    attain mcp --reader E006 -w /srv/company
    """
    if find_spec("mcp") is None:
        raise UserError("The protocol's library is not installed. Run: pip install 'attain[mcp]'")
    from pipelines.delivery.portal.audit import FILE, Audit
    from pipelines.delivery.questions.desk import Desk
    from pipelines.delivery.questions.receipt import KEY
    from pipelines.delivery.questions.server import server
    from pipelines.workspace.secret import secret
    from pipelines.workspace.workspace import open_workspace

    opened = open_workspace(workspace)
    desk = Desk(opened, reader, lambda: today(opened, day))
    desk.opened()  # a reader who sees nothing is said now, not at the first question
    audit = Audit(opened.root / FILE, partial(dt.datetime.now, dt.UTC))
    try:
        server(desk, secret(opened.root / KEY), audit).run("stdio")
    finally:
        desk.close()


@click.command("verify-receipt")
@click.argument("receipt")
@WORKSPACE
@JSON
def verify_receipt(receipt: str, workspace: Path, as_json: bool) -> None:
    """Prove RECEIPT: whether a figure was given so, is still so, and its rows add up to it.

    A receipt comes with each figure that attain mcp gives. It is signed with the workspace's secret
    (portal/receipts.key): one that was changed is none.

    Exit codes: 0 it is true; 1 it is no receipt of this workspace, or the lines say what differs.
    """
    from pipelines.delivery.questions.proof import prove, rows_add_up
    from pipelines.delivery.questions.published import PublishedValues
    from pipelines.delivery.questions.receipt import KEY, read_receipt
    from pipelines.policy.load import load_policies
    from pipelines.reporting.publish.build import EDITION, Edition
    from pipelines.warehouse.duck import open_warehouse
    from pipelines.warehouse.published import open_published
    from pipelines.workspace.secret import secret
    from pipelines.workspace.workspace import open_workspace

    opened = open_workspace(workspace)
    claim = read_receipt(receipt, secret(opened.root / KEY))
    if claim is None:
        raise UserError("This is no receipt of this workspace, or it was changed.", 1)
    catalogue = load_policies(opened).catalogue
    file = opened.reports / "latest" / EDITION
    limit = opened.settings.memory_limit
    with open_published(opened.published, limit) as published:
        edition = Edition.model_validate_json(file.read_bytes())
        proof = prove(claim, PublishedValues(published, catalogue, edition))
    adds_up, unread = None, ""
    if proof.is_true:
        try:
            with open_warehouse(opened.warehouse, limit, read_only=True) as warehouse:
                adds_up = rows_add_up(proof, warehouse, catalogue)
        except UserError as error:  # the figure is proven without its rows
            unread = error.message
    if as_json:
        told = {"is_true": proof.is_true, "says": proof.told(), "rows_add_up": adds_up,
                "differences": proof.differences()}  # fmt: skip
        click.echo(json.dumps(told, ensure_ascii=False))
    else:
        _say(proof, adds_up, unread)
    sys.exit(0 if proof.is_true and adds_up is not False else 1)


def _say(proof: Proof, adds_up: bool | None, unread: str) -> None:
    said = proof.told()
    value = said["value"] if said["value"] is not None else "no data"
    as_of = f", as of {said['as_of']}" if said["as_of"] else ""
    click.echo(f"{said['kpi']}  {said['scope']}  {said['period']}{as_of}: {value}")
    if not proof.is_true:
        click.echo("  given so, and published otherwise now:")
        for one in proof.differences():
            click.echo(f"  {one['what']}: the receipt says {one['said']}, now {one['now']}")
        return
    now = proof.now.as_of if proof.now else None
    click.echo(f"  true: published so{f' as of {now}' if now else ''}")
    if adds_up is not None:
        click.echo(f"  its rows {'add up to it' if adds_up else 'DO NOT add up to it'}")
    elif unread:
        click.echo(f"  its rows could not be read: {unread}")
