"""What all models of policy files are made of, the calendar and the terms; others have a file.

Belongs here: what a policy may say. Does not belong here: applying it (`sql/`).
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence
from decimal import Decimal
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, field_validator, model_validator

from pipelines.workspace.workspace import Label

# what columns of the tables hold: whole numbers of 32 bits, amounts of 14 digits before the point
_MOST, _MOST_AMOUNT = 2_000_000_000, 10**14 - 1


class Policy(BaseModel):
    """Base of every policy model: unknown keys are mistakes, values do not change."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)

    @field_validator("*")
    @classmethod
    def _is_a_quantity(cls, value: Any) -> Any:
        """Whole numbers and amounts that the tables of policies hold; beyond is a slip."""
        for one in value if isinstance(value, tuple) else (value,):
            most = _MOST_AMOUNT if isinstance(one, Decimal) else _MOST
            if isinstance(one, (int, Decimal)) and abs(Decimal(one)) > most:
                raise ValueError(f"{str(one)[:20]} is no quantity: at most {most:,} is")
        return value


def later(default: object = None) -> Any:
    """A key that plans say since a later version: one that does not say it is the plan it was.

    A dump leaves it out then, so marks made of it stay what they were.
    """
    return Field(default, exclude_if=lambda value: value == default)


def once(what: str, names: Sequence[str]) -> None:
    for place, name in enumerate(names):
        if name in names[:place]:
            raise ValueError(f"{what} {name!r} is listed twice")


class DateSpan(Policy):
    name: Label
    first: dt.date = Field(alias="from")
    last: dt.date = Field(alias="to")

    @model_validator(mode="after")
    def _ends_after_it_begins(self) -> DateSpan:
        if self.last < self.first:
            raise ValueError(f"`to` {self.last} is before `from` {self.first}")
        return self


class Calendar(Policy):
    """Working days (`policy/calendar/*.yaml`); `weekend` holds ISO weekdays, 7 is Sunday.

    With a `country` (`CN`, or `DE-BY` for a part of one) `holidays` and `worked` are added to
    its days; for years that the country has not announced they are, up to `known_to`, all there
    is. Without a country they are the calendar. `fiscal_year_starts` is a month; from any but
    January the year of account has periods of its own, `fiscal_year` and `fytd`.
    """

    id: str
    country: str | None = None
    fiscal_year_starts: Annotated[int, Field(ge=1, le=12)] = 1
    weekend: tuple[Annotated[int, Field(ge=1, le=7)], ...] | None = None
    holidays: tuple[DateSpan, ...] = ()
    worked: tuple[dt.date, ...] = ()
    known_to: dt.date | None = None


_Days = Annotated[int, Field(gt=0)]
_CLOCK = re.compile(r"([01]?\d|2[0-4]):([0-5]\d)")


def _minute(written: Any) -> Any:
    """A time of day as minutes since midnight; YAML reads an unquoted 18:00 as that by itself."""
    if isinstance(written, str):
        found = _CLOCK.fullmatch(written.strip())
        if found is None:
            raise ValueError(f"{written!r} is no time of day, such as 09:00")
        return 60 * int(found[1]) + int(found[2])
    return written


_Minute = Annotated[int, BeforeValidator(_minute), Field(ge=0, le=24 * 60)]


class Terms(Policy):
    """In whole days or hours; the defaults are those of the KPI handbook.

    `first_contact_hours` says which hours count towards the time to answer a lead: all that elapse,
    or those between `working_day_begins` and `working_day_ends` on the calendar's working days.
    """

    activity_logged_within_hours: _Days = 24
    order_entered_within_hours: _Days = 24
    matured_after_days: _Days = 90
    long_open_after_days: _Days = 180
    customer_active_days: _Days = 365
    renewal_within_days: _Days = 90
    repeat_within_days: _Days = 365
    stage_probability_min_n: _Days = 30
    first_contact_hours: Literal["elapsed", "working"] = "elapsed"
    working_day_begins: _Minute = 9 * 60
    working_day_ends: _Minute = 18 * 60

    @model_validator(mode="after")
    def _a_day_has_hours(self) -> Terms:
        if self.working_day_ends <= self.working_day_begins:
            raise ValueError("`working_day_ends` has to be later than `working_day_begins`")
        return self
