"""Every catalogue entry carries a case worked by hand; here its SQL has to give that answer."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest

from pipelines.models.generate import table_of
from tests.support.laboratory import AS_OF, Laboratory, models, shipped

CATALOGUE = shipped()[1].catalogue


@pytest.mark.parametrize("kpi_id", sorted(CATALOGUE.kpis))
def test_the_golden_case_comes_out(lab: Laboratory, kpi_id: str) -> None:
    kpi = CATALOGUE.kpis[kpi_id]
    golden = kpi.golden
    assert golden is not None, f"{kpi_id} has no golden case"
    given = dict(golden.given)
    if golden.rows:
        given[CATALOGUE.facts[kpi.fact].table] = golden.rows
    for table, rows in given.items():
        lab.given(table, [dict(row) for row in rows])
    lab.given("kpi.no_data", [])
    lab.build(*_between(tuple(given), kpi_id))
    scope_kind, _, scope_id = golden.scope.partition(":")
    row = lab.query(
        f"select numerator, denominator, value, n from mart.kpi_value where kpi_id = '{kpi_id}' "
        f"and period_kind = '{golden.period_kind}' and period_start = '{golden.period_start}' "
        f"and scope_kind = '{scope_kind}' and scope_id = '{scope_id or 'C'}'"
    )[0]
    expected = {"value": golden.value, "n": golden.n}
    if kpi.kind != "percentile":
        expected |= {"numerator": golden.numerator}
    if golden.denominator is not None:
        expected |= {"denominator": golden.denominator}
    assert {name: row[name] for name in expected} == expected


def _between(given: tuple[str, ...], kpi_id: str) -> list[str]:
    """The models on the way from the tables given to the KPI's value, in order of building."""
    kpi = CATALOGUE.kpis[kpi_id]
    last = {table_of(CATALOGUE.kpis[other]) for other in (kpi_id, *kpi.references)}
    last |= {table for name in last for table in models()[name].inputs if table.startswith("kpi.")}
    return [
        name
        for name in models()
        if name not in given and name in last  # the views over them stand already
    ]


def test_every_kpi_has_words_in_both_languages() -> None:
    for name, kpi in CATALOGUE.kpis.items():
        for text in (kpi.label, kpi.description, kpi.formula):
            assert text.zh.strip() and text.en.strip(), name
            assert text.zh != text.en, name


def test_previous_period_of_a_running_month_stops_at_the_same_day(lab: Laboratory) -> None:
    lab.given(
        "core.fct_contract",
        [
            {"contract_id": "A", "owner_id": "E1", "signed_date": dt.date(2026, 10, 10),
             "net_amount_base": 100},
            {"contract_id": "B", "owner_id": "E1", "signed_date": dt.date(2026, 10, 16),
             "net_amount_base": 900},
            {"contract_id": "C", "owner_id": "E1", "signed_date": dt.date(2026, 11, 2),
             "net_amount_base": 50},
            {"contract_id": "D", "owner_id": "E1", "signed_date": dt.date(2026, 9, 1),
             "net_amount_base": 7},
        ],
    )  # fmt: skip
    rows = lab.query(f"select * from ({models()['kpi.contract'].sql}) where scope_kind = 'company'")
    found = {(r["period_kind"], r["period_start"]): r for r in rows}
    running = found["month", dt.date(2026, 11, 1)]
    assert running["contract_amount__num"] == 50
    assert running["contract_amount__prev_num"] == 100  # 1–15 October, not the whole month
    whole = found["month", dt.date(2026, 10, 1)]
    assert whole["contract_amount__prev_num"] == 7
    assert dt.date(2026, 11, 15) == AS_OF


def test_a_ratio_is_a_ratio_of_sums_and_null_on_an_empty_denominator(lab: Laboratory) -> None:
    lab.given(
        "core.fct_order_line",
        [
            {"order_id": "A", "line_no": 1, "owner_id": "E1", "order_date": dt.date(2026, 11, 2),
             "net_amount_base": 100, "cost_amount_base": 50},
            {"order_id": "A", "line_no": 2, "owner_id": "E2", "order_date": dt.date(2026, 11, 2),
             "net_amount_base": 900, "cost_amount_base": 810},
        ],
    )  # fmt: skip
    lab.given("core.org_day", [
        {"employee_id": "E3", "calendar_date": dt.date(2026, 11, 2), "is_active": True},
    ])  # fmt: skip
    lab.given("kpi.no_data", [])
    lab.build("core.period_scope", "kpi.order_line", "kpi.value", "mart.kpi_value")
    rows = lab.query(
        "select scope_kind, scope_id, value, n from mart.kpi_value "
        "where kpi_id = 'gross_margin_rate' and period_kind = 'month' "
        "and period_start = date '2026-11-01'"
    )
    found = {(r["scope_kind"], r["scope_id"]): r for r in rows}
    assert found["company", "C"]["value"] == Decimal(
        "0.14"
    )  # (50 + 90) / 1000, not a mean of rates
    assert found["employee", "E3"]["value"] is None
    assert found["employee", "E3"]["n"] == 0


def test_a_transfer_puts_each_fact_where_its_owner_was(lab: Laboratory) -> None:
    days = [dt.date(2026, 11, d) for d in range(1, 16)]
    lab.given("core.org_day", [
        {"employee_id": "E1", "calendar_date": day, "is_active": True,
         "team_id": "T1" if day.day < 10 else "T2", "region_id": "R"}
        for day in days
    ]).build("core.org_span")  # fmt: skip
    lab.given("core.fct_contract", [
        {"contract_id": "A", "owner_id": "E1", "signed_date": dt.date(2026, 11, 9),
         "net_amount_base": 30},
        {"contract_id": "B", "owner_id": "E1", "signed_date": dt.date(2026, 11, 10),
         "net_amount_base": 12},
    ])  # fmt: skip
    rows = lab.query(
        f"select scope_kind, scope_id, contract_amount__num as amount "
        f"from ({models()['kpi.contract'].sql}) "
        "where period_kind = 'month' and period_start = date '2026-11-01' "
        "and contract_amount__num is not null and scope_kind <> 'segment' order by all"
    )
    assert [(r["scope_kind"], r["scope_id"], int(r["amount"])) for r in rows] == [
        ("company", "C", 42),
        ("employee", "E1", 42),
        ("region", "R", 42),
        ("team", "T1", 30),
        ("team", "T2", 12),
    ]


def test_a_missing_export_reads_no_data_and_is_named(lab: Laboratory) -> None:
    lab.given("meta.export_state", [
        {"table_name": "survey", "row_count": 0}, {"table_name": "lead", "row_count": 5},
    ])  # fmt: skip
    lab.given("core.org_day", [
        {"employee_id": "E1", "calendar_date": dt.date(2026, 11, 2), "is_active": True},
    ])  # fmt: skip
    lab.build("kpi.no_data", "core.period_scope", "kpi.survey", "kpi.value", "mart.kpi_value")
    rows = lab.query(
        "select distinct value, no_data_reason from mart.kpi_value where kpi_id = 'csat'"
    )
    assert rows == [{"value": None, "no_data_reason": "missing_export:survey"}]
