"""Policies as small tables of schema `policy`, so that SQL decides with them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from pipelines.policy.books import write_books
from pipelines.policy.calendars import known_to, special_days, weekend_of
from pipelines.policy.load import Policies
from pipelines.policy.models import AppraisalScheme
from pipelines.policy.plan_tables import write_plans
from pipelines.policy.quotas import Quotas
from pipelines.policy.receivables import Receivables, receivable_tables
from pipelines.policy.table import write_table as _write
from pipelines.policy.terms import Terms
from pipelines.warehouse.duck import Warehouse
from pipelines.workspace import Workspace

_YEARS_BACK = 3


def write_policies(
    warehouse: Warehouse, workspace: Workspace, policies: Policies, as_of: dt.date
) -> dict[str, int]:
    """Write every policy table and `core.parameter`.

    Returns:
        Rows by table. A table whose content did not change keeps its fingerprint, so nothing
        that reads it is computed again.
    """
    settings = workspace.settings
    process, receivables = policies.process, policies.receivables
    company, calendar = settings.name, policies.calendar
    first = settings.history_start or dt.date(as_of.year - _YEARS_BACK, 1, 1)
    last = dt.date(as_of.year + 1, 12, 31)
    written = {
        "core.parameter": _write(
            warehouse,
            "core.parameter",
            "as_of_date date, as_of_end timestamp, calendar_start date, calendar_end date, "
            "base_currency varchar, org_view varchar, process_id varchar, "
            "contact_within_hours integer, stale_after_days integer, dso_days integer, "
            "company_id varchar, company_name_zh varchar, company_name_en varchar",
            [
                [
                    as_of,
                    dt.datetime.combine(as_of + dt.timedelta(days=1), dt.time()),
                    first,
                    last,
                    settings.base_currency,
                    settings.org_view,
                    process.id,
                    process.contact_within_hours,
                    process.stale_after_days,
                    receivables.dso_days,
                    _company_id(warehouse),
                    company.zh,
                    company.en,
                ]
            ],
        ),
        "policy.stage": _write(
            warehouse,
            "policy.stage",
            "stage_id varchar, stage_order integer, label_zh varchar, label_en varchar, "
            "object varchar, role varchar, expected_days integer, probability_pct decimal(9, 4), "
            "is_won_stage boolean, milestone varchar, entry_zh varchar, entry_en varchar, "
            "judged_by varchar",
            [
                [
                    s.id,
                    order,
                    s.label.zh,
                    s.label.en,
                    s.object,
                    s.role,
                    s.expected_days,
                    s.probability,
                    s.won,
                    s.milestone,
                    "；".join(criterion.zh for criterion in s.entry) or None,
                    "; ".join(criterion.en for criterion in s.entry) or None,
                    " ".join(s.kpis) or None,
                ]
                for order, s in enumerate(process.stages, 1)
            ],
        ),
        "policy.stage_name": _write(
            warehouse,
            "policy.stage_name",
            "name varchar, stage_id varchar, is_end boolean",
            process.name_rows(),
        ),
        "policy.stage_segment": _write(
            warehouse,
            "policy.stage_segment",
            "stage_id varchar, segment varchar, expected_days integer, "
            "probability_pct decimal(9, 4), is_skipped boolean",
            process.segment_rows(),
        ),
        "policy.stage_field": _write(
            warehouse,
            "policy.stage_field",
            "stage_id varchar, segment varchar, field varchar",
            process.field_rows(),
        ),
        "policy.term": _write(
            warehouse,
            "policy.term",
            ", ".join(
                f"{name} {'varchar' if name == 'first_contact_hours' else 'integer'}"
                for name in (*Terms.model_fields, "fiscal_year_starts")
            ),
            [[*policies.terms.model_dump().values(), policies.calendar.fiscal_year_starts]],
        ),
        "policy.invalid_lead_reason": _write(
            warehouse,
            "policy.invalid_lead_reason",
            "reason varchar",
            [[reason] for reason in process.invalid_lead_reasons],
        ),
        "policy.weekend_day": _write(
            warehouse,
            "policy.weekend_day",
            "day_of_week integer",
            [[day] for day in weekend_of(calendar, last)],
        ),
        "policy.calendar_day": _write(
            warehouse,
            "policy.calendar_day",
            "calendar_date date, is_working_day boolean",
            [[day.date, day.is_working] for day in special_days(calendar, first, last)],
        ),
        "policy.calendar": _write(
            warehouse,
            "policy.calendar",
            "calendar_id varchar, country varchar, known_to date",
            [[calendar.id, calendar.country, known_to(calendar, dt.date(as_of.year, 1, 1), last)]],
        ),
    }
    written |= _write_receivables(warehouse, policies.receivables)
    written |= _write_quotas(warehouse, policies.quotas)
    written |= write_plans(warehouse, policies.plans)
    written |= write_books(warehouse, policies.books)
    written |= _write_schemes(warehouse, policies.schemes)
    written |= _write_catalogue(warehouse, policies)
    return written


def _company_id(warehouse: Warehouse) -> str:
    """The unit of kind company; without an organisation export, a name that says so."""
    if not warehouse.exists("staging.org_unit"):
        return "company"
    found = warehouse.scalar("select min(unit_id) from staging.org_unit where kind = 'company'")
    return str(found or "company")


def _write_receivables(warehouse: Warehouse, policy: Receivables) -> dict[str, int]:
    """The tables of `policy/receivables.yaml`; their rows are the policy's own."""
    return {
        f"policy.{name}": _write(warehouse, f"policy.{name}", columns, rows)
        for name, (columns, rows) in receivable_tables(policy).items()
    }


def _write_quotas(warehouse: Warehouse, quotas: Quotas) -> dict[str, int]:
    proration = quotas.proration
    return {
        "policy.quota_proration": _write(
            warehouse,
            "policy.quota_proration",
            "is_enabled boolean, by_working_days boolean, long_leave_days integer",
            [[proration.enabled, proration.days == "working", proration.long_leave_days]],
        ),
        "policy.quota_leave_kind": _write(
            warehouse,
            "policy.quota_leave_kind",
            "kind varchar",
            [[kind] for kind in proration.leave_kinds],
        ),
        "policy.quota_ramp": _write(
            warehouse,
            "policy.quota_ramp",
            "role varchar, month_no integer, share_pct decimal(9, 2)",
            quotas.steps(),
        ),
        "policy.quota_season": _write(
            warehouse,
            "policy.quota_season",
            "measure varchar, month_of_year integer, weight integer",
            quotas.weights(),
        ),
    }


def _write_schemes(warehouse: Warehouse, schemes: Sequence[AppraisalScheme]) -> dict[str, int]:
    return {
        "policy.appraisal_scheme": _write(
            warehouse,
            "policy.appraisal_scheme",
            "scheme_id varchar, version integer, label_zh varchar, label_en varchar, role varchar, "
            "period_kind varchar, valid_from date, rounding integer, floating_pay varchar",
            [
                [
                    s.id,
                    s.version,
                    s.label.zh,
                    s.label.en,
                    s.role,
                    s.period,
                    s.valid_from,
                    s.rounding,
                    s.floating_pay,
                ]
                for s in schemes
            ],
        ),
        "policy.appraisal_indicator": _write(
            warehouse,
            "policy.appraisal_indicator",
            "scheme_id varchar, indicator varchar, position integer, label_zh varchar, "
            "label_en varchar, kpi_id varchar, manual_indicator varchar, weight decimal(9, 4), "
            "against varchar, min_n integer, lower_is_better boolean, threshold decimal(18, 6), "
            "target decimal(18, 6), stretch decimal(18, 6), threshold_score decimal(9, 4), "
            "target_score decimal(9, 4), stretch_score decimal(9, 4)",
            [
                [
                    s.id,
                    i.id,
                    position,
                    i.label.zh,
                    i.label.en,
                    i.kpi,
                    i.manual,
                    i.weight,
                    i.against,
                    i.min_n,
                    i.lower_is_better,
                    *(
                        [
                            i.curve.threshold,
                            i.curve.target,
                            i.curve.stretch,
                            i.curve.threshold_score,
                            i.curve.target_score,
                            i.curve.stretch_score,
                        ]
                        if i.curve
                        else [None] * 6
                    ),
                ]
                for s in schemes
                for position, i in enumerate(s.indicators, 1)
            ],
        ),
        "policy.grade_band": _write(
            warehouse,
            "policy.grade_band",
            "scheme_id varchar, grade varchar, score_from decimal(9, 4), "
            "score_below decimal(9, 4), coefficient decimal(9, 4)",
            [
                [s.id, band.grade, band.start, above.start if above else None, band.coefficient]
                for s in schemes
                for band, above in zip(s.bands, (None, *s.bands), strict=False)
            ],
        ),
    }


def _write_catalogue(warehouse: Warehouse, policies: Policies) -> dict[str, int]:
    return {
        "policy.kpi": _write(
            warehouse,
            "policy.kpi",
            "kpi_id varchar, label_zh varchar, label_en varchar, description_zh varchar, "
            "description_en varchar, formula_zh varchar, formula_en varchar, kind varchar, "
            "unit varchar, decimals integer, direction varchar, min_n integer, "
            "target_measure varchar, target_value decimal(18, 6)",
            [
                [
                    name,
                    k.label.zh,
                    k.label.en,
                    k.description.zh,
                    k.description.en,
                    k.formula.zh,
                    k.formula.en,
                    k.kind,
                    k.unit,
                    k.decimals,
                    k.direction,
                    k.min_n,
                    k.target.measure if k.target else None,
                    k.target.value if k.target else None,
                ]
                for name, k in policies.catalogue.kpis.items()
            ],
        ),
        "policy.kpi_need": _write(
            warehouse,
            "policy.kpi_need",
            "kpi_id varchar, table_name varchar",
            [
                [name, table]
                for name in policies.catalogue.kpis
                for table in policies.catalogue.needs(name)
            ],
        ),
    }
