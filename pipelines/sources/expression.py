"""Expressions of a source file: scalar SQL over the fields of one row, headers in braces.

Belongs here: what may stand in one and the SQL made of it. Does not belong here: where a field
comes from (`mapping.py`).
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

import duckdb
import sqlglot
from sqlglot import exp

from pipelines.sources.sourcemodel import BRACES
from pipelines.warehouse.quoting import identifier
from pipelines.warehouse.scalars import misused

# Their texts are read and written in the time zone of the machine.
_ZONED = ("TIMESTAMPTZ", "TIMESTAMPLTZ", "TIMETZ")
_QUERY = (exp.Query, exp.Subquery, exp.Exists, exp.Table)
_REFUSED = (*_QUERY, exp.AggFunc, exp.Window, exp.Star, exp.Lambda, exp.Parameter, exp.Placeholder)


def fault(expression: str) -> str | None:
    """What is wrong with an expression, as a sentence; `None` when it may be used."""
    if not BRACES.search(expression):
        return (
            "it reads no header; write headers in braces, such as {Amount}, "
            "or put a fixed value below constants."
        )
    try:
        tree = sqlglot.parse_one(_marked(expression), dialect="duckdb")
    except sqlglot.errors.SqlglotError:
        return f"{expression!r} is not an SQL expression."
    if tree.find(*_QUERY):
        return "a query cannot stand in an expression: it is about one row of the export."
    return misused(_marked(expression), tree) or _unfit(expression, tree) or _unbound(expression)


def _unfit(expression: str, tree: exp.Expression) -> str | None:
    for node in tree.walk():
        if isinstance(node, _REFUSED) or type(node).__name__.startswith(("Current", "Local")):
            return f"{node.sql(dialect='duckdb')!r} cannot stand in an expression."
        if isinstance(node, exp.DataType) and node.this.name in _ZONED:
            return "a moment with a zone is read by itself; write timestamp, or state time_zone."
        if isinstance(node, exp.Column) and not BRACES.fullmatch(node.name):
            return f"{node.name!r} is no header in braces; write {{{node.name}}}."
    columns = sum(1 for _ in tree.find_all(exp.Column))
    if columns != len(BRACES.findall(expression)):
        return "a header in braces cannot stand inside quotes; join texts with ||."
    return None


def _unbound(expression: str) -> str | None:
    try:
        _result_type(expression)
    except duckdb.Error as error:
        return f"{str(error).splitlines()[0].rstrip('.')}."
    return None


def result_is_text(expression: str) -> bool:
    """Whether a value comes out as text, in the export's own style, or computed and plain."""
    return _result_type(expression) == "VARCHAR"


def expression_sql(expression: str, field: Callable[[str], str]) -> str:
    """The SQL of an expression's value as text, over the SQL of its fields.

    Args:
        field: SQL text of what stands in a pair of braces.

    What cannot be computed becomes a text that no number and no date reads as, so that its row
    goes to quarantine with the fields it was computed from.
    """
    value = _sql(expression, field)
    fields = dict.fromkeys(field(found) for found in BRACES.findall(expression))
    read = ", ".join(fields)
    return (
        f"nullif(coalesce(try([cast(({value}) as varchar)]), "
        f"['not computed from ' || concat_ws(' | ', {read})])[1], '')"
    )


def _sql(expression: str, field: Callable[[str], str]) -> str:
    tree = sqlglot.parse_one(_marked(expression), dialect="duckdb")
    sql: str = tree.sql(dialect="duckdb", comments=False)
    for found in dict.fromkeys(BRACES.findall(expression)):
        sql = sql.replace(identifier(f"{{{found}}}"), field(found))
    return sql


def _marked(expression: str) -> str:
    """The expression with its headers as quoted names, braces and all."""
    return BRACES.sub(lambda found: identifier(found.group(0)), expression)


@cache
def _checker() -> duckdb.DuckDBPyConnection:
    return duckdb.connect(
        config={"autoinstall_known_extensions": False, "enable_external_access": False}
    )


@cache
def _result_type(expression: str) -> str:
    sql = _sql(expression, lambda _: "field")
    described = _checker().execute(
        f"describe select {sql} as value from (select null::varchar as field)"
    )
    row = described.fetchone()
    return str(row[1]) if row else "VARCHAR"
