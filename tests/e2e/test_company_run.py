"""The sample company from exports to published pages, as a user runs it."""

from __future__ import annotations

import json
import re
from pathlib import Path

import duckdb
import pytest

from benchmarks import lower_bound, pandas_peer
from benchmarks.run import differences, figures_of
from benchmarks.small_as_csv import convert
from pipelines.workspace.workspace import Workspace
from tests.support.laboratory import ROOT
from tests.support.runs import REPORTS, FirstRun, pages, run

# what differs by run: where exports lay, when they were loaded, and the verdicts of checks
OF_A_RUN = ("mart.load", "mart.quarantine", "mart.check_result", "mart.check_history")


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


def test_the_same_exports_give_the_same_rows(workspace: Path, sample_company: Workspace) -> None:
    """Computed in another folder and another process, table by table, to the last digit."""
    run_in_a_process = contents(workspace / ".attain" / "warehouse.duckdb")
    assert len(run_in_a_process) > 100
    here = contents(sample_company.warehouse)
    assert {name for name in here if here[name] != run_in_a_process[name]} == set()


def contents(warehouse: Path) -> dict[str, tuple[int, int]]:
    """Rows of every computed table and the sum of their hashes."""
    with duckdb.connect(str(warehouse), read_only=True) as con:
        names = con.execute(
            "select schema_name || '.' || table_name from duckdb_tables() "
            "where schema_name in ('core', 'receivables', 'commission', 'kpi', 'mart')"
        ).fetchall()
        return {
            name: con.execute(
                f"select count(*), coalesce(sum(hash(one)), 0) from {name} as one"
            ).fetchall()[0]
            for (name,) in names
            if name not in OF_A_RUN
        }


def test_its_figures_equal_those_of_two_computations_written_apart(
    sample_company: Workspace, tmp_path: Path
) -> None:
    convert(ROOT / "data" / "raw", tmp_path)
    ours = figures_of(sample_company.warehouse)
    for peer in (lower_bound, pandas_peer):
        theirs = peer.compute(tmp_path)["figures"]
        assert len(theirs) > 80
        assert not differences(peer.__name__, theirs, ours)


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
