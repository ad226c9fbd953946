"""What all models of policy files are made of, and the calendar; each policy has its own file.

Belongs here: what a policy may say. Does not belong here: applying it (`sql/`).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, model_validator

from pipelines.workspace.workspace import Label


class Policy(BaseModel):
    """Base of every policy model: unknown keys are mistakes, values do not change."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)


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
