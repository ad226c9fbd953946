"""The engine seam, DuckDB side: tables from SQL, built only when something they read changed.

Belongs here: connections, replacing a table, remembering what a table was built from. Does not
belong here: what the SQL says (`sql/`).
"""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import duckdb

from pipelines.errors import OutOfMemoryError, UserError
from pipelines.warehouse.memory import AUTO, limit_for, part_of
from pipelines.warehouse.model import SCHEMAS, Model
from pipelines.warehouse.quoting import identifier, literal

# Raise it when tables that a run appends to change their form. An older warehouse is made anew from
# what is kept beside it; a newer one is not touched.
LAYOUT: int = 1
_LAYOUT = "layout"
RUN = "run"
"""Among what is noted: the mark of the run whose results the warehouse holds."""
OVER_FILES = "contains(sql, 'read_parquet(')"
"""Of DuckDB's views, those that are tables whose rows an engine wrote to files."""
_SMALL_WAREHOUSE = 256 * 1024**2
_SMALL_EXPORTS = 32 * 1024**2
"""Bytes below which one thread does it: two take 1.2 to 1.6 times its processor time."""
_MAY_DOUBLE = 32 * 1024**2
"""Bytes of a database below which nothing is saved by using again what was replaced."""
_BESIDE_VALUES = 0.5
"""What the engine may take of its limit while percentiles keep their values beside it."""
BESIDE_PAGES = 0.7
"""And while pages are made, which Python keeps."""
_T = TypeVar("_T")


@dataclass(frozen=True)
class Built:
    """What building a table did: `changed` is false when nothing it reads had changed.

    `engine` made the rows, now or earlier; `page` is where the engine shows its work, if anywhere.
    """

    name: str
    rows: int
    seconds: float
    changed: bool
    engine: str = "duckdb"
    page: str | None = None


def fingerprint(*parts: object) -> str:
    """A stable hash of texts, numbers and nested lists."""
    text = json.dumps(parts, sort_keys=True, ensure_ascii=False, default=str)
    return hashlib.sha256(text.encode()).hexdigest()


class Memory:
    """What the open database is known to hold, shared by all its cursors."""

    def __init__(self, limit: str | None = None) -> None:
        self.limit = limit
        self.is_short = False
        """Whether something is done once more because memory ran out."""
        self.built: dict[str, tuple[str, int]] | None = None
        self.views: set[str] | None = None

    def forget(self) -> None:
        """What was read may have been rolled back."""
        self.built = self.views = None


class Warehouse:
    """One open DuckDB database with attain's schemas."""

    def __init__(
        self,
        con: duckdb.DuckDBPyConnection,
        path: Path,
        memory: Memory | None = None,
        is_read_only: bool = False,
    ) -> None:
        self.con = con
        self.is_read_only = is_read_only
        self.path = path
        self._memory = memory if memory is not None else Memory()

    def prepare(self) -> None:
        """Create schemas and the memory of what was built."""
        for schema in SCHEMAS:
            self.con.execute(f"create schema if not exists {schema}")
        self.con.execute(
            "create table if not exists meta.built "
            "(name varchar primary key, fingerprint varchar not null, row_count bigint not null)"
        )

    def beside(self) -> Warehouse:
        """The same database for another thread."""
        return Warehouse(self.con.cursor(), self.path, self._memory)

    def state(self, name: str) -> str | None:
        """The fingerprint a table was built from; `None` when it was never built."""
        found = self._built().get(name)
        return found[0] if found else None

    def row_count(self, name: str) -> int:
        found = self._built().get(name)
        return found[1] if found else 0

    def _built(self) -> dict[str, tuple[str, int]]:
        """What each table was built from, read once: nobody else writes while this one is open."""
        if self._memory.built is None:
            rows = self.con.execute(
                "select name, fingerprint, row_count from meta.built"
            ).fetchall()
            self._memory.built = {name: (mark, count) for name, mark, count in rows}
        return self._memory.built

    def build(self, model: Model, extra: Sequence[object] = ()) -> Built:
        """Build a model's table unless it is current; the old table stays until the new is whole.

        Args:
            extra: what the table depends on besides its SQL and the tables it reads.
        """
        started = time.perf_counter()
        mark = self.mark_of(model, extra)
        if self.state(model.name) == mark:
            return Built(model.name, self.row_count(model.name), 0.0, False)
        with self.leaving_room(_BESIDE_VALUES) if model.keeps_values else nullcontext():
            rows = self.replace(model.name, model.sql, mark, model.is_view)
        return Built(model.name, rows, time.perf_counter() - started, True)

    @contextmanager
    def leaving_room(self, share: float) -> Iterator[None]:
        """The engine takes this share of its limit, because much is kept beside it meanwhile.

        What is done once more because memory ran out has all of it again.
        """
        limit = self._memory.limit
        if limit is None or self._memory.is_short:
            yield
            return
        with suppress(duckdb.OutOfMemoryException):  # something else holds more than that now
            self.con.execute(f"set memory_limit = '{part_of(limit, share)}'")
        try:
            yield
        finally:
            self.con.execute(f"set memory_limit = '{limit}'")

    def mark_of(self, model: Model, extra: Sequence[object] = ()) -> str:
        """The fingerprint that a model's table has when it is current."""
        inputs = [self.state(name) or "absent" for name in model.inputs]
        return fingerprint(model.text_hash, inputs, list(extra))

    def ready(self) -> None:
        """It is open, so it can compute."""

    def replace(self, name: str, sql: str, mark: str, is_view: bool = False) -> int:
        """Replace a table by the rows of a query and remember what it was built from."""
        with self.transaction():
            return self.put(name, sql, mark, is_view)

    def put(self, name: str, sql: str, mark: str, is_view: bool = False) -> int:
        """The same within a transaction that is open."""
        kind, other = ("view", "table") if is_view else ("table", "view")
        if (name in self._views() and not is_view) or (is_view and self._is_table(name)):
            self.con.execute(f"drop {other} {name}")  # a model may become the other
        found = self.con.execute(f"create or replace {kind} {name} as {sql}").fetchone()
        rows = int(found[0]) if found else 0
        self.note(name, mark, rows)
        (self._views().add if is_view else self._views().discard)(name)
        return rows

    def _views(self) -> set[str]:
        if self._memory.views is None:
            rows = self.con.execute(
                "select schema_name || '.' || view_name from duckdb_views() "
                "where not internal and database_name = current_database()"
            ).fetchall()
            self._memory.views = {name for (name,) in rows}
        return self._memory.views

    def views_over_files(self) -> list[str]:
        """Tables whose rows lie in files, which an engine wrote."""
        rows = self.con.execute(
            "select schema_name || '.' || view_name from duckdb_views() "
            "where not internal and database_name = current_database() "
            f"and {OVER_FILES} order by all"
        ).fetchall()
        return [name for (name,) in rows]

    def _is_table(self, name: str) -> bool:
        return name not in self._views() and self.exists(name)

    def remember(self, name: str, mark: str) -> int:
        """Note what a table was built from; the number of its rows."""
        rows = int(self.scalar(f"select count(*) from {name}"))
        self.note(name, mark, rows)
        return rows

    def note(self, name: str, mark: str, rows: int = 0) -> None:
        """Note what something was made from; `on conflict` would take seven times as long."""
        if name in self._built():
            self.con.execute(
                "update meta.built set fingerprint = ?, row_count = ? where name = ?",
                [mark, rows, name],
            )
        else:
            self.con.execute("insert into meta.built values (?, ?, ?)", [name, mark, rows])
        self._built()[name] = (mark, rows)

    def unnote(self, *names: str) -> None:
        """What was noted holds no longer: these are made anew."""
        self.con.execute("delete from meta.built where name in (select unnest(?))", [list(names)])
        for name in names:
            self._built().pop(name, None)

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All or nothing: an exception or a kill leaves what was there before."""
        self.con.execute("begin")
        try:
            yield
        except BaseException:
            self.con.execute("rollback")
            self._memory.forget()
            raise
        self.con.execute("commit")

    def in_less_memory(
        self, work: Callable[[], _T], others_done: Callable[[], None] = lambda: None
    ) -> _T:
        """Do it; where memory runs out, once more in one thread, which needs the least.

        Args:
            work: may be done again after it failed anywhere.
            others_done: waits for whatever else uses the database, before the second time.

        Raises:
            OutOfMemoryError: one thread needs more as well; the sentence says what to set.
        """
        try:
            return work()
        except duckdb.OutOfMemoryException:
            others_done()
            threads = int(self.scalar("select current_setting('threads')"))
            self.con.execute("set threads = 1")
            if self._memory.limit is not None:
                self.con.execute(f"set memory_limit = '{self._memory.limit}'")
            self._memory.is_short = True
        try:
            return work()
        except duckdb.OutOfMemoryException:
            limit = self.scalar("select current_setting('memory_limit')")
            raise OutOfMemoryError(
                f"it needs more memory than the {limit} it may take. Set memory_limit in "
                "attain.yaml to more (auto is half of the machine), or run it where there is more.",
                1,
            ) from None
        finally:
            self._memory.is_short = False
            self.con.execute(f"set threads = {threads}")

    def free_replaced(self, database: str = "", file: Path | None = None) -> None:
        """Let the next tables take the place of those that were replaced, or the file would double.

        A small one may. While another thread writes it cannot be done; then the next call does it.

        Args:
            database: an attached one, and its file; none given means this one.
        """
        if not _holds(file or self.path, _MAY_DOUBLE):
            return
        with suppress(duckdb.TransactionException):
            self.con.execute(f"checkpoint {database}")

    @contextmanager
    def filtering_last(self) -> Iterator[None]:
        """Filters stay where the SQL has them.

        DuckDB moves a filter on a computed column below the computation, and then computes it anew
        for each mention: a third of the time where a text is parsed and then judged.
        """
        self.con.execute("set disabled_optimizers = 'filter_pushdown'")
        try:
            yield
        finally:
            self.con.execute("reset disabled_optimizers")

    def scalar(self, sql: str, values: Sequence[Any] = ()) -> Any:
        found = self.con.execute(sql, list(values)).fetchone()
        return found[0] if found else None

    def rows(
        self, sql: str, values: Sequence[Any] | Mapping[str, Any] = ()
    ) -> list[dict[str, Any]]:
        """All rows of a query as dictionaries; for results a page or a command shows."""
        cursor = self.con.execute(
            sql, dict(values) if isinstance(values, Mapping) else list(values)
        )
        names = [column[0] for column in cursor.description or ()]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]

    def types(self, relation: str) -> dict[str, str]:
        """Columns and their types of a table or a query, in order, without its rows."""
        return {row[0]: row[1] for row in self.con.execute(f"describe {relation}").fetchall()}

    def columns(self, name: str) -> tuple[str, ...]:
        """Names of a table's columns, in order; none where there is no such table.

        Asked of the one table: the catalogue would resolve every view to answer. Without a value
        beside the text: for the first of these DuckDB loads pandas, a second for short commands.
        """
        schema, _, table = name.partition(".")
        quoted = f"{identifier(schema)}.{identifier(table)}"
        try:
            found = self.con.execute(
                f"select name from pragma_table_info({literal(quoted)}) order by cid"
            ).fetchall()
        except duckdb.CatalogException:
            return ()
        return tuple(column for (column,) in found)

    def exists(self, name: str) -> bool:
        try:
            return bool(self.columns(name))
        except duckdb.BinderException:  # a view of what is no longer there
            return True


def _is_small(path: Path, to_read: int) -> bool:
    """Whether more threads than one would mostly wait for each other."""
    return not _holds(path, _SMALL_WAREHOUSE) and to_read < _SMALL_EXPORTS


def _holds(path: Path, size: int) -> bool:
    return path.exists() and path.stat().st_size >= size


@contextmanager
def open_warehouse(
    path: Path, memory_limit: str = AUTO, read_only: bool = False, to_read: int = 0
) -> Iterator[Warehouse]:
    """Open the warehouse file; it is closed however the block ends.

    Args:
        memory_limit: what the database may take, as in `attain.yaml`; more goes by way of the disk.
        to_read: bytes of exports that may be read into it.

    Raises:
        UserError: the file is held by another process, or does not exist when read only.
    """
    is_there = path.exists() and path.stat().st_size > 0  # a full disk leaves an empty file
    if read_only and not is_there:
        raise UserError(_not_there(path))
    if not is_there:
        for file in (path, path.with_name(f"{path.name}.wal")):  # no log of another's
            file.unlink(missing_ok=True)
    spill = path.with_suffix(".spill")
    limit = limit_for(memory_limit)
    try:
        con = duckdb.connect(
            str(path),
            read_only=read_only,
            config={
                **({"threads": 1} if _is_small(path, to_read) else {}),
                "memory_limit": limit,
                "temp_directory": str(spill),
                # no table has an order; landing, where lines follow from positions, asks for it
                "preserve_insertion_order": False,
                # tables are written when they are made; what waits is small
                "checkpoint_threshold": "256MB",
            },
        )
    except duckdb.Error as error:
        if "lock" in str(error).lower():
            raise UserError(f"{path}: in use by another attain command; try again.", 1) from None
        raise UserError(
            f"{path}: cannot be opened ({str(error).splitlines()[0]}). Published reports and "
            "closed months stand. Delete this file; one run computes all of it again."
        ) from None
    try:
        warehouse = Warehouse(con, path, Memory(limit), is_read_only=read_only)
        if read_only and not warehouse.exists("meta.built"):
            raise UserError(_not_there(path))
        if not read_only:
            warehouse.prepare()
        if not is_there:
            warehouse.note(_LAYOUT, str(LAYOUT))
        _require_layout(warehouse)
        yield warehouse
    finally:
        con.close()


def _require_layout(warehouse: Warehouse) -> None:
    """Refuse what another version of attain wrote; what has no number is of the first layout."""
    written = warehouse.state(_LAYOUT)
    if written == str(LAYOUT):
        return
    if written is None and LAYOUT == 1:
        if not warehouse.is_read_only:
            warehouse.note(_LAYOUT, str(LAYOUT))
        return
    raise UserError(
        f"{warehouse.path}: written by another version of attain (layout {written or 1}, this one "
        f"has {LAYOUT}). Use that version; or delete this file, and one run computes all of it "
        "again from what is kept beside it."
    )


def _not_there(path: Path) -> str:
    """What is the case when there is no warehouse to ask: before the first run, or it was lost."""
    root = path.parent.parent
    if not (path.parent / "landed" / "knowledge.json").exists():
        return f"{root}: nothing has been computed yet. Run: attain run -w {root}"
    return (
        f"{path}: the warehouse is gone. Published reports, the database and closed months stand, "
        f"and what was loaded is kept; one run computes it again: attain run -w {root}"
    )
