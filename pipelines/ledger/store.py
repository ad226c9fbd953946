"""The ledger as a folder: one folder per closed period, sealed, each seal covering the one before.

Belongs here: writing a period whole or not at all, reading it back, proving that nothing changed.
Does not belong here: whether a period may be closed (`close.py`).

    ledger/2026-10/lines.parquet        every line; each checksum covers the line before
                   statements.parquet   one row per payee
                   differences.parquet  what reconciliation showed when it was closed
                   documents.parquet    the statements as published: page, workbook, data
                   manifest.json        counts, totals, checksums of the files, the seals
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

from pipelines.errors import UserError
from pipelines.ledger.columns import line_text
from pipelines.warehouse.quoting import literal

MANIFEST = "manifest.json"
FILES = ("lines.parquet", "statements.parquet", "differences.parquet", "documents.parquet")
_FORMAT = 1
_BATCH = 10_000


@dataclass(frozen=True)
class ClosedPeriod:
    """A closed period: its folder and what its manifest says."""

    folder: Path
    manifest: dict[str, Any]

    @property
    def period(self) -> str:
        return str(self.manifest["period"])

    @property
    def seal(self) -> str:
        return str(self.manifest["seal"])

    @property
    def lines(self) -> Path:
        return self.folder / "lines.parquet"


@dataclass(frozen=True)
class Fault:
    """Something in the ledger that is not as it was closed."""

    period: str
    what: str


class Ledger:
    """The closed periods of a workspace, in order."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def periods(self) -> list[ClosedPeriod]:
        """Closed periods, earliest first.

        Raises:
            UserError: a folder holds no manifest that can be read.
        """
        if not self.root.is_dir():
            return []
        return [
            _read(folder)
            for folder in sorted(self.root.iterdir())
            if folder.is_dir() and not folder.name.startswith(".")
        ]

    def write(self, period: str, con: duckdb.DuckDBPyConnection, content: Content) -> ClosedPeriod:
        """Write a period beside the ledger, read it back, and put it in place by one rename.

        A crash, a kill or a full disk before the rename leaves the ledger as it was; what was begun
        is removed by the next closing.

        Raises:
            UserError: the period is closed already, or what was written does not read back.
        """
        place = self.root / period
        if place.exists():
            raise UserError(
                f"{place}: {period} is closed; a correction is an entry of a later one."
            )
        self.root.mkdir(parents=True, exist_ok=True)
        self.sweep()
        earlier = self.periods()
        working = self.root / f".{period}.closing"
        working.mkdir()
        try:
            self._fill(working, period, con, content, earlier[-1] if earlier else None)
            found = [*_faults(_read(working), earlier[-1] if earlier else None, con)]
            if found:
                raise UserError(
                    f"{working}: what was written does not read back ({found[0].what}); nothing "
                    "was closed.",
                    1,
                )
            working.rename(place)
            try:
                _sync(self.root)
            except OSError:
                place.rename(working)
                raise
        except OSError as error:
            raise UserError(
                f"{self.root}: {period} could not be written ({error.strerror or error}); nothing "
                "was closed. Make room and close again.",
                1,
            ) from None
        except duckdb.IOException as error:
            raise UserError(
                f"{self.root}: {period} could not be written ({str(error).splitlines()[0]}); "
                "nothing was closed. Make room and close again.",
                1,
            ) from None
        finally:
            shutil.rmtree(working, ignore_errors=True)
        return _read(place)

    def sweep(self) -> None:
        """Remove what an interrupted closing left behind."""
        for leftover in self.root.glob(".*.closing"):
            shutil.rmtree(leftover)

    def _fill(
        self,
        working: Path,
        period: str,
        con: duckdb.DuckDBPyConnection,
        content: Content,
        before: ClosedPeriod | None,
    ) -> None:
        previous = before.seal if before else ""
        content.write(working, con)
        head = _chain(con, working, previous, working / "lines.parquet")
        manifest = {
            "format": _FORMAT,
            "period": period,
            "number": (int(before.manifest["number"]) if before else 0) + 1,
            "previous": previous,
            **content.facts,
            "files": {name: _sha256(working / name) for name in FILES},
            "head": head,
        }
        manifest["seal"] = seal_of(manifest)
        path = working / MANIFEST
        path.write_text(json.dumps(manifest, indent=2, ensure_ascii=False), encoding="utf-8")
        for name in (*FILES, MANIFEST):
            _sync(working / name)
        _sync(working)

    def verify(self, con: duckdb.DuckDBPyConnection) -> list[Fault]:
        """Everything in the ledger that is not as it was closed; empty if all is."""
        found: list[Fault] = []
        before = None
        for closed in self.periods():
            found.extend(_faults(closed, before, con))
            before = closed
        return found


class Content:
    """What a period is closed with; `write` puts the Parquet files into a folder.

    Args:
        facts: what the manifest says beside checksums: who, when, as of, counts, totals.
        queries: SQL by file name, as of the open warehouse. Lines come in the order of their id.
    """

    def __init__(self, facts: dict[str, Any], queries: dict[str, str]) -> None:
        self.facts = facts
        self.queries = queries

    def write(self, folder: Path, con: duckdb.DuckDBPyConnection) -> None:
        for name, sql in self.queries.items():
            target = literal(str(folder / name))
            con.execute(f"copy ({sql}) to {target} (format parquet, compression zstd)")


def _chain(con: duckdb.DuckDBPyConnection, folder: Path, previous: str, lines: Path) -> str:
    """Replace the lines file by one in which each line carries the checksum up to it.

    The sum of a line covers the sum before it, so it can only be made one after another: the one
    loop over lines in attain. Returns the last sum.
    """
    chained = folder / "chained.parquet"
    con.execute("create or replace temp table _chain (line_no bigint, chain varchar)")
    head = _start(previous)
    for batch in _hashed(con, lines, head):
        con.executemany("insert into _chain values (?, ?)", batch)
        head = batch[-1][1]
    con.execute(
        f"copy (select source.*, _chain.line_no, _chain.chain from (select *, row_number() over "
        f"(order by line_id) as place from read_parquet({literal(str(lines))})) as source "
        "inner join _chain on source.place = _chain.line_no order by _chain.line_no) "
        f"to {literal(str(chained))} (format parquet, compression zstd)"
    )
    con.execute("drop table _chain")
    con.execute(
        f"copy (select * exclude (place) from read_parquet({literal(str(chained))}) "
        f"order by line_no) to {literal(str(lines))} (format parquet, compression zstd)"
    )
    chained.unlink()
    return head


def _hashed(
    con: duckdb.DuckDBPyConnection, lines: Path, head: str
) -> Iterator[list[tuple[int, str]]]:
    cursor = con.cursor()
    cursor.execute(
        f"select {line_text()} from read_parquet({literal(str(lines))}) order by line_id"
    )
    number = 0
    while rows := cursor.fetchmany(_BATCH):
        batch = []
        for (text,) in rows:
            number += 1
            head = hashlib.sha256(f"{head}{text}".encode()).hexdigest()
            batch.append((number, head))
        yield batch


def _faults(
    closed: ClosedPeriod, before: ClosedPeriod | None, con: duckdb.DuckDBPyConnection
) -> Iterator[Fault]:
    period, manifest = closed.period, closed.manifest
    if seal_of(manifest) != manifest["seal"]:
        yield Fault(period, f"{MANIFEST} is not what was sealed")
    if manifest["previous"] != (before.seal if before else ""):
        yield Fault(period, "it does not follow the period before it; one was changed or removed")
    number = (int(before.manifest["number"]) if before else 0) + 1
    if int(manifest["number"]) != number:
        yield Fault(
            period, f"it is number {manifest['number']} of the ledger and stands as {number}"
        )
    for name, expected in manifest["files"].items():
        path = closed.folder / name
        if not path.exists():
            yield Fault(period, f"{name} is gone")
            return
        if _sha256(path) != expected:
            yield Fault(period, f"{name} is not the file that was closed")
            if name == "lines.parquet":
                yield from _broken_line(closed, con)
            return
    yield from _broken_line(closed, con)


def _broken_line(closed: ClosedPeriod, con: duckdb.DuckDBPyConnection) -> Iterator[Fault]:
    """The first line whose checksum does not follow from it and the line before."""
    path = literal(str(closed.lines))
    try:
        cursor = con.cursor()
        cursor.execute(f"select line_id, chain from read_parquet({path}) order by line_id")
        head = _start(str(closed.manifest["previous"]))
        for batch in _hashed(con, closed.lines, head):
            stated = cursor.fetchmany(len(batch))
            for (line_id, chain), (_, computed) in zip(stated, batch, strict=True):
                if chain != computed:
                    yield Fault(closed.period, f"line {line_id} is not as it was closed")
                    return
                head = computed
    except duckdb.Error as error:
        yield Fault(closed.period, f"lines.parquet cannot be read ({str(error).splitlines()[0]})")
        return
    if head != closed.manifest["head"]:
        yield Fault(closed.period, "lines are missing at the end")


def _start(previous: str) -> str:
    return hashlib.sha256(f"attain ledger {_FORMAT} {previous}".encode()).hexdigest()


def seal_of(manifest: dict[str, Any]) -> str:
    """The checksum of everything a manifest says but its own seal."""
    body = {key: value for key, value in manifest.items() if key != "seal"}
    text = json.dumps(body, sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()


def _sha256(path: Path) -> str:
    with path.open("rb") as handle:
        return hashlib.file_digest(handle, "sha256").hexdigest()


def _read(folder: Path) -> ClosedPeriod:
    path = folder / MANIFEST
    try:
        return ClosedPeriod(folder, json.loads(path.read_text(encoding="utf-8")))
    except (OSError, ValueError) as error:
        raise UserError(
            f"{path}: cannot be read ({error}). The ledger is the record of closed commission; "
            "restore this folder from a backup.",
            1,
        ) from None


def _sync(path: Path) -> None:
    """Wait until the disk has it, so that a rename never shows a half-written period."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
