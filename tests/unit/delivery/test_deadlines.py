"""Deadlines: read from what was computed, each to whom it concerns, as entries of a calendar."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

import pytest
from icalendar import Calendar

from pipelines.delivery.access.policy import load_access
from pipelines.delivery.access.readers import Readers, readers_on
from pipelines.delivery.deadlines.ics import calendar
from pipelines.delivery.deadlines.read import Deadline, deadlines_for, read_deadlines
from pipelines.reporting.publish.render import words
from tests.support.laboratory import Laboratory, shipped
from tests.support.readers import DAY, sample

NOW = dt.datetime(2026, 11, 16, 8, 0, 0, 5, tzinfo=ZoneInfo("Asia/Shanghai"))
SOON, PAST = DAY + dt.timedelta(days=5), DAY - dt.timedelta(days=1)


def of(kind: str, key: str, person: str | None = None, day: dt.date = SOON) -> Deadline:
    return Deadline(kind, key, person, "2026-10", day)  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def readers() -> Readers:
    return readers_on(sample(), load_access(shipped()[0]), DAY)


ALL = (
    of("close", "2026-10"), of("dispute", "D1", "A"), of("dispute", "D2", "B"),
    of("approval", "P1"), of("answer", "S1", "B"), of("appeal", "2026-10", "A"),
    of("dispute", "D0", "A", PAST), of("dispute", "D3", "A", DAY),
)  # fmt: skip


@pytest.mark.parametrize(
    ("who", "report", "expected"),
    [
        ("A", "commission_statement", ["D3", "D1"]),
        ("A", "rep_weekly", ["2026-10"]),
        ("B", "commission_statement", ["D2"]),
        ("X", "commission_statement", []),
        ("F", "commission_reconciliation", ["D3", "P1", "2026-10", "D1", "D2"]),
        ("H", "appraisal", ["S1"]),
        ("A", "commission_reconciliation", []),  # a page that is not theirs makes nothing theirs
        ("A", "appraisal", ["2026-10"]),
        ("D", "director_weekly", []),
    ],
)
def test_each_is_for_whoever_acts_or_whom_it_concerns(
    readers: Readers, who: str, report: str, expected: list[str]
) -> None:
    found = deadlines_for(readers.all[who], report, ALL, DAY)
    assert [one.key for one in found] == expected


def test_they_are_read_from_what_was_computed(lab: Laboratory) -> None:
    assert read_deadlines(lab.warehouse, 10) == ()
    lab.given("core.parameter", [{"as_of_date": "2026-11-15"}])
    lab.given("mart.commission_dispute", [
        {"dispute_id": "D1", "payee_id": "E1", "period": "2026-10", "status": "open",
         "deadline_date": "2026-11-20"},
        {"dispute_id": "D2", "payee_id": "E1", "period": "2026-10", "status": "accepted",
         "deadline_date": "2026-11-20"},
    ])  # fmt: skip
    lab.given("mart.commission_approval", [
        {"approval_id": "P1", "period": "2026-10", "status": "asked",
         "deadline_date": "2026-11-18"},
        {"approval_id": "P2", "period": "2026-10", "status": "asked", "deadline_date": None},
    ])  # fmt: skip
    lab.given("mart.appraisal_appeal", [
        {"appeal_id": "S1", "employee_id": "E2", "period": "2026-Q3", "status": "open",
         "answer_by": "2026-11-19"},
    ])  # fmt: skip
    found = {
        (one.kind, one.key): (one.person, one.day) for one in read_deadlines(lab.warehouse, 10)
    }
    assert found == {
        ("dispute", "D1"): ("E1", dt.date(2026, 11, 20)),
        ("approval", "P1"): (None, dt.date(2026, 11, 18)),
        ("answer", "S1"): ("E2", dt.date(2026, 11, 19)),
    }


@pytest.mark.parametrize(
    ("as_of", "is_closed", "days", "expected"),
    [
        ("2026-11-15", False, 10, [("2026-10", dt.date(2026, 11, 10))]),
        ("2026-10-31", False, 10, [("2026-10", dt.date(2026, 11, 10))]),
        ("2026-10-30", False, 10, [("2026-09", dt.date(2026, 10, 10))]),
        ("2026-11-15", True, 10, []),
        ("2026-11-15", False, 0, []),
    ],
)
def test_the_last_whole_month_is_to_be_closed_while_it_is_not(
    lab: Laboratory, as_of: str, is_closed: bool, days: int, expected: list[tuple[str, dt.date]]
) -> None:
    lab.given("core.parameter", [{"as_of_date": as_of}])
    lab.given("mart.commission_statement", [
        {"payee_id": who, "period": period, "is_closed": is_closed and period == "2026-10"}
        for who in ("E1", "E2") for period in ("2026-09", "2026-10", "2026-11")
    ])  # fmt: skip
    assert [(one.key, one.day) for one in read_deadlines(lab.warehouse, days)] == expected


def test_an_entry_takes_a_whole_day_and_keeps_its_id_when_the_day_changes() -> None:
    odd = of("dispute", "D;1,\n用户 " + "长" * 60, "A")
    text = calendar([odd], words("zh", "CNY", 2026), "a.example", NOW, "https://a.example/p?q=1,2")
    assert all(len(line) <= 75 for line in text.split(b"\r\n"))
    [entry] = Calendar.from_ical(text).walk("VEVENT")
    assert (entry["DTSTART"].dt, entry["DTEND"].dt) == (SOON, SOON + dt.timedelta(days=1))
    assert entry["DTSTAMP"].dt == dt.datetime(2026, 11, 16, 0, tzinfo=dt.UTC)
    assert str(entry["SUMMARY"]).startswith("2026-10 提成异议处理截止：D;1,")
    later = Deadline(odd.kind, odd.key, odd.person, odd.period, SOON + dt.timedelta(days=3))
    moved = calendar([later], words("en", "CNY", 2026), "a.example", NOW)
    [other] = Calendar.from_ical(moved).walk("VEVENT")
    assert other["UID"] == entry["UID"]
    assert str(other["SUMMARY"]).startswith("Dispute of 2026-10 to be decided")
