"""No SQL model without a test: each is read by name in a module of this folder."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from pipelines.models.generate import table_of
from tests.support.laboratory import models, shipped

GROUPS = ("core", "receivables", "commission", "funnel", "appraisal", "kpi")


def _tables_with_golden_cases() -> set[str]:
    """Each KPI has a case of its own, read through the views of all KPIs."""
    kpis = shipped()[1].catalogue.kpis.values()
    tables = {table_of(kpi) for kpi in kpis if kpi.golden is not None}
    return {*tables, "kpi.value", "mart.kpi_value"}


def _models_read() -> set[str]:
    """First arguments of `lab.result(…)` and of the helpers that pass one on, in this folder."""
    found = set()
    for path in Path(__file__).parent.glob("test_*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
                first = node.args[0] if node.args else None
                if node.func.attr == "result" and isinstance(first, ast.Constant):
                    found.add(str(first.value))
    return found


READ = _models_read() | _tables_with_golden_cases()


@pytest.mark.parametrize("name", sorted(m.name for m in models().values() if m.group in GROUPS))
def test_a_test_reads_the_model(name: str) -> None:
    assert name in READ, f'no test in {Path(__file__).parent.name}/ calls lab.result("{name}")'
