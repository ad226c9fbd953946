"""Runs that were killed have failed; a damaged history does not stop a run."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import dagster as dg
import pytest

from pipelines.orchestration.eventlog import open_instance
from pipelines.orchestration.killed import (
    WORKER_TAG,
    command_tag,
    end_killed_runs,
    heal_history,
    worker_tag,
)


@pytest.fixture
def home(tmp_path: Path) -> Path:
    (tmp_path / "dagster.yaml").write_text("telemetry: {enabled: false}\n", encoding="utf-8")
    return tmp_path


@pytest.fixture
def instance(home: Path) -> Iterator[dg.DagsterInstance]:
    with open_instance(home) as opened:
        yield opened


def begin(instance: dg.DagsterInstance, **tags: str) -> str:
    run = dg.DagsterRun(
        job_name="refresh",
        run_id=str(uuid4()),
        status=dg.DagsterRunStatus.STARTED,
        tags={name.replace("_", "/"): value for name, value in tags.items()},
    )
    instance.add_run(run)
    return run.run_id


def status(instance: dg.DagsterInstance, run_id: str) -> dg.DagsterRunStatus:
    run = instance.get_run_by_id(run_id)
    assert run is not None
    return run.status


def tag_of_a_dead_process() -> str:
    code = "from pipelines.orchestration.killed import worker_tag; print(worker_tag())"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return done.stdout.strip()


def test_a_run_whose_worker_is_gone_has_failed_and_no_other(instance: dg.DagsterInstance) -> None:
    assert WORKER_TAG == "attain/worker"
    host, number, began = worker_tag().split(" ")
    dead = {
        "command": begin(instance, attain_worker=command_tag()),
        "worker": begin(instance, attain_worker=tag_of_a_dead_process()),
        "its number is another's now": begin(instance, attain_worker=f"{host} {number} {began}1"),
    }
    alive = {
        "here": begin(instance, attain_worker=worker_tag()),
        "elsewhere": begin(instance, attain_worker=f"{host}x {number} 1"),
        "not yet taken up": begin(instance),
    }
    assert int(number) == os.getpid()
    assert end_killed_runs(instance) == len(dead)
    for run_id in dead.values():
        assert status(instance, run_id) == dg.DagsterRunStatus.FAILURE
    for run_id in alive.values():
        assert status(instance, run_id) == dg.DagsterRunStatus.STARTED
    assert end_killed_runs(instance, is_alone=True) == 1
    assert status(instance, alive["not yet taken up"]) == dg.DagsterRunStatus.FAILURE


DAMAGES = {
    "garbage": lambda path: path.write_bytes(b"no database" * 999),
    "cut": lambda path: path.write_bytes(path.read_bytes()[: path.stat().st_size // 2]),
    "gone": lambda path: path.unlink(),
    "empty": lambda path: path.write_bytes(b""),
}


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damaged_history_is_set_aside_and_begins_anew(home: Path, damage: str) -> None:
    with open_instance(home) as instance:
        begin(instance)
        instance.all_instigator_state()
    files = sorted(home.rglob("*.db"))
    assert {path.name for path in files} >= {"runs.db", "index.db", "schedules.db"}
    assert heal_history(home) == []
    for path in files:
        DAMAGES[damage](path)
    said = heal_history(home)
    assert len(said) == (len(files) if damage in ("garbage", "cut") else 0)
    assert all("is set aside as" in sentence for sentence in said)
    assert any("switch them on again" in sentence for sentence in said) == bool(said)
    with open_instance(home) as instance:
        assert instance.get_runs() == []
        assert status(instance, begin(instance)) == dg.DagsterRunStatus.STARTED
