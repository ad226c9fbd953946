"""Which files below `sql/` are models."""

from __future__ import annotations

from pipelines.warehouse.model import read_models


def test_a_template_that_only_uses_macros_is_a_model_and_one_that_needs_values_is_not() -> None:
    found = {model.name: model for model in read_models()}
    assert "core.fct_open_opportunity" not in found  # the fields of a process make it
    assert "receivables.balance_day" in found
    model = found["mart.receivable_metric"]
    assert "{%" not in model.sql
    assert {"receivables.flow_day", "mart.receivable_ageing"} <= set(model.inputs)
    assert model.path == "mart/receivables/receivable_metric.sql.j2"
    assert model.group == "receivables"
