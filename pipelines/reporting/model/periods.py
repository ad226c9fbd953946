"""Months from the text that commission and appraisal tables carry."""

from __future__ import annotations

from datetime import date, timedelta

from pipelines.reporting.model.values import Period


def month_of(key: str) -> Period:
    """The month written as 2026-10."""
    start = date.fromisoformat(f"{key}-01")
    after = date(start.year + start.month // 12, start.month % 12 + 1, 1)
    return Period(period="month", start=start, end=after - timedelta(days=1))


def named_period(key: str) -> Period:
    """The period written as 2026-10, 2026-Q3, 2026-H1 or 2026."""
    if "H" in key:
        year, half = key.split("-H")
        first = month_of(f"{year}-{int(half) * 6 - 5:02d}")
        last = month_of(f"{year}-{int(half) * 6:02d}")
        return Period(period="half_year", start=first.start, end=last.end)
    if "Q" in key:
        year, quarter = key.split("-Q")
        first = month_of(f"{year}-{int(quarter) * 3 - 2:02d}")
        last = month_of(f"{year}-{int(quarter) * 3:02d}")
        return Period(period="quarter", start=first.start, end=last.end)
    if "-" in key:
        return month_of(key)
    return Period(period="year", start=date(int(key), 1, 1), end=date(int(key), 12, 31))
