"""Policies as small tables of schema `policy`, so that SQL decides with them.

Belongs here: the registry of these tables, each named once, and those that no single policy says.
Does not belong here: the tables of one policy (they stand beside it).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Annotated, NamedTuple, TypeVar

from pipelines.policy.appraisal_tables import APPRAISAL_TABLES, Appraising
from pipelines.policy.books import BOOK_TABLES
from pipelines.policy.calendars import known_to, special_days, weekend_of
from pipelines.policy.load import Policies
from pipelines.policy.plan_tables import PLAN_TABLES
from pipelines.policy.process import FieldRow, NameRow, SegmentRow
from pipelines.policy.quotas import QUOTA_TABLES
from pipelines.policy.receivables import RECEIVABLE_TABLES
from pipelines.policy.table import PolicyTable
from pipelines.warehouse.duck import Warehouse
from pipelines.warehouse.rows import Day, Flag, Moment, Share, Text, Whole
from pipelines.workspace.currency import MINOR_UNITS
from pipelines.workspace.workspace import Settings, Workspace

_YEARS_BACK = 3
Part = TypeVar("Part")


@dataclass(frozen=True)
class Said:
    """What the rows come from: policies, settings, the business date, what staging knows."""

    policies: Policies
    settings: Settings
    as_of: dt.date
    warehouse: Warehouse

    @property
    def first(self) -> dt.date:
        """The first day that is looked at."""
        return self.settings.history_start or dt.date(self.as_of.year - _YEARS_BACK, 1, 1)

    @property
    def last(self) -> dt.date:
        return dt.date(self.as_of.year + 1, 12, 31)

    @property
    def company_id(self) -> str:
        """The unit of kind company; without an organisation export, a name that says so."""
        if not self.warehouse.exists("staging.org_unit"):
            return "company"
        found = self.warehouse.scalar(
            "select min(unit_id) from staging.org_unit where kind = 'company'"
        )
        return str(found or "company")


class ParameterRow(NamedTuple):
    as_of_date: Day
    as_of_end: Moment
    calendar_start: Day
    calendar_end: Day
    base_currency: Text
    org_view: Text
    process_id: Text
    contact_within_hours: Whole
    stale_after_days: Whole
    dso_days: Whole
    company_id: Text
    company_name_zh: Text
    company_name_en: Text


class StageRow(NamedTuple):
    stage_id: Text
    stage_order: Whole
    label_zh: Text
    label_en: Text
    object: Text
    role: Text
    expected_days: Whole
    probability_pct: Share
    is_won_stage: Flag
    milestone: Text | None
    entry_zh: Text | None
    entry_en: Text | None
    judged_by: Text | None


class TermRow(NamedTuple):
    activity_logged_within_hours: Whole
    order_entered_within_hours: Whole
    matured_after_days: Whole
    long_open_after_days: Whole
    customer_active_days: Whole
    renewal_within_days: Whole
    repeat_within_days: Whole
    stage_probability_min_n: Whole
    first_contact_hours: Text
    working_day_begins: Whole
    working_day_ends: Whole
    fiscal_year_starts: Whole


class ReasonRow(NamedTuple):
    reason: Text


class WeekendRow(NamedTuple):
    day_of_week: Whole


class SpecialDayRow(NamedTuple):
    calendar_date: Day
    is_working_day: Flag


class CurrencyRow(NamedTuple):
    currency: Text
    minor_units: Whole


class CalendarRow(NamedTuple):
    calendar_id: Text
    country: Text | None
    known_to: Day | None


class KpiRow(NamedTuple):
    kpi_id: Text
    label_zh: Text
    label_en: Text
    description_zh: Text
    description_en: Text
    formula_zh: Text
    formula_en: Text
    kind: Text
    unit: Text
    decimals: Whole
    direction: Text
    min_n: Whole
    target_measure: Text | None
    target_value: Annotated[Decimal, "decimal(18, 6)"] | None
    theme: Text
    reports: Text


class KpiNeedRow(NamedTuple):
    kpi_id: Text
    table_name: Text


def _parameters(said: Said) -> Iterator[ParameterRow]:
    settings, process = said.settings, said.policies.process
    yield ParameterRow(
        as_of_date=said.as_of,
        as_of_end=dt.datetime.combine(said.as_of + dt.timedelta(days=1), dt.time()),
        calendar_start=said.first,
        calendar_end=said.last,
        base_currency=settings.base_currency,
        org_view=settings.org_view,
        process_id=process.id,
        contact_within_hours=process.contact_within_hours,
        stale_after_days=process.stale_after_days,
        dso_days=said.policies.receivables.dso_days,
        company_id=said.company_id,
        company_name_zh=settings.name.zh,
        company_name_en=settings.name.en,
    )


def _stages(said: Said) -> Iterator[StageRow]:
    for order, stage in enumerate(said.policies.process.stages, 1):
        yield StageRow(
            stage_id=stage.id,
            stage_order=order,
            label_zh=stage.label.zh,
            label_en=stage.label.en,
            object=stage.object,
            role=stage.role,
            expected_days=stage.expected_days,
            probability_pct=stage.probability,
            is_won_stage=stage.won,
            milestone=stage.milestone,
            entry_zh="；".join(criterion.zh for criterion in stage.entry) or None,
            entry_en="; ".join(criterion.en for criterion in stage.entry) or None,
            judged_by=" ".join(stage.kpis) or None,
        )


def _terms(said: Said) -> Iterator[TermRow]:
    yield TermRow(
        **said.policies.terms.model_dump(),
        fiscal_year_starts=said.policies.calendar.fiscal_year_starts,
    )


def _weekend(said: Said) -> Iterator[WeekendRow]:
    return (WeekendRow(day) for day in weekend_of(said.policies.calendar, said.last))


def _special_days(said: Said) -> Iterator[SpecialDayRow]:
    for day in special_days(said.policies.calendar, said.first, said.last):
        yield SpecialDayRow(calendar_date=day.date, is_working_day=day.is_working)


def _currencies(_: Said) -> Iterator[CurrencyRow]:
    return (CurrencyRow(code, units) for code, units in sorted(MINOR_UNITS.items()))


def _calendar(said: Said) -> Iterator[CalendarRow]:
    calendar = said.policies.calendar
    this_year = dt.date(said.as_of.year, 1, 1)
    yield CalendarRow(
        calendar_id=calendar.id,
        country=calendar.country,
        known_to=known_to(calendar, this_year, said.last),
    )


def _kpis(said: Said) -> Iterator[KpiRow]:
    for name, kpi in said.policies.catalogue.kpis.items():
        yield KpiRow(
            kpi_id=name,
            label_zh=kpi.label.zh,
            label_en=kpi.label.en,
            description_zh=kpi.description.zh,
            description_en=kpi.description.en,
            formula_zh=kpi.formula.zh,
            formula_en=kpi.formula.en,
            kind=kpi.kind,
            unit=kpi.unit,
            decimals=kpi.decimals,
            direction=kpi.direction,
            min_n=kpi.min_n,
            target_measure=kpi.target.measure if kpi.target else None,
            target_value=kpi.target.value if kpi.target else None,
            theme=kpi.theme,
            reports=",".join(kpi.reports),
        )


def _kpi_needs(said: Said) -> Iterator[KpiNeedRow]:
    catalogue = said.policies.catalogue
    for name in catalogue.kpis:
        for table in catalogue.needs(name):
            yield KpiNeedRow(kpi_id=name, table_name=table)


def _invalid_reasons(said: Said) -> Iterator[ReasonRow]:
    return (ReasonRow(reason) for reason in said.policies.process.invalid_lead_reasons)


def _of(
    tables: Sequence[PolicyTable[Part]], part: Callable[[Said], Part]
) -> Iterator[PolicyTable[Said]]:
    """The tables of one policy, as tables of all that is said."""

    def whole(table: PolicyTable[Part]) -> PolicyTable[Said]:
        return PolicyTable(table.name, table.row, lambda said: table.rows(part(said)), table.reads)

    return (whole(table) for table in tables)


POLICY_TABLES: tuple[PolicyTable[Said], ...] = (
    PolicyTable("core.parameter", ParameterRow, _parameters, reads=("staging.org_unit",)),
    PolicyTable("policy.stage", StageRow, _stages),
    PolicyTable("policy.stage_name", NameRow, lambda said: said.policies.process.name_rows()),
    PolicyTable(
        "policy.stage_segment", SegmentRow, lambda said: said.policies.process.segment_rows()
    ),
    PolicyTable("policy.stage_field", FieldRow, lambda said: said.policies.process.field_rows()),
    PolicyTable("policy.term", TermRow, _terms),
    PolicyTable("policy.invalid_lead_reason", ReasonRow, _invalid_reasons),
    PolicyTable("policy.weekend_day", WeekendRow, _weekend),
    PolicyTable("policy.calendar_day", SpecialDayRow, _special_days),
    PolicyTable("policy.calendar", CalendarRow, _calendar),
    PolicyTable("policy.currency", CurrencyRow, _currencies),
    *_of(RECEIVABLE_TABLES, lambda said: said.policies.receivables),
    *_of(QUOTA_TABLES, lambda said: said.policies.quotas),
    *_of(PLAN_TABLES, lambda said: said.policies.plans),
    *_of(BOOK_TABLES, lambda said: said.policies.books),
    *_of(
        APPRAISAL_TABLES,
        lambda said: Appraising(said.policies.schemes, said.policies.catalogue),
    ),
    PolicyTable("policy.kpi", KpiRow, _kpis),
    PolicyTable("policy.kpi_need", KpiNeedRow, _kpi_needs),
)


def write_policies(
    warehouse: Warehouse,
    workspace: Workspace,
    policies: Policies,
    as_of: dt.date,
    names: Collection[str] | None = None,
) -> dict[str, int]:
    """Write every policy table and `core.parameter`, or only those named.

    Returns:
        Rows by table. A table whose content did not change keeps its fingerprint, so nothing
        that reads it is computed again.
    """
    said = Said(policies, workspace.settings, as_of, warehouse)
    return {
        table.name: table.write(warehouse, said)
        for table in POLICY_TABLES
        if names is None or table.name in names
    }
