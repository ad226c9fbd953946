"""Steps that several models share: what a blocking check stops is what depends on it, no more."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import dagster as dg
import pytest
from laboratory import make_workspace, shipped

from pipelines.assets.models import model_assets
from pipelines.assets.sharing import shared_steps
from pipelines.models.catalog import all_models
from pipelines.orchestration.assembly import _guarded
from pipelines.run.session import open_session
from pipelines.warehouse.model import Model, parse_model


def model(name: str, sql: str) -> Model:
    header = f"-- table: {name}\n-- grain: one row\n-- key:   a\n-- why:   a test\n"
    return parse_model(header + sql, name, name.partition(".")[0])


FROM_A = model("core.from_a", "select 1 as a from staging.lead")
AGAIN_A = model("core.again_a", "select a from core.from_a")
FROM_B = model("core.from_b", "select 1 as a from staging.case")
OF_BOTH = model("mart.of_both", "select a from core.again_a cross join core.from_b")


def names(steps: list[tuple[Model, ...]]) -> list[list[str]]:
    return [[one.name for one in step] for step in steps]


def test_models_below_the_same_checks_share_a_step() -> None:
    steps = shared_steps([FROM_A, AGAIN_A, FROM_B, OF_BOTH], {"staging.lead", "staging.case"})
    assert names(steps) == [["core.from_a", "core.again_a"], ["core.from_b"], ["mart.of_both"]]


def test_a_check_between_two_models_keeps_them_apart() -> None:
    steps = shared_steps([FROM_A, AGAIN_A], {"staging.lead", "core.from_a"})
    assert names(steps) == [["core.from_a"], ["core.again_a"]]


def test_without_checks_everything_is_one_step() -> None:
    assert len(shared_steps([FROM_A, AGAIN_A, FROM_B, OF_BOTH], set())) == 1


def test_each_blocking_check_stops_exactly_what_depends_on_its_table() -> None:
    """Step by step as table by table, over all shipped models and every guarded table."""
    models, guarded = all_models(shipped()[1]), _guarded()
    steps = shared_steps(models, guarded)
    assert len(steps) < 0.6 * len(models)
    of = {one.name: number for number, step in enumerate(steps) for one in step}
    for table in guarded:
        stopped = {table}
        for one in models:  # in the order in which they are built
            if not stopped.isdisjoint(one.inputs):
                stopped.add(one.name)
        stopped -= {table}
        skipped = {of[name] for name in stopped}
        assert {one.name for number in skipped for one in steps[number]} == stopped, table


def test_steps_never_wait_for_each_other() -> None:
    models = all_models(shipped()[1])
    of = {one.name: n for n, step in enumerate(shared_steps(models, _guarded())) for one in step}
    reads = {(of[one.name], of[name]) for one in models for name in one.inputs if name in of}
    waiting = {number: {b for a, b in reads if a == number and b != a} for number in of.values()}
    while ready := [number for number, above in waiting.items() if not above & waiting.keys()]:
        for number in ready:
            del waiting[number]
    assert waiting == {}


@pytest.mark.parametrize("guarded", [set(), {"core.from_a"}])
def test_a_model_that_breaks_takes_with_it_only_what_reads_it(
    tmp_path: Path, guarded: set[str]
) -> None:
    broken = model("core.broken", "select cast('x' as integer) as a from core.from_a")
    after = model("mart.after", "select a from core.broken")
    beside = model("mart.beside", "select a from core.from_a")
    start = model("core.from_a", "select 1 as a")
    workspace = make_workspace(tmp_path / "ws", tmp_path).root
    from pipelines.workspace.workspace import open_workspace

    now = dt.datetime(2026, 11, 16)
    with open_session(open_workspace(workspace), now.date(), now, "t") as session:
        done = dg.materialize(
            model_assets([start, broken, after, beside], guarded),
            resources={"session": session},
            raise_on_error=False,
        )
        built = {event.asset_key.path[-1] for event in done.get_asset_materialization_events()}
        assert built == {"from_a", "beside"}
        assert next(iter(session.broken)) == "core.broken"
        assert session.broken["core.broken"].startswith(
            "core.broken could not be computed: Conversion Error: Could not convert string 'x'"
        )
        assert session.warehouse.exists("mart.beside")
        assert not session.warehouse.exists("mart.after")
