"""A clock of twelve hours is read as the hour it means, or not at all."""

from __future__ import annotations

import datetime as dt

import duckdb
import pytest

from pipelines.sources.contract import SQL_TYPES
from pipelines.warehouse.template import macro

PARSE = "staging/parse.sql.j2"


def moment(text: str, order: str) -> dt.datetime | None:
    written = macro(PARSE, "reorder")("x", order)
    value = macro(PARSE, "value")(f"({written})", "timestamp", SQL_TYPES["timestamp"], "UTC")
    found = duckdb.execute(f"select {value} from (select ?::varchar as x)", [text]).fetchone()
    assert found is not None
    read: dt.datetime | None = found[0]
    return read


@pytest.mark.parametrize(
    ("text", "order", "hour", "minute"),
    [
        ("11/2/2026 3:05 PM", "mdy", 15, 5),
        ("11/2/2026 9:15 AM", "mdy", 9, 15),
        ("2/11/2026 12:05 am", "dmy", 0, 5),
        ("2/11/2026 12:05 p.m.", "dmy", 12, 5),
        ("2026-11-02 03:05:00 PM", "ymd", 15, 5),
        ("2026/11/2 3:05PM", "ymd", 15, 5),
        ("2026-11-02 15:05", "ymd", 15, 5),
    ],
)
def test_a_clock_of_twelve_hours(text: str, order: str, hour: int, minute: int) -> None:
    assert moment(text, order) == dt.datetime(2026, 11, 2, hour, minute)


@pytest.mark.parametrize(
    "text", ["2026-11-02 13:05 PM", "2026-11-02 0:05 AM", "2026-11-02 3:75 PM", "2026-11-02 PM"]
)
def test_an_hour_such_a_clock_does_not_have_is_not_read(text: str) -> None:
    assert moment(text, "ymd") is None
