"""How a source file maps an export: headers, aliases, units, value maps, constants, parts of it."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from pathlib import Path

import pytest

from tests.support.exports import Exports


@pytest.fixture
def exports(tmp_path: Path) -> Exports:
    return Exports(tmp_path)


def customers(columns: str, *more: str) -> str:
    head = ["table: customer", 'files: ["客户*.csv"]', f"columns: {{{columns}}}", *more]
    return "\n".join(head) + "\n"


KEYS = "customer_id: 编号, name: 名称"


def test_a_column_takes_the_first_alias_that_is_filled(exports: Exports) -> None:
    exports.source("c", customers("customer_id: 编号, name: {from: [全称, 简称]}"))
    exports.put("raw/客户.csv", "编号,简称,全称", "K1,甲,甲公司", "K2,乙,", "K3,丙, ")
    exports.stage("customer")
    assert exports.rows("customer", "name") == [("甲公司",), ("乙",), ("丙",)]


def test_headers_are_known_whatever_their_case_blanks_and_marks(exports: Exports) -> None:
    exports.source("c", customers("customer_id: Customer ID, name: Name"))
    exports.put("raw/客户.csv", "*customer  id, NAME ", "K1,甲")
    exports.stage("customer")
    assert exports.rows("customer", "customer_id", "name") == [("K1", "甲")]


def test_blanks_around_a_value_are_no_part_of_it(exports: Exports) -> None:
    exports.source("c", customers(KEYS + ", segment: 分类"))
    exports.put("raw/客户.csv", "编号,名称,分类", " K1 ,  甲 ,   ")
    exports.stage("customer")
    assert exports.rows("customer", "customer_id", "name", "segment") == [("K1", "甲", None)]


def test_a_column_the_export_does_not_have_is_empty(exports: Exports) -> None:
    exports.source("c", customers(KEYS + ", segment: 分类"))
    exports.put("raw/客户.csv", "编号,名称", "K1,甲")
    exports.stage("customer")
    assert exports.rows("customer", "segment", "industry") == [(None, None)]


def test_amounts_in_units_of_ten_thousand_stand_beside_plain_ones(exports: Exports) -> None:
    """Each load has its own unit; in one table they add up."""
    exports.source("a", customers(KEYS + ", credit_limit: {from: 额度, unit: 万元}").replace(
        "客户*", "客户_万元"))  # fmt: skip
    exports.source("b", customers(KEYS + ", credit_limit: 额度").replace("客户*", "客户_元"))
    exports.put("raw/客户_万元.csv", "编号,名称,额度", 'K1,甲,"1,234.5678"', "K2,乙,八")
    exports.put("raw/客户_元.csv", "编号,名称,额度", "K3,丙,12.34")
    account = exports.stage("customer")
    assert exports.rows("customer", "customer_id", "credit_limit") == [
        ("K1", Decimal(12_345_678)),
        ("K3", Decimal("12.34")),
    ]
    assert exports.faults() == [(3, "credit_limit.not_a_number", "八")]
    assert account.amount_landed == Decimal("12345690.34")


def test_values_are_mapped_and_others_stay_as_they_are(exports: Exports) -> None:
    exports.source("c", customers(KEYS + ", segment: {from: 分类, map: {战略: strategic}}"))
    exports.put("raw/客户.csv", "编号,名称,分类", "K1,甲,战略", "K2,乙, 战略 ", "K3,丙,零售")
    exports.stage("customer")
    assert exports.rows("customer", "segment") == [("strategic",), ("strategic",), ("零售",)]


def test_columns_may_share_a_named_map(exports: Exports) -> None:
    exports.source("c", customers(
        KEYS + ", segment: {from: 分类, map: words}, industry: {from: 行业, map: words}",
        "maps: {words: {其他: other}}",
    ))  # fmt: skip
    exports.put("raw/客户.csv", "编号,名称,分类,行业", "K1,甲,其他,其他")
    exports.stage("customer")
    assert exports.rows("customer", "segment", "industry") == [("other", "other")]


@pytest.mark.parametrize("written", ["Yes", "yes", "ON", "1", "007", "1.50", "2026-01-05", "null"])
def test_a_map_s_words_are_read_as_they_are_written(exports: Exports, written: str) -> None:
    """YAML alone would read `Yes` as true and `007` as seven, and the map would never fit."""
    exports.source("c", customers(KEYS + f", segment: {{from: 分类, map: {{{written}: mapped}}}}"))
    exports.put("raw/客户.csv", "编号,名称,分类", f"K1,甲,{written}")
    exports.stage("customer")
    assert exports.rows("customer", "segment") == [("mapped",)]


def test_a_default_fills_only_what_is_empty(exports: Exports) -> None:
    exports.source("c", customers(KEYS + ", segment: {from: 分类, default: sme}"))
    exports.put("raw/客户.csv", "编号,名称,分类", "K1,甲,", "K2,乙,strategic")
    exports.stage("customer")
    assert exports.rows("customer", "segment") == [("sme",), ("strategic",)]


def test_a_constant_stands_in_every_row(exports: Exports) -> None:
    exports.source(
        "c", customers(KEYS, 'constants: {segment: sme, credit_days: 30, region: "O\'B"}')
    )
    exports.put("raw/客户.csv", "编号,名称", "K1,甲", "K2,乙")
    exports.stage("customer")
    assert exports.rows("customer", "segment", "credit_days", "region") == [
        ("sme", 30, "O'B"),
        ("sme", 30, "O'B"),
    ]


TEAMS = """\
table: org_unit
files: ["人员.csv"]
rows: distinct
columns: {unit_id: 团队, name: 团队, leader_id: 工号}
constants: {kind: team}
"""


def test_rows_that_agree_in_the_key_become_one(exports: Exports) -> None:
    """The teams in a list of people: the first row of each names it."""
    exports.source("t", TEAMS)
    exports.put("raw/人员.csv", "工号,团队", "E1,T1", "E2,T1", "E3,T2", "E4,T1")
    account = exports.stage("org_unit")
    assert exports.rows("org_unit", "unit_id", "leader_id", "_line") == [
        ("T1", "E1", 2),
        ("T2", "E3", 4),
    ]
    assert (account.landed, account.accepted, account.quarantined) == (2, 2, 0)


def test_only_some_rows_of_an_export_may_be_read(exports: Exports) -> None:
    exports.source("c", customers(KEYS, "only: {状态: [有效, 潜在]}"))
    exports.put(
        "raw/客户.csv", "编号,名称,状态", "K1,甲,有效", "K2,乙,停用", "K3,丙, 潜在 ", "K4,丁,"
    )
    account = exports.stage("customer")
    assert exports.rows("customer", "customer_id") == [("K1",), ("K3",)]
    assert (account.landed, account.accepted) == (2, 2)


@pytest.mark.parametrize("part", ["only: {状态: [有效]}", "rows: distinct"])
def test_a_broken_row_is_never_left_out(exports: Exports, part: str) -> None:
    """Whether it belongs to the part that is read cannot be told, so it is shown."""
    exports.source("c", customers(KEYS, part))
    exports.put("raw/客户.csv", "编号,名称,状态", "K1,甲,有效", "K2,乙", "K3,丙", "K4,丁,有效,多")
    account = exports.stage("customer")
    assert exports.rows("customer", "customer_id") == [("K1",)]
    assert exports.faults("line", "rule_id") == [
        (3, "wrong_column_count"), (4, "wrong_column_count"), (5, "wrong_column_count"),
    ]  # fmt: skip
    assert account.balanced


@pytest.mark.parametrize(
    ("order", "text", "value"),
    [
        ("dmy", "05/01/2026", dt.datetime(2026, 1, 5)),
        ("dmy", "05.01.2026 14:30", dt.datetime(2026, 1, 5, 14, 30)),
        ("mdy", "05/01/2026", dt.datetime(2026, 5, 1)),
        ("dmy", "2026年1月5日", dt.datetime(2026, 1, 5)),
    ],
)
def test_the_source_says_in_which_order_a_date_stands(
    exports: Exports, order: str, text: str, value: dt.datetime
) -> None:
    exports.source("c", customers(KEYS + ", created_at: 创建", f"date_order: {order}"))
    exports.put("raw/客户.csv", "编号,名称,创建", f"K1,甲,{text}")
    exports.stage("customer")
    assert exports.rows("customer", "created_at") == [(value,)]


def test_the_order_of_dates_touches_no_other_text(exports: Exports) -> None:
    """An id and a name may look like the beginning of a date."""
    exports.source("c", customers(KEYS + ", created_at: 创建", "date_order: dmy"))
    exports.put("raw/客户.csv", "编号,名称,创建", "1-2-2026,05/01/2026 框架合同,05/01/2026")
    exports.stage("customer")
    assert exports.rows("customer", "customer_id", "name") == [("1-2-2026", "05/01/2026 框架合同")]


def test_loads_may_disagree_on_the_order_of_dates(exports: Exports) -> None:
    for order in ("dmy", "mdy", "ymd"):
        text = customers(KEYS + ", created_at: 创建", f"date_order: {order}")
        exports.source(order, text.replace("客户*", f"客户_{order}"))
        exports.put(f"raw/客户_{order}.csv", "编号,名称,创建", f"{order},甲,05/01/2026")
    exports.stage("customer")
    assert exports.rows("customer", "customer_id", "created_at") == [
        ("dmy", dt.datetime(2026, 1, 5)),
        ("mdy", dt.datetime(2026, 5, 1)),
    ]
    assert exports.faults("rule_id", "value") == [("created_at.not_a_date", "05/01/2026")]


def test_a_canonical_file_needs_no_source(exports: Exports) -> None:
    exports.put("canonical/customer.csv", "customer_id,name,credit_limit", "K1,甲,100")
    exports.stage("customer")
    assert exports.rows("customer", "customer_id", "name", "credit_limit") == [
        ("K1", "甲", Decimal(100))
    ]


def test_blanks_around_a_field_are_no_part_of_it(exports: Exports) -> None:
    exports.source("blanks", customers(KEYS))
    exports.put("raw/客户.csv", "编号,名称", " C1\t,\u3000甲 乙\u00a0", "C2 ,丙", "C3,\u3000")
    exports.stage("customer")
    assert exports.warehouse.con.execute(
        "select customer_id, name from staging.customer order by all"
    ).fetchall() == [("C1", "甲 乙"), ("C2", "丙")]
    assert exports.warehouse.con.execute(
        "select line, rule_id from mart.quarantine where resolved_at is null"
    ).fetchall() == [(4, "name.missing_required")]
