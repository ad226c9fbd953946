"""Exports that were in force and are gone, empty or much smaller: held until a person confirms.

Belongs here: finding what was lost, the loads that stay in force instead, what a person accepted.
Does not belong here: what a loss blocks (`run/steps.py`) or the order of loads (`groups.py`).

An empty folder is a share that is not mounted far more often than a company without invoices. So a
full export that is no longer there does not empty its table: what it said last stays in force.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any, Literal
from zoneinfo import ZoneInfo

from pipelines.landing.land import LandedExport, kept_landed
from pipelines.sources.contract import canonical_tables
from pipelines.sources.sourcefile import SourceFile
from pipelines.staging.groups import Records, Timeline, kept_load, records_of, snapshots, timeline
from pipelines.staging.mapping import Load
from pipelines.staging.merge import rows_read
from pipelines.warehouse.duck import Warehouse

_OF_LEDGER = "ledger:"  # instead of a source: known from the last closed month alone


Kind = Literal["gone", "part", "shrunk", "unread"]


@dataclass(frozen=True)
class Loss:
    """What a full source no longer says.

    `kind`: none of its files can be used (`gone`), some of them or the newest cannot and nothing
    new came (`part`), they hold fewer rows than policy takes for granted (`shrunk`), or no source
    reads them any more (`unread`; the rows are those of the table then). `held` are the loads that
    stay in force, `now` those that would be.
    """

    source: str
    table: str
    kind: Kind
    files: tuple[str, ...]
    rows_before: int
    rows_now: int
    held: tuple[int, ...]
    now: tuple[int, ...]


@dataclass(frozen=True)
class Stock:
    """What is known when the exports of a run are landed.

    `sources` are the full ones of the workspace: a delta that is gone stays known, and `deltas` are
    the names of those. `closed_with`
    are the rows by table that the last closed month stood on: where nothing else is known any
    more, that is.
    """

    warehouse: Warehouse
    landed: Path
    sources: Sequence[SourceFile]
    exports: Sequence[LandedExport]
    loads: Sequence[Load]
    at: dt.datetime
    time_zone: str
    drop: Decimal
    closed_with: Mapping[str, int]
    deltas: frozenset[str] = frozenset()


def find_losses(stock: Stock) -> list[Loss]:
    """What every full source had in force and has no longer, by table and source.

    A source that was taken out of the workspace is a loss unless the table has its rows from others
    now; a table that never had a row is none.
    """
    sets = timeline(stock.warehouse)
    present = {load.load_id for load in stock.loads}
    full = {source.source: source for source in stock.sources}
    confirmed = accepted_sources(stock.warehouse)
    found = []
    for table in canonical_tables():
        records = records_of(stock.warehouse, table)
        names = [name for name in sorted(full) if full[name].table == table]
        lost = []
        for name in names:
            own = {r["load_id"]: r for r in records if r["source"] == name}
            loss = _of_source(stock, full[name], own, sets, present)
            if loss is not None:
                lost.append(loss)
        found += lost or _unread(stock, table, records, sets)
        rows, name = stock.closed_with.get(table, 0), f"{_OF_LEDGER}{table}"
        if rows and not records and name not in confirmed:
            found.append(Loss(name, table, "gone", (), rows, 0, (), ()))
    return found


def _of_source(
    stock: Stock, source: SourceFile, own: Records, sets: Timeline, present: Collection[int]
) -> Loss | None:
    zone = ZoneInfo(stock.time_zone)
    there = (sets[-1][1] if sets else set()) & own.keys()
    before = _in_force(own, there, sets, zone)
    if not before:
        return None
    here = set(present) & own.keys()
    now = _in_force(own, here, [*sets, (stock.at, here)], zone)
    if set(now) == set(before):
        return None
    unusable = {
        one.export.name
        for one in stock.exports
        if one.landed is None and one.export.source.source == source.source
    }
    files = tuple(sorted({own[i]["file"] for i in before if i not in now}))
    rows_before, rows_now = (_rows(stock, source, own, ids) for ids in (before, now))

    def loss(kind: Kind) -> Loss:
        return Loss(
            source=source.source,
            table=source.table,
            kind=kind,
            files=files,
            rows_before=rows_before,
            rows_now=rows_now,
            held=tuple(sorted(there)),
            now=tuple(sorted(here)),
        )

    if not now:
        return loss("gone")
    if set(now) <= there or unusable & set(files):
        return loss("part")
    if rows_before and Decimal(100) * (rows_before - rows_now) >= stock.drop * rows_before:
        return loss("shrunk")
    return None


def _unread(
    stock: Stock, table: str, records: Sequence[dict[str, Any]], sets: Timeline
) -> list[Loss]:
    """What was in force of sources that the workspace has no longer, if the table lacks it now."""
    zone = ZoneInfo(stock.time_zone)
    full = {source.source: source for source in stock.sources}
    last = sets[-1][1] if sets else set()
    present = {load.load_id for load in stock.loads}
    gone: dict[str, list[int]] = {}
    before = now = 0
    for name in sorted({record["source"] for record in records}):
        own = {r["load_id"]: r for r in records if r["source"] == name}
        if name in stock.deltas:  # stays; what it brings anew may be what took the place
            now += sum(one.rows for one in stock.loads if one.load_id in own.keys() - last)
            continue
        held = _in_force(own, last & own.keys(), sets, zone)
        if name in full:
            here = present & own.keys()
            before += _rows(stock, full[name], own, held)
            known = [*sets, (stock.at, here)]
            now += _rows(stock, full[name], own, _in_force(own, here, known, zone))
        elif held:
            before += sum(_rows_landed(stock, own[number]) for number in held)
            gone[name] = held
    if not before or not gone or Decimal(100) * (before - now) < stock.drop * before:
        return []
    files = {record["load_id"]: record["file"] for record in records}
    return [
        Loss(
            source=name,
            table=table,
            kind="unread",
            files=tuple(sorted({files[number] for number in held})),
            rows_before=before,
            rows_now=now,
            held=tuple(sorted(held)),
            now=(),
        )
        for name, held in gone.items()
    ]


def _rows_landed(stock: Stock, record: Mapping[str, Any]) -> int:
    """Rows of a load whose source is gone; of a warehouse that is new, those of its landed form."""
    if record["rows_landed"] is not None:
        return int(record["rows_landed"])
    kept = kept_landed(stock.landed / (record["landed_name"] or "-"))
    return kept.rows if kept else 0


def _in_force(own: Records, here: Collection[int], sets: Timeline, zone: ZoneInfo) -> list[int]:
    """The loads whose files say what the source knows now; empty when none is there."""
    moments = [ids for _, ids in snapshots(own, here, sets, zone) if ids]
    return moments[-1] if moments else []


def _rows(stock: Stock, source: SourceFile, own: Records, ids: Iterable[int]) -> int:
    """Rows that the source reads of some loads; a load whose landed form is lost counts nothing."""
    present = {load.load_id: load for load in stock.loads}
    total = 0
    for number in ids:
        known = own[number]["rows_landed"]
        if known is None:
            load = present.get(number) or kept_load(stock.landed, source, own[number])
            known = (
                rows_read(stock.warehouse, canonical_tables()[source.table], load) if load else 0
            )
        total += int(known)
    return total


def in_force_instead(stock: Stock, losses: Iterable[Loss]) -> tuple[list[Load], set[int], set[str]]:
    """The loads of a run in which what was lost stays as it was.

    Returns:
        The loads, with those held in place of what would have replaced them; their numbers; and
        tables that cannot be staged again because a held load has no landed form any more.
    """
    losses = list(losses)
    replaced = {number for loss in losses for number in loss.now}
    loads = [load for load in stock.loads if load.load_id not in replaced]
    numbers = {load.load_id for load in loads}
    untouchable: set[str] = set()
    sources = {source.source: source for source in stock.sources}
    present = {load.load_id: load for load in stock.loads}
    for loss in losses:
        own = {r["load_id"]: r for r in records_of(stock.warehouse, loss.table)}
        for number in loss.held:
            numbers.add(number)
            load = present.get(number)
            if load is None and loss.source in sources:  # how it was read is known no longer
                load = kept_load(stock.landed, sources[loss.source], own[number])
            if load is None:
                untouchable.add(loss.table)
            else:
                loads.append(load)
    loads.sort(key=lambda load: load.load_id)
    return loads, numbers, untouchable


def accept_losses(
    warehouse: Warehouse, losses: Iterable[Loss], at: dt.datetime, by: str
) -> list[Loss]:
    """Record that a person takes these losses for true; what they would have put there holds."""
    taken = list(losses)
    for loss in taken:
        warehouse.con.execute(
            "insert into meta.accepted_loss values (?, ?, ?, ?, ?, ?, ?, null)",
            [loss.source, loss.table, loss.rows_before, loss.rows_now, list(loss.now), at, by],
        )
    return taken


def end_acceptances(warehouse: Warehouse, present: Collection[int], at: dt.datetime) -> None:
    """An acceptance is about what lay there then; it ends when a source says something else."""
    for row in warehouse.rows("select * from meta.accepted_loss where ended_at is null"):
        own = {r["load_id"] for r in records_of(warehouse, row["table_name"])
               if r["source"] == row["source"]}  # fmt: skip
        if own & set(present) != set(row["load_ids"]):
            warehouse.con.execute(
                "update meta.accepted_loss set ended_at = ? where source = ? and accepted_at = ?",
                [at, row["source"], row["accepted_at"]],
            )


def accepted_sources(warehouse: Warehouse) -> frozenset[str]:
    """Sources whose present state, however little it is, a person has confirmed."""
    rows = warehouse.rows("select source from meta.accepted_loss where ended_at is null")
    return frozenset(row["source"] for row in rows)
