"""What a builder of a page reads and shows, said once, beside its code.

Belongs here: the declaration, and asking for it. Does not belong here: any builder.

    @shows(queries=("loss_reasons",), kpis=("sales_cycle_days:rolling_13w",))
    def losses_section(context: Context) -> Section: ...

A builder that calls others names them first and shows what they show. So a report is declared by
the function that makes its pages, and tables, KPI values and the handbook are asked of that.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, TypeVar

from pipelines.reporting.model.page import Section

Builder = Callable[..., Any]
_B = TypeVar("_B", bound=Builder)
OF_POLICY = "*"
"""In place of a KPI or its history: policy chooses which ones are shown, as a scheme does."""


@dataclass(frozen=True)
class Declared:
    """What builders read and show, each once and in the order of declaration.

    Args:
        kpis: `kpi:period_kind` where a value of that period is read, else `kpi` alone.
        histories: those of `kpis` of which thirteen weeks are read, for a line.
        parts: the builders whose declarations are part of it.
    """

    queries: tuple[str, ...] = ()
    kpis: tuple[str, ...] = ()
    histories: tuple[str, ...] = ()
    parts: tuple[Builder, ...] = ()

    @property
    def values(self) -> tuple[str, ...]:
        """The KPI values to read, such as `collections:week`."""
        return tuple(name for name in self.kpis if ":" in name)

    @property
    def kpi_ids(self) -> frozenset[str]:
        """The KPIs shown or explained."""
        return frozenset(name.partition(":")[0] for name in self.kpis) - {OF_POLICY}


_DECLARED: dict[Builder, Declared] = {}


def shows(
    *parts: Builder,
    queries: tuple[str, ...] = (),
    kpis: tuple[str, ...] = (),
    histories: tuple[str, ...] = (),
) -> Callable[[_B], _B]:
    """Declare a builder. `histories` are `kpis` too; the query of KPI values follows from them.

    Args:
        parts: declared builders that it calls.
    """
    below = [_DECLARED[part] for part in parts]
    named = _once(kpis, histories, *(d.kpis for d in below))
    values = ("kpi_values",) if any(":" in name for name in named) else ()
    whole = Declared(
        queries=_once(values, queries, *(d.queries for d in below)),
        kpis=named,
        histories=_once(histories, *(d.histories for d in below)),
        parts=parts,
    )

    def declare(builder: _B) -> _B:
        _DECLARED[builder] = whole
        return builder

    return declare


def _once(*names: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(name for some in names for name in some))


def declared(builder: Builder) -> Declared:
    """What a builder and its parts read and show.

    Raises:
        KeyError: it was not declared with `shows`.
    """
    return _DECLARED[builder]


def builders() -> tuple[Builder, ...]:
    """Every declared builder that was imported."""
    return tuple(_DECLARED)


def sections(made_by: Iterable[Builder], *given: Any) -> tuple[Section, ...]:
    """The sections of a page in the order of their builders; one that has nothing is left out."""
    found: list[Section] = []
    for builder in made_by:
        made = builder(*given)
        found += made if isinstance(made, tuple) else [made] if made is not None else []
    return tuple(found)
