"""The check before a switch: which rows are taken, and what is said of the first that differs."""

from __future__ import annotations

import json
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import pytest

from pipelines.errors import UserError
from pipelines.models.catalog import ancestors
from pipelines.promotion import check as checking
from pipelines.promotion.check import engine_check
from pipelines.promotion.compare import first_difference
from pipelines.promotion.slice import cut
from pipelines.run.session import silent
from pipelines.warehouse.duck import Warehouse, open_warehouse
from pipelines.warehouse.model import Model, parse_model
from pipelines.warehouse.spark import engine
from pipelines.workspace.engine import SparkEngine
from pipelines.workspace.workspace import open_workspace
from tests.support.books import Books, computed
from tests.support.commands import in_process
from tests.support.duckspark import DuckSpark


def model(name: str, sql: str) -> Model:
    header = f"-- table: {name}\n-- grain: a row\n-- key: id, part\n-- why: a test\n"
    return parse_model(header + sql, f"{name}.sql", "core")


ITEM = model("core.item", "select id, part, amount, share from staging.item")
SUM = model("mart.sum", "select 1 as id, 1 as part, sum(amount) as amount from core.item")
ROWS = "(1, 1, 10.5, 0.1), (1, 2, 3.25, 0.2)"


def warehouse_of(path: Path, rows: str, amount: str = "decimal(18, 4)") -> Path:
    with open_warehouse(path) as warehouse:
        warehouse.replace(
            "staging.item",
            f"select id, part, amount::{amount} as amount, share::double as share "
            f"from (values {rows}) as t(id, part, amount, share)",
            rows,
        )
        for one in (ITEM, SUM):
            warehouse.build(one)
    return path


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        (ROWS, None),
        (ROWS.replace("0.2", "0.2000000000001"), None),  # binary, beyond nine places
        (ROWS.replace("3.25", "3.2501"),
         "core.item, id 1, part 2: amount is 3.2500 on DuckDB and 3.2501 on Spark"),
        (ROWS.replace("0.2", "0.2001"),
         "core.item, id 1, part 2: share is 0.2 on DuckDB and 0.2001 on Spark"),
        ("(1, 1, 10.5, 0.1)", "core.item, id 1, part 2: 1 row on DuckDB and 0 on Spark"),
        (ROWS + ", (1, 2, 3.25, 0.2)", "core.item, id 1, part 2: 1 row on DuckDB and 2 on Spark"),
        (ROWS + ", (0, 5, null, null)", "core.item, id 0, part 5: 0 row on DuckDB and 1 on Spark"),
    ],
)  # fmt: skip
def test_the_first_difference_is_named(tmp_path: Path, rows: str, said: str | None) -> None:
    ours, theirs = (
        warehouse_of(tmp_path / "a.duckdb", ROWS),
        warehouse_of(tmp_path / "b.duckdb", rows),
    )
    with open_warehouse(ours) as warehouse:
        found = first_difference(warehouse, theirs, [ITEM, SUM])
    assert (found and str(found)) == said


def test_another_type_is_a_difference(tmp_path: Path) -> None:
    ours = warehouse_of(tmp_path / "a.duckdb", ROWS)
    theirs = warehouse_of(tmp_path / "b.duckdb", ROWS, "decimal(18, 6)")
    with open_warehouse(ours) as warehouse:
        assert str(first_difference(warehouse, theirs, [ITEM, SUM])) == (
            "core.item, amount is DECIMAL(18,4) on DuckDB and DECIMAL(18,6) on Spark"
        )


@pytest.fixture(scope="module")
def company(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Forty customers with an invoice and a receipt each."""
    books = Books().person("E1", "rep")
    for number in range(40):
        books.add("customer", {"customer_id": f"C{number}", "name": f"c{number}"})
        books.invoice(f"I{number}", "E1", "2026-10-05", 1000, customer_id=f"C{number}")
        books.cash(f"R{number}", f"I{number}", "2026-10-20", 500)
    root = tmp_path_factory.mktemp("company")
    books.write(root)
    with computed(root, "2026-10-31", ["core.fct_invoice"]):
        pass
    return root


def test_a_customer_is_taken_whole(company: Path, tmp_path: Path) -> None:
    target = tmp_path / "slice.duckdb"
    with open_warehouse(open_workspace(company).warehouse) as warehouse:
        taken = cut(warehouse, [], Decimal(50), target)
    assert 5 < taken < 35
    with open_warehouse(target) as part:
        assert counted(part, "staging.invoice") == counted(part, "staging.receipt_allocation")
        assert 0 < counted(part, "staging.invoice") < 40
        assert part.scalar(
            "select count(*) from staging.receipt_allocation as a "
            "left join staging.invoice as i on a.invoice_id = i.invoice_id "
            "left join staging.customer as c on i.customer_id = c.customer_id "
            "where c.customer_id is null"
        ) == 0  # fmt: skip
        assert counted(part, "staging.employee") > 0


def counted(warehouse: Warehouse, table: str) -> int:
    return int(warehouse.scalar(f"select count(*) from {table}"))


def test_a_slice_without_a_customer_is_one_sentence(company: Path, tmp_path: Path) -> None:
    with (
        open_warehouse(open_workspace(company).warehouse) as warehouse,
        pytest.raises(UserError, match=r"no customer falls into a slice of 0\.01 %"),
    ):
        cut(warehouse, [], Decimal("0.01"), tmp_path / "slice.duckdb")


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        ((), "which Spark? attain.yaml names none; give --spark sc://host:15002"),
        (("--spark", "host:15002"), "--spark: 'host:15002' is no address of a Spark Connect"),
        (("--spark", "local", "--share", "0"), "--share '0': expected a percentage from 0.01"),
        (("--spark", "local", "--share", "all"), "--share 'all': expected a percentage"),
    ],
)
def test_a_mistake_at_the_command_is_one_sentence(
    company: Path, words: tuple[str, ...], sentence: str, capsys, monkeypatch
) -> None:
    said = in_process(monkeypatch, capsys, "engine-check", "-w", company, *words)
    assert said.code == 2
    assert said.last.startswith(sentence)


def test_nothing_staged_and_no_server_leave_nothing_behind(
    company: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    Books().person("E1", "rep").write(tmp_path)
    server = SparkEngine(spark="sc://127.0.0.1:1")
    with pytest.raises(UserError, match=r"nothing was staged yet. Run: attain run"):
        engine_check(open_workspace(tmp_path), server, Decimal(50), silent)
    monkeypatch.setattr(checking, "open_spark", no_spark)
    with pytest.raises(UserError, match="no Spark"):
        engine_check(open_workspace(company), server, Decimal(50), silent)
    workspace = open_workspace(company)
    assert not (workspace.build / "engine-check").exists()
    assert not (company / ".attain" / "spark" / "check").exists()


def no_spark(*_: object) -> Callable[[], None]:
    raise UserError("no Spark")


NAMES = ("core.org_span", "core.dim_customer")


def tried(
    monkeypatch: pytest.MonkeyPatch, spark: DuckSpark, capsys, company: Path
) -> dict[str, object]:
    """What the command says of a few models, on an engine in Spark's place."""
    every = checking.all_models
    monkeypatch.setattr(checking, "all_models", lambda policies: ancestors(every(policies), NAMES))
    monkeypatch.setattr(engine, "connect", lambda *_: spark)
    monkeypatch.setattr(engine, "require_client", lambda _: None)
    words = ("engine-check", "-w", company, "--spark", "sc://host", "--share", "50", "--json")
    said = in_process(monkeypatch, capsys, *words)
    found = json.loads(said.out)
    assert said.code == (0 if found["difference"] is None else 1)
    return found


def test_engines_that_agree_are_said_to_and_nothing_is_left(
    company: Path, capsys, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = open_workspace(company).warehouse.read_bytes()
    found = tried(monkeypatch, DuckSpark(), capsys, company)
    assert found["difference"] is None
    assert 5 < found["customers"] < 35 and found["tables"] > 2 and found["rows"] > 5
    assert open_workspace(company).warehouse.read_bytes() == before
    assert not (company / ".attain" / "spark" / "check").exists()


def test_an_engine_that_gives_other_rows_is_named_with_table_and_key(
    company: Path, capsys, monkeypatch: pytest.MonkeyPatch
) -> None:
    # of tables alone, not of the rows by which the folder is tried
    wrong = DuckSpark(computes=lambda sql: sql if "parquet.`" in sql else f"{sql} limit 1")
    told = tried(monkeypatch, wrong, capsys, company)["difference"]
    assert told is not None
    assert told["table"].startswith("core.")
    assert told["key"] and told["column"] is None
    assert (told["ours"], told["theirs"]) == (1, 0)
