"""Landing and staging: exports → lossless Parquet → typed canonical tables."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import timedelta

import dagster as dg

from pipelines.assets.keys import asset_key
from pipelines.run import steps
from pipelines.run.session import Session
from pipelines.sources.contract import canonical_tables


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
                freshness_policy=_freshness(expected_days.get(name)),
            )
            for name, table in canonical_tables().items()
        ],
    )
    def land(session: dg.ResourceParam[Session]) -> Iterator[dg.MaterializeResult[None]]:
        rows = steps.land(session)
        for name in canonical_tables():
            files = [export.export.name for export in session.landed.get(name, [])]
            yield dg.MaterializeResult(
                asset_key=dg.AssetKey(["landed", name]),
                metadata={"dagster/row_count": rows.get(name, 0), "files": ", ".join(files)},
            )

    return land


def _freshness(days: int | None) -> dg.FreshnessPolicy | None:
    return dg.FreshnessPolicy.time_window(fail_window=timedelta(days=days)) if days else None


def staging_asset() -> dg.AssetsDefinition:
    """One step stages all canonical tables in the order of their references."""

    @dg.multi_asset(
        name="stage",
        specs=[
            dg.AssetSpec(
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
            )
            for name, table in canonical_tables().items()
        ]
        + [
            dg.AssetSpec(
                dg.AssetKey(["meta", "export_state"]),
                deps=[asset_key(f"staging.{name}") for name in canonical_tables()],
                group_name="staging",
                description="Which canonical tables hold any row.",
                kinds={"duckdb"},
            ),
            dg.AssetSpec(
                dg.AssetKey(["mart", "load"]),
                deps=[asset_key(f"staging.{name}") for name in canonical_tables()],
                group_name="staging",
                description="Every load with its account: landed = accepted + quarantined.",
                kinds={"duckdb"},
            ),
        ],
    )
    def stage(session: dg.ResourceParam[Session]) -> Iterator[dg.MaterializeResult[None]]:
        for name, staged in steps.stage(session).items():
            yield dg.MaterializeResult(
                asset_key=asset_key(f"staging.{name}"),
                metadata={
                    "dagster/row_count": staged.accepted,
                    "landed": staged.landed,
                    "quarantined": staged.quarantined,
                    "amount_quarantined": str(staged.amount_quarantined),
                    "seconds": staged.seconds,
                    "changed": staged.changed,
                },
            )
        yield dg.MaterializeResult(asset_key=dg.AssetKey(["meta", "export_state"]))
        yield dg.MaterializeResult(
            asset_key=dg.AssetKey(["mart", "load"]),
            metadata={"dagster/row_count": len(session.loads)},
        )

    return stage


def contract_checks() -> list[dg.AssetChecksDefinition]:
    """For each canonical table: does it hold its contract (blocks), is anything odd (warns)."""
    return [_contract_check(name) for name in canonical_tables()]


def _contract_check(name: str) -> dg.AssetChecksDefinition:
    from pipelines.assets.keys import check_result

    table = f"staging.{name}"

    @dg.multi_asset_check(
        name=f"check_{name}",
        specs=[
            dg.AssetCheckSpec("contract", asset=asset_key(table), blocking=True),
            dg.AssetCheckSpec("surprise", asset=asset_key(table)),
        ],
    )
    def check(session: dg.ResourceParam[Session]) -> Iterator[dg.AssetCheckResult]:
        findings = steps.check_contract(session, name)
        yield check_result("contract", table, findings, "block")
        yield check_result("surprise", table, findings, "warn")

    return check
