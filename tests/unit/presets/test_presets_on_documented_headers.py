"""Presets of vendors without real files at hand: small exports under the documented names."""

from __future__ import annotations

import csv
import datetime as dt
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from tests.support.landing_files import write_workbook
from tests.support.vendor_exports import Exports


def day(text: str) -> dt.date:
    return dt.date.fromisoformat(text)


def test_salesforce_s_weekly_export(tmp_path: Path) -> None:
    """Moments in UTC without a zone, booleans 0 and 1, an empty id that is not empty."""
    exports = Exports(tmp_path, "salesforce")
    exports.put("Opportunity.csv",
                '"Id","IsDeleted","AccountId","OwnerId","Name","StageName","Amount","CloseDate",'
                '"IsClosed","IsWon","CreatedDate"',
                '"006A","0","000000000000000AAA","005A","A","Prospecting","100","2026-03-01",'
                '"0","0","2026-01-05 20:00:00"',
                '"006B","0","001A","005A","B","Closed Lost","200","2026-02-01",'
                '"1","0","2026-01-05 20:00:00"',
                '"006C","1","001A","005A","C","Closed Won","300","2026-02-01",'
                '"1","1","2026-01-05 20:00:00"')  # fmt: skip
    exports.put("OpportunityFieldHistory.csv",
                "Id,OpportunityId,CreatedById,CreatedDate,Field,OldValue,NewValue",
                "017A,006B,005A,2026-01-20 08:00:00,StageName,Prospecting,Negotiation/Review",
                "017B,006B,005A,2026-01-21 08:00:00,Amount,150,200",
                "017C,006B,005A,2026-02-01 08:00:00,StageName,Negotiation/Review,Closed Lost",
                "017D,006B,005A,2026-02-01 08:00:00,created,,")  # fmt: skip
    with exports.staged() as found:
        assert found.account() == (True, True)
        assert found.faults() == {}
        assert found.rows(
            "select opportunity_id, customer_id, stage, outcome, created_at, closed_at "
            "from staging.opportunity order by 1"
        ) == [
            ("006A", None, "qualification", "open", dt.datetime(2026, 1, 6, 4), None),
            ("006B", "001A", "qualification", "lost", dt.datetime(2026, 1, 6, 4),
             dt.datetime(2026, 2, 1)),
        ]  # fmt: skip
        assert found.rows(
            "select field, old_value, new_value from staging.opportunity_event order by changed_at"
        ) == [("stage", "qualification", "negotiation"), ("amount", "150", "200")]


def test_hubspot_s_default_pipeline(tmp_path: Path) -> None:
    exports = Exports(tmp_path, "hubspot").know_customers("C1")
    exports.put("deals.csv",
                "Record ID,Associated Company IDs,Deal owner,Deal Name,Create Date,Deal Stage,"
                "Is Closed Won,Is deal closed?,Amount,Close Date",
                "1,C1,O1,A,2026-01-05 10:00,Contract Sent,false,false,100,2026-02-01 00:00",
                "2,C1,O1,B,2026-01-05 10:00,Closed Won,true,true,200,2026-02-01 09:00",
                "3,C1,O1,C,2026-01-05 10:00,Closed Lost,false,true,300,2026-02-02 09:00",
                "4,C1,O1,D,2026-01-05 10:00,Legal,false,false,400,")  # fmt: skip
    exports.put("deal_property_history.csv", "deal_id,timestamp,name,value",
                "2,2026-01-10 08:00:00,dealstage,contractsent",
                "2,2026-01-11 08:00:00,amount,200",
                "2,2026-01-12 08:00:00,pipeline,default")  # fmt: skip
    with exports.staged() as found:
        assert found.account() == (True, True)
        assert found.faults() == {"opportunity: stage.unknown_value": 1}
        assert found.rows(
            "select opportunity_id, stage, outcome, closed_at from staging.opportunity order by 1"
        ) == [
            ("1", "negotiation", "open", None),
            ("2", "order", "won", dt.datetime(2026, 2, 1, 17)),
            ("3", "qualification", "lost", dt.datetime(2026, 2, 2, 17)),
        ]
        assert found.rows("select field, new_value from staging.opportunity_event order by 1") == [
            ("amount", "200"),
            ("stage", "negotiation"),
        ]
        assert found.one("select contract_id, net_amount from staging.contract") == ("2", 200)


def test_dynamics_with_option_set_numbers(tmp_path: Path) -> None:
    exports = Exports(tmp_path, "dynamics365").know_customers("C1")
    exports.put("opportunity.csv",
                "opportunityid,_accountid_value,_ownerid_value,name,createdon,stepname,statecode,"
                "estimatedvalue,actualvalue,actualclosedate",
                "O1,C1,E1,A,2026-01-05T10:00:00Z,2-Develop,0,100,,",
                "O2,C1,E1,B,2026-01-05T10:00:00Z,4-Close,1,200,180,2026-02-01",
                "O3,C1,E1,C,2026-01-05T10:00:00Z,3-Propose,2,300,,2026-02-01")  # fmt: skip
    exports.put("invoice.csv",
                "invoicenumber,_customerid_value,datedelivered,duedate,totallineitemamount,"
                "totaltax,totalamount,statecode",
                "INV-1,C1,2026-02-05T00:00:00Z,2026-03-05,180,20,200,2")  # fmt: skip
    with exports.staged() as found:
        assert found.faults() == {}
        assert found.rows(
            "select opportunity_id, stage, outcome, amount from staging.opportunity order by 1"
        ) == [
            ("O1", "needs_analysis", "open", 100),
            ("O2", "negotiation", "won", 180),
            ("O3", "proposal", "lost", 300),
        ]
        assert found.one(
            "select net_amount, tax_amount, gross_amount, status from staging.invoice"
        ) == (180, 20, 200, "posted")


def test_sap_customer_lines(tmp_path: Path) -> None:
    """An invoice cleared by a payment, a credit memo, a line of another account."""
    exports = Exports(tmp_path, "sap").know_customers("0000100001")
    exports.put("BSEG.csv",
                "BUKRS,BELNR,GJAHR,BUZEI,BSCHL,KOART,KUNNR,SHKZG,WRBTR,WMWST,PSWSL,ZFBDT,ZBD1T,"
                "ZBD2T,ZBD3T,H_BUDAT,AUGDT,AUGBL,REBZG,REBZJ,REBZZ",
                "1000,0090000001,2026,001,01,D,0000100001,S,1190.00,190.00,EUR,20260105,14,30,0,"
                "20260105,20260210,0140000001,,0000,000",
                "1000,0090000002,2026,001,11,D,0000100001,H,119.00,19.00,EUR,20260110,0,0,0,"
                "20260110,00000000,,0090000001,2026,001",
                "1000,0140000001,2026,002,15,D,0000100001,H,1190.00,0.00,EUR,20260210,0,0,0,"
                "20260210,20260210,0140000001,,0000,000",
                "1000,0090000001,2026,002,50,S,,H,1000.00,0.00,EUR,00000000,0,0,0,"
                "20260105,00000000,,,0000,000")  # fmt: skip
    with exports.staged() as found:
        assert found.faults() == {}
        assert found.rows(
            "select invoice_id, kind, due_date, net_amount, gross_amount, references_invoice_id "
            "from staging.invoice order by 1"
        ) == [
            ("1000-0090000001-2026-001", "invoice", day("2026-02-04"), 1000, 1190, None),
            ("1000-0090000002-2026-001", "credit_note", day("2026-01-10"), -100, -119,
             "1000-0090000001-2026-001"),
        ]  # fmt: skip
        assert found.one("select receipt_id, amount from staging.receipt") == (
            "1000-0140000001-2026", 1190,
        )  # fmt: skip
        assert found.one(
            "select receipt_id, invoice_id, allocated_date, amount from staging.receipt_allocation"
        ) == ("1000-0140000001-2026", "1000-0090000001-2026-001", day("2026-02-10"), 1190)


def test_odoo(tmp_path: Path) -> None:
    exports = Exports(tmp_path, "odoo").know_customers("7")
    exports.put("crm.lead.csv",
                ".id,type,name,partner_id/.id,user_id/.id,create_date,stage_id/name,"
                "expected_revenue,probability,active,date_deadline,date_closed",
                "1,opportunity,A,7,2,2026-01-05 08:00:00,Qualified,100,20,True,2026-03-01,",
                "2,opportunity,B,7,2,2026-01-05 08:00:00,Won,200,100,True,,2026-02-01 08:00:00",
                "3,opportunity,C,7,2,2026-01-05 08:00:00,Proposition,300,0,False,,2026-02-01",
                "4,lead,D,,2,2026-01-05 08:00:00,,0,10,True,,")  # fmt: skip
    exports.put("account.move.csv",
                ".id,move_type,partner_id/.id,invoice_date,invoice_date_due,amount_untaxed,"
                "amount_tax,amount_total,state,reversed_entry_id/.id",
                "10,out_invoice,7,2026-02-05,2026-03-05,100,20,120,posted,",
                "11,out_refund,7,2026-02-06,,10,2,12,posted,10",
                "12,in_invoice,7,2026-02-06,,10,2,12,posted,")  # fmt: skip
    with exports.staged() as found:
        assert found.faults() == {}
        assert found.rows(
            "select opportunity_id, stage, outcome from staging.opportunity order by 1"
        ) == [
            ("1", "needs_analysis", "open"), ("2", "order", "won"), ("3", "proposal", "lost"),
        ]  # fmt: skip
        assert found.one("select lead_id from staging.lead") == "4"
        assert found.rows(
            "select kind, net_amount, gross_amount, references_invoice_id "
            "from staging.invoice order by invoice_id"
        ) == [("invoice", 100, 120, None), ("credit_note", -10, -12, "10")]


def test_erpnext(tmp_path: Path) -> None:
    exports = Exports(tmp_path, "erpnext")
    exports.put("Customer.csv", "ID,Customer Name,Customer Group,Territory", "C1,Acme,Retail,East")
    exports.put("Opportunity.csv",
                "ID,Opportunity From,Party,Opportunity Owner,Created On,Sales Stage,Status,"
                "Opportunity Amount,Currency",
                "OPP-1,Customer,C1,e@x.com,2026-01-05 09:00:00,Proposal/Price Quote,Open,500,USD",
                "OPP-2,Lead,L1,e@x.com,2026-01-05 09:00:00,Prospecting,Open,500,USD")  # fmt: skip
    exports.put("Sales Invoice.csv",
                "ID,Customer,Posting Date,Payment Due Date,Net Total,Grand Total,Status,"
                "Is Return (Credit Note),Return Against",
                "SI-1,C1,2026-02-05,2026-03-05,100,118,Overdue,0,",
                "SI-2,C1,2026-02-07,2026-02-07,-10,-11.8,Return,1,SI-1")  # fmt: skip
    exports.put("Payment Entry.csv",
                "ID,Payment Type,Party Type,Party,Posting Date,Paid Amount,Mode of Payment,Status",
                "PE-1,Receive,Customer,C1,2026-03-01,106.2,Wire,Submitted",
                "PE-2,Pay,Supplier,S1,2026-03-01,9,Wire,Submitted")  # fmt: skip
    exports.put("Payment Entry Reference.csv", "Parent,Type,Name,Posting Date,Allocated",
                "PE-1,Sales Invoice,SI-1,2026-03-01,106.2")  # fmt: skip
    with exports.staged() as found:
        assert found.faults() == {}
        assert found.accepted() == {
            "customer": (1, 0), "invoice": (2, 0), "opportunity": (1, 0),
            "receipt": (1, 0), "receipt_allocation": (1, 0),
        }  # fmt: skip
        assert found.rows("select kind, gross_amount from staging.invoice order by 2 desc") == [
            ("invoice", 118), ("credit_note", Decimal("-11.8")),
        ]  # fmt: skip
        assert found.one("select stage, amount, currency from staging.opportunity") == (
            "proposal", 500, "USD",
        )  # fmt: skip


def test_kingdee_by_field_keys_and_by_chinese_captions(tmp_path: Path) -> None:
    exports = Exports(tmp_path, "kingdee")
    exports.put("BD_Customer.csv", "FNumber,FName", "C1,甲公司")
    exports.put("AR_RECEIVABLE.csv",
                "FBillNo,FDATE,FENDDATE_H,FCUSTOMERID.FNumber,FNoTaxAmountFor,FALLAMOUNTFOR,"
                "FCURRENCYID.FNumber,FDocumentStatus",
                "AR1,2026-01-05,2026-02-05,C1,100,113,PRE001,C",
                "AR2,2026-01-06,2026-02-06,C1,-10,-11.3,PRE001,C",
                "AR3,2026-01-07,2026-02-07,C1,1,1.13,PRE001,A")  # fmt: skip
    exports.put("收款单.csv", "单据编号,业务日期,往来单位编码,收款金额,币别,单据状态",
                "SK1,2026-02-01,C1,101.7,人民币,已审核")  # fmt: skip
    exports.put("应收收款核销记录.csv",
                "目标单据类型,来源单据类型,目标单据号,来源单据号,核销日期,本次核销金额",
                "收款单,应收单,SK1,AR1,2026-02-01,101.7")  # fmt: skip
    with exports.staged() as found:
        assert found.faults() == {}
        assert found.rows(
            "select invoice_id, kind, due_date, gross_amount, currency from staging.invoice "
            "order by invoice_id"
        ) == [
            ("AR1", "invoice", day("2026-02-05"), 113, "CNY"),
            ("AR2", "credit_note", day("2026-02-06"), Decimal("-11.3"), "CNY"),
        ]
        assert found.one(
            "select receipt_id, invoice_id, amount from staging.receipt_allocation"
        ) == ("SK1", "AR1", Decimal("101.7"))


def test_yonyou_by_dictionary_names_and_by_chinese_captions(tmp_path: Path) -> None:
    exports = Exports(tmp_path, "yonyou")
    exports.put("客户档案.csv", "客户编码,客户名称,所属行业,信用额度,信用期限,专管业务员编码",
                "01001,甲公司,机械,\"100,000\",30,E1")  # fmt: skip
    exports.put("SO_SOMain.csv", "cSOCode,dDate,cCusCode,cPersonCode,cexch_name,iStatus",
                "XS001,2026-01-05,01001,E1,人民币,1")  # fmt: skip
    exports.put("销售发票列表.csv",
                "发票号,开票日期,客户编码,业务员编码,无税金额,税额,价税合计,币种",
                "FP1,2026-01-10,01001,E1,100,13,113,人民币",
                "FP2,2026-01-11,01001,E1,-10,-1.3,-11.3,人民币")  # fmt: skip
    exports.put("收款单列表.csv", "单据编号,单据日期,客户编码,本币金额,结算方式,单据类型",
                "SK1,2026-02-01,01001,113,电汇,收款单",
                "FK1,2026-02-01,01001,5,电汇,付款单")  # fmt: skip
    exports.put("核销明细.csv", "收款单号,发票号,核销日期,核销金额", "SK1,FP1,2026-02-02,113")
    with exports.staged() as found:
        assert found.faults() == {}
        assert found.accepted() == {
            "customer": (1, 0), "invoice": (2, 0), "receipt": (1, 0),
            "receipt_allocation": (1, 0), "sales_order": (1, 0),
        }  # fmt: skip
        assert found.one("select customer_id, credit_limit, credit_days from staging.customer") == (
            "01001",
            100_000,
            30,
        )


def test_chinese_sheets_with_everyday_headers(tmp_path: Path) -> None:
    exports = Exports(tmp_path, "generic_zh", "表格")
    exports.put("客户档案.csv", "客户名称,客户级别,业务员,账期", "甲公司,A,张三,30")
    exports.put("商机列表.csv",
                "编号,客户名称,负责人,项目名称,创建日期,当前阶段,状态,预计金额,预计签约日期,赢率",
                "S1,甲公司,张三,产线,2026/1/5,需求确认,跟进中,\"1,200,000\",2026年3月1日,30%",
                "S2,甲公司,张三,改造,2026/1/6,签约,赢单,500000,2026/2/1,100%",
                "S3,甲公司,张三,备件,2026/1/6,排队,跟进中,1,,")  # fmt: skip
    exports.put("拜访记录.csv", "日期,拜访人,客户名称,方式", "2026-01-07,张三,甲公司,上门拜访")
    exports.put("开票记录.csv", "发票号码,客户名称,开票日期,不含税金额,税额,价税合计",
                "F1,甲公司,2026-02-01,100,13,113",
                "F2,甲公司,2026-02-02,-10,-1.3,-11.3")  # fmt: skip
    exports.put("回款记录.csv", "流水号,客户名称,回款日期,回款金额,回款方式",
                "R1,甲公司,2026-03-01,113,电汇")  # fmt: skip
    months = ",".join(f"{month}月" for month in range(1, 13))
    exports.put("业绩目标.csv", f"年度,姓名,{months}", "2026年,张三,10,20,,,,,,,,,,120")
    exports.put("花名册.csv", "姓名,入职日期", "张三,2020-01-01")
    with exports.staged() as found:
        assert found.account() == (True, True)
        assert found.faults() == {"opportunity: stage.unknown_value": 1}
        assert found.rows(
            "select opportunity_id, stage, outcome, amount, probability, expected_close_date "
            "from staging.opportunity order by 1"
        ) == [
            ("S1", "needs_analysis", "open", 1_200_000, 30, day("2026-03-01")),
            ("S2", "order", "won", 500_000, 100, day("2026-02-01")),
        ]
        assert found.one("select activity_id, type from staging.activity") == (
            "张三@2026-01-07@上门拜访", "visit",
        )  # fmt: skip
        assert found.rows("select kind, gross_amount from staging.invoice order by 2 desc") == [
            ("invoice", 113), ("credit_note", Decimal("-11.3")),
        ]  # fmt: skip
        assert found.rows(
            "select period_start, period_end, amount from staging.quota order by 1"
        ) == [
            (day("2026-01-01"), day("2026-01-31"), 10),
            (day("2026-02-01"), day("2026-02-28"), 20),
            (day("2026-12-01"), day("2026-12-31"), 120),
        ]


def test_salesforce_s_report_with_footer_converted_amounts_and_short_ids(tmp_path: Path) -> None:
    """The object's export has 18 characters, the report 15; below its rows stands its footer."""
    exports = Exports(tmp_path, "salesforce")
    exports.put("Account.csv", "Id,Name,OwnerId", "001A000001LxYzKIAV,Acme,005b0000000ZeRoAAK")
    exports.put("Opportunity.csv",
                '"Opportunity ID","Account ID","Opportunity Owner","Opportunity Name","Stage",'
                '"Amount (converted) Currency","Amount (converted)","Close Date","Created Date",'
                '"Won","Closed"',
                '"006A000000AAAAA","001A000001LxYzK","Ann","A","Closed Won","EUR","1,200.50",'
                '"2026-10-02","2026-07-01","1","1"',
                '"006A000000BBBBB","001A000001LxYzK","Ann","B","Prospecting","EUR","300.00",'
                '"2026-12-02","2026-09-01","0","0"',
                "",
                '"Grand Totals (2 records)","","","","","EUR","1,500.50"',
                "",
                '"Confidential Information - Do Not Distribute"',
                '"Copyright (c) 2000-2026 salesforce.com, inc. All rights reserved."')  # fmt: skip
    with exports.staged() as found:
        assert found.faults() == {}
        assert found.rows(
            "select opportunity_id, customer_id, outcome, amount, currency, closed_at::date "
            "from staging.opportunity order by 1"
        ) == [
            ("006A000000AAAAA", "001A000001LxYzKIAV", "won", Decimal("1200.5"), "EUR",
             day("2026-10-02")),
            ("006A000000BBBBB", "001A000001LxYzKIAV", "open", Decimal(300), "EUR", None),
        ]  # fmt: skip


def test_netsuite_s_saved_search_with_its_total_and_grouped_amounts(tmp_path: Path) -> None:
    exports = Exports(tmp_path, "netsuite").know_customers("Acme")
    exports.put("SalesInvoiceResults.csv",
                "Internal ID,Type,Date,Due Date,Name,Sales Rep,Amount (Gross),Amount (Tax),"
                "Currency",
                '71,Invoice,2026-10-01,2026-10-31,Acme,Ann,"1,190.00",190.00,EUR',
                '72,Invoice,2026-10-05,2026-11-04,Acme,Ann,119.00,19.00,EUR',
                'Overall Total,,,,,,"1,309.00",209.00,')  # fmt: skip
    with exports.staged() as found:
        assert found.faults() == {}
        assert found.account() == (True, True)
        assert found.rows(
            "select invoice_id, net_amount, tax_amount, gross_amount from staging.invoice "
            "order by 1"
        ) == [("71", 1000, 190, 1190), ("72", 100, 19, 119)]


@pytest.mark.parametrize(
    ("preset", "file", "lines", "expected"),
    [
        ("salesforce", "Opportunity.csv",
         ("Id,OwnerId,CreatedDate,StageName,CloseDate,IsWon,IsClosed",
          "1,E,2026-10-31T18:00:00.000+0000,Prospecting,2026-12-01,0,0"), "2026-11-01 02:00:00"),
        ("hubspot", "hubspot-crm-exports-all-deals.csv",
         ("Record ID,Deal owner,Create Date,Deal Stage,Amount",
          "1,E,2026-10-31 18:00,Qualified To Buy,5"), "2026-11-01 02:00:00"),
    ],
)  # fmt: skip
def test_a_moment_in_utc_is_the_day_of_the_company(
    tmp_path: Path, preset: str, file: str, lines: tuple[str, ...], expected: str
) -> None:
    """Six in the evening of 31 October in UTC is 1 November in Shanghai."""
    exports = Exports(tmp_path, preset)
    exports.put(file, *lines)
    with exports.staged() as found:
        assert found.one("select cast(created_at as varchar) from staging.opportunity") == expected


@pytest.mark.parametrize(
    ("preset", "file", "head"),
    [
        ("kingdee", "应收账款明细账.csv", "日期,凭证字号,摘要,客户,借方金额,贷方金额,方向,余额"),
        ("yonyou", "客户往来明细账.csv", "日期,凭证号数,摘要,客户名称,借方,贷方,方向,余额"),
    ],
)
def test_a_ledger_of_debits_and_credits_with_balances_between(
    tmp_path: Path, preset: str, file: str, head: str
) -> None:
    exports = Exports(tmp_path, preset).know_customers("远景", "中关村")
    exports.put(file, "应收账款明细账", "科目：1122 应收账款", head,
                '2026-01-01,,年初余额,,,,借,"5,000.00"',
                '2026-01-05,记-12,销售收入,远景,"1,130.00",,借,"6,130.00"',
                '2026-01-20,记-30,收回货款,远景,,"1,130.00",借,"5,000.00"',
                '2026-01-25,记-41,退货,中关村,-113.00,,借,"4,887.00"',
                '2026-01-31,,本月合计,,"1,017.00","1,130.00",借,"4,887.00"',
                '2026-01-31,,本年累计,,"1,017.00","1,130.00",借,"4,887.00"')  # fmt: skip
    with exports.staged() as found:
        assert found.faults() == {}
        assert found.account() == (True, True)
        assert found.rows(
            "select invoice_id, kind, customer_id, gross_amount from staging.invoice order by 1"
        ) == [
            ("2026-01-05-记-12-远景-销售收入", "invoice", "远景", 1130),
            ("2026-01-25-记-41-中关村-退货", "credit_note", "中关村", -113),
        ]
        assert found.rows("select customer_id, received_date, amount from staging.receipt") == [
            ("远景", day("2026-01-20"), 1130)
        ]


def balances(exports: Exports) -> list[tuple[Any, ...]]:
    with exports.staged() as found:
        assert found.faults() == {}
        return found.rows(
            "select account, cast(period_end as varchar), balance from staging.gl_balance "
            "order by 2"
        )


@pytest.mark.parametrize(
    ("preset", "file", "lines"),
    [
        ("kingdee", "科目余额表.csv", [
            "科目余额表", "期间：2026年10期 至 2026年10期,,制表日期：2026-11-03",
            "科目编码,科目名称,期初余额,,本期发生,,本年累计,,期末余额,",
            ",,借方,贷方,借方,贷方,借方,贷方,借方,贷方",
            '1122,应收账款,"5,000.00",,900.00,0,0,0,"5,900.00",', "1122.01,甲公司,1,,1,0,0,0,2,",
            "资产小计,,5001,,901,0,0,0,5902,", "2202,应付账款,,7,,,,,,7", "合计,,1,1,1,1,1,1,1,1"]),
        ("yonyou", "发生额及余额表_202610.csv", [
            "发生额及余额表", "月份：2026.10-2026.10",
            "科目编码,科目名称,期初余额,,本期发生,,期末余额,", ",,方向,金额,借方,贷方,方向,余额",
            '1122,应收账款,借,5000,900,0,借,5900', "合计,,平,,901,0,平,"]),
        ("kingdee", "余额表2026-10.csv", [
            "科目代码,科目名称,期初方向,期初余额,本期借方,本期贷方,期末方向,期末余额",
            "1122,应收账款,借,5000,900,0,借,5900.00", "1601,固定资产,借,1,0,0,借,1"]),
        ("kingdee", "总分类账.csv", [
            "总分类账", "科目代码,科目名称,期间,凭证字号,摘要,借方,贷方,方向,余额",
            "1122,应收账款,2026.10,,年初余额,,,借,4000",
            "1122,应收账款,2026.10,,本期合计,900,,借,5900",
            "1122,应收账款,2026.10,,本年累计,1900,,借,5900"]),
        ("yonyou", "应收总账.csv", [
            "总账", "科目：应收账款(1122)", "年,月,凭证号数,摘要,借方,贷方,方向,余额",
            "2026,,,上年结转,,,借,4000", "2026,10,记-1～9,当前合计,900,,借,5900",
            "2026,10,,当前累计,1900,,借,5900"]),
    ],
)  # fmt: skip
def test_balances_of_the_general_ledger(
    tmp_path: Path, preset: str, file: str, lines: list[str]
) -> None:
    """Rows of sums are no records but the one that a source asks for; the month stands above."""
    expected = [("receivable", "2026-10-31", 5900)]
    exports = Exports(tmp_path, preset)
    exports.put(file, *lines)
    assert balances(exports) == expected
    cells = [next(csv.reader([line])) for line in lines]
    (exports.raw / file).unlink()
    write_workbook(exports.raw / file.replace(".csv", ".xlsx"), {"Sheet1": cells})
    assert balances(exports) == expected


def test_a_balance_of_nothing_is_zero_and_a_credit_is_negative(tmp_path: Path) -> None:
    exports = Exports(tmp_path, "kingdee")
    head = "科目编码,科目名称,期初余额借方,期初余额贷方,期末余额借方,期末余额贷方"
    exports.put("科目余额表2026年8月.csv", head, "1122,应收账款,,,,")
    exports.put("科目余额表2026年9月.csv", head, '1122,应收账款,,,,"1,200.50"')
    assert [(day, balance) for _, day, balance in balances(exports)] == [
        ("2026-08-31", 0), ("2026-09-30", Decimal("-1200.50")),
    ]  # fmt: skip


def test_merged_accounts_and_appeals_as_everyday_sheets(tmp_path: Path) -> None:
    exports = Exports(tmp_path, "generic_zh", "表格")
    exports.put("客户档案.csv", "客户编号,客户名称", "K1,甲公司", "K2,乙公司")
    exports.put("客户合并记录.csv", "旧客户编号,新客户编号,合并日期", "K2,K1,2026/3/1")
    exports.put("花名册.csv", "工号,姓名,入职日期", "E1,张三,2020-01-01")
    exports.put("考核申诉.csv",
                "申诉编号,工号,考核期,申诉理由,提出日期,状态,答复日期,答复人,处理意见",
                "S1,E1,2026-Q2,拜访漏记,2026-07-17,不成立,2026-07-20,E9,以记录为准",
                "S2,E1,2026-Q2,未计休假,2026-07-18,待答复,,,")  # fmt: skip
    with exports.staged() as found:
        assert found.one("select from_id, into_id, merged_at from staging.customer_merge") == (
            "K2", "K1", dt.datetime(2026, 3, 1),
        )  # fmt: skip
        assert found.rows(
            "select appeal_id, status, decision from staging.appraisal_appeal order by 1"
        ) == [("S1", "rejected", "以记录为准"), ("S2", "open", None)]


def test_merged_accounts_in_english(tmp_path: Path) -> None:
    exports = Exports(tmp_path, "generic_en")
    exports.put("customers.csv", "Customer ID,Customer Name", "K1,Alpha", "K2,Beta")
    exports.put("account merges.csv", "Old Account ID,Surviving Account ID,Merged On",
                "K2,K1,2026-03-01")  # fmt: skip
    with exports.staged() as found:
        assert found.rows("select from_id, into_id from staging.customer_merge") == [("K2", "K1")]
