"""The sample company run twice from its exports; what a run costs is shared by many tests."""

from __future__ import annotations

import pytest

from tests.support.runs import FirstRun, first_run


@pytest.fixture(scope="session")
def one_run(tmp_path_factory: pytest.TempPathFactory) -> FirstRun:
    """For tests that look at pages, and leave the workspace as they found it."""
    return first_run(tmp_path_factory.mktemp("one"))


@pytest.fixture(scope="session")
def another_run(tmp_path_factory: pytest.TempPathFactory) -> FirstRun:
    """Over a copy of the same exports; for tests that change them."""
    return first_run(tmp_path_factory.mktemp("another"))
