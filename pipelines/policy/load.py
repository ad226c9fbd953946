"""Read and validate every policy file of a workspace before anything runs."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from pipelines.errors import UserError
from pipelines.policy.catalogue import Catalogue, load_catalogue
from pipelines.policy.models import (
    AppraisalScheme,
    Calendar,
    CommissionPlan,
    Process,
    Receivables,
)
from pipelines.workspace import Workspace
from pipelines.yamlfile import did_you_mean, load_model


@dataclass(frozen=True)
class Policies:
    """All policies in force in a workspace."""

    process: Process
    calendar: Calendar
    receivables: Receivables
    plans: tuple[CommissionPlan, ...]
    schemes: tuple[AppraisalScheme, ...]
    catalogue: Catalogue


def load_policies(workspace: Workspace) -> Policies:
    """Read the policies a workspace names, its own before the shipped ones.

    Raises:
        UserError: naming file, line, key, what was expected and the nearest match.
    """
    catalogue = load_catalogue(workspace.policy_folder("kpis"))
    schemes = []
    for path in workspace.policy_folder("appraisal"):
        scheme = load_model(path, AppraisalScheme)
        for indicator in scheme.indicators:
            if indicator.kpi and indicator.kpi not in catalogue.kpis:
                near = did_you_mean(indicator.kpi, catalogue.kpis)
                raise UserError(
                    f"{path}, indicator {indicator.id}: no KPI named {indicator.kpi!r}{near}."
                )
        schemes.append(scheme)
    return Policies(
        process=load_process(workspace),
        calendar=load_model(_named(workspace, "calendar", workspace.settings.calendar), Calendar),
        receivables=load_model(workspace.policy_file("receivables.yaml"), Receivables),
        plans=tuple(
            load_model(path, CommissionPlan) for path in workspace.policy_folder("commission")
        ),
        schemes=tuple(schemes),
        catalogue=catalogue,
    )


def load_process(workspace: Workspace) -> Process:
    """The sales process the workspace's settings name."""
    return load_model(_named(workspace, "process", workspace.settings.process), Process)


def _named(workspace: Workspace, kind: str, name: str) -> Path:
    path = workspace.policy_file(kind, f"{name}.yaml")
    if not path.exists():
        known = [p.stem for p in workspace.policy_folder(kind)]
        raise UserError(
            f"{workspace.root}/attain.yaml, {kind}: there is no policy/{kind}/{name}.yaml"
            f"{did_you_mean(name, known)}."
        )
    return path
