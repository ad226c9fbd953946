"""Makes the example pages importable, and gives the tests of this folder warehouses to read."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from pipelines.reporting.model.page import Page
from pipelines.workspace.workspace import Workspace

sys.path.insert(0, str(Path(__file__).parent))


@pytest.fixture(scope="session")
def sample_warehouse(sample_company: Workspace) -> Path:
    """The sample company's warehouse, computed once for all tests."""
    return sample_company.warehouse


@pytest.fixture(scope="module")
def sample(sample_warehouse: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    from warehouses import opened

    with opened(sample_warehouse) as con:
        yield con


@pytest.fixture(scope="session")
def pages(sample_warehouse: Path) -> dict[str, list[Page]]:
    """The pages of all reports over the sample company."""
    from warehouses import SUNDAY, opened

    from pipelines.reporting.reports import REPORTS

    with opened(sample_warehouse) as con:
        return {name: report.build(con, SUNDAY) for name, report in REPORTS.items()}
