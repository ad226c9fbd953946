"""The sample company run from its exports, once for all tests that look at its pages."""

from __future__ import annotations

import pytest

from tests.support.runs import FirstRun, first_run


@pytest.fixture(scope="session")
def one_run(tmp_path_factory: pytest.TempPathFactory) -> FirstRun:
    """For tests that look at pages, and leave the workspace as they found it."""
    return first_run(tmp_path_factory.mktemp("one"))
