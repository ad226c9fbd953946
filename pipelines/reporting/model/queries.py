"""Rows for pages: the queries beside this module, and the tables they read.

Belongs here: running a query file with its parameters. Does not belong here: what a page makes of
the rows. One query serves all readers of a section; the rows are split by reader afterwards.
"""

from __future__ import annotations

import itertools
import re
from collections import namedtuple
from collections.abc import Callable, Iterable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

import duckdb

from pipelines.warehouse.quoting import literal
from pipelines.warehouse.rows import in_order

_ROOMS = Path(__file__).parents[1]
_AT_ONCE = 4096
_MANY = 1000
_PARAMETER = re.compile(r"\$([a-z_]+)")

Record = Any
"""A row with its columns as attributes; their types are those of the query's columns."""


@cache
def query_files() -> dict[str, Path]:
    """Every query of the pages by its name, wherever its room is.

    Raises:
        ValueError: two rooms have a query of one name.
    """
    found: dict[str, Path] = {}
    for path in sorted(_ROOMS.glob("*/queries/*.sql")):
        if path.stem in found:
            raise ValueError(f"{path} and {found[path.stem]}: two queries of one name")
        found[path.stem] = path
    return found


@cache
def query_text(name: str) -> str:
    """The SQL of the query `<room>/queries/<name>.sql`; a name stands in one room only."""
    return query_files()[name].read_text(encoding="utf-8")


def fetch(con: duckdb.DuckDBPyConnection, name: str, **params: object) -> list[Record]:
    """All rows of a query; parameters the query does not mention are left out."""
    cursor = con.execute(query_text(name), _mentioned(name, params))
    record, shared = _record(cursor), _Shared(cursor)
    found: list[Record] = []
    while rows := cursor.fetchmany(_AT_ONCE):
        found += itertools.starmap(record, map(shared.row, rows))
    return found


def stream(con: duckdb.DuckDBPyConnection, name: str, **params: object) -> Iterator[Record]:
    """The rows of a query as they come, some thousand in memory at a time."""
    cursor = con.cursor().execute(query_text(name), _mentioned(name, params))
    record = _record(cursor)
    while rows := cursor.fetchmany(_AT_ONCE):
        yield from itertools.starmap(record, rows)


def copy(con: duckdb.DuckDBPyConnection, name: str, target: Path, **params: object) -> None:
    """Write all rows of a query as Parquet, in their order; amounts stay exact."""
    with in_order(con):
        con.execute(
            f"copy ({query_text(name)}) to {literal(str(target))} (format parquet)",
            _mentioned(name, params),
        )


class _Shared:
    """One object for a text that a column repeats: names and words are most of what rows weigh."""

    def __init__(self, cursor: duckdb.DuckDBPyConnection) -> None:
        self._known: list[dict[str, str] | None] = [
            {} if str(column[1]) == "VARCHAR" else None for column in cursor.description or ()
        ]

    def row(self, row: tuple[Any, ...]) -> tuple[Any, ...]:
        made = list(row)
        for place, known in enumerate(self._known):
            if known is not None and row[place] is not None:
                made[place] = known.setdefault(row[place], row[place])
                if len(known) > _MANY:  # numbers of documents: nothing to share
                    known.clear()
        return tuple(made)


def _mentioned(name: str, params: dict[str, object]) -> dict[str, object]:
    return {key: params[key] for key in sorted(set(_PARAMETER.findall(query_text(name))))}


def _record(cursor: duckdb.DuckDBPyConnection) -> Callable[..., Record]:
    return namedtuple("Record", [column[0] for column in cursor.description or ()])


def tables_of(names: Iterable[str]) -> tuple[str, ...]:
    """The warehouse tables that the named queries read, in alphabetical order."""
    from pipelines.warehouse.model import tables_read

    return tuple(sorted({table for name in names for table in tables_read(query_text(name))}))
