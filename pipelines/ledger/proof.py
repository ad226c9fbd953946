"""Proving that a ledger is as it was closed: its folders, its sums, its chain of lines.

Belongs here: every way in which a ledger alone shows that it was changed. Does not belong here:
what stands outside of it (`seals.py`): a chain whose sums were all made anew holds.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

from pipelines.ledger.columns import line_text
from pipelines.ledger.kinds import COMMISSION, KINDS, LedgerKind, kind_of
from pipelines.ledger.manifest import FORMAT, MANIFEST, NotSealedError, read_manifest
from pipelines.warehouse.quoting import literal

_BATCH = 10_000
# what file managers leave in any folder they show
_PASSING = {".DS_Store", "Thumbs.db", "desktop.ini"}


@dataclass(frozen=True)
class ClosedPeriod:
    """A closed period: its folder and what its manifest says."""

    folder: Path
    manifest: dict[str, Any]

    @property
    def period(self) -> str:
        """The name of its folder and its seal; that of an appraisal has its kind before it."""
        return str(self.manifest["period"])

    @property
    def kind(self) -> LedgerKind:
        found = kind_of(self.period)
        assert found is not None, "a manifest that was read is of some kind"
        return found

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


def read_months(
    root: Path, kind: LedgerKind = COMMISSION
) -> tuple[list[ClosedPeriod], list[Fault]]:
    """The closed periods of a kind that can be read, in their order, and what speaks against them.

    What lies there and is of no kind is told with those of commission.
    """
    is_first = kind is COMMISSION
    if not root.is_dir():
        there = is_first and (root.exists() or root.is_symlink())
        return [], [Fault(root.name, "it is not a folder")] if there else []
    months, faults = [], []
    try:
        entries = sorted(root.iterdir())
    except OSError as error:
        told = [Fault(root.name, f"it cannot be read ({error.strerror or error})")]
        return [], told if is_first else []
    for entry in entries:
        name = entry.name
        if name in _PASSING or (name.startswith(".") and name.endswith(".closing")):
            continue
        of_kind = kind_of(name)
        if of_kind is not kind and not (of_kind is None and is_first):
            continue
        if of_kind is None or entry.is_symlink() or not entry.is_dir():
            faults.append(Fault(name, "it is no folder of a closed month; take it out of there"))
            continue
        try:
            found = read_manifest(entry)
        except NotSealedError as error:
            faults.append(Fault(name, str(error)))
            continue
        if found["period"] != name:
            faults.append(Fault(name, f"the folder holds {found['period']}: it was renamed"))
        else:
            months.append(ClosedPeriod(entry, found))
    if not kind.is_gapless:  # in the order in which they were closed
        months.sort(key=lambda closed: int(closed.manifest["number"]))
    return months, faults


def month_faults(
    closed: ClosedPeriod, before: ClosedPeriod | None, hash_of: Callable[[Path], str]
) -> Iterator[Fault]:
    """Where a month is not what its manifest says, or does not follow the month before it."""
    period, manifest = closed.period, closed.manifest
    if seal_of(manifest) != manifest["seal"]:
        yield Fault(period, f"{MANIFEST} is not what was sealed")
    if manifest["previous"] != (before.seal if before else "") or (
        before and closed.kind.is_gapless and _following(before.period) != period
    ):
        yield Fault(period, "it does not follow the period before it; one was changed or removed")
    number = (int(before.manifest["number"]) if before else 0) + 1
    if manifest["number"] != number:
        yield Fault(
            period, f"it is number {manifest['number']} of the ledger and stands as {number}"
        )
    yield from _file_faults(closed, hash_of)


def _file_faults(closed: ClosedPeriod, hash_of: Callable[[Path], str]) -> Iterator[Fault]:
    known = {*closed.kind.files, MANIFEST, *_PASSING}
    try:
        foreign = sorted(path.name for path in closed.folder.iterdir() if path.name not in known)
    except OSError as error:
        yield Fault(closed.period, f"the folder cannot be read ({error.strerror or error})")
        return
    for name in foreign:
        yield Fault(closed.period, f"{name} was not closed with it; take it out of there")
    for name, expected in closed.manifest["files"].items():
        path = closed.folder / name
        if not path.exists() and not path.is_symlink():
            yield Fault(closed.period, f"{name} is gone")
        elif path.is_symlink() or not path.is_file():
            yield Fault(closed.period, f"{name} is not a file")
        elif hash_of(path) != expected:
            yield Fault(closed.period, f"{name} is not the file that was closed")


def sums_hold(root: Path, hash_of: Callable[[Path], str]) -> tuple[list[ClosedPeriod], list[Fault]]:
    """What is closed of every kind, and everything that is not as it was closed, oldest first."""
    months, faults = [], []
    for kind in KINDS:
        own, wrong = read_months(root, kind)
        unreadable = {fault.period for fault in wrong}
        before = None
        for closed in own:
            found = list(month_faults(closed, before, hash_of))
            if before is None and any(name < closed.period for name in unreadable):
                # what it follows is there and cannot be read: that is told, this would repeat it
                found = [fault for fault in found if "follow" not in fault.what]
            wrong.extend(found)
            before = closed
        months += own
        faults += wrong
    return months, sorted(faults, key=lambda fault: fault.period)


def line_faults(closed: ClosedPeriod, con: duckdb.DuckDBPyConnection) -> Iterator[Fault]:
    """The first line whose checksum does not follow from it and the line before."""
    path = literal(str(closed.lines))
    try:
        cursor = con.cursor()
        cursor.execute(f"select line_id, chain from read_parquet({path}) order by line_id")
        head = start_of(str(closed.manifest["previous"]))
        for batch in hashed(con, closed.lines, head, closed.kind):
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


def hashed(
    con: duckdb.DuckDBPyConnection, lines: Path, head: str, kind: LedgerKind
) -> Iterator[list[tuple[int, str]]]:
    """Numbers of lines and the checksum up to each, batch by batch."""
    cursor = con.cursor()
    cursor.execute(
        f"select {line_text(kind.line)} from read_parquet({literal(str(lines))}) order by line_id"
    )
    number = 0
    while rows := cursor.fetchmany(_BATCH):
        batch = []
        for (text,) in rows:
            number += 1
            head = hashlib.sha256(f"{head}{text}".encode()).hexdigest()
            batch.append((number, head))
        yield batch


def start_of(previous: str) -> str:
    """What the first line's checksum covers beside the line."""
    return hashlib.sha256(f"attain ledger {FORMAT} {previous}".encode()).hexdigest()


def seal_of(manifest: Mapping[str, Any]) -> str:
    """The checksum of everything a manifest says but its own seal."""
    body = {key: value for key, value in manifest.items() if key != "seal"}
    text = json.dumps(body, sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def file_hash(path: Path) -> str:
    """SHA-256 of a file.

    Raises:
        OSError: it cannot be read.
    """
    with path.open("rb") as handle:
        return hashlib.file_digest(handle, "sha256").hexdigest()


def hash_or_reason(path: Path) -> str:
    """SHA-256 of a file, or why it cannot be read: a text that is no file's hash."""
    try:
        return file_hash(path)
    except OSError as error:
        return error.strerror or str(error)


def _following(period: str) -> str:
    year, month = map(int, period.split("-"))
    return f"{dt.date(year + month // 12, month % 12 + 1, 1):%Y-%m}"
