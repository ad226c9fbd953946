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

# What costs most is computed once and shared by all the files that read it: one worker runs them.
# It comes first, so that no worker is left alone with it at the end. Fixture → group.
SHARED = {
    "one_run": "runs",
    "another_run": "runs",
    "sample_company": "company",
    "summary": "sample",
}
LONG = ("test_commission_close.py", "test_commission_books.py", "test_maven.py")


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Keep the tests of a file together, and those of files that share what costs most."""
    groups: dict[Path, str] = {}
    for item in items:
        for fixture, group in SHARED.items():
            if fixture in getattr(item, "fixturenames", ()):
                groups[item.path] = group
    for item in items:
        item.add_marker(pytest.mark.xdist_group(groups.get(item.path, item.path.name)))
    order = [*SHARED.values(), *LONG]

    def place(item: pytest.Item) -> int:
        group = groups.get(item.path, item.path.name)
        return order.index(group) if group in order else len(order)

    items.sort(key=place)  # stable: the tests of a file stay together and in their order


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
def sample_company(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
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
