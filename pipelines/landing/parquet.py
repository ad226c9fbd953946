"""The landed form: one Parquet file per export and sheet, all text, with the line of each row."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import duckdb

LINE_COLUMN = "_line"
RAGGED_COLUMN = "_ragged"


@dataclass(frozen=True)
class Landed:
    """A landed file.

    `first_line` is the line of the first row when lines follow positions; `None` when the file
    carries a `_line` column.
    """

    parquet: Path
    names: tuple[str, ...]
    rows: int
    first_line: int | None


@contextmanager
def in_order(con: duckdb.DuckDBPyConnection) -> Iterator[None]:
    """Keep rows in the order they are read: a row's line follows from its position."""
    found = con.execute("select current_setting('preserve_insertion_order')").fetchone()
    con.execute("set preserve_insertion_order = true")
    try:
        yield
    finally:
        if found is not None and not found[0]:
            con.execute("set preserve_insertion_order = false")


def literal(text: str) -> str:
    """A SQL string literal."""
    return "'" + text.replace("'", "''") + "'"


def identifier(name: str) -> str:
    """A quoted SQL identifier."""
    return '"' + name.replace('"', '""') + '"'
