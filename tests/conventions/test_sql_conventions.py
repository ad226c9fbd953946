"""Every SQL file keeps the conventions: header, unique grain, engine-neutral SQL, no clock."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
import sqlglot
from sqlglot import exp

from pipelines.checks.reconciliations import all_reconciliations
from pipelines.sources.contract import canonical_tables
from pipelines.sources.sourcefile import canonical_source
from pipelines.staging.ids import id_texts
from pipelines.staging.mapping import column_texts
from pipelines.staging.rules import row_rules
from pipelines.warehouse.duck import open_warehouse
from pipelines.warehouse.model import read_models, tables_parsed
from pipelines.warehouse.quoting import identifier
from pipelines.warehouse.spark.words import spark_sql
from pipelines.warehouse.template import macro, render
from pipelines.workspace.workspace import Workspace
from tests.support.laboratory import ROOT, models, shipped


def _staging_sql() -> dict[str, str]:
    """Staging SQL of every canonical table and part, as rendered for a landed file."""
    stages = shipped()[1].process.stage_ids
    found = {}
    for table in canonical_tables().values():
        source = canonical_source(table)
        names = {column: column for column in table.columns}
        load = {
            "load_id": 1,
            "relation": f"landed.{identifier(table.name)}",
            "line": "_line",
            "ragged": "_ragged",
            "sealed": "_sealed",
            "scales": dict.fromkeys(table.columns, 10000),
            "columns": column_texts(table, source, names),
            "ordered": {
                c: macro("staging/parse.sql.j2", "reorder")(identifier(c), "dmy")
                for c in table.columns
            },
        }
        dates = [c.name for c in table.columns.values() if c.type in ("date", "timestamp")]
        for part in ("accepted", "rejected", *(["amounts"] if table.amount else [])):
            found[f"staging/{table.name}:{part}"] = render(
                "staging/canonical.sql.j2",
                table=table,
                loads=[load],
                rules=row_rules(table, stages),
                scaled=[table.amount] if table.amount else [],
                ordered=dates,
                ids=id_texts(table, {"customer": 15, "employee": 18}),
                time_zone="Asia/Shanghai",
                base_currency="CNY",
                accepted=f"staging.{identifier(table.name)}",
                since="timestamp '2026-11-16'",
                part=part,
            )
        for part in ("versions", "next", "unheard"):
            found[f"staging/{table.name}:{part}"] = render(
                "staging/merge.sql.j2",
                columns=list(table.columns),
                compared=[c for c in table.columns if c not in table.key],
                key=table.key,
                lasting=table.lasting,
                known=f"staging.{identifier(table.name)}",
                incoming="incoming",
                is_full=True,
                own=[1, 2],
                moment="timestamp '2026-11-16'",
                part=part,
            )
    found["staging/tracked_changes"] = render(
        "staging/tracked_changes.sql.j2",
        fields=canonical_tables()["opportunity_event"].allowed["field"],
    )
    return found


ALL_SQL = {
    **{model.path: model.sql for model in models().values()},
    **{f"checks/{check.check}": check.sql for check in all_reconciliations()},
    **_staging_sql(),
}


@pytest.mark.parametrize("path", sorted(ALL_SQL))
def test_the_sql_transpiles_to_spark_without_an_unsupported_construct(path: str) -> None:
    translated = spark_sql(ALL_SQL[path])
    assert translated
    # `sum(x) over so_far - y` is written as the name `so_far-y`, which Spark cannot read
    assert not re.search(r"(?i)\bover [a-z_]+ ?-", re.sub(r"/\*.*?\*/", "", translated)), path


def test_every_template_of_a_model_is_held_to_the_conventions_as_rendered() -> None:
    """Those that only use macros; those that take values are models of the catalogue."""
    templates = {
        path.relative_to(ROOT / "sql").as_posix()
        for path in (ROOT / "sql").rglob("*.sql.j2")
        if path.read_text(encoding="utf-8").startswith("-- table:")
    }
    generated = {"core/pipeline/fct_open_opportunity.sql.j2"}
    assert templates - generated <= set(ALL_SQL)
    assert all("{%" not in sql and "{{" not in sql for sql in ALL_SQL.values())


def test_a_rendered_template_keeps_the_rules_of_plain_sql(tmp_path: Path) -> None:
    """All rules of `sqlfluff` but those of layout and of a `case` in an `else` (ST04).

    A macro does not know where it is put.
    """
    for model in read_models():
        if model.path.endswith(".j2"):
            (tmp_path / f"{model.name}.sql").write_text(f"{model.sql}\n", encoding="utf-8")
    layout = [f"LT{number:02}" for number in range(1, 16)]
    excluded = ",".join(["AM04", "ST04", "ST06", "RF04", "ST05", "RF02", *layout])
    found = subprocess.run(
        [sys.executable, "-m", "sqlfluff", "lint", "--config", str(ROOT / "pyproject.toml"),
         "--disable-progress-bar", "-n", "--exclude-rules", excluded, str(tmp_path)],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert found.returncode == 0, found.stdout


def test_a_table_is_found_in_the_folder_of_its_schema() -> None:
    """`sql/<schema>/…/<table>.sql`, so that who reads a table in a query can open its file."""
    lost = []
    for model in read_models():
        schema, _, table = model.name.partition(".")
        place = Path(model.path)
        if (place.parts[0], place.name.split(".")[0]) != (schema, table):
            lost.append(f"{model.name} stands in {model.path}")
    assert lost == []


def test_no_folder_holds_more_files_than_one_looks_through() -> None:
    held = Counter(path.parent for path in (ROOT / "sql").rglob("*.sql*"))
    assert {str(folder): n for folder, n in held.items() if n > 15} == {}


@pytest.mark.parametrize("path", sorted(ALL_SQL))
def test_the_sql_never_asks_the_clock(path: str) -> None:
    clock = r"\b(now\s*\(|today\s*\(|current_(date|timestamp|time)\b|localtimestamp\b)"
    code = "\n".join(line.split("--")[0] for line in ALL_SQL[path].splitlines())
    assert not re.search(clock, code, re.IGNORECASE)


def test_the_tables_a_model_reads_are_those_the_parser_finds() -> None:
    found = {name: model.inputs for name, model in models().items()}
    assert found == {name: tables_parsed(model.sql) for name, model in models().items()}


def test_declared_grains_are_unique_on_the_sample(sample_company: Workspace) -> None:
    repeated = {}
    with open_warehouse(sample_company.warehouse, read_only=True) as warehouse:
        for model in models().values():
            keys = ", ".join(identifier(key) for key in model.key)
            count = warehouse.scalar(
                f"select count(*) from (select {keys} from {model.name} "
                f"group by {keys} having count(*) > 1)"
            )
            if count:
                repeated[model.name] = count
    assert repeated == {}


def test_no_whole_number_is_wider_than_other_engines_have_it(sample_company: Workspace) -> None:
    """Sums of counts are 128 bits here unless said otherwise; files of columns keep fractions."""
    with open_warehouse(sample_company.warehouse, read_only=True) as warehouse:
        wide = warehouse.rows(
            "select table_schema, table_name, column_name from information_schema.columns "
            "where data_type in ('HUGEINT', 'UHUGEINT')"
        )
    assert wide == []


def test_no_amount_is_a_binary_float(sample_company: Workspace) -> None:
    money = (
        r"(amount|commission|earned|payable|paid|quota$|balance|outstanding|overdue|salary|pay$|"
        r"_base$|base_|_sales|opening|disputed|revaluation|provision|exposure|limit|rate$|_use$|"
        r"^dso|^bpdso|^add$|^cei$)"
    )
    with open_warehouse(sample_company.warehouse, read_only=True) as warehouse:
        floats = warehouse.rows(
            "select table_schema, table_name, column_name from information_schema.columns "
            "where data_type in ('DOUBLE', 'FLOAT', 'REAL')"
        )
    assert [row for row in floats if re.search(money, row["column_name"])] == []


def test_reconciliations_guard_tables_that_exist() -> None:
    known = set(models()) | {f"staging.{name}" for name in canonical_tables()} | {"mart.load"}
    assert {check.guards for check in all_reconciliations()} <= known


def test_no_outer_join_compares_every_row_with_every_row(sample_company: Workspace) -> None:
    """A condition on one side of an outer join, or an "or" in it, makes it a nested loop.

    Seconds become minutes at a million deals, and nothing shows it on a small sample but the plan.
    """
    nested = []
    with open_warehouse(sample_company.warehouse, read_only=True) as warehouse:
        for model in models().values():
            found = warehouse.rows(f"explain (format json) {model.sql}")[0]["explain_value"]
            if _nested_loops(json.loads(found)):
                nested.append(model.name)
    assert nested == []


def _nested_loops(nodes: list[dict[str, Any]]) -> bool:
    """Whether a plan has an outer nested loop; a join with one row has the condition "true"."""
    return any(
        (
            node["name"] == "BLOCKWISE_NL_JOIN"
            and node["extra_info"]["Join Type"] != "INNER"
            and node["extra_info"]["Condition"] != "true"
        )
        or _nested_loops(node["children"])
        for node in nodes
    )


def test_each_side_of_a_join_key_is_of_one_table() -> None:
    """`case … else other.id end = other.id` is no key: everybody is compared with everybody."""
    found = [
        f"{model.name}: {key.sql()}"
        for model in models().values()
        for join in sqlglot.parse_one(model.sql, read="duckdb").find_all(exp.Join)
        for key in (join.args["on"].find_all(exp.EQ) if join.args.get("on") else ())
        for side in (key.left, key.right)
        if join.alias_or_name in (of := {column.table for column in side.find_all(exp.Column)})
        and len(of) > 1
    ]
    assert found == []
