"""Warehouses to build pages from: the sample company's, and small ones a test can hold in its head.

Every export is landed, staged and computed as in a run; only Dagster and publication are left out.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import date, datetime
from pathlib import Path

import duckdb

from pipelines.models.catalog import all_models
from pipelines.onboarding.scaffold import copy_examples
from pipelines.run import steps
from pipelines.run.session import Session, open_session
from pipelines.warehouse.model import Model
from pipelines.workspace.workspace import open_workspace
from tests.support.laboratory import ROOT

SUNDAY = date(2026, 11, 15)
STARTED = datetime(2026, 11, 16)

SETTINGS = """\
name: {{zh: 测试公司, en: Test company}}
as_of: {as_of}
inputs:
  - path: {path}
    format: {format}
"""


def sample_workspace(root: Path) -> Path:
    """A workspace of its own over the sample company's exports."""
    raw = ROOT / "data" / "raw"
    (root / "attain.yaml").write_text(
        SETTINGS.format(as_of=SUNDAY, path=raw, format="mapped"), encoding="utf-8"
    )
    (root / "sources").symlink_to(ROOT / "sources")
    copy_examples(root / "policy")
    return root


def small_workspace(root: Path, tables: Mapping[str, str], as_of: date = SUNDAY) -> Path:
    """A workspace over canonical CSV files given as text."""
    raw = root / "raw"
    raw.mkdir(parents=True)
    for name, text in tables.items():
        (raw / f"{name}.csv").write_text(text, encoding="utf-8")
    (root / "attain.yaml").write_text(
        SETTINGS.format(as_of=as_of, path="raw", format="canonical"), encoding="utf-8"
    )
    copy_examples(root / "policy")
    return root


_MODELS: list[Model] = []


def models_of(session: Session) -> list[Model]:
    """All models; every workspace here uses the shipped policies, so they are parsed once."""
    if not _MODELS:
        _MODELS.extend(all_models(session.policies))
    return _MODELS


def compute(root: Path) -> Path:
    """Land, stage and compute everything; returns the warehouse's file."""
    workspace = open_workspace(root)
    as_of = workspace.settings.as_of or SUNDAY
    with open_session(workspace, as_of, STARTED, "test") as session:
        steps.land(session)
        steps.stage(session)
        steps.policies(session)
        for model in models_of(session):
            steps.build(session, model)
    return workspace.warehouse


@contextmanager
def opened(path: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """A read-only connection, closed however the block ends."""
    con = duckdb.connect(str(path), read_only=True, config={"threads": 1})
    try:
        yield con
    finally:
        con.close()
