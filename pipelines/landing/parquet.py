"""The landed form: one Parquet file per export and sheet, all text, with the line of each row."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import duckdb

from pipelines.errors import UserError

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


def land_parquet(con: duckdb.DuckDBPyConnection, path: Path, target: Path) -> Landed:
    """Land a Parquet export: typed columns as the text of their values; a row's line is its number.

    Raises:
        UserError: the file is no Parquet file.
    """
    source = f"read_parquet({literal(str(path))})"
    try:
        names = [str(row[0]) for row in con.execute(f"describe from {source}").fetchall()]
        texts = ", ".join(f"cast({identifier(n)} as varchar) as {identifier(n)}" for n in names)
        done = con.execute(
            f"copy (select {texts} from {source}) "
            f"to {literal(str(target))} (format parquet, compression snappy)"
        ).fetchone()
    except (duckdb.InvalidInputException, duckdb.IOException) as error:
        first = str(error).splitlines()[0]
        raise UserError(f"cannot be read as Parquet ({first})", 1) from None
    return Landed(target, tuple(names), int(done[0]) if done else 0, 1)
