"""Salesforce's ids of 15 and of 18 characters name one thing; other keys stay as they are."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.exports import NEXT_MONDAY, Exports

# of each pair the last three characters of the longer say which of the others are capitals
ALPHA, ALPHA_LONG = "001A000001LxYzK", "001A000001LxYzKIAV"
BETA, BETA_LONG = "001A000001LxYzk", "001A000001LxYzkIAF"
PERSON, PERSON_LONG = "005b0000000ZeRo", "005b0000000ZeRoAAK"
RECEIPT = "receipt_id,customer_id,received_date,amount"
DEAL = "opportunity_id,owner_id,customer_id,created_at,stage,amount,expected_close_date"


@pytest.fixture
def exports(tmp_path: Path) -> Exports:
    return Exports(tmp_path)


def customers(exports: Exports, *ids: str) -> None:
    exports.put("canonical/customer.csv", "customer_id,name", *(f"{i},N{i}" for i in ids))


@pytest.mark.parametrize(
    ("listed", "named"),
    [((ALPHA, BETA), (ALPHA_LONG, BETA_LONG)), ((ALPHA_LONG, BETA_LONG), (ALPHA, BETA))],
    ids=["a report beside an object", "an object beside a report"],
)
def test_what_names_a_customer_is_read_in_the_length_of_its_list(
    exports: Exports, listed: tuple[str, str], named: tuple[str, str]
) -> None:
    customers(exports, *listed)
    exports.put("canonical/receipt.csv", RECEIPT, f"R1,{named[0]},2026-01-05,1",
                f"R2,{named[1]},2026-01-05,1")  # fmt: skip
    account = exports.stage("receipt")
    assert (account.accepted, account.quarantined) == (2, 0)
    assert [key for (key,) in exports.rows("receipt", "customer_id")] == list(listed)


def test_two_lists_of_both_lengths_are_one_in_the_longer(exports: Exports) -> None:
    for name, key in (("report", ALPHA), ("object", BETA_LONG)):
        exports.source(name, f"table: customer\nfiles: [{name}*]\n"
                       "columns: {customer_id: Id, name: Name}\n")  # fmt: skip
        exports.put(f"raw/{name}.csv", "Id,Name", f"{key},{name}")
    exports.stage("customer")
    assert sorted(exports.rows("customer", "customer_id")) == [(ALPHA_LONG,), (BETA_LONG,)]


def test_a_list_that_changes_its_length_is_no_new_customer(exports: Exports) -> None:
    exports.put("canonical/customer_2026-11-02.csv", "customer_id,name", f"{ALPHA},A")
    exports.stage("customer")
    exports.put("canonical/customer_2026-11-09.csv", "customer_id,name", f"{ALPHA_LONG},A")
    exports.stage("customer", at=NEXT_MONDAY)
    assert exports.rows("customer", "customer_id", "ended_on") == [(ALPHA_LONG, None)]


def test_an_owner_in_a_history_of_changes_is_read_alike(exports: Exports) -> None:
    exports.put("canonical/employee.csv", "employee_id,name", f"{PERSON},P")
    exports.put("canonical/opportunity.csv", DEAL, f"O1,{PERSON},,2026-01-05,lead,1,")
    exports.put("canonical/opportunity_event.csv",
                "opportunity_id,field,changed_at,old_value,new_value",
                f"O1,owner_id,2026-01-06,{PERSON_LONG},{PERSON_LONG}",
                "O1,stage,2026-01-07,lead,order")  # fmt: skip
    exports.stage("opportunity_event")
    assert exports.rows("opportunity_event", "old_value", "new_value") == [
        (PERSON, PERSON), ("lead", "order"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    "key",
    ["91330100MA2CF3K5XR", "001A000001LxYzKAAA", "001A000001LxYz", "001A000001LxYz-"],
    ids=[
        "a company number of 18 signs",
        "a wrong check",
        "14 signs",
        "not only letters and digits",
    ],
)
def test_other_keys_are_not_touched(exports: Exports, key: str) -> None:
    customers(exports, ALPHA)
    exports.put("canonical/receipt.csv", RECEIPT, f"R1,{key},2026-01-05,1")
    assert exports.stage("receipt").quarantined == 1
    assert exports.faults("value") == [(key,)]


def test_lists_of_other_keys_have_no_length(exports: Exports) -> None:
    customers(exports, ALPHA, "K-000000000001")
    exports.put("canonical/receipt.csv", RECEIPT, f"R1,{ALPHA_LONG},2026-01-05,1")
    assert exports.stage("receipt").quarantined == 1
