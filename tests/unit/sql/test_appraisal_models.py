"""Appraisal: indicators, their scores and weights, and the result they lead to."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest

from tests.support.facts.appraisals import (
    BANDS,
    CARD,
    HALF,
    MONTH,
    QUARTER,
    TOTAL,
    active,
    bands,
    by_hand,
    closed_result,
    given,
    given_by_hand,
    indicator,
    judged,
    results,
    salary,
    scores,
    stretch,
    value,
)
from tests.support.facts.documents import day
from tests.support.laboratory import Laboratory, Row, pick


@pytest.mark.parametrize(
    ("actual", "expected"),
    [
        (49, 0), (50, 40), (75, 70), (100, 100), (115, 110), (130, 120), (500, 120),
    ],
)  # fmt: skip
def test_a_score_runs_on_straight_lines_between_threshold_target_and_stretch(
    lab: Laboratory, actual: int, expected: int
) -> None:
    row = scores(lab, [indicator("sales")], [value("sales", actual)])[0]
    assert (row["score"], row["weighted_score"]) == (expected, expected)


@pytest.mark.parametrize(
    ("points", "expected"),
    [
        # all or nothing, then a line
        ({"threshold": 100}, {99: 0, 100: 100, 115: 110, 130: 120, 200: 120}),
        # no more above the target
        ({"stretch": 100, "stretch_score": 100}, {49: 0, 50: 40, 75: 70, 100: 100, 200: 100}),
        ({"threshold": 100, "stretch": 100, "stretch_score": 100}, {99: 0, 100: 100, 101: 100}),
    ],
)  # fmt: skip
def test_a_curve_may_have_two_of_its_points_in_one(
    lab: Laboratory, points: dict[str, int], expected: dict[int, int]
) -> None:
    found = {
        actual: scores(lab, [indicator("a", **points)], [value("a", actual)])[0]["score"]
        for actual in expected
    }
    assert found == expected


@pytest.mark.parametrize(("actual", "expected"), [(31, 0), (30, 40), (15, 70), (0, 100), (-1, 120)])
def test_lower_is_better_turns_the_curve_round(lab: Laboratory, actual: int, expected: int) -> None:
    complaints = indicator("complaints", lower_is_better=True, threshold=30, target=0, stretch=-1)
    assert scores(lab, [complaints], [value("complaints", actual)])[0]["score"] == expected


def test_against_quota_the_value_is_divided_by_its_target(lab: Laboratory) -> None:
    share = indicator("sales", against="quota", threshold=HALF, target=1, stretch=2)
    row = scores(lab, [share], [value("sales", 300, target=400)])[0]
    assert pick([row], "actual", "target", "measure", "score") == [(300, 400, Decimal("0.75"), 70)]


def test_without_a_quota_an_indicator_against_quota_cannot_be_judged(lab: Laboratory) -> None:
    row = scores(lab, [indicator("sales", against="quota")], [value("sales", 300)])[0]
    assert (row["is_counted"], row["score"]) == (False, None)


def test_too_few_cases_say_nothing_and_their_weight_goes_to_the_others(lab: Laboratory) -> None:
    """Weights 60, 20, 20: without the last, 75 and 25."""
    rows = scores(
        lab,
        [indicator("a", 60), indicator("b", 20), indicator("c", 20, min_n=3)],
        [value("a", 100), value("b", 50), value("c", 130, n=2)],
    )
    assert pick(rows, "indicator", "is_counted", "counted_weight", "weighted_score") == [
        ("a", True, 75, 75),
        ("b", True, 25, 10),
        ("c", False, 0, 0),
    ]


def test_exactly_enough_cases_count(lab: Laboratory) -> None:
    row = scores(lab, [indicator("a", min_n=3)], [value("a", 100, n=3)])[0]
    assert row["is_counted"]


def test_a_kpi_without_data_is_not_a_zero(lab: Laboratory) -> None:
    row = scores(lab, [indicator("a")], [value("a", None)])[0]
    assert (row["is_counted"], row["score"]) == (False, None)


def test_a_score_given_by_hand_stands_as_it_is(lab: Laboratory) -> None:
    row = scores(lab, [by_hand()], inputs=[given_by_hand("2026-10", 87)])[0]
    assert pick([row], "score", "n", "source") == [(87, 1, "manual:attitude")]


def test_a_quarter_takes_the_mean_of_the_scores_of_its_months(lab: Laboratory) -> None:
    inputs = [
        given_by_hand("2026-07", 80), given_by_hand("2026-09", 90), given_by_hand("2026-10", 10),
        given_by_hand("2026-Q2", 10),
    ]  # fmt: skip
    row = scores(lab, [by_hand()], scheme=QUARTER, members=active("2026-08-03"), inputs=inputs)[0]
    assert pick([row], "period", "score", "n") == [("2026-Q3", 85, 2)]


def test_a_score_for_the_quarter_itself_comes_before_those_of_its_months(lab: Laboratory) -> None:
    inputs = [given_by_hand("2026-07", 20), given_by_hand("2026-Q3", 90)]
    row = scores(lab, [by_hand()], scheme=QUARTER, members=active("2026-08-03"), inputs=inputs)[0]
    assert (row["score"], row["n"]) == (90, 1)


def test_only_whole_periods_of_the_scheme_s_role_are_appraised(lab: Laboratory) -> None:
    rows = scores(
        lab,
        [indicator("a")],
        scheme={**MONTH, "valid_from": day("2026-09-01")},
        members=[
            *active("2026-08-31", "2026-09-01", "2026-09-02", "2026-10-05", "2026-11-02"),
            *active("2026-10-05", who="E2", role="lead"),
        ],
    )
    assert pick(rows, "employee_id", "period", "active_days") == [
        ("E1", "2026-09", 2), ("E1", "2026-10", 1),
    ]  # fmt: skip


def test_the_total_is_rounded_once_then_meets_the_bands(lab: Laboratory) -> None:
    rows = [judged("42.47", indicator="a"), judged("42.48", indicator="b")]
    row = results(lab, rows, rounding=1)[0]
    assert (row["score"], row["grade"]) == (85, "A")
    assert results(lab, rows, rounding=2)[0]["grade"] == "B"


def test_a_decided_score_or_grade_replaces_the_computed_one(lab: Laboratory) -> None:
    by_score = results(lab, [judged(80)], moves=[("score", "80.0", "90", "2026-11-10")])[0]
    assert pick([by_score], "computed_score", "score", "grade", "flags") == [
        (80, 90, "A", "overridden,no_salary")
    ]
    by_grade = results(lab, [judged(80)], moves=[("grade", "B", "C", "2026-11-10")])[0]
    assert (by_grade["score"], by_grade["grade"], by_grade["coefficient"]) == (
        80, "C", Decimal("0.7"),
    )  # fmt: skip


@pytest.mark.parametrize(
    "moves",
    [
        [("grade", "B", "B", "2026-11-10")],
        [("score", "80.0", "80", "2026-11-10")],
        [("score", "80", "80.0", "2026-11-10"), ("grade", "B", "B", "2026-11-11")],
    ],
)
def test_a_decision_that_leaves_things_as_they_are_moves_nobody(
    lab: Laboratory, moves: list[Any]
) -> None:
    """So is a decision taken back: it stays on record, and nobody counts as moved."""
    row = results(lab, [judged(80)], moves=moves)[0]
    assert (row["score"], row["grade"], row["flags"]) == (80, "B", "no_salary")


def test_a_grade_is_decided_after_the_score(lab: Laboratory) -> None:
    both = [("score", "80", "65", "2026-11-10"), ("grade", "C", "B", "2026-11-11")]
    row = results(lab, [judged(80)], moves=both)[0]
    assert (row["score"], row["grade"], row["flags"]) == (65, "B", "overridden,no_salary")


@pytest.mark.parametrize(
    ("field", "before", "after"),
    [
        ("score", "79.9", "90"),  # computed anew since
        ("score", "held", "90"),  # it is not
        ("score", "80", "ninety"),
        ("score", "80", "-1"),
        ("grade", "C", "A"),
        ("grade", "B", "Z"),  # no grade of the scheme
    ],
)
def test_a_decision_that_no_longer_fits_is_listed_and_not_applied(
    lab: Laboratory, field: str, before: str, after: str
) -> None:
    row = results(lab, [judged(80)], moves=[(field, before, after, "2026-11-10")])[0]
    assert pick([row], "score", "grade", "flags") == [(80, "B", "stale_decision,no_salary")]
    decision = lab.result("mart.appraisal_decision")[0]
    assert pick([decision], "before", "after", "computed", "is_applied") == [
        (before, after, "80.0000" if field == "score" else "B", False)
    ]


def test_a_decision_about_nobody_appraised_is_listed(lab: Laboratory) -> None:
    results(lab, [], moves=[("grade", "B", "A", "2026-11-10")])
    found = lab.result("mart.appraisal_decision")
    assert pick(found, "computed", "is_applied") == [(None, False)]


def test_a_decision_after_the_day_of_the_report_is_not_known(lab: Laboratory) -> None:
    row = results(lab, [judged(80)], moves=[("score", "80", "90", "2026-11-16")])[0]
    assert (row["score"], row["flags"]) == (80, "no_salary")


def appeals(lab: Laboratory, *rows: Row, **more: Any) -> list[dict[str, Any]]:
    """Appeals of E1, who was judged in October and announced to within 15 days."""
    results(lab, [judged(80)], announced_days=15, appeal_days=10, answer_days=5, **more)
    lab.given("core.dim_employee", [{"employee_id": "E1", "name": "王芳"}])
    lab.given("staging.appraisal_appeal", [
        {"appeal_id": f"A{number}", "employee_id": "E1", "period": "2026-10", "status": "open",
         "reason": "too low", "opened_at": dt.datetime(2026, 11, 9), **row}
        for number, row in enumerate(rows, 1)
    ])  # fmt: skip
    return lab.result("mart.appraisal_appeal", "appeal_id")


def test_an_appeal_has_its_day_and_counts_as_open_until_somebody_else_answers(
    lab: Laboratory,
) -> None:
    answered = {"status": "accepted", "decided_at": dt.datetime(2026, 11, 12)}
    found = appeals(
        lab,
        {},
        {**answered, "decided_by": "HR", "decision": "so it is"},
        {**answered, "decided_by": "E1"},
        {**answered, "decided_by": "HR", "decided_at": dt.datetime(2026, 11, 16)},
        {"answer_by": day("2026-11-30")},
        {"opened_at": dt.datetime(2026, 11, 15, 18), "indicator": "a"},
        {"employee_id": "E9", "indicator": "b"},
        {"indicator": "b"},
        {"opened_at": dt.datetime(2026, 11, 16)},
        {**answered, "decided_by": "王芳"},
    )
    assert pick(
        found, "appeal_id", "status", "is_answer_overdue", "answer_by", "remark", "decision"
    ) == [
        ("A1", "open", True, day("2026-11-14"), None, None),
        ("A10", "open", True, day("2026-11-14"), "answered_by_oneself", None),
        ("A2", "accepted", False, day("2026-11-14"), None, "so it is"),
        ("A3", "open", True, day("2026-11-14"), "answered_by_oneself", None),
        ("A4", "open", True, day("2026-11-14"), None, None),
        ("A5", "open", False, day("2026-11-30"), None, None),
        ("A6", "open", False, day("2026-11-20"), None, None),
        ("A7", "open", True, day("2026-11-09"), "not_appraised", None),
        ("A8", "open", True, day("2026-11-14"), "no_such_indicator", None),
    ]
    assert pick(found[:1], "raise_by", "is_raised_late", "decisions") == [
        (day("2026-11-25"), False, 0)
    ]


def test_an_appeal_after_the_last_day_is_raised_late_and_a_decision_that_followed_is_counted(
    lab: Laboratory,
) -> None:
    results(lab, [judged(80)], moves=[("grade", "B", "A", "2026-11-13")],
            announced_days=0, appeal_days=5)  # fmt: skip
    lab.given("staging.appraisal_appeal", [
        {"appeal_id": f"A{number}", "employee_id": "E1", "period": "2026-10", "status": "open",
         "reason": "too low", "opened_at": dt.datetime(2026, 11, opened)}
        for number, opened in enumerate((5, 6, 14), 1)
    ])  # fmt: skip
    found = lab.result("mart.appraisal_appeal", "appeal_id")
    assert pick(found, "is_raised_late", "decisions") == [(False, 1), (True, 1), (True, 0)]


NOTHING = {"counted": False, "weight": 100}


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


def test_a_held_person_is_given_a_score_by_decision(lab: Laboratory) -> None:
    moves = [("score", "held", "74", "2026-11-10")]
    row = results(lab, [judged(0, **NOTHING)], [salary("2026-01-01", 1000)], moves)[0]
    assert pick([row], "computed_score", "score", "grade", "floating_pay", "flags") == [
        (None, 74, "B", 1000, "overridden,small_n")
    ]
    by_grade = results(lab, [judged(0, **NOTHING)], moves=[("grade", "held", "C", "2026-11-10")])[0]
    assert (by_grade["score"], by_grade["grade"]) == (None, "C")


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


def stepped(lab: Laboratory, name: str, part: str, *steps: tuple[object, object]) -> None:
    """From an edge on, a score; steps go from the worst to the best."""
    lab.given("policy.appraisal_step", [
        {"scheme_id": "S", "version": 1, "part": part, "part_id": name, "position": position,
         "edge": edge, "score": score} for position, (edge, score) in enumerate(steps, 1)
    ])  # fmt: skip


@pytest.mark.parametrize(("actual", "expected"), [(79, 0), (80, 60), (99, 60), (100, 110)])
def test_a_step_begins_at_its_edge(lab: Laboratory, actual: int, expected: int) -> None:
    stepped(lab, "a", "indicator", (None, 0), (80, 60), (100, 110))
    row = scores(lab, [indicator("a", threshold=None)], [value("a", actual)])[0]
    assert pick([row], "score", "curve_part") == [(expected, "step")]


@pytest.mark.parametrize(("actual", "expected"), [(6, 0), (5, 60), (2, 100), (0, 100)])
def test_where_lower_is_better_a_step_ends_at_its_edge(
    lab: Laboratory, actual: int, expected: int
) -> None:
    stepped(lab, "a", "indicator", (None, 0), (5, 60), (2, 100))
    late = indicator("a", threshold=None, lower_is_better=True)
    assert scores(lab, [late], [value("a", actual)])[0]["score"] == expected


def test_a_score_says_the_line_it_stands_on(lab: Laboratory) -> None:
    """46.5 of 100 between 30 = 45 and 100 = 100 scores 57.9643."""
    line = indicator("a", threshold=30, threshold_score=45)
    row = scores(lab, [line], [value("a", "46.5")])[0]
    line_of = ("curve_part", "curve_from", "curve_to", "score_from", "score_to", "score")
    assert pick([row], *line_of) == [
        ("line", 30, 100, 45, 100, Decimal("57.9643"))
    ]  # fmt: skip


def test_what_cannot_be_judged_takes_a_neutral_score_or_holds(lab: Laboratory) -> None:
    both = [indicator("a", 50, missing="neutral"), indicator("b", 50, missing="hold", position=2)]
    rows = scores(lab, both, [value("x", 1)])
    assert pick(rows, "score", "is_counted", "is_neutral", "is_holding", "counted_weight") == [
        (60, False, True, False, 100),
        (None, False, False, True, 0),
    ]


def test_a_team_lead_is_judged_by_the_team(lab: Laboratory) -> None:
    own = value("a", 10)
    team = value("a", 100, scope_kind="team", scope_id="T1")
    row = scores(lab, [indicator("a", scope_kind="team")], [own, team])[0]
    assert (row["actual"], row["score"], row["scope_kind"]) == (100, 100, "team")


def test_a_target_agreed_for_the_person_stands_before_the_quota(lab: Laboratory) -> None:
    lab.given("staging.agreed_target", [
        {"employee_id": "E1", "period": "2026-10", "indicator": "a", "target": target,
         "agreed_at": dt.datetime.fromisoformat(at), "agreed_by": "L"}
        for target, at in [(500, "2026-09-28"), (400, "2026-10-15"), (1, "2026-12-01")]
    ])  # fmt: skip
    share = indicator("a", against="quota", threshold=HALF, target=1, stretch=2)
    row = scores(lab, [share], [value("a", 300, target=1000)])[0]
    assert pick([row], "target", "first_target", "is_target_moved", "measure") == [
        (400, 500, True, Decimal("0.75"))
    ]


@pytest.mark.parametrize(("people", "expected"), [(4, Decimal("0.8")), (2, None)])
def test_against_the_median_of_the_same_scheme_in_the_unit(
    lab: Laboratory, people: int, expected: Decimal | None
) -> None:
    """Of 20, 24, 26 and 90 the middle is 25; of two people there is none."""
    amounts = dict(zip(("E1", "E2", "E3", "E4"), (20, 24, 26, 90), strict=True))
    members = [row for who in list(amounts)[:people] for row in active("2026-10-05", who=who)]
    others = active("2026-10-05", who="E9", team="T2")
    values = [value("a", amount, scope_id=who) for who, amount in amounts.items()]
    row = scores(
        lab, [indicator("a", against="team_median")], [*values, value("a", 1, scope_id="E9")],
        members=[*members, *others],
    )[0]  # fmt: skip
    assert row["measure"] == expected
    seen = lab.result("core.appraisal_measure", "employee_id")[0]
    assert (seen["part"], seen["target"]) == ("indicator", 25 if expected else None)


def test_against_the_own_year_before(lab: Laboratory) -> None:
    growth = indicator("a", against="prior_year")
    row = scores(lab, [growth], [value("a", 120, prior_year_value=80)])[0]
    assert (row["target"], row["measure"]) == (80, Decimal("1.5"))
    fallen = scores(lab, [growth], [value("a", 120, prior_year_value=-80)])[0]
    assert fallen["score"] is None  # nothing is a share of less than nothing


def of_quarters(*starts: str) -> list[Row]:
    return [
        value("a", 40, period_kind="quarter", period_start=day(start), numerator=num,
              denominator=den, target=100)
        for start, num, den in zip(starts, (30, 10), (60, 40), strict=False)
    ]  # fmt: skip


def test_a_half_year_is_measured_by_the_sums_of_its_quarters(lab: Laboratory) -> None:
    """30 of 60 and 10 of 40 are 40 %, not the mean of 50 % and 25 %."""
    half = {**MONTH, "period_kind": "half_year"}
    quarters = of_quarters("2026-01-01", "2026-04-01")
    row = scores(lab, [indicator("a")], quarters, half, active("2026-03-03"))[0]
    assert (row["period"], row["actual"], row["n"]) == ("2026-H1", Decimal("0.4"), 10)
    median = scores(lab, [indicator("a", adds_up="no")], quarters, half, active("2026-03-03"))[0]
    assert median["actual"] is None


def test_who_changed_roles_is_judged_by_each_scheme_for_its_months(lab: Laboratory) -> None:
    """July and August as a representative, September as a lead."""
    lead = {**QUARTER, "scheme_id": "L", "role": "lead"}
    days = [f"2026-0{month}-{n:02}" for month in (7, 8) for n in range(1, 32)]
    members = [*active(*days), *active(*[f"2026-09-{n:02}" for n in range(1, 31)], role="lead")]
    values = [value("a", n, period_start=day(f"2026-0{month}-01")) for month, n in
              ((7, 60), (8, 40), (9, 130))]  # fmt: skip
    both = [indicator("a"), indicator("a", scheme_id="L")]
    given(lab, both, values, QUARTER, members)
    lab.given("policy.appraisal_scheme", [QUARTER, lead])
    lab.build(*CARD)
    windows = lab.result("core.appraisal_window", "window_start")
    assert pick(windows, "scheme_id", "window_start") == [
        ("S", day("2026-07-01")), ("S", day("2026-08-01")), ("L", day("2026-09-01")),
    ]  # fmt: skip
    stretches = lab.result("core.appraisal_stretch", "last_day")
    assert pick(stretches, "scheme_id", "active_days", "is_only", "is_last", "person_days") == [
        ("S", 62, False, False, 92), ("L", 30, False, True, 92),
    ]  # fmt: skip
    rows = lab.result("mart.appraisal_score", "scheme_id")
    assert pick(rows, "scheme_id", "actual", "score") == [("L", 130, 120), ("S", 100, 100)]
    lab.given("policy.grade_band", [{**band, "scheme_id": "L"} for band in bands()])
    lab.build("mart.appraisal_score")
    total = lab.result("mart.appraisal_total")
    # (100 × 62 + 120 × 30) ÷ 92 = 106.5217
    assert pick(total, "scheme_id", "card_score", "score", "stretches") == [
        ("L", Decimal("106.5217"), Decimal("106.5"), 2)
    ]


def test_a_stretch_of_which_nothing_could_be_judged_is_no_score_of_nothing(
    lab: Laboratory,
) -> None:
    """Judged at 90 for 40 of 60 days, for the rest on nothing: 90, of two thirds of the weight."""
    halves = [judged(90, scheme_id="S", weight=100), judged(0, counted=False, scheme_id="L")]
    stretches = [
        stretch(row, active_days=days, person_days=60, is_only=False, is_last=is_last)
        for row, days, is_last in ((halves[0], 40, True), (halves[1], 20, False))
    ]
    [row] = results(lab, halves, stretches=stretches, schemes=["S", "L"])
    assert (row["score"], row["grade"]) == (90, "A")
    assert row["judged_weight"] == Decimal("66.6667")
    [row] = results(lab, halves, stretches=stretches, schemes=["S", "L"], minimum_judged_weight=70)
    assert (row["score"], row["grade"], row["held_for"]) == (None, None, "weight")


def test_a_version_judges_the_periods_that_begin_while_it_is_in_force(lab: Laboratory) -> None:
    first = {**MONTH, "valid_to": day("2026-08-31")}
    second = {**MONTH, "version": 2, "valid_from": day("2026-09-01")}
    given(lab, [indicator("a")], members=active("2026-08-05", "2026-09-05", "2026-10-05"))
    lab.given("policy.appraisal_scheme", [first, second])
    found = lab.result("core.appraisal_stretch", "period")
    assert pick(found, "period", "version") == [("2026-08", 1), ("2026-09", 2), ("2026-10", 2)]


def test_raters_are_made_equal_where_the_scheme_says_so(lab: Laboratory) -> None:
    """One gives everybody 90, the other 70 on average: all are at 80 in the end."""
    people = {"E1": ("A", 90), "E2": ("A", 90), "E3": ("A", 90),
              "E4": ("B", 60), "E5": ("B", 70), "E6": ("B", 80)}  # fmt: skip
    inputs = [given_by_hand("2026-10", score, employee_id=who, rater_id=rater)
              for who, (rater, score) in people.items()]  # fmt: skip
    members = [row for who in people for row in active("2026-10-05", who=who)]
    rows = scores(lab, [by_hand()], scheme={**MONTH, "equal_raters": True}, members=members,
                  inputs=inputs)  # fmt: skip
    assert pick(rows, "given_score", "score") == [
        (90, 80), (90, 80), (90, 80), (60, 70), (70, 80), (80, 90)
    ]  # fmt: skip
    as_given = lab.result("core.appraisal_given", "employee_id")
    assert pick(as_given, "n", "given_score")[:2] == [(1, 90), (1, 90)]


def test_what_is_written_about_a_person_and_not_counted_is_listed(lab: Laboratory) -> None:
    """By the schemes of the roles the person had then: those of others count nothing for them."""
    hands = [by_hand(), by_hand("safety"), by_hand("teamwork", most=95), by_hand("order")]
    hands += [by_hand("care"), by_hand("small", most=5)]
    leads = [by_hand("teamwork", scheme_id="L"), by_hand("coaching", scheme_id="L")]
    targets = [indicator("a", against="quota"), indicator("b")]
    given(lab, [*hands, *leads, *targets])
    lab.given("policy.appraisal_scheme", [MONTH, {**MONTH, "scheme_id": "L", "role": "lead"}])
    lab.given("core.employee_assignment", [
        {"employee_id": who, "role": role, "valid_from": day("2026-01-01"),
         "valid_to": day("2026-09-30") if who == "GONE" else None}
        for who, role in [("E1", "rep"), ("GONE", "rep"), ("HR", "hr"), ("LEFT", "rep")]
    ])  # fmt: skip
    lab.given("core.dim_employee", [
        {"employee_id": "LEFT", "leave_date": day("2026-09-30")},
        {"employee_id": "E1", "name": "王芳"},
    ])  # fmt: skip
    lab.given("staging.appraisal_input", [
        given_by_hand("2026-10", 80),
        given_by_hand("2026-10", 80, name="mood"),
        given_by_hand("2026-10", 80, name="coaching"),
        given_by_hand("2026-10", 80, rater_id="E1", name="safety"),
        given_by_hand("2026-10", 96, name="teamwork"),
        given_by_hand("2026-10", 80, rater_id="王芳", name="order"),
        given_by_hand("2026-10", Decimal("0.88"), name="care"),
        given_by_hand("2026-10", Decimal("0.5"), name="small"),
        given_by_hand("2019-01", 50),
        given_by_hand("2026-10", 80, employee_id="GONE"),
        given_by_hand("2026-10", 80, employee_id="HR"),
        given_by_hand("2026-09", 80, employee_id="LEFT"),
        given_by_hand("2026-10", 80, employee_id="LEFT"),
    ])  # fmt: skip
    lab.given("staging.appraisal_slip", [
        {"employee_id": "E1", "slip_date": day(date), "kind": "reward", "points": 5,
         "reason": "r", "approved_by": by}
        for date, by in (("2026-10-05", "E1"), ("2026-10-06", "L"), ("2026-10-07", "王芳"))
    ])  # fmt: skip
    lab.given("staging.agreed_target", [
        {"employee_id": "E1", "period": period, "indicator": name, "target": 5,
         "agreed_at": dt.datetime(2026, 10, 1), "agreed_by": "L"}
        for name, period in (("a", "2026-10"), ("a", "2026-Q3"), ("b", "2026-10"))
    ])  # fmt: skip
    refused = lab.result("mart.appraisal_refused", "kind, employee_id, name, period, given_at")
    assert pick(refused, "kind", "employee_id", "name", "refused_for") == [
        ("score", "E1", "attitude", "no_such_period"),
        ("score", "E1", "care", "percent"),
        ("score", "E1", "coaching", "no_such_indicator"),
        ("score", "E1", "mood", "no_such_indicator"),
        ("score", "E1", "order", "of_oneself"),
        ("score", "E1", "safety", "of_oneself"),
        ("score", "E1", "teamwork", "above_the_scale"),
        ("score", "GONE", "attitude", "not_there"),
        ("score", "HR", "attitude", "no_scheme"),
        ("score", "LEFT", "attitude", "not_there"),
        ("slip", "E1", "reward", "of_oneself"),
        ("slip", "E1", "reward", "no_slips"),
        ("slip", "E1", "reward", "of_oneself"),
        ("target", "E1", "a", "other_period"),
        ("target", "E1", "b", "no_such_indicator"),
    ]


@pytest.mark.parametrize(("second", "counts"), [(70, False), (80, True)])
def test_two_different_scores_for_one_thing_are_both_left_out(
    lab: Laboratory, second: int, counts: bool
) -> None:
    """A row repeated as it was contradicts nobody."""
    given(lab, [by_hand()])
    lab.given("core.employee_assignment", [
        {"employee_id": "E1", "role": "rep", "valid_from": day("2026-01-01")},
    ])  # fmt: skip
    lab.given("core.appraisal_stretch", [stretch(judged(0))])
    lab.given("staging.appraisal_input", [given_by_hand("2026-10", 80)])
    lab.given("refused.appraisal_input", [
        {**given_by_hand("2026-10", second, rater_id="M"), "_rule": "duplicate_key"},
        {**given_by_hand("2026-10", 10, name="mood"), "_rule": "duplicate_key"},
    ])  # fmt: skip
    found = lab.result("core.appraisal_given")
    assert pick(found, "given_score") == ([(80,)] if counts else [])
    refused = [] if counts else [("E1", "attitude", "contradicted")]
    listed = lab.result("mart.appraisal_refused")
    assert pick(listed, "employee_id", "name", "refused_for") == refused
    contradictions = lab.result("core.appraisal_contradiction")
    assert pick(contradictions, "kind", "name") == [("score", "attitude")] * (not counts)


def test_bonus_steps_and_slips_are_points_beside_the_weights(lab: Laboratory) -> None:
    stepped(lab, "new", "bonus", (None, 0), (2, 3), (5, 6))
    lab.given("staging.appraisal_slip", [
        {"employee_id": "E1", "slip_date": day(date), "kind": kind, "points": points,
         "reason": "r", "approved_by": by}
        for date, kind, points, by in [
            ("2026-10-02", "reward", 4, "L"), ("2026-10-03", "fault", 30, "L"),
            ("2026-11-03", "fault", 50, "L"), ("2026-10-09", "reward", 9, "E1"),
            ("2026-10-10", "reward", 9, "王芳"),
        ]
    ])  # fmt: skip
    lab.given("core.dim_employee", [{"employee_id": "E1", "name": "王芳"}])
    bonus = indicator("new", part="bonus")
    given(lab, [indicator("a")], [value("a", 100), value("new", 4)],
          {**MONTH, "slips_most": 10, "slips_least": -20}, parts=[bonus])  # fmt: skip
    points = lab.result("mart.appraisal_point", "point_id")
    assert pick(points, "point_id", "measure", "stated_points", "points") == [
        ("new", 4, 3, 3),
        ("slips", 2, -26, -20),
    ]
    lab.given("policy.grade_band", bands())
    lab.build("mart.appraisal_score", "mart.appraisal_point")
    total = lab.result("mart.appraisal_total")
    assert pick(total, "card_score", "points", "score", "grade") == [(100, -17, 83, "B")]


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


@pytest.mark.parametrize("approver", ["E1", "王芳"])
def test_nobody_decides_about_themselves(lab: Laboratory, approver: str) -> None:
    """Under their id or the name they have."""
    lab.given("core.dim_employee", [{"employee_id": "E1", "name": "王芳"}])
    moves = [("score", "80", "99", "2026-11-10"), ("grade", "A", "S", "2026-11-10")]
    row = results(lab, [judged(80)], moves=moves, approver=approver)[0]
    assert (row["score"], row["flags"]) == (80, "stale_decision,no_salary")
    decision = lab.result("mart.appraisal_score_decision")[0]
    assert pick([decision], "is_applied", "refused_for", "score") == [
        (False, "self_approved", None)
    ]
    grade = lab.result("mart.appraisal_decision", "field")[0]
    assert pick([grade], "field", "is_applied", "refused_for") == [
        ("grade", False, "self_approved")
    ]


def test_of_two_different_decisions_about_one_field_neither_is_applied(lab: Laboratory) -> None:
    """The other field's stands."""
    lab.given("refused.appraisal_override", [
        {"employee_id": "E1", "period": "2026-10", "field": "grade", "before": "A", "after": "B",
         "approved_by": "HR", "_rule": "duplicate_key"},
        {"employee_id": "E1", "period": "2026-10", "field": "score", "before": "80", "after": "99",
         "approved_by": "HR", "_rule": "duplicate_key"},
    ])  # fmt: skip
    moves = [("score", "80", "99", "2026-11-10"), ("grade", "A", "S", "2026-11-10")]
    row = results(lab, [judged(80)], moves=moves)[0]
    assert (row["score"], row["grade"]) == (99, "A")
    assert pick(lab.result("mart.appraisal_decision", "field"), "field", "refused_for") == [
        ("grade", "contradicted"), ("score", None),
    ]  # fmt: skip
    lab.con.execute("update refused.appraisal_override set after = '98' where field = 'score'")
    assert lab.result("mart.appraisal_score_decision")[0]["refused_for"] == "contradicted"


@pytest.mark.parametrize(("after", "refused"), [("950", "above_the_highest"), ("120", None)])
def test_nobody_is_given_more_than_the_scheme_has(
    lab: Laboratory, after: str, refused: str | None
) -> None:
    """95.0 with its point lost would be an S for ever."""
    moves = [("score", "80", after, "2026-11-10")]
    row = results(lab, [judged(80)], moves=moves, highest_score=120)[0]
    assert row["score"] == (80 if refused else 120)
    [decision] = lab.result("mart.appraisal_score_decision")
    assert decision["refused_for"] == refused


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


PAID = [salary("2025-01-01", 1000)]


def test_a_closed_period_stays_as_it_was_closed_and_the_next_one_pays_the_difference(
    lab: Laboratory,
) -> None:
    """B at 1,000 was closed; a late fact makes it A: 200 more, in November."""
    rows = results(
        lab, [judged(90), judged(80, "2026-11")], PAID, closed=[closed_result(75, "B", 1000)]
    )
    assert [(r["period"], r["score"], r["grade"], r["floating_pay"], r["adjustments"],
             r["is_closed"]) for r in rows] == [
        ("2026-10", 75, "B", 1000, 0, True), ("2026-11", 80, "B", 1000, 200, False),
    ]  # fmt: skip
    assert lab.result("mart.appraisal_computed", "period")[0]["grade"] == "A"
    [adjustment] = lab.result("mart.appraisal_adjustment")
    assert (adjustment["posted_period"], adjustment["cause"], adjustment["amount"],
            adjustment["grade_closed"], adjustment["grade_now"]) == (
        "2026-11", "score", 200, "B", "A",
    )  # fmt: skip


def test_what_was_posted_once_is_not_posted_again(lab: Laboratory) -> None:
    """November was closed with the 200; what October lacks is in it, and nothing is left."""
    closed = [
        closed_result(75, "B", 1000),
        closed_result(80, "B", 1000, period="2026-11", period_start=day("2026-11-01"),
                      period_end=day("2026-11-30"), adjustments=200),
    ]  # fmt: skip
    posted = [{"employee_id": "E1", "period": "2026-11", "kind": "adjustment",
               "part_id": "2026-10", "amount": 200}]  # fmt: skip
    rows = results(lab, [judged(90), judged(80, "2026-11")], PAID, closed=closed, posted=posted)
    assert [(r["period"], r["adjustments"]) for r in rows] == [("2026-10", 0), ("2026-11", 200)]
    [left] = lab.result("mart.appraisal_adjustment")
    assert (left["posted_period"], left["posted_amount"], left["amount"]) == ("2026-12", 200, 0)


@pytest.mark.parametrize(
    ("score", "closed", "more", "expected"),
    [
        (75, closed_result(75, "B", 1000), {}, []),
        (75, closed_result(None, None, None), {}, [("no_longer_held", 1000)]),
        (None, closed_result(75, "B", 1000), {}, [("held", None)]),
        (None, closed_result(None, None, None), {}, []),
        (75, closed_result(75, "B", 900, floating_salary=900), {}, [("salary", 100)]),
        (75, closed_result(75, "B", 1100, coefficient="1.1"), {}, [("coefficient", -100)]),
        (75, closed_result(75, "B", 1000), {"moves": [("grade", "B", "A", "2026-11-09")]},
         [("decision", 200)]),
        (75, closed_result(75, "B", 1000, employee_id="E2"), {},
         [("new", 1000), ("not_there", None)]),
    ],
)  # fmt: skip
def test_an_adjustment_says_why_and_is_unknown_where_a_result_is(
    lab: Laboratory,
    score: object,
    closed: dict[str, Any],
    more: dict[str, Any],
    expected: list[tuple[str, object]],
) -> None:
    """What cannot be computed any more is no clawback: nobody knows what it would be."""
    card = judged(score) if score is not None else judged(0, counted=False)
    results(lab, [card], PAID, closed=[closed], **more)
    found = lab.result("mart.appraisal_adjustment", "employee_id")
    assert [(row["cause"], row["amount"]) for row in found] == expected


def test_red_lines_look_at_the_grades_that_were_closed(lab: Laboratory) -> None:
    """September was closed as C and would be B now: October's C is the second."""
    september = closed_result(65, "C", 700, period="2026-09", period_start=day("2026-09-01"),
                              period_end=day("2026-09-30"))  # fmt: skip
    rows = results(lab, [judged(80, "2026-09"), judged(65)], PAID, closed=[september])
    assert rows[1]["red_lines"] == "two_c_in_a_row"


@pytest.mark.parametrize(
    ("why", "held"), [("of_oneself", "score:attitude"), ("above_the_scale", "score:attitude"),
                      ("percent", "score:attitude"), ("unreadable", "score:attitude"),
                      ("no_scheme", None)],
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


def test_who_is_held_again_after_an_adjustment_was_posted_is_unknown_and_not_even(
    lab: Laboratory,
) -> None:
    """October was closed as held, November paid 1,000 for it, and now nobody can say again."""
    posted = [{"employee_id": "E1", "period": "2026-11", "kind": "adjustment",
               "part_id": "2026-10", "amount": 1000}]  # fmt: skip
    results(lab, [judged(0, counted=False)], PAID, closed=[closed_result(None, None, None)],
            posted=posted)  # fmt: skip
    [row] = lab.result("mart.appraisal_adjustment")
    assert (row["cause"], row["amount"]) == ("held", None)


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


def test_whoever_leads_a_person_on_the_last_day_is_asked_for_the_scores(lab: Laboratory) -> None:
    given(lab, [indicator("a"), by_hand()])
    lab.given("core.appraisal_stretch", [
        {"employee_id": who, "period": "2026-10", "scheme_id": "S", "version": 1, "unit_id": "T1",
         "last_day": day("2026-10-31")}
        for who in ("E1", "E2")
    ])  # fmt: skip
    lab.given("staging.assignment", [
        {"employee_id": "E1", "manager_id": "L1", "valid_from": day("2026-01-01"),
         "valid_to": day("2026-10-30")},
        {"employee_id": "E1", "manager_id": "L2", "valid_from": day("2026-10-31")},
        {"employee_id": "E2", "manager_id": None, "valid_from": day("2026-01-01")},
    ])  # fmt: skip
    rows = lab.result("core.appraisal_asked", "employee_id")
    assert pick(rows, "employee_id", "indicator", "leader_id", "unit_id", "most") == [
        ("E1", "attitude", "L2", "T1", 100),
        ("E2", "attitude", "", "T1", 100),
    ]


@pytest.mark.parametrize(
    ("scope", "expected"), [("employee", "E1"), ("team", "T1"), ("region", "R"), ("company", "C")]
)
def test_a_part_looks_at_the_kpi_of_the_person_or_of_a_unit_they_are_in(
    lab: Laboratory, scope: str, expected: str
) -> None:
    given(lab, [indicator("a", scope_kind=scope), by_hand()])
    lab.given("core.appraisal_stretch", [
        {"employee_id": "E1", "period": "2026-10", "scheme_id": "S", "version": 1, "team_id": "T1",
         "region_id": "R"},
    ])  # fmt: skip
    lab.given("core.appraisal_window", [
        {"employee_id": "E1", "period": "2026-10", "scheme_id": "S", "window_kind": "month",
         "window_start": day("2026-10-01")},
    ])  # fmt: skip
    rows = lab.result("core.appraisal_look")
    assert pick(rows, "part_id", "kpi_id", "scope_id") == [("a", "a", expected)]


def test_scores_are_held_against_their_rater_s_mean_of_the_indicator_and_period(
    lab: Laboratory,
) -> None:
    """Of a period that is over they are of its last day, else of the day they were given."""
    lab.given("staging.appraisal_input", [
        {"employee_id": who, "period": period, "indicator": indicator, "score": score,
         "rater_id": rater, "rated_at": day(on)}
        for who, period, indicator, score, rater, on in (
            ("E1", "2026-Q3", "attitude", 70, "L", "2026-10-09"),
            ("E2", "2026-Q3", "attitude", 90, "L", "2026-10-09"),
            ("E3", "2026-Q3", "attitude", 60, "M", "2026-10-09"),
            ("E1", "2026-Q3", "teamwork", 50, "L", "2026-10-09"),
            ("E1", "2026-H2", "attitude", 40, "L", "2026-11-02"),
            ("E1", "soon", "attitude", 30, "L", "2026-11-03"),
            ("E4", "2026-Q3", "attitude", 10, "L", "2026-12-01"),
        )
    ])  # fmt: skip
    rows = lab.result("core.fct_rating", "rated_date, indicator, employee_id")
    assert pick(rows, "employee_id", "indicator", "rated_date", "rater_mean", "distance") == [
        ("E1", "attitude", day("2026-09-30"), 80, 10),
        ("E2", "attitude", day("2026-09-30"), 80, 10),
        ("E3", "attitude", day("2026-09-30"), 60, 0),
        ("E1", "teamwork", day("2026-09-30"), 50, 0),
        ("E1", "attitude", day("2026-11-02"), 40, 0),
        ("E1", "attitude", day("2026-11-03"), 30, 0),
    ]
