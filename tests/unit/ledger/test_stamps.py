"""Seals stamped with the time by an authority: taken once, checked, held against the ledger."""

from __future__ import annotations

import datetime as dt
import shutil
import socket
from collections.abc import Iterator
from pathlib import Path
from threading import Thread

import duckdb
import pytest

from pipelines.closing.prove import verify
from pipelines.errors import UserError
from pipelines.ledger import seals as places
from pipelines.ledger.seals import disagreements, keep_seals, without_stamp
from pipelines.ledger.store import Ledger
from pipelines.policy.books import Seals
from pipelines.warehouse.duck import Warehouse
from pipelines.workspace.workspace import Workspace, open_workspace
from tests.support.authority import Authority, authority
from tests.support.ledgers import MONTHS, content, write_ledger


@pytest.fixture(scope="module")
def tsa(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Authority]:
    with authority(tmp_path_factory.mktemp("tsa") / "keys") as found:
        yield found


@pytest.fixture
def warehouse() -> Iterator[Warehouse]:
    with duckdb.connect() as con:
        found = Warehouse(con, Path(":memory:"))
        found.prepare()
        yield found


@pytest.fixture
def workspace(tmp_path: Path, warehouse: Warehouse) -> Workspace:
    (tmp_path / "attain.yaml").write_text("name: {zh: 甲, en: A}\n", encoding="utf-8")
    found = open_workspace(tmp_path)
    found.prepare()
    write_ledger(found.ledger, warehouse.con)
    return found


def policy(tsa: Authority, **more: object) -> Seals:
    stamps = {"url": tsa.url, "authority": str(tsa.certificates)} | more
    return Seals.model_validate({"stamps": stamps})


def months(workspace: Workspace):
    return Ledger(workspace.ledger).periods()


def test_each_seal_is_stamped_once_and_the_stamps_are_a_place_that_knows_it(
    workspace: Workspace, warehouse: Warehouse, tsa: Authority
) -> None:
    seals, before = policy(tsa), tsa.asked
    assert without_stamp(workspace, seals, months(workspace)) == list(MONTHS)
    for _ in range(2):
        assert keep_seals(workspace, seals, warehouse, months(workspace)) == []
    assert tsa.asked - before == len(MONTHS)
    assert without_stamp(workspace, seals, months(workspace)) == []
    said = places.testimony(workspace, seals, warehouse, months(workspace))
    assert (said.faults, said.notes) == ([], [])
    [stamps] = [one for one in said.witnesses if one.name.startswith("the time stamps in seals")]
    assert stamps.seals == {one.period: one.seal for one in months(workspace)}
    assert f"until {dt.datetime.now(dt.UTC):%Y-%m-%d}" in stamps.name
    assert not list((workspace.root / "seals").glob("*.tmp"))


def test_a_month_forged_with_everything_beside_it_contradicts_its_stamp(
    workspace: Workspace, warehouse: Warehouse, tsa: Authority
) -> None:
    seals = policy(tsa)
    keep_seals(workspace, seals, warehouse, months(workspace))
    shutil.rmtree(workspace.ledger / MONTHS[-1])
    forged = Ledger(workspace.ledger)
    forged.write(MONTHS[-1], warehouse.con, content(MONTHS[-1], lines=2))
    (workspace.root / "seals" / f"{MONTHS[-1]}.txt").unlink()
    with duckdb.connect() as con:  # a warehouse that knows the forged seal, and nothing else
        other = Warehouse(con, Path(":memory:"))
        other.prepare()
        keep_seals(workspace, seals, other, forged.periods())
        said = places.testimony(workspace, seals, other, forged.periods())
    [fault] = disagreements(forged.periods(), said.witnesses)
    assert fault.period == MONTHS[-1]
    assert fault.what.startswith("the time stamps in seals until ")
    assert "knows it by the seal" in fault.what or "know it by the seal" in fault.what


@pytest.mark.parametrize("forged", ["the seal's file", "the stamp", "another month's stamp"])
def test_a_stamp_that_does_not_fit_is_named(
    workspace: Workspace, warehouse: Warehouse, tsa: Authority, forged: str
) -> None:
    seals = policy(tsa)
    keep_seals(workspace, seals, warehouse, months(workspace))
    folder, month = workspace.root / "seals", MONTHS[1]
    if forged == "the seal's file":
        text = (folder / f"{month}.seal").read_text(encoding="utf-8")
        (folder / f"{month}.seal").write_text(text[:-9] + "00000000\n", encoding="utf-8")
        why = "message imprint mismatch"
    elif forged == "the stamp":
        (folder / f"{month}.seal.tsr").write_bytes(b"no stamp")
        why = ""
    else:
        shutil.copy(folder / f"{MONTHS[0]}.seal.tsr", folder / f"{month}.seal.tsr")
        why = "message imprint mismatch"
    [fault] = places.testimony(workspace, seals, warehouse, months(workspace)).faults
    assert fault.period == month
    assert f"{month}.seal.tsr does not hold: {why}" in fault.what
    assert "\n" not in fault.what


def test_a_stamp_of_somebody_who_is_not_believed_does_not_hold(
    workspace: Workspace, warehouse: Warehouse, tsa: Authority, tmp_path: Path
) -> None:
    keep_seals(workspace, policy(tsa), warehouse, months(workspace))
    with authority(tmp_path / "other") as other:
        seals = policy(tsa, authority=str(other.certificates))
        faults = places.testimony(workspace, seals, warehouse, months(workspace)).faults
    assert [fault.period for fault in faults] == list(MONTHS)
    assert all("does not hold" in fault.what for fault in faults)


@pytest.mark.parametrize(
    "answer", [(503, b"busy"), (200, b"<html>sign in</html>"), (200, b"x" * 70_000)]
)
def test_an_authority_that_does_not_stamp_is_a_note_and_is_asked_again(
    workspace: Workspace, warehouse: Warehouse, tsa: Authority, answer: tuple[int, bytes]
) -> None:
    seals = policy(tsa)
    tsa.answers.append(answer)
    [note] = keep_seals(workspace, seals, warehouse, months(workspace))
    assert note.startswith(f"{MONTHS[0]}: no time stamp from {tsa.url} (")
    assert note.endswith("; the next run asks again")
    assert without_stamp(workspace, seals, months(workspace)) == list(MONTHS)
    assert keep_seals(workspace, seals, warehouse, months(workspace)) == []
    assert without_stamp(workspace, seals, months(workspace)) == []


def test_an_authority_that_is_not_there_is_a_note(
    workspace: Workspace, warehouse: Warehouse, tsa: Authority
) -> None:
    seals = policy(tsa, url="http://127.0.0.1:9/")
    [note] = keep_seals(workspace, seals, warehouse, months(workspace))
    assert "no time stamp from http://127.0.0.1:9/ (" in note and "refused" in note


def test_what_answers_there_and_is_no_web_server_is_a_note(
    workspace: Workspace, warehouse: Warehouse, tsa: Authority
) -> None:
    def greet(server: socket.socket) -> None:
        with server.accept()[0] as asked:
            asked.recv(4096)
            asked.sendall(b"220 mail.example.com ESMTP\r\n")

    with socket.create_server(("127.0.0.1", 0)) as server:
        Thread(target=greet, args=(server,), daemon=True).start()
        seals = policy(tsa, url=f"http://127.0.0.1:{server.getsockname()[1]}/")
        [note] = keep_seals(workspace, seals, warehouse, months(workspace))
    assert "(BadStatusLine 220 mail.example.com ESMTP" in note


def test_without_openssl_it_is_one_sentence(
    workspace: Workspace, warehouse: Warehouse, tsa: Authority, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", "")
    with pytest.raises(UserError, match="needs openssl, which is not installed here"):
        keep_seals(workspace, policy(tsa), warehouse, months(workspace))


def test_verify_says_which_months_wait_for_a_stamp_and_which_stamp_does_not_hold(
    workspace: Workspace, warehouse: Warehouse, tsa: Authority
) -> None:
    (workspace.root / "policy").mkdir(exist_ok=True)
    (workspace.root / "policy" / "commission_books.yaml").write_text(
        f"seals:\n  stamps: {{url: {tsa.url}, authority: {tsa.certificates}}}\n", encoding="utf-8"
    )
    assert f"no time stamp yet: {', '.join(MONTHS)}" in verify(workspace).notes
    keep_seals(workspace, policy(tsa), warehouse, months(workspace))
    proof = verify(workspace)
    assert proof.faults == []
    assert any(name.startswith("the time stamps in seals until") for name in proof.witnesses)
    (workspace.root / "seals" / f"{MONTHS[0]}.seal").unlink()
    [fault] = verify(workspace).faults
    assert fault.period == MONTHS[0] and "does not hold" in fault.what
