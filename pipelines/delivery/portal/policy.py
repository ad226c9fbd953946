"""How readers sign in (`policy/portal.yaml`).

Belongs here: what the policy may say. Does not belong here: passwords, which stand hashed in
`portal/passwords` of the workspace.
"""

from __future__ import annotations

from ipaddress import ip_address
from typing import Annotated, Literal, get_args
from urllib.parse import urlsplit

from pydantic import Field, field_validator, model_validator

from pipelines.policy.models import Policy
from pipelines.workspace.resources import shipped
from pipelines.workspace.workspace import Workspace
from pipelines.workspace.yamlfile import MistakeAt, load_over


class Proxy(Policy):
    """A proxy that signs people in and names them in a header."""

    header: Annotated[str, Field(pattern=r"^[A-Za-z][A-Za-z0-9-]+$")] = "X-Remote-User"
    addresses: tuple[str, ...] = Field(("127.0.0.1",), alias="from", min_length=1)
    names: Literal["id", "email"] = "id"

    @field_validator("addresses")
    @classmethod
    def _are_addresses(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for one in value:
            try:
                ip_address(one)
            except ValueError:
                raise ValueError(f"{one!r} is not an address such as 127.0.0.1") from None
        return value


class SessionTimes(Policy):
    """After how long a session ends: without a request, and at the latest."""

    idle_minutes: Annotated[int, Field(ge=1, le=24 * 60)] = 60
    longest_hours: Annotated[int, Field(ge=1, le=24 * 7)] = 12


class Attempts(Policy):
    """How many failed sign-ins within how many minutes, then nobody tries for as long."""

    most: Annotated[int, Field(ge=1, le=100)] = 5
    minutes: Annotated[int, Field(ge=1, le=24 * 60)] = 15


class LinkPolicy(Policy):
    """Links that are mailed: how long one holds."""

    minutes: Annotated[int, Field(ge=1, le=60)] = 15


class OidcPolicy(Policy):
    """A provider of OpenID Connect. It names people by `claim`, an id or a mail address; an address
    that it has not verified counts only where `trusts_email` says so."""

    issuer: Annotated[str, Field(pattern=r"^(https?://[^\s\"<>?#]+)?$")] = ""
    client: str = ""
    secret_env: Annotated[str, Field(pattern=r"^[A-Z][A-Z0-9_]*$")] = "ATTAIN_OIDC_SECRET"
    scopes: tuple[str, ...] = ("email",)
    claim: str = "email"
    names: Literal["id", "email"] = "email"
    trusts_email: bool = False

    @field_validator("issuer")
    @classmethod
    def _is_encrypted(cls, value: str) -> str:
        if value.startswith("http:") and urlsplit(value).hostname not in ("127.0.0.1", "localhost"):
            raise ValueError(
                f"{value!r} is asked without encryption; a provider is an https address"
            )
        return value


EntryKind = Literal[
    "score", "appeal", "calibration", "answer", "dispute", "approval", "decision"
]  # fmt: skip


class EntryPolicy(Policy):
    """What people may enter; `into` is a folder in one of those of exports, `judges` are the roles
    that calibrate grades and answer appeals, `most_an_hour` bounds the records of one reader."""

    kinds: tuple[EntryKind, ...] = get_args(EntryKind)
    into: str | None = None
    judges: tuple[str, ...] = ("hr",)
    most_an_hour: Annotated[int, Field(ge=1, le=100)] = 60


class PortalPolicy(Policy):
    """`policy/portal.yaml`; `at` is the portal's address as readers know it. What a request calls
    this server is never believed."""

    sign_in: tuple[Literal["password", "mail", "oidc", "proxy"], ...] = Field(
        ("password",), min_length=1
    )
    at: Annotated[str, Field(pattern=r"^(https?://[^\s\"<>?#]+/)?$")] = ""
    proxy: Proxy = Proxy()
    link: LinkPolicy = LinkPolicy()
    oidc: OidcPolicy = OidcPolicy()
    session: SessionTimes = SessionTimes()
    attempts: Attempts = Attempts()
    entries: EntryPolicy = EntryPolicy()
    secure: bool = True
    language: Literal["zh", "en"] = "zh"

    @model_validator(mode="after")
    def _is_complete(self) -> PortalPolicy:
        for way in ("mail", "oidc"):
            if way in self.sign_in and not self.at:
                raise MistakeAt(
                    ("at",), f"signing in by {way} needs the portal's address as readers know it, "
                    "such as https://reports.company.example/"
                )  # fmt: skip
        if "oidc" in self.sign_in and not (self.oidc.issuer and self.oidc.client):
            raise MistakeAt(("oidc",), "signing in by oidc needs `issuer` and `client`")
        return self


def load_portal(workspace: Workspace) -> PortalPolicy:
    """What the workspace says of signing in; the rest is as shipped.

    Raises:
        UserError: naming file, line, key, what was expected and the nearest match.
    """
    own = workspace.own_policy("portal.yaml")
    return load_over(own, shipped("policy", "portal.yaml"), PortalPolicy)
