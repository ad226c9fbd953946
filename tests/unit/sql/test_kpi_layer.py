"""The KPI layer: sums rolled up, percentiles looked up again, one shape for all, absent exports."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from pipelines.models.generate import table_of
from tests.support.facts.documents import day
from tests.support.laboratory import Laboratory, Row, pick, shipped

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
    lab.given("core.org_day", team("E1", "E2")).build("core.org_span")
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
    lab.given("core.org_day", team("E1", "E2")).build("core.org_span")
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


def test_each_of_the_last_days_stands_beside_the_day_before_and_the_year_before(
    lab: Laboratory,
) -> None:
    lab.given("core.org_day", [
        {"employee_id": "E1", "calendar_date": day("2026-11-12"), "is_active": True},
    ])  # fmt: skip
    lab.given("core.fct_activity", [
        {"activity_id": str(number), "employee_id": "E1", "type": "call",
         "occurred_date": day(date)}
        for number, date in enumerate(
            ["2026-11-13", "2026-11-13", "2026-11-12", "2025-11-14", "2025-01-01"]
        )
    ])  # fmt: skip
    rows = {(row["period_start"], row["scope_kind"]): row for row in lab.result("kpi.activity_day")}
    found = rows[day("2026-11-13"), "employee"]
    assert (found["calls__num"], found["calls__prev_num"], found["calls__py_num"]) == (2, 1, 1)
    assert (found["period_kind"], found["period_end"]) == ("day", day("2026-11-13"))
    assert not any(start < day("2025-10-12") for start, _ in rows)  # four hundred days


def test_who_made_no_call_that_day_has_made_none(lab: Laboratory) -> None:
    lab.given("core.org_day", [
        {"employee_id": "E1", "calendar_date": day("2026-11-12"), "is_active": True},
    ])  # fmt: skip
    lab.given("core.fct_lead", [
        {"lead_id": "L", "owner_id": "E2", "sql_date": day("2026-11-12")},
    ])  # fmt: skip
    rows = {row["scope_id"]: row["new_prospects__num"] for row in lab.result("kpi.lead_day")}
    assert rows == {"E1": None, "E2": 1, "(none)": 1, "C": 1}


def test_what_was_signed_and_collected_on_a_day_is_the_owner_s_and_their_unit_s(
    lab: Laboratory,
) -> None:
    lab.given("core.org_day", team("E1", "E2")).build("core.org_span")
    lab.given("core.fct_contract", [
        contract("A", "E1", "2026-11-05", Decimal("10.01")), contract("B", "E2", "2026-11-05", 20),
        contract("C", "E1", "2026-11-04", 40),
    ])  # fmt: skip
    lab.given("core.fct_collection", [
        {"receipt_id": number, "invoice_id": "I", "owner_id": owner, "amount_base": amount,
         "allocated_date": day("2026-11-05")}
        for number, owner, amount in (("R1", "E1", 5), ("R2", "E2", Decimal("0.50")))
    ])  # fmt: skip
    for rows, measure, first, second in (
        (lab.result("kpi.contract_day"), "contract_amount", Decimal("10.01"), 20),
        (lab.result("kpi.collection_day"), "collections", 5, Decimal("0.50")),
    ):
        found = {
            row["scope_id"]: row[f"{measure}__num"]
            for row in rows
            if row["period_start"] == day("2026-11-05")
        }
        both = first + second
        assert found == {"E1": first, "E2": second, "T": both, "R": both, "C": both}


def test_a_share_is_of_all_ids_of_its_scope(lab: Laboratory) -> None:
    lab.given("core.fct_opportunity", [
        {"opportunity_id": str(number), "closed_date": day("2026-11-02"), "owner_id": "E1",
         "is_lost": True, "loss_reason": reason}
        for number, reason in enumerate(["price", "price", "timing"])
    ])  # fmt: skip
    rows = {
        row["scope_id"]: (row["loss_reason_share__num"], row["loss_reason_share__den"])
        for row in lab.result("kpi.opportunity")
        if (row["period_kind"], row["scope_kind"]) == ("month", "loss_reason")
        and row["period_start"] == day("2026-11-01")
    }
    assert rows == {"price": (2, 3), "timing": (1, 3)}


def test_a_fact_without_an_owner_is_the_company_s(lab: Laboratory) -> None:
    lab.given("core.org_day", [
        {"employee_id": "E1", "calendar_date": day("2026-11-12"), "is_active": True},
    ])  # fmt: skip
    lab.given("core.fct_campaign", [
        {"campaign_id": "A", "channel": "web", "start_date": day("2026-11-02"), "visits": 7},
    ])  # fmt: skip
    rows = {row["scope_kind"] for row in lab.result("kpi.campaign")}
    assert rows == {"company", "campaign", "channel"}


def test_a_fiscal_year_has_periods_of_its_own(lab: Laboratory) -> None:
    lab.con.execute("update policy.term set fiscal_year_starts = 4")
    lab.build("core.calendar", "core.period", "core.period_variant")
    rows = lab.query(
        "select period_kind, period_start, period_end from core.period "
        "where period_kind in ('fiscal_year', 'fytd') and period_end >= date '2026-01-01' "
        "order by 1, 2"
    )
    assert [tuple(row.values()) for row in rows] == [
        ("fiscal_year", day("2025-04-01"), day("2026-03-31")),
        ("fiscal_year", day("2026-04-01"), day("2027-03-31")),
        ("fytd", day("2026-04-01"), day("2026-11-15")),
    ]


def test_appraisal_reads_a_view_of_the_kpis_its_schemes_name(lab: Laboratory) -> None:
    lab.given("core.org_day", [
        {"employee_id": "E1", "calendar_date": day("2026-11-12"), "is_active": True},
    ])  # fmt: skip
    lab.build("core.period_scope")
    schemes = shipped()[1].schemes
    named = {part.kpi for scheme in schemes for part in scheme.judged if part.kpi}
    lab.build(*(table_of(shipped()[1].catalogue.kpis[name]) for name in named))
    assert {row["kpi_id"] for row in lab.result("kpi.appraised")} == named


def test_pages_read_the_current_periods_and_thirteen_weeks_of_lines(lab: Laboratory) -> None:
    """The day of the report is Sunday 2026-11-15; the thirteenth week begins on 17 August."""
    lab.given("mart.kpi_value", [
        {"kpi_id": kpi, "period_kind": kind, "period_start": day(start), "scope_kind": "company",
         "scope_id": "C", "value": 1}
        for kpi, kind, start in (
            ("now", "week", "2026-11-09"), ("now", "month", "2026-11-01"),
            ("now", "quarter", "2026-10-01"), ("now", "rolling_13w", "2026-08-17"),
            ("line", "week", "2026-08-17"), ("line", "week", "2026-11-02"),
            ("line", "rolling_13w", "2026-05-25"),
            ("gone", "week", "2026-08-10"), ("gone", "month", "2026-10-01"),
            ("gone", "quarter", "2026-07-01"), ("gone", "rolling_13w", "2026-05-18"),
            ("other", "year", "2026-01-01"), ("other", "mtd", "2026-11-01"),
        )
    ])  # fmt: skip
    rows = lab.result("mart.kpi_recent")
    assert pick(rows, "kpi_id", "period_kind", "period_start") == [
        ("line", "rolling_13w", day("2026-05-25")),
        ("line", "week", day("2026-08-17")), ("line", "week", day("2026-11-02")),
        ("now", "month", day("2026-11-01")), ("now", "quarter", day("2026-10-01")),
        ("now", "rolling_13w", day("2026-08-17")), ("now", "week", day("2026-11-09")),
    ]  # fmt: skip
