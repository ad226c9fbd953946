"""The order in which loads build a table: snapshots and changes, each at its moment.

Belongs here: which loads state one moment, which of them still count. Does not belong here: what is
known of a load (`loads.py`) or joining it to the table (`merge.py`).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from pipelines.landing.land import Export, LandedExport, kept_landed
from pipelines.sources.sourcefile import SourceFile
from pipelines.staging.mapping import Load
from pipelines.warehouse.duck import Warehouse, fingerprint


@dataclass(frozen=True)
class Group:
    """Loads of one source that state one moment: a snapshot in parts, or changes of one day.

    `effective_at` is the date in the files' names, else when they were first seen, in the
    workspace's time. A `full` group says everything its source knows; a delta only adds and
    replaces.
    """

    source: SourceFile
    effective_at: dt.datetime
    loads: tuple[Load, ...]

    @property
    def is_full(self) -> bool:
        return self.source.export == "full"

    @property
    def moment(self) -> str:
        """`effective_at` in SQL."""
        return f"timestamp '{self.effective_at.isoformat(sep=' ')}'"

    @property
    def mark(self) -> str:
        """Changes when the loads of the group, or the way they are read, do."""
        return fingerprint(
            self.source.model_dump(mode="json"),
            self.effective_at,
            [[load.load_id, load.landed.parquet.name] for load in self.loads],
        )


def load_groups(
    warehouse: Warehouse,
    landed: Path,
    table: str,
    present: Sequence[Load],
    sources: Iterable[SourceFile],
    time_zone: str,
) -> list[Group]:
    """The loads of a table in the order in which they build it.

    A full source is what its newest files say; older snapshots come before them, for the history of
    its rows. A delta stays known when its file is gone or overwritten.

    Args:
        landed: folder of the landed files, where loads are found whose exports are gone.
        present: the loads of the table whose files are there.
        sources: all sources of the workspace; one that is taken out of it takes its loads with it.
    """
    records, sets = records_of(warehouse, table), timeline(warehouse)
    zone = ZoneInfo(time_zone)
    groups: list[Group] = []
    known_sources = {source.source: source for source in sources if source.table == table}
    known_sources |= {
        load.export.export.source.source: load.export.export.source for load in present
    }
    for name, source in known_sources.items():
        own = {record["load_id"]: record for record in records if record["source"] == name}
        here = {load.load_id: load for load in present if load.load_id in own}
        full = source.export == "full"
        moments = snapshots(own, here, sets, zone) if full else _changes(own, zone)
        for effective_at, ids in moments:
            loads = [here.get(i) or kept_load(landed, source, own[i]) for i in ids]
            known = tuple(load for load in loads if load is not None)
            if known:
                groups.append(Group(source, effective_at, known))
    return sorted(groups, key=lambda group: (group.effective_at, group.source.source))


_Moments = Iterable[tuple[dt.datetime, list[int]]]
# The loads of a source by number, as rows of `mart.load`; what was there when.
Records = dict[int, dict[str, Any]]
Timeline = list[tuple[dt.datetime, set[int]]]


def timeline(warehouse: Warehouse) -> Timeline:
    """Which loads were there from which moment on (UTC), earliest first."""
    return [
        (known_at, set(ids))
        for known_at, ids in warehouse.con.execute(
            "select known_at, load_ids from meta.load_set order by known_at"
        ).fetchall()
    ]


def records_of(warehouse: Warehouse, table: str) -> list[dict[str, Any]]:
    """The loads of a table that were not taken back, by their numbers."""
    return warehouse.rows(
        "select load_id, file, sheet, source, sha256, loaded_at, export_date, landed_name, "
        "rows_landed from mart.load where table_name = ? and forgotten_at is null "
        "order by load_id",
        [table],
    )


def snapshots(
    own: Records,
    here: Collection[int],
    sets: Timeline,
    zone: ZoneInfo,
) -> _Moments:
    """What the files of a full source said at each moment, up to the newest that is still there."""
    moments: dict[dt.datetime, list[int]] = {}
    for load_id, record in own.items():
        if record["export_date"] is not None:
            moments.setdefault(record["export_date"], []).append(load_id)
    undated = {i for i, record in own.items() if record["export_date"] is None}
    before: set[int] = set()
    for known_at, ids in sets:
        now = ids & undated
        if now and now != before:
            moments[_local(known_at, zone)] = sorted(now)
        before = now
    dated_here = {own[i]["export_date"] for i in here} - {None}
    undated_here = sorted(set(here) & undated)
    newest = [m for m, ids in moments.items() if m in dated_here or ids == undated_here]
    if not newest:
        return
    for moment in sorted(moments):
        if moment > max(newest):
            continue
        # of a day's files only those that are still there
        stated = [i for i in moments[moment] if i in here or moment not in dated_here]
        yield moment, _in_order(_last_of_each_file(stated, own), own)


def _changes(own: Records, zone: ZoneInfo) -> _Moments:
    """All changes ever landed, by their date."""
    moments: dict[dt.datetime, list[int]] = {}
    for load_id, record in own.items():
        moment = record["export_date"] or _local(record["loaded_at"], zone)
        moments.setdefault(moment, []).append(load_id)
    for moment in sorted(moments):
        yield moment, _in_order(moments[moment], own)


def _last_of_each_file(ids: Iterable[int], own: Records) -> Iterable[int]:
    """Of an overwritten file what it said last."""
    last: dict[tuple[str, str], int] = {}
    for i in sorted(ids, key=lambda i: (own[i]["loaded_at"], i)):
        last[own[i]["file"], own[i]["sheet"]] = i
    return last.values()


def _in_order(ids: Iterable[int], own: Records) -> list[int]:
    """By name: what the later of two files says of a row holds."""
    return sorted(ids, key=lambda i: (own[i]["file"], own[i]["sheet"], i))


def _local(moment: dt.datetime, zone: ZoneInfo) -> dt.datetime:
    return moment.replace(tzinfo=dt.UTC).astimezone(zone).replace(tzinfo=None)


def kept_load(landed: Path, source: SourceFile, record: dict[str, Any]) -> Load | None:
    """A load whose export is no longer there, from its landed form."""
    parquet = landed / (record["landed_name"] or "-")
    found = kept_landed(parquet)
    if found is None:  # said of the table's exports, where they are checked
        return None
    export = Export(parquet, record["file"], source, record["sheet"] or None)
    return Load(record["load_id"], LandedExport(export, record["sha256"], found), found, found.rows)
