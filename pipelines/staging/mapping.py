"""How the text of a landed file becomes the columns of a canonical table, before it is typed.

Belongs here: SQL for one load's mapping: headers, aliases, value maps, units, constants. Does not
belong here: types and rules (`sql/staging/`, `rules.py`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from pipelines.landing.detect import clean_header
from pipelines.landing.land import LandedExport
from pipelines.landing.parquet import LINE_COLUMN, RAGGED_COLUMN, Landed, identifier, literal
from pipelines.staging.contract import Table
from pipelines.staging.sourcefile import SourceFile
from pipelines.warehouse.template import macro

_PARSE = "staging/parse.sql.j2"
_DATES = ("date", "timestamp")


@dataclass(frozen=True)
class Load:
    """A landed export with its number in `mart.load` and the rows its source reads of it."""

    load_id: int
    export: LandedExport
    landed: Landed
    rows: int


def line_expression(landed: Landed) -> str:
    """The line of a landed row: its position, or the line that was written beside it."""
    if landed.first_line is None:
        return LINE_COLUMN
    return f"file_row_number + {landed.first_line}"


def landed_relation(landed: Landed) -> str:
    """A landed file as a table, with the positions its lines follow from."""
    numbered = ", file_row_number = true" if landed.first_line is not None else ""
    return f"read_parquet({literal(str(landed.parquet))}{numbered})"


def load_context(table: Table, load: Load) -> dict[str, Any]:
    """What the staging template needs to know of one load."""
    landed, source = load.landed, load.export.export.source
    plain = landed.first_line is not None
    names = _names(landed)
    columns = column_texts(table, source, names)
    line = line_expression(landed)
    return {
        "load_id": load.load_id,
        "relation": _relation(table, load, columns, line),
        "line": line,
        "ragged": "cast(null as varchar)" if plain else RAGGED_COLUMN,
        "columns": columns,
        "ordered": {
            c: macro(_PARSE, "reorder")(text, source.date_order)
            for c, text in columns.items()
            if table.columns[c].type in _DATES
        },
        "scales": {
            c: 10_000 if mapped.unit == "万元" else 1 for c, mapped in source.columns.items()
        },
    }


def column_texts(table: Table, source: SourceFile, names: dict[str, str]) -> dict[str, str]:
    """The SQL text of every column of a table before it is typed."""
    texts = {c: text_expression(source, c, names) for c in table.exported}
    for column in table.columns.values():
        if column.derivation is not None:
            where, value = texts[column.derivation.column], literal(column.derivation.value)
            text = texts[column.derivation.source]
            texts[column.name] = f"case when {where} = {value} then {text} end"
    return texts


def scaled_columns(loads: Sequence[Load]) -> list[str]:
    """Columns that at least one load gives in units of 10,000."""
    return sorted(
        {
            column
            for load in loads
            for column, mapped in load.export.export.source.columns.items()
            if mapped.unit != "元"
        }
    )


def ordered_columns(table: Table, loads: Sequence[Load]) -> list[str]:
    """Dates of which at least one load says that the day or the month comes first."""
    if all(load.export.export.source.date_order == "ymd" for load in loads):
        return []
    return sorted(c.name for c in table.columns.values() if c.type in _DATES)


def _names(landed: Landed) -> dict[str, str]:
    return {clean_header(name).lower(): name for name in landed.names}


def _relation(table: Table, load: Load, columns: dict[str, str], line: str) -> str:
    """The rows of a landed file that its source reads; a broken row is always one of them."""
    landed, source = load.landed, load.export.export.source
    relation = landed_relation(landed)
    if not source.only and source.rows == "all":
        return relation
    names = _names(landed)
    kept = " and ".join(
        f"{macro(_PARSE, 'cleaned')(identifier(names[clean_header(header).lower()]))} in "
        f"({', '.join(literal(value) for value in values)})"
        for header, values in source.only.items()
    )
    broken = "false" if landed.first_line is not None else f"{RAGGED_COLUMN} is not null"
    once = ""
    if source.rows == "distinct":
        keys = ", ".join(columns[column] for column in table.key)
        place = f"row_number() over (partition by {broken}, {keys} order by {line})"
        once = f" qualify {broken} or {place} = 1"
    return f"(select * from {relation} where {broken} or ({kept or 'true'}){once})"


def text_expression(source: SourceFile, column: str, names: dict[str, str]) -> str:
    """The SQL text of a canonical column before it is typed; blank is null."""
    mapped = source.columns.get(column)
    if mapped is None:
        constant = source.constants.get(column)
        return literal(constant) if constant is not None else "cast(null as varchar)"
    present = [
        identifier(names[clean_header(header).lower()])
        for header in mapped.headers
        if clean_header(header).lower() in names
    ]
    if not present:
        return "cast(null as varchar)"
    texts = [macro(_PARSE, "cleaned")(name) for name in present]
    text = str(texts[0]) if len(texts) == 1 else f"coalesce({', '.join(texts)})"
    values = source.value_map(column)
    if values:
        cases = " ".join(f"when {literal(v)} then {literal(t)}" for v, t in values.items())
        text = f"case {text} {cases} else {text} end"
    if mapped.default is not None:
        text = f"coalesce({text}, {literal(mapped.default)})"
    return text
