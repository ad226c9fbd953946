"""Property tests: the same examples on every run, each within seconds."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager

import pytest
from hypothesis import HealthCheck, settings

from tests.support.laboratory import Laboratory

settings.register_profile(
    "attain",
    deadline=None,
    derandomize=True,
    database=None,
    max_examples=60,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
settings.load_profile("attain")


@pytest.fixture
def fresh(_laboratory: Laboratory) -> Callable[[], AbstractContextManager[Laboratory]]:
    """`with fresh() as lab:` gives every example an empty warehouse."""

    @contextmanager
    def empty() -> Iterator[Laboratory]:
        _laboratory.con.execute("begin")
        try:
            yield _laboratory
        finally:
            _laboratory.con.execute("rollback")

    return empty
