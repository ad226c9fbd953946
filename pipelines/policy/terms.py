"""The choices that KPI definitions leave open (`policy/terms.yaml`): times to answer, to mature, …

Belongs here: what the file may say. Does not belong here: applying it (`sql/core/`).
"""

from __future__ import annotations

import re
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, model_validator

from pipelines.policy.models import Policy

_Days = Annotated[int, Field(gt=0)]
_CLOCK = re.compile(r"([01]?\d|2[0-4]):([0-5]\d)")


def _minute(written: Any) -> Any:
    """A time of day as minutes since midnight; YAML reads an unquoted 18:00 as that by itself."""
    if isinstance(written, str):
        found = _CLOCK.fullmatch(written.strip())
        if found is None:
            raise ValueError(f"{written!r} is no time of day, such as 09:00")
        return 60 * int(found[1]) + int(found[2])
    return written


_Minute = Annotated[int, BeforeValidator(_minute), Field(ge=0, le=24 * 60)]


class Terms(Policy):
    """In whole days or hours; the defaults are those of the KPI handbook.

    `first_contact_hours` says which hours count towards the time to answer a lead: all that elapse,
    or those between `working_day_begins` and `working_day_ends` on the calendar's working days.
    """

    activity_logged_within_hours: _Days = 24
    order_entered_within_hours: _Days = 24
    matured_after_days: _Days = 90
    long_open_after_days: _Days = 180
    customer_active_days: _Days = 365
    renewal_within_days: _Days = 90
    repeat_within_days: _Days = 365
    stage_probability_min_n: _Days = 30
    first_contact_hours: Literal["elapsed", "working"] = "elapsed"
    working_day_begins: _Minute = 9 * 60
    working_day_ends: _Minute = 18 * 60

    @model_validator(mode="after")
    def _a_day_has_hours(self) -> Terms:
        if self.working_day_ends <= self.working_day_begins:
            raise ValueError("`working_day_ends` has to be later than `working_day_begins`")
        return self
