"""Deals as they were known on the day of the report, their owners over time, their quotes."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from tests.support.facts.deals import closed, day, deal, event, given_deals, moment
from tests.support.laboratory import Laboratory, Row, pick


def test_a_deal_that_closed_after_the_day_of_the_report_is_open(lab: Laboratory) -> None:
    given_deals(lab, [
        closed("won in time", "2026-10-01", "won", "2026-11-15 23:59", "order"),
        closed("won later", "2026-10-01", "won", "2026-11-16", "order"),
        closed("lost later", "2026-10-01", "lost", "2026-12-01", "proposal"),
        deal("created later", "2026-11-16"),
    ])  # fmt: skip
    rows = lab.result("core.fct_opportunity", "opportunity_id")
    assert pick(rows, "opportunity_id", "outcome", "closed_date", "is_open", "is_won") == [
        ("lost later", "open", None, True, False),
        ("won in time", "won", day("2026-11-15"), False, True),
        ("won later", "open", None, True, False),
    ]


def test_a_reopened_deal_that_still_carries_a_close_date_is_open(lab: Laboratory) -> None:
    given_deals(lab, [closed("O", "2026-10-01", "open", "2026-10-20", "proposal")])
    row = lab.result("core.fct_opportunity")[0]
    assert (row["is_open"], row["closed_date"], row["cycle_days"]) == (True, None, None)


def test_an_abandoned_deal_is_closed_but_not_decided(lab: Laboratory) -> None:
    given_deals(lab, [closed("O", "2026-10-01", "abandoned", "2026-10-20", "proposal")])
    row = lab.result("core.fct_opportunity")[0]
    assert (row["is_open"], row["is_decided"], row["is_lost"]) == (False, False, False)


def test_the_cycle_of_a_won_deal_is_measured_in_days_and_hours(lab: Laboratory) -> None:
    given_deals(lab, [
        closed("won", "2026-10-01 06:00", "won", "2026-10-11 18:00", "order"),
        closed("lost", "2026-10-01", "lost", "2026-10-11", "proposal"),
    ])  # fmt: skip
    rows = lab.result("core.fct_opportunity", "opportunity_id")
    assert pick(rows, "opportunity_id", "cycle_days") == [("lost", None), ("won", 10.5)]


def test_the_deal_s_own_segment_comes_before_its_customer_s(lab: Laboratory) -> None:
    lab.given("staging.customer", [{"customer_id": "K", "name": "K", "segment": "sme"}])
    given_deals(lab, [
        deal("own", "2026-10-01", customer_id="K", segment="strategic"),
        deal("customer's", "2026-10-01", customer_id="K"),
        deal("none", "2026-10-01"),
    ])  # fmt: skip
    rows = lab.result("core.fct_opportunity", "opportunity_id")
    assert pick(rows, "opportunity_id", "segment") == [
        ("customer's", "sme"), ("none", "(none)"), ("own", "strategic"),
    ]  # fmt: skip


def test_a_foreign_deal_is_valued_on_its_close_or_on_the_day_of_the_report(
    lab: Laboratory,
) -> None:
    lab.given("staging.fx_rate", [
        {"currency": "USD", "rate_date": day("2026-10-01"), "rate_to_base": 7},
        {"currency": "USD", "rate_date": day("2026-11-01"), "rate_to_base": Decimal("7.2")},
    ]).build("core.fx_day")  # fmt: skip
    given_deals(lab, [
        deal("open", "2026-10-01", currency="USD"),
        closed("won", "2026-10-01", "won", "2026-10-20", "order", currency="USD"),
        deal("no rate", "2026-10-01", currency="XXX"),
    ])  # fmt: skip
    rows = lab.result("core.fct_opportunity", "opportunity_id")
    assert pick(rows, "opportunity_id", "amount_base") == [
        ("no rate", None), ("open", 720), ("won", 700),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("field", "later", "now", "column", "expected"),
    [
        ("stage", "proposal", "qualification", "stage", "qualification"),
        ("amount", "900", "100", "amount", 100),
        ("owner_id", "E2", "E1", "owner_id", "E1"),
        ("expected_close_date", "2027-03-31", "2026-12-31", "expected_close_date",
         day("2026-12-31")),
    ],
)  # fmt: skip
def test_a_change_after_the_day_of_the_report_is_not_seen(
    lab: Laboratory, field: str, later: str, now: str, column: str, expected: object
) -> None:
    """The export was taken later: it holds the new value and the change that led to it."""
    exported = deal("O", "2026-10-01", **{field: later} if field != "stage" else {"stage": later})
    given_deals(lab, [exported], [event("O", "2026-11-20", later, now, field)])
    assert lab.result("core.fct_opportunity")[0][column] == expected


def test_filled_fields_are_counted_for_the_stage_a_deal_is_in(lab: Laboratory) -> None:
    """Qualification asks for 3 fields, needs analysis for 5, proposal for 6."""
    whole: dict[str, Any] = {"customer_id": "K", "budget_confirmed": True, "next_step": "call"}
    given_deals(lab, [
        deal("all of 3", "2026-10-01", **whole),
        deal("box not ticked", "2026-10-01", "needs_analysis", **{
            **whole, "budget_confirmed": False}),
        deal("two empty", "2026-10-01", "proposal", customer_id="K", budget_confirmed=True),
        closed("closed", "2026-10-01", "lost", "2026-10-05", "proposal"),
    ])  # fmt: skip
    rows = lab.result("core.fct_open_opportunity", "opportunity_id")
    assert pick(rows, "opportunity_id", "filled_fields", "required_fields") == [
        ("all of 3", 3, 3),
        ("box not ticked", 4, 5),
        ("two empty", 4, 6),
    ]


def test_a_stage_may_ask_for_more_or_less_of_a_segment(lab: Laboratory) -> None:
    lab.given("policy.stage_segment", [
        {"stage_id": "proposal", "segment": "strategic", "expected_days": 90,
         "probability_pct": 40, "is_skipped": False},
        {"stage_id": "proposal", "segment": "sme", "expected_days": 7, "probability_pct": 60,
         "is_skipped": False},
    ]).given("policy.stage_field", [
        {"stage_id": "proposal", "segment": "*", "field": "amount"},
        {"stage_id": "proposal", "segment": "strategic", "field": "amount"},
        {"stage_id": "proposal", "segment": "strategic", "field": "next_step"},
    ])  # fmt: skip
    given_deals(lab, [
        deal(segment, "2026-10-01", "proposal", segment=segment)
        for segment in ("another", "sme", "strategic")
    ])  # fmt: skip
    rows = lab.result("core.fct_open_opportunity", "opportunity_id")
    assert pick(
        rows, "segment", "filled_fields", "required_fields", "expected_stage_days",
        "probability_pct",
    ) == [
        ("another", 1, 1, 21, 50), ("sme", 0, 0, 7, 60), ("strategic", 1, 2, 90, 40),
    ]  # fmt: skip


def test_a_deal_is_long_in_its_stage_by_the_process_while_too_few_have_left_it(
    lab: Laboratory,
) -> None:
    """Qualification takes 14 days; 20 deals that left it would say how long it really takes."""
    given_deals(lab, [deal("at its limit", "2026-11-01"), deal("over it", "2026-10-31")])
    lab.build("core.fct_stage_visit", "core.fct_open_opportunity")
    rows = lab.result("mart.deal_attention", "opportunity_id")
    assert pick(
        rows, "opportunity_id", "stage_p75_days", "expected_stage_days", "days_in_stage",
        "is_ageing",
    ) == [("at its limit", None, 14, 14, False), ("over it", None, 14, 15, True)]  # fmt: skip


def test_a_decision_maker_is_asked_for_once_needs_are_analysed(lab: Laboratory) -> None:
    """Which stage that is says the process, by its milestone."""
    stages = ("needs_analysis", "proposal", "order")
    given_deals(lab, [deal(stage, "2026-11-01", stage) for stage in stages])
    lab.build("core.fct_stage_visit", "core.fct_open_opportunity")
    lab.given("core.fct_opportunity", [
        {"opportunity_id": stage, "decision_maker_identified": False} for stage in stages
    ])  # fmt: skip
    rows = lab.result("mart.deal_attention", "opportunity_id")
    assert pick(rows, "opportunity_id", "is_without_decision_maker") == [
        ("needs_analysis", False), ("order", True), ("proposal", True),
    ]  # fmt: skip


def test_the_stage_of_a_deal_is_one_of_the_process_whatever_the_source_calls_it(
    lab: Laboratory,
) -> None:
    names = ("proposal", "S4", "decision", "Closed Lost")
    given_deals(lab, [deal(name, "2026-10-01", name) for name in names])
    rows = lab.result("core.fct_opportunity", "opportunity_id")
    assert pick(rows, "opportunity_id", "stage") == [
        ("Closed Lost", "qualification"), ("S4", "proposal"), ("decision", "negotiation"),
        ("proposal", "proposal"),
    ]  # fmt: skip


def test_a_deal_handed_over_has_an_owner_for_each_span(lab: Laboratory) -> None:
    given_deals(
        lab,
        [deal("O", "2026-10-01", owner_id="E3"), deal("kept", "2026-10-01")],
        [
            event("O", "2026-10-10", "E2", "E1", "owner_id"),
            event("O", "2026-10-20", "E3", "E2", "owner_id"),
            event("O", "2026-11-20", "E4", "E3", "owner_id"),
        ],
    )
    rows = lab.result("core.opportunity_owner_span", "valid_from")
    assert pick(rows, "opportunity_id", "owner_id", "valid_before") == [
        ("O", "E1", moment("2026-10-10")),
        ("O", "E2", moment("2026-10-20")),
        ("O", "E3", moment("9999-12-31")),
    ]


def quote(number: str, decided: str, **more: Any) -> Row:
    return {"quote_id": number, "opportunity_id": "O", "status": "accepted",
            "decided_at": moment(decided), "list_amount": 1000, "net_amount": 900,
            "authority_discount_pct": 10, **more}  # fmt: skip


def test_a_discount_beyond_authority_is_a_breach_and_exactly_at_it_is_none(
    lab: Laboratory,
) -> None:
    lab.given("staging.quote", [
        quote("at authority", "2026-11-02"),
        quote("one cent beyond", "2026-11-02", net_amount=Decimal("899.99")),
        quote("authority unknown", "2026-11-02", net_amount=1, authority_discount_pct=None),
        quote("rejected", "2026-11-02", status="rejected"),
        quote("accepted later", "2026-11-16"),
    ])  # fmt: skip
    given_deals(lab, [deal("O", "2026-10-01")])
    rows = lab.result("core.fct_quote", "quote_id")
    assert pick(rows, "quote_id", "is_breach", "net_amount_base") == [
        ("at authority", False, 900),
        ("authority unknown", False, 1),
        ("one cent beyond", True, Decimal("899.99")),
    ]


def test_a_closed_deal_belongs_to_whose_it_was_when_it_closed(lab: Laboratory) -> None:
    handed = [event("O", "2026-10-15", "F", "E", "owner_id")]
    for outcome in ("won", "lost", "abandoned"):
        sold = closed("O", "2026-08-01", outcome, "2026-09-20", "order", owner_id="F")
        given_deals(lab, [sold], handed)
        row = lab.result("core.fct_opportunity")[0]
        assert (row["owner_id"], row["created_owner_id"]) == ("E", "E"), outcome


def test_a_deal_closed_after_it_was_handed_over_is_its_new_owner_s(lab: Laboratory) -> None:
    sold = closed("O", "2026-08-01", "won", "2026-10-20", "order", owner_id="G")
    handovers = [
        event("O", "2026-10-15", "F", "E", "owner_id"),
        event("O", "2026-11-01", "G", "F", "owner_id"),
    ]
    given_deals(lab, [sold], handovers)
    row = lab.result("core.fct_opportunity")[0]
    assert (row["owner_id"], row["created_owner_id"]) == ("F", "E")


def test_an_open_deal_is_its_present_owner_s_and_was_created_by_the_first(lab: Laboratory) -> None:
    still_open = deal("O", "2026-08-01", owner_id="F")
    given_deals(lab, [still_open], [event("O", "2026-10-15", "F", "E", "owner_id")])
    row = lab.result("core.fct_opportunity")[0]
    assert (row["owner_id"], row["created_owner_id"]) == ("F", "E")


def test_a_deal_won_then_reopened_is_open_and_its_present_owner_s(lab: Laboratory) -> None:
    reopened = closed("O", "2026-08-01", "open", "2026-09-20", "proposal", owner_id="F")
    given_deals(lab, [reopened], [event("O", "2026-10-15", "F", "E", "owner_id")])
    row = lab.result("core.fct_opportunity")[0]
    assert (row["owner_id"], row["is_open"]) == ("F", True)


def test_an_accepted_quote_belongs_to_the_owner_on_the_day_of_acceptance(lab: Laboratory) -> None:
    lab.given("staging.quote", [quote("Q1", "2026-11-02"), quote("Q2", "2026-11-12")])
    given_deals(
        lab,
        [deal("O", "2026-10-01", owner_id="E2")],
        [event("O", "2026-11-10", "E2", "E1", "owner_id")],
    )
    rows = lab.result("core.fct_quote", "quote_id")
    assert pick(rows, "quote_id", "owner_id") == [("Q1", "E1"), ("Q2", "E2")]
