"""The SQL models that facts of the KPI catalogue may stand on.

Belongs here: the plain models below `sql/`, and the one whose columns the sales process decides.
Does not belong here: what is generated from the catalogue (`models/`).
"""

from __future__ import annotations

from collections.abc import Iterable

from pipelines.warehouse.model import Model, parse_model, read_models
from pipelines.warehouse.template import render


def fact_models(required_fields: Iterable[str]) -> dict[str, Model]:
    """The models that a fact of the catalogue may stand on, by table name.

    Args:
        required_fields: fields of a deal that some stage of the process asks for.
    """
    models = [*read_models(), open_opportunity(required_fields)]
    return {model.name: model for model in models}


def open_opportunity(required_fields: Iterable[str]) -> Model:
    """Open deals and how many of the fields that the process asks for are filled."""
    return parse_model(
        render("core/pipeline/fct_open_opportunity.sql.j2", fields=list(required_fields)),
        "core/pipeline/fct_open_opportunity",
        "core",
    )
