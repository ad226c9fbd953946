"""From a workspace's policies to Dagster definitions: assets, checks, jobs, schedules."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any

import dagster as dg

from pipelines.assets.landing import contract_checks, landing_asset, staging_asset
from pipelines.assets.models import model_assets, policy_asset, reconciliation_checks
from pipelines.assets.reports import report_assets
from pipelines.checks.reconciliations import all_reconciliations
from pipelines.models.catalog import all_models
from pipelines.orchestration.automation import WEEKLY_JOB, as_of_from_tags, jobs, schedules, sensors
from pipelines.policy.load import load_policies
from pipelines.run.session import Session, open_session
from pipelines.sources.contract import canonical_tables
from pipelines.sources.sourcefile import expected_days, load_sources
from pipelines.workspace.workspace import Workspace


def build_definitions(workspace: Workspace, session: Session | None = None) -> dg.Definitions:
    """Everything Dagster needs to know of a workspace.

    Args:
        session: the open session of `attain run`; without one, Dagster opens its own for each run
            it starts and publishes when the run ends.

    Raises:
        UserError: a setting or policy of the workspace is wrong.
    """
    policies = session.policies if session else load_policies(workspace)
    models = all_models(policies)
    reports = session.reports if session else workspace.settings.reports
    resource: Any = session if session is not None else _session_resource(workspace)
    return dg.Definitions(
        assets=[
            landing_asset(
                expected_days(load_sources(workspace.sources, policies.process.stage_names))
            ),
            staging_asset(),
            policy_asset(),
            *model_assets(models, _guarded()),
            *report_assets(reports),
        ],
        asset_checks=[*contract_checks(), *reconciliation_checks(all_reconciliations())],
        jobs=jobs(),
        schedules=schedules(workspace.settings.time_zone),
        sensors=sensors(workspace),
        resources={"session": resource},
        executor=dg.in_process_executor,  # one DuckDB file, one process
    )


def _guarded() -> set[str]:
    """Tables that have a blocking check: every canonical one, and those a reconciliation guards."""
    blocking = {check.guards for check in all_reconciliations() if check.severity == "block"}
    return blocking | {f"staging.{name}" for name in canonical_tables()}


def _session_resource(workspace: Workspace) -> dg.ResourceDefinition:
    """A session for a run that Dagster itself starts (its page, a schedule)."""

    @dg.resource(description="One run of the workspace; publishes when the run ends.")
    def session(context: dg.InitResourceContext) -> Iterator[Session]:
        from pipelines.orchestration.execute import run_name
        from pipelines.run.publication import conclude

        assert context.instance is not None and context.run_id is not None
        record = context.instance.get_run_record_by_id(context.run_id)
        assert record is not None
        started = record.create_timestamp.astimezone(dt.UTC).replace(tzinfo=None)
        as_of = as_of_from_tags(record.dagster_run.tags, workspace, started)
        with open_session(workspace, as_of, started, run_name(started)) as opened:
            yield opened
            conclude(opened, errors=[])

    return session


def weekly_job(definitions: dg.Definitions) -> dg.JobDefinition:
    """The job that `attain run` executes."""
    return definitions.resolve_job_def(WEEKLY_JOB)
