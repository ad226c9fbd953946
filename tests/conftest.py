"""Fixtures every test may use: a laboratory for SQL models, the sample company once computed."""

from __future__ import annotations

import datetime as dt
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from laboratory import ROOT, Laboratory, make_workspace

from pipelines.workspace import Workspace


@pytest.fixture(scope="session")
def _laboratory() -> Laboratory:
    return Laboratory()


@pytest.fixture
def lab(_laboratory: Laboratory) -> Iterator[Laboratory]:
    """An empty warehouse; what a test puts in is gone after it."""
    _laboratory.con.execute("begin")
    yield _laboratory
    _laboratory.con.execute("rollback")


@pytest.fixture(scope="session")
def company(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """The sample company, landed, staged and computed once (no reports)."""
    from pipelines import steps
    from pipelines.session import open_session
    from pipelines.warehouse.catalog import all_models

    workspace = make_workspace(tmp_path_factory.mktemp("company") / "ws", ROOT / "data" / "raw")
    started = dt.datetime(2026, 11, 16)
    with open_session(workspace, dt.date(2026, 11, 15), started, "test") as session:
        steps.land(session)
        steps.stage(session)
        steps.policies(session)
        for model in all_models(session.policies):
            steps.build(session, model)
    return workspace
