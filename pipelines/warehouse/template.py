"""SQL templates: models that are generated from the contract or the catalogue, or use a macro.

Most models are plain SQL files (`models.py`). A template only repeats a pattern over columns;
what decides a value stays readable in it.
"""

from __future__ import annotations

from functools import cache
from typing import Any

import jinja2
from jinja2 import meta

from pipelines.warehouse.quoting import identifier, literal
from pipelines.workspace.resources import compiled_templates, shipped


@cache
def _environment() -> jinja2.Environment:
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(shipped("sql")),
        undefined=jinja2.StrictUndefined,
        bytecode_cache=compiled_templates(),
        autoescape=False,  # SQL, not HTML
        trim_blocks=False,
        keep_trailing_newline=False,
    )
    environment.filters["ident"] = identifier
    environment.filters["literal"] = literal
    return environment


def render(name: str, **values: Any) -> str:
    """Render a template below `sql/`, e.g. `render("staging/canonical.sql.j2", table=…)`."""
    return _environment().get_template(name).render(**values)


def values_of(text: str) -> set[str]:
    """The values a template has to be given before it is SQL."""
    return meta.find_undeclared_variables(_environment().parse(text))


def macro(name: str, which: str) -> Any:
    """A macro of a template, callable from Python."""
    return getattr(_environment().get_template(name).module, which)
