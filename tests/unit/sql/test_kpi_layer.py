"""The KPI layer: sums rolled up, percentiles looked up again, one shape for all, absent exports."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from documents import day
from laboratory import Laboratory, Row, pick

NOVEMBER = day("2026-11-01")


def values(lab: Laboratory, kpi: str) -> dict[tuple[str, str], dict[str, Any]]:
    """A KPI's values of the running month by scope."""
    return {
        (row["scope_kind"], row["scope_id"]): row
        for row in lab.result("mart.kpi_value")
        if (row["kpi_id"], row["period_kind"], row["period_start"]) == (kpi, "month", NOVEMBER)
    }


def contract(number: str, owner: str, date: str, amount: object, segment: str = "sme") -> Row:
    return {"contract_id": number, "owner_id": owner, "signed_date": day(date),
            "net_amount_base": amount, "segment": segment}  # fmt: skip


def left(number: str, owner: str, days: object) -> Row:
    """A settled visit to a stage."""
    return {"opportunity_id": number, "visit_no": 1, "stage_id": "proposal", "owner_id": owner,
            "left_date": day("2026-11-05"), "result": "advanced", "days": days}  # fmt: skip


def team(*people: str) -> list[Row]:
    return [
        {"employee_id": who, "calendar_date": day("2026-11-05"), "team_id": "T", "region_id": "R",
         "is_active": True} for who in people
    ]  # fmt: skip


def test_a_kpi_whose_export_is_absent_names_it(lab: Laboratory) -> None:
    lab.given("policy.kpi_need", [
        {"kpi_id": "csat", "table_name": "survey"},
        {"kpi_id": "coverage", "table_name": "quota"},
        {"kpi_id": "coverage", "table_name": "opportunity"},
        {"kpi_id": "calls", "table_name": "activity"},
    ])  # fmt: skip
    lab.given("meta.export_state", [
        {"table_name": "survey", "row_count": 0}, {"table_name": "quota", "row_count": 0},
        {"table_name": "opportunity", "row_count": 0}, {"table_name": "activity", "row_count": 1},
    ])  # fmt: skip
    rows = lab.result("kpi.no_data", "kpi_id")
    assert pick(rows, "kpi_id", "reason") == [
        ("coverage", "missing_export:opportunity,quota"),
        ("csat", "missing_export:survey"),
    ]


def test_sums_roll_up_from_people_to_the_company_and_to_segments(lab: Laboratory) -> None:
    lab.given("core.org_day", team("E1", "E2"))
    lab.given("core.fct_contract", [
        contract("A", "E1", "2026-11-05", 10), contract("B", "E2", "2026-11-05", 20, "strategic"),
        contract("C", "E9", "2026-11-05", 40),
    ])  # fmt: skip
    rows = [
        row for row in lab.result("kpi.contract")
        if (row["period_kind"], row["period_start"]) == ("month", NOVEMBER)
    ]  # fmt: skip
    assert pick(rows, "scope_kind", "scope_id", "contract_amount__num") == [
        ("company", "C", 70),
        ("employee", "E1", 10), ("employee", "E2", 20), ("employee", "E9", 40),
        ("region", "(none)", 40), ("region", "R", 30),
        ("segment", "sme", 50), ("segment", "strategic", 20),
        ("team", "(none)", 40), ("team", "T", 30),
    ]  # fmt: skip


def test_a_team_s_percentile_comes_from_its_rows_not_from_its_members_percentiles(
    lab: Laboratory,
) -> None:
    """Members' medians are 2 and 30; the median of 1, 2, 3 and 30 is 2.5."""
    lab.given("core.org_day", team("E1", "E2"))
    lab.given("core.fct_stage_exit", [
        left("A", "E1", 1), left("B", "E1", 2), left("C", "E1", 3), left("D", "E2", 30),
    ])  # fmt: skip
    rows = [
        row for row in lab.result("kpi.stage_exit_percentile")
        if (row["period_kind"], row["period_start"]) == ("month", NOVEMBER)
    ]  # fmt: skip
    found = {row["scope_id"]: (row["stage_days__num"], row["stage_days__n"]) for row in rows}
    assert found["T"] == (2.5, 4)
    assert found["E1"] == (2, 3)


def test_a_sum_without_rows_is_nothing_and_a_ratio_without_rows_is_unknown(
    lab: Laboratory,
) -> None:
    lab.given("core.org_day", team("E1"))
    lab.given("core.fct_contract", [contract("A", "E2", "2026-11-05", 10)])
    lab.given("kpi.no_data", []).build("core.period_scope", "kpi.contract")
    assert values(lab, "contract_amount")["employee", "E1"]["value"] == 0
    assert values(lab, "avg_contract_value")["employee", "E1"]["value"] is None


def test_the_first_days_of_the_data_are_compared_with_nothing(lab: Laboratory) -> None:
    """October's first contract is on the 20th: the same days of October are no zero."""
    lab.given("core.fct_contract", [
        contract("A", "E1", "2026-10-20", 10), contract("B", "E1", "2026-11-05", 30),
    ])  # fmt: skip
    lab.given("kpi.no_data", []).build("kpi.contract")
    assert values(lab, "contract_amount")["company", "C"]["previous_value"] is None
    lab.given("core.fct_contract", [
        contract("A", "E1", "2026-10-01", 10), contract("B", "E1", "2026-11-05", 30),
        contract("C", "E1", "2026-10-16", 500), contract("D", "E1", "2025-11-20", 7),
        contract("E", "E1", "2025-11-01", 2),
    ]).build("kpi.contract")  # fmt: skip
    row = values(lab, "contract_amount")["company", "C"]
    assert (row["previous_value"], row["prior_year_value"]) == (10, 2)


def test_a_kpi_without_its_export_has_no_value_and_no_comparison(lab: Laboratory) -> None:
    lab.given("core.fct_contract", [contract("A", "E1", "2026-11-05", 10)])
    lab.given("kpi.no_data", [{"kpi_id": "contract_amount", "reason": "missing_export:contract"}])
    row = values(lab.build("kpi.contract"), "contract_amount")["company", "C"]
    assert pick([row], "value", "numerator", "denominator", "previous_value", "no_data_reason") == [
        (None, None, None, None, "missing_export:contract")
    ]


def test_the_target_of_a_measure_is_its_quota_and_to_date_that_of_the_days_gone_by(
    lab: Laboratory,
) -> None:
    lab.given("core.fct_contract", [contract("A", "E1", "2026-11-05", 10)])
    lab.given("kpi.no_data", [])
    lab.given("core.quota_period", [
        {"measure": "contract_amount", "period_kind": kind, "period_start": NOVEMBER,
         "scope_kind": "company", "scope_id": "C", "quota": 100, "quota_to_date": 40}
        for kind in ("month", "mtd")
    ])  # fmt: skip
    lab.build("kpi.contract")
    found = {
        row["period_kind"]: row["target"]
        for row in lab.result("mart.kpi_value")
        if (row["kpi_id"], row["scope_kind"], row["period_start"])
        == ("contract_amount", "company", NOVEMBER)
    }
    assert found == {"month": 100, "mtd": 40}


def test_a_ratio_of_large_amounts_is_exact_to_eight_decimals(lab: Laboratory) -> None:
    lab.given("core.fct_order_line", [
        {"order_id": "O", "line_no": 1, "owner_id": "E1", "order_date": day("2026-11-05"),
         "net_amount_base": Decimal("90000000000.03"),
         "cost_amount_base": Decimal("30000000000.01")},
    ])  # fmt: skip
    lab.given("kpi.no_data", []).build("kpi.order_line")
    value = values(lab, "gross_margin_rate")["company", "C"]["value"]
    assert value == Decimal("0.66666667")


def test_a_scope_that_is_not_the_kpi_s_own_is_left_out(lab: Laboratory) -> None:
    """The fact knows segments; only KPIs that name the scope are shown by it."""
    lab.given("core.fct_opportunity", [
        {"opportunity_id": "O", "owner_id": "E1", "segment": "sme", "outcome": "won",
         "created_date": day("2026-11-05"), "closed_date": day("2026-11-05"), "is_won": True,
         "is_decided": True, "cycle_days": 5},
    ])  # fmt: skip
    lab.given("kpi.no_data", []).build("kpi.opportunity", "kpi.opportunity_percentile")
    assert ("segment", "sme") in values(lab, "win_rate_count")
    assert ("segment", "sme") not in values(lab, "sales_cycle_days")
