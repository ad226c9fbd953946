"""Wrong usage and wrong configuration: exit code 2, and what to do about it; never a traceback."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from pipelines.cli.main import cli
from tests.support.commands import Said, in_shell, write
from tests.support.laboratory import ROOT

Attain = Callable[..., Said]
COMMANDS = sorted(cli.commands)
SOURCE = (
    "source: crm_customer",
    "system: crm",
    "table: customer",
    'files: ["客户.csv"]',
    "columns: {customer_id: 编号, name: 名称}",
)


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_explains_itself(attain: Attain, command: str) -> None:
    said = attain(command, "--help")
    assert (said.code, said.err) == (0, "")
    assert said.out.startswith(f"Usage: attain {command} ")
    assert len(said.out.splitlines()) > 5


def test_the_command_lists_its_commands_and_exit_codes(attain: Attain) -> None:
    said = attain("--help")
    assert said.code == 0
    assert all(command in said.out for command in COMMANDS)
    assert "0 done; 1 a check blocked something" in " ".join(said.out.split())


def test_the_version_is_the_package_s(attain: Attain) -> None:
    from pipelines import __version__

    assert attain("--version").out.strip() == f"attain, version {__version__}"


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (["frobnicate"], "No such command 'frobnicate'"),
        (["run", "--frob"], "No such option '--frob'"),
        (["run", "--as-of", "2026-02-30"], "'2026-02-30' does not match the format '%Y-%m-%d'"),
        (["explain"], "Missing argument 'KPI'"),
        (["explain", "visits"], "Missing option '--period'"),
        (["sample", "x", "--size", "huge"], "'huge' is not one of 'small', 'medium', 'large'"),
    ],
)
def test_wrong_words_are_named_with_a_way_to_help(
    attain: Attain, words: list[str], expected: str
) -> None:
    said = attain(*words)
    assert said.code == 2
    assert expected in said.err
    assert "--help" in said.err


@pytest.mark.parametrize("command", [["run"], ["check"], ["status"], ["explain", "visits", "--period", "2026"]])  # fmt: skip # noqa: E501
def test_a_folder_that_is_no_workspace_says_how_to_make_one(
    attain: Attain, tmp_path: Path, command: list[str]
) -> None:
    said = attain(*command, "-w", tmp_path)
    assert said.code == 2
    assert said.last == (
        f"{tmp_path} is not an attain workspace: it has no attain.yaml. "
        f"Create one with: attain init {tmp_path}"
    )
    said = attain(*command, "-w", tmp_path / "nowhere")
    assert said.code == 2
    assert said.last.endswith(
        f"no such folder. Create a workspace with: attain init {tmp_path}/nowhere"
    )


@pytest.mark.parametrize("command", [["status"], ["explain", "visits", "--period", "2026"]])
def test_before_the_first_run_it_says_what_to_run(
    attain: Attain, workspace: Path, command: list[str]
) -> None:
    said = attain(*command, "-w", workspace)
    assert said.code == 2
    assert (
        said.last == f"{workspace}: nothing has been computed yet. Run: attain run -w {workspace}"
    )


def test_a_damaged_warehouse_says_how_to_begin_again(attain: Attain, workspace: Path) -> None:
    write(workspace / ".attain" / "warehouse.duckdb", "not a database")
    said = attain("status", "-w", workspace)
    assert said.code == 2
    assert "Delete this file; one run computes all of it again" in said.last


def test_init_makes_a_workspace_and_says_what_comes_next(attain: Attain, tmp_path: Path) -> None:
    folder = tmp_path / "new" / '公司: "A"'
    said = attain("init", folder)
    assert (said.code, said.err) == (0, "")
    assert f"attain check -w {folder}" in said.out
    assert f"attain run -w {folder}" in said.out
    said = attain("check", "-w", folder)
    assert said.code == 0
    assert said.out.startswith("no exports yet")


def test_init_copies_examples_only_where_they_are_asked_for(attain: Attain, tmp_path: Path) -> None:
    said = attain("init", tmp_path / "own")
    assert list((tmp_path / "own" / "policy").iterdir()) == []
    assert "Nobody is paid or judged" in said.out
    said = attain("init", tmp_path / "ws", "--with-examples")
    assert "are the sample company's: make them yours" in said.out
    assert attain("check", "-w", tmp_path / "ws").code == 0
    copied = {path.name for path in (tmp_path / "ws" / "policy").iterdir()}
    assert copied == {"commission", "appraisal", "quotas.yaml", "commission_books.yaml"}


def test_init_takes_a_name(attain: Attain, tmp_path: Path) -> None:
    from pipelines.workspace.workspace import open_workspace

    attain("init", tmp_path / "ws", "--name", "yes: # 甲")
    assert open_workspace(tmp_path / "ws").settings.name.zh == "yes: # 甲"


def test_init_leaves_what_is_there_alone(attain: Attain, workspace: Path, tmp_path: Path) -> None:
    before = (workspace / "attain.yaml").read_text(encoding="utf-8")
    said = attain("init", workspace)
    assert (said.code, said.last) == (
        2, f"{workspace}/attain.yaml exists already; edit it, or give another folder."
    )  # fmt: skip
    assert (workspace / "attain.yaml").read_text(encoding="utf-8") == before
    said = attain("init", write(tmp_path / "file", "x"))
    assert (said.code, said.last) == (2, f"{tmp_path}/file is a file; give a folder.")


def test_a_folder_that_cannot_be_written_is_named(attain: Attain) -> None:
    said = attain("init", "/proc/attain")
    assert said.code == 2
    assert said.last.startswith("/proc/attain/data/raw: No such file or directory. ")


@pytest.mark.parametrize(
    ("only", "expected"),
    [("appraisals", "--only 'appraisals': no such report (did you mean appraisal?)."),
     (",", "--only is empty; expected some of director_weekly, region_weekly, team_weekly, "
           "rep_weekly, finance, appraisal, commission_statement, kpi_browser, sales_ops.")],
)  # fmt: skip
def test_a_report_that_does_not_exist_is_named(
    attain: Attain, workspace: Path, only: str, expected: str
) -> None:
    said = attain("run", "-w", workspace, "--only", only)
    assert (said.code, said.last) == (2, expected)


def run_and_check(attain: Attain, workspace: Path) -> str:
    """The sentence with which both commands refuse a configuration."""
    said = [attain(command, "-w", workspace) for command in ("run", "check")]
    assert [s.code for s in said] == [2, 2]
    assert said[0].last == said[1].last
    assert not (workspace / "reports").exists()  # nothing is computed from it
    return said[0].last.replace(f"{workspace}/", "")


def test_a_wrong_mapping_key_is_named_before_anything_is_computed(
    attain: Attain, workspace: Path
) -> None:
    write(workspace / "sources/crm.yaml", *SOURCE[:-1], "columns: {customer_id: 编号, nmae: 名称}")
    assert run_and_check(attain, workspace) == (
        "sources/crm.yaml line 5, columns.nmae: customer has no such column (did you mean name?)."
    )


def test_a_stage_that_is_not_of_the_process_is_named(attain: Attain, workspace: Path) -> None:
    write(workspace / "sources/crm.yaml", "source: o", "system: crm", "table: opportunity",
          "files: [o.csv]", "columns:", "  stage: {from: 阶段, map: {报价: propsal}}")  # fmt: skip
    assert run_and_check(attain, workspace) == (
        "sources/crm.yaml line 6, columns.stage.map.报价: 'propsal' is not a stage of the process "
        "in force (did you mean proposal?)."
    )


def test_overlapping_tiers_are_named(attain: Attain, workspace: Path) -> None:
    name = "policy/commission/rep_2024.yaml"
    text = (ROOT / name).read_text(encoding="utf-8")
    write(workspace / name, text.replace("{from: 60, to: 100", "{from: 50, to: 100"))
    assert run_and_check(attain, workspace) == (
        f"{name} line 21, components.0.rate.tiers.1.from: tiers overlap: 0–60 and 50–100 share "
        "50–60."
    )


def test_a_formula_over_an_unknown_column_is_named(attain: Attain, workspace: Path) -> None:
    name = "policy/kpis/money.yaml"
    text = (ROOT / name).read_text(encoding="utf-8")
    write(workspace / name, text.replace("numerator: amount_base", "numerator: amuont_base", 1))
    assert run_and_check(attain, workspace) == (
        f"{name} line 9, collections.numerator: core.fct_collection has no column 'amuont_base' "
        "(did you mean amount_base?)."
    )


def test_an_input_folder_that_is_gone_is_named(attain: Attain, workspace: Path) -> None:
    (workspace / "data" / "raw").rmdir()
    message = run_and_check(attain, workspace)
    assert message == "attain.yaml line 12, inputs.0.path: no such folder 'data/raw'."


def test_check_lists_missing_and_unusable_exports_and_ends_with_one(
    attain: Attain, workspace: Path
) -> None:
    write(workspace / "sources/crm.yaml", *SOURCE)
    said = attain("check", "-w", workspace)
    assert said.code == 1
    assert "missing: 客户.csv: no such export (sources/crm_customer.yaml)" in said.out
    (workspace / "data/raw/客户.csv").write_bytes(b"")
    assert "PROBLEM: the file is empty" in attain("check", "-w", workspace).out
    write(workspace / "data/raw/客户.csv", "编号,全称", "K1,甲")
    said = attain("check", "-w", workspace)
    assert said.code == 1
    assert "PROBLEM: no column '名称' for customer.name" in said.out


def test_check_shows_what_is_read_from_where(attain: Attain, workspace: Path) -> None:
    write(workspace / "sources/crm.yaml", *SOURCE)
    write(workspace / "data/raw/客户.csv", "编号,名称,备注", "K1,甲,无")
    write(workspace / "data/raw/其他.csv", "x", "1")
    said = attain("check", "-w", workspace)
    assert (said.code, said.err) == (0, "")
    assert "data/raw/客户.csv → customer (1 row, sources/crm_customer.yaml)" in said.out
    assert "not used: 备注" in said.out
    assert "unknown: data/raw/其他.csv: no source reads it" in said.out
    found = json.loads(attain("check", "-w", workspace, "--json").out)
    assert found["files"][0]["unused"] == ["备注"]
    assert found["problems"] == []


def test_the_module_can_be_run_as_a_program(tmp_path: Path) -> None:
    said = in_shell("check", "-w", tmp_path)
    assert (said.code, said.out) == (2, "")
    assert "attain init" in said.err
