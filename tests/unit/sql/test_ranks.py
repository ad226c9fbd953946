"""Ranks among peers: equal amounts tie, and so do rates whose intervals overlap."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Sequence
from random import Random
from typing import Any

from pipelines.reporting.model.intervals import wilson
from tests.support.laboratory import Laboratory, Row, pick

NOVEMBER, LAST = dt.date(2026, 11, 1), dt.date(2026, 11, 15)


def sold(who: str, amount: object, measure: str = "contract_amount") -> Row:
    return {"measure": measure, "period_kind": "month", "period_start": NOVEMBER,
            "scope_kind": "employee", "scope_id": who, "actual": amount}  # fmt: skip


def rate(who: str, won: int, decided: int) -> Row:
    return {"period_kind": "month", "period_start": NOVEMBER, "scope_kind": "employee",
            "scope_id": who, "win_rate_count__num": won, "win_rate_count__den": decided or None,
            }  # fmt: skip


def ranked(
    lab: Laboratory, amounts: Sequence[Row] = (), rates: Sequence[Row] = (), **roles: str | None
) -> list[Any]:
    """Ranks in November; everyone is a representative but for `roles`, None has left."""
    people = sorted({str(row["scope_id"]) for row in (*amounts, *rates)})
    lab.given("mart.quota_attainment", amounts).given("kpi.opportunity", rates)
    lab.given("core.org_day", [
        {"employee_id": who, "calendar_date": LAST, "role": roles.get(who, "rep") or "rep",
         "is_active": roles.get(who, "rep") is not None} for who in people
    ])  # fmt: skip
    return lab.result("mart.kpi_rank", "kpi_id, employee_id")


def test_equal_amounts_share_a_place_and_the_next_follows_at_once(lab: Laboratory) -> None:
    amounts = {"A": 50, "B": 100, "C": 50, "D": 10, "E": 0}
    rows = ranked(lab, [sold(who, amount) for who, amount in amounts.items()])
    assert pick(rows, "employee_id", "rank", "peers", "low", "high") == [
        ("A", 2, 5, None, None), ("B", 1, 5, None, None), ("C", 2, 5, None, None),
        ("D", 3, 5, None, None), ("E", 4, 5, None, None),
    ]  # fmt: skip


def test_peers_have_one_role_and_are_there_on_the_last_day(lab: Laboratory) -> None:
    rows = ranked(
        lab,
        [*(sold(who, x) for who, x in [("A", 1), ("B", 2), ("C", 3), ("D", 4)]),
         sold("A", 9, "no KPI counts towards it")],
        B="team_lead", D=None,
    )  # fmt: skip
    assert pick(rows, "employee_id", "role", "rank", "peers") == [
        ("A", "rep", 2, 2), ("B", "team_lead", 1, 1), ("C", "rep", 1, 2),
    ]  # fmt: skip


def test_rates_tie_where_their_intervals_overlap(lab: Laboratory) -> None:
    """One win in one deal is no lead; 90 of 100 against 50 of 100 is one."""
    rows = ranked(lab, rates=[
        rate("A", 90, 100), rate("B", 1, 1), rate("C", 50, 100), rate("D", 45, 100),
        rate("E", 0, 0),
    ])  # fmt: skip
    assert pick(rows, "employee_id", "rank", "peers") == [
        ("A", 1, 4), ("B", 1, 4), ("C", 2, 4), ("D", 2, 4),
    ]  # fmt: skip
    low, high = wilson(90, 100)
    assert (rows[0]["low"], rows[0]["high"]) == (low, high)


def test_the_place_counts_the_peers_wholly_above_and_is_then_made_dense(lab: Laboratory) -> None:
    """Held against the rule in its plain, quadratic form."""
    random = Random(7)
    for _ in range(5):
        counts = {f"E{i:02}": (random.randint(0, n), n)
                  for i, n in enumerate(random.choices((1, 5, 20, 80, 300), k=12))}  # fmt: skip
        rows = ranked(lab, rates=[rate(who, won, n) for who, (won, n) in counts.items()])
        ends = {who: wilson(won, n) for who, (won, n) in counts.items()}
        above = {who: sum(low > ends[who][1] for low, _ in ends.values()) for who in ends}
        places = {count: place for place, count in enumerate(sorted(set(above.values())), 1)}
        assert {r["employee_id"]: r["rank"] for r in rows} == {
            who: places[count] for who, count in above.items()
        }
        assert all(math.isclose(r["low"], ends[r["employee_id"]][0]) for r in rows)
