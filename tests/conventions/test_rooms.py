"""The rooms of the package: imports between them go one way; each says what belongs in it."""

from __future__ import annotations

import ast
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

from tests.support.laboratory import ROOT

PACKAGE = ROOT / "pipelines"
CROWDED = 18
MODULES = sorted(PACKAGE.rglob("*.py"))


def room_of(module: Path) -> str:
    """The folder of a module; a module at the top is a room of its own."""
    folder = module.parent.relative_to(PACKAGE).as_posix()
    return module.stem if folder == "." else folder


def imported(module: Path) -> set[Path]:
    """The modules of the package that a module imports, also inside its functions."""
    found = set()
    for node in ast.walk(ast.parse(module.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("pipelines"):
            names = [f"{node.module}.{name.name}" for name in node.names]
            found |= {path for name in names if (path := _file(name) or _file(node.module or ""))}
        elif isinstance(node, ast.Import):
            found |= {path for name in node.names if (path := _file(name.name))}
    return found


def _file(dotted: str) -> Path | None:
    path = PACKAGE.parent.joinpath(*dotted.split("."))
    return next((p for p in (path.with_suffix(".py"), path / "__init__.py") if p.exists()), None)


def circle(graph: dict[str, set[str]]) -> list[str]:
    """Rooms that stand on each other, in their order; empty where every import goes down."""
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        return list(error.args[1])
    return []


def rooms() -> dict[str, set[str]]:
    graph: dict[str, set[str]] = {}
    for module in MODULES:
        below = {room_of(other) for other in imported(module)} - {room_of(module), "__init__"}
        graph.setdefault(room_of(module), set()).update(below)
    return graph


def test_imports_between_rooms_go_one_way():
    assert circle(rooms()) == []


def test_two_rooms_that_import_each_other_are_a_circle():
    assert circle({"run": {"reporting"}, "reporting": {"run"}, "cli": {"run"}})


def test_the_command_is_the_top_and_errors_are_the_bottom():
    graph = rooms()
    assert not any("cli" in below for room, below in graph.items() if room != "cli")
    assert graph["errors"] == set()


@pytest.mark.parametrize(
    "room", sorted({m.parent for m in MODULES} - {PACKAGE}), ids=lambda p: p.name
)
def test_a_room_says_what_belongs_in_it_and_is_not_crowded(room):
    first = ast.get_docstring(ast.parse((room / "__init__.py").read_text(encoding="utf-8")))
    assert first and len(first) > 40
    assert len(list(room.glob("*.py"))) <= CROWDED
