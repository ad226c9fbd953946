"""Read and validate every policy file of a workspace before anything runs."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import sqlglot

from pipelines.policy import formulas
from pipelines.policy.appraisal_schemes import AppraisalScheme
from pipelines.policy.appraisal_tables import adds_up
from pipelines.policy.books import CommissionBooks
from pipelines.policy.calendars import load_calendar
from pipelines.policy.catalogue import Catalogue, load_catalogue
from pipelines.policy.formulas import check_columns
from pipelines.policy.models import Calendar, Policy, Terms
from pipelines.policy.plans import CommissionPlan, gap_before
from pipelines.policy.process import Process, check_kpis, read_process
from pipelines.policy.quality import Quality
from pipelines.policy.quotas import Quotas, check_measure, read_quotas
from pipelines.policy.receivables import Receivables
from pipelines.sources.contract import canonical_tables
from pipelines.warehouse import scalars
from pipelines.warehouse.duck import fingerprint
from pipelines.warehouse.facts import fact_models
from pipelines.workspace.resources import shipped
from pipelines.workspace.workspace import SETTINGS_FILE, Workspace
from pipelines.workspace.yamlfile import (
    YamlFile,
    did_you_mean,
    load_model,
    load_over,
    read_yaml,
    validate,
)

_FITS = "catalogue_fits"
_FITTING: set[str] = set()
"""What was found to fit in this process, whatever workspace asks."""
_Stated = TypeVar("_Stated", bound=Policy)


@dataclass(frozen=True)
class Policies:
    """All policies in force in a workspace."""

    process: Process
    calendar: Calendar
    receivables: Receivables
    plans: tuple[CommissionPlan, ...]
    schemes: tuple[AppraisalScheme, ...]
    catalogue: Catalogue
    quality: Quality
    terms: Terms
    quotas: Quotas
    books: CommissionBooks

    @property
    def measures(self) -> frozenset[str]:
        """Every quota measure that something counts towards."""
        return frozenset({*self.catalogue.measures(), *self.quotas.measures})


def load_policies(workspace: Workspace) -> Policies:
    """Read the policies a workspace names, its own before the shipped ones.

    Raises:
        UserError: naming file, line, key, what was expected and the nearest match.
    """
    process = load_process(workspace)
    entries = workspace.policy_folder("kpis")
    catalogue = load_catalogue(entries)
    _hold_against_sql(workspace, catalogue, process, entries)
    check_kpis(read_yaml(process_file(workspace)), catalogue.kpis)
    of_kpis = catalogue.measures()
    of_own = workspace.own_policy("quotas.yaml")
    quotas = read_quotas(read_yaml(of_own), of_kpis) if of_own else Quotas()
    schemes = _load_schemes(workspace, catalogue)
    return Policies(
        process=process,
        calendar=load_calendar(workspace),
        receivables=_stated(workspace, "receivables.yaml", Receivables),
        plans=_load_plans(workspace, {*of_kpis, *quotas.measures}, schemes),
        schemes=schemes,
        catalogue=catalogue,
        quality=load_quality(workspace),
        terms=_stated(workspace, "terms.yaml", Terms),
        books=load_books(workspace),
        quotas=quotas,
    )


def load_quality(workspace: Workspace) -> Quality:
    """What the workspace says of data quality; the rest is as shipped.

    Raises:
        UserError: naming file, line, key, what was expected and the nearest match.
    """
    return _stated(workspace, "quality.yaml", Quality)


def load_books(workspace: Workspace) -> CommissionBooks:
    """How the workspace closes and accounts for commission.

    Raises:
        UserError: naming file, line, key, what was expected and the nearest match.
    """
    own = workspace.own_policy("commission_books.yaml")
    return load_model(own, CommissionBooks) if own else CommissionBooks()


def _stated(workspace: Workspace, name: str, model: type[_Stated]) -> _Stated:
    return load_over(workspace.own_policy(name), shipped("policy", name), model)


def _hold_against_sql(
    workspace: Workspace, catalogue: Catalogue, process: Process, entries: Sequence[Path]
) -> None:
    """Hold the catalogue against the SQL it stands on, once for the same texts.

    Parsing the facts' SQL is half of what a run that changes nothing would take.
    """
    files = [*entries, *(path for path in sorted(shipped("sql").rglob("*")) if path.is_file())]
    texts = [path.read_text(encoding="utf-8") for path in files]
    rules = [Path(str(code.__file__)).read_text(encoding="utf-8") for code in (formulas, scalars)]
    mark = fingerprint(sqlglot.__version__, process.required_fields, rules, texts)
    known = workspace.state / _FITS
    if known.is_file() and known.read_bytes() == mark.encode():
        return
    if mark not in _FITTING:
        check_columns(catalogue, fact_models(process.required_fields), entries)
        _FITTING.add(mark)
    if workspace.state.is_dir():
        known.write_text(mark, encoding="utf-8")


def load_process(workspace: Workspace) -> Process:
    """The sales process the workspace's settings name.

    Raises:
        UserError: naming file, line, key, what was expected and the nearest match.
    """
    source = read_yaml(process_file(workspace))
    return read_process(source, canonical_tables()["opportunity"].columns)


def process_file(workspace: Workspace) -> Path:
    """The file of the process in force, the workspace's own before the shipped one."""
    return _named(workspace, "process", workspace.settings.process)


def read_plan(source: YamlFile, measures: Collection[str]) -> CommissionPlan:
    """Validate one commission plan; quotas are of measures that something counts towards.

    Raises:
        UserError: naming file, line, key, what was expected and the nearest match.
    """
    plan = validate(source, CommissionPlan)
    for number, part in enumerate(plan.components):
        if part.quota:
            place = ("components", number, "quota", "measure")
            check_measure(source, place, part.quota.measure, measures)
    return plan


def _load_plans(
    workspace: Workspace, measures: Collection[str], schemes: Sequence[AppraisalScheme]
) -> tuple[CommissionPlan, ...]:
    plans: dict[Path, CommissionPlan] = {}
    for path in workspace.own_policies("commission"):
        source = read_yaml(path)
        plan = read_plan(source, measures)
        _check_appraisal(source, plan, schemes)
        for earlier, other in plans.items():
            if (plan.id, plan.version) == (other.id, other.version):
                raise source.error(
                    ("version",), f"{earlier} is version {plan.version} of {plan.id!r} too."
                )
            if plan.meets(other):
                raise source.error(
                    ("valid_from",),
                    f"{earlier} is in force for role {plan.role!r} on the same days, and both would"
                    " pay; end one with valid_to, or give this file that one's name to replace it.",
                )
        plans[path] = plan
    for path, plan in plans.items():
        uncovered = gap_before(plan, plans.values())
        if uncovered is not None:
            raise read_yaml(path).error(
                ("valid_from",),
                f"nobody of role {plan.role!r} has a plan from {uncovered} on; the version of "
                f"{plan.id!r} before this one ends the day before. Begin this one then, or leave "
                "out the other's valid_to.",
            )
    return tuple(plans.values())


def _check_appraisal(
    source: YamlFile, plan: CommissionPlan, schemes: Sequence[AppraisalScheme]
) -> None:
    """Commission that follows an appraisal follows one there is, with a percent for every grade."""
    if plan.appraisal is None:
        return
    found = [s for s in schemes if (s.role, s.period) == (plan.role, plan.appraisal.period)]
    if not found:
        raise source.error(
            ("appraisal", "period"),
            f"no scheme in policy/appraisal appraises role {plan.role!r} by the "
            f"{plan.appraisal.period.replace('_', ' ')}.",
        )
    known = list(dict.fromkeys(band.grade for scheme in found for band in scheme.bands))
    for grade in known:
        if grade not in plan.appraisal.grades:
            raise source.error(
                ("appraisal", "grades"),
                f"say what grade {grade!r} pays too: scheme {found[0].id!r} has "
                f"{', '.join(known)}.",
            )
    for grade in plan.appraisal.grades:
        if grade not in known:
            raise source.error(
                ("appraisal", "grades", grade),
                f"no scheme has a grade {grade!r}{did_you_mean(grade, known)}.",
            )


def _load_schemes(workspace: Workspace, catalogue: Catalogue) -> tuple[AppraisalScheme, ...]:
    schemes: dict[Path, AppraisalScheme] = {}
    for path in workspace.own_policies("appraisal"):
        source = read_yaml(path)
        scheme = validate(source, AppraisalScheme)
        for part in ("indicators", "gates", "bonuses"):
            for number, judged in enumerate(getattr(scheme, part)):
                place = (part, number, "kpi")
                if judged.kpi and (problem := _not_appraisable(judged.kpi, scheme, catalogue)):
                    raise source.error(place, problem)
        for earlier, other in schemes.items():
            if (scheme.id, scheme.version) == (other.id, other.version):
                raise source.error(
                    ("version",), f"{earlier} is version {scheme.version} of {scheme.id!r} too."
                )
            if scheme.id == other.id and scheme.valid_from == other.valid_from:
                raise source.error(
                    ("valid_from",), f"{earlier} begins on the same day; a version begins later."
                )
            if scheme.id == other.id and (scheme.version < other.version) != (
                scheme.valid_from < other.valid_from
            ):
                raise source.error(
                    ("valid_from",),
                    f"{earlier} is version {other.version} and begins {other.valid_from}; a higher "
                    "version begins later.",
                )
            if scheme.id == other.id and scheme.role != other.role:
                raise source.error(
                    ("role",),
                    f"{earlier} is of the same scheme and judges role {other.role!r}; give this "
                    "one an id of its own.",
                )
            if scheme.id == other.id and scheme.period != other.period:
                raise source.error(
                    ("period",),
                    f"{earlier} is of the same scheme and judges by the {other.period}; give this "
                    "one an id of its own.",
                )
            if scheme.id != other.id and (scheme.role, scheme.period) == (other.role, other.period):
                raise source.error(
                    ("role",),
                    f"{earlier} scores role {scheme.role!r} by the {scheme.period} too; give this "
                    f"file its id {other.id!r} to be a version of it, or that one's name to "
                    "replace it.",
                )
        schemes[path] = scheme
    return tuple(schemes.values())


def _not_appraisable(kpi: str, scheme: AppraisalScheme, catalogue: Catalogue) -> str | None:
    """Why a KPI cannot stand in a scheme; None where it can."""
    found = catalogue.kpis.get(kpi)
    if found is None:
        return f"no KPI named {kpi!r}{did_you_mean(kpi, catalogue.kpis)}."
    fact = catalogue.facts.get(found.fact)
    if fact and fact.after_kpis:
        return f"{kpi!r} is computed after the appraisal and cannot be a part of it."
    if scheme.period == "half_year" and adds_up(found, catalogue) == "no":
        return (
            f"{kpi!r} of a half year cannot be computed from its quarters; appraise it by the "
            "quarter or year."
        )
    return None


def _named(workspace: Workspace, kind: str, name: str) -> Path:
    path = workspace.policy_file(kind, f"{name}.yaml")
    if not path.exists():
        known = [p.stem for p in workspace.policy_folder(kind)]
        settings = read_yaml(workspace.root / SETTINGS_FILE)
        raise settings.error(
            (kind,), f"there is no policy/{kind}/{name}.yaml{did_you_mean(name, known)}."
        )
    return path
