"""How much of a ranking is luck, which ranks cannot be told apart, and what scores follow."""

from __future__ import annotations

import random
from decimal import Decimal
from typing import Any

import pytest

from tests.support.facts.appraisals import bands
from tests.support.facts.documents import day
from tests.support.laboratory import Laboratory, Row, pick

MONTHS = [f"2026-{number:02d}" for number in range(1, 10)]


def simulated(people: int, between: float, within: float, seed: int = 7) -> list[Row]:
    """Scores of people whose true levels spread by `between`, each month off by `within`; a month
    is good or bad for everybody."""
    draw = random.Random(seed)
    levels = [draw.gauss(0, between) for _ in range(people)]
    tides = {month: draw.gauss(0, 8) for month in MONTHS}
    return [
        {"scheme_id": "S", "version": 1, "period": month, "employee_id": f"E{number:03d}",
         "score": Decimal(str(round(75 + level + tides[month] + draw.gauss(0, within), 1)))}
        for month in MONTHS for number, level in enumerate(levels)
    ]  # fmt: skip


def reliability(lab: Laboratory, rows: list[Row]) -> dict[str, Any]:
    lab.given("mart.appraisal_computed", rows)
    [row] = lab.result("mart.appraisal_reliability")
    return row


@pytest.mark.parametrize(
    ("between", "within", "share"), [(0, 6, 0.0), (6, 6, 0.5), (9, 3, 0.9), (3, 9, 0.1)]
)
def test_the_share_of_people_is_recovered_where_the_truth_is_known(
    lab: Laboratory, between: float, within: float, share: float
) -> None:
    row = reliability(lab, simulated(120, between, within))
    assert float(row["share_of_people"]) == pytest.approx(share, abs=0.07)
    assert float(row["spread_within"]) == pytest.approx(within, rel=0.08)
    assert float(row["reach"]) == pytest.approx(2.326 * float(row["spread_within"]), abs=0.001)
    assert pick([row], "people", "periods", "scores") == [(120, 9, 1080)]


def test_the_order_of_rows_changes_no_figure(lab: Laboratory) -> None:
    rows = simulated(30, 4, 6)
    first = reliability(lab, rows)
    random.Random(1).shuffle(rows)
    assert reliability(lab, rows) == first


@pytest.mark.parametrize(
    "rows",
    [
        simulated(2, 5, 5),  # too few people for any period to have a mean
        [row for row in simulated(5, 5, 5) if row["period"] == "2026-01"],  # nobody twice
    ],
)
def test_without_repeated_scores_nothing_is_said(lab: Laboratory, rows: list[Row]) -> None:
    lab.given("mart.appraisal_computed", rows)
    assert all(
        row["share_of_people"] is None and row["reach"] is None
        for row in lab.result("mart.appraisal_reliability")
    )


def test_ranks_within_reach_are_level(lab: Laboratory) -> None:
    """With a reach of 5: 90 and 86 are level, 86 and 81 at its end, 70 is below all."""
    lab.given("mart.appraisal_computed", [
        {"scheme_id": "S", "version": 1, "period": "2026-09", "employee_id": name, "rank": rank,
         "score": score}
        for name, rank, score in (("A", 1, 90), ("B", 2, 86), ("C", 3, 81), ("D", 4, 70),
                                  ("E", None, None))
    ])  # fmt: skip
    lab.given("mart.appraisal_reliability", [{"scheme_id": "S", "reach": 5}])
    found = lab.result("mart.appraisal_standing", "employee_id")
    assert pick(found, "employee_id", "rank_from", "rank_to") == [
        ("A", 1, 2), ("B", 1, 3), ("C", 2, 3), ("D", 4, 4),
    ]  # fmt: skip


def fairness(lab: Laboratory, people: list[tuple[str, str, object]], **more: Any) -> list[Row]:
    """People of one month as (hire date, region, score)."""
    lab.given("mart.appraisal_computed", [
        {"scheme_id": "S", "version": 1, "period": "2026-10", "employee_id": f"E{n}",
         "score": score}
        for n, (_, _, score) in enumerate(people)
    ])  # fmt: skip
    lab.given("mart.appraisal_total", [
        {"employee_id": f"E{n}", "period": "2026-10", "region_id": region,
         "period_end": day("2026-10-31")}
        for n, (_, region, _) in enumerate(people)
    ])  # fmt: skip
    lab.given("policy.appraisal_scheme", [{"scheme_id": "S", "version": 1, "role": "rep"}])
    lab.given("core.dim_employee", [
        {"employee_id": f"E{n}", "hire_date": day(hired)} for n, (hired, _, _) in enumerate(people)
    ])  # fmt: skip
    lab.given("core.dim_customer", more.get("customers", []))
    lab.given("policy.quota_ramp", more.get("ramp", []))
    return lab.result("mart.appraisal_fairness", "factor, group_key")


def test_a_group_stands_apart_only_where_the_difference_is_larger_than_chance(
    lab: Laboratory,
) -> None:
    north = [("2020-01-01", "N", score) for score in (80, 82, 84, 86, 88)]
    south = [("2020-01-01", "S", score) for score in (60, 62, 64, 66, 68)]
    found = fairness(lab, north + south)
    regions = [row for row in found if row["factor"] == "region"]
    assert pick(regions, "group_key", "people", "mean_score", "others_mean", "score_difference",
                "is_small", "is_apart") == [
        ("N", 5, 84, 64, 20, False, True), ("S", 5, 64, 84, -20, False, True),
    ]  # fmt: skip
    # variance 10 of five each: 1.96 × √(10/5 + 10/5)
    assert regions[0]["half_width"] == Decimal("3.9200")
    assert [row for row in found if row["factor"] == "tenure"] == []  # one group has no others


def test_a_group_of_four_is_small_and_never_apart(lab: Laboratory) -> None:
    new = [("2026-01-01", "N", score) for score in (40, 41, 42, 43)]
    old = [("2015-01-01", "N", score) for score in (80, 81, 82, 83, 84)]
    found = fairness(lab, new + old)
    assert pick(found, "factor", "group_key", "is_small", "is_apart") == [
        ("tenure", "first_year", True, False), ("tenure", "longer", True, False),
    ]  # fmt: skip


def test_segment_is_where_most_customers_are_and_a_ramp_ends(lab: Laboratory) -> None:
    people = [("2026-06-01", "N", 50), ("2025-01-01", "N", 60), ("2025-01-01", "N", 70)]
    customers = [
        {"customer_id": f"C{n}", "owner_id": owner, "segment": segment}
        for n, (owner, segment) in enumerate([("E0", "SMB"), ("E0", "KA"), ("E0", "SMB"),
                                              ("E1", "KA"), ("E2", "KA")])
    ]  # fmt: skip
    ramp = [{"role": "rep", "month_no": 6, "share_pct": 50}]
    found = fairness(lab, people, customers=customers, ramp=ramp)
    assert [
        (row["factor"], row["group_key"], row["people"]) for row in found
        if row["factor"] in ("segment", "ramp")
    ] == [("ramp", "ramped", 2), ("ramp", "ramping", 1), ("segment", "KA", 2),
          ("segment", "SMB", 1)]  # fmt: skip
    assert {row["half_width"] for row in found if row["people"] == 1} == {None}


def effects(
    lab: Laboratory,
    people: list[Row],
    gates: list[Row],
    *,
    kind: str = "coefficient",
    bonus: int = 0,
    decided: Any = (),
) -> list[Row]:
    """What rules changed for people of one month, each with a salary of 1,000 unless they say."""
    lab.given("policy.appraisal_scheme", [
        {"scheme_id": "S", "version": 1, "rounding": 1, "floating_pay": kind}
    ])  # fmt: skip
    lab.given("policy.grade_band", [
        {**band, "bonus": bonus if band["grade"] == "A" else 0} for band in bands()
    ])  # fmt: skip
    same = {"period": "2026-10", "scheme_id": "S", "version": 1}
    lab.given("mart.appraisal_computed", [
        {**same, "floating_salary": 1000, **{k: v for k, v in row.items() if k != "card"}}
        for row in people
    ])  # fmt: skip
    lab.given("mart.appraisal_total", [
        {**same, "employee_id": row["employee_id"], "card_score": row["card"], "points": 0}
        for row in people
    ])  # fmt: skip
    lab.given("mart.appraisal_gate", [
        {"period": "2026-10", "scheme_id": "S", "employee_id": "A", "is_missed": True, **gate}
        for gate in gates
    ])  # fmt: skip
    lab.given("mart.appraisal_score_decision", [
        {"employee_id": who, "period": "2026-10", "is_applied": True} for who in decided
    ])  # fmt: skip
    return pick(
        lab.result("mart.appraisal_rule_effect", "employee_id, rule"),
        "employee_id", "rule", "score_without", "score_with", "grade_without", "grade_with",
        "steps_down", "pay_effect",
    )  # fmt: skip


def person(name: str, card: object, score: object, gated: str, **more: Any) -> Row:
    return {"employee_id": name, "card": card, "score": score, "gated_grade": gated, **more}


def test_what_gates_and_a_distribution_changed_and_what_it_is_worth(lab: Laboratory) -> None:
    found = effects(
        lab,
        [person("A", 90, 90, "C"), person("B", 75, 75, "B", distribution_grade="A"),
         person("C", Decimal("64.96"), 65, "C", distribution_grade="D", floating_salary=None)],
        [{"gate": "x", "grade_at_best": "C"}, {"gate": "y", "grade_at_best": "C"},
         {"gate": "x", "employee_id": "B", "is_missed": False, "grade_at_best": "C"}],
    )  # fmt: skip
    assert found == [
        # either of two equal gates alone changes nothing: the other one still stops A
        ("A", "gate:x", 90, 90, "C", "C", 0, 0),
        ("A", "gate:y", 90, 90, "C", "C", 0, 0),
        ("A", "gates", 90, 90, "A", "C", 2, -500),
        ("B", "distribution", 75, 75, "B", "A", -1, 200),
        ("C", "distribution", 65, 65, "C", "D", 1, None),
    ]


def test_each_gate_is_lifted_alone_with_the_others_in_force(lab: Laboratory) -> None:
    """A card of 90: x bounds the score at 65, y takes 10 off, z leaves a B at best."""
    found = effects(
        lab,
        [person("A", 90, 65, "C")],
        [{"gate": "x", "score_at_most": 65}, {"gate": "y", "points": -10},
         {"gate": "z", "grade_at_best": "B"}],
        bonus=77,
    )  # fmt: skip
    assert found == [
        ("A", "gate:x", 80, 65, "B", "C", 1, -300),
        ("A", "gate:y", 65, 65, "C", "C", 0, 0),
        ("A", "gate:z", 65, 65, "C", "C", 0, 0),
        ("A", "gates", 90, 65, "A", "C", 2, -577),
    ]


def test_pay_by_score_moves_with_the_score_and_a_matrix_with_none(lab: Laboratory) -> None:
    people, gates = [person("A", 90, 72, "B")], [{"gate": "x", "score_at_most": 72}]
    by_score = effects(lab, people, gates, kind="score")
    assert [row[-1] for row in by_score] == [-180, -180]
    assert [row[-1] for row in effects(lab, people, gates, kind="matrix")] == [0, 0]


def test_a_decided_score_is_what_it_is_without_the_gate_too(lab: Laboratory) -> None:
    found = effects(
        lab, [person("A", 95, 78, "B")], [{"gate": "x", "score_at_most": 60}], decided=["A"]
    )
    assert [row[1:] for row in found] == [
        (rule, 78, 78, "B", "B", 0, 0) for rule in ("gate:x", "gates")
    ]
