"""Rows for pages: the queries beside this module, and the tables they read.

Belongs here: running a query file with its parameters. Does not belong here: what a page makes of
the rows. One query serves all readers of a section; the rows are split by reader afterwards.
"""

from __future__ import annotations

import re
from collections import namedtuple
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Any

import duckdb

_QUERIES = Path(__file__).parent / "queries"
_PARAMETER = re.compile(r"\$([a-z_]+)")

Record = Any
"""A row with its columns as attributes; their types are those of the query's columns."""


@cache
def query_text(name: str) -> str:
    """The SQL of `queries/<name>.sql`."""
    return (_QUERIES / f"{name}.sql").read_text(encoding="utf-8")


def fetch(con: duckdb.DuckDBPyConnection, name: str, **params: object) -> list[Record]:
    """All rows of a query; parameters the query does not mention are left out."""
    text = query_text(name)
    mentioned = set(_PARAMETER.findall(text))
    cursor = con.execute(text, {key: params[key] for key in sorted(mentioned)})
    names = [column[0] for column in cursor.description or ()]
    record = namedtuple("Record", names)  # type: ignore[misc]
    return [record(*row) for row in cursor.fetchall()]


def tables_of(names: Iterable[str]) -> tuple[str, ...]:
    """The warehouse tables that the named queries read, in alphabetical order."""
    from pipelines.warehouse.models import tables_read

    return tuple(sorted({table for name in names for table in tables_read(query_text(name))}))
