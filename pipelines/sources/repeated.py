"""A wide sheet is read once for each of several columns: `each` in a source file.

Belongs here: making one source file of every column named. Does not belong here: which rows of
the sheet such a source reads (`mapping.py` leaves out those whose field is empty).
"""

from __future__ import annotations

import re
from typing import Any

from pipelines.sources.sourcemodel import scalar_text
from pipelines.workspace.yamlfile import YamlFile, did_you_mean

MARK = "@each"
_NAME = re.compile(r"\$(?:\{(\w+)\}|([A-Za-z_]\w*))")


def expand(text: YamlFile) -> list[YamlFile]:
    """One source file for each column below `each`; the file itself when it has none.

    `@each` is the column's header, `$name` in expressions and constants one of its values.

    Raises:
        UserError: `each` has another form, nothing reads `@each`, a `$name` has no value.
    """
    each = text.data.get("each")
    if each is None:
        return [text]
    if not _is_form(each):
        raise text.error(
            ("each",),
            "expected the headers of the columns, each with its values, "
            'such as {M01: {month: "01"}}.',
        )
    parts = [_part(text, header, values or {}) for header, values in each.items()]
    if all(part.data["columns"] == text.data.get("columns") for part in parts):
        raise text.error(("each",), f"no column reads {MARK!r}.")
    return parts


def _is_form(each: Any) -> bool:
    return (
        isinstance(each, dict)
        and bool(each)
        and all(values is None or isinstance(values, dict) for values in each.values())
    )


def _part(text: YamlFile, header: str, values: dict[str, Any]) -> YamlFile:
    known = {name: scalar_text(value) for name, value in values.items()}

    def filled(where: tuple[str, ...], written: Any) -> Any:
        if not isinstance(written, str):
            return written

        def value(found: re.Match[str]) -> str:
            name = found.group(1) or found.group(2)
            if name not in known:
                near = did_you_mean(name, known)
                raise text.error(where, f"no value {name!r} below each.{header}{near}.")
            return known[name]

        return _NAME.sub(value, written.replace(f"{{{MARK}}}", f"{{{header}}}"))

    def column(name: str, written: Any) -> Any:
        if isinstance(written, dict):
            own = {"from": _header(written["from"], header)} if "from" in written else {}
            where = ("columns", name, "expression")
            computed = (
                {"expression": filled(where, written["expression"])}
                if "expression" in written
                else {}
            )
            return {**written, **own, **computed}
        return _header(written, header)

    columns, constants = text.data.get("columns"), text.data.get("constants")
    data = {**text.data, "each": {header: known}}
    if isinstance(text.data.get("source"), str):
        data["source"] = f"{text.data['source']}__{header}"
    if isinstance(columns, dict):
        data["columns"] = {name: column(name, written) for name, written in columns.items()}
    if isinstance(constants, dict):
        data["constants"] = {n: filled(("constants", n), w) for n, w in constants.items()}
    return YamlFile(text.path, data, text.lines)


def _header(written: Any, header: str) -> Any:
    if isinstance(written, list):
        return [_header(inner, header) for inner in written]
    return header if written == MARK else written
