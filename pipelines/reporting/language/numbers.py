"""Decimal in, text out: how numbers and dates look in Chinese and English.

Belongs here: rounding (half up, only here), units of size, signs, dates and periods. Does not
belong here: sentences and unit words; they come from the message catalogues.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import Literal

from pipelines.reporting.model.values import Period

LanguageCode = Literal["zh", "en"]
LANGUAGES: tuple[LanguageCode, ...] = ("zh", "en")
MINUS = "\u2212"
DASH = "\u2014"
_SYMBOLS = {"CNY": "¥", "JPY": "JP¥", "USD": "US$", "EUR": "€", "GBP": "£", "HKD": "HK$"}
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_LONG_MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September",
    "October", "November", "December",
)  # fmt: skip
_QUARTERS = "一二三四"


@dataclass(frozen=True)
class _Size:
    """A unit of size: from `least` on, amounts are shown in multiples of `of`."""

    least: Decimal
    of: Decimal
    suffix: str


_K, _M, _B = Decimal(1_000), Decimal(1_000_000), Decimal(1_000_000_000)
_WAN, _YI = Decimal(10_000), Decimal(100_000_000)
_SIZES: dict[LanguageCode, tuple[_Size, ...]] = {
    "zh": (_Size(_WAN, _WAN, "万"), _Size(_YI, _YI, "亿")),
    "en": (_Size(_WAN, _K, "k"), _Size(_M, _M, "M"), _Size(_B, _B, "B")),
}


def rounded(number: Decimal, decimals: int) -> Decimal:
    """Round half away from zero, as people and DuckDB do."""
    return number.quantize(Decimal(1).scaleb(-decimals), rounding=ROUND_HALF_UP)


def sign_of(shown: Decimal, signed: bool) -> str:
    """The sign that stands before a number: a true minus, and a plus only where asked."""
    if shown < 0:
        return MINUS
    return "+" if signed and shown > 0 else ""


def plain(number: Decimal, decimals: int = 0, signed: bool = False) -> str:
    """A number with thousands separators and a true minus sign."""
    shown = rounded(number, decimals)
    return f"{sign_of(shown, signed)}{abs(shown):,.{decimals}f}"


def compact(
    number: Decimal,
    language: LanguageCode,
    *,
    signed: bool = False,
    symbol: str = "",
    pad: bool = True,
    smallest: int = 2,
) -> tuple[str, str]:
    """A large number as (figures, unit of size): ("¥482", "万"), ("¥4.82", "M").

    Three significant figures; below the first unit whole numbers, and cents only where there
    are some and the amount is under a thousand: one cent still open must be seen. `pad` keeps
    one decimal where there is room for it (¥3.0M), because a bare 3 looks rounded. `smallest` is
    the decimals of the currency's smallest unit.
    """
    cents = abs(number) < 1000 and number != number.to_integral_value()
    decimals = max(smallest, 2) if cents else 0
    least, unit = decimals, Decimal(1)
    shown, suffix = rounded(number, decimals), ""
    for size in _SIZES[language]:
        # 99 999 999 is 10 000 万 once rounded, which is written 1.0 亿: ask what would be shown.
        if abs(shown) * unit < size.least:
            break
        unit, suffix = size.of, size.suffix
        shown, decimals = _three_figures(number / unit)
        least = 1 if pad and (suffix in "亿MB" or (suffix == "万" and abs(shown) < 10)) else 0
    text = _trimmed(abs(shown), decimals, least)
    return f"{sign_of(shown, signed)}{symbol}{text}", suffix


def _three_figures(multiple: Decimal) -> tuple[Decimal, int]:
    """The number rounded to three figures, whole from 100 on, and its decimals."""
    decimals = _decimals(multiple)
    shown = rounded(multiple, decimals)
    # 9.995 becomes 10.00, which has one figure too many.
    return rounded(shown, _decimals(shown)), _decimals(shown)


def _decimals(multiple: Decimal) -> int:
    if abs(multiple) < 10:
        return 2
    return 1 if abs(multiple) < 100 else 0


def _trimmed(number: Decimal, decimals: int, least: int) -> str:
    text = f"{number:,.{decimals}f}"
    while decimals > least and text.endswith("0"):
        text, decimals = text[:-1], decimals - 1
    return text.removesuffix(".")


def exact_money(amount: Decimal, symbol: str, signed: bool = False, smallest: int = 2) -> str:
    """An amount to its currency's smallest unit: ¥1,234.50, JP¥1,234, KWD 1.234.

    `smallest` is the decimals of that unit; a rate or a converted amount that is no whole number of
    units has two at least.
    """
    decimals = smallest if amount == rounded(amount, smallest) else max(smallest, 2)
    shown = rounded(amount, decimals)
    return f"{sign_of(shown, signed)}{symbol}{abs(shown):,.{decimals}f}"


def symbol_of(currency: str) -> str:
    """The sign of a currency; its code and a space where it has no common sign."""
    return _SYMBOLS.get(currency, f"{currency}\u00a0")


def day_text(day: date, language: LanguageCode, year: int | None = None) -> str:
    """11月15日 / 15 Nov; with the year where it differs from `year`."""
    if language == "zh":
        prefix = f"{day.year}年" if day.year != year else ""
        return f"{prefix}{day.month}月{day.day}日"
    suffix = f" {day.year}" if day.year != year else ""
    return f"{day.day} {_MONTHS[day.month - 1]}{suffix}"


def moment_text(at: datetime, language: LanguageCode, year: int | None = None) -> str:
    """11月16日 02:10 / 16 Nov 02:10."""
    return f"{day_text(at.date(), language, year)} {at:%H:%M}"


def span_text(start: date, end: date, language: LanguageCode, year: int | None = None) -> str:
    """11月9日—11月15日 / 9–15 Nov; 29 Oct – 4 Nov."""
    if start == end:
        return day_text(start, language, year)
    if language == "zh":
        return f"{day_text(start, language, year)}{DASH}{day_text(end, language, year)}"
    if (start.year, start.month) == (end.year, end.month):
        return f"{start.day}–{day_text(end, language, year)}"
    first = day_text(start, language, end.year if start.year == end.year else None)
    return f"{first} – {day_text(end, language, year)}"


def period_text(period: Period, language: LanguageCode) -> str:
    """2026 年第 46 周 / Week 46, 2026 and its like for days, months, quarters and years."""
    start = period.start
    year, week, _ = start.isocalendar()
    quarter = (start.month + 2) // 3
    half = 1 if start.month == 1 else 2
    names = {
        "week": (f"{year} 年第 {week} 周", f"Week {week}, {year}"),
        "month": (
            f"{start.year} 年 {start.month} 月", f"{_LONG_MONTHS[start.month - 1]} {start.year}"
        ),
        "quarter": (f"{start.year} 年{_QUARTERS[quarter - 1]}季度", f"Q{quarter} {start.year}"),
        "half_year": (f"{start.year} 年{'上下'[half - 1]}半年", f"H{half} {start.year}"),
        "year": (f"{start.year} 年", f"{start.year}"),
    }  # fmt: skip
    if period.period == "day":
        return day_text(start, language)
    return names[period.period][0 if language == "zh" else 1]


def short_period_text(period: Period, language: LanguageCode, year: int | None = None) -> str:
    """46周 / W46, 10月 / Oct, 四季度 / Q4; with its year where that differs from `year`."""
    start = period.start
    if period.period == "year":
        return f"{start.year}"
    if period.period == "day":
        return day_text(start, language, year or start.year)
    zh = language == "zh"
    own_year = start.year
    if period.period == "week":
        own_year, week, _ = start.isocalendar()
        name = f"{week}周" if zh else f"W{week}"
    elif period.period == "month":
        name = f"{start.month}月" if zh else _MONTHS[start.month - 1]
    elif period.period == "half_year":
        name = ("上半年" if zh else "H1") if start.month == 1 else ("下半年" if zh else "H2")
    else:
        quarter = (start.month + 2) // 3
        name = f"{_QUARTERS[quarter - 1]}季度" if zh else f"Q{quarter}"
    if own_year == (year or own_year):
        return name
    return f"{own_year}年{name}" if zh else f"{name} {own_year}"
