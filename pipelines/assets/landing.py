"""Landing and staging: exports → lossless Parquet → typed canonical tables with their contracts."""

# annotations are read by Dagster when an asset is defined: they stay objects here
from collections.abc import Iterable, Iterator, Mapping
from datetime import timedelta

import dagster as dg

from pipelines.assets.keys import OWNER, asset_key, check_result, step_of, tables_of
from pipelines.checks.reconciliations import Reconciliation
from pipelines.run import steps
from pipelines.run.contract import check_contract
from pipelines.run.one_run import OneRun
from pipelines.sources.contract import Table, canonical_tables
from pipelines.staging.quarantine import UNREAD

STATE = "meta.export_state"
LOADS = "mart.load"
_OWN = {
    STATE: "Which canonical tables hold any row.",
    LOADS: "Every load with its account: landed = accepted + quarantined.",
    UNREAD: "Manual scores that were given and cannot be read.",
}
_AGAIN = dg.RetryPolicy(max_retries=2, delay=20)


def landing_asset(expected_days: Mapping[str, int]) -> dg.AssetsDefinition:
    """One step lands all exports; one asset for each canonical table.

    Args:
        expected_days: after how many days an export of a table is late.
    """

    @dg.multi_asset(
        name="land",
        specs=[
            dg.AssetSpec(
                dg.AssetKey(["landed", name]),
                group_name="landed",
                description=f"Exports of `{name}` as text, with file and line ({table.grain}).",
                kinds={"parquet"},
                owners=[OWNER],
                freshness_policy=_freshness(expected_days.get(name)),
            )
            for name, table in canonical_tables().items()
        ],
        can_subset=True,
        retry_policy=_AGAIN,  # a share that was away, a file that another program held
    )
    def land(
        context: dg.AssetExecutionContext, run: dg.ResourceParam[OneRun]
    ) -> Iterator[dg.MaterializeResult[None]]:
        # files are matched to tables as a whole: landing one of them is landing all
        with step_of(run, "land") as session:
            rows = steps.land(session)
            for key in sorted(context.selected_asset_keys):
                name = key.path[-1]
                files = [export.export.name for export in session.landed_of(name)]
                yield dg.MaterializeResult(
                    asset_key=key,
                    metadata={"dagster/row_count": rows.get(name, 0), "files": ", ".join(files)},
                )

    return land


def _freshness(days: int | None) -> dg.FreshnessPolicy | None:
    return dg.FreshnessPolicy.time_window(fail_window=timedelta(days=days)) if days else None


def staging_asset(checks: Iterable[Reconciliation]) -> dg.AssetsDefinition:
    """One step stages canonical tables in the order of their references and holds their contracts.

    Args:
        checks: reconciliations of staged tables.
    """
    own = {check.check: check for check in checks}

    @dg.multi_asset(
        name="stage",
        specs=[_staged(name, table) for name, table in canonical_tables().items()]
        + [
            dg.AssetSpec(
                asset_key(table),
                deps=[asset_key(f"staging.{name}") for name in canonical_tables()],
                group_name="staging",
                description=meaning,
                kinds={"duckdb"},
                owners=[OWNER],
                skippable=True,
            )
            for table, meaning in _OWN.items()
        ],
        check_specs=[
            *(spec for name in canonical_tables() for spec in _contract(name)),
            *(check_spec(check) for check in own.values()),
        ],
        can_subset=True,
    )
    def stage(
        context: dg.AssetExecutionContext, run: dg.ResourceParam[OneRun]
    ) -> Iterator[dg.MaterializeResult[None] | dg.AssetCheckResult]:
        asked = tables_of(context.selected_asset_keys)
        wanted = [name for name in canonical_tables() if f"staging.{name}" in asked]
        with step_of(run, "stage") as session:
            staged = steps.stage(session, wanted) if asked else {}
            for name in wanted:
                account = staged[name]
                yield dg.MaterializeResult(
                    asset_key=asset_key(f"staging.{name}"),
                    metadata={
                        "dagster/row_count": account.accepted,
                        "landed": account.landed,
                        "quarantined": account.quarantined,
                        "amount_quarantined": str(account.amount_quarantined),
                        "seconds": account.seconds,
                        "changed": account.changed,
                    },
                )
            for table in sorted(asked & set(_OWN)):
                rows = session.warehouse.scalar(f"select count(*) from {table}")
                yield dg.MaterializeResult(
                    asset_key=asset_key(table), metadata={"dagster/row_count": rows}
                )
            judged = context.selected_asset_check_keys
            for name in canonical_tables():
                table = f"staging.{name}"
                keys = {spec.name for spec in _contract(name) if spec.key in judged}
                if keys:
                    findings = check_contract(session, name)
                    for check, severity in (("contract", "block"), ("surprise", "warn")):
                        if check in keys:
                            yield check_result(check, table, findings, severity)
            for reconciliation in own.values():
                if any(key.name == reconciliation.check for key in judged):
                    finding = steps.reconcile(session, reconciliation)
                    yield check_result(finding.check, finding.table, [finding], finding.severity)

    return stage


def _staged(name: str, table: Table) -> dg.AssetSpec:
    return dg.AssetSpec(
        asset_key(f"staging.{name}"),
        deps=[
            dg.AssetKey(["landed", name]),
            *(
                asset_key(f"staging.{r.table}")
                for r in table.references
                if r.rejects and r.table != name
            ),
        ],
        group_name="staging",
        description=f"{table.grain}. Key: {', '.join(table.key)}.",
        kinds={"duckdb"},
        owners=[OWNER],
        skippable=True,
    )


def _contract(name: str) -> tuple[dg.AssetCheckSpec, ...]:
    """Does a canonical table hold its contract (blocks), is anything odd (warns).

    What a failed contract blocks is not computed; that is decided table by table (`run/steps.py`),
    so that reports which do not need the table are still published.
    """
    key = asset_key(f"staging.{name}")
    return (
        dg.AssetCheckSpec(
            "contract",
            asset=key,
            description="Keys, types, allowed values and references hold. While it fails, what "
            "stands on the table keeps what it held; that is decided table by table.",
        ),
        dg.AssetCheckSpec(
            "surprise", asset=key, description="Volumes and values are as usual; warns only."
        ),
    )


def check_spec(check: Reconciliation) -> dg.AssetCheckSpec:
    """A reconciliation as a check of the table it guards."""
    stops = (
        "While it fails, what stands on the table keeps what it held. "
        if check.severity == "block"
        else "Warns only. "
    )
    return dg.AssetCheckSpec(
        check.check,
        asset=asset_key(check.guards),
        description=f"{check.en}. {stops}Why: {check.why}",
    )
