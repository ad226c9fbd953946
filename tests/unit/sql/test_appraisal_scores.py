"""Appraisal: what an indicator measures, its curve or steps, and the score that comes of it."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest

from tests.support.facts.appraisals import (
    CARD,
    HALF,
    MONTH,
    QUARTER,
    active,
    bands,
    by_hand,
    given,
    given_by_hand,
    indicator,
    judged,
    results,
    scores,
    stepped,
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
    there = active("2026-07-31", "2026-09-01")
    row = scores(lab, [by_hand()], scheme=QUARTER, members=there, inputs=inputs)[0]
    assert pick([row], "period", "score", "n") == [("2026-Q3", 85, 2)]


@pytest.mark.parametrize(
    ("there", "n", "score"),
    [(("2026-07-01", "2026-08-10"), 2, 60), (("2026-08-01", "2026-08-10"), 1, 40),
     (("2026-09-20", "2026-09-30"), 1, 90)],
)  # fmt: skip
def test_months_in_which_somebody_was_not_in_the_role_say_nothing(
    lab: Laboratory, there: tuple[str, str], n: int, score: int
) -> None:
    inputs = [
        given_by_hand(f"2026-0{month}", score) for month, score in ((7, 80), (8, 40), (9, 90))
    ]
    row = scores(lab, [by_hand()], scheme=QUARTER, members=active(*there), inputs=inputs)[0]
    assert pick([row], "score", "n") == [(score, n)]


def test_a_score_for_the_quarter_is_none_of_a_month(lab: Laboratory) -> None:
    inputs = [given_by_hand("2026-Q4", 80), given_by_hand("2026-Q3", 80)]
    row = scores(lab, [by_hand()], inputs=inputs)[0]
    assert pick([row], "period", "score", "n") == [("2026-10", None, 0)]
    # of half a year it is
    half = {**QUARTER, "period_kind": "half_year"}
    there = active("2026-01-05", "2026-06-05")
    inputs = [given_by_hand("2026-Q1", 70), given_by_hand("2026-Q2", 80)]
    row = scores(lab, [by_hand()], scheme=half, members=there, inputs=inputs)[0]
    assert pick([row], "period", "score", "n") == [("2026-H1", 75, 2)]


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


@pytest.mark.parametrize(
    ("against", "adds_up", "denominator", "target"),
    [("prior_year", "sum", None, 40), ("prior_year", "sum", 1, None),
     ("prior_year", "last", None, 30), ("previous", "sum", None, None),
     ("previous", "last", None, 60)],
)  # fmt: skip
def test_months_of_a_role_are_compared_with_a_past_of_their_length_or_with_none(
    lab: Laboratory, against: str, adds_up: str, denominator: int | None, target: int | None
) -> None:
    """A representative in July and August, with 10 and 30 a year before and 60 in June: 100 is not
    held against August's 30, or July."""
    members = active("2026-07-01", "2026-08-31") + active("2026-09-01", "2026-09-02", role="lead")
    past = {"prior_year_value": (10, 30), "previous_value": (60, 60)}
    values = [
        value("a", amount, period_start=day(f"2026-0{7 + n}-01"), denominator=denominator,
              **{name: two[n] for name, two in past.items()})
        for n, amount in enumerate((60, 40))
    ]  # fmt: skip
    parts = [indicator("a", against=against, adds_up=adds_up), indicator("a", scheme_id="L")]
    given(lab, parts, values, QUARTER, members)
    lab.given("policy.appraisal_scheme", [QUARTER, {**QUARTER, "scheme_id": "L", "role": "lead"}])
    lab.build(*CARD)
    found = lab.result("core.appraisal_measure", "scheme_id")
    assert [row["target"] for row in found if row["scheme_id"] == "S"] == [target]
    del values[0]["prior_year_value"], values[0]["previous_value"]
    lab.given("kpi.appraised", values)
    lab.build(*CARD)
    found = lab.result("core.appraisal_measure", "scheme_id")
    assert [row["target"] for row in found if row["scheme_id"] == "S"] == [None]


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
