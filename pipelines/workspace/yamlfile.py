"""YAML files whose mistakes can be named by file, line and key.

Belongs here: reading YAML with positions and turning validation errors into sentences.
Does not belong here: what the files mean (each reader has its own pydantic model).
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, TypeVar

import yaml
from pydantic import BaseModel, ValidationError

from pipelines.errors import UserError
from pipelines.workspace.yamlguard import TooMuchError, require_bounded

Model = TypeVar("Model", bound=BaseModel)
Location = tuple[str | int, ...]


_MOST_BYTES = 4_000_000
_Base: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # ten times faster where it is there


_READ_OTHERWISE = (":bool", ":int", ":float", ":timestamp")


class MistakeAt(ValueError):
    """What a validator finds wrong further inside than the key it is about: where, and what."""

    def __init__(self, inside: Location, message: str) -> None:
        super().__init__(message)
        self.inside = inside


class _AsWritten(_Base):  # type: ignore[misc]
    """YAML that keeps what people write: keys are texts, and so are `yes`, `007`, `12:30`, dates.

    As shipped (YAML 1.1) these are true, seven, 750 and an exception where there is no such day;
    `12:30.5` is 750.5, and `.inf` a number.
    """

    yaml_implicit_resolvers = {  # noqa: RUF012 - PyYAML's own shape
        first: [pair for pair in pairs if not pair[0].endswith(_READ_OTHERWISE)]
        for first, pairs in yaml.SafeLoader.yaml_implicit_resolvers.items()
    }

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        for key, _ in node.value:
            if isinstance(key, yaml.ScalarNode) and not key.tag.endswith(":merge"):
                key.tag = "tag:yaml.org,2002:str"
        found: dict[Any, Any] = super().construct_mapping(node, deep)
        return found


_AsWritten.add_implicit_resolver(
    "tag:yaml.org,2002:bool", re.compile("^(?:true|True|TRUE|false|False|FALSE)$"), list("tTfF")
)
_AsWritten.add_implicit_resolver(
    "tag:yaml.org,2002:int", re.compile("^[-+]?(?:0|[1-9][0-9]*)$"), list("-+0123456789")
)
_AsWritten.add_implicit_resolver(
    "tag:yaml.org,2002:float",
    re.compile("^[-+]?(?:[0-9][0-9_]*\\.[0-9_]*|\\.[0-9][0-9_]*)(?:[eE][-+]?[0-9]+)?$"),
    list("-+.0123456789"),
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
    text = _text(path)
    loader = None
    try:
        require_bounded(text)
        loader = _AsWritten(text)
        node = loader.get_single_node()
        data = None if node is None else loader.construct_document(node)
    except TooMuchError as error:
        raise UserError(f"{path} line {error.line}: {error}.") from None
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = f" line {mark.line + 1}" if mark else ""
        problem = getattr(error, "problem", None) or "not valid YAML"
        if mark and "\t" in _indentation(text, mark.line):
            problem = "begins with a tab, where YAML wants blanks"
        raise UserError(
            f"{path}{line}: {problem}; look for wrong indentation, quotes or brackets."
        ) from None
    finally:
        if loader is not None:
            loader.dispose()
    if data is None:
        raise UserError(f"{path}: the file is empty.")
    if not isinstance(data, dict):
        raise UserError(f"{path} line 1: expected `key: value` lines.")
    lines: dict[Location, int] = {}
    if node is not None:
        repeated = _collect_lines(node, (), lines)
        if repeated is not None:
            raise YamlFile(path, data, lines).error(repeated, "this key is written twice.")
    return YamlFile(path, data, lines)


def _text(path: Path) -> str:
    try:
        if path.stat().st_size > _MOST_BYTES:
            raise UserError(
                f"{path}: more than {_MOST_BYTES:,} bytes; that is no file of settings."
            )
        return path.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise UserError(f"{path}: no such file.") from None
    except UnicodeDecodeError as error:
        raise UserError(f"{path}: not UTF-8 text (byte {error.start}).") from None
    except OSError as error:
        raise UserError(f"{path}: cannot be read ({error.strerror or error}).") from None


def _indentation(text: str, line: int) -> str:
    found = text.splitlines()[line : line + 1] or [""]
    return found[0][: len(found[0]) - len(found[0].lstrip())]


def _collect_lines(
    node: yaml.Node, location: Location, lines: dict[Location, int]
) -> Location | None:
    """Note the line of every key; returns a key that stands twice in one mapping."""
    repeated = None
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            inner = (*location, key.value)
            if inner in lines:
                repeated = inner
            lines[inner] = key.start_mark.line + 1
            repeated = _collect_lines(value, inner, lines) or repeated
    elif isinstance(node, yaml.SequenceNode):
        for index, value in enumerate(node.value):
            lines[(*location, index)] = value.start_mark.line + 1
            repeated = _collect_lines(value, (*location, index), lines) or repeated
    return repeated


def load_model(path: Path, model: type[Model]) -> Model:
    """Read and validate one YAML file.

    Raises:
        UserError: naming file, line, key, what was expected and the nearest known key.
    """
    source = read_yaml(path)
    return validate(source, model)


def load_over(own: Path | None, base: Path, model: type[Model]) -> Model:
    """Read and validate a file that states only what differs from another.

    A mapping is what the base says but for the keys that `own` gives; a list is given whole.

    Raises:
        UserError: as `load_model`, in the lines of `own`.
    """
    if own is None or own == base:
        return load_model(base, model)
    source = read_yaml(own)
    return validate(replace(source, data=_laid_over(read_yaml(base).data, source.data)), model)


def _laid_over(base: dict[str, Any], own: dict[str, Any]) -> dict[str, Any]:
    found = dict(base)
    for key, value in own.items():
        before = found.get(key)
        if isinstance(before, dict) and isinstance(value, dict):
            found[key] = _laid_over(before, value)
        else:
            found[key] = value
    return found


def validate(source: YamlFile, model: type[Model]) -> Model:
    """Validate a parsed file against its model; see `load_model`."""
    try:
        return model.model_validate(source.data)
    except ValidationError as error:
        problems = error.errors()
        # a mistyped key is absent under its right name too: name what is written
        first = next((p for p in problems if p["type"] == "extra_forbidden"), problems[0])
        cause = first.get("ctx", {}).get("error")
        inside = cause.inside if isinstance(cause, MistakeAt) else ()
        location = (*first["loc"], *inside)
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


# What was expected, by pydantic's kind of error; `{…}` is a value of the error's context.
_EXPECTED = {
    "int": "a whole number",
    "decimal": "a number",
    "float": "a number",
    "bool": "true or false",
    "date": "a date such as 2026-01-31",
    "string_type": "a text",
    "string_pattern_mismatch": "a text of the form {pattern}",
    "tuple": "a list",
    "list": "a list",
    "dict": "`key: value` lines",
    "model": "`key: value` lines",
    "literal": "{expected}",
    "too_short": "at least {min_length} of them",
    "less_than_equal": "at most {le}",
    "greater_than_equal": "at least {ge}",
    "greater_than": "more than {gt}",
}


def _sentence(problem: Any, model: type[BaseModel]) -> str:
    kind, location, given = problem["type"], problem["loc"], problem.get("input")
    if kind == "extra_forbidden":
        return "unknown key" + did_you_mean(str(location[-1]), _keys_at(model, location[:-1])) + "."
    if kind == "missing":
        return "this key is required and absent."
    expected = _EXPECTED.get(kind) or _EXPECTED.get(kind.partition("_")[0])
    message = str(problem["msg"]).removeprefix("Value error, ").rstrip(".")
    if expected is not None:
        context = problem.get("ctx", {})
        message = f"expected {expected.format(**context)}"
        if kind == "literal_error":
            message += _nearest(str(given), re.findall("'([^']*)'", context["expected"]))
    if kind == "value_error" or isinstance(given, dict | list | tuple):
        return f"{message}."
    return f"{message}; found {_shown(given)}."


def _shown(given: Any) -> str:
    return "nothing" if given is None else repr(given)


def _keys_at(model: type[BaseModel], place: Iterable[Any]) -> set[str]:
    """The keys that may stand at a place: a path of keys, with the numbers of lists among them."""
    models = [model]
    for part in place:
        for current in models:
            fields = {info.alias or name: info for name, info in current.model_fields.items()}
            if part in fields:
                models = _models_in(fields[part].annotation)
                break
    return {info.alias or name for current in models for name, info in current.model_fields.items()}


def _models_in(annotation: Any) -> list[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return [annotation]
    return [m for part in getattr(annotation, "__args__", ()) for m in _models_in(part)]


def did_you_mean(given: str, known: Iterable[str]) -> str:
    """` (did you mean X?)` for the nearest known word, or the list of them when none is near."""
    words = sorted(set(known))
    near = _nearest(given, words)
    if near:
        return near
    if len(words) <= 12:
        return f" (expected one of {', '.join(words)})"
    return ""


def nearest(given: str, known: Iterable[str]) -> str | None:
    """The known word most like the given one, if any is."""
    near = difflib.get_close_matches(given, sorted(set(known)), n=1, cutoff=0.6)
    return near[0] if near else None


def _nearest(given: str, words: list[str]) -> str:
    near = nearest(given, words)
    return f" (did you mean {near}?)" if near else ""
