"""The file sensor: a run once every export is whole and their content is new."""

from __future__ import annotations

import os
from pathlib import Path

import dagster as dg
import pytest

from pipelines.orchestration.arrivals import Memory, look
from pipelines.orchestration.automation import sensors
from pipelines.workspace.workspace import Workspace, open_workspace


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    (tmp_path / "raw").mkdir()
    (tmp_path / "attain.yaml").write_text("name: {zh: 甲, en: A}\ninputs: [{path: raw}]\n")
    return open_workspace(tmp_path)


def tick(workspace: Workspace, cursor: str | None) -> tuple[str | None, str | None, str | None]:
    """One look of the sensor: the run it asks for, why it asks for none, what it remembers."""
    (sensor,) = sensors(workspace)
    with dg.DagsterInstance.ephemeral() as instance:
        context = dg.build_sensor_context(instance, cursor=cursor)
        data = sensor.evaluate_tick(context)
    key = data.run_requests[0].run_key if data.run_requests else None
    return key, data.skip_message, data.cursor


def test_a_file_starts_a_run_only_when_two_looks_found_it_the_same(workspace: Workspace) -> None:
    export = workspace.root / "raw" / "商机.csv"
    export.write_text("a,b\n1,2\n")
    key, why, cursor = tick(workspace, None)
    assert (key, why) == (None, "still arriving: raw/商机.csv")
    export.write_text("a,b\n1,2\n3,4\n")  # it is still being written
    key, why, cursor = tick(workspace, cursor)
    assert key is None
    key, why, cursor = tick(workspace, cursor)
    assert key is not None
    key, why, cursor = tick(workspace, cursor)
    assert (key, why) == (None, "no export has changed")


def settle(workspace: Workspace, cursor: str | None) -> tuple[str | None, str | None]:
    """Looks until nothing arrives any more; the run asked for, if any."""
    while True:
        key, why, cursor = tick(workspace, cursor)
        if why is None or not why.startswith("still arriving"):
            return key, cursor


def test_content_decides_not_the_time_stamp(workspace: Workspace) -> None:
    export = workspace.root / "raw" / "商机.csv"
    export.write_text("a\n1\n")
    first, cursor = settle(workspace, None)
    os.utime(export, (1, 1))
    touched, cursor = settle(workspace, cursor)
    stamp = export.stat()
    export.write_text("a\n2\n")  # as long as before, and dated as before
    os.utime(export, ns=(stamp.st_atime_ns, stamp.st_mtime_ns + 1))
    changed, cursor = settle(workspace, cursor)
    export.write_text("a\n1\n")  # and back: that is news too
    back, _ = settle(workspace, cursor)
    assert first and changed and back
    assert touched is None
    assert len({first, changed, back}) == 3


@pytest.mark.parametrize(
    "name", ["商机.csv.tmp", ".商机.csv", "~$商机.xlsx", "x.crdownload", "a.pdf"]
)
def test_temporary_files_and_other_kinds_are_no_arrivals(workspace: Workspace, name: str) -> None:
    (workspace.root / "raw" / name).write_text("half")
    assert look(workspace, {}).files == {}


def test_a_removed_export_is_news(workspace: Workspace) -> None:
    for name in ("a.csv", "b.csv"):
        (workspace.root / "raw" / name).write_text("a\n1\n")
    _, cursor = settle(workspace, None)
    (workspace.root / "raw" / "b.csv").unlink()
    key, _ = settle(workspace, cursor)
    assert key is not None


def test_an_input_folder_that_is_not_there_is_no_error(workspace: Workspace) -> None:
    (workspace.root / "raw").rmdir()
    assert look(workspace, {}).files == {}


def test_what_is_remembered_survives_as_text(workspace: Workspace) -> None:
    (workspace.root / "raw" / "a.csv").write_text("a\n1\n")
    memory = Memory({}).after(look(workspace, {}), started=False)
    assert Memory.from_json(memory.to_json()) == memory
