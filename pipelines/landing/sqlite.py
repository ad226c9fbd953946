"""A table of a SQLite database to landed Parquet: each value as its text, a row's line its number.

Belongs here: opening a database without changing it, choosing its table, its values. Does not
belong here: what a value means. Views and virtual tables are left alone: reading one runs what
somebody wrote into the file.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from urllib.parse import quote

import duckdb

from pipelines.errors import UserError
from pipelines.landing.detect import find_header, unique
from pipelines.landing.file.guard import one_line, require_columns
from pipelines.landing.parquet import Landed
from pipelines.landing.rows import LeftOut, write_numbered
from pipelines.landing.workbook import cell_text
from pipelines.warehouse.quoting import identifier

_TABLES = (
    "select name from sqlite_master where type = 'table' and name not like 'sqlite^_%' escape '^' "
    "and sql not like 'create virtual%' order by name"
)
_UNWRITTEN = ("-wal", "-journal")
_NO_TEXT = "\ufffd"


def land_sqlite(
    con: duckdb.DuckDBPyConnection, path: Path, table: str | None, known: set[str], target: Path
) -> Landed:
    """Land one table of a database.

    Args:
        table: its name; `None` for the one in which most known column names stand.
        known: header names of the source that reads it.
        target: the Parquet file to write.

    Raises:
        UserError: the file is no database or damaged, has no such table, several tables fit as
            well, or a program holds changes that are not yet in the file.
    """
    with closing(_opened(path)) as database:
        try:
            name = _chosen(database, table, known)
            columns = _columns(database, name)
            names = unique(columns)
            require_columns(names)
            replaced: list[int] = []
            rows = _rows(database, name, len(names), replaced)
            count = write_numbered(
                con, rows, names, target.with_suffix(".spool"), target, LeftOut()
            )
        except sqlite3.Error as error:
            raise _unreadable(error) from None
    notes = {}
    if replaced:
        notes["undecodable"] = {"characters": len(replaced), "first_line": replaced[0]}
    return Landed(target, names, count, None, notes)


def tables_of(path: Path) -> tuple[str, ...]:
    """The names of a database's tables, in order.

    Raises:
        UserError: the file is no database, or is damaged.
    """
    with closing(_opened(path)) as database:
        return _tables(database)


def _opened(path: Path) -> sqlite3.Connection:
    for ending in _UNWRITTEN:
        beside = path.with_name(path.name + ending)
        if beside.exists() and beside.stat().st_size:
            raise UserError(
                f"has changes that are still beside it ({beside.name}); close the program that "
                "writes the database, or copy it with: sqlite3 FILE '.backup COPY.db'",
                1,
            )
    try:
        database = sqlite3.connect(
            f"file:{quote(str(path.absolute()))}?mode=ro&immutable=1",
            uri=True,
        )
        database.execute("pragma trusted_schema = off")
        database.execute("pragma cell_size_check = on")
    except sqlite3.Error as error:
        raise _unreadable(error) from None
    database.text_factory = lambda data: data.decode("utf-8", errors="replace")
    return database


def _unreadable(error: sqlite3.Error) -> UserError:
    return UserError(f"cannot be read as a SQLite database ({one_line(error)})", 1)


def _tables(database: sqlite3.Connection) -> tuple[str, ...]:
    try:
        return tuple(str(name) for (name,) in database.execute(_TABLES))
    except sqlite3.Error as error:
        raise _unreadable(error) from None


def _chosen(database: sqlite3.Connection, table: str | None, known: set[str]) -> str:
    names = _tables(database)
    listed = one_line(", ".join(names)) or "none"
    if table is not None:
        found = [name for name in names if name.lower() == table.lower()]
        if not found:
            raise UserError(f"has no table {table!r}; its tables are {listed}", 1)
        return found[0]
    fits: dict[str, int] = {}
    for name in names:
        header = find_header([_columns(database, name)], known)
        if header is not None:
            fits[name] = header.known
    if not fits:
        raise UserError(f"has no table with known column names; its tables are {listed}", 1)
    best = [name for name, known_names in fits.items() if known_names == max(fits.values())]
    if len(best) > 1:
        raise UserError(
            f"has several tables that fit as well ({one_line(', '.join(best))}); name one of them "
            "with `sheet:` in the source file",
            1,
        )
    return best[0]


def _columns(database: sqlite3.Connection, name: str) -> list[str]:
    return [str(row[1]) for row in database.execute(f"pragma table_info({identifier(name)})")]


def _rows(
    database: sqlite3.Connection, name: str, width: int, replaced: list[int]
) -> Iterator[tuple[int, list[str]]]:
    """Rows with their numbers; `replaced` is given those with signs that are no text."""
    for number, row in enumerate(database.execute(f"select * from {identifier(name)}"), 1):
        texts = [_text(value) for value in row[:width]]
        if any(_NO_TEXT in text for text in texts):
            replaced.append(number)
        yield number, texts


def _text(value: object) -> str:
    if isinstance(value, bytes):
        try:
            return value.decode("utf-8")
        except UnicodeDecodeError:
            return value.hex()
    return cell_text(value)
