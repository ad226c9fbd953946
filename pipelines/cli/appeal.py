"""The command that prepares an appeal."""

from __future__ import annotations

import json
from pathlib import Path

import click

from pipelines.cli.options import JSON, WORKSPACE


@click.command()
@click.argument("period")
@click.argument("employee")
@WORKSPACE
@click.option(
    "--what-if",
    "what_if",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="A file of disputed rows as they would be; without it everything is computed again as is.",
)
@click.option(
    "--out",
    type=click.Path(path_type=Path, file_okay=False),
    show_default="appeals/PERIOD/EMPLOYEE in the workspace",
    help="Folder to write the pack to.",
)
@click.option("--replace", is_flag=True, help="Write anew what stands there.")
@JSON
def appeal(
    period: str,
    employee: str,
    workspace: Path,
    what_if: Path | None,
    out: Path | None,
    replace: bool,
    as_json: bool,
) -> None:
    """Recompute an appraisal with a disputed fact changed, and write what whoever decides needs.

    The pack says what was, what would be, by which rule, whose results move as well, and lists the
    rows behind every indicator with file and line. Nothing in the workspace changes. The file:

    \b
    change:
      - table: receipt
        row: {receipt_id: R-0012}
        set: {received_date: 2026-09-30}

    \b
    A change may also say `remove: true` instead of `set`, or `add: {...}` a whole row.
    attain appeal 2026-Q3 E022
    attain appeal 2026-Q3 E022 --what-if receipt.yaml
    """
    from pipelines.appeal.pack import write_pack
    from pipelines.appeal.recompute import recompute
    from pipelines.policy.load import load_policies
    from pipelines.reporting.model.page import file_name
    from pipelines.warehouse.duck import open_warehouse
    from pipelines.workspace.workspace import open_workspace

    opened = open_workspace(workspace)
    folder = out or opened.root / "appeals" / period / file_name(employee)
    say = (lambda _: None) if as_json else (lambda name: click.echo(f"  {name}", err=True))
    with (
        opened.locked(),
        open_warehouse(opened.warehouse, opened.settings.memory_limit) as warehouse,
    ):
        pack = recompute(warehouse, load_policies(opened), period, employee, what_if, say)
    first = write_pack(pack, folder, what_if, opened.settings.up_is_red, replace)
    was, now = pack.before.result, pack.after.result
    if as_json:
        said = {
            "page": str(first),
            "score": [_text(was.score), _text(now.score)],
            "grade": [was.grade, now.grade],
            "floating_pay": [_text(was.floating_pay), _text(now.floating_pay)],
            "changed": len(pack.changed),
            "others": len(pack.others),
            "tables": [name for name, _, _ in pack.tables],
        }
        click.echo(json.dumps(said, ensure_ascii=False))
        return
    if not pack.changed:
        click.echo(
            "computed again from the same rows: "
            + ("every table is equal" if not pack.tables else "tables differ; run attain run first")
        )
    click.echo(f"score         {_shown(was.score)} → {_shown(now.score)}")
    click.echo(f"grade         {_shown(was.grade)} → {_shown(now.grade)}")
    click.echo(f"floating pay  {_shown(was.floating_pay)} → {_shown(now.floating_pay)}")
    click.echo(f"others        {len(pack.others)} results move as well")
    click.echo(f"open {first}")


def _text(value: object) -> str | None:
    return None if value is None else str(value)


def _shown(value: object) -> str:
    return "held" if value is None else str(value)
