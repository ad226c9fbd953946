"""A closed month is written whole or not at all, and whatever changes in it later is found."""

from __future__ import annotations

import datetime as dt
import errno
import hashlib
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any
from unittest import mock

import duckdb
import pytest

from pipelines.closing import documents
from pipelines.closing.close import close_period
from pipelines.errors import UserError
from pipelines.ledger import store
from pipelines.ledger.kinds import COMMISSION
from pipelines.ledger.manifest import written
from pipelines.ledger.store import Ledger
from pipelines.ledger.tables import load_ledger
from pipelines.warehouse.duck import Warehouse
from pipelines.workspace.workspace import open_workspace
from tests.support.ledgers import content


@pytest.fixture
def con() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as con:
        yield con


@pytest.fixture
def ledger(tmp_path: Path, con: duckdb.DuckDBPyConnection) -> Ledger:
    """Three closed months."""
    found = Ledger(tmp_path / "ledger")
    for month in ("2026-08", "2026-09", "2026-10"):
        found.write(month, con, content(month))
    return found


def test_what_was_closed_is_proved(ledger: Ledger, con: duckdb.DuckDBPyConnection) -> None:
    assert [closed.period for closed in ledger.periods()] == ["2026-08", "2026-09", "2026-10"]
    assert ledger.verify(con) == []


def test_each_seal_covers_the_one_before(ledger: Ledger) -> None:
    months = ledger.periods()
    assert [m.manifest["previous"] for m in months] == ["", months[0].seal, months[1].seal]


@pytest.mark.parametrize(
    ("as_of", "closed"),
    [
        ((2026, 7, 31), []),
        ((2026, 9, 15), ["2026-08"]),
        ((2026, 9, 30), ["2026-08", "2026-09"]),
        ((2026, 12, 1), ["2026-08", "2026-09", "2026-10"]),
    ],
)
def test_seen_from_a_day_before_a_month_was_open(
    ledger: Ledger, con: duckdb.DuckDBPyConnection, as_of: tuple[int, int, int], closed: list[str]
) -> None:
    """Held against a computation that looks at nothing later, its lines would be posted back."""
    warehouse = Warehouse(con, Path(":memory:"))
    warehouse.prepare()
    load_ledger(warehouse, ledger.root, as_of=dt.date(*as_of))
    rows = warehouse.rows("select distinct period from core.closed_line order by period")
    assert [row["period"] for row in rows] == closed
    assert warehouse.row_count("core.closed_period") == len(closed)


def test_the_same_lines_make_the_same_chain(
    ledger: Ledger, con: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    other = Ledger(tmp_path / "other")
    other.write("2026-08", con, content("2026-08"))
    assert other.periods()[0].manifest["head"] == ledger.periods()[0].manifest["head"]


def test_a_closed_month_is_never_written_again(
    ledger: Ledger, con: duckdb.DuckDBPyConnection
) -> None:
    with pytest.raises(UserError, match="2026-09 is closed; a correction is an entry of a later"):
        ledger.write("2026-09", con, content("2026-09"))


@pytest.mark.parametrize("name", [*COMMISSION.files, store.MANIFEST])
def test_a_changed_byte_is_found_in_any_file(
    ledger: Ledger, con: duckdb.DuckDBPyConnection, name: str
) -> None:
    path = ledger.root / "2026-09" / name
    data = bytearray(path.read_bytes())
    place = data.index(b"Li") if name == store.MANIFEST else len(data) // 2
    data[place] ^= 1
    path.write_bytes(bytes(data))
    assert "2026-09" in {fault.period for fault in ledger.verify(con)}


def test_a_changed_amount_is_named_by_its_line(
    ledger: Ledger, con: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    path, other = ledger.root / "2026-09" / "lines.parquet", tmp_path / "other.parquet"
    con.execute(
        "copy (select * replace (case when line_no = 2 then amount + 1 else amount end as amount) "
        f"from read_parquet('{path}')) to '{other}' (format parquet)"
    )
    shutil.copyfile(other, path)
    assert [fault.what for fault in ledger.verify(con)] == [
        "lines.parquet is not the file that was closed",
        "line 2026-09:2 is not as it was closed",
    ]


@pytest.mark.parametrize("name", COMMISSION.files)
def test_a_missing_file_is_found(ledger: Ledger, con: duckdb.DuckDBPyConnection, name: str) -> None:
    (ledger.root / "2026-09" / name).unlink()
    assert [(f.period, f.what) for f in ledger.verify(con)] == [("2026-09", f"{name} is gone")]


def test_a_removed_month_breaks_the_chain(ledger: Ledger, con: duckdb.DuckDBPyConnection) -> None:
    shutil.rmtree(ledger.root / "2026-09")
    faults = ledger.verify(con)
    assert {fault.period for fault in faults} == {"2026-10"}
    assert "one was changed or removed" in faults[0].what


def test_a_manifest_sealed_anew_breaks_the_month_after_it(
    ledger: Ledger, con: duckdb.DuckDBPyConnection
) -> None:
    path = ledger.root / "2026-09" / store.MANIFEST
    manifest: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    manifest["closed_by"] = "Wang"
    manifest["seal"] = store.seal_of(manifest)
    path.write_text(written(manifest), encoding="utf-8")
    assert {fault.period for fault in ledger.verify(con)} == {"2026-10"}


def test_a_folder_without_its_manifest_is_one_sentence(ledger: Ledger) -> None:
    (ledger.root / "2026-09" / store.MANIFEST).unlink()
    with pytest.raises(UserError, match="restore this folder from a backup"):
        ledger.periods()


class Killed(BaseException):
    """The process ends here."""


def test_a_closing_that_is_killed_leaves_nothing_closed_and_can_be_run_again(
    tmp_path: Path, con: duckdb.DuckDBPyConnection, monkeypatch: pytest.MonkeyPatch
) -> None:
    ledger = Ledger(tmp_path / "ledger")

    def kill(*_: object) -> str:
        raise Killed

    with monkeypatch.context() as patch:
        patch.setattr(hashlib, "file_digest", kill)
        with pytest.raises(Killed):
            ledger.write("2026-10", con, content())
    assert ledger.periods() == []
    ledger.write("2026-10", con, content())
    assert ledger.verify(con) == []


def test_what_a_killed_process_left_behind_is_no_month_and_is_removed(
    tmp_path: Path, con: duckdb.DuckDBPyConnection
) -> None:
    ledger = Ledger(tmp_path / "ledger")
    leftover = ledger.root / ".2026-10.closing"
    leftover.mkdir(parents=True)
    (leftover / "lines.parquet").write_bytes(b"half")
    assert ledger.periods() == []
    ledger.write("2026-10", con, content())
    assert not leftover.exists()
    assert ledger.verify(con) == []


@pytest.mark.parametrize("failing", [(os, "fsync"), (hashlib, "file_digest")])
def test_a_full_disk_is_a_sentence_and_nothing_is_closed(
    tmp_path: Path,
    con: duckdb.DuckDBPyConnection,
    monkeypatch: pytest.MonkeyPatch,
    failing: tuple[ModuleType, str],
) -> None:
    ledger = Ledger(tmp_path / "ledger")

    def full(*_: object) -> str:
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(*failing, full)
        with pytest.raises(UserError) as error:
            ledger.write("2026-10", con, content())
    assert "2026-10 could not be written (No space left on device); nothing was closed" in (
        error.value.message
    )
    assert list(ledger.root.iterdir()) == []


def test_a_disk_that_fails_after_the_rename_leaves_nothing_closed_either(
    tmp_path: Path, con: duckdb.DuckDBPyConnection, monkeypatch: pytest.MonkeyPatch
) -> None:
    ledger = Ledger(tmp_path / "ledger")

    def fail(handle: int) -> None:
        if os.path.samestat(os.fstat(handle), ledger.root.stat()):
            raise OSError(errno.EIO, "Input/output error")

    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", fail)
        with pytest.raises(UserError, match="nothing was closed"):
            ledger.write("2026-10", con, content())
    assert ledger.periods() == []


def test_a_full_disk_of_temporary_files_is_a_sentence_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Statements are rendered there before anything is closed."""

    def full(*_: object) -> None:
        raise duckdb.IOException("IO Error: Could not write file: No space left on device")

    monkeypatch.setattr("pipelines.run.publication.computed_from", lambda *_: frozenset())
    monkeypatch.setattr("pipelines.reporting.reports.statements_as_closed", full)
    session: Any = mock.Mock()
    with pytest.raises(
        UserError, match=r"No space left on device.*; nothing was closed\. Make room"
    ):
        documents.write_documents(
            session, "2026-10", dt.datetime(2026, 11, 1), "Li", tmp_path / "d"
        )


def test_of_two_closings_at_once_the_second_is_refused(tmp_path: Path) -> None:
    (tmp_path / "attain.yaml").write_text("name: {zh: 甲, en: A}\n", encoding="utf-8")
    (tmp_path / "ledger").mkdir()
    (tmp_path / "data" / "raw").mkdir(parents=True)
    moment = dt.datetime(2026, 11, 16)
    with open_workspace(tmp_path).locked(), pytest.raises(UserError) as error:
        close_period(open_workspace(tmp_path), "2026-10", moment.date(), moment, "Li")
    assert error.value.message.endswith("another attain run is at work here; wait for it to end.")
    assert list((tmp_path / "ledger").iterdir()) == []


def test_a_run_that_was_killed_leaves_no_lock_behind(tmp_path: Path) -> None:
    (tmp_path / "attain.yaml").write_text("name: {zh: 甲, en: A}\n", encoding="utf-8")
    holder = subprocess.Popen(
        [sys.executable, "-c",
         "import sys, time; from pathlib import Path; from pipelines.workspace.workspace import *\n"
         f"with open_workspace(Path({str(tmp_path)!r})).locked(): print(1, flush=True); "
         "time.sleep(60)"],
        stdout=subprocess.PIPE,
    )  # fmt: skip
    assert holder.stdout is not None
    holder.stdout.readline()
    with pytest.raises(UserError) as error, open_workspace(tmp_path).locked():
        pass
    assert error.value.exit_code == 1
    holder.kill()
    holder.wait()
    with open_workspace(tmp_path).locked():
        pass
