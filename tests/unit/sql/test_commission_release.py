"""When what was earned becomes payable: cash, full payment, hold-backs; the ledger's lines."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

import pytest

from tests.support.facts.commissions import credit, entry, given_plans, part, plan
from tests.support.facts.documents import day
from tests.support.laboratory import Laboratory, Row, pick

LATE = "2026-11-10"


def came(number: str, date: str, cents: int, of: int = 100_00) -> Row:
    return {"family_kind": "invoice", "family_id": number, "moved_date": day(date),
            "cash_cents": cents, "collectable_cents": of}  # fmt: skip


def releases(
    lab: Laboratory, entries: Sequence[Row], release: Mapping[str, Any], cash: Sequence[Row] = ()
) -> list[tuple[Any, ...]]:
    """Day, amount and cause of each part."""
    given_plans(lab, plan(part(event="invoiced", release=release)))
    lab.given("commission.earned", entries)
    lab.given("commission.document_cash", cash)
    lab.build("commission.portion")
    rows = lab.result("commission.release", "release_date, cause, amount")
    return [(str(r["release_date"]), r["amount"], r["cause"]) for r in rows]


def test_what_waits_for_cash_is_released_in_the_share_that_came_in(lab: Laboratory) -> None:
    found = releases(lab, [entry("A", 20)], {"when": "cash"},
                     [came("A", "2026-10-20", 50_00), came("A", LATE, 100_00)])  # fmt: skip
    assert found == [("2026-10-20", 10, "cash"), (LATE, 10, "cash")]


def test_what_is_released_is_rounded_on_the_running_total(lab: Laboratory) -> None:
    """0.05 in three thirds: 0.02, 0.01, 0.02."""
    cash = [came("A", "2026-10-20", 33_33), came("A", "2026-10-21", 66_66),
            came("A", "2026-10-22", 100_00)]  # fmt: skip
    found = releases(lab, [entry("A", Decimal("0.05"))], {"when": "cash"}, cash)
    assert sum(amount for _, amount, _ in found) == Decimal("0.05")
    assert [amount for _, amount, _ in found] == [
        Decimal("0.02"), Decimal("0.01"), Decimal("0.02"),
    ]  # fmt: skip


@pytest.mark.parametrize(("cents", "expected"), [(99_99, []), (100_00, [(LATE, 20, "cash")])])
def test_what_waits_for_full_payment_is_released_with_the_last_cent(
    lab: Laboratory, cents: int, expected: list[tuple[Any, ...]]
) -> None:
    found = releases(lab, [entry("A", 20)], {"when": "paid_in_full"}, [came("A", LATE, cents)])
    assert found == expected


def test_a_credit_note_takes_back_only_what_had_been_released(lab: Laboratory) -> None:
    """20 earned, half paid: 10 released. The note takes 10 back and leaves 50 to collect: paid."""
    note = entry("N", -10, "2026-11-02", family_id="A")
    cash = [came("A", "2026-10-20", 50_00), came("A", "2026-11-02", 50_00, 50_00)]
    found = releases(lab, [entry("A", 20), note], {"when": "cash"}, cash)
    assert found == [("2026-10-20", 10, "cash")]


def test_cash_that_bounces_takes_back_what_it_had_released(lab: Laboratory) -> None:
    cash = [came("A", "2026-10-20", 50_00), came("A", LATE, 0)]
    found = releases(lab, [entry("A", 20)], {"when": "cash"}, cash)
    assert found == [("2026-10-20", 10, "cash"), (LATE, -10, "cash")]


def test_cash_that_came_before_the_credit_releases_it_on_its_day(lab: Laboratory) -> None:
    found = releases(lab, [entry("A", 20)], {"when": "cash"}, [came("A", "2026-09-01", 100_00)])
    assert found == [("2026-10-05", 20, "cash")]


HOLD = {"when": "at_once", "hold_pct": 10, "hold_months": 3}


@pytest.mark.parametrize("sign", [1, -1], ids=["earned", "taken back"])
def test_a_part_is_held_back_for_months_and_taken_back_alike(lab: Laboratory, sign: int) -> None:
    found = releases(lab, [entry("A", sign * 100)], HOLD)
    assert found == [
        ("2026-10-05", sign * 90, "released_at_once"), ("2027-01-05", sign * 10, "hold_back"),
    ]  # fmt: skip


def test_a_part_of_a_hundred_million_is_held_to_the_cent(lab: Laboratory) -> None:
    """Half a cent goes up, beyond eighteen digits as below them."""
    for amount in (99_999_995, 100_000_005):
        found = releases(lab, [entry("A", amount)], {**HOLD, "hold_pct": Decimal("33.3")})
        held = (amount * Decimal("0.333")).quantize(Decimal("0.01"), ROUND_HALF_UP)
        assert found == [("2026-10-05", amount - held, "released_at_once"),
                         ("2027-01-05", held, "hold_back")]  # fmt: skip


def test_a_limit_belongs_to_no_document_and_waits_for_no_cash(lab: Laboratory) -> None:
    found = releases(lab, [entry("cap", -5, family_id=None)], {"when": "cash"})
    assert found == [("2026-10-05", -5, "released_at_once")]


def cash_of(
    lab: Laboratory, settled: Sequence[Row], *notes: Row, rate_to_base: object = 1
) -> list[tuple[Any, ...]]:
    """What came in of invoice I (100.00 net, 113.00 gross) and what of it is collectable."""
    given_plans(lab, plan(part(event="invoiced", release={"when": "cash"})))
    lab.given("core.fct_invoice", [
        {"invoice_id": "I", "kind": "invoice", "invoice_date": day("2026-10-01"),
         "rate_to_base": rate_to_base, "net_amount": 100, "gross_amount": 113,
         "net_amount_base": 100},
        *notes,
    ])  # fmt: skip
    lab.given("core.fct_credit_event", [
        {"event_id": "V", "credit_event": "invoiced", "family_id": "I", "net_amount_base": 100},
    ])  # fmt: skip
    lab.given("core.fct_credit", [credit("V", 100, family_id="I")])
    lab.given("core.fct_settlement", [
        {"item_kind": "invoice", "document_id": "I", "is_known": True, **row} for row in settled
    ])  # fmt: skip
    lab.build("commission.document_invoice")
    rows = lab.result("commission.document_cash", "moved_date")
    return [(str(r["moved_date"]), r["cash_cents"], r["collectable_cents"]) for r in rows]


def settled(kind: str, date: str, amount: object) -> Row:
    return {"kind": kind, "settled_date": day(date), "amount": amount}


def test_the_cash_of_a_document_is_counted_net_of_vat_and_less_what_bounced(
    lab: Laboratory,
) -> None:
    found = cash_of(lab, [settled("cash", "2026-10-20", Decimal("56.50")),
                          settled("bounce", LATE, Decimal("-56.50"))])  # fmt: skip
    assert found == [("2026-10-20", 50_00, 100_00), (LATE, 0, 100_00)]


def test_what_was_credited_or_written_off_is_no_longer_to_be_collected(lab: Laboratory) -> None:
    note = {"invoice_id": "N", "kind": "credit_note", "references_invoice_id": "I",
            "invoice_date": day("2026-10-20"), "gross_amount": Decimal("-22.60")}  # fmt: skip
    found = cash_of(lab, [settled("write_off", LATE, Decimal("11.30"))], note)
    assert found == [("2026-10-20", 0, 80_00), (LATE, 0, 70_00)]


def test_a_part_of_what_was_paid_is_rounded_in_the_invoice_s_own_currency_first(
    lab: Laboratory,
) -> None:
    """Of 113.00, 33.33 is 29.50 net: 210.14 at 7.12345678; all of it is 712.35."""
    found = cash_of(lab, [settled("cash", "2026-10-20", Decimal("33.33")),
                          settled("cash", LATE, Decimal("79.67"))],
                    rate_to_base=Decimal("7.12345678"))  # fmt: skip
    assert found == [("2026-10-20", 210_14, 100_00), (LATE, 712_35, 100_00)]


def test_an_invoice_that_no_commission_waits_for_is_not_followed(lab: Laboratory) -> None:
    cash_of(lab, [settled("cash", "2026-10-20", 113)])
    lab.given("core.fct_credit", [credit("V", 100, family_id="J")])
    lab.build("commission.document_invoice")
    assert lab.result("commission.document_cash") == []


def ledger(lab: Laboratory) -> list[tuple[Any, ...]]:
    return sorted(pick(lab.result("commission.computed_line"), "ledger", "cause", "amount"))


def test_what_is_earned_without_conditions_is_payable_at_once(lab: Laboratory) -> None:
    given_plans(lab, plan())
    lab.given("commission.earned", [entry("A", 10)])
    assert ledger(lab) == [("earned", "invoice", 10), ("payable", "released_at_once", 10)]


def test_what_waits_is_held_until_it_is_released_and_what_is_due_later_stays_held(
    lab: Laboratory,
) -> None:
    releases(lab, [entry("A", 100)], HOLD)
    lab.build("commission.release")
    assert ledger(lab) == [
        ("earned", "invoice", 100), ("held", "held", 100), ("held", "released_at_once", -90),
        ("payable", "released_at_once", 90),
    ]  # fmt: skip


def test_a_portion_says_what_is_paid_on_its_day_and_what_is_held_back_until_when(
    lab: Laboratory,
) -> None:
    releases(lab, [entry("A", 100)], HOLD)
    (found,) = lab.result("commission.portion")
    assert (found["amount"], found["hold_amount"]) == (90, 10)
    assert (str(found["release_date"]), str(found["hold_date"])) == ("2026-10-05", "2027-01-05")
    assert found["family_id"] is None  # a line that waits for nothing is its own source
    assert {r["family_id"] for r in lab.result("commission.release")} == {found["portion_id"]}


def test_a_line_that_another_ledger_repeats_is_marked_beside_the_line_it_repeats(
    lab: Laboratory,
) -> None:
    """The digest of a statement covers each pair once, so both stand in the same month."""
    releases(lab, [entry("A", 100)], HOLD)
    lab.build("commission.release")
    found = pick(lab.result("commission.computed_line"), "ledger", "cause", "is_echo", "period")
    assert sorted(found) == [
        ("earned", "invoice", False, "2026-10"), ("held", "held", True, "2026-10"),
        ("held", "released_at_once", True, "2026-10"),
        ("payable", "released_at_once", False, "2026-10"),
    ]  # fmt: skip


def drawn(recoverable: bool) -> Row:
    return {"payee_id": "E1", "period": "2026-10", "month_start": day("2026-10-01"),
            "plan_id": "P-rep", "plan_version": 1, "is_draw_recoverable": recoverable,
            "drawn": 300, "recovered": 0}  # fmt: skip


def test_an_advance_is_payable_and_not_earned_a_guarantee_is_both(lab: Laboratory) -> None:
    lab.given("commission.draw", [drawn(True)])
    assert ledger(lab) == [("payable", "draw", 300)]
    lab.given("commission.draw", [drawn(False)])
    assert ledger(lab) == [("earned", "guarantee", 300), ("payable", "guarantee", 300)]


def test_what_is_recovered_of_an_advance_is_taken_from_what_is_payable(lab: Laboratory) -> None:
    lab.given("commission.draw", [{**drawn(True), "drawn": 0, "recovered": 200}])
    assert ledger(lab) == [("payable", "draw_recovered", -200)]


def test_an_advance_by_hand_is_payable_only_and_payroll_says_what_was_paid(
    lab: Laboratory,
) -> None:
    lab.given("staging.commission_adjustment", [
        {"adjustment_id": "1", "employee_id": "E1", "period": "2026-10", "amount": 50,
         "kind": "draw"},
    ])  # fmt: skip
    lab.given("staging.payroll_commission", [
        {"employee_id": "E1", "period": "2026-10", "paid_amount": 9, "paid_date": day(LATE)},
        {"employee_id": "E1", "period": "2026-11", "paid_amount": 5,
         "paid_date": day("2026-12-10")},
    ])  # fmt: skip
    assert ledger(lab) == [("paid", "payroll", 9), ("payable", "draw", 50)]
