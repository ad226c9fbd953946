"""Landed = accepted + quarantined; what did not change is not built again; a killed run heals."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import duckdb
import pytest

from pipelines.sources.contract import canonical_tables
from pipelines.staging.groups import load_groups
from pipelines.staging.loads import loads_known_at
from pipelines.staging.stage import prepare_tables, stage_table
from tests.support.exports import NEXT_MONDAY, READING, Exports

HEADER = "opportunity_id,owner_id,created_at,stage,amount"
ROWS = (
    "O1,E1,2026-01-05,lead,10.01",
    "O2,E1,2026-01-06,lead,20.02",
    "O2,E1,2026-01-07,lead,40.04",  # a repeated key
    "O3,E1,someday,lead,80.08",
    "O4,E1,2026-01-08,lead,much",  # no money can be read of it
)
FILE = "canonical/opportunity.csv"


@pytest.fixture
def exports(tmp_path: Path) -> Exports:
    return Exports(tmp_path).put(FILE, HEADER, *ROWS)


def built(exports: Exports) -> str | None:
    return exports.warehouse.state("staging.opportunity")


def test_every_landed_row_and_its_money_is_accepted_or_quarantined(exports: Exports) -> None:
    account = exports.stage("opportunity")
    assert (account.landed, account.accepted, account.quarantined) == (5, 2, 3)
    assert account.amount_landed == Decimal("150.15")
    assert account.amount_accepted == Decimal("30.03")
    assert account.amount_quarantined == Decimal("120.12")
    assert account.balanced


def test_each_load_has_its_own_account(exports: Exports) -> None:
    exports.put("canonical/opportunity_b.csv", HEADER, "O9,E1,2026-01-05,lead,1", "O8,,,,2")
    exports.stage("opportunity")
    assert exports.warehouse.con.execute(
        "select file, rows_landed, rows_accepted, rows_quarantined, amount_quarantined "
        "from mart.load order by file"
    ).fetchall() == [
        ("canonical/opportunity.csv", 5, 2, 3, Decimal("120.12")),
        ("canonical/opportunity_b.csv", 2, 1, 1, Decimal(2)),
    ]


def test_a_table_without_an_amount_has_an_account_of_rows(exports: Exports) -> None:
    exports.put("canonical/employee.csv", "employee_id,name", "E1,甲", "E1,乙", "E2,")
    account = exports.stage("employee")
    assert (account.landed, account.accepted, account.quarantined) == (3, 1, 2)
    assert account.amount_landed == 0
    assert account.balanced


def test_a_table_without_an_export_is_there_and_empty(exports: Exports) -> None:
    account = exports.stage("contract")
    assert (account.landed, account.balanced) == (0, True)
    assert exports.rows("contract", "contract_id", "net_amount", "_line") == []


def test_an_unchanged_table_is_not_built_again(exports: Exports) -> None:
    first = exports.stage("opportunity")
    exports.warehouse.con.execute("update staging.opportunity set name = 'untouched'")
    again = exports.stage("opportunity", at=NEXT_MONDAY)
    assert (first.changed, again.changed) == (True, False)
    assert again.accepted == first.accepted
    assert {name for (name,) in exports.rows("opportunity", "name")} == {"untouched"}


def test_the_same_content_under_its_name_keeps_its_load_number(exports: Exports) -> None:
    first = [load.load_id for load in exports.load()]
    assert [load.load_id for load in exports.load(at=NEXT_MONDAY)] == first
    exports.put(FILE, HEADER, *ROWS[:1])
    changed = [load.load_id for load in exports.load(at=NEXT_MONDAY)]
    assert changed != first
    exports.put(FILE, HEADER, *ROWS)
    assert [load.load_id for load in exports.load(at=NEXT_MONDAY)] == first
    assert loads_known_at(exports.warehouse, NEXT_MONDAY) == first


@pytest.mark.parametrize("change", ["content", "mapping", "stages", "zone"])
def test_what_a_table_depends_on_builds_it_again(exports: Exports, change: str) -> None:
    source = "table: customer\nfiles: [客户.csv]\ncolumns: {customer_id: 编号, name: 名称}\n"
    exports.source("c", source).put("raw/客户.csv", "编号,名称,简称", "K1,甲公司,甲")
    exports.stage("customer")
    reading = READING
    if change == "content":
        exports.put("raw/客户.csv", "编号,名称,简称", "K1,乙公司,乙")
    elif change == "mapping":
        exports.source("c", source.replace("名称", "简称"))
    elif change == "stages":
        reading = type(READING)(("lead",), READING.time_zone)
    else:
        reading = type(READING)(READING.stages, "Europe/Berlin")
    loads = [x for x in exports.load() if x.export.export.source.table == "customer"]
    table = canonical_tables()["customer"]
    groups = load_groups(
        exports.warehouse, exports.landed, table.name, loads, exports.sources(), reading.time_zone
    )
    assert stage_table(exports.warehouse, table, groups, reading, NEXT_MONDAY).changed


def test_a_run_killed_between_its_two_transactions_is_built_again(exports: Exports) -> None:
    """The first writes the table without its mark, the second sorts out and sets it."""
    exports.stage("opportunity")
    exports.put(FILE, HEADER, *ROWS, "O5,E1,2026-01-05,lead,1")
    exports.warehouse.con.execute("drop table mart.quarantine")  # the second cannot end
    with pytest.raises(duckdb.CatalogException):
        exports.stage("opportunity")
    assert built(exports) is None
    prepare_tables(exports.warehouse)
    account = exports.stage("opportunity")
    assert account.changed
    assert (account.landed, account.accepted, account.quarantined) == (6, 3, 3)
    assert account.balanced
    assert [line for (line,) in exports.faults("line")] == [4, 5, 6]
    assert built(exports) is not None


def test_rows_in_another_order_give_the_same_table(exports: Exports, tmp_path: Path) -> None:
    exports.put(FILE, HEADER, *(row for row in ROWS if not row.startswith("O2")))
    exports.stage("opportunity")
    before = sorted(exports.rows("opportunity", "opportunity_id", "amount"))
    exports.put(FILE, HEADER, *(row for row in reversed(ROWS) if not row.startswith("O2")))
    account = exports.stage("opportunity")
    assert sorted(exports.rows("opportunity", "opportunity_id", "amount")) == before
    assert account.balanced
