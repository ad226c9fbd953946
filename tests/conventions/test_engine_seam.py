"""Where the line between DuckDB and another engine runs, and that nothing crosses it elsewhere."""

from __future__ import annotations

import re

from pipelines.warehouse.spark.parts import parts_of
from pipelines.warehouse.spark.words import query_over_views
from tests.support.laboratory import ROOT, Laboratory, models

PACKAGE = ROOT / "pipelines"
SPARK = PACKAGE / "warehouse" / "spark"
# Compute tables of their own in DuckDB on purpose: a rehearsal that is undone, an appeal beside the
# books, an empty warehouse in real shape, the slice that is compared with Spark's.
BUILD_IN_DUCKDB = {
    "closing/rehearsal.py", "models/shape.py", "promotion/check.py", "warehouse/duck.py",
    "warehouse/spark/engine.py",
}  # fmt: skip


def sources() -> dict[str, str]:
    return {
        path.relative_to(PACKAGE).as_posix(): path.read_text(encoding="utf-8")
        for path in sorted(PACKAGE.rglob("*.py"))
    }


def test_one_module_talks_to_spark() -> None:
    users = [name for name, text in sources().items() if re.search(r"(from|import) pyspark", text)]
    assert users == ["warehouse/spark/connection.py"]


def test_a_run_builds_models_by_its_engine_alone() -> None:
    building = {
        name
        for name, text in sources().items()
        if re.search(r"[wW]arehouse\.(build|replace)\(.*(model|sql)|rehearsal\.build\(", text)
    }
    assert building <= BUILD_IN_DUCKDB, building - BUILD_IN_DUCKDB
    assert "session.engine.build" in sources()["run/steps.py"]


def test_nobody_outside_the_engine_makes_a_modelled_table() -> None:
    """Rows of a model are made where its state is noted, or another engine's would be lost."""
    names = "|".join(sorted(model.replace(".", r"\.") for model in models()))
    made = re.compile(rf"create (or replace )?(table|view) (if not exists )?({names})\b")
    assert {name for name, text in sources().items() if made.search(text)} == set()


def test_every_model_and_each_of_its_parts_can_go_to_spark(lab: Laboratory) -> None:
    """In Spark's words, with columns of types that both engines have."""
    for model in models().values():
        for part in parts_of(model.sql, model.name.replace(".", "__"), lambda _: 1):
            types = lab.warehouse.types(f"({part.whole})")
            assert query_over_views(part.sql, types).startswith("select cast(q.`"), model.name
