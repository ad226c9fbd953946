"""The manifest is true: what it says is dirty is there, and nothing else is."""

from __future__ import annotations

from collections import Counter
from datetime import date

import pytest

from pipelines.sample.layout import EXPORTS
from tests.support.sample_files import Sample, day, moment

KEYS: dict[str, tuple[str, ...]] = {
    "agreed_target": ("employee_id", "period", "indicator", "agreed_at"),
    "appraisal_slip": ("工号", "日期", "类型"),
    "campaign": ("活动编号",),
    "lead": ("线索编号",),
    "customer": ("客户编号",),
    "opportunity": ("商机编号",),
    "opportunity_event": ("商机编号", "变更字段", "变更时间"),
    "opportunity_split": ("商机编号", "员工工号", "分成类型"),
    "activity": ("记录编号",),
    "quote": ("报价编号",),
    "contract": ("合同编号",),
    "case": ("工单编号",),
    "survey": ("调查编号",),
    "product": ("产品编号",),
    "sales_order": ("订单编号",),
    "sales_order_line": ("订单编号", "行号"),
    "invoice": ("发票编号",),
    "invoice_instalment": ("发票编号", "期次"),
    "receipt": ("收款编号",),
    "receipt_allocation": ("收款编号", "发票编号", "核销日期"),
    "write_off": ("发票编号", "核销日期"),
    "gl_balance": ("科目", "截止日期"),
    "fx_rate": ("币种", "日期"),
    "expense": ("报销单号",),
    "expense_budget": ("部门编号", "起始日期"),
    "employee": ("employee_id",),
    "org_unit": ("unit_id",),
    "assignment": ("employee_id", "valid_from"),
    "leave": ("工号", "开始日期"),
    "quota": ("scope_kind", "scope_id", "measure", "period_start"),
    "salary": ("employee_id", "valid_from"),
    "payroll_commission": ("employee_id", "period"),
    "commission_adjustment": ("adjustment_id",),
    "commission_dispute": ("dispute_id",),
    "appraisal_appeal": ("appeal_id",),
    "appraisal_input": ("employee_id", "period", "indicator"),
    "appraisal_override": ("employee_id", "period", "field"),
    "training_result": ("工号", "课程", "考试日期"),
}

REFERENCES: list[tuple[str, str, str]] = [
    ("lead", "负责人工号", "employee"),
    ("lead", "活动编号", "campaign"),
    ("lead", "商机编号", "opportunity"),
    ("lead", "客户编号", "customer"),
    ("lead", "推荐客户编号", "customer"),
    ("customer", "负责人工号", "employee"),
    ("customer", "上级客户", "customer"),
    ("opportunity", "客户编号", "customer"),
    ("opportunity", "负责人工号", "employee"),
    ("opportunity", "线索编号", "lead"),
    ("opportunity_event", "商机编号", "opportunity"),
    ("opportunity_event", "变更人", "employee"),
    ("opportunity_split", "商机编号", "opportunity"),
    ("opportunity_split", "员工工号", "employee"),
    ("activity", "员工工号", "employee"),
    ("activity", "线索编号", "lead"),
    ("activity", "商机编号", "opportunity"),
    ("activity", "客户编号", "customer"),
    ("quote", "商机编号", "opportunity"),
    ("contract", "商机编号", "opportunity"),
    ("contract", "客户编号", "customer"),
    ("contract", "负责人工号", "employee"),
    ("contract", "续签原合同", "contract"),
    ("case", "客户编号", "customer"),
    ("case", "员工工号", "employee"),
    ("survey", "客户编号", "customer"),
    ("survey", "合同编号", "contract"),
    ("sales_order", "合同编号", "contract"),
    ("sales_order", "商机编号", "opportunity"),
    ("sales_order", "客户编号", "customer"),
    ("sales_order_line", "订单编号", "sales_order"),
    ("sales_order_line", "产品编号", "product"),
    ("invoice", "订单编号", "sales_order"),
    ("invoice", "合同编号", "contract"),
    ("invoice", "客户编号", "customer"),
    ("invoice", "业务员工号", "employee"),
    ("invoice", "对应蓝字发票", "invoice"),
    ("invoice_instalment", "发票编号", "invoice"),
    ("receipt", "客户编号", "customer"),
    ("receipt_allocation", "收款编号", "receipt"),
    ("receipt_allocation", "发票编号", "invoice"),
    ("write_off", "发票编号", "invoice"),
    ("expense", "员工工号", "employee"),
    ("expense", "部门编号", "org_unit"),
    ("expense_budget", "部门编号", "org_unit"),
    ("org_unit", "parent_unit_id", "org_unit"),
    ("org_unit", "leader_id", "employee"),
    ("assignment", "employee_id", "employee"),
    ("assignment", "unit_id", "org_unit"),
    ("assignment", "manager_id", "employee"),
    ("leave", "工号", "employee"),
    ("salary", "employee_id", "employee"),
    ("payroll_commission", "employee_id", "employee"),
    ("commission_adjustment", "employee_id", "employee"),
    ("commission_adjustment", "approved_by", "employee"),
    ("commission_dispute", "employee_id", "employee"),
    ("commission_dispute", "decided_by", "employee"),
    ("appraisal_input", "employee_id", "employee"),
    ("appraisal_input", "rater_id", "employee"),
    ("appraisal_override", "employee_id", "employee"),
    ("appraisal_appeal", "employee_id", "employee"),
    ("appraisal_appeal", "decided_by", "employee"),
    ("training_result", "工号", "employee"),
]


def test_every_listed_line_holds_the_value_it_is_listed_for(sample: Sample) -> None:
    wrong = [
        entry
        for entry in sample.manifest["dirt"]
        if sample.lines(entry["table"])[entry["line"]][entry["column"]] != entry["value"]
    ]
    assert wrong == []


def test_dirt_is_about_two_percent_of_the_rows(sample: Sample) -> None:
    manifest = sample.manifest
    assert len(manifest["dirt"]) == manifest["dirt_rows"]
    assert 0.015 <= manifest["dirt_rows"] / manifest["rows"] <= 0.025


def test_every_kind_of_fault_occurs(sample: Sample) -> None:
    rules = Counter(entry["rule"] for entry in sample.manifest["dirt"])
    assert set(rules) == {
        "not_a_date",
        "not_a_number",
        "missing_required",
        "duplicate_key",
        "unknown_reference",
        "impossible_order",
        "out_of_range",
        "unknown_value",
    }


@pytest.mark.parametrize("table", sorted(KEYS))
def test_clean_rows_have_unique_keys(table: str, sample: Sample) -> None:
    keys = Counter(tuple(row[column] for column in KEYS[table]) for row in sample.clean(table))
    assert [key for key, count in keys.items() if count > 1] == []
    assert all(all(part for part in key) for key in keys)


def test_keys_are_checked_for_every_table() -> None:
    assert set(KEYS) == {export.table for export in EXPORTS}


def test_listed_duplicates_come_after_the_row_they_repeat(sample: Sample) -> None:
    for entry in sample.manifest["dirt"]:
        if entry["rule"] != "duplicate_key":
            continue
        lines = sample.lines(entry["table"])
        columns = KEYS[entry["table"]]
        key = [lines[entry["line"]][column] for column in columns]
        earlier = [
            line
            for line, row in lines.items()
            if line < entry["line"] and [row[column] for column in columns] == key
        ]
        assert len(earlier) == 1, entry
        same = lines[earlier[0]] == lines[entry["line"]]
        assert same == (entry["kind"] == "exact_duplicate"), entry


@pytest.mark.parametrize(("table", "column", "parent"), REFERENCES)
def test_clean_rows_refer_to_rows_that_load(
    table: str, column: str, parent: str, sample: Sample
) -> None:
    known = {row[KEYS[parent][0]] for row in sample.clean(parent)}
    missing = {row[column] for row in sample.clean(table) if row[column]} - known
    # invoices that became unreadable lose nothing but themselves
    assert missing == set()


def test_unreadable_real_rows_have_no_other_document(sample: Sample) -> None:
    lost = {
        sample.lines(entry["table"])[entry["line"]]["发票编号"]
        for entry in sample.manifest["dirt"]
        if entry["table"] == "invoice" and entry["replaces_real_row"]
    }
    assert len(lost) == 3
    for table in ("receipt_allocation", "invoice_instalment", "write_off"):
        assert not lost & {row["发票编号"] for row in sample.lines(table).values()}
    assert not lost & {row["对应蓝字发票"] for row in sample.lines("invoice").values()}


HAPPENED: list[tuple[str, tuple[str, ...]]] = [
    ("lead", ("创建时间", "分配时间", "首次联系时间", "市场认可时间", "销售认可时间", "转化时间")),
    ("customer", ("创建时间",)),
    ("opportunity", ("创建时间", "关闭时间")),
    ("opportunity_event", ("变更时间",)),
    ("activity", ("发生时间", "录入时间")),
    ("quote", ("需求提出时间", "提交时间", "决定时间")),
    ("contract", ("送签时间", "签订时间")),
    ("case", ("提交时间", "首次响应时间", "关闭时间")),
    ("survey", ("答复时间",)),
    ("sales_order", ("下单日期", "录入时间", "实际交期")),
    ("invoice", ("开票日期",)),
    ("receipt", ("收款日期", "到账日期", "退票日期")),
    ("receipt_allocation", ("核销日期",)),
    ("write_off", ("核销日期",)),
    ("expense", ("发生日期",)),
    ("training_result", ("考试日期",)),
    ("payroll_commission", ("paid_date",)),
    ("appraisal_input", ("rated_at",)),
]


@pytest.mark.parametrize(("table", "columns"), HAPPENED)
def test_nothing_happened_after_the_last_day(
    table: str, columns: tuple[str, ...], sample: Sample
) -> None:
    last_day = date.fromisoformat(sample.manifest["last_day"])
    late = [
        row
        for row in sample.clean(table)
        if any(row[column] and day(row[column]) > last_day for column in columns)
    ]
    assert late == []


@pytest.mark.parametrize(
    ("table", "columns"),
    [
        ("lead", ("创建时间", "分配时间", "首次联系时间")),
        ("lead", ("创建时间", "市场认可时间", "销售认可时间", "转化时间")),
        ("opportunity", ("创建时间", "关闭时间")),
        ("activity", ("发生时间", "录入时间")),
        ("quote", ("需求提出时间", "提交时间", "决定时间")),
        ("contract", ("送签时间", "签订时间")),
        ("case", ("提交时间", "首次响应时间", "关闭时间")),
    ],
)
def test_moments_follow_each_other(table: str, columns: tuple[str, ...], sample: Sample) -> None:
    for row in sample.clean(table):
        moments = [moment(row[column]) for column in columns if row[column]]
        assert moments == sorted(moments), row
