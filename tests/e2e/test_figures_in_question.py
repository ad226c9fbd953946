"""The sample company's true figures lie within what its pages say until quarantine is set right."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from pipelines.models.catalog import all_models
from pipelines.run import steps
from pipelines.run.session import open_session
from pipelines.sample import generate
from pipelines.warehouse.duck import open_warehouse
from pipelines.warehouse.quoting import literal
from pipelines.workspace.workspace import Workspace
from tests.support.laboratory import make_workspace, models

_EIGHT_PLACES = Decimal("0.00000001")
KEY = "kpi_id, period_kind, period_start, scope_kind, scope_id"


def below(name: str) -> set[str]:
    """A model and all that it is computed from."""
    found, asked = {name}, [name]
    while asked:
        model = models().get(asked.pop())
        new = set(model.inputs) - found if model is not None else set()
        found |= new
        asked += new
    return found


@pytest.fixture(scope="module")
def truth(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The warehouse of the same company, every row of whose exports is right."""
    folder = tmp_path_factory.mktemp("truth")
    generate(folder / "raw", "small", 62, with_dirt=False)
    workspace = make_workspace(folder / "ws", folder / "raw")
    wanted = below("mart.kpi_recent")
    started = dt.datetime(2026, 11, 16)
    with open_session(workspace, dt.date(2026, 11, 15), started, "test") as session:
        steps.land(session)
        steps.stage(session)
        steps.policies(session)
        for model in all_models(session.policies):
            if model.name in wanted:
                steps.build(session, model)
        assert session.warehouse.scalar("select count(*) from mart.quarantine") == 0
        return session.warehouse.path


def test_the_truth_lies_in_every_range(
    sample_company: Workspace, truth: Path, record_property: Callable[[str, object], None]
) -> None:
    with open_warehouse(sample_company.warehouse, read_only=True) as warehouse:
        warehouse.con.execute(f"attach {literal(str(truth))} as truth (read_only)")
        rows = warehouse.rows(
            "select stated.*, truth.value as true_value from mart.kpi_range as stated "
            f"join truth.mart.kpi_recent as truth using ({KEY})"
        )
        in_question = {tuple(row[name] for name in KEY.split(", ")) for row in rows}
        others = warehouse.rows(
            f"select {KEY} from mart.kpi_recent as stated "
            f"join truth.mart.kpi_recent as truth using ({KEY}) "
            "join core.period as period using (period_kind, period_start) "
            "where period.is_current and stated.scope_kind in ('company', 'region', 'team') "
            "and (kpi_id, period_kind) in (select (kpi_id, period_kind) from mart.kpi_range) "
            "and stated.value is distinct from truth.value"
        )
    assert len(rows) > 50
    for row in rows:
        where = (row["kpi_id"], row["period_kind"], row["scope_id"])
        if row["lowest"] is not None:
            assert row["lowest"] - _EIGHT_PLACES <= row["true_value"], where
        if row["highest"] is not None:
            assert row["true_value"] <= row["highest"] + _EIGHT_PLACES, where
    wrong = [row for row in rows if row["value"] != row["true_value"]]
    assert len(wrong) > 10, "ranges that only hold what is stated prove nothing"
    # a figure without a range is the true one
    assert [tuple(row.values()) for row in others if tuple(row.values()) not in in_question] == []
    for row in rows:
        if row["scope_kind"] == "company":
            record_property(f"{row['kpi_id']} {row['period_kind']}", _width(row))


def _width(row: dict[str, Any]) -> str:
    return f"{row['lowest']} to {row['highest']}, truly {row['true_value']}"
