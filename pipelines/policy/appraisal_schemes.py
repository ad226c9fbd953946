"""Typed models of appraisal schemes (`policy/appraisal/*.yaml`).

Belongs here: what a scheme may say. Does not belong here: scoring by it (`sql/core/appraisal`,
`sql/mart/appraisal`).
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterator, Sequence
from decimal import Decimal
from itertools import pairwise
from typing import Annotated, Literal

from pydantic import Field, field_validator, model_validator

from pipelines.policy.models import Policy, once
from pipelines.workspace.workspace import Label
from pipelines.workspace.yamlfile import MistakeAt, did_you_mean

Points = Annotated[Decimal, Field(ge=0, le=200)]
Weight = Annotated[Decimal, Field(gt=0, le=100)]
Missing = Literal["redistribute", "neutral", "hold"]


class Curve(Policy):
    """Scores between threshold, target and stretch run on straight lines; outside they stay."""

    threshold: Decimal
    target: Decimal
    stretch: Decimal
    threshold_score: Points = Decimal(0)
    target_score: Points = Decimal(100)
    stretch_score: Points

    def contradictions(self) -> Iterator[tuple[str, str]]:
        """Points of the curve that are one value and state two scores: one of them nobody gets.

        Below the threshold the score is 0, so that `threshold_score` need not be stated where the
        target is the threshold.
        """
        if (
            self.threshold == self.target
            and "threshold_score" in self.model_fields_set
            and self.threshold_score != self.target_score
        ):
            yield "threshold", "target"
        if self.target == self.stretch and self.target_score != self.stretch_score:
            yield "target", "stretch"


class Step(Policy):
    """From `from` on (inclusive; up to `to`, where lower is better) the score is `score`."""

    start: Annotated[Decimal | None, Field(alias="from")] = None
    end: Annotated[Decimal | None, Field(alias="to")] = None
    score: Decimal

    @property
    def edge(self) -> Decimal | None:
        """The end that belongs to the step; None where it has none."""
        return self.end if self.start is None else self.start


def _check_steps(steps: Sequence[Step], lower_is_better: bool) -> None:
    """Steps go from the worst to the best, the first without an end: every value has one."""
    key = "to" if lower_is_better else "from"
    if any((step.start if lower_is_better else step.end) is not None for step in steps):
        raise ValueError(f"steps of this indicator say `{key}`")
    edges = [step.edge for step in steps]
    if edges[0] is not None or None in edges[1:]:
        raise ValueError(
            f"the first step has no `{key}` and all others have one, so that every value has a step"
        )
    later = [edge for edge in edges if edge is not None]
    if later != sorted(set(later), reverse=lower_is_better):
        raise ValueError("steps follow one another from the worst to the best, each only once")
    scores = [step.score for step in steps]
    if scores != sorted(scores):
        raise ValueError("a better value must not score less: the scores of steps rise")


class Judged(Policy):
    """What an indicator, a gate or a bonus looks at: a KPI or a score given by hand."""

    id: str
    label: Label
    kpi: str | None = None
    manual: str | None = None
    of: Literal["self", "team", "region", "company"] = "self"
    min_n: Annotated[int, Field(ge=0)] = 0
    lower_is_better: bool = False

    @model_validator(mode="after")
    def _one_source(self) -> Judged:
        if (self.kpi is None) == (self.manual is None):
            raise ValueError("needs either `kpi` or `manual`")
        if self.manual and self.of != "self":
            raise ValueError("a manual score is of the person; leave out `of`")
        return self


class Indicator(Judged):
    """One line of a scorecard.

    `against` says what the curve's values are: the KPI itself (`value`), or the KPI ÷ its target
    (`quota`), ÷ the median of the same scheme in the unit (`team_median`), ÷ the own value of the
    period before (`previous`) or of a year before (`prior_year`). A target agreed for the person
    stands before a quota.
    """

    weight: Weight
    group: str | None = None
    against: Literal["quota", "value", "team_median", "previous", "prior_year"] = "value"
    curve: Curve | None = None
    steps: tuple[Step, ...] | None = Field(default=None, min_length=1)
    most: Points = Decimal(100)
    missing: Missing | None = None

    @model_validator(mode="after")
    def _one_curve(self) -> Indicator:
        if self.curve and self.steps:
            raise ValueError("has either a `curve` or `steps`")
        if self.kpi and not self.curve and not self.steps:
            raise ValueError("a KPI indicator needs a `curve` or `steps`")
        if self.manual and self.against != "value":
            raise ValueError("a manual score is compared with nothing; leave out `against`")
        if self.curve:
            ordered = (self.curve.threshold, self.curve.target, self.curve.stretch)
            if list(ordered) != sorted(ordered, reverse=self.lower_is_better):
                raise ValueError("threshold, target and stretch must follow one another")
            curve = self.curve
            if not curve.threshold_score <= curve.target_score <= curve.stretch_score:
                raise ValueError(
                    "a better value must not score less: threshold_score, target_score and "
                    f"stretch_score are {curve.threshold_score}, {curve.target_score} and "
                    f"{curve.stretch_score}"
                )
            for first, second in curve.contradictions():
                raise ValueError(
                    f"{first} and {second} are the same value with two scores; give it one, or use "
                    "`steps`"
                )
        if self.steps:
            _check_steps(self.steps, self.lower_is_better)
        return self


class Group(Policy):
    """Indicators that belong together; `weight` is what theirs add up to."""

    id: str
    label: Label
    weight: Weight


class Gate(Judged):
    """What must hold before the score counts in full: where the value is below (above, where
    lower is better) `limit`, the score stays at most `score_at_most`, or the grade at best
    `grade_at_best`, or `points` come off. A value that is unknown holds the person, or is passed.
    """

    limit: Decimal
    score_at_most: Points | None = None
    grade_at_best: str | None = None
    points: Annotated[Decimal, Field(lt=0)] | None = None
    missing: Literal["pass", "hold"] = "pass"

    @model_validator(mode="after")
    def _one_effect(self) -> Gate:
        effects = (self.score_at_most, self.grade_at_best, self.points)
        if sum(effect is not None for effect in effects) != 1:
            raise ValueError("has one effect: `score_at_most`, `grade_at_best` or `points`")
        return self


def _best(indicator: Indicator) -> Decimal:
    """The most an indicator can score."""
    if indicator.curve:
        return indicator.curve.stretch_score
    if indicator.steps:
        return max(step.score for step in indicator.steps)
    return indicator.most


class Bonus(Judged):
    """Points beside the weights, by steps of a KPI or of a manual score."""

    steps: tuple[Step, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _steps(self) -> Bonus:
        _check_steps(self.steps, self.lower_is_better)
        return self


class Slips(Policy):
    """Reward and fault slips of the period: their points, no more and no less than this."""

    most: Annotated[Decimal, Field(ge=0)] = Decimal(10)
    least: Annotated[Decimal, Field(le=0)] = Decimal(-20)


class Band(Policy):
    """A grade from a score on; `bonus` is an amount paid once for it."""

    grade: str
    start: Annotated[Decimal, Field(alias="from")]
    coefficient: Annotated[Decimal, Field(ge=0)]
    bonus: Annotated[Decimal, Field(ge=0)] = Decimal(0)


class Distribution(Policy):
    """Shares of each grade in percent: shown beside what came out, or enforced by rank.

    Units of fewer than `small_unit` people keep the grades of their scores.
    """

    mode: Literal["advisory", "enforced"] = "advisory"
    per: Literal["company", "region", "team"] = "company"
    shares: dict[str, Annotated[Decimal, Field(ge=0, le=100)]]
    small_unit: Annotated[int, Field(ge=1)] = 5

    @field_validator("shares")
    @classmethod
    def _everybody(cls, shares: dict[str, Decimal]) -> dict[str, Decimal]:
        total = sum(shares.values())
        if total != 100:
            raise ValueError(f"the shares add up to {total}, not 100")
        return shares


class RedLine(Policy):
    """Grades that must not come `times` times within so many periods."""

    id: str
    label: Label
    grades: tuple[str, ...] = Field(min_length=1)
    times: Annotated[int, Field(ge=1)] = 1
    within: Annotated[int, Field(ge=1, le=12)] = 1

    @model_validator(mode="after")
    def _can_happen(self) -> RedLine:
        if self.within < self.times:
            raise ValueError(f"{self.times} times cannot come within {self.within} periods")
        return self


class Limits(Policy):
    """Least and most weight of one group or one indicator, in percent."""

    group_least: Annotated[Decimal, Field(ge=0, le=100)] = Decimal(0)
    group_most: Annotated[Decimal, Field(ge=0, le=100)] = Decimal(100)
    indicator_least: Annotated[Decimal, Field(ge=0, le=100)] = Decimal(0)
    indicator_most: Annotated[Decimal, Field(ge=0, le=100)] = Decimal(100)


class PayCell(Policy):
    """A coefficient where the row's and the column's measure have reached these."""

    row: Decimal
    column: Decimal
    coefficient: Annotated[Decimal, Field(ge=0)]


class PayMatrix(Policy):
    """A coefficient by two indicators' measures, e.g. attainment and collection rate."""

    row: str
    column: str
    cells: tuple[PayCell, ...] = Field(min_length=1)


class AppraisalScheme(Policy):
    """An appraisal scheme. Files of one id are its versions, each in force until the next."""

    id: str
    version: Annotated[int, Field(ge=1)]
    label: Label
    role: str
    period: Literal["month", "quarter", "half_year", "year"]
    valid_from: dt.date
    rounding: Annotated[int, Field(ge=0, le=4)] = 1
    minimum_judged_weight: Annotated[Decimal, Field(ge=0, le=100)] = Decimal(50)
    minimum_days: Annotated[int, Field(ge=0)] = 0
    missing: Missing = "redistribute"
    neutral_score: Points = Decimal(60)
    equal_raters: bool = False
    limits: Limits = Limits()
    groups: tuple[Group, ...] = ()
    indicators: tuple[Indicator, ...] = Field(min_length=1)
    bonuses: tuple[Bonus, ...] = ()
    slips: Slips | None = None
    gates: tuple[Gate, ...] = ()
    bands: tuple[Band, ...] = Field(min_length=1)
    distribution: Distribution | None = None
    red_lines: tuple[RedLine, ...] = ()
    floating_pay: Literal["coefficient", "score", "matrix"] = "coefficient"
    pay_matrix: PayMatrix | None = None
    pay_by_days: bool = True
    leave_counts: bool = False  # days of leave without a quota are judged and paid like any other
    # results are announced so long after the period's end, appealed against so long after that, and
    # every appeal is answered so long after it was raised
    announced_days: Annotated[int, Field(ge=0)] = 15
    appeal_days: Annotated[int, Field(ge=0)] = 10
    answer_days: Annotated[int, Field(ge=0)] = 10

    @property
    def highest_score(self) -> Decimal:
        """More than this nobody can reach, not even with all bonuses and reward slips."""
        best = max(_best(indicator) for indicator in self.indicators)
        bonus = sum((max(step.score for step in b.steps) for b in self.bonuses), Decimal(0))
        return max(best, self.neutral_score) + bonus + (self.slips.most if self.slips else 0)

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
        for place, (better, worse) in enumerate(pairwise(bands)):
            if worse.start >= better.start:
                raise MistakeAt(
                    (place + 1, "from"),
                    "bands go from the best grade down, each from a lower score: "
                    f"{worse.grade} begins at {worse.start}, {better.grade} at {better.start}",
                )
            if better.coefficient < worse.coefficient:
                raise MistakeAt(
                    (place, "coefficient"),
                    f"grade {better.grade!r} is better than {worse.grade!r} and has a smaller "
                    "coefficient",
                )
        if bands[-1].start != 0:
            raise MistakeAt(
                (len(bands) - 1, "from"),
                "the last band must begin at 0, so that every score has a grade; "
                f"{bands[-1].grade} begins at {bands[-1].start}",
            )
        return bands

    @model_validator(mode="after")
    def _groups_hold(self) -> AppraisalScheme:
        once("group", [group.id for group in self.groups])
        known = [group.id for group in self.groups]
        sums: dict[str | None, Decimal] = defaultdict(Decimal)
        for place, indicator in enumerate(self.indicators):
            at: tuple[str | int, ...] = ("indicators", place)
            if self.groups and indicator.group is None:
                raise MistakeAt(at, "`group` is missing: this scheme has groups")
            if self.groups and indicator.group not in known:
                near = did_you_mean(str(indicator.group), known)
                raise MistakeAt(
                    (*at, "group"), f"{indicator.group!r} is no group of this scheme{near}"
                )
            if not self.groups and indicator.group:
                raise MistakeAt(
                    (*at, "group"), f"there is no group {indicator.group!r}; list it in `groups`"
                )
            if not self.limits.indicator_least <= indicator.weight <= self.limits.indicator_most:
                raise MistakeAt(
                    (*at, "weight"),
                    f"the weight of {indicator.id!r}, {indicator.weight}, is outside "
                    f"{self.limits.indicator_least} to {self.limits.indicator_most}",
                )
            sums[indicator.group] += indicator.weight
        bounded = {"group_least", "group_most"} & self.limits.model_fields_set
        if bounded and not self.groups:
            raise MistakeAt(("limits", min(bounded)), "needs `groups`")
        for place, group in enumerate(self.groups):
            if sums[group.id] != group.weight:
                raise MistakeAt(
                    ("groups", place, "weight"),
                    f"indicators of group {group.id!r} add up to {sums[group.id]}, not "
                    f"{group.weight}",
                )
            if not self.limits.group_least <= group.weight <= self.limits.group_most:
                raise MistakeAt(
                    ("groups", place, "weight"),
                    f"the weight of group {group.id!r}, {group.weight}, is outside "
                    f"{self.limits.group_least} to {self.limits.group_most}",
                )
        return self

    @model_validator(mode="after")
    def _names_are_known(self) -> AppraisalScheme:
        once("gate", [gate.id for gate in self.gates])
        once("bonus", [bonus.id for bonus in self.bonuses])
        once("red line", [line.id for line in self.red_lines])
        grades = [band.grade for band in self.bands]
        named = [("red_lines", grade) for line in self.red_lines for grade in line.grades]
        named += [("gates", gate.grade_at_best) for gate in self.gates if gate.grade_at_best]
        if self.distribution:
            named += [("distribution", grade) for grade in self.distribution.shares]
            if missing := set(grades) - set(self.distribution.shares):
                raise ValueError(f"distribution says no share of {', '.join(sorted(missing))}")
        for place, grade in named:
            if grade not in grades:
                raise ValueError(f"{place}: {grade!r} is no grade; they are {', '.join(grades)}")
        if (self.floating_pay == "matrix") != (self.pay_matrix is not None):
            raise ValueError("`floating_pay: matrix` and `pay_matrix` belong together")
        if self.pay_matrix:
            ids = [indicator.id for indicator in self.indicators]
            for name in (self.pay_matrix.row, self.pay_matrix.column):
                if name not in ids:
                    raise ValueError(f"pay_matrix: {name!r} is no indicator of this scheme")
            corner = [(cell.row, cell.column) for cell in self.pay_matrix.cells]
            if len(set(corner)) < len(corner):
                raise ValueError("pay_matrix: two cells begin at the same values")
        return self

    @model_validator(mode="after")
    def _a_half_year_has_no_period_before(self) -> AppraisalScheme:
        for indicator in self.indicators:
            if self.period == "half_year" and indicator.against in ("previous", "prior_year"):
                raise ValueError(
                    f"{indicator.id!r}: a half year is not compared with an earlier one; use "
                    "`quota`, `value` or `team_median`"
                )
        return self

    @property
    def judged(self) -> tuple[Judged, ...]:
        """Everything that looks at a KPI or at a manual score."""
        return (*self.indicators, *self.gates, *self.bonuses)
