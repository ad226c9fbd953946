"""The sample company from exports to published pages, as a user runs it."""

from __future__ import annotations

import json
import re
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.support.runs import REPORTS, FirstRun, attain, pages, run


@pytest.fixture(scope="module")
def workspace(one_run: FirstRun) -> Path:
    return one_run.root


def test_every_report_is_written_in_both_languages_with_its_model(workspace: Path) -> None:
    found = pages(workspace)
    for report in REPORTS:
        own = [path for path in found if path.startswith(f"{report}/")]
        assert any(path.endswith(".zh.html") for path in own), report
        assert any(path.endswith(".en.html") for path in own), report
        assert any(path.endswith(".json") for path in own), report
    assert (workspace / "reports" / "latest" / "index.html").exists()
    assert (workspace / "reports" / "latest" / "data_docs" / "index.html").exists()


def test_the_figures_of_a_run_open_to_rows_and_to_the_verdicts_of_its_checks(
    workspace: Path,
) -> None:
    latest = workspace / "reports" / "latest"
    for page in sorted(latest.glob("director_weekly/*/*.en.html")):
        links = re.findall(r'class="open" href="([^"]+)"', page.read_text(encoding="utf-8"))
        assert len(links) == 6
        for link in links:
            opened = (page.parent / link).read_text(encoding="utf-8")
            assert re.search(r"All <span[^>]*>\d+</span> checks held|checks did not hold", opened)


def test_an_employee_s_page_says_nothing_of_money_in_quarantine(workspace: Path) -> None:
    amounts = {}
    for path in (workspace / "reports" / "latest").rglob("*.json"):
        if path.parts[-3] in REPORTS:
            page = json.loads(path.read_text(encoding="utf-8"))
            amounts.setdefault(page["reader"]["kind"], set()).add(
                page["quality"]["quarantined_amount"]
            )
    assert amounts.pop("employee") == {None}
    assert amounts and None not in set.union(*amounts.values())


def test_nothing_changed_means_no_work_and_the_same_pages(workspace: Path) -> None:
    before = pages(workspace)
    again = run(workspace)
    assert again["changed"] is False
    assert again["seconds"] < 10
    assert pages(workspace) == before


def test_the_same_exports_give_the_same_bytes(one_run: FirstRun, another_run: FirstRun) -> None:
    assert one_run.root != another_run.root
    assert one_run.pages == another_run.pages


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
def blocked(workspace: Path, tmp_path_factory: pytest.TempPathFactory) -> Blocked:
    deals, aside = workspace.parent / "raw" / "crm" / "商机.csv", workspace.parent / "aside.csv"
    latest = tmp_path_factory.mktemp("blocked") / "latest"
    before = pages(workspace)
    deals.rename(aside)
    try:
        outcome, seen = run(workspace), pages(workspace)
        shutil.copytree(workspace / "reports" / "latest", latest)
    finally:
        aside.rename(deals)
    return Blocked(outcome, before, seen, latest, run(workspace), pages(workspace))


def test_a_missing_export_keeps_the_last_good_pages_and_says_so(blocked: Blocked) -> None:
    assert blocked.outcome["exit_code"] == 1
    assert any("crm/商机.csv" in sentence for sentence in blocked.outcome["blocked"])
    assert "director_weekly" in blocked.outcome["kept"]
    before, after = blocked.before, blocked.pages
    about_the_run = "sales_ops/"
    models = [p for p in before if p.endswith(".json") and not p.startswith(about_the_run)]
    assert {p: after[p] for p in models} == {p: before[p] for p in models}
    page = next(p for p in after if re.fullmatch(r"director_weekly/[^/]+/[^/]+\.zh\.html", p))
    assert "商机.csv" in (blocked.latest / page).read_text(encoding="utf-8")  # the notice names it


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


def test_every_link_of_a_page_leads_to_something_published(workspace: Path) -> None:
    latest = workspace / "reports" / "latest"
    links = 0
    for path in [*latest.glob("*.html"), *latest.glob("*/*/*.html")]:
        for href in re.findall(r'href="([^"#:]+)"', path.read_text(encoding="utf-8")):
            assert (path.parent / href).exists(), f"{path.relative_to(latest)}: {href}"
            links += 1
    assert links > 100
    docs = latest / "data_docs" / "index.html"
    assert any(latest.glob("sales_ops/*/*.html")) and docs.exists()


def test_an_empty_optional_export_reads_no_data(workspace: Path) -> None:
    source = workspace / "sources" / "crm_survey.yaml"
    text = source.read_text(encoding="utf-8")
    survey = next((workspace.parent / "raw" / "crm").glob("客户调查.csv"))
    content = survey.read_bytes()
    try:
        source.write_text(text + "\nrequired: false\n", encoding="utf-8")
        survey.unlink()
        outcome = run(workspace, "--only", "director_weekly")
        assert outcome["exit_code"] == 0
        assert any("客户调查.csv" in note for note in outcome["warnings"])
        found = attain("explain", "csat", "-w", str(workspace), "--period", "2026-Q3", "--json")
        assert json.loads(found.stdout)["no_data_reason"] == "missing_export:survey"
    finally:
        source.write_text(text, encoding="utf-8")
        survey.write_bytes(content)
