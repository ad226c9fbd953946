"""Policies and SQL models: an asset per table, its dependencies read from its SQL."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence

import dagster as dg

from pipelines import steps
from pipelines.assets.keys import asset_key, check_result
from pipelines.assets.sharing import shared_steps
from pipelines.checks.reconciliations import Reconciliation
from pipelines.ledger.tables import LEDGER_TABLES
from pipelines.policy.tables import POLICY_TABLES
from pipelines.session import Session
from pipelines.warehouse.models import Model


def policy_asset() -> dg.AssetsDefinition:
    """One step writes all policy tables; unchanged ones keep what depends on them current."""

    @dg.multi_asset(
        name="policy",
        specs=[
            dg.AssetSpec(
                asset_key(name),
                deps=[asset_key(read) for read in reads],
                group_name="policy",
                kinds={"yaml"},
            )
            for name, reads in {
                **{table.name: table.reads for table in POLICY_TABLES},
                **dict.fromkeys(LEDGER_TABLES, ()),
            }.items()
        ],
    )
    def policy(session: dg.ResourceParam[Session]) -> Iterator[dg.MaterializeResult[None]]:
        for table, rows in steps.policies(session).items():
            yield dg.MaterializeResult(
                asset_key=asset_key(table), metadata={"dagster/row_count": rows}
            )

    return policy


def model_assets(models: Iterable[Model], guarded: Collection[str]) -> list[dg.AssetsDefinition]:
    """One asset for each SQL model; those that the same blocking checks can stop share a step.

    Args:
        models: in the order in which they can be built.
        guarded: tables that have a blocking check.
    """
    return [_model_step(step) for step in shared_steps(models, guarded)]


def _model_step(models: Sequence[Model]) -> dg.AssetsDefinition:
    name = models[0].name.replace(".", "__")

    @dg.multi_asset(
        name=name if len(models) == 1 else f"{name}_and_{len(models) - 1}_more",
        specs=[
            dg.AssetSpec(
                asset_key(model.name),
                deps=[asset_key(table) for table in model.inputs],
                group_name=model.group,
                description=f"{model.grain}. Key: {', '.join(model.key)}. Why: {model.why}",
                kinds={"duckdb", "sql"},
                skippable=True,
            )
            for model in models
        ],
    )
    def build(session: dg.ResourceParam[Session]) -> Iterator[dg.MaterializeResult[None]]:
        for model in models:
            built = steps.build_or_note(session, model)
            if built is None:  # what depends on it is skipped, the others go on
                dg.get_dagster_logger().error(session.broken[model.name])
                continue
            yield dg.MaterializeResult(
                asset_key=asset_key(model.name),
                metadata={
                    "dagster/row_count": built.rows,
                    "seconds": built.seconds,
                    "changed": built.changed,
                },
            )

    return build


def reconciliation_checks(checks: Iterable[Reconciliation]) -> list[dg.AssetChecksDefinition]:
    """One check for each reconciliation."""
    return [_reconciliation_check(check) for check in checks]


def _reconciliation_check(check: Reconciliation) -> dg.AssetChecksDefinition:
    own = asset_key(check.guards)

    @dg.asset_check(
        name=check.check,
        asset=own,
        additional_deps=[asset_key(t) for t in check.inputs if asset_key(t) != own],
        blocking=check.severity == "block",
        description=f"{check.en}. Why: {check.why}",
    )
    def run(session: dg.ResourceParam[Session]) -> dg.AssetCheckResult:
        finding = steps.reconcile(session, check)
        return check_result(check.check, check.guards, [finding], check.severity)

    return run
