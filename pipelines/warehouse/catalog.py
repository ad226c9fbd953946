"""All SQL models of a workspace, in the order in which they can be built."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from pipelines.kpi.generate import generated_models, open_opportunity
from pipelines.policy.load import Policies
from pipelines.policy.process import Process
from pipelines.warehouse.models import Model, in_order, read_models


def all_models(policies: Policies) -> list[Model]:
    """Plain and generated models, each after those it reads."""
    generated = generated_models(policies.catalogue, policies.process, policies.schemes)
    return in_order([*read_models(), *generated])


def ancestors(models: Sequence[Model], wanted: Iterable[str]) -> list[Model]:
    """The models that the wanted tables stand on, these included, in the order to build them."""
    by_name = {model.name: model for model in models}
    needed: set[str] = set()
    pending = list(wanted)
    while pending:
        name = pending.pop()
        if name in by_name and name not in needed:
            needed.add(name)
            pending.extend(by_name[name].inputs)
    return [model for model in models if model.name in needed]


def fact_models(process: Process) -> dict[str, Model]:
    """The models that a fact of the catalogue may stand on, by table name."""
    return {model.name: model for model in [*read_models(), open_opportunity(process)]}
