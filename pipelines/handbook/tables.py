"""The tables that go in and come out, as Markdown.

Belongs here: canonical and published tables. Does not belong here: what a column means
(`columns.yaml`).
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from pipelines.sources.contract import canonical_tables
from pipelines.warehouse.model import Model
from pipelines.workspace.yamlfile import read_yaml


def tables(columns: Mapping[str, list[tuple[str, str]]], models: Mapping[str, Model]) -> str:
    """The canonical input tables and the published tables as Markdown.

    Args:
        columns: published table → its columns with their types.
    """
    meanings = read_yaml(Path(__file__).with_name("columns.yaml")).data
    parts = [
        "# Tables\nGenerated. What goes in (canonical tables) and what comes out (schema `mart` of "
        "`mart/attain.duckdb`). What differs between two runs of the same inputs stands in one "
        "table of that file, `mart.run` (run_no, run_id, started_at): `mart.load`, "
        "`mart.quarantine` and `mart.check_history` are views that look their moments up there, "
        "and every other row is the same.\n",
        "## Canonical tables\n`!` required · **bold** key · `_at` a timestamp, `_date` a date, "
        "`_pct` 0–100, amounts decimal(18, 4) in the row's `currency`.\n",
    ]
    for name, table in canonical_tables().items():
        shown = ", ".join(
            f"**{c.name}** {c.type}" if c.name in table.key
            else f"{c.name} {c.type}{'!' if c.required else ''}"
            for c in table.exported.values()
        )  # fmt: skip
        parts.append(f"### {name}\n{table.grain}. {shown}\n")
    parts.append("## Published tables\n")
    for name in sorted(columns):
        model = models.get(name)
        grain = (
            f"{model.grain}. Key: {', '.join(model.key)}. {_sentence(model.why)}" if model else ""
        )
        rows = [f"| `{column}` | {kind} | {meanings[column]} |" for column, kind in columns[name]]
        parts.append(
            f"### {name}\n{grain}\n\n| column | type | meaning |\n|---|---|---|\n"
            + "\n".join(rows)
            + "\n"
        )
    return "\n".join(parts)


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:] + ("" if text.endswith(".") else ".")


def published_columns() -> tuple[dict[str, list[tuple[str, str]]], dict[str, Model]]:
    """Columns of every published table, from an empty warehouse with the shipped policies."""
    from pipelines.models.shape import empty_warehouse

    with empty_warehouse() as (warehouse, models):
        found: dict[str, list[tuple[str, str]]] = {}
        for row in warehouse.rows(
            "select table_name, column_name, lower(data_type) as data_type "
            "from information_schema.columns where table_schema = 'mart' "
            "order by table_name, ordinal_position"
        ):
            found.setdefault(f"mart.{row['table_name']}", []).append(
                (row["column_name"], row["data_type"])
            )
        return found, models
