"""The choices that KPI definitions leave open (`policy/terms.yaml`): times to answer, to mature, …

Belongs here: what the file may say. Does not belong here: applying it (`sql/core/`).
"""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from pipelines.policy.models import Policy

_Days = Annotated[int, Field(gt=0)]


class Terms(Policy):
    """All in whole days or hours; the defaults are those of the KPI handbook."""

    activity_logged_within_hours: _Days = 24
    order_entered_within_hours: _Days = 24
    matured_after_days: _Days = 90
    long_open_after_days: _Days = 180
    customer_active_days: _Days = 365
    renewal_within_days: _Days = 90
    repeat_within_days: _Days = 365
    stage_probability_min_n: _Days = 30
