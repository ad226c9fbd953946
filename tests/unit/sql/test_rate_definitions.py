"""One set of deals, eight definitions, eight different numbers.

November 2026 up to the 15th. Stages before the win: qualification, needs analysis, proposal,
negotiation.

A  created 2 Nov, through every stage, won 6 Nov
B  created 2 Nov, skipped needs analysis, won 9 Nov
C  created 3 Nov for nothing (amount 0), lost 10 Nov from the first stage
D  created 4 Nov, still in the first stage; J and K likewise
G  created 5 Nov in the proposal stage, abandoned 11 Nov
F  created in October, lost 12 Nov from needs analysis
H  created in October, through every stage, won 3 Nov from negotiation
E  created in March, still open; M likewise
"""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.facts.deals import closed, day, deal, given_deals, moves
from tests.support.laboratory import Laboratory

Q, N, P, G, W = "qualification", "needs_analysis", "proposal", "negotiation", "order"
DEALS = [
    closed("A", "2026-11-02", "won", "2026-11-06 12:00", W),
    closed("B", "2026-11-02", "won", "2026-11-09 12:00", W),
    closed("C", "2026-11-03", "lost", "2026-11-10", Q, amount=0),
    deal("D", "2026-11-04", Q),
    deal("J", "2026-11-12", Q),
    deal("K", "2026-11-13", Q),
    closed("G", "2026-11-05", "abandoned", "2026-11-11", P),
    closed("F", "2026-10-01", "lost", "2026-11-12", N),
    closed("H", "2026-10-05", "won", "2026-11-03 12:00", W),
    deal("E", "2026-03-01", N),
    deal("M", "2026-03-02", Q),
]
EVENTS = [
    *moves("A", Q, ("2026-11-03", N), ("2026-11-04", P), ("2026-11-05", G), ("2026-11-06", W)),
    *moves("B", Q, ("2026-11-04", P), ("2026-11-06", G), ("2026-11-09", W)),
    *moves("F", Q, ("2026-10-05", N)),
    *moves("H", Q, ("2026-10-08", N), ("2026-10-12", P), ("2026-10-20", G), ("2026-11-03", W)),
    *moves("E", Q, ("2026-03-10", N)),
]
NOVEMBER = ("month", day("2026-11-01"))


def rates(lab: Laboratory, stage: str = "(all)", scope: str = "C") -> dict[str, Any]:
    return {
        row["definition"]: (row["numerator"], row["denominator"])
        for row in lab.result("mart.rate_definition")
        if (row["period_kind"], row["period_start"]) == NOVEMBER
        and (row["stage_id"], row["scope_id"]) == (stage, scope)
    }


@pytest.fixture
def november(lab: Laboratory) -> Laboratory:
    given_deals(lab, DEALS, EVENTS)
    return lab.build("core.fct_stage_visit", "core.fct_stage_entry", "core.fct_stage_exit",
                     "core.pipeline_span", "core.fct_open_deal")  # fmt: skip


def test_each_definition_gives_another_win_rate_of_the_same_deals(november: Laboratory) -> None:
    found = rates(november)
    assert found == {
        "narrow": (3, 5),  # A B H ÷ those, C and F
        "broad": (3, 8),  # and G, abandoned, E and M, open for too long
        "accepted": (3, 4),  # C had no amount and never came beyond the first stage
        "created": (3, 7),  # A B H ÷ A B C D G J K
        "entered": (2, 7),  # H entered in October
        "all_stages": (1, 7),  # B skipped a stage
        "any_stages": (3, 6),  # G never was in the first stage
        "exited": (8, 11),  # stages left: A 4, B 3, H 1 forward; C, F and G lost
    }
    assert len({won / of for won, of in found.values()}) == len(found)


def test_the_conversion_of_a_stage_differs_as_well(november: Laboratory) -> None:
    """From needs analysis to proposal."""
    assert rates(november, N) == {
        "entered": (3, 3),  # A went on, B and G came further without it
        "all_stages": (1, 1),  # of those created in November only A was there in its turn
        "any_stages": (3, 1),  # A B G were in the proposal stage, A alone in this: beyond 100 %
        "exited": (1, 2),  # A forward, F lost
    }


def test_the_last_stage_before_the_win_converts_to_it(november: Laboratory) -> None:
    assert rates(november, G) == {
        "entered": (2, 2), "all_stages": (1, 1), "any_stages": (3, 2), "exited": (3, 3),
    }  # fmt: skip


def test_nothing_to_divide_by_gives_no_rate(lab: Laboratory) -> None:
    given_deals(lab, [closed("O", "2025-10-05", "won", "2026-11-03", W)])
    lab.build("core.fct_stage_visit", "core.fct_stage_entry", "core.fct_stage_exit")
    rows = [row for row in lab.result("mart.rate_definition") if row["definition"] == "created"]
    assert {(row["numerator"], row["denominator"], row["value"]) for row in rows} == {(1, 0, None)}


def test_running_periods_and_every_scope_are_there(november: Laboratory) -> None:
    november.given("core.org_day", [
        {"employee_id": "E1", "calendar_date": day("2026-11-03"), "team_id": "T", "region_id": "R"},
    ])  # fmt: skip
    rows = november.result("mart.rate_definition")
    assert {row["period_kind"] for row in rows} == {"month", "quarter", "year", "rolling_13w"}
    assert {row["scope_kind"] for row in rows} == {"employee", "team", "region", "company"}
    assert rates(november, scope="T")["narrow"] == (1, 1)  # H, won on the 3rd
    assert rates(november, scope="E1") == rates(november)
