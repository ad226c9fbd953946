"""Rows as types: a class for each table that Python fills, whose fields are the table's columns.

Belongs here: the engine's type of a field, `create table` from a class, putting rows in, and
keeping them in order. Does not belong here: which tables there are (each room declares its own) or
tables made by SQL.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from decimal import Decimal
from functools import cache
from typing import Annotated, Any, get_args, get_type_hints

import duckdb

Text = Annotated[str, "varchar"]
Whole = Annotated[int, "integer"]
Long = Annotated[int, "bigint"]
Flag = Annotated[bool, "boolean"]
Day = Annotated[dt.date, "date"]
Moment = Annotated[dt.datetime, "timestamp"]
Amount = Annotated[Decimal, "decimal(18, 4)"]
Share = Annotated[Decimal, "decimal(9, 4)"]  # percent, and scores of a hundred

_AT_ONCE = 40  # a statement for each row takes ten times as long

Row = tuple[Any, ...]  # a NamedTuple whose fields are annotated with the types above


@contextmanager
def in_order(con: duckdb.DuckDBPyConnection) -> Iterator[None]:
    """Rows keep the order in which they are read or sorted, in files too."""
    found = con.execute("select current_setting('preserve_insertion_order')").fetchone()
    con.execute("set preserve_insertion_order = true")
    try:
        yield
    finally:
        if found is not None and not found[0]:
            con.execute("set preserve_insertion_order = false")


@cache
def columns(row: type[Row]) -> dict[str, str]:
    """The columns of a row's class and their types, in order."""
    hints = get_type_hints(row, include_extras=True)
    return {name: _kind(hint) for name, hint in hints.items()}


def _kind(hint: Any) -> str:
    """The engine's type behind an annotation, with or without `| None`."""
    for part in (hint, *get_args(hint)):
        for note in getattr(part, "__metadata__", ()):
            if isinstance(note, str):
                return note
    raise TypeError(f"{hint} says no type of the engine")


def declared(row: type[Row]) -> str:
    """Names and types as in `create table`."""
    return ", ".join(f"{name} {kind}" for name, kind in columns(row).items())


def insert(con: duckdb.DuckDBPyConnection, table: str, rows: Sequence[Row]) -> None:
    """Put rows of one class into a table that was declared from it; many of them at a time."""
    for first in range(0, len(rows), _AT_ONCE):
        some = rows[first : first + _AT_ONCE]
        marks = f"({', '.join('?' for _ in some[0])})"
        con.execute(
            f"insert into {table} values {', '.join([marks] * len(some))}",
            [value for row in some for value in row],
        )
