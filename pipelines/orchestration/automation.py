"""When runs start by themselves: on Mondays, on the month's first days, when an export arrives.

The business date is a partition of the job, not of the assets: one warehouse holds one state. A
week's partition is its Sunday, a month's is the month, a day's the day; all can be backfilled from
the page. Days have a job where the settings ask for a report by day.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence

import dagster as dg

from pipelines.errors import UserError
from pipelines.orchestration.arrivals import Memory, look
from pipelines.workspace.dates import last_month, last_week_end, local_day, month_end
from pipelines.workspace.workspace import Settings, Workspace

REFRESH_JOB = "refresh"
WEEKLY_JOB = "weekly"
MONTHLY_JOB = "monthly"
DAILY_JOB = "daily"
MONTHLY_REPORTS = ("finance", "appraisal", "commission_statement")
DAILY_REPORTS = ("team_daily",)
REPORTS_OF: Mapping[str, Sequence[str]] = {MONTHLY_JOB: MONTHLY_REPORTS, DAILY_JOB: DAILY_REPORTS}
"""The reports of jobs that do not write all of them."""
AS_OF_TAG = "attain/as_of"
_FIRST_SUNDAY = dt.date(2020, 1, 5)
_MONTH = "%Y-%m"


def jobs(
    settings: Settings, reports: Sequence[str], note: str | None = None
) -> list[dg.JobDefinition | dg.UnresolvedAssetJobDefinition]:
    """The jobs of a workspace.

    Args:
        reports: those of the settings; the month's job writes the ones it has of them.
        note: what is wrong with the workspace; stands first in every description.
    """
    everything = dg.AssetSelection.all()

    def selection(job: str) -> dg.AssetSelection:
        others = [name for name in reports if name not in REPORTS_OF[job]]
        return everything - dg.AssetSelection.assets(
            *(dg.AssetKey(["reports", name]) for name in others)
        )

    said = f"{note}\n\n" if note else ""
    by_day = [
        dg.define_asset_job(
            DAILY_JOB,
            selection=selection(DAILY_JOB),
            description=f"{said}Every table; the reports of a day, as of it.",
            config=_dated(days(settings), dt.date.fromisoformat),
        )
    ]
    return [
        dg.define_asset_job(
            REFRESH_JOB,
            selection=everything,
            description=f"{said}Every table and every report, as of the workspace's day or the end "
            "of last week: what `attain run` does.",
        ),
        dg.define_asset_job(
            WEEKLY_JOB,
            selection=everything,
            description=f"{said}Every table and every report, as of a week's Sunday.",
            config=_dated(weeks(settings), dt.date.fromisoformat),
        ),
        dg.define_asset_job(
            MONTHLY_JOB,
            selection=selection(MONTHLY_JOB),
            description=f"{said}Every table; finance, statements and appraisal, as of the month's "
            "last day.",
            config=_dated(months(settings), _last_day),
        ),
        *(by_day if has_days(reports) else []),
    ]


def has_days(reports: Sequence[str]) -> bool:
    """Whether a report is written by day."""
    return bool(set(reports) & set(DAILY_REPORTS))


def days(settings: Settings) -> dg.TimeWindowPartitionsDefinition:
    """A partition for each whole day."""
    return dg.TimeWindowPartitionsDefinition(
        start=_FIRST_SUNDAY.isoformat(),
        fmt="%Y-%m-%d",
        cron_schedule="0 0 * * *",
        timezone=settings.time_zone,
    )


def weeks(settings: Settings) -> dg.TimeWindowPartitionsDefinition:
    """A partition for each week, named by its Sunday; it is there on that Sunday."""
    return dg.TimeWindowPartitionsDefinition(
        start=_FIRST_SUNDAY.isoformat(),
        fmt="%Y-%m-%d",
        cron_schedule="0 0 * * 0",
        timezone=settings.time_zone,
        end_offset=1,
    )


def months(settings: Settings) -> dg.TimeWindowPartitionsDefinition:
    """A partition for each whole month."""
    return dg.TimeWindowPartitionsDefinition(
        start=_FIRST_SUNDAY.strftime(_MONTH),
        fmt=_MONTH,
        cron_schedule="0 0 1 * *",
        timezone=settings.time_zone,
    )


def _last_day(month: str) -> dt.date:
    return month_end(dt.date.fromisoformat(f"{month}-01"))


def _dated(
    partitions: dg.PartitionsDefinition[str], day_of: Callable[[str], dt.date]
) -> dg.PartitionedConfig:
    def tags(key: str) -> Mapping[str, str]:
        return {AS_OF_TAG: day_of(key).isoformat()}

    def nothing(_key: str) -> Mapping[str, object]:
        return {}

    return dg.PartitionedConfig(
        partitions_def=partitions,
        run_config_for_partition_key_fn=nothing,
        tags_for_partition_key_fn=tags,
    )


def schedules(settings: Settings, reports: Sequence[str]) -> list[dg.ScheduleDefinition]:
    """Monday 06:00 for the week, the third day 06:00 for the month, unless the settings say else;
    06:00 from Tuesday to Friday for the day before, where a report is written by day: Monday's
    comes with the week.

    After days of being off, each missed week or month is one tick and one run, oldest first.
    """

    def daily(context: dg.ScheduleEvaluationContext) -> dg.RunRequest:
        today = local_day(settings, context.scheduled_execution_time)
        day = (today - dt.timedelta(days=1)).isoformat()
        return dg.RunRequest(run_key=day, partition_key=day)

    def weekly(context: dg.ScheduleEvaluationContext) -> dg.RunRequest:
        day = last_week_end(local_day(settings, context.scheduled_execution_time))
        return dg.RunRequest(run_key=day.isoformat(), partition_key=day.isoformat())

    def monthly(context: dg.ScheduleEvaluationContext) -> dg.RunRequest:
        month = last_month(local_day(settings, context.scheduled_execution_time)).strftime(_MONTH)
        return dg.RunRequest(run_key=month, partition_key=month)

    return [
        dg.ScheduleDefinition(
            name="monday_morning",
            job_name=WEEKLY_JOB,
            cron_schedule=settings.run_at.week,
            execution_timezone=settings.time_zone,
            execution_fn=weekly,
            description="The week that ended yesterday, before eight.",
        ),
        dg.ScheduleDefinition(
            name="month_close",
            job_name=MONTHLY_JOB,
            cron_schedule=settings.run_at.month,
            execution_timezone=settings.time_zone,
            execution_fn=monthly,
            description="Last month, on its third day after.",
        ),
        *(
            [
                dg.ScheduleDefinition(
                    name="every_morning",
                    job_name=DAILY_JOB,
                    cron_schedule=settings.run_at.day,
                    execution_timezone=settings.time_zone,
                    execution_fn=daily,
                    description="The day before, and what today asks.",
                )
            ]
            if has_days(reports)
            else []
        ),
    ]


def sensors(workspace: Workspace) -> list[dg.SensorDefinition]:
    """A run once every file in the input folders is whole and their content is new."""

    @dg.sensor(
        name="exports_arrived",
        job_name=REFRESH_JOB,
        minimum_interval_seconds=10,
        description="Starts a run when exports arrived or changed; their content decides.",
    )
    def exports_arrived(context: dg.SensorEvaluationContext) -> dg.SensorResult:
        memory = Memory.from_json(context.cursor)
        try:
            arrivals = look(workspace, memory.files)
        except UserError as error:
            return dg.SensorResult(skip_reason=dg.SkipReason(error.message), cursor=context.cursor)
        started = arrivals.content is not None and arrivals.content != memory.ran
        cursor = memory.after(arrivals, started).to_json()
        if started:
            request = dg.RunRequest(run_key=f"{arrivals.content}-{memory.runs}")
            return dg.SensorResult(run_requests=[request], cursor=cursor)
        waiting = ", ".join(arrivals.arriving[:5])
        reason = f"still arriving: {waiting}" if waiting else "no export has changed"
        return dg.SensorResult(skip_reason=dg.SkipReason(reason), cursor=cursor)

    return [exports_arrived]
