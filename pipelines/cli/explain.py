"""The command that shows where a value comes from."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import click

from pipelines.cli.options import JSON, WORKSPACE


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
