"""Warehouses for the tests of this folder to read, and the pages built from them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from pipelines.reporting.model.page import Page
from pipelines.workspace.workspace import Workspace


@pytest.fixture(scope="session")
def sample_warehouse(sample_company: Workspace) -> Path:
    """The sample company's warehouse, computed once for all tests."""
    return sample_company.warehouse


@pytest.fixture(scope="module")
def sample(sample_warehouse: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    from tests.support.pages.warehouses import opened

    with opened(sample_warehouse) as con:
        yield con


@pytest.fixture(scope="session")
def pages(sample_warehouse: Path) -> dict[str, list[Page]]:
    """The pages of all reports over the sample company."""
    from pipelines.reporting.reports import REPORTS
    from tests.support.pages.warehouses import SUNDAY, opened

    with opened(sample_warehouse) as con:
        return {name: list(report.build(con, SUNDAY)) for name, report in REPORTS.items()}
