"""What finance sees once months are closed and differences accepted; the sample has neither."""

from __future__ import annotations

from collections import namedtuple
from datetime import date, datetime
from decimal import Decimal as D
from types import SimpleNamespace
from typing import Any

from pipelines.reporting.finance import close as section_close
from pipelines.reporting.finance import differences as section_differences
from pipelines.reporting.language.speaker import speaker
from pipelines.reporting.model.values import verbatim
from tests.support.pages.reading import column, total


def row(**values: Any) -> Any:
    return namedtuple("Row", values)(**values)


def context(**queries: list[Any]) -> Any:
    queries = {"commission_close": [row(unexplained_blocks=True, disputes_block=True)], **queries}
    return SimpleNamespace(
        rows=queries.__getitem__, person=verbatim, as_of=date(2026, 11, 15), lacks=lambda *_: None
    )


def said(text: Any, language: str = "en") -> str:
    return speaker(language, "CNY", 2026).text(text)


def difference(amount: str, approved_by: str | None = None) -> Any:
    return row(
        period="2026-09", kind="statement_to_payroll", key="E1", expected=D(0), actual=D(amount),
        difference=D(amount), approved_by=approved_by, is_unexplained=approved_by is None,
    )  # fmt: skip


def compared(n: int, amount: str) -> Any:
    return row(kind="statement_to_payroll", reason_code="unexplained", unexplained=n,
               unexplained_amount=D(amount))  # fmt: skip


def test_two_unexplained_cents_of_opposite_sign_do_not_cancel() -> None:
    shown = section_differences.remainder_section(
        context(
            commission_comparisons=[compared(2, "0.02")],
            commission_remainder=[difference("0.01"), difference("-0.01")],
        )
    )
    assert shown.message.params["amount"].amount == D("0.02")
    assert shown.notice is not None
    assert shown.notice.severity == "warning"


def test_an_accepted_difference_names_who_accepted_it_and_keeps_nothing_open() -> None:
    shown = section_differences.remainder_section(
        context(
            commission_comparisons=[compared(0, "0")],
            commission_remainder=[difference("-100.00", approved_by="Li Na")],
        )
    )
    assert said(shown.message) == "Every difference has a reason"
    assert shown.notice is None
    assert said(shown.note[0]) == "1 difference of ¥100.00 was accepted by Li Na."
    assert [cell.text for cell in column(shown, "accepted_by")] == ["Li Na"]


def test_corrections_stand_by_cause_with_the_months_they_correct() -> None:
    posted = [
        row(posted_period="2026-11", cause="receipt_late", lines=3, payees=2,
            first_period="2026-08", last_period="2026-10",
            earned=D("30.00"), payable=D("27.00"), paid=D(0)),
        row(posted_period="2026-11", cause="plan_changed", lines=1, payees=1,
            first_period="2026-10", last_period="2026-10",
            earned=D("-5.00"), payable=D("-5.00"), paid=D(0)),
    ]  # fmt: skip
    shown = section_close.corrections_section(context(commission_corrections=posted))
    assert total(shown, "earned").amount == D("25.00")
    assert [said(cell) for cell in column(shown, "cause")] == [
        "the receipt came late", "the plan was changed",
    ]  # fmt: skip
    assert said(shown.message).startswith("4 lines in November 2026 correct closed months")


def test_a_closed_month_shows_when_by_whom_and_the_beginning_of_its_seal() -> None:
    closed = row(period="2026-10", number=1, closed_at=datetime(2026, 11, 10, 9), closed_by="Li Na",
                 as_of_date=date(2026, 11, 9), line_count=412, seal="ab" * 32)  # fmt: skip
    shown = section_close.closed_section(context(closed_periods=[closed]))
    assert said(shown.message) == "1 month is closed: October 2026"
    assert [cell.text for cell in column(shown, "closed_by")] == ["Li Na"]
    assert [cell.text for cell in column(shown, "seal")] == ["ab" * 6]


def test_an_approval_of_somebody_whose_role_may_not_give_it_is_marked() -> None:
    asked = {"kind": "difference", "period": "2026-10", "key": "E1", "amount": None,
             "reason": "agreed", "asked_by": None, "deadline_date": None}  # fmt: skip
    shown = section_close.approvals_section(
        context(
            open_approvals=[
                row(approval_id="A1", status="asked", approved_by=None, **asked),
                row(approval_id="A2", status="approved", approved_by="E9", **asked),
            ]
        )
    )
    assert [said(cell) for cell in column(shown, "state")] == ["waiting", "does not count"]
    assert said(shown.message) == "1 waiting, 1 given that do not count"
    assert said(shown.message, "zh") == "1 项待审批，1 项审批无效"


def test_a_month_in_which_the_ledger_differs_is_named() -> None:
    def month(period: str, booked: str) -> Any:
        off = D(booked) - D(100)
        return row(
            period=period, expense=D(100), liability=D(100), gl_expense=D(booked),
            gl_liability=D(100), expense_difference=off, liability_difference=D(0),
        )  # fmt: skip

    shown = section_close.accrual_section(
        context(commission_accruals=[month("2026-10", "100"), month("2026-09", "99.99")])
    )
    assert said(shown.message) == "The general ledger differs in 1 month, September 2026"
    assert shown.table_open
    assert [cell.amount for cell in column(shown, "expense_off")] == [0, D("-0.01")]
