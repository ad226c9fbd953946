"""Which files below `sql/` are models."""

from __future__ import annotations

from pipelines.warehouse.model import read_models


def test_a_template_that_only_uses_macros_is_a_model_and_one_that_needs_values_is_not() -> None:
    found = {model.name: model for model in read_models("core", "receivables", "kpi")}
    assert "core.fct_open_opportunity" not in found  # the fields of a process make it
    assert "core.receivable_day" in found
    model = found["mart.receivable_metric"]
    assert "{%" not in model.sql
    assert {"core.receivable_flow", "mart.receivable_ageing"} <= set(model.inputs)
    assert model.path == "receivables/receivable_metric.sql.j2"
