"""Forecast, movement and win curve by unit: what counts where, and that it adds up."""

from __future__ import annotations

from collections import defaultdict
from decimal import Decimal
from fractions import Fraction
from random import Random
from typing import Any

import pytest

from tests.support.facts.deals import day
from tests.support.laboratory import Laboratory, Row, pick

FOREVER = day("9999-12-31")
TEAMS = {"E1": ("T1", "R1"), "E2": ("T2", "R2"), "E3": ("T2", "R2")}


def placed(lab: Laboratory, first: str = "2024-06-01", last: str = "2026-12-31") -> Laboratory:
    """E1 in T1 of R1, E2 and E3 in T2 of R2, every day."""
    people = ", ".join(f"('{who}', '{t}', '{r}')" for who, (t, r) in TEAMS.items())
    lab.given("core.org_day", [])
    lab.con.execute(
        "insert into core.org_day (employee_id, calendar_date, team_id, region_id, role, is_active)"
        f" select who, calendar_date, team, region, 'rep', true from (values {people}) "
        "as people (who, team, region), core.calendar "
        f"where calendar_date between date '{first}' and date '{last}'"
    )
    return lab


# --- forecast ------------------------------------------------------------------------------------


def span(number: str, owner: str, first: str, before: str | None, amount: int, due: str) -> Row:
    return {"opportunity_id": number, "owner_id": owner, "valid_from": day(first),
            "valid_before": day(before) if before else FOREVER, "amount_base": amount,
            "expected_close_date": day(due)}  # fmt: skip


def forecasts(lab: Laboratory) -> dict[tuple[str, str, int], dict[str, Any]]:
    lab.given("core.fct_contract", [
        {"contract_id": "A", "owner_id": "E1", "signed_date": day("2026-08-10"),
         "net_amount_base": 100},
        {"contract_id": "B", "owner_id": "E2", "signed_date": day("2026-09-28"),
         "net_amount_base": 40},
    ])  # fmt: skip
    lab.given("core.pipeline_span", [
        span("O", "E1", "2026-09-30", None, 200, "2026-12-31"),
        span("P", "E1", "2026-09-30", "2026-10-15", 1000, "2026-11-30"),  # E1's until mid-October
        span("P", "E3", "2026-10-15", None, 1000, "2026-11-30"),
    ])  # fmt: skip
    lab.given("core.fct_opportunity", [
        {"opportunity_id": "O", "segment": "(none)", "is_won": False},
        {"opportunity_id": "P", "segment": "sme", "is_won": False},
    ])  # fmt: skip
    lab.given("core.fct_stage_visit", [
        {"opportunity_id": number, "visit_no": 1, "stage_id": "proposal",
         "entered_date": day("2026-09-30")} for number in "OP"
    ])  # fmt: skip
    lab.given("policy.stage", [{"stage_id": "proposal", "probability_pct": 50}])
    lab.given("policy.stage_segment", [
        {"stage_id": "proposal", "segment": "sme", "probability_pct": 20},
    ])  # fmt: skip
    found = lab.result("mart.quarter_forecast")
    return {
        (row["scope_id"], row["quarter_start"].isoformat(), row["days_before_end"]): row
        for row in found
    }


def test_a_forecast_is_made_for_company_regions_and_teams_13_4_and_1_weeks_before(
    lab: Laboratory,
) -> None:
    """Of the deals open on 1 October: 200 × 50 %, and 1,000 × 20 %, which is the segment's own.

    The quarter before signed 140 that nobody had seen 13 weeks before its end: E1 100, E2 40.
    """
    found = forecasts(placed(lab))
    assert {(who, days) for who, quarter, days in found if quarter == "2026-07-01"} == {
        (who, days) for who in ("C", "R1", "R2", "T1", "T2") for days in (91, 46, 28, 7)
    }
    columns = ("deals", "weighted_amount", "unseen_amount", "forecast_amount", "actual_amount")
    now = [found[who, "2026-10-01", 91] for who in ("C", "R1", "T1", "T2")]
    assert pick(now, *columns) == [
        (2, 300, 140, 440, None), (2, 300, 100, 400, None), (2, 300, 100, 400, None),
        (0, 0, 40, 40, None),
    ]  # fmt: skip


def test_a_deal_handed_over_is_forecast_where_its_owner_is_on_that_day(lab: Laboratory) -> None:
    found = forecasts(placed(lab))
    weighted = {who: found[who, "2026-10-01", 46]["weighted_amount"] for who in ("C", "T1", "T2")}
    assert weighted == {"C": 300, "T1": 100, "T2": 200}


def test_a_past_forecast_stands_beside_what_came_in_each_unit(lab: Laboratory) -> None:
    found = forecasts(placed(lab))
    late = [found[who, "2026-07-01", 7] for who in ("C", "T1", "T2")]
    assert pick(late, "signed_amount", "forecast_amount", "actual_amount") == [
        (100, 100, 140), (100, 100, 100), (0, 0, 40),
    ]  # fmt: skip


def half_up(value: Fraction) -> Decimal:
    return Decimal(int(value * 100 + Fraction(1, 2))) / 100


@pytest.mark.parametrize(("quarters", "past"), [(7, 4), (4, 3), (3, 0)])
def test_a_forecast_is_also_stated_as_those_before_it_came_true(
    lab: Laboratory, quarters: int, past: int
) -> None:
    """Each quarter signs something early and something late."""
    random, last = Random(quarters), 2026 * 4 + 3
    lab.given("core.fct_contract", [
        {"contract_id": f"{number}-{month}", "owner_id": "E1",
         "net_amount_base": random.randint(1, 999),
         "signed_date": day(f"{number // 4}-{number % 4 * 3 + month:02}-10")}
        for number in range(last - quarters + 1, last + 1)
        for month in (1, 3) if number < last or month == 1
    ])  # fmt: skip
    placed(lab)
    rows = [r for r in lab.result("mart.quarter_forecast")
            if r["scope_id"] == "C" and r["days_before_end"] == 46]  # fmt: skip
    now = next(row for row in rows if row["is_current"])
    came = sorted(
        half_up(
            Fraction(now["forecast_amount"] * r["actual_amount"]) / Fraction(r["forecast_amount"])
        )
        for r in rows if not r["is_current"] and r["actual_amount"] and r["forecast_amount"]
    )  # fmt: skip
    columns = ("past_forecasts", "low_amount", "corrected_amount", "high_amount")
    if not past:
        assert len(came) < 3 and pick([now], *columns) == [(None, None, None, None)]
        return
    middle = half_up(sum(map(Fraction, came[(past - 1) // 2 : past // 2 + 1])) / (2 - past % 2))
    assert pick([now], *columns) == [(past, came[0], middle, came[-1])]


def test_a_unit_without_people_is_not_forecast_what_it_used_to_sign(lab: Laboratory) -> None:
    found = forecasts(placed(lab, last="2026-09-30"))
    assert found["T2", "2026-10-01", 91]["unseen_amount"] == 0
    assert found["C", "2026-10-01", 91]["unseen_amount"] == 140


# --- movement ------------------------------------------------------------------------------------


def test_a_deal_that_changed_hands_is_reassigned_where_owners_differ(lab: Laboratory) -> None:
    """From E2 to E3: another employee, the same team and region; meanwhile it grew by 50."""
    placed(lab).given("core.pipeline_span", [
        span("O", "E2", "2026-11-02", "2026-11-11", 100, "2026-12-31"),
        span("O", "E3", "2026-11-11", None, 150, "2026-12-31"),
    ])  # fmt: skip
    lab.given("core.fct_opportunity", [{"opportunity_id": "O", "is_won": False}])
    found = defaultdict(dict)
    for row in lab.result("mart.pipeline_movement"):
        if (row["period_kind"], row["period_start"]) == ("week", day("2026-11-09")):
            found[row["scope_id"]][row["cause"]] = (row["amount"], row["deals"])
    assert dict(found) == {
        "C": {"start": (100, 1), "increased": (50, 1), "end": (150, 1)},
        "R2": {"start": (100, 1), "increased": (50, 1), "end": (150, 1)},
        "T2": {"start": (100, 1), "increased": (50, 1), "end": (150, 1)},
        "E2": {"start": (100, 1), "reassigned": (-100, 1), "end": (0, 0)},
        "E3": {"start": (0, 0), "reassigned": (150, 1), "end": (150, 1)},
    }


# --- win curve -----------------------------------------------------------------------------------


def aalen_johansen(ends: list[tuple[int, str]], days: int) -> list[tuple[Fraction, Fraction]]:
    """Cumulative incidence of won and lost by day, in exact fractions, straight from the paper.

    The transition matrix of a day is I + dA, with dA the counts of that day over those at risk just
    before it; the product of all days up to t gives the occupation of the states.
    """
    undecided, won, lost, found = Fraction(1), Fraction(0), Fraction(0), []
    for t in range(days):
        at_risk = sum(1 for end, _ in ends if end >= t)
        if at_risk:
            today = [what for end, what in ends if end == t]
            to_won = Fraction(today.count("won"), at_risk)
            to_lost = Fraction(today.count("lost"), at_risk)
            won, lost = won + undecided * to_won, lost + undecided * to_lost
            undecided *= 1 - to_won - to_lost
        assert undecided + won + lost == 1
        found.append((won, lost))
    return found


@pytest.mark.parametrize("seed", range(6))
def test_the_win_curve_is_aalen_and_johansens_with_ties_and_censoring(
    lab: Laboratory, seed: int
) -> None:
    """Random deals, many ending on one day; the last one at risk may be decided or open."""
    random = Random(seed)
    deals = []
    for number in range(random.choice((1, 3, 12, 60))):
        age = random.randint(0, 200)
        end = random.choice([0, 1, 5, 30, 30, 31, 90, 180, 250])
        what = random.choice(["won", "won", "lost", "abandoned", "open"]) if end <= age else "open"
        deals.append((number, age, end if what != "open" else None, what))
    as_of = day("2026-11-15").toordinal()
    lab.given("core.fct_opportunity", [
        {"opportunity_id": f"O{number}", "owner_id": random.choice(["E1", "E2"]),
         "segment": random.choice(["sme", "large"]),
         "created_date": type(FOREVER).fromordinal(as_of - age),
         "closed_date": None if end is None else type(FOREVER).fromordinal(as_of - age + end),
         "is_won": what == "won", "is_open": what == "open"}
        for number, age, end, what in deals
    ])  # fmt: skip
    rows = placed(lab).result("mart.win_curve", "day_no")
    known = lab.query("select * from core.fct_opportunity")
    scopes = [("C", "(all)", None, None), ("C", "sme", "segment", "sme"),
              ("T1", "(all)", "owner_id", "E1"), ("R2", "(all)", "owner_id", "E2")]  # fmt: skip
    by_number = {f"O{number}": rest for number, *rest in deals}
    for scope, segment, column, value in scopes:
        ends = []
        for row in known:
            if column is None or row[column] == value:
                age, end, what = by_number[row["opportunity_id"]]
                outcome = {"won": "won", "open": "open"}.get(what, "lost")
                ends.append((age if end is None else end, outcome))
        curve = [
            row for row in rows if (row["cohort"], row["scope_id"], row["segment"]) == (
                "current", scope, segment)
        ]  # fmt: skip
        if not ends:
            assert curve == []
            continue
        assert [row["day_no"] for row in curve] == list(range(181))
        for row, (won, lost) in zip(curve, aalen_johansen(ends, 181), strict=True):
            for shown, exact in ((row["cumulative_won"], won), (row["cumulative_lost"], lost)):
                assert abs(Fraction(shown) - exact) <= Fraction(1, 10**8)
        assert curve[0]["at_risk"] == len(ends)
        assert Decimal(0) <= curve[-1]["cumulative_won"] + curve[-1]["cumulative_lost"] <= 1


def test_units_have_one_curve_of_this_year_s_deals(lab: Laboratory) -> None:
    placed(lab).given("core.fct_opportunity", [
        {"opportunity_id": n, "owner_id": "E1", "segment": "sme", "created_date": day(created),
         "is_won": False, "is_open": True} for n, created in [("A", "2026-06-01"),
                                                               ("B", "2025-06-01")]
    ])  # fmt: skip
    found = {(r["cohort"], r["scope_kind"], r["segment"]) for r in lab.result("mart.win_curve")}
    assert found == {
        ("current", "company", "(all)"), ("current", "company", "sme"),
        ("previous", "company", "(all)"), ("previous", "company", "sme"),
        ("current", "region", "(all)"), ("current", "team", "(all)"),
    }  # fmt: skip
