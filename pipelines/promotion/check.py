"""Both engines compute the same slice of a workspace; what differs first is named.

Belongs here: the order of the check and what it leaves (nothing). Does not belong here: the slice
and the comparison.
"""

from __future__ import annotations

import shutil
import time
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

from pipelines.errors import UserError
from pipelines.models.catalog import all_models
from pipelines.policy.load import load_policies
from pipelines.promotion.compare import Difference, first_difference
from pipelines.promotion.slice import cut
from pipelines.run.session import Progress
from pipelines.warehouse.duck import open_warehouse
from pipelines.warehouse.spark.engine import open_spark
from pipelines.workspace.engine import SparkEngine
from pipelines.workspace.workspace import Workspace


@dataclass(frozen=True)
class Promotion:
    """What came of it: how much was compared, how long each engine took in seconds."""

    customers: int
    tables: int
    rows: int
    duckdb_seconds: float
    spark_seconds: float
    difference: Difference | None


def engine_check(
    workspace: Workspace, engine: SparkEngine, share: Decimal, progress: Progress
) -> Promotion:
    """Compute a slice of what the last run staged with DuckDB and with Spark, and compare.

    The workspace's own tables, reports and ledger are not touched.

    Args:
        engine: the Spark to try; models go there however few rows they read.
        share: percent of the customers.

    Raises:
        UserError: nothing was staged yet, or Spark cannot compute.
    """
    models = all_models(load_policies(workspace))
    with workspace.locked():
        place = workspace.build / "engine-check"
        shutil.rmtree(place, ignore_errors=True)
        place.mkdir(parents=True)
        shared = workspace.root / Path(engine.folder).expanduser() / "check"
        ours, theirs = place / "duckdb.duckdb", place / "spark.duckdb"
        memory = workspace.settings.memory_limit
        try:
            with open_warehouse(workspace.warehouse, memory) as warehouse:
                if not warehouse.exists("staging.customer"):
                    raise UserError(f"{workspace.root}: nothing was staged yet. Run: attain run", 1)
                customers = cut(warehouse, models, share, ours)
            shutil.copyfile(ours, theirs)
            with open_warehouse(ours, memory) as warehouse:
                started = time.perf_counter()
                rows = 0
                for model in models:
                    progress("duckdb", model.name)
                    rows += warehouse.build(model).rows
                by_duckdb = time.perf_counter() - started
            all_of_it = engine.model_copy(update={"from_rows": 0})
            with (
                open_warehouse(theirs, memory) as warehouse,
                open_spark(
                    all_of_it, warehouse, lambda: models, shared, workspace.root, place / "spark"
                ) as spark,
            ):
                spark.ready()
                started = time.perf_counter()
                for model in models:
                    progress("spark", model.name)
                    spark.build(model)
                by_spark = time.perf_counter() - started
            with open_warehouse(ours, memory) as warehouse:
                difference = first_difference(warehouse, theirs, models)
        finally:
            shutil.rmtree(place, ignore_errors=True)
            shutil.rmtree(shared, ignore_errors=True)
    tables = sum(not model.is_view for model in models)
    return Promotion(customers, tables, rows, by_duckdb, by_spark, difference)
