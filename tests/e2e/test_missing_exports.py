"""A company of two exports, one of which goes missing: what stays, what is said, and the way back.

A few rows are enough: nothing here is a matter of size.
"""

from __future__ import annotations

import json
import re
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from pipelines.onboarding.scaffold import create_workspace
from tests.support.commands import write
from tests.support.runs import attain, pages, run

AS_OF = ("--as-of", "2026-11-15")


def company(folder: Path) -> Path:
    """Two people, their deals in one export, what customers answered in another; a bad visit."""
    root = folder / "ws"
    create_workspace(root, "甲")
    settings = (root / "attain.yaml").read_text(encoding="utf-8")
    write(root / "attain.yaml", settings, "reports: [director_weekly, sales_ops]")
    write(root / "sources/opportunity.yaml", "source: crm_opportunity", "system: crm",
          "table: opportunity", "files: [商机.csv]",
          "columns: {opportunity_id: 编号, owner_id: 负责人, name: 名称, created_at: 创建,"
          " stage: 阶段, outcome: 状态, amount: 金额, closed_at: 关闭}")  # fmt: skip
    write(root / "sources/survey.yaml", "source: crm_survey", "system: crm", "table: survey",
          "files: [客户调查.csv]", "columns: {survey_id: 编号, employee_id: 工号, kind: 类型,"
          " score: 评分, responded_at: 答复}")  # fmt: skip
    raw, canonical = root / "data" / "raw", root / "data" / "canonical"
    write(raw / "商机.csv", "编号,负责人,名称,创建,阶段,状态,金额,关闭",
          "O1,E1,A,2026-09-01,qualification,open,1000,",
          "O2,E1,B,2026-09-02,proposal,open,2000,",
          "O3,E2,C,2026-09-03,order,won,3000,2026-10-03",
          "O4,E2,D,2026-09-04,negotiation,lost,4000,2026-10-04")  # fmt: skip
    write(raw / "客户调查.csv", "编号,工号,类型,评分,答复", "S1,E1,csat,5,2026-09-10",
          "S2,E2,csat,4,2026-09-11")  # fmt: skip
    write(canonical / "org_unit.csv", "unit_id,name,kind,parent_unit_id", "C,甲,company,",
          "R,东,region,C", "T,一,team,R")  # fmt: skip
    write(canonical / "employee.csv", "employee_id,name", "E1,张三", "E2,李四")
    write(canonical / "assignment.csv", "employee_id,unit_id,role,valid_from",
          "E1,T,rep,2026-01-01", "E2,T,rep,2026-01-01")  # fmt: skip
    write(canonical / "activity.csv", "activity_id,type,occurred_at,employee_id",
          "A1,visit,2026-10-05,E1", "A2,visit,2026-10-06,E1", "A3,visit,someday,E1")  # fmt: skip
    return root


@dataclass(frozen=True)
class Blocked:
    """A run without the export of deals: its outcome, its pages, and a copy of what it published;
    then the run after the export came back."""

    outcome: dict[str, Any]
    before: dict[str, str]
    pages: dict[str, str]
    latest: Path
    restored: dict[str, Any]
    pages_restored: dict[str, str]


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = company(tmp_path_factory.mktemp("missing"))
    assert run(root, *AS_OF)["exit_code"] == 0
    return root


@pytest.fixture(scope="module")
def blocked(workspace: Path, tmp_path_factory: pytest.TempPathFactory) -> Blocked:
    deals, aside = workspace / "data" / "raw" / "商机.csv", workspace / "aside.csv"
    latest = tmp_path_factory.mktemp("blocked") / "latest"
    before = pages(workspace)
    deals.rename(aside)
    try:
        outcome, seen = run(workspace, *AS_OF), pages(workspace)
        shutil.copytree(workspace / "reports" / "latest", latest)
    finally:
        aside.rename(deals)
    return Blocked(outcome, before, seen, latest, run(workspace, *AS_OF), pages(workspace))


def test_a_missing_export_keeps_the_last_good_pages_and_says_so(blocked: Blocked) -> None:
    assert blocked.outcome["exit_code"] == 1
    assert any("商机.csv" in sentence for sentence in blocked.outcome["blocked"])
    assert "director_weekly" in blocked.outcome["kept"]
    before, after = blocked.before, blocked.pages
    about_the_run = "sales_ops/"
    models = [p for p in before if p.endswith(".json") and not p.startswith(about_the_run)]
    assert {p: after[p] for p in models} == {p: before[p] for p in models}
    page = next(p for p in after if re.fullmatch(r"director_weekly/[^/]+/[^/]+\.zh\.html", p))
    notice = (blocked.latest / page).read_text(encoding="utf-8")
    assert "商机没有交来数据" in notice and "商机.csv" not in notice
    of_operations = next((blocked.latest / "sales_ops").rglob("*.zh.html"))
    assert "商机.csv" in of_operations.read_text(encoding="utf-8")


def test_once_the_export_is_back_so_are_the_pages(blocked: Blocked) -> None:
    assert blocked.restored["exit_code"] == 0
    assert blocked.pages_restored == blocked.before


def test_while_a_check_blocks_sales_operations_read_why_and_no_old_figure(blocked: Blocked) -> None:
    assert "sales_ops" not in blocked.outcome["kept"]
    model = next((blocked.latest / "sales_ops").rglob("*.json"))
    page = json.loads(model.read_text(encoding="utf-8"))
    sections = {section["id"]: section for section in page["sections"]}
    assert sections["verdicts"]["message"]["id"] == "verdicts.blocked"
    assert "商机.csv" in json.dumps(sections["verdicts"], ensure_ascii=False)
    for name in ("hygiene", "leads", "cost"):
        assert sections[name]["message"]["id"] == "ops.withheld"
        assert sections[name]["table"] is None
    assert sections["owners"]["table"] is not None


def test_an_optional_export_that_is_given_up_reads_no_data(workspace: Path) -> None:
    """It was there before: that it is gone for good is a person's word."""
    source = workspace / "sources" / "survey.yaml"
    text = source.read_text(encoding="utf-8")
    survey = workspace / "data" / "raw" / "客户调查.csv"
    content = survey.read_bytes()
    try:
        source.write_text(text + "\nrequired: false\n", encoding="utf-8")
        survey.unlink()
        outcome = run(workspace, *AS_OF, "--only", "director_weekly", "--accept-empty", "survey")
        assert outcome["exit_code"] == 0
        assert any("客户调查.csv" in note for note in outcome["warnings"])
        found = attain("explain", "csat", "-w", str(workspace), "--period", "2026-Q3", "--json")
        assert json.loads(found.stdout)["no_data_reason"] == "missing_export:survey"
    finally:
        source.write_text(text, encoding="utf-8")
        survey.write_bytes(content)
