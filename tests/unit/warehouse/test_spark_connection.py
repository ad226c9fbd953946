"""Reaching Spark: what is missing, not there or of another version is one sentence."""

from __future__ import annotations

import socket
from pathlib import Path

import pytest

from pipelines.errors import UserError
from pipelines.warehouse.spark import connection
from pipelines.warehouse.spark.connection import connect, require_client
from pipelines.warehouse.spark.faults import EngineError, told
from pipelines.workspace.engine import SparkEngine


@pytest.fixture
def installed(monkeypatch: pytest.MonkeyPatch) -> set[str]:
    """The packages that are there; a test takes some away."""
    there = {"pyspark", "grpc_status", "py4j"}
    monkeypatch.setattr(connection, "find_spec", lambda name: name if name in there else None)
    return there


def test_a_missing_client_is_said_with_what_to_install(installed: set[str]) -> None:
    installed.clear()
    with pytest.raises(UserError, match=r"pip install 'attain\[spark\]'"):
        require_client(SparkEngine(spark="sc://host"))


def test_a_local_spark_needs_more_than_the_client(
    installed: set[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    installed.discard("py4j")
    with pytest.raises(UserError, match=r"pip install 'attain\[spark-local\]'"):
        require_client(SparkEngine(spark="local"))
    installed.add("py4j")
    monkeypatch.setenv("PATH", "")
    monkeypatch.delenv("JAVA_HOME", raising=False)
    with pytest.raises(UserError, match="needs Java 17 or newer"):
        require_client(SparkEngine(spark="local"))


def test_a_server_that_is_not_there_is_told_within_seconds(
    installed: set[str], tmp_path: Path
) -> None:
    with socket.socket() as taken:  # a port on which nobody listens
        taken.bind(("127.0.0.1", 0))
        address = f"sc://127.0.0.1:{taken.getsockname()[1]}"
        with pytest.raises(UserError) as caught:
            connect(SparkEngine(spark=address), "ws", tmp_path)
    assert caught.value.message == (
        f"{address}: no Spark Connect server answers there (Connection refused). Start it, set "
        "engine.spark in attain.yaml right, or take engine out of it and DuckDB computes it."
    )


class Session:
    """A session on a server of some version."""

    def __init__(self, version: str) -> None:
        self.version = version
        self.session_id = "s"
        self.is_stopped = False

    def stop(self) -> None:
        self.is_stopped = True


def test_a_server_of_another_version_is_refused_and_let_go(
    installed: set[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    session = Session("3.5.4")
    monkeypatch.setattr(connection, "session_on", lambda address, name: session)
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        server.listen()
        address = f"sc://127.0.0.1:{server.getsockname()[1]}"
        with pytest.raises(
            UserError, match=r"the server is Spark 3\.5\.4, and attain needs Spark 4"
        ):
            connect(SparkEngine(spark=address), "ws", tmp_path)
    assert session.is_stopped


@pytest.mark.parametrize(
    ("said", "sentence", "is_lost"),
    [
        ("java.io.IOException: No space left on device", "a disk of Spark is full", False),
        ("Container killed by YARN for exceeding memory limits. 5.5 GB of 5.5 GB",
         "an executor of Spark ran out of memory", False),
        ("ExecutorLostFailure (executor 3 exited caused by one of the running tasks) Reason: "
         "Command exited with code 137", "an executor of Spark ran out of memory", False),
        ("ExecutorLostFailure (executor 3 exited caused by one of the running tasks) Reason: "
         "worker lost", "Spark lost executors", False),
        ("org.apache.hadoop.security.AccessControlException: user=spark, access=WRITE",
         "Spark has no right to write", False),
        ("[PATH_NOT_FOUND] Path does not exist: file:/mnt/x", "Spark does not see the", False),
        ("[INVALID_HANDLE.SESSION_CLOSED] The handle is invalid", "Spark was started anew", True),
        ("StatusCode.UNAUTHENTICATED: Invalid authentication token", "refuses to let", True),
        ("StatusCode.UNAVAILABLE: failed to connect to all addresses", "no longer answers", True),
        ("SparkContext was shut down", "no longer answers", True),
        ("[ARITHMETIC_OVERFLOW] too large\nat line 3",
         "Spark says: [ARITHMETIC_OVERFLOW] too large", False),
    ],
)  # fmt: skip
def test_an_error_of_spark_is_one_sentence(said: str, sentence: str, is_lost: bool) -> None:
    error = told(RuntimeError(said), "mart.x")
    assert isinstance(error, EngineError)
    assert error.message.startswith("mart.x: ")
    assert sentence in error.message
    assert "\n" not in error.message
    assert error.is_lost is is_lost
