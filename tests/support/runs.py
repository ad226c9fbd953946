"""Running a workspace as a user does, and what its pages are afterwards."""

from __future__ import annotations

import hashlib
import json
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any, get_args

from pipelines.workspace.workspace import ReportName
from tests.support.laboratory import ROOT, make_workspace

ATTAIN = [sys.executable, "-m", "pipelines.cli.main"]
REPORTS = (
    "director_weekly", "receivables", "commission_reconciliation", "appraisal", "region_weekly",
    "team_weekly", "team_daily", "rep_weekly", "commission_statement", "kpi_browser", "sales_ops",
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


@dataclass(frozen=True)
class FirstRun:
    """A workspace, and its pages as its first run published them."""

    root: Path
    pages: dict[str, str]


@dataclass(frozen=True)
class HandedOut:
    """A workspace with the folders of its readers, and what the command told of them."""

    root: Path
    told: dict[str, Any]

    @property
    def latest(self) -> Path:
        return self.root / "reports" / "readers" / "latest"

    @property
    def readers(self) -> list[str]:
        return [one["reader"] for one in self.told["folders"]]

    def of(self, who: str) -> Path:
        return self.latest / who


def first_run(folder: Path) -> FirstRun:
    """A workspace over its own copy of the sample's exports, run once; it asks for every report."""
    raw = folder / "raw"
    shutil.copytree(ROOT / "data" / "raw", raw)
    root = make_workspace(folder / "ws", raw).root
    with (root / "attain.yaml").open("a", encoding="utf-8") as settings:
        settings.write(f"reports: [{', '.join(get_args(ReportName))}]\n")
    outcome = run(root)
    assert outcome["exit_code"] == 0, outcome["blocked"]
    return FirstRun(root, pages(root))
