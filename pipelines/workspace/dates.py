"""The ends of weeks and months that runs look back to; kept apart so that it loads at once."""

from __future__ import annotations

import datetime as dt


def last_week_end(day: dt.date) -> dt.date:
    """The Sunday before a day: the end of the last whole ISO week."""
    return day - dt.timedelta(days=day.isoweekday())


def last_month_end(day: dt.date) -> dt.date:
    """The last day of the month before a day's month."""
    return day.replace(day=1) - dt.timedelta(days=1)
