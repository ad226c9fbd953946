"""All SQL models of a workspace, in the order in which they can be built."""

from __future__ import annotations

from pipelines.kpi.generate import generated_models, open_opportunity
from pipelines.policy.load import Policies
from pipelines.policy.process import Process
from pipelines.warehouse.models import Model, in_order, read_models

GROUPS = ("core", "receivables", "commission", "funnel", "kpi", "appraisal", "reports")


def all_models(policies: Policies) -> list[Model]:
    """Plain and generated models, each after those it reads."""
    generated = generated_models(policies.catalogue, policies.process, policies.schemes)
    return in_order([*read_models(*GROUPS), *generated])


def fact_models(process: Process) -> dict[str, Model]:
    """The models that a fact of the catalogue may stand on, by table name."""
    return {model.name: model for model in [*read_models(*GROUPS), open_opportunity(process)]}
