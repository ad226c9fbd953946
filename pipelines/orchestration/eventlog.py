"""Dagster's own SQLite event log, with its connections kept open for the length of a run.

The stock storage opens a new engine for each of a thousand events, and with it compiles each
statement anew: a fifth of a small run. Files and schema are the stock ones; `attain ui` reads them
with Dagster's own class.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import dagster as dg
from dagster._core.instance import InstanceRef
from dagster._core.storage.event_log import SqliteEventLogStorage
from dagster._serdes import ConfigurableClassData
from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.pool import QueuePool

_BUSY_TIMEOUT_SECONDS = 60


class PooledEventLogStorage(SqliteEventLogStorage):
    """Keeps one connection per file of the event log."""

    def __init__(self, base_dir: str, inst_data: ConfigurableClassData | None = None) -> None:
        self._engines: dict[str, Engine] = {}
        super().__init__(base_dir, inst_data)

    @classmethod
    def from_config_value(
        cls, inst_data: ConfigurableClassData | None, config_value: Any
    ) -> PooledEventLogStorage:
        return cls(inst_data=inst_data, **config_value)

    @contextmanager
    def _connect(self, shard: str) -> Iterator[Connection]:
        with self._db_lock:
            engine = self._engines.get(shard)
            if engine is None:
                engine = self._engines[shard] = _engine(self.conn_string_for_shard(shard))
            if shard not in self._initialized_dbs:
                self._initdb(engine)
                self._initialized_dbs.add(shard)
            with engine.connect() as connection, connection.begin():
                yield connection

    def dispose(self) -> None:
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
