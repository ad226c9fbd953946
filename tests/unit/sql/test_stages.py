"""Stages: visits, entry cohorts, exits and both views of the funnel."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

import pytest

from tests.support.facts.deals import closed, day, deal, event, given_deals, moves
from tests.support.laboratory import Laboratory, Row, pick

Q, N, P, G, W = "qualification", "needs_analysis", "proposal", "negotiation", "order"


def visits(lab: Laboratory, deals: Sequence[Row], events: Sequence[Row]) -> list[dict[str, Any]]:
    given_deals(lab, deals, events)
    return lab.result("core.fct_stage_visit", "opportunity_id, visit_no")


def entries(lab: Laboratory, deals: Sequence[Row], events: Sequence[Row]) -> list[dict[str, Any]]:
    given_deals(lab, deals, events).build("core.fct_stage_visit")
    return lab.result("core.fct_stage_entry", "opportunity_id, stage_order")


def exits(lab: Laboratory, deals: Sequence[Row], events: Sequence[Row]) -> list[dict[str, Any]]:
    given_deals(lab, deals, events).build("core.fct_stage_visit")
    return lab.result("core.fct_stage_exit", "opportunity_id, visit_no")


def funnel(lab: Laboratory, deals: Sequence[Row], events: Sequence[Row]) -> dict[Any, Any]:
    """The company's funnel of November by view and stage."""
    given_deals(lab, deals, events)
    lab.build("core.fct_stage_visit", "core.fct_stage_entry", "core.fct_stage_exit")
    return {
        (row["mode"], row["stage_id"]): row
        for row in lab.result("mart.funnel_stage")
        if (row["period_kind"], row["scope_kind"], row["period_start"])
        == ("month", "company", day("2026-11-01"))
    }


WON = closed("O", "2026-10-01", "won", "2026-10-31", W)


def test_a_visit_lasts_until_the_next_one(lab: Laboratory) -> None:
    rows = visits(lab, [WON], moves("O", Q, ("2026-10-05 12:00", N), ("2026-10-31", W)))
    assert pick(rows, "stage_id", "result", "days") == [
        (Q, "advanced", 4.5),
        (N, "advanced", 25.5),
        (W, "advanced", None),  # time in the won stage is not time in the funnel
    ]


def test_a_backward_move_reopens_the_stage(lab: Laboratory) -> None:
    rows = visits(
        lab,
        [deal("O", "2026-10-01", P)],
        moves("O", Q, ("2026-10-05", P), ("2026-10-09", N), ("2026-10-12", P)),
    )
    assert pick(rows, "stage_id", "visit_no", "result", "days") == [
        (Q, 1, "advanced", 4),
        (P, 2, "regressed", 4),
        (N, 3, "advanced", 3),
        (P, 4, "open", None),
    ]


def test_a_deal_without_history_has_one_visit_to_its_present_stage(lab: Laboratory) -> None:
    rows = visits(lab, [deal("O", "2026-10-01", P)], [])
    assert pick(rows, "stage_id", "entered_date", "result") == [(P, day("2026-10-01"), "open")]


def test_moves_of_the_same_day_follow_the_clock_not_the_file(lab: Laboratory) -> None:
    later_first = [
        event("O", "2026-10-05 17:00", N, P),
        event("O", "2026-10-05 11:00", P, N),
        event("O", "2026-10-05 09:00", N, Q),
    ]
    rows = visits(lab, [deal("O", "2026-10-05 08:00", N)], later_first)
    assert pick(rows, "stage_id", "result") == [
        (Q, "advanced"), (N, "advanced"), (P, "regressed"), (N, "open"),
    ]  # fmt: skip


def test_creation_comes_before_a_move_of_the_same_moment(lab: Laboratory) -> None:
    rows = visits(lab, [deal("O", "2026-10-01", N)], moves("O", Q, ("2026-10-01", N)))
    assert pick(rows, "stage_id", "days") == [(Q, 0), (N, None)]


def test_a_save_that_left_the_stage_as_it_was_is_neither_progress_nor_exit(
    lab: Laboratory,
) -> None:
    rows = visits(lab, [deal("O", "2026-10-01", Q)], moves("O", Q, ("2026-10-05", Q)))
    assert pick(rows, "stage_id", "entered_date", "result") == [(Q, day("2026-10-01"), "open")]


def test_names_of_the_past_are_read_as_stages_of_today(lab: Laboratory) -> None:
    """History outlives a change of process: `S3` and `decision` are names of others."""
    rows = visits(
        lab,
        [deal("O", "2026-10-01", "S5")],
        moves("O", "S2", ("2026-10-05", "S3"), ("2026-10-09", "decision")),
    )
    assert pick(rows, "stage_id", "result", "days") == [
        (Q, "advanced", 4), (N, "advanced", 4), (G, "open", None),
    ]  # fmt: skip


def test_a_change_between_two_names_of_one_stage_is_no_visit(lab: Laboratory) -> None:
    rows = visits(
        lab,
        [deal("O", "2026-10-01", P)],
        moves("O", "evaluation", ("2026-10-02", Q), ("2026-10-03", "S2"), ("2026-10-11", P)),
    )
    assert pick(rows, "visit_no", "stage_id", "entered_date", "result", "days") == [
        (1, Q, day("2026-10-01"), "advanced", 10),
        (2, P, day("2026-10-11"), "open", None),
    ]


def test_a_return_to_a_stage_under_another_name_is_a_visit(lab: Laboratory) -> None:
    rows = visits(
        lab, [deal("O", "2026-10-01", "S2")], moves("O", Q, ("2026-10-02", N), ("2026-10-03", "S2"))
    )
    assert pick(rows, "stage_id", "result") == [(Q, "advanced"), (N, "regressed"), (Q, "open")]


def test_a_name_that_says_the_deal_ended_is_no_visit(lab: Laboratory) -> None:
    rows = visits(
        lab,
        [closed("O", "2026-10-01", "lost", "2026-10-20", N)],
        moves("O", Q, ("2026-10-05", N), ("2026-10-20", "Closed Lost")),
    )
    assert pick(rows, "stage_id", "result", "days") == [(Q, "advanced", 4), (N, "lost", 15)]


def test_a_reopened_deal_goes_on_from_where_it_ended(lab: Laboratory) -> None:
    events = moves("O", Q, ("2026-10-05", "Closed Lost"), ("2026-10-09", Q), ("2026-10-12", N))
    rows = visits(lab, [deal("O", "2026-10-01", N)], events)
    assert pick(rows, "stage_id", "result", "days") == [(Q, "advanced", 11), (N, "open", None)]


def test_a_deal_only_known_to_have_ended_was_in_the_first_stage(lab: Laboratory) -> None:
    rows = visits(lab, [closed("O", "2026-10-01", "lost", "2026-10-20", "Closed Lost")], [])
    assert pick(rows, "stage_id", "result", "days") == [(Q, "lost", 19)]


def test_a_stage_change_after_the_day_of_the_report_is_not_seen(lab: Laboratory) -> None:
    rows = visits(
        lab,
        [deal("O", "2026-10-01", P)],
        moves("O", Q, ("2026-10-05", N), ("2026-11-20", P)),
    )
    assert pick(rows, "stage_id", "result") == [(Q, "advanced"), (N, "open")]


def test_a_deal_whose_every_change_is_later_stands_where_it_was_created(lab: Laboratory) -> None:
    rows = visits(lab, [deal("O", "2026-10-01", P)], moves("O", Q, ("2026-11-20", P)))
    assert pick(rows, "stage_id", "result") == [(Q, "open")]


def test_a_stage_of_another_object_is_no_visit(lab: Laboratory) -> None:
    """After the order the process goes on with the customer, not with the deal."""
    rows = visits(
        lab, [WON], moves("O", Q, ("2026-10-31 10:00", W), ("2026-11-02", "relationship"))
    )
    assert pick(rows, "stage_id") == [(Q,), (W,)]


@pytest.mark.parametrize(
    ("last", "expected"),
    [
        (deal("O", "2026-10-01", N), "open"),
        (closed("O", "2026-10-01", "lost", "2026-10-20", N), "lost"),
        (closed("O", "2026-10-01", "abandoned", "2026-10-20", N), "lost"),
        (closed("O", "2026-10-01", "won", "2026-10-20", N), "advanced"),
    ],
)
def test_the_outcome_of_the_stage_a_deal_is_in(lab: Laboratory, last: Row, expected: str) -> None:
    rows = entries(lab, [last], moves("O", Q, ("2026-10-05", N)))
    assert pick(rows, "stage_id", "result") == [(Q, "advanced"), (N, expected)]


def test_a_skipped_stage_counts_as_passed_but_has_no_duration(lab: Laboratory) -> None:
    deals, events = [deal("O", "2026-10-01", G)], moves("O", Q, ("2026-10-05", G))
    rows = entries(lab, deals, events)
    assert pick(rows, "stage_id", "is_skipped", "result", "entered_date") == [
        (Q, False, "advanced", day("2026-10-01")),
        (N, True, "advanced", day("2026-10-05")),
        (P, True, "advanced", day("2026-10-05")),
        (G, False, "open", day("2026-10-05")),
    ]
    assert pick(exits(lab, deals, events), "stage_id", "days") == [(Q, 4)]


def test_a_stage_that_a_segment_skips_is_not_passed_by_its_deals(lab: Laboratory) -> None:
    lab.given("policy.stage_segment", [{"stage_id": N, "segment": "sme", "is_skipped": True}])
    rows = entries(
        lab,
        [deal("all", "2026-10-01", P), deal("sme", "2026-10-01", P, segment="sme"),
         deal("was there", "2026-10-01", P, segment="sme"),
         deal("went back", "2026-10-01", N, segment="sme")],
        [*moves("all", Q, ("2026-10-05", P)), *moves("sme", Q, ("2026-10-05", P)),
         *moves("was there", Q, ("2026-10-03", N), ("2026-10-05", P)),
         *moves("went back", Q, ("2026-10-03", P), ("2026-10-05", N))],
    )  # fmt: skip
    assert pick(rows, "opportunity_id", "stage_id", "is_skipped") == [
        ("all", Q, False), ("all", N, True), ("all", P, False),
        ("sme", Q, False), ("sme", P, False),
        ("was there", Q, False), ("was there", N, False), ("was there", P, False),
        ("went back", Q, False), ("went back", N, True), ("went back", P, False),
    ]  # fmt: skip


def test_a_deal_that_went_back_has_regressed_from_the_stages_it_left_behind(
    lab: Laboratory,
) -> None:
    rows = entries(
        lab, [deal("O", "2026-10-01", N)], moves("O", Q, ("2026-10-05", P), ("2026-10-09", N))
    )
    assert pick(rows, "stage_id", "result") == [(Q, "advanced"), (N, "open"), (P, "regressed")]


def test_a_second_visit_is_no_second_entry(lab: Laboratory) -> None:
    rows = entries(
        lab,
        [deal("O", "2026-10-01", P)],
        moves("O", Q, ("2026-10-05", P), ("2026-10-09", N), ("2026-10-12", P)),
    )
    assert pick(rows, "stage_id", "entered_date") == [
        (Q, day("2026-10-01")), (N, day("2026-10-05")), (P, day("2026-10-05")),
    ]  # fmt: skip


def test_a_deal_won_from_an_early_stage_has_advanced_everywhere(lab: Laboratory) -> None:
    rows = entries(lab, [WON], moves("O", Q, ("2026-10-31", W)))
    assert {row["result"] for row in rows} == {"advanced"}
    assert [row["stage_id"] for row in rows] == [Q, N, P, G, W]


def test_an_entry_belongs_to_the_owner_of_its_moment(lab: Laboratory) -> None:
    rows = entries(
        lab,
        [deal("O", "2026-10-01", N, owner_id="E2")],
        [*moves("O", Q, ("2026-10-05", N)), event("O", "2026-10-03", "E2", "E1", "owner_id")],
    )
    assert pick(rows, "stage_id", "owner_id") == [(Q, "E1"), (N, "E2")]


def test_an_exit_belongs_to_the_owner_who_led_to_it(lab: Laboratory) -> None:
    """Handed over in the moment of the move: the one who moved it had it until then."""
    rows = exits(
        lab,
        [deal("O", "2026-10-01", N, owner_id="E2")],
        [*moves("O", Q, ("2026-10-05", N)), event("O", "2026-10-05", "E2", "E1", "owner_id")],
    )
    assert pick(rows, "stage_id", "owner_id") == [(Q, "E1")]


def test_only_settled_visits_are_exits(lab: Laboratory) -> None:
    rows = exits(
        lab,
        [
            deal("still open", "2026-10-01", Q),
            closed("lost", "2026-10-01", "lost", "2026-10-11", Q),
            closed("won", "2026-10-01", "won", "2026-10-21", W),
        ],
        moves("won", Q, ("2026-10-21", W)),
    )
    assert pick(rows, "opportunity_id", "stage_id", "result", "days") == [
        ("lost", Q, "lost", 10), ("won", Q, "advanced", 20),
    ]  # fmt: skip


FIVE = [
    deal("open", "2026-11-02", Q),
    deal("advanced", "2026-11-02", N),
    closed("lost", "2026-11-03", "lost", "2026-11-10", Q),
    closed("won", "2026-11-04", "won", "2026-11-12", W),
    deal("went back", "2026-11-05", Q),
]
FIVE_MOVES = [
    *moves("advanced", Q, ("2026-11-06", N)),
    *moves("won", Q, ("2026-11-12", W)),
    *moves("went back", Q, ("2026-11-08", N), ("2026-11-09", Q)),
]


def test_the_outcomes_of_an_entry_cohort_add_up_to_its_entries(lab: Laboratory) -> None:
    found = funnel(lab, FIVE, FIVE_MOVES)
    outcomes = ("entered", "advanced", "lost", "regressed", "open")
    assert pick([found["entry", Q], found["entry", N]], *outcomes) == [
        (5, 2, 1, 0, 2),
        (3, 1, 0, 1, 1),  # one moved, one passed it on the way to the order, one went back
    ]
    assert float(found["entry", Q]["conversion"]) == 0.4


def test_the_exit_view_counts_what_left_the_stage(lab: Laboratory) -> None:
    found = funnel(lab, FIVE, FIVE_MOVES)
    outcomes = ("entered", "advanced", "lost", "regressed", "open")
    assert pick([found["exit", Q], found["exit", N]], *outcomes) == [
        (4, 3, 1, 0, 0),
        (1, 0, 0, 1, 0),
    ]


def test_a_cohort_with_more_than_a_fifth_still_open_is_not_mature(lab: Laboratory) -> None:
    found = funnel(lab, FIVE, FIVE_MOVES)
    assert not found["entry", Q]["is_mature"]
    assert found["exit", Q]["is_mature"]
    lost = [closed(f"L{n}", "2026-11-02", "lost", "2026-11-10", Q) for n in range(4)]
    found = funnel(lab, [deal("open", "2026-11-02", Q), *lost], [])
    assert found["entry", Q]["is_mature"]  # exactly a fifth


def test_leads_are_the_first_stage_of_the_funnel(lab: Laboratory) -> None:
    lab.given("core.fct_lead", [
        {"lead_id": str(number), "owner_id": "E1", "created_date": day("2026-11-02"),
         "is_prospect": prospect, "is_disqualified": disqualified}
        for number, (prospect, disqualified) in enumerate(
            [(True, False), (True, True), (False, True), (False, False)]
        )
    ])  # fmt: skip
    found = funnel(lab, [], [])
    assert pick([found["entry", "lead"]], "entered", "advanced", "lost", "open") == [(4, 2, 1, 1)]


def test_time_in_stage_is_that_of_the_deals_that_left_it(lab: Laboratory) -> None:
    deals = [deal(f"O{n}", "2026-11-01", N) for n in (2, 4, 12)]
    events = [row for n in (2, 4, 12) for row in moves(f"O{n}", Q, (f"2026-11-{n + 1:02}", N))]
    found = funnel(lab, deals, events)
    assert (found["exit", Q]["days_p50"], found["entry", Q]["days_p50"]) == (4, None)
    assert float(found["exit", Q]["days_p90"]) == pytest.approx(4 + 0.8 * 8)


def test_time_in_stage_counts_deals_whose_owner_is_in_no_unit(lab: Laboratory) -> None:
    """Without an organisation export the company still has its figures."""
    lab.given("core.org_day", [])
    found = funnel(lab, [deal("O", "2026-11-01", N)], moves("O", Q, ("2026-11-05", N)))
    assert found["exit", Q]["days_p50"] == 4


def test_the_funnel_of_a_team_is_that_of_its_members_on_the_day(lab: Laboratory) -> None:
    lab.given("core.org_day", [
        {"employee_id": "E1", "calendar_date": day("2026-11-02"), "team_id": "T1",
         "region_id": "R", "is_active": True},
        {"employee_id": "E1", "calendar_date": day("2026-11-03"), "team_id": "T2",
         "region_id": "R", "is_active": True},
    ])  # fmt: skip
    given_deals(lab, [deal("A", "2026-11-02"), deal("B", "2026-11-03")])
    lab.build("core.fct_stage_visit", "core.fct_stage_entry", "core.fct_stage_exit")
    rows = [r for r in lab.result("mart.funnel_stage") if r["period_kind"] == "month"]
    assert pick(rows, "scope_kind", "scope_id", "entered") == [
        ("company", "C", 2), ("employee", "E1", 2), ("region", "R", 2),
        ("team", "T1", 1), ("team", "T2", 1),
    ]  # fmt: skip


def given_probabilities(lab: Laboratory, **learnt: str) -> None:
    """What was learnt by stage for the fourth quarter; the process says 30 % at needs analysis."""
    lab.given("core.stage_probability", [
        {"quarter_start": day("2026-10-01"), "segment": "(none)", "stage_id": stage, "won": 1,
         "decided": 30, "probability": probability} for stage, probability in learnt.items()
    ])  # fmt: skip


def outcomes(lab: Laboratory, deals: Sequence[Row], events: Sequence[Row]) -> list[tuple[Any, ...]]:
    given_deals(lab, deals, events).build("core.fct_stage_visit", "core.fct_stage_entry")
    rows = lab.result("core.fct_stage_outcome", "opportunity_id, entered_date, stage_id")
    return pick(rows, "opportunity_id", "stage_id", "probability", "probability_decile",
                "squared_error")  # fmt: skip


def test_the_probability_of_a_stage_s_entry_is_held_against_what_became_of_the_deal(
    lab: Laboratory,
) -> None:
    """What was learnt before that quarter, else what the process says: (1 - 0.4)², (1 - 0.3)²."""
    given_probabilities(lab, qualification="0.4")
    assert outcomes(lab, [WON], moves("O", Q, ("2026-10-05", N), ("2026-10-31", W))) == [
        ("O", Q, Decimal("0.4"), "40-50", Decimal("0.36")),
        ("O", N, Decimal("0.3"), "30-40", Decimal("0.49")),
    ]


def test_a_lost_deal_s_probability_should_have_been_nothing(lab: Laboratory) -> None:
    given_probabilities(lab, qualification="1")
    lost = closed("O", "2026-10-01", "lost", "2026-10-31", N)
    assert outcomes(lab, [lost], moves("O", Q, ("2026-10-05", N))) == [
        ("O", Q, 1, "90-100", 1),
        ("O", N, Decimal("0.3"), "30-40", Decimal("0.09")),
    ]


def test_stages_skipped_and_deals_not_decided_say_nothing_of_probabilities(lab: Laboratory) -> None:
    given_probabilities(lab)
    given_up = closed("A", "2026-10-01", "abandoned", "2026-10-31", Q)
    jumped = closed("J", "2026-10-01", "won", "2026-10-31", W)
    found = outcomes(lab, [deal("D", "2026-10-01", N), given_up, jumped],
                     moves("J", Q, ("2026-10-31", W)))  # fmt: skip
    assert [(row[0], row[1]) for row in found] == [("J", Q)]
