"""Worked receivables cases of other systems and vendors, each with its source.

From canonical files through landing, staging and models to the published tables. Where sources
disagree, both results are reached by a setting of `policy/receivables.yaml`.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from decimal import Decimal as D
from pathlib import Path
from typing import Any

import pytest
from canonical import Published, Row, published

MART = ("item", "ageing", "metric", "loss_rate", "revaluation")
Books = Callable[..., list[Row]]


@pytest.fixture
def workspace(tmp_path: Path) -> Published:
    return published(tmp_path / "ws", *(f"mart.receivable_{name}" for name in MART))


@pytest.fixture
def items(workspace: Published) -> Books:
    """Open items of customer K on a day, from its files."""

    def opened(as_of: str, **tables: Sequence[Row]) -> list[Row]:
        workspace.files(customer=[{"customer_id": "K", "name": "K"}], **tables)
        (rows,) = workspace.run(
            as_of, "select * from mart.receivable_item order by invoice_id, instalment_seq"
        )
        return rows

    return opened


@pytest.fixture
def company(workspace: Published) -> Callable[..., tuple[Row, list[Row]]]:
    """The company's figures and its loss rates on a day."""

    def measured(as_of: str, **tables: Sequence[Row]) -> tuple[Row, list[Row]]:
        workspace.files(customer=[{"customer_id": "K", "name": "K"}], **tables)
        metric, matrix = workspace.run(
            as_of,
            f"select * from mart.receivable_metric where scope_kind = 'company' "
            f"and as_of_date = date '{as_of}'",
            f"select * from mart.receivable_loss_rate where as_of_date = date '{as_of}' "
            "order by bucket_order",
        )
        return metric[0], matrix

    return measured


def invoice(number: str, date: str, gross: object, due: str = "", **more: Any) -> Row:
    return {"invoice_id": number, "kind": "invoice", "customer_id": "K", "invoice_date": date,
            "due_date": due, "net_amount": gross, "gross_amount": gross, "status": "posted",
            **more}  # fmt: skip


def note(number: str, date: str, gross: object, of: str = "") -> Row:
    return invoice(number, date, gross, kind="credit_note", references_invoice_id=of)


def receipt(number: str, date: str, amount: object) -> Row:
    return {
        "receipt_id": number, "customer_id": "K", "received_date": date, "amount": amount
    }  # fmt: skip


def allocation(number: str, against: str, date: str, amount: object) -> Row:
    return {"receipt_id": number, "invoice_id": against, "allocated_date": date, "amount": amount}


def paid(*entries: tuple[str, str, str, object]) -> dict[str, list[Row]]:
    """Receipts allocated in whole on their day: number, invoice, date, amount."""
    return {
        "receipt": [receipt(number, date, amount) for number, _, date, amount in entries],
        "receipt_allocation": [allocation(*entry) for entry in entries],
    }


def terms(number: str, *parts: tuple[str, int]) -> list[Row]:
    return [
        {"invoice_id": number, "seq": seq, "due_date": due, "amount": amount}
        for seq, (due, amount) in enumerate(parts, 1)
    ]


def buckets(*starts: int | None, rate: str = "0.1") -> list[dict[str, Any]]:
    """Buckets named after the day they begin with."""
    return [
        {"id": "none" if start is None else f"from_{start}", "label": {"zh": "档", "en": "bucket"},
         **({} if start is None else {"from_day": start}), "loss_rate": float(rate)}
        for start in starts
    ]  # fmt: skip


def opened(rows: Sequence[Row]) -> list[tuple[Any, ...]]:
    return [(row["invoice_id"], row["instalment_seq"], row["open_amount"]) for row in rows]


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
