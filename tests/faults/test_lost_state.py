"""Any file of attain's own below `.attain` may be lost, cut off or another's: one run heals it, or
a sentence says what to do."""

from __future__ import annotations

import datetime as dt
import json
import shutil
import tempfile
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

import pytest

from pipelines.books.status import read_status
from pipelines.errors import UserError
from pipelines.run import steps
from pipelines.run.contract import check_contract
from pipelines.run.outcome import Outcome
from pipelines.run.record import read_record, write_record
from pipelines.run.session import Session, open_session
from pipelines.warehouse import duck
from pipelines.warehouse.duck import open_warehouse
from pipelines.workspace.workspace import Workspace, open_workspace

DAY, STARTED = dt.date(2026, 11, 15), dt.datetime(2026, 11, 16)


def of_another_version(path: Path) -> str:
    """The same keys with values of another kind."""
    names = json.loads(path.read_text(encoding="utf-8")) if path.suffix == ".json" else ["version"]
    return json.dumps({name: {"version": 2} for name in names})


DAMAGES: dict[str, Callable[[Path], object]] = {
    "gone": lambda path: path.unlink(),
    "empty": lambda path: path.write_bytes(b""),
    "cut": lambda path: path.write_bytes(path.read_bytes()[: path.stat().st_size // 2]),
    "garbage": lambda path: path.write_bytes(b"\xff\x00no such thing" * 500),
    "another's": lambda path: path.write_text("[1, 2]", encoding="utf-8"),
    "another version's": lambda path: path.write_text(of_another_version(path), encoding="utf-8"),
}
ROWS = [("staging.campaign", "C1", "A"), ("staging.customer", "K1", "A"),
        ("staging.customer", "K2", "B")]  # fmt: skip


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Customers by a full export; a campaign by a change whose file is gone since."""
    tmp_path = tmp_path_factory.mktemp("sound")
    (tmp_path / "attain.yaml").write_text(
        "name: {zh: 甲, en: A}\ninputs: [{path: full, format: canonical}, "
        "{path: delta, format: canonical, export: delta}]\n",
        encoding="utf-8",
    )
    for folder, name, lines in (
        ("full", "customer", "customer_id,name\nK1,A\nK2,B\n"),
        ("delta", "campaign", "campaign_id,name\nC1,A\n"),
    ):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / f"{name}.csv").write_text(lines, encoding="utf-8")
    opened = open_workspace(tmp_path)
    assert staged(opened) == ROWS
    (tmp_path / "delta" / "campaign.csv").unlink()
    assert staged(opened) == ROWS
    return tmp_path


@pytest.fixture
def workspace(sound: Path, tmp_path: Path) -> Workspace:
    """A copy that may be damaged."""
    shutil.copytree(sound, tmp_path / "ws")
    return open_workspace(tmp_path / "ws")


def opened(workspace: Workspace) -> AbstractContextManager[Session]:
    return open_session(workspace, DAY, STARTED, "test")


def stage(session: Session) -> list[tuple[object, ...]]:
    steps.land(session)
    steps.stage(session)
    return session.warehouse.con.execute(
        "select 'staging.campaign', campaign_id, name from staging.campaign union all "
        "select 'staging.customer', customer_id, name from staging.customer order by all"
    ).fetchall()


def staged(workspace: Workspace) -> list[tuple[object, ...]]:
    with opened(workspace) as session:
        return stage(session)


def own_files(workspace: Workspace) -> list[Path]:
    """What a run keeps below `.attain` but the warehouse, the lock and the landed change."""
    gone = landed_of(workspace, "delta/campaign.csv")
    found = [
        path
        for path in sorted(workspace.state.rglob("*"))
        if path.is_file() and path.name not in ("warehouse.duckdb", "lock")
        and path.stem != gone.stem
    ]  # fmt: skip
    assert {"hashes.json", "knowledge.json", "landing.json"} <= {path.name for path in found}
    return found


def landed_of(workspace: Workspace, file: str) -> Path:
    with open_warehouse(workspace.warehouse, read_only=True) as warehouse:
        name = warehouse.scalar("select landed_name from mart.load where file = ?", [file])
    return workspace.landed / str(name)


@pytest.mark.parametrize("damage", DAMAGES)
def test_whatever_else_is_damaged_one_run_heals(workspace: Workspace, damage: str) -> None:
    if damage == "garbage":  # each alone, too
        for path in own_files(workspace):
            DAMAGES[damage](path)
            assert staged(workspace) == ROWS, path.name
    for path in own_files(workspace):
        DAMAGES[damage](path)
    assert staged(workspace) == ROWS


@pytest.mark.parametrize("damage", ["gone", "empty"])
def test_a_lost_warehouse_is_made_again_with_what_changes_brought(
    workspace: Workspace, damage: str
) -> None:
    DAMAGES[damage](workspace.warehouse)
    with pytest.raises(UserError, match="one run computes it again: attain run"):
        read_status(workspace)
    assert staged(workspace) == ROWS


@pytest.mark.parametrize("damage", ["cut", "garbage", "another's"])
def test_a_damaged_warehouse_is_named_and_healed_by_deleting_it(
    workspace: Workspace, damage: str
) -> None:
    DAMAGES[damage](workspace.warehouse)
    for _ in range(2):
        with pytest.raises(UserError, match="Delete this file; one run computes all of it again"):
            staged(workspace)
    workspace.warehouse.unlink()
    assert staged(workspace) == ROWS


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_change_that_is_kept_nowhere_blocks_until_it_is_back_or_forgotten(
    workspace: Workspace, damage: str
) -> None:
    DAMAGES[damage](landed_of(workspace, "delta/campaign.csv"))
    with opened(workspace) as session:
        stage(session)
        blocks = [f for f in check_contract(session, "campaign") if f.blocks]
    assert [f.check for f in blocks][:1] == ["landed_is_kept:delta/campaign.csv"]
    assert "attain forget" in blocks[0].en
    path = workspace.root / "delta" / "campaign.csv"
    path.write_text("campaign_id,name\nC1,A\n", encoding="utf-8")
    assert staged(workspace) == ROWS


@pytest.mark.parametrize("damage", ["cut", "garbage", "another's", "another version's", "empty"])
def test_when_nothing_tells_what_was_loaded_a_person_decides(
    workspace: Workspace, damage: str
) -> None:
    workspace.warehouse.unlink()
    DAMAGES[damage](workspace.landed / "knowledge.json")
    with pytest.raises(UserError, match="Bring the file back from a backup; or delete it"):
        staged(workspace)
    (workspace.landed / "knowledge.json").unlink()
    assert staged(workspace) == ROWS[1:]


@pytest.mark.parametrize("damage", DAMAGES)
def test_nothing_has_changed_only_while_the_warehouse_holds_the_run(
    workspace: Workspace, damage: str
) -> None:
    for path in (workspace.reports / "latest" / "index.html", workspace.published):
        path.parent.mkdir(parents=True)
        path.touch()
    outcome = Outcome("r", DAY, changed=True)
    with opened(workspace) as session:
        write_record(session, "mark", outcome)
        assert (read_record(session) or {})["mark"] == "mark"
        DAMAGES[damage](workspace.place / "last_run.json")
        assert read_record(session) is None
        write_record(session, "mark", outcome)
    workspace.warehouse.unlink()
    with opened(workspace) as session:
        assert read_record(session) is None
        write_record(session, "mark", outcome)
        workspace.published.unlink()
        assert read_record(session) is None


def test_temporary_files_lie_in_the_workspace_and_a_killed_run_s_are_removed(
    workspace: Workspace,
) -> None:
    before = tempfile.gettempdir()
    with opened(workspace):
        assert tempfile.gettempdir() == str(workspace.build)
        (Path(tempfile.mkdtemp()) / "statement.html").write_text("pay")
        Path(tempfile.mkstemp()[1]).write_text("pay")
    assert tempfile.gettempdir() == before
    assert len(list(workspace.build.iterdir())) == 2
    with opened(workspace):
        assert list(workspace.build.iterdir()) == []


def test_a_warehouse_of_another_layout_is_not_touched(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The first layout had no number."""
    with open_warehouse(workspace.warehouse) as warehouse:
        warehouse.unnote("layout")
    assert staged(workspace) == ROWS
    monkeypatch.setattr(duck, "LAYOUT", 2)
    before = workspace.warehouse.read_bytes()
    for ask in (staged, read_status):
        with pytest.raises(UserError, match=r"layout 1, this one has 2\). Use that version; or"):
            ask(workspace)
    assert workspace.warehouse.read_bytes() == before
    workspace.warehouse.unlink()
    assert staged(workspace) == ROWS
