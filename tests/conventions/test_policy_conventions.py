"""Every setting and every key of a policy does something: code reads it, or a column holds it."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

import pytest
from pydantic import BaseModel

from pipelines.checks.reconciliations import all_reconciliations
from pipelines.delivery.access import policy as access
from pipelines.delivery.outbox import policy as delivery
from pipelines.delivery.portal import policy as portal
from pipelines.policy import load
from pipelines.policy.models import Policy, Terms
from pipelines.policy.tables import POLICY_TABLES
from pipelines.sources.sourcemodel import SourceFile
from pipelines.warehouse.rows import columns
from pipelines.workspace.workspace import Settings
from tests.support.laboratory import ROOT, models

assert (
    load and access and delivery and portal
)  # with what they import, they define every policy model


def _models(base: type[BaseModel]) -> Iterator[type[BaseModel]]:
    for model in base.__subclasses__():
        yield model
        yield from _models(model)


@pytest.fixture(scope="module")
def read_in_python() -> set[str]:
    """Names that any module takes from an object. A field's own validators count as nobody."""
    found = set()
    for path in (ROOT / "pipelines").rglob("*.py"):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        found |= {n.attr for n in ast.walk(tree) if isinstance(n, ast.Attribute)}
    return found


# read by `getattr` with the name as its argument
BY_NAME = {"Share": {"rows", "money"}, "TableShares": {"warn", "block"}}


def test_every_setting_is_read_from_the_settings() -> None:
    code = "\n".join(p.read_text(encoding="utf-8") for p in (ROOT / "pipelines").rglob("*.py"))
    assert [key for key in Settings.model_fields if not _word(f"settings.{key}", code)] == []


@pytest.mark.parametrize(
    "model",
    [SourceFile, *(m for m in _models(Policy) if m is not Terms)],
    ids=lambda m: m.__name__,
)
def test_every_key_is_read(model: type[BaseModel], read_in_python: set[str]) -> None:
    by_name = BY_NAME.get(model.__name__, set())
    assert set(model.model_fields) - read_in_python - by_name == set()


def test_every_term_is_a_column() -> None:
    (term,) = [table for table in POLICY_TABLES if table.name == "policy.term"]
    assert set(Terms.model_fields) < set(columns(term.row))


def test_every_column_of_a_policy_table_is_read() -> None:
    """By SQL that reads the table, by a page, or by whoever explains a figure."""
    sql = {reads.sql: set(reads.inputs) for reads in (*models().values(), *all_reconciliations())}
    code = "\n".join(
        path.read_text(encoding="utf-8")
        for pattern in ("*.py", "*.sql", "*.j2")
        for path in (*(ROOT / "pipelines").rglob(pattern), *(ROOT / "reports").rglob(pattern))
    )
    unread = []
    for table in POLICY_TABLES:
        text = "\n".join(body for body, inputs in sql.items() if table.name in inputs)
        if f"{table.name} " in code or f"{table.name}\n" in code or f'{table.name}"' in code:
            text += code
        unread += [f"{table.name}.{c}" for c in columns(table.row) if not _word(c, text)]
    assert unread == []


def _word(name: str, text: str) -> bool:
    return re.search(rf"\b{re.escape(name)}\b", text) is not None
