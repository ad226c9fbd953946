"""Appraisal: from scores to the card, gates, grade, rank and pay."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from tests.support.facts.appraisals import (
    BANDS,
    CARD,
    MONTH,
    NOTHING,
    PAID,
    TOTAL,
    active,
    bands,
    given,
    indicator,
    judged,
    results,
    salary,
    stepped,
    stretch,
    value,
)
from tests.support.facts.documents import day
from tests.support.laboratory import Laboratory, Row, pick


def test_the_total_is_rounded_once_then_meets_the_bands(lab: Laboratory) -> None:
    rows = [judged("42.47", indicator="a"), judged("42.48", indicator="b")]
    row = results(lab, rows, rounding=1)[0]
    assert (row["score"], row["grade"]) == (85, "A")
    assert results(lab, rows, rounding=2)[0]["grade"] == "B"


@pytest.mark.parametrize(
    ("rows", "least"),
    [
        ([judged(0, **NOTHING)], 0),
        ([judged(40, weight=40), judged(0, counted=False, weight=60, indicator="b")], 50),
        ([judged(40, weight=99), judged(0, counted=False, weight=1, indicator="b")], 100),
    ],
)
def test_whoever_could_not_be_judged_enough_is_held_and_not_graded(
    lab: Laboratory, rows: list[Row], least: int
) -> None:
    row = results(lab, rows, [salary("2026-01-01", 1000)], minimum_judged_weight=least)[0]
    total = lab.result("mart.appraisal_total")
    assert pick(total, "is_held", "score", "grade", "uncounted") == [(True, None, None, 1)]
    assert pick([row], "score", "grade", "coefficient", "floating_pay", "rank", "flags") == [
        (None, None, None, None, None, "held,small_n")
    ]


def test_exactly_enough_weight_is_judged(lab: Laboratory) -> None:
    rows = [judged(80, weight=50), judged(0, counted=False, weight=50, indicator="b")]
    assert results(lab, rows)[0]["grade"] == "B"


def test_a_held_person_takes_no_place_among_the_ranked(lab: Laboratory) -> None:
    rows = [judged(80), judged(0, employee_id="E2", **NOTHING), judged(70, employee_id="E3")]
    found = results(lab, rows)
    assert pick(found, "employee_id", "rank") == [("E1", 1), ("E2", None), ("E3", 2)]


def test_floating_pay_is_the_salary_of_the_month_by_the_coefficient(lab: Laboratory) -> None:
    salaries = [salary("2026-01-01", 1000, "2026-09-30"), salary("2026-10-01", 2000)]
    row = results(lab, [judged(90)], salaries)[0]
    assert (row["floating_salary"], row["floating_pay"]) == (2000, 2400)


def test_floating_pay_by_score_is_to_the_cent(lab: Laboratory) -> None:
    row = results(lab, [judged("83.3")], [salary("2026-01-01", "999.99")], floating_pay="score")[0]
    assert row["floating_pay"] == Decimal("832.99")


def test_a_quarter_pays_the_salaries_of_its_months(lab: Laboratory) -> None:
    rows = [judged(90, period_start=day("2026-07-01"), period_end=day("2026-09-30"))]
    salaries = [salary("2026-01-01", 1000, "2026-08-15"), salary("2026-08-16", 2000)]
    row = results(lab, rows, salaries, period_kind="quarter")[0]
    assert row["floating_salary"] == 1000 + 2000 + 2000  # a raise within a month counts for it


def test_ranks_leave_a_gap_after_a_tie(lab: Laboratory) -> None:
    rows = [judged(s, employee_id=who) for who, s in [("E1", 80), ("E2", 90), ("E3", 80),
                                                      ("E4", 70)]]  # fmt: skip
    assert pick(results(lab, rows), "employee_id", "rank") == [
        ("E1", 2), ("E2", 1), ("E3", 2), ("E4", 4),
    ]  # fmt: skip


def test_flags_name_what_a_reader_must_know(lab: Laboratory) -> None:
    rows = [judged(65, "2026-08"), judged(62, "2026-09"), judged(50, "2026-10"),
            judged(0, "2026-10", counted=False, indicator="b")]  # fmt: skip
    found = results(lab, rows, [salary("2026-09-01", 1000)])
    assert pick(found, "period", "flags", "judged_weight") == [
        ("2026-08", "no_salary", 50),
        ("2026-09", "two_c_in_a_row", 50),
        ("2026-10", "small_n,grade_d", 50),
    ]


def test_bonus_steps_and_slips_are_points_beside_the_weights(lab: Laboratory) -> None:
    stepped(lab, "new", "bonus", (None, 0), (2, 3), (5, 6))
    lab.given("staging.appraisal_slip", [
        {"employee_id": "E1", "slip_date": day(date), "kind": kind, "points": points,
         "reason": "r", "approved_by": by}
        for date, kind, points, by in [
            ("2026-10-02", "reward", 4, "L"), ("2026-10-03", "fault", 30, "L"),
            ("2026-11-03", "fault", 50, "L"), ("2026-10-09", "reward", 9, "E1"),
            ("2026-10-10", "reward", 9, "王芳"),
            ("2026-10-11", "reward", 9, "e1"),
        ]
    ])  # fmt: skip
    lab.given("core.dim_employee", [{"employee_id": "E1", "name": "王芳"}])
    bonus = indicator("new", part="bonus")
    given(lab, [indicator("a")], [value("a", 100), value("new", 4)],
          {**MONTH, "slips_most": 10, "slips_least": -20},
          active("2026-10-01", "2026-10-31"), parts=[bonus])  # fmt: skip
    points = lab.result("mart.appraisal_point", "point_id")
    assert pick(points, "point_id", "measure", "stated_points", "points") == [
        ("new", 4, 3, 3),
        ("slips", 2, -26, -20),
    ]
    lab.given("policy.grade_band", bands())
    lab.build("mart.appraisal_score", "mart.appraisal_point")
    total = lab.result("mart.appraisal_total")
    assert pick(total, "card_score", "points", "score", "grade") == [(100, -17, 83, "B")]


@pytest.mark.parametrize(
    ("scheme", "date", "points", "refused"),
    [("S", "2026-10-10", [-4], []), ("S", "2026-10-11", [], ["not_there"]),
     ("L", "2026-10-02", [-4], []), ("none", "2026-10-02", [], ["no_slips"])],
)  # fmt: skip
def test_a_slip_is_either_counted_or_listed(
    lab: Laboratory, scheme: str, date: str, points: list[int], refused: list[str]
) -> None:
    """Gone on the 10th: a representative to the end, or a lead from the 5th on. The last scheme
    counts slips of the whole period, or none."""
    takes = {"slips_most": 10, "slips_least": -20}
    first = takes if scheme != "L" else {}
    lead = {**MONTH, "scheme_id": "L", "role": "lead", **(takes if scheme == "L" else {})}
    roles = ["rep" if scheme == "S" or n < 5 else "lead" for n in range(1, 11)]
    members = [row for n, role in enumerate(roles, 1)
               for row in active(f"2026-10-{n:02}", role=role)]  # fmt: skip
    given(lab, [indicator("a"), indicator("a", scheme_id="L")], (), MONTH, members)
    lab.given("policy.appraisal_scheme", [{**MONTH, **first}, lead])
    lab.build(*CARD)
    lab.given("core.dim_employee", [{"employee_id": "E1", "leave_date": day("2026-10-10")}])
    lab.given("core.employee_assignment", [
        {"employee_id": "E1", "role": "rep", "valid_from": day("2026-01-01"),
         "valid_to": None if scheme == "S" else day("2026-10-04")},
        *([] if scheme == "S" else [
            {"employee_id": "E1", "role": "lead", "valid_from": day("2026-10-05")}]),
    ])  # fmt: skip
    lab.given("staging.appraisal_slip", [
        {"employee_id": "E1", "slip_date": day(date), "kind": "fault", "points": 4,
         "reason": "r", "approved_by": "L"}
    ])  # fmt: skip
    assert [row["points"] for row in lab.result("mart.appraisal_point")] == points
    assert [row["refused_for"] for row in lab.result("mart.appraisal_refused")] == refused


GATE = {"scheme_id": "S", "version": 1, "gate": "cash", "value_limit": 70, "holds": False}


@pytest.mark.parametrize(
    ("effect", "score", "grade"),
    [
        ({"score_at_most": 69}, 69, "C"),
        ({"points": -40}, 60, "C"),
        ({"grade_at_best": "C"}, 100, "C"),
    ],
)
def test_a_gate_that_is_missed_bounds_score_or_grade(
    lab: Laboratory, effect: Row, score: int, grade: str
) -> None:
    gate = indicator("cash", part="gate")
    given(lab, [indicator("a")], [value("a", 100), value("cash", 69)], parts=[gate])
    lab.given("policy.appraisal_gate", [{**GATE, **effect}])
    lab.given("policy.grade_band", bands())
    gates = lab.result("mart.appraisal_gate")
    assert pick(gates, "gate", "actual", "is_known", "is_missed") == [("cash", 69, True, True)]
    lab.build("mart.appraisal_score", "mart.appraisal_gate", *TOTAL)
    row = lab.result("mart.appraisal_result")[0]
    assert (row["score"], row["grade"]) == (score, grade)
    found = lab.result("mart.appraisal_grade")[0]
    flag = "gate" in (row["flags"] or "")
    assert flag == (found["band_grade"] != found["gated_grade"])


@pytest.mark.parametrize(("holds", "held_for"), [(True, "gate:cash"), (False, None)])
def test_a_gate_without_a_value_holds_or_is_passed(
    lab: Laboratory, holds: bool, held_for: str | None
) -> None:
    gate = indicator("cash", part="gate")
    given(lab, [indicator("a")], [value("a", 100)], parts=[gate])
    lab.given("policy.appraisal_gate", [{**GATE, "holds": holds, "score_at_most": 69}])
    lab.given("policy.grade_band", bands())
    lab.build("mart.appraisal_score", "mart.appraisal_gate")
    total = lab.result("mart.appraisal_total")[0]
    assert (total["held_for"], total["is_held"]) == (held_for, holds)


def test_a_missed_gate_grades_nobody_who_is_held(lab: Laboratory) -> None:
    gate = indicator("cash", part="gate")
    given(lab, [indicator("a")], [value("cash", 69)], parts=[gate])
    lab.given("policy.appraisal_gate", [{**GATE, "grade_at_best": "C"}])
    lab.given("policy.grade_band", bands())
    lab.given("staging.salary", [salary("2026-01-01", 1000)])
    lab.build("mart.appraisal_score", "mart.appraisal_gate", *TOTAL)
    row = lab.result("mart.appraisal_result")[0]
    assert pick([row], "score", "grade", "coefficient", "floating_pay", "held_for") == [
        (None, None, None, None, "weight")
    ]


def test_whoever_was_there_too_few_days_is_held(lab: Laboratory) -> None:
    row = results(lab, [judged(80)], minimum_days=21)[0]
    assert (row["grade"], row["held_for"], row["flags"]) == (None, "days", "held,no_salary")


def people(*points: object) -> list[Row]:
    return [judged(score, employee_id=f"E{n}") for n, score in enumerate(points, 1)]


SHARES = {"A": 20, "B": 50, "C": 20, "D": 10}


def test_an_enforced_distribution_grades_by_rank(lab: Laboratory) -> None:
    """Of ten: two A, five B, two C and one D, though everybody's score is a B or better."""
    ten = people(99, 98, 97, 90, 89, 88, 87, 75, 74, 73)
    rows = results(lab, ten, shares=SHARES, distribution="enforced", distribution_per="company",
                   small_unit=5)  # fmt: skip
    by_id = {row["employee_id"]: row for row in rows}
    assert [by_id[f"E{n}"]["grade"] for n in range(1, 11)] == list("AABBBBBCCD")
    assert by_id["E3"]["band_grade"] == "A" and "distribution" in by_id["E3"]["flags"]


def test_who_is_level_has_the_better_grade_and_small_units_keep_their_scores(
    lab: Laboratory,
) -> None:
    enforced: dict[str, Any] = {"shares": SHARES, "distribution": "enforced", "small_unit": 5,
                                "distribution_per": "company"}  # fmt: skip
    level = results(lab, people(90, 80, 80, 80, 70), **enforced)
    assert [row["grade"] for row in level] == [
        "A",
        "B",
        "B",
        "B",
        "C",
    ]  # 4.5 of 5 have a C at least
    few = results(lab, people(90, 80, 80, 80), **enforced)
    assert [row["grade"] for row in few] == ["A", "B", "B", "B"]
    advisory = results(lab, people(90, 80, 80, 80, 70), **{**enforced, "distribution": "advisory"})
    assert [row["grade"] for row in advisory] == ["A", "B", "B", "B", "B"]


def test_a_joiner_is_paid_the_part_of_the_days(lab: Laboratory) -> None:
    """From the 22nd of October: 10 of 31 days of 3,100 are 1,000."""
    members = active(*[f"2026-10-{n}" for n in range(22, 32)])
    lab.given("core.org_day", members)
    joined = stretch(judged(80), first_day=day("2026-10-22"), active_days=10)
    row = results(lab, [judged(80)], [salary("2026-10-22", 3100)], stretches=[joined],
                  pay_by_days=True)[0]  # fmt: skip
    assert (row["floating_salary"], row["floating_pay"]) == (1000, 1000)


def test_after_the_last_day_nobody_is_judged_or_paid_though_the_assignment_stays_open(
    lab: Laboratory,
) -> None:
    """Gone on the 10th of October: 10 of 31 days of 3,100, and no November."""
    lab.given("staging.employee", [{"employee_id": "E1", "leave_date": day("2026-10-10")}])
    lab.given("core.employee_assignment", [
        {"employee_id": "E1", "role": "rep", "valid_from": day("2026-10-01"), "is_last": True},
    ])  # fmt: skip
    lab.build("core.org_day")
    lab.given("policy.appraisal_scheme", [MONTH])
    left = lab.result("core.appraisal_stretch")
    assert pick(left, "period", "active_days", "last_day") == [("2026-10", 10, day("2026-10-10"))]
    row = results(lab, [judged(80, active_days=10)], [salary("2026-01-01", 3100)], stretches=left,
                  pay_by_days=True)[0]  # fmt: skip
    assert (row["floating_salary"], row["floating_pay"]) == (1000, 1000)


@pytest.mark.parametrize(
    ("first", "last", "paid"),
    [("2026-07-01", "2026-09-30", 3000), ("2026-07-01", "2026-07-10", 1000),
     ("2026-09-20", "2026-09-30", 1000), ("2026-07-31", "2026-09-01", 3000)],
)  # fmt: skip
def test_months_paid_whole_are_those_in_which_somebody_was_there(
    lab: Laboratory, first: str, last: str, paid: int
) -> None:
    card = judged(80, period="2026-07", period_end=day("2026-09-30"))
    there = stretch(card, first_day=day(first), last_day=day(last))
    row = results(lab, [card], PAID, stretches=[there])[0]
    assert (row["floating_salary"], row["floating_pay"]) == (paid, paid)


def test_a_month_on_leave_throughout_is_not_paid_whole(lab: Laboratory) -> None:
    """Away in August, judged on July and September."""
    days = [f"2026-{month:02}-{n:02}" for month in (7, 8, 9) for n in range(1, 31)]
    lab.given("core.org_day", active(*days))
    lab.given("core.absence_day", [
        {"employee_id": "E1", "calendar_date": day(date)} for date in days if "-08-" in date
    ])  # fmt: skip
    card = judged(80, period="2026-07", period_end=day("2026-09-30"))
    assert results(lab, [card], PAID)[0]["floating_pay"] == 2000
    assert results(lab, [card], PAID, leave_counts=True)[0]["floating_pay"] == 3000


def test_who_is_paid_by_score_and_was_given_only_a_grade_has_no_pay_and_says_so(
    lab: Laboratory,
) -> None:
    moves = [("grade", "held", "A", "2026-11-10")]
    row = results(lab, [judged(0, **NOTHING)], PAID, moves, floating_pay="score")[0]
    assert pick([row], "score", "grade", "floating_pay", "flags") == [
        (None, "A", None, "overridden,small_n,no_score")
    ]
    row = results(lab, [judged(0, **NOTHING)], PAID, moves)[0]
    assert pick([row], "floating_pay", "flags") == [(1200, "overridden,small_n")]


def test_who_came_back_is_judged_from_the_new_assignment_on(lab: Laboratory) -> None:
    """Gone on the 10th of October by a list that still says so, back since the 20th."""
    lab.given("staging.employee", [{"employee_id": "E1", "leave_date": day("2026-10-10")}])
    lab.given("core.employee_assignment", [
        {"employee_id": "E1", "role": "rep", "valid_from": day("2026-10-01"),
         "valid_to": day("2026-10-19"), "is_last": False},
        {"employee_id": "E1", "role": "rep", "valid_from": day("2026-10-20"), "is_last": True},
    ])  # fmt: skip
    lab.build("core.org_day")
    lab.given("policy.appraisal_scheme", [MONTH])
    found = lab.result("core.appraisal_stretch")
    assert pick(found, "period", "active_days") == [("2026-10", 22)]


@pytest.mark.parametrize(("counts", "days", "pay"), [(False, 21, 2100), (True, 31, 3100)])
def test_days_of_leave_without_a_quota_are_neither_judged_nor_paid(
    lab: Laboratory, counts: bool, days: int, pay: int
) -> None:
    """Ten of the 31 days of October, of 3,100."""
    away = [f"2026-10-{n}" for n in range(10, 20)]
    lab.given("core.org_day", active(*[f"2026-10-{n:02d}" for n in range(1, 32)]))
    lab.given("core.absence_day", [
        {"employee_id": "E1", "calendar_date": day(date)} for date in away
    ])  # fmt: skip
    lab.given("policy.appraisal_scheme", [{**MONTH, "leave_counts": counts}])
    [stretched] = [
        row for row in lab.result("core.appraisal_stretch") if row["period"] == "2026-10"
    ]
    assert stretched["active_days"] == days
    row = results(lab, [judged(80, active_days=days)], [salary("2026-01-01", 3100)],
                  stretches=[stretched], pay_by_days=True, leave_counts=counts)[0]  # fmt: skip
    assert (row["floating_salary"], row["floating_pay"]) == (pay, pay)


def test_who_was_away_for_the_whole_period_stands_in_the_list_held(lab: Laboratory) -> None:
    days = [f"2026-10-{n:02d}" for n in range(1, 32)]
    lab.given("core.org_day", active(*days))
    lab.given("core.absence_day", [
        {"employee_id": "E1", "calendar_date": day(date)} for date in days
    ])  # fmt: skip
    lab.given("policy.appraisal_scheme", [MONTH])
    [stretched] = [
        row for row in lab.result("core.appraisal_stretch") if row["period"] == "2026-10"
    ]
    row = results(lab, [judged(80, active_days=0)], stretches=[stretched])[0]
    assert (row["score"], row["grade"], row["held_for"]) == (None, None, "weight")


def test_a_matrix_pays_the_highest_cell_whose_both_edges_were_reached(lab: Laboratory) -> None:
    lab.given("policy.appraisal_pay_cell", [
        {"scheme_id": "S", "version": 1, "row_indicator": "a", "column_indicator": "b",
         "row_from": row, "column_from": column, "coefficient": coefficient}
        for row, column, coefficient in [(0, 0, "0.5"), (1, 0, "0.8"), (1, "0.9", "1.2")]
    ])  # fmt: skip
    card = [judged(40, measure="-1"), judged(40, indicator="b", measure="0.89")]
    none = results(lab, card, [salary("2026-01-01", 1000)], floating_pay="matrix")[0]
    assert pick([none], "grade", "floating_pay", "flags") == [("B", None, "no_coefficient")]
    card = [judged(40, measure="1.1"), judged(40, indicator="b", measure="0.89")]
    row = results(lab, card, [salary("2026-01-01", 1000)], floating_pay="matrix")[0]
    assert (row["coefficient"], row["floating_pay"]) == (Decimal("0.8"), 800)


def test_a_red_line_looks_back_as_far_as_it_says(lab: Laboratory) -> None:
    rows = [judged(points, period) for period, points in
            [("2026-07", 65), ("2026-08", 80), ("2026-09", 65), ("2026-10", 80)]]  # fmt: skip
    results(lab, rows)
    lab.given("policy.appraisal_red_line", [
        {"scheme_id": "S", "version": 1, "red_line": "c_twice", "grade": "C", "times": 2,
         "within": 3}
    ])  # fmt: skip
    found = lab.result("mart.appraisal_computed", "period")
    assert [row["red_lines"] for row in found] == [None, None, "c_twice", None]


def test_every_score_has_exactly_one_grade(lab: Laboratory) -> None:
    """From 0 to 150 in steps of 0.01, the grade is that of the last band begun."""
    lab.given("policy.appraisal_scheme", [MONTH])
    lab.given("policy.grade_band", bands())
    lab.given("mart.appraisal_total", [])
    lab.con.execute(
        "insert into mart.appraisal_total (employee_id, period, scheme_id, version, score) "
        "select cast(n as varchar), '2026-10', 'S', 1, n * 0.01 from range(15001) as t(n)"
    )
    found = lab.result("mart.appraisal_grade")
    assert len(found) == 15_001
    for row in found:
        expected = next(g for g, start, _below, _coefficient in BANDS if row["score"] >= start)
        assert row["grade"] == row["band_grade"] == expected


@pytest.mark.parametrize(
    ("why", "held"), [("of_oneself", "score:attitude"), ("above_the_scale", "score:attitude"),
                      ("percent", "score:attitude"), ("unreadable", "score:attitude"),
                      ("contradicted", "score:attitude"), ("no_scheme", None)],
)  # fmt: skip
def test_a_score_that_cannot_count_holds_its_person_and_nobody_else(
    lab: Laboratory, why: str, held: str | None
) -> None:
    refused = {"kind": "score", "employee_id": "E1", "period": "2026-10", "name": "attitude",
               "refused_for": why}  # fmt: skip
    rows = results(lab, [judged(90), judged(90, employee_id="E2")], PAID, refused=[refused])
    assert [(row["held_for"], row["grade"]) for row in rows] == [
        (held, None if held else "A"), (None, "A"),
    ]  # fmt: skip


@pytest.mark.parametrize(("why", "held"), [("contradicted", "target:a"), ("not_above_zero", None)])
def test_two_targets_agreed_at_once_hold_their_person(
    lab: Laboratory, why: str, held: str | None
) -> None:
    refused = {"kind": "target", "employee_id": "E1", "period": "2026-10", "name": "a",
               "refused_for": why}  # fmt: skip
    of_a_month_before = {**refused, "period": "2026-09", "refused_for": "contradicted"}
    [row] = results(lab, [judged(90)], PAID, refused=[refused, of_a_month_before])
    assert row["held_for"] == held


def test_the_newest_period_of_a_scheme_is_the_one_that_ends_last(lab: Laboratory) -> None:
    """A scheme that went from quarters to months: 2026-10 came after 2026-Q3."""
    lab.given("mart.appraisal_total", [
        {"employee_id": "E1", "scheme_id": scheme, "version": version, "period": period,
         "period_end": day(end)}
        for scheme, version, period, end in (
            ("S", 1, "2026-Q3", "2026-09-30"), ("S", 2, "2026-10", "2026-10-31"),
            ("H", 1, "2026-H1", "2026-06-30"),
        )
    ])  # fmt: skip
    rows = lab.result("mart.appraisal_latest", "scheme_id")
    assert pick(rows, "scheme_id", "period", "version") == [
        ("H", "2026-H1", 1),
        ("S", "2026-10", 2),
    ]
