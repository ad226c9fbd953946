"""How pages are sent (`policy/delivery.yaml`).

Belongs here: what the policy may say. Does not belong here: secrets, which are variables of the
environment.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, field_validator, model_validator

from pipelines.policy.models import Policy
from pipelines.workspace.resources import shipped
from pipelines.workspace.workspace import Workspace
from pipelines.workspace.yamlfile import MistakeAt, load_over

_Seconds = Annotated[int, Field(ge=0, le=3600)]
_Variable = Annotated[str, Field(pattern=r"^[A-Z][A-Z0-9_]*$")]


class MailPolicy(Policy):
    """`mail` of the policy; without a server nothing is mailed."""

    server: str = ""
    port: Annotated[int, Field(ge=1, le=65535)] = 587
    security: Literal["starttls", "ssl", "none"] = "starttls"
    user: str = ""
    password_env: _Variable = "ATTAIN_SMTP_PASSWORD"
    sender: str = ""
    sender_name: str = "attain"
    timeout_seconds: Annotated[int, Field(ge=1, le=600)] = 30
    retry_seconds: tuple[_Seconds, ...] = (5, 30)
    language: Literal["zh", "en"] = "zh"
    english: tuple[str, ...] = ()
    pages_at: Annotated[str, Field(pattern=r"^(https?://[^\s\"<>]+/)?$")] = ""
    unsubscribe: Annotated[str, Field(pattern=r"^((mailto:|https://)[^\s<>]+)?$")] = ""
    after_run: bool = False
    reports: dict[str, tuple[str, ...]] = Field(default_factory=dict)

    @field_validator("sender")
    @classmethod
    def _is_an_address(cls, value: str) -> str:
        local, at, domain = value.partition("@")
        if value and not (at and local and "." in domain and value.isascii() and " " not in value):
            raise ValueError(f"{value!r} is not a mail address such as reports@company.example")
        return value

    @model_validator(mode="after")
    def _is_complete(self) -> MailPolicy:
        if self.server and not self.sender:
            raise MistakeAt(
                ("sender",), "a server without `sender`: whom mail comes from is needed"
            )
        if self.user and self.security == "none":
            raise MistakeAt(
                ("security",), "a sign-in without encryption would show the password; use starttls"
            )
        return self

    @property
    def domain(self) -> str:
        """The domain of the sender: message ids and the list's id end with it."""
        return self.sender.partition("@")[2]


class DeliveryPolicy(Policy):
    """`policy/delivery.yaml`."""

    mail: MailPolicy = MailPolicy()


def load_delivery(workspace: Workspace) -> DeliveryPolicy:
    """What the workspace says of sending; the rest is as shipped.

    Raises:
        UserError: naming file, line, key, what was expected and the nearest match.
    """
    own = workspace.own_policy("delivery.yaml")
    return load_over(own, shipped("policy", "delivery.yaml"), DeliveryPolicy)
