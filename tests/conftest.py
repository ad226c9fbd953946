"""Fixtures every test may use: a laboratory for SQL models, the sample company once computed."""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Iterator
from typing import Any

import pytest

from pipelines.workspace.workspace import Workspace
from tests.support.laboratory import ROOT, Laboratory, make_workspace

# What costs most is computed once for all the files that read it: one worker runs them, and begins
# with them, so that none is left alone with them at the end. Files are named by how they begin.
TOGETHER = {
    "company": (
        "e2e/test_company_run.py",
        "conventions/test_sql_", "e2e/test_appraisal_", "e2e/test_every_", "e2e/test_figures_",
        "e2e/test_quarantine_", "e2e/test_reader_", "e2e/test_sales_",
        "spark/", "unit/reporting/", "unit/sample/test_sample_commission.py",
    ),
    "sample": ("unit/sample/",),
}  # fmt: skip
SHARED = {
    "one_run": "company",
    "handed_out": "company",
    "sample_company": "company",
    "summary": "sample",
}
# Left out by `make quick`: they run a company from its exports, or compute the sample company.
WHOLE_RUNS = (
    "e2e/", "unit/sample/", "unit/commands/test_commission_books.py",
    "unit/commands/test_blocked_run.py", "unit/orchestration/test_selections.py",
    "faults/test_file_system.py", "faults/test_lost_inputs.py",
)  # fmt: skip
LONG = (
    "faults/test_file_system.py", "e2e/test_commission_close.py",
    "unit/commands/test_commission_books.py",
)  # fmt: skip


def group_of(file: str) -> str:
    """The group of a file below `tests/`; most are one of their own."""
    name = file.removeprefix("tests/")
    return next((group for group, names in TOGETHER.items() if name.startswith(names)), name)


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Groups come first; the tests of a file stay together and in their order."""
    order = [*TOGETHER, *LONG]
    for item in items:
        file = item.nodeid.partition("::")[0].removeprefix("tests/")
        if file.startswith(WHOLE_RUNS) or SHARED.keys() & set(getattr(item, "fixturenames", ())):
            item.add_marker("whole_run")

    def place(item: pytest.Item) -> int:
        group = group_of(item.nodeid.partition("::")[0])
        for fixture in SHARED.keys() & set(getattr(item, "fixturenames", ())):
            if SHARED[fixture] != group:
                raise pytest.UsageError(
                    f"{item.nodeid} uses {fixture}; its file belongs to {SHARED[fixture]!r} in "
                    "TOGETHER (tests/conftest.py)"
                )
        return order.index(group) if group in order else len(order)

    items.sort(key=place)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """`--dist loadfile` by groups of files; xdist's `loadgroup` has no effect with pytest 9.2."""
    if config.getvalue("dist") != "loadfile":
        return None
    from xdist.scheduler import LoadFileScheduling

    class Together(LoadFileScheduling):
        def _split_scope(self, nodeid: str) -> str:
            return group_of(super()._split_scope(nodeid))

    return Together(config, log)


@pytest.fixture(autouse=True)
def _no_dagster_home_is_left() -> Iterator[None]:
    """A run in this process names its workspace there, whose folder goes with its test."""
    before = os.environ.get("DAGSTER_HOME")
    yield
    os.environ.pop("DAGSTER_HOME", None)
    if before is not None:
        os.environ["DAGSTER_HOME"] = before


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
    from pipelines.models.catalog import all_models
    from pipelines.run import steps
    from pipelines.run.session import open_session

    workspace = make_workspace(tmp_path_factory.mktemp("company") / "ws", ROOT / "data" / "raw")
    started = dt.datetime(2026, 11, 16)
    with open_session(workspace, dt.date(2026, 11, 15), started, "test") as session:
        steps.land(session)
        steps.stage(session)
        steps.policies(session)
        for model in all_models(session.policies):
            steps.build(session, model)
    return workspace
