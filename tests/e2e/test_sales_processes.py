"""The sample company's deals under each process that ships: other stages, the same deals."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import duckdb
import pytest

from pipelines.policy.load import load_process
from pipelines.policy.tables import write_policies
from pipelines.warehouse.duck import Warehouse
from pipelines.warehouse.facts import open_opportunity
from pipelines.workspace.workspace import Workspace
from tests.support.laboratory import AS_OF, models, shipped

BUILT = (
    "core.fct_opportunity", "core.fct_stage_visit", "core.fct_stage_entry", "core.fct_stage_exit",
    "core.fct_open_opportunity", "mart.funnel_stage",
)  # fmt: skip
STAGES_OF_DEALS = {"functional": 5, "journey": 3, "s1_s7": 5}


def funnel(sample_company: Workspace, process: str) -> duckdb.DuckDBPyConnection:
    """The funnel's models built anew under a process, over what the company has staged."""
    settings = sample_company.settings.model_copy(update={"process": process})
    workspace = Workspace(sample_company.root, settings)
    policies = replace(shipped()[1], process=load_process(workspace))
    con = duckdb.connect()
    warehouse = Warehouse(con, Path(":memory:"))
    warehouse.prepare()
    con.execute(f"attach '{sample_company.warehouse}' as company (read_only)")
    built = [
        open_opportunity(policies.process.required_fields)
        if name == "core.fct_open_opportunity"
        else models()[name]
        for name in BUILT
    ]
    read = {name for model in built for name in model.inputs} - set(BUILT)
    for name in sorted({"staging.org_unit", *read}):
        if not name.startswith("policy.") and name != "core.parameter":
            con.execute(f"create view {name} as from company.{name}")
    write_policies(warehouse, workspace, policies, AS_OF)
    for model in built:
        con.execute(f"create or replace table {model.name} as {model.sql}")
    return con


@pytest.fixture(scope="module")
def funnels(sample_company: Workspace) -> Iterator[dict[str, duckdb.DuckDBPyConnection]]:
    found = {process: funnel(sample_company, process) for process in STAGES_OF_DEALS}
    yield found
    for con in found.values():
        con.close()


@pytest.mark.parametrize("process", STAGES_OF_DEALS)
def test_every_deal_stands_in_a_stage_of_the_process(
    funnels: dict[str, duckdb.DuckDBPyConnection], process: str
) -> None:
    con = funnels[process]
    stages = con.execute(
        "select count(*) from policy.stage where object = 'opportunity' and stage_id in "
        "(select stage_id from core.fct_stage_visit)"
    ).fetchall()
    assert stages == [(STAGES_OF_DEALS[process],)]
    astray = con.execute(
        "select opportunity_id from core.fct_opportunity where stage is null "
        "or opportunity_id not in (select opportunity_id from core.fct_stage_visit)"
    ).fetchall()
    assert astray == []


@pytest.mark.parametrize("process", STAGES_OF_DEALS)
def test_the_outcomes_of_every_stage_add_up_to_its_entries(
    funnels: dict[str, duckdb.DuckDBPyConnection], process: str
) -> None:
    con = funnels[process]
    assert con.execute("select count(*) > 1000 from mart.funnel_stage").fetchall() == [(True,)]
    wrong = con.execute(
        "from mart.funnel_stage where entered <> advanced + lost + regressed + open"
    ).fetchall()
    assert wrong == []


@pytest.mark.parametrize("process", STAGES_OF_DEALS)
def test_a_visit_leads_to_another_stage(
    funnels: dict[str, duckdb.DuckDBPyConnection], process: str
) -> None:
    """Three stages of one process may be one of another: moves between them are none."""
    stayed = (
        funnels[process]
        .execute(
            "select * from core.fct_stage_visit qualify stage_id = lead(stage_id) over "
            "(partition by opportunity_id order by visit_no)"
        )
        .fetchall()
    )
    assert stayed == []


def test_what_was_won_does_not_depend_on_the_process(
    funnels: dict[str, duckdb.DuckDBPyConnection],
) -> None:
    won = {
        process: con.execute(
            "select count(*), count(*) filter (is_won), "
            "sum(amount_base) filter (is_won), (select count(*) from core.fct_stage_entry "
            "where is_won_stage and result = 'advanced') from core.fct_opportunity"
        ).fetchall()
        for process, con in funnels.items()
    }
    assert won["functional"] == won["journey"] == won["s1_s7"]


def test_open_deals_are_expected_to_move_as_their_segment_does(
    funnels: dict[str, duckdb.DuckDBPyConnection],
) -> None:
    """`s1_s7` gives a strategic account 45 days to negotiate, and a small company 10."""
    found = (
        funnels["s1_s7"]
        .execute(
            "select segment, any_value(expected_stage_days), count(distinct expected_stage_days) "
            "from core.fct_open_opportunity where stage = 'S5' group by all order by all"
        )
        .fetchall()
    )
    assert found == [("channel", 14, 1), ("sme", 10, 1), ("strategic", 45, 1)]
