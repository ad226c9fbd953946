"""Successive exports: what is in force, what has ended, and what an older one still says."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter

from pipelines.landing.dated import export_date
from pipelines.staging.loads import forget
from tests.support.exports import MONDAY, NEXT_MONDAY, Exports

CUSTOMER = "customer_id,name,credit_limit"
DELTA = """\
table: customer
files: [changes/*.csv]
export: delta
columns: {customer_id: customer_id, name: name, credit_limit: credit_limit}
"""
# a list that holds every customer there ever was, so that one that is missing never was
EVERYONE = DELTA.replace("export: delta", "lists: all").replace("changes/*", "customer_*")
DEAL = "opportunity_id,owner_id,created_at,stage,amount,expected_close_date"
FIRST, SECOND, THIRD = (dt.datetime(2026, 11, day) for day in (2, 9, 16))


@pytest.fixture
def exports(tmp_path: Path) -> Exports:
    found = Exports(tmp_path)
    (tmp_path / "raw" / "changes").mkdir()
    return found


def customers(exports: Exports) -> list[tuple[Any, ...]]:
    return sorted(exports.rows("customer", "customer_id", "name", "credit_limit"))


def ended(exports: Exports) -> list[tuple[Any, ...]]:
    return exports.warehouse.con.execute(
        "select customer_id, name, known_from, known_to from history.customer order by all"
    ).fetchall()


def test_a_full_export_closes_what_it_no_longer_has(exports: Exports) -> None:
    exports.source("c", EVERYONE)
    exports.put("raw/customer_2026-11-02.csv", CUSTOMER, "K1,甲,1", "K2,乙,2")
    exports.put("raw/customer_2026-11-09.csv", CUSTOMER, "K1,甲,1", "K3,丙,3")
    account = exports.stage("customer")
    assert customers(exports) == [("K1", "甲", 1), ("K3", "丙", 3)]
    assert ended(exports) == [("K2", "乙", FIRST, SECOND)]
    assert (account.landed, account.accepted, account.rows) == (2, 2, 2)


@pytest.mark.parametrize(
    ("name", "moment"),
    [
        ("raw/deals_2026-11-16.csv", dt.datetime(2026, 11, 16)),
        ("raw/20261116/deals.csv", dt.datetime(2026, 11, 16)),
        ("raw/商机2026年11月16日.xlsx", dt.datetime(2026, 11, 16)),
        ("raw/2026.11.16.zip!deals.csv", dt.datetime(2026, 11, 16)),
        ("raw/deals_2026-11-16T0830.csv", dt.datetime(2026, 11, 16, 8, 30)),
        ("raw/deals_2026-11-16_08-30-05.csv", dt.datetime(2026, 11, 16, 8, 30, 5)),
        ("raw/deals_2026-11-16_0001.csv", dt.datetime(2026, 11, 16)),  # the number of a part
        ("raw/deals_20261116_000002.csv", dt.datetime(2026, 11, 16)),
        ("raw/2026-11-16/deals_2026-11-09.csv", dt.datetime(2026, 11, 9)),  # its own name first
        ("raw/deals_2026-11.csv", None),
        ("raw/deals_2026-02-31.csv", None),
        ("raw/120261116.csv", None),
    ],
)
def test_the_date_of_an_export_stands_in_its_name(name: str, moment: dt.datetime | None) -> None:
    assert export_date(name) == moment


def test_a_row_that_did_not_change_keeps_its_version(exports: Exports) -> None:
    """It is shown where it was stated last."""
    exports.put("canonical/customer_2026-11-02.csv", CUSTOMER, "K1,甲,1", "K2,乙,2")
    exports.put("canonical/customer_2026-11-09.csv", CUSTOMER, "K2,乙乙,2", "K1,甲,1")
    exports.stage("customer")
    assert sorted(exports.rows("customer", "customer_id", "_since", "_line")) == [
        ("K1", FIRST, 3), ("K2", SECOND, 2),
    ]  # fmt: skip
    assert ended(exports) == [("K2", "乙", FIRST, SECOND)]


def test_a_delta_closes_nothing(exports: Exports) -> None:
    exports.source("c", DELTA)
    exports.put("raw/changes/2026-11-02.csv", CUSTOMER, "K1,甲,1", "K2,乙,2")
    exports.put("raw/changes/2026-11-09.csv", CUSTOMER, "K2,乙,20")
    account = exports.stage("customer")
    assert customers(exports) == [("K1", "甲", 1), ("K2", "乙", 20)]
    assert ended(exports) == [("K2", "乙", FIRST, SECOND)]
    assert (account.landed, account.accepted, account.amount_landed) == (3, 3, 23)


def test_a_delta_stays_known_when_its_file_is_gone_or_overwritten(exports: Exports) -> None:
    exports.source("c", DELTA).put("raw/changes/new.csv", CUSTOMER, "K1,甲,1")
    exports.stage("customer")
    exports.put("raw/changes/new.csv", CUSTOMER, "K2,乙,2")
    exports.stage("customer", at=NEXT_MONDAY)
    assert customers(exports) == [("K1", "甲", 1), ("K2", "乙", 2)]


def test_a_full_export_that_comes_late_takes_its_place_by_its_date(exports: Exports) -> None:
    exports.source("c", EVERYONE)
    exports.put("raw/customer_2026-11-02.csv", CUSTOMER, "K1,甲,1")
    exports.put("raw/customer_2026-11-16.csv", CUSTOMER, "K1,甲,3")
    exports.stage("customer")
    exports.put("raw/customer_2026-11-09.csv", CUSTOMER, "K1,甲,2", "K2,乙,2")
    exports.stage("customer", at=NEXT_MONDAY)
    assert customers(exports) == [("K1", "甲", 3)]
    assert ended(exports) == [
        ("K1", "甲", FIRST, SECOND), ("K1", "甲", SECOND, THIRD), ("K2", "乙", SECOND, THIRD),
    ]  # fmt: skip


def test_taking_the_newest_export_away_brings_the_older_one_back(exports: Exports) -> None:
    exports.put("canonical/customer_2026-11-02.csv", CUSTOMER, "K1,甲,1")
    exports.put("canonical/customer_2026-11-09.csv", CUSTOMER, "K1,甲,2")
    exports.stage("customer")
    exports.remove("canonical/customer_2026-11-09.csv")
    exports.stage("customer", at=NEXT_MONDAY)
    assert customers(exports) == [("K1", "甲", 1)]
    assert ended(exports) == []


def test_an_overwritten_full_export_leaves_its_version_behind(exports: Exports) -> None:
    exports.put("canonical/customer.csv", CUSTOMER, "K1,甲,1")
    exports.stage("customer")
    exports.put("canonical/customer.csv", CUSTOMER, "K1,甲,2")
    exports.stage("customer", at=NEXT_MONDAY)
    assert customers(exports) == [("K1", "甲", 2)]
    assert [(key, name) for key, name, _, _ in ended(exports)] == [("K1", "甲")]


def test_files_dated_by_the_month_are_parts_and_close_nothing(exports: Exports) -> None:
    exports.put("canonical/customer_2026-10.csv", CUSTOMER, "K1,甲,1")
    exports.put("canonical/customer_2026-11.csv", CUSTOMER, "K2,乙,2")
    exports.stage("customer")
    assert len(customers(exports)) == 2


def test_two_files_of_one_day_are_one_snapshot(exports: Exports) -> None:
    exports.put("canonical/customer_east_2026-11-09.csv", CUSTOMER, "K1,甲,1")
    exports.put("canonical/customer_west_2026-11-09.csv", CUSTOMER, "K2,乙,2")
    exports.stage("customer")
    assert len(customers(exports)) == 2


def test_a_source_closes_only_its_own_rows(exports: Exports) -> None:
    one = EVERYONE.replace("customer_*", "one_*")
    exports.source("one", one).source("two", one.replace("one_*", "two_*"))
    exports.put("raw/one_2026-11-02.csv", CUSTOMER, "K1,甲,1")
    exports.put("raw/two_2026-11-02.csv", CUSTOMER, "K2,乙,2")
    exports.put("raw/one_2026-11-09.csv", CUSTOMER, "K3,丙,3")
    exports.stage("customer")
    assert [key for key, _, _ in customers(exports)] == ["K2", "K3"]


def test_a_delta_sets_right_a_row_of_an_older_one(exports: Exports) -> None:
    exports.source("c", DELTA)
    exports.put("raw/changes/2026-11-02.csv", CUSTOMER, "K1,甲,much", "K2,乙,2")
    exports.stage("customer")
    assert exports.faults() == [(2, "credit_limit.not_a_number", "much")]
    exports.put("raw/changes/2026-11-09.csv", CUSTOMER, "K1,甲,5")
    account = exports.stage("customer", at=NEXT_MONDAY)
    assert exports.faults() == []
    assert exports.faults("resolved_at", resolved=True) == [(NEXT_MONDAY,)]
    assert account.balanced
    assert (account.landed, account.quarantined, account.amount_landed) == (3, 1, Decimal(7))


def test_a_newer_full_export_sets_right_the_faults_of_the_older(exports: Exports) -> None:
    exports.put("canonical/customer_2026-11-02.csv", CUSTOMER, "K1,甲,much")
    exports.stage("customer")
    exports.put("canonical/customer_2026-11-09.csv", CUSTOMER, "K1,甲,5")
    exports.stage("customer", at=NEXT_MONDAY)
    assert exports.faults() == []
    assert exports.faults("first_seen_at", "resolved_at", resolved=True) == [(MONDAY, NEXT_MONDAY)]


def test_a_row_held_for_its_parent_comes_back_when_a_delta_brings_the_parent(
    exports: Exports,
) -> None:
    exports.source("c", DELTA).put("raw/changes/2026-11-02.csv", CUSTOMER, "K1,甲,1")
    exports.put("canonical/receipt.csv", "receipt_id,customer_id,received_date,amount",
                "R1,K1,2026-01-05,10", "R2,K2,2026-01-05,20")  # fmt: skip
    before = exports.stage("customer", "receipt")
    exports.put("raw/changes/2026-11-09.csv", CUSTOMER, "K2,乙,2")
    after = exports.stage("customer", "receipt", at=NEXT_MONDAY)
    assert [before.accepted, after.accepted] == [1, 2]
    assert before.balanced and after.balanced
    assert exports.faults() == []


def test_rows_whose_parent_left_its_full_export_are_quarantined_though_they_did_not_change(
    exports: Exports,
) -> None:
    exports.source("c", EVERYONE)
    exports.put("raw/customer_2026-11-02.csv", CUSTOMER, "K1,甲,1", "K2,乙,2")
    exports.put("canonical/receipt.csv", "receipt_id,customer_id,received_date,amount",
                "R1,K1,2026-01-05,10", "R2,K2,2026-01-05,20")  # fmt: skip
    assert exports.stage("customer", "receipt").accepted == 2
    exports.put("raw/customer_2026-11-09.csv", CUSTOMER, "K1,甲,1")
    account = exports.stage("customer", "receipt", at=NEXT_MONDAY)
    assert (account.accepted, account.quarantined, account.balanced) == (1, 1, True)
    assert exports.faults() == [(3, "customer_id.unknown_reference", "K2")]
    exports.put("raw/customer_2026-11-16.csv", CUSTOMER, "K1,甲,1", "K2,乙,2")
    assert exports.stage("customer", "receipt", at=NEXT_MONDAY).accepted == 2
    assert exports.faults() == []


def test_a_table_whose_parents_gained_rows_but_which_holds_the_same_is_the_same(
    exports: Exports,
) -> None:
    """So nothing is computed again from it."""
    exports.source("c", DELTA).put("raw/changes/2026-11-02.csv", CUSTOMER, "K1,甲,1")
    exports.put("canonical/receipt.csv", "receipt_id,customer_id,received_date,amount",
                "R1,K1,2026-01-05,10")  # fmt: skip
    exports.stage("customer", "receipt")
    before = exports.warehouse.state("staging.receipt")
    exports.put("raw/changes/2026-11-09.csv", CUSTOMER, "K2,乙,2")
    exports.stage("customer", "receipt", at=NEXT_MONDAY)
    assert exports.warehouse.state("staging.receipt") == before


def test_the_history_of_deals_is_derived_from_successive_exports(exports: Exports) -> None:
    same = "O2,E1,2026-01-06,lead,5,2026-12-01"
    for day, changed in (
        ("02", "O1,E1,2026-01-05,lead,100,2026-12-01"),
        ("09", "O1,E2,2026-01-05,proposal,120,2026-12-31"),
        ("16", "O1,E2,2026-01-05,order,120,2026-12-31"),
    ):
        exports.put(f"canonical/opportunity_2026-11-{day}.csv", DEAL, changed, same)
    exports.stage("opportunity", "opportunity_event")
    found = exports.warehouse.con.execute(
        "select opportunity_id, field, changed_at, old_value, new_value, new_amount "
        "from staging.opportunity_event order by changed_at, field"
    ).fetchall()
    assert found == [
        ("O1", "amount", SECOND, "100.0000", "120.0000", Decimal(120)),
        ("O1", "expected_close_date", SECOND, "2026-12-01", "2026-12-31", None),
        ("O1", "owner_id", SECOND, "E1", "E2", None),
        ("O1", "stage", SECOND, "lead", "proposal", None),
        ("O1", "stage", THIRD, "proposal", "order", None),
    ]


def test_a_deal_that_is_no_longer_exported_has_no_derived_history(exports: Exports) -> None:
    for day, rows in (
        ("02", ["O1,E1,2026-01-05,lead,1,", "O2,E1,2026-01-05,lead,1,"]),
        ("09", ["O1,E1,2026-01-05,order,1,", "O2,E1,2026-01-05,order,1,"]),
        ("16", ["O2,E1,2026-01-05,order,1,"]),
    ):
        exports.put(f"canonical/opportunity_2026-11-{day}.csv", DEAL, *rows)
    account = exports.stage("opportunity", "opportunity_event")
    assert exports.rows("opportunity_event", "opportunity_id") == [("O2",)]
    assert (account.landed, account.rows, account.balanced) == (0, 1, True)


def test_an_exported_history_of_deals_has_priority(exports: Exports) -> None:
    exports.put("canonical/opportunity_2026-11-02.csv", DEAL, "O1,E1,2026-01-05,lead,100,")
    exports.put("canonical/opportunity_2026-11-09.csv", DEAL, "O1,E1,2026-01-05,order,100,")
    exports.put("canonical/opportunity_event.csv", "opportunity_id,field,changed_at,new_value",
                "O1,stage,2026-11-05,order")  # fmt: skip
    exports.stage("opportunity", "opportunity_event")
    assert exports.rows("opportunity_event", "changed_at") == [(dt.datetime(2026, 11, 5),)]


def test_a_new_snapshot_is_merged_without_reading_the_older_ones(exports: Exports) -> None:
    exports.put("canonical/customer_2026-11-02.csv", CUSTOMER, "K1,甲,1")
    exports.stage("customer")
    exports.warehouse.con.execute("update staging.customer set name = 'untouched'")
    exports.put("canonical/customer_2026-11-09.csv", CUSTOMER, "K1,甲,2")
    exports.stage("customer", at=NEXT_MONDAY)
    assert [name for _, name, _, _ in ended(exports)] == ["untouched"]


def test_a_folder_of_canonical_files_may_hold_changes_only(exports: Exports) -> None:
    settings = exports.root / "attain.yaml"
    text = settings.read_text(encoding="utf-8")
    settings.write_text(text.replace("format: canonical}", "format: canonical, export: delta}"))
    exports.put("canonical/customer_2026-11-02.csv", CUSTOMER, "K1,甲,1", "K2,乙,2")
    exports.put("canonical/customer_2026-11-09.csv", CUSTOMER, "K2,乙,20")
    exports.stage("customer")
    assert customers(exports) == [("K1", "甲", 1), ("K2", "乙", 20)]


def test_a_delta_file_that_was_wrong_can_be_taken_back(exports: Exports) -> None:
    exports.source("c", DELTA)
    exports.put("raw/changes/2026-11-02.csv", CUSTOMER, "K1,甲,1")
    exports.put("raw/changes/2026-11-09.csv", CUSTOMER, "K1,甲,100")
    exports.stage("customer")
    exports.remove("raw/changes/2026-11-09.csv")
    exports.stage("customer", at=NEXT_MONDAY)
    assert customers(exports) == [("K1", "甲", 100)]
    assert forget(exports.warehouse, "raw/changes/2026-11-09.csv", NEXT_MONDAY) == 1
    exports.stage("customer", at=NEXT_MONDAY)
    assert customers(exports) == [("K1", "甲", 1)]


def test_a_load_from_a_workbook_is_read_as_one_when_its_file_is_gone(exports: Exports) -> None:
    """A cell that holds a number has no decimal sign to be read by."""
    exports.source("c", DELTA.replace("*.csv", "*.xlsx") + "numbers: {decimal: ','}\n")
    path = exports.root / "raw" / "changes" / "2026-11-02.xlsx"
    with xlsxwriter.Workbook(str(path)) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, CUSTOMER.split(","))
        sheet.write_row(1, 0, ["K1", "甲", 1.5])
    assert exports.stage("customer").accepted == 1
    path.unlink()
    source = exports.root / "sources" / "c.yaml"
    source.write_text(source.read_text().replace("*.xlsx", "*"))
    exports.put("raw/changes/2026-11-09.csv", CUSTOMER, "K2,乙,2")
    exports.stage("customer", at=NEXT_MONDAY)
    assert customers(exports) == [("K1", "甲", Decimal("1.5")), ("K2", "乙", 2)]
