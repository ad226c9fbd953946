"""Appraisal: indicators, their scores and weights, and the result they lead to."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

import pytest

from tests.support.facts.documents import day
from tests.support.laboratory import Laboratory, Row, pick

MONTH = {"scheme_id": "S", "role": "rep", "period_kind": "month", "valid_from": day("2026-01-01"),
         "rounding": 1, "floating_pay": "coefficient", "minimum_judged_weight": 50}  # fmt: skip
QUARTER = {**MONTH, "period_kind": "quarter"}
HALF = Decimal("0.5")


def indicator(name: str, weight: object = 100, **more: Any) -> Row:
    """Threshold 50 scores 40, target 100 scores 100, stretch 130 scores 120."""
    return {
        "scheme_id": "S", "indicator": name, "position": 1, "kpi_id": name, "weight": weight,
        "against": "value", "min_n": 0, "lower_is_better": False, "threshold": 50, "target": 100,
        "stretch": 130, "threshold_score": 40, "target_score": 100, "stretch_score": 120, **more,
    }  # fmt: skip


def value(kpi: str, amount: object, n: int = 5, **more: Any) -> Row:
    return {"kpi_id": kpi, "period_kind": "month", "period_start": day("2026-10-01"),
            "scope_kind": "employee", "scope_id": "E1", "value": amount, "n": n,
            **more}  # fmt: skip


def active(*days: str, who: str = "E1", role: str = "rep") -> list[Row]:
    return [
        {"employee_id": who, "calendar_date": day(date), "role": role, "is_active": True}
        for date in days
    ]


def scores(
    lab: Laboratory,
    indicators: Sequence[Row],
    values: Sequence[Row] = (),
    scheme: Row = MONTH,
    members: Sequence[Row] = (),
    inputs: Sequence[Row] = (),
) -> list[dict[str, Any]]:
    lab.given("policy.appraisal_scheme", [scheme])
    lab.given("policy.appraisal_indicator", indicators)
    lab.given("kpi.appraised", values)
    lab.given("core.org_day", members or active("2026-10-05"))
    lab.given("staging.appraisal_input", inputs)
    return lab.result("mart.appraisal_score", "employee_id, period, indicator")


def given_by_hand(period: str, score: object, name: str = "attitude") -> Row:
    return {"employee_id": "E1", "period": period, "indicator": name, "score": score}


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
    by_hand = indicator("attitude", kpi_id=None, manual_indicator="attitude")
    row = scores(lab, [by_hand], inputs=[given_by_hand("2026-10", 87)])[0]
    assert pick([row], "score", "n", "source") == [(87, 1, "manual:attitude")]


def test_a_quarter_takes_the_mean_of_the_scores_of_its_months(lab: Laboratory) -> None:
    by_hand = indicator("attitude", kpi_id=None, manual_indicator="attitude")
    inputs = [
        given_by_hand("2026-07", 80), given_by_hand("2026-09", 90), given_by_hand("2026-10", 10),
        given_by_hand("2026-Q2", 10),
    ]  # fmt: skip
    row = scores(lab, [by_hand], scheme=QUARTER, members=active("2026-08-03"), inputs=inputs)[0]
    assert pick([row], "period", "score", "n") == [("2026-Q3", 85, 2)]


def test_a_score_for_the_quarter_itself_comes_before_those_of_its_months(lab: Laboratory) -> None:
    by_hand = indicator("attitude", kpi_id=None, manual_indicator="attitude")
    inputs = [given_by_hand("2026-07", 20), given_by_hand("2026-Q3", 90)]
    row = scores(lab, [by_hand], scheme=QUARTER, members=active("2026-08-03"), inputs=inputs)[0]
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


BANDS = [("A", 85, None, "1.2"), ("B", 70, 85, "1.0"), ("C", 60, 70, "0.7"), ("D", 0, 60, "0")]


def judged(weighted: object, period: str = "2026-10", counted: bool = True, **more: Any) -> Row:
    first = day(f"{period}-01")
    last = (first.replace(day=28) + dt.timedelta(days=4)).replace(day=1) - dt.timedelta(days=1)
    return {
        "employee_id": "E1", "period": period, "period_start": first, "period_end": last,
        "scheme_id": "S", "indicator": "a", "weight": 50, "is_counted": counted,
        "weighted_score": weighted, "active_days": 20, **more,
    }  # fmt: skip


def results(
    lab: Laboratory,
    rows: Sequence[Row],
    salaries: Sequence[Row] = (),
    moves: Sequence[tuple[str, str, str, str]] = (),
    **scheme: Any,
) -> list[dict[str, Any]]:
    lab.given("policy.appraisal_scheme", [{**MONTH, **scheme}])
    lab.given("policy.grade_band", [
        {"scheme_id": "S", "grade": grade, "score_from": start, "score_below": below,
         "coefficient": coefficient} for grade, start, below, coefficient in BANDS
    ])  # fmt: skip
    lab.given("mart.appraisal_score", rows)
    lab.given("staging.salary", salaries)
    lab.given("staging.appraisal_override", [
        {"employee_id": "E1", "period": "2026-10", "field": field, "before": before,
         "after": after, "decided_at": dt.datetime.fromisoformat(at)}
        for field, before, after, at in moves
    ])  # fmt: skip
    lab.build("mart.appraisal_total", "mart.appraisal_decision")
    return lab.result("mart.appraisal_result", "employee_id, period")


def salary(start: str, amount: object, end: str | None = None) -> Row:
    return {"employee_id": "E1", "valid_from": day(start), "valid_to": day(end) if end else None,
            "floating_salary": amount}  # fmt: skip


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
