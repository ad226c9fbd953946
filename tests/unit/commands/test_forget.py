"""`attain forget`: a delta that was wrong is taken back, and nothing else is."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from pipelines.run import steps
from pipelines.run.record import inputs_mark
from pipelines.run.session import open_session
from pipelines.workspace.workspace import open_workspace
from tests.support.commands import in_process, write

HEADER = "customer_id,name,credit_limit"
GOOD, WRONG = "in/customer_2026-11-02.csv", "in/customer_2026-11-09.csv"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    settings = "inputs: [{path: in, format: canonical, export: delta}]"
    write(tmp_path / "attain.yaml", "name: {zh: 甲, en: A}", settings)
    write(tmp_path / GOOD, HEADER, "K1,甲,1")
    write(tmp_path / WRONG, HEADER, "K1,甲,100")
    stage(tmp_path)
    return tmp_path


def stage(root: Path) -> list[int]:
    """Land and stage as a run does; the credit limits in force."""
    day = dt.date(2026, 11, 15)
    with open_session(open_workspace(root), day, dt.datetime(2026, 11, 16), "t") as session:
        steps.land(session)
        steps.stage(session)
        found = session.warehouse.rows("select credit_limit from staging.customer")
    return [int(row["credit_limit"]) for row in found]


def test_a_wrong_delta_is_taken_back_once_its_file_is_gone(
    root: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    early = in_process(monkeypatch, capsys, "forget", WRONG, "-w", root)
    assert early.code == 2
    assert early.last == f"{WRONG} is still there; take it out of its folder first, then forget it."
    (root / WRONG).unlink()
    assert stage(root) == [100]  # a delta stays known when its file is gone
    done = in_process(monkeypatch, capsys, "forget", WRONG, "-w", root)
    assert (done.code, done.out) == (
        0,
        f"{WRONG}: 1 loads taken back; attain run computes without them\n",
    )
    assert stage(root) == [1]


def test_deltas_stay_known_when_all_their_files_are_gone(root: Path) -> None:
    for name in (GOOD, WRONG):
        (root / name).unlink()
    assert stage(root) == [100]


def test_forgetting_is_a_change_that_a_run_sees(
    root: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    day = dt.date(2026, 11, 15)

    def mark() -> str:
        with open_session(open_workspace(root), day, dt.datetime(2026, 11, 16), "t") as session:
            return inputs_mark(session)

    (root / WRONG).unlink()
    before = mark()
    in_process(monkeypatch, capsys, "forget", WRONG, "-w", root)
    assert mark() != before


def test_what_is_forgotten_stays_so_when_the_warehouse_is_new(
    root: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (root / WRONG).unlink()
    in_process(monkeypatch, capsys, "forget", WRONG, "-w", root)
    (root / ".attain" / "warehouse.duckdb").unlink()
    assert stage(root) == [1]


def test_a_delta_stays_known_when_the_warehouse_is_new(root: Path) -> None:
    (root / WRONG).unlink()
    (root / ".attain" / "warehouse.duckdb").unlink()
    assert stage(root) == [100]


def test_an_unknown_file_is_one_sentence(
    root: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    said = in_process(monkeypatch, capsys, "forget", "in/customer_2026-11-08.csv", "-w", root)
    assert said.code == 2
    assert said.last.startswith("'in/customer_2026-11-08.csv': no such file was loaded")
