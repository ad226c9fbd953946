"""YAML files whose mistakes can be named by file, line and key.

Belongs here: reading YAML with positions and turning validation errors into sentences.
Does not belong here: what the files mean (each reader has its own pydantic model).
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

import yaml
from pydantic import BaseModel, ValidationError

from pipelines.errors import UserError

Model = TypeVar("Model", bound=BaseModel)
Location = tuple[str | int, ...]


class _AsWritten(yaml.SafeLoader):
    """YAML that keeps what people write: keys are texts, and so are `yes`, `no`, `007` and `12:30`.

    As shipped (YAML 1.1) these are true, false, seven and 750, which no export holds.
    """

    yaml_implicit_resolvers = {  # noqa: RUF012 - PyYAML's own shape
        first: [pair for pair in pairs if not pair[0].endswith((":bool", ":int"))]
        for first, pairs in yaml.SafeLoader.yaml_implicit_resolvers.items()
    }

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        for key, _ in node.value:
            if isinstance(key, yaml.ScalarNode) and not key.tag.endswith(":merge"):
                key.tag = "tag:yaml.org,2002:str"
        return super().construct_mapping(node, deep)


_AsWritten.add_implicit_resolver(
    "tag:yaml.org,2002:bool", re.compile("^(?:true|True|TRUE|false|False|FALSE)$"), list("tTfF")
)
_AsWritten.add_implicit_resolver(
    "tag:yaml.org,2002:int", re.compile("^[-+]?(?:0|[1-9][0-9]*)$"), list("-+0123456789")
)


@dataclass(frozen=True)
class YamlFile:
    """A parsed YAML file: its data and the line on which each key stands."""

    path: Path
    data: Any
    lines: dict[Location, int] = field(repr=False)

    def line(self, location: Location) -> int:
        """Line of the key, or of the nearest enclosing key that is written in the file."""
        while location and location not in self.lines:
            location = location[:-1]
        return self.lines.get(location, 1)

    def error(self, location: Location, message: str) -> UserError:
        """The sentence for a mistake at `location`, beginning with file, line and key."""
        key = ".".join(str(part) for part in location)
        where = f"{self.path} line {self.line(location)}" + (f", {key}" if key else "")
        return UserError(f"{where}: {message}")


def read_yaml(path: Path) -> YamlFile:
    """Read one YAML mapping.

    Raises:
        UserError: the file is absent, is not valid YAML or holds no mapping.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise UserError(f"{path}: no such file.") from None
    except UnicodeDecodeError as error:
        raise UserError(f"{path}: not UTF-8 text (byte {error.start}).") from None
    try:
        node = yaml.compose(text, Loader=_AsWritten)
        data = yaml.load(text, Loader=_AsWritten)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = f" line {mark.line + 1}" if mark else ""
        problem = getattr(error, "problem", None) or "not valid YAML"
        raise UserError(f"{path}{line}: {problem}.") from None
    if data is None:
        raise UserError(f"{path}: the file is empty.")
    if not isinstance(data, dict):
        raise UserError(f"{path} line 1: expected `key: value` lines.")
    lines: dict[Location, int] = {}
    if node is not None:
        _collect_lines(node, (), lines)
    return YamlFile(path, data, lines)


def _collect_lines(node: yaml.Node, location: Location, lines: dict[Location, int]) -> None:
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            inner = (*location, key.value)
            lines[inner] = key.start_mark.line + 1
            _collect_lines(value, inner, lines)
    elif isinstance(node, yaml.SequenceNode):
        for index, value in enumerate(node.value):
            lines[(*location, index)] = value.start_mark.line + 1
            _collect_lines(value, (*location, index), lines)


def load_model(path: Path, model: type[Model]) -> Model:
    """Read and validate one YAML file.

    Raises:
        UserError: naming file, line, key, what was expected and the nearest known key.
    """
    source = read_yaml(path)
    return validate(source, model)


def validate(source: YamlFile, model: type[Model]) -> Model:
    """Validate a parsed file against its model; see `load_model`."""
    try:
        return model.model_validate(source.data)
    except ValidationError as error:
        first = error.errors()[0]
        location = tuple(first["loc"])
        raise source.error(_written(source, location), _sentence(first, model)) from None


def _written(source: YamlFile, location: Location) -> Location:
    """Drop the parts pydantic adds for unions and validators, which no reader wrote."""
    kept: Location = ()
    for part in location:
        if (*kept, part) in source.lines or isinstance(part, int):
            kept = (*kept, part)
    last = location[-1] if location else None
    if isinstance(last, str) and (not kept or kept[-1] != last) and last.isidentifier():
        kept = (*kept, last)
    return kept


def _sentence(problem: Any, model: type[BaseModel]) -> str:
    kind, location = problem["type"], problem["loc"]
    if kind == "extra_forbidden":
        return "unknown key" + did_you_mean(str(location[-1]), _all_keys(model)) + "."
    if kind == "missing":
        return "this key is required and absent."
    message = str(problem["msg"]).removeprefix("Value error, ").removeprefix("Assertion failed, ")
    given = problem.get("input")
    if kind in {"value_error", "assertion_error"} or isinstance(given, dict | list):
        return f"{message.rstrip('.')}."
    return f"{message.rstrip('.')}; found {given!r}."


def _all_keys(model: type[BaseModel]) -> set[str]:
    keys: set[str] = set()
    pending: list[type[BaseModel]] = [model]
    seen: set[type[BaseModel]] = set()
    while pending:
        current = pending.pop()
        if current in seen:
            continue
        seen.add(current)
        for name, info in current.model_fields.items():
            keys.add(info.alias or name)
            pending.extend(_models_in(info.annotation))
    return keys


def _models_in(annotation: Any) -> list[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return [annotation]
    return [m for part in getattr(annotation, "__args__", ()) for m in _models_in(part)]


def did_you_mean(given: str, known: Iterable[str]) -> str:
    """` (did you mean X?)` for the nearest known word, or the list of them when none is near."""
    words = sorted(set(known))
    near = difflib.get_close_matches(given, words, n=1, cutoff=0.6)
    if near:
        return f" (did you mean {near[0]}?)"
    if len(words) <= 12:
        return f" (expected one of {', '.join(words)})"
    return ""
