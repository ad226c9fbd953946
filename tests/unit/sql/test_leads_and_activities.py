"""Leads, activities and surveys up to the day of the report."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.facts.deals import day, moment
from tests.support.laboratory import Laboratory, Row, pick


def lead(number: str, **more: Any) -> Row:
    return {"lead_id": number, "owner_id": "E1", "created_at": moment("2026-11-02"), **more}


def test_a_lead_is_valid_unless_it_was_disqualified_for_an_invalid_reason(lab: Laboratory) -> None:
    lab.given("policy.invalid_lead_reason", [{"reason": "spam"}])
    lab.given("staging.lead", [
        lead("fresh"),
        lead("spam", disqualified_reason="spam"),
        lead("no budget", disqualified_reason="no_budget"),
    ])  # fmt: skip
    rows = lab.result("core.fct_lead", "lead_id")
    assert pick(rows, "lead_id", "is_valid", "is_disqualified") == [
        ("fresh", True, False), ("no budget", True, True), ("spam", False, True),
    ]  # fmt: skip


def test_a_lead_becomes_the_deal_it_names_or_the_first_that_names_it(lab: Laboratory) -> None:
    lab.given("staging.lead", [lead("own", opportunity_id="O1"), lead("named"), lead("none")])
    lab.given("staging.opportunity", [
        {"opportunity_id": number, "lead_id": named, "created_at": moment(f"2026-{day}")}
        for number, named, day in [
            ("O2", "own", "11-01"), ("O4", "named", "11-05"), ("O3", "named", "11-04"),
            ("O5", None, "11-03"), ("O6", "none", "12-01"),
        ]
    ])  # fmt: skip
    rows = lab.result("core.fct_lead", "lead_id")
    assert pick(rows, "lead_id", "opportunity_id", "has_opportunity") == [
        ("named", "O3", True), ("none", None, False), ("own", "O1", True),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("assigned", "contacted", "due", "on_time"),
    [
        ("2026-11-02 09:00", "2026-11-03 09:00", True, True),  # exactly 24 hours
        ("2026-11-02 09:00", "2026-11-03 09:01", True, False),
        ("2026-11-02 09:00", None, True, False),
        ("2026-11-15 09:00", None, False, False),  # the 24 hours have not run out
        ("2026-11-15 09:00", "2026-11-15 10:00", False, True),
        ("2026-11-15 00:00", None, True, False),  # they run out with the day of the report
        (None, None, False, False),
    ],
)
def test_an_answer_is_late_only_when_its_time_has_run_out(
    lab: Laboratory, assigned: str | None, contacted: str | None, due: bool, on_time: bool
) -> None:
    lab.given("staging.lead", [
        lead("L", assigned_at=moment(assigned) if assigned else None,
             first_contact_at=moment(contacted) if contacted else None),
    ])  # fmt: skip
    row = lab.result("core.fct_lead")[0]
    assert (row["is_contact_due"], row["is_contacted_on_time"]) == (due, on_time)


@pytest.fixture
def working(lab: Laboratory) -> Laboratory:
    """Eight working hours to answer, 9 to 17, and a holiday on Wednesday the 11th."""
    lab.con.execute("update policy.term set first_contact_hours = 'working', "
                    "working_day_begins = 540, working_day_ends = 1020")  # fmt: skip
    lab.con.execute("update core.parameter set contact_within_hours = 8")
    lab.con.execute(
        "update core.calendar set is_working_day = calendar_date <> date '2026-11-11' "
        "and dayofweek(calendar_date) between 1 and 5"
    )
    return lab


@pytest.mark.parametrize(
    ("assigned", "contacted", "due", "on_time"),
    [
        ("2026-11-02 10:00", "2026-11-03 10:00", True, True),  # exactly eight working hours
        ("2026-11-02 10:00", "2026-11-03 10:01", True, False),
        ("2026-11-06 16:00", "2026-11-09 16:00", True, True),  # the weekend does not count
        ("2026-11-06 16:00", "2026-11-09 16:01", True, False),
        ("2026-11-07 12:00", "2026-11-09 17:00", True, True),  # assigned on a Saturday
        ("2026-11-10 17:30", "2026-11-12 17:00", True, True),  # after hours, before a holiday
        ("2026-11-10 17:30", "2026-11-13 09:01", True, False),
        ("2026-11-13 09:00", None, True, False),  # Friday's eight hours are over
        ("2026-11-13 09:01", None, False, False),  # a minute is left for Monday
        ("2026-11-13 09:01", "2026-11-14 23:00", False, True),  # answered on a Saturday
        (None, None, False, False),
    ],
)
def test_by_policy_only_working_hours_count_towards_the_time_to_answer(
    working: Laboratory, assigned: str | None, contacted: str | None, due: bool, on_time: bool
) -> None:
    working.given("staging.lead", [
        lead("L", assigned_at=moment(assigned) if assigned else None,
             first_contact_at=moment(contacted) if contacted else None),
    ])  # fmt: skip
    row = working.result("core.fct_lead")[0]
    assert (row["is_contact_due"], row["is_contacted_on_time"]) == (due, on_time)


def test_what_became_of_a_lead_after_the_day_of_the_report_is_not_seen(lab: Laboratory) -> None:
    later = moment("2026-11-16")
    lab.given("staging.lead", [
        lead("L", mql_at=moment("2026-11-10"), sql_at=later, first_contact_at=later,
             assigned_at=moment("2026-11-02")),
        lead("later", created_at=later),
    ])  # fmt: skip
    rows = lab.result("core.fct_lead")
    assert pick(rows, "lead_id", "mql_date", "sql_date", "is_prospect", "first_contact_at") == [
        ("L", day("2026-11-10"), None, False, None)
    ]


def test_a_lead_of_unknown_source_is_counted_under_none(lab: Laboratory) -> None:
    lab.given("staging.lead", [lead("L")])
    assert lab.result("core.fct_lead")[0]["source"] == "(none)"


def test_activities_count_on_the_day_they_happened_up_to_the_day_of_the_report(
    lab: Laboratory,
) -> None:
    lab.given("staging.activity", [
        {"activity_id": "A", "type": "call", "employee_id": "E1",
         "occurred_at": moment("2026-11-15 23:59"), "logged_at": moment("2026-11-20")},
        {"activity_id": "B", "type": "visit", "employee_id": "E1",
         "occurred_at": moment("2026-11-16")},
    ])  # fmt: skip
    rows = lab.result("core.fct_activity")
    assert pick(rows, "activity_id", "occurred_date") == [("A", day("2026-11-15"))]


def test_surveys_count_on_the_day_they_were_answered_up_to_the_day_of_the_report(
    lab: Laboratory,
) -> None:
    lab.given("staging.survey", [
        {"survey_id": "S", "kind": "csat", "score": 4, "responded_at": moment("2026-11-15 12:00")},
        {"survey_id": "later", "kind": "csat", "score": 1, "responded_at": moment("2026-11-16")},
    ])  # fmt: skip
    rows = lab.result("core.fct_survey")
    assert pick(rows, "survey_id", "responded_date", "score") == [("S", day("2026-11-15"), 4)]
