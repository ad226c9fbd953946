"""Which file holds which table, and how the vendor's system lays it out.

Belongs here: file names, sheets, encodings, title rows and merged headers. Does not belong here:
headers and values themselves (`sql/export/`), and how they map back (`sources/` of the workspace).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

Encoding = Literal["utf-8", "utf-8-sig", "gb18030"]
CellKind = Literal["date", "number"]


@dataclass(frozen=True)
class Sheet:
    """How an ERP export looks as a worksheet: title row, two header rows, data, total row."""

    workbook: str
    title: str
    kinds: dict[str, CellKind] = field(default_factory=dict)
    """Columns written as real Excel dates and numbers; all others are text."""
    groups: dict[str, tuple[str, ...]] = field(default_factory=dict)
    """Upper header over several columns; other columns are merged over both header rows."""
    totals: tuple[str, ...] = ()


@dataclass(frozen=True)
class Export:
    """One table of the sample as one file (or, in the small sample's ERP, one worksheet)."""

    table: str
    system: Literal["crm", "erp", "hr"]
    stem: str
    encoding: Encoding = "utf-8"
    sheet: Sheet | None = None

    @property
    def csv_path(self) -> str:
        """Path of the CSV form below the sample's folder."""
        return f"{self.system}/{self.stem}.csv"

    @property
    def workbook_path(self) -> str:
        """Path of the workbook that holds the worksheet form."""
        if self.sheet is None:
            raise ValueError(f"{self.csv_path} has no worksheet form")
        return f"{self.system}/{self.sheet.workbook}.xlsx"


SPAN = "2024-11-01 至 2026-11-15"
COMPANY = "海岳工业科技"
_AMOUNTS = ("不含税金额", "税额", "价税合计")

EXPORTS: tuple[Export, ...] = (
    Export("campaign", "crm", "市场活动"),
    Export("lead", "crm", "线索"),
    Export("customer", "crm", "客户", encoding="gb18030"),
    Export("opportunity", "crm", "商机", encoding="utf-8-sig"),
    Export("opportunity_event", "crm", "商机变更记录"),
    Export("opportunity_split", "crm", "商机分成"),
    Export("activity", "crm", "跟进记录"),
    Export("quote", "crm", "报价单"),
    Export("contract", "crm", "合同"),
    Export("case", "crm", "服务工单"),
    Export("survey", "crm", "客户调查"),
    Export(
        "product",
        "erp",
        "产品",
        sheet=Sheet(
            "产品",
            f"{COMPANY} 产品目录",
            kinds={"目录价": "number", "单位成本": "number"},
            groups={"价格": ("目录价", "单位成本")},
        ),
    ),
    Export(
        "sales_order",
        "erp",
        "订单",
        sheet=Sheet(
            "订单",
            f"{COMPANY} 销售订单  {SPAN}",
            kinds={"下单日期": "date", "承诺交期": "date", "不含税金额": "number"},
            groups={"交付": ("承诺交期", "实际交期")},
            totals=("不含税金额",),
        ),
    ),
    Export(
        "sales_order_line",
        "erp",
        "订单明细",
        sheet=Sheet(
            "订单",
            f"{COMPANY} 销售订单明细  {SPAN}",
            kinds={
                "行号": "number",
                "数量": "number",
                "目录单价": "number",
                "成交单价": "number",
                "不含税金额": "number",
                "成本金额": "number",
            },
            groups={"单价": ("目录单价", "成交单价"), "金额": ("不含税金额", "成本金额")},
            totals=("不含税金额", "成本金额"),
        ),
    ),
    Export(
        "invoice",
        "erp",
        "发票",
        sheet=Sheet(
            "发票",
            f"{COMPANY} 发票明细表  {SPAN}",
            kinds={"开票日期": "date", **dict.fromkeys(_AMOUNTS, "number")},
            groups={"金额": _AMOUNTS},
            totals=_AMOUNTS,
        ),
    ),
    Export(
        "invoice_instalment",
        "erp",
        "发票分期",
        sheet=Sheet(
            "发票",
            f"{COMPANY} 发票分期付款计划",
            kinds={"到期日": "date", "分期金额": "number"},
            groups={"分期": ("期次", "到期日", "分期金额")},
            totals=("分期金额",),
        ),
    ),
    Export(
        "receipt",
        "erp",
        "收款",
        sheet=Sheet(
            "收款",
            f"{COMPANY} 收款单  {SPAN}",
            kinds={"收款日期": "date", "收款金额": "number"},
            groups={"结算": ("结算方式", "到账日期", "退票日期")},
            totals=("收款金额",),
        ),
    ),
    Export(
        "receipt_allocation",
        "erp",
        "收款核销",
        sheet=Sheet(
            "收款",
            f"{COMPANY} 收款核销明细  {SPAN}",
            kinds={"核销日期": "date", "核销金额": "number"},
            groups={"核销": ("核销日期", "核销金额", "期次")},
            totals=("核销金额",),
        ),
    ),
    Export(
        "write_off",
        "erp",
        "坏账核销",
        sheet=Sheet(
            "坏账核销",
            f"{COMPANY} 坏账核销清单",
            kinds={"核销日期": "date", "核销金额": "number"},
            groups={"核销": ("核销日期", "核销金额", "核销原因")},
            totals=("核销金额",),
        ),
    ),
    Export(
        "gl_balance",
        "erp",
        "总账余额",
        sheet=Sheet(
            "总账余额",
            f"{COMPANY} 总账科目余额（应收账款、应付提成为期末余额，收入与销售提成为当月发生额）",
            kinds={"截止日期": "date", "余额": "number"},
            groups={"余额信息": ("余额", "币种")},
        ),
    ),
    Export(
        "fx_rate",
        "erp",
        "汇率",
        sheet=Sheet(
            "汇率",
            f"{COMPANY} 记账汇率  {SPAN}",
            kinds={"日期": "date", "对人民币汇率": "number"},
            groups={"汇率": ("日期", "对人民币汇率")},
        ),
    ),
    Export(
        "expense",
        "erp",
        "费用",
        sheet=Sheet(
            "费用",
            f"{COMPANY} 销售费用报销明细  {SPAN}",
            kinds={"金额": "number"},
            groups={"费用": ("费用类别", "发生日期", "金额", "币种")},
            totals=("金额",),
        ),
    ),
    Export(
        "expense_budget",
        "erp",
        "费用预算",
        sheet=Sheet(
            "费用预算",
            f"{COMPANY} 销售费用预算  2024-11 至 2026-12",
            kinds={"起始日期": "date", "截止日期": "date", "预算金额": "number"},
            groups={"预算期间": ("起始日期", "截止日期")},
            totals=("预算金额",),
        ),
    ),
    Export("employee", "hr", "employee"),
    Export("org_unit", "hr", "org_unit"),
    Export("assignment", "hr", "assignment"),
    Export("leave", "hr", "请假"),
    Export("quota", "hr", "quota"),
    Export("salary", "hr", "salary"),
    Export("payroll_commission", "hr", "payroll_commission"),
    Export("commission_adjustment", "hr", "commission_adjustment"),
    Export("commission_dispute", "hr", "commission_dispute"),
    Export("appraisal_input", "hr", "appraisal_input"),
    Export("appraisal_override", "hr", "appraisal_override"),
    Export("agreed_target", "hr", "agreed_target"),
    Export("appraisal_slip", "hr", "奖惩单"),
    Export("appraisal_appeal", "hr", "appraisal_appeal"),
    Export("training_result", "hr", "培训成绩"),
)
"""Every file of the sample, in the order it is listed."""

AFTER_PAY = frozenset({"payroll_commission", "gl_balance"})
"""Exports that can only be written once it is known what the commission plans pay."""
