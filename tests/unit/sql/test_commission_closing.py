"""Closed months stand; what is known otherwise since is posted in the open month with its cause."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

import pytest

from tests.support.facts.commissions import credit
from tests.support.facts.documents import day
from tests.support.laboratory import Laboratory, Row, pick


def closed_month(period: str, number: int = 1) -> Row:
    return {"period": period, "number": number, "closed_at": "2026-11-01 09:00:00",
            "closed_by": "Li", "as_of_date": day("2026-10-31"), "line_count": 1,
            "seal": "s"}  # fmt: skip


def fresh(number: str, amount: object, period: str = "2026-09", **more: Any) -> Row:
    """An earned line of E1 as computed now: 1,000 of credit."""
    return {"line_id": f"earned:{number}", "ledger": "earned", "payee_id": "E1", "period": period,
            "credit_date": day(f"{period}-05"), "plan_id": "P", "plan_version": 1,
            "plan_mark": "m", "component_id": "c", "credit_id": number, "event_id": number,
            "source_kind": "receipt", "source_id": number, "credit_amount": 1000,
            "source_amount": 1000, "split_pct": 100, "cut_pct": 0, "amount": amount,
            "cause": "receipt", "quota": 500, **more}  # fmt: skip


def closed(number: str, amount: object, period: str = "2026-09", **more: Any) -> Row:
    found = fresh(number, amount, period, **more)
    return {"base_line_id": found["line_id"], "posted_period": period, **found}


def known(number: str, amount: object = 1000) -> Row:
    return {"event_id": number, "source_kind": "receipt", "source_id": number,
            "net_amount_base": amount}  # fmt: skip


def lines(
    lab: Laboratory, before: Sequence[Row], now: Sequence[Row], events: Sequence[Row],
    last: str = "2026-09",
) -> list[dict[str, Any]]:  # fmt: skip
    lab.given("core.closed_period", [closed_month(last)]).build("commission.open_period")
    lab.given("core.closed_line", before)
    lab.given("commission.computed_line", now)
    lab.given("core.fct_credit_event", events).build("commission.correction_line")
    return lab.result("mart.commission_line", "posted_period, line_id")


def causes(*found: Any) -> list[tuple[Any, ...]]:
    """Cause and amount of what is posted in the open month about closed ones."""
    return [(r["cause"], r["amount"]) for r in lines(*found) if r["period"] < r["posted_period"]]


def test_the_month_after_the_last_closed_one_is_open(lab: Laboratory) -> None:
    assert pick(lab.result("commission.open_period"), "last_period") == [("0001-01",)]
    lab.given("core.closed_period", [closed_month("2026-11"), closed_month("2026-12", 2)])
    assert pick(lab.result("commission.open_period"), "last_period", "open_period") == [
        ("2026-12", "2027-01"),
    ]  # fmt: skip


def test_nothing_changed_posts_nothing_and_the_closed_line_stands(lab: Laboratory) -> None:
    found = lines(lab, [closed("A", 10)], [fresh("A", 10)], [known("A")])
    assert pick(found, "line_id", "is_closed", "amount") == [("earned:A", True, 10)]


def test_only_what_is_known_otherwise_is_a_correction(lab: Laboratory) -> None:
    lines(lab, [closed("A", 10), closed("B", 5)], [fresh("A", 10), fresh("B", 4)], [known("B")])
    found = lab.result("commission.correction_line")
    assert pick(found, "base_line_id", "amount") == [("earned:B", -1)]


def test_lines_of_open_months_are_as_they_are_computed(lab: Laboratory) -> None:
    found = lines(lab, [], [fresh("A", 10, "2026-10")], [known("A")])
    assert pick(found, "line_id", "posted_period", "is_closed") == [
        ("earned:A", "2026-10", False),
    ]  # fmt: skip


def test_a_difference_is_posted_in_the_open_month_and_names_the_line_it_corrects(
    lab: Laboratory,
) -> None:
    found = lines(lab, [closed("A", 10)], [fresh("A", 7, credit_amount=700)], [known("A", 700)])
    assert pick(found, "line_id", "period", "posted_period", "amount", "credit_amount") == [
        ("earned:A", "2026-09", "2026-09", 10, 1000),
        ("earned:A#2026-10", "2026-09", "2026-10", -3, -300),
    ]
    assert found[1]["reverses_line_id"] == "earned:A"


def test_a_difference_that_was_closed_itself_is_not_posted_again(lab: Laboratory) -> None:
    correction = {**closed("A", -3, credit_amount=-300), "line_id": "earned:A#2026-10",
                  "posted_period": "2026-10"}  # fmt: skip
    found = causes(lab, [closed("A", 10), correction], [fresh("A", 7, credit_amount=700)],
                   [known("A", 700)], "2026-10")  # fmt: skip
    assert found == [("receipt", -3)]  # the closed one alone


@pytest.mark.parametrize("kind", ["receipt", "credit_note", "invoice"])
def test_a_document_that_changed_came_late_or_went_says_so(lab: Laboratory, kind: str) -> None:
    changed = causes(lab, [closed("A", 10, source_kind=kind)],
                     [fresh("A", 7, source_kind=kind)], [known("A", 700)])  # fmt: skip
    late = causes(lab, [], [fresh("A", 7, source_kind=kind)], [known("A")])
    gone = causes(lab, [closed("A", 10, source_kind=kind)], [], [])
    assert [changed, late, gone] == [
        [(f"{kind}_changed", -3)], [(f"{kind}_late", 7)], [(f"{kind}_removed", -10)],
    ]  # fmt: skip


def test_a_receipt_changed_for_all_who_were_credited_with_it(lab: Laboratory) -> None:
    both = [{"payee_id": "E1"}, {"payee_id": "E2", "line_id": "earned:B", "credit_id": "B"}]
    found = causes(
        lab, [closed("A", 5, **both[0]), closed("A", 5, **both[1], base_line_id="earned:B")],
        [fresh("A", 4, **both[0]), fresh("A", 4, **both[1])], [known("A", 800)],
    )  # fmt: skip
    assert found == [("receipt_changed", -1)] * 2


CHANGES = [
    ("split_changed", {"split_pct": 70}), ("condition_changed", {"cut_pct": 20}),
    ("quota_changed", {"quota": 900}), ("position_moved", {}), ("plan_changed", {"plan_mark": "n"}),
]  # fmt: skip


@pytest.mark.parametrize(("cause", "change"), CHANGES, ids=[cause for cause, _ in CHANGES])
def test_what_changed_about_a_credit_is_its_cause(lab: Laboratory, cause: str, change: Row) -> None:
    found = causes(lab, [closed("A", 10)], [fresh("A", 7, **change)], [known("A")])
    assert found == [(cause, -3)]


def test_who_is_credited_since_with_a_known_receipt_is_so_by_another_split(
    lab: Laboratory,
) -> None:
    other = {"line_id": "earned:B", "credit_id": "B", "payee_id": "E2"}
    found = causes(lab, [closed("A", 10)], [fresh("A", 10), fresh("A", 3, **other)], [known("A")])
    assert found == [("split_changed", 3)]


@pytest.mark.parametrize(
    ("kind", "cause"),
    [("payroll", "payroll_changed"), ("adjustment", "adjustment_changed"),
     ("draw", "draw_recomputed"), ("release", "release_recomputed"), ("cap", "limit_recomputed"),
     ("gate", "limit_recomputed"), ("pool", "pool_recomputed")],
)  # fmt: skip
def test_what_has_no_document_is_named_by_its_kind(lab: Laboratory, kind: str, cause: str) -> None:
    of = {"source_kind": kind, "event_id": None}
    assert causes(lab, [closed("A", 10, **of)], [fresh("A", 7, **of)], []) == [(cause, -3)]


def test_a_computed_line_is_of_the_credit_s_document_and_a_closed_one_of_what_it_said(
    lab: Laboratory,
) -> None:
    """Both credits are of invoice I; the closed line knew of none."""
    of: Row = {"event_id": None, "source_id": None, "source_amount": None, "split_pct": None}
    lab.given("core.fct_credit", [credit("A", 1000, "2026-09-05"), credit("B", 1000)])
    found = lines(
        lab, [closed("A", 10)], [fresh("A", 10, **of), fresh("B", 5, "2026-10", **of)],
        [known("A"), known("B")],
    )  # fmt: skip
    assert pick(found, "line_id", "event_id", "source_id", "invoice_id", "split_pct") == [
        ("earned:A", "A", "A", None, 100), ("earned:B", "B", "B", "I", 100),
    ]  # fmt: skip
    booked = lab.result("commission.booked_line", "line_id")
    assert pick(booked, "line_id", "source_id", "is_computed") == [
        ("earned:A", "A", False), ("earned:B", None, True),
    ]  # fmt: skip


def test_a_closed_line_that_is_computed_anew_is_explained_by_the_credit_s_document(
    lab: Laboratory,
) -> None:
    of: Row = {"event_id": None, "source_id": None, "source_amount": None, "split_pct": None}
    lab.given("core.fct_credit", [credit("A", 1000, "2026-09-05", split_pct=50)])
    found = causes(lab, [closed("A", 10)], [fresh("A", 5, **of)], [known("A")])
    assert found == [("split_changed", -5)]


def line(ledger: str, amount: object, period: str = "2026-10", **more: Any) -> Row:
    return {"line_id": f"{ledger}:{period}", "payee_id": "E1", "period": period,
            "posted_period": period, "ledger": ledger, "amount": amount, "credit_amount": 100,
            "source_kind": "receipt", "component_id": "c", "is_echo": False, **more}  # fmt: skip


def statements(lab: Laboratory, *found: Row) -> list[dict[str, Any]]:
    lab.build("commission.open_period").given("commission.booked_line", found)
    return lab.result("mart.commission_statement", "period")


def test_a_statement_sums_each_ledger_of_what_was_posted_in_the_month(lab: Laboratory) -> None:
    found = statements(
        lab, line("earned", 12), line("payable", 10), line("paid", 9), line("held", 2),
        line("earned", 50, source_kind="adjustment", line_id="x", credit_amount=0),
        line("earned", -20, period="2026-09", posted_period="2026-10", credit_amount=-5),
    )  # fmt: skip
    assert pick(found, "period", "credit", "earned", "payable", "paid", "held", "adjustments") == [
        ("2026-10", 95, 42, 10, 9, 2, 30),
    ]  # fmt: skip


def test_what_is_held_and_what_is_owed_of_draws_run_on_from_month_to_month(
    lab: Laboratory,
) -> None:
    found = statements(
        lab, line("held", 30, "2026-09"), line("held", -10),
        line("payable", 300, "2026-09", component_id="draw"),
        line("payable", -100, component_id="draw"),
    )  # fmt: skip
    assert pick(found, "period", "held", "draw_balance") == [
        ("2026-09", 30, 300), ("2026-10", 20, 200),
    ]  # fmt: skip


def test_a_closed_statement_is_read_word_for_word(lab: Laboratory) -> None:
    lab.given("core.closed_period", [closed_month("2026-09")])
    lab.given("core.closed_statement", [
        {"payee_id": "E1", "period": "2026-09", "earned": Decimal("7.01"), "checksum": "as it was"},
    ])  # fmt: skip
    found = statements(lab, line("earned", 99, "2026-09"), line("earned", 1))
    assert pick(found, "period", "earned", "is_closed") == [
        ("2026-09", Decimal("7.01"), True),
        ("2026-10", 1, False),
    ]
    assert found[0]["checksum"] == "as it was"


def test_the_checksum_of_a_statement_changes_with_any_of_its_lines(lab: Laboratory) -> None:
    def checksum(*found: Row) -> str:
        return str(statements(lab, *found)[0]["checksum"])

    whole = checksum(line("earned", 12), line("paid", 9))
    assert checksum(line("paid", 9), line("earned", 12)) == whole  # order does not matter
    assert checksum(line("earned", 12), line("paid", 8)) != whole
    # but not with a line that says again what another says, which changes with that one
    echo = line("payable", 12, is_echo=True)
    assert checksum(line("earned", 12), echo, line("paid", 9)) == whole
