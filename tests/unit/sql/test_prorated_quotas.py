"""Quotas by policy: proration of joiners, leavers and leave, ramps, seasons, overlapping periods.

November 2026 has 30 days and 21 working days: Monday the 2nd to Friday the 6th is a whole week.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from decimal import Decimal
from typing import Any

import pytest

from tests.support.laboratory import Laboratory, Row, pick

NOVEMBER = ("2026-11-01", "2026-11-30")


def day(text: str) -> dt.date:
    return dt.date.fromisoformat(text)


def quota(amount: object, span: tuple[str, str] = NOVEMBER, scope: str = "E1", **more: Any) -> Row:
    return {"scope_kind": "employee", "scope_id": scope, "measure": "contract_amount",
            "period_start": day(span[0]), "period_end": day(span[1]), "amount": amount,
            **more}  # fmt: skip


def person(hired: str | None = None, left: str | None = None, who: str = "E1") -> Row:
    return {"employee_id": who, "hire_date": hired and day(hired), "leave_date": left and day(left)}


def leave(first: str, last: str, kind: str) -> Row:
    return {"employee_id": "E1", "start_date": day(first), "end_date": day(last), "kind": kind}


def spread(lab: Laboratory, *quotas: Row) -> list[dict[str, Any]]:
    lab.given("staging.quota", quotas)
    lab.build("core.absence_day")
    return lab.result("core.quota_day", "scope_id, calendar_date")


def total(rows: list[dict[str, Any]], column: str = "amount") -> Decimal:
    return sum((row[column] for row in rows), Decimal(0))


@pytest.mark.parametrize(
    ("hired", "left", "expected"),
    [
        ("2026-11-01", None, 3000),  # on the first day: whole
        ("2026-11-16", None, 1500),  # the 16th counts: 15 of 30 days
        ("2026-11-30", None, 100),  # the last day alone
        ("2026-12-01", None, 0),
        (None, "2026-11-10", 1000),  # the last day counts
        (None, "2026-10-31", 0),
        ("2026-11-06", "2026-11-10", 500),
        (None, None, 3000),
    ],
)
def test_a_person_s_quota_is_for_the_days_they_were_there_both_ends_counted(
    lab: Laboratory, hired: str | None, left: str | None, expected: int
) -> None:
    lab.given("core.dim_employee", [person(hired, left)])
    rows = spread(lab, quota(3000))
    assert (total(rows), total(rows, "given_amount")) == (expected, 3000)
    active = [row["calendar_date"] for row in rows if row["amount"]]
    assert all(day(hired or "0001-01-01") <= d <= day(left or "9999-12-31") for d in active)


def test_a_quota_given_for_the_part_of_a_period_is_whole_already(lab: Laboratory) -> None:
    """It begins on the day of joining, so every one of its days is active."""
    lab.given("core.dim_employee", [person("2026-11-16")])
    assert total(spread(lab, quota(1500, ("2026-11-16", "2026-11-30")))) == 1500


def test_prorated_cents_add_up_exactly_whatever_the_day(lab: Laboratory) -> None:
    """100.01 × 17 ÷ 30 is 56.672…: the parts are 56.67, to the cent."""
    lab.given("core.dim_employee", [person("2026-11-14")])
    rows = spread(lab, quota(Decimal("100.01")))
    assert (total(rows), total(rows, "given_amount")) == (Decimal("56.67"), Decimal("100.01"))


def test_unpaid_and_long_leave_take_quota_away_and_a_holiday_does_not(lab: Laboratory) -> None:
    lab.given("staging.leave", [
        leave("2026-11-02", "2026-11-04", "unpaid"),
        leave("2026-11-09", "2026-11-13", "annual"),
        leave("2026-11-20", "2026-11-20", "unpaid"),  # known only later
    ])  # fmt: skip
    assert total(spread(lab, quota(3000))) == 2700
    lab.given("staging.leave", [leave("2026-10-12", "2026-11-10", "sick")])  # thirty days on end
    assert total(spread(lab, quota(3000))) == 2000
    lab.given("staging.leave", [leave("2026-10-13", "2026-11-10", "sick")])
    assert total(spread(lab, quota(3000))) == 3000


def test_two_leaves_of_one_day_are_one_absence(lab: Laboratory) -> None:
    lab.given("staging.leave", [
        leave("2026-11-02", "2026-11-03", "unpaid"), leave("2026-11-03", "2026-11-03", "parental"),
        leave("2026-11-10", "2026-11-12", "annual"),
    ])  # fmt: skip
    assert [row["calendar_date"].isoformat()
            for row in lab.result("core.absence_day", "calendar_date")] == [
        "2026-11-02", "2026-11-03",
    ]  # fmt: skip


def test_two_leaves_of_one_day_take_it_away_once(lab: Laboratory) -> None:
    lab.given("staging.leave", [
        leave("2026-11-02", "2026-11-04", "unpaid"), leave("2026-11-04", "2026-11-05", "parental"),
    ])  # fmt: skip
    assert total(spread(lab, quota(3000))) == 2600


def test_working_days_may_count_instead_and_proration_may_be_off(lab: Laboratory) -> None:
    """From Monday the 16th, 11 of 21 working days are left."""
    lab.given("core.dim_employee", [person("2026-11-16")])
    lab.given("policy.quota_proration", [{"is_enabled": True, "by_working_days": True}])
    assert total(spread(lab, quota(2100))) == 1100
    lab.given("policy.quota_proration", [{"is_enabled": False, "by_working_days": False}])
    rows = spread(lab, quota(2100))
    assert (total(rows), len(rows)) == (2100, 21)


def test_who_joins_for_a_weekend_has_the_quota_of_these_days(lab: Laboratory) -> None:
    lab.given("core.dim_employee", [person("2026-11-28")])  # Saturday; the Monday after is worked
    rows = spread(lab, quota(3000, ("2026-11-01", "2026-11-29")))
    found = pick([row for row in rows if row["amount"]], "calendar_date", "amount")
    assert [date for date, _ in found] == [day("2026-11-28"), day("2026-11-29")]
    assert total(rows) == Decimal("206.90")


def test_a_transfer_leaves_the_quota_with_the_person(lab: Laboratory) -> None:
    lab.given("core.org_day", [
        {"employee_id": "E1", "calendar_date": day(f"2026-11-{n:02}"), "role": "rep",
         "unit_id": "T1" if n < 16 else "T2"} for n in range(1, 31)
    ])  # fmt: skip
    lab.given("core.dim_unit", [{"unit_id": "T1", "kind": "team"}])
    rows = spread(lab, quota(3000), quota(7000, scope_kind="unit", scope="T1"))
    sums = defaultdict(Decimal)
    for row in rows:
        sums[row["scope_kind"], row["scope_id"]] += row["amount"]
    assert sums == {("employee", "E1"): 3000, ("team", "T1"): 7000}


def test_a_newcomer_carries_the_share_of_the_month_since_joining(lab: Laboratory) -> None:
    """Joined on 16 October: half until 15 November, then three quarters."""
    lab.given("core.dim_employee", [person("2026-10-16")])
    lab.given("core.org_day", [
        {"employee_id": "E1", "calendar_date": day(f"2026-11-{n:02}"), "role": "rep"}
        for n in range(1, 31)
    ])  # fmt: skip
    lab.given("policy.quota_ramp", [
        {"role": "rep", "month_no": 1, "share_pct": 50},
        {"role": "rep", "month_no": 2, "share_pct": 75},
    ])  # fmt: skip
    rows = spread(lab, quota(3000), quota(3000, scope="E2"))
    newcomer = [row for row in rows if row["scope_id"] == "E1"]
    assert total(newcomer) == 1500 / 2 + 1500 * 3 / 4
    assert total(rows) - total(newcomer) == 3000
    by_day = {row["calendar_date"]: row["amount"] for row in newcomer}
    assert by_day[day("2026-11-13")] * 3 == pytest.approx(by_day[day("2026-11-16")] * 2, abs=1)


def test_the_months_of_a_quarter_weigh_what_the_season_says(lab: Laboratory) -> None:
    """70 : 60 : 130 of 2,600, to the cent, and even within each month."""
    lab.given("policy.quota_season", [
        {"measure": "contract_amount", "month_of_year": month, "weight": weight}
        for month, weight in [(1, 70), (2, 60), (3, 130)]
    ])  # fmt: skip
    quarter = ("2026-01-01", "2026-03-31")
    rows = spread(lab, quota(2600, quarter), quota(2600, quarter, scope="E2", measure="sales"))
    months = defaultdict(Decimal)
    for row in rows:
        months[row["scope_id"], row["calendar_date"].month] += row["amount"]
    assert [months["E1", m] for m in (1, 2, 3)] == [700, 600, 1300]
    assert months["E2", 2] < months["E2", 1] < months["E2", 3]  # evenly, by working days
    assert months["E2", 1] + months["E2", 2] + months["E2", 3] == 2600


def test_where_periods_overlap_the_shorter_quota_rules_its_days(lab: Laboratory) -> None:
    """A year and one of its months: the month counts once, the other months stay the year's."""
    lab.given("core.dim_employee", [person()])
    rows = spread(lab, quota(12_000, ("2026-01-01", "2026-12-31")), quota(5000))
    november = [row for row in rows if row["calendar_date"].month == 11]
    assert total(november) == 5000
    assert len({row["calendar_date"] for row in rows}) == len(rows)


def test_a_quota_of_an_unknown_unit_counts_for_nobody(lab: Laboratory) -> None:
    assert spread(lab, quota(100, scope_kind="unit", scope="T9")) == []


def test_a_period_without_a_working_day_is_spread_over_all_its_days(lab: Laboratory) -> None:
    rows = spread(lab, quota(7, ("2026-10-03", "2026-10-04")))
    assert pick(rows, "amount") == [(Decimal("3.5"),), (Decimal("3.5"),)]


def test_attainment_says_what_was_given_and_ranks_nobody_without_a_quota(lab: Laboratory) -> None:
    period = {"measure": "contract_amount", "period_kind": "month", "scope_kind": "employee",
              "period_start": day("2026-11-01"), "quota_given": 100}  # fmt: skip
    lab.given("core.quota_period", [
        {**period, "scope_id": "E1", "quota": 40, "quota_to_date": 20},
        {**period, "scope_id": "E2", "quota": 0, "quota_to_date": 0},
    ])  # fmt: skip
    rows = lab.result("mart.quota_attainment", "scope_id")
    assert pick(rows, "quota", "quota_given", "rank") == [(40, 100, 1), (0, 100, None)]
