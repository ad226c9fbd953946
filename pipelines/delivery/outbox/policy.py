"""How pages are sent (`policy/delivery.yaml`).

Belongs here: what the policy may say. Does not belong here: secrets, which are variables of the
environment.
"""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Literal

from pydantic import Field, field_validator, model_validator

from pipelines.delivery.access.address import is_address
from pipelines.policy.models import Policy, once
from pipelines.workspace.resources import shipped
from pipelines.workspace.workspace import Workspace
from pipelines.workspace.yamlfile import MistakeAt, load_over

_Seconds = Annotated[int, Field(ge=0, le=3600)]
_Variable = Annotated[str, Field(pattern=r"^[A-Z][A-Z0-9_]*$")]


class MailPolicy(Policy):
    """`mail` of the policy; without a server nothing is mailed. `close_days` after its end a month
    is to be closed, as mail puts it into calendars; 0 puts nothing there."""

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
    close_days: Annotated[int, Field(ge=0, le=60)] = 10
    reports: dict[str, tuple[str, ...]] = Field(default_factory=dict)

    @field_validator("sender")
    @classmethod
    def _is_an_address(cls, value: str) -> str:
        if value and not (is_address(value) and "." in value.rpartition("@")[2]):
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


Kind = Literal["wecom", "dingtalk", "feishu", "webhook"]
_Clock = Annotated[str, Field(pattern=r"^([01]\d|2[0-3]):[0-5]\d$")]


class Quiet(Policy):
    """Hours of the company's time zone in which no robot speaks; they may reach over midnight."""

    begins: _Clock = Field("20:00", alias="from")
    ends: _Clock = Field("07:30", alias="to")

    def holds_at(self, moment: dt.datetime) -> bool:
        """Whether a moment lies in them."""
        at = f"{moment:%H:%M}"
        if self.begins <= self.ends:
            return self.begins <= at < self.ends
        return at >= self.begins or at < self.ends


class Robot(Policy):
    """A robot of a group: what `reader` may see of their own `reports`, said to the whole group.

    The address holds the robot's token: it stands in a variable of the environment, like the secret
    that it signs with.
    """

    id: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]
    kind: Kind
    url_env: _Variable
    secret_env: _Variable | None = None
    reader: str
    reports: tuple[str, ...] = Field(min_length=1)
    language: Literal["zh", "en"] = "zh"


class DeliveryPolicy(Policy):
    """`policy/delivery.yaml`."""

    mail: MailPolicy = MailPolicy()
    robots: tuple[Robot, ...] = ()
    quiet: Quiet = Quiet()

    @field_validator("robots")
    @classmethod
    def _each_once(cls, value: tuple[Robot, ...]) -> tuple[Robot, ...]:
        once("robot", [robot.id for robot in value])
        return value


def load_delivery(workspace: Workspace) -> DeliveryPolicy:
    """What the workspace says of sending; the rest is as shipped.

    Raises:
        UserError: naming file, line, key, what was expected and the nearest match.
    """
    own = workspace.own_policy("delivery.yaml")
    return load_over(own, shipped("policy", "delivery.yaml"), DeliveryPolicy)
