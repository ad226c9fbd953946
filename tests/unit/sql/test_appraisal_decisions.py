"""Appraisal: what people decided, appealed and closed, and what of it does not count."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest

from tests.support.facts.appraisals import (
    MONTH,
    NOTHING,
    PAID,
    by_hand,
    closed_result,
    given,
    given_by_hand,
    indicator,
    judged,
    results,
    salary,
    stretch,
)
from tests.support.facts.documents import day
from tests.support.laboratory import Laboratory, Row, pick


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
    """Or until the person withdraws it."""
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
        {**answered, "decided_by": "E1", "status": "withdrawn"},
        {**answered, "decided_by": "e1"},
    )
    assert pick(
        found, "appeal_id", "status", "is_answer_overdue", "answer_by", "remark", "decision"
    ) == [
        ("A1", "open", True, day("2026-11-14"), None, None),
        ("A10", "open", True, day("2026-11-14"), "answered_by_oneself", None),
        ("A11", "withdrawn", False, day("2026-11-14"), None, None),
        ("A12", "open", True, day("2026-11-14"), "answered_by_oneself", None),
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


def test_a_held_person_is_given_a_score_by_decision(lab: Laboratory) -> None:
    moves = [("score", "held", "74", "2026-11-10")]
    row = results(lab, [judged(0, **NOTHING)], [salary("2026-01-01", 1000)], moves)[0]
    assert pick([row], "computed_score", "score", "grade", "floating_pay", "flags") == [
        (None, 74, "B", 1000, "overridden,small_n")
    ]
    by_grade = results(lab, [judged(0, **NOTHING)], moves=[("grade", "held", "C", "2026-11-10")])[0]
    assert (by_grade["score"], by_grade["grade"]) == (None, "C")


def test_what_is_written_about_a_person_and_not_counted_is_listed(lab: Laboratory) -> None:
    """By the schemes of the roles the person had then: those of others count nothing for them."""
    hands = [by_hand(), by_hand("safety"), by_hand("teamwork", most=95), by_hand("order")]
    hands += [by_hand("polish")]
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
        given_by_hand("2026-Q3", 80, name="order"),
        given_by_hand("2026-10", 80, name="coaching"),
        given_by_hand("2026-10", 80, rater_id="E1", name="safety"),
        given_by_hand("2026-10", 96, name="teamwork"),
        given_by_hand("2026-10", 80, rater_id="王芳", name="order"),
        given_by_hand("2026-10", 80, rater_id="e1", name="polish"),
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
        for date, by in (("2026-10-05", "E1"), ("2026-10-06", "L"), ("2026-10-07", "王芳 E1"))
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
        ("score", "E1", "order", "other_period"),
        ("score", "E1", "polish", "of_oneself"),
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
    contradictions = lab.result("core.contradicted_score")
    assert pick(contradictions, "indicator") == [("attitude",)] * (not counts)


@pytest.mark.parametrize(
    ("second", "when", "refused"), [(6, 1, True), (5, 1, False), (6, 2, False)]
)
def test_of_two_different_targets_agreed_at_once_neither_counts(
    lab: Laboratory, second: int, when: int, refused: bool
) -> None:
    """One agreed later replaces the first, as it is marked; the same one twice says nothing new."""
    given(lab, [indicator("a", against="quota")])
    lab.given("core.employee_assignment", [
        {"employee_id": "E1", "role": "rep", "valid_from": day("2026-01-01")},
    ])  # fmt: skip
    target = {"employee_id": "E1", "period": "2026-10", "indicator": "a", "agreed_by": "L"}
    lab.given("staging.agreed_target", [
        {**target, "target": 5, "agreed_at": dt.datetime(2026, 10, 1, 9)},
    ])  # fmt: skip
    lab.given("refused.agreed_target", [
        {**target, "target": second, "agreed_at": dt.datetime(2026, 10, when, 9),
         "_rule": "duplicate_key"},
    ])  # fmt: skip
    listed = lab.result("mart.appraisal_refused")
    assert (
        pick(listed, "kind", "name", "refused_for") == [("target", "a", "contradicted")] * refused
    )
    assert len(lab.result("core.contradicted_target")) == refused


@pytest.mark.parametrize("approver", ["E1", "王芳", "e1", "Ｅ１", "王芳（E1）", "E1 王芳"])
def test_nobody_decides_about_themselves(lab: Laboratory, approver: str) -> None:
    """Under their id or the name they have, however it was typed."""
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
    assert pick(lab.result("core.contradicted_decision"), "field") == [("grade",)]
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
