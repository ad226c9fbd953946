"""A session of Spark Connect: statements in, nothing but counts and small answers out.

Belongs here: reaching the server, refusing one that cannot do it, settings of the session, a local
server for trying. Does not belong here: what is computed (`engine.py`).
"""

from __future__ import annotations

import os
import re
import socket
import uuid
import warnings
from contextlib import suppress
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Protocol

from pipelines.errors import UserError
from pipelines.warehouse.spark.faults import told
from pipelines.workspace.engine import LOCAL, SparkEngine

_VERSION = 4  # of the server: the first whose times without a zone and functions are those we use
_PORT = 15002
_PATIENCE_SECONDS = 5.0
_TRIES = 4  # to reach a server that was there before
_LOCAL_MEMORY = "2g"

# What would give other rows than DuckDB, or none at all.
_SETTINGS = {
    "spark.sql.session.timeZone": "UTC",
    "spark.sql.ansi.enabled": "false",  # a division by zero is unknown, as DuckDB has it
    "spark.sql.decimalOperations.allowPrecisionLoss": "true",
    "spark.sql.caseSensitive": "false",
    "spark.sql.legacy.timeParserPolicy": "CORRECTED",
    "spark.sql.parquet.outputTimestampType": "TIMESTAMP_MICROS",
    "spark.sql.parquet.compression.codec": "snappy",  # DuckDB reads it without an extension
    "spark.sql.sources.partitionOverwriteMode": "static",
}


class Connection(Protocol):
    """What the engine asks of Spark."""

    @property
    def page(self) -> str | None:
        """Where people see what Spark did for this run; `None` where nowhere."""

    def run(self, sql: str) -> None:
        """Run one statement to its end."""

    def close(self) -> None:
        """Let go of the session; temporary views go with it."""


class SparkConnection:
    """One session on a server, local or not."""

    def __init__(self, session: Any, page: str | None, context: Any = None) -> None:
        self._session = session
        self._page = page
        self._context = context

    @property
    def page(self) -> str | None:
        return self._page

    def run(self, sql: str) -> None:
        self._session.sql(sql)

    def close(self) -> None:
        """Nothing waits for it: a server that is gone has let go of the session already."""
        with suppress(Exception):
            self._session.stop()
        if self._context is not None:
            gateway = self._context._gateway
            self._context.stop()
            gateway.shutdown()
            with suppress(OSError):
                gateway.proc.stdin.close()  # the server ends when nobody talks to it


def require_client(engine: SparkEngine) -> None:
    """Refuse where the client, or for a local Spark the whole of it, is not installed.

    Raises:
        UserError: it says what to install.
    """
    if find_spec("pyspark") is None or find_spec("grpc_status") is None:
        raise UserError(
            "engine.spark in attain.yaml needs the client of Spark, which is not installed here: "
            "pip install 'attain[spark]'"
        )
    if engine.spark == LOCAL:
        if find_spec("py4j") is None:
            raise UserError(
                "engine.spark: local in attain.yaml starts a Spark, of which only the client is "
                "installed here: pip install 'attain[spark-local]'"
            )
        from shutil import which

        if which("java") is None and not os.environ.get("JAVA_HOME"):
            raise UserError(
                "engine.spark: local in attain.yaml starts a Spark, which needs Java 17 or newer; "
                "there is no java on the PATH and JAVA_HOME is not set"
            )


def connect(engine: SparkEngine, name: str, scratch: Path) -> SparkConnection:
    """Open a session.

    Args:
        name: the workspace, for Spark's pages.
        scratch: where a local Spark keeps what does not fit into memory.

    Raises:
        UserError: the client is missing, the server is not there or of another version.
    """
    require_client(engine)
    address, context = engine.spark, None
    if address == LOCAL:
        address, context = _start_local(scratch)
    else:
        _require_answer(address)
    try:
        session = session_on(address, name)
        version = str(session.version)
    except Exception as error:
        if context is not None:
            context.stop()
        raise told(error, engine.spark) from error
    connection = SparkConnection(session, _page_of(engine, session), context)
    try:
        _require_version(version, engine.spark)
        for key, value in _SETTINGS.items():
            session.conf.set(key, value)
    except UserError:
        connection.close()
        raise
    except Exception as error:
        connection.close()
        raise told(error, engine.spark) from error
    return connection


def session_on(address: str, name: str) -> Any:
    """A session of Spark Connect at an address."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", FutureWarning)  # of pandas, through which no row goes
        from pyspark.sql.connect.client.retries import DefaultPolicy
        from pyspark.sql.connect.session import SparkSession

    session = SparkSession.builder.remote(address).appName(f"attain {name}").create()
    session.client.set_retry_policies([DefaultPolicy(max_retries=_TRIES, max_backoff=2_000)])
    return session


def _require_answer(address: str) -> None:
    """Ask for the port first: the client would wait for minutes."""
    host, _, port = address.removeprefix("sc://").partition("/")[0].partition(":")
    try:
        with socket.create_connection((host, int(port or _PORT)), timeout=_PATIENCE_SECONDS):
            pass
    except (OSError, OverflowError) as error:
        said = getattr(error, "strerror", None) or error
        raise UserError(
            f"{address}: no Spark Connect server answers there ({said}). Start it, set "
            "engine.spark in attain.yaml right, or take engine out of it and DuckDB computes it.",
            1,
        ) from None


def _require_version(version: str, address: str) -> None:
    found = re.match(r"\d+", version)
    if found is None or int(found[0]) != _VERSION:
        raise UserError(
            f"{address}: the server is Spark {version}, and attain needs Spark {_VERSION}; start a "
            f"Spark {_VERSION} there, or take engine out of attain.yaml."
        )


def _page_of(engine: SparkEngine, session: Any) -> str | None:
    if engine.page is None:
        return None
    return f"{engine.page.rstrip('/')}/connect/session/?id={session.session_id}"


def _start_local(scratch: Path) -> tuple[str, Any]:
    """Start a Spark in a process of its own that ends with this one, and ask for its port.

    It listens to this machine alone, and only to whoever has the token of this run.
    """
    from pyspark import SparkConf, SparkContext

    scratch.mkdir(parents=True, exist_ok=True)
    token = uuid.uuid4().hex
    conf = SparkConf(loadDefaults=False)
    for key, value in {
        "spark.master": "local[*]",
        "spark.app.name": "attain",
        "spark.driver.memory": _LOCAL_MEMORY,
        "spark.driver.bindAddress": "127.0.0.1",
        "spark.driver.host": "127.0.0.1",
        "spark.driver.extraJavaOptions": "-XX:+UseSerialGC",  # a small heap, few cores
        "spark.plugins": "org.apache.spark.sql.connect.SparkConnectPlugin",
        "spark.connect.grpc.binding.address": "127.0.0.1",
        "spark.connect.grpc.binding.port": "0",
        "spark.connect.authenticate.token": token,
        "spark.ui.enabled": "false",
        "spark.ui.showConsoleProgress": "false",
        "spark.log.level": "ERROR",
        "spark.local.dir": str(scratch),
        "spark.sql.warehouse.dir": str(scratch / "warehouse"),
        "spark.sql.shuffle.partitions": str(os.cpu_count() or 2),
        # compiling a query costs more than what a company small enough for one machine has
        "spark.sql.codegen.wholeStage": "false",
    }.items():
        conf.set(key, value)
    try:
        context = SparkContext(conf=conf)
    except Exception as error:
        raise told(error, "engine.spark: local in attain.yaml, starting Spark") from error
    service = "org.apache.spark.sql.connect.service.SparkConnectService$"
    port = getattr(getattr(context._jvm, service), "MODULE$").localPort()
    # by another name for this machine the client would want a certificate
    return f"sc://localhost:{port}/;token={token}", context
