"""The business date of a run: the one rule for the command, the schedules and the page.

Belongs here: the ends of weeks and months, and whose word counts. Does not belong here: asking the
clock; `now` is always given.
"""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

from pipelines.workspace.workspace import Settings


def business_date(settings: Settings, given: dt.date | None, now: dt.datetime) -> dt.date:
    """The day given, else the workspace's own, else the end of last week where the company is.

    Args:
        now: an aware moment.
    """
    return given or settings.as_of or last_week_end(local_day(settings, now))


def local_day(settings: Settings, moment: dt.datetime) -> dt.date:
    """The calendar day of an aware moment where the company is."""
    return moment.astimezone(ZoneInfo(settings.time_zone)).date()


def last_week_end(day: dt.date) -> dt.date:
    """The Sunday before a day: the end of the last whole ISO week."""
    return day - dt.timedelta(days=day.isoweekday())


def last_month(day: dt.date) -> dt.date:
    """The first day of the month before a day's month."""
    return (day.replace(day=1) - dt.timedelta(days=1)).replace(day=1)


def month_end(day: dt.date) -> dt.date:
    """The last day of a day's month."""
    return (day.replace(day=28) + dt.timedelta(days=4)).replace(day=1) - dt.timedelta(days=1)
