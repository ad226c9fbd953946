"""Appraisal schemes as small tables of schema `policy`, so that SQL scores by them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import Annotated, NamedTuple

from pipelines.policy.models import AppraisalScheme
from pipelines.policy.table import PolicyTable
from pipelines.warehouse.rows import Day, Flag, Share, Text, Whole

Value = Annotated[Decimal, "decimal(18, 6)"]
Schemes = Sequence[AppraisalScheme]


class SchemeRow(NamedTuple):
    scheme_id: Text
    version: Whole
    label_zh: Text
    label_en: Text
    role: Text
    period_kind: Text
    valid_from: Day
    rounding: Whole
    floating_pay: Text
    minimum_judged_weight: Share


class IndicatorRow(NamedTuple):
    scheme_id: Text
    indicator: Text
    position: Whole
    label_zh: Text
    label_en: Text
    kpi_id: Text | None
    manual_indicator: Text | None
    weight: Share
    against: Text
    min_n: Whole
    lower_is_better: Flag
    threshold: Value | None
    target: Value | None
    stretch: Value | None
    threshold_score: Share | None
    target_score: Share | None
    stretch_score: Share | None


class BandRow(NamedTuple):
    scheme_id: Text
    grade: Text
    score_from: Share
    score_below: Share | None
    coefficient: Share


def _scheme_rows(schemes: Schemes) -> Iterator[SchemeRow]:
    for scheme in schemes:
        yield SchemeRow(
            scheme_id=scheme.id,
            version=scheme.version,
            label_zh=scheme.label.zh,
            label_en=scheme.label.en,
            role=scheme.role,
            period_kind=scheme.period,
            valid_from=scheme.valid_from,
            rounding=scheme.rounding,
            floating_pay=scheme.floating_pay,
            minimum_judged_weight=scheme.minimum_judged_weight,
        )


def _indicator_rows(schemes: Schemes) -> Iterator[IndicatorRow]:
    for scheme in schemes:
        for position, indicator in enumerate(scheme.indicators, 1):
            curve = indicator.curve
            yield IndicatorRow(
                scheme_id=scheme.id,
                indicator=indicator.id,
                position=position,
                label_zh=indicator.label.zh,
                label_en=indicator.label.en,
                kpi_id=indicator.kpi,
                manual_indicator=indicator.manual,
                weight=indicator.weight,
                against=indicator.against,
                min_n=indicator.min_n,
                lower_is_better=indicator.lower_is_better,
                threshold=curve.threshold if curve else None,
                target=curve.target if curve else None,
                stretch=curve.stretch if curve else None,
                threshold_score=curve.threshold_score if curve else None,
                target_score=curve.target_score if curve else None,
                stretch_score=curve.stretch_score if curve else None,
            )


def _band_rows(schemes: Schemes) -> Iterator[BandRow]:
    for scheme in schemes:
        for band, above in zip(scheme.bands, (None, *scheme.bands), strict=False):
            yield BandRow(
                scheme_id=scheme.id,
                grade=band.grade,
                score_from=band.start,
                score_below=above.start if above else None,
                coefficient=band.coefficient,
            )


APPRAISAL_TABLES: tuple[PolicyTable[Schemes], ...] = (
    PolicyTable("policy.appraisal_scheme", SchemeRow, _scheme_rows),
    PolicyTable("policy.appraisal_indicator", IndicatorRow, _indicator_rows),
    PolicyTable("policy.grade_band", BandRow, _band_rows),
)
