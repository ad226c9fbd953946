"""How the text of a landed file becomes the columns of a canonical table, before it is typed.

Belongs here: SQL for one load's mapping: headers, aliases, expressions, value maps, constants, the
rows it reads. Does not belong here: the text of one field (`fields.py`), types and rules
(`sql/staging/`, `rules.py`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from pipelines.landing.land import Export, LandedExport
from pipelines.landing.parquet import LINE_COLUMN, RAGGED_COLUMN, Landed
from pipelines.sources.contract import Table, canonical_tables
from pipelines.sources.expression import expression_sql
from pipelines.sources.headers import clean_header
from pipelines.sources.sourcemodel import FILE, SHEET, TITLE, UNITS, SourceFile, alternatives
from pipelines.staging.fields import DATES, field, is_scaled_beside, plain_text, rewrites
from pipelines.warehouse.quoting import identifier, literal

NO_TEXT = "cast(null as varchar)"  # of a column that is not in the file
_TYPED_CELLS = {"workbook", "parquet", "sqlite"}


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
    typed_cells = landed.kind in _TYPED_CELLS
    is_1904 = bool(landed.notes.get("is_1904"))
    names = names_of(landed, load.export.export)
    columns = column_texts(table, source, names)
    line = line_expression(landed)
    return {
        "load_id": load.load_id,
        "relation": _relation(table, load, columns, line),
        "line": line,
        "ragged": "cast(null as varchar)" if plain else RAGGED_COLUMN,
        "sealed": _sealed_text(source, names),
        "columns": columns,
        "ordered": {
            c: plain_text(source, table.columns[c], text, typed_cells, is_1904)
            for c, text in columns.items()
            if table.columns[c].type != "text"
        },
        "scales": {c: UNITS[mapped.unit] for c, mapped in source.columns.items()},
    }


def _sealed_text(source: SourceFile, names: dict[str, str]) -> str:
    """What a row of a form was written for; null in what is no form."""
    if source.sealed is None:
        return NO_TEXT
    return f"coalesce({first_filled(source, alternatives(source.sealed), names)}, '')"


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
    """Columns of plainly written amounts that at least one load gives in units of 10,000."""
    if not loads:
        return []
    sources = [load.export.export.source for load in loads]
    table = canonical_tables()[sources[0].table]
    rewritten = set(ordered_columns(table, loads))
    return sorted(
        column
        for column in table.columns
        if column not in rewritten and any(is_scaled_beside(s, column) for s in sources)
    )


def ordered_columns(table: Table, loads: Sequence[Load]) -> list[str]:
    """Columns that at least one load writes otherwise than plainly.

    A day or a month that comes first, days counted from 1904, another number style or unit, moments
    of another time zone.
    """
    sources = [load.export.export.source for load in loads]
    of_1904 = any(load.landed.notes.get("is_1904") for load in loads)
    return sorted(
        column.name
        for column in table.columns.values()
        if (of_1904 and column.type in DATES) or any(rewrites(source, column) for source in sources)
    )


def names_of(landed: Landed, export: Export) -> dict[str, str]:
    """The SQL of what each row of a landed file has, by its header as headers are compared.

    Beside its fields that is where it stands: the texts above the header, its file, its sheet.
    """
    titles = " ".join(landed.notes.get("titles", ()))
    places = {TITLE: titles, FILE: export.name, SHEET: export.sheet or landed.notes.get("sheet")}
    return {
        **{clean_header(name).lower(): identifier(name) for name in landed.names},
        **{place: literal(text) if text else NO_TEXT for place, text in places.items()},
    }


def _relation(table: Table, load: Load, columns: dict[str, str], line: str) -> str:
    """The rows of a landed file that its source reads; a broken row is always one of them."""
    landed, source = load.landed, load.export.export.source
    relation = landed_relation(landed)
    if source.reads_all_rows:
        return relation
    kept = " and ".join(_conditions(source, names_of(landed, load.export.export))) or "true"
    broken = "false" if landed.first_line is not None else f"{RAGGED_COLUMN} is not null"
    once = ""
    if source.rows == "distinct":
        keys = ", ".join(columns[column] for column in table.key)
        place = f"row_number() over (partition by {broken}, {keys} order by {line})"
        once = f" qualify {broken} or {place} = 1"
    return f"(select * from {relation} where {broken} or ({kept}){once})"


def _conditions(source: SourceFile, names: dict[str, str]) -> list[str]:
    """What decides whether a row is read: the fields of `only`, `except` and `each`."""

    def text(header: str) -> str:
        return first_filled(source, alternatives(header), names)

    def holds(header: str, values: Sequence[str]) -> str:
        """An empty field holds the text `""`."""
        listed = ", ".join(literal(value) for value in values if value)
        parts = [f"{text(header)} in ({listed})"] if listed else []
        if "" in values:
            parts.append(f"{text(header)} is null")
        return f"coalesce({' or '.join(parts) or 'false'}, false)"

    return [
        *(holds(header, values) for header, values in source.kept.items()),
        *(
            f"not {holds(header, values)}"
            for header, values in source.left_out.items()
            if is_there(alternatives(header), names)
        ),
        *(f"{text(header)} is not null" for header in source.each),
    ]


def is_there(headers: Sequence[str], names: dict[str, str]) -> bool:
    """Whether an export has one of the headers."""
    return any(clean_header(header).lower() in names for header in headers)


def first_filled(source: SourceFile, headers: Sequence[str], names: dict[str, str]) -> str:
    """The SQL text of the first of some headers that is there and filled."""
    present = [names.get(clean_header(header).lower()) for header in headers]
    texts = [field(source, sql) for sql in present if sql is not None]
    if not texts:
        return NO_TEXT
    return texts[0] if len(texts) == 1 else f"coalesce({', '.join(texts)})"


def text_expression(source: SourceFile, column: str, names: dict[str, str]) -> str:
    """The SQL text of a canonical column before it is typed; blank is null."""
    mapped = source.columns.get(column)
    if mapped is None:
        constant = source.constants.get(column)
        return literal(constant) if constant is not None else NO_TEXT
    if not is_there(mapped.headers, names):
        return NO_TEXT if mapped.default is None else literal(mapped.default)

    if mapped.expression is None:
        text = first_filled(source, mapped.own, names)
    else:
        text = expression_sql(
            mapped.expression,
            lambda braced: first_filled(source, mapped.alternatives(braced), names),
        )
    values = source.value_map(column)
    if values:
        cases = " ".join(f"when {literal(v)} then {literal(t)}" for v, t in values.items())
        text = f"case {text} {cases} else {text} end"
    if mapped.default is not None:
        text = f"coalesce({text}, {literal(mapped.default)})"
    return text
