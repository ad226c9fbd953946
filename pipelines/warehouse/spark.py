"""The warehouse's SQL in Spark's words.

Belongs here: what the two engines say differently. Does not belong here: running it; models stay
DuckDB SQL, and `tests/spark` shows that Spark gives the same rows for them.
"""

from __future__ import annotations

import sqlglot
from sqlglot import exp

_HUGE = exp.DataType.build("decimal(38, 0)")


def spark_sql(sql: str) -> str:
    """One DuckDB query as Spark SQL.

    Raises:
        sqlglot.UnsupportedError: it uses what Spark does not have.
    """
    tree = sqlglot.parse_one(sql, dialect="duckdb").transform(_in_spark)
    return str(tree.sql(dialect="spark", unsupported_level=sqlglot.ErrorLevel.RAISE))


def _in_spark(node: exp.Expr) -> exp.Expr:
    """What the transpiler leaves as it is, though Spark has another word for it."""
    if isinstance(node, exp.DataType) and node.this == exp.DType.INT128:
        return _HUGE.copy()  # Spark has no integer of 128 bits
    if isinstance(node, exp.PercentileCont):
        # interpolates the same way; `percentile_cont` wants its values within a group
        return exp.Anonymous(this="percentile", expressions=[node.this, node.expression])
    return node
