"""Whatever call on a file fails, and wherever a run is killed: the last reports stand, nothing is
lost, and running again gives what would have come of it.

One of each in `make test`, some in `make test-faults`; ATTAIN_FAULTS=500 and ATTAIN_KILLS=200 are
the whole (some ten seconds each on an idle machine), ATTAIN_SEED says which. A point is a call of
the process on a file of the workspace or of the temporary folder, whoever makes it: Python, DuckDB
or SQLite.
"""

from __future__ import annotations

import logging
import os
import random
import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import dagster as dg
import duckdb
import pytest
from dagster._core.storage.dagster_run import NOT_FINISHED_STATUSES

from pipelines.ledger.store import Ledger
from pipelines.orchestration.eventlog import open_instance
from pipelines.reporting.publish.render import NOTICE_END, NOTICE_START
from pipelines.workspace.workspace import open_workspace
from tests.support.books import Books
from tests.support.faults.layer import FAULTS, KILL, Ended, Layer, open_layer
from tests.support.faults.server import PAGE

LOG = logging.getLogger(__name__)  # --log-cli-level=INFO shows each point
SEED = int(os.environ.get("ATTAIN_SEED", "62"))
FAULT_COUNT = int(os.environ.get("ATTAIN_FAULTS", "12"))
KILL_COUNT = int(os.environ.get("ATTAIN_KILLS", "8"))
KILLS_IN_A_ROW = 2
MONTH = "2026-10"
PLACE = "ws $HOME ${x}"
# what says of itself when or how it ran
_OF_THE_RUN = ("mart.run", "kept.check_history")
# of other tables, the number of the run that landed or refused a row
_WHICH_RUN = "loaded_at|forgotten_at|first_seen_at|resolved_at"
_NOTICE = re.compile(re.escape(NOTICE_START) + ".*?" + re.escape(NOTICE_END), re.DOTALL)


def books() -> Books:
    """A company of five rows: what a fault leaves behind is no matter of size."""
    found = Books().person("E1", "rep", manager="D").person("D", "director").person("F", "finance")
    found.plan("rep", {"credit": {"event": "cash_received", "to": "owner"},
                       "rate": {"flat_pct": 10}})  # fmt: skip
    found.invoice("I1", "E1", "2026-10-05", 1000).cash("R1", "I1", "2026-10-20", 500)
    found.settings["as_of"] = "2026-10-31"
    return found


def changed(root: Path) -> None:
    """Another receipt comes in."""
    for name, row in (("receipt", "R2,K,2026-10-25,2026-10-25,250"),
                      ("receipt_allocation", "R2,I1,2026-10-25,250")):  # fmt: skip
        path = root / "data" / f"{name}.csv"
        path.write_text(path.read_text(encoding="utf-8") + row + "\n", encoding="utf-8")


def pages(root: Path) -> dict[str, str]:
    """Every published page and model without its notice; what a run says of itself left out."""
    latest = root / "reports" / "latest"
    return {
        path.relative_to(latest).as_posix(): _NOTICE.sub("", path.read_text(encoding="utf-8"))
        for path in sorted(latest.rglob("*"))
        if path.suffix in (".html", ".json") and len(path.relative_to(latest).parts) > 2
        and "sales_ops" not in path.parts
    }  # fmt: skip


def rows(root: Path) -> dict[str, tuple[int, int]]:
    """Rows of every published table, as their number and a sum of their hashes."""
    with duckdb.connect(str(root / "mart" / "attain.duckdb"), read_only=True) as con:
        names = con.execute(
            "select schema_name || '.\"' || table_name || '\"' from duckdb_tables()"
        ).fetchall()
        return {
            name: con.execute(
                "select count(*), sum(hash(t)::hugeint) from (select columns(column_name -> not "
                f"regexp_full_match(column_name, '{_WHICH_RUN}')) from {name}) as t"
            ).fetchone()
            for (name,) in names
            if name.replace('"', "") not in _OF_THE_RUN
        }


def unfinished(root: Path) -> list[str]:
    """Runs that have not ended, by Dagster's history."""
    with open_instance(open_workspace(root).dagster_home) as instance:
        return [
            run.run_id for run in instance.get_runs(dg.RunsFilter(statuses=NOT_FINISHED_STATUSES))
        ]


@dataclass(frozen=True)
class Fault:
    """What a call of a command meets: the kind, which call, whether the later ones meet it too."""

    kind: str
    at: int
    stays: bool = False

    def __str__(self) -> str:
        return f"{self.kind} at {self.at}{' and after' if self.stays else ''}"


@dataclass
class Stage:
    """Where faults are put: a command on a workspace, and what comes of it without one."""

    start: Path
    words: tuple[str, ...]
    before: dict[str, str]
    after: dict[str, str] = field(default_factory=dict)
    rows: dict[str, tuple[int, int]] = field(default_factory=dict)
    counts: dict[str, int] = field(default_factory=dict)


class Scene:
    """A workspace in each state that a command may find, made once."""

    def __init__(self, folder: Path, layer: Layer) -> None:
        self.folder, self.layer = folder, layer
        self._stages: dict[str, Stage] = {}

    def stage(self, name: str) -> Stage:
        if name not in self._stages:
            self._stages[name] = self._prepared(name)
        return self._stages[name]

    def _prepared(self, name: str) -> Stage:
        start = self.folder / f"start_{name}"
        words: tuple[str, ...] = ("run",)
        if name == "first":
            books().write(start)
            stage = Stage(start, words, {})
        else:
            first = self.stage("first")
            shutil.copytree(self.folder / "done_first" / PLACE, start, symlinks=True)
            if name == "delta":
                changed(start)
            if name == "again":
                words = ("run", "--force")
            if name == "close":
                words = ("close", MONTH, "--by", "F")
            if name == PAGE:
                changed(start)
                words = (PAGE,)
            stage = Stage(start, words, first.after)
        root = self.copy(stage, f"done_{name}")
        done = self.layer.attain(root, *words)
        assert done.code == 0, done.err
        stage.counts = done.counts
        stage.after, stage.rows = pages(root), rows(root)
        return stage

    def copy(self, stage: Stage, name: str) -> Path:
        folder = self.folder / name
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir()
        shutil.copytree(stage.start, folder / PLACE, symlinks=True)
        return folder / PLACE

    def trial(self, name: str, *faults: Fault) -> list[str]:
        """What went wrong in words; no words mean that all is as it should be.

        Args:
            faults: one after the other, each in a command of its own on what the last one left;
                then comes one without a fault.
        """
        stage = self.stage(name)
        root = self.copy(stage, "trial")
        wrong, said = [], []
        for fault in faults:
            ended = self.layer.attain(
                root, *stage.words, kind=fault.kind, at=fault.at, stays=fault.stays
            )
            said.append(f"{fault}: exit {ended.code}")
            wrong += [*_said(ended), *_stands(stage, root)]
            if left := sorted(path.name for path in (root.parent / "temporary").iterdir()):
                wrong.append(f"left in the temporary folder: {left[:3]}")
        wrong += self._again(name, stage, root)
        if open_runs := unfinished(root):
            wrong.append(f"still at work, says Dagster's history: {open_runs}")
        what_was_done = f"{name}, {', then '.join(said)}"
        LOG.info("%s; %s", what_was_done, wrong or "as it should be")
        return [f"{what_was_done}; {what}" for what in wrong]

    def _again(self, name: str, stage: Stage, root: Path) -> list[str]:
        """Running again, with nothing in the way, gives what would have come of it."""
        again = self.layer.attain(root, *stage.words)
        closed_already = name == "close" and f"{MONTH} is closed already" in again.err
        if again.code != 0 and not closed_already:
            return [f"again: exit {again.code}: {again.err.strip()[-300:]}"]
        if name == "close":
            if closed_already and (run := self.layer.attain(root, "run")).code != 0:
                return [f"the run after: exit {run.code}: {run.err.strip()[-300:]}"]
            months = [closed.period for closed in Ledger(root / "ledger").periods()]
            proof = self.layer.attain(root, "verify")
            return ([] if months == [MONTH] else [f"closed are {months}"]) + (
                [] if proof.code == 0 else [f"verify: {(proof.out + proof.err)[-300:]}"]
            )
        wrong = []
        if (found := pages(root)) != stage.after:
            differ = [n for n in {*found, *stage.after} if found.get(n) != stage.after.get(n)]
            wrong.append(f"again: other pages than without the fault: {sorted(differ)[:3]}")
        if (found_rows := rows(root)) != stage.rows:
            differ = [n for n in {*found_rows, *stage.rows}
                      if found_rows.get(n) != stage.rows.get(n)]  # fmt: skip
            wrong.append(f"again: other rows than without the fault: {sorted(differ)[:3]}")
        return wrong


def _said(ended: Ended) -> Iterator[str]:
    if "Traceback" in ended.out + ended.err:
        yield f"a traceback: {ended.err.strip()[-600:]}"
    # DuckDB ends the process itself where a disk refuses to cut its log: the same as a kill
    aborted = ended.code == -6 and "duckdb::IOException" in ended.err
    if ended.code not in (0, 1, 2, -9) and not aborted:
        yield f"exit {ended.code}: {ended.err.strip()[-300:]}"


def _stands(stage: Stage, root: Path) -> Iterator[str]:
    """Each page is whole: as it was before, or as it would have become."""
    found = pages(root) if (root / "reports" / "latest").exists() else {}
    for name in stage.before.keys() - found.keys():
        yield f"{name} is gone"
    if "close" in stage.words:
        return  # a statement says when it was closed
    for name, text in found.items():
        if text not in (stage.before.get(name), stage.after.get(name)):
            yield f"{name} is neither as before nor as after"


@pytest.fixture(scope="module")
def scene(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scene]:
    folder = tmp_path_factory.mktemp("faults")
    with open_layer(tmp_path_factory.mktemp("layer")) as layer:
        yield Scene(folder, layer)


def test_a_killed_run_leaves_the_last_reports_whole_and_no_trace(scene: Scene) -> None:
    counts = scene.stage("again").counts
    assert scene.trial("again", Fault(KILL, counts[KILL] // 3)) == []


def test_a_full_disk_leaves_the_last_reports_whole_and_is_one_sentence(scene: Scene) -> None:
    counts = scene.stage("again").counts
    assert scene.trial("again", Fault("ENOSPC", counts["ENOSPC"] // 2, stays=True)) == []


@pytest.mark.resilience
def test_random_faults_lose_nothing(scene: Scene) -> None:
    """Up to four in a row, on what the one before left behind."""
    choose = random.Random(SEED)
    wrong: list[str] = []
    left = FAULT_COUNT
    while left:
        name = choose.choice(("first", "delta", "again", "close"))
        faults = []
        for _ in range(min(left, choose.randint(1, 4))):
            kind = choose.choice(FAULTS)
            at = choose.randint(1, scene.stage(name).counts[kind])
            faults.append(Fault(kind, at, choose.random() < 0.5))
        left -= len(faults)
        wrong += scene.trial(name, *faults)
    assert wrong == []


@pytest.mark.resilience
def test_kills_at_any_point_leave_no_half(scene: Scene) -> None:
    """Spread evenly over the first run, a delta, a close, and publication by the orchestrator."""
    choose = random.Random(SEED + 1)
    wrong: list[str] = []
    stages = ("first", "delta", "close", PAGE)
    for number in range(0, KILL_COUNT, KILLS_IN_A_ROW):
        stage = stages[number // KILLS_IN_A_ROW % len(stages)]
        calls = scene.stage(stage).counts[KILL]
        first = calls * 3 // 4 if stage == PAGE else 1  # the last quarter: pages are published
        wrong += scene.trial(
            stage, *(Fault(KILL, choose.randint(first, calls)) for _ in range(KILLS_IN_A_ROW))
        )
    assert wrong == []
