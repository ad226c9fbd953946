"""The sample company computed through Spark Connect: pages and published tables are DuckDB's.

One workspace is run on DuckDB, switched to a local Spark and back; after each run its pages
and its database are the same byte for byte and row for row. Models that read at least
`ATTAIN_SPARK_FROM_ROWS` rows go to Spark; 0 takes them however small, and half an hour of
planning. `make test-spark-company` states it; without it these tests are left out.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import dagster as dg
import duckdb
import pytest

from pipelines.orchestration.eventlog import open_instance
from pipelines.workspace.workspace import open_workspace
from tests.support.laboratory import ROOT, make_workspace
from tests.support.runs import pages, run

pytestmark = [
    pytest.mark.spark,
    pytest.mark.skipif(
        "ATTAIN_SPARK_FROM_ROWS" not in os.environ, reason="make test-spark-company"
    ),
]

FROM_ROWS = int(os.environ.get("ATTAIN_SPARK_FROM_ROWS", "0"))
ENGINE = f"engine:\n  spark: local\n  from_rows: {FROM_ROWS}\n"
# what says of itself when it ran, and of other tables the number of the run
_OF_THE_RUN = ("mart.run", "kept.check_history", "kept.load", "kept.quarantine")
# medians are interpolated in binary fractions before they become decimals: their last digits differ
_OF_MEDIANS = ("days_p50", "days_p90", "sales_velocity__den", "sales_velocity__prev_den")


@dataclass(frozen=True)
class Published:
    """What a run published: pages by hash, tables by types, number of rows and a sum of hashes."""

    pages: dict[str, str]
    tables: dict[str, tuple[object, ...]]


def published(root: Path) -> Published:
    return Published(pages(root), tables(root / "mart" / "attain.duckdb"))


def tables(database: Path) -> dict[str, tuple[object, ...]]:
    found = {}
    with duckdb.connect(str(database), read_only=True) as con:
        names = con.execute("select schema_name || '.' || table_name from duckdb_tables()")
        for (name,) in names.fetchall():
            if name in _OF_THE_RUN:
                continue
            schema, _, table = name.partition(".")
            quoted = f'{schema}."{table}"'
            columns = con.execute(f"describe {quoted}").fetchall()
            shown = ", ".join(
                f'round("{column}", {9 if kind == "DOUBLE" else 2})'
                if kind == "DOUBLE" or column in _OF_MEDIANS
                else f'"{column}"'
                for column, kind, *_ in columns
            )
            count = con.execute(
                f"select count(*), sum(hash(t)::hugeint) from (select {shown} from {quoted}) as t"
            ).fetchone()
            found[name] = (tuple(kind for _, kind, *_ in columns), *count)
    return found


@dataclass(frozen=True)
class Switched:
    """The three runs of one workspace, and where it lies."""

    root: Path
    before: Published
    on_spark: Published
    back: Published


@pytest.fixture(scope="module")
def switched(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Switched]:
    root = make_workspace(tmp_path_factory.mktemp("switched") / "ws", ROOT / "data" / "raw").root
    settings = root / "attain.yaml"
    plain = settings.read_text(encoding="utf-8")
    found = []
    for text in (plain, f"{plain}\n{ENGINE}", plain):
        settings.write_text(text, encoding="utf-8")
        outcome = run(root)
        assert outcome["exit_code"] == 0, outcome["blocked"]
        assert outcome["changed"]
        found.append(published(root))
    yield Switched(root, *found)


def test_pages_computed_on_spark_are_duckdbs_byte_for_byte(switched: Switched) -> None:
    assert len(switched.before.pages) > 100
    assert switched.on_spark.pages == switched.before.pages


def test_published_tables_computed_on_spark_are_duckdbs_row_for_row(switched: Switched) -> None:
    assert len(switched.before.tables) > 100
    assert switched.on_spark.tables == switched.before.tables


def test_after_switching_back_everything_is_as_it_was(switched: Switched) -> None:
    assert switched.back == switched.before
    with duckdb.connect(str(switched.root / ".attain" / "warehouse.duckdb")) as con:
        over_files = con.execute(
            "select view_name from duckdb_views() where contains(sql, 'read_parquet(')"
        ).fetchall()
    assert over_files == []


def test_dagster_says_which_engine_made_a_table(switched: Switched) -> None:
    with open_instance(open_workspace(switched.root).dagster_home) as instance:
        found = instance.fetch_materializations(dg.AssetKey(["core", "period_scope"]), limit=3)
    told = [record.asset_materialization.metadata for record in found.records]
    assert [one["engine"].value for one in told] == ["duckdb", "spark", "duckdb"]
    assert all(one["seconds"].value > 0 and one["dagster/row_count"].value for one in told)
