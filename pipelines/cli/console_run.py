"""What is printed of a run, and of the state it left."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.table import Table

if TYPE_CHECKING:
    from pipelines.run.outcome import Outcome


def print_outcome(outcome: Outcome) -> None:
    """The summary of a run; what was blocked stands on the last lines."""
    console = Console(highlight=False)
    table = Table(show_header=False, box=None, padding=(0, 2, 0, 0))
    if not outcome.changed:
        table.add_row("nothing changed", f"since the run {outcome.run_id}; the reports stand")
    table.add_row("as of", str(outcome.as_of))
    table.add_row(
        "rows",
        f"{outcome.rows_landed:,} in · {outcome.rows_accepted:,} accepted · "
        f"{outcome.rows_quarantined:,} in quarantine",
    )
    table.add_row("checks", _checks(outcome))
    table.add_row(
        "reports",
        " · ".join(f"{name} {pages}" for name, pages in outcome.reports.items()) or "none",
    )
    table.add_row("time", f"{outcome.seconds:.1f} s")
    if outcome.reports_path:
        table.add_row("open", outcome.reports_path)
    console.print(table)
    for warning in outcome.warnings[:8]:
        console.print(f"note: {warning}", markup=False, soft_wrap=True)
    if len(outcome.warnings) > 8:
        console.print(f"note: {len(outcome.warnings) - 8} more; see attain status", markup=False)
    for name in outcome.kept:
        console.print(f"kept: {name} was not renewed; its last good pages stay", markup=False)
    for name in outcome.without_pages:
        console.print(f"no page: {name} was blocked and has no earlier pages", markup=False)
    for sentence in outcome.blocked:
        console.print(f"blocked: {sentence}", markup=False, soft_wrap=True)


def _checks(outcome: Outcome) -> str:
    counts = outcome.checks
    return (
        f"{counts.get('passed', 0)} passed · {counts.get('failed', 0)} failed · "
        f"{counts.get('errored', 0)} errored"
    )


def print_status(found: dict[str, Any]) -> None:
    """The state of a workspace."""
    console = Console(highlight=False)
    console.print(f"workspace {found['workspace']}", markup=False)
    console.print(f"as of {found['as_of']} · published {found['published']}", markup=False)
    table = Table(box=None, padding=(0, 2, 0, 0), header_style="dim")
    for name in ("table", "files", "landed", "accepted", "quarantined"):
        table.add_column(name, justify="left" if name == "table" else "right")
    for row in found["loads"]:
        table.add_row(
            row["table_name"],
            *(f"{row[name]:,}" for name in ("files", "landed", "accepted", "quarantined")),
        )
    console.print(table)
    for row in found["checks"]:
        console.print(f"checks {row['status']} ({row['severity']}): {row['count']}", markup=False)
    for row in found["quarantine"]:
        console.print(
            f"quarantine {row['table_name']} {row['rule_id']}: {row['count']}", markup=False
        )
    for kind, told in found["delivery"].items():
        for problem in told["problems"]:
            console.print(f"{kind} {told['day']}: {problem['en']}", markup=False)
    for row in found["accepted"]:
        console.print(
            f"accepted {row['table_name']}: {row['rows_now']:,} rows where {row['rows_before']:,} "
            f"were before, by {row['accepted_by']} at {row['accepted_at']:%Y-%m-%d %H:%M} UTC",
            markup=False,
        )
