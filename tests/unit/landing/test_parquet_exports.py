"""Parquet exports: typed columns become the text that the same values have in any other export."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest

from pipelines.errors import UserError
from pipelines.landing.land import Export, content_hash, land_export, take_inventory
from pipelines.landing.parquet import land_parquet
from pipelines.workspace.workspace import open_workspace
from tests.support.landing_files import landed_rows


def write(path: Path, query: str) -> Path:
    with duckdb.connect() as con:
        con.execute(f"copy ({query}) to '{path}' (format parquet)")
    return path


def test_typed_values_become_their_text_and_rows_are_numbered(tmp_path: Path) -> None:
    path = write(
        tmp_path / "in.parquet",
        "select 'A' as id, 1.50::decimal(9, 2) as amount, date '2026-11-02' as day, true as flag "
        "union all select 'B', null, null, false order by id",
    )
    with duckdb.connect() as con:
        landed = land_parquet(con, path, tmp_path / "landed.parquet")
        rows = landed_rows(con, landed)
    assert landed.names == ("id", "amount", "day", "flag")
    assert rows == [(1, "A", "1.50", "2026-11-02", "true"), (2, "B", None, None, "false")]


def test_a_canonical_parquet_file_loads_as_it_is(tmp_path: Path) -> None:
    (tmp_path / "attain.yaml").write_text(
        "name: {zh: 甲, en: A}\ninputs: [{path: ., format: canonical}]\n", encoding="utf-8"
    )
    path = write(tmp_path / "customer_2026.parquet", "select 'K1' as customer_id, 'a' as name")
    opened = open_workspace(tmp_path)
    opened.prepare()
    export = take_inventory(opened, []).exports[0]
    assert (export.source.table, export.path) == ("customer", path)
    with duckdb.connect() as con:
        found = land_export(con, opened, export, content_hash(path))
        assert found.landed is not None
        assert landed_rows(con, found.landed) == [(1, "K1", "a")]
        broken = Export(path, path.name, export.source, None)
        path.write_bytes(b"PAR1 no more")
        assert "cannot be read as Parquet" in (
            land_export(con, opened, broken, content_hash(path)).problem or ""
        )


def test_a_file_that_is_no_parquet_says_so(tmp_path: Path) -> None:
    path = tmp_path / "in.parquet"
    path.write_text("id\n1\n", encoding="utf-8")
    with duckdb.connect() as con, pytest.raises(UserError) as error:
        land_parquet(con, path, tmp_path / "landed.parquet")
    assert "cannot be read as Parquet" in error.value.message
