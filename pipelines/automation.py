"""When runs start by themselves: the weekly run on Mondays, the month on its first days."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from zoneinfo import ZoneInfo

import dagster as dg

from pipelines.automation_dates import last_month_end, last_week_end
from pipelines.workspace import Workspace

WEEKLY_JOB = "weekly"
MONTHLY_JOB = "monthly"
AS_OF_TAG = "attain/as_of"


def as_of_from_tags(tags: Mapping[str, str], workspace: Workspace, started: dt.datetime) -> dt.date:
    """Business date of a run that Dagster started: its tag, the workspace's, or last week's end."""
    if AS_OF_TAG in tags:
        return dt.date.fromisoformat(tags[AS_OF_TAG])
    if workspace.settings.as_of is not None:
        return workspace.settings.as_of
    zone = ZoneInfo(workspace.settings.time_zone)
    return last_week_end(started.replace(tzinfo=dt.UTC).astimezone(zone).date())


def jobs() -> list[dg.UnresolvedAssetJobDefinition]:
    """The weekly run computes everything; the month needs appraisal and finance only."""
    return [
        dg.define_asset_job(
            WEEKLY_JOB,
            selection=dg.AssetSelection.all(),
            description="Every layer and every report, as of the end of last week.",
        ),
        dg.define_asset_job(
            MONTHLY_JOB,
            selection=dg.AssetSelection.assets(
                dg.AssetKey(["reports", "finance"]), dg.AssetKey(["reports", "appraisal"])
            ).upstream(),
            description="Finance and appraisal, as of the end of last month.",
        ),
    ]


def schedules(time_zone: str) -> list[dg.ScheduleDefinition]:
    """Monday 06:00 for the week, the third day 06:00 for the month, in the company's time zone."""

    def weekly_tags(context: dg.ScheduleEvaluationContext) -> Mapping[str, str]:
        return {AS_OF_TAG: last_week_end(_local_day(context, time_zone)).isoformat()}

    def monthly_tags(context: dg.ScheduleEvaluationContext) -> Mapping[str, str]:
        return {AS_OF_TAG: last_month_end(_local_day(context, time_zone)).isoformat()}

    return [
        dg.ScheduleDefinition(
            name="monday_morning",
            job_name=WEEKLY_JOB,
            cron_schedule="0 6 * * 1",
            execution_timezone=time_zone,
            tags_fn=weekly_tags,
        ),
        dg.ScheduleDefinition(
            name="month_close",
            job_name=MONTHLY_JOB,
            cron_schedule="0 6 3 * *",
            execution_timezone=time_zone,
            tags_fn=monthly_tags,
        ),
    ]


def _local_day(context: dg.ScheduleEvaluationContext, time_zone: str) -> dt.date:
    return context.scheduled_execution_time.astimezone(ZoneInfo(time_zone)).date()
