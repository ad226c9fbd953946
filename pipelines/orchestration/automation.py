"""When runs start by themselves: on Mondays, on the month's first days, when an export arrives."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from zoneinfo import ZoneInfo

import dagster as dg

from pipelines.orchestration.arrivals import Memory, look
from pipelines.workspace.dates import last_month_end, last_week_end
from pipelines.workspace.workspace import Workspace

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


def sensors(workspace: Workspace) -> list[dg.SensorDefinition]:
    """A run once every file in the input folders is whole and their content is new."""

    @dg.sensor(
        name="exports_arrived",
        job_name=WEEKLY_JOB,
        minimum_interval_seconds=30,
        description="Starts a run when exports arrived or changed; their content decides.",
    )
    def exports_arrived(context: dg.SensorEvaluationContext) -> dg.SensorResult:
        memory = Memory.from_json(context.cursor)
        arrivals = look(workspace, memory.files)
        started = arrivals.content is not None and arrivals.content != memory.ran
        cursor = memory.after(arrivals, started).to_json()
        if started:
            request = dg.RunRequest(run_key=f"{arrivals.content}-{memory.runs}")
            return dg.SensorResult(run_requests=[request], cursor=cursor)
        waiting = ", ".join(arrivals.arriving[:5])
        reason = f"still arriving: {waiting}" if waiting else "no export has changed"
        return dg.SensorResult(skip_reason=dg.SkipReason(reason), cursor=cursor)

    return [exports_arrived]


def _local_day(context: dg.ScheduleEvaluationContext, time_zone: str) -> dt.date:
    return context.scheduled_execution_time.astimezone(ZoneInfo(time_zone)).date()
