"""Calendar and periods: what a day belongs to and what a period is compared with."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from tests.support.laboratory import Laboratory, pick


def day(text: str) -> dt.date:
    return dt.date.fromisoformat(text)


def one(rows: list[dict[str, Any]], **wanted: Any) -> dict[str, Any]:
    """The only row with these values."""
    found = [row for row in rows if all(row[key] == value for key, value in wanted.items())]
    assert len(found) == 1, found
    return found[0]


def span(lab: Laboratory, span_no: int) -> tuple[Any, ...]:
    """The period and variant that a number stands for."""
    row = one(lab.query("select * from core.period_variant"), span_no=span_no)
    return row["period_kind"], row["period_start"], row["variant"]


def compared(lab: Laboratory, kind: str, start: str) -> dict[str, tuple[dt.date, dt.date]]:
    """The spans of days of one period by variant."""
    rows = lab.query(
        "select variant, from_date, to_date from core.period_variant "
        f"where period_kind = '{kind}' and period_start = date '{start}'"
    )
    return {row["variant"]: (row["from_date"], row["to_date"]) for row in rows}


def test_a_day_knows_its_week_month_quarter_and_year(lab: Laboratory) -> None:
    row = one(lab.result("core.calendar"), calendar_date=day("2026-05-10"))
    assert pick([row], "week_start", "month_start", "quarter_start", "year_start") == [
        (day("2026-05-04"), day("2026-05-01"), day("2026-04-01"), day("2026-01-01"))
    ]


def test_a_holiday_is_no_working_day_and_a_worked_weekend_is_one(lab: Laboratory) -> None:
    lab.given("policy.weekend_day", [{"day_of_week": 6}, {"day_of_week": 7}])
    lab.given("policy.calendar_day", [
        {"calendar_date": day("2026-05-08"), "is_working_day": False},
        {"calendar_date": day("2026-05-09"), "is_working_day": True},
    ])  # fmt: skip
    rows = lab.result("core.calendar")
    week = [row for row in rows if row["week_start"] == day("2026-05-04")]
    assert [row["is_working_day"] for row in sorted(week, key=lambda r: r["calendar_date"])] == [
        True, True, True, True, False, True, False,
    ]  # fmt: skip


def test_the_calendar_reaches_from_its_first_to_its_last_day_without_a_gap(
    lab: Laboratory,
) -> None:
    lab.con.execute(
        "update core.parameter set calendar_start = date '2026-02-27', "
        "calendar_end = date '2026-03-02'"
    )
    rows = lab.result("core.calendar")
    assert [row["calendar_date"].day for row in rows] == [27, 28, 1, 2]


def test_a_running_month_ends_with_its_month_but_has_data_to_the_day_of_the_report(
    lab: Laboratory,
) -> None:
    row = one(lab.result("core.period"), period_kind="month", period_start=day("2026-11-01"))
    assert (row["period_end"], row["data_end"]) == (day("2026-11-30"), day("2026-11-15"))
    assert (row["is_current"], row["is_partial"]) == (True, True)


def test_a_month_that_ends_on_the_day_of_the_report_is_current_and_whole(lab: Laboratory) -> None:
    lab.as_of(day("2026-10-31"))
    row = one(lab.result("core.period"), period_kind="month", period_start=day("2026-10-01"))
    assert (row["is_current"], row["is_partial"]) == (True, False)
    to_date = one(lab.result("core.period"), period_kind="mtd", period_start=day("2026-10-01"))
    assert to_date["period_end"] == day("2026-10-31")


def test_a_period_that_has_not_begun_is_not_asked_for(lab: Laboratory) -> None:
    assert max(row["period_start"] for row in lab.result("core.period")) == day("2026-11-09")


def test_to_date_periods_run_from_their_start_to_the_day_of_the_report(lab: Laboratory) -> None:
    rows = [row for row in lab.result("core.period") if row["period_kind"] in ("qtd", "ytd")]
    assert pick(rows, "period_kind", "period_start", "period_end") == [
        ("qtd", day("2026-10-01"), day("2026-11-15")),
        ("ytd", day("2026-01-01"), day("2026-11-15")),
    ]


def test_rolling_weeks_are_thirteen_weeks_up_to_each_of_the_last_fourteen(lab: Laboratory) -> None:
    rows = [row for row in lab.result("core.period") if row["period_kind"] == "rolling_13w"]
    assert len(rows) == 14
    last = max(rows, key=lambda row: row["period_start"])
    assert (last["period_start"], last["period_end"]) == (day("2026-08-17"), day("2026-11-15"))
    assert (last["period_end"] - last["period_start"]).days == 13 * 7 - 1
    assert last["previous_start"] == day("2026-05-18")


def test_a_week_is_compared_with_the_same_weekday_fifty_two_weeks_before(lab: Laboratory) -> None:
    lab.con.execute("update core.parameter set calendar_end = date '2027-12-31'")
    lab.as_of(day("2027-01-03"))
    week_53 = one(lab.result("core.period"), period_kind="week", period_start=day("2026-12-28"))
    assert week_53["period_start"].isocalendar().week == 53
    assert week_53["prior_year_start"] == day("2025-12-29")
    assert week_53["prior_year_start"].isocalendar()[:2] == (2026, 1)


def test_a_whole_period_has_no_span_of_its_own_to_compare_with(lab: Laboratory) -> None:
    rows = lab.result("core.period_variant")
    spans = [row for row in rows if row["period_start"] == day("2026-10-01")]
    assert sorted(row["variant"] for row in spans if row["period_kind"] == "month") == ["actual"]


@pytest.mark.parametrize(
    ("as_of", "kind", "start", "previous", "prior_year"),
    [
        # a month to the 15th: the month before to the 15th, and the year before
        ("2026-11-15", "mtd", "2026-11-01", ("2026-10-01", "2026-10-15"),
         ("2025-11-01", "2025-11-15")),
        # the 31st: a shorter month before ends with its last day
        ("2026-03-31", "mtd", "2026-03-01", ("2026-02-01", "2026-02-28"),
         ("2025-03-01", "2025-03-31")),
        # 29 February: the year before had no such day
        ("2024-02-29", "mtd", "2024-02-01", ("2024-01-01", "2024-01-29"),
         ("2023-02-01", "2023-02-28")),
        # the last day of a quarter of 92 days after one of 91
        ("2026-09-30", "qtd", "2026-07-01", ("2026-04-01", "2026-06-30"),
         ("2025-07-01", "2025-09-30")),
        # a leap year's last day
        ("2024-12-31", "ytd", "2024-01-01", ("2023-01-01", "2023-12-31"),
         ("2023-01-01", "2023-12-31")),
        # a week to Wednesday: the week before to Wednesday
        ("2026-11-11", "week", "2026-11-09", ("2026-11-02", "2026-11-04"),
         ("2025-11-10", "2025-11-12")),
    ],
)  # fmt: skip
def test_a_running_period_is_compared_to_the_same_day(
    lab: Laboratory,
    as_of: str,
    kind: str,
    start: str,
    previous: tuple[str, str],
    prior_year: tuple[str, str],
) -> None:
    lab.con.execute("update core.parameter set calendar_start = date '2022-01-01'")
    lab.build("core.calendar").as_of(day(as_of))
    spans = compared(lab, kind, start)
    assert spans["actual"] == (day(start), day(as_of))
    assert spans["previous"] == tuple(map(day, previous))
    assert spans["prior_year"] == tuple(map(day, prior_year))


def test_a_day_is_in_every_period_that_holds_it(lab: Laboratory) -> None:
    rows = lab.result("core.period_day")
    holding = [
        row["period_kind"] for row in rows
        if row["calendar_date"] == day("2026-11-10") and row["variant"] == "actual"
    ]  # fmt: skip
    assert sorted(set(holding)) == [
        "month", "mtd", "qtd", "quarter", "rolling_13w", "week", "year", "ytd",
    ]  # fmt: skip
    assert max(row["calendar_date"] for row in rows) == day("2026-11-15")


def test_a_whole_month_is_compared_with_the_whole_month_before(lab: Laboratory) -> None:
    row = one(lab.result("core.period_reference"), period_kind="month",
              period_start=day("2026-10-01"))  # fmt: skip
    assert span(lab, row["span_no"]) == ("month", day("2026-10-01"), "actual")
    assert span(lab, row["previous_span_no"]) == ("month", day("2026-09-01"), "actual")


def test_a_running_month_is_compared_with_its_own_shortened_span(lab: Laboratory) -> None:
    row = one(lab.result("core.period_reference"), period_kind="month",
              period_start=day("2026-11-01"))  # fmt: skip
    assert span(lab, row["prior_year_span_no"]) == ("month", day("2026-11-01"), "prior_year")
    assert row["prior_year_from"] == day("2025-11-01")


def test_the_first_period_of_the_calendar_is_compared_with_nothing(lab: Laboratory) -> None:
    row = one(lab.result("core.period_reference"), period_kind="year",
              period_start=day("2023-01-01"))  # fmt: skip
    assert pick([row], "previous_span_no", "previous_from", "prior_year_span_no") == [
        (None, None, None)
    ]


def test_spans_of_the_report_are_its_periods_and_what_they_are_compared_with(
    lab: Laboratory,
) -> None:
    spans = [span(lab, row["span_no"]) for row in lab.result("core.report_span")]
    assert {found for found in spans if found[0] in ("week", "mtd")} == {
        ("week", day("2026-11-09"), "actual"),
        ("week", day("2026-11-02"), "actual"),
        ("week", day("2025-11-10"), "actual"),
        ("mtd", day("2026-11-01"), "actual"),
        ("mtd", day("2026-11-01"), "previous"),
        ("mtd", day("2026-11-01"), "prior_year"),
    }
    assert len(spans) == len(set(spans))


def test_a_span_takes_each_of_its_days_once_from_weeks_months_or_days(lab: Laboratory) -> None:
    """The running month and year, and what they are compared with, end within a month."""
    lab.as_of(day("2026-11-12"))
    days = {"day": 1, "week": 7}
    found: dict[int, list[dt.date]] = {}
    kinds: dict[int, set[str]] = {}
    for part in lab.result("core.period_part"):
        begins = part["part_start"]
        month = (begins.replace(day=1) + dt.timedelta(days=32)).replace(day=1)
        length = days.get(part["part_kind"], (month - begins).days)
        held = found.setdefault(part["span_no"], [])
        held.extend(begins + dt.timedelta(days=n) for n in range(length))
        kinds.setdefault(part["span_no"], set()).add(part["part_kind"])
    rows = lab.query("select span_no, period_kind, period_start, variant, calendar_date "
                     "from core.period_day")  # fmt: skip
    expected: dict[int, list[dt.date]] = {}
    for row in rows:
        expected.setdefault(row["span_no"], []).append(row["calendar_date"])
    assert {no: sorted(held) for no, held in found.items()} == {
        no: sorted(held) for no, held in expected.items()
    }
    names = {(row["period_kind"], row["period_start"], row["variant"]): row["span_no"]
             for row in rows}  # fmt: skip
    assert kinds[names["year", day("2026-01-01"), "actual"]] == {"month", "day"}
    assert kinds[names["quarter", day("2026-07-01"), "actual"]] == {"month"}
    assert kinds[names["month", day("2026-11-01"), "previous"]] == {"day"}
    assert kinds[names["week", day("2026-11-02"), "actual"]] == {"week"}


def test_a_representative_without_a_deal_has_a_row_in_each_period_of_membership(
    lab: Laboratory,
) -> None:
    lab.given("core.org_day", [
        {"employee_id": "E1", "team_id": "T", "region_id": "R", "is_active": True,
         "calendar_date": day(date)}
        for date in ("2026-11-02", "2026-11-08")
    ] + [
        {"employee_id": "E2", "team_id": "T", "region_id": "R", "is_active": False,
         "calendar_date": day("2026-11-02")},
    ])  # fmt: skip
    rows = lab.result("core.period_scope")
    weeks = [row for row in rows if row["period_kind"] == "week"]
    assert pick(weeks, "period_start", "scope_kind", "scope_id") == [
        (day("2026-11-02"), "company", "C"),
        (day("2026-11-02"), "employee", "E1"),
        (day("2026-11-02"), "region", "R"),
        (day("2026-11-02"), "team", "T"),
        (day("2026-11-09"), "company", "C"),
    ]


def test_a_company_without_an_export_of_its_people_is_there_in_every_period(
    lab: Laboratory,
) -> None:
    rows = lab.result("core.period_scope")
    assert {(row["scope_kind"], row["scope_id"]) for row in rows} == {("company", "C")}
    assert len(rows) == lab.warehouse.scalar(
        "select count(*) from core.period_variant where variant = 'actual'"
    )


def test_membership_that_begins_after_the_day_of_the_report_opens_no_scope(lab: Laboratory) -> None:
    lab.given("core.org_day", [
        {"employee_id": "E1", "is_active": True, "calendar_date": day("2026-11-16")},
    ])  # fmt: skip
    assert {row["scope_kind"] for row in lab.result("core.period_scope")} <= {"company"}
