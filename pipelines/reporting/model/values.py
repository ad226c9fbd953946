"""Typed values and texts: what a page says, before any language says it.

Belongs here: numbers with their kind (money, ratio, days …) and texts as message id plus
parameters. Does not belong here: how they look; that is `numbers.py` and `language.py`.
Every number is exact: a binary float is refused, because it would already have lost a cent.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from functools import cache
from typing import Annotated, Any, Literal

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PlainSerializer,
    model_validator,
)


def _refuse_float(number: Any) -> Any:
    if isinstance(number, float):
        raise ValueError(f"{number!r} is a binary float; pass Decimal, int or text")
    return number


Exact = Annotated[
    Decimal,
    BeforeValidator(_refuse_float),
    PlainSerializer(lambda number: format(number, "f"), return_type=str, when_used="json"),
]
"""A decimal number; in JSON a text in plain notation, so that no reader rounds it."""

Judgement = Literal["good", "bad", "neutral"]
"""Whether a difference is welcome. Decided by the KPI's direction, shown by words and colour."""


class Frozen(BaseModel):
    """Base of everything in a page: immutable, and an unknown field is an error."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class _Numeric(Frozen):
    """A value that is one number. `exact_text` is the same in every language: `data-value`."""

    value: Exact

    @property
    def exact_text(self) -> str:
        return format(self.value, "f")


# --- values ---------------------------------------------------------------------------------


class Money(Frozen):
    """An amount in the page's base currency; `exact` shows every cent, for finance."""

    kind: Literal["money"] = "money"
    amount: Exact
    signed: bool = False
    exact: bool = False

    @property
    def exact_text(self) -> str:
        return format(self.amount, "f")


class Ratio(_Numeric):
    """A share or a relative change: 0.69 is 69 %."""

    kind: Literal["ratio"] = "ratio"
    decimals: int = 0
    signed: bool = False


class Points(_Numeric):
    """A difference of two ratios: −0.22 is −22 percentage points."""

    kind: Literal["points"] = "points"
    decimals: int = 0
    signed: bool = True


class Interval(Frozen):
    """A confidence interval of a ratio, both ends in 0…1."""

    kind: Literal["interval"] = "interval"
    low: Exact
    high: Exact
    decimals: int = 0

    @property
    def exact_text(self) -> str:
        return f"{self.low:f}/{self.high:f}"


class Multiple(_Numeric):
    """A factor, as in 2.4× coverage."""

    kind: Literal["multiple"] = "multiple"
    decimals: int = 1


class Count(Frozen):
    """A whole number of things; `unit` names a message `unit.<unit>` ("deals": 18 单)."""

    kind: Literal["count"] = "count"
    value: int
    unit: str | None = None
    signed: bool = False

    @property
    def exact_text(self) -> str:
        return str(self.value)


class Number(_Numeric):
    """A number without a unit of its own: a score, a coefficient, a quantity."""

    kind: Literal["number"] = "number"
    decimals: int = 1
    signed: bool = False


class Days(_Numeric):
    """A duration in days."""

    kind: Literal["days"] = "days"
    decimals: int = 0
    signed: bool = False


class Hours(_Numeric):
    """A duration in hours."""

    kind: Literal["hours"] = "hours"
    decimals: int = 1


class Day(Frozen):
    """A calendar day. The year is shown where it is not the page's own."""

    kind: Literal["day"] = "day"
    date: date

    @property
    def exact_text(self) -> str:
        return self.date.isoformat()


class Moment(Frozen):
    """A point in time, in the workspace's time zone."""

    kind: Literal["moment"] = "moment"
    at: datetime

    @property
    def exact_text(self) -> str:
        return self.at.isoformat()


class Span(Frozen):
    """From a first to a last day, both included."""

    kind: Literal["span"] = "span"
    start: date
    end: date

    @model_validator(mode="after")
    def _in_order(self) -> Span:
        if self.end < self.start:
            raise ValueError(f"span ends {self.end} before it starts {self.start}")
        return self

    @property
    def exact_text(self) -> str:
        return f"{self.start}/{self.end}"


class Period(Frozen):
    """A week (ISO), month, quarter, half year, year or day, by its first and last day."""

    kind: Literal["period"] = "period"
    period: Literal["day", "week", "month", "quarter", "half_year", "year"]
    start: date
    end: date

    @property
    def key(self) -> str:
        """Its name in paths and on the command line: 2026-W46, 2026-10, 2026-Q4, 2026-H2, 2026."""
        if self.period == "week":
            year, week, _ = self.start.isocalendar()
            return f"{year}-W{week:02d}"
        if self.period == "month":
            return f"{self.start:%Y-%m}"
        if self.period == "quarter":
            return f"{self.start.year}-Q{(self.start.month + 2) // 3}"
        if self.period == "half_year":
            return f"{self.start.year}-H{1 if self.start.month == 1 else 2}"
        if self.period == "year":
            return f"{self.start.year}"
        return self.start.isoformat()

    @property
    def exact_text(self) -> str:
        return self.key

    @classmethod
    def week_of(cls, day: date) -> Period:
        """The ISO week, Monday to Sunday, that contains `day`."""
        monday = day - timedelta(days=day.weekday())
        return cls(period="week", start=monday, end=monday + timedelta(days=6))


Value = Annotated[
    Money
    | Ratio
    | Points
    | Interval
    | Multiple
    | Count
    | Number
    | Days
    | Hours
    | Day
    | Moment
    | Span
    | Period,
    Field(discriminator="kind"),
]

# --- texts ----------------------------------------------------------------------------------


class Verbatim(Frozen):
    """Text from an export or of the company: a name, an id. The same in every language."""

    kind: Literal["verbatim"] = "verbatim"
    text: str


class Bilingual(Frozen):
    """Text that policy gives in both languages: a KPI's label, a stage's name."""

    kind: Literal["bilingual"] = "bilingual"
    zh: str
    en: str


class Listing(Frozen):
    """Several things in a row: "华东、华南" and "East and South"."""

    kind: Literal["listing"] = "listing"
    items: tuple[Shown, ...]


class Message(Frozen):
    """A sentence by its id in the message catalogues, with typed parameters."""

    kind: Literal["message"] = "message"
    id: str
    params: dict[str, Shown] = Field(default_factory=dict)


Text = Annotated[Verbatim | Bilingual | Listing | Message, Field(discriminator="kind")]
Shown = Annotated[
    Money
    | Ratio
    | Points
    | Interval
    | Multiple
    | Count
    | Number
    | Days
    | Hours
    | Day
    | Moment
    | Span
    | Period
    | Verbatim
    | Bilingual
    | Listing
    | Message,
    Field(discriminator="kind"),
]
"""Anything that can stand in a cell, a tile or a sentence."""

Listing.model_rebuild()
Message.model_rebuild()


def message(message_id: str, /, **params: Shown) -> Message:
    """A message by id; parameters by name: `message("tile.quota", quota=Money(amount=quota))`."""
    return Message(id=message_id, params=params) if params else _words(message_id)


@cache
def _words(message_id: str) -> Message:
    """A message without parameters is the same wherever it stands: half a million lines ask."""
    return Message(id=message_id)


def verbatim(text: str) -> Verbatim:
    """Text of the company, shown as it is and always escaped."""
    return Verbatim(text=text)


_PLACES = Decimal("0.00000001")


def quotient(part: Decimal | int, whole: Decimal | int) -> Decimal:
    """part ÷ whole to eight places, as published ratios are; rounding for display comes later."""
    return (Decimal(part) / Decimal(whole)).quantize(_PLACES, rounding=ROUND_HALF_UP)
