"""The read-only copy: what the mart holds, and only what changed is written again."""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import duckdb
import pytest

from pipelines.errors import OutOfMemoryError
from pipelines.models.shape import empty_warehouse
from pipelines.sources.contract import contact_columns
from pipelines.warehouse.duck import Warehouse, open_warehouse
from pipelines.warehouse.model import tables_parsed, tables_read
from pipelines.warehouse.published import (
    PublishedCopy,
    put_in_place,
    waiting_copy,
    write_published_copy,
)


@pytest.fixture
def warehouse(tmp_path: Path) -> Iterator[Warehouse]:
    """Two tables of the mart, one that a view of the mart reads, one that is nobody's business."""
    with open_warehouse(tmp_path / "warehouse.duckdb") as opened:
        opened.con.execute(
            "create or replace table mart.quarantine as select null::varchar[] as contact_fields, "
            "'' as raw_row, '' as column_name, '' as value"
        )
        opened.replace("mart.first", "select 1 as a", "1")
        opened.replace("kpi.wide", "select 7 as a", "1")
        opened.replace("kpi.other", "select 8 as a", "1")
        opened.replace("mart.kpi_value", "select a from kpi.wide", "1", is_view=True)
        yield opened


def published(warehouse: Warehouse, folder: Path) -> dict[str, object]:
    """What the copy of a run holds: every table and view but quarantine, by its first value."""
    copy = PublishedCopy(warehouse, folder / "published.duckdb", contact_columns())
    copy.begin()
    try:
        copy.finish(folder / "attain.duckdb")
    finally:
        copy.close()
    return read(folder / "attain.duckdb")


def read(file: Path) -> dict[str, object]:
    with duckdb.connect(str(file), read_only=True) as con:
        names = con.execute(
            "select table_schema || '.' || table_name from information_schema.tables "
            "where table_name <> 'quarantine' order by 1"
        ).fetchall()
        return {n: con.execute(f"select * from {n}").fetchone()[0] for (n,) in names}


def test_it_holds_the_mart_and_what_its_views_read(warehouse: Warehouse, tmp_path: Path) -> None:
    expected = {"kpi.wide": 7, "mart.first": 1, "mart.kpi_value": 7}
    assert published(warehouse, tmp_path) == expected
    write_published_copy(warehouse, tmp_path / "once.duckdb", contact_columns())
    assert read(tmp_path / "once.duckdb") == expected
    assert not (tmp_path / "once.working").exists()


def test_what_was_begun_and_failed_is_done_at_the_end(
    warehouse: Warehouse, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A report that waits for the copy is not broken by it."""
    copy = PublishedCopy(warehouse, tmp_path / "published.duckdb", contact_columns())
    tried = []

    def once_too_little(this: Warehouse, work: Callable[[], Any]) -> Any:
        tried.append(work)
        if len(tried) == 1:
            raise OutOfMemoryError("too little")
        return work()

    monkeypatch.setattr(Warehouse, "in_less_memory", once_too_little)
    copy.begin()
    copy.wait()
    assert len(tried) == 1
    copy.finish(tmp_path / "attain.duckdb")
    copy.close()
    assert read(tmp_path / "attain.duckdb") == {
        "kpi.wide": 7, "mart.first": 1, "mart.kpi_value": 7,
    }  # fmt: skip


def test_what_changed_since_the_last_run_is_written_and_nothing_else(
    warehouse: Warehouse, tmp_path: Path
) -> None:
    published(warehouse, tmp_path)
    warehouse.replace("mart.first", "select 2 as a", "2")
    warehouse.con.execute("update kpi.wide set a = 99")  # behind the back of its state
    assert published(warehouse, tmp_path) == {
        "kpi.wide": 7, "mart.first": 2, "mart.kpi_value": 7,
    }  # fmt: skip


def test_what_changes_after_it_began_is_in_it(warehouse: Warehouse, tmp_path: Path) -> None:
    copy = PublishedCopy(warehouse, tmp_path / "published.duckdb", contact_columns())
    copy.begin()
    warehouse.replace("mart.first", "select 3 as a", "3")
    warehouse.con.execute("create table mart.load as select 5 as a")  # its state is nobody's
    copy.finish(tmp_path / "attain.duckdb")
    copy.close()
    assert read(tmp_path / "attain.duckdb") == {
        "kpi.wide": 7, "mart.first": 3, "mart.kpi_value": 7, "mart.load": 5,
    }  # fmt: skip


def test_a_table_that_is_gone_or_became_a_view_does_not_stay(
    warehouse: Warehouse, tmp_path: Path
) -> None:
    published(warehouse, tmp_path)
    warehouse.con.execute("drop table mart.first")
    warehouse.replace("kpi.wide", "select a from kpi.other", "2", is_view=True)
    assert published(warehouse, tmp_path) == {"kpi.other": 8, "kpi.wide": 8, "mart.kpi_value": 8}


def test_a_damaged_or_missing_file_begins_anew(warehouse: Warehouse, tmp_path: Path) -> None:
    expected = published(warehouse, tmp_path)
    (tmp_path / "published.duckdb").write_bytes(b"no database" * 1000)
    assert published(warehouse, tmp_path) == expected
    (tmp_path / "published.duckdb").unlink()
    assert published(warehouse, tmp_path) == expected


def test_while_it_is_open_a_table_has_its_columns_once(
    warehouse: Warehouse, tmp_path: Path
) -> None:
    copy = PublishedCopy(warehouse, tmp_path / "published.duckdb", contact_columns())
    copy.begin()
    while ("published",) not in warehouse.con.execute("show databases").fetchall():
        time.sleep(0.01)
    assert warehouse.columns("mart.first") == ("a",)
    copy.close()
    assert warehouse.con.execute("show databases").fetchall() == [("warehouse",)]


def test_a_file_that_is_mostly_free_is_written_anew_next_time(
    warehouse: Warehouse, tmp_path: Path
) -> None:
    rows = "select range as a, hash(range) as b from range({})"
    warehouse.replace("mart.first", rows.format(400_000), "2")
    published(warehouse, tmp_path)
    large = (tmp_path / "attain.duckdb").stat().st_size
    warehouse.replace("mart.first", rows.format(10), "3")
    published(warehouse, tmp_path)
    assert not (tmp_path / "published.duckdb").exists()
    published(warehouse, tmp_path)
    assert (tmp_path / "attain.duckdb").stat().st_size < large / 3


def test_what_a_view_reads_is_read_off_as_the_engine_prints_it() -> None:
    with empty_warehouse() as (warehouse, _):
        printed = warehouse.con.execute(
            "select sql from duckdb_views() where not internal and schema_name in ('mart', 'kpi')"
        ).fetchall()
    assert len(printed) > 3
    for (sql,) in printed:
        query = sql.split(" AS ", 1)[1].rstrip().rstrip(";")
        assert tables_read(query) == tables_parsed(query)


def dated(warehouse: Warehouse, first: str, second: str) -> None:
    warehouse.con.execute(
        f"create or replace table mart.load as select 1 as load_id, timestamp '{first}' as "
        "loaded_at, cast(null as timestamp) as forgotten_at;"
        f"create or replace table mart.check_history as select '{first[:4]}' as run_id, "
        f"timestamp '{first}' as started_at, 'a' as check_id union all "
        f"select '{second[:4]}', timestamp '{second}', 'a'"
    )


def test_what_differs_by_run_stands_in_one_table_of_its_own(
    warehouse: Warehouse, tmp_path: Path
) -> None:
    found = []
    for first, second in (("2026-01-01", "2026-02-01"), ("2031-05-05", "2032-06-06")):
        dated(warehouse, first, second)
        published(warehouse, tmp_path)
        with duckdb.connect(str(tmp_path / "attain.duckdb"), read_only=True) as con:
            shown = con.execute("select * from mart.check_history order by all").fetchall()
            assert [str(at.date()) for _, at, _ in shown] == [first, second]
            assert [name for name, _, _ in shown] == [first[:4], second[:4]]
            assert con.execute("select cast(loaded_at as date) from mart.load").fetchone() == (
                dt.date.fromisoformat(first),
            )
            tables = con.execute(
                "select schema_name || '.' || table_name from duckdb_tables() order by 1"
            ).fetchall()
            found.append({n: con.execute(f"select * from {n}").fetchall() for (n,) in tables})
    assert set(found[0]) == set(found[1])
    assert [name for name in found[0] if found[0][name] != found[1][name]] == ["mart.run"]


def test_the_database_is_its_owner_s_until_others_are_let_in(
    warehouse: Warehouse, tmp_path: Path
) -> None:
    database = tmp_path / "mart" / "attain.duckdb"
    for mode in (0o600, 0o640):
        waiting = waiting_copy(database)
        copy = PublishedCopy(warehouse, tmp_path / "published.duckdb", contact_columns())
        copy.finish(waiting)
        copy.close()
        put_in_place(waiting, database)
        assert database.stat().st_mode & 0o777 == (0o600 if mode == 0o600 else 0o640)
        database.chmod(0o640)
    assert database.parent.stat().st_mode & 0o777 == 0o700


def test_a_table_whose_rows_lie_in_files_is_copied_as_a_table(
    warehouse: Warehouse, tmp_path: Path
) -> None:
    """Another engine wrote them; whoever opens the copy does not see its folder."""
    file = tmp_path / "rows.parquet"
    warehouse.con.execute(f"copy (select 7 as a) to '{file}'")
    warehouse.replace("core.far", f"select a from read_parquet('{file}')", "1", is_view=True)
    warehouse.replace("mart.kpi_value", "select a from core.far", "2", is_view=True)
    assert published(warehouse, tmp_path) == {"core.far": 7, "mart.first": 1, "mart.kpi_value": 7}
    file.unlink()
    assert read(tmp_path / "attain.duckdb")["mart.kpi_value"] == 7
