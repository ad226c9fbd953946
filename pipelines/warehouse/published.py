"""The read-only copy of the mart that other tools may open while attain works.

Belongs here: which tables are copied and when. Does not belong here: putting the copy where readers
find it (`reporting/publish.py`).
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import duckdb

from pipelines.errors import UserError
from pipelines.warehouse.duck import OVER_FILES, Warehouse
from pipelines.warehouse.memory import AUTO, limit_for
from pipelines.warehouse.model import tables_read
from pipelines.warehouse.quoting import identifier, literal
from pipelines.warehouse.template import render
from pipelines.workspace.workspace import OWNER_ONLY

_NAME = "published"
_FREED_EVERY = 10  # tables: the next ones take the place of those that were replaced
_OWNER_ONLY = 0o600
_KEPT = "kept"  # schema of the tables whose moments are numbers of runs
# What differs between two runs of the same inputs: when they were. It stands in one table of its
# own; these columns hold a run's number, and views of the tables' own names look it up.
_RUN = "mart.run"
_MOMENTS = {
    "mart.load": ("loaded_at", "forgotten_at"),
    "mart.quarantine": ("first_seen_at", "resolved_at"),
    "mart.check_history": ("started_at",),
}
_NAMES_RUN = ("mart.check_history", "run_id", "started_at")


class PublishedCopy:
    """The copy as a file of the workspace, in which only tables that changed are written again.

    Writing takes as long as computing, so it may begin in a thread of its own while pages are
    built; `finish` copies what has changed since and is the only one that must be called.
    `contact_columns` hold people outside the company; they are masked in quarantined rows.
    """

    def __init__(self, warehouse: Warehouse, file: Path, contact_columns: Sequence[str]) -> None:
        self._warehouse = warehouse.beside()
        self._file = file
        self._contact_columns = sorted(set(contact_columns))
        self._worker = ThreadPoolExecutor(max_workers=1)
        self._begun: Future[None] | None = None
        self._attached = False

    def begin(self) -> None:
        """Copy what is there by now, beside whatever else the run does."""
        if self._begun is None:
            self._begun = self._worker.submit(self._copy, False)

    def wait(self) -> None:
        """Until what was begun has ended. What it could not do, `finish` does, or says why not."""
        if self._begun is not None:
            wait([self._begun])

    def finish(self, target: Path) -> None:
        """Write every table and view of schema `mart`, with what the views read, to a new file."""
        self.wait()
        self._worker.submit(self._copy, True).result()
        views, _ = _views(self._warehouse.con)
        views |= {table: _dated_view(table, moments) for table, moments in self._dated().items()}
        wasteful = self._detach()
        _create_views(self._file, views)
        target.unlink(missing_ok=True)
        # whoever may read it reads everything: others are let in on purpose
        target.parent.mkdir(parents=True, mode=OWNER_ONLY, exist_ok=True)
        target.touch(mode=_OWNER_ONLY)
        shutil.copyfile(self._file, target)
        if wasteful:
            self._file.unlink()

    def close(self) -> None:
        """Wait for the thread and let go of the file; however the run ended."""
        self._worker.shutdown(wait=True)
        self._detach()

    def _copy(self, complete: bool) -> None:
        """Copy the tables that changed; those whose state nobody keeps only when all is done."""
        con = self._warehouse.con
        self._attach()
        known = dict(con.execute("select name, fingerprint from meta.published").fetchall())
        built = dict(con.execute("select name, fingerprint from meta.built").fetchall())
        dated = self._dated()
        tables = _tables(con) - set(dated)
        numbered = {_kept(table) for table in dated} | ({_RUN} if dated else set())
        for table in sorted(set(known) - tables - numbered):
            con.execute(f"drop table if exists {_NAME}.{_quoted(table)}")
            con.execute("delete from meta.published where name = ?", [table])
        if complete:
            self._copy_dated(dated)
        due = {
            table: mark
            for table, mark in ((table, built.get(table)) for table in sorted(tables))
            if (complete or mark is not None) and (mark is None or mark != known.get(table))
        }
        # a kill leaves what is half done without a note, never with an old one
        con.execute("delete from meta.published where name in (select unnest(?))", [list(due)])
        copied: dict[str, str] = {}
        for table, mark in due.items():
            con.execute(f"create schema if not exists {_NAME}.{table.partition('.')[0]}")
            self._warehouse.in_less_memory(
                partial(
                    con.execute,
                    f"create or replace table {_NAME}.{_quoted(table)} as "
                    f"select {self._shown(table)} from {_quoted(table)}",
                )
            )
            copied[table] = mark or ""
            if len(copied) % _FREED_EVERY == 0:
                self._remember(copied)
                self._warehouse.free_replaced(_NAME, self._file)
        self._remember(copied)

    def _remember(self, copied: dict[str, str]) -> None:
        """Note what was copied."""
        self._warehouse.con.execute(
            "insert or replace into meta.published select unnest(?), unnest(?)",
            [list(copied), list(copied.values())],
        )

    def _dated(self) -> dict[str, tuple[str, ...]]:
        """The tables with moments of runs that are there, and which of their columns are moments.

        Asked with a cursor of its own: two threads ask.
        """
        beside = self._warehouse.beside()
        found = {}
        for table, moments in _MOMENTS.items():
            held = beside.columns(table)
            there = tuple(column for column in moments if column in held)
            if there:
                found[table] = there
        return found

    def _copy_dated(self, dated: dict[str, tuple[str, ...]]) -> None:
        """Number the moments of runs, and copy the tables that have some with the numbers."""
        if not dated:
            return
        con = self._warehouse.con
        for schema in ("mart", _KEPT):
            con.execute(f"create schema if not exists {_NAME}.{schema}")
        every = " union ".join(
            f"select {column} as started_at from {table}"
            for table, columns in dated.items()
            for column in columns
        )
        named, run_id, at = _NAMES_RUN
        name = (
            f"(select max(h.{run_id}) from {named} as h where h.{at} = found.started_at)"
            if named in dated
            else "null"
        )
        con.execute(
            f"create or replace table {_NAME}.{_RUN} as select "
            "cast(row_number() over (order by started_at) as integer) as run_no, "
            f"cast(coalesce({name}, strftime(started_at, '%Y%m%dT%H%M%S')) as varchar) as run_id, "
            f"started_at from ({every}) as found where started_at is not null order by run_no"
        )
        for table, columns in dated.items():
            numbers = [
                f"(select r.run_no from {_NAME}.{_RUN} as r where r.started_at = t.{column}) "
                f"as {column}"
                for column in columns
            ]
            if table == named:
                numbers.append(f"cast(null as integer) as {run_id}")
            con.execute(
                f"create or replace table {_NAME}.{_kept(table)} as "
                f"select * replace ({', '.join(numbers)}) "
                f"from (select {self._shown(table)} from {table}) as t"
            )
        self._remember(dict.fromkeys((_RUN, *map(_kept, dated)), ""))

    def _attach(self) -> None:
        """Open the file; one that is not there, or is no database any more, begins anew."""
        if self._attached:
            return
        con = self._warehouse.con
        con.execute(
            "create table if not exists meta.published (name varchar primary key, "
            "fingerprint varchar not null)"
        )
        try:
            whole = self._file.exists()
            con.execute(f"attach {literal(str(self._file))} as {_NAME}")
        except duckdb.Error:
            whole = False
            self._file.unlink()
            con.execute(f"attach {literal(str(self._file))} as {_NAME}")
        self._attached = True
        if not whole:
            con.execute("delete from meta.published")
        for schema, view in con.execute(
            "select schema_name, view_name from duckdb_views() "
            f"where database_name = '{_NAME}' and not internal"
        ).fetchall():
            con.execute(f"drop view {_NAME}.{schema}.{identifier(view)}")

    def _detach(self) -> bool:
        """Close the file; whether more of it is free than used."""
        if not self._attached:
            return False
        con = self._warehouse.con
        con.execute(f"checkpoint {_NAME}")
        used, free = con.execute(
            f"select used_blocks, free_blocks from pragma_database_size() "
            f"where database_name = '{_NAME}'"
        ).fetchone() or (0, 0)
        con.execute(f"detach {_NAME}")
        self._attached = False
        return bool(free > used)

    def _shown(self, table: str) -> str:
        """The columns of a table in the copy.

        Whoever may open the copy is not known: contacts of people outside the company are masked.
        """
        if table != "mart.quarantine":
            return "*"
        return render("mart/masked_quarantine.sql.j2", columns=self._contact_columns)


def waiting_copy(published: Path) -> Path:
    """Where the next copy is completed, beside the one in use."""
    return published.with_name(f".{published.name}.partial")


def put_in_place(waiting: Path, published: Path) -> None:
    """Exchange the database in one step; who may read the old one may read the new one."""
    if published.exists():
        shutil.copymode(published, waiting)
    waiting.replace(published)


def write_published_copy(
    warehouse: Warehouse, target: Path, contact_columns: Sequence[str]
) -> None:
    """Write the whole copy at once, with nothing kept of an earlier one."""
    working = target.with_suffix(".working")
    working.unlink(missing_ok=True)
    copy = PublishedCopy(warehouse, working, contact_columns)
    try:
        copy.finish(target)
    finally:
        copy.close()
        working.unlink(missing_ok=True)


@contextmanager
def open_published(path: Path, memory_limit: str = AUTO) -> Iterator[Warehouse]:
    """Open the copy to read it; a run may replace it meanwhile, and what is open stays as it was.

    Raises:
        UserError: nothing has been published yet, or it cannot be opened.
    """
    if not path.exists():
        raise UserError(f"{path}: nothing is published yet. Run: attain run", 1)
    config: dict[str, str | bool | int | float | list[str]] = {
        "memory_limit": limit_for(memory_limit)
    }
    try:
        con = duckdb.connect(str(path), read_only=True, config=config)
    except duckdb.Error as error:
        raise UserError(
            f"{path}: cannot be opened ({str(error).splitlines()[0]}). The next attain run that "
            "changes something writes it anew.",
            1,
        ) from None
    try:
        yield Warehouse(con, path, is_read_only=True)
    finally:
        con.close()


def _tables(con: duckdb.DuckDBPyConnection) -> set[str]:
    """The tables of `mart`, and those that its views read."""
    own = con.execute(
        "select table_name from duckdb_tables() "
        "where schema_name = 'mart' and database_name = current_database()"
    ).fetchall()
    return {f"mart.{name}" for (name,) in own} | _views(con)[1]


def _kept(table: str) -> str:
    return f"{_KEPT}.{table.partition('.')[2]}"


def _quoted(table: str) -> str:
    schema, _, name = table.partition(".")
    return f"{schema}.{identifier(name)}"


def _views(con: duckdb.DuckDBPyConnection) -> tuple[dict[str, str], set[str]]:
    """The views of `mart` and the KPI views they stand on, each after those it reads; and the
    tables all of them read. A view that stands on a view of another schema is copied as a table:
    whoever opens the copy finds rows in it, and not the working of the warehouse."""
    every = {
        f"{schema}.{name}": sql
        for schema, name, sql in con.execute(
            "select schema_name, view_name, sql from duckdb_views() "
            f"where not internal and database_name = current_database() and not {OVER_FILES}"
        ).fetchall()
    }
    reads = {
        name: tables_read(sql.split(" AS ", 1)[1])
        for name, sql in every.items()
        if name.startswith(("mart.", "kpi."))
    }
    defined = {
        name: every[name]
        for name, others in reads.items()
        if not any(other in every and other not in reads for other in others)
    }
    ordered: dict[str, str] = {}
    tables = {name for name in reads if name.startswith("mart.") and name not in defined}

    def add(name: str) -> None:
        for other in reads[name]:
            if other not in defined:
                tables.add(other)
            elif other not in ordered:
                add(other)
        ordered[name] = defined[name]

    for name in sorted(defined):
        if name.startswith("mart.") and name not in ordered:
            add(name)
    return ordered, tables


def _dated_view(table: str, moments: tuple[str, ...]) -> str:
    """A table as everybody knows it: its runs' numbers looked up."""
    named, run_id, at = _NAMES_RUN
    looked_up = [
        f"(select r.started_at from {_RUN} as r where r.run_no = t.{column}) as {column}"
        for column in moments
    ]
    if table == named:
        looked_up.append(f"(select r.run_id from {_RUN} as r where r.run_no = t.{at}) as {run_id}")
    return (
        f"create view {table} as select * replace ({', '.join(looked_up)}) from {_kept(table)} as t"
    )


def _create_views(target: Path, views: dict[str, str]) -> None:
    with duckdb.connect(str(target)) as con:
        for sql in views.values():
            con.execute(sql)
