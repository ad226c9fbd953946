"""Generate the KPI layer's SQL models from the catalogue: one table per fact and kind.

Belongs here: which templates the catalogue's entries fill. Does not belong here: what a KPI is
(`policy/kpis/`) or how a sum rolls up (`sql/kpi/`).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pipelines.policy.catalogue import ORG_SCOPES, Catalogue, Kpi
from pipelines.policy.models import Process
from pipelines.warehouse.models import Model, parse_model
from pipelines.warehouse.template import render

_WIDE_KEY = "period_kind, period_start, scope_kind, scope_id"


def generated_models(catalogue: Catalogue, process: Process) -> list[Model]:
    """All models that come from templates, in no particular order."""
    models = [open_opportunity(process)]
    for fact in catalogue.facts:
        models.extend(_fact_models(catalogue, fact))
    models.append(_value_view(catalogue))
    models.append(_quota_attainment(catalogue))
    return models


def table_of(kpi: Kpi) -> str:
    """The wide table that holds a KPI's sums."""
    suffix = {"percentile": "_percentile", "modelled": "_modelled"}.get(kpi.kind, "")
    return f"kpi.{kpi.fact}{suffix}"


def _fact_models(catalogue: Catalogue, fact_id: str) -> list[Model]:
    fact = catalogue.facts[fact_id]
    models = []
    additive = catalogue.of_fact(fact_id, "sum", "ratio")
    if additive:
        wanted = {scope for kpi in additive.values() for scope in kpi.scopes}
        sql = render(
            "kpi/additive.sql.j2",
            fact=fact,
            kpis=additive,
            dates=list(dict.fromkeys(kpi.date for kpi in additive.values())),
            scopes={scope: column for scope, column in fact.scopes.items() if scope in wanted},
        )
        models.append(_model(f"kpi.{fact_id}", sql, "sums and ratios", fact_id))
    percentiles = catalogue.of_fact(fact_id, "percentile")
    if percentiles:
        dates = {kpi.date for kpi in percentiles.values()}
        sql = render(
            "kpi/percentile.sql.j2",
            fact=fact,
            kpis=percentiles,
            date=dates.pop(),
            expressions=_shared_expressions(percentiles),
        )
        models.append(_model(f"kpi.{fact_id}_percentile", sql, "percentiles", fact_id))
    modelled = catalogue.of_fact(fact_id, "modelled")
    if modelled:
        sql = render(f"kpi/modelled_{fact_id}.sql.j2", fact=fact, kpis=modelled)
        models.append(_model(f"kpi.{fact_id}_modelled", sql, "balances", fact_id))
    return models


def _shared_expressions(percentiles: Mapping[str, Kpi]) -> list[dict[str, Any]]:
    """Percentiles of one expression together: its values are gathered once."""
    shared: dict[tuple[str, str | None], dict[str, Any]] = {}
    for kpi_id, kpi in percentiles.items():
        entry = shared.setdefault(
            (kpi.numerator, kpi.where),
            {"value": kpi.numerator, "where": kpi.where, "ids": [], "percentiles": []},
        )
        entry["ids"].append(kpi_id)
        entry["percentiles"].append(kpi.percentile)
    return list(shared.values())


def _model(name: str, sql: str, what: str, fact: str) -> Model:
    header = (
        f"-- table: {name}\n-- grain: one row per period and scope\n-- key:   {_WIDE_KEY}\n"
        f"-- why:   {what} of fact {fact}, beside the periods they are compared with\n"
    )
    return parse_model(header + sql, f"kpi/{name.removeprefix('kpi.')}", "kpi")


def _value_view(catalogue: Catalogue) -> Model:
    entries = [
        {"id": name, "kpi": kpi, "table": table_of(kpi), "scopes": (*ORG_SCOPES, *kpi.scopes)}
        for name, kpi in catalogue.kpis.items()
    ]
    header = (
        "-- table: mart.kpi_value\n-- kind:  view\n"
        "-- grain: one row per KPI, period and scope\n"
        f"-- key:   kpi_id, {_WIDE_KEY}\n"
        "-- why:   every KPI in one shape, with target, previous period and prior year\n"
    )
    return parse_model(header + render("kpi/value.sql.j2", entries=entries), "kpi/value", "kpi")


def _quota_attainment(catalogue: Catalogue) -> Model:
    measures = {
        measure: {"id": kpi_id, "fact": catalogue.kpis[kpi_id].fact}
        for measure, kpi_id in sorted(catalogue.measures().items())
    }
    header = (
        "-- table: mart.quota_attainment\n-- grain: one row per measure, period and scope\n"
        f"-- key:   measure, {_WIDE_KEY}\n"
        "-- why:   actual against quota, and against the quota of the working days gone by\n"
    )
    return parse_model(
        header + render("kpi/quota_attainment.sql.j2", measures=measures),
        "kpi/quota_attainment",
        "kpi",
    )


def open_opportunity(process: Process) -> Model:
    """Open deals and how many of the fields that the process asks for are filled."""
    fields: dict[str, list[str]] = {}
    for stage in process.stages:
        for field in stage.required:
            fields.setdefault(field, []).append(stage.id)
    return parse_model(
        render("core/fct_open_opportunity.sql.j2", fields=fields),
        "core/fct_open_opportunity",
        "core",
    )
