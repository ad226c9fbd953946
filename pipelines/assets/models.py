"""Policies and SQL models: an asset per table, its dependencies read from its SQL."""

# annotations are read by Dagster when an asset is defined: they stay objects here
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import dagster as dg

from pipelines.assets.keys import OWNER, asset_key, check_result, step_of, tables_of
from pipelines.assets.landing import check_spec
from pipelines.checks.reconciliations import Reconciliation
from pipelines.ledger.tables import LEDGER_TABLES
from pipelines.policy.tables import POLICY_TABLES
from pipelines.run import steps
from pipelines.run.one_run import OneRun
from pipelines.run.plan import in_turn
from pipelines.run.session import Session
from pipelines.warehouse.duck import Built
from pipelines.warehouse.model import Model

BUILT = "meta.built"


def policy_asset() -> dg.AssetsDefinition:
    """One step writes policy tables; unchanged ones keep what depends on them current."""

    @dg.multi_asset(
        name="policy",
        specs=[
            dg.AssetSpec(
                asset_key(name),
                deps=[asset_key(read) for read in reads],
                group_name="policy",
                kinds={"yaml"},
                owners=[OWNER],
            )
            for name, reads in {
                **{table.name: table.reads for table in POLICY_TABLES},
                **dict.fromkeys(LEDGER_TABLES, ()),
            }.items()
        ],
        can_subset=True,
    )
    def policy(
        context: dg.AssetExecutionContext, run: dg.ResourceParam[OneRun]
    ) -> Iterator[dg.MaterializeResult[None]]:
        asked = tables_of(context.selected_asset_keys)
        with step_of(run, "policy") as session:
            for table, rows in steps.policies(session, asked).items():
                yield dg.MaterializeResult(
                    asset_key=asset_key(table), metadata={"dagster/row_count": rows}
                )

    return policy


def compute_asset(
    models: Sequence[Model],
    checks: Iterable[Reconciliation],
    described: Mapping[str, Mapping[str, object]],
) -> dg.AssetsDefinition:
    """One step computes the tables asked for, each after what it reads, and reconciles them.

    A table that a failed check stops keeps what it held and is not materialised; reports that need
    it are skipped, all others go on.

    Args:
        models: in the order in which they can be built.
        checks: reconciliations of computed tables.
        described: further metadata by table: columns, the file of the SQL.
    """
    order = in_turn(models, checks)

    @dg.multi_asset(
        name="compute",
        specs=[
            *(
                dg.AssetSpec(
                    asset_key(model.name),
                    deps=[asset_key(table) for table in model.inputs],
                    group_name=model.group,
                    description=f"{model.grain}. Key: {', '.join(model.key)}. Why: {model.why}",
                    kinds={"duckdb", "sql"},
                    owners=[OWNER],
                    metadata=described.get(model.name),
                    skippable=True,
                )
                for model in models
            ),
            dg.AssetSpec(
                asset_key(BUILT),
                deps=[asset_key(model.name) for model in models],
                group_name="published",
                description="What each table was last computed from.",
                kinds={"duckdb"},
                owners=[OWNER],
            ),
        ],
        check_specs=[check_spec(work) for work in order if isinstance(work, Reconciliation)],
        can_subset=True,
    )
    def compute(
        context: dg.AssetExecutionContext, run: dg.ResourceParam[OneRun]
    ) -> Iterator[dg.MaterializeResult[None] | dg.AssetCheckResult]:
        asked = tables_of(context.selected_asset_keys)
        judged = {key.name for key in context.selected_asset_check_keys}
        with step_of(run, "compute") as session:
            for work in order:
                if isinstance(work, Model):
                    if work.name in asked:
                        yield from _table(context, session, work)
                elif work.check in judged and _is_there(session, work):
                    finding = steps.reconcile(session, work)
                    yield check_result(work.check, work.guards, [finding], work.severity)
            if BUILT in asked:
                rows = session.warehouse.scalar(f"select count(*) from {BUILT}")
                yield dg.MaterializeResult(
                    asset_key=asset_key(BUILT), metadata={"dagster/row_count": rows}
                )
            if not session.is_whole and (refused := [*session.broken.values()]):
                raise dg.Failure(
                    description="; ".join(refused[:5])
                    + (f"; and {len(refused) - 5} more" if len(refused) > 5 else ""),
                    allow_retries=False,
                )

    return compute


def _table(
    context: dg.AssetExecutionContext, session: Session, model: Model
) -> Iterator[dg.MaterializeResult[None]]:
    cause = steps.stopped_by(session, model.name)
    if cause is not None:
        sentence = f"{model.name} keeps what it held: {cause.table}: {cause.en}"
        if not session.is_whole:
            session.broken[model.name] = f"{sentence}; set it right and start the job `refresh`"
        context.log.warning(sentence)
        return
    built = steps.build_or_note(session, model)
    if built is None:  # what depends on it is skipped, the others go on
        context.log.error(session.broken[model.name])
    else:
        yield dg.MaterializeResult(asset_key=asset_key(model.name), metadata=_of(built))


def _of(built: Built) -> dict[str, dg.MetadataValue[Any]]:
    """What Dagster shows of a table: how it was made, and where its engine shows the work."""
    found: dict[str, dg.MetadataValue[Any]] = {
        "dagster/row_count": dg.MetadataValue.int(built.rows),
        "seconds": dg.MetadataValue.float(built.seconds),
        "changed": dg.MetadataValue.bool(built.changed),
        "engine": dg.MetadataValue.text(built.engine),
    }
    if built.page is not None:
        found["spark"] = dg.MetadataValue.url(built.page)
    return found


def _is_there(session: Session, check: Reconciliation) -> bool:
    """Whether what a check reads was computed, or may be trusted as it is."""
    return not any(
        table in session.broken or steps.stopped_by(session, table) is not None
        for table in (check.guards, *check.inputs)
    )
