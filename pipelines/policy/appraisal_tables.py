"""Appraisal schemes as small tables of schema `policy`, so that SQL scores by them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Annotated, Literal, NamedTuple

from pipelines.policy.appraisal_schemes import AppraisalScheme, Indicator, Judged, Step
from pipelines.policy.catalogue import Catalogue, Kpi
from pipelines.policy.table import PolicyTable
from pipelines.warehouse.rows import Day, Flag, Share, Text, Whole

Value = Annotated[Decimal, "decimal(18, 6)"]
Amount = Annotated[Decimal, "decimal(18, 4)"]
_DAY = dt.timedelta(days=1)


def adds_up(kpi: Kpi, catalogue: Catalogue) -> Literal["sum", "last", "no"]:
    """How the value of a longer period comes from those of its parts: their sums, the last of
    them (a balance), or not at all (a percentile).
    """
    if kpi.kind == "balance":
        return "no" if kpi.opening else "last"
    fact = catalogue.facts.get(kpi.fact)
    return "sum" if kpi.kind in ("sum", "ratio") and fact and not fact.by_period else "no"


@dataclass(frozen=True)
class Appraising:
    """Schemes, and the catalogue whose KPIs they look at."""

    schemes: Sequence[AppraisalScheme]
    catalogue: Catalogue


class SchemeRow(NamedTuple):
    scheme_id: Text
    version: Whole
    label_zh: Text
    label_en: Text
    role: Text
    period_kind: Text
    valid_from: Day
    valid_to: Day | None
    rounding: Whole
    minimum_judged_weight: Share
    minimum_days: Whole
    equal_raters: Flag
    highest_score: Share
    slips_most: Share | None
    slips_least: Share | None
    distribution: Text | None
    distribution_per: Text | None
    small_unit: Whole | None
    floating_pay: Text
    pay_by_days: Flag
    leave_counts: Flag
    announced_days: Whole
    appeal_days: Whole
    answer_days: Whole


class GroupRow(NamedTuple):
    scheme_id: Text
    version: Whole
    group_id: Text
    position: Whole
    label_zh: Text
    label_en: Text
    weight: Share


class PartRow(NamedTuple):
    scheme_id: Text
    version: Whole
    part: Text
    part_id: Text
    position: Whole
    label_zh: Text
    label_en: Text
    kpi_id: Text | None
    manual_indicator: Text | None
    scope_kind: Text
    adds_up: Text
    target_adds: Flag
    against: Text
    min_n: Whole
    lower_is_better: Flag


class IndicatorRow(NamedTuple):
    scheme_id: Text
    version: Whole
    indicator: Text
    group_id: Text | None
    weight: Share
    most: Share
    missing: Text
    neutral_score: Share
    threshold: Value | None
    target: Value | None
    stretch: Value | None
    threshold_score: Share | None
    target_score: Share | None
    stretch_score: Share | None


class StepRow(NamedTuple):
    scheme_id: Text
    version: Whole
    part: Text
    part_id: Text
    position: Whole
    edge: Value | None
    score: Share


class GateRow(NamedTuple):
    scheme_id: Text
    version: Whole
    gate: Text
    value_limit: Value
    score_at_most: Share | None
    grade_at_best: Text | None
    points: Share | None
    holds: Flag


class BandRow(NamedTuple):
    scheme_id: Text
    version: Whole
    grade: Text
    place: Whole
    score_from: Share
    score_below: Share | None
    coefficient: Share
    bonus: Amount
    guide_share: Share | None


class RedLineRow(NamedTuple):
    scheme_id: Text
    version: Whole
    red_line: Text
    label_zh: Text
    label_en: Text
    grade: Text
    times: Whole
    within: Whole


class PayCellRow(NamedTuple):
    scheme_id: Text
    version: Whole
    row_indicator: Text
    column_indicator: Text
    row_from: Value
    column_from: Value
    coefficient: Share


def _scheme_rows(said: Appraising) -> Iterator[SchemeRow]:
    for scheme in said.schemes:
        later = [
            other.valid_from
            for other in said.schemes
            if other.id == scheme.id and other.valid_from > scheme.valid_from
        ]
        slips, shares = scheme.slips, scheme.distribution
        yield SchemeRow(
            scheme_id=scheme.id,
            version=scheme.version,
            label_zh=scheme.label.zh,
            label_en=scheme.label.en,
            role=scheme.role,
            period_kind=scheme.period,
            valid_from=scheme.valid_from,
            valid_to=min(later) - _DAY if later else None,
            rounding=scheme.rounding,
            minimum_judged_weight=scheme.minimum_judged_weight,
            minimum_days=scheme.minimum_days,
            equal_raters=scheme.equal_raters,
            highest_score=scheme.highest_score,
            slips_most=slips.most if slips else None,
            slips_least=slips.least if slips else None,
            distribution=shares.mode if shares else None,
            distribution_per=shares.per if shares else None,
            small_unit=shares.small_unit if shares else None,
            floating_pay=scheme.floating_pay,
            pay_by_days=scheme.pay_by_days,
            leave_counts=scheme.leave_counts,
            announced_days=scheme.announced_days,
            appeal_days=scheme.appeal_days,
            answer_days=scheme.answer_days,
        )


def _group_rows(said: Appraising) -> Iterator[GroupRow]:
    for scheme in said.schemes:
        for position, group in enumerate(scheme.groups, 1):
            yield GroupRow(
                scheme.id, scheme.version, group.id, position, group.label.zh, group.label.en,
                group.weight,
            )  # fmt: skip


def _part_rows(said: Appraising) -> Iterator[PartRow]:
    for scheme in said.schemes:
        for part, members in (
            ("indicator", scheme.indicators), ("gate", scheme.gates), ("bonus", scheme.bonuses),
        ):  # fmt: skip
            for position, member in enumerate(members, 1):
                yield _part_row(scheme, part, position, member, said.catalogue)


def _part_row(
    scheme: AppraisalScheme, part: str, position: int, member: Judged, catalogue: Catalogue
) -> PartRow:
    kpi = catalogue.kpis[member.kpi] if member.kpi else None
    return PartRow(
        scheme_id=scheme.id,
        version=scheme.version,
        part=part,
        part_id=member.id,
        position=position,
        label_zh=member.label.zh,
        label_en=member.label.en,
        kpi_id=member.kpi,
        manual_indicator=member.manual,
        scope_kind="employee" if member.of == "self" else member.of,
        adds_up=adds_up(kpi, catalogue) if kpi else "no",
        target_adds=bool(kpi and kpi.target and kpi.target.measure),
        against=member.against if isinstance(member, Indicator) else "value",
        min_n=member.min_n,
        lower_is_better=member.lower_is_better,
    )


def _indicator_rows(said: Appraising) -> Iterator[IndicatorRow]:
    for scheme in said.schemes:
        for indicator in scheme.indicators:
            curve = indicator.curve
            yield IndicatorRow(
                scheme_id=scheme.id,
                version=scheme.version,
                indicator=indicator.id,
                group_id=indicator.group,
                weight=indicator.weight,
                most=indicator.most,
                missing=indicator.missing or scheme.missing,
                neutral_score=scheme.neutral_score,
                threshold=curve.threshold if curve else None,
                target=curve.target if curve else None,
                stretch=curve.stretch if curve else None,
                threshold_score=curve.threshold_score if curve else None,
                target_score=curve.target_score if curve else None,
                stretch_score=curve.stretch_score if curve else None,
            )


def _step_rows(said: Appraising) -> Iterator[StepRow]:
    for scheme in said.schemes:
        stepped: list[tuple[str, str, tuple[Step, ...]]] = [
            ("indicator", indicator.id, indicator.steps or ()) for indicator in scheme.indicators
        ]
        stepped += [("bonus", bonus.id, bonus.steps) for bonus in scheme.bonuses]
        for part, part_id, steps in stepped:
            for position, step in enumerate(steps, 1):
                yield StepRow(
                    scheme.id, scheme.version, part, part_id, position, step.edge, step.score
                )


def _gate_rows(said: Appraising) -> Iterator[GateRow]:
    for scheme in said.schemes:
        for gate in scheme.gates:
            yield GateRow(
                scheme_id=scheme.id,
                version=scheme.version,
                gate=gate.id,
                value_limit=gate.limit,
                score_at_most=gate.score_at_most,
                grade_at_best=gate.grade_at_best,
                points=gate.points,
                holds=gate.missing == "hold",
            )


def _band_rows(said: Appraising) -> Iterator[BandRow]:
    for scheme in said.schemes:
        shares = scheme.distribution.shares if scheme.distribution else {}
        above = None
        for place, band in enumerate(scheme.bands, 1):
            yield BandRow(
                scheme_id=scheme.id,
                version=scheme.version,
                grade=band.grade,
                place=place,
                score_from=band.start,
                score_below=above,
                coefficient=band.coefficient,
                bonus=band.bonus,
                guide_share=shares.get(band.grade),
            )
            above = band.start


def _red_line_rows(said: Appraising) -> Iterator[RedLineRow]:
    for scheme in said.schemes:
        for line in scheme.red_lines:
            for grade in line.grades:
                yield RedLineRow(
                    scheme.id, scheme.version, line.id, line.label.zh, line.label.en, grade,
                    line.times, line.within,
                )  # fmt: skip


def _pay_cell_rows(said: Appraising) -> Iterator[PayCellRow]:
    for scheme in said.schemes:
        matrix = scheme.pay_matrix
        for cell in matrix.cells if matrix else ():
            assert matrix is not None
            yield PayCellRow(
                scheme.id, scheme.version, matrix.row, matrix.column, cell.row, cell.column,
                cell.coefficient,
            )  # fmt: skip


APPRAISAL_TABLES: tuple[PolicyTable[Appraising], ...] = (
    PolicyTable("policy.appraisal_scheme", SchemeRow, _scheme_rows),
    PolicyTable("policy.appraisal_group", GroupRow, _group_rows),
    PolicyTable("policy.appraisal_part", PartRow, _part_rows),
    PolicyTable("policy.appraisal_indicator", IndicatorRow, _indicator_rows),
    PolicyTable("policy.appraisal_step", StepRow, _step_rows),
    PolicyTable("policy.appraisal_gate", GateRow, _gate_rows),
    PolicyTable("policy.grade_band", BandRow, _band_rows),
    PolicyTable("policy.appraisal_red_line", RedLineRow, _red_line_rows),
    PolicyTable("policy.appraisal_pay_cell", PayCellRow, _pay_cell_rows),
)
