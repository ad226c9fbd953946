"""Reports: one asset for each, depending on the tables its queries read; and their publication."""

# annotations are read by Dagster when an asset is defined: they stay objects here
from collections.abc import Iterable
from datetime import timedelta

import dagster as dg

from pipelines.assets.keys import OWNER, asset_key, step_of, told
from pipelines.assets.models import BUILT
from pipelines.run import steps
from pipelines.run.one_run import PUBLISH, OneRun
from pipelines.run.publication import causes

_A_WEEK = timedelta(days=8)


def report_assets(names: Iterable[str]) -> list[dg.AssetsDefinition]:
    """The page models of each report; they are published when the run's last step is done."""
    return [_report_asset(name) for name in names]


def _report_asset(name: str) -> dg.AssetsDefinition:
    from pipelines.reporting.reports import REPORTS

    step = f"report_{name}"

    @dg.multi_asset(
        name=step,
        specs=[
            dg.AssetSpec(
                dg.AssetKey(["reports", name]),
                deps=[asset_key(table) for table in REPORTS[name].reads],
                group_name="reports",
                description=f"Pages of the report `{name}`, in both languages, one model each.",
                kinds={"plotly", "jinja2"},
                owners=[OWNER],
                freshness_policy=dg.FreshnessPolicy.time_window(fail_window=_A_WEEK),
            )
        ],
    )
    def build(run: dg.ResourceParam[OneRun]) -> dg.MaterializeResult[None]:
        with step_of(run, step) as session:
            if REPORTS[name].after_checks:
                return dg.MaterializeResult(metadata={"built": "after all checks, when published"})
            if not session.is_whole and (stopping := causes(session, name)):
                raise dg.Failure(
                    description=f"{name} keeps its last good pages: {stopping[0].table}: "
                    f"{stopping[0].en}; set it right and start the job `refresh`",
                    allow_retries=False,
                )
            return dg.MaterializeResult(metadata={"pages": steps.render_report(session, name)})

    return build


def publication_asset() -> dg.AssetsDefinition:
    """The last step of a whole run: pages, notices and the database beside them, in one switch."""

    @dg.multi_asset(
        name=PUBLISH,
        specs=[
            dg.AssetSpec(
                dg.AssetKey(["reports", "published"]),
                # not on the reports: one that is skipped stops nothing here
                deps=[asset_key(BUILT)],
                group_name="published",
                description="The list of all reports, the database, notices of what is old.",
                kinds={"html"},
                owners=[OWNER],
            )
        ],
        op_tags={"dagster/priority": "-10"},
    )
    def publish(run: dg.ResourceParam[OneRun]) -> dg.MaterializeResult[None]:
        with told():
            run.publish()
        outcome = run.session.outcome
        assert outcome is not None
        if outcome.blocked:
            kept = ", ".join(outcome.kept)
            raise dg.Failure(
                description=f"{outcome.blocked[0]}"
                + (f"; and {len(outcome.blocked) - 1} more" if len(outcome.blocked) > 1 else "")
                + (f". {kept}: the last good pages stay, with a notice" if kept else "")
                + ". Everything else is published. Set it right and start the run again.",
                metadata={"blocked": outcome.blocked, "kept": outcome.kept},
                allow_retries=False,
            )
        return dg.MaterializeResult(
            metadata={
                "open": dg.MetadataValue.path(outcome.reports_path),
                "pages": sum(outcome.reports.values()),
                "as_of": str(outcome.as_of),
            }
        )

    return publish
