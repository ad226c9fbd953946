"""What quarantine says of a row, and what it remembers of rows that are gone."""

from __future__ import annotations

import datetime as dt
import json
from decimal import Decimal
from pathlib import Path

import pytest

from tests.support.exports import MONDAY, NEXT_MONDAY, Exports

HEADER = "opportunity_id,owner_id,created_at,stage,amount"
GOOD = "O1,E1,2026-01-05,lead,10"
BAD = "O2,E2,31/02/2026,lead,20"
CUSTOMER = """\
table: customer
columns: {customer_id: 编号, name: 名称, credit_limit: 额度}
"""
THIRD_MONDAY = dt.datetime(2026, 11, 30)


@pytest.fixture
def exports(tmp_path: Path) -> Exports:
    return Exports(tmp_path)


def test_a_fault_names_file_line_column_value_rule_owner_and_amount(exports: Exports) -> None:
    exports.put("canonical/opportunity.csv", HEADER, GOOD, BAD)
    exports.stage("opportunity")
    assert exports.faults("file", "line", "table_name", "rule_id", "column_name", "value",
                          "severity", "owner_id", "amount", "first_seen_at", "resolved_at") == [
        ("canonical/opportunity.csv", 3, "opportunity", "created_at.not_a_date", "created_at",
         "31/02/2026", "reject", "E2", Decimal(20), MONDAY, None)
    ]  # fmt: skip


def test_a_fault_shows_the_row_as_it_landed(exports: Exports) -> None:
    """All fields under the export's own headers, also those nothing reads."""
    exports.source("c", f"files: [客户.csv]\n{CUSTOMER}")
    exports.put("raw/客户.csv", "编号,名称,额度,备注", 'K1,"甲 ""A""",12万,说明')
    exports.stage("customer")
    (raw,) = exports.faults("raw_row")[0]
    assert json.loads(raw) == {"编号": "K1", "名称": '甲 "A"', "额度": "12万", "备注": "说明"}


def test_a_fault_shows_a_date_as_it_was_written(exports: Exports) -> None:
    """Not as it reads once day and month are put in their order."""
    text = CUSTOMER.replace("credit_limit: 额度", "created_at: 创建")
    exports.source("c", f"files: [客户.csv]\ndate_order: dmy\n{text}")
    exports.put("raw/客户.csv", "编号,名称,创建", "K1,甲,31/02/2026")
    exports.stage("customer")
    assert exports.faults() == [(2, "created_at.not_a_date", "31/02/2026")]


@pytest.mark.parametrize("row", ["O2,E2,2026-01-05,lead,20,one too many", "O2,E2,2026-01-05"])
def test_a_row_that_does_not_fit_the_header_is_shown_whole(exports: Exports, row: str) -> None:
    exports.put("canonical/opportunity.csv", HEADER, GOOD, row)
    exports.stage("opportunity")
    rules = [rule for line, rule in exports.faults("line", "rule_id") if line == 3]
    assert "wrong_column_count" in rules
    assert [json.loads(raw) for (raw,) in exports.faults("raw_row")] == [{"row": row}] * len(rules)


def test_the_sheet_of_a_workbook_is_part_of_the_file_s_name(exports: Exports) -> None:
    import xlsxwriter

    exports.source("c", f"files: [客户.xlsx]\nsheet: 客户\n{CUSTOMER}")
    with xlsxwriter.Workbook(str(exports.root / "raw" / "客户.xlsx")) as book:
        sheet = book.add_worksheet("客户")
        for number, row in enumerate([["编号", "名称", "额度"], ["K1", "甲", "much"]]):
            sheet.write_row(number, 0, row)
    exports.stage("customer")
    assert exports.faults("file", "line") == [("raw/客户.xlsx#客户", 2)]


def test_a_fault_that_stays_is_not_dated_again(exports: Exports) -> None:
    exports.put("canonical/opportunity.csv", HEADER, GOOD, BAD)
    exports.stage("opportunity")
    exports.put("canonical/opportunity.csv", HEADER, GOOD, BAD, "O3,E3,2026-01-05,sold,5")
    exports.stage("opportunity", at=NEXT_MONDAY)
    assert exports.faults("line", "first_seen_at", "resolved_at") == [
        (3, MONDAY, None),
        (4, NEXT_MONDAY, None),
    ]


def test_a_corrected_row_comes_back_and_its_fault_is_marked_resolved(exports: Exports) -> None:
    exports.put("canonical/opportunity.csv", HEADER, GOOD, BAD)
    exports.stage("opportunity")
    exports.put("canonical/opportunity.csv", HEADER, GOOD, "O2,E2,2026-02-28,lead,20")
    account = exports.stage("opportunity", at=NEXT_MONDAY)
    assert (account.accepted, account.quarantined) == (2, 0)
    assert exports.faults("line", "first_seen_at", "resolved_at", resolved=True) == [
        (3, MONDAY, NEXT_MONDAY)
    ]


def test_a_resolved_fault_keeps_the_day_it_was_resolved(exports: Exports) -> None:
    exports.put("canonical/opportunity.csv", HEADER, GOOD, BAD)
    exports.stage("opportunity")
    exports.put("canonical/opportunity.csv", HEADER, GOOD)
    exports.stage("opportunity", at=NEXT_MONDAY)
    exports.put("canonical/opportunity.csv", HEADER, GOOD, "O4,E1,2026-01-05,lead,1")
    exports.stage("opportunity", at=THIRD_MONDAY)
    assert exports.faults("first_seen_at", "resolved_at", resolved=True) == [(MONDAY, NEXT_MONDAY)]


def test_a_fault_that_returns_is_open_again_since_its_first_day(exports: Exports) -> None:
    for at, lines in ((MONDAY, (GOOD, BAD)), (NEXT_MONDAY, (GOOD,)), (THIRD_MONDAY, (GOOD, BAD))):
        exports.put("canonical/opportunity.csv", HEADER, *lines)
        exports.stage("opportunity", at=at)
    assert exports.faults("first_seen_at", "resolved_at", resolved=True) == [(MONDAY, None)]


def test_another_bad_value_in_the_same_place_is_the_same_fault(exports: Exports) -> None:
    """One row per file, line and rule, as the published table says."""
    exports.put("canonical/opportunity.csv", HEADER, GOOD, BAD)
    exports.stage("opportunity")
    exports.put("canonical/opportunity.csv", HEADER, GOOD, BAD.replace("31/02/2026", "soon"))
    exports.stage("opportunity", at=NEXT_MONDAY)
    assert exports.faults("value", "first_seen_at", "resolved_at", resolved=True) == [
        ("soon", MONDAY, None)
    ]


def test_an_export_that_is_gone_takes_its_open_faults_with_it(exports: Exports) -> None:
    exports.put("canonical/opportunity.csv", HEADER, GOOD, BAD)
    exports.stage("opportunity")
    exports.remove("canonical/opportunity.csv")
    account = exports.stage("opportunity", at=NEXT_MONDAY)
    assert account.landed == 0
    assert exports.faults() == []
    assert exports.faults("resolved_at", resolved=True) == [(NEXT_MONDAY,)]


def test_the_faults_of_one_table_leave_those_of_another_alone(exports: Exports) -> None:
    exports.put("canonical/opportunity.csv", HEADER, GOOD, BAD)
    exports.put("canonical/fx_rate.csv", "currency,rate_date,rate_to_base", "USD,soon,7")
    exports.stage("opportunity", "fx_rate")
    exports.put("canonical/opportunity.csv", HEADER, GOOD)
    exports.stage("opportunity", "fx_rate", at=NEXT_MONDAY)
    assert exports.faults("table_name", "first_seen_at") == [("fx_rate", MONDAY)]


def kept(exports: Exports, table: str, *columns: str) -> list[tuple[object, ...]]:
    """What is kept, typed, of the rows that are in quarantine now."""
    return exports.warehouse.con.execute(
        f"select {', '.join(columns)} from refused.{table} order by _load, _line"
    ).fetchall()


def test_what_can_be_read_of_a_refused_row_is_kept(exports: Exports) -> None:
    worse = "O3,,2026-01-05,lead,much"
    exports.put("canonical/opportunity.csv", HEADER, GOOD, BAD, worse, GOOD)
    exports.stage("opportunity")
    columns = ("opportunity_id", "owner_id", "created_at", "amount", "_rule", "_value", "_columns")
    assert kept(exports, "opportunity", *columns) == [
        ("O2", "E2", None, Decimal(20), "created_at.not_a_date", "31/02/2026", "created_at"),
        ("O3", None, dt.datetime(2026, 1, 5), None, "owner_id.missing_required", None,
         "owner_id,amount"),
        ("O1", "E1", dt.datetime(2026, 1, 5), Decimal(10), "duplicate_key", "O1", ""),
    ]  # fmt: skip


def test_a_row_that_was_set_right_is_kept_no_longer(exports: Exports) -> None:
    exports.put("canonical/opportunity.csv", HEADER, GOOD, BAD)
    exports.stage("opportunity")
    exports.put("canonical/opportunity.csv", HEADER, GOOD, "O2,E2,2026-02-28,lead,20")
    exports.stage("opportunity", at=NEXT_MONDAY)
    assert kept(exports, "opportunity", "opportunity_id") == []


def test_a_row_of_an_unknown_parent_is_kept_until_the_parent_comes(exports: Exports) -> None:
    exports.put("canonical/customer.csv", "customer_id,name", "K1,甲")
    exports.put(
        "canonical/receipt.csv", "receipt_id,customer_id,received_date,amount",
        "R1,K2,2026-11-02,50",
    )  # fmt: skip
    exports.stage("customer")
    exports.stage("receipt")
    columns = ("receipt_id", "amount", "_rule", "_value", "_columns")
    unknown = ("R1", Decimal(50), "customer_id.unknown_reference", "K2", "customer_id")
    assert kept(exports, "receipt", *columns) == [unknown]
    exports.put("canonical/customer.csv", "customer_id,name", "K1,甲", "K2,乙")
    exports.stage("customer", at=NEXT_MONDAY)
    exports.stage("receipt", at=NEXT_MONDAY)
    assert kept(exports, "receipt", *columns) == []
