"""What a source file says of an export that is not written plainly, on five rows each."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from pathlib import Path

import pytest

from pipelines.onboarding.recognise import recognise
from pipelines.sources.sourcefile import load_sources
from pipelines.workspace.workspace import open_workspace
from tests.support.exports import STAGES, Exports


@pytest.fixture
def exports(tmp_path: Path) -> Exports:
    return Exports(tmp_path)


def customers(columns: str, *more: str) -> str:
    head = ["table: customer", 'files: ["客户*"]', f"columns: {{{columns}}}", *more]
    return "\n".join(head) + "\n"


KEYS = "customer_id: 编号, name: 名称"


# --- expressions


def test_an_expression_joins_fields_into_a_key(exports: Exports) -> None:
    """SAP's document number is unique only with its company code and year."""
    exports.source("c", customers(
        "customer_id: {expression: \"{Bukrs} || '-' || {belnr} || '-' || {Gjahr}\"}, name: 名称"
    ))  # fmt: skip
    exports.put("raw/客户.csv", "BUKRS,BELNR*,GJAHR,名称", "1000, 90001 ,2026,甲", "1000,,2026,乙")
    exports.stage("customer")
    assert exports.rows("customer", "customer_id") == [("1000-90001-2026",)]
    assert exports.faults() == [(3, "customer_id.missing_required", None)]


def test_an_expression_may_choose_between_headers_that_are_not_all_there(exports: Exports) -> None:
    exports.source("c", customers(
        KEYS + ", segment: {expression: \"case when {Type} = 'A' then 'big' when {Size} > '4' "
        "then 'mid' else lower({Gone|Type}) end\"}, region: {expression: \"upper({Nowhere})\"}"
    ))  # fmt: skip
    exports.put(
        "raw/客户.csv", "编号,名称,Type,size", "K1,甲,A,1", "K2,乙,B,5", "K3,丙,B,1", "K4,丁,,"
    )
    exports.stage("customer")
    assert exports.rows("customer", "segment", "region") == [
        ("big", None), ("mid", None), ("b", None), (None, None),
    ]  # fmt: skip


def test_empty_braces_stand_for_the_column_s_own_headers(exports: Exports) -> None:
    exports.source("c", customers(
        KEYS + ", segment: {from: [大类, 分类], expression: \"split_part({}, '/', 2)\", "
        "map: {战略: strategic}, default: none}"
    ))  # fmt: skip
    exports.put(
        "raw/客户.csv", "编号,名称,分类", "K1,甲,客户/战略", "K2,乙,客户/其他", "K3,丙,客户"
    )
    exports.stage("customer")
    assert exports.rows("customer", "segment") == [("strategic",), ("其他",), ("none",)]


def test_an_expression_computes_amounts_exactly(exports: Exports) -> None:
    exports.source("c", customers(
        KEYS + ', credit_limit: {expression: "cast({A} as decimal(18, 4)) * cast({B} as integer)"}',
        'numbers: {decimal: ","}',
    ))  # fmt: skip
    exports.put("raw/客户.csv", "编号,名称,A,B", "K1,甲,0.1,3", "K2,乙,1234.5,2", "K3,丙,,2")
    exports.stage("customer")
    assert exports.rows("customer", "credit_limit") == [
        (Decimal("0.3"),), (Decimal(2469),), (None,),
    ]  # fmt: skip


def test_what_an_expression_cannot_compute_is_a_fault_not_an_empty_field(exports: Exports) -> None:
    """Nor the field itself: `1,234` cents read as they stand would be a hundred times too much."""
    exports.source("c", customers(
        KEYS + ', credit_limit: {expression: "cast({Cents} as decimal(18, 2)) / 100"}'
    ))  # fmt: skip
    exports.put("raw/客户.csv", "编号,名称,Cents", "K1,甲,1250", 'K2,乙,"1,234"', "K3,丙,")
    exports.stage("customer")
    assert exports.rows("customer", "customer_id", "credit_limit") == [
        ("K1", Decimal("12.5")), ("K3", None),
    ]  # fmt: skip
    assert exports.faults() == [(3, "credit_limit.not_a_number", "not computed from 1,234")]


def test_a_required_column_needs_one_header_of_its_expression(exports: Exports) -> None:
    exports.source("c", customers("customer_id: {expression: \"{Kd|Kunde} || ''\"}, name: 名称"))
    exports.put("raw/客户.csv", "编号,名称", "K1,甲")
    opened = open_workspace(exports.root)
    (found,) = recognise(opened, load_sources(opened.sources, STAGES)).files
    assert found.problem is not None
    assert found.problem.startswith("no column 'Kd' or 'Kunde' for customer.customer_id")


# --- numbers


@pytest.mark.parametrize(
    ("style", "texts", "values"),
    [
        ('decimal: ","', ["1.234,56", "1,50", "12 345,6", "(7,00)"],
         ["1234.56", "1.5", "12345.6", "-7"]),
        ("thousands: \"'\"", ["1'234.50", "0.05", "1’000", "12"], ["1234.5", "0.05", "1000", "12"]),
        ('decimal: ",", thousands: " "', ["1 234,5", "1234,5", "-3", "5"],
         ["1234.5", "1234.5", "-3", "5"]),
    ],
)  # fmt: skip
def test_a_source_says_how_its_numbers_are_written(
    exports: Exports, style: str, texts: list[str], values: list[str]
) -> None:
    exports.source("c", "table: write_off\nfiles: [客户.csv]\n"
                   f"columns: {{invoice_id: 编号, written_off_date: 日, amount: 额度}}\n"
                   f"numbers: {{{style}}}\n")  # fmt: skip
    exports.put("canonical/customer.csv", "customer_id,name", "K1,甲")
    exports.put("canonical/invoice.csv",
                "invoice_id,kind,customer_id,invoice_date,net_amount,gross_amount",
                *(f"I{n},invoice,K1,2026-01-05,1,1" for n in range(len(texts))))  # fmt: skip
    exports.put("raw/客户.csv", "编号,日,额度", *(
        f'I{n},2026-01-05,"{text}"' for n, text in enumerate(texts)
    ))  # fmt: skip
    exports.stage("write_off")
    assert exports.faults() == []
    assert exports.rows("write_off", "amount") == [(Decimal(value),) for value in values]


@pytest.mark.parametrize("text", ["1.5", "1,234.56", "12.34,5", "1.234.5", "abc"])
def test_a_number_in_another_style_is_a_fault_and_never_guessed(
    exports: Exports, text: str
) -> None:
    exports.source("c", customers(KEYS + ", credit_limit: 额度", 'numbers: {decimal: ","}'))
    exports.put("raw/客户.csv", "编号,名称,额度", 'K1,甲,"1,5"', f'K2,乙,"{text}"')
    account = exports.stage("customer")
    assert exports.rows("customer", "credit_limit") == [(Decimal("1.5"),)]
    assert exports.faults() == [(3, "credit_limit.not_a_number", text)]
    assert account.balanced


def test_one_column_may_be_written_otherwise_than_its_source(exports: Exports) -> None:
    exports.source("c", customers(
        KEYS + ', credit_limit: 额度, health_score: {from: 分, decimal: "."}',
        'numbers: {decimal: ","}',
    ))  # fmt: skip
    exports.put("raw/客户.csv", "编号,名称,额度,分", 'K1,甲,"1.000,5",2.5', "K2,乙,1.000,1.000")
    exports.stage("customer")
    assert exports.rows("customer", "credit_limit", "health_score") == [
        (Decimal("1000.5"), Decimal("2.5")), (Decimal(1000), Decimal(1)),
    ]  # fmt: skip


def test_a_constant_is_written_plainly_a_default_as_the_export_writes(exports: Exports) -> None:
    exports.source("c", customers(
        KEYS + ', credit_limit: {from: 额度, default: "2,5"}',
        'numbers: {decimal: ","}', 'constants: {health_score: "1.5"}',
    ))  # fmt: skip
    exports.put("raw/客户.csv", "编号,名称,额度", 'K1,甲,"1,5"', "K2,乙,")
    exports.stage("customer")
    assert exports.rows("customer", "credit_limit", "health_score") == [
        (Decimal("1.5"), Decimal("1.5")), (Decimal("2.5"), Decimal("1.5")),
    ]  # fmt: skip


def test_a_style_beside_a_unit_beside_plain_amounts(exports: Exports) -> None:
    exports.source("a", customers(
        KEYS + ", credit_limit: {from: 额度, unit: 万元}", 'numbers: {decimal: ","}'
    ).replace("客户*", "客户_a*"))  # fmt: skip
    exports.source(
        "b",
        customers(KEYS + ", credit_limit: {from: 额度, unit: 万元}").replace("客户*", "客户_b*"),
    )
    exports.source("d", customers(KEYS + ", credit_limit: 额度").replace("客户*", "客户_d*"))
    exports.put("raw/客户_a.csv", "编号,名称,额度", 'K1,甲,"1,5"')
    exports.put("raw/客户_b.csv", "编号,名称,额度", "K2,乙,1.5")
    exports.put("raw/客户_d.csv", "编号,名称,额度", "K3,丙,1.5")
    exports.stage("customer")
    assert exports.rows("customer", "credit_limit") == [
        (Decimal(15_000),), (Decimal(15_000),), (Decimal("1.5"),),
    ]  # fmt: skip


def test_a_cell_that_holds_a_number_has_no_style(exports: Exports) -> None:
    """1.234 in a workbook may be a number or a text with thousands: it is not read."""
    import xlsxwriter

    exports.source("c", customers(KEYS + ", credit_limit: 额度", 'numbers: {decimal: ","}'))
    with xlsxwriter.Workbook(str(exports.root / "raw" / "客户.xlsx")) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, ["编号", "名称", "额度"])
        for number, value in enumerate([1234.5, "1.234,5", 1.234, 7, "1.234.567"], 1):
            sheet.write_row(number, 0, [f"K{number}", "甲", value])
    exports.stage("customer")
    assert exports.rows("customer", "customer_id", "credit_limit") == [
        ("K1", Decimal("1234.5")), ("K2", Decimal("1234.5")), ("K4", Decimal(7)),
        ("K5", Decimal(1_234_567)),
    ]  # fmt: skip
    assert exports.faults() == [(4, "credit_limit.not_a_number", "1.234")]


@pytest.mark.parametrize(
    ("unit", "text", "value"),
    [
        ("千元", "1.2345678", "1234.5678"),
        ("万元", "8.137045", "81370.45"),
        ("百万元", "0.0000000001", "0.0001"),
        ("亿元", "1.2345678912", "123456789.12"),
        ("亿元", "(0.00000001)", "-1"),
        ("thousand", "1,234.5", "1234500"),
        ("million", "2.5", "2500000"),
        ("百万元", "USD 2.5", "2500000"),
        ("written", "12.29万", "122900"),
        ("written", "12.29 万元", "122900"),
        ("written", "1.2345678912亿", "123456789.12"),
        ("written", "(3百万)", "-3000000"),
        ("written", "¥2千万", "20000000"),
        ("written", "1,234.5k", "1234500"),
        ("written", "2.5 Million", "2500000"),
        ("written", "12.29", "12.29"),
        ("written", "12.29元", "12.29"),
    ],
)
def test_amounts_in_a_unit_are_exact(exports: Exports, unit: str, text: str, value: str) -> None:
    exports.source("c", f"table: gl_balance\nfiles: [余额.csv]\ncolumns: {{account: 科目, "
                   f"period_end: 日, balance: {{from: 额, unit: {unit}}}}}\n")  # fmt: skip
    exports.put("raw/余额.csv", "科目,日,额", f'receivable,2026-01-31,"{text}"',
                "revenue,2026-01-31,much", "receivable,2026-02-28,")  # fmt: skip
    exports.stage("gl_balance")
    assert exports.rows("gl_balance", "balance") == [(Decimal(value),)]
    assert exports.faults() == [
        (3, "balance.not_a_number", "much"), (4, "balance.missing_required", None),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("unit", "text"),
    [("万元", "12.29元"), ("百万元", "¥12.29 元"), ("万元", "12.29万"), ("written", "12万3"),
     ("written", "约12万")],
)  # fmt: skip
def test_an_amount_that_names_another_unit_than_its_column_is_not_read(
    exports: Exports, unit: str, text: str
) -> None:
    exports.source("c", f"table: gl_balance\nfiles: [余额.csv]\ncolumns: {{account: 科目, "
                   f"period_end: 日, balance: {{from: 额, unit: {unit}}}}}\n")  # fmt: skip
    exports.put("raw/余额.csv", "科目,日,额", f"receivable,2026-01-31,{text}")
    exports.stage("gl_balance")
    assert exports.faults() == [(2, "balance.not_a_number", text)]


@pytest.mark.parametrize(
    ("amount", "currency", "read"),
    [
        ("¥12.29", "", ("122900", None)),
        ("USD 12.29", "USD", ("122900", "USD")),
        ("USD 12.29", "", ("122900", "USD")),
        ("12.29 EUR", "EUR", ("122900", "EUR")),
        ("USD 12.29", "EUR", None),  # which of them is it?
    ],
)
def test_an_amount_in_ten_thousands_may_name_its_currency(
    exports: Exports, amount: str, currency: str, read: tuple[str, str | None] | None
) -> None:
    exports.source("o", "table: opportunity\nfiles: [o.csv]\ncolumns: {opportunity_id: id, "
                   "owner_id: o, stage: s, created_at: c, currency: cur, "
                   "amount: {from: 金额, unit: 万元}}\n")  # fmt: skip
    exports.put("raw/o.csv", "id,o,s,c,金额,cur", f"1,E,lead,2026-01-05,{amount},{currency}")
    exports.stage("opportunity")
    expected = [(Decimal(read[0]), read[1])] if read else []
    assert exports.rows("opportunity", "amount", "currency") == expected


@pytest.mark.parametrize(
    ("order", "century", "text", "day"),
    [
        ("ymd", 2000, "02-NOV-26", "2026-11-02"),
        ("ymd", 2000, "2 nov. '26", "2026-11-02"),
        ("ymd", 2000, "Nov 2, 26", "2026-11-02"),
        ("dmy", 2000, "02/11/26", "2026-11-02"),
        ("mdy", 2000, "11/02/26 10:30", "2026-11-02"),
        ("dmy", 1900, "02.11.98", "1998-11-02"),
        ("dmy", 2000, "02.11.2026", "2026-11-02"),
        ("ymd", 2000, "2026-11-02", "2026-11-02"),
        ("ymd", 2000, "02/11/26", None),  # the 2nd, the 11th, or the year 2002
        ("ymd", 2000, "26-11-02", None),
    ],
)
def test_years_of_two_digits_are_of_the_century_that_is_stated(
    exports: Exports, order: str, century: int, text: str, day: str | None
) -> None:
    exports.source("ads", f"table: campaign\nfiles: [ads.csv]\ndate_order: {order}\n"
                   f"short_years: {century}\n"
                   "columns: {campaign_id: id, start_date: begins}\n")  # fmt: skip
    exports.put("raw/ads.csv", "id,begins", f'1,"{text}"')
    exports.stage("campaign")
    expected = [(dt.date.fromisoformat(day),)] if day else []
    assert exports.rows("campaign", "start_date") == expected


# --- time zones


def test_moments_without_a_zone_are_in_their_source_s(exports: Exports) -> None:
    """And are put into the workspace's (Asia/Shanghai), into the next day where it is there."""
    columns = "{opportunity_id: id, owner_id: o, stage: s, created_at: c, expected_close_date: e}"
    text = f"table: opportunity\nfiles: [o.csv]\ntime_zone: Europe/Berlin\ncolumns: {columns}\n"
    exports.source("o", text)
    exports.put("raw/o.csv", "id,o,s,c,e",
                "O1,E1,lead,2026-07-01 20:00:00,2026-07-01 20:00:00",  # summer time
                "O2,E1,lead,2026-01-05T08:00:00Z,2026-01-05",
                "O3,E1,lead,2026-01-05,2026-01-05 00:00:00",  # days, not moments
                "O4,E1,lead,46027.5,2026/1/5 23:30",
                "O5,E1,lead,yesterday,")  # fmt: skip
    exports.stage("opportunity")
    assert exports.rows("opportunity", "created_at", "expected_close_date") == [
        (dt.datetime(2026, 7, 2, 2), dt.date(2026, 7, 2)),
        (dt.datetime(2026, 1, 5, 16), dt.date(2026, 1, 5)),
        (dt.datetime(2026, 1, 5), dt.date(2026, 1, 5)),
        (dt.datetime(2026, 1, 5, 19), dt.date(2026, 1, 6)),
    ]
    assert exports.faults() == [(6, "created_at.not_a_date", "yesterday")]


def test_a_time_zone_is_applied_after_the_order_of_the_date(exports: Exports) -> None:
    exports.source("c", customers(
        KEYS + ", created_at: 创建", "date_order: dmy", "time_zone: UTC"
    ))  # fmt: skip
    exports.put("raw/客户.csv", "编号,名称,创建", "K1,甲,05/01/2026 20:00")
    exports.stage("customer")
    assert exports.rows("customer", "created_at") == [(dt.datetime(2026, 1, 6, 4),)]


# --- rows and empty fields


def test_rows_may_be_left_out_by_a_field(exports: Exports) -> None:
    exports.source("c", customers(KEYS, "except: {状态: [停用, 黑名单]}"))
    exports.put(
        "raw/客户.csv", "编号,名称,状态", "K1,甲,有效", "K2,乙,停用", "K3,丙, 黑名单 ", "K4,丁,"
    )
    account = exports.stage("customer")
    assert exports.rows("customer", "customer_id") == [("K1",), ("K4",)]
    assert (account.landed, account.accepted, account.quarantined) == (2, 2, 0)


@pytest.mark.parametrize(
    ("key", "kept"), [("only", ["K2", "K3", "K4"]), ("except", ["K1", "K5"])]
)  # fmt: skip
def test_an_empty_field_is_a_value_rows_may_be_chosen_by(
    exports: Exports, key: str, kept: list[str]
) -> None:
    """Salesforce writes false as nothing."""
    exports.source("c", customers(KEYS, f'{key}: {{已删: ["", false]}}'))
    exports.put(
        "raw/客户.csv",
        "编号,名称,已删",
        "K1,甲,1",
        "K2,乙,",
        "K3,丙,  ",
        "K4,丁,false",
        "K5,戊,true",
    )
    account = exports.stage("customer")
    assert [row[0] for row in exports.rows("customer", "customer_id")] == kept
    assert account.balanced


def test_a_header_to_choose_by_may_have_other_names(exports: Exports) -> None:
    """And where an export cannot say which rows were deleted, it leaves none out."""
    exports.source("c", customers(KEYS, "only: {类|类别: [A]}", "except: {已删|删除: [true]}"))
    exports.put("raw/客户1.csv", "编号,名称,类别,删除", "K1,甲,A,true", "K2,乙,A,", "K3,丙,B,")
    exports.put("raw/客户2.csv", "编号,名称,类", "K4,丁,A", "K5,戊,B")
    exports.stage("customer")
    assert exports.rows("customer", "customer_id") == [("K2",), ("K4",)]


def test_a_file_that_cannot_say_which_rows_to_read_is_a_problem(exports: Exports) -> None:
    exports.source("c", customers(KEYS, "only: {类|类别: [A]}"))
    exports.put("raw/客户.csv", "编号,名称", "K1,甲")
    opened = open_workspace(exports.root)
    (found,) = recognise(opened, load_sources(opened.sources, STAGES)).files
    assert found.problem == "no column '类' or '类别', which `only` asks for"


def test_only_and_except_hold_together(exports: Exports) -> None:
    exports.source("c", customers(KEYS, "only: {类: [A]}", "except: {状态: [停用]}"))
    exports.put("raw/客户.csv", "编号,名称,类,状态", "K1,甲,A,停用", "K2,乙,A,", "K3,丙,B,")
    exports.stage("customer")
    assert exports.rows("customer", "customer_id") == [("K2",)]


def test_texts_that_mean_empty_are_no_value(exports: Exports) -> None:
    exports.source("c", customers(
        KEYS + ", created_at: 创建, segment: {from: 分类, default: sme}", "empty: [null, N/A]"
    ))  # fmt: skip
    exports.put(
        "raw/客户.csv", "编号,名称,创建,分类", "K1,甲,null,N/A", "K2,乙, NULL ,大", "K3,N/A,,"
    )
    exports.stage("customer")
    assert exports.rows("customer", "customer_id", "created_at", "segment") == [
        ("K1", None, "sme"), ("K2", None, "大"),
    ]  # fmt: skip
    assert exports.faults() == [(4, "name.missing_required", None)]


def test_without_them_the_text_null_is_a_fault(exports: Exports) -> None:
    exports.source("c", customers(KEYS + ", created_at: 创建"))
    exports.put("raw/客户.csv", "编号,名称,创建", "K1,甲,null")
    exports.stage("customer")
    assert exports.faults() == [(2, "created_at.not_a_date", "null")]


# --- wide sheets


TARGETS = """\
table: quota
files: [targets.csv]
empty: [NULL]
each: {M01: {month: "01"}, M02: {month: "02"}}
columns:
  scope_id: Employee
  amount: "@each"
  period_start: {expression: "{Year} || '-$month-01'"}
  period_end: {expression: "last_day(cast({Year} || '-$month-01' as date))"}
constants: {scope_kind: employee, measure: bookings}
"""


def test_a_wide_sheet_is_read_once_for_each_of_its_columns(exports: Exports) -> None:
    """An empty field is no target and no fault; a broken row is a fault of each reading."""
    exports.source("target", TARGETS)
    exports.put("raw/targets.csv", "Year,Employee,M01,M02",
                "2026,E1,100,200", "2026,E2,NULL,300", "2026,E3,,", "2024,E1,much,50")  # fmt: skip
    account = exports.stage("quota")
    assert exports.rows("quota", "scope_id", "period_start", "period_end", "amount") == [
        ("E1", dt.date(2026, 1, 1), dt.date(2026, 1, 31), Decimal(100)),
        ("E1", dt.date(2026, 2, 1), dt.date(2026, 2, 28), Decimal(200)),
        ("E2", dt.date(2026, 2, 1), dt.date(2026, 2, 28), Decimal(300)),
        ("E1", dt.date(2024, 2, 1), dt.date(2024, 2, 29), Decimal(50)),
    ]
    assert exports.faults() == [(5, "amount.not_a_number", "much")]
    assert (account.landed, account.accepted, account.quarantined) == (5, 4, 1)


def test_where_a_row_stands_is_read_like_a_header(exports: Exports) -> None:
    exports.source(
        "rate",
        """\
table: fx_rate
files: ['rates*']
columns:
  currency: "@title"
  rate_date: {expression: "regexp_extract({@file}, '[0-9-]+')"}
  rate_to_base: Rate
""",
    )
    exports.put("raw/rates_2026-10-31.csv", "USD", "Rate,Source", "7.1,a")
    exports.stage("fx_rate")
    assert exports.rows("fx_rate", "currency", "rate_date") == [("USD", dt.date(2026, 10, 31))]


def test_without_a_text_above_the_header_there_is_none(exports: Exports) -> None:
    exports.source(
        "rate",
        """\
table: fx_rate
files: ['rates*']
columns: {currency: {from: ["@title", Code]}, rate_date: Day, rate_to_base: Rate}
""",
    )
    exports.put("raw/rates.csv", "Rate,Code,Day", "7.1,EUR,2026-01-31")
    exports.stage("fx_rate")
    assert exports.rows("fx_rate", "currency") == [("EUR",)]


# --- amounts that say more than a number

RECEIPTS = "columns: {receipt_id: no, customer_id: who, received_date: day, amount: paid%s}"


def receipts(exports: Exports, *fields: str, more: str = "", currency: bool = False) -> Exports:
    """Receipts, each with what stands for its amount, and its currency if there is one."""
    columns = RECEIPTS % (", currency: coin" if currency else "")
    exports.source("r", "\n".join(["table: receipt", "files: [paid*]", columns, more]))
    exports.put("canonical/customer.csv", "customer_id,name", "K,K")
    head = "no;who;day;paid;coin"
    exports.put("raw/paid.csv", head, *(
        f"R{n};K;2026-11-0{n};{field}{'' if ';' in field else ';'}"
        for n, field in enumerate(fields, 1)
    ))  # fmt: skip
    exports.stage("receipt")
    return exports


def test_an_amount_that_names_its_currency_is_in_it(exports: Exports) -> None:
    receipts(exports, "USD 1,234.50", "1,234.50 EUR", "€5.25", "(RMB 7.00)", "人民币8", "9", "$3")
    assert exports.rows("receipt", "amount", "currency") == [
        (Decimal("1234.5"), "USD"), (Decimal("1234.5"), "EUR"), (Decimal("5.25"), "EUR"),
        (Decimal(-7), "CNY"), (Decimal(8), "CNY"), (Decimal(9), None), (Decimal(3), "USD"),
    ]  # fmt: skip


def test_a_minus_of_its_own_sign_hides_no_currency(exports: Exports) -> None:
    receipts(exports, "\u2212€5.25", "\u2212USD 1,234.50", "€\u22122")
    assert exports.rows("receipt", "amount", "currency") == [
        (Decimal("-5.25"), "EUR"), (Decimal("-1234.5"), "USD"), (Decimal(-2), "EUR"),
    ]  # fmt: skip


def test_an_amount_that_names_another_currency_than_its_row_is_not_read(exports: Exports) -> None:
    receipts(exports, "USD 5;USD", "USD 5;EUR", "€5;CNY", "$5;CAD", "usd 5;usd", currency=True)
    assert [row[0] for row in exports.rows("receipt", "receipt_id")] == ["R1", "R4", "R5"]


@pytest.mark.parametrize("text", ["5 PCS", "USD", "USD USD 5", "5 USD EUR", "USDA 5", "1,50 EUR"])
def test_a_word_that_is_no_currency_is_still_no_part_of_an_amount(
    exports: Exports, text: str
) -> None:
    receipts(exports, text)
    assert exports.rows("receipt", "receipt_id") == []


def test_a_currency_stands_beside_a_number_of_any_style(exports: Exports) -> None:
    style = 'numbers: {decimal: ",", thousands: "."}'
    receipts(exports, "1.234,50 EUR", "1.234,50 €", "CHF 5,70", more=style)
    assert exports.rows("receipt", "amount", "currency") == [
        (Decimal("1234.5"), "EUR"), (Decimal("1234.5"), "EUR"), (Decimal("5.7"), "CHF"),
    ]  # fmt: skip


def test_words_for_a_side_are_signs_where_the_source_says_so(exports: Exports) -> None:
    fields = ["1,234.50 CR", "5 DR", "Cr. 7", "贷8", "借 9", "10", "-11 CR"]
    receipts(exports, *fields, more="numbers: {minus: [CR, 贷], plus: [DR, 借]}")
    assert [row[0] for row in exports.rows("receipt", "amount")] == [
        Decimal("-1234.5"), 5, -7, -8, 9, 10
    ]  # fmt: skip


def test_without_such_words_a_side_is_not_guessed(exports: Exports) -> None:
    receipts(exports, "5 CR", "5 DR")
    assert exports.rows("receipt", "amount") == []
