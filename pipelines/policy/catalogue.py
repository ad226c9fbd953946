"""The KPI catalogue (`policy/kpis/*.yaml`): one entry says all there is to know of a KPI.

The SQL that computes it, `attain explain`, the pages' tooltips and the golden tests all come from
the entry. Facts, the tables KPIs are made of, stand in `facts.yaml` beside the entries.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any, Literal

from pydantic import Field, model_validator

from pipelines.errors import UserError
from pipelines.policy.models import Policy
from pipelines.workspace import Label
from pipelines.yamlfile import YamlFile, did_you_mean, read_yaml, validate

FACTS = "facts"  # the file of the facts, among those of the KPIs
_NAME = re.compile("[a-z][a-z0-9_]*")
ORG_SCOPES = ("employee", "team", "region", "company")


class Fact(Policy):
    """A table KPIs are made of: one row each, an owner, further scopes, its source tables.

    For explaining a value: `rows` is the table whose rows are shown, if not `table`; `span` are the
    columns between which a row of a balance stands; `by_period` says the table has its periods.
    """

    table: str
    grain: str
    key: tuple[str, ...]
    owner: str
    scopes: dict[str, str] = Field(default_factory=dict)
    needs: tuple[str, ...]
    source_table: str
    show: tuple[str, ...] = ()
    rows: str | None = None
    span: tuple[str, str] | None = None
    by_period: bool = False


class Target(Policy):
    """What a KPI is held against: the quota of a measure, or a fixed value."""

    measure: str | None = None
    value: Decimal | None = None

    @model_validator(mode="after")
    def _one(self) -> Target:
        if (self.measure is None) == (self.value is None):
            raise ValueError("a target has either `measure` or `value`")
        return self


class GoldenCase(Policy):
    """A worked example: rows of the fact and the result they must give."""

    rows: tuple[dict[str, Any], ...]
    numerator: Decimal | None = None
    denominator: Decimal | None = None
    value: Decimal | None = None
    n: int | None = None


class Kpi(Policy):
    """One KPI.

    `numerator` and `denominator` are SQL over one row of the fact and are summed; the value is
    their ratio, or the numerator when there is no denominator. A `percentile` takes the given
    share of the values of its numerator. A `modelled` KPI has an SQL model of its own.
    """

    label: Label
    description: Label
    formula: Label
    kind: Literal["sum", "ratio", "percentile", "modelled"] = "sum"
    fact: str
    date: str
    numerator: str = "1"
    denominator: str | None = None
    where: str | None = None
    percentile: Decimal | None = None
    unit: Literal["money", "count", "ratio", "days", "score", "multiple"]
    decimals: int = 0
    direction: Literal["up", "down", "none"]
    min_n: int = 1
    target: Target | None = None
    owner: str
    scopes: tuple[str, ...] = ()
    golden: GoldenCase | None = None

    @model_validator(mode="after")
    def _kind_fits(self) -> Kpi:
        if self.kind == "ratio" and self.denominator is None:
            raise ValueError("a ratio needs a denominator")
        if self.kind == "sum" and self.denominator is not None:
            raise ValueError("a KPI with a denominator is of kind `ratio`")
        if self.kind == "percentile" and self.percentile is None:
            raise ValueError("a percentile KPI needs `percentile`, such as 0.5")
        return self


@dataclass(frozen=True)
class Catalogue:
    """All facts and KPIs by id, in the order of the files."""

    facts: dict[str, Fact]
    kpis: dict[str, Kpi]

    def of_fact(self, fact: str, *kinds: str) -> dict[str, Kpi]:
        """The KPIs of a fact that are of one of the kinds."""
        return {k: v for k, v in self.kpis.items() if v.fact == fact and v.kind in kinds}

    def measures(self) -> dict[str, str]:
        """Quota measure → the KPI that counts towards it."""
        return {
            kpi.target.measure: name
            for name, kpi in self.kpis.items()
            if kpi.target and kpi.target.measure
        }


def load_catalogue(paths: Iterable[Path]) -> Catalogue:
    """Read the catalogue.

    Raises:
        UserError: naming file, line, key and the nearest match.
    """
    facts: dict[str, Fact] = {}
    kpis: dict[str, Kpi] = {}
    entries: list[tuple[YamlFile, str]] = []
    for path in paths:
        source = read_yaml(path)
        for name in source.data:
            part = _part(source, name)
            if path.stem == FACTS:
                facts[name] = validate(part, Fact)
                continue
            if not _NAME.fullmatch(name):
                raise source.error(
                    (name,), "a KPI's name is a word of small letters, digits and `_`."
                )
            if name in kpis:
                raise source.error((name,), "this KPI is defined twice.")
            kpis[name] = validate(part, Kpi)
            entries.append((source, name))
    for source, name in entries:
        kpi = kpis[name]
        if kpi.fact not in facts:
            raise source.error(
                (name, "fact"), f"no fact named {kpi.fact!r}{did_you_mean(kpi.fact, facts)}."
            )
        for scope in kpi.scopes:
            known = facts[kpi.fact].scopes
            if scope not in known:
                raise source.error(
                    (name, "scopes"),
                    f"{kpi.fact} has no scope {scope!r}{did_you_mean(scope, known)}.",
                )
    return Catalogue(facts, kpis)


def _part(source: YamlFile, name: str) -> YamlFile:
    lines = {loc[1:]: line for loc, line in source.lines.items() if loc and loc[0] == name}
    lines[()] = source.line((name,))
    return _NamedPart(source.path, source.data[name], lines, name)


class _NamedPart(YamlFile):
    """One entry of a file; its errors name the entry as well."""

    def __init__(self, path: Path, data: Any, lines: dict[Any, int], name: str) -> None:
        super().__init__(path, data, lines)
        object.__setattr__(self, "name", name)

    def line(self, location: tuple[str | int, ...]) -> int:
        while location and location not in self.lines:
            location = location[:-1]
        return self.lines.get(location, 1)

    def error(self, location: tuple[str | int, ...], message: str) -> UserError:
        key = ".".join(str(part) for part in (getattr(self, "name", ""), *location))
        return UserError(f"{self.path} line {self.line(location)}, {key}: {message}")
