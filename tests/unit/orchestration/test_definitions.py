"""The definitions load for every workspace there is, and for one that is broken."""

from __future__ import annotations

import datetime as dt
import itertools
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import get_args

import dagster as dg
import pytest

from pipelines.onboarding.scaffold import create_workspace
from pipelines.orchestration.assembly import load_definitions
from pipelines.orchestration.automation import (
    AS_OF_TAG,
    DAILY_JOB,
    MONTHLY_JOB,
    REFRESH_JOB,
    WEEKLY_JOB,
)
from pipelines.workspace.workspace import ReportName

ROOT = Path(__file__).resolve().parents[3]
EXAMPLES = sorted(path.parent for path in ROOT.glob("examples/*/attain.yaml"))
REPORTS = get_args(ReportName)
CHOICES = [*itertools.combinations(REPORTS, 1), REPORTS[:3], REPORTS[3:], REPORTS]


@pytest.fixture(scope="module")
def changing(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workspace whose settings change; what the page shows of its tables is found once."""
    return workspace(tmp_path_factory.mktemp("changing"))


def workspace(folder: Path, settings: str = "") -> Path:
    (folder / "data" / "canonical").mkdir(parents=True, exist_ok=True)
    (folder / "attain.yaml").write_text(
        "name: {zh: 甲, en: A}\ninputs: [{path: data/canonical, format: canonical}]\n" + settings,
        encoding="utf-8",
    )
    return folder


def loaded(definitions: dg.Definitions) -> dict[str, dg.JobDefinition]:
    """Every job with all it selects, as the page and the daemon resolve them."""
    dg.Definitions.validate_loadable(definitions)
    return {
        name: definitions.resolve_job_def(name) for name in (REFRESH_JOB, WEEKLY_JOB, MONTHLY_JOB)
    }


def steps(job: dg.JobDefinition) -> set[str]:
    return {node.name for node in job.nodes}


@pytest.mark.parametrize("root", [ROOT, *EXAMPLES], ids=lambda path: path.name)
def test_they_load_for_the_sample_company_and_every_example(root: Path) -> None:
    jobs = loaded(load_definitions(root))
    assert {"land", "stage", "policy", "compute", "publish"} <= steps(jobs[WEEKLY_JOB])


def test_they_load_for_a_fresh_workspace(tmp_path: Path) -> None:
    create_workspace(tmp_path / "new", "new")
    assert "report_director_weekly" in steps(
        loaded(load_definitions(tmp_path / "new"))[REFRESH_JOB]
    )


@pytest.mark.parametrize("reports", CHOICES, ids=lambda names: "+".join(names)[:40])
def test_they_load_for_any_choice_of_reports(changing: Path, reports: Iterable[str]) -> None:
    root = workspace(changing, f"reports: [{', '.join(reports)}]\n")
    jobs = loaded(load_definitions(root))
    written = {name for name in steps(jobs[REFRESH_JOB]) if name.startswith("report_")}
    assert written == {f"report_{name}" for name in reports}
    assert steps(jobs[MONTHLY_JOB]) <= steps(jobs[REFRESH_JOB])


def test_the_month_writes_finance_statements_and_appraisal_only() -> None:
    monthly = steps(loaded(load_definitions(ROOT))[MONTHLY_JOB])
    assert {name for name in monthly if name.startswith("report_")} == {
        "report_finance", "report_appraisal", "report_commission_statement",
    }  # fmt: skip
    assert {"compute", "publish"} <= monthly


def test_a_report_by_day_brings_a_job_for_each_day_and_a_tick_every_morning(tmp_path: Path) -> None:
    settings = (
        "reports: [team_daily, sales_ops]\ntime_zone: Asia/Shanghai\nrun_at: {day: 30 7 * * 1-5}\n"
    )
    definitions = load_definitions(workspace(tmp_path, settings))
    dg.Definitions.validate_loadable(definitions)
    job = definitions.resolve_job_def(DAILY_JOB)
    assert {name for name in steps(job) if name.startswith("report_")} == {"report_team_daily"}
    repository = definitions.get_repository_def()
    schedule = repository.get_schedule_def("every_morning")
    assert schedule.cron_schedule == "30 7 * * 1-5"
    monday = dt.datetime(2026, 11, 15, 23, 30, tzinfo=dt.UTC)  # 07:30 in Shanghai
    with dg.build_schedule_context(
        scheduled_execution_time=monday, repository_def=repository
    ) as context:
        tick = schedule.evaluate_tick(context)
    (request,) = tick.run_requests
    assert (request.partition_key, request.tags[AS_OF_TAG]) == ("2026-11-15", "2026-11-15")


def test_without_a_report_by_day_there_is_neither() -> None:
    definitions = load_definitions(ROOT)
    assert {schedule.name for schedule in definitions.get_repository_def().schedule_defs} == {
        "monday_morning", "month_close",
    }  # fmt: skip


def test_dagster_itself_validates_the_code_location(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "dagster", "definitions", "validate", "-m", "pipelines.definitions"],
        cwd=workspace(tmp_path), capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-2000:]


@pytest.mark.parametrize(
    ("file", "text", "said"),
    [
        ("attain.yaml", "name: {zh: 甲, en: A}\nreportz: []\n", "reportz"),
        ("policy/terms.yaml", "no_such_term: 1\n", "no_such_term"),
        ("sources/a.yaml", "source: a\nsystem: crm\n", "required"),
    ],
)
def test_a_broken_workspace_loads_and_says_in_every_job_what_is_wrong(
    changing: Path, file: str, text: str, said: str
) -> None:
    root = workspace(changing)
    (root / file).parent.mkdir(exist_ok=True)
    (root / file).write_text(text, encoding="utf-8")
    for job in loaded(load_definitions(root)).values():
        first = (job.description or "").splitlines()[0]
        assert file in first and said in first
    if file != "attain.yaml":
        (root / file).unlink()


def test_every_asset_says_what_it_is_whose_it_is_and_of_which_columns() -> None:
    graph = load_definitions(ROOT).resolve_asset_graph()
    for key in graph.materializable_asset_keys:
        node = graph.get(key)
        assert node.owners, key
        if key.path[0] not in ("policy", "core") or "dagster/column_schema" in node.metadata:
            assert node.description, key
    item = graph.get(dg.AssetKey(["mart", "receivable_item"])).metadata
    lines = item["dagster/column_schema"]
    assert "open_amount" in {column.name for column in lines.columns}
    code = item["dagster/code_references"]
    assert Path(code.code_references[0].file_path).name.startswith("receivable_item.sql")
