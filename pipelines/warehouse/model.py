"""SQL models: one file, one table, at `sql/<schema>/…/<table>.sql`; its header says what it is.

A model file begins with
    -- table: core.fct_stage_visit
    -- grain: one row per opportunity and visit to a stage
    -- key:   opportunity_id, visit_no
    -- why:   conversion and time in stage need visits, not stages: deals go back
and the tables it reads are found in its SQL, so dependencies cannot be forgotten.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path

import sqlglot
from sqlglot import exp

from pipelines.warehouse.template import render, values_of
from pipelines.workspace.resources import shipped

SCHEMAS = (
    "staging",
    "held",
    "history",
    "refused",
    "core",
    "receivables",
    "commission",
    "kpi",
    "mart",
    "policy",
    "meta",
)
# Those whose tables are models: each is a folder below `sql/`, with folders per step inside.
MODELLED = ("core", "receivables", "commission", "kpi", "mart")
GROUPS = ("core", "receivables", "commission", "funnel", "kpi", "appraisal", "reports")
_QUOTE = '"'
_COMMENT = re.compile(r"--[^\n]*")
_READ = re.compile(
    rf"\b(?:from|join)\s+({'|'.join(SCHEMAS)})\.(\w+|{_QUOTE}\w+{_QUOTE})", re.IGNORECASE
)
_FIELDS = ("table", "grain", "key", "why")
_OPTIONAL = ("kind",)


@dataclass(frozen=True)
class Model:
    """One table or view of the warehouse and the SQL that makes it."""

    name: str
    sql: str
    grain: str
    key: tuple[str, ...]
    why: str
    path: str
    group: str
    is_view: bool = False

    @cached_property
    def inputs(self) -> tuple[str, ...]:
        """Tables of the warehouse that the SQL reads, in alphabetical order."""
        return tables_read(self.sql)

    @cached_property
    def columns(self) -> tuple[str, ...]:
        """Names of the columns the SQL gives, in order."""
        return columns_given(self.sql)

    @property
    def keeps_values(self) -> bool:
        """Whether a percentile keeps all its values, in memory that the engine does not count."""
        return "quantile_cont(" in self.sql

    @cached_property
    def text_hash(self) -> str:
        return hashlib.sha256(self.sql.encode()).hexdigest()


@cache
def columns_given(sql: str) -> tuple[str, ...]:
    """Names of the columns a query gives; one process reads the policies more than once."""
    return tuple(sqlglot.parse_one(sql, dialect="duckdb").named_selects)


def tables_read(sql: str) -> tuple[str, ...]:
    """Qualified names of the tables a query reads, CTEs left out.

    Read off the text, because parsing all models takes seconds; a test holds it against the parser.
    """
    found = _READ.findall(_COMMENT.sub("", sql))
    return tuple(sorted({f"{schema}.{name.strip(_QUOTE)}" for schema, name in found}))


@cache
def tables_parsed(sql: str) -> tuple[str, ...]:
    """The same as `tables_read` by the parser, for SQL that is not ours, as an engine prints it."""
    tree = sqlglot.parse_one(sql, dialect="duckdb")
    found = {f"{t.db}.{t.name}" for t in tree.find_all(exp.Table) if t.db in SCHEMAS}
    return tuple(sorted(found))


def parse_model(text: str, path: str, group: str) -> Model:
    """Read a model from the text of its file.

    Raises:
        ValueError: the header misses a field or has it twice; a mistake of ours, not of a user.
    """
    header: dict[str, str] = {}
    last = ""
    for line in text.splitlines():
        if not line.startswith("--"):
            break
        field, colon, value = line.removeprefix("--").partition(":")
        if colon and field.strip() in (*_FIELDS, *_OPTIONAL):
            last = field.strip()
            if last in header:
                raise ValueError(f"{path}: the header says twice what {last} is")
            header[last] = value.strip()
        elif last:
            header[last] += " " + line.removeprefix("--").strip()
    absent = [field for field in _FIELDS if not header.get(field)]
    if absent:
        raise ValueError(f"{path}: the header has no {', '.join(absent)}")
    return Model(
        name=header["table"],
        sql=text,
        grain=header["grain"],
        key=tuple(part.strip() for part in header["key"].split(",")),
        why=header["why"],
        path=path,
        group=group,
        is_view=header.get("kind") == "view",
    )


def in_order(models: Iterable[Model]) -> list[Model]:
    """Models so that each comes after those it reads; equal inputs give an equal order.

    Raises:
        ValueError: models read each other in a circle.
    """
    waiting = {model.name: model for model in sorted(models, key=lambda m: m.name)}
    done: list[Model] = []
    while waiting:
        ready = [m for m in waiting.values() if not any(name in waiting for name in m.inputs)]
        if not ready:
            raise ValueError(f"these models read each other: {', '.join(waiting)}")
        for model in ready:
            done.append(waiting.pop(model.name))
    return done


def read_models() -> list[Model]:
    """The models below `sql/`, by path: plain SQL, or SQL that uses macros."""
    root = shipped("sql")
    paths = [
        (path, path.relative_to(root).as_posix())
        for schema in MODELLED
        for path in sorted([*(root / schema).rglob("*.sql"), *(root / schema).rglob("*.sql.j2")])
    ]
    return [
        parse_model(text, name, group_of(name))
        for path, name in paths
        if (text := _model_text(path, name)) is not None
    ]


def group_of(path: str) -> str:
    """The part of the business that a model belongs to: the innermost folder that is named so.

    `mart/commission/book/…` and `core/commission/…` are commission's.
    """
    return next(folder for folder in reversed(path.split("/")[:-1]) if folder in GROUPS)


def _model_text(path: Path, name: str) -> str | None:
    """The SQL of a model; `None` for a template that is none, or needs values to become one."""
    text = path.read_text(encoding="utf-8")
    if path.suffix == ".sql":
        return text
    return render(name) if text.startswith("-- table:") and not values_of(text) else None
