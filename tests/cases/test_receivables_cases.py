"""Worked receivables cases of other systems and vendors, each with its source.

From canonical files through landing, staging and models to the published tables. Where sources
disagree, both results are reached by a setting of `policy/receivables.yaml`.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from decimal import Decimal as D
from typing import Any

import pytest

from tests.support.cases.canonical import Published, Row
from tests.support.cases.receivable_files import (
    Books,
    allocation,
    buckets,
    invoice,
    note,
    opened,
    paid,
    receipt,
    terms,
)


def test_ar_01_instalments_are_paid_earliest_due_first(items: Books) -> None:
    """frappe/erpnext test_accounts_receivable.py, test_accounts_receivable_with_payment."""
    rows = items(
        "2025-06-30",
        invoice=[invoice("I1", "2025-06-30", 100)],
        invoice_instalment=terms("I1", ("2025-07-30", 30), ("2025-08-29", 50), ("2025-09-28", 20)),
        **paid(("R1", "I1", "2025-06-30", 40)),
    )
    assert opened(rows) == [("I1", 2, 40), ("I1", 3, 20)]
    assert {row["bucket"] for row in rows} == {"not_due"}


@pytest.mark.parametrize(
    ("setting", "expected"),
    [
        ("keep_open", [("C1", 1, -100), ("I1", 1, 60)]),
        ("apply_when_it_fits", [("C1", 1, -100), ("I1", 1, 60)]),
        ("apply_up_to_balance", [("C1", 1, -40)]),
    ],
)
def test_ar_02_a_credit_note_larger_than_the_balance(
    workspace: Published, items: Books, setting: str, expected: list[tuple[Any, ...]]
) -> None:
    """frappe/erpnext test_accounts_receivable.py, test_cr_note_flag_to_update_self: kept open.

    Systems that set the note off against what is left reach the same net by another setting.
    """
    workspace.policy("receivables.yaml", credit_notes=setting)
    rows = items(
        "2025-06-30",
        invoice=[invoice("I1", "2025-06-29", 100), note("C1", "2025-06-30", 100, "I1")],
        **paid(("R1", "I1", "2025-06-29", 40)),
    )
    assert opened(rows) == expected
    assert sum(row["open_amount"] for row in rows) == -40


@pytest.mark.parametrize("setting", ["apply_when_it_fits", "apply_up_to_balance"])
def test_ar_04_receipt_then_credit_note_across_instalments(
    workspace: Published, items: Books, setting: str
) -> None:
    """frappe/erpnext test_accounts_receivable.py, test_accounts_receivable_with_partial_payment."""
    workspace.policy("receivables.yaml", credit_notes=setting)
    own = invoice("I1", "2025-06-01", 200)
    given: dict[str, Sequence[Row]] = {
        "invoice_instalment": terms(
            "I1", ("2025-07-01", 60), ("2025-08-01", 100), ("2025-09-01", 40)
        ),
        **paid(("R1", "I1", "2025-06-10", 40)),
    }
    rows = items("2025-06-15", invoice=[own], **given)
    assert opened(rows) == [("I1", 1, 20), ("I1", 2, 100), ("I1", 3, 40)]
    rows = items("2025-06-15", invoice=[own, note("C1", "2025-06-12", 100, "I1")], **given)
    assert opened(rows) == [("I1", 2, 20), ("I1", 3, 40)]


def test_ar_05_cash_against_an_order_without_an_invoice(items: Books) -> None:
    """frappe/erpnext test_accounts_receivable.py: payment against a sales order."""
    rows = items(
        "2025-06-30",
        sales_order=[{"order_id": "O", "customer_id": "K", "order_date": "2025-06-01"}],
        receipt=[receipt("R1", "2025-06-30", 1000)],
    )
    assert [(r["item_kind"], r["open_amount"]) for r in rows] == [("receipt", -1000)]


@pytest.mark.parametrize(
    ("setting", "expected"),
    [
        ("invoice_rate", [("invoice", 100, 8000)]),
        ("closing_rate", [("invoice", 100, 8000), ("invoice_revaluation", 0, 500)]),
    ],
)
def test_ar_06_a_foreign_invoice_and_its_revaluation(
    workspace: Published, items: Books, setting: str, expected: list[tuple[Any, ...]]
) -> None:
    """frappe/erpnext test_accounts_receivable.py: 100 at 80 is 8,000; at 85 it is 8,500."""
    workspace.policy("receivables.yaml", foreign_currency=setting)
    rows = items(
        "2025-06-30",
        invoice=[invoice("I1", "2025-06-02", 100, currency="USD")],
        fx_rate=[
            {"currency": "USD", "rate_date": "2025-06-01", "rate_to_base": 80},
            {"currency": "USD", "rate_date": "2025-06-30", "rate_to_base": 85},
        ],
    )
    found = sorted((r["item_kind"], r["open_amount"], r["open_amount_base"]) for r in rows)
    assert found == expected


def test_ar_10_a_later_receipt_is_shown_and_does_not_reduce_the_balance(items: Books) -> None:
    """frappe/erpnext test_accounts_receivable.py, test_future_payments."""
    rows = items(
        "2025-06-30",
        invoice=[invoice("I1", "2025-06-30", 100), note("N1", "2025-06-30", 10)],
        receipt=[receipt("R1", "2025-07-01", 80)],
        receipt_allocation=[
            allocation("R1", "I1", "2025-07-01", 90), allocation("R1", "N1", "2025-07-01", -10),
        ],
    )  # fmt: skip
    found = [(r["invoice_id"], r["open_amount"], r["received_since"]) for r in rows]
    assert found == [("I1", 100, 90), ("N1", -10, -10)]
    assert [r["open_amount"] - r["received_since"] for r in rows] == [10, 0]


def test_ar_14_one_cent_is_still_a_balance(items: Books) -> None:
    """frappe/erpnext test_accounts_receivable.py: older releases dropped it."""
    rows = items(
        "2025-06-30",
        invoice=[invoice("I1", "2025-06-01", 100)],
        **paid(("R1", "I1", "2025-06-02", "99.99")),
    )
    assert opened(rows) == [("I1", 1, D("0.01"))]


def test_ar_15_an_advance_lowers_the_exposure_and_its_bucket(
    workspace: Published, items: Books
) -> None:
    """frappe/erpnext test_accounts_receivable_summary.py: 200 less an advance of 50, then 125.

    There items without a due date age by their document's date and due today is in the first
    bucket; both are settings.
    """
    workspace.policy(
        "receivables.yaml",
        buckets=buckets(None, 0, 31),
        ageing={"no_due_date": "document_date"},
    )
    given = {
        "invoice": [invoice("I1", "2025-06-30", 200, "2025-06-30")],
        "receipt": [receipt("A", "2025-06-30", 50)],
    }
    rows = items("2025-06-30", **given)
    assert [(r["bucket"], r["open_amount"]) for r in rows] == [("from_0", -50), ("from_0", 200)]
    given["receipt"].append(receipt("R", "2025-06-30", 125))
    rows = items(
        "2025-06-30", **given, receipt_allocation=[allocation("R", "I1", "2025-06-30", 125)]
    )
    assert {r["bucket"] for r in rows} == {"from_0"}
    assert sum(r["open_amount"] for r in rows) == 25


def test_ar_20_a_part_paid_invoice_stays_in_one_bucket(items: Books) -> None:
    """odoo/odoo PR 16235: 5,500 open, 35 days past due, bucket 31–60."""
    rows = items(
        "2017-04-04",
        invoice=[invoice("I1", "2016-11-30", 10000, "2017-02-28")],
        **paid(
            ("R1", "I1", "2016-11-09", 1500),
            ("R2", "I1", "2016-11-30", 1000),
            ("R3", "I1", "2017-01-30", 2000),
        ),
    )
    assert [(r["open_amount"], r["days_past_due"], r["bucket"]) for r in rows] == [
        (5500, 35, "d31_60")
    ]


@pytest.mark.parametrize(
    ("as_of", "expected"), [("2020-05-31", [100]), ("2020-06-29", [100]), ("2020-06-30", [])]
)
def test_ar_22_an_invoice_paid_after_the_cut_off_is_open_at_it(
    items: Books, as_of: str, expected: list[int]
) -> None:
    """OCA/account-financial-reporting issue 707."""
    rows = items(
        as_of,
        invoice=[invoice("I1", "2020-04-30", 100)],
        **paid(("R1", "I1", "2020-06-30", 100)),
    )
    assert [row["open_amount"] for row in rows] == expected


def test_ar_25_an_advance_with_instalments_never_goes_negative(items: Books) -> None:
    """frappe/erpnext PR 36574: 15,000 advance on 30,000, terms on the rest, 8,500 received."""
    rows = items(
        "2023-08-10",
        invoice=[invoice("I1", "2023-06-01", 30000, "2023-06-01")],
        invoice_instalment=terms("I1", ("2023-07-01", 7500), ("2023-08-01", 7500)),
        **paid(("R1", "I1", "2023-06-01", 15000), ("R2", "I1", "2023-07-15", 8500)),
    )
    assert opened(rows) == [("I1", 2, 6500)]


DAYS = (-1, 0, 1, 30, 31, 60, 61, 90, 91, 120, 121)


@pytest.mark.parametrize(
    ("first", "expected"),
    [
        (1, "none none from_1 from_1 from_31 from_31 from_61 from_61 from_91 from_91 from_121"),
        (0, "none from_0 from_0 from_0 from_31 from_31 from_61 from_61 from_91 from_91 from_121"),
    ],
    ids=["oca", "erpnext"],
)
def test_ar_27_bucket_edges_in_both_conventions(
    workspace: Published, items: Books, first: int, expected: str
) -> None:
    """OCA aged_partner_balance.py (17.0) and frappe/erpnext accounts_receivable.py (00166602a).

    In ERPNext what is not yet due is in no bucket, so that buckets do not add up; here it is in
    the first in both conventions.
    """
    workspace.policy("receivables.yaml", buckets=buckets(None, first, 31, 61, 91, 121))
    as_of = dt.date(2026, 6, 30)
    rows = items(
        as_of.isoformat(),
        invoice=[
            invoice(f"I{place:02}", "2025-01-01", 1, (as_of - dt.timedelta(days=days)).isoformat())
            for place, days in enumerate(DAYS)
        ],
    )
    assert [row["bucket"] for row in rows] == expected.split()
    assert [row["is_overdue"] for row in rows] == [days > 0 for days in DAYS]


@pytest.mark.parametrize(
    ("ageing", "bucket", "overdue"),
    [
        ({"no_due_date": "not_due"}, "not_due", False),
        ({"no_due_date": "document_date"}, "d31_60", True),
        ({"by": "document_date", "no_due_date": "not_due"}, "d31_60", False),
    ],
    ids=["oca", "erpnext", "aged by document"],
)
def test_ar_28_a_document_without_a_due_date(
    workspace: Published, items: Books, ageing: dict[str, str], bucket: str, overdue: bool
) -> None:
    """OCA: current; frappe/erpnext: by posting date. The total does not depend on the basis."""
    workspace.policy("receivables.yaml", ageing=ageing)
    rows = items("2026-06-30", invoice=[invoice("I1", "2026-05-16", 100)])
    assert [(r["bucket"], r["is_overdue"], r["open_amount"]) for r in rows] == [
        (bucket, overdue, 100)
    ]
