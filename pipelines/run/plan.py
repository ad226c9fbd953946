"""The order in which tables are computed and checked.

Belongs here: models and reconciliations in one sequence. Does not belong here: doing it
(`steps.py`).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from graphlib import TopologicalSorter

from pipelines.checks.reconciliations import Reconciliation
from pipelines.warehouse.model import Model

Work = Model | Reconciliation


def in_turn(models: Sequence[Model], checks: Iterable[Reconciliation]) -> list[Work]:
    """Each model after those it reads; each check after what it reads, before what it can stop.

    Equal inputs give an equal order.

    Raises:
        CycleError: a check reads what stands on the table it guards.
    """
    work: dict[str, Work] = {model.name: model for model in models}
    before: dict[str, set[str]] = {model.name: set(model.inputs) for model in models}
    for check in checks:
        name = f"check {check.check}"
        work[name] = check
        before[name] = {check.guards, *check.inputs}
        if check.severity == "block":
            for model in models:
                if check.guards in model.inputs and model.name not in before[name]:
                    before[model.name].add(name)
    sorter = TopologicalSorter({name: before[name] & work.keys() for name in sorted(work)})
    sorter.prepare()
    done: list[Work] = []
    while sorter.is_active():
        ready = sorted(sorter.get_ready())
        done += [work[name] for name in ready]
        sorter.done(*ready)
    return done
