"""Trying things out where another engine left the rows of tables in files."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipelines.closing.rehearsal import rehearsed
from pipelines.warehouse.duck import Warehouse, open_warehouse
from pipelines.warehouse.model import parse_model

MODEL = parse_model(
    "-- table: core.far\n-- grain: a row\n-- key: id\n-- why: a test\nselect 8 as id",
    "core/far.sql",
    "core",
)


@pytest.fixture
def warehouse(tmp_path: Path):
    with open_warehouse(tmp_path / "w.duckdb") as opened:
        file = tmp_path / "rows.parquet"
        opened.con.execute(f"copy (select 7 as id) to '{file}'")
        opened.replace("core.far", f"select id from read_parquet('{file}')", "1", is_view=True)
        opened.replace("core.near", "select 1 as id", "1")
        yield opened


def test_a_table_in_files_is_made_anew_and_is_as_it_was_afterwards(warehouse: Warehouse) -> None:
    with rehearsed(warehouse) as rehearsal:
        rehearsal.make(MODEL)
        assert rehearsal.scalar("select id from core.far") == 8
    assert warehouse.scalar("select id from core.far") == 7
    assert warehouse.views_over_files() == ["core.far"]


def test_a_table_in_files_can_be_changed_once_it_is_held(warehouse: Warehouse) -> None:
    with rehearsed(warehouse) as rehearsal:
        for name in ("core.far", "core.near"):
            rehearsal.hold(name)
            rehearsal.con.execute(f"insert into {name} values (9)")
            assert rehearsal.scalar(f"select count(*) from {name}") == 2
    assert warehouse.scalar("select count(*) from core.far") == 1
    assert warehouse.views_over_files() == ["core.far"]
