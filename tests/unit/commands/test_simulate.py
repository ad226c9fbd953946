"""`attain simulate` on a company of one person: another plan, an invoice collected, deals won."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable
from pathlib import Path

import pytest

from pipelines.closing.simulate import in_place
from pipelines.policy.plans import CommissionPlan
from pipelines.workspace.workspace import open_workspace
from tests.support.books import Books, computed
from tests.support.commands import Said

Attain = Callable[..., Said]
CASH = {"credit": {"event": "cash_received", "to": "deal_team"}, "rate": {"flat_pct": 10}}


@pytest.fixture(scope="module")
def open_month(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """E1 sells at 10 % of cash; the end of October, nothing closed, one deal open.

    September brings 30 on 300, of which 100 bounce in October: October brings 50 and takes 10 back.
    """
    books = Books().plan("rep", CASH).person("E1", "rep")
    books.invoice("I0", "E1", "2026-09-05", 1000).invoice("I1", "E1", "2026-10-05", 1000)
    books.cash("R0", "I0", "2026-09-20", 200)
    books.cash("B0", "I0", "2026-09-21", 100, bounced_date="2026-10-10")
    books.cash("R1", "I1", "2026-10-20", 500)
    books.add("opportunity", {
        "opportunity_id": "O", "customer_id": "K", "owner_id": "E1", "outcome": "open",
        "created_at": "2026-09-01 09:00:00", "stage": "negotiation", "amount": 2000,
        "expected_close_date": "2026-11-20",
    })  # fmt: skip
    root = tmp_path_factory.mktemp("open")
    books.write(root)
    with computed(root, "2026-10-31", ["mart.commission_statement", "receivables.open_item_span"]):
        pass
    return root


def test_what_an_invoice_would_bring_is_shown_and_not_posted(
    attain: Attain, open_month: Path
) -> None:
    before = sorted(path.name for path in open_month.iterdir())
    said = attain("simulate", "-w", open_month, "--collect", "I1", "--by", "2026-10-31", "--json")
    assert said.code == 0, said.err
    found = json.loads(said.out)
    assert (float(found["before"]), float(found["after"])) == (70, 120)
    assert sorted(path.name for path in open_month.iterdir()) == before
    assert open_workspace(open_month).ledger.exists() is False


def another(open_month: Path, *changes: tuple[str, str]) -> Path:
    """The plan in force with 12 % instead of 10 %."""
    text = (open_month / "policy" / "commission" / "rep.yaml").read_text(encoding="utf-8")
    for old, new in (("flat_pct: 10", "flat_pct: 12"), *changes):
        assert old in text
        text = text.replace(old, new)
    path = open_month / "other.yaml"
    path.write_text(text, encoding="utf-8")
    return path


FROM_OCTOBER = ("valid_from: '2015-01-01'", "valid_from: 2026-10-01")
NEXT_YEAR = ("valid_from: '2015-01-01'", "valid_from: 2027-01-01")


@pytest.mark.parametrize(
    ("change", "words", "expected"),
    [
        (FROM_OCTOBER, [], "earned 70.00 → 84.00  (+14.00)"),
        (NEXT_YEAR, [], "earned 70.00 → 84.00  (+14.00)"),
        (FROM_OCTOBER, ["--from", "2026-10"], "earned 40.00 → 48.00  (+8.00)"),
        (FROM_OCTOBER, ["--as-dated"], "earned 70.00 → 80.00  (+10.00)"),
        (FROM_OCTOBER, ["--as-dated", "--from", "2026-10"], "earned 40.00 → 50.00  (+10.00)"),
        (NEXT_YEAR, ["--as-dated"], "earned 70.00 → 70.00  (+0.00)"),
    ],
    ids=["its dates do not matter", "nor do those of next year", "a month shown",
         "from its own day on", "what bounces is taken back as it was paid", "not yet in force"],
)  # fmt: skip
def test_what_another_plan_would_have_paid_is_shown(
    attain: Attain, open_month: Path, change: tuple[str, str], words: list[str], expected: str
) -> None:
    said = attain("simulate", another(open_month, change), "-w", open_month, *words)
    assert said.code == 0, said.err
    assert "plan rep version 1 for role rep from " in said.out
    assert "(nothing is posted)" in said.out
    assert expected in said.out


def test_a_plan_with_an_end_leaves_the_days_after_it_to_the_plan_in_force() -> None:
    base = Books().plan("rep", CASH).plan("lead", CASH).plans
    rep, lead = (CommissionPlan.model_validate(base[role]) for role in ("rep", "lead"))
    quarter = rep.model_copy(
        update={"valid_from": dt.date(2026, 7, 1), "valid_to": dt.date(2026, 9, 30)}
    )
    found = [(p.role, p.version, p.valid_from, p.valid_to) for p in in_place(quarter, [rep, lead])]
    assert found == [
        ("rep", 2, dt.date(2026, 7, 1), dt.date(2026, 9, 30)),
        ("rep", 1, dt.date(2015, 1, 1), dt.date(2026, 6, 30)),
        ("rep", 3, dt.date(2026, 10, 1), None),
        ("lead", 1, dt.date(2015, 1, 1), None),
    ]


def test_a_plan_with_a_mistake_is_one_sentence(attain: Attain, open_month: Path) -> None:
    quota = ("rate:", "quota: {measure: n, period: month}\n  rate:")
    said = attain("simulate", another(open_month, quota), "-w", open_month)
    assert said.code == 2
    assert "components.0.quota.measure: no quota measure is named 'n'" in said.last


def test_the_open_pipeline_brings_what_its_deals_would_pay(
    attain: Attain, open_month: Path
) -> None:
    said = attain("simulate", "-w", open_month, "--pipeline", "all", "--json")
    assert said.code == 0, said.err
    found = json.loads(said.out)
    assert float(found["after"]) - float(found["before"]) == 200


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ([], "Nothing to simulate: give a PLAN file, --pipeline or --collect."),
        (["--collect", "I1"], "--collect and --by belong together"),
        (["--pipeline", "all", "--as-dated"], "--as-dated is about the dates of a PLAN"),
    ],
)
def test_a_simulation_of_nothing_is_a_sentence(
    attain: Attain, tmp_path: Path, words: list[str], expected: str
) -> None:
    Books().write(tmp_path)
    said = attain("simulate", "-w", tmp_path, *words)
    assert said.code != 0
    assert expected in said.err
