"""What keeps a commission month open, each by its name; what is whole is paid meanwhile."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from pathlib import Path

import pytest
import xlsxwriter

from pipelines.checks.reconciliations import all_reconciliations
from pipelines.closing.close import close_period, freeze
from pipelines.closing.refusals import refusals
from pipelines.errors import UserError
from pipelines.ledger.store import Ledger
from pipelines.reporting.reports import REPORTS
from pipelines.run import steps
from pipelines.run.session import Session
from pipelines.workspace.workspace import open_workspace
from tests.support.books import Books, computed, rows
from tests.support.closed import written_at

END = dt.date(2026, 10, 31)
NEEDED = ("mart.commission_statement", "mart.commission_difference", "mart.commission_dispute",
          "mart.commission_approval", "commission.pool_share")  # fmt: skip
STATED = (*NEEDED, *REPORTS["commission_statement"].reads)
PLAN = {"credit": {"event": "cash_received", "to": "deal_team"}, "rate": {"flat_pct": 10}}


def troubled() -> Books:
    """E1 and E2 sell at 10 % of cash; every kind of mistake that data can hold is among it.

    E1 has no salary and a deal whose splits are 70 %; E2 has both a salary and a clean receipt; E3
    works in a role that no plan names; I4 is in a currency without a rate, N credits a draft, and
    R4 is allocated for more than came in.
    """
    books = Books()
    books.plan("rep", PLAN, requires_salary=True).person("D", "director")
    books.person("E1", "rep").person("E2", "rep").person("E3", "agent")
    books.add("salary", {"employee_id": "E2", "valid_from": "2026-01-01", "base_salary": 5000})
    books.add("opportunity", {
        "opportunity_id": "O", "owner_id": "E1", "outcome": "won", "stage": "negotiation",
        "created_at": "2026-09-01 09:00:00",
    })  # fmt: skip
    books.add("contract", {
        "contract_id": "C", "customer_id": "K", "owner_id": "E1", "type": "new", "net_amount": 1000,
        "opportunity_id": "O", "signed_at": "2026-10-01 09:00:00",
    })  # fmt: skip
    for split in ({"employee_id": "E1", "pct": 50}, {"employee_id": "E2", "pct": 20}):
        books.add("opportunity_split", {"opportunity_id": "O", "kind": "split", **split})
    books.invoice("I1", "E1", "2026-10-05", 1000, contract_id="C")
    books.cash("R1", "I1", "2026-10-20", 500)
    books.invoice("I2", "E2", "2026-10-05", 1000).cash("R2", "I2", "2026-10-20", 300)
    books.invoice("I3", "E3", "2026-10-05", 1000).cash("R3", "I3", "2026-10-20", 200)
    books.invoice("I4", "E2", "2026-10-05", 1000, currency="USD")
    books.invoice("I5", "E2", "2026-10-05", 1000, status="draft")
    books.invoice("N", "E2", "2026-10-06", 10, kind="credit_note", references_invoice_id="I5")
    books.invoice("I6", "E2", "2026-10-05", 1000).cash("R4", "I6", "2026-10-20", 100)
    books.add("receipt_allocation", {"receipt_id": "R4", "invoice_id": "I6", "amount": "0.01",
                                     "allocated_date": "2026-10-21"})  # fmt: skip
    for number, who in [("A1", "E1"), ("A2", ""), ("A3", "D")]:
        books.add("commission_adjustment", {
            "adjustment_id": number, "employee_id": "E1", "period": "2026-10", "amount": 50,
            "kind": "spiff", "reason": "launch", "approved_by": who,
        })  # fmt: skip
    return books.add("commission_dispute", {
        "dispute_id": "D1", "employee_id": "E1", "period": "2026-10", "status": "open",
        "reason": "R1 is mine", "opened_at": "2026-10-30 09:00:00", "opened_by": "E1",
    })  # fmt: skip


Amounts = dict[str, Decimal]


def checked(session: Session) -> None:
    """Run every check whose table was built."""
    there = {built.name for built in session.built}
    there |= {f"staging.{name}" for name in session.staged}
    for check in all_reconciliations():
        if set(check.inputs) & there and check.guards in there:
            steps.reconcile(session, check)
    session.write_findings()


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> tuple[str, Amounts]:
    """What stands against closing October, and what its lines earn by source."""
    root = tmp_path_factory.mktemp("troubled")
    troubled().write(root)
    for month in ("2026-10", "2026-09"):
        with xlsxwriter.Workbook(str(root / "data" / f"attain-approvals-{month}.xlsx")) as book:
            book.add_worksheet("Sheet1").write_row(0, 0, ["Approval no.", "Outcome"])
    with computed(root, "2026-10-31", NEEDED) as session:
        checked(session)
        reasons = refusals(session, [], "2026-10", END)
        reasons += refusals(session, [], "2026-11", END)[:1]
        earned = rows(session, "select coalesce(source_id, 'adjustment'), sum(amount) "
                      "from mart.commission_line where ledger = 'earned' group by all")  # fmt: skip
    return "\n".join(reasons), dict(earned)


@pytest.mark.parametrize(
    "reason",
    [
        "the month ends on 2026-11-30, after the day of the run 2026-10-31",
        "splits that do not add up to 100 %: the deal's owner was credited alone (1): "
        "opportunity_id O, pct 70",
        "E1 is paid by plan rep in 2026-10 and has no salary then",
        "people without a commission plan in the month (1): E3 (role agent) is named on 1 "
        "document of 2026-10 that plans pay for, and no plan pays them then",
        "adjustment A1 of 2026-10 names E1 as approver, who may not approve it",
        "data/attain-approvals-2026-10.xlsx cannot be read: has no sheet",
        "in quarantine, set it right first: data/commission_adjustment.csv line 3: approved_by is "
        "missing",
        "dispute D1 of E1 about 2026-10 is open, to be decided by 2026-11-09: R1 is mine",
        "data/receipt.csv line 5: receipt R4 of 100.00 is allocated for 100.01, 0.01 more than "
        "came in",
        "data/invoice.csv line 7: credit note N refers to invoice I5, which is a draft: nothing "
        "is owed that it could credit",
        "data/invoice.csv line 5: document I4 is in USD, which has no rate on 2026-10-05; no rate "
        "of it was exported",
    ],
    ids=["not ended", "splits", "no salary", "no plan", "approved by its payee", "unread form",
         "no approver",
         "dispute", "allocated twice", "credit of a draft", "no rate"],
)  # fmt: skip
def test_a_month_is_kept_open_by(found: tuple[str, Amounts], reason: str) -> None:
    assert reason in found[0]


@pytest.mark.parametrize(
    ("source", "amount"),
    [("R1", 50), ("R2", 30), ("R3", None), ("R4", 10), ("A1", 50), ("A2", None), ("A3", 50)],
    ids=["the owner alone of a deal without whole splits", "who has everything", "no plan",
         "the receipt", "an adjustment approved by its payee, until it is closed", "by nobody",
         "by who may"],
)  # fmt: skip
def test_meanwhile_what_is_whole_is_paid(
    found: tuple[str, Amounts], source: str, amount: int | None
) -> None:
    assert found[1].get(source) == amount


GAP = {"valid_to": "2026-08-31"}
TIERS = {"mode": "marginal", "tiers": [{"from": 0, "to": 100, "rate_pct": 1},
                                       {"from": 100, "rate_pct": 2}]}  # fmt: skip


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"tiers": [{"from": 0, "to": 100, "rate_pct": 1}, {"from": 90, "rate_pct": 2}]},
         "tiers overlap: 0–100 and 90–… share 90–100."),
        ({"tiers": [{"from": 0, "to": 100, "rate_pct": 1}, {"from": 110, "rate_pct": 2}]},
         "tiers leave a gap: nothing between 100 and 110"),
        ({"tiers": [{"from": 0, "to": 100, "rate_pct": 1}, {"from": 100, "rate_pct": 150}]},
         "a rate of 150 % looks like percent × 100"),
        (None, "nobody of role 'rep' has a plan from 2026-09-01 on"),
    ],
    ids=["overlapping tiers", "a gap between tiers", "a rate times 100", "a gap in time"],
)  # fmt: skip
def test_a_plan_that_cannot_be_paid_by_closes_nothing(
    tmp_path: Path, change: dict[str, object] | None, expected: str
) -> None:
    """The sentence comes before anything is computed, and from every command."""
    books = Books().person("E1", "rep")
    if change is None:
        books.plan("rep", PLAN, **GAP)
        first = books.plans.pop("rep")
        books.plan("rep", PLAN, since="2026-10-01", version=2)
        books.plans["rep_before"] = first
    else:
        books.plan("rep", {**PLAN, "rate": {**TIERS, **change}})
    books.write(tmp_path)
    written_at(tmp_path / "data", dt.datetime(2026, 11, 1))
    with pytest.raises(UserError, match=expected) as error:
        close_period(open_workspace(tmp_path), "2026-10", END, dt.datetime(2026, 11, 1), "Li")
    assert error.value.exit_code == 2
    assert error.value.message.startswith(f"{tmp_path}/policy/commission/rep.yaml line ")
    assert not (tmp_path / "ledger").exists()


def test_a_month_paid_wrongly_after_it_was_closed_keeps_the_next_one_open(tmp_path: Path) -> None:
    """Until the difference is corrected, or accepted by name."""
    books = Books().plan("rep", PLAN).person("D", "director").person("E1", "rep")
    books.person("E2", "rep").invoice("I1", "E1", "2026-08-05", 1000)
    books.cash("R1", "I1", "2026-08-20", 500).write(tmp_path)
    with computed(tmp_path, "2026-08-31", STATED) as session:
        checked(session)
        ledger = Ledger(open_workspace(tmp_path).ledger)
        assert refusals(session, [], "2026-08", dt.date(2026, 8, 31)) == []
        freeze(session, ledger, "2026-08", dt.datetime(2026, 9, 1), "Li")
    for who, amount in [("E1", 40), ("E2", 10)]:
        books.add("payroll_commission", {
            "employee_id": who, "period": "2026-08", "paid_amount": amount,
            "paid_date": "2026-09-10",
        })  # fmt: skip
    books.write(tmp_path)
    september = dt.date(2026, 9, 30)
    with computed(tmp_path, "2026-09-30", STATED) as session:
        checked(session)
        (reason,) = refusals(session, ledger.periods(), "2026-09", september)
    assert "2 differences are unexplained, 20.00 in all" in reason
    assert "2026-08 statement_to_payroll E1 -10.00; 2026-08 statement_to_payroll E2 10.00" in reason
    for who, amount in [("E1", -10), ("E2", 10)]:
        books.add("commission_approval", {
            "approval_id": who, "kind": "difference", "period": "2026-08", "key": who,
            "amount": amount, "status": "approved", "reason": "set right in October",
            "approved_by": "D", "approved_at": "2026-09-30 09:00:00",
        })  # fmt: skip
    books.write(tmp_path)
    with computed(tmp_path, "2026-09-30", STATED) as session:
        checked(session)
        assert refusals(session, ledger.periods(), "2026-09", september) == []


def test_a_month_without_any_plan_is_not_closed(tmp_path: Path) -> None:
    books = Books().person("E1", "rep").person("D", "director")
    books.invoice("I1", "E1", "2026-10-05", 1000)
    books.write(tmp_path / "ws")
    with computed(tmp_path / "ws", END.isoformat(), NEEDED) as session:
        checked(session)
        assert (
            "there is no commission plan, so nobody would be paid for it: write one below "
            "policy/commission"
        ) in refusals(session, [], "2026-10", END)


def test_a_month_is_not_closed_over_nothing(tmp_path: Path) -> None:
    """A month cannot be opened again: what is exported later would be a correction."""
    books = Books().plan(
        "rep", {"credit": {"event": "cash_received", "to": "owner"}, "rate": {"flat_pct": 10}}
    )
    books.tables.clear()
    books.write(tmp_path / "ws")
    with computed(tmp_path / "ws", END.isoformat(), NEEDED) as session:
        checked(session)
        assert ("no export was read, so nobody would be paid for it: see attain check") in refusals(
            session, [], "2026-10", END
        )
