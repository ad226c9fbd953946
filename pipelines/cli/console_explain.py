"""What is printed of a value and where it comes from."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.table import Table

from pipelines.checks.words import Count

if TYPE_CHECKING:
    from pipelines.explain.explain import Explanation


def print_explanation(found: Explanation, language: str, limit: int, rows: Path | None) -> None:
    """A value with its definition, sums and first rows."""
    console = Console(highlight=False)
    kpi = found.kpi
    label, what, formula = (
        getattr(text, language) for text in (kpi.label, kpi.description, kpi.formula)
    )
    console.print(f"{label} ({found.kpi_id})", markup=False)
    console.print(f"  {what}", markup=False, soft_wrap=True)
    console.print(f"  = {formula}", markup=False)
    where = f"{found.scope_kind} {found.scope_id}"
    console.print(f"  {where} · {found.from_date} … {found.to_date}", markup=False)
    value = found.value
    if value["no_data_reason"]:
        console.print(f"  no data: {value['no_data_reason']}", markup=False)
        return
    console.print(f"  value {_plain(value['value'])}", markup=False)
    if value["numerator"] is not None:
        console.print(
            f"  numerator {_plain(value['numerator'])}"
            + (
                f" / denominator {_plain(value['denominator'])}"
                if value["denominator"] is not None
                else ""
            )
            + f" · n = {value['n']}",
            markup=False,
        )
    for other, part in found.parts.items():
        sums = f"{_plain(part.get('numerator'))} / {_plain(part.get('denominator'))}"
        console.print(
            f"    {other}: {_plain(part.get('value'))} ({sums}, n = {part.get('n')})", markup=False
        )
    failed = [check for check in found.checks if check["status"] != "passed"]
    console.print(
        f"  {len(found.checks)} checks of the tables it needs, {len(failed)} not passed",
        markup=False,
    )
    for check in failed:
        console.print(
            f"    {check['check_id']} on {check['table_name']}: {check['status']}, "
            f"{Count(check['offenders']):row}",
            markup=False,
        )
    if found.adds_up is not None:
        console.print(
            f"  {Count(found.row_count):row} "
            + ("add up to it exactly" if found.adds_up else "DO NOT add up to it"),
            markup=False,
        )
    else:
        console.print(f"  {Count(found.row_count):row}", markup=False)
    if found.rows:
        table = Table(box=None, padding=(0, 1, 0, 0), header_style="dim")
        for name in found.columns:
            table.add_column(name, overflow="fold")
        for row in found.rows[:limit]:
            table.add_row(*(_plain(row[name]) for name in found.columns))
        Console(highlight=False, width=200).print(table)
        if found.row_count > limit:
            console.print(f"  … {found.row_count - limit:,} more; --rows FILE.xlsx writes them all")
    if rows:
        console.print(f"  {Count(len(found.rows)):row} written to {rows}", markup=False)


def _plain(value: Any) -> str:
    if value is None:
        return ""
    text = str(value)
    if "." in text and text.replace(".", "").replace("-", "").isdigit():
        text = text.rstrip("0").rstrip(".")
    return text
