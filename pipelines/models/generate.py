"""Generate the KPI layer's SQL models from the catalogue: one table per fact and kind.

Belongs here: which templates the catalogue's entries fill. Does not belong here: what a KPI is
(`policy/kpis/`) or how a sum rolls up (`sql/kpi/`).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from pipelines.models.measures import counts, measures_of
from pipelines.policy.appraisal_schemes import AppraisalScheme
from pipelines.policy.catalogue import ORG_SCOPES, REFERENCE, Catalogue, Fact, Kpi, ScopeTable
from pipelines.policy.process import Process
from pipelines.warehouse.facts import open_opportunity
from pipelines.warehouse.model import Model, parse_model
from pipelines.warehouse.template import render

DAYS = 400  # of KPIs by day, so that the last month has its days of the year before
_ADDITIVE = ("sum", "ratio", "share")
_DERIVED = "kpi.derived"
_WIDE_KEY = "period_kind, period_start, scope_kind, scope_id"


def generated_models(
    catalogue: Catalogue, process: Process, schemes: Iterable[AppraisalScheme]
) -> list[Model]:
    """All models that come from templates, in no particular order."""
    models = [open_opportunity(process.required_fields)]
    for fact in catalogue.facts:
        models.extend(_fact_models(catalogue, fact))
    models.extend(_derived(catalogue))
    judged = {part.kpi for scheme in schemes for part in scheme.judged}
    models.extend(_value_views(catalogue, {name for name in judged if name}))
    models.append(_quota_attainment(catalogue))
    return models


def table_of(kpi: Kpi) -> str:
    """The wide table that holds a KPI's sums."""
    if kpi.kind == "derived":
        return _DERIVED
    suffix = {"sum": "", "ratio": "", "share": ""}.get(kpi.kind, f"_{kpi.kind}")
    return f"kpi.{kpi.fact}{suffix}"


def shown_scopes(kpi: Kpi, fact: Fact | None) -> tuple[str, ...]:
    """The kinds of scope a KPI has values for."""
    if kpi.kind == "share":
        return kpi.scopes
    own = ORG_SCOPES if fact is None or fact.owner else ("company",)
    return (*own, *kpi.scopes)


def _fact_models(catalogue: Catalogue, fact_id: str) -> list[Model]:
    fact = catalogue.facts[fact_id]
    models = []
    additive = catalogue.of_fact(fact_id, *_ADDITIVE)
    if additive:
        template = "kpi/by_period.sql.j2" if fact.by_period else "kpi/additive.sql.j2"
        models.append(
            _summed(template, f"kpi.{fact_id}", "sums and ratios", fact_id, fact, additive)
        )
    daily = {name: kpi for name, kpi in additive.items() if kpi.daily}
    if daily:
        name = f"kpi.{fact_id}_day"
        models.append(_summed("kpi/daily.sql.j2", name, "sums by day", fact_id, fact, daily))
    for kind in ("percentile", "distinct"):
        found = catalogue.of_fact(fact_id, kind)
        if found:
            dates = {kpi.date for kpi in found.values()}
            shared = _shared_expressions(found)
            columns, names = _values_and_cases(shared, kind == "distinct")
            sql = render(
                "kpi/percentile.sql.j2",
                fact=fact,
                kpis=found,
                date=dates.pop(),
                scopes=_scopes(fact, found),
                distinct=kind == "distinct",
                expressions=shared,
                columns=columns,
                names=names,
            )
            models.append(_model(f"kpi.{fact_id}_{kind}", sql, f"{kind} values", fact_id))
    balances = catalogue.of_fact(fact_id, "balance")
    if balances:
        name = f"kpi.{fact_id}_balance"
        models.append(_summed("kpi/balance.sql.j2", name, "balances", fact_id, fact, balances))
    modelled = catalogue.of_fact(fact_id, "modelled")
    if modelled:
        sql = render(f"kpi/modelled/{fact_id}.sql.j2", fact=fact, kpis=modelled)
        models.append(_model(f"kpi.{fact_id}_modelled", sql, "balances", fact_id))
    return models


def _summed(
    template: str, name: str, what: str, fact_id: str, fact: Fact, kpis: Mapping[str, Kpi]
) -> Model:
    dates = list(dict.fromkeys(kpi.date for kpi in kpis.values()))
    sql = render(
        template,
        fact=fact,
        kpis=kpis,
        measures=measures_of(kpis, fact),
        date=dates[0],
        dates=dates,
        days=DAYS,
        scopes=_scopes(fact, kpis),
    )
    return _model(name, sql, what, fact_id)


def _scopes(fact: Fact, kpis: Mapping[str, Kpi]) -> dict[str, dict[str, Any]]:
    """The further scopes that are asked for: table, column and the dates of their KPIs."""
    scopes = {}
    for scope, at in fact.scopes.items():
        dates = [kpi.date for kpi in kpis.values() if scope in kpi.scopes]
        if dates:
            known = at if isinstance(at, ScopeTable) else ScopeTable(table=fact.table, column=at)
            scopes[scope] = {**known.model_dump(), "dates": list(dict.fromkeys(dates))}
    return scopes


def _derived(catalogue: Catalogue) -> list[Model]:
    """One table for all formulas over other KPIs; their wide tables are read once."""
    kpis = {name: kpi for name, kpi in catalogue.kpis.items() if kpi.kind == "derived"}
    if not kpis:
        return []
    tables = sorted(
        {table_of(catalogue.kpis[other]) for kpi in kpis.values() for other in kpi.references}
    )
    scopes = sorted({scope for kpi in kpis.values() for scope in (*ORG_SCOPES, *kpi.scopes)})
    sql = render(
        "kpi/derived.sql.j2",
        tables=tables,
        scopes=scopes,
        formulas={name: _formula(catalogue, kpi) for name, kpi in kpis.items()},
    )
    return [_model(_DERIVED, sql, "formulas over other KPIs", "derived")]


def _formula(catalogue: Catalogue, kpi: Kpi) -> dict[str, str]:
    """The SQL of a derived KPI's sums, now and in the periods it is compared with."""
    formula = {"n": _referenced(catalogue, kpi.n or "null", "")}
    for prefix in ("", "prev_", "py_"):
        formula[f"{prefix}num"] = _referenced(catalogue, kpi.numerator, prefix)
        formula[f"{prefix}den"] = _referenced(catalogue, kpi.denominator or "null", prefix)
    tables = dict.fromkeys(_alias(catalogue, other) for other in kpi.references)
    for which in ("has_previous", "has_prior_year"):
        formula[which] = " and ".join(f"coalesce({table}.{which}, false)" for table in tables)
    return formula


def _referenced(catalogue: Catalogue, text: str, prefix: str) -> str:
    """`calls.num` → the column that holds it; a sum without rows is 0, anything else is unknown."""

    def column(match: re.Match[str]) -> str:
        name, part = match[1], match[2]
        kpi = catalogue.kpis[name]
        found = f"{_alias(catalogue, name)}.{name}__{prefix if part != 'n' else ''}{part}"
        if not counts(kpi, part, catalogue.facts[kpi.fact]):
            found = f"cast({found} as decimal(38, 4))"
        adds_up = kpi.kind in ("sum", "ratio", "balance", "distinct")
        return f"coalesce({found}, 0)" if adds_up else found

    return REFERENCE.sub(column, text)


def _alias(catalogue: Catalogue, name: str) -> str:
    return table_of(catalogue.kpis[name]).replace(".", "_")


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


def _values_and_cases(
    shared: list[dict[str, Any]], distinct: bool
) -> tuple[list[str], dict[str, str]]:
    """The columns that percentiles or counts are read from, and which a KPI's columns are."""
    columns: list[str] = []
    names: dict[str, str] = {}
    for place, expression in enumerate(shared):
        cases = f"cases_{place}"
        columns.append(cases)
        for kpi_id in expression["ids"]:
            names[f"{kpi_id}__n"] = cases
            if distinct:
                names[f"{kpi_id}__num"] = cases
            else:
                columns.append(f"{kpi_id}__num")
    return columns, names


def _model(name: str, sql: str, what: str, fact: str) -> Model:
    header = (
        f"-- table: {name}\n-- grain: one row per period and scope\n-- key:   {_WIDE_KEY}\n"
        f"-- why:   {what} of fact {fact}, beside the periods they are compared with\n"
    )
    return parse_model(header + sql, f"kpi/{name.removeprefix('kpi.')}", "kpi")


def _value_views(catalogue: Catalogue, judged: set[str]) -> list[Model]:
    """The wide tables read long. Appraisal reads some KPIs and gives one, which joins them last.

    Args:
        judged: the KPIs that appraisal schemes read; a view of theirs is planned in no time.
    """
    early: list[dict[str, Any]] = []
    late: list[dict[str, Any]] = []
    for name, kpi in catalogue.kpis.items():
        table = table_of(kpi)
        fact = catalogue.facts.get(kpi.fact)
        entry = {"id": name, "kpi": kpi, "table": table, "scopes": shown_scopes(kpi, fact)}
        (late if fact and fact.after_kpis else early).append(entry)
        if kpi.daily:
            early.append({**entry, "table": f"{table}_day", "scopes": ORG_SCOPES})
    # without schemes there is nothing to read, but a view has to select something
    read = [entry for entry in early if entry["id"] in judged] or early[:1]
    whole = "every KPI in one shape, with target, previous period and prior year"
    return [
        _value_view("kpi.appraised", read, "the KPIs that appraisal schemes read"),
        _value_view("kpi.value", early, "every KPI but those computed from other KPIs' values"),
        _value_view("mart.kpi_value", late, whole, before="kpi.value"),
    ]


def _value_view(
    name: str, entries: list[dict[str, Any]], why: str, before: str | None = None
) -> Model:
    header = (
        f"-- table: {name}\n-- kind:  view\n-- grain: one row per KPI, period and scope\n"
        f"-- key:   kpi_id, {_WIDE_KEY}\n-- why:   {why}\n"
    )
    sql = render("mart/kpi/kpi_value.sql.j2", entries=entries, before=before)
    return parse_model(header + sql, f"kpi/{name.split('.')[1]}", "kpi")


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
        header + render("mart/kpi/quota_attainment.sql.j2", measures=measures),
        "mart/kpi/quota_attainment",
        "kpi",
    )
