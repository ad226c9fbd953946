"""Worked cases of DSO, CEI, delinquency and loss rates, each with its source.

From canonical files to `mart.receivable_metric` and `mart.receivable_loss_rate`. Where sources
disagree, both results are reached by a setting of `policy/receivables.yaml`.
"""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal as D
from typing import Any

import pytest

from tests.support.cases.canonical import Published
from tests.support.cases.receivable_files import buckets, invoice, note, paid


def test_arm_01_dso(workspace: Published, company: Callable[..., Any]) -> None:
    """Mesha: 150,000 / 1,800,000 × 365 = 30.42 days."""
    workspace.policy("receivables.yaml", dso_days=365)
    metric, _ = company(
        "2025-12-31",
        invoice=[invoice("I", "2025-03-01", 1_800_000, "2025-04-01")],
        **paid(("R", "I", "2025-06-01", 1_650_000)),
    )
    assert round(metric["dso"], 2) == D("30.42")


@pytest.mark.parametrize(("months", "expected"), [("days_30", "73.71"), ("calendar", "75.17")])
def test_arm_02_dso_counted_back(
    workspace: Published, company: Callable[..., Any], months: str, expected: str
) -> None:
    """Benji Pays, in months of thirty days: 30 + 30 + 32/70 × 30; by the calendar 30 + 31 + …"""
    workspace.policy("receivables.yaml", countback_months=months)
    metric, _ = company(
        "2026-09-30",
        invoice=[
            invoice("A", "2026-07-10", 70_000), invoice("B", "2026-08-10", 80_000),
            invoice("C", "2026-09-10", 100_000),
        ],
        **paid(("R", "A", "2026-09-20", 38_000)),
    )  # fmt: skip
    assert round(metric["dso_countback"], 2) == D(expected)


SALES_OF_A_YEAR = {
    "invoice": [
        invoice("A", "2024-12-01", 100_000, "2024-12-31"),
        invoice("B", "2025-03-01", 880_000, "2025-04-01", tax_amount=0),
        invoice("C", "2025-10-01", 20_000, "2025-11-01"),
        invoice("D", "2025-12-20", 120_000, "2026-01-20"),
        note("N", "2025-12-22", 20_000, "D"),
    ],
    **paid(("R", "A", "2025-02-01", 100_000), ("S", "B", "2025-06-01", 880_000)),
}


@pytest.mark.parametrize(
    ("notes", "sales", "cei"),
    [("deducted", 1_000_000, "0.98"), ("left_out", 1_020_000, "0.980392")],
)
def test_arm_05_cei_of_one_year(
    workspace: Published, company: Callable[..., Any], notes: str, sales: int, cei: str
) -> None:
    """Gaviti: (100,000 + 1,000,000 − 120,000) / (100,000 + 1,000,000 − 100,000) = 98.0 %.

    The sales figure is stated; whether credit notes are deducted from it is a setting.
    """
    workspace.policy("receivables.yaml", dso_days=365, credit_sales={"credit_notes": notes})
    metric, _ = company("2025-12-31", **SALES_OF_A_YEAR)
    found = (metric["opening"], metric["credit_sales"], metric["outstanding"], metric["overdue"])
    assert found == (100_000, sales, 120_000, 20_000)
    assert metric["cei"] == D(cei)


def test_arm_07_add_is_dso_less_the_best_possible(company: Callable[..., Any]) -> None:
    """Apruve and Gaviti: DSO 40, best possible 20, average days delinquent 20."""
    metric, _ = company(
        "2026-06-30",
        invoice=[
            invoice("late", "2026-04-10", 20_000, "2026-05-10"),
            invoice("current", "2026-06-10", 20_000, "2026-07-10"),
            invoice("paid", "2026-05-10", 51_000, "2026-06-10"),
        ],
        **paid(("R", "paid", "2026-06-01", 51_000)),
    )
    assert (metric["dso"], metric["bpdso"], metric["add"]) == (40, 20, 20)


def test_arm_08_loss_rates_from_a_payment_history_then_the_provision(
    workspace: Published, company: Callable[..., Any]
) -> None:
    """IFRScommunity: 2,000 of 100,000 never paid; a rate divides by what ENTERED the bucket."""
    workspace.policy(
        "receivables.yaml",
        buckets=buckets(None, 1, 31, 61, 91, rate="0.5"),
        provision={"rates": "own_history", "min_n": 1, "lost_from_day": 91, "window_days": 365},
    )
    history = [("on_time", 50_000, "2025-01-20"), ("a", 27_000, "2025-02-10"),
               ("b", 15_000, "2025-03-10"), ("c", 6_000, "2025-04-10")]  # fmt: skip
    still_open = [("current", 300_000, "2026-01-31"), ("1-30", 140_000, "2025-12-15"),
                  ("31-60", 60_000, "2025-11-15"), ("61-90", 23_000, "2025-10-15"),
                  ("older than the window", 3_000, "2023-06-30")]  # fmt: skip
    metric, matrix = company(
        "2025-12-31",
        invoice=[
            *(invoice(name, "2025-01-01", amount, "2025-01-31") for name, amount, _ in history),
            invoice("never", "2025-01-01", 2_000, "2025-01-31"),
            *(invoice(name, "2023-06-01", amount, due) for name, amount, due in still_open),
        ],
        **paid(*((f"R{name}", name, date, amount) for name, amount, date in history)),
    )
    assert [row["entered_amount_base"] for row in matrix] == [100_000, 50_000, 23_000, 8_000, 2_000]
    assert {row["lost_amount_base"] for row in matrix} == {2_000}
    assert [round(row["loss_rate"] * 100, 1) for row in matrix] == [
        2, 4, D("8.7"), 25, 100,
    ]  # fmt: skip
    provided = [
        round(amount * row["loss_rate"])
        for amount, row in zip((300_000, 140_000, 60_000, 23_000, 5_000), matrix, strict=True)
    ]
    assert provided == [6_000, 5_600, 5_217, 5_750, 5_000]
    assert round(metric["ecl_provision"]) == 27_567
