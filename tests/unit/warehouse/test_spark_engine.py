"""Models on another engine: rows by way of files, the warehouse's catalogue, faults on the way."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from decimal import Decimal
from pathlib import Path

import pytest

from pipelines.errors import InUseError, UserError
from pipelines.warehouse.duck import RUN, Warehouse, open_warehouse
from pipelines.warehouse.model import Model, parse_model
from pipelines.warehouse.spark.engine import Spark, drop_lost
from pipelines.warehouse.spark.faults import EngineError
from pipelines.warehouse.spark.shared import hold_folder
from tests.support.duckspark import DuckSpark


def model(name: str, sql: str, kind: str = "table") -> Model:
    header = f"-- table: {name}\n-- kind: {kind}\n-- grain: a row\n-- key: id\n-- why: a test\n"
    return parse_model(header + sql, f"{name.replace('.', '/')}.sql", "core")


SALE = model("core.sale", "select id, amount, seen from staging.sale where amount > 0")
NOTED = model("core.noted", "select id, amount from core.sale", "view")
TOTAL = model("mart.total", "select 1 as id, sum(amount) as amount from core.noted")
MODELS = (SALE, NOTED, TOTAL)


@contextmanager
def opened(
    root: Path, spark: DuckSpark | None = None, from_rows: int = 0, models=MODELS
) -> Iterator[tuple[Warehouse, Spark, DuckSpark]]:
    """A warehouse with one staged table, and an engine over a folder beside it."""
    spark = spark or DuckSpark()
    with ExitStack() as stack:
        warehouse = stack.enter_context(open_warehouse(root / "w.duckdb"))
        folder = stack.enter_context(hold_folder(root / "shared", "ws"))
        drop_lost(warehouse, folder)
        folder.sweep(warehouse.state)
        if not warehouse.exists("staging.sale"):
            sold(warehouse, "(1, 10.5, '2026-01-02 03:04:05'), (2, -1, null), (3, 0.25, null)")
        engine = Spark(warehouse, folder, lambda: models, from_rows, lambda: spark)
        stack.callback(engine.close)
        yield warehouse, engine, spark


def sold(warehouse: Warehouse, rows: str) -> None:
    warehouse.replace(
        "staging.sale",
        "select id::bigint as id, amount::decimal(18, 4) as amount, seen::timestamp as seen "
        f"from (values {rows}) as t(id, amount, seen)",
        rows,
    )


def build(engine: Spark, models=MODELS) -> list[bool]:
    return [engine.build(one).changed for one in models]


def total(warehouse: Warehouse) -> Decimal:
    return warehouse.scalar("select amount from mart.total")


def lying(root: Path) -> set[str]:
    """The states of tables in the shared folder, each as table/number."""
    return {
        f"{table.name}/{len(list(table.iterdir()))}"
        for table in (root / "shared").iterdir()
        if table.is_dir()
    }


def test_rows_come_back_as_the_table_of_their_name_and_of_duckdbs_types(tmp_path: Path) -> None:
    with opened(tmp_path) as (warehouse, engine, _):
        built = [engine.build(one) for one in MODELS]
        assert [(b.engine, b.rows) for b in built] == [("spark", 2), ("duckdb", 0), ("spark", 1)]
        assert total(warehouse) == Decimal("10.75")
        assert warehouse.types("core.sale") == {
            "id": "BIGINT", "amount": "DECIMAL(18,4)", "seen": "TIMESTAMP",
        }  # fmt: skip
        assert warehouse.types("mart.total")["amount"] == "DECIMAL(38,4)"


def test_what_is_published_becomes_a_table_and_the_rest_stays_in_files(tmp_path: Path) -> None:
    with opened(tmp_path) as (warehouse, engine, _):
        build(engine)
        assert warehouse.views_over_files() == ["core.sale"]


def test_a_table_is_built_again_only_when_what_it_reads_has_changed(tmp_path: Path) -> None:
    with opened(tmp_path) as (_, engine, _):
        assert build(engine) == [True, True, True]
        assert build(engine) == [False, False, False]
    with opened(tmp_path) as (warehouse, engine, spark):
        assert build(engine) == [False, False, False]
        assert spark.written == []  # nor was the folder tried
        sold(warehouse, "(1, 1, null)")
        assert build(engine) == [True, True, True]
        assert total(warehouse) == 1
    assert lying(tmp_path) == {"staging.sale/1", "core.sale/1", "mart.total/1"}


def test_what_reads_a_view_over_very_many_held_tables_stays_with_duckdb(tmp_path: Path) -> None:
    """As what pages show of all KPIs does: the view is planned at once where its tables are."""
    tables = [model(f"kpi.n{i}", f"select id, {i} as n from core.sale") for i in range(41)]

    def read_by_all(count: int) -> list[Model]:
        union = " union all ".join(f"select id, n from kpi.n{i}" for i in range(count))
        return [
            model("kpi.every", union, "view"),
            model("mart.every", "select id, n from kpi.every", "view"),
            model("mart.recent", "select id, sum(n) as n from mart.every group by id"),
        ]

    for count, engine_of in ((40, "spark"), (41, "duckdb")):
        models = (SALE, *tables, *read_by_all(count))
        root = tmp_path / engine_of
        root.mkdir()
        with opened(root, models=models) as (warehouse, engine, _):
            built = {one.name: engine.build(one).engine for one in models}
            assert built["mart.recent"] == engine_of
            assert built["kpi.n0"] == "spark"
            assert warehouse.scalar("select sum(n) from mart.recent") == 2 * sum(range(count))


def test_what_is_small_stays_with_duckdb(tmp_path: Path) -> None:
    with opened(tmp_path, from_rows=4) as (warehouse, engine, spark):
        assert {engine.build(one).engine for one in MODELS} == {"duckdb"}
        assert spark.written == []
    with opened(tmp_path, from_rows=3) as (warehouse, engine, _):
        assert [engine.build(one).engine for one in MODELS] == ["spark", "duckdb", "duckdb"]
        assert total(warehouse) == Decimal("10.75")


def test_duckdb_works_after_switching_back_and_computes_all_of_it_itself(tmp_path: Path) -> None:
    with opened(tmp_path) as (_, engine, _):
        build(engine)
    with open_warehouse(tmp_path / "w.duckdb") as warehouse:
        assert [warehouse.build(one).changed for one in MODELS] == [True, True, True]
        assert warehouse.views_over_files() == []
        assert total(warehouse) == Decimal("10.75")
    with opened(tmp_path) as (warehouse, engine, _):
        assert build(engine) == [True, True, True]
        assert warehouse.views_over_files() == ["core.sale"]


def test_files_that_are_gone_are_computed_anew(tmp_path: Path) -> None:
    import shutil

    with opened(tmp_path) as (warehouse, engine, _):
        build(engine)
        warehouse.note(RUN, "a run")
    shutil.rmtree(tmp_path / "shared" / "core.sale")
    with opened(tmp_path) as (warehouse, engine, _):
        assert warehouse.state(RUN) is None  # what was published is no longer all there
        assert build(engine)[0]
        assert warehouse.scalar("select count(*) from core.sale") == 2


class Killed(BaseException):
    """The process ends here."""


def test_a_killed_run_leaves_what_was_there_and_the_next_one_clears_up(tmp_path: Path) -> None:
    with opened(tmp_path) as (_, engine, _):
        build(engine)

    def kill(sql: str) -> None:
        if "core.sale" in sql:
            place = Path(sql.split("'")[1])
            place.mkdir(parents=True)
            (place / "part-0.parquet").write_bytes(b"half of it")
            raise Killed

    with pytest.raises(Killed), opened(tmp_path, DuckSpark(before=kill)) as (warehouse, engine, _):
        sold(warehouse, "(1, 7, null)")
        build(engine)
    assert "core.sale/2" in lying(tmp_path)
    with opened(tmp_path) as (warehouse, engine, _):
        assert total(warehouse) == Decimal("10.75")
        assert "core.sale/1" in lying(tmp_path)
        assert build(engine) == [True, True, True]
        assert total(warehouse) == 7


def failing(times: int, words: str, at: str = "core.sale") -> DuckSpark:
    """A Spark that fails so often where it writes a table."""
    left = [times]

    def fail(sql: str) -> None:
        if at in sql and left[0]:
            left[0] -= 1
            raise RuntimeError(words)

    return DuckSpark(before=fail)


LOST = "Job aborted: ExecutorLostFailure (executor 1 exited caused by one of the running tasks)"


def test_a_lost_executor_is_tried_once_more(tmp_path: Path) -> None:
    with opened(tmp_path, failing(1, LOST)) as (warehouse, engine, _):
        assert build(engine) == [True, True, True]
        assert total(warehouse) == Decimal("10.75")


def test_executors_lost_twice_are_one_sentence_and_the_old_rows_stay(tmp_path: Path) -> None:
    with opened(tmp_path) as (_, engine, _):
        build(engine)
    with opened(tmp_path, failing(2, LOST)) as (warehouse, engine, _):
        sold(warehouse, "(1, 7, null)")
        with pytest.raises(EngineError, match=r"^core\.sale: Spark lost executors .* two tries"):
            engine.build(SALE)
        assert total(warehouse) == Decimal("10.75")
        assert warehouse.scalar("select count(*) from core.sale") == 2


def test_a_full_disk_is_not_tried_again(tmp_path: Path) -> None:
    spark = failing(1, "java.io.IOException: No space left on device")
    with (
        opened(tmp_path, spark) as (_, engine, _),
        pytest.raises(EngineError, match="a disk of Spark is full"),
    ):
        engine.build(SALE)
    assert not any("core.sale" in written for written in spark.written)


def test_a_server_that_has_gone_is_asked_once(tmp_path: Path) -> None:
    asked = []

    def gone(sql: str) -> None:
        if "core.sale" in sql:
            asked.append(sql)
            raise ConnectionError("StatusCode.UNAVAILABLE: failed to connect to all addresses")

    with opened(tmp_path, DuckSpark(before=gone)) as (_, engine, _):
        for _ in range(3):
            with pytest.raises(EngineError, match="no longer answers"):
                engine.build(SALE)
    assert len(asked) == 1


def test_a_folder_that_only_the_driver_sees_is_refused_before_anything_is_computed(
    tmp_path: Path,
) -> None:
    spark = DuckSpark(blind=tmp_path / "elsewhere")
    with opened(tmp_path, spark) as (warehouse, engine, _):
        with pytest.raises(UserError, match="wrote 64 rows there and 0 arrived"):
            engine.ready()
        assert spark.is_closed
        assert not warehouse.exists("core.sale")


def test_a_folder_that_spark_may_not_write_is_one_sentence(tmp_path: Path) -> None:
    spark = failing(1, "java.io.IOException: Mkdirs failed to create file:/x", at="probe")
    with opened(tmp_path, spark) as (_, engine, _), pytest.raises(EngineError, match="no right"):
        engine.ready()


def test_two_runs_on_one_folder_and_two_workspaces_in_one_are_refused(tmp_path: Path) -> None:
    with (
        opened(tmp_path),
        pytest.raises(InUseError, match="another attain run computes here"),
        hold_folder(tmp_path / "shared", "ws"),
    ):
        pass
    with (
        pytest.raises(UserError, match=r"holds rows of the workspace .*:ws, and this one is .*:b"),
        hold_folder(tmp_path / "shared", "b"),
    ):
        pass


def test_a_folder_that_cannot_be_made_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("not a folder")
    with (
        pytest.raises(UserError, match="attain cannot write here"),
        hold_folder(tmp_path / "file" / "shared", "ws"),
    ):
        pass


def test_what_a_query_names_and_reads_often_is_written_once(tmp_path: Path) -> None:
    many = " union all ".join(["select id from sold"] * 14)
    often = model(
        "core.often",
        f"with sold as (select id, null as none from staging.sale) select id from ({many})",
    )
    with opened(tmp_path, models=(often,)) as (_, engine, spark):
        assert engine.build(often).rows == 14 * 3
        own = [one for one in spark.written if one.startswith("core.often/")]
        assert len(own) == 2
    assert lying(tmp_path) == {"staging.sale/1", "core.often/1"}


def test_a_view_that_reads_much_is_written_for_spark_and_stays_a_view_here(tmp_path: Path) -> None:
    many = " union all ".join(["select id, amount from core.sale"] * 6)
    wide = model("core.wide", many, "view")
    read = model("mart.wide", "select id, amount from core.wide where id = 1")
    models = (SALE, wide, read)
    with opened(tmp_path, models=models) as (warehouse, engine, _):
        build(engine, models)
        assert warehouse.scalar("select count(*) from mart.wide") == 6
        assert warehouse.views_over_files() == ["core.sale"]
    assert "core.wide/1" in lying(tmp_path)
