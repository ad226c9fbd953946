"""Accounts that were merged: whatever names the old one belongs to the one it became."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.exports import NEXT_MONDAY, Exports

MERGE = "from_id,into_id,merged_at"
RECEIPT = "receipt_id,customer_id,received_date,amount"


@pytest.fixture
def exports(tmp_path: Path) -> Exports:
    found = Exports(tmp_path)
    found.put("canonical/customer.csv", "customer_id,name", "K1,甲", "K9,乙")
    return found.put("canonical/receipt.csv", RECEIPT,
                     *(f"R{n},K{n},2026-01-0{n},{n}" for n in (1, 2, 3)))  # fmt: skip


def payers(exports: Exports) -> list[str]:
    return [key for (key,) in exports.rows("receipt", "customer_id")]


def test_the_past_of_a_merged_account_is_that_of_its_successor(exports: Exports) -> None:
    exports.put("canonical/customer_merge.csv", MERGE, "K2,K1,2026-05-01", "K3,K9,")
    account = exports.stage("customer_merge", "receipt")
    assert payers(exports) == ["K1", "K1", "K9"]
    assert (account.accepted, account.quarantined, account.balanced) == (3, 0, True)


def test_a_chain_of_merges_is_followed_to_its_end(exports: Exports) -> None:
    """No list holds K3 and K4 any more; what K2 became is at the end of the way."""
    exports.put("canonical/customer_merge.csv", MERGE, "K2,K3,", "K4,K9,", "K3,K4,")
    exports.stage("customer_merge", "receipt")
    assert payers(exports) == ["K1", "K9", "K9"]
    assert exports.faults() == []


def test_merges_that_lead_back_to_themselves_are_named_and_change_nothing(exports: Exports) -> None:
    exports.put("canonical/customer_merge.csv", MERGE, "K1,K9,", "K9,K1,", "K2,K9,", "K3,K3,")
    exports.put("canonical/customer.csv", "customer_id,name", "K1,甲", "K9,乙", "K2,丙", "K3,丁")
    account = exports.stage("customer_merge", "receipt")
    assert payers(exports) == ["K1", "K2", "K3"]
    assert exports.faults() == [
        (line, "from_id.leads_back", key) for line, key in enumerate(("K1", "K9", "K2", "K3"), 2)
    ]
    assert account.balanced


def test_a_merge_into_an_account_that_no_list_has_waits_for_it(exports: Exports) -> None:
    exports.put("canonical/customer_merge.csv", MERGE, "K2,K5,", "K3,K2,")
    exports.stage("customer_merge", "receipt")
    assert [fault for fault in exports.faults() if "into" in fault[1]] == [
        (2, "into_id.unknown_reference", "K5"), (3, "into_id.unknown_reference", "K2"),
    ]  # fmt: skip
    exports.put("canonical/customer.csv", "customer_id,name", "K1,甲", "K9,乙", "K5,戊")
    exports.stage("customer_merge", "receipt", at=NEXT_MONDAY)
    assert payers(exports) == ["K1", "K5", "K5"]
    assert exports.faults() == []


def test_a_merge_that_comes_later_is_read_into_what_is_known_already(exports: Exports) -> None:
    exports.put("canonical/customer.csv", "customer_id,name", "K1,甲", "K2,乙", "K3,丙")
    exports.stage("customer_merge", "receipt")
    assert payers(exports) == ["K1", "K2", "K3"]
    exports.put("canonical/customer_merge.csv", MERGE, "K2,K1,")
    exports.stage("customer_merge", "receipt", at=NEXT_MONDAY)
    assert payers(exports) == ["K1", "K1", "K3"]


def test_a_partner_of_a_deal_and_who_recommended_a_lead_are_followed_too(exports: Exports) -> None:
    exports.put("canonical/employee.csv", "employee_id,name", "E1,Ann")
    exports.put("canonical/opportunity.csv",
                "opportunity_id,owner_id,created_at,stage,partner_id",
                "D1,E1,2026-01-05,proposal,K2", "D2,E1,2026-01-05,proposal,PT-1")  # fmt: skip
    exports.put(
        "canonical/lead.csv", "lead_id,created_at,referring_customer_id", "L1,2026-01-05,K2"
    )
    exports.put("canonical/customer_merge.csv", MERGE, "K2,K1,")
    exports.stage("customer_merge", "opportunity", "lead")
    assert exports.rows("opportunity", "partner_id") == [("K1",), ("PT-1",)]
    assert exports.rows("lead", "referring_customer_id") == [("K1",)]


def test_where_no_export_lists_customers_merges_hold_too(exports: Exports) -> None:
    exports.remove("canonical/customer.csv")
    exports.put("canonical/customer_merge.csv", MERGE, "K2,K1,", "K3,K7,")
    exports.stage("customer_merge", "receipt", unlisted=["customer"])
    assert payers(exports) == ["K1", "K1", "K7"]
    assert sorted(exports.rows("customer", "customer_id")) == [("K1",), ("K7",)]


def test_ids_of_two_lengths_are_followed_in_the_length_of_their_list(exports: Exports) -> None:
    exports.put("canonical/customer.csv", "customer_id,name", "001A000001LxYzKIAV,甲")
    exports.put("canonical/customer_merge.csv", MERGE, "001A000001LxYzk,001A000001LxYzK,")
    exports.put("canonical/receipt.csv", RECEIPT, "R1,001A000001LxYzkIAF,2026-01-05,1")
    exports.stage("customer_merge", "receipt")
    assert payers(exports) == ["001A000001LxYzKIAV"]
