"""Great Expectations on DuckDB: its engine, made to read rows before it lets the connection go.

As shipped, GX returns the connection to the pool before it reads the result, and every expectation
reports failure with "list index out of range": an engine error that looks like bad data. Here the
engine keeps one connection, a cursor of the run's own database, and a canary proves it each time.
"""

from __future__ import annotations

import logging
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Literal

import duckdb
import sqlalchemy as sa
from duckdb_sqlalchemy import ConnectionWrapper

from pipelines.checks.on_demand import on_demand

on_demand("scipy", "scipy.stats", "altair")  # a half of GX's import, for distributions and charts

import great_expectations as gx  # noqa: E402
from great_expectations.data_context.types.base import (  # noqa: E402
    DataContextConfig,
    InMemoryStoreBackendDefaults,
)
from great_expectations.datasource.fluent import SQLDatasource  # noqa: E402
from great_expectations.execution_engine import SqlAlchemyExecutionEngine  # noqa: E402

_CANARY = "gx_canary"


class PersistedDuckDBEngine(SqlAlchemyExecutionEngine):  # type: ignore[misc]
    """GX's SQL engine with one connection for its whole life."""

    _connection: sa.Connection | None

    @contextmanager
    def get_connection(self) -> Iterator[sa.Connection]:
        if not self._connection:
            self._connection = self.engine.connect()
        yield self._connection


class WarehouseDatasource(SQLDatasource):  # type: ignore[misc]
    """A GX datasource over an open DuckDB connection."""

    type: Literal["attain_duckdb"] = "attain_duckdb"
    _engine: sa.Engine
    _execution_engine: PersistedDuckDBEngine

    def get_engine(self) -> sa.Engine:
        return self._engine

    def get_execution_engine(self) -> PersistedDuckDBEngine:
        return self._execution_engine


class EngineFaultError(Exception):
    """The canary died: GX cannot be trusted to tell good data from bad in this environment."""


def open_context(con: duckdb.DuckDBPyConnection) -> tuple[Any, Any]:
    """A GX context and a datasource over the connection; nothing of it touches the disk or the net.

    Raises:
        EngineFaultError: the canary's known faults were not found exactly.
    """
    logging.getLogger("great_expectations").setLevel(logging.CRITICAL)
    warnings.filterwarnings("ignore", module="great_expectations")
    context = gx.get_context(
        mode="ephemeral",
        project_config=DataContextConfig(
            # as shipped, a site of documents in a temporary folder that nobody removes
            store_backend_defaults=InMemoryStoreBackendDefaults(init_temp_docs_sites=False),
            analytics_enabled=False,
        ),
    )
    context.variables.progress_bars = {"globally": False}
    engine = sa.create_engine(
        "duckdb:///:memory:",
        creator=lambda: ConnectionWrapper(con.cursor()),
        poolclass=sa.pool.StaticPool,
    )
    source = WarehouseDatasource(name="warehouse", connection_string="duckdb:///:memory:")
    source._engine = engine
    source._execution_engine = PersistedDuckDBEngine(engine=engine, create_temp_table=False)
    datasource = context._add_fluent_datasource(datasource=source)
    release_canary(con, datasource)
    return context, datasource


def release_canary(con: duckdb.DuckDBPyConnection, datasource: Any) -> None:
    """Validate a table with known faults; anything but exactly these faults is an engine fault."""
    import great_expectations.expectations as gxe

    con.execute(
        f"create or replace table meta.{_CANARY} as "
        "select * from (values (1, 'a'), (1, 'b'), (null, 'c')) as t (id, word)"
    )
    asset = datasource.add_table_asset(_CANARY, table_name=_CANARY, schema_name="meta")
    batch = asset.add_batch_definition_whole_table("all").get_batch()
    expected = [
        (gxe.ExpectColumnValuesToNotBeNull(column="id"), 1),
        (gxe.ExpectColumnValuesToBeUnique(column="id"), 2),
        (gxe.ExpectColumnValuesToBeInSet(column="word", value_set=["a", "b"]), 1),
    ]
    for expectation, count in expected:
        result = batch.validate(expectation)
        if raised(result) or result.result.get("unexpected_count") != count:
            raise EngineFaultError(
                f"Great Expectations did not find the canary's fault ({type(expectation).__name__}:"
                f" expected {count}, got {result.result.get('unexpected_count')})"
            )
    datasource.delete_asset(_CANARY)
    con.execute(f"drop table meta.{_CANARY}")


def raised(result: Any) -> str | None:
    """The message of an exception inside GX, which it reports as a mere failure."""
    info = result.exception_info or {}
    entries = [info] if "raised_exception" in info else list(info.values())
    for entry in entries:
        if isinstance(entry, dict) and entry.get("raised_exception"):
            return str(entry.get("exception_message"))
    return None
