"""The open warehouse: what it takes of the machine."""

from __future__ import annotations

from pathlib import Path

from pipelines.warehouse.duck import open_warehouse


def test_room_is_left_for_pages_by_letting_go_of_half_of_the_memory(tmp_path: Path) -> None:
    with open_warehouse(tmp_path / "w.duckdb", "512MiB") as warehouse:
        limit = "select current_setting('memory_limit')"
        with warehouse.leaving_room():
            assert warehouse.scalar(limit) == "256.0 MiB"
            assert warehouse.beside().scalar(limit) == "256.0 MiB"  # one database, one limit
            with warehouse.leaving_room():
                assert warehouse.scalar(limit) == "256.0 MiB"  # not a quarter
            assert warehouse.scalar(limit) == "256.0 MiB"
        assert warehouse.scalar(limit) == "512.0 MiB"
