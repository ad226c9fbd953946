"""Working days by country: official notices, names, files, and what is known."""

from __future__ import annotations

import datetime as dt
import subprocess
import sys

import pytest

from pipelines.policy.calendars import days_of_year, known_to, special_days, weekend_of
from pipelines.policy.models import Calendar
from pipelines.workspace.yamlfile import load_model
from tests.support.policy_files import OFFICIAL, PolicyFiles

NOTICES_BEGIN, NOTICES_END = dt.date(2024, 9, 28), dt.date(2026, 12, 31)
FIRST, LAST = dt.date(2023, 1, 1), dt.date(2027, 12, 31)


def country(code: str) -> Calendar:
    return Calendar(id=code, country=code)


def worked(calendar: Calendar, first: dt.date, last: dt.date) -> dict[dt.date, bool]:
    special = {day.date: day.is_working for day in special_days(calendar, first, last)}
    weekend = weekend_of(calendar, last)
    days = [first + dt.timedelta(n) for n in range((last - first).days + 1)]
    return {day: special.get(day, day.isoweekday() not in weekend) for day in days}


def names(calendar: Calendar, day: str) -> tuple[str, str]:
    date = dt.date.fromisoformat(day)
    (found,) = [d for d in days_of_year(calendar, date.year) if d.date == date]
    return found.name.zh, found.name.en


def test_china_is_as_the_state_council_announced_it_days_off_and_days_worked() -> None:
    official = load_model(OFFICIAL / "calendar" / "cn.yaml", Calendar)
    expected = worked(official, NOTICES_BEGIN, NOTICES_END)
    assert worked(country("cn"), NOTICES_BEGIN, NOTICES_END) == expected
    made_up = {d.date for d in special_days(country("cn"), NOTICES_BEGIN, NOTICES_END)
               if d.is_working}  # fmt: skip
    assert made_up == set(official.worked)


def test_china_is_known_to_the_last_announced_year() -> None:
    """Later years have the statutory days alone, without a day worked instead."""
    known = known_to(country("cn"), FIRST, LAST)
    assert known is not None
    assert known >= dt.date(2026, 12, 31)
    after = days_of_year(country("cn"), known.year + 1)
    assert after
    assert not any(day.is_working for day in after)


@pytest.mark.parametrize(
    ("code", "weekend", "known"),
    [
        ("de-by", (6, 7), None),
        ("DE-Bayern", (6, 7), None),
        ("us", (6, 7), None),
        ("il", (5, 6), None),
    ],
)
def test_where_days_follow_from_rules_they_are_known_for_good(
    code: str, weekend: tuple[int, ...], known: None
) -> None:
    calendar = country(code)
    assert (weekend_of(calendar, LAST), known_to(calendar, FIRST, LAST)) == (weekend, known)


def test_days_that_the_moon_decides_are_known_to_the_first_estimate() -> None:
    known = known_to(country("sa"), dt.date(2090, 1, 1), dt.date(2090, 12, 31))
    assert known is None or known < dt.date(2091, 1, 1)
    found = known_to(country("ma"), dt.date(2026, 1, 1), LAST)
    assert found is not None
    assert dt.date(2025, 12, 31) <= found < LAST


def test_a_part_of_a_country_has_days_of_its_own() -> None:
    epiphany = dt.date(2026, 1, 6)
    assert not worked(country("de-by"), epiphany, epiphany)[epiphany]
    assert worked(country("de"), epiphany, epiphany)[epiphany]


def test_a_weekend_that_changed_is_dated() -> None:
    """The Emirates rested on Friday and Saturday to 2021, on Saturday and Sunday since."""
    found = worked(country("ae"), dt.date(2021, 11, 1), dt.date(2022, 1, 31))
    assert not found[dt.date(2021, 11, 5)]
    assert found[dt.date(2021, 11, 7)]
    assert found[dt.date(2022, 1, 7)]
    assert not found[dt.date(2022, 1, 9)]


@pytest.mark.parametrize(
    ("code", "day", "expected"),
    [
        ("cn", "2026-01-01", ("元旦", "New Year's Day")),
        ("cn", "2026-01-04", ("调休上班", "worked instead")),
        ("de", "2026-10-03", ("German Unity Day", "German Unity Day")),
    ],
)
def test_days_are_named_in_both_languages_and_in_english_where_there_is_no_chinese(
    code: str, day: str, expected: tuple[str, str]
) -> None:
    assert names(country(code), day) == expected


def test_a_file_without_a_country_is_the_calendar(policies: PolicyFiles) -> None:
    policies.put("calendar/cn.yaml", "id: cn\nholidays:\n- {name: {zh: 庆, en: Ours}, "
                 "from: 2026-03-02, to: 2026-03-03}\nworked: [2026-03-07]\n")  # fmt: skip
    found = policies.load().calendar
    special = {day.date.isoformat(): day.is_working for day in special_days(found, FIRST, LAST)}
    assert special == {"2026-03-02": False, "2026-03-03": False, "2026-03-07": True}
    assert known_to(found, FIRST, LAST) == dt.date(2026, 12, 31)


def test_a_file_with_a_country_adds_to_its_days_and_corrects_them(policies: PolicyFiles) -> None:
    policies.settings("calendar: ours").put(
        "calendar/ours.yaml",
        "id: ours\ncountry: CN\nholidays:\n- {name: {zh: 庆, en: Ours}, from: 2026-03-02, "
        "to: 2026-03-02}\nworked: [2026-10-07]\n",
    )
    found = policies.load().calendar
    days = worked(found, FIRST, LAST)
    assert not days[dt.date(2026, 3, 2)]
    assert days[dt.date(2026, 10, 7)]
    assert not days[dt.date(2026, 10, 6)]
    assert known_to(found, FIRST, LAST) == known_to(country("cn"), FIRST, LAST)


def test_a_year_that_the_country_has_not_announced_is_the_file_s(policies: PolicyFiles) -> None:
    """The library moves no day of 2099; whoever writes that year writes all of it."""
    policies.put("calendar/cn.yaml", "id: cn\ncountry: CN\nknown_to: 2099-12-31\nholidays:\n"
                 "- {name: {zh: 元旦, en: New}, from: 2099-01-01, to: 2099-01-02}\n")  # fmt: skip
    found = policies.load().calendar
    assert [day.date.day for day in days_of_year(found, 2099)] == [1, 2]
    assert known_to(found, FIRST, LAST) == dt.date(2099, 12, 31)
    assert len(days_of_year(found, 2026)) == len(days_of_year(country("cn"), 2026))


def test_a_wrong_country_in_a_file_is_named_with_its_line(policies: PolicyFiles) -> None:
    policies.put("calendar/cn.yaml", "id: cn\ncountry: Chnia\n")
    assert policies.mistake() == (
        "policy/calendar/cn.yaml line 2, country: no country has the code 'Chnia' "
        "(did you mean cn?)."
    )


def test_a_misspelt_file_is_offered_by_its_name(policies: PolicyFiles) -> None:
    policies.settings("calendar: ourz").put("calendar/ours.yaml", "id: ours\n")
    assert "there is no policy/calendar/ourz.yaml (did you mean ours?)" in policies.mistake()


@pytest.mark.parametrize(("setting", "expected"), [("", 4), ("fiscal_year_start_month: 7", 7)])
def test_the_year_of_account_begins_as_the_settings_say_else_as_the_calendar_says(
    policies: PolicyFiles, setting: str, expected: int
) -> None:
    policies.settings(setting).put("calendar/cn.yaml", "id: cn\nfiscal_year_starts: 4\n")
    assert policies.load().calendar.fiscal_year_starts == expected


def test_a_calendar_of_one_s_own_does_not_load_the_library(policies: PolicyFiles) -> None:
    policies.put("calendar/cn.yaml", "id: cn\n")
    code = (
        "import sys; from pathlib import Path; from pipelines.policy.calendars import *; "
        "from pipelines.workspace.workspace import open_workspace; "
        f"load_calendar(open_workspace(Path({str(policies.root)!r}))); "
        "sys.exit('holidays' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
