"""Which models share a step: those that the same blocking checks can stop.

Belongs here: putting models together so that nothing is stopped that would not be stopped alone.
Does not belong here: what a step does.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable

from pipelines.warehouse.model import Model


def shared_steps(models: Iterable[Model], guarded: Collection[str]) -> list[tuple[Model, ...]]:
    """Models in steps, each step's in the order in which they can be built.

    A step is skipped as a whole when a check above any of its tables blocks. Models with the same
    guarded tables above them would all be skipped one by one, so they lose nothing by sharing; and
    what lies between two of them has the same tables above it as well, so no steps wait for each
    other.

    Args:
        models: in the order in which they can be built.
        guarded: tables that have a blocking check.
    """
    above: dict[str, frozenset[str]] = {}
    steps: dict[frozenset[str], list[Model]] = {}
    for model in models:
        direct = {name for name in model.inputs if name in guarded}
        passed_on = (above.get(name, frozenset()) for name in model.inputs)
        above[model.name] = frozenset(direct).union(*passed_on)
        steps.setdefault(above[model.name], []).append(model)
    return [tuple(step) for step in steps.values()]
