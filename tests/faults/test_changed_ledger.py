"""Whatever is done to the ledger is named by `attain verify` and stops the next run, in words."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from random import Random

import duckdb
import pytest

from pipelines.closing.prove import paper_seals, verify
from pipelines.errors import UserError
from pipelines.ledger.proof import hash_or_reason
from pipelines.ledger.seals import (
    NAMESPACE,
    announce,
    keep_seals,
    require_known_ledger,
    statement,
)
from pipelines.ledger.store import Ledger
from pipelines.policy.books import Seals
from pipelines.run.session import ledger_hashes
from pipelines.warehouse.duck import Warehouse
from pipelines.workspace.workspace import Workspace, open_workspace
from tests.support.commands import in_process
from tests.support.ledgers import (
    CHANGES,
    MONTHS,
    Change,
    content,
    flip_a_bit_of_a_manifest,
    forge_a_chain,
    forge_one_more_month,
    put_a_folder_for_a_file,
    repeat_a_key,
    roll_back,
    write_ledger,
)

POLICY = Seals()
HOW_MANY = 300


@dataclass
class Place:
    """A workspace whose ledger is known to its warehouse, its last edition and its statements."""

    workspace: Workspace
    warehouse: Warehouse

    def copy(self, target: Path) -> Place:
        shutil.copytree(self.workspace.root, target)
        return Place(open_workspace(target), self.warehouse)

    @property
    def ledger(self) -> Path:
        return self.workspace.ledger

    def next_run(self) -> list[str]:
        """What a run does with the ledger before anything else."""
        return require_known_ledger(
            self.workspace, POLICY, self.warehouse, ledger_hashes(self.workspace)
        )


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    root = tmp_path_factory.mktemp("ledger") / "ws"
    root.mkdir()
    (root / "attain.yaml").write_text("name: {zh: 甲, en: A}\n", encoding="utf-8")
    workspace = open_workspace(root)
    workspace.prepare()
    with duckdb.connect() as con:
        warehouse = Warehouse(con, Path(":memory:"))
        warehouse.prepare()
        months = write_ledger(workspace.ledger, con).periods()
        assert keep_seals(workspace, POLICY, warehouse, months) == []
        edition = workspace.reports / "published" / "20261116T060000" / "edition.json"
        edition.parent.mkdir(parents=True)
        seals = [{"period": closed.period, "seal": closed.seal} for closed in months]
        edition.write_text(json.dumps({"seals": seals}), encoding="utf-8")
        found = Place(workspace, warehouse)
        assert found.next_run() == []
        yield found


def change(place: Place, target: Path, kind: Change, seed: int) -> None:
    """Change a copy; a change that changed nothing would prove nothing."""
    changed = place.copy(target)
    kind(changed.ledger, Random(seed))
    proof = verify(changed.workspace)
    assert not proof.holds
    assert proof.faults
    with pytest.raises(UserError) as error:
        changed.next_run()
    assert "is not the ledger that is known: " in error.value.message
    assert "Nothing was computed or posted" in error.value.message
    assert "\n" not in error.value.message


@pytest.mark.parametrize("kind", CHANGES, ids=lambda kind: kind.__name__)
def test_every_kind_of_change_is_named_and_stops_the_run(
    place: Place, tmp_path: Path, kind: Change
) -> None:
    change(place, tmp_path / "ws", kind, seed=7)


@pytest.mark.resilience
@pytest.mark.parametrize("seed", range(HOW_MANY))
def test_a_change_is_named_and_stops_the_run(place: Place, tmp_path: Path, seed: int) -> None:
    change(place, tmp_path / "ws", CHANGES[seed % len(CHANGES)], seed)


@pytest.mark.parametrize(
    "kind",
    [
        roll_back,
        forge_a_chain,
        flip_a_bit_of_a_manifest,
        put_a_folder_for_a_file,
        repeat_a_key,
    ],
    ids=lambda kind: kind.__name__,
)
def test_the_commands_say_so_too(
    place: Place,
    tmp_path: Path,
    kind: Change,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    changed = place.copy(tmp_path / "ws")
    (changed.workspace.root / "data" / "raw").mkdir(parents=True)
    kind(changed.ledger, Random(3))
    said = in_process(monkeypatch, capsys, "verify", "-w", changed.workspace.root)
    assert said.code == 1
    assert said.err.startswith("BROKEN 2026-")
    assert "the chain holds" not in said.out
    for words in (("run",), ("close", "2026-11", "--as-of", "2026-11-28")):
        said = in_process(monkeypatch, capsys, *words, "-w", changed.workspace.root)
        assert said.code == 1
        assert "2026-" in said.last
        assert "2026-11 is closed" not in said.out
    assert not (changed.workspace.reports / "latest").exists()


def test_an_untouched_ledger_holds_and_says_who_knows_its_seals(
    place: Place, tmp_path: Path
) -> None:
    same = place.copy(tmp_path / "ws")
    proof = verify(same.workspace)
    assert (proof.faults, proof.differences) == ([], [])
    assert proof.witnesses == ["reports/published/20261116T060000", "seals"]
    assert proof.notes == ["nothing has been computed here: the books were not compared"]
    assert same.next_run() == []


def test_what_holds_everybody_s_pay_is_its_owner_s_until_others_are_let_in(place: Place) -> None:
    here = place.workspace
    for folder in (here.state, here.ledger, here.root / "seals"):
        assert folder.stat().st_mode & 0o777 == 0o700
        folder.chmod(0o750)
    here.prepare()
    place.next_run()
    assert here.state.stat().st_mode & 0o777 == 0o750


def test_the_oldest_disagreement_comes_first_with_everyone_who_knows_better(
    place: Place, tmp_path: Path
) -> None:
    changed = place.copy(tmp_path / "ws")
    for month in MONTHS[1:]:
        shutil.rmtree(changed.ledger / month)
    seal = place.workspace.root / "ledger" / MONTHS[1] / "manifest.json"
    known = json.loads(seal.read_text(encoding="utf-8"))["seal"]
    assert (
        f"{changed.ledger} is not the ledger that is known: 2026-09: the warehouse and "
        f"reports/published/20261116T060000 and seals know it by the seal {known[:16]}, the ledger "
        "does not have the month any more (and 1 more; attain verify lists them)."
    ) in _refusal(changed)


def _refusal(place: Place) -> str:
    with pytest.raises(UserError) as error:
        place.next_run()
    return error.value.message


def test_a_ledger_forged_whole_is_named_by_one_place_alone(place: Place, tmp_path: Path) -> None:
    """Whoever forges the statements too still has to forge what is published."""
    changed = place.copy(tmp_path / "ws")
    forge_a_chain(changed.ledger, Random(1))
    shutil.rmtree(changed.workspace.root / "seals")
    with duckdb.connect() as con:
        assert Ledger(changed.ledger).verify(con) == []  # it cannot be seen in the ledger
        empty = Warehouse(con, Path(":memory:"))
        empty.prepare()
        assert "reports/published" in _refusal(Place(changed.workspace, empty))


@pytest.mark.parametrize("line", ["closed_by: Li", "statements: 1", "seal: "])
def test_a_closing_statement_that_was_changed_is_named(
    place: Place, tmp_path: Path, line: str
) -> None:
    changed = place.copy(tmp_path / "ws")
    file = changed.workspace.root / "seals" / "2026-09.txt"
    text = file.read_text(encoding="utf-8")
    assert line in text
    file.write_text(text.replace(line, line[:-1] + "9"), encoding="utf-8")
    assert {fault.period for fault in verify(changed.workspace).faults} == {"2026-09"}
    assert ": 2026-09: " in _refusal(changed)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("period: ", "total paid: 99999.00\nperiod: "),  # the right line still stands below it
        ("seal: ", "另付 additional payment: 50000.00\nseal: "),
        ("The seal covers every line", "The seal covers no line"),
        ("提成结账单 · Commission closing statement", "Draft"),
        ("previous: ", "Seal: none\nprevious: "),
    ],
)
def test_a_closing_statement_says_nothing_beside_what_closing_wrote(
    place: Place, tmp_path: Path, before: str, after: str
) -> None:
    changed = place.copy(tmp_path / "ws")
    file = changed.workspace.root / "seals" / "2026-09.txt"
    text = file.read_text(encoding="utf-8")
    file.write_text(text.replace(before, after, 1), encoding="utf-8")
    (fault,) = verify(changed.workspace).faults
    assert fault.period == "2026-09"
    assert "seals/2026-09.txt" in fault.what
    assert ": 2026-09: seals/2026-09.txt" in _refusal(changed)


def test_a_closing_statement_may_be_signed_in_its_file(place: Place, tmp_path: Path) -> None:
    changed = place.copy(tmp_path / "ws")
    file = changed.workspace.root / "seals" / "2026-09.txt"
    text = file.read_text(encoding="utf-8").replace("签字 Signature ____", "签字 Signature Li")
    file.write_text(text.replace("\n", "\r\n"), encoding="utf-8")  # as an editor may save it
    assert verify(changed.workspace).faults == []


def test_a_month_that_was_forged_with_its_statement_is_not_known_to_the_warehouse(
    place: Place, tmp_path: Path
) -> None:
    changed = place.copy(tmp_path / "ws")
    forge_one_more_month(changed.ledger, Random(1))
    forged = Ledger(changed.ledger).periods()[-1]
    (changed.workspace.root / "seals" / "2026-11.txt").write_text(
        statement(forged.manifest), encoding="utf-8"
    )
    assert ": 2026-11: the warehouse, which knows every month that was closed" in _refusal(changed)


def test_a_first_month_that_was_forged_is_not_known_to_the_warehouse_of_runs_before(
    tmp_path: Path,
) -> None:
    (tmp_path / "attain.yaml").write_text("name: {zh: 甲, en: A}\n", encoding="utf-8")
    workspace = open_workspace(tmp_path)
    workspace.prepare()
    with duckdb.connect() as con:
        warehouse = Warehouse(con, Path(":memory:"))
        warehouse.prepare()
        here = Place(workspace, warehouse)
        assert here.next_run() == []  # nothing was closed, and that is known from now on
        write_ledger(workspace.ledger, con)
        assert ": 2026-08: the warehouse, which knows every month" in _refusal(here)


def test_a_statement_that_is_gone_is_written_again_from_what_was_proved(
    place: Place, tmp_path: Path
) -> None:
    changed = place.copy(tmp_path / "ws")
    file = changed.workspace.root / "seals" / "2026-09.txt"
    text = file.read_bytes()
    file.unlink()
    assert changed.next_run() == []
    assert file.read_bytes() == text


def test_what_a_signed_paper_says_is_held_against_the_ledger(place: Place, tmp_path: Path) -> None:
    changed = place.copy(tmp_path / "ws")
    seal = Ledger(changed.ledger).periods()[1].seal
    assert verify(changed.workspace, paper_seals([f"2026-09={seal[:20]}"])).faults == []
    for paper, what in [
        ("2026-09=" + "a" * 20, f"the ledger has {seal[:16]}"),
        ("2026-11=" + "a" * 20, "the ledger does not have the month any more"),
    ]:
        (fault,) = verify(changed.workspace, paper_seals([paper])).faults
        assert fault.what == f"the signed statement knows it by the seal {'a' * 16}, {what}"
    with pytest.raises(UserError, match="at least the first 16 signs"):
        paper_seals(["2026-09=abc"])


def test_a_folder_on_another_disk_is_one_more_witness_and_missed_when_it_is_not_there(
    place: Place, tmp_path: Path
) -> None:
    here, disk = place.copy(tmp_path / "ws"), tmp_path / "disk"
    policy = Seals(folders=("seals", str(disk)))
    (here.workspace.root / "policy").mkdir(exist_ok=True)
    (here.workspace.root / "policy" / "commission_books.yaml").write_text(
        f"seals: {{folders: [seals, {disk}]}}\n", encoding="utf-8"
    )
    hashes = ledger_hashes(here.workspace)
    (note,) = require_known_ledger(here.workspace, policy, here.warehouse, hashes)
    assert f"{disk} is not there" in note
    disk.mkdir()
    assert require_known_ledger(here.workspace, policy, here.warehouse, hashes) == []
    assert sorted(file.name for file in disk.iterdir()) == [f"{month}.txt" for month in MONTHS]
    # the whole workspace is put back to an earlier state, everything that knows in it included
    for month in MONTHS[2:]:
        shutil.rmtree(here.ledger / month)
        (here.workspace.root / "seals" / f"{month}.txt").unlink()
    shutil.rmtree(here.workspace.reports)
    (fault,) = verify(here.workspace).faults
    assert fault.period == "2026-10"
    assert fault.what.startswith(f"{disk} knows it by the seal")


def test_a_signature_by_a_key_that_attain_does_not_have_holds_or_is_named(
    place: Place, tmp_path: Path
) -> None:
    here, key, signers = place.copy(tmp_path / "ws"), tmp_path / "key", tmp_path / "signers"
    for file in (key, tmp_path / "other"):
        _keygen("-q", "-t", "ed25519", "-N", "", "-C", "li@example.com", "-f", str(file))
    signers.write_text(f"li@example.com {key.with_suffix('.pub').read_text()}", encoding="utf-8")
    (here.workspace.root / "policy").mkdir(exist_ok=True)
    (here.workspace.root / "policy" / "commission_books.yaml").write_text(
        f"seals: {{signers: {signers}}}\n", encoding="utf-8"
    )
    text = here.workspace.root / "seals" / "2026-09.txt"
    assert "no signature yet: 2026-08, 2026-09, 2026-10" in verify(here.workspace).notes
    _keygen("-Y", "sign", "-q", "-f", str(key), "-n", NAMESPACE, str(text))
    proof = verify(here.workspace)
    assert (proof.faults, "no signature yet: 2026-08, 2026-10" in proof.notes) == ([], True)

    text.with_name("2026-09.txt.sig").unlink()
    _keygen("-Y", "sign", "-q", "-f", str(tmp_path / "other"), "-n", NAMESPACE, str(text))
    (fault,) = verify(here.workspace).faults
    assert fault.what == f"seals/2026-09.txt.sig does not hold: its key is not among {signers}"

    text.with_name("2026-09.txt.sig").unlink()
    _keygen("-Y", "sign", "-q", "-f", str(key), "-n", NAMESPACE, str(text))
    text.write_text(text.read_text(encoding="utf-8") + "\n", encoding="utf-8")
    (fault,) = verify(here.workspace).faults
    assert fault.what.endswith("2026-09.txt is not the text that li@example.com signed")


def _keygen(*words: str) -> None:
    subprocess.run(["ssh-keygen", *words], check=True, capture_output=True)


def test_a_close_that_was_killed_after_the_month_was_in_place_is_completed(
    place: Place, tmp_path: Path
) -> None:
    here = place.copy(tmp_path / "ws")
    with duckdb.connect() as con:
        warehouse = Warehouse(con, Path(":memory:"))
        warehouse.prepare()
        kept = keep_seals(here.workspace, POLICY, warehouse, Ledger(here.ledger).periods())
        assert kept == []
        Ledger(here.ledger).write(
            "2026-11", con, content("2026-11"), lambda made: announce(warehouse, made)
        )
        assert Place(here.workspace, warehouse).next_run() == []
        assert (here.workspace.root / "seals" / "2026-11.txt").exists()
        assert warehouse.scalar("select count(*) from meta.seal where is_pending") == 0


def test_a_close_that_was_killed_before_the_month_was_in_place_closed_nothing(
    place: Place, tmp_path: Path
) -> None:
    here = place.copy(tmp_path / "ws")
    with duckdb.connect() as con:
        warehouse = Warehouse(con, Path(":memory:"))
        warehouse.prepare()
        keep_seals(here.workspace, POLICY, warehouse, Ledger(here.ledger).periods())
        other = Ledger(tmp_path / "other")
        announce(warehouse, other.write("2026-11", con, content("2026-11")))
        assert Place(here.workspace, warehouse).next_run() == []
        assert [closed.period for closed in Ledger(here.ledger).periods()] == list(MONTHS)


def test_a_ledger_of_an_earlier_version_is_taken_as_it_is_found_and_known_from_then_on(
    place: Place, tmp_path: Path
) -> None:
    here = place.copy(tmp_path / "ws")
    shutil.rmtree(here.workspace.root / "seals")
    shutil.rmtree(here.workspace.reports)
    notes = verify(here.workspace).notes
    assert any(note.startswith("no other place knows these seals") for note in notes)
    with duckdb.connect() as con:
        warehouse = Warehouse(con, Path(":memory:"))
        warehouse.prepare()
        assert require_known_ledger(here.workspace, POLICY, warehouse, hash_or_reason) == []
        shutil.rmtree(here.ledger / MONTHS[2])
        assert ": 2026-10: the warehouse and seals know it" in _refusal(
            Place(here.workspace, warehouse)
        )
