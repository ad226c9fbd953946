"""Whatever is materialised from the page leaves right tables, or says in one line why not."""

from __future__ import annotations

import datetime as dt
import shutil
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import dagster as dg
import duckdb
import pytest

from pipelines.orchestration.assembly import load_definitions
from pipelines.orchestration.automation import AS_OF_TAG, DAILY_JOB, WEEKLY_JOB
from pipelines.orchestration.eventlog import open_instance
from pipelines.orchestration.execute import run
from pipelines.workspace.workspace import Workspace, open_workspace

DAY = dt.date(2026, 11, 15)
STARTED = dt.datetime(2026, 11, 16, 6)
DEALS = """opportunity_id,owner_id,name,created_at,stage,outcome,amount,currency,closed_at
O1,E1,A,2026-09-01,qualification,open,1000,CNY,
O2,E1,B,2026-09-02,proposal,open,2000,CNY,
O3,E1,C,2026-09-03,order,won,3000,CNY,2026-10-03
O4,E1,D,2026-09-04,negotiation,lost,4000,CNY,2026-10-04
O5,E1,E,2026-09-05,qualification,open,5000,CNY,
"""
NO_RATE = """invoice_id,kind,customer_id,invoice_date,net_amount,gross_amount,currency,status
I1,invoice,C1,2026-10-01,100,113,USD,posted
"""
PEOPLE = "employee_id,name,email,hire_date\nE1,甲,e1@example.com,2024-01-01\n"


def company(root: Path) -> Workspace:
    """Five deals of one person; nothing is computed yet."""
    raw = root / "data" / "canonical"
    raw.mkdir(parents=True)
    (raw / "opportunity.csv").write_text(DEALS, encoding="utf-8")
    (raw / "employee.csv").write_text(PEOPLE, encoding="utf-8")
    (root / "attain.yaml").write_text(
        "name: {zh: 甲, en: A}\nas_of: 2026-11-15\nreports: [director_weekly, sales_ops]\n"
        "inputs: [{path: data/canonical, format: canonical}]\n",
        encoding="utf-8",
    )
    made = open_workspace(root)
    made.prepare()
    return made


@pytest.fixture(scope="module")
def first(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """The company after its first run; each test works on a copy."""
    made = company(tmp_path_factory.mktemp("first") / "company")
    assert run(made, DAY, STARTED).exit_code == 0
    load_definitions(made.root)  # what the page shows of tables is found once
    return made


@pytest.fixture
def computed(first: Workspace, tmp_path: Path) -> Workspace:
    shutil.copytree(first.root, tmp_path / "company", symlinks=True)
    return open_workspace(tmp_path / "company")


def materialise(
    workspace: Workspace, keys: Sequence[Sequence[str]] = (), group: str = "", **tags: str
) -> dg.ExecuteInProcessResult:
    """What the page does with a selection."""
    definitions = load_definitions(workspace.root)
    graph = definitions.resolve_asset_graph()
    chosen = [dg.AssetKey(list(key)) for key in keys]
    if group:
        chosen += [
            key for key in graph.materializable_asset_keys if graph.get(key).group_name == group
        ]
    with open_instance(workspace.dagster_home) as instance:
        return definitions.resolve_implicit_global_asset_job_def().execute_in_process(
            asset_selection=chosen,
            instance=instance,
            raise_on_error=False,
            tags={AS_OF_TAG: tags["as_of"]} if tags else {},
        )


def said(done: dg.ExecuteInProcessResult) -> list[str]:
    """The first line of every step that failed."""
    return [
        event.step_failure_data.user_failure_data.description or ""
        for event in done.all_events
        if event.event_type_value == "STEP_FAILURE" and event.step_failure_data.user_failure_data
    ]


def held(workspace: Workspace) -> dict[str, list[Any]]:
    """Every table of the warehouse with its rows, moments of runs left out."""
    found: dict[str, list[Any]] = {}
    with duckdb.connect(str(workspace.warehouse), read_only=True) as con:
        for schema, table in con.execute(
            "select schema_name, table_name from duckdb_tables() where schema_name <> 'meta' "
            "and table_name not in ('check_history', 'load') order by all"
        ).fetchall():
            found[f"{schema}.{table}"] = con.execute(
                f'select * from {schema}."{table}" order by all'
            ).fetchall()
    return found


def pages(workspace: Workspace) -> dict[str, bytes]:
    latest = workspace.reports / "latest"
    return {
        path.relative_to(latest).as_posix(): path.read_bytes()
        for path in sorted(latest.rglob("*"))
        if path.suffix in (".html", ".json") and "data_docs" not in path.parts
    }


GROUPS = (
    "landed", "staging", "policy", "core", "receivables", "commission", "funnel", "kpi",
    "appraisal", "reports", "published",
)  # fmt: skip


def test_each_group_alone_leaves_the_same_tables_and_pages(computed: Workspace) -> None:
    tables, shown = held(computed), pages(computed)
    for group in GROUPS:
        done = materialise(computed, group=group)
        assert done.success, (group, said(done))
        assert held(computed) == tables, group
        assert pages(computed) == shown, group


def test_a_run_of_a_few_tables_makes_the_next_command_compute(computed: Workspace) -> None:
    assert not run(computed, DAY, STARTED).changed
    materialise(computed, group="staging")
    assert run(computed, DAY, STARTED).changed
    assert not run(computed, DAY, STARTED).changed


def test_a_table_alone_takes_up_what_is_above_it_as_it_stands(computed: Workspace) -> None:
    raw = computed.root / "data" / "canonical" / "opportunity.csv"
    raw.write_text(DEALS.replace("1000", "1001"), encoding="utf-8")
    materialise(computed, [["core", "fct_opportunity"]])
    assert _amount(computed, "O1") == 1000  # not landed yet
    materialise(computed, group="landed")
    materialise(computed, [["staging", "opportunity"]])
    materialise(computed, [["core", "fct_opportunity"]])
    assert _amount(computed, "O1") == 1001


def _amount(workspace: Workspace, deal: str) -> Any:
    with duckdb.connect(str(workspace.warehouse), read_only=True) as con:
        found = con.execute(
            "select amount from core.fct_opportunity where opportunity_id = ?", [deal]
        ).fetchone()
    return found[0] if found else None


def test_what_was_never_landed_or_computed_is_refused_with_what_to_do(tmp_path: Path) -> None:
    fresh = company(tmp_path)
    done = materialise(fresh, group="staging")
    assert not done.success
    assert said(done) == ["no export has been landed yet; materialise the group `landed` too."]

    done = materialise(fresh, [["mart", "receivable_item"]])
    (sentence,) = said(done)
    assert sentence.startswith("mart.receivable_item was not computed: ")
    assert "start the job `refresh`" in sentence
    assert not (fresh.reports / "latest").exists()


def test_what_a_failed_check_stops_is_refused_alone_too_and_takes_no_notice_away(
    computed: Workspace,
) -> None:
    raw = computed.root / "data" / "canonical"
    (raw / "customer.csv").write_text("customer_id,name\nC1,丙\n", encoding="utf-8")
    (raw / "invoice.csv").write_text(NO_RATE, encoding="utf-8")
    outcome = run(computed, DAY, STARTED)
    assert outcome.exit_code == 1 and outcome.kept == ["director_weekly"]
    before = pages(computed)
    for keys in ([["mart", "receivable_item"]], [["reports", "director_weekly"]]):
        done = materialise(computed, keys)
        assert not done.success
        assert "core.fct_invoice: " in said(done)[0] and "refresh" in said(done)[0]
    assert pages(computed) == before
    done = materialise(computed, [["reports", "sales_ops"]])  # the notice of the other stays
    assert done.success, said(done)
    after = pages(computed)
    others = [name for name in after if name.startswith(("director_weekly/", "index"))]
    assert len(others) > 2 and all(after[name] == before[name] for name in others)


def test_another_day_than_the_tables_stand_at_is_refused(computed: Workspace) -> None:
    done = materialise(computed, [["core", "fct_opportunity"]], as_of="2026-11-08")
    assert said(done) == [
        "the tables stand at 2026-11-15, not at 2026-11-08: "
        "start the whole job for 2026-11-08 first."
    ]


def test_a_run_of_the_page_waits_for_one_at_the_command(computed: Workspace) -> None:
    with ThreadPoolExecutor() as beside:
        with computed.locked():
            waiting = beside.submit(materialise, computed, group="landed")
            time.sleep(4)
            assert not waiting.done()
        assert waiting.result().success


def test_what_stops_publication_is_the_first_line_of_the_run(computed: Workspace) -> None:
    latest = computed.reports / "latest"
    latest.unlink()
    latest.mkdir()
    done = materialise(computed, group="published")
    assert not done.success and "is a folder, not attain's link" in said(done)[0]


def test_a_broken_policy_is_the_first_line_of_the_run(computed: Workspace) -> None:
    before = pages(computed)
    (computed.root / "policy").mkdir()
    (computed.root / "policy" / "terms.yaml").write_text("no_such_term: 1\n", encoding="utf-8")
    done = materialise(computed, group="landed")
    assert not done.success and "policy/terms.yaml" in said(done)[0]
    assert pages(computed) == before


def test_a_check_alone_judges_the_table_as_it_stands(computed: Workspace) -> None:
    definitions = load_definitions(computed.root)
    key = dg.AssetCheckKey(dg.AssetKey(["staging", "opportunity"]), "contract")
    with open_instance(computed.dagster_home) as instance:
        job = definitions.resolve_implicit_global_asset_job_def().get_subset(
            asset_selection=set(), asset_check_selection={key}
        )
        done = job.execute_in_process(instance=instance, raise_on_error=False)
    (verdict,) = done.get_asset_check_evaluations()
    assert done.success and verdict.passed


def test_a_partition_of_the_page_and_the_command_give_the_same_bytes(tmp_path: Path) -> None:
    page, command = company(tmp_path / "page"), company(tmp_path / "command")
    job = load_definitions(page.root).resolve_job_def(WEEKLY_JOB)
    with open_instance(page.dagster_home) as instance:
        done = job.execute_in_process(
            partition_key="2026-11-15", instance=instance, raise_on_error=False
        )
        record = instance.get_run_record_by_id(done.run_id)
    assert done.success and record is not None, said(done)
    started = record.create_timestamp.astimezone(dt.UTC).replace(tzinfo=None)
    run(command, DAY, started)
    ours, theirs = pages(page), pages(command)
    assert ours.keys() == theirs.keys()
    assert {name for name in ours if ours[name] != theirs[name]} == set()
    assert held(page) == held(command)
    assert not run(page, DAY, STARTED).changed  # it left the record of its run


def test_a_day_writes_its_own_report_and_says_nothing_of_the_others(tmp_path: Path) -> None:
    made = company(tmp_path / "day")
    raw = made.root / "data" / "canonical"
    (raw / "org_unit.csv").write_text(
        "unit_id,name,kind,parent_unit_id\nC,甲,company,\nR,东,region,C\nT,一,team,R\n"
    )
    (raw / "assignment.csv").write_text(
        "employee_id,unit_id,role,valid_from\nE1,T,rep,2026-01-01\n"
    )
    settings = (made.root / "attain.yaml").read_text(encoding="utf-8")
    (made.root / "attain.yaml").write_text(
        settings.replace("[director_weekly, sales_ops]", "[director_weekly, team_daily]")
    )
    made = open_workspace(made.root)
    assert run(made, DAY, STARTED).exit_code == 0
    before = pages(made)
    job = load_definitions(made.root).resolve_job_def(DAILY_JOB)
    with open_instance(made.dagster_home) as instance:
        done = job.execute_in_process(
            partition_key="2026-11-17", instance=instance, raise_on_error=False
        )
    assert done.success, said(done)
    after = pages(made)
    days = {name.split("/")[2].partition(".")[0] for name in after if name.startswith("team_daily")}
    assert days == {"2026-11-13", "2026-11-17"}
    weekly = [name for name in before if name.startswith("director_weekly")]
    assert {name: after[name] for name in weekly} == {name: before[name] for name in weekly}
