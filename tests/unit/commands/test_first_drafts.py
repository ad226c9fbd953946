"""`attain check --write` on a folder of everything: each file is begun, none stops another."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from pipelines.onboarding.header import header_names
from pipelines.onboarding.vocabulary import known_headers
from tests.support.commands import Said, write
from tests.support.landing_files import write_workbook
from tests.support.staged import staged

Attain = Callable[..., Said]
DEALS = ("Deal ID,Owner,Created,Stage", "D1,A,2026-01-05,Won")


def sources(workspace: Path) -> dict[str, str]:
    return {
        path.stem: path.read_text(encoding="utf-8")
        for path in sorted((workspace / "sources").glob("*.yaml"))
    }


def test_a_draft_that_lacks_something_stops_no_other(attain: Attain, workspace: Path) -> None:
    write(workspace / "data/raw/deals.csv", *DEALS)
    write(workspace / "data/raw/receipts.csv", "Receipt No,Customer,Amount", "R1,K1,5")
    said = attain("check", "--write", "-w", workspace)
    assert said.code == 0
    assert "a draft that is not read before it has received_date" in said.out
    said = attain("check", "-w", workspace)
    assert "→ opportunity (1 row, sources/deals.yaml)" in said.out
    assert "draft: sources/receipts.yaml is a draft and not read yet" in said.out
    # one edit, and it is read
    draft = workspace / "sources" / "receipts.yaml"
    text = draft.read_text(encoding="utf-8")
    draft.write_text(text + 'constants: {received_date: "2026-01-05"}\n', encoding="utf-8")
    said = attain("check", "-w", workspace)
    assert "→ receipt (1 row, sources/receipts.yaml)" in said.out
    assert "draft" not in said.out


def test_a_mistake_in_a_draft_is_still_named(attain: Attain, workspace: Path) -> None:
    write(workspace / "sources/x.yaml", "source: x", "draft: true", "system: crm", "table: receipt",
          "files: [x.csv]", "columns: {receiptid: A}")  # fmt: skip
    said = attain("check", "-w", workspace)
    assert (said.code, "did you mean receipt_id?" in said.err) == (2, True)


def test_headers_that_are_like_known_ones_are_read_and_said_to_be(
    attain: Attain, workspace: Path
) -> None:
    head = "Opportunity Id,Opportunity Owner Full,Record Created Date,Stagename"
    more = "Estimated Amount EUR,Customer Remark"
    row = "O1,Ann,2026-01-05,Proposal,100.50,big"
    write(workspace / "data/raw/pipeline.csv", f"{head},{more}", row)
    attain("check", "--write", "-w", workspace)
    text = sources(workspace)["pipeline"]
    for line in (
        "table: opportunity",
        "  created_at: Record Created Date  # 2026-01-05; like 'Create",
        "  amount: Estimated Amount EUR  # 100.50; like ",
        "#   Customer Remark: big",
    ):
        assert line in text, text


def test_what_is_like_a_date_by_name_must_hold_dates(attain: Attain, workspace: Path) -> None:
    head = f"{DEALS[0]},Expected Close Date Remark"
    write(workspace / "data/raw/deals.csv", head, f"{DEALS[1]},soon")
    attain("check", "--write", "-w", workspace)
    assert "expected_close_date" not in sources(workspace)["deals"]


@pytest.mark.parametrize(
    ("rows", "header"),
    [
        ([["Kennung", "Kanal", "Text"], ["A1", "Email", "Web"], ["A2", "Phone", "Status"]],
         "Kennung"),
        ([["Report of May"], ["Kennung", "Kanal", "Text"], ["A", "Email", "Status"]], "Kennung"),
        ([["x", "y"], ["Deal ID", "Owner", "Stage"], ["D1", "A", "Won"]], "Deal ID"),
        ([["年度", "姓名", "1月", "2月"], ["2026", "张三", "10", "20"]], "姓名"),
        ([["1", "Email"], ["2", "Phone"]], None),
    ],
    ids=["data of known words", "below a title", "known names", "a wide sheet", "no header at all"],
)  # fmt: skip
def test_a_row_of_data_is_never_the_header(rows: list[list[str]], header: str | None) -> None:
    from pipelines.landing.detect import find_header

    names = header_names(rows, set(known_headers()))
    found = find_header(rows, names)
    if header is not None:
        assert found is not None
        assert header in found.names


def test_files_of_one_name_in_two_folders_are_two_drafts(attain: Attain, workspace: Path) -> None:
    for folder in ("north", "south"):
        write(workspace / f"data/raw/{folder}/deals.csv", *DEALS)
    attain("check", "--write", "-w", workspace)
    assert list(sources(workspace)) == ["deals", "south_deals"]
    said = attain("check", "-w", workspace)
    assert said.out.count("→ opportunity") == 2


def test_exports_of_two_weeks_are_one_draft(attain: Attain, workspace: Path) -> None:
    for day in ("2026-11-09", "2026-11-16"):
        write(workspace / f"data/raw/deals_{day}.csv", *DEALS)
    said = attain("check", "--write", "-w", workspace)
    assert list(sources(workspace)) == ["deals"]
    assert "deals_2026-11-16.csv is read by" in said.out
    assert "left alone" not in said.out


def test_every_sheet_and_every_table_is_begun(attain: Attain, workspace: Path) -> None:
    write_workbook(workspace / "data/raw/book.xlsx", {
        "Deals": [["Deal ID", "Owner", "Created", "Stage"], ["D1", "A", "2026-01-05", "Won"]],
        "Invoices": [["Invoice No", "Customer", "Invoice Date", "Net", "Total"],
                     ["I1", "K1", "2026-01-05", 1, 1]],
    })  # fmt: skip
    with closing(sqlite3.connect(workspace / "data/raw/crm.db")) as database:
        database.execute("create table contact (a, b)")
        database.execute('create table leads ("Lead ID", Created, Owner, Status)')
        database.execute("insert into leads values ('L1', '2026-01-05', 'A', 'New')")
        database.commit()
    attain("check", "--write", "-w", workspace)
    written = sources(workspace)
    assert {name: ("sheet: " in text) for name, text in written.items()} == {
        "deals": True, "invoices": True, "leads": True,
    }  # fmt: skip
    said = attain("check", "-w", workspace)
    for read in ("→ opportunity (1 row", "→ invoice (1 row", "→ lead (1 row"):
        assert read in said.out


def test_amounts_of_one_other_currency_are_told_beside_the_base(
    attain: Attain, workspace: Path
) -> None:
    file = workspace / "data/canonical/receipt.csv"
    rows = ["receipt_id,customer_id,received_date,amount,currency", "R1,K1,2026-01-05,5,EUR"]
    write(file, *rows)
    hint = "hint: every amount that names its currency is in EUR, and attain.yaml says base_"
    assert hint in attain("check", "-w", workspace).out
    write(file, *rows, "R2,K1,2026-01-05,5,CNY")
    assert "hint" not in attain("check", "-w", workspace).out


@pytest.mark.parametrize(
    ("option", "value", "said"),
    [
        ("--currency", "euro", "base_currency: expected a text of the form"),
        ("--time-zone", "Mars", "'Mars' is not a time zone"),
        ("--calendar", "xx", "calendar"),
    ],
)
def test_a_setting_that_cannot_be_makes_no_workspace(
    attain: Attain, tmp_path: Path, option: str, value: str, said: str
) -> None:
    new = tmp_path / "new"
    answer = attain("init", new, option, value)
    assert answer.code == 2
    assert said in answer.err
    assert not (new / "attain.yaml").exists()
    assert attain("init", new, "--currency", "EUR", "--calendar", "de-by").code == 0
    assert "base_currency: EUR" in (new / "attain.yaml").read_text(encoding="utf-8")


def test_headers_that_begin_with_the_name_of_their_table_are_read_without_it(
    attain: Attain, workspace: Path
) -> None:
    head = ["ID", "Title", "Value", "Owner", "Stage", "Status", "Deal created", "Lost reason"]
    row = "7,Pump,10.50,Ann,Proposal Made,Lost,2026-09-14 08:33:10,price"
    write(workspace / "data/raw/x.csv", ",".join(f"Deal - {name}" for name in head), row)
    attain("check", "--write", "-w", workspace)
    text = sources(workspace)["x"]
    for column in ("opportunity_id", "name", "amount", "owner_id", "created_at", "loss_reason"):
        assert f"  {column}: " in text, text
    assert 'outcome: {from: "Deal - Status", map: {Lost: lost}}' in text
    assert "1 row" in attain("check", "-w", workspace).out


def test_a_trial_balance_is_begun_from_the_file_alone(attain: Attain, workspace: Path) -> None:
    write(workspace / "data/raw/科目余额表.csv", "科目余额表", "期间：2026年10期",
          "科目编码,科目名称,期初余额,,期末余额,", ",,借方,贷方,借方,贷方",
          '1122,应收账款,"5,000.00",,"5,900.00",', "1601,固定资产,1,,2,",
          "合计,,1,,2,")  # fmt: skip
    said = attain("check", "--write", "-w", workspace)
    assert "gl_balance by the preset kingdee: 3 of its 6 columns." in said.out
    text = sources(workspace)["科目余额表"]
    assert 'only: {科目编码: ["1122"]}' in text
    assert "in quarantine" not in text
    [file] = json.loads(attain("check", "-w", workspace, "--json").out)["files"]
    seen = {column["column"]: column["samples"] for column in file["columns"]}
    assert (file["refused"], seen["period_end"]) == (0, ["2026-10-31"])


def test_a_stage_that_is_only_like_one_says_how_deals_ended_too(
    attain: Attain, workspace: Path
) -> None:
    head = "deal_id,deal_name,deal_amount,deal_owner_id,deal_created_at,deal_deal_stage_name"
    write(workspace / "data/raw/x.csv", head, "1,a,1,A,2026-09-14,Won", "2,b,1,A,2026-09-14,Lost",
          "3,c,1,A,2026-09-14,Negotiation")  # fmt: skip
    attain("check", "--write", "-w", workspace)
    wanted = "outcome: {from: deal_deal_stage_name, map: {Lost: lost, Negotiation: open, Won: won}}"
    assert wanted in sources(workspace)["x"]


def test_a_stage_that_is_no_end_is_open_and_ends_are_closed_on_their_expected_day(
    attain: Attain, workspace: Path
) -> None:
    write(workspace / "data/raw/x.csv", "Record Id,Deal Owner,Stage,Created Time,Closing Date",
          "1,Ann,Proposal/Price Quote,2026-09-14,2026-12-01",
          "2,Ann,Closed Won,2026-09-14,2026-10-01",
          "3,Ann,Closed Lost to Competition,2026-09-14,2026-10-02")  # fmt: skip
    attain("check", "--write", "-w", workspace)
    text = sources(workspace)["x"]
    assert (
        "outcome: {from: Stage, map: {Closed Lost to Competition: lost, Closed Won: won, "
        '"Proposal/Price Quote": open}}' in text
    )
    assert "case when {Stage} in ('Closed Lost to Competition', 'Closed Won') then" in text
    assert "not read" not in attain("check", "-w", workspace).out


def test_an_amount_paid_is_said_to_be_read_from_nowhere(attain: Attain, workspace: Path) -> None:
    write(workspace / "data/raw/x.csv", "Invoice No,Customer,Invoice Date,Total,Amount Paid",
          "I1,K1,2026-01-05,100,40")  # fmt: skip
    attain("check", "--write", "-w", workspace)
    text = sources(workspace)["x"]
    assert "# What is paid is read from receipts and their allocation, not from Amount Paid" in text
    assert "  net_amount: Total  # 100; the only amount: see whether tax is in it" in text


def test_a_key_is_found_by_what_it_is_where_its_header_is_the_system_s_own(
    attain: Attain, workspace: Path
) -> None:
    write(workspace / "data/raw/pipeline.csv",
          "Phone Number,Acme ID,Stage,Amount,Owned By,Created,Company ID",
          "1,901,Won,5,Ann,2026-01-05,55", "2,902,Proposal,6,Bo,2026-01-06,55")  # fmt: skip
    attain("check", "--write", "-w", workspace)
    text = sources(workspace)["pipeline"]
    assert "  opportunity_id: Acme ID  # 901 | 902; like 'opportunity_id'" in text
    assert "  owner_id: Owned By" in text
    assert "→ opportunity (2 rows, sources/pipeline.yaml)" in attain("check", "-w", workspace).out


def test_a_column_that_repeats_itself_is_no_key(attain: Attain, workspace: Path) -> None:
    write(workspace / "data/raw/pipeline.csv", "Acme ID,Stage,Amount,Owner,Created",
          "901,Won,5,Ann,2026-01-05", "901,Proposal,6,Bo,2026-01-06")  # fmt: skip
    attain("check", "--write", "-w", workspace)
    assert "# missing: opportunity_id" in sources(workspace)["pipeline"]


def test_a_stage_is_read_where_it_is_a_word(attain: Attain, workspace: Path) -> None:
    write(workspace / "data/raw/deals.csv", "Deal ID,Owner,Created,stage,stage_name",
          "D1,Ann,2026-01-05,5,Proposal", "D2,Ann,2026-01-05,6,Won")  # fmt: skip
    attain("check", "--write", "-w", workspace)
    assert "  stage: {from: stage_name, map: {" in sources(workspace)["deals"]
    said = attain("check", "-w", workspace).out
    assert "→ opportunity (2 rows, sources/deals.yaml)" in said
    assert "quarantine" not in said


def test_deals_are_closed_on_the_day_they_were_won_or_lost(attain: Attain, workspace: Path) -> None:
    write(workspace / "data/raw/deals.csv",
          "Deal ID,Owner,Created,Stage,Expected Close Date,date_won,date_lost",
          "D1,Ann,2026-01-05,Won,2026-03-01,2026-02-01,",
          "D2,Ann,2026-01-05,Lost,2026-03-01,,2026-02-02",
          "D3,Ann,2026-01-05,Proposal,2026-03-01,,")  # fmt: skip
    attain("check", "--write", "-w", workspace)
    with staged(workspace) as found:
        assert found.rows(
            "select opportunity_id, closed_at::date::varchar from staging.opportunity order by 1"
        ) == [("D1", "2026-02-01"), ("D2", "2026-02-02"), ("D3", None)]


def test_the_actual_day_of_closing_is_read_before_the_expected_one(
    attain: Attain, workspace: Path
) -> None:
    write(workspace / "data/raw/销售机会.csv",
          "销售机会ID,销售机会名称,销售机会所有人,销售金额,销售阶段,预计成交日期,实际成交日期,创建时间",
          "1,泵,王芳,5,赢单,2026-03-01,2026-02-01,2026-01-05",
          "2,阀,李雷,6,输单,2026-03-01,2026-02-02,2026-01-05")  # fmt: skip
    attain("check", "--write", "-w", workspace)
    with staged(workspace) as found:
        assert found.rows(
            "select opportunity_id, owner_id, outcome, amount::int, closed_at::date::varchar "
            "from staging.opportunity order by 1"
        ) == [("1", "王芳", "won", 5, "2026-02-01"), ("2", "李雷", "lost", 6, "2026-02-02")]


# the headers of vendors' exports as their public documentation lists them
VENDORS = {
    "Zoho CRM, deals": (
        "Record Id,Deal Owner.id,Deal Owner,Deal Name,Account Name.id,Account Name,Type,"
        "Stage,Probability (%),Amount,Currency,Closing Date,Created Time,Reason For Loss",
        "zcrm_1,zcrm_2,Ann,Pump,zcrm_3,Benton,New Business,Closed Won,100,55000.5,EUR,2026-10-02,"
        "2026-07-01 08:12:00,",
        "opportunity",
    ),
    "Pipedrive, deals": (
        '"Deal - ID","Deal - Title","Deal - Value","Deal - Currency of Value","Deal - Owner",'
        '"Deal - Stage","Deal - Status","Deal - Organization","Deal - Deal created",'
        '"Deal - Deal closed on","Deal - Lost reason","Deal - Expected close date","Deal - Label"',
        "1,Pump,10000,USD,Ann,Negotiations Started,Open,Acme,2026-09-14 08:33:10,,,2026-12-01,HOT",
        "opportunity",
    ),
    "Freshsales, deals": (
        "deal_id,deal_name,deal_amount,deal_currency_name,deal_expected_close,deal_closed_date,"
        "deal_created_at,deal_deal_stage_name,deal_deal_type_name,deal_owner_name,deal_owner_id",
        "123,Valve,800.00,USD,13-10-2026,14-10-2026,01-09-2026 09:00:00,Won,New Business,Ann,77",
        "opportunity",
    ),
    "QuickBooks Online, invoice list with balances": (
        "Date,Transaction type,Num,Customer full name,Due date,Amount,Open balance,Status",
        '10/20/2026,Invoice,1003,Alpha,12/19/2026,"1,300.00",0.00,Past Due',
        "invoice",
    ),
    "a Chinese list of invoices with what is not yet received": (
        "开票日期,发票号,客户名称,价税合计,未收金额,业务员",
        '2026-10-05,F001,甲公司,"1,130.00",130.00,张三',
        "invoice",
    ),
    "Zoho Books, invoices": (
        "Invoice Date,Invoice ID,Invoice Number,Invoice Status,Customer ID,Due Date,Currency Code,"
        "SubTotal,Total,Balance,Payment Terms,Tax Total,Sales person",
        "2026-10-01,982,INV-2,Overdue,981,2026-10-31,INR,5000.00,5900.00,5900.00,30,900.00,Asha",
        "invoice",
    ),
}


@pytest.mark.parametrize("vendor", VENDORS)
def test_the_export_of_a_system_without_preset_is_read_as_it_is_begun(
    attain: Attain, workspace: Path, vendor: str
) -> None:
    head, row, table = VENDORS[vendor]
    write(workspace / "data/raw/export.csv", head, row)
    attain("check", "--write", "-w", workspace)
    said = attain("check", "-w", workspace)
    assert said.code == 0
    assert f"→ {table} (1 row, sources/export.yaml)" in said.out
    assert "not read" not in said.out
    assert ("  open_amount: " in sources(workspace)["export"]) == (
        "alance" in head or "未收" in head
    )
