"""Dagster's own SQLite event log, with its connections kept open for the length of a run.

The stock storage opens a new engine for each of a thousand events, looks up the schema anew and
commits after each: a fifth of a small run. Here statements share a connection, and a transaction
for as long as one follows the other. Files and schema are the stock ones; `attain ui` reads them
with Dagster's own class.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import dagster as dg
from dagster._core.instance import InstanceRef
from dagster._core.storage.event_log import SqliteEventLogStorage
from dagster._serdes import ConfigurableClassData
from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.pool import QueuePool

_BUSY_TIMEOUT_SECONDS = 60
_COMMIT_SECONDS = 0.3


class PooledEventLogStorage(SqliteEventLogStorage):
    """Keeps one connection per file of the event log."""

    def __init__(self, base_dir: str, inst_data: ConfigurableClassData | None = None) -> None:
        self._engines: dict[str, Engine] = {}
        self._open: dict[str, Connection] = {}
        self._busy = threading.RLock()
        self._commits: threading.Timer | None = None
        self._exists: set[str] = set()
        self._written: dict[str, tuple[str, dg.EventLogRecord]] = {}
        self._failure: SQLAlchemyError | None = None
        super().__init__(base_dir, inst_data)

    @classmethod
    def from_config_value(
        cls, inst_data: ConfigurableClassData | None, config_value: Any
    ) -> PooledEventLogStorage:
        return cls(inst_data=inst_data, **config_value)

    def has_table(self, table_name: str) -> bool:
        return self._seen(f"table {table_name}", super().has_table, table_name)

    def has_asset_key_col(self, column_name: str) -> bool:
        return self._seen(f"asset key column {column_name}", super().has_asset_key_col, column_name)

    def has_secondary_index(self, name: str) -> bool:
        return self._seen(f"secondary index {name}", super().has_secondary_index, name)

    def _has_asset_key_col_on_connection(self, conn: Connection, column_name: str) -> bool:
        look = partial(super()._has_asset_key_col_on_connection, conn)
        return self._seen(f"column {column_name}", look, column_name)

    def _seen(self, what: str, look: Callable[[str], bool], name: str) -> bool:
        """What the schema has is looked up once; what it lacks, each time: a migration adds it."""
        if what not in self._exists and look(name):
            self._exists.add(what)
        return what in self._exists

    def _get_asset_entry_values(
        self, event: dg.EventLogEntry, event_id: int, has_asset_key_index_cols: bool
    ) -> dict[str, Any]:
        values = super()._get_asset_entry_values(event, event_id, has_asset_key_index_cols)
        text, key = values.get("last_materialization"), event.get_dagster_event().asset_key
        if text and key:
            self._written[key.to_string()] = (text, dg.EventLogRecord(event_id, event))
        return values

    def _get_latest_materialization_records(
        self, raw_asset_rows: Iterable[Mapping[str, Any]]
    ) -> Mapping[dg.AssetKey, dg.EventLogRecord | None]:
        """A table asks for each table it stands on: what this run wrote is not parsed again."""
        found: dict[dg.AssetKey, dg.EventLogRecord | None] = {}
        others = []
        for row in raw_asset_rows:
            text, record = self._written.get(row["asset_key"], (None, None))
            key = dg.AssetKey.from_db_string(row["asset_key"])
            if key and text and text == row["last_materialization"] and not row["asset_details"]:
                found[key] = record
            else:
                others.append(row)
        return {**found, **super()._get_latest_materialization_records(others)} if others else found

    @contextmanager
    def _connect(self, shard: str) -> Iterator[Connection]:
        with self._db_lock, self._busy:
            if self._failure is not None:
                raise self._failure
            connection = self._open.get(shard)
            if connection is None:
                connection = self._open[shard] = self._engine(shard).connect()
            if not connection.in_transaction():
                connection.begin()
            yield connection
            self._commit_soon()

    def _engine(self, shard: str) -> Engine:
        engine = self._engines.get(shard)
        if engine is None:
            engine = self._engines[shard] = _engine(self.conn_string_for_shard(shard))
        if shard not in self._initialized_dbs:
            self._initdb(engine)
            self._initialized_dbs.add(shard)
        return engine

    def _commit_soon(self) -> None:
        """The page and the daemon write here too: nothing stays uncommitted for long."""
        if self._commits is None:
            self._commits = threading.Timer(_COMMIT_SECONDS, self._commit_later)
            self._commits.daemon = True
            self._commits.start()

    def _commit_later(self) -> None:
        """In a thread that nobody waits for: what goes wrong is told to whoever writes next."""
        try:
            self._commit()
        except SQLAlchemyError as error:
            self._failure = error

    def _commit(self) -> None:
        with self._busy:
            self._commits = None
            for connection in self._open.values():
                if connection.in_transaction():
                    connection.commit()

    def dispose(self) -> None:
        with self._busy:
            if self._commits is not None:
                self._commits.cancel()
            try:
                self._commit()
            finally:
                for connection in self._open.values():
                    connection.close()
                self._open.clear()
        for engine in self._engines.values():
            engine.dispose()
        self._engines.clear()
        super().dispose()


def _engine(url: str) -> Engine:
    engine = create_engine(
        url,
        poolclass=QueuePool,
        pool_size=1,
        # the storage's own lock lets one thread at a time have the connection
        connect_args={"timeout": _BUSY_TIMEOUT_SECONDS, "check_same_thread": False},
    )

    @event.listens_for(engine, "connect")
    def _no_wait_for_the_disk(connection: Any, _record: Any) -> None:
        # a killed process loses nothing; only a power cut may lose the last events of a run
        connection.execute("pragma synchronous = normal")

    return engine


def open_instance(home: Path) -> dg.DagsterInstance:
    """Dagster's instance in a folder, as its `dagster.yaml` says, with the pooled event log."""
    return dg.DagsterInstance.from_ref(
        InstanceRef.from_dir(
            str(home),
            overrides={
                "event_log_storage": {
                    "module": __name__,
                    "class": PooledEventLogStorage.__name__,
                    "config": {"base_dir": str(home / "history" / "runs")},
                }
            },
        )
    )
