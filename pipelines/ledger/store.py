"""The ledger as a folder: one folder per closed period, sealed, each seal covering the one before.

Belongs here: writing a period whole or not at all, reading it back, proving that nothing changed.
Does not belong here: whether a period may be closed (`close.py`).

    ledger/2026-10/lines.parquet        every line; each checksum covers the line before
                   statements.parquet   one row per payee
                   differences.parquet  what reconciliation showed when it was closed
                   documents.parquet    the statements as published: page, workbook, data
                   manifest.json        counts, totals, checksums of the files, the seals
    ledger/appraisal-2026-Q3/           scores, results and decisions of an appraised period
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb

from pipelines.errors import UserError
from pipelines.ledger.kinds import COMMISSION, KINDS, LedgerKind
from pipelines.ledger.manifest import (
    FORMAT,
    MANIFEST,
    NotSealedError,
    read_manifest,
    written,
)
from pipelines.ledger.proof import (
    ClosedPeriod,
    Fault,
    file_hash,
    hash_or_reason,
    hashed,
    line_faults,
    month_faults,
    read_months,
    seal_of,
    start_of,
    sums_hold,
)
from pipelines.warehouse.quoting import literal
from pipelines.workspace.workspace import OWNER_ONLY

_LINES_CHANGED = "lines.parquet is not the file that was closed"
__all__ = ["MANIFEST", "ClosedPeriod", "Content", "Fault", "Ledger", "all_closed", "seal_of"]


class Ledger:
    """The closed periods of a workspace, in order."""

    def __init__(self, root: Path, kind: LedgerKind = COMMISSION) -> None:
        self.root = root
        self.kind = kind

    def periods(self) -> list[ClosedPeriod]:
        """Closed periods, earliest first.

        Raises:
            UserError: something there is no closed month that can be read.
        """
        months, faults = read_months(self.root, self.kind)
        if faults:
            raise UserError(
                f"{self.root / faults[0].period}: {faults[0].what}. The ledger is the record of "
                "what was closed; restore this folder from a backup.",
                1,
            )
        return months

    def write(
        self,
        period: str,
        con: duckdb.DuckDBPyConnection,
        content: Content,
        announce: Callable[[ClosedPeriod], None] = lambda _closed: None,
    ) -> ClosedPeriod:
        """Write a period beside the ledger, read it back, and put it in place by one rename.

        A crash, a kill or a full disk before the rename leaves the ledger as it was; what was begun
        is removed by the next closing.

        Args:
            announce: told of the month and its seal before the rename, so that whatever ends the
                process then, it is known which month may stand there.

        Raises:
            UserError: the period is closed already, or what was written does not read back.
        """
        place = self.root / period
        if place.exists():
            raise UserError(
                f"{place}: {period} is closed; a correction is an entry of a later one."
            )
        self.root.mkdir(parents=True, exist_ok=True, mode=OWNER_ONLY)
        self.sweep()
        earlier = self.periods()
        working = self.root / f".{period}.closing"
        working.mkdir()
        try:
            self._fill(working, period, con, content, earlier[-1] if earlier else None)
            made = _read_back(working)
            found = [
                *month_faults(made, earlier[-1] if earlier else None, file_hash),
                *line_faults(made, con),
            ]
            if found:
                raise UserError(
                    f"{working}: what was written does not read back ({found[0].what}); nothing "
                    "was closed.",
                    1,
                )
            announce(made)
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
        return ClosedPeriod(place, made.manifest)

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
        head = _chain(con, working, previous, self.kind)
        manifest = {
            "format": FORMAT,
            "period": period,
            "number": (int(before.manifest["number"]) if before else 0) + 1,
            "previous": previous,
            **content.facts,
            "files": {name: file_hash(working / name) for name in self.kind.files},
            "head": head,
        }
        manifest["seal"] = seal_of(manifest)
        (working / MANIFEST).write_text(written(manifest), encoding="utf-8")
        for name in (*self.kind.files, MANIFEST):
            _sync(working / name)
        _sync(working)

    def verify(self, con: duckdb.DuckDBPyConnection) -> list[Fault]:
        """Everything in the ledger that is not as it was closed; empty if all is."""
        months, faults = sums_hold(self.root, hash_or_reason)
        changed = {f.period for f in faults if f.what == _LINES_CHANGED}
        sound = {closed.period for closed in months} - {fault.period for fault in faults}
        for closed in months:
            if closed.period in changed | sound:
                faults.extend(line_faults(closed, con))
        return sorted(faults, key=lambda fault: fault.period)


def all_closed(root: Path) -> list[ClosedPeriod]:
    """What is closed, of every kind, each in its order.

    Raises:
        UserError: something there is no closed period that can be read.
    """
    return [closed for kind in KINDS for closed in Ledger(root, kind).periods()]


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


def _chain(con: duckdb.DuckDBPyConnection, folder: Path, previous: str, kind: LedgerKind) -> str:
    """Replace the lines file by one in which each line carries the checksum up to it.

    The sum of a line covers the sum before it, so it can only be made one after another: the one
    loop over lines in attain. Returns the last sum.
    """
    lines, chained = folder / "lines.parquet", folder / "chained.parquet"
    con.execute("create or replace temp table _chain (line_no bigint, chain varchar)")
    head = start_of(previous)
    for batch in hashed(con, lines, head, kind):
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


def _read_back(working: Path) -> ClosedPeriod:
    try:
        return ClosedPeriod(working, read_manifest(working))
    except NotSealedError as error:
        raise UserError(
            f"{working}: what was written does not read back ({error}); nothing was closed.", 1
        ) from None


def _sync(path: Path) -> None:
    """Wait until the disk has it, so that a rename never shows a half-written period."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
