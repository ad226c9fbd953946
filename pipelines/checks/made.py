"""The remark on customers, people and products that no export lists.

Belongs here: the sentence. Does not belong here: making them (`staging/made.py`).
"""

from __future__ import annotations

from pipelines.checks.accidents import sentences
from pipelines.checks.findings import Finding
from pipelines.sources.contract import Table
from pipelines.staging.made import made_rows
from pipelines.warehouse.duck import Warehouse

_NAMED, _LISTED = 3, 200


def made_finding(warehouse: Warehouse, table: Table) -> list[Finding]:
    """Says how many rows of a table were made from references, and lists them."""
    made = made_rows(warehouse, table)
    if not made:
        return []
    named = ", ".join(made[:_NAMED]) + (" …" if len(made) > _NAMED else "")
    said = {
        language: text.format(table=table.name, count=len(made), named=named)
        for language, text in sentences()["made_from_references"].items()
    }
    return [
        Finding(
            check="made_from_references",
            table=f"staging.{table.name}",
            severity="warn",
            status="failed",
            zh=said["zh"],
            en=said["en"],
            offenders=len(made),
            is_counted=True,
            evidence=[{table.key[0]: key} for key in made[:_LISTED]],
        )
    ]
