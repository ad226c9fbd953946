"""The verdict on exports that were in force and are gone, empty or much smaller.

Belongs here: the sentences. Does not belong here: finding what was lost (`staging/losses.py`).
"""

from __future__ import annotations

from pipelines.checks.accidents import sentences
from pipelines.checks.findings import Finding
from pipelines.checks.words import say
from pipelines.staging.losses import Loss

_SHOWN = 3


def missed_finding(table: str, of: str, before: int, now: int) -> Finding:
    """Blocks a table that holds too few rows, or whose rows name those of one (`of`) that does."""
    name = "lost.rows" if table == of else "lost.named"
    said = {
        language: say(text, {"table": table, "of": of, "before": before, "now": now})
        for language, text in sentences()[name].items()
    }
    return Finding(
        check="rows_not_lost",
        table=f"staging.{table}",
        severity="block",
        status="failed",
        zh=said["zh"],
        en=said["en"],
    )


def lost_finding(loss: Loss) -> Finding:
    """Blocks whatever stands on the table: nothing is made from less until a person confirms it."""
    files = ", ".join(loss.files[:_SHOWN]) or loss.table
    if len(loss.files) > _SHOWN:
        files += f" (+{len(loss.files) - _SHOWN})"
    said = {
        language: say(
            text,
            {"table": loss.table, "files": files, "before": loss.rows_before, "now": loss.rows_now},
        )
        for language, text in sentences()[f"lost.{loss.kind}"].items()
    }
    return Finding(
        check=f"export_not_lost:{loss.source}",
        table=f"staging.{loss.table}",
        severity="block",
        status="failed",
        zh=said["zh"],
        en=said["en"],
    )
