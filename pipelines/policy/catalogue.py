"""The KPI catalogue (`policy/kpis/*.yaml`): one entry says all there is to know of a KPI.

The SQL that computes it, `attain explain`, the pages' tooltips and the golden tests all come from
the entry. Facts, the tables KPIs are made of, stand in `facts.yaml` beside the entries.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any, Literal

from pydantic import Field, model_validator

from pipelines.errors import UserError
from pipelines.policy.models import Policy
from pipelines.workspace.workspace import Label, ReportName
from pipelines.workspace.yamlfile import YamlFile, did_you_mean, read_yaml, validate

FACTS = "facts"  # the file of the facts, among those of the KPIs
_NAME = re.compile("[a-z][a-z0-9_]*")
REFERENCE = re.compile(r"\b([a-z][a-z0-9_]*)\.(num|den|n)\b")  # in a derived KPI's formula
ORG_SCOPES = ("employee", "team", "region", "company")
Kind = Literal["sum", "ratio", "share", "percentile", "distinct", "balance", "derived", "modelled"]
PeriodKind = Literal[
    "day", "week", "rolling_13w", "month", "quarter", "year", "fiscal_year",
    "mtd", "qtd", "ytd", "fytd",
]  # fmt: skip


class ScopeTable(Policy):
    """A further scope whose rows stand in a table of their own, such as an order's products."""

    table: str
    column: str


class Fact(Policy):
    """A table KPIs are made of: one row each, an owner, further scopes, its source tables.

    A fact without `owner` counts for the company alone; one that is `placed` has columns team_id
    and region_id of its own. `span` are the columns between which a row of a balance stands;
    `by_period` says the table has its periods, `after_kpis` that it is computed from KPIs. `counts`
    are its columns of whole numbers: what adds them up is one too. For explaining a value: `rows`
    is the table whose rows are shown, if not `table`.
    """

    table: str
    grain: str
    key: tuple[str, ...]
    owner: str | None = None
    placed: bool = False
    scopes: dict[str, str | ScopeTable] = Field(default_factory=dict)
    needs: tuple[str, ...]
    source_table: str
    show: tuple[str, ...] = ()
    counts: tuple[str, ...] = ()
    rows: str | None = None
    span: tuple[str, str] | None = None
    by_period: bool = False
    after_kpis: bool = False


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
    """A worked example: rows and the result they must give for the company and November 2026.

    `rows` are rows of the fact. A KPI that stands on several tables has `given`, rows by table;
    `scope` and `period_kind` name another value than the company's month.
    """

    rows: tuple[dict[str, Any], ...] = ()
    given: dict[str, tuple[dict[str, Any], ...]] = Field(default_factory=dict)
    scope: str = "company"
    period_kind: str = "month"
    period_start: dt.date = dt.date(2026, 11, 1)
    numerator: Decimal | None = None
    denominator: Decimal | None = None
    value: Decimal | None = None
    n: int | None = None

    @model_validator(mode="after")
    def _one_input(self) -> GoldenCase:
        if bool(self.rows) == bool(self.given):
            raise ValueError("a golden case has either `rows` of the fact or `given`, by table")
        return self


class Kpi(Policy):
    """One KPI.

    `numerator` and `denominator` are SQL over one row of the fact and are summed; the value is
    their ratio, or the numerator when there is no denominator. Other kinds:
    `share` divides by the sum over all of a scope's ids; `percentile` takes the given share of the
    values of its numerator, `distinct` counts them; `balance` sums the rows of a fact with a `span`
    that stand on the period's last day; `derived` is a formula over other KPIs (`calls.num`,
    `.den`, `.n`); a `modelled` KPI has an SQL model of its own.

    `n` says what is counted as its cases, where that is not the fact's rows.
    `periods` limits the kinds of period it is shown for; `daily` adds each of the last days;
    `needs` are tables it needs beside its fact's, or columns (`sales_order.delivered_date`;
    `a.b|c.d` for either) without any value of which it would be 0 where nothing is known.
    `opening` says that a balance is that of the day before the period.
    `reports` are those on whose pages it stands in the table of further KPIs: the readers who can
    move it. `theme` is the name of the file it is defined in.
    """

    label: Label
    description: Label
    formula: Label
    kind: Kind = "sum"
    fact: str = ""
    date: str = ""
    numerator: str = "1"
    denominator: str | None = None
    n: str | None = None
    where: str | None = None
    percentile: Decimal | None = None
    needs: tuple[str, ...] = ()
    periods: tuple[PeriodKind, ...] = ()
    daily: bool = False
    opening: bool = False
    unit: Literal["money", "count", "ratio", "days", "hours", "score", "multiple"]
    decimals: int = 0
    direction: Literal["up", "down", "none"]
    min_n: int = 1
    target: Target | None = None
    owner: str
    reports: tuple[ReportName, ...] = ()
    theme: str = Field(default="", exclude=True)
    scopes: tuple[str, ...] = ()
    golden: GoldenCase | None = None

    @model_validator(mode="after")
    def _kind_fits(self) -> Kpi:
        if self.kind == "derived":
            if self.fact or self.date:
                raise ValueError("a derived KPI has no `fact` and no `date`: its KPIs have them")
            if not self.references or self.n is None:
                raise ValueError(
                    "a derived KPI is made of others, such as calls.num, and needs `n`"
                )
            return self
        if not self.fact or not self.date:
            raise ValueError("a KPI needs a `fact` and a `date`, or `kind: derived`")
        if self.kind == "ratio" and self.denominator is None:
            raise ValueError("a ratio needs a denominator")
        if self.kind in ("sum", "share", "percentile", "distinct") and self.denominator is not None:
            raise ValueError("a KPI with a denominator is of kind `ratio`")
        if self.kind == "share" and not self.scopes:
            raise ValueError("a share needs `scopes`: of what it is a share")
        if self.kind == "percentile" and self.percentile is None:
            raise ValueError("a percentile KPI needs `percentile`, such as 0.5")
        if self.daily and self.kind not in ("sum", "ratio"):
            raise ValueError("only a sum or a ratio can be `daily`")
        return self

    @property
    def is_plain(self) -> bool:
        """Whether the value is the numerator itself and not divided."""
        if self.kind == "modelled" and self.denominator is None:
            return self.unit in ("money", "count", "score")
        return self.denominator is None and self.kind != "share"

    @property
    def is_untraceable(self) -> bool:
        """Whether the value is more than sums over the rows shown, such as a ratio to sales."""
        return self.kind == "modelled" and self.unit == "days"

    @property
    def references(self) -> tuple[str, ...]:
        """The KPIs that a derived one is made of, in order of appearance."""
        if self.kind != "derived":
            return ()
        text = f"{self.numerator} {self.denominator or ''} {self.n or ''}"
        return tuple(dict.fromkeys(match[1] for match in REFERENCE.finditer(text)))


@dataclass(frozen=True)
class Catalogue:
    """All facts and KPIs by id, in the order of the files."""

    facts: dict[str, Fact]
    kpis: dict[str, Kpi]

    def of_fact(self, fact: str, *kinds: str) -> dict[str, Kpi]:
        """The KPIs of a fact that are of one of the kinds."""
        return {k: v for k, v in self.kpis.items() if v.fact == fact and v.kind in kinds}

    @property
    def needed_columns(self) -> list[str]:
        """The columns that some KPI needs, each as `table.column`."""
        return sorted({need for name in self.kpis for need in self.needs(name) if "." in need})

    def needs(self, name: str) -> tuple[str, ...]:
        """The canonical tables without which a KPI has no data."""
        kpi = self.kpis[name]
        parts = [self.needs(other) for other in kpi.references if other in self.kpis]
        own = self.facts[kpi.fact].needs if kpi.fact else ()
        return tuple(dict.fromkeys((*own, *kpi.needs, *(t for part in parts for t in part))))

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
            kpis[name] = validate(part, Kpi).model_copy(update={"theme": path.stem})
            entries.append((source, name))
    for source, name in entries:
        kpi = kpis[name]
        if kpi.kind == "derived":
            continue  # held against the other KPIs with all formulas
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
