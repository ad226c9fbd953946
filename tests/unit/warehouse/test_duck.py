"""The open warehouse: what it takes of the machine."""

from __future__ import annotations

from pathlib import Path

from pipelines.warehouse.duck import open_warehouse


def test_room_is_made_by_letting_go_of_half_of_the_memory(tmp_path: Path) -> None:
    with open_warehouse(tmp_path / "w.duckdb", "512MiB") as warehouse:
        warehouse.make_room()
        assert warehouse.scalar("select current_setting('memory_limit')") == "256.0 MiB"
        beside = warehouse.beside().scalar("select current_setting('memory_limit')")
        assert beside == "256.0 MiB"  # one database, one limit
