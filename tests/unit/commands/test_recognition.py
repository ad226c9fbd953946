"""`attain check` on files that no source reads: what they may be, and a source file begun."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from pipelines.onboarding.draft import draft_name
from pipelines.sources.sourcefile import read_source
from tests.support.commands import Said, write
from tests.support.laboratory import ROOT

Attain = Callable[..., Said]
STAGES = ("lead", "qualification", "needs_analysis", "proposal", "negotiation", "order")


def begun(attain: Attain, workspace: Path, name: str, *lines: str) -> str:
    """The source file that `attain check --write` begins for an export."""
    write(workspace / "data" / "raw" / name, *lines)
    said = attain("check", "--write", "-w", workspace)
    assert said.code == 0
    [path] = sorted((workspace / "sources").iterdir())
    assert f"written: {path} for data/raw/{name}" in said.out
    return path.read_text(encoding="utf-8")


CHINESE = (
    "商机编号,客户名称,负责人,当前阶段,状态,预计金额(万元),创建日期,备注",
    'S1,甲公司,张三,需求确认,跟进中,"1,5",05.03.2026,老客户',
    'S2,乙公司,李四,排队,赢单,"12,75",25.03.2026,',
)


def test_a_chinese_sheet_is_begun_with_what_its_values_show(
    attain: Attain, workspace: Path
) -> None:
    text = begun(attain, workspace, "我的商机_2026-11-16.csv", *CHINESE)
    for line in (
        "source: 我的商机",
        "table: opportunity",
        'files: ["我的商机*.csv"]',
        "date_order: dmy  # the day comes first: 25.03.2026",
        'numbers: {decimal: ","}  # a decimal comma: 1,5',
        "  customer_id: 客户名称  # 乙公司 | 甲公司",
        "  stage: {from: 当前阶段, map: {需求确认: needs_analysis}}  # 排队 | 需求确认",
        "  # stage: not mapped, so in quarantine: 排队",
        "  outcome: {from: 状态, map: {赢单: won, 跟进中: open}}  # 赢单 | 跟进中",
        '  amount: {from: "预计金额(万元)", unit: 万元}  # 1,5 | 12,75',
        "#   备注: 老客户",
    ):
        assert line in text.splitlines()


def test_what_is_begun_loads_and_reads_the_file(attain: Attain, workspace: Path) -> None:
    """The way of the README, word by word: drop the file, check --write, check."""
    begun(attain, workspace, "我的商机_2026-11-16.csv", *CHINESE)
    said = attain("check", "-w", workspace)
    assert (said.code, said.err) == (0, "")
    assert "→ opportunity (2 rows, sources/我的商机.yaml)" in said.out
    assert "unknown" not in said.out


def test_next_week_s_export_is_read_by_the_same_file(attain: Attain, workspace: Path) -> None:
    begun(attain, workspace, "我的商机_2026-11-16.csv", *CHINESE)
    write(workspace / "data/raw/我的商机_2026-11-23.csv", *CHINESE)
    assert attain("check", "-w", workspace).out.count("sources/我的商机.yaml") == 2


def test_everyday_english_and_dates_that_leave_the_order_open(
    attain: Attain, workspace: Path
) -> None:
    text = begun(
        attain, workspace, "deals.csv", "Deal ID,Owner,Created,Stage,Status,Amount,Account",
        "D1,Ann,05/01/2026,Quote,Open,1.234,null", "D2,Bob,06/02/2026,Won,Won,2.500,Acme",
    )  # fmt: skip
    assert (
        "# date_order: ambiguous (05/01/2026): no day above 12 in the file; state date_order: "
        "dmy or mdy" in text
    )
    assert "# numbers: ambiguous (1.234): for a point between thousands state" in text
    assert 'empty: ["null"]' in text
    assert "stage: {from: Stage, map: {Quote: proposal, Won: order}}" in text


def test_the_month_first_and_both_orders(attain: Attain, workspace: Path) -> None:
    head = "Invoice No,Customer,Invoice Date,Due Date,Net,Total"
    text = begun(attain, workspace, "invoices.csv", head, "I1,K1,1/26/2026,2/5/2026,1,1.00")
    assert "date_order: mdy  # the month comes first: 1/26/2026" in text
    (workspace / "sources" / "invoices.yaml").unlink()
    text = begun(attain, workspace, "invoices.csv", head, "I1,K1,1/26/2026,26/2/2026,1,1.00")
    assert "# date_order: both orders stand in the file: 26/2/2026 and 1/26/2026" in text


def test_a_vendor_s_export_points_to_its_preset(attain: Attain, workspace: Path) -> None:
    folder = ROOT / "tests" / "vendor_formats" / "xero_fivetran"
    name = "xero_invoice_data.csv"
    (workspace / "data" / "raw" / name).write_bytes((folder / name).read_bytes())
    said = attain("check", "-w", workspace)
    assert (
        f"{name}: no source reads it. It may be invoice by the preset xero: 10 of its 27"
        in said.out
    )
    assert f"all source files for it: attain preset xero -w {workspace}" in said.out
    attain("check", "--write", "-w", workspace)
    [source] = read_source(workspace / "sources" / "xero_invoice_data.yaml", STAGES)
    assert source.kept == {"type": ("ACCREC",)}
    assert source.constants == {"kind": "invoice"}


def test_what_required_columns_are_missing_is_said_twice(attain: Attain, workspace: Path) -> None:
    text = begun(attain, workspace, "receipts.csv", "Receipt No,Customer,Amount", "R1,K1,5")
    missing = "# missing: received_date, required: add it below columns, or a fixed value below"
    assert missing in text
    assert "draft: true" in text
    said = attain("check", "-w", workspace)
    assert (
        "draft: sources/receipts.yaml is a draft and not read yet: receipt requires received_date; "
        in said.out
    )


def test_a_source_file_that_is_there_is_left_alone(attain: Attain, workspace: Path) -> None:
    write(workspace / "data/raw/deals.csv", "Deal ID,Owner,Created,Stage", "D1,A,2026-01-05,Won")
    own = write(workspace / "sources/deals.yaml", "source: other", "system: crm", "table: customer",
                "files: [x.csv]", "required: false",
                "columns: {customer_id: a, name: b}")  # fmt: skip
    before = own.read_bytes()
    said = attain("check", "--write", "-w", workspace)
    assert f"{own} exists already and was left alone." in said.out
    assert own.read_bytes() == before


def test_one_file_alone_may_be_looked_at(attain: Attain, workspace: Path) -> None:
    first = write(workspace / "data/raw/deals.csv", "Deal ID,Owner,Created,Stage", "D1,A,,Won")
    write(workspace / "data/raw/leads.csv", "Lead ID,Created,Owner", "L1,2026-01-05,A")
    said = attain("check", first, "-w", workspace)
    assert "deals.csv" in said.out
    assert "leads.csv" not in said.out
    found = json.loads(attain("check", first, "-w", workspace, "--json").out)
    assert found["unknown"] == ["data/raw/deals.csv"]
    assert found["guesses"][0]["draft_name"] == "deals"
    said = attain("check", workspace / "x.csv", "-w", workspace)
    assert (said.code, said.last) == (
        2, f"{workspace}/x.csv: lies in no input folder of attain.yaml, or is no export."
    )  # fmt: skip


def test_a_file_of_unknown_words_is_said_to_be_one(attain: Attain, workspace: Path) -> None:
    write(workspace / "data/raw/x.csv", "foo,bar", "1,2")
    said = attain("check", "-w", workspace)
    assert (
        "unknown: data/raw/x.csv: no source reads it; none of its headers is known: foo, bar"
        in said.out
    )


def test_a_wide_sheet_is_begun_with_its_months(attain: Attain, workspace: Path) -> None:
    text = begun(attain, workspace, "业绩目标.csv", "年度,姓名,1月,2月", "2026,张三,10,20")
    assert 'amount: "@each"' in text
    assert 'files: ["业绩目标.csv"]' in text
    assert 'each: {"1月": {m: "01"}, "2月": {m: "02"}}' in text
    said = attain("check", "-w", workspace)
    assert said.code == 0
    assert said.out.count("→ quota (1 row, sources/业绩目标") == 2


def test_people_s_phones_and_addresses_are_not_written_down(
    attain: Attain, workspace: Path
) -> None:
    """A source file is passed on and kept for years; its comments are no place for them."""
    text = begun(
        attain, workspace, "leads.csv", "Lead ID,Created,Phone,Full Name,Kontakt,Note",
        "L1,2026-01-05,13800000000,Ann Lee,ann@example.com,old",
    )  # fmt: skip
    for secret in ("13800000000", "Ann Lee", "ann@example.com"):
        assert secret not in text
    assert "  phone: Phone  # values not shown" in text
    assert "#   Note: old" in text


def test_a_name_full_of_signs_still_names_only_its_own_file(
    attain: Attain, workspace: Path
) -> None:
    head = 'Deal ID,Owner,Created,Stage,"Was: ""x"" #1"'
    text = begun(attain, workspace, "deals [1] 'a'.csv", head, "D1,A,2026-01-05,Won,y")
    assert "files: [\"deals [[]1] 'a'.csv\"]" in text
    said = attain("check", "-w", workspace)
    assert said.code == 0
    assert "→ opportunity (1 row" in said.out


@pytest.mark.parametrize(
    ("file", "name"),
    [
        ("deals.csv", "deals"),
        ("crm/Deals 2026-11-16.csv", "deals"),
        ("客户信息.xlsx", "客户信息"),
        ("export.zip!Account.csv", "account"),
        ("2026-11-16.csv", "2026_11_16"),
        ("deals.csv.gz", "deals"),
    ],
)
def test_a_draft_is_named_after_the_export(file: str, name: str) -> None:
    assert draft_name(file) == name


def test_every_export_of_the_sample_company_is_recognised_without_its_source_files(
    workspace: Path,
) -> None:
    """A stranger with such exports is told the table that the sample's own sources say."""
    from pipelines.onboarding.recognise import recognise
    from pipelines.sources.sourcefile import load_sources
    from pipelines.workspace.workspace import open_workspace

    shutil.copytree(ROOT / "data" / "raw", workspace / "data" / "raw", dirs_exist_ok=True)
    meant = {
        (file, source.table)
        for source in load_sources(ROOT / "sources", (*STAGES, "relationship"))
        for file in source.files
    }
    guesses = recognise(open_workspace(workspace), []).guesses
    wrong = {
        guess.file: guess.fits
        for guess in guesses
        if not guess.fits
        or (guess.file.removeprefix("data/raw/"), guess.fits[0].split()[0]) not in meant
    }
    assert len(guesses) > 25
    assert wrong == {}


def test_of_several_headers_each_that_is_there_is_read(attain: Attain, workspace: Path) -> None:
    """The first that is filled counts, so both are used and both have samples."""
    write(workspace / "sources/x.yaml", "source: x", "system: crm", "table: receipt",
          "files: [x.csv]", "columns: {receipt_id: Id, customer_id: Who, amount: Sum,",
          "  received_date: {from: [Cleared, Booked]}}")  # fmt: skip
    write(workspace / "data/raw/x.csv", "Id,Who,Sum,Booked,Cleared", "1,K,5,2026-01-05,",
          "2,K,5,2026-01-05,2026-01-09")  # fmt: skip
    said = attain("check", "-w", workspace)
    assert "Cleared or Booked" in said.out
    assert "2026-01-05 | 2026-01-09" in said.out
    assert "not used" not in said.out
