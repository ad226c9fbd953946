"""The sums that KPIs are made of, each taken once though several KPIs share it.

Belongs here: which sums a table of KPIs needs and which of their columns are which sum. Does not
belong here: how sums roll up (`sql/kpi/`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache

import sqlglot
from sqlglot import exp

from pipelines.policy.catalogue import Fact, Kpi


@dataclass
class Measure:
    """A sum over rows of a fact, named after the first column that shows it.

    `is_whole`: it counts, a whole number for which 64 bits are enough.
    """

    name: str
    date: str
    where: str | None
    value: str
    is_whole: bool
    scopes: set[str] = field(default_factory=set)


@dataclass(frozen=True)
class Measures:
    """The sums of a table, and which of them a KPI's columns are: `calls__n` → `calls__num`.

    `shares` are the KPIs that divide by the sum over all ids of their scope, and by which sum.
    """

    sums: tuple[Measure, ...]
    names: Mapping[str, str]
    shares: Mapping[str, Measure]

    @property
    def columns(self) -> list[str]:
        """What a relation of sums holds, in order."""
        return [*(measure.name for measure in self.sums), *(f"{name}__den" for name in self.shares)]


def measures_of(kpis: Mapping[str, Kpi], fact: Fact) -> Measures:
    """What has to be summed for KPIs of one fact."""
    sums: dict[tuple[str, str | None, str], Measure] = {}
    names: dict[str, str] = {}
    shares: dict[str, Measure] = {}
    for kpi_id, kpi in kpis.items():
        for part, value in (("num", kpi.numerator), ("den", kpi.denominator), ("n", kpi.n or "1")):
            if value is None:
                continue
            column = f"{kpi_id}__{part}"
            new = Measure(column, kpi.date, kpi.where, value, _is_whole(value, fact.counts))
            measure = sums.setdefault((kpi.date, kpi.where, value), new)
            measure.scopes.update(kpi.scopes)
            names[column] = measure.name
            if part == "num" and kpi.kind == "share":
                shares[kpi_id] = measure
    return Measures(tuple(sums.values()), names, shares)


def counts(kpi: Kpi, part: str, fact: Fact) -> bool:
    """Whether a KPI's `num`, `den` or `n` is a whole number of 64 bits."""
    if kpi.kind in ("percentile", "distinct"):
        return part == "n" or kpi.kind == "distinct"
    value = {"num": kpi.numerator, "den": kpi.denominator, "n": kpi.n or "1"}[part]
    return kpi.kind != "modelled" and value is not None and _is_whole(value, fact.counts)


@cache
def _is_whole(text: str, counted: tuple[str, ...]) -> bool:
    return _gives_whole_numbers(sqlglot.parse_one(text, dialect="duckdb"), counted)


def _gives_whole_numbers(node: exp.Expression | None, counted: tuple[str, ...]) -> bool:
    """Whether an expression is a whole number or a column that counts, or chooses between some."""
    if isinstance(node, exp.Literal):
        return not node.is_string and node.this.isdigit()
    if isinstance(node, exp.Column):
        return node.name in counted
    if isinstance(node, exp.Neg | exp.Paren):
        return _gives_whole_numbers(node.this, counted)
    if isinstance(node, exp.Coalesce):
        return all(_gives_whole_numbers(n, counted) for n in (node.this, *node.expressions))
    if isinstance(node, exp.Case):
        default = node.args.get("default")
        chosen = [branch.args["true"] for branch in node.args["ifs"]]
        every = (*chosen, *([default] if default else []))
        return all(_gives_whole_numbers(n, counted) for n in every)
    return False
