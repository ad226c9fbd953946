"""Which file is read by which source, what is landed again and what is not, what is recognised."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import duckdb
import pytest

from pipelines.errors import UserError
from pipelines.landing.file.kind import way_out
from pipelines.landing.land import Export, LandedExport, content_hash, land_export, take_inventory
from pipelines.onboarding.recognise import recognise
from pipelines.sources.sourcefile import SourceFile, load_sources
from pipelines.workspace.workspace import Workspace, open_workspace
from tests.support.landing_files import write_workbook

STAGES = ("lead", "order")
CUSTOMER = """\
source: crm_customer
system: crm
table: customer
files: ["crm/客户*.csv", "crm/客户.xlsx"]
columns:
  customer_id: 客户编号
  name: [客户名称, 名称]
  credit_limit: {from: 信用额度, unit: 万元}
"""
CUSTOMER = CUSTOMER.replace("name: [客户名称, 名称]", "name: {from: [客户名称, 名称]}")


def workspace(root: Path, inputs: str = "- path: raw", **sources: str) -> Workspace:
    """A workspace with these source files over the folder `raw`."""
    for folder in ("sources", "raw/crm"):
        (root / folder).mkdir(parents=True, exist_ok=True)
    lines = "\n".join(f"  {line}" for line in inputs.splitlines())
    (root / "attain.yaml").write_text(
        f"name: {{zh: 甲, en: A}}\ninputs:\n{lines}\n", encoding="utf-8"
    )
    for name, text in sources.items():
        (root / "sources" / f"{name}.yaml").write_text(text, encoding="utf-8")
    return open_workspace(root)


def sources(opened: Workspace) -> list[SourceFile]:
    return load_sources(opened.sources, STAGES)


def put(root: Path, name: str, text: str = "客户编号,客户名称\nK1,甲\n") -> Path:
    path = root / "raw" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def landed(opened: Workspace, path: Path, source: SourceFile) -> LandedExport:
    opened.prepare()
    with duckdb.connect() as con:
        export = Export(path, path.name, source, source.sheet)
        return land_export(con, opened, export, content_hash(path))


def test_a_file_belongs_to_the_source_whose_pattern_it_fits(tmp_path: Path) -> None:
    opened = workspace(tmp_path, customer=CUSTOMER)
    for name in ("crm/客户.csv", "crm/客户_2026.csv", "crm/商机.csv", "notes.txt", "crm/读我.md",
                 "crm/~$客户.xlsx", ".hidden.csv"):  # fmt: skip
        put(tmp_path, name)
    found = take_inventory(opened, sources(opened))
    assert [export.name for export in found.exports] == [
        "raw/crm/客户.csv",
        "raw/crm/客户_2026.csv",
    ]
    assert found.unknown == ("raw/crm/商机.csv", "raw/notes.txt")
    assert found.missing == ()


def test_a_source_without_any_file_is_missing(tmp_path: Path) -> None:
    opened = workspace(tmp_path, customer=CUSTOMER)
    assert [source.source for source in take_inventory(opened, sources(opened)).missing] == [
        "crm_customer"
    ]


def test_one_file_may_be_read_by_several_sources(tmp_path: Path) -> None:
    other = CUSTOMER.replace("crm_customer", "crm_region").replace(
        "table: customer", "table: org_unit"
    )
    other = other[: other.index("columns:")] + (
        "columns: {unit_id: 客户编号, name: 客户名称}\nconstants: {kind: region}\n"
    )
    opened = workspace(tmp_path, customer=CUSTOMER, region=other)
    put(tmp_path, "crm/客户.csv")
    exports = take_inventory(opened, sources(opened)).exports
    assert [export.source.table for export in exports] == ["customer", "org_unit"]


@pytest.mark.parametrize(
    ("name", "table"),
    [
        ("opportunity.csv", "opportunity"),
        ("opportunity_event.csv", "opportunity_event"),  # not an opportunity
        ("opportunity_2026-11-16.csv", "opportunity"),
        ("opportunity-export.xlsx", "opportunity"),
        ("Opportunity.CSV", "opportunity"),
        ("opportunity_event.2026.tsv", "opportunity_event"),
        ("opportunities.csv", None),
        ("my_opportunity.csv", None),
    ],
)
def test_a_canonical_file_is_known_by_the_longest_table_its_name_begins_with(
    tmp_path: Path, name: str, table: str | None
) -> None:
    opened = workspace(tmp_path, "- {path: raw, format: canonical}")
    put(tmp_path, name, "x\n1\n")
    found = take_inventory(opened, [])
    assert [export.source.table for export in found.exports] == ([table] if table else [])
    assert found.unknown == (() if table else (f"raw/{name}",))


@pytest.mark.parametrize(
    ("inputs", "expected"),
    [
        ("- path: nowhere", "inputs.0.path: no such folder 'nowhere'"),
        ("- path: raw\n- path: $ATTAIN_NOT_SET/x",
         "inputs.1.path: '$ATTAIN_NOT_SET/x' names an environment variable that is not set"),
    ],
)  # fmt: skip
def test_an_input_folder_that_is_not_there_is_named_with_its_line(
    tmp_path: Path, inputs: str, expected: str
) -> None:
    opened = workspace(tmp_path, inputs)
    with pytest.raises(UserError) as error:
        take_inventory(opened, [])
    line = 3 + inputs.count("\n")
    assert error.value.message == f"{tmp_path}/attain.yaml line {line}, {expected}."
    assert error.value.exit_code == 2


def test_an_input_folder_may_come_from_the_environment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ATTAIN_TEST_EXPORTS", str(tmp_path / "raw"))
    opened = workspace(tmp_path, "- path: $ATTAIN_TEST_EXPORTS", customer=CUSTOMER)
    put(tmp_path, "crm/客户.csv")
    found = take_inventory(opened, sources(opened))
    assert [export.name for export in found.exports] == ["$ATTAIN_TEST_EXPORTS/crm/客户.csv"]


def test_the_same_content_is_landed_once(tmp_path: Path) -> None:
    opened = workspace(tmp_path, customer=CUSTOMER)
    path = put(tmp_path, "crm/客户.csv")
    source = sources(opened)[0]
    first = landed(opened, path, source)
    assert first.landed is not None
    written = first.landed.parquet.stat().st_mtime_ns
    path.touch()
    again = landed(opened, path, source)
    copy = landed(opened, put(tmp_path, "crm/客户_copy.csv"), source)
    assert again.landed == copy.landed == first.landed
    assert first.landed.parquet.stat().st_mtime_ns == written
    assert len(list(opened.landed.glob("*.parquet"))) == 1


def test_other_content_or_another_sheet_is_landed_beside_it(tmp_path: Path) -> None:
    opened = workspace(tmp_path, customer=CUSTOMER)
    source = sources(opened)[0]
    path = put(tmp_path, "crm/客户.csv")
    landed(opened, path, source)
    path.write_text("客户编号,客户名称\nK1,乙\n", encoding="utf-8")
    landed(opened, path, source)
    book = write_workbook(tmp_path / "b.xlsx", {
        "a": [["客户编号", "客户名称"], ["K1", "甲"]],
        "b": [["客户编号", "客户名称"], ["K2", "乙"]],
    })  # fmt: skip
    for sheet in ("a", "b"):
        landed(opened, book, source.model_copy(update={"sheet": sheet}))
    assert len(list(opened.landed.glob("*.parquet"))) == 4


def test_a_landing_that_was_cut_off_is_done_again(tmp_path: Path) -> None:
    """The card is written last: a file without one was not finished."""
    opened = workspace(tmp_path, customer=CUSTOMER)
    path = put(tmp_path, "crm/客户.csv")
    source = sources(opened)[0]
    first = landed(opened, path, source)
    assert first.landed is not None
    first.landed.parquet.with_suffix(".json").unlink()
    first.landed.parquet.write_bytes(b"half a file")
    again = landed(opened, path, source)
    assert again.landed is not None
    with duckdb.connect() as con:
        count = con.execute(f"select count(*) from '{again.landed.parquet}'").fetchone()
    assert count == (1,)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", "the file is empty"),
        ("客户编号,客户名称\n", "the file has a header and no rows"),
        ("客户编码,客户名称\nK1,甲\n",
         "no column '客户编号' for customer.customer_id (did you mean 客户编码?)"),
        ("客户编号,全称\nK1,甲\n", "no column '客户名称' or '名称' for customer.name"),
    ],
)  # fmt: skip
def test_an_export_that_cannot_be_used_is_remembered_with_its_reason(
    tmp_path: Path, text: str, expected: str
) -> None:
    opened = workspace(tmp_path, customer=CUSTOMER)
    found = landed(opened, put(tmp_path, "crm/客户.csv", text), sources(opened)[0])
    assert found.landed is None
    assert expected in (found.problem or "")
    assert list(opened.landed.iterdir()) == []


def test_a_filter_on_a_column_that_is_not_there_is_named(tmp_path: Path) -> None:
    opened = workspace(tmp_path, customer=CUSTOMER + "only: {状态: [有效]}\n")
    found = landed(opened, put(tmp_path, "crm/客户.csv"), sources(opened)[0])
    assert found.landed is None
    assert "no column '状态', which `only` asks for" in (found.problem or "")


def test_a_later_alias_serves_where_the_first_is_absent(tmp_path: Path) -> None:
    opened = workspace(tmp_path, customer=CUSTOMER)
    path = put(tmp_path, "crm/客户.csv", "客户编号,名称\nK1,甲\n")
    assert landed(opened, path, sources(opened)[0]).problem is None


def seen(found: Any, column: str) -> Any:
    return next(c for c in found.files[0].columns if c.column == column)


def test_recognition_shows_headers_samples_and_what_nothing_reads(tmp_path: Path) -> None:
    opened = workspace(tmp_path, customer=CUSTOMER)
    put(tmp_path, "crm/客户.csv", "客户编号,客户名称,备注\nK2,乙,x\nK1,甲,\nK3,乙,y\n")
    put(tmp_path, "crm/其他.csv")
    found = recognise(opened, sources(opened))
    assert (found.files[0].rows, found.files[0].unused) == (3, ("备注",))
    assert seen(found, "customer_id").samples == ("K1", "K2", "K3")
    assert (seen(found, "name").header, seen(found, "name").samples) == ("客户名称", ("乙", "甲"))
    assert seen(found, "credit_limit").header is None
    assert found.unknown == ["raw/crm/其他.csv"]
    assert found.problems == []
    assert not (tmp_path / ".attain").exists()  # nothing is kept of a look


def test_recognition_lists_missing_and_unreadable_exports_as_problems(tmp_path: Path) -> None:
    optional = CUSTOMER.replace("crm_customer", "crm_old").replace("客户", "旧客户")
    opened = workspace(tmp_path, customer=CUSTOMER, old=optional + "required: false\n")
    found = recognise(opened, sources(opened))
    assert [problem.split(":")[0] for problem in found.problems] == [
        "crm/客户*.csv or crm/客户.xlsx"
    ]
    assert len(found.missing) == 2
    put(tmp_path, "crm/客户.csv", "甲,乙\n1,2\n")
    problems = recognise(opened, sources(opened)).problems
    assert [problem.split(":")[0] for problem in problems] == ["raw/crm/客户.csv"]


@pytest.mark.parametrize(
    ("name", "way"),
    [
        ("customer.ods", "OpenDocument"),
        ("customer.numbers", "export it from Numbers"),
        ("customer.pdf", "export the list itself"),
        ("customer.mhtml", "web archive"),
        ("customer.accdb", "Access database"),
        ("customer.xlsb", "binary workbook"),
    ],
)
def test_a_file_in_a_form_that_is_not_read_is_told_of_and_stops_nothing(
    tmp_path: Path, name: str, way: str
) -> None:
    opened = workspace(tmp_path, "- {path: raw, format: canonical}")
    put(tmp_path, name, "x")
    put(tmp_path, "customer.csv", "customer_id,name\nK,a\n")
    found = take_inventory(opened, [])
    assert [export.name for export in found.exports] == ["raw/customer.csv"]
    assert found.unknown == (f"raw/{name}",)
    assert way in (way_out(name) or "")
