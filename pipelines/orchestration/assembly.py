"""From a workspace's policies to Dagster definitions: assets, checks, jobs, schedules."""

from __future__ import annotations

from pathlib import Path

import dagster as dg

from pipelines.assets.landing import landing_asset, staging_asset
from pipelines.assets.models import compute_asset, policy_asset
from pipelines.assets.reports import publication_asset, report_assets
from pipelines.checks.reconciliations import all_reconciliations
from pipelines.errors import UserError
from pipelines.models.catalog import all_models
from pipelines.orchestration.automation import jobs, schedules, sensors
from pipelines.orchestration.described import described
from pipelines.orchestration.page_run import Layout, page_run
from pipelines.policy.load import load_policies
from pipelines.run.one_run import OneRun
from pipelines.run.session import Session
from pipelines.sources.sourcefile import expected_days, load_sources
from pipelines.workspace.resources import shipped
from pipelines.workspace.workspace import Label, Settings, Workspace, open_workspace


def load_definitions(root: Path) -> dg.Definitions:
    """The definitions of a workspace for Dagster's page and daemon.

    A workspace that is broken still loads, with the shipped policies: the page says what is wrong,
    every run says it in its first step, and schedules go on once it is set right.
    """
    fault: str | None = None
    try:
        workspace = open_workspace(root)
        load_sources(workspace.sources, load_policies(workspace).process.stage_names)
    except UserError as error:
        fault = error.message
        workspace = Workspace(root, _settings(root))
    return build_definitions(workspace, fault=fault)


def _settings(root: Path) -> Settings:
    """The workspace's own settings if they can be read: reports and time zone are as they were."""
    try:
        return open_workspace(root).settings
    except UserError:
        return Settings(name=Label(zh=root.name, en=root.name))


def build_definitions(
    workspace: Workspace, session: Session | None = None, fault: str | None = None
) -> dg.Definitions:
    """Everything Dagster needs to know of a workspace.

    Args:
        session: the open session of `attain run`; without one, Dagster opens its own for each run
            it starts.
        fault: what is wrong with the workspace, where it cannot be run as it is.

    Raises:
        UserError: a setting or policy of the workspace is wrong.
    """
    sound = Workspace(shipped(), workspace.settings) if fault else workspace
    policies = session.policies if session else load_policies(sound)
    models = session.models if session else all_models(policies)
    reports = session.reports if session else workspace.settings.reports
    sources = (
        session.sources if session else load_sources(sound.sources, policies.process.stage_names)
    )
    computed = {model.name for model in models}
    checks = all_reconciliations()
    assets = [
        landing_asset(expected_days(sources)),
        staging_asset([check for check in checks if check.guards not in computed]),
        policy_asset(),
        compute_asset(
            models,
            [check for check in checks if check.guards in computed],
            described(workspace, policies, models) if session is None else {},
        ),
        *report_assets(reports),
        publication_asset(),
    ]
    layout = _layout(assets)
    resource = (
        dg.ResourceDefinition.hardcoded_resource(
            OneRun(lambda: session, set(layout.assets.values()))
        )
        if session
        else page_run(workspace, layout, fault)
    )
    return dg.Definitions(
        assets=assets,
        jobs=jobs(workspace.settings, reports, fault),
        schedules=schedules(workspace.settings, reports),
        sensors=sensors(workspace),
        resources={"run": resource},
        executor=dg.in_process_executor,  # one DuckDB file, one process
    )


def _layout(assets: list[dg.AssetsDefinition]) -> Layout:
    return Layout(
        assets={key: one.node_def.name for one in assets for key in one.keys},
        checks={key: one.node_def.name for one in assets for key in one.check_keys},
    )
