"""Typed models of the policy files: calendar, appraisal; plans and receivables are apart.

Belongs here: what a policy may say. Does not belong here: applying it (`sql/`).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from decimal import Decimal
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

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


class Curve(Policy):
    """Scores between threshold, target and stretch run on straight lines; outside they stay."""

    threshold: Decimal
    target: Decimal
    stretch: Decimal
    threshold_score: Decimal = Decimal(0)
    target_score: Decimal = Decimal(100)
    stretch_score: Decimal


class Indicator(Policy):
    id: str
    label: Label
    kpi: str | None = None
    manual: str | None = None
    weight: Annotated[Decimal, Field(gt=0, le=100)]
    against: Literal["quota", "value"] = "value"
    min_n: int = 0
    lower_is_better: bool = False
    curve: Curve | None = None

    @model_validator(mode="after")
    def _one_source(self) -> Indicator:
        if (self.kpi is None) == (self.manual is None):
            raise ValueError("an indicator has either `kpi` or `manual`")
        if self.kpi and self.curve is None:
            raise ValueError("a KPI indicator needs a `curve`")
        if self.curve:
            ordered = (self.curve.threshold, self.curve.target, self.curve.stretch)
            if list(ordered) != sorted(ordered, reverse=self.lower_is_better):
                raise ValueError("threshold, target and stretch must follow one another")
        return self


class Band(Policy):
    grade: str
    start: Annotated[Decimal, Field(alias="from")]
    coefficient: Decimal


class AppraisalScheme(Policy):
    """An appraisal scheme (`policy/appraisal/*.yaml`)."""

    id: str
    version: int
    label: Label
    role: str
    period: Literal["month", "quarter", "year"]
    valid_from: dt.date
    rounding: Annotated[int, Field(ge=0, le=4)] = 1
    indicators: tuple[Indicator, ...] = Field(min_length=1)
    bands: tuple[Band, ...] = Field(min_length=1)
    floating_pay: Literal["coefficient", "score"] = "coefficient"
    minimum_judged_weight: Annotated[Decimal, Field(ge=0, le=100)] = Decimal(50)

    @field_validator("indicators")
    @classmethod
    def _weights_add_up(cls, indicators: tuple[Indicator, ...]) -> tuple[Indicator, ...]:
        once("indicator", [indicator.id for indicator in indicators])
        total = sum(indicator.weight for indicator in indicators)
        if total != 100:
            raise ValueError(f"the weights add up to {total}, not 100")
        return indicators

    @field_validator("bands")
    @classmethod
    def _every_score_has_a_grade(cls, bands: tuple[Band, ...]) -> tuple[Band, ...]:
        once("grade", [band.grade for band in bands])
        starts = [band.start for band in bands]
        if starts != sorted(starts, reverse=True) or len(set(starts)) < len(starts):
            raise ValueError("bands go from the best grade down, each from a lower score")
        if starts[-1] != 0:
            raise ValueError("the last band must begin at 0, so that every score has a grade")
        return bands
