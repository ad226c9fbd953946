"""A company computed again, as it was known then."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.support.books import Books
from tests.support.runs import attain, pages, run


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small company, run once: what was known then is no matter of size."""
    books = Books().person("E1", "rep", manager="D").person("D", "director").person("F", "finance")
    books.plan("rep", {"credit": {"event": "cash_received", "to": "owner"},
                       "rate": {"flat_pct": 10}})  # fmt: skip
    books.invoice("I1", "E1", "2026-10-05", 1000).cash("R1", "I1", "2026-10-20", 500)
    books.settings["as_of"] = "2026-10-31"
    root = books.write(tmp_path_factory.mktemp("known")).root
    assert run(root)["exit_code"] == 0
    return root


def test_what_was_known_then_is_rebuilt_as_it_was_published_then(workspace: Path) -> None:
    """Though an export was overwritten since; the present pages are not touched."""
    before = pages(workspace)
    invoices = workspace / "data" / "invoice.csv"
    known = datetime.now(UTC).isoformat(timespec="seconds")
    invoices.write_text(invoices.read_text().replace("1000", "900"))
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
