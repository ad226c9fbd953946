"""All SQL models of a workspace, in the order in which they can be built."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from pipelines.models.generate import generated_models
from pipelines.policy.load import Policies
from pipelines.warehouse.model import Model, in_order, read_models


def all_models(policies: Policies) -> list[Model]:
    """Plain and generated models, each after those it reads."""
    generated = generated_models(policies.catalogue, policies.process, policies.schemes)
    return in_order([*read_models(), *generated])


def tables_above(models: Iterable[Model], wanted: Iterable[str]) -> frozenset[str]:
    """The wanted tables and every table they stand on, whoever writes it."""
    reads = {model.name: model.inputs for model in models}
    above: set[str] = set()
    pending = list(wanted)
    while pending:
        table = pending.pop()
        if table not in above:
            above.add(table)
            pending.extend(reads.get(table, ()))
    return frozenset(above)


def ancestors(models: Sequence[Model], wanted: Iterable[str]) -> list[Model]:
    """The models that the wanted tables stand on, these included, in the order to build them."""
    needed = tables_above(models, wanted)
    return [model for model in models if model.name in needed]
