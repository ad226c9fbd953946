"""The part of the company a section is about: the company, a region, a team, a person.

Belongs here: what identifies it. Does not belong here: what is shown of it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from pipelines.reporting.model.context import Context
from pipelines.reporting.model.values import Text

ScopeKind = Literal["company", "region", "team", "employee"]


@dataclass(frozen=True)
class Scope:
    """One scope of `mart.kpi_value`, with its name."""

    kind: ScopeKind
    id: str
    name: Text


def company_of(context: Context) -> Scope:
    """The company as a whole."""
    return Scope("company", context.company_id, context.company)
