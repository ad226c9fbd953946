"""Repeated keys, newer loads over older ones, rows that name an unknown parent."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

from tests.support.exports import NEXT_MONDAY, Exports

CUSTOMER = "customer_id,name,credit_limit"
RECEIPT = "receipt_id,customer_id,received_date,amount"


@pytest.fixture
def exports(tmp_path: Path) -> Exports:
    return Exports(tmp_path)


def test_of_rows_with_one_key_the_first_stays_and_the_others_are_faults(exports: Exports) -> None:
    exports.put("canonical/customer.csv", CUSTOMER, "K1,甲,1", "K2,乙,2", "K1,丙,4", "K1,丁,8")
    account = exports.stage("customer")
    assert exports.rows("customer", "customer_id", "name") == [("K1", "甲"), ("K2", "乙")]
    assert exports.faults() == [(4, "duplicate_key", "K1"), (5, "duplicate_key", "K1")]
    assert (account.amount_accepted, account.amount_quarantined) == (3, 12)


def test_a_key_of_several_columns_is_shown_whole(exports: Exports) -> None:
    exports.put("canonical/fx_rate.csv", "currency,rate_date,rate_to_base",
                "USD,2026-01-05,7.1", "USD,2026-01-06,7.2", "USD,2026/1/5,7.3")  # fmt: skip
    exports.stage("fx_rate")
    assert exports.faults() == [(4, "duplicate_key", "USD | 2026-01-05")]


def test_keys_are_compared_as_values_not_as_texts(exports: Exports) -> None:
    """`2026/1/5` and `2026-01-05` are one day; `k1` and `K1` are two customers."""
    exports.put("canonical/customer.csv", CUSTOMER, "K1,甲,", "k1,乙,")
    assert exports.stage("customer").accepted == 2


def test_a_row_that_breaks_a_rule_does_not_take_the_key_of_a_good_one(exports: Exports) -> None:
    exports.put("canonical/customer.csv", CUSTOMER, "K1,甲,much", "K1,甲,5")
    exports.stage("customer")
    assert exports.rows("customer", "credit_limit") == [(5,)]
    assert exports.faults() == [(2, "credit_limit.not_a_number", "much")]


def test_of_two_files_of_one_moment_the_later_name_holds(exports: Exports) -> None:
    """The other row was no fault: it counts as accepted, and the account still adds up."""
    exports.put("canonical/customer_a.csv", CUSTOMER, "K1,甲,1", "K2,乙,2")
    exports.put("canonical/customer_b.csv", CUSTOMER, "K1,甲甲,4", "K3,丙,8")
    account = exports.stage("customer")
    assert sorted(exports.rows("customer", "customer_id", "name")) == [
        ("K1", "甲甲"), ("K2", "乙"), ("K3", "丙"),
    ]  # fmt: skip
    assert exports.faults() == []
    assert account.balanced
    assert (account.landed, account.accepted, account.quarantined) == (4, 4, 0)
    assert account.amount_accepted == Decimal(15)


def test_a_newer_load_that_repeats_its_own_key_is_at_fault_only_for_that(exports: Exports) -> None:
    exports.put("canonical/customer_1.csv", CUSTOMER, "K1,甲,1", "K1,乙,2")
    exports.put("canonical/customer_2.csv", CUSTOMER, "K1,丙,4", "K1,丁,8")
    account = exports.stage("customer")
    assert exports.rows("customer", "name") == [("丙",)]
    assert exports.faults("file", "line", "rule_id") == [
        ("canonical/customer_2.csv", 3, "duplicate_key")
    ]
    assert account.balanced


def test_a_faulty_newer_row_leaves_the_older_one_in_force(exports: Exports) -> None:
    exports.put("canonical/customer_1.csv", CUSTOMER, "K1,甲,1")
    exports.put("canonical/customer_2.csv", CUSTOMER, "K1,甲,much")
    account = exports.stage("customer")
    assert exports.rows("customer", "credit_limit") == [(1,)]
    assert account.balanced


def test_a_row_that_names_an_unknown_parent_is_quarantined(exports: Exports) -> None:
    exports.put("canonical/customer.csv", CUSTOMER, "K1,甲,")
    exports.put("canonical/receipt.csv", RECEIPT, "R1,K1,2026-01-05,10", "R2,K404,2026-01-05,20")
    account = exports.stage("receipt")
    assert exports.rows("receipt", "receipt_id") == [("R1",)]
    assert exports.faults() == [(3, "customer_id.unknown_reference", "K404")]
    assert (account.amount_accepted, account.amount_quarantined) == (10, 20)
    assert account.balanced


def test_what_hangs_on_a_quarantined_row_is_quarantined_with_it(exports: Exports) -> None:
    """And comes back with it, though its own export did not change."""
    exports.put("canonical/customer.csv", CUSTOMER, "K1,甲,much")
    exports.put("canonical/receipt.csv", RECEIPT, "R1,K1,2026-01-05,10")
    assert exports.stage("receipt").accepted == 0
    exports.put("canonical/customer.csv", CUSTOMER, "K1,甲,5")
    account = exports.stage("receipt", at=NEXT_MONDAY)
    assert account.changed
    assert account.accepted == 1
    assert exports.faults() == []


def test_an_empty_reference_is_no_unknown_one(exports: Exports) -> None:
    exports.put("canonical/activity.csv", "activity_id,type,occurred_at,employee_id,opportunity_id",
                "A1,call,2026-01-05,E1,", "A2,call,2026-01-05,E1,O404")  # fmt: skip
    exports.stage("activity")
    assert exports.rows("activity", "activity_id") == [("A1",)]


def test_a_reference_that_only_warns_keeps_the_row(exports: Exports) -> None:
    exports.put("canonical/customer.csv", "customer_id,name,owner_id", "K1,甲,E404")
    assert exports.stage("customer").accepted == 1


def test_a_row_with_two_unknown_parents_counts_once(exports: Exports) -> None:
    exports.put("canonical/receipt_allocation.csv", "receipt_id,invoice_id,allocated_date,amount",
                "R404,I404,2026-01-05,10")  # fmt: skip
    account = exports.stage("receipt_allocation")
    assert [rule for _, rule, _ in exports.faults()] == ["receipt_id.unknown_reference"]
    assert (account.quarantined, account.amount_quarantined) == (1, 10)
    assert account.balanced


INVOICE = "invoice_id,kind,customer_id,invoice_date,net_amount,gross_amount"
ALLOCATION = "receipt_id,invoice_id,allocated_date,amount"


@pytest.mark.parametrize(
    ("header", "rows", "kept", "refused"),
    [
        # without lines a repeated row is a duplicate, whatever it says
        ("", ["600", "600", "400"], [("600.0000", 0)], 2),
        # the instalment tells two allocations of one day apart
        (",instalment_seq", ["600,1", "400,2", "400,2"], [("600.0000", 1), ("400.0000", 2)], 1),
        # the line does so before the instalment
        (",instalment_seq,line_no", ["60,1,1", "40,1,2", "40,1,2"],
         [("60.0000", 1), ("40.0000", 2)], 1),
    ],
)  # fmt: skip
def test_lines_of_one_receipt_on_one_invoice_and_day_are_several_allocations(
    exports: Exports,
    header: str,
    rows: list[str],
    kept: list[tuple[str, int]],
    refused: int,
) -> None:
    exports.put("canonical/receipt.csv", RECEIPT, "R1,K1,2026-10-05,1000")
    exports.put("canonical/invoice.csv", INVOICE, "I1,invoice,K1,2026-10-01,1000,1000")
    exports.put("canonical/receipt_allocation.csv", ALLOCATION + header,
                *(f"R1,I1,2026-10-05,{row}" for row in rows))  # fmt: skip
    exports.put("canonical/customer.csv", CUSTOMER, "K1,甲,1")
    for table in ("customer", "receipt", "invoice", "receipt_allocation"):
        exports.stage(table)
    found = exports.rows("receipt_allocation", "amount", "line_no")
    assert [(str(amount), line) for amount, line in found] == kept
    assert [rule for _, rule, _ in exports.faults()] == ["duplicate_key"] * refused


def test_a_line_that_is_no_number_is_refused_and_not_taken_for_none(exports: Exports) -> None:
    exports.put("canonical/receipt.csv", RECEIPT, "R1,K1,2026-10-05,1000")
    exports.put("canonical/invoice.csv", INVOICE, "I1,invoice,K1,2026-10-01,1000,1000")
    exports.put("canonical/receipt_allocation.csv", ALLOCATION + ",line_no",
                "R1,I1,2026-10-05,600,first")  # fmt: skip
    exports.put("canonical/customer.csv", CUSTOMER, "K1,甲,1")
    for table in ("customer", "receipt", "invoice", "receipt_allocation"):
        exports.stage(table)
    assert exports.rows("receipt_allocation", "amount") == []
    assert exports.faults() == [(2, "line_no.not_a_number", "first")]
