"""The business date that nobody stated, where the exports end long before it.

Belongs here: the newest day on which anything happened, the date that follows it. Does not belong
here: what stating none means otherwise (`workspace/dates.py`).

A first look at last year's exports would show a week in which nothing happened.
"""

from __future__ import annotations

import datetime as dt
from typing import NamedTuple

from pipelines.sources.contract import canonical_tables
from pipelines.warehouse.duck import Warehouse
from pipelines.warehouse.quoting import identifier
from pipelines.workspace.dates import last_week_end

LONG_AGO_DAYS = 45  # more than a month's export that is late
_NO_BUSINESS = ("fx_rate",)  # rates are published whether or not anything was sold


class Newest(NamedTuple):
    """The newest day on which anything happened, and the table and column that hold it."""

    day: dt.date
    table: str
    column: str


def newest_day(warehouse: Warehouse, until: dt.date) -> Newest | None:
    """The newest day of all that has happened in the staged tables, none after `until`."""
    found = []
    for table in canonical_tables().values():
        if table.name in _NO_BUSINESS or not warehouse.row_count(f"staging.{table.name}"):
            continue
        for column in table.happened:
            name = identifier(column)
            day = warehouse.scalar(
                f"select max(cast({name} as date)) from staging.{identifier(table.name)} "
                f"where cast({name} as date) <= ?",
                [until],
            )
            if day is not None:
                found.append(Newest(day, table.name, column))
    return max(found, key=lambda one: one.day, default=None)


def following(warehouse: Warehouse, as_of: dt.date) -> tuple[dt.date, str] | None:
    """The end of the week of the newest data and the sentence that says so, where it is long before
    a business date that nobody stated; `None` where that date stands."""
    newest = newest_day(warehouse, as_of)
    if newest is None or (as_of - newest.day).days <= LONG_AGO_DAYS:
        return None
    day = last_week_end(newest.day + dt.timedelta(days=7))
    return day, (
        f"as of {day}: the newest date in the exports is {newest.day} "
        f"({newest.table}.{newest.column}), long before {as_of}; --as-of DAY, or as_of in "
        "attain.yaml, states another day"
    )
