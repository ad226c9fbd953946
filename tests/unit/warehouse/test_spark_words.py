"""Queries as Spark takes them: views for tables, DuckDB's types, parts that are written once."""

from __future__ import annotations

import duckdb
import pytest

from pipelines.warehouse.spark.parts import parts_of, weight
from pipelines.warehouse.spark.words import (
    query_over_views,
    spark_type,
    text,
    view_over_files,
)
from tests.support.laboratory import models


def one(_: str) -> int:
    return 1


def test_tables_are_views_of_the_session_and_columns_have_duckdbs_types() -> None:
    sql = "select sale.id, o.at_day from core.sale left join core.other as o on sale.id = o.id"
    assert query_over_views(sql, {"id": "BIGINT", "at_day": "TIMESTAMP"}) == (
        "select cast(q.`id` as bigint) as `id`, cast(q.`at_day` as timestamp_ntz) as `at_day` "
        "from (SELECT sale.id, o.at_day FROM `core__sale` AS sale "
        "LEFT JOIN `core__other` AS o ON sale.id = o.id) as q"
    )


def test_a_path_and_a_name_may_hold_anything(tmp_path) -> None:
    statement = view_over_files("kpi.case", {"a`b": "DATE"}, tmp_path / "it's")
    assert "`kpi__case` (`a``b` date)" in statement
    assert statement.endswith(f"(path {text(str(tmp_path / 'it') + chr(39) + 's')})")
    assert text("a\\'b") == "'a\\\\\\'b'"


@pytest.mark.parametrize("kind", ["INTEGER[]", "STRUCT(a INTEGER)", "TIMESTAMP WITH TIME ZONE"])
def test_a_type_without_an_equal_is_refused(kind: str) -> None:
    with pytest.raises(ValueError, match="no equal on Spark"):
        spark_type(kind)


DEEP = """
with a as (select id from core.x), b as (select a.id from a inner join a as again on true),
c as (select b.id from b inner join b as again on true),
d as (select c.id from c inner join c as again on true)
select d.id from d inner join d as again on true
"""


def test_what_is_read_often_is_a_part_and_what_is_read_once_is_not() -> None:
    assert weight(DEEP, one) == 16
    assert [part.name for part in parts_of(DEEP, "m", lambda _: 2)] == ["m__d", ""]
    assert [part.name for part in parts_of("with a as (select id from core.x) select * from a",
                                           "m", one)] == [""]  # fmt: skip


def test_the_parts_together_give_the_rows_of_the_query() -> None:
    with duckdb.connect() as con:
        con.execute("create schema core; create table core.x as select range as id from range(2)")
        con.execute("create schema part")
        rows = con.execute(DEEP).fetchall()
        *parts, whole = parts_of(DEEP, "m", lambda _: 3)
        assert [part.name for part in parts] == ["m__c"]
        for part in parts:
            assert con.execute(f"select count(*) from ({part.whole})").fetchone()[0] > 0
            con.execute(f"create table part.{part.name} as {part.sql}")
        assert sorted(con.execute(whole.sql).fetchall()) == sorted(rows)


def test_a_part_reads_only_what_was_written_before_it() -> None:
    for model in models().values():
        if model.is_view:
            continue
        written: set[str] = set()
        for part in parts_of(model.sql, model.name.replace(".", "__"), one):
            reads = {table for table in mentioned(part.sql) if table.startswith("part.")}
            assert reads <= written, model.name
            written.add(f"part.{part.name}")


def mentioned(sql: str) -> set[str]:
    import sqlglot
    from sqlglot import exp

    tree = sqlglot.parse_one(sql, dialect="duckdb")
    return {f"{table.db}.{table.name}" for table in tree.find_all(exp.Table)}


def test_no_statement_reads_forty_tables() -> None:
    """Planning grows with what a query reads, and what it reads is read anew for each mention."""
    views = {name: model for name, model in models().items() if model.is_view}

    def weight_of(name: str) -> int:
        within = weight(views[name].sql, weight_of) if name in views else 1
        return within if within <= 4 else 1

    most = {
        name: weight(parts_of(model.sql, "m", weight_of)[-1].sql, weight_of)
        for name, model in models().items()
        if not model.is_view
    }
    assert max(most.values()) < 40, max(most, key=lambda name: most[name])
