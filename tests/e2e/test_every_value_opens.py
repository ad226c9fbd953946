"""On the sample company: every KPI opens to rows that give it, adds up over scopes, and a few are
computed again from the raw files with other means."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from decimal import Decimal

import pandas as pd
import pytest
from laboratory import ROOT, shipped

from pipelines.kpi.explain import explain
from pipelines.warehouse.duck import Warehouse, open_warehouse
from pipelines.workspace import Workspace

CATALOGUE = shipped()[1].catalogue
ADDITIVE = sorted(
    name
    for name, kpi in CATALOGUE.kpis.items()
    if kpi.kind in ("sum", "ratio", "balance") and CATALOGUE.facts[kpi.fact].owner
)
AS_OF = dt.date(2026, 11, 15)
MONTH = {"month", "quarter", "year"}


@pytest.fixture(scope="module")
def warehouse(company: Workspace) -> Iterator[Warehouse]:
    with open_warehouse(company.warehouse, read_only=True) as opened:
        yield opened


@pytest.mark.parametrize("kpi_id", sorted(CATALOGUE.kpis))
def test_a_value_opens_to_rows_that_give_it(warehouse: Warehouse, kpi_id: str) -> None:
    """Of each kind of scope the one with most cases, in a period that is over."""
    found = warehouse.rows(
        "select scope_kind, scope_id, period_kind, period_start from mart.kpi_value "
        "where kpi_id = ? and n > 0 and period_kind in ('month', 'quarter', 'year') "
        "and (period_kind <> 'year' or period_start <= date '2026-01-01') "
        "qualify row_number() over (partition by scope_kind "
        "order by period_kind <> 'month', n desc, period_start desc, scope_id) = 1",
        [kpi_id],
    )
    assert found, f"{kpi_id} has no case on the sample"
    for row in found:
        period = _written(row["period_kind"], row["period_start"])
        scope = f"{row['scope_kind']}:{row['scope_id']}"
        opened = explain(warehouse, CATALOGUE, kpi_id, scope, period, limit=5)
        assert opened.adds_up is not False, (scope, period, opened.value)
        assert opened.row_count > 0, (scope, period)
        if not CATALOGUE.kpis[kpi_id].is_untraceable and opened.adds_up is None:
            assert opened.value["no_data_reason"], (scope, period)


def _written(kind: str, start: dt.date) -> str:
    if kind == "quarter":
        return f"{start.year}-Q{(start.month + 2) // 3}"
    return f"{start:%Y-%m}" if kind == "month" else str(start.year)


@pytest.mark.parametrize("kpi_id", ADDITIVE)
def test_regions_teams_and_people_add_up_to_the_company(warehouse: Warehouse, kpi_id: str) -> None:
    sums = warehouse.rows(
        "select scope_kind, period_kind, period_start, sum(numerator) as num, "
        "coalesce(sum(denominator), 0) as den, sum(n) as n from mart.kpi_value "
        "where kpi_id = ? and scope_kind in ('employee', 'team', 'region', 'company') "
        "and period_kind in ('week', 'month', 'quarter', 'year') group by all",
        [kpi_id],
    )
    by_scope: dict[str, dict[object, object]] = {}
    for row in sums:
        key = (row["period_kind"], row["period_start"])
        by_scope.setdefault(row["scope_kind"], {})[key] = (row["num"], row["den"], row["n"])
    company = {k: v for k, v in by_scope["company"].items() if v != (0, 0, 0)}
    for scope, found in by_scope.items():
        assert {k: v for k, v in found.items() if v != (0, 0, 0)} == company, scope


def raw(name: str, **how: object) -> pd.DataFrame:
    return pd.read_csv(ROOT / "data" / "raw" / name, dtype=str, keep_default_na=False, **how)  # type: ignore[call-overload]


def value(warehouse: Warehouse, kpi_id: str, period: str, start: str) -> Decimal:
    return Decimal(
        warehouse.scalar(
            "select value from mart.kpi_value where kpi_id = ? and period_kind = ? "
            "and period_start = cast(? as date) and scope_kind = 'company'",
            [kpi_id, period, start],
        )
    )
