"""People and units: dated membership, so that a fact belongs where its owner was on its day."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from tests.support.laboratory import Laboratory, Row, pick


def day(text: str) -> dt.date:
    return dt.date.fromisoformat(text)


def assignment(unit: str, start: str, end: str | None = None, **more: Any) -> Row:
    return {"employee_id": "E1", "unit_id": unit, "role": "rep", "valid_from": day(start),
            "valid_to": day(end) if end else None, **more}  # fmt: skip


def units(lab: Laboratory) -> Laboratory:
    """Company C with region R over teams T1 and T2."""
    lab.given("staging.org_unit", [
        {"unit_id": "C", "name": "C", "kind": "company"},
        {"unit_id": "R", "name": "R", "kind": "region", "parent_unit_id": "C"},
        {"unit_id": "T1", "name": "T1", "kind": "team", "parent_unit_id": "R"},
        {"unit_id": "T2", "name": "T2", "kind": "team", "parent_unit_id": "R"},
        {"unit_id": "T9", "name": "T9", "kind": "team", "parent_unit_id": "C"},
    ])  # fmt: skip
    return lab.build("core.dim_unit")


def placed(lab: Laboratory, *assignments: Row) -> dict[dt.date, dict[str, Any]]:
    """Where E1 is on each day."""
    units(lab).given("staging.assignment", list(assignments)).build("core.employee_assignment")
    return {row["calendar_date"]: row for row in lab.result("core.org_day")}


def test_a_unit_knows_its_team_and_region(lab: Laboratory) -> None:
    units(lab)
    assert pick(lab.result("core.dim_unit", "unit_id"), "unit_id", "team_id", "region_id") == [
        ("C", None, None),
        ("R", None, "R"),
        ("T1", "T1", "R"),
        ("T2", "T2", "R"),
        ("T9", "T9", None),  # a team directly below the company is in no region
    ]


def test_days_on_end_in_one_unit_are_one_span(lab: Laboratory) -> None:
    """A day without a unit, or in none, ends it; so does a return to the team after a gap."""
    days = [("05", "T1"), ("06", "T1"), ("07", "T2"), ("08", None), ("09", None), ("12", "T1"),
            ("13", "T1")]  # fmt: skip
    lab.given("core.org_day", [
        {"employee_id": who, "calendar_date": day(f"2026-11-{date}"), "team_id": team,
         "region_id": "R"}
        for who in ("E1", "E2") for date, team in days
    ])  # fmt: skip
    rows = [row for row in lab.result("core.org_span") if row["employee_id"] == "E2"]
    assert pick(rows, "from_date", "to_date", "team_id", "region_id") == [
        (day("2026-11-05"), day("2026-11-06"), "T1", "R"),
        (day("2026-11-07"), day("2026-11-07"), "T2", "R"),
        (day("2026-11-08"), day("2026-11-09"), None, "R"),
        (day("2026-11-12"), day("2026-11-13"), "T1", "R"),
    ]


def test_a_customer_keeps_its_terms_and_its_line(lab: Laboratory) -> None:
    lab.given("staging.customer", [
        {"customer_id": "K", "name": "Kunde", "segment": "sme", "credit_limit": 5000,
         "credit_days": 30, "owner_id": "E1", "_load": 3, "_line": 7},
    ])  # fmt: skip
    row = lab.result("core.dim_customer")[0]
    assert (row["segment"], row["credit_limit"], row["credit_days"]) == ("sme", 5000, 30)
    assert (row["_load"], row["_line"]) == (3, 7)


def test_an_assignment_ends_where_the_next_begins(lab: Laboratory) -> None:
    units(lab).given("staging.assignment", [
        assignment("T1", "2026-01-01", "2026-12-31"), assignment("T2", "2026-07-01"),
    ])  # fmt: skip
    rows = lab.result("core.employee_assignment", "valid_from")
    assert pick(rows, "team_id", "valid_to", "is_last") == [
        ("T1", day("2026-06-30"), False),
        ("T2", None, True),
    ]


def test_an_assignment_that_ended_early_keeps_its_end(lab: Laboratory) -> None:
    units(lab).given("staging.assignment", [
        assignment("T1", "2026-01-01", "2026-03-31"), assignment("T2", "2026-07-01"),
    ])  # fmt: skip
    rows = lab.result("core.employee_assignment", "valid_from")
    assert rows[0]["valid_to"] == day("2026-03-31")


def test_an_assignment_after_the_day_of_the_report_is_not_seen(lab: Laboratory) -> None:
    units(lab).given("staging.assignment", [
        assignment("T1", "2026-01-01"), assignment("T2", "2026-11-16"),
    ])  # fmt: skip
    rows = lab.result("core.employee_assignment")
    assert pick(rows, "team_id", "valid_to", "is_last") == [("T1", None, True)]


def test_a_transfer_changes_the_team_on_its_day(lab: Laboratory) -> None:
    days = placed(lab, assignment("T1", "2026-01-01"), assignment("T2", "2026-07-01"))
    assert days[day("2026-06-30")]["team_id"] == "T1"
    assert days[day("2026-07-01")]["team_id"] == "T2"
    assert len(days) == len(lab.query("select 1 from core.calendar"))


def test_days_before_the_first_assignment_take_the_first_and_are_not_active(
    lab: Laboratory,
) -> None:
    days = placed(lab, assignment("T1", "2026-03-01"))
    before = days[day("2026-02-28")]
    assert (before["team_id"], before["region_id"], before["is_active"]) == ("T1", "R", False)
    assert days[day("2026-03-01")]["is_active"]


def test_days_after_the_last_assignment_take_the_last_and_are_not_active(lab: Laboratory) -> None:
    days = placed(lab, assignment("T1", "2026-01-01", "2026-06-30"))
    assert days[day("2026-06-30")]["is_active"]
    after = days[day("2026-07-01")]
    assert (after["team_id"], after["is_active"]) == ("T1", False)


def test_a_gap_between_assignments_belongs_to_the_earlier_and_is_not_active(
    lab: Laboratory,
) -> None:
    days = placed(lab, assignment("T1", "2026-01-01", "2026-03-31"), assignment("T2", "2026-06-01"))
    gap = days[day("2026-05-31")]
    assert (gap["team_id"], gap["is_active"]) == ("T1", False)


def test_seen_as_is_every_day_belongs_to_the_last_unit_but_activity_stays_dated(
    lab: Laboratory,
) -> None:
    lab.con.execute("update core.parameter set org_view = 'as_is'")
    days = placed(lab, assignment("T1", "2026-03-01"), assignment("T2", "2026-07-01", role="lead"))
    assert (days[day("2026-04-01")]["team_id"], days[day("2026-04-01")]["role"]) == ("T2", "lead")
    assert not days[day("2026-02-28")]["is_active"]


def test_an_employee_is_active_until_the_day_of_leaving(lab: Laboratory) -> None:
    units(lab).given("staging.assignment", [
        assignment("T1", "2026-01-01"),
        assignment("T1", "2026-01-01", employee_id="E2"),
        assignment("T1", "2026-01-01", "2026-11-14", employee_id="E3"),
        assignment("T1", "2026-11-16", employee_id="E6"),
    ]).build("core.employee_assignment")  # fmt: skip
    lab.given("staging.employee", [
        {"employee_id": "E1", "name": "leaves tomorrow", "leave_date": day("2026-11-16")},
        {"employee_id": "E2", "name": "left today", "leave_date": day("2026-11-15")},
        {"employee_id": "E3", "name": "assigned to yesterday"},
        {"employee_id": "E4", "name": "never assigned"},
        {"employee_id": "E5", "name": "begins tomorrow", "hire_date": day("2026-11-16")},
        {"employee_id": "E6", "name": "assigned to from tomorrow"},
        {"employee_id": "E7", "name": "began today", "hire_date": day("2026-11-15")},
    ])  # fmt: skip
    rows = lab.result("core.dim_employee", "employee_id")
    assert pick(rows, "employee_id", "is_active", "leave_date", "team_id") == [
        ("E1", True, None, "T1"),  # a leave date after the day of the report is not known yet
        ("E2", False, day("2026-11-15"), "T1"),
        ("E3", False, None, "T1"),
        ("E4", True, None, None),
        ("E5", False, None, None),
        ("E6", False, None, None),
        ("E7", True, None, None),
    ]


@pytest.mark.parametrize(
    ("assignments", "expected"),
    [
        # the export lets the assignment run on
        ([assignment("T1", "2026-01-01")], [True, True, False, False]),
        # back under a new one, in a list that still states the first leave
        ([assignment("T1", "2026-01-01"), assignment("T2", "2026-11-08")],
         [True, True, False, True]),
    ],
)  # fmt: skip
def test_who_has_left_is_not_active_though_the_assignment_runs_on(
    lab: Laboratory, assignments: list[Row], expected: list[bool]
) -> None:
    lab.given("staging.employee", [{"employee_id": "E1", "leave_date": day("2026-11-05")}])
    found = placed(lab, *assignments)
    days = ("2026-11-04", "2026-11-05", "2026-11-06", "2026-11-09")
    assert [found[day(date)]["is_active"] for date in days] == expected
