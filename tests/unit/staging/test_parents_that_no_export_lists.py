"""One export alone is read: whom and what it names is made, and said to be."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipelines.checks.made import made_finding
from pipelines.sources.contract import canonical_tables
from pipelines.staging.made import can_be_made
from tests.support.exports import NEXT_MONDAY, Exports

RECEIPT = "receipt_id,customer_id,received_date,amount"
PEOPLE = ("customer", "employee", "product")


@pytest.fixture
def exports(tmp_path: Path) -> Exports:
    return Exports(tmp_path)


def receipts(exports: Exports, *customers: str) -> None:
    rows = [f"R{n},{key},2026-01-05,10" for n, key in enumerate(customers)]
    exports.put("canonical/receipt.csv", RECEIPT, *rows)


def test_customers_people_and_products_can_be_made_and_nothing_else() -> None:
    made = {name for name, table in canonical_tables().items() if can_be_made(table)}
    assert made == set(PEOPLE)


def test_receipts_alone_make_their_customers_once(exports: Exports) -> None:
    receipts(exports, "K2", "K1", "K2")
    account = exports.stage("receipt", unlisted=PEOPLE)
    assert (account.accepted, account.quarantined, account.balanced) == (3, 0, True)
    assert exports.rows("customer", "customer_id", "name", "segment", "_load") == [
        ("K1", "K1", None, None), ("K2", "K2", None, None),
    ]  # fmt: skip


def test_what_was_made_is_counted_and_listed(exports: Exports) -> None:
    receipts(exports, *(f"K{n}" for n in range(5)))
    exports.stage("receipt", unlisted=PEOPLE)
    [found] = made_finding(exports.warehouse, canonical_tables()["customer"])
    assert found.en.startswith(
        "no export lists customer: made from the ids that other exports name: 5 (K0, K1, K2 …)"
    )
    assert (found.severity, found.offenders) == ("warn", 5)
    assert [row["customer_id"] for row in found.evidence] == ["K0", "K1", "K2", "K3", "K4"]


def test_nothing_is_said_where_nothing_was_made(exports: Exports) -> None:
    exports.put("canonical/customer.csv", "customer_id,name", "K1,A")
    exports.stage("customer")
    assert made_finding(exports.warehouse, canonical_tables()["customer"]) == []


def test_the_first_export_of_customers_alone_says_who_there_is(exports: Exports) -> None:
    receipts(exports, "K1", "K2")
    exports.stage("receipt", unlisted=PEOPLE)
    exports.put("canonical/customer.csv", "customer_id,name", "K1,Alpha")
    account = exports.stage("receipt", at=NEXT_MONDAY, unlisted=("employee", "product"))
    assert exports.rows("customer", "customer_id", "name") == [("K1", "Alpha")]
    assert (account.accepted, account.quarantined) == (1, 1)
    assert exports.faults() == [(3, "customer_id.unknown_reference", "K2")]


def test_owners_that_are_only_remarked_on_are_made_too(exports: Exports) -> None:
    exports.put("canonical/opportunity.csv", "opportunity_id,owner_id,customer_id,created_at,stage",
                "O1,E1,K1,2026-01-05,lead")  # fmt: skip
    exports.stage("opportunity", unlisted=PEOPLE)
    assert exports.rows("employee", "name") == [("E1",)]
    assert exports.rows("customer", "name") == [("K1",)]


def test_activities_alone_may_name_deals_that_no_export_lists(exports: Exports) -> None:
    exports.put("canonical/activity.csv", "activity_id,type,occurred_at,employee_id,opportunity_id",
                "A1,call,2026-01-05,E1,O1")  # fmt: skip
    account = exports.stage("activity", unlisted=(*PEOPLE, "opportunity"))
    assert (account.accepted, account.quarantined) == (1, 0)


def test_a_row_that_must_name_what_cannot_be_made_is_held(exports: Exports) -> None:
    exports.put("canonical/quote.csv", "quote_id,opportunity_id", "Q1,O1")
    account = exports.stage("quote", unlisted=(*PEOPLE, "opportunity"))
    assert exports.faults() == [(2, "opportunity_id.unknown_reference", "O1")]
    assert account.balanced


def test_new_receipts_bring_new_customers(exports: Exports) -> None:
    receipts(exports, "K1")
    exports.stage("receipt", unlisted=PEOPLE)
    receipts(exports, "K1", "K3")
    exports.stage("receipt", at=NEXT_MONDAY, unlisted=PEOPLE)
    assert exports.rows("customer", "customer_id") == [("K1",), ("K3",)]
