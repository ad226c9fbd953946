"""Policy tables are declared once: a class says columns and types, and fills them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import duckdb
import pytest

from pipelines.checks.reconciliations import all_reconciliations
from pipelines.ledger.tables import LEDGER_TABLES, load_periods
from pipelines.policy.tables import POLICY_TABLES, write_policies
from pipelines.warehouse.duck import Warehouse
from pipelines.warehouse.rows import Amount, Day, Text, Whole, columns, declared, insert
from tests.support.laboratory import AS_OF, models, shipped


class Sold(NamedTuple):
    product_id: Text
    units: Whole | None
    amount: Amount
    sold_date: Day


@pytest.fixture
def warehouse() -> Iterator[Warehouse]:
    with duckdb.connect() as con:
        found = Warehouse(con, Path(":memory:"))
        found.prepare()
        yield found


def test_a_class_of_rows_says_columns_and_types_in_order(warehouse: Warehouse) -> None:
    assert declared(Sold) == (
        "product_id varchar, units integer, amount decimal(18, 4), sold_date date"
    )
    warehouse.con.execute(f"create table sold ({declared(Sold)})")
    row = Sold(product_id="P", units=None, amount=3, sold_date=dt.date(2026, 1, 2))
    insert(warehouse.con, "sold", [row])
    assert warehouse.con.execute("select * from sold").fetchall() == [tuple(row)]


def test_a_field_without_a_type_of_the_engine_is_a_mistake_of_ours() -> None:
    class Wrong(NamedTuple):
        product_id: str

    with pytest.raises(TypeError, match="says no type of the engine"):
        columns(Wrong)


def test_every_policy_table_that_sql_reads_is_registered_once() -> None:
    names = [table.name for table in POLICY_TABLES]
    assert len(set(names)) == len(names)
    read = {
        table
        for reads in (*models().values(), *all_reconciliations())
        for table in reads.inputs
        if table.startswith("policy.")
    }
    assert read <= set(names)


def test_some_tables_can_be_written_alone(warehouse: Warehouse) -> None:
    workspace, policies = shipped()
    some = {"policy.stage", "policy.kpi"}
    written = write_policies(warehouse, workspace, policies, AS_OF, some)
    assert set(written) == some
    found = warehouse.con.execute("select count(*) from duckdb_tables() where schema_name='policy'")
    assert found.fetchone() == (2,)
    assert set(load_periods(warehouse, [], {"core.closed_line", *some})) == {"core.closed_line"}
    everything = write_policies(warehouse, workspace, policies, AS_OF)
    assert list(everything) == [table.name for table in POLICY_TABLES]
    assert {name: everything[name] for name in some} == written


def test_what_did_not_change_is_not_written_again(warehouse: Warehouse) -> None:
    workspace, policies = shipped()
    write_policies(warehouse, workspace, policies, AS_OF)
    marks = [warehouse.state(table.name) for table in POLICY_TABLES]
    warehouse.con.execute("delete from policy.stage")
    write_policies(warehouse, workspace, policies, AS_OF)
    assert marks == [warehouse.state(table.name) for table in POLICY_TABLES]
    assert warehouse.scalar("select count(*) from policy.stage") == 0


def test_policies_and_closed_periods_have_no_table_in_common() -> None:
    assert not {table.name for table in POLICY_TABLES} & set(LEDGER_TABLES)
