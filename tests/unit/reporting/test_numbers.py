"""How numbers and dates look, in both languages."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal as D

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.reporting.language import numbers as num
from pipelines.reporting.language.speaker import speaker
from pipelines.reporting.model.values import Money, Period


@pytest.mark.parametrize(
    ("amount", "zh", "en"),
    [
        ("4820000", "¥482万", "¥4.82M"),
        ("41200000", "¥4,120万", "¥41.2M"),
        ("120000000", "¥1.2亿", "¥120M"),
        ("3000000", "¥300万", "¥3.0M"),
        ("86000", "¥8.6万", "¥86k"),
        ("86412", "¥8.64万", "¥86.4k"),
        ("10000", "¥1.0万", "¥10k"),
        ("9999.50", "¥1.0万", "¥10k"),
        ("9999.49", "¥9,999", "¥9,999"),
        ("99995000", "¥1.0亿", "¥100M"),
        ("999950000", "¥10.0亿", "¥1.0B"),
        ("1234567890", "¥12.3亿", "¥1.23B"),
        ("8612", "¥8,612", "¥8,612"),
        ("0.01", "¥0.01", "¥0.01"),
        ("12.5", "¥12.50", "¥12.50"),
        ("0", "¥0", "¥0"),
        ("-1850000", "−¥185万", "−¥1.85M"),
    ],
)
def test_money_keeps_three_figures_in_the_units_of_the_language(amount, zh, en):
    assert "".join(num.compact(D(amount), "zh", symbol="¥")) == zh
    assert "".join(num.compact(D(amount), "en", symbol="¥")) == en


@given(st.decimals(min_value="-1e13", max_value="1e13", places=2))
def test_compact_money_is_never_wrong_by_more_than_its_last_figure(amount):
    sizes = {"": 1, "万": 10**4, "亿": 10**8, "k": 10**3, "M": 10**6, "B": 10**9}
    for language in num.LANGUAGES:
        figures, suffix = num.compact(amount, language)
        bare = figures.replace(",", "").replace(num.MINUS, "-")
        decimals = len(bare.partition(".")[2])
        half = D(sizes[suffix]).scaleb(-decimals) / 2
        assert abs(D(bare) * sizes[suffix] - amount) <= half or decimals == 1
        assert abs(D(bare) * sizes[suffix] - amount) <= max(abs(amount) / 100, D("0.5"))


def test_a_plus_is_shown_only_where_a_change_is_meant_and_zero_has_no_sign():
    assert num.plain(D("0.4"), 0, signed=True) == "0"
    assert num.plain(D("-0.4"), 0, signed=True) == "0"
    assert num.plain(D("2"), 0, signed=True) == "+2"
    assert num.plain(D("-1234.5"), 1) == "−1,234.5"


def test_rounding_is_half_up_not_half_even():
    assert num.plain(D("0.125"), 2) == "0.13"
    assert num.plain(D("2.5")) == "3"
    assert num.exact_money(D("-0.005"), "¥") == "−¥0.01"


@pytest.mark.parametrize(
    ("currency", "amount", "exact", "short"),
    [
        ("JPY", "9000", "JP¥9,000", "JP¥9,000"),
        ("JPY", "0.5", "JP¥0.50", "JP¥0.50"),  # a rate, or a converted amount
        ("KWD", "1.234", "KWD\u00a01.234", "KWD\u00a01.234"),
        ("KWD", "-0.001", "−KWD\u00a00.001", "−KWD\u00a00.001"),
        ("CNY", "9000", "¥9,000.00", "¥9,000"),
    ],
)
def test_an_amount_has_the_decimals_of_its_currency(
    currency: str, amount: str, exact: str, short: str
) -> None:
    speech = speaker("en", currency, 2026)
    assert speech.text(Money(amount=D(amount), exact=True)) == exact
    assert speech.text(Money(amount=D(amount))) == short


def test_a_currency_without_a_common_sign_is_named():
    assert num.symbol_of("CHF") == "CHF\u00a0"
    assert num.symbol_of("CNY") == "¥"


@pytest.mark.parametrize(
    ("start", "end", "zh", "en"),
    [
        ((2026, 11, 9), (2026, 11, 15), "11月9日—11月15日", "9–15 Nov"),
        ((2026, 10, 29), (2026, 11, 4), "10月29日—11月4日", "29 Oct – 4 Nov"),
        ((2025, 12, 29), (2026, 1, 4), "2025年12月29日—1月4日", "29 Dec 2025 – 4 Jan"),
        ((2026, 11, 9), (2026, 11, 9), "11月9日", "9 Nov"),
    ],
)
def test_spans(start, end, zh, en):
    first, last = date(*start), date(*end)
    assert num.span_text(first, last, "zh", 2026) == zh
    assert num.span_text(first, last, "en", 2026) == en


def test_a_day_of_another_year_says_the_year():
    assert num.day_text(date(2025, 3, 1), "zh", 2026) == "2025年3月1日"
    assert num.day_text(date(2025, 3, 1), "en", 2026) == "1 Mar 2025"
    at = datetime(2026, 11, 16, 2, 5)
    assert num.moment_text(at, "en", 2026) == "16 Nov 02:05"


@pytest.mark.parametrize(
    ("period", "start", "end", "words"),
    [
        ("week", "2026-11-09", "2026-11-15", "2026-W46|2026 年第 46 周|Week 46, 2026|W46"),
        ("week", "2026-12-28", "2027-01-03", "2026-W53|2026 年第 53 周|Week 53, 2026|W53"),
        ("month", "2026-10-01", "2026-10-31", "2026-10|2026 年 10 月|October 2026|Oct"),
        ("quarter", "2026-10-01", "2026-12-31", "2026-Q4|2026 年四季度|Q4 2026|Q4"),
        ("year", "2026-01-01", "2026-12-31", "2026|2026 年|2026|2026"),
        ("day", "2026-11-15", "2026-11-15", "2026-11-15|2026年11月15日|15 Nov 2026|15 Nov"),
    ],
)
def test_periods_have_one_key_and_a_name_in_each_language(period, start, end, words):
    value = Period(period=period, start=start, end=end)
    named = (
        value.key,
        num.period_text(value, "zh"),
        num.period_text(value, "en"),
        num.short_period_text(value, "en"),
    )
    assert "|".join(named) == words


@pytest.mark.parametrize(
    ("period", "start", "end", "words"),
    [
        ("week", "2025-11-10", "2025-11-16", "2025年46周|W46 2025"),
        ("week", "2024-12-30", "2025-01-05", "2025年1周|W1 2025"),
        ("month", "2025-10-01", "2025-10-31", "2025年10月|Oct 2025"),
        ("quarter", "2025-10-01", "2025-12-31", "2025年四季度|Q4 2025"),
        ("year", "2025-01-01", "2025-12-31", "2025|2025"),
        ("day", "2025-11-15", "2025-11-15", "2025年11月15日|15 Nov 2025"),
    ],
)
def test_a_short_period_of_another_year_says_which(period, start, end, words):
    value = Period(period=period, start=start, end=end)
    assert words == "|".join(num.short_period_text(value, way, 2026) for way in ("zh", "en"))


def test_a_cell_says_the_year_of_a_period_where_it_is_not_the_page_s():
    last_year = Period(period="month", start="2025-10-01", end="2025-10-31")
    this_year = Period(period="month", start="2026-10-01", end="2026-10-31")
    english = speaker("en", "CNY", 2026)
    assert english.text(last_year, short=True) == "Oct 2025"
    assert english.text(this_year, short=True) == "Oct"


def test_the_week_of_a_day_runs_from_monday_to_sunday():
    week = Period.week_of(date(2026, 11, 15))
    assert (week.start, week.end) == (date(2026, 11, 9), date(2026, 11, 15))
