"""The open warehouse: what it takes of the machine."""

from __future__ import annotations

from contextlib import nullcontext
from pathlib import Path

import duckdb
import pytest

from pipelines.errors import OutOfMemoryError
from pipelines.warehouse.duck import open_warehouse
from pipelines.warehouse.memory import (
    automatic_limit,
    available,
    installed,
    limit_for,
    part_of,
)
from pipelines.warehouse.model import Model

GB = 1_000_000_000


@pytest.mark.parametrize(
    ("machine", "free", "limit"),
    [
        (4 * GB, 3.5 * GB, 2 * GB),  # half of the machine
        (24 * GB, 22 * GB, 12 * GB),
        (24 * GB, 4 * GB, 3 * GB),  # others are at work: three quarters of what is free
        (2 * GB, 1 * GB, 1.5 * GB),  # never less than a million deals need
    ],
)
def test_the_limit_follows_the_machine_and_what_is_free(
    machine: float, free: float, limit: float
) -> None:
    assert automatic_limit(int(machine), int(free)) == limit


MANY = 32 * 1024**2


def test_what_the_machine_has_is_told_by_itself_and_a_setting_stands_above_it() -> None:
    assert 0 < available() <= installed()
    assert limit_for("auto").endswith("B")
    assert limit_for("3GB") == "3GB"


def test_what_runs_out_of_memory_is_done_again_in_one_thread(tmp_path: Path) -> None:
    with open_warehouse(tmp_path / "w.duckdb", "512MB", to_read=MANY) as warehouse:
        threads = "select current_setting('threads')"
        whole = warehouse.scalar(threads)
        tried = []

        def work() -> str:
            tried.append(warehouse.scalar(threads))
            if len(tried) == 1:
                raise duckdb.OutOfMemoryException("too much")
            return "done"

        assert warehouse.in_less_memory(work) == "done"
        assert tried == [whole, 1]
        assert warehouse.scalar(threads) == whole


def test_a_small_company_is_computed_in_one_thread_and_a_large_one_in_all(tmp_path: Path) -> None:
    threads = "select current_setting('threads')"
    with duckdb.connect() as con:
        every = con.execute(threads).fetchone()
    with open_warehouse(tmp_path / "w.duckdb", to_read=MANY) as warehouse:
        assert (warehouse.scalar(threads),) == every
    with open_warehouse(tmp_path / "w.duckdb", to_read=MANY // 2) as warehouse:
        assert warehouse.scalar(threads) == 1
    with (tmp_path / "w.duckdb").open("r+b") as file:
        file.truncate(256 * 1024**2)
    with open_warehouse(tmp_path / "w.duckdb") as warehouse:
        assert (warehouse.scalar(threads),) == every


@pytest.mark.parametrize(
    ("limit", "half"),
    [("1.5GB", "750000000B"), ("2 GiB", "1073741824B"), ("512MB", "256000000B"), ("9B", "4B")],
)
def test_a_part_of_a_limit_is_told_in_bytes(limit: str, half: str) -> None:
    assert part_of(limit, 0.5) == half


def model(sql: str) -> Model:
    return Model("core.x", sql, "one row", ("x",), "", "", "core")


@pytest.mark.parametrize(
    ("value", "less"), [("quantile_cont(range, [0.5])[1]", True), ("max(range)", False)]
)
def test_what_keeps_its_values_beside_the_limit_leaves_them_half_of_it(
    tmp_path: Path, value: str, less: bool
) -> None:
    limit = "current_setting('memory_limit')"
    with open_warehouse(tmp_path / "w.duckdb", "2GiB") as warehouse:
        made = model(f"select {value} as x, {limit} as seen from range(9) group by all")
        warehouse.build(made)
        assert warehouse.rows("select seen from core.x") == [
            {"seen": "1.0 GiB" if less else "2.0 GiB"}
        ]
        assert warehouse.scalar(f"select {limit}") == "2.0 GiB"
        with pytest.raises(duckdb.Error):
            warehouse.build(model(f"select {value} as y, error('broken') from range(9) group by 2"))
        assert warehouse.scalar(f"select {limit}") == "2.0 GiB"


@pytest.mark.parametrize(("share", "seen"), [(None, "1.0 GiB"), (0.75, "1.5 GiB")])
def test_what_is_done_again_because_memory_ran_out_has_all_of_it(
    tmp_path: Path, share: float | None, seen: str
) -> None:
    """A table of percentiles, or pages beside which much is kept."""
    limit = "current_setting('memory_limit')"
    with open_warehouse(tmp_path / "w.duckdb", "2GiB", to_read=MANY) as warehouse:
        tried = []

        def work() -> None:
            if share is None:
                number = len(tried)  # another text, so that it is built again
                warehouse.build(
                    model(f"select quantile_cont(range, 0.5) as x, {number} as n, {limit} as seen "
                          "from range(9)")
                )  # fmt: skip
                tried.append(warehouse.scalar("select seen from core.x"))
            else:
                tried.append(warehouse.scalar(f"select {limit}"))
            if len(tried) == 1:
                raise duckdb.OutOfMemoryException("too much")

        with warehouse.leaving_room(share) if share else nullcontext():
            warehouse.in_less_memory(work)
        assert tried == [seen, "2.0 GiB"]
        assert warehouse.scalar(f"select {limit}") == "2.0 GiB"


def test_what_needs_more_memory_than_there_may_be_says_what_to_set(tmp_path: Path) -> None:
    with open_warehouse(tmp_path / "w.duckdb", "64MB") as warehouse:
        # a list cannot go by way of the disk
        sql = "select list(range) from range(40_000_000)"
        with pytest.raises(OutOfMemoryError, match="Set memory_limit in"):
            warehouse.in_less_memory(lambda: warehouse.scalar(sql))
        assert warehouse.scalar("select 1") == 1
