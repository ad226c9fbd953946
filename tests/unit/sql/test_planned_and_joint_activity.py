"""What quotas of activity count, visits made by two, quotes answered, forecasts looked after."""

from __future__ import annotations

import pytest

from tests.support.facts.deals import day, deal, event, given_deals, moment
from tests.support.laboratory import Laboratory, Row, pick


def test_what_quotas_count_stands_under_their_names(lab: Laboratory) -> None:
    lab.given("core.fct_activity", [
        {"activity_id": number, "type": kind, "employee_id": "E1",
         "occurred_date": day("2026-10-01")}
        for number, kind in (("1", "call"), ("2", "visit"), ("3", "email"))
    ])  # fmt: skip
    lab.given("core.fct_lead", [
        {"lead_id": "L", "owner_id": "E2", "sql_date": day("2026-10-02")},
        {"lead_id": "M", "owner_id": "E2"},
    ])  # fmt: skip
    rows = lab.result("core.fct_planned_activity", "measure")
    assert pick(rows, "measure", "source_id", "employee_id") == [
        ("calls", "1", "E1"), ("new_prospects", "L", "E2"), ("visits", "2", "E1"),
    ]  # fmt: skip


def visit(number: str, who: str, companion: str | None, at: str, kind: str = "visit") -> Row:
    return {"activity_id": number, "type": kind, "employee_id": who, "accompanied_by": companion,
            "occurred_at": moment(at)}  # fmt: skip


def test_a_joint_visit_is_the_leader_s_whoever_wrote_it_down(lab: Laboratory) -> None:
    lab.given("staging.activity", [
        visit("1", "E1", "D", "2026-10-01"), visit("2", "D", "E1", "2026-10-02"),
        visit("3", "E1", "E2", "2026-10-02"),  # two of one level
        visit("4", "E1", None, "2026-10-02"), visit("5", "E1", "D", "2026-10-02", "call"),
        visit("6", "E1", "D", "2026-08-01"),  # led by somebody else then
    ])  # fmt: skip
    lab.given("core.manager_span", [
        {"employee_id": "E1", "level": 1, "manager_id": "D", "valid_from": day("2026-09-01"),
         "valid_to": day("9999-12-31")},
        {"employee_id": "E1", "level": 1, "manager_id": "F", "valid_from": day("0001-01-01"),
         "valid_to": day("2026-08-31")},
        {"employee_id": "E2", "level": 1, "manager_id": "D", "valid_from": day("0001-01-01"),
         "valid_to": day("9999-12-31")},
    ])  # fmt: skip
    rows = lab.result("core.fct_joint_visit", "activity_id")
    assert pick(rows, "activity_id", "leader_id", "member_id") == [
        ("1", "D", "E1"), ("2", "D", "E1"),
    ]  # fmt: skip


def test_two_who_lead_each_other_are_one_pair_of_two_people(lab: Laboratory) -> None:
    lab.given("staging.activity", [visit("1", "A", "B", "2026-10-01")])
    lab.given("core.manager_span", [
        {"employee_id": who, "level": 1, "manager_id": led_by, "valid_from": day("0001-01-01"),
         "valid_to": day("9999-12-31")} for who, led_by in (("A", "B"), ("B", "A"))
    ])  # fmt: skip
    rows = lab.result("core.fct_joint_visit")
    assert pick(rows, "activity_id", "leader_id", "member_id") == [("1", "A", "B")]


def test_a_quote_answers_from_the_request_on(lab: Laboratory) -> None:
    given_deals(lab, [deal("O", "2026-09-01")])
    lab.given("staging.quote", [
        {"quote_id": number, "opportunity_id": "O", "requested_at": asked and moment(asked),
         "submitted_at": given and moment(given), "due_at": moment("2026-10-20")}
        for number, asked, given in (
            ("in a day and a half", "2026-10-01 00:00", "2026-10-02 12:00"),
            ("not asked for", None, "2026-10-02"),
            ("not given", "2026-10-01", None),
            ("turned round", "2026-10-03", "2026-10-02"),
        )
    ])  # fmt: skip
    rows = lab.result("core.fct_quote", "quote_id")
    assert {r["quote_id"]: r["response_days"] for r in rows} == {
        "in a day and a half": 1.5, "not asked for": None, "not given": None, "turned round": None,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("written", "is_clause"),
    [
        ("预付款 30 %", True),
        ("yes", True),
        ("无", False),
        (" No ", False),
        ("0", False),
        (None, False),
    ],
)
def test_none_written_out_is_no_clause(
    lab: Laboratory, written: str | None, is_clause: bool
) -> None:
    lab.given("staging.contract", [
        {"contract_id": "K", "customer_id": "A", "owner_id": "E1", "net_amount": 1,
         "signed_at": moment("2026-10-01"), "non_standard_clauses": written},
    ])  # fmt: skip
    assert pick(lab.result("core.fct_contract"), "is_non_standard") == [(is_clause,)]


def test_a_forecast_is_looked_after_within_the_week(lab: Laboratory) -> None:
    """The report is of 15 November 2026: what is due by the end of March counts."""
    given_deals(
        lab,
        [
            deal("new", "2026-11-10", expected_close_date=day("2026-12-01")),
            deal("moved", "2026-09-01", expected_close_date=day("2027-03-31")),
            deal("left", "2026-09-01", expected_close_date=day("2026-10-01")),
            deal("far", "2026-09-01", expected_close_date=day("2027-04-01")),
            deal("undated", "2026-09-01", expected_close_date=None),
        ],
        [
            event("moved", "2026-11-09", "2027-03-31", "2026-12-31", "expected_close_date"),
            event("left", "2026-11-08", "200", "100", "amount"),
        ],
    )
    rows = lab.result("core.fct_open_opportunity", "opportunity_id")
    assert pick(rows, "opportunity_id", "is_due_soon", "is_updated") == [
        ("far", False, False), ("left", True, False), ("moved", True, True), ("new", True, True),
        ("undated", False, False),
    ]  # fmt: skip


def test_a_deal_is_forecast_for_each_running_period_it_is_due_in(lab: Laboratory) -> None:
    lab.given("core.fct_open_opportunity", [
        {"opportunity_id": number, "as_of_date": day("2026-11-15"), "owner_id": "E1",
         "forecast_category": "commit", "amount_base": 100, "expected_close_date": day(due)}
        for number, due in (("A", "2026-11-15"), ("B", "2026-12-31"), ("C", "2027-01-01"))
    ])  # fmt: skip
    rows = lab.result("core.fct_open_forecast", "opportunity_id, period_kind")
    assert pick(rows, "opportunity_id", "period_kind", "period_start") == [
        ("A", "month", day("2026-11-01")), ("A", "quarter", day("2026-10-01")),
        ("A", "week", day("2026-11-09")), ("A", "year", day("2026-01-01")),
        ("B", "quarter", day("2026-10-01")), ("B", "year", day("2026-01-01")),
    ]  # fmt: skip


def test_a_campaign_has_the_deals_of_its_leads_and_their_margin(lab: Laboratory) -> None:
    given_deals(lab, [
        deal("won", "2026-02-01", outcome="won", closed_at=moment("2026-03-01"), amount=500),
        deal("open", "2026-02-01", amount=70),
        deal("dear", "2026-02-01", outcome="won", closed_at=moment("2026-03-01"), amount=10),
    ])  # fmt: skip
    lab.given("core.fct_lead", [
        {"lead_id": lead, "campaign_id": campaign, "opportunity_id": of, "is_valid": True,
         "created_at": moment(at)}
        for lead, campaign, of, at in (
            ("1", "C", "won", "2026-01-02"), ("2", "D", "won", "2026-01-03"),  # its second lead
            ("3", "C", "open", "2026-01-02"), ("4", "D", "dear", "2026-01-02"),
        )
    ])  # fmt: skip
    lab.given("staging.campaign", [
        {"campaign_id": number, "start_date": day("2026-01-01"), "spend": 100}
        for number in ("C", "D", "E")
    ])  # fmt: skip
    lab.given("staging.sales_order", [
        {"order_id": "S", "opportunity_id": "won"}, {"order_id": "T", "opportunity_id": "dear"},
    ])  # fmt: skip
    lab.given("core.fct_order", [{"order_id": "S"}, {"order_id": "T"}])
    lab.given("core.fct_order_line", [
        {"order_id": "S", "line_no": 1, "net_amount_base": 300, "cost_amount_base": 200},
        {"order_id": "S", "line_no": 2, "net_amount_base": 200, "cost_amount_base": 50},
        {"order_id": "T", "line_no": 1, "net_amount_base": 10, "cost_amount_base": None},
    ])  # fmt: skip
    rows = lab.result("core.fct_campaign", "campaign_id")
    assert pick(rows, "campaign_id", "deals", "pipeline_amount_base", "margin_base") == [
        ("C", 2, 570, 250), ("D", 1, 10, None), ("E", 0, 0, 0),
    ]  # fmt: skip
