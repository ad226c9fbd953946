"""The policy on quotas (`policy/quotas.yaml`): proration, ramps of new hires, seasons.

Belongs here: what the file may say. Does not belong here: applying it (`sql/core/quota/`).
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from decimal import Decimal
from typing import Annotated, Literal, NamedTuple

from pydantic import Field, field_validator

from pipelines.policy.models import Policy, once
from pipelines.policy.table import PolicyTable
from pipelines.warehouse.rows import Flag, Text, Whole
from pipelines.workspace.yamlfile import Location, YamlFile, did_you_mean, validate

_Weight = Annotated[int, Field(ge=1, le=1000)]
_Percent = Annotated[Decimal, Field(ge=0, le=200, decimal_places=2)]
USUAL_WEIGHT = 100


class ProrationRow(NamedTuple):
    is_enabled: Flag
    by_working_days: Flag
    long_leave_days: Whole | None


class LeaveKindRow(NamedTuple):
    kind: Text


class RampRow(NamedTuple):
    role: Text
    month_no: Whole
    share_pct: Annotated[Decimal, "decimal(9, 2)"]


class SeasonRow(NamedTuple):
    measure: Text
    month_of_year: Whole
    weight: Whole


class Proration(Policy):
    """Which days count for a person's quota; a leave of another kind counts once it is long."""

    enabled: bool = True
    days: Literal["calendar", "working"] = "calendar"
    leave_kinds: tuple[str, ...] = ("unpaid", "parental")
    long_leave_days: Annotated[int, Field(gt=0)] | None = 30

    @field_validator("leave_kinds")
    @classmethod
    def _kinds_once(cls, kinds: tuple[str, ...]) -> tuple[str, ...]:
        once("kind of leave", kinds)
        return kinds


class Quotas(Policy):
    """`policy/quotas.yaml`.

    `measures` are those that commission plans count and no KPI is held against.
    """

    proration: Proration = Proration()
    measures: tuple[str, ...] = ("collections_net",)
    ramp: dict[str, Annotated[tuple[_Percent, ...], Field(min_length=1)]] = Field(
        default_factory=dict
    )
    seasons: dict[str, dict[int, _Weight]] = Field(default_factory=dict)

    @field_validator("measures")
    @classmethod
    def _measures_once(cls, measures: tuple[str, ...]) -> tuple[str, ...]:
        once("measure", measures)
        return measures

    @field_validator("seasons")
    @classmethod
    def _months_exist(cls, seasons: dict[str, dict[int, int]]) -> dict[str, dict[int, int]]:
        for months in seasons.values():
            for month in months:
                if not 1 <= month <= 12:
                    raise ValueError(f"there is no month {month}; months are 1 to 12")
        return seasons

    def weights(self) -> list[SeasonRow]:
        """Measure, month and weight, all twelve months of every measure that has seasons."""
        return [
            SeasonRow(measure, month_of_year=month, weight=months.get(month, USUAL_WEIGHT))
            for measure, months in sorted(self.seasons.items())
            for month in range(1, 13)
        ]

    def steps(self) -> list[RampRow]:
        """Role, month since joining (1 is the first) and share in percent."""
        return [
            RampRow(role, month_no=number, share_pct=share)
            for role, shares in sorted(self.ramp.items())
            for number, share in enumerate(shares, 1)
        ]


def _proration_rows(quotas: Quotas) -> Iterator[ProrationRow]:
    proration = quotas.proration
    yield ProrationRow(
        is_enabled=proration.enabled,
        by_working_days=proration.days == "working",
        long_leave_days=proration.long_leave_days,
    )


def _leave_kinds(quotas: Quotas) -> Iterator[LeaveKindRow]:
    return (LeaveKindRow(kind) for kind in quotas.proration.leave_kinds)


QUOTA_TABLES: tuple[PolicyTable[Quotas], ...] = (
    PolicyTable("policy.quota_proration", ProrationRow, _proration_rows),
    PolicyTable("policy.quota_leave_kind", LeaveKindRow, _leave_kinds),
    PolicyTable("policy.quota_ramp", RampRow, Quotas.steps),
    PolicyTable("policy.quota_season", SeasonRow, Quotas.weights),
)


def read_quotas(source: YamlFile, of_kpis: Collection[str]) -> Quotas:
    """Validate the file; seasons are for measures that a KPI or the file itself names.

    Raises:
        UserError: naming file, line, key, what was expected and the nearest match.
    """
    quotas = validate(source, Quotas)
    for measure in quotas.seasons:
        check_measure(source, ("seasons", measure), measure, {*of_kpis, *quotas.measures})
    return quotas


def check_measure(
    source: YamlFile, location: Location, measure: str, known: Collection[str]
) -> None:
    """A measure that is misspelt would be a quota that nobody has.

    Raises:
        UserError: naming file, line, key and the nearest match.
    """
    if measure not in known:
        raise source.error(
            location,
            f"no quota measure is named {measure!r}{did_you_mean(measure, known)}; those of KPIs "
            "and those listed below `measures` in policy/quotas.yaml are known.",
        )
