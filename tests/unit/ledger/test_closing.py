"""Closing a month is one act under one lock, by a clock that can be right."""

from __future__ import annotations

import datetime as dt
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb
import pytest

from pipelines.closing.close import close_period
from pipelines.closing.refusals import refusals
from pipelines.errors import InUseError, UserError
from pipelines.ledger.store import ClosedPeriod, Ledger
from pipelines.run.outcome import Outcome
from pipelines.run.session import open_session
from pipelines.workspace.workspace import Workspace, open_workspace
from tests.support.closed import AS_OF, NEEDED, STARTED, company, computed, written_at
from tests.support.ledgers import content

MONTH = "2026-08"


@pytest.fixture(scope="module")
def ready(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """The company, computed as far as closing asks; nothing is closed."""
    root = tmp_path_factory.mktemp("ready")
    workspace = company().write(root)
    written_at(root / "data", STARTED)
    with computed(workspace, tables=NEEDED) as session:
        assert not session.blocked
    return workspace


@pytest.fixture
def here(ready: Workspace, tmp_path: Path) -> Workspace:
    shutil.copytree(ready.root, tmp_path / "ws")
    return open_workspace(tmp_path / "ws")


Runs = list[str]


@pytest.fixture
def runs(monkeypatch: pytest.MonkeyPatch) -> Runs:
    """The runs before and after a month is frozen change nothing here; what each was told."""
    told: Runs = []

    def run(workspace: Workspace, as_of: dt.date, *_: Any, **__: Any) -> Outcome:
        told.append(taken(workspace))
        return Outcome("run", as_of, changed=True)

    monkeypatch.setattr("pipelines.orchestration.execute.run", run)
    return told


def taken(workspace: Workspace) -> str:
    """Whether another command could come in between now."""
    try:
        with open_workspace(workspace.root).locked():
            return "free"
    except InUseError:
        return "held"


def close(workspace: Workspace, frozen: Callable[[ClosedPeriod], None]) -> ClosedPeriod:
    return close_period(workspace, MONTH, AS_OF, STARTED, "Li", frozen=frozen)


def test_one_lock_covers_computing_freezing_and_publishing(here: Workspace, runs: Runs) -> None:
    said: list[str] = []
    closed = close(here, lambda closed: said.append(f"{closed.period} {taken(here)}"))
    assert (runs, said, taken(here)) == (["held", "held"], [f"{MONTH} held"], "free")
    assert (here.root / "seals" / f"{MONTH}.txt").exists()
    assert closed.manifest["exports"]["receipt"] == 8
    assert list(here.build.iterdir()) == []


def test_what_is_frozen_is_said_to_be_whatever_becomes_of_its_publication(
    here: Workspace, runs: Runs, monkeypatch: pytest.MonkeyPatch
) -> None:
    def run(_workspace: Workspace, as_of: dt.date, *_: Any, **__: Any) -> Outcome:
        runs.append("run")
        if len(runs) > 1:
            raise UserError("the disk is full.", 1)
        return Outcome("run", as_of, changed=True)

    monkeypatch.setattr("pipelines.orchestration.execute.run", run)
    said: list[str] = []
    with pytest.raises(UserError) as error:
        close(here, lambda closed: said.append(closed.seal))
    assert error.value.message == (
        f"{MONTH} is frozen with the seal {said[0][:16]}; what follows from it is not yet "
        "published: the disk is full. The next attain run does it."
    )
    assert [closed.period for closed in Ledger(here.ledger).periods()] == [MONTH]


def test_a_seal_that_could_not_be_kept_somewhere_is_told(
    here: Workspace, runs: Runs, tmp_path: Path
) -> None:
    (here.root / "seals").write_text("a file is in the way", encoding="utf-8")
    with pytest.raises(UserError, match=f"{MONTH} is frozen .*its seal is not kept everywhere"):
        close(here, lambda _closed: None)
    assert len(runs) == 2  # it was published all the same
    assert [closed.period for closed in Ledger(here.ledger).periods()] == [MONTH]


def test_statements_that_a_killed_close_left_are_gone_with_the_next_start(here: Workspace) -> None:
    left = here.build / f"closing-{MONTH}" / "statements"
    left.mkdir(parents=True)
    (left / "E1.html").write_text("pay", encoding="utf-8")
    with open_session(here, AS_OF, STARTED, "test"):
        assert list(here.build.iterdir()) == []


def test_a_month_that_was_never_computed_is_one_sentence(here: Workspace) -> None:
    with open_session(here, AS_OF, STARTED, "test") as session:
        assert refusals(session, [], "1999-01", AS_OF) == [
            "1999-01 was never computed; the first month that is, is 2026-07 (history_start)"
        ]


def test_a_workspace_in_which_nothing_was_computed_is_one_sentence(tmp_path: Path) -> None:
    with open_session(company().write(tmp_path), AS_OF, STARTED, "test") as session:
        assert refusals(session, [], MONTH, AS_OF) == [
            "mart.commission_statement was never computed; see attain run"
        ]


def test_a_month_whose_run_is_blocked_says_what_blocks(here: Workspace) -> None:
    (here.root / "data" / "receipt.csv").unlink()
    later = STARTED + dt.timedelta(days=1)
    with computed(here, later, tables=NEEDED, contracts=["receipt"]) as session:
        (reason,) = refusals(session, [], MONTH, AS_OF)
    assert reason.startswith(
        "a blocking check of staging.receipt failed: data/receipt.csv is gone, empty or cannot"
    )


def test_an_export_older_than_its_source_says_is_refused(here: Workspace) -> None:
    with open_session(here, AS_OF, STARTED, "test") as session:
        session.warehouse.con.execute("update meta.export_state set expected_days = 1")
        for model in session.models:
            if model.name == "mart.export_freshness":
                session.warehouse.replace(model.name, model.sql, "late")
        reasons = refusals(session, [], MONTH, AS_OF)
    assert any(
        reason.startswith("the export of receipt is of 2026-1")
        and "expected every 1 days" in reason
        for reason in reasons
    ), reasons


def test_a_disk_for_seals_that_is_away_and_a_month_nobody_signed_keep_the_next_one_open(
    here: Workspace, tmp_path: Path
) -> None:
    (here.root / "policy" / "commission_books.yaml").write_text(
        f"seals: {{folders: [seals, {tmp_path}/disk], signers: {tmp_path}/signers}}\n",
        encoding="utf-8",
    )
    with duckdb.connect() as con:
        closed = [Ledger(tmp_path / "other").write(MONTH, con, content(MONTH))]
    with open_session(here, AS_OF, STARTED, "test") as session:
        reasons = refusals(session, closed, "2026-09", AS_OF)
    assert (
        f"{tmp_path}/disk is not there, and policy/commission_books.yaml keeps seals in it: "
        in (reasons[0])
    )
    assert reasons[1] == (
        f"{MONTH} bears no signature yet, and policy/commission_books.yaml asks for one: "
        f"ssh-keygen -Y sign -n attain-ledger -f KEY seals/{MONTH}.txt"
    )


@pytest.mark.parametrize(
    ("clock", "as_of", "why"),
    [
        (dt.datetime(2025, 11, 16), dt.date(2025, 11, 15), "before 2026-10 was closed"),
        (dt.datetime(2026, 11, 1, 8), dt.date(2026, 10, 31), "before 2026-10 was closed"),
        (dt.datetime(2026, 11, 10), dt.date(2026, 11, 9), "before its newest export was written"),
        (dt.datetime(2028, 1, 1), dt.date(2027, 12, 31), "more than a year before: set the clock"),
        (dt.datetime(2026, 12, 1), dt.date(2026, 12, 31), "--as-of 2026-12-31 has not come"),
    ],
    ids=["a year back", "before the last seal", "before the exports", "years ahead", "tomorrow"],
)
def test_a_clock_that_cannot_be_right_closes_nothing(
    tmp_path: Path, runs: Runs, clock: dt.datetime, as_of: dt.date, why: str
) -> None:
    workspace = company().write(tmp_path)
    written_at(tmp_path / "data", STARTED)
    with duckdb.connect() as con:
        Ledger(workspace.ledger).write("2026-10", con, content("2026-10"))
    with pytest.raises(UserError) as error:
        close_period(workspace, "2026-11", as_of, clock, "Li")
    assert why in error.value.message
    assert runs == []
    assert len(Ledger(workspace.ledger).periods()) == 1
