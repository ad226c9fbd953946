"""The catalogue held against the SQL it stands on, before anything is computed.

Belongs here: does each fact's table exist, does each formula read columns it has. Does not belong
here: what an entry may say (`catalogue.py`) or the SQL made of it (`kpi/generate.py`).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

import sqlglot
from sqlglot import exp

from pipelines.policy.catalogue import FACTS, Catalogue, Fact, Kpi
from pipelines.sources.contract import canonical_tables
from pipelines.warehouse.model import SCHEMAS, Model
from pipelines.warehouse.scalars import misused
from pipelines.workspace.resources import shipped
from pipelines.workspace.yamlfile import YamlFile, did_you_mean, read_yaml

_SHOWN = 100
_QUERY = (exp.Query, exp.Subquery, exp.Exists, exp.Table)
_REFUSED = (exp.Window, exp.Star, exp.Lambda, exp.Parameter, exp.Placeholder, exp.Command)
_LOOKING_UP = frozenset({"max", "min"})  # which row of another table is the latest


def check_columns(catalogue: Catalogue, models: Mapping[str, Model], paths: Iterable[Path]) -> None:
    """Hold every fact and KPI against the columns its tables really have.

    Args:
        models: the SQL models a fact may stand on, by table name.

    Raises:
        UserError: naming file, line, key and the nearest table or column.
    """
    for path in sorted(paths, key=lambda path: path.stem != FACTS):  # facts first
        source = read_yaml(path)
        for name in source.data:
            if path.stem == FACTS:
                _check_fact(source, name, catalogue.facts[name], models)
            elif catalogue.kpis[name].kind == "modelled":
                _check_modelled(source, name, catalogue.kpis[name])
            elif catalogue.kpis[name].kind == "derived":
                _check_derived(source, name, catalogue)
            else:
                table = catalogue.facts[catalogue.kpis[name].fact].table
                _check_kpi(source, name, catalogue, models[table])


def _check_fact(source: YamlFile, name: str, fact: Fact, models: Mapping[str, Model]) -> None:
    for key, table in (("table", fact.table), ("rows", fact.rows)):
        if table is not None and table not in models:
            raise source.error((name, key), f"no table {table!r}{did_you_mean(table, models)}.")
    shown = models[fact.rows or fact.table]
    for key, model, columns in (
        ("owner", models[fact.table], (fact.owner,) if fact.owner else ()),
        ("placed", models[fact.table], ("team_id", "region_id") if fact.placed else ()),
        ("key", shown, fact.key),
        ("show", shown, fact.show),
        ("span", shown, fact.span or ()),
    ):
        for column in columns:
            if column not in model.columns:
                raise source.error((name, key), _no_column(model, column))
    for scope, at in fact.scopes.items():
        table, column = (fact.table, at) if isinstance(at, str) else (at.table, at.column)
        if table not in models:
            raise source.error(
                (name, "scopes", scope), f"no table {table!r}{did_you_mean(table, models)}."
            )
        if column not in models[table].columns:
            raise source.error((name, "scopes", scope), _no_column(models[table], column))
    _check_needs(source, (name, "needs"), fact.needs)
    _check_needs(source, (name, "source_table"), (fact.source_table,))


def _check_needs(source: YamlFile, where: tuple[str, ...], needs: Sequence[str]) -> None:
    """Tables, or columns of them, that exports can bring."""
    for need in (one for several in needs for one in several.split("|")):
        table, _, column = need.partition(".")
        if table not in canonical_tables():
            near = did_you_mean(table, canonical_tables())
            raise source.error(where, f"{table!r} is not a canonical table{near}.")
        columns = canonical_tables()[table].columns
        if column and column not in columns:
            near = did_you_mean(column, columns)
            raise source.error(where, f"{table} has no column {column!r}{near}.")


def _check_kpi(source: YamlFile, name: str, catalogue: Catalogue, model: Model) -> None:
    kpi = catalogue.kpis[name]
    fact = catalogue.facts[kpi.fact]
    if kpi.kind == "balance" and fact.span is None:
        raise source.error((name, "kind"), f"{kpi.fact} has no `span`; a balance needs one.")
    if kpi.date not in model.columns:
        raise source.error((name, "date"), _no_column(model, kpi.date))
    for key, tree in _formulas(source, name, kpi, ("numerator", "denominator", "where", "n")):
        for column in tree.find_all(exp.Column):
            if column.name not in model.columns:
                raise source.error((name, key), _no_column(model, column.name))

    _check_needs(source, (name, "needs"), kpi.needs)
    if kpi.kind in ("percentile", "distinct") or fact.by_period:
        first, other = next(iter(catalogue.of_fact(kpi.fact, kpi.kind).items()))
        if kpi.date != other.date:
            raise source.error(
                (name, "date"),
                f"the {kpi.kind} KPIs of a fact share one date; {first} has {other.date}.",
            )


def _formulas(
    source: YamlFile, name: str, kpi: Kpi, keys: Iterable[str]
) -> Iterator[tuple[str, exp.Expression]]:
    """The formulas an entry has, parsed; one that is no SQL, or sums by itself, is refused."""
    for key, formula in _written(kpi, keys):
        tree = _parsed(source, (name, key), formula)
        if tree.find(exp.AggFunc):
            raise source.error(
                (name, key), "a formula is about one row of the fact; attain itself takes the sum."
            )
        if tree.find(*_QUERY):
            raise source.error(
                (name, key), "a query cannot stand in a formula: it is about one row of the fact."
            )
        _require_scalar(source, (name, key), formula, tree)
        yield key, tree


def _written(kpi: Kpi, keys: Iterable[str]) -> Iterator[tuple[str, str]]:
    """The keys of an entry that hold a formula, with it."""
    return ((key, formula) for key in keys if (formula := getattr(kpi, key)) is not None)


def _parsed(source: YamlFile, where: tuple[str, str], formula: str) -> exp.Expression:
    try:
        tree = sqlglot.parse_one(formula, dialect="duckdb")
    except (sqlglot.errors.SqlglotError, RecursionError):
        raise source.error(where, f"{_short(formula)!r} is not an SQL expression.") from None
    if not isinstance(tree, (exp.Condition, exp.Query)) or _has_comment(formula):
        raise source.error(where, f"{_short(formula)!r} is not an SQL expression.")
    return tree


def _has_comment(formula: str) -> bool:
    """A comment would swallow what follows the formula where it is put into a statement."""
    tokens = sqlglot.tokenize(formula, dialect="duckdb")
    return any(token.comments for token in tokens)


def _short(formula: str) -> str:
    return formula if len(formula) <= _SHOWN else formula[: _SHOWN - 1] + "…"


def _require_scalar(
    source: YamlFile, where: tuple[str, str], formula: str, tree: exp.Expression
) -> None:
    """Only functions that are known, over one row, of the same value at any time."""
    problem = misused(formula, tree)
    if problem is not None:
        raise source.error(where, problem)
    for node in tree.walk():
        if isinstance(node, _REFUSED) or type(node).__name__.startswith(("Current", "Local")):
            raise source.error(where, f"{node.sql(dialect='duckdb')!r} cannot stand in a formula.")


def _check_derived(source: YamlFile, name: str, catalogue: Catalogue) -> None:
    """Every name in the formula is a part of a KPI that is computed from a fact."""
    kpi = catalogue.kpis[name]
    for key, tree in _formulas(source, name, kpi, ("numerator", "denominator", "n")):
        for column in tree.find_all(exp.Column):
            other, part = column.table, column.name
            if not other or part not in ("num", "den", "n"):
                raise source.error(
                    (name, key),
                    f"{column.sql()} is no part of a KPI; write for example complaints.num, .den "
                    "or .n.",
                )
            if other not in catalogue.kpis:
                near = did_you_mean(other, catalogue.kpis)
                raise source.error((name, key), f"no KPI named {other!r}{near}.")
            found = catalogue.kpis[other]
            if found.kind == "derived":
                raise source.error(
                    (name, key), f"{other} is derived itself; name the KPIs it is made of."
                )
            if part == "den" and found.is_plain:
                raise source.error((name, key), f"{other} has no denominator; use {other}.num.")
            for scope in kpi.scopes:
                if scope not in found.scopes:
                    raise source.error(
                        (name, "scopes"), f"{other} is not computed for scope {scope!r}."
                    )


def _check_modelled(source: YamlFile, name: str, kpi: Kpi) -> None:
    """An SQL model computes it; its formulas are for explaining, and may look up another table."""
    template = shipped("sql", "kpi", "modelled", f"{kpi.fact}.sql.j2")
    if not template.exists() or f"{name}__num" not in template.read_text(encoding="utf-8"):
        raise source.error(
            (name, "kind"), "no SQL model computes it; use `sum`, `ratio` or `percentile`."
        )
    for key, formula in _written(kpi, ("numerator", "denominator", "where", "n")):
        tree = _parsed(source, (name, key), formula)
        for table in tree.find_all(exp.Table):
            named = isinstance(table.this, exp.Identifier) and table.db in SCHEMAS
            if table.catalog or not named:
                raise source.error(
                    (name, key), f"no table {table.sql(dialect='duckdb')!r} can be read here."
                )
        if tree.find(*_QUERY) is None:
            _require_scalar(source, (name, key), formula, tree)
        else:
            problem = misused(formula, tree, _LOOKING_UP)
            if problem is not None:
                raise source.error((name, key), problem)


def _no_column(model: Model, column: str) -> str:
    return f"{model.name} has no column {column!r}{did_you_mean(column, model.columns)}."
