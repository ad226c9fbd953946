"""The SQL text of one field, and the text it is read as where it was not written plainly.

Belongs here: blanks, texts that mean empty, number styles, units, orders of dates, time zones of
one column. Does not belong here: which header a column comes from (`mapping.py`), how a plain text
becomes a value (`sql/staging/parse.sql.j2`).
"""

from __future__ import annotations

from pipelines.sources.contract import Column
from pipelines.sources.expression import result_is_text
from pipelines.sources.sourcemodel import UNITS, WRITTEN, SourceFile
from pipelines.warehouse.quoting import literal
from pipelines.warehouse.template import macro

PARSE = "staging/parse.sql.j2"
DATES = ("date", "timestamp")
NUMBERS = ("money", "number", "rate", "pct", "integer")
# Read beside plain amounts without a text between: the unit that stands in most Chinese exports.
_BESIDE = ("元", "万元")


def field(source: SourceFile, column: str) -> str:
    """The text of a landed column without the blanks around it; what means empty is null.

    Args:
        column: a quoted column of the landed file.

    Texts that mean empty are compared whatever their case: NULL, Null, null.
    """
    text = str(macro(PARSE, "cleaned")(column))
    if not source.empty:
        return text
    values = ", ".join(literal(value.lower()) for value in source.empty)
    return f"case when lower({text}) in ({values}) then null else {text} end"


def rewrites(source: SourceFile, column: Column) -> bool:
    """Whether a column of a source is read as another text than the one that was written."""
    if column.type in DATES:
        return (
            source.date_order != "ymd"
            or source.time_zone is not None
            or source.short_years is not None
        )
    if column.type not in NUMBERS or column.name in source.constants:
        return False
    mapped = source.columns.get(column.name)
    return not source.number_style(column.name).is_plain or (
        mapped is not None and mapped.unit not in _BESIDE
    )


def plain_text(
    source: SourceFile, column: Column, text: str, typed_cells: bool, is_1904: bool = False
) -> str:
    """The text a column is read as: plain numbers, ISO dates, moments that name their zone.

    Args:
        typed_cells: the export is no text: its cells may hold numbers, which have no style.
        is_1904: a day that is a number is counted from 1 January 1904.
    """
    if column.type in DATES:
        if is_1904:
            text = str(macro(PARSE, "since_1904")(text))
        if source.short_years is not None:
            century = str(source.short_years)[:2]
            text = str(macro(PARSE, "in_century")(text, source.date_order, century))
        text = macro(PARSE, "reorder")(text, source.date_order)
        if source.time_zone is not None:
            text = macro(PARSE, "zoned")(text, column.type, source.time_zone)
        return str(text)
    if column.type not in NUMBERS:
        return text
    if column.name in source.constants:  # written by whoever wrote the source file, plainly
        return text
    mapped = source.columns.get(column.name)
    style, written = source.number_style(column.name), text
    computed = mapped is not None and mapped.expression and not result_is_text(mapped.expression)
    if not style.is_plain and not computed:
        if style.minus or style.plus:
            text = str(macro(PARSE, "sided")(text, style.minus, style.plus))
        bare = macro(PARSE, "without_coin")(text)
        text = macro(PARSE, "plain")(bare, style.decimal, style.grouping, typed_cells)
    if mapped is None or mapped.unit == "元":
        return str(text)
    if mapped.unit == WRITTEN:
        return str(macro(PARSE, "as_written")(macro(PARSE, "without_coin")(text)))
    scaled = macro(PARSE, "in_unit")(macro(PARSE, "without_coin")(text), UNITS[mapped.unit])
    yuan = macro(PARSE, "names_yuan")(written)
    return f"case when {yuan} then 'not in this unit: ' || {written} else {scaled} end"


def is_scaled_beside(source: SourceFile, column: str) -> bool:
    """Whether a column holds amounts of a unit that is read beside plain amounts."""
    mapped = source.columns.get(column)
    return mapped is not None and mapped.unit in _BESIDE and mapped.unit != "元"
