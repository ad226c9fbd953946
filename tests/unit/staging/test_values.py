"""How a text becomes a typed value; what cannot be read is null, never a guess."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import duckdb
import pytest

from pipelines.sources.contract import SQL_TYPES
from pipelines.warehouse.template import macro

PARSE = "staging/parse.sql.j2"
CON = duckdb.connect()


def read(text: str | None, kind: str) -> Any:
    """A text read as a value of a canonical type."""
    sql = macro(PARSE, "value")("x", kind, SQL_TYPES[kind], "Asia/Shanghai")
    found = CON.execute(f"select {sql} from (select ?::varchar as x)", [text]).fetchone()
    assert found is not None
    return found[0]


def in_zone(text: str, kind: str, zone: str) -> Any:
    sql = macro(PARSE, "value")("x", kind, SQL_TYPES[kind], zone)
    found = CON.execute(f"select {sql} from (select ?::varchar as x)", [text]).fetchone()
    assert found is not None
    return found[0]


def ordered(text: str, order: str) -> Any:
    """A date text of a source with this order of day and month."""
    sql = macro(PARSE, "value")(macro(PARSE, "reorder")("x", order), "date", "date", "UTC")
    found = CON.execute(f"select {sql} from (select ?::varchar as x)", [text]).fetchone()
    assert found is not None
    return found[0]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1234.5", "1234.5"),
        ("1,234,567.89", "1234567.89"),
        ("-1,234.50", "-1234.5"),
        ("(1,234.50)", "-1234.5"),
        ("（1,234.50）", "-1234.5"),
        ("¥1,234.50", "1234.5"),
        ("￥1234", "1234"),
        ("$1,234", "1234"),
        ("€ 99.90", "99.9"),
        ("1234元", "1234"),
        ("１２３４．５", "1234.5"),
        ("１，２３４．５０", "1234.5"),
        ("－５", "-5"),
        ("1e3", "1000"),
        ("+7", "7"),
        ("0", "0"),
        (".5", "0.5"),
        ("1 234.50", "1234.5"),
        ("1\u00a0234\u00a0567,00".replace(",", "."), "1234567"),
        ("1\u202f234", "1234"),
        ("- 5", "-5"),
        ("(¥5.00)", "-5"),
        ("¥(5.00)", "-5"),
        ("-¥5", "-5"),
        ("5-", "-5"),
        ("1,234.50-", "-1234.5"),
        ("1,234.50 -", "-1234.5"),
        ("\u22125.25", "-5.25"),
        ("\u22121,234.50", "-1234.5"),
        ("¥ 5 元", "5"),
        ("1'234.50", "1234.5"),
        ("1’234’567.50", "1234567.5"),
        ("-1'234", "-1234"),
        ("12,34,567.50", "1234567.5"),
        ("1,23,456.00", "123456"),
        ("(1,23,456)", "-123456"),
        ("¥-", "0"),
        ("$ -", "0"),
        ("122924.02 €", "122924.02"),
        ("1,234.50€", "1234.5"),
        ("99999999999999.9999", "99999999999999.9999"),
    ],
)
def test_amounts_as_people_write_them(text: str, value: str) -> None:
    assert read(text, "money") == Decimal(value)


@pytest.mark.parametrize(
    "text",
    [
        "abc", "12万", "1.2.3", "--5", "1,50", "1.234,56", "12,34", "1,2345", "12,345,6", "(5",
        "5%", "", "NaN", "inf", "999999999999999", "1,,000", "1 2", "12 34", "5元6", "3元5",
        "-5-", "5--", "5-5", "(5-)", "USD 5", "5 CR", "1¥2", "¥¥5", "1 234,5", "12,345 678", "-(5)",
        "元",
        "1'23", "1'2345", "12'34", "1,234'567", "1'234,567", "123,45,678.00", "1,2,345", "-", "--",
        "100.-", "1'000.-", "100. -",
    ],
)  # fmt: skip
def test_an_amount_that_could_mean_two_things_is_not_read(text: str) -> None:
    """`1,50` is 1.50 in one country and a mistyped 150 in another."""
    assert read(text, "money") is None


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("85", "85"),
        ("85%", "85"),
        ("85.5 %", "85.5"),
        ("８５％", "85"),
        ("0.85", "0.85"),
        ("5%5", None),
        ("5%%", None),
        ("%5", None),
    ],
)
def test_percentages_are_of_a_hundred(text: str, value: str | None) -> None:
    assert read(text, "pct") == (Decimal(value) if value else None)


@pytest.mark.parametrize(
    ("text", "value"),
    [("7", 7), ("7.0", 7), ("1,000", 1000), ("-3", -3), ("７", 7), ("7.5", None), ("seven", None),
     ("3.00001", None)],
)  # fmt: skip
def test_an_integer_has_no_fraction(text: str, value: int | None) -> None:
    assert read(text, "integer") == value


def test_a_rate_keeps_eight_decimals() -> None:
    assert read("0.04812345", "rate") == Decimal("0.04812345")


@pytest.mark.parametrize(
    "text",
    [
        "2026-01-05", "2026-1-5", "2026/1/5", "2026/01/05", "2026.1.5", "2026年1月5日",
        "2026年01月05日", "２０２６-０１-０５", "２０２６／１／５", "20260105",
        "2026-01-05 00:00:00", "2026-01-05T09:30:00", "46027", "46027.0",
        "05-Jan-2026", "5 January 2026", "Jan 5, 2026", "January 5th, 2026", "5. Januar 2026",
        "5-JAN-2026", "Jan. 5 2026", "5/Jan/2026", "05 Jan 2026 09:30", "5th Jan 2026",
        "2026-01-05Z", "2026-01-05+08:00", "Monday, January 5, 2026", "Mon 5 Jan 2026",
        "Mo., 5. Januar 2026",
        "2026/01/05 周一", "2026年1月5日 星期一", "2026年1月5日（星期一）",
        "5 janvier 2026", "5 janv. 2026",
        "5 de enero de 2026", "5 gennaio 2026", "5 de janeiro de 2026",
        "5 januari 2026", "2026년 1월 5일",
        "20260105143000", "20260105 143000", "Jan  5 2026  3:05PM", "2026/1/5 下午3:05",
    ],
)  # fmt: skip
def test_dates_as_systems_and_people_write_them(text: str) -> None:
    assert read(text, "date") == dt.date(2026, 1, 5)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("2026-01-05 14:30:05", "2026-01-05 14:30:05"),
        ("2026-01-05T14:30:05", "2026-01-05 14:30:05"),
        ("2026/1/5 14:30", "2026-01-05 14:30"),
        ("2026年1月5日 14:30", "2026-01-05 14:30"),
        ("2026年1月5日14:30", "2026-01-05 14:30"),
        ("２０２６年１月５日 １４：３０", "2026-01-05 14:30"),
        ("2026-01-05", "2026-01-05"),
        ("46027.604166667", "2026-01-05 14:30"),
        ("46027", "2026-01-05"),
        ("20260105143005", "2026-01-05 14:30:05"),
        ("20260105 143005", "2026-01-05 14:30:05"),
        ("20260105T143005", "2026-01-05 14:30:05"),
        ("2026/1/5 下午2:30", "2026-01-05 14:30"),
        ("2026/1/5 下午 2:30:05", "2026-01-05 14:30:05"),
        ("2026年1月5日 上午12:05", "2026-01-05 00:05"),
        ("2026年1月5日下午12：05", "2026-01-05 12:05"),
        ("2026/1/5 2:30 下午", "2026-01-05 14:30"),
        ("2026-01-05 周一 14:30", "2026-01-05 14:30"),
        ("Jan  5 2026  2:30PM", "2026-01-05 14:30"),
        ("05-JAN-2026 02.30.05 PM", "2026-01-05 14:30:05"),
        ("05-JAN-2026 02.30.05.000000 PM", "2026-01-05 14:30:05"),
        ("5 juillet 2026 14:30", "2026-07-05 14:30"),
        ("5 juin 2026 14:30", "2026-06-05 14:30"),
        ("5 août 2026", "2026-08-05"),
    ],
)
def test_moments_as_systems_and_people_write_them(text: str, value: str) -> None:
    assert read(text, "timestamp") == dt.datetime.fromisoformat(value)


@pytest.mark.parametrize(
    "text",
    [
        "2026-02-30", "2026-13-01", "31/02/2026", "05/01/2026", "5.1.2026", "yesterday", "2026",
        "2026-01", "0000-00-00", "202601", "123", "99999", "26年1月5日",
        "31-Feb-2026", "05-Jan-26", "Jan 2026", "5 Mayor 2026", "Jan 5 2026 x", "5 Messidor 2026",
        "20261399999999", "2026/1/5 下午13:05", "2026/1/5 下午", "99999999999",
        "2012345678", "2026-01-05 EST",
        "Mon Jan 05 08:00:00 CST 2026", "2026年1月 周一",
    ],
)  # fmt: skip
@pytest.mark.parametrize("kind", ["date", "timestamp"])
def test_a_date_that_does_not_exist_or_could_be_another_is_not_read(text: str, kind: str) -> None:
    assert read(text, kind) is None


@pytest.mark.parametrize(
    ("text", "zone", "value"),
    [
        ("2026-10-31T17:00:00Z", "Asia/Shanghai", "2026-11-01 01:00:00"),
        ("2026-10-31T17:00:00.000+0000", "Asia/Shanghai", "2026-11-01 01:00:00"),
        ("2026-11-01 01:00:00+08:00", "Asia/Shanghai", "2026-11-01 01:00:00"),
        ("2026-10-31T17:00:00 UTC", "Asia/Shanghai", "2026-11-01 01:00:00"),
        ("2026-10-31T17:00Z", "Asia/Shanghai", "2026-11-01 01:00:00"),
        ("2026-10-31 17:00+00", "Asia/Shanghai", "2026-11-01 01:00:00"),
        ("2026-11-01T01:00+0800", "Asia/Shanghai", "2026-11-01 01:00:00"),
        ("2026-11-01T01:00+08:00", "Asia/Shanghai", "2026-11-01 01:00:00"),
        ("2026-10-31 17:00 UTC", "Asia/Shanghai", "2026-11-01 01:00:00"),
        ("2026-07-01T12:00:00Z", "Europe/Berlin", "2026-07-01 14:00:00"),  # summer time
        ("2026-10-31 17:00:00 +0000", "Asia/Shanghai", "2026-11-01 01:00:00"),
        ("2026-11-01 01:00:00 +08:00", "Asia/Shanghai", "2026-11-01 01:00:00"),
        ("2026-10-31 17:00 +0000", "Asia/Shanghai", "2026-11-01 01:00:00"),
        ("2026/10/31 17:00:00 +00", "Asia/Shanghai", "2026-11-01 01:00:00"),
        ("2026-10-31 17:00:00 GMT", "Asia/Shanghai", "2026-11-01 01:00:00"),
        ("Sat, 31 Oct 2026 17:00:00 GMT", "Asia/Shanghai", "2026-11-01 01:00:00"),
        ("Sat, 31 Oct 2026 17:00:00 +0000", "Asia/Shanghai", "2026-11-01 01:00:00"),
        ("2026-10-31 17:00:00.000 Europe/London", "Asia/Shanghai", "2026-11-01 01:00:00"),
        ("20261031170000Z", "Asia/Shanghai", "2026-11-01 01:00:00"),
        ("1793466000", "Asia/Shanghai", "2026-11-01 01:00:00"),
        ("1793466000000", "Asia/Shanghai", "2026-11-01 01:00:00"),
        ("2026-10-31 17:00:00", "Europe/Berlin", "2026-10-31 17:00:00"),
        ("2026-10-31 17:00:00.123456", "Europe/Berlin", "2026-10-31 17:00:00.123456"),
    ],
)
def test_a_moment_that_names_its_zone_is_put_into_the_workspace_s(
    text: str, zone: str, value: str
) -> None:
    assert in_zone(text, "timestamp", zone) == dt.datetime.fromisoformat(value)
    assert in_zone(text, "date", zone) == dt.datetime.fromisoformat(value).date()


@pytest.mark.parametrize(
    ("text", "order", "value"),
    [
        ("05.01.2026", "dmy", "2026-01-05"),
        ("05/01/2026", "dmy", "2026-01-05"),
        ("5-1-2026", "dmy", "2026-01-05"),
        ("05/01/2026", "mdy", "2026-05-01"),
        ("1/5/2026", "mdy", "2026-01-05"),
        ("2026-01-05", "dmy", "2026-01-05"),  # an ISO date needs no order
        ("31/02/2026", "dmy", None),
        ("13/13/2026", "mdy", None),
        ("05/01/2026", "ymd", None),
    ],
)
def test_the_source_says_whether_the_day_comes_first(
    text: str, order: str, value: str | None
) -> None:
    assert ordered(text, order) == (dt.date.fromisoformat(value) if value else None)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("true", True), ("TRUE", True), ("1", True), ("yes", True), ("Y", True), ("是", True),
        ("有", True), ("√", True), ("false", False), ("0", False), ("No", False), ("否", False),
        ("无", False), ("×", False), ("maybe", None), ("2", None), ("", None),
    ],
)  # fmt: skip
def test_a_boolean_is_one_of_the_words_for_it(text: str, value: bool | None) -> None:
    assert read(text, "boolean") is value


@pytest.mark.parametrize("kind", sorted(SQL_TYPES))
def test_an_empty_field_is_no_value(kind: str) -> None:
    assert read(None, kind) is None


@pytest.mark.parametrize(
    ("text", "scale", "value"),
    [
        ("8.137045", 10000, "81370.45"),
        ("1,234.5", 10000, "12345000"),
        ("(0.01)", 10000, "-100"),
        ("12.34", 1, "12.34"),
        ("x", 10000, None),
        ("9999999999.9999", 10000, "99999999999999"),
        ("99999999999", 10000, None),
    ],
)
def test_an_amount_in_units_of_ten_thousand_keeps_its_cents(
    text: str, scale: int, value: str | None
) -> None:
    sql = macro(PARSE, "scaled")("x", scale)
    found = CON.execute(f"select {sql} from (select ?::varchar as x)", [text]).fetchone()
    assert found == (Decimal(value) if value else None,)


def test_a_moment_without_seconds_keeps_the_zone_it_names() -> None:
    """Its source's own zone is for moments that name none."""
    sql = macro(PARSE, "zoned")("x", "timestamp", "Europe/Berlin")
    found = CON.execute(f"select {sql} from (select '2026-10-31T17:00Z' as x)").fetchone()
    assert found == ("2026-10-31T17:00Z",)
