"""The warehouse's SQL in Spark's words.

Belongs here: what the two engines say differently. Does not belong here: running it; models stay
DuckDB SQL, and `tests/spark` shows that Spark gives the same rows for them.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

import sqlglot
from sqlglot import exp

from pipelines.warehouse.model import SCHEMAS
from pipelines.warehouse.spark.parts import PARTS

_HUGE = exp.DataType.build("decimal(38, 0)")
_TYPES = {
    "VARCHAR": "string",
    "BIGINT": "bigint",
    "INTEGER": "int",
    "SMALLINT": "smallint",
    "BOOLEAN": "boolean",
    "DOUBLE": "double",
    "DATE": "date",
    "TIMESTAMP": "timestamp_ntz",
    "HUGEINT": "decimal(38, 0)",  # of a part of a query; no table keeps one
}
_DECIMAL = re.compile(r"DECIMAL\(\d+,\s?\d+\)")


def spark_sql(sql: str) -> str:
    """One DuckDB query as Spark SQL.

    Raises:
        sqlglot.UnsupportedError: it uses what Spark does not have.
    """
    return _printed(_parsed(sql))


def query_over_views(sql: str, types: Mapping[str, str]) -> str:
    """One DuckDB query as Spark SQL over views named by `view_of`, its columns of DuckDB's types.

    Args:
        types: DuckDB's type of each column, in order.

    Raises:
        sqlglot.UnsupportedError: it uses what Spark does not have.
    """
    tree = _parsed(sql)
    for table in list(tree.find_all(exp.Table)):
        if table.db in (*SCHEMAS, PARTS):
            alias = table.alias or table.name
            view = exp.to_identifier(view_of(f"{table.db}.{table.name}"), quoted=True)
            table.set("this", view)
            table.set("db", None)
            table.set("alias", exp.TableAlias(this=exp.to_identifier(alias)))
    columns = ", ".join(
        f"cast(q.{quoted(name)} as {spark_type(kind)}) as {quoted(name)}"
        for name, kind in types.items()
    )
    return f"select {columns} from ({_printed(tree)}) as q"


def view_of(table: str) -> str:
    """The name of a table in a session of Spark: a temporary view has no schema."""
    return table.replace(".", "__")


def view_over_files(table: str, types: Mapping[str, str], folder: Path) -> str:
    """The statement by which a session of Spark knows a table whose rows lie in a folder."""
    columns = ", ".join(f"{quoted(name)} {spark_type(kind)}" for name, kind in types.items())
    return (
        f"create or replace temporary view {quoted(view_of(table))} ({columns}) "
        f"using parquet options (path {text(str(folder))})"
    )


def spark_type(kind: str) -> str:
    """Spark's type for one of DuckDB's.

    Raises:
        ValueError: no column of a model has such a type; a mistake of ours.
    """
    if _DECIMAL.fullmatch(kind):
        return kind.lower()
    if kind not in _TYPES:
        raise ValueError(f"a column of type {kind} has no equal on Spark")
    return _TYPES[kind]


def quoted(name: str) -> str:
    return "`" + name.replace("`", "``") + "`"


def text(value: str) -> str:
    """A text as Spark reads it: with backslashes that escape."""
    return "'" + value.replace("\\", "\\\\").replace("'", "\\'") + "'"


def _parsed(sql: str) -> exp.Expr:
    return sqlglot.parse_one(sql, dialect="duckdb").transform(_in_spark)


def _printed(tree: exp.Expr) -> str:
    return str(tree.sql(dialect="spark", unsupported_level=sqlglot.ErrorLevel.RAISE))


def _in_spark(node: exp.Expr) -> exp.Expr:
    """What the transpiler leaves as it is, though Spark has another word for it."""
    if isinstance(node, exp.DataType) and node.this == exp.DType.INT128:
        return _HUGE.copy()  # Spark has no integer of 128 bits
    if isinstance(node, exp.PercentileCont):
        # interpolates the same way; `percentile_cont` wants its values within a group
        return exp.Anonymous(this="percentile", expressions=[node.this, node.expression])
    return node
