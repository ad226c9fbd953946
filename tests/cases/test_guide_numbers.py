"""The guide's amounts are what the engine pays; the base of bounced cash leaves no remainder."""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest

from pipelines.run.session import Session
from tests.support.books import Books, computed, rows
from tests.support.laboratory import ROOT

GUIDE = (ROOT / "docs" / "guide-finance.md").read_text(encoding="utf-8")
CREDITS = (80_000, 120_000, 150_000)
MODES = ("marginal", "whole", "whole_to_quota", "interpolated", "hybrid")
TIERS = [
    {"from": 0, "to": 100, "rate_pct": 5},
    {"from": 100, "to": 130, "rate_pct": 8},
    {"from": 130, "rate_pct": 10},
]


def printed() -> dict[str, list[Decimal]]:
    """Mode → the amounts in the guide's table, in the order of its columns."""
    found = re.findall(
        r"^\| `(\w+)`[^|]*\| ([\d,]+) \| ([\d,]+) \| ([\d,]+) \|", GUIDE, re.MULTILINE
    )
    return {mode: [Decimal(a.replace(",", "")) for a in amounts] for mode, *amounts in found}


@pytest.fixture(scope="module")
def session(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Session]:
    books = Books()
    for mode in MODES:
        rate: dict[str, Any] = {"by": "attainment", "mode": mode, "tiers": TIERS}
        if mode == "hybrid":
            rate["base_rate_pct"] = 5
        books.plan(
            mode,
            {
                "credit": {"event": "invoiced", "to": "owner"},
                "quota": {"measure": "m", "period": "quarter"},
                "rate": rate,
            },
        )
        for credit in CREDITS:
            who = f"{mode}-{credit}"
            books.person(who, mode).quota(who, "2026-10-01", "2026-12-31", 100_000)
            books.invoice(who, who, "2026-10-05", credit)
    cut = {"on": "overdue", "steps": [{"over": 30, "cut_pct": 20}]}
    cash = {"event": "cash_received", "to": "owner"}
    books.plan("cash", {"credit": cash, "rate": {"flat_pct": 1}, "cuts": [cut]})
    books.person("Bo", "cash").invoice("late", "Bo", "2026-08-03", 1000)
    books.cash("P1", "late", "2026-10-07", 400)
    books.cash("P2", "late", "2026-10-08", 600, bounced_date="2026-11-04")
    root = tmp_path_factory.mktemp("guide")
    books.write(root)
    with computed(root, "2026-12-31", ("mart.commission_line", "mart.commission_base")) as opened:
        yield opened


def test_the_guide_prints_every_mode() -> None:
    assert tuple(printed()) == MODES
    assert "[{from: 0, to: 100, rate_pct: 5}, {from: 100, to: 130, rate_pct: 8}" in GUIDE


@pytest.mark.parametrize("mode", MODES)
def test_a_mode_pays_what_the_guide_says(session: Session, mode: str) -> None:
    paid = [
        rows(
            session,
            "select sum(amount) from mart.commission_line where ledger = 'earned' "
            f"and payee_id = '{mode}-{credit}'",
        )[0][0]
        for credit in CREDITS
    ]
    assert paid == printed()[mode]


def test_cash_that_bounced_and_what_was_cut_lead_from_the_base_to_the_statement(
    session: Session,
) -> None:
    """400 stays, 600 was credited in October and taken back in November; each cut by a fifth."""
    found = rows(
        session,
        "select period, collected, credit, bounced, cut, statement_credit "
        "from mart.commission_base order by period",
    )
    assert found == [("2026-10", 400, 400, 600, 200, 800), ("2026-11", 0, 0, -600, -120, -480)]
