"""The tables of sales operations' page, over rows worked out by hand."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal as D
from typing import Any

import pytest

from tests.support.laboratory import Laboratory, Row, pick


def day(text: str) -> dt.date:
    return dt.date.fromisoformat(text)


def moment(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(text)


# --- mart.crm_hygiene: Sunday 15 November and Sunday 8 -----------------------------------------


def span(number: str, owner: str = "E1", due: str = "2026-12-31", **more: Any) -> Row:
    return {"opportunity_id": number, "owner_id": owner, "expected_close_date": day(due),
            "valid_from": day("2026-10-01"), "valid_before": day("9999-12-31"),
            **more}  # fmt: skip


def deals(lab: Laboratory, *spans: Row, required: int = 4, filled: dict[str, int] | None = None):
    """Deals that were created on 1 October and are open today."""
    numbers = sorted({row["opportunity_id"] for row in spans})
    lab.given("core.pipeline_span", spans)
    lab.given("core.fct_opportunity", [
        {"opportunity_id": n, "created_date": day("2026-10-01")} for n in numbers
    ])  # fmt: skip
    lab.given("core.fct_open_opportunity", [
        {"opportunity_id": n, "as_of_date": day("2026-11-15"), "required_fields": required,
         "filled_fields": (filled or {}).get(n, required)} for n in numbers
    ])  # fmt: skip
    return lab.given("meta.export_state", [{"table_name": "activity", "row_count": 5}])


def activity(number: str, at: str, logged: str | None, deal: str | None = None) -> Row:
    return {"activity_id": number, "employee_id": "E1", "opportunity_id": deal, "type": "call",
            "occurred_at": moment(at), "occurred_date": moment(at).date(),
            "logged_at": moment(logged) if logged else None}  # fmt: skip


def hygiene(lab: Laboratory, *columns: str) -> dict[str, tuple[Any, ...]]:
    """The columns asked for, by the day looked at."""
    return {
        row["as_of_date"].isoformat(): tuple(row[column] for column in columns)
        for row in lab.result("mart.crm_hygiene")
    }


def test_a_deal_is_past_due_on_the_days_after_its_date(lab: Laboratory) -> None:
    deals(lab, span("A", due="2026-11-08"), span("B", due="2026-11-15"))
    found = hygiene(lab, "open_deals", "past_due_deals")
    assert found == {"2026-11-08": (2, 0), "2026-11-15": (2, 1)}


def test_a_deal_is_stale_after_fourteen_days_without_activity_or_change(lab: Laboratory) -> None:
    deals(lab, span("called"), span("changed"), span("left alone"))
    lab.given("core.fct_activity", [activity("1", "2026-11-02 09:00", None, "called")])
    lab.given("staging.opportunity_event", [
        {"opportunity_id": "changed", "changed_at": moment("2026-11-01 09:00")}
    ])  # fmt: skip
    # the change of 1 November is fourteen days old on the 15th, the call of the 2nd is not
    assert hygiene(lab, "stale_deals") == {"2026-11-08": (1,), "2026-11-15": (2,)}


def test_without_an_export_of_activities_no_deal_is_called_stale(lab: Laboratory) -> None:
    deals(lab, span("left alone"))
    lab.given("meta.export_state", [{"table_name": "activity", "row_count": 0}])
    assert hygiene(lab, "stale_deals") == {"2026-11-08": (0,), "2026-11-15": (0,)}


def test_a_deal_with_two_faults_is_one_deal_to_set_right(lab: Laboratory) -> None:
    deals(lab, span("both", due="2026-11-01"), span("fine"), filled={"both": 3})
    lab.given("core.fct_activity", [
        activity("1", "2026-11-08 09:00", None, "both"),
        activity("2", "2026-11-08 09:00", None, "fine"),
    ])  # fmt: skip
    now = hygiene(lab, "incomplete_deals", "past_due_deals", "flawed_deals", "filled_fields",
                  "required_fields")["2026-11-15"]  # fmt: skip
    assert now == (1, 1, 1, 7, 8)


def test_which_fields_were_filled_a_week_ago_is_not_known(lab: Laboratory) -> None:
    deals(lab, span("A"), filled={"A": 0})
    found = hygiene(lab, "incomplete_deals", "flawed_deals", "required_fields")
    assert found["2026-11-08"] == (None, None, None)


def test_a_deal_counts_to_whoever_had_it_on_the_day_looked_at(lab: Laboratory) -> None:
    deals(
        lab,
        span("A", "E1", valid_before=day("2026-11-10")),
        span("A", "E2", valid_from=day("2026-11-10")),
    )
    rows = lab.result("mart.crm_hygiene")
    assert pick(rows, "employee_id", "as_of_date", "open_deals") == [
        ("E1", day("2026-11-08"), 1), ("E2", day("2026-11-15"), 1),
    ]  # fmt: skip


@pytest.mark.parametrize("hours", [24, 4])
def test_an_activity_entered_after_the_hours_of_policy_is_late(lab: Laboratory, hours: int) -> None:
    lab.con.execute("update policy.term set activity_logged_within_hours = ?", [hours])
    at, long_ago = moment("2026-11-10 09:00"), moment("2026-08-16 09:00")
    lab.given("staging.activity", [
        {"activity_id": number, "employee_id": "E1", "type": "call", "occurred_at": done,
         "logged_at": done + dt.timedelta(hours=hours, minutes=more) if more is not None else None}
        for number, done, more in [("in time", at, 0), ("late", at, 1),
                                   ("no time of entry", at, None), ("too long ago", long_ago, 1)]
    ]).build("core.fct_activity")  # fmt: skip
    found = hygiene(lab, "open_deals", "activities", "late_activities")
    # the call of 16 August is 91 days before the 15th, 84 before the 8th
    assert found == {"2026-11-08": (0, 1, 1), "2026-11-15": (0, 2, 1)}


# --- mart.lead_funnel: the year 2026 to 15 November --------------------------------------------


def lead(number: str, created: str = "2026-03-02", **more: Any) -> Row:
    return {"lead_id": number, "created_at": moment(created), "created_date": day(created),
            "source": "website", "is_valid": True, "is_prospect": False, **more}  # fmt: skip


def leads(lab: Laboratory, *rows: Row, converted: dict[str, str] | None = None) -> Laboratory:
    lab.given("core.fct_lead", rows)
    return lab.given("staging.lead", [
        {"lead_id": row["lead_id"],
         "converted_at": moment(converted[row["lead_id"]])
         if converted and row["lead_id"] in converted else None} for row in rows
    ])  # fmt: skip


def funnel(lab: Laboratory, breakdown: str) -> list[dict[str, Any]]:
    return [r for r in lab.result("mart.lead_funnel", "group_id") if r["breakdown"] == breakdown]


def test_a_source_has_the_leads_created_this_year(lab: Laboratory) -> None:
    leads(lab, lead("A"), lead("B", is_valid=False), lead("C", "2025-12-31"),
          lead("D", source="partner"))  # fmt: skip
    assert pick(funnel(lab, "source"), "group_id", "leads", "valid_leads", "spend_amount") == [
        ("partner", 1, 1, None), ("website", 2, 1, None),
    ]  # fmt: skip


def test_a_lead_is_converted_by_its_date_or_by_its_opportunity(lab: Laboratory) -> None:
    leads(
        lab, lead("dated"), lead("later"), lead("by deal", opportunity_id="O1"), lead("open"),
        converted={"dated": "2026-11-15 23:59", "later": "2026-11-16 00:00"},
    )  # fmt: skip
    lab.given("core.fct_opportunity", [{"opportunity_id": "O1", "is_won": True}])
    assert pick(funnel(lab, "source"), "leads", "converted_leads", "won_leads") == [(4, 2, 1)]


def test_a_channels_cost_stands_beside_all_leads_of_its_campaigns(lab: Laboratory) -> None:
    lab.given("staging.campaign", [
        {"campaign_id": "C1", "channel": "fair", "start_date": day("2026-02-01"), "spend": 100},
        {"campaign_id": "C2", "channel": "fair", "start_date": day("2026-11-15"), "spend": 50},
        {"campaign_id": "old", "channel": "fair", "start_date": day("2025-12-01"), "spend": 7},
        {"campaign_id": "next", "channel": "fair", "start_date": day("2026-11-16"), "spend": 9},
    ])  # fmt: skip
    leads(lab, lead("A", campaign_id="C1"), lead("B", campaign_id="C1"),
          lead("of last year's", campaign_id="old"), lead("of none"))  # fmt: skip
    assert pick(funnel(lab, "channel"), "group_id", "campaigns", "spend_amount", "leads") == [
        ("fair", 2, D(150), 2),
    ]  # fmt: skip


def test_a_campaign_without_leads_still_costs(lab: Laboratory) -> None:
    lab.given("staging.campaign", [
        {"campaign_id": "C1", "channel": "radio", "start_date": day("2026-02-01"), "spend": 100},
    ])  # fmt: skip
    leads(lab, lead("A"))
    assert pick(funnel(lab, "channel"), "group_id", "spend_amount", "leads") == [
        ("radio", D(100), 0),
    ]  # fmt: skip


def test_spend_in_another_currency_is_converted_at_the_rate_of_the_first_day(
    lab: Laboratory,
) -> None:
    lab.given("staging.campaign", [
        {"campaign_id": "C1", "channel": "fair", "start_date": day("2026-02-02"), "spend": 100,
         "currency": "USD"},
        {"campaign_id": "C2", "channel": "fair", "start_date": day("2026-02-02"), "spend": 1,
         "currency": "CNY"},
    ])  # fmt: skip
    lab.given("core.fx_day", [
        {"currency": "USD", "calendar_date": day("2026-02-02"), "rate_to_base": D("7.1234")},
    ])  # fmt: skip
    leads(lab, lead("A", campaign_id="C1"))
    assert pick(funnel(lab, "channel"), "spend_amount") == [(D("713.34"),)]


# --- mart.quota_allocation -----------------------------------------------------------------------

NOVEMBER = {"measure": "contract_amount", "period_start": day("2026-11-01"),
            "period_end": day("2026-11-30")}  # fmt: skip


def unit_quota(unit: str, amount: object, **more: Any) -> Row:
    return {**NOVEMBER, "scope_kind": "unit", "scope_id": unit, "amount": amount, **more}


def own_quota(employee: str, amount: object, **more: Any) -> Row:
    return {**NOVEMBER, "scope_kind": "employee", "scope_id": employee, "amount": amount, **more}


@pytest.fixture
def units(lab: Laboratory) -> Laboratory:
    """Company C, region R, team T; Ann and Ben in T when November began, Cid came later."""
    lab.given("core.dim_unit", [
        {"unit_id": "C", "kind": "company"},
        {"unit_id": "R", "kind": "region", "parent_unit_id": "C"},
        {"unit_id": "T", "kind": "team", "parent_unit_id": "R"},
    ])  # fmt: skip
    return lab.given("core.org_day", [
        {"employee_id": "Ann", "calendar_date": day("2026-11-01"), "unit_id": "T"},
        {"employee_id": "Ben", "calendar_date": day("2026-11-01"), "unit_id": "T"},
        {"employee_id": "Ben", "calendar_date": day("2026-11-20"), "unit_id": "X"},
        {"employee_id": "Cid", "calendar_date": day("2026-11-01"), "unit_id": "X"},
        {"employee_id": "Cid", "calendar_date": day("2026-11-20"), "unit_id": "T"},
    ])  # fmt: skip


def allocation(lab: Laboratory) -> list[tuple[Any, ...]]:
    rows = lab.result("mart.quota_allocation", "unit_id")
    return pick(rows, "unit_id", "part_kind", "parts", "parts_amount", "over_allocated")


def test_parts_are_the_units_below_and_at_last_people(units: Laboratory) -> None:
    units.given("staging.quota", [
        unit_quota("C", 100), unit_quota("R", 100), unit_quota("T", 100),
        own_quota("Ann", 70), own_quota("Ben", 30),
    ])  # fmt: skip
    assert allocation(units) == [
        ("C", "unit", 1, D(100), D(0)),
        ("R", "unit", 1, D(100), D(0)),
        ("T", "employee", 2, D(100), D(0)),
    ]


def test_a_quarter_may_be_broken_down_to_months_and_no_part_counts_twice(
    units: Laboratory,
) -> None:
    """The team has both its quarter and a month of it: the quarter is its part."""
    quarter = {"period_start": day("2026-10-01"), "period_end": day("2026-12-31")}
    december = {"period_start": day("2026-12-01"), "period_end": day("2026-12-31")}
    units.given("staging.quota", [
        unit_quota("C", 300, **quarter), unit_quota("R", 100),
        unit_quota("R", 220, **december), unit_quota("T", 90),
    ])  # fmt: skip
    assert allocation(units)[0] == ("C", "unit", 2, D(320), D(20))
    units.given("staging.quota", [
        unit_quota("C", 300, **quarter), unit_quota("R", 310, **quarter), unit_quota("R", 100),
    ])  # fmt: skip
    assert allocation(units)[0] == ("C", "unit", 1, D(310), D(10))


def test_more_or_less_than_the_whole_is_a_difference_with_its_sign(units: Laboratory) -> None:
    units.given("staging.quota", [
        unit_quota("C", 100), unit_quota("R", "99.99"), unit_quota("T", 100), own_quota("Ann", 130),
    ])  # fmt: skip
    assert [row[4] for row in allocation(units)] == [D("-0.01"), D("0.01"), D(30)]


def test_a_quota_that_is_not_broken_down_has_no_difference(units: Laboratory) -> None:
    units.given("staging.quota", [unit_quota("T", 100), own_quota("Cid", 100)])
    assert allocation(units) == [("T", None, 0, None, None)]


def test_measures_and_periods_do_not_mix(units: Laboratory) -> None:
    units.given("staging.quota", [
        unit_quota("T", 100),
        own_quota("Ann", 100, measure="sales_amount"),
        own_quota("Ann", 100, period_start=day("2026-12-01")),
    ])  # fmt: skip
    assert allocation(units) == [("T", None, 0, None, None)]
