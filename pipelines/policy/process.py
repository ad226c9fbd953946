"""The sales process as data (`policy/process/*.yaml`): its stages, in what order, under what names.

Belongs here: what a process may say and what makes one whole. Does not belong here: the tables made
of it (`tables.py`) or how deals move through it (`sql/core/pipeline/`).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from decimal import Decimal
from typing import Annotated, Literal, NamedTuple

from pydantic import Field, field_validator, model_validator

from pipelines.policy.models import Policy, once
from pipelines.warehouse.rows import Flag, Share, Text, Whole
from pipelines.workspace.workspace import Label
from pipelines.workspace.yamlfile import YamlFile, did_you_mean, validate

Segment = Literal["strategic", "sme", "channel"]
Milestone = Literal["needs_analysis", "proposal", "negotiation"]
ALL_SEGMENTS = "*"
Days = Annotated[int, Field(gt=0)]
Probability = Annotated[Decimal, Field(ge=0, le=100)]


class NameRow(NamedTuple):
    name: Text
    stage_id: Text
    is_end: Flag


class SegmentRow(NamedTuple):
    stage_id: Text
    segment: Text
    expected_days: Whole
    probability_pct: Share
    is_skipped: Flag


class FieldRow(NamedTuple):
    stage_id: Text
    segment: Text
    field: Text


class SegmentDifference(Policy):
    """What a stage is for the deals of one segment; whatever is left out is as for all others."""

    expected_days: Days | None = None
    probability: Probability | None = None
    required: tuple[str, ...] | None = None
    skip: bool = False

    @model_validator(mode="after")
    def _skipped_or_different(self) -> SegmentDifference:
        if self.skip and self.model_fields_set - {"skip"}:
            raise ValueError("a stage that a segment skips has no values of its own there")
        return self


class Stage(Policy):
    """One stage. `names` (`from:` in the file) are what source systems call it beside its id."""

    id: Annotated[str, Field(min_length=1)]
    label: Label
    names: tuple[str, ...] = Field(default=(), alias="from")
    follows: str | None = None
    object: Literal["lead", "opportunity", "customer"]
    role: str
    entry: tuple[Label, ...] = ()
    required: tuple[str, ...] = ()
    expected_days: Days
    probability: Probability
    kpis: tuple[str, ...] = ()
    milestone: Milestone | None = None
    won: bool = False
    segments: dict[Segment, SegmentDifference] = Field(default_factory=dict)


class Process(Policy):
    """A sales process. Loaded ones have their stages in the order in which they follow."""

    id: str
    label: Label
    contact_within_hours: Annotated[int, Field(gt=0)] = 24
    stale_after_days: Annotated[int, Field(gt=0)] = 14
    invalid_lead_reasons: tuple[str, ...] = ()
    closed: tuple[str, ...] = ()
    stages: tuple[Stage, ...] = Field(min_length=2)

    @field_validator("stages")
    @classmethod
    def _stages_fit(cls, stages: tuple[Stage, ...]) -> tuple[Stage, ...]:
        once("stage", [stage.id for stage in stages])
        if sum(stage.won for stage in stages) != 1:
            raise ValueError("exactly one stage must say `won: true`")
        return stages

    @property
    def stage_ids(self) -> tuple[str, ...]:
        return tuple(stage.id for stage in self.stages)

    @property
    def stage_names(self) -> tuple[str, ...]:
        """Every name an export may hold; in an order that does not depend on the stages'."""
        return tuple(sorted(name for name, _, _ in self.name_rows()))

    def name_rows(self) -> list[NameRow]:
        """Each name, the stage it means, and whether it says that a deal ended instead.

        A deal of which no more is known than that it ended stood in the first stage of deals.
        """
        first = next(stage.id for stage in self.stages if stage.object == "opportunity")
        return [
            *(NameRow(n, s.id, is_end=False) for s in self.stages for n in (s.id, *s.names)),
            *(NameRow(name, first, is_end=True) for name in self.closed),
        ]

    def segment_rows(self) -> list[SegmentRow]:
        """Each stage and segment that differ: expected days, probability, whether it is skipped."""
        return [
            SegmentRow(
                stage_id=stage.id,
                segment=segment,
                expected_days=(
                    stage.expected_days if own.expected_days is None else own.expected_days
                ),
                probability_pct=stage.probability if own.probability is None else own.probability,
                is_skipped=own.skip,
            )
            for stage in self.stages
            for segment, own in stage.segments.items()
        ]

    def field_rows(self) -> list[FieldRow]:
        """Each stage, segment (or `*` for those without differences) and required field."""
        rows: list[FieldRow] = []
        for stage in self.stages:
            sets = {ALL_SEGMENTS: stage.required}
            for segment, own in stage.segments.items():
                sets[segment] = stage.required if own.required is None else own.required
            rows += [FieldRow(stage.id, n, f) for n, fields in sets.items() for f in fields]
        return rows

    @property
    def required_fields(self) -> tuple[str, ...]:
        """Every field that some stage asks for, in the order of the stages."""
        return tuple(dict.fromkeys(field for _, _, field in self.field_rows()))


def read_process(source: YamlFile, fields: Iterable[str]) -> Process:
    """Validate a process file.

    Args:
        fields: the fields of an opportunity, which a stage may require.

    Raises:
        UserError: naming file, line, key, what was expected and the nearest match.
    """
    process = validate(source, Process)
    known = set(fields)
    for number, stage in enumerate(process.stages):
        for where, field in _required(stage):
            if field not in known:
                raise source.error(
                    ("stages", number, *where),
                    f"an opportunity has no field {field!r}{did_you_mean(field, known)}.",
                )
    _check_names(source, process)
    _check_parts(source, process)
    return process.model_copy(update={"stages": _in_order(source, process.stages)})


def check_kpis(source: YamlFile, kpis: Iterable[str]) -> None:
    """Hold the KPIs that stages are judged by against the catalogue.

    Raises:
        UserError: naming file, line, key and the nearest match.
    """
    known = set(kpis)
    for number, stage in enumerate(validate(source, Process).stages):
        for place, kpi in enumerate(stage.kpis):
            if kpi not in known:
                raise source.error(
                    ("stages", number, "kpis", place),
                    f"no KPI named {kpi!r}{did_you_mean(kpi, known)}.",
                )


def _required(stage: Stage) -> Iterator[tuple[tuple[str, ...], str]]:
    for field in stage.required:
        yield ("required",), field
    for segment, own in stage.segments.items():
        for field in own.required or ():
            yield ("segments", segment, "required"), field


def _check_names(source: YamlFile, process: Process) -> None:
    """A name means one stage; a stage's id is a name of its own."""
    claimed = {stage.id: f"the id of stage {stage.id!r}" for stage in process.stages}
    for number, stage in enumerate(process.stages):
        for place, name in enumerate(stage.names):
            if name in claimed:
                raise source.error(
                    ("stages", number, "from", place), f"{name!r} is already {claimed[name]}."
                )
            claimed[name] = f"a name of stage {stage.id!r}"
    for place, name in enumerate(process.closed):
        if name in claimed:
            raise source.error(("closed", place), f"{name!r} is already {claimed[name]}.")
        claimed[name] = "a name of closed deals"


def _check_parts(source: YamlFile, process: Process) -> None:
    """Milestones and the won stage are stages of deals, each at most one."""
    played: dict[str, str] = {}
    for number, stage in enumerate(process.stages):
        for part, key in ((stage.milestone, "milestone"), (stage.won or None, "won")):
            if part and stage.object != "opportunity":
                raise source.error(
                    ("stages", number, key),
                    f"only a stage of `object: opportunity` may say so, not one of {stage.object}.",
                )
        if stage.milestone in played:
            raise source.error(
                ("stages", number, "milestone"),
                f"stage {played[stage.milestone]!r} is the {stage.milestone} milestone too.",
            )
        if stage.milestone:
            played[stage.milestone] = stage.id
        for segment, own in stage.segments.items():
            if stage.object != "opportunity":
                raise source.error(
                    ("stages", number, "segments", segment),
                    f"segments are those of opportunities, and this stage is one of a "
                    f"{stage.object}.",
                )
            if stage.won and own.skip:
                raise source.error(
                    ("stages", number, "segments", segment, "skip"),
                    "no segment skips the stage in which a deal is won.",
                )


def _in_order(source: YamlFile, stages: tuple[Stage, ...]) -> tuple[Stage, ...]:
    """Stages as listed, but each that says `follows` directly after the stage it names."""
    by_id = {stage.id: stage for stage in stages}
    after: dict[str, str] = {}
    for number, stage in enumerate(stages):
        if stage.follows is None:
            continue
        where = ("stages", number, "follows")
        if stage.follows not in by_id:
            near = did_you_mean(stage.follows, by_id)
            raise source.error(where, f"there is no stage {stage.follows!r}{near}.")
        if stage.follows in after:
            raise source.error(
                where,
                f"stage {after[stage.follows]!r} follows {stage.follows!r} too, and only one can.",
            )
        after[stage.follows] = stage.id
        circle = _circle(stage.id, by_id)
        if circle:
            raise source.error(where, f"the stages go in a circle: {' → '.join(circle)}.")
    ordered: list[Stage] = []
    for stage in stages:
        place: str | None = stage.id if stage.follows is None else None
        while place is not None:
            ordered.append(by_id[place])
            place = after.get(place)
    return tuple(ordered)


def _circle(start: str, stages: dict[str, Stage]) -> list[str]:
    """The way back to `start` by what each stage follows, first stage first; empty if none."""
    way = [start]
    before = stages[start].follows
    while before in stages and before not in way:
        way.append(before)
        before = stages[before].follows
    return [start, *reversed(way)] if before == start else []
