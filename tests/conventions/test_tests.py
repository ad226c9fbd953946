"""Tests use the package as anyone would, and find their helpers by name."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

import pytest

from tests.support.laboratory import ROOT

FILES = sorted((ROOT / "tests").rglob("*.py"))
# begin with an underscore and are public all the same: the standard library says so
PUBLIC = {"os._exit", "_asdict", "_fields", "_replace"}
BY_NAME = {"setattr", "getattr", "delattr", "hasattr"}
OWN = {"self", "cls", "super()"}
NAMED = re.compile(r"pipelines(\.\w+)*\._[a-z]\w*(\.\w+)*")


def private(name: str) -> bool:
    return name.startswith("_") and not name.startswith("__")


def reached(tree: ast.AST) -> Iterator[str]:
    """What a test reaches for that is not its own and is private, or changes where Python looks."""
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("pipelines"):
            yield from (f"{node.module}.{n.name}" for n in node.names if private(n.name))
        elif isinstance(node, ast.Attribute):
            whole = ast.unparse(node)
            if whole == "sys.path":
                yield whole
            elif private(node.attr) and ast.unparse(node.value) not in OWN:
                yield from () if {whole, node.attr} & PUBLIC else (whole,)
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            if NAMED.fullmatch(node.value):
                yield node.value
        elif isinstance(node, ast.Call) and len(node.args) > 1:
            called, name = ast.unparse(node.func).rpartition(".")[2], node.args[1]
            if called in BY_NAME and isinstance(name, ast.Constant) and private(str(name.value)):
                yield f"{called} {name.value}"


def test_no_test_reaches_a_private_name_or_changes_where_python_looks() -> None:
    found = {
        str(path.relative_to(ROOT)): names
        for path in FILES
        if (names := [*reached(ast.parse(path.read_text(encoding="utf-8")))])
    }
    assert found == {}


@pytest.mark.parametrize(
    "line",
    [
        "from pipelines.ledger.store import _read",
        "store._read(folder)",
        "monkeypatch.setattr(store, '_read', None)",
        "monkeypatch.setattr('pipelines.ledger.store._read', None)",
        "sys.path.insert(0, 'here')",
    ],
)
def test_every_way_to_a_private_name_is_noticed(line: str) -> None:
    assert [*reached(ast.parse(line))]


def test_what_the_standard_library_calls_public_is_not_private() -> None:
    assert not [*reached(ast.parse("os._exit(0); row._asdict(); self._rows"))]
