"""A company computed again, as it was known then."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from pathlib import Path

from tests.support.runs import FirstRun, attain, pages, run


def test_what_was_known_then_is_rebuilt_as_it_was_published_then(another_run: FirstRun) -> None:
    """Though an export was overwritten since; the present pages are not touched."""
    workspace, before = another_run.root, another_run.pages
    deals = workspace.parent / "raw" / "crm" / "商机.csv"
    known = datetime.now(UTC).isoformat(timespec="seconds")
    deals.write_bytes(b"\n".join(deals.read_bytes().split(b"\n")[:-40]) + b"\n")
    time.sleep(1.1)
    # one new page is enough to tell the present from the past
    assert run(workspace, "--only", "director_weekly")["exit_code"] == 0
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
