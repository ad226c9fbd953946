"""Commission beside the company's books: payroll, ERP, ledger, the way of a deal, contract cost."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

import pytest

from tests.support.facts.documents import day
from tests.support.laboratory import Laboratory, Row, pick


def of_ledger(ledger: str, amount: object, period: str = "2026-09", **more: Any) -> Row:
    return {"line_id": f"{ledger}:{period}:{amount}", "payee_id": "E1", "period": period,
            "posted_period": period, "ledger": ledger, "amount": amount, **more}  # fmt: skip


def reasons(lab: Laboratory, kind: str) -> list[str]:
    rows = lab.result("mart.commission_difference", "period, key")
    return [row["reason_code"] for row in rows if row["kind"] == kind]


@pytest.mark.parametrize(
    ("payable", "paid", "period", "left", "expected"),
    [
        (100, 100, "2026-09", None, []),
        (100, 0, "2026-10", None, ["timing"]),  # payroll has not come to October yet
        (100, 0, "2026-09", None, ["missing"]),
        (100, 200, "2026-09", None, ["duplicate"]),
        (100, Decimal("100.05"), "2026-09", None, ["rounding"]),
        (100, Decimal("100.06"), "2026-09", None, ["unexplained"]),
        (0, 50, "2026-09", "2026-08-31", ["paid_after_leaving"]),
        (0, 50, "2026-09", "2026-09-30", ["unexplained"]),
        (100, 90, "2026-09", None, ["unexplained"]),
    ],
)
def test_every_difference_to_payroll_has_a_reason_or_stands_as_unexplained(
    lab: Laboratory, payable: object, paid: object, period: str, left: str | None,
    expected: list[str],
) -> None:  # fmt: skip
    lab.given("mart.commission_line", [
        of_ledger("paid", 0, payee_id="E9"), *([of_ledger("paid", paid, period)] if paid else []),
    ])  # fmt: skip
    lab.given("mart.commission_statement", [
        {"payee_id": "E1", "period": period, "payable": payable},
    ])  # fmt: skip
    lab.given("staging.employee", [
        {"employee_id": "E1", "name": "E", "leave_date": day(left) if left else None},
    ])  # fmt: skip
    assert reasons(lab, "statement_to_payroll") == expected


def test_what_payroll_pays_outside_the_run_is_manual(lab: Laboratory) -> None:
    lab.given("mart.commission_line", [
        of_ledger("paid", 70), of_ledger("payable", 30, source_kind="adjustment"),
    ])  # fmt: skip
    lab.given("mart.commission_statement", [
        {"payee_id": "E1", "period": "2026-09", "payable": 100},
    ])  # fmt: skip
    assert reasons(lab, "statement_to_payroll") == ["manual"]


def test_without_any_payroll_every_difference_is_one_of_timing(lab: Laboratory) -> None:
    lab.given("mart.commission_statement", [
        {"payee_id": "E1", "period": "2026-09", "payable": 100},
    ])  # fmt: skip
    assert reasons(lab, "statement_to_payroll") == ["timing"]


def test_what_nobody_is_credited_for_is_listed_by_its_reason(lab: Laboratory) -> None:
    """113 received: 13 VAT, 20 of people without a plan, 30 of a team's others, 5 nobody knows."""
    lab.given("mart.commission_base", [
        {"period": "2026-09", "collected": 113, "vat": 13, "without_plan": 20,
         "shares_without_plan": 30, "credit": 45},
    ])  # fmt: skip
    rows = lab.result("mart.commission_difference", "key")
    assert pick(rows, "reason_code", "difference") == [
        ("split", -30), ("tax", -13), ("unexplained", -5), ("without_plan", -20),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("period", "booked", "expected"),
    [
        ("2026-09", 100, []), ("2026-09", Decimal("100.05"), ["rounding"]),
        ("2026-09", 101, ["unexplained"]), ("2026-11", 101, ["timing"]), ("2026-09", None, []),
    ],
)  # fmt: skip
def test_the_accrual_is_held_against_the_general_ledger(
    lab: Laboratory, period: str, booked: object, expected: list[str]
) -> None:
    lab.given("mart.commission_accrual", [
        {"period": period, "expense": 100, "liability": 5, "gl_expense": booked,
         "gl_liability": 5},
    ])  # fmt: skip
    assert reasons(lab, "accrual_to_ledger") == expected


@pytest.mark.parametrize(("amount", "open_still"), [(None, False), (-10, False), (-9, True)])
def test_an_accepted_difference_is_no_longer_unexplained_if_it_is_the_one_accepted(
    lab: Laboratory, amount: object, open_still: bool
) -> None:
    lab.given("mart.commission_line", [of_ledger("paid", 90)])
    lab.given("mart.commission_statement", [
        {"payee_id": "E1", "period": "2026-09", "payable": 100},
    ])  # fmt: skip
    lab.given("mart.commission_approval", [
        {"approval_id": "1", "kind": "difference", "period": "2026-09", "key": "E1",
         "amount": amount, "approved_by": "D", "is_valid": True},
    ])  # fmt: skip
    rows = lab.result("mart.commission_difference")
    assert [row["is_unexplained"] for row in rows] == [open_still]


def test_the_liability_is_what_was_earned_and_not_yet_paid(lab: Laboratory) -> None:
    lab.given("commission.booked_line", [
        of_ledger("earned", 100), of_ledger("earned", 50, "2026-10"),
        of_ledger("paid", 80, credit_date=day("2026-10-15")),
    ])  # fmt: skip
    lab.given("staging.gl_balance", [
        {"account": "commission_payable", "period_end": day("2026-10-31"), "balance": 69},
        {"account": "commission_payable", "period_end": day("2026-11-15"), "balance": 1},
    ])  # fmt: skip
    rows = lab.result("mart.commission_accrual", "period")
    assert pick(rows, "period", "expense", "paid", "liability", "gl_liability") == [
        ("2026-09", 100, 0, 100, None), ("2026-10", 50, 80, 70, 69),
    ]  # fmt: skip


def cost(
    lab: Laboratory, amount: object, books: dict[str, object] | None = None, **contract: Any
) -> list[dict[str, Any]]:
    """Commission of one contract, signed on 1 December 2025."""
    lab.given("commission.earned", [
        {"line_id": "L", "event_id": "V", "period": "2025-12", "amount": amount},
    ])  # fmt: skip
    lab.given("core.fct_credit_event", [{"event_id": "V", "contract_id": "A"}])
    kind = contract.pop("type", "new")
    lab.given("core.fct_contract", [
        {"contract_id": "A", "type": kind, "signed_date": day("2025-12-01")},
    ])  # fmt: skip
    lab.given("staging.contract", [{"contract_id": "A", **contract}])
    for name, value in (books or {}).items():
        lab.con.execute(f"update policy.commission_books set {name} = ?", [value])
    return lab.result("mart.contract_cost")


def test_the_cost_of_a_contract_is_written_off_evenly_over_the_customer_s_life(
    lab: Laboratory,
) -> None:
    """5,000 over 36 months are 138.89 a month, 1,666.67 after 12."""
    rows = cost(lab, 5000)
    assert pick(rows, "months", "amount_per_month", "amortised", "asset") == [
        (36, Decimal("138.89"), Decimal("1666.67"), Decimal("3333.33")),
    ]  # fmt: skip


def test_where_renewals_are_paid_alike_the_contract_s_own_term_counts(lab: Laboratory) -> None:
    rows = cost(lab, 2400, {"renewal_is_commensurate": True}, start_date=day("2025-12-01"),
                end_date=day("2027-11-30"))  # fmt: skip
    assert pick(rows, "months", "amount_per_month", "amortised") == [(24, 100, 1200)]


@pytest.mark.parametrize(("expedient", "amortised"), [(12, 1200), (0, 1200), (11, 1200)])
def test_a_term_of_a_year_is_expensed_at_once_where_the_expedient_is_taken(
    lab: Laboratory, expedient: int, amortised: int
) -> None:
    books = {"renewal_is_commensurate": True, "expense_up_to_months": expedient}
    rows = cost(lab, 1200, books, start_date=day("2025-12-01"), end_date=day("2026-11-30"))
    assert pick(rows, "is_expensed", "months", "amortised") == [
        (expedient == 12, 1 if expedient == 12 else 12, amortised),
    ]  # fmt: skip


def test_the_cost_of_a_renewal_is_not_one_of_obtaining_a_contract(lab: Laboratory) -> None:
    assert cost(lab, 5000, type="renewal") == []


def test_the_schedule_writes_a_cost_off_to_the_cent_and_shows_what_is_left(
    lab: Laboratory,
) -> None:
    lab.given("mart.contract_cost", [
        {"contract_id": "A", "period": "2026-10", "from_month": day("2026-10-01"), "months": 3,
         "amount": 100},
    ])  # fmt: skip
    rows = lab.result("mart.contract_cost_month", "period")
    assert pick(rows, "period", "capitalised", "amortised", "asset") == [
        ("2026-10", 100, Decimal("33.33"), Decimal("66.67")),
        ("2026-11", 0, Decimal("33.34"), Decimal("33.33")),
        ("2026-12", 0, Decimal("33.33"), 0),
    ]


def approvals(lab: Laboratory, *people: Row, **more: Any) -> list[bool]:
    lab.given("policy.approver_role", [{"role": "director"}])
    lab.given("core.org_day", people)
    lab.given("staging.commission_approval", [
        {"approval_id": "1", "kind": "difference", "period": "2026-10", "key": "E1",
         "status": "approved", "approved_by": "D", "approved_at": "2026-11-10 09:00:00", **more},
    ])  # fmt: skip
    return [bool(row["is_valid"]) for row in lab.result("mart.commission_approval")]


def director(who: str = "D", **more: Any) -> Row:
    return {"employee_id": who, "calendar_date": day("2026-11-10"), "role": "director",
            "is_active": True, **more}  # fmt: skip


def test_an_approval_counts_from_somebody_whose_role_may_give_it(lab: Laboratory) -> None:
    assert approvals(lab, director()) == [True]


@pytest.mark.parametrize(
    ("person", "more"),
    [
        (director(role="rep"), {}),
        (director(is_active=False), {}),
        (director("E1"), {"approved_by": "E1"}),
        (director(calendar_date=day("2026-11-09")), {}),
        (director(), {"status": "asked"}),
        (director(), {"approved_at": "2026-11-16 09:00:00"}),
    ],
    ids=["another role", "left", "the payee", "another day", "only asked for", "after the report"],
)
def test_an_approval_does_not_count_otherwise(lab: Laboratory, person: Row, more: Row) -> None:
    assert approvals(lab, person, **more) == [False]


def disputes(lab: Laboratory, rows: Sequence[Row]) -> list[dict[str, Any]]:
    lab.given("staging.commission_dispute", [
        {"dispute_id": "1", "employee_id": "E1", "period": "2026-10", "status": "open",
         "opened_at": "2026-11-02 09:00:00", **row} for row in rows
    ])  # fmt: skip
    return lab.result("mart.commission_dispute")


def test_a_dispute_is_to_be_decided_within_the_days_of_the_policy(lab: Laboratory) -> None:
    assert pick(disputes(lab, [{}]), "status", "deadline_date") == [("open", day("2026-11-12"))]


def test_a_dispute_decided_after_the_day_of_the_report_is_still_open_on_it(
    lab: Laboratory,
) -> None:
    decided = {"status": "accepted", "adjustment_id": "7"}
    lab.given("staging.commission_adjustment", [
        {"adjustment_id": "7", "employee_id": "E1", "period": "2026-11", "amount": 50},
    ])  # fmt: skip
    rows = disputes(lab, [{**decided, "decided_at": "2026-11-16 09:00:00"}])
    assert pick(rows, "status") == [("open",)]
    rows = disputes(lab, [{**decided, "decided_at": "2026-11-15 09:00:00"}])
    assert pick(rows, "status", "effect_amount", "effect_period") == [("accepted", 50, "2026-11")]


@pytest.mark.parametrize(
    ("by", "said", "status"),
    [
        ("F1", "accepted", "accepted"),
        ("E1", "accepted", "open"),
        ("王芳", "rejected", "open"),
        ("王芳（E1）", "accepted", "open"),
        ("E1", "withdrawn", "withdrawn"),
        (None, "rejected", "rejected"),
    ],
)
def test_nobody_answers_their_own_dispute_and_may_withdraw_it(
    lab: Laboratory, by: str | None, said: str, status: str
) -> None:
    lab.given("core.dim_employee", [{"employee_id": "E1", "name": "王芳"}])
    decided = {"status": said, "decided_by": by, "decided_at": "2026-11-10 09:00:00"}
    assert pick(disputes(lab, [decided]), "status") == [(status,)]


def test_the_target_variable_pay_of_a_part_of_the_year_is_prorated_by_its_days(
    lab: Laboratory,
) -> None:
    """75,000 from 1 June 2023: 214 of 365 days are 43,972.60."""
    lab.given("staging.employee", [{"employee_id": "E1", "leave_date": day("2023-12-31")}])
    lab.given("staging.salary", [
        {"employee_id": "E1", "valid_from": day("2023-06-01"), "target_variable": 75_000},
    ])  # fmt: skip
    rows = lab.result("mart.commission_target")
    assert pick(rows, "year", "active_days", "target_variable") == [
        ("2023", 214, Decimal("43972.60")),
    ]  # fmt: skip
