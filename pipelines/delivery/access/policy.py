"""Who sees what (`policy/access.yaml`): roles, what is granted beside them, who stands in for whom.

Belongs here: what the policy may say. Does not belong here: who has which role today, and what a
reader sees of a page (`readers.py`).
"""

from __future__ import annotations

import datetime as dt
from typing import Literal, get_args

from pydantic import Field, field_validator, model_validator

from pipelines.policy.models import Policy
from pipelines.workspace.resources import shipped
from pipelines.workspace.workspace import Workspace
from pipelines.workspace.yamlfile import MistakeAt, did_you_mean, load_over

Subject = Literal[
    "results", "deals", "receivables", "commission", "appraisal", "pay", "operations"
]  # fmt: skip
Reach = Literal["own", "unit", "company"]
SUBJECTS: tuple[Subject, ...] = get_args(Subject)
Sees = dict[Subject, Reach]


def _subjects_exist(value: object) -> object:
    if isinstance(value, dict):
        for name in value:
            if name not in SUBJECTS:
                near = did_you_mean(str(name), SUBJECTS)
                raise MistakeAt((name,), f"there is no subject {str(name)!r}{near}")
    return value


class _Dated(Policy):
    """Something in force from a day to a day, both included; open where a day is left out."""

    first: dt.date | None = Field(None, alias="from")
    last: dt.date | None = Field(None, alias="to")

    @model_validator(mode="after")
    def _ends_after_it_begins(self) -> _Dated:
        if self.first and self.last and self.last < self.first:
            raise MistakeAt(("to",), f"`to` {self.last} is before `from` {self.first}")
        return self

    def holds_on(self, day: dt.date) -> bool:
        """Whether a day lies in it."""
        return (self.first or day) <= day <= (self.last or day)


class Grant(_Dated):
    """More for a role or for one person."""

    role: str | None = None
    person: str | None = None
    see: Sees = Field(min_length=1)

    _see = field_validator("see", mode="before")(_subjects_exist)

    @model_validator(mode="after")
    def _is_somebody_s(self) -> Grant:
        if (self.role is None) == (self.person is None):
            raise ValueError("a grant is for a `role` or for a `person`; name one of the two")
        return self


class Deputy(_Dated):
    """Somebody who stands in for somebody else, for some subjects."""

    of: str
    by: str
    subjects: tuple[Subject, ...] = Field(("results", "deals", "receivables"), min_length=1)

    @field_validator("subjects", mode="before")
    @classmethod
    def _known(cls, value: object) -> object:
        if isinstance(value, list):
            _subjects_exist(dict.fromkeys(value))
        return value

    @model_validator(mode="after")
    def _is_another(self) -> Deputy:
        if self.of == self.by:
            raise MistakeAt(("by",), f"{self.by} cannot stand in for themselves")
        return self


class Folders(Policy):
    """How readers' folders are called, and whether a run writes them."""

    names: Literal["plain", "unguessable"] = "plain"
    after_run: bool = False


class AccessPolicy(Policy):
    """`policy/access.yaml`."""

    roles: dict[str, Sees] = Field(default_factory=dict)
    grants: tuple[Grant, ...] = ()
    deputies: tuple[Deputy, ...] = ()
    folders: Folders = Folders()

    @field_validator("roles", mode="before")
    @classmethod
    def _subjects_of_roles(cls, value: object) -> object:
        if isinstance(value, dict):
            for role, sees in value.items():
                try:
                    _subjects_exist(sees)
                except MistakeAt as mistake:
                    raise MistakeAt((role, *mistake.inside), str(mistake)) from None
        return value


def load_access(workspace: Workspace) -> AccessPolicy:
    """What the workspace says of access; the rest is as shipped.

    Raises:
        UserError: naming file, line, key, what was expected and the nearest match.
    """
    own = workspace.own_policy("access.yaml")
    return load_over(own, shipped("policy", "access.yaml"), AccessPolicy)
