"""Makes the example pages importable, and gives the tests of this folder warehouses to read."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

sys.path.insert(0, str(Path(__file__).parent))


@pytest.fixture(scope="session")
def sample_warehouse(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sample company's warehouse, computed once for all tests."""
    from warehouses import compute, sample_workspace

    return compute(sample_workspace(tmp_path_factory.mktemp("sample")))


@pytest.fixture(scope="module")
def sample(sample_warehouse: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    from warehouses import opened

    with opened(sample_warehouse) as con:
        yield con
