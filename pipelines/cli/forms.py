"""The command that writes workbooks for people to fill."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import click

from pipelines.cli.options import AS_OF, JSON, WORKSPACE
from pipelines.errors import UserError

if TYPE_CHECKING:
    from collections.abc import Callable

    from pipelines.forms.form import Form, Language
    from pipelines.warehouse.duck import Warehouse


_WHICH = {
    "appraisal": ("scores", "calibration", "appeals"),
    "commission": ("disputes", "approvals"),
}


@click.command()
@click.argument("kind", type=click.Choice(["appraisal", "commission"]))
@click.argument("period")
@WORKSPACE
@AS_OF
@click.option(
    "--out",
    type=click.Path(path_type=Path, file_okay=False),
    show_default="forms/KIND/PERIOD in the workspace",
    help="Folder to write them to.",
)
@click.option("--lang", type=click.Choice(["zh", "en"]), default="zh", show_default=True)
@click.option(
    "--only",
    type=click.Choice([name for names in _WHICH.values() for name in names]),
    multiple=True,
    help="Only these forms, such as the calibration once all scores are in; may be repeated.",
)
@click.option("--replace", is_flag=True, help="Write anew those that stand there, filled or not.")
@JSON
def forms(
    kind: Literal["appraisal", "commission"],
    period: str,
    workspace: Path,
    as_of: dt.date | None,
    out: Path | None,
    lang: Literal["zh", "en"],
    only: tuple[str, ...],
    replace: bool,
    as_json: bool,
) -> None:
    """Write the workbooks that people fill: scores and calibration, or disputes and approvals.

    Yellow cells are open, all others are protected. Put a filled workbook into a folder of exports,
    under any name that still holds its own, and the next attain run reads it; a row whose yellow
    cell is empty says nothing. A wrong cell is named by attain quarantine.

    \b
    attain forms appraisal 2026-Q3      one per rater, one for calibration, one for appeals
    attain forms appraisal 2026-Q3 --only calibration --replace
                                        anew, once the scores are in
    attain forms commission 2026-10     one per payee, and one for whoever decides
    """
    from pipelines.forms.appraisal import appraisal_forms
    from pipelines.forms.commission import commission_forms
    from pipelines.forms.form import write_forms
    from pipelines.warehouse.duck import open_warehouse
    from pipelines.workspace.dates import business_date
    from pipelines.workspace.workspace import open_workspace

    if strange := [name for name in only if name not in _WHICH[kind]]:
        raise UserError(
            f"--only {strange[0]}: {kind} has no such form; it has {', '.join(_WHICH[kind])}."
        )
    opened = open_workspace(workspace)
    today = business_date(opened.settings, as_of, dt.datetime.now(dt.UTC))
    asked: dict[str, Callable[[Warehouse, str, dt.date, Language], list[Form]]] = {
        "appraisal": appraisal_forms,
        "commission": commission_forms,
    }
    with open_warehouse(opened.warehouse, read_only=True) as warehouse:
        found = asked[kind](warehouse, period, today, lang)
    if only:
        wanted = tuple(f"attain-{name}-" for name in only)
        found = [form for form in found if form.file.startswith(wanted)]
    folder = out or opened.root / "forms" / kind / period
    paths = write_forms(found, folder, lang, replace)
    if as_json:
        click.echo(json.dumps([str(path) for path in paths], ensure_ascii=False))
        return
    click.echo(f"{len(paths)} workbooks in {folder}")
    first = opened.settings.inputs[0].path
    click.echo(f"  fill the yellow cells, put them into {first}, then: attain run")
    if nobody := [path.name for path in paths if path.stem.endswith("-nobody")]:
        click.echo(f"  {nobody[0]}: people without a manager; somebody must name the rater")
