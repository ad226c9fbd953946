"""Commission that follows the grade of a closed appraisal."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from tests.support.facts.commissions import (
    CHAIN,
    event,
    given_payees,
    given_plans,
    plan,
    planned,
    planned_versions,
    versions,
)
from tests.support.facts.documents import day
from tests.support.laboratory import Laboratory, Row, pick

BY_GRADE = {"period": "quarter", "grades": {"S": 120, "B": 100, "C": 80, "D": 0}}
TIMED = CHAIN[CHAIN.index("core.fct_credit") :]


def closed(grade: str | None, employee: str = "E1") -> Row:
    return {"employee_id": employee, "period": "2026-Q3", "period_kind": "quarter",
            "period_start": day("2026-07-01"), "period_end": day("2026-09-30"),
            "grade": grade}  # fmt: skip


def shares(lab: Laboratory, *grades: Row, at: str = "2026-10-12", as_of: str = "2026-12-31",
           plans: Any = None, payees: Any = None, events: Any = None) -> list[Row]:  # fmt: skip
    """1,000 each of July and September, 5,000 of October; 10 % of it is earned at once."""
    lab.as_of(day(as_of))
    given_plans(lab, *(plans or [plan(appraisal=BY_GRADE)]))
    given_payees(lab, *(payees or [planned("E1")]))
    lab.given("core.fct_credit_event", events or [
        event("A", 1000, "2026-07-01"), event("B", 1000, "2026-09-30"),
        event("C", 5000, "2026-10-01"),
    ]).given("core.quota_day", [])  # fmt: skip
    lab.given("core.closed_appraisal", list(grades)).given("core.closed_appraisal_period", [
        {"period": "2026-Q3", "as_of_date": day(at)},
    ])  # fmt: skip
    lab.build(*TIMED[: TIMED.index("commission.appraisal_share")])
    return lab.result("commission.appraisal_share", "plan_version")


@pytest.mark.parametrize(
    ("grade", "amount"), [("S", 40), ("B", 0), ("C", -40), ("D", -200)]
)  # fmt: skip
def test_what_became_payable_in_the_period_is_settled_to_the_percent_of_the_grade(
    lab: Laboratory, grade: str, amount: int
) -> None:
    found = shares(lab, closed(grade))
    assert pick(found, "payee_id", "appraised_period", "period", "payable", "amount") == [
        ("E1", "2026-Q3", "2026-10", 200, amount)
    ]


def test_it_is_one_line_in_the_month_of_closing_earned_and_payable(lab: Laboratory) -> None:
    shares(lab, closed("C"))
    lab.build("commission.appraisal_share", "commission.draw")
    lines = [row for row in lab.result("commission.computed_line", "ledger")
             if row["source_kind"] == "appraisal"]  # fmt: skip
    assert pick(lines, "ledger", "period", "credit_date", "source_id", "amount", "cause") == [
        ("earned", "2026-10", day("2026-10-31"), "2026-Q3", -40, "appraisal"),
        ("payable", "2026-10", day("2026-10-31"), "2026-Q3", -40, "released_at_once"),
    ]
    assert len({row["line_id"] for row in lines}) == 2
    # a fifth less of what had become payable
    assert {(row["source_amount"], row["rate"]) for row in lines} == {(200, Decimal("-0.2"))}


@pytest.mark.parametrize("grade", [[closed(None)], [], [closed("X")], [closed("C", "E9")]],
                         ids=["held", "nobody", "unnamed", "another"])  # fmt: skip
def test_without_a_grade_that_the_plan_names_nothing_is_settled_and_it_is_known(
    lab: Laboratory, grade: list[Row]
) -> None:
    found = shares(lab, *grade, *([] if grade else [closed("B", "E2")]))
    assert pick(found, "pays_pct", "payable", "amount") == [(None, 200, None)]
    lab.build("commission.appraisal_share", "commission.draw")
    lines = lab.result("commission.computed_line", "ledger")
    assert not [row for row in lines if row["source_kind"] == "appraisal"]


def test_before_the_period_is_closed_nothing_is_settled(lab: Laboratory) -> None:
    assert shares(lab, closed("C"), as_of="2026-10-11") == []


def test_another_kind_of_period_or_a_plan_that_follows_none_settles_nothing(
    lab: Laboratory,
) -> None:
    assert shares(lab, closed("C"), plans=[plan()]) == []
    monthly = {**BY_GRADE, "period": "month"}
    assert shares(lab, closed("C"), plans=[plan(appraisal=monthly)]) == []


def test_each_version_settles_what_it_made_payable(lab: Laboratory) -> None:
    cut = versions(plan(appraisal=BY_GRADE), "2026-08-01")
    found = shares(lab, closed("D"), plans=cut, payees=planned_versions("E1", "rep", "2026-08-01"))
    assert pick(found, "plan_version", "amount") == [(1, -100), (2, -100)]


@pytest.mark.parametrize("grade", ["S", "D", "X"])
def test_a_grade_moves_what_was_paid_and_not_what_was_taken_back(
    lab: Laboratory, grade: str
) -> None:
    """More was taken back than earned: a D gives none of it back, an S takes no more."""
    back = [event("A", -1000, "2026-07-01"), event("B", 400, "2026-09-30")]
    assert shares(lab, closed(grade), events=back) == []


def test_half_a_cent_is_rounded_up_once(lab: Laboratory) -> None:
    found = shares(
        lab,
        closed("C"),
        events=[event("A", Decimal("0.30"), "2026-07-01"), event("B", 1, "2026-08-01")],
    )
    # 0.03 and 0.10 are earned; a fifth of 0.13 is 0.026
    assert pick(found, "payable", "amount") == [(Decimal("0.13"), Decimal("-0.03"))]
