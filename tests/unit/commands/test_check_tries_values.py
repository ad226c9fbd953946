"""`attain check` reads every value on trial: what a run would refuse is never said to be read."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.support.commands import Said, write
from tests.support.landing_files import write_workbook

Attain = Callable[..., Said]
SOURCE = (
    "source: deals", "system: crm", "table: opportunity", "files: ['deals*.csv']",
    "columns: {opportunity_id: Id, owner_id: Owner, created_at: Created, stage: Stage,",
    "  amount: Amount}",
)  # fmt: skip
HEAD = "Id,Owner,Created,Stage,Amount"


def test_what_cannot_be_read_is_said_with_its_line_and_value(
    attain: Attain, workspace: Path
) -> None:
    write(workspace / "sources/deals.yaml", *SOURCE)
    write(workspace / "data/raw/deals.csv", HEAD, "1,A,2026-11-02,lead,5", "2,A,02.11.2026,lead,x",
          "3,A,2026-11-02,lead,seven", "4,A,2026-11-02,lead,5")  # fmt: skip
    said = attain("check", "-w", workspace)
    assert said.code == 0
    for sentence in (
        "2 of 4 rows would be in quarantine",
        "not read: created_at is not a date",
        "1 row, line 3 '02.11.2026'",
        "2 rows, line 3 'x'",
    ):
        assert sentence in said.out
    [file] = json.loads(attain("check", "-w", workspace, "--json").out)["files"]
    assert file["refused"] == 2
    assert [(r["rule"], r["rows"], r["line"]) for r in file["refusals"]] == [
        ("created_at.not_a_date", 1, 3), ("amount.not_a_number", 2, 3),
    ]  # fmt: skip


def test_the_style_to_state_is_said_once_for_each_column(attain: Attain, workspace: Path) -> None:
    write(workspace / "sources/deals.yaml", *SOURCE)
    write(workspace / "data/raw/deals.csv", HEAD, "1,A,02-NOV-26,lead,12.29万",
          "2,A,03-NOV-26,lead,3.2亿", '3,A,2026-11-02,lead,"1 234,50"',
          "4,A,2026-11-02,lead,5")  # fmt: skip
    [file] = json.loads(attain("check", "-w", workspace, "--json").out)["files"]
    starts = [remark[:64] for remark in file["remarks"]]
    assert starts == [
        "created_at: 2 dates have two-digit years (such as 02-NOV-26), wh",
        "a decimal comma stands in 1 row of amount (such as 1 234,50), wh",
        "in 2 rows amount says its own unit (such as 12.29万), and is not ",
    ]
    for remark in file["remarks"]:
        assert f"  {remark}" in attain("check", "-w", workspace).out


def test_an_export_that_a_run_would_stop_at_is_a_problem(attain: Attain, workspace: Path) -> None:
    write(workspace / "sources/deals.yaml", *SOURCE)
    rows = [f"{n},A,02.11.2026,lead,5" for n in range(30)]
    write(workspace / "data/raw/deals.csv", HEAD, *rows)
    said = attain("check", "-w", workspace)
    assert said.code == 1
    assert "PROBLEM: 30 of 30 rows cannot be read" in said.out
    assert "not read: created_at" in said.out


def test_stages_that_no_process_has_are_named(attain: Attain, workspace: Path) -> None:
    write(workspace / "sources/deals.yaml", *SOURCE)
    write(workspace / "data/raw/deals.csv", HEAD, "1,A,2026-11-02,Nowhere,5",
          "2,A,2026-11-02,lead,5")  # fmt: skip
    assert "not read: stage is not an allowed value" in attain("check", "-w", workspace).out


def test_merges_that_lead_back_to_themselves_are_said_before_a_run(
    attain: Attain, workspace: Path
) -> None:
    folder = workspace / "data/canonical"
    write(folder / "customer_merge.csv", "from_id,into_id", "K3,K2", "K4,K5", "K5,K4", "K9,K9")
    said = attain("check", "-w", workspace)
    assert "3 of 4 rows would be in quarantine" in said.out
    assert "not read: from_id leads back to itself" in said.out
    assert ": 3 rows, line 3 'K4'" in said.out
    write(folder / "customer_merge.csv", "from_id,into_id", "K3,K2", "K2,K5")
    assert "quarantine" not in attain("check", "-w", workspace).out


def test_what_a_file_gives_away_alone_is_said_before_a_run(attain: Attain, workspace: Path) -> None:
    write(workspace / "sources/deals.yaml", *(x.replace("*.csv", "*") for x in SOURCE))
    rows = [HEAD.split(","), ["1", "A", "2026-11-02", "lead", "5"]]
    path = workspace / "data/raw/deals.xlsx"
    write_workbook(path, {"Deals": rows, "By owner": [["Owner", "Amount"], ["A", "5"]]})
    write(
        workspace / "data/raw/deals_b.csv", HEAD, "2,A,2026-11-02,lead,5", "Total (3 records),,,,5"
    )
    said = attain("check", "-w", workspace)
    assert said.code == 0
    assert "sheet By owner is not read, and its 1 row is missing from all figures" in said.out
    assert "deals_b.csv says it has 3 records" in said.out


def test_amounts_a_thousandth_too_small_are_a_problem_before_a_run(
    attain: Attain, workspace: Path
) -> None:
    write(workspace / "sources/deals.yaml", *SOURCE)
    amounts = ("1.234", "12.500", "3.000", "800", "1.200", "2.345", "1.234.567")
    write(workspace / "data/raw/deals.csv", HEAD,
          *(f"{n},A,2026-11-02,lead,{amount}" for n, amount in enumerate(amounts)))  # fmt: skip
    said = attain("check", "-w", workspace)
    assert said.code == 1
    assert "PROBLEM: data/raw/deals.csv: 6 rows of amount" in said.out


def test_nothing_is_said_of_an_accident_that_policy_turns_off(
    attain: Attain, workspace: Path
) -> None:
    write(workspace / "sources/deals.yaml", *SOURCE)
    write(workspace / "policy/quality.yaml", "accidents: {records_missing: off}")
    write(workspace / "data/raw/deals.csv", HEAD, "2,A,2026-11-02,lead,5", "Total (3 records),,,,5")
    assert "3 records" not in attain("check", "-w", workspace).out


@pytest.mark.parametrize(
    ("names", "encoding", "read_as", "seen"),
    [
        ("山田製作所 トヨタ自動車", "euc_jp", "gb18030", "怀拍澜侯疥"),
        ("Dvořák Plzeň", "cp1250", "windows-1252", "Dvoøák Plzeò"),
        ("Müller", "cp1252", "windows-1252", "Müller"),
    ],
)
def test_an_encoding_that_few_words_do_not_prove_is_said_with_one_of_them(
    attain: Attain, workspace: Path, names: str, encoding: str, read_as: str, seen: str
) -> None:
    write(workspace / "sources/deals.yaml", *SOURCE)
    path = write(workspace / "data/raw/deals.csv", HEAD)
    path.write_bytes(f"{HEAD}\n1,{names},2026-11-02,lead,5\n".encode(encoding))
    said = attain("check", "-w", workspace).out
    assert f"it is read as {read_as}, which so few words do not prove (such as {seen}" in said
    write(workspace / "sources/deals.yaml", *SOURCE, f"encoding: {encoding}")
    said = attain("check", "-w", workspace).out
    assert names in said
    assert "prove" not in said


def test_an_encoding_that_its_words_prove_is_not_doubted(attain: Attain, workspace: Path) -> None:
    write(workspace / "sources/deals.yaml", *SOURCE)
    path = write(workspace / "data/raw/deals.csv", HEAD)
    path.write_bytes(f"{HEAD},客户名称,负责部门\n1,王芳,2026-11-02,lead,5,,\n".encode("gb18030"))
    assert "prove" not in attain("check", "-w", workspace).out
