"""What a chart shows, not how: one model per chart kind, with its data.

Belongs here: series, rows and steps as typed data. Does not belong here: colours, sizes, Plotly;
`figures.py` draws any of these in any language and width.
"""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

from pydantic import Field, model_validator

from pipelines.reporting.model.values import Exact, Frozen, Judgement, Shown, Text

Unit = Literal["money", "ratio", "count", "number", "days"]


class AttainmentRow(Frozen):
    """Actual against a plan of 1; `pace` is where working days say it should be by now."""

    label: Text
    actual: Exact | None
    pace: Exact | None = None
    judgement: Judgement = "neutral"
    n: int | None = None


class AttainmentBars(Frozen):
    """One bar per unit or person: actual solid, plan outlined, pace a line, variance in words."""

    kind: Literal["attainment"] = "attainment"
    rows: tuple[AttainmentRow, ...] = Field(min_length=1)


class FunnelRow(Frozen):
    """A stage's entry cohort. The four outcomes add up to the entries, exactly."""

    label: Text
    entered: int
    advanced: int
    lost: int
    regressed: int
    open: int
    mature: bool = True

    @model_validator(mode="after")
    def _outcomes_are_the_entries(self) -> FunnelRow:
        outcomes = self.advanced + self.lost + self.regressed + self.open
        if outcomes != self.entered:
            raise ValueError(f"stage outcomes are {outcomes}, entries {self.entered}")
        return self


class FunnelBars(Frozen):
    """Stages from first to last with what became of those who entered."""

    kind: Literal["funnel"] = "funnel"
    rows: tuple[FunnelRow, ...] = Field(min_length=1)


class AgeingRow(Frozen):
    """One ageing bucket; `age` 0 is not due, higher is older and drawn darker."""

    label: Text
    amount: Exact
    age: int = Field(ge=0)


class AgeingBars(Frozen):
    """Open amounts by days past due."""

    kind: Literal["ageing"] = "ageing"
    rows: tuple[AgeingRow, ...] = Field(min_length=1)


class WaterfallStep(Frozen):
    """`level` is a balance drawn from zero; `move` is a signed change from the level before."""

    label: Text
    amount: Exact
    role: Literal["level", "move"] = "move"
    judgement: Judgement = "neutral"


class Waterfall(Frozen):
    """A balance that changes by named causes and ends where the causes say, to the cent."""

    kind: Literal["waterfall"] = "waterfall"
    unit: Unit = "money"
    steps: tuple[WaterfallStep, ...] = Field(min_length=2)

    @model_validator(mode="after")
    def _ties_out(self) -> Waterfall:
        if self.steps[0].role != "level":
            raise ValueError("a waterfall starts with a level")
        running = self.steps[0].amount
        for step in self.steps[1:]:
            if step.role == "level" and step.amount != running:
                raise ValueError(f"the moves lead to {running}, the level says {step.amount}")
            running = step.amount if step.role == "level" else running + step.amount
        return self


class RankedRow(Frozen):
    """A value with, for ratios, its interval; `small` marks a sample too small to rank."""

    label: Text
    value: Exact | None
    low: Exact | None = None
    high: Exact | None = None
    n: int | None = None
    small: bool = False
    judgement: Judgement = "neutral"


class RankedBars(Frozen):
    """Rows from best to worst: a dot with its interval where there is one, else a bar."""

    kind: Literal["ranked"] = "ranked"
    unit: Unit
    decimals: int = 0
    rows: tuple[RankedRow, ...] = Field(min_length=1)
    reference: Exact | None = None
    reference_label: Text | None = None


class ColumnPoint(Frozen):
    """One period: actual or forecast, against plan and the period before."""

    label: Shown
    actual: Exact | None = None
    forecast: Exact | None = None
    plan: Exact | None = None
    previous: Exact | None = None


class Columns(Frozen):
    """Columns over time or over grades: actual solid, plan outlined, previous lighter."""

    kind: Literal["columns"] = "columns"
    unit: Unit
    decimals: int = 0
    points: tuple[ColumnPoint, ...] = Field(min_length=1)


class LineSeries(Frozen):
    """One value per x; None leaves a gap."""

    label: Text
    role: Literal["actual", "previous", "plan", "forecast", "lost"]
    values: tuple[Exact | None, ...]


class Lines(Frozen):
    """Lines over days (0, 30, 60 …) or over dates, with labels at their ends."""

    kind: Literal["lines"] = "lines"
    unit: Unit
    decimals: int = 0
    x_days: tuple[int, ...] = ()
    x_dates: tuple[date, ...] = ()
    ticks: tuple[int, ...] = ()
    series: tuple[LineSeries, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _lengths_agree(self) -> Lines:
        if bool(self.x_days) == bool(self.x_dates):
            raise ValueError("a line chart has either x_days or x_dates")
        length = len(self.x_days or self.x_dates)
        for series in self.series:
            if len(series.values) != length:
                raise ValueError(f"a series has {len(series.values)} values for {length} x")
        return self


Chart = Annotated[
    AttainmentBars | FunnelBars | AgeingBars | Waterfall | RankedBars | Columns | Lines,
    Field(discriminator="kind"),
]
