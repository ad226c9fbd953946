"""The small SQL functions every table of the sample is made of."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import duckdb
import pytest

from pipelines.sample.model import set_parameters, sql


@pytest.fixture
def con() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as connection:
        set_parameters(connection, "small", 7)
        connection.execute(sql("macros"))
        yield connection


def value(con: duckdb.DuckDBPyConnection, expression: str) -> Any:
    row = con.execute(f"select {expression}").fetchone()
    assert row is not None
    return row[0]


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("yuan_text(12345)", "123.45"),
        ("yuan_text(-5)", "-0.05"),
        ("yuan_grouped(123456789)", "1,234,567.89"),
        ("yuan_grouped(-5)", "-0.05"),
        ("wan_text(123456789)", "123.456789"),
        ("wan_text(450000)", "0.45"),
        ("wan_text(2000000)", "2"),
        ("numbered('OPP-', 12)", "OPP-000012"),
        ("stray('OPP-', 3, 12)", "OPP-93000012"),
        ("slash_date(date '2026-01-05')", "2026/1/5"),
        ("minute_text(timestamp '2026-01-05 09:12:44')", "2026-01-05 09:12"),
    ],
)
def test_text_forms(con: duckdb.DuckDBPyConnection, expression: str, expected: str) -> None:
    assert value(con, expression) == expected


def test_a_share_is_rounded_half_up_in_whole_cents(con: duckdb.DuckDBPyConnection) -> None:
    assert [value(con, f"share_of({cents}, 1, 2)") for cents in (1, 2, 3)] == [1, 1, 2]
    assert value(con, "vat_of(10050)") == 1307  # 1306.5


def test_parts_by_running_totals_add_up(con: duckdb.DuckDBPyConnection) -> None:
    parts = [
        value(con, f"share_of(1000001, {upper}, 100) - share_of(1000001, {lower}, 100)")
        for lower, upper in ((0, 30), (30, 90), (90, 100))
    ]
    assert sum(parts) == 1000001


def test_two_draws_for_one_row_are_not_tied_to_each_other(con: duckdb.DuckDBPyConnection) -> None:
    both = value(
        con,
        "(select count(*) from range(20000) as t (i)"
        " where chance('one', i) < 0.1 and chance('two', i) < 0.1)",
    )
    assert 150 <= both <= 250  # 200 expected; tied draws gave none or ten times as many


def test_another_seed_draws_another_number(con: duckdb.DuckDBPyConnection) -> None:
    before = value(con, "draw('x', 1)")
    con.execute("set variable seed = 8")
    assert value(con, "draw('x', 1)") != before
