"""Whatever way a number or a date is written: it is read as itself or not at all."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence
from decimal import Decimal, InvalidOperation
from typing import Any

import duckdb
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.sources.contract import SQL_TYPES
from pipelines.warehouse.template import macro

PARSE = "staging/parse.sql.j2"
CON = duckdb.connect()
FULL_WIDTH = str.maketrans("0123456789.,-%/:", "０１２３４５６７８９．，－％／：")


def evaluate(sql: str, texts: Sequence[str]) -> list[Any]:
    """An expression over `x` for each of the texts, in their order."""
    found = CON.execute(
        f"select {sql} from (select unnest(?::varchar[]) as x, "
        "unnest(range(len(?::varchar[]))) as place) order by place",
        [list(texts), list(texts)],
    ).fetchall()
    return [row[0] for row in found]


def read(kind: str, texts: Sequence[str], order: str = "ymd") -> list[Any]:
    text = macro(PARSE, "reorder")("x", order)
    return evaluate(macro(PARSE, "value")(f"({text})", kind, SQL_TYPES[kind], "UTC"), texts)


def grouped(value: Decimal, separator: str) -> str:
    return f"{value:,f}".replace(",", separator)


AMOUNT_STYLES = (
    lambda v: f"{v:f}",
    lambda v: f"{v:f}0" if "." in f"{v:f}" else f"{v:f}.0",
    lambda v: grouped(v, ","),
    lambda v: grouped(v, " "),
    lambda v: grouped(v, "\u00a0"),
    lambda v: grouped(v, ",").translate(FULL_WIDTH),
    lambda v: f"¥{grouped(v, ',')}",
    lambda v: f"￥ {v:f}",
    lambda v: f"{grouped(v, ',')}元",
    lambda v: f"€{v:f}" if v >= 0 else f"-€{-v:f}",
    lambda v: f"+{v:f}" if v >= 0 else f"({grouped(-v, ',')})",
    lambda v: f"{v:f}" if v >= 0 else f"（¥{grouped(-v, ',')}）",
    lambda v: f"{v:E}",
)
amounts = st.decimals(min_value=-(10**14) + 1, max_value=10**14 - 1, places=4, allow_nan=False).map(
    lambda v: v.normalize() + 0
)


@given(st.lists(amounts, min_size=20, max_size=60))
def test_an_amount_is_read_back_from_every_style_it_is_written_in(values: list[Decimal]) -> None:
    texts = [style(value) for value in values for style in AMOUNT_STYLES]
    expected = [value for value in values for _ in AMOUNT_STYLES]
    found = read("money", texts)
    assert [(t, f) for t, f, e in zip(texts, found, expected, strict=True) if f != e] == []


@given(
    st.lists(st.decimals(min_value=-(10**9), max_value=10**9, places=8), min_size=30, max_size=60)
)
def test_an_amount_in_units_of_ten_thousand_is_ten_thousand_times_itself(
    values: list[Decimal],
) -> None:
    texts = [grouped(value, ",") for value in values]
    assert evaluate(macro(PARSE, "scaled")("x", 10_000), texts) == [v * 10_000 for v in values]


def reference(text: str) -> Decimal | None:
    """The one number a text can mean, read in another way than the SQL does."""
    text = text.strip()
    sign = 1
    if text.startswith("(") and text.endswith(")"):
        sign, text = -1, text[1:-1].strip()
    if re.fullmatch(r"¥\s*-", text):  # an accounting format shows 0 like this
        return Decimal(0)
    text = re.sub(r"^([-+]?)\s*¥?\s*", r"\1", text)
    text = re.sub(r"\s*[元¥]$", "", text)
    if text.startswith("(") and text.endswith(")"):
        sign, text = -1, text[1:-1].strip()
    if re.fullmatch(r"\d[\d., ]*-", text):  # as SAP writes it
        sign, text = -sign, text[:-1].strip()
    if re.fullmatch(r"[-+]?\d{1,2}(,\d{2}){1,3},\d{3}(\.\d*)?", text):  # lakhs
        text = text.replace(",", "")
    for separator in (",", " "):
        if separator in text:
            if not re.fullmatch(rf"[-+]?\d{{1,3}}({separator}\d{{3}})+(\.\d*)?", text):
                return None
            text = text.replace(separator, "")
    try:
        return sign * Decimal(text)
    except InvalidOperation:
        return None


number_like = st.text("0123456789012345678901234567890,,.. --+()¥元eE%", max_size=14)


@settings(max_examples=60)
@given(st.lists(number_like.map(str.strip), max_size=120))
def test_no_text_is_read_as_a_number_it_does_not_say(texts: list[str]) -> None:
    for text, found in zip(texts, read("money", texts), strict=True):
        if found is not None:
            said = reference(text)
            assert said is not None, text
            assert abs(found - said) <= Decimal("0.00005"), text


@given(st.lists(st.decimals(min_value=0, max_value=100, places=4), min_size=20, max_size=60))
def test_a_percentage_is_the_same_with_and_without_its_sign(values: list[Decimal]) -> None:
    for style in ("{}", "{}%", "{} %"):
        texts = [style.format(f"{value:f}") for value in values]
        assert read("pct", texts) == values
        assert read("pct", [text.translate(FULL_WIDTH) for text in texts]) == values


DATE_STYLES = (
    ("ymd", "{0:%Y-%m-%d}"),
    ("ymd", "{0:%Y/%m/%d}"),
    ("ymd", "{0:%Y.%m.%d}"),
    ("ymd", "{0.year}-{0.month}-{0.day}"),
    ("ymd", "{0.year}/{0.month}/{0.day}"),
    ("ymd", "{0.year}年{0.month}月{0.day}日"),
    ("ymd", "{0:%Y年%m月%d日}"),
    ("ymd", "{0:%Y%m%d}"),
    ("ymd", "{0:%Y-%m-%d} 00:00:00"),
    ("dmy", "{0:%d/%m/%Y}"),
    ("dmy", "{0:%d.%m.%Y}"),
    ("dmy", "{0.day}-{0.month}-{0.year}"),
    ("mdy", "{0:%m/%d/%Y}"),
    ("mdy", "{0.month}/{0.day}/{0.year}"),
    ("dmy", "{0:%Y-%m-%d}"),
    ("mdy", "{0.year}年{0.month}月{0.day}日"),
)
dates = st.dates(min_value=dt.date(1950, 1, 1), max_value=dt.date(2099, 12, 31))


@settings(max_examples=30)
@given(st.lists(dates, min_size=20, max_size=60))
def test_a_date_is_read_back_from_every_style_it_is_written_in(days: list[dt.date]) -> None:
    for order, style in DATE_STYLES:
        texts = [style.format(day) for day in days]
        assert read("date", texts, order) == days, style
        if order == "ymd":
            assert read("date", [text.translate(FULL_WIDTH) for text in texts]) == days, style


@given(st.lists(st.datetimes(dt.datetime(1955, 1, 1), dt.datetime(2099, 12, 31)), min_size=20))
def test_a_moment_is_read_back_from_every_style_it_is_written_in(
    moments: list[dt.datetime],
) -> None:
    moments = [moment.replace(microsecond=0) for moment in moments]
    for style in ("{0:%Y-%m-%d %H:%M:%S}", "{0:%Y-%m-%dT%H:%M:%S}", "{0:%Y/%m/%d %H:%M:%S}",
                  "{0:%Y年%m月%d日 %H:%M:%S}", "{0:%Y-%m-%dT%H:%M:%S}Z",
                  "{0:%Y-%m-%d %H:%M:%S}+00:00"):  # fmt: skip
        assert read("timestamp", [style.format(moment) for moment in moments]) == moments, style
    serials = [
        Decimal((moment - dt.datetime(1899, 12, 30)) // dt.timedelta(seconds=1)) / 86400
        for moment in moments
    ]
    assert read("timestamp", [f"{serial:.8f}" for serial in serials]) == moments


@settings(max_examples=60)
@given(st.lists(st.text("0012320206915-/.-年月日 ", min_size=6, max_size=11), max_size=150))
def test_no_text_is_read_as_a_day_it_does_not_say(texts: list[str]) -> None:
    """What is read has the year, month and day of the text's own numbers, in that order."""
    for text, found in zip(texts, read("timestamp", texts), strict=True):
        if found is None or not 1000 <= found.year <= 9999 or re.fullmatch(r"\d{5}(\.\d+)?", text):
            continue  # an impossible year is a fault of the row; a serial date has no parts
        compact = re.fullmatch(r"\s*(\d{4})(\d\d)(\d\d)\s*", text)
        parts = compact.groups() if compact else re.findall(r"\d+", text)
        said = tuple(int(part) for part in parts[:3])
        assert (found.year, found.month, found.day) == said, text
