"""On the sample company: every KPI opens to rows that give it, adds up over scopes, and a few are
computed again from the raw files with other means."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

import pandas as pd
import pytest

from pipelines.explain.explain import Shared, explain
from pipelines.warehouse.duck import Warehouse, open_warehouse
from pipelines.workspace.workspace import Workspace
from tests.support.laboratory import ROOT, shipped

CATALOGUE = shipped()[1].catalogue
ADDITIVE = sorted(
    name
    for name, kpi in CATALOGUE.kpis.items()
    if kpi.kind in ("sum", "ratio", "balance") and CATALOGUE.facts[kpi.fact].owner
)


# The sample's exports hold nothing that these count; their golden cases are all they are tried on.
NOT_ON_THE_SAMPLE = {
    "activity_plan_rate",  # no quota of calls, visits or new prospects
    "joint_visits",  # no column says who went along
    "partner_conflicts",  # no customer with open deals of two channels
}


@pytest.fixture(scope="module")
def warehouse(sample_company: Workspace) -> Iterator[Warehouse]:
    with open_warehouse(sample_company.warehouse, read_only=True) as opened:
        yield opened


@dataclass(frozen=True)
class Chosen:
    """Values to open, by their KPI, and the warehouse that holds them ready."""

    shared: Shared
    places: dict[str, list[tuple[str, str]]]


@pytest.fixture(scope="module")
def chosen(warehouse: Warehouse) -> Iterator[Chosen]:
    """Of each KPI and kind of scope the one with most cases, in a period that is over."""
    found: dict[str, list[tuple[str, str]]] = {}
    for row in warehouse.rows(
        "select kpi_id, scope_kind, scope_id, period_kind, period_start from mart.kpi_value "
        "where n > 0 and period_kind in ('month', 'quarter', 'year') "
        "and (period_kind <> 'year' or period_start <= date '2026-01-01') "
        "qualify row_number() over (partition by kpi_id, scope_kind "
        "order by period_kind <> 'month', n desc, period_start desc, scope_id) = 1"
    ):
        scope = f"{row['scope_kind']}:{row['scope_id']}"
        period = _written(row["period_kind"], row["period_start"])
        found.setdefault(row["kpi_id"], []).append((scope, period))
    scopes = {scope for places in found.values() for scope, _ in places}
    shared = Shared(warehouse, CATALOGUE, CATALOGUE.kpis, scopes)
    yield Chosen(shared, found)
    shared.close()


@pytest.mark.parametrize("kpi_id", sorted(CATALOGUE.kpis))
def test_a_value_opens_to_rows_that_give_it(chosen: Chosen, kpi_id: str) -> None:
    is_there = kpi_id in chosen.places
    assert is_there is (kpi_id not in NOT_ON_THE_SAMPLE), f"{kpi_id}: a case on the sample?"
    for scope, period in chosen.places.get(kpi_id, ()):
        opened = explain(chosen.shared, CATALOGUE, kpi_id, scope, period, limit=5)
        assert opened.adds_up is not False, (scope, period, opened.value)
        assert opened.row_count > 0, (scope, period)
        if not CATALOGUE.kpis[kpi_id].is_untraceable and opened.adds_up is None:
            # a unit without sales may pay commission: its ratio over nothing has no value
            assert opened.value["no_data_reason"] or not opened.value["denominator"], (
                scope, period,
            )  # fmt: skip


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


def raw(name: str) -> pd.DataFrame:
    """A raw export as it lies there, every cell as text, repeated keys once."""
    file = ROOT / "data" / "raw" / name
    table = pd.read_csv(file, dtype=str, keep_default_na=False, encoding="utf-8-sig")
    return table.drop_duplicates(subset=table.columns[0])


def of_september(column: pd.Series) -> pd.Series:
    return pd.to_datetime(column, errors="coerce", format="mixed").dt.strftime("%Y-%m") == "2026-09"


def september(warehouse: Warehouse, kpi_id: str) -> tuple[Decimal, Decimal]:
    row = warehouse.rows(
        "select numerator, denominator from mart.kpi_value where kpi_id = ? "
        "and period_kind = 'month' and period_start = date '2026-09-01' and scope_kind = 'company'",
        [kpi_id],
    )[0]
    return row["numerator"], row["denominator"]


def test_first_responses_are_what_pandas_measures_in_the_raw_file(warehouse: Warehouse) -> None:
    table = raw("crm/服务工单.csv")
    table = table[of_september(table["提交时间"])]
    waited = pd.to_datetime(table["首次响应时间"], errors="coerce") - pd.to_datetime(
        table["提交时间"]
    )
    hours = waited.dt.total_seconds() / 3600
    median = warehouse.scalar(
        "select value from mart.kpi_value where kpi_id = 'case_first_response_hours' "
        "and period_kind = 'month' and period_start = date '2026-09-01' and scope_kind = 'company'"
    )
    assert float(median) == pytest.approx(hours.median(), abs=1e-6)
    complaints = int((table["类别"] == "投诉").sum())
    assert september(warehouse, "complaints")[0] == complaints


def test_satisfaction_is_what_pandas_counts_in_the_raw_file(warehouse: Warehouse) -> None:
    table = raw("crm/客户调查.csv")
    table = table[of_september(table["答复时间"])]
    csat = pd.to_numeric(table[table["调查类型"] == "满意度"]["评分"])
    nps = pd.to_numeric(table[table["调查类型"] == "净推荐值"]["评分"])
    assert september(warehouse, "csat") == (int(csat.sum()), len(csat))
    balance = 100 * (int((nps >= 9).sum()) - int((nps <= 6).sum()))
    assert september(warehouse, "nps") == (balance, len(nps))


def test_delivery_is_what_pandas_counts_in_the_workbook(warehouse: Warehouse) -> None:
    sheet = pd.read_excel(
        ROOT / "data" / "raw" / "erp" / "订单.xlsx", sheet_name="订单", header=None, skiprows=3,
        engine="calamine",
    ).drop_duplicates(subset=0)  # fmt: skip
    promised, delivered, status = sheet[7], sheet[8], sheet[9]
    due = of_september(promised) & (status != "已取消")
    on_time = pd.to_datetime(delivered, errors="coerce") <= pd.to_datetime(
        promised, errors="coerce", format="mixed"
    )
    counted = (int((due & on_time).sum()), int(due.sum()))
    assert september(warehouse, "on_time_delivery_rate") == counted
