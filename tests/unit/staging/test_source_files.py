"""Every mistake in a source file is a sentence with file, line, key and the nearest match."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipelines.errors import UserError
from pipelines.sources.sourcefile import SourceFile, load_sources

STAGES = ("lead", "proposal", "order")
SOURCE = """\
source: crm_opportunity
system: crm
table: opportunity
files: ["商机.csv"]
columns:
  opportunity_id: 商机编号
  owner_id: 负责人
  created_at: 创建时间
  stage: {from: 阶段, map: stage}
  amount: {from: 金额, unit: 万元}
  outcome: {from: 状态, map: {赢单: won}, default: open}
maps:
  stage: {报价: proposal, 下单: order}
constants: {segment: sme}
"""


def mistake(folder: Path, old: str, new: str) -> str:
    assert old in SOURCE
    (folder / "crm.yaml").write_text(SOURCE.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(UserError) as error:
        load_sources(folder, STAGES)
    assert error.value.exit_code == 2
    assert "\n" not in error.value.message
    return error.value.message.replace(f"{folder}/", "")


def written(folder: Path) -> list[SourceFile]:
    """The sources that the folder's own files say; those of forms come after them."""
    return [source for source in load_sources(folder, STAGES) if not source.form]


def test_a_right_one_loads(tmp_path: Path) -> None:
    (tmp_path / "crm.yaml").write_text(SOURCE, encoding="utf-8")
    (found,) = written(tmp_path)
    assert found.value_map("stage") == {"报价": "proposal", "下单": "order"}
    assert found.columns["opportunity_id"].headers == ("商机编号",)


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("files:", "file:", "line 4, file: unknown key (did you mean files?)."),
        ("system: crm", "system: crn",
         "line 2, system: expected 'crm', 'erp' or 'hr' (did you mean crm?); found 'crn'."),
        ("table: opportunity", "table: oportunity",
         "line 3, table: 'oportunity' is not a canonical table (did you mean opportunity?)."),
        ("  owner_id:", "  ownr_id:",
         "line 7, columns.ownr_id: opportunity has no such column (did you mean owner_id?)."),
        ("{segment: sme}", "{segmnt: sme}",
         "line 14, constants.segmnt: opportunity has no such column (did you mean segment?)."),
        ("map: stage}", "map: stages}",
         "line 9, columns.stage.map: no map named 'stages' below maps (did you mean stage?)."),
        ("报价: proposal", "报价: propsal",
         "line 13, maps.stage.报价: 'propsal' is not a stage of the process in force "
         "(did you mean proposal?)."),
        ("赢单: won", "赢单: wonn",
         "line 11, columns.outcome.map.赢单: 'wonn' is not an allowed value (did you mean won?)."),
        ("default: open", "default: opne",
         "line 11, columns.outcome.default: 'opne' is not an allowed value (did you mean open?)."),
        ("{segment: sme}", "{forecast_category: x, type: y, outcome: opne}",
         "line 14, constants.outcome: 'opne' is not an allowed value (did you mean open?)."),
        ("  owner_id: 负责人\n", "",
         "line 5, columns: opportunity requires owner_id; map it or give a constant."),
        ("unit: 万元", "unit: 万园",
         "line 10, columns.amount.unit: expected '元', '千元', '万元', '百万元', '亿元', "
         "'thousand', 'million' or 'written'; found '万园'."),
        ("created_at: 创建时间", "created_at: {from: 创建时间, unit: 万元}",
         "line 8, columns.created_at.unit: a unit is for amounts; created_at is a timestamp."),
        ("  owner_id: 负责人\n", "  owner_id: 负责人\n  owner_id: 工号\n",
         "line 8, columns.owner_id: this key is written twice."),
        ("constants:", "date_order: dmi\nconstants:",
         "line 14, date_order: expected 'ymd', 'dmy' or 'mdy' (did you mean dmy?); found 'dmi'."),
        ("constants:", "only: {状态: 赢单}\nconstants:",
         "line 14, only.状态: expected a list; found '赢单'."),
        ("constants:", "except: {状态: 赢单}\nconstants:",
         "line 14, except.状态: expected a list; found '赢单'."),
        ("constants:", "exept: {状态: [赢单]}\nconstants:",
         "line 14, exept: unknown key (did you mean except?)."),
        ("constants:", "numbers: {decimal: comma}\nconstants:",
         "line 14, numbers.decimal: expected '.' or ','; found 'comma'."),
        ("constants:", 'numbers: {decimal: ",", thousands: ","}\nconstants:',
         "line 14, numbers: decimal and thousands are both ','."),
        ("unit: 万元", 'thousands: "."',
         "line 10, columns.amount.decimal: decimal and thousands are both '.'."),
        ("owner_id: 负责人", 'owner_id: {from: 负责人, decimal: ","}',
         "line 7, columns.owner_id.decimal: decimal is for numbers; owner_id is a text."),
        ("constants:", "time_zone: Europa/Berlin\nconstants:",
         "line 14, time_zone: 'Europa/Berlin' is not a time zone such as Asia/Shanghai."),
        ("constants:", "record_url: https://crm.example.com/deals\nconstants:",
         "line 14, record_url: 'https://crm.example.com/deals' is not an address such as "
         "https://crm.example.com/deals/{id}, where {id} stands for the id of the record."),
        ("constants:", "record_url: javascript:alert({id})\nconstants:",
         "line 14, record_url: 'javascript:alert({id})' is not an address such as "
         "https://crm.example.com/deals/{id}, where {id} stands for the id of the record."),
        ("constants:", "expected_every: 0\nconstants:",
         "line 14, expected_every: expected at least 1; found 0."),
        ("constants:", "header: [商机编号, 负责人员, 创建时间, 阶段, 金额, 状态]\nconstants:",
         "line 7, columns.owner_id: '负责人' does not stand below header "
         "(did you mean 负责人员?)."),
        ("constants:", "header: [商机编号, 负责人, 创建时间, 阶段, 金额, 状态, 状态 ]\nconstants:",
         "line 14, header: a name stands twice in it."),
        ("owner_id: 负责人", "owner_id: {unit: 元}",
         "line 7, columns.owner_id: expected a header, `from` with its aliases, or an "
         "`expression`."),
        ("owner_id: 负责人", "owner_id: {expression: \"upper('x')\"}",
         "line 7, columns.owner_id.expression: it reads no header; write headers in braces, "
         "such as {Amount}, or put a fixed value below constants."),
        ("owner_id: 负责人", 'owner_id: {expression: "{}"}',
         "line 7, columns.owner_id.expression: {} stands for the headers below `from`, and there "
         "are none."),
        ("owner_id: 负责人", 'owner_id: {expression: "uper({负责人})"}',
         "line 7, columns.owner_id.expression: the function 'uper' cannot be used here "
         "(did you mean upper?)."),
        ("owner_id: 负责人", 'owner_id: {expression: "负责人 || {工号}"}',
         "line 7, columns.owner_id.expression: '负责人' is no header in braces; write {负责人}."),
        ("owner_id: 负责人", "owner_id: {expression: \"'{工号}'\"}",
         "line 7, columns.owner_id.expression: a header in braces cannot stand inside quotes; join "
         "texts with ||."),
        ("owner_id: 负责人", 'owner_id: {expression: "{工号} ||"}',
         "line 7, columns.owner_id.expression: '{工号} ||' is not an SQL expression."),
        ("owner_id: 负责人", 'owner_id: {expression: "{工号} * 2"}',
         "line 7, columns.owner_id.expression: Binder Error: No function matches"),
        ("constants:", "each: [M01]\nconstants:",
         "line 14, each: expected the headers of the columns, each with its values, such as "
         '{M01: {month: "01"}}.'),
        ("constants:", "each: {M01: {}}\nconstants:",
         "line 14, each: no column reads '@each'."),
        ("constants: {segment: sme}", "each: {M01: {month: 1}}\nconstants: {segment: $mont}",
         "line 15, constants.segment: no value 'mont' below each.M01 (did you mean month?)."),
        ("owner_id: 负责人", "owner_id: {from: 负责人, file: x}",
         "line 7, columns.owner_id.file: unknown key (expected one of decimal, default, "
         "expression, from, map, thousands, unit)."),
        ("constants:", "join: {file: x, on: 编号, column: [a]}\nconstants:",
         "line 14, join.column: unknown key (did you mean columns?)."),
        ("constants:", "encoding: klingon\nconstants:",
         "line 14, encoding: 'klingon' is not an encoding of texts such as utf-8, gb18030, "
         "windows-1252."),
        ("constants:", "encoding: rot13\nconstants:",
         "line 14, encoding: 'rot13' is not an encoding of texts such as utf-8, gb18030, "
         "windows-1252."),
        ("constants:", "required: maybe\nconstants:",
         "line 14, required: expected true or false; found 'maybe'."),
    ],
)  # fmt: skip
def test_a_mistake_is_one_sentence(tmp_path: Path, old: str, new: str, expected: str) -> None:
    assert mistake(tmp_path, old, new).startswith(f"crm.yaml {expected}")


def test_two_files_of_one_name_are_a_mistake(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text(SOURCE, encoding="utf-8")
    message = mistake(tmp_path, "商机.csv", "商机2.csv")
    assert message == f"crm.yaml line 1, source: 'crm_opportunity' is also the name of {'a.yaml'}."


@pytest.mark.parametrize(
    "expression",
    [
        "(select max(a) from b) || {工号}",
        "max({工号})",
        "row_number() over (order by {工号})",
        "{工号} in (select 1)",
        "exists (select 1) or {工号} = ''",
        "read_text({工号})",
        "(from read_csv({工号}))",
        "getenv({工号})",
        "current_setting({工号})",
        "current_date || {工号}",
        "now()::varchar || {工号}",
        "random()::varchar || {工号}",
        "list_transform([{工号}], x -> x)[1]",
        "columns(*) || {工号}",
        "{工号}; drop table x",
        "$1 || {工号}",
        "? || {工号}",
        "query({工号})",
        "cast({工号} as timestamptz)",
        "format('{}', {工号})",
    ],
)
def test_an_expression_is_about_one_row_and_nothing_else(tmp_path: Path, expression: str) -> None:
    """No sums, no other rows or files, no clock, no chance."""
    message = mistake(tmp_path, "owner_id: 负责人", f'owner_id: {{expression: "{expression}"}}')
    assert message.startswith("crm.yaml line 7, columns.owner_id.expression: ")


def test_a_wide_sheet_is_one_source_for_each_of_its_columns(tmp_path: Path) -> None:
    (tmp_path / "t.yaml").write_text(
        """\
source: target
system: hr
table: quota
files: [targets.csv]
each: {M01: {month: "01"}, M02: {month: "02"}}
columns:
  scope_id: Employee
  amount: "@each"
  period_start: {expression: "{Year} || '-$month-01'"}
  period_end: {expression: "last_day(cast({Year} || '-${month}-01' as date))"}
constants: {scope_kind: employee, measure: "bookings of $month"}
""",
        encoding="utf-8",
    )
    first, second = written(tmp_path)
    assert [first.source, second.source] == ["target__M01", "target__M02"]
    assert {first.described_in, second.described_in} == {"target"}
    assert second.columns["amount"].headers == ("M02",)
    assert second.columns["period_start"].expression == "{Year} || '-02-01'"
    assert second.constants["measure"] == "bookings of 02"
    assert second.only == ("M02",)


def test_where_records_are_shown_is_what_the_source_files_say_now(tmp_path: Path) -> None:
    from pipelines.sources.contract import canonical_tables
    from pipelines.sources.sourcefile import canonical_source
    from pipelines.staging.loads import note_record_urls, prepare_loads
    from pipelines.warehouse.duck import open_warehouse

    deals = canonical_source(canonical_tables()["opportunity"]).model_copy(
        update={"source": "deals", "record_url": "https://crm.example.com/{id}"}
    )
    moved = deals.model_copy(update={"record_url": "https://other.example.com/{id}"})
    silent = deals.model_copy(update={"record_url": None})
    with open_warehouse(tmp_path / "w.duckdb") as warehouse:
        prepare_loads(warehouse)
        for number, source in enumerate(("deals", "deals", "people"), 1):
            warehouse.con.execute(
                "insert into mart.load (load_id, source) values (?, ?)", [number, source]
            )
        for sources, said in (
            ([deals], deals.record_url), ([moved], moved.record_url), ([silent], None), ([], None),
        ):  # fmt: skip
            note_record_urls(warehouse, sources)
            found = warehouse.rows("select record_url from mart.load order by load_id")
            assert [row["record_url"] for row in found] == [said, said, None]
