"""Models computed on Spark, their rows in Parquet files that DuckDB reads in place.

Belongs here: which models go to Spark, what they need there, how their rows become the table of
their name. Does not belong here: the connection, the folder, Spark's words.

The rule: a view has nothing to compute and stays with DuckDB, and so does a model that reads fewer
rows than the settings say, or a view over very many tables of `mart` and `kpi`: their rows are in
DuckDB, and Spark plans such a view for minutes. All else goes to Spark. Rows that Spark made become
a view of DuckDB over their files; those of `mart` and `kpi`, from which the published database is
copied and pages are made, become a table. No row passes through Python.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path

from pipelines.errors import UserError
from pipelines.warehouse.duck import RUN, Built, Warehouse
from pipelines.warehouse.model import Model, tables_read
from pipelines.warehouse.quoting import identifier, literal
from pipelines.warehouse.spark.connection import Connection, connect, require_client
from pipelines.warehouse.spark.faults import EngineError, fault_of, told
from pipelines.warehouse.spark.parts import PARTS, parts_of, weight
from pipelines.warehouse.spark.shared import SharedFolder, hold_folder
from pipelines.warehouse.spark.words import (
    query_over_views,
    quoted,
    text,
    view_of,
    view_over_files,
)
from pipelines.workspace.engine import SparkEngine

NAME = "spark"
BROUGHT_BACK = ("mart", "kpi")
_WIDE = 40  # tables of those behind one view
_LIGHT = 4  # tables; a view that reads more is written down when it is read
_PROBE = "probe"
_PROBED = 64  # rows, each a task of its own: executors that do not see the folder are met
_FILES = "*.parquet"


class Spark:
    """The engine of a run that computes on Spark; connected when first needed."""

    def __init__(
        self,
        warehouse: Warehouse,
        folder: SharedFolder,
        models: Callable[[], Sequence[Model]],
        from_rows: int,
        connected: Callable[[], Connection],
    ) -> None:
        self._warehouse = warehouse
        self._folder = folder
        self._models = models
        self._from_rows = from_rows
        self._connected = connected
        self._connection: Connection | None = None
        self._lost: EngineError | None = None
        self._weights: dict[str, int] = {}
        self._known: dict[str, str] = {}  # what the session calls by name, and at which state

    def ready(self) -> None:
        if self._connection is None:
            connection = self._connected()
            try:
                self._require_shared(connection)
            except BaseException:
                connection.close()
                raise
            self._connection = connection

    def close(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def build(self, model: Model) -> Built:
        started = time.perf_counter()
        if model.is_view or self._is_light(model):
            built = self._warehouse.build(model)
            self._forget_unread(model.name)
            return built
        mark = self._warehouse.mark_of(model, [NAME, str(self._folder.path)])
        if self._warehouse.state(model.name) == mark:
            return Built(model.name, self._warehouse.row_count(model.name), 0.0, False, NAME)
        if self._lost is not None:
            raise self._lost
        self.ready()
        assert self._connection is not None
        types = self._warehouse.types(model.sql)
        self._compute(model.name, model.sql, mark, types)
        rows = self._take_over(model.name, mark, types)
        return Built(
            model.name, rows, time.perf_counter() - started, True, NAME, self._connection.page
        )

    @cached_property
    def _by_name(self) -> Mapping[str, Model]:
        return {model.name: model for model in self._models()}

    def _is_light(self, model: Model) -> bool:
        """Whether DuckDB has it sooner."""
        if any(self._held_behind(name) > _WIDE for name in model.inputs):
            return True
        return self._rows_read(model) < self._from_rows

    def _held_behind(self, name: str) -> int:
        """How many tables whose rows DuckDB holds a view of theirs is made of; 1 for a table."""
        if name.partition(".")[0] not in BROUGHT_BACK:
            return 0
        model = self._by_name.get(name)
        if model is None or not model.is_view:
            return 1
        return sum(self._held_behind(read) for read in model.inputs)

    def _rows_read(self, model: Model) -> int:
        """Rows of all tables a model reads, those behind views included."""
        return sum(
            self._rows_read(self._by_name[name])
            if name in self._by_name and self._by_name[name].is_view
            else self._warehouse.row_count(name)
            for name in model.inputs
        )

    def _compute(self, name: str, sql: str, mark: str, types: Mapping[str, str]) -> None:
        """Write the rows of a query beside what is there, what it reads often before the rest."""
        for read in tables_read(sql):
            self._make_known(read)
        *before, whole = parts_of(sql, name.replace(".", "__"), self._weight)
        for number, part in enumerate(before):
            own = self._warehouse.types(f"({part.whole})")
            place = self._folder.waiting(name, f"part-{number}-{mark}")
            self._write(part.sql, own, place, name)
            self._run(view_over_files(f"{PARTS}.{part.name}", own, place), name)
        self._write(whole.sql, types, self._folder.waiting(name, mark), name)
        self._folder.put_in_place(name, mark)

    def _write(self, sql: str, types: Mapping[str, str], place: Path, doing: str) -> None:
        """Write the rows of a query to a folder; once more where executors were lost."""
        statement = (
            f"insert overwrite directory {text(str(place))} using parquet "
            + query_over_views(sql, types)
        )
        try:
            self._run(statement, doing)
        except EngineError as error:
            fault = fault_of(error.__cause__ or error)
            if fault is None or not fault.again:
                raise
            self._run(statement, doing)

    def _take_over(self, name: str, mark: str, types: Mapping[str, str]) -> int:
        """The rows Spark made become the table's, in one step; rows of before are let go of."""
        place = self._folder.place(name, mark)
        columns = ", ".join(
            f"cast({identifier(column)} as {kind}) as {identifier(column)}"
            for column, kind in types.items()
        )
        rows = f"select {columns} from read_parquet({literal(str(place / _FILES))})"
        is_table = name.partition(".")[0] in BROUGHT_BACK
        with self._warehouse.transaction():
            count = self._warehouse.put(name, rows, mark, is_view=not is_table)
            if not is_table:
                count = self._warehouse.remember(name, mark)
        self._folder.keep_only(name, mark)
        self._known.pop(name, None)
        return count

    def _make_known(self, name: str) -> None:
        """Spark can read a table by its name."""
        mark = self._warehouse.state(name)
        if mark is not None and self._known.get(name) == mark:
            return
        model = self._by_name.get(name)
        types = self._warehouse.types(name)
        if model is not None and model.is_view and self._weight_within(model) <= _LIGHT:
            for read in model.inputs:
                self._make_known(read)
            statement = (
                f"create or replace temporary view {quoted(view_of(name))} as "
                + query_over_views(model.sql, types)
            )
        else:
            statement = view_over_files(name, types, self._files_of(name, mark, types))
        self._run(statement, name)
        if mark is not None:
            self._known[name] = mark

    def _files_of(self, name: str, mark: str | None, types: Mapping[str, str]) -> Path:
        """Where a table's rows lie as files; those that DuckDB holds are written there."""
        state = mark or self._folder.unmarked
        place = self._folder.place(name, state)
        if mark is not None and place.exists():
            return place
        model = self._by_name.get(name)
        if model is not None and model.is_view:
            self._compute(name, model.sql, state, types)
        else:
            waiting = self._folder.waiting(name, state)
            waiting.mkdir()
            file = literal(str(waiting / "rows.parquet"))
            self._warehouse.con.execute(f"copy (from {_quoted(name)}) to {file} (format parquet)")
            self._folder.put_in_place(name, state)
        self._folder.keep_only(name, state)
        return place

    def _weight(self, name: str) -> int:
        """How many tables Spark reads for one."""
        model = self._by_name.get(name)
        if model is None or not model.is_view:
            return 1
        within = self._weight_within(model)
        return within if within <= _LIGHT else 1

    def _weight_within(self, view: Model) -> int:
        if view.name not in self._weights:
            self._weights[view.name] = weight(view.sql, self._weight)
        return self._weights[view.name]

    def _forget_unread(self, name: str) -> None:
        """A table that DuckDB made anew: rows of Spark's that it had before are let go of."""
        mark = self._warehouse.state(name)
        if mark is not None and self._folder.place(name, mark).parent.exists():
            self._folder.keep_only(name, mark)

    def _run(self, statement: str, doing: str) -> None:
        assert self._connection is not None
        try:
            self._connection.run(statement)
        except Exception as error:
            found = told(error, doing)
            if found.is_lost:
                self._lost = found
            raise found from error

    def _require_shared(self, connection: Connection) -> None:
        """Rows go to every executor and come back: what one side writes, the other reads.

        Raises:
            UserError: Spark or some of its executors do not see the folder, or may not write there.
        """
        sent = self._folder.waiting(_PROBE, "sent")
        back = self._folder.waiting(_PROBE, "back")
        try:
            sent.mkdir()
            con = self._warehouse.con
            con.execute(
                f"copy (select {literal(sent.name)} as run) "
                f"to {literal(str(sent / 'rows.parquet'))} (format parquet)"
            )
            try:
                connection.run(
                    f"insert overwrite directory {text(str(back))} using parquet "
                    f"select s.run, r.id from range(0, {_PROBED}, 1, {_PROBED}) as r "
                    f"cross join parquet.{quoted(str(sent))} as s"
                )
            except Exception as error:
                raise told(error, str(self._folder.path)) from error
            files = list(back.glob(_FILES)) if back.is_dir() else []
            found = (
                self._warehouse.scalar(
                    f"select count(*) from read_parquet({literal(str(back / _FILES))}) "
                    f"where run = {literal(sent.name)}"
                )
                if files
                else 0
            )
            if found != _PROBED:
                raise UserError(
                    f"{self._folder.path}: Spark wrote {_PROBED} rows there and {found} arrived "
                    "here: not every executor sees this folder under this path. Share it with all "
                    "of them, or name another as engine.folder in attain.yaml."
                )
        finally:
            self._folder.remove(_PROBE)


def _quoted(name: str) -> str:
    schema, _, table = name.partition(".")
    return f"{schema}.{identifier(table)}"


@contextmanager
def open_spark(
    settings: SparkEngine,
    warehouse: Warehouse,
    models: Callable[[], Sequence[Model]],
    path: Path,
    root: Path,
    scratch: Path,
) -> Iterator[Spark]:
    """The engine that the settings name, over the shared folder; nothing is asked of Spark yet.

    Args:
        path: this workspace's part of the shared folder.
        root: the workspace.
        scratch: where a local Spark may put what it does not need after the run.

    Raises:
        UserError: the client is missing, or the folder cannot be used.
    """
    require_client(settings)
    with hold_folder(path, str(root)) as folder:
        drop_lost(warehouse, folder)
        folder.sweep(warehouse.state)
        engine = Spark(
            warehouse,
            folder,
            models,
            settings.from_rows,
            lambda: connect(settings, root.name, scratch),
        )
        try:
            yield engine
        finally:
            engine.close()


def drop_lost(warehouse: Warehouse, folder: SharedFolder) -> None:
    """Forget tables whose files are gone: they are computed anew, and so is what was published."""
    lost = [
        name
        for name in warehouse.views_over_files()
        if (mark := warehouse.state(name)) is None or not folder.place(name, mark).exists()
    ]
    if lost:
        warehouse.unnote(*lost, RUN)
