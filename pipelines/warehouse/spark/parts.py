"""A query in parts: what it names and reads several times is computed once.

Belongs here: which of a query's named parts (its `with`) are worth writing down. Does not belong
here: running them (`engine.py`).

DuckDB computes a named part once. Spark puts its text wherever it is mentioned, so that parts of
parts multiply: the settlement of open items would read its tables two thousand times, and planning
alone takes longer than a run may.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple

import sqlglot
from sqlglot import exp

from pipelines.warehouse.model import SCHEMAS

PARTS = "part"
"""The schema by which a query names what was written down for it."""

_WORTH = 12  # tables that Spark would read once more than it has to


class Part(NamedTuple):
    """A named part of a query, or the query itself, whose name is empty.

    `whole` is DuckDB's SQL for its rows with nothing written down, from which its types are known;
    `sql` reads the parts before it as tables of the schema `part`.
    """

    name: str
    whole: str
    sql: str


def parts_of(sql: str, prefix: str, weight_of: Callable[[str], int]) -> list[Part]:
    """A query as the parts to be written down, each after those it reads, and itself at the end.

    Args:
        prefix: begins the parts' names, so that those of two queries differ.
        weight_of: how many tables Spark reads for a table of the warehouse: more than one for a
            view.
    """
    tree = sqlglot.parse_one(sql, dialect="duckdb")
    named = _named(tree)
    uses = Counter(name for name in _mentions(tree) if name in named)
    weights: dict[str, int] = {}
    written: list[str] = []
    for name, query in named.items():  # each after those it reads
        weight = _weight(query, weights, weight_of)
        if (uses[name] - 1) * weight >= _WORTH and not _has_recursion(tree):
            written.append(name)
            weight = 1
        weights[name] = weight
    parts = [
        Part(
            f"{prefix}__{name}",
            _select(named, name, (), prefix),
            _select(named, name, written, prefix),
        )
        for name in written
    ]
    return [*parts, Part("", sql, _with(_body(tree), named, written, prefix) if written else sql)]


def weight(sql: str, weight_of: Callable[[str], int]) -> int:
    """How many tables Spark reads for a query."""
    tree = sqlglot.parse_one(sql, dialect="duckdb")
    weights: dict[str, int] = {}
    for name, query in _named(tree).items():
        weights[name] = _weight(query, weights, weight_of)
    return _weight(_body(tree), weights, weight_of)


def _named(tree: exp.Expr) -> dict[str, exp.Expr]:
    with_ = tree.args.get("with_")
    return {cte.alias: cte.this for cte in with_.expressions} if with_ else {}


def _has_recursion(tree: exp.Expr) -> bool:
    with_ = tree.args.get("with_")
    return bool(with_ and with_.recursive)


def _body(tree: exp.Expr) -> exp.Expr:
    body = tree.copy()
    body.set("with_", None)
    return body


def _mentions(tree: exp.Expr) -> Iterator[str]:
    return (table.name for table in tree.find_all(exp.Table) if not table.db)


def _weight(query: exp.Expr, weights: dict[str, int], weight_of: Callable[[str], int]) -> int:
    found = 0
    for table in query.find_all(exp.Table):
        if table.db in SCHEMAS:
            found += weight_of(f"{table.db}.{table.name}")
        elif not table.db:
            found += weights.get(table.name, 0)
    return found


def _select(named: dict[str, exp.Expr], name: str, written: Iterable[str], prefix: str) -> str:
    """The query for one named part: those it reads stand before it, or are read as tables."""
    names = list(named)
    before = names[: names.index(name)]
    return _with(named[name], {other: named[other] for other in before}, written, prefix)


def _with(body: exp.Expr, named: dict[str, exp.Expr], written: Iterable[str], prefix: str) -> str:
    """A query with the named parts it needs; those written down are read as tables."""
    needed = _needed(body, named, set(written))
    found = body.copy()
    ctes = {name: named[name].copy() for name in named if name in needed}
    for query in (found, *ctes.values()):
        for table in list(query.find_all(exp.Table)):
            if not table.db and table.name in set(written) & named.keys():
                alias = table.alias or table.name
                table.set("db", exp.to_identifier(PARTS))
                table.set("this", exp.to_identifier(f"{prefix}__{table.name}"))
                table.set("alias", exp.TableAlias(this=exp.to_identifier(alias)))
    if ctes:
        own = found.args.get("with_")
        expressions = [
            exp.CTE(this=query, alias=exp.TableAlias(this=exp.to_identifier(name)))
            for name, query in ctes.items()
        ]
        expressions += own.expressions if own else []
        found.set("with_", exp.With(expressions=expressions))
    return str(found.sql(dialect="duckdb"))


def _needed(body: exp.Expr, named: dict[str, exp.Expr], written: set[str]) -> set[str]:
    needed: set[str] = set()
    pending = [name for name in _mentions(body) if name in named]
    while pending:
        name = pending.pop()
        if name not in needed | written:
            needed.add(name)
            pending += [other for other in _mentions(named[name]) if other in named]
    return needed
