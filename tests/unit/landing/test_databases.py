"""Tables of SQLite databases read as exports."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

import duckdb
import pytest

from pipelines.errors import UserError
from pipelines.landing.parquet import Landed
from pipelines.landing.sqlite import land_sqlite, tables_of
from tests.support.exports import Exports
from tests.support.landing_files import KNOWN, Rows, landed_rows


def database(path: Path, *statements: str, rows: Sequence[Sequence[Any]] = ()) -> Path:
    with closing(sqlite3.connect(path)) as made:
        for statement in statements:
            made.execute(statement)
        for row in rows:
            made.execute(f"insert into deal values ({', '.join('?' for _ in row)})", row)
        made.commit()
    return path


def land(path: Path, table: str | None = None) -> tuple[Landed, Rows]:
    with duckdb.connect() as con:
        landed = land_sqlite(con, path, table, KNOWN, path.with_suffix(".parquet"))
        return landed, landed_rows(con, landed)


DEAL = "create table deal (id, name, amount)"


def test_the_values_of_a_table_are_texts_and_its_rows_numbered(tmp_path: Path) -> None:
    path = database(tmp_path / "crm.db", DEAL, rows=[
        ("00123", "甲", 1234.5), (7, None, 10.0), ("x", "Größe".encode(), 1e-7), ("y", b"\xff", 0),
    ])  # fmt: skip
    landed, rows = land(path)
    assert (landed.names, landed.rows) == (("id", "name", "amount"), 4)
    assert rows == [
        (1, "00123", "甲", "1234.5"), (2, "7", None, "10"), (3, "x", "Größe", "1e-07"),
        (4, "y", "ff", "0"),
    ]  # fmt: skip


def test_the_table_that_knows_most_names_is_read_and_views_never(tmp_path: Path) -> None:
    endless = "with recursive n(x) as (select 1 union all select x + 1 from n)"
    path = database(
        tmp_path / "crm.db", "create table person (id, mail)", DEAL,
        f"create view trap as {endless} select x as id, x as name, x as amount from n",
        rows=[("1", "a", 5)],
    )  # fmt: skip
    assert land(path)[1] == [(1, "1", "a", "5")]
    assert tables_of(path) == ("deal", "person")
    with pytest.raises(UserError, match="no table 'trap'; its tables are deal, person"):
        land(path, "trap")


def test_tables_that_fit_as_well_are_told_apart_by_their_name(tmp_path: Path) -> None:
    path = database(tmp_path / "crm.db", DEAL, "create table deal_2025 (id, name, amount)",
                    "insert into deal_2025 values ('9', 'old', 1)")  # fmt: skip
    with pytest.raises(UserError, match=r"\(deal, deal_2025\); name one of them with `sheet:`"):
        land(path)
    assert land(path, "DEAL_2025")[1] == [(1, "9", "old", "1")]


def test_a_database_whose_changes_are_not_yet_written_is_refused(tmp_path: Path) -> None:
    path = database(tmp_path / "crm.db", "pragma journal_mode = wal", DEAL)
    with closing(sqlite3.connect(path)) as open_elsewhere:
        open_elsewhere.execute("insert into deal values ('1', 'a', 5)")
        open_elsewhere.commit()
        with pytest.raises(UserError, match=r"crm\.db-wal"):
            land(path)
    assert land(path)[1] == [(1, "1", "a", "5")]


@pytest.mark.parametrize("cut", [16, 100, 5000, 9000])
def test_a_damaged_database_is_one_sentence(tmp_path: Path, cut: int) -> None:
    path = database(tmp_path / "crm.db", DEAL, rows=[(str(n), "x" * 50, n) for n in range(200)])
    path.write_bytes(path.read_bytes()[:cut])
    with pytest.raises(UserError, match=r"cannot be read as a SQLite database|has no table"):
        land(path)


def test_a_source_reads_a_table_by_its_name(tmp_path: Path) -> None:
    exports = Exports(tmp_path)
    exports.source("crm", "table: customer\nfiles: ['*.sqlite']\nsheet: account\n"
                   "columns: {customer_id: id, name: name, credit_limit: amount}\n")  # fmt: skip
    database(tmp_path / "raw" / "crm.sqlite", DEAL, "create table account (id, name, amount)",
             "insert into account values (1, 'A', 2500.5), (2, 'B', 'much')",
             rows=[("1", "a", 5)])  # fmt: skip
    account = exports.stage("customer")
    assert (account.accepted, account.quarantined) == (1, 1)
    assert exports.faults() == [(2, "credit_limit.not_a_number", "much")]
