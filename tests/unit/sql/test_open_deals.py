"""Open deals over time: untouched, open for long, slipped, weighted; and what became of them."""

from __future__ import annotations

import datetime as dt
from typing import Any

from tests.support.facts.deals import closed, day, deal, event, given_deals, moment, moves
from tests.support.laboratory import Laboratory, Row, pick


def span(number: str, start: str, end: str, due: str, **more: Any) -> Row:
    return {"opportunity_id": number, "owner_id": "E1", "amount_base": 100,
            "valid_from": day(start), "valid_before": day(end),
            "expected_close_date": day(due), **more}  # fmt: skip


def test_a_deal_is_stale_from_the_fourteenth_day_without_a_touch_until_the_next(
    lab: Laboratory,
) -> None:
    given_deals(lab, [deal("A", "2026-09-01")])
    lab.given("core.pipeline_span", [span("A", "2026-09-01", "9999-12-31", "2026-12-31")])
    lab.given("core.fct_activity", [
        {"activity_id": "1", "opportunity_id": "A", "occurred_date": day("2026-09-10")},
        {"activity_id": "2", "opportunity_id": "A", "occurred_date": day("2026-10-01")},
    ])  # fmt: skip
    rows = lab.result("core.fct_open_deal", "state, valid_from")
    assert pick(
        [r for r in rows if r["state"] != "long_open"], "state", "valid_from", "valid_before"
    ) == [
        ("open", day("2026-09-01"), day("9999-12-31")),
        ("stale", day("2026-09-24"), day("2026-10-01")),
        ("stale", day("2026-10-15"), day("9999-12-31")),
    ]


def test_a_deal_is_long_open_after_half_a_year_until_it_is_closed(lab: Laboratory) -> None:
    given_deals(lab, [closed("A", "2026-01-01", "lost", "2026-08-01", "proposal")])
    lab.given("core.pipeline_span", [span("A", "2026-01-01", "2026-08-01", "2026-12-31")])
    rows = lab.result("core.fct_open_deal")
    assert pick([r for r in rows if r["state"] == "long_open"], "valid_from", "valid_before") == [
        (day("2026-06-30"), day("2026-08-01"))
    ]


def slipped(lab: Laboratory, kind: str, start: str) -> list[tuple[str, dt.date]]:
    return [
        (row["opportunity_id"], row["expected_close_date"])
        for row in lab.result("core.fct_slipped", "opportunity_id")
        if (row["period_kind"], row["period_start"], row["variant"]) == (kind, day(start), "actual")
    ]


def test_a_deal_slips_when_it_was_due_in_the_period_and_is_open_at_its_end(lab: Laboratory) -> None:
    lab.given("core.pipeline_span", [
        span("pushed", "2026-09-01", "2026-10-20", "2026-10-10"),
        span("pushed", "2026-10-20", "9999-12-31", "2026-12-31"),
        span("past due", "2026-09-01", "9999-12-31", "2026-10-10"),
        span("closed", "2026-09-01", "2026-10-15", "2026-10-10"),
        span("not due", "2026-09-01", "9999-12-31", "2026-11-30"),
        span("created in it", "2026-10-02", "9999-12-31", "2026-10-10"),
    ])  # fmt: skip
    assert slipped(lab, "month", "2026-10-01") == [
        ("past due", day("2026-10-10")),
        ("pushed", day("2026-12-31")),
    ]


def test_a_deal_due_in_what_is_left_of_a_running_period_has_not_slipped(lab: Laboratory) -> None:
    lab.given("core.pipeline_span", [
        span("still due", "2026-09-01", "9999-12-31", "2026-11-20"),
        span("past due", "2026-09-01", "9999-12-31", "2026-11-14"),
    ])  # fmt: skip
    assert slipped(lab, "month", "2026-11-01") == [("past due", day("2026-11-14"))]


def test_a_stage_is_worth_what_its_deals_became_in_the_four_quarters_before(
    lab: Laboratory,
) -> None:
    deals = [
        closed(f"{outcome} {number}", "2026-01-05", outcome, "2026-06-01", "proposal",
               segment="sme")
        for outcome, count in (("won", 20), ("lost", 10))
        for number in range(count)
    ]  # fmt: skip
    given_deals(lab, deals)
    lab.build("core.fct_stage_visit", "core.fct_stage_entry")
    found = {
        (row["quarter_start"], row["stage_id"]): (row["won"], row["decided"], row["probability"])
        for row in lab.result("core.stage_probability")
    }
    won, decided, probability = found[day("2026-07-01"), "proposal"]
    assert (won, decided, str(probability)) == (20, 30, "0.666667")
    assert (day("2026-04-01"), "proposal") not in found  # not known in the quarter itself
    assert (day("2026-10-01"), "proposal") in found


def test_open_pipeline_is_weighted_by_the_stage_of_the_day_looked_at(lab: Laboratory) -> None:
    given_deals(
        lab,
        [deal("A", "2026-10-01", "proposal", segment="sme")],
        moves("A", "qualification", ("2026-11-10", "proposal")),
    )
    lab.build("core.fct_stage_visit")
    lab.given("core.pipeline_span", [span("A", "2026-10-01", "9999-12-31", "2026-12-31")])
    lab.given("core.stage_probability", [
        {"quarter_start": day("2026-10-01"), "segment": "sme", "stage_id": "proposal",
         "probability": "0.4"},
    ])  # fmt: skip
    rows = lab.result("core.pipeline_stage_span", "valid_from")
    assert pick(rows, "stage_id", "valid_from", "valid_before") == [
        ("qualification", day("2026-10-01"), day("2026-11-10")),
        ("proposal", day("2026-11-10"), day("9999-12-31")),
    ]
    lab.build("core.pipeline_stage_span")
    found = {row["as_of_date"]: row for row in lab.result("core.pipeline_weight_day")}
    assert pick([found[day("2026-10-31")]], "weighted_base", "deals") == [(15, 1)]  # the process's
    assert pick([found[day("2026-11-15")]], "weighted_base", "deals") == [(40, 1)]  # learnt


def test_what_became_of_a_deal(lab: Laboratory) -> None:
    given_deals(
        lab,
        [
            closed("early", "2026-05-01", "lost", "2026-06-01", "needs_analysis"),
            closed("late", "2026-05-01", "lost", "2026-06-01", "negotiation"),
            deal("young", "2026-11-01"),
        ],
        moves("late", "qualification", ("2026-05-10", "negotiation")),
    )
    lab.build("core.fct_stage_visit")
    lab.given("core.fct_contract", [{"contract_id": "K", "opportunity_id": "young"}])
    lab.given("core.fct_activity", [
        {"activity_id": number, "opportunity_id": "late"} for number in "12"
    ])  # fmt: skip
    rows = lab.result("core.fct_opportunity_outcome", "opportunity_id")
    names = ("opportunity_id", "is_early_loss", "has_contract", "activities", "is_mature")
    assert pick(rows, *names) == [
        ("early", True, False, 0, True),
        ("late", False, False, 2, True),
        ("young", False, True, 0, False),
    ]


def test_a_proposal_is_the_deal_s_and_accepted_when_one_of_its_quotes_is(lab: Laboratory) -> None:
    given_deals(lab, [deal("A", "2026-01-01"), deal("B", "2026-01-01")],
                [event("A", "2026-03-01", "E2", "E1", "owner_id")])  # fmt: skip
    quote = {"status": "submitted", "list_amount": 100, "net_amount": 90, "version": 1}
    lab.given("staging.quote", [
        {**quote, "quote_id": "1", "opportunity_id": "A", "submitted_at": moment("2026-02-01")},
        {**quote, "quote_id": "2", "opportunity_id": "A", "submitted_at": moment("2026-04-01"),
         "status": "accepted", "decided_at": moment("2026-04-20")},
        {**quote, "quote_id": "3", "opportunity_id": "B", "submitted_at": moment("2026-11-01")},
        {**quote, "quote_id": "4", "opportunity_id": "B", "status": "draft",
         "submitted_at": moment("2026-01-01")},
    ])  # fmt: skip
    lab.build("core.fct_opportunity", "core.opportunity_owner_span", "core.fct_quote")
    rows = lab.result("core.fct_proposal", "opportunity_id")
    names = ("opportunity_id", "owner_id", "submitted_date", "is_accepted", "is_mature")
    assert pick(rows, *names) == [
        ("A", "E1", day("2026-02-01"), True, True),  # the owner on that day
        ("B", "E1", day("2026-11-01"), False, False),
    ]


def test_passing_a_stage_has_the_day_the_deal_first_came_further(lab: Laboratory) -> None:
    given_deals(
        lab,
        [closed("A", "2026-05-01", "won", "2026-06-01", "order")],
        moves("A", "qualification", ("2026-05-10", "proposal"), ("2026-06-01", "order")),
    )
    lab.build("core.fct_stage_visit")
    rows = lab.result("core.fct_stage_entry", "stage_order")
    assert pick(rows, "stage_id", "milestone", "passed_date") == [
        ("qualification", None, day("2026-05-10")),
        ("needs_analysis", "needs_analysis", day("2026-05-10")),  # skipped is passed
        ("proposal", "proposal", day("2026-06-01")),
        ("negotiation", "negotiation", day("2026-06-01")),
        ("order", None, day("2026-06-01")),
    ]


def test_a_negotiation_is_won_or_lost_when_it_is_left_for_the_last_time(lab: Laboratory) -> None:
    given_deals(
        lab,
        [
            closed("back", "2026-05-01", "won", "2026-07-01", "order"),
            closed("lost", "2026-05-01", "lost", "2026-06-01", "negotiation"),
        ],
        moves("back", "negotiation", ("2026-05-10", "proposal"), ("2026-06-01", "negotiation"),
              ("2026-07-01", "order")),
    )  # fmt: skip
    lab.build("core.fct_stage_visit")
    rows = [r for r in lab.result("core.fct_stage_exit", "opportunity_id, visit_no")
            if r["milestone"] == "negotiation"]  # fmt: skip
    assert pick(rows, "opportunity_id", "left_date", "closing") == [
        ("back", day("2026-05-10"), None),
        ("back", day("2026-07-01"), "won"),
        ("lost", day("2026-06-01"), "lost"),
    ]
