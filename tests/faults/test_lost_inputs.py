"""An input folder that is gone, empty or cut changes no closed month and no published figure."""

from __future__ import annotations

import datetime as dt
import os
import shutil
from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import Any

import pytest

from pipelines.errors import UserError
from pipelines.run.session import NOTHING, Accepting, Session, open_session
from pipelines.workspace.workspace import Workspace, open_workspace
from tests.support.closed import AS_OF, MONTHS, STARTED, close_months, computed

LATER = STARTED + dt.timedelta(days=7)
# about the run itself, not about the company
OF_THE_RUN = {"mart.check_result", "mart.check_history", "mart.load"}
Tables = dict[str, tuple[int, Any]]


def tables(session: Session) -> Tables:
    """Rows and content of every table that a page, a statement or a check reads."""
    con = session.warehouse.con
    names = con.execute(
        "select table_schema || '.' || table_name from information_schema.tables where "
        "table_schema in ('staging', 'core', 'receivables', 'commission', 'kpi', 'mart') "
        "order by all"
    ).fetchall()
    return {
        name: con.execute(f"select count(*), bit_xor(hash(t)) from {name} as t").fetchone()
        or (0, 0)
        for (name,) in names
        if name not in OF_THE_RUN
    }


@pytest.fixture(scope="module")
def closed(tmp_path_factory: pytest.TempPathFactory) -> tuple[Workspace, Tables]:
    """The company with three closed months, computed whole, and its tables then."""
    workspace = close_months(tmp_path_factory.mktemp("closed"))
    with computed(workspace, STARTED + dt.timedelta(days=1)) as session:
        assert (session.blocked, session.broken) == ([], {})
        return workspace, tables(session)


def copy_of(workspace: Workspace, target: Path) -> Workspace:
    shutil.copytree(workspace.root, target, symlinks=True)
    return open_workspace(target)


def cut_to_its_header(file: Path) -> None:
    file.write_text(file.read_text(encoding="utf-8").splitlines()[0] + "\n", encoding="utf-8")


def cut_to_a_row(file: Path) -> None:
    file.write_text("\n".join(file.read_text(encoding="utf-8").splitlines()[:2]) + "\n", "utf-8")


WAYS: tuple[Callable[[Path], None], ...] = (
    Path.unlink,
    lambda file: file.write_bytes(b""),
    cut_to_its_header,
    cut_to_a_row,
)


def lose(workspace: Workspace, seed: int) -> set[str]:
    """Take a random subset of the exports away, each in a random way; the tables they hold."""
    random = Random(seed)
    files = sorted((workspace.root / "data").iterdir())
    chosen = files if seed % 5 == 0 else random.sample(files, random.randint(1, len(files)))
    lost = set()
    for file in chosen:
        before = len(file.read_text(encoding="utf-8").splitlines()) - 1
        way = Path.unlink if seed % 5 == 0 else random.choice(WAYS)
        if way is cut_to_a_row and before < 2:
            way = Path.unlink
        way(file)
        lost.add(file.stem)
    return lost


def hold(closed: tuple[Workspace, Tables], folder: Path, seed: int) -> None:
    workspace, before = copy_of(closed[0], folder / "ws"), closed[1]
    lost = lose(workspace, seed)
    with computed(workspace, LATER, contracts=sorted(lost)) as session:
        told = {f.table for f in session.blocked if f.check.startswith("export_not_lost")}
        assert told == {f"staging.{name}" for name in lost}
        assert session.broken == {}
        after = tables(session)
        assert {name: after.get(name) for name in before} == before
        assert session.warehouse.rows(
            "select * from mart.commission_line where not is_closed and period <= ?", [MONTHS[-1]]
        ) == []  # fmt: skip


@pytest.mark.parametrize("seed", [0, 1])
def test_whatever_is_lost_no_table_changes(
    closed: tuple[Workspace, Tables], tmp_path: Path, seed: int
) -> None:
    hold(closed, tmp_path, seed)


@pytest.mark.resilience
@pytest.mark.parametrize("seed", range(2, 42))
def test_whatever_is_lost_no_table_changes_often(
    closed: tuple[Workspace, Tables], tmp_path: Path, seed: int
) -> None:
    hold(closed, tmp_path, seed)


def test_inputs_that_the_settings_name_no_longer_are_lost(
    closed: tuple[Workspace, Tables], tmp_path: Path
) -> None:
    workspace, before = copy_of(closed[0], tmp_path / "ws"), closed[1]
    settings = workspace.root / "attain.yaml"
    text = settings.read_text(encoding="utf-8")
    settings.write_text(text.replace("path: data", "path: other"), encoding="utf-8")
    (workspace.root / "other").mkdir()
    with computed(open_workspace(workspace.root), LATER, contracts=["receipt"]) as session:
        assert {f.check for f in session.blocked} == {"export_not_lost:canonical_receipt"}
    settings.write_text(text[: text.index("inputs:")] + text[text.index("name:") :] + "inputs: []")
    with computed(open_workspace(workspace.root), LATER, contracts=TOLD) as session:
        assert len(session.blocked) == len(TOLD)
        after = tables(session)
    assert {name: after.get(name) for name in before} == before


TOLD = (
    "assignment", "commission_adjustment", "customer", "employee", "invoice", "org_unit", "receipt",
    "receipt_allocation",
)  # fmt: skip


def renumber(file: Path, column: int) -> None:
    """Give every row the same text in a column: it is as long as ever and of no use."""
    head, *lines = file.read_text(encoding="utf-8").splitlines()
    cells = [line.split(",") for line in lines]
    for one in cells:
        one[column] = "X"
    file.write_text("\n".join([head, *map(",".join, cells)]) + "\n", encoding="utf-8")


@pytest.mark.parametrize(
    ("table", "column", "told"),
    [
        ("invoice", 0, {"invoice", "receipt_allocation"}),  # one key for all
        pytest.param(  # names an invoice that is not there
            "receipt_allocation", 1, {"receipt_allocation"}, marks=pytest.mark.resilience
        ),
        pytest.param("receipt", 0, {"receipt", "receipt_allocation"}, marks=pytest.mark.resilience),
    ],
)
def test_an_export_whose_rows_are_all_refused_changes_nothing_either(
    closed: tuple[Workspace, Tables], tmp_path: Path, table: str, column: int, told: set[str]
) -> None:
    workspace, before = copy_of(closed[0], tmp_path / "ws"), closed[1]
    file = workspace.root / "data" / f"{table}.csv"
    kept = file.read_bytes()
    renumber(file, column)
    with computed(workspace, LATER, contracts=TOLD) as session:
        assert {f.table for f in session.blocked} == {f"staging.{name}" for name in told}
        after = tables(session)
        seen_through = {row["name"] for row in session.warehouse.rows(
            "select schema_name || '.' || view_name as name from duckdb_views()")}  # fmt: skip
    changed = {name for name in before if after.get(name) != before[name]}
    own = {name for name in changed if name.startswith("staging.")} | {"mart.quarantine"}
    assert changed - own - seen_through == set()

    def next_run(days: int, accepting: Accepting = NOTHING) -> tuple[set[str], set[str]]:
        """What blocks, and what was taken for true."""
        at = LATER + dt.timedelta(days=days)
        with computed(workspace, at, accepting, tables=(), contracts=sorted(told)) as session:
            return {f.table for f in session.blocked}, {loss.table for loss in session.accepted}

    names = {f"staging.{name}" for name in told}
    assert next_run(1) == (names, set())  # it does not become right by itself
    assert next_run(2, Accepting(tuple(told), "Li")) == (set(), told)
    assert next_run(3) == (set(), set())
    file.write_bytes(kept)
    assert next_run(4) == (set(), set())


@pytest.mark.parametrize("way", ["folder", "file", "renamed", "version"])
def test_a_plan_that_has_paid_closed_months_is_not_lost_without_a_word(
    closed: tuple[Workspace, Tables], tmp_path: Path, way: str
) -> None:
    workspace = copy_of(closed[0], tmp_path / "ws")
    file = workspace.root / "policy" / "commission" / "rep.yaml"
    text = file.read_text(encoding="utf-8")
    if way == "folder":
        shutil.rmtree(workspace.root / "policy" / "commission")
    elif way == "file":
        file.rename(file.with_suffix(".yaml.bak"))
    else:
        before, after = {"renamed": ("id: rep\n", "id: sellers\n"),
                         "version": ("version: 1", "version: 2")}[way]  # fmt: skip
        file.write_text(text.replace(before, after), encoding="utf-8")
    with (
        pytest.raises(UserError, match=r"version 1 of the plan 'rep' has paid in closed months \("),
        open_session(open_workspace(workspace.root), AS_OF, LATER, "test"),
    ):
        pass


def test_what_a_person_confirms_is_taken_for_true_and_remembered(
    closed: tuple[Workspace, Tables], tmp_path: Path
) -> None:
    workspace = copy_of(closed[0], tmp_path / "ws")
    file = workspace.root / "data" / "commission_adjustment.csv"
    kept = file.read_bytes()
    file.unlink()
    accepting = Accepting(("commission_adjustment",), "Li")
    only = ("commission_adjustment",)
    with computed(workspace, LATER, accepting, contracts=only) as session:
        assert session.blocked == []
        assert session.warehouse.row_count("staging.commission_adjustment") == 0
        assert [row["cause"] for row in session.warehouse.rows(
            "select cause from mart.commission_line where not is_closed and period = '2026-09' "
            "and ledger = 'earned'")] != []  # fmt: skip
    with computed(workspace, LATER + dt.timedelta(days=1), contracts=only) as session:
        assert session.blocked == []  # it need not be confirmed again
        assert [(row["accepted_by"], row["rows_before"]) for row in session.warehouse.rows(
            "select * from meta.accepted_loss where ended_at is null")] == [("Li", 1)]  # fmt: skip
    file.write_bytes(kept)
    with computed(workspace, LATER + dt.timedelta(days=2), contracts=only) as session:
        assert session.warehouse.row_count("staging.commission_adjustment") == 1
    file.unlink()
    with computed(workspace, LATER + dt.timedelta(days=3), contracts=only) as session:
        assert [f.check for f in session.blocked] == [
            "export_not_lost:canonical_commission_adjustment"
        ]


def test_with_everything_of_attain_deleted_the_ledger_still_says_what_there_was(
    closed: tuple[Workspace, Tables], tmp_path: Path
) -> None:
    workspace = copy_of(closed[0], tmp_path / "ws")
    shutil.rmtree(workspace.state)
    (workspace.root / "data" / "receipt.csv").unlink()
    with computed(workspace, LATER, tables=(), contracts=["receipt"]) as session:
        assert [f.check for f in session.blocked] == ["export_not_lost:ledger:receipt"]


def test_a_folder_that_may_not_be_read_is_no_empty_one(
    closed: tuple[Workspace, Tables], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    workspace = copy_of(closed[0], tmp_path / "ws")

    scan = os.scandir

    def refused(folder: Any = ".") -> Any:
        if str(folder) == str(workspace.root / "data"):
            raise PermissionError(13, "Permission denied", str(folder))
        return scan(folder)

    monkeypatch.setattr("os.scandir", refused)
    with (
        pytest.raises(UserError, match=r"cannot be read \(Permission denied\); nothing was"),
        open_session(workspace, AS_OF, LATER, "test"),
    ):
        pass
