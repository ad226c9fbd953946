"""The sample company from exports to published pages, as a user runs it."""

from __future__ import annotations

import hashlib
import json
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from laboratory import ROOT, make_workspace

ATTAIN = [sys.executable, "-m", "pipelines.cli"]
REPORTS = (
    "director_weekly", "receivables", "commission_reconciliation", "appraisal", "rep_weekly",
    "sales_ops",
)  # fmt: skip


def attain(*words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([*ATTAIN, *words], capture_output=True, text=True, check=False)


def run(workspace: Path, *more: str) -> dict[str, Any]:
    """Run a workspace; the outcome, with the exit code and what stood on stderr."""
    done = attain("run", "-w", str(workspace), "--json", *more)
    assert "Traceback" not in done.stderr, done.stderr
    found: dict[str, Any] = json.loads(done.stdout.strip().splitlines()[-1])
    assert found["exit_code"] == done.returncode
    return found


def pages(workspace: Path, latest: Path | None = None) -> dict[str, str]:
    """Every published page and model by its path, as a hash of its bytes."""
    latest = latest or workspace / "reports" / "latest"
    return {
        path.relative_to(latest).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for report in REPORTS
        for path in sorted((latest / report).rglob("*"))
        if path.is_file()
    }


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A workspace over its own copy of the exports, run once."""
    folder = tmp_path_factory.mktemp("e2e")
    raw = folder / "raw"
    shutil.copytree(ROOT / "data" / "raw", raw)
    root = make_workspace(folder / "ws", raw).root
    outcome = run(root)
    assert outcome["exit_code"] == 0, outcome["blocked"]
    yield root


def test_every_report_is_written_in_both_languages_with_its_model(workspace: Path) -> None:
    found = pages(workspace)
    for report in REPORTS:
        own = [path for path in found if path.startswith(f"{report}/")]
        assert any(path.endswith(".zh.html") for path in own), report
        assert any(path.endswith(".en.html") for path in own), report
        assert any(path.endswith(".json") for path in own), report
    assert (workspace / "reports" / "latest" / "index.html").exists()
    assert (workspace / "reports" / "latest" / "data_docs" / "index.html").exists()


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


def test_the_same_exports_give_the_same_bytes(workspace: Path, tmp_path: Path) -> None:
    other = make_workspace(tmp_path / "ws", ROOT / "data" / "raw").root
    assert run(other)["exit_code"] == 0
    assert pages(other) == pages(workspace)


def test_a_missing_export_keeps_the_last_good_pages_and_says_so(workspace: Path) -> None:
    raw = workspace.parent / "raw"
    before = pages(workspace)
    (raw / "crm" / "商机.csv").rename(workspace.parent / "aside.csv")
    try:
        outcome = run(workspace)
        assert outcome["exit_code"] == 1
        assert any("crm/商机.csv" in sentence for sentence in outcome["blocked"])
        assert "director_weekly" in outcome["kept"]
        after = pages(workspace)
        about_the_run = "sales_ops/"
        models = [p for p in before if p.endswith(".json") and not p.startswith(about_the_run)]
        assert {p: after[p] for p in models} == {p: before[p] for p in models}
        page = next(p for p in after if p.startswith("director_weekly/") and p.endswith("zh.html"))
        text = (workspace / "reports" / "latest" / page).read_text(encoding="utf-8")
        assert "商机.csv" in text  # the notice names the export
    finally:
        (workspace.parent / "aside.csv").rename(raw / "crm" / "商机.csv")
    assert run(workspace)["exit_code"] == 0
    assert pages(workspace) == before


def test_while_a_check_blocks_sales_operations_read_why_and_no_old_figure(workspace: Path) -> None:
    deals = workspace.parent / "raw" / "crm" / "商机.csv"
    deals.rename(workspace.parent / "aside.csv")
    try:
        outcome = run(workspace)
        assert "sales_ops" not in outcome["kept"]
        model = next((workspace / "reports" / "latest" / "sales_ops").rglob("*.json"))
        page = json.loads(model.read_text(encoding="utf-8"))
        sections = {section["id"]: section for section in page["sections"]}
        assert sections["verdicts"]["message"]["id"] == "verdicts.blocked"
        assert "商机.csv" in json.dumps(sections["verdicts"], ensure_ascii=False)
        for name in ("hygiene", "leads", "cost"):
            assert sections[name]["message"]["id"] == "ops.withheld"
            assert sections[name]["table"] is None
        assert sections["owners"]["table"] is not None
    finally:
        (workspace.parent / "aside.csv").rename(deals)
        run(workspace)


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
        outcome = run(workspace)
        assert outcome["exit_code"] == 0
        assert any("客户调查.csv" in note for note in outcome["warnings"])
        found = attain("explain", "csat", "-w", str(workspace), "--period", "2026-Q3", "--json")
        assert json.loads(found.stdout)["no_data_reason"] == "missing_export:survey"
    finally:
        source.write_text(text, encoding="utf-8")
        survey.write_bytes(content)


def test_what_was_known_then_is_rebuilt_as_it_was_published_then(workspace: Path) -> None:
    """Though an export was overwritten since; the present pages are not touched."""
    run(workspace)
    deals = workspace.parent / "raw" / "crm" / "商机.csv"
    content, before = deals.read_bytes(), pages(workspace)
    known = datetime.now(UTC).isoformat(timespec="seconds")
    try:
        deals.write_bytes(b"\n".join(content.split(b"\n")[:-40]) + b"\n")
        time.sleep(1.1)
        assert run(workspace)["exit_code"] == 0
        now = pages(workspace)
        assert now != before
        outcome = run(workspace, "--known-at", known)
        assert outcome["exit_code"] == 0, outcome["blocked"]
        latest = Path(outcome["reports_path"]).parent
        assert "known" in latest.parts
        assert pages(workspace, latest) == before
        assert pages(workspace) == now
        early = attain("run", "-w", str(workspace), "--known-at", "2020-01-01")
        assert early.returncode == 2
        assert "nothing was known by 2020-01-01" in early.stderr
    finally:
        deals.write_bytes(content)
        run(workspace)


@pytest.mark.parametrize("after_seconds", [1.5, 6.0, 12.0])
def test_a_killed_run_leaves_the_last_reports_whole(workspace: Path, after_seconds: float) -> None:
    run(workspace)
    before = pages(workspace)
    process = subprocess.Popen(
        [*ATTAIN, "run", "-w", str(workspace), "--force", "--json"],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    time.sleep(after_seconds)
    process.send_signal(signal.SIGKILL)
    process.wait()
    assert pages(workspace) == before
    outcome = run(workspace)
    assert outcome["exit_code"] == 0
    assert pages(workspace) == before
