"""The sample company run from its exports, once for all tests that look at its pages."""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path

import pytest

from tests.support.books import Books
from tests.support.runs import FirstRun, HandedOut, attain, first_run, run


@pytest.fixture(scope="session")
def one_run(tmp_path_factory: pytest.TempPathFactory) -> FirstRun:
    """For tests that look at pages, and leave the workspace as they found it."""
    return first_run(tmp_path_factory.mktemp("one"))


@pytest.fixture(scope="session")
def handed_out(one_run: FirstRun, tmp_path_factory: pytest.TempPathFactory) -> HandedOut:
    """The computed workspace at another place, with the folders of its readers."""
    root = tmp_path_factory.mktemp("readers") / "ws"
    shutil.copytree(one_run.root, root, copy_function=os.link, symlinks=True)
    done = attain("readers", "-w", str(root), "--on", "2026-11-16", "--json")
    assert done.returncode == 0, done.stderr
    return HandedOut(root, json.loads(done.stdout))


@pytest.fixture(scope="session")
def small_company(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two who sell, one of them who leaves on Wednesday, a lead and a director."""
    books = Books()
    books.settings["history_start"] = "2026-08-01"
    books.settings["reports"] = [
        "director_weekly", "team_weekly", "rep_weekly", "commission_statement",
    ]  # fmt: skip
    books.plan(
        "rep", {"credit": {"event": "cash_received", "to": "deal_team"}, "rate": {"flat_pct": 10}}
    )
    for who, role, more in (
        ("E1", "rep", {}), ("E2", "rep", {}), ("L", "team_lead", {}),
        ("GONE", "rep", {"leave_date": "2026-11-18"}),
    ):  # fmt: skip
        books.person(who, role, email=f"{who.lower()}@a.example", **more)
    books.person("D", "director", unit="C", email="d@a.example")
    for who in ("E1", "E2"):
        books.invoice(f"I{who}", who, "2026-10-03", 1000)
        books.cash(f"R{who}", f"I{who}", "2026-10-10", 500)
    root = tmp_path_factory.mktemp("small") / "ws"
    books.write(root)
    outcome = run(root, "--as-of", "2026-11-15")
    assert outcome["exit_code"] == 0, outcome["blocked"]
    return root
