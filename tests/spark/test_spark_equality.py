"""Spark gives the rows DuckDB gives, to the cent, for every model over the sample company.

Each model reads its inputs as DuckDB computed them, so that a difference names the model it is in.
Spans of days interpolated in floating point may differ in their last digits.
ATTAIN_SPARK_PART=2/4 compares the second quarter of the models only.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import pytest

from pipelines.warehouse.quoting import identifier, literal
from pipelines.warehouse.spark.words import spark_sql
from pipelines.workspace.workspace import Workspace
from tests.support.laboratory import models, shipped

pytestmark = pytest.mark.spark


def _is_of_a_template(name: str) -> bool:
    facts = shipped()[1].catalogue.facts
    fact = name.removeprefix("kpi.")
    for suffix in ("_percentile", "_distinct", "_balance", "_day"):
        fact = fact.removesuffix(suffix)
    return fact in facts


@pytest.fixture(scope="module")
def computed(sample_company: Workspace) -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect(str(sample_company.warehouse), read_only=True) as con:
        yield con


@pytest.fixture(scope="module")
def spark(computed: duckdb.DuckDBPyConnection, tmp_path_factory: pytest.TempPathFactory) -> Any:
    """A local Spark with every table that a model reads."""
    from pyspark.sql import SparkSession

    folder = tmp_path_factory.mktemp("spark")
    session = (
        SparkSession.builder.master("local[2]")
        .config("spark.ui.enabled", "false")
        .config("spark.driver.memory", "2g")
        .config("spark.sql.shuffle.partitions", "1")
        # a small heap, two cores; tables are small: compiling well and planning anew cost more
        .config("spark.driver.extraJavaOptions", "-XX:+UseSerialGC -XX:TieredStopAtLevel=1")
        .config("spark.sql.adaptive.enabled", "false")
        .config("spark.sql.session.timeZone", "UTC")
        .config("spark.sql.ansi.enabled", "false")
        .config("spark.sql.codegen.wholeStage", "false")
        .config("spark.sql.warehouse.dir", str(folder / "warehouse"))
        .getOrCreate()
    )
    session.sparkContext.setLogLevel("ERROR")
    for table in sorted({name for compared in COMPARED for name in models()[compared].inputs}):
        schema, name = table.split(".")
        file = folder / f"{table}.parquet"
        computed.execute(f"copy {schema}.{identifier(name)} to {literal(str(file))}")
        session.sql(f"create database if not exists {schema}")
        session.sql(f"create table {schema}.`{name}` using parquet location '{file}'")
    yield session
    session.stop()


# Of the tables that one template makes of every fact, one each: the same SQL but for names.
ONE_OF_EACH = {
    "kpi.proposal", "kpi.due_item", "kpi.opportunity_percentile", "kpi.lead_distinct",
    "kpi.credit_breach_balance", "kpi.lead_day",
}  # fmt: skip
ALL = sorted(
    name
    for name, model in models().items()
    if model.group != "kpi" or name in ONE_OF_EACH or not _is_of_a_template(name)
)


def part(names: list[str], which: str) -> list[str]:
    """Every fourth name from the second on for `2/4`; parts share none and together are all."""
    number, of = map(int, which.split("/"))
    assert 1 <= number <= of, f"ATTAIN_SPARK_PART={which}: there is no such part"
    return names[number - 1 :: of]


COMPARED = part(ALL, os.environ.get("ATTAIN_SPARK_PART", "1/1"))


def test_every_model_is_in_one_part() -> None:
    assert sorted(name for number in range(1, 5) for name in part(ALL, f"{number}/4")) == ALL


@pytest.mark.parametrize("name", COMPARED)
def test_spark_gives_the_same_rows(
    name: str, spark: Any, computed: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    spark.sql(spark_sql(models()[name].sql)).coalesce(1).write.parquet(str(tmp_path / "rows"))
    columns = computed.execute(f"describe {name}").fetchall()
    rows = f"read_parquet({literal(str(tmp_path / 'rows' / '*.parquet'))})"
    theirs = f"select {_compared(columns)} from {rows}"
    ours = f"select {_compared(columns)} from {name}"
    missing = computed.execute(f"({ours}) except all ({theirs}) limit 3").fetchall()
    added = computed.execute(f"({theirs}) except all ({ours}) limit 3").fetchall()
    assert (missing, added) == ([], [])


def _compared(columns: list[tuple[str, ...]]) -> str:
    """Columns as they are compared: all exactly but for spans of days interpolated in floats."""
    found = []
    for column, kind, *_ in columns:
        value = f"cast({identifier(column)} as {kind})"
        if kind == "DOUBLE":
            value = f"round({value}, 9)"
        elif column in ("days_p50", "days_p90"):
            value = f"round({value}, 2)"
        found.append(f"{value} as {identifier(column)}")
    return ", ".join(found)
