"""Quotas by working day and by period, and actuals against them."""

from __future__ import annotations

import datetime as dt
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

import pytest

from tests.support.laboratory import Laboratory, Row, pick


def day(text: str) -> dt.date:
    return dt.date.fromisoformat(text)


def quota(amount: object, start: str, end: str, **more: Any) -> Row:
    return {"scope_kind": "employee", "scope_id": "E1", "measure": "contract_amount",
            "period_start": day(start), "period_end": day(end), "amount": amount,
            **more}  # fmt: skip


def quota_day(date: str, amount: object, **more: Any) -> Row:
    return {"scope_kind": "employee", "scope_id": "E1", "measure": "contract_amount",
            "quota_start": day("2026-11-01"), "calendar_date": day(date), "amount": amount,
            **more}  # fmt: skip


def quota_period(kind: str, start: str, whole: object, to_date: object, **more: Any) -> Row:
    return {"measure": "contract_amount", "period_kind": kind, "period_start": day(start),
            "scope_kind": "employee", "scope_id": "E1", "quota": whole, "quota_to_date": to_date,
            **more}  # fmt: skip


def contracts(kind: str, start: str, amount: object, scope: str = "E1", **more: Any) -> Row:
    """A row of kpi.contract."""
    return {"period_kind": kind, "period_start": day(start), "scope_kind": "employee",
            "scope_id": scope, "contract_amount__num": amount, "contract_amount__n": 1,
            "has_previous": False, "has_prior_year": False, **more}  # fmt: skip


def test_the_days_of_a_quota_add_up_to_it_to_the_cent(lab: Laboratory) -> None:
    """100.00 over the 21 working days of November: 4.76 or 4.77 a day."""
    lab.given("staging.quota", [quota(100, "2026-11-01", "2026-11-30")])
    rows = lab.result("core.quota_day")
    assert len(rows) == 21
    assert sum(row["amount"] for row in rows) == 100
    assert {row["amount"] for row in rows} == {Decimal("4.76"), Decimal("4.77")}


@pytest.mark.parametrize("amount", [20250, Decimal("18964.29"), Decimal("0.11")])
def test_the_days_so_far_have_their_part_of_a_quota_rounded_like_every_amount(
    lab: Laboratory, amount: Decimal | int
) -> None:
    """20,250.00 over 21 days: the first has 964.285714…, which is 964.29."""
    lab.given("staging.quota", [quota(amount, "2026-11-01", "2026-11-30")])
    rows = lab.result("core.quota_day", "calendar_date")
    for n in range(1, 22):
        exact = (Decimal(amount) * n / 21).quantize(Decimal("0.01"), ROUND_HALF_UP)
        assert sum(row["amount"] for row in rows[:n]) == exact
        assert sum(row["given_amount"] for row in rows[:n]) == exact


def test_a_quota_falls_on_working_days_only(lab: Laboratory) -> None:
    """National Day 2026 lasts to the 7th; Saturday the 10th is worked instead."""
    lab.given("staging.quota", [quota(30, "2026-10-05", "2026-10-11")])
    assert pick(lab.result("core.quota_day", "calendar_date"), "calendar_date", "amount") == [
        (day("2026-10-08"), 10), (day("2026-10-09"), 10), (day("2026-10-10"), 10),
    ]  # fmt: skip


def test_a_unit_s_quota_takes_the_kind_of_the_unit(lab: Laboratory) -> None:
    lab.given("core.dim_unit", [
        {"unit_id": "R1", "kind": "region"}, {"unit_id": "C", "kind": "company"},
    ])  # fmt: skip
    day_only = ("2026-11-02", "2026-11-02")
    lab.given("staging.quota", [
        quota(1, *day_only), quota(2, *day_only, scope_kind="unit", scope_id="R1"),
        quota(3, *day_only, scope_kind="unit", scope_id="C"),
    ])  # fmt: skip
    rows = lab.result("core.quota_day", "amount")
    assert pick(rows, "scope_kind", "scope_id", "amount") == [
        ("employee", "E1", 1), ("region", "R1", 2), ("company", "C", 3),
    ]  # fmt: skip


def test_a_period_has_the_quota_of_its_days_and_a_running_one_that_of_the_days_gone_by(
    lab: Laboratory,
) -> None:
    lab.given("core.quota_day", [
        quota_day("2026-10-30", 1), quota_day("2026-11-02", 10), quota_day("2026-11-13", 20),
        quota_day("2026-11-16", 400),
    ])  # fmt: skip
    rows = [
        row for row in lab.result("core.quota_period")
        if row["period_kind"] in ("month", "mtd", "week") and row["period_start"].month >= 11
    ]  # fmt: skip
    assert pick(rows, "period_kind", "period_start", "quota", "quota_to_date") == [
        ("month", day("2026-11-01"), 430, 30),
        ("mtd", day("2026-11-01"), 30, 30),
        ("week", day("2026-11-02"), 10, 10),
        ("week", day("2026-11-09"), 20, 20),
    ]


def test_attainment_is_against_the_whole_quota_and_pace_against_the_days_gone_by(
    lab: Laboratory,
) -> None:
    lab.given("kpi.contract", [contracts("month", "2026-11-01", 30)])
    lab.given("core.quota_period", [quota_period("month", "2026-11-01", 120, 60)])
    row = lab.result("mart.quota_attainment")[0]
    assert pick([row], "actual", "attainment", "pace", "elapsed_share") == [
        (30, Decimal("0.25"), Decimal("0.5"), Decimal("0.5"))
    ]


def test_who_sold_nothing_has_attained_nothing_and_who_has_no_quota_is_not_ranked(
    lab: Laboratory,
) -> None:
    lab.given("kpi.contract", [contracts("month", "2026-11-01", 500, "E3")])
    lab.given("core.quota_period", [quota_period("month", "2026-11-01", 120, 60)])
    assert pick(lab.result("mart.quota_attainment"), "scope_id", "attainment") == [("E1", 0)]


def test_a_quota_of_nothing_gives_no_attainment(lab: Laboratory) -> None:
    lab.given("kpi.contract", [contracts("month", "2026-11-01", 30)])
    lab.given("core.quota_period", [quota_period("month", "2026-11-01", 0, 0)])
    assert pick(lab.result("mart.quota_attainment"), "attainment", "pace") == [(None, None)]


def test_equal_attainment_shares_a_rank_and_the_next_follows_at_once(lab: Laboratory) -> None:
    sold = {"E1": 50, "E2": 100, "E3": 50, "E4": 10}
    lab.given("kpi.contract", [
        contracts("month", "2026-11-01", amount, who) for who, amount in sold.items()
    ])  # fmt: skip
    lab.given("core.quota_period", [
        quota_period("month", "2026-11-01", 100, 50, scope_id=who) for who in sold
    ])  # fmt: skip
    rows = lab.result("mart.quota_attainment", "scope_id")
    assert pick(rows, "scope_id", "rank") == [("E1", 2), ("E2", 1), ("E3", 2), ("E4", 3)]


def test_the_attainment_kpi_of_a_whole_month_is_compared_with_the_month_before(
    lab: Laboratory,
) -> None:
    lab.given("kpi.contract", [
        contracts("month", "2026-10-01", 80, has_previous=True, contract_amount__prev_num=30),
        contracts("month", "2026-11-01", None, "E9"),
    ])  # fmt: skip
    lab.given("core.quota_period", [
        quota_period("month", "2026-10-01", 100, 100), quota_period("month", "2026-09-01", 60, 60),
    ])  # fmt: skip
    rows = lab.result("kpi.quota_modelled", "scope_id")
    assert pick(rows, "scope_id", "quota_attainment__num", "quota_attainment__den",
                "quota_attainment__prev_num", "quota_attainment__prev_den") == [
        ("E1", 80, 100, 30, 60),
        ("E9", None, None, None, None),  # without a quota there is nothing to attain
    ]  # fmt: skip


def test_the_pace_kpi_divides_by_the_quota_of_the_days_gone_by(lab: Laboratory) -> None:
    lab.given("kpi.contract", [contracts("month", "2026-11-01", 30)])
    lab.given("core.quota_period", [quota_period("month", "2026-11-01", 120, 60)])
    row = lab.result("kpi.quota_modelled")[0]
    assert (row["quota_pace__num"], row["quota_pace__den"]) == (30, 60)
