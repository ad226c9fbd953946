"""The sample company computed again: as it was known then, and after a run that was killed."""

from __future__ import annotations

import signal
import subprocess
import time
from datetime import UTC, datetime
from pathlib import Path

import pytest
from runs import ATTAIN, attain, computed, pages, run


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workspace over its own copy of the exports, run once."""
    return computed(tmp_path_factory.mktemp("e2e"))


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


@pytest.mark.parametrize("after_seconds", [1.5, 12.0])
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
