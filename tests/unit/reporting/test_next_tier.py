"""What a payee is told of the next tier, in what their plan counts."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal as D
from types import SimpleNamespace
from typing import Any

import pytest

from pipelines.reporting.model.values import Money, Number, Ratio
from pipelines.reporting.shared.commission_so_far import commission_section, next_tier_lead, rate_of

KEY = {"plan_id": "P", "plan_version": 1, "component_id": "c"}
LIMITS = ((1, 0, 5), (2, 100, 8), (3, 200, 10))


def context() -> Any:
    tiers = [
        SimpleNamespace(**KEY, tier_no=no, tier_from=D(start), rate_pct=D(rate))
        for no, start, rate in LIMITS
    ]
    return SimpleNamespace(rows=lambda _: tiers, definition=lambda _: ())


def position(**more: Any) -> Any:
    """100 of credit, exactly on a limit that belongs to the tier below."""
    return SimpleNamespace(**KEY | {
        "label_zh": "提", "label_en": "c", "component_zh": "签", "component_en": "Signed",
        "is_of_cash": False, "is_of_units": False, "is_limited": False, "rate_by": "amount",
        "period": "2026-10", "quota_period": "month", "quota_start": dt.date(2026, 10, 1),
        "quota": None, "attainment": None, "credit": D(100), "earned": D(5),
        "month_credit": D(100), "month_earned": D(5), "tier_no": 1, "rate_pct": D(5),
        "next_rate_pct": D(8), "to_next_tier": D("0.01"), "next_tier_pays": D("3.00"),
        "next_pays": D(1003),
    } | more)  # fmt: skip


def test_tiers_in_money_are_shown_without_a_quota_or_attainment() -> None:
    section = commission_section(context(), position())
    assert section.message.id == "rep.commission.next_tier_credit"
    assert section.what[0].id == "rep.commission.what_credit"
    assert section.chart is None and section.table is not None
    assert [column.id for column in section.table.columns] == [
        "begins", "rate", "still_needed", "state",
    ]  # fmt: skip
    assert [note.id.rpartition(".")[2] for note in section.note] == [
        "month", "position_amount", "next_tier_pays", "next_pays",
    ]  # fmt: skip


def test_exactly_on_a_limit_that_belongs_below_the_tier_above_is_still_ahead() -> None:
    table = commission_section(context(), position()).table
    assert table is not None
    assert [(row.cells[2], row.cells[3].id) for row in table.rows] == [  # type: ignore[union-attr]
        (Money(amount=D(0)), "rep.tier.now"),
        (Money(amount=D("0.01")), "rep.tier.ahead"),
        (Money(amount=D(100)), "rep.tier.ahead"),
    ]


@pytest.mark.parametrize(
    ("more", "said", "amount", "rate"),
    [
        ({"is_of_cash": True}, "rep.lead.tier", Money(amount=D(20)),
         Ratio(value=D("0.08"), decimals=1)),
        ({}, "rep.lead.tier_credit", Money(amount=D(20)), Ratio(value=D("0.08"), decimals=1)),
        ({"is_of_units": True, "next_rate_pct": D(18000)}, "rep.lead.tier_units",
         Number(value=D(20), decimals=0), Money(amount=D(180), exact=True)),
        ({"is_of_units": True, "to_next_tier": D("0.5"), "next_rate_pct": D(18000)},
         "rep.lead.tier_units", Number(value=D("0.5"), decimals=2),
         Money(amount=D(180), exact=True)),
    ],
)  # fmt: skip
def test_the_lead_names_what_the_plan_counts(more: Any, said: str, amount: Any, rate: Any) -> None:
    found = next_tier_lead(position(**{"to_next_tier": D(20)} | more))
    assert (found.id, found.params["amount"], found.params["rate"]) == (said, amount, rate)


def test_the_top_tier_of_units_says_what_each_one_pays() -> None:
    top = position(is_of_units=True, tier_no=3, rate_pct=D(1000), to_next_tier=None,
                   next_tier_pays=None, next_pays=None, is_limited=True)  # fmt: skip
    section = commission_section(context(), top)
    assert section.message.id == "rep.commission.top_tier_units"
    assert section.message.params["rate"] == Money(amount=D(10), exact=True)
    assert [note.id.rpartition(".")[2] for note in section.note] == [
        "month_units", "position_units", "before_limits",
    ]  # fmt: skip


@pytest.mark.parametrize(("pct", "decimals"), [("2", 1), ("1.5", 1), ("0.15", 2), ("0.125", 3)])
def test_two_tiers_never_look_alike_because_their_rates_are_rounded(
    pct: str, decimals: int
) -> None:
    """0.15 % and 0.20 % of a manager's override would both read 0.2 %."""
    rate = rate_of(position(), D(pct).quantize(D("0.0001")))
    assert rate == Ratio(value=D(pct) / 100, decimals=decimals)
