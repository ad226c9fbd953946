"""What is known of the exports: every load ever landed, and which of them were there when.

Belongs here: load numbers, export dates, the timeline of what was known. Does not belong here: the
order in which loads build a table (`groups.py`) or reading one (`merge.py`).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import duckdb

from pipelines.errors import UserError
from pipelines.landing.dated import export_date
from pipelines.landing.land import Export, LandedExport, kept_landed
from pipelines.sources.contract import canonical_tables
from pipelines.sources.sourcefile import SourceFile, canonical_source
from pipelines.staging.mapping import Load
from pipelines.warehouse.duck import Warehouse
from pipelines.workspace.kept import keep_json, kept_json

_KNOWLEDGE = "knowledge.json"


def prepare_loads(warehouse: Warehouse) -> None:
    """Create the tables of what is known."""
    warehouse.con.execute(
        """
        create table if not exists mart.load (
          load_id integer primary key, file varchar, sheet varchar, source varchar,
          system varchar, table_name varchar, sha256 varchar, rows_landed bigint,
          rows_accepted bigint, rows_quarantined bigint, amount_landed decimal(38, 4),
          amount_accepted decimal(38, 4), amount_quarantined decimal(38, 4),
          loaded_at timestamp, is_current boolean
        );
        alter table mart.load add column if not exists export_date timestamp;
        alter table mart.load add column if not exists landed_name varchar;
        alter table mart.load add column if not exists forgotten_at timestamp;
        alter table mart.load add column if not exists record_url varchar;
        create table if not exists meta.load_set (known_at timestamp, load_ids integer[]);
        create table if not exists meta.accepted_loss (
          source varchar, table_name varchar, rows_before bigint, rows_now bigint,
          load_ids integer[], accepted_at timestamp, accepted_by varchar, ended_at timestamp
        );
        """
    )


def register_loads(
    warehouse: Warehouse, exports: Sequence[LandedExport], loaded_at: dt.datetime
) -> list[Load]:
    """Give every landed export its number; known content under a known name keeps its own."""
    con = warehouse.con
    loads = []
    with warehouse.transaction():
        for export in exports:
            if export.landed is None:
                continue
            name, source = export.export.name, export.export.source
            key = [name, export.export.sheet or "", source.source, export.sha256]
            load_id = warehouse.scalar(
                "select load_id from mart.load "
                "where file = ? and sheet = ? and source = ? and sha256 = ?",
                key,
            )
            if load_id is None:
                load_id = warehouse.scalar("select coalesce(max(load_id), 0) + 1 from mart.load")
                con.execute(
                    "insert into mart.load (load_id, file, sheet, source, sha256, system, "
                    "table_name, loaded_at, export_date) values (?, ?, ?, ?, ?, ?, ?, ?, ?)",
                    [load_id, *key, source.system, source.table, loaded_at, export_date(name)],
                )
            con.execute(
                "update mart.load set landed_name = ?, forgotten_at = null where load_id = ?",
                [export.landed.parquet.name, load_id],
            )
            loads.append(Load(load_id, export, export.landed, export.landed.rows))
    return loads


def note_record_urls(warehouse: Warehouse, sources: Iterable[SourceFile]) -> None:
    """Where records are shown is what the source files say now, also of what came earlier."""
    said = {source.source: source.record_url for source in sources if source.record_url}
    warehouse.con.execute(
        "update mart.load set record_url = null "
        "where record_url is not null and not list_contains(?, source)",
        [list(said)],
    )
    for source, url in said.items():
        warehouse.con.execute(
            "update mart.load set record_url = ? "
            "where source = ? and record_url is distinct from ?",
            [url, source, url],
        )


def note_what_is_there(warehouse: Warehouse, loads: Iterable[int], known_at: dt.datetime) -> None:
    """Make these loads, by number, the latest entry of the timeline: they are what is in force."""
    ids = sorted(loads)
    latest = warehouse.con.execute(
        "select load_ids from meta.load_set order by known_at desc limit 1"
    ).fetchone()
    if latest is None or sorted(latest[0]) != ids:
        with warehouse.transaction():
            warehouse.con.execute("delete from meta.load_set where known_at >= ?", [known_at])
            warehouse.con.execute("insert into meta.load_set values (?, ?)", [known_at, ids])


def known_exports(
    warehouse: Warehouse, landed: Path, sources: Iterable[SourceFile], moment: dt.datetime
) -> list[Export]:
    """The exports that were there at a moment (UTC); their path is that of their landed form."""
    by_name = {source.source: source for source in sources}
    for table in canonical_tables().values():
        for source in (canonical_source(table), canonical_source(table, "delta")):
            by_name.setdefault(source.source, source)
    exports = []
    for load_id in loads_known_at(warehouse, moment):
        record = warehouse.rows("select * from mart.load where load_id = ?", [load_id])[0]
        if record["source"] in by_name:
            path = landed / record["landed_name"]
            source = by_name[record["source"]]
            exports.append(Export(path, record["file"], source, record["sheet"] or None))
    return exports


def landed_before(warehouse: Warehouse, export: Export) -> LandedExport:
    """An export of the past as it was landed then."""
    sha256 = warehouse.scalar(
        "select sha256 from mart.load where landed_name = ? and file = ? and source = ?",
        [export.path.name, export.name, export.source.source],
    )
    kept = kept_landed(export.path)
    problem = None if kept else "its landed form is no longer kept"
    return LandedExport(export, sha256, kept, problem)


def lost_loads(warehouse: Warehouse, landed: Path, sources: Iterable[SourceFile]) -> list[str]:
    """Files of sources of changes whose rows count, though neither they nor their landed form are
    kept: what they brought cannot be staged again."""
    found = warehouse.rows(
        "select distinct file, landed_name from mart.load where forgotten_at is null "
        "and list_contains(?, source) order by all",
        [[source.source for source in sources if source.export == "delta"]],
    )
    return [
        row["file"] for row in found if kept_landed(landed / (row["landed_name"] or "-")) is None
    ]


def loads_known_at(warehouse: Warehouse, moment: dt.datetime) -> list[int]:
    """Numbers of the loads whose files were there at a moment (UTC); empty before the first."""
    found = warehouse.con.execute(
        "select load_ids from meta.load_set where known_at <= ? order by known_at desc limit 1",
        [moment],
    ).fetchone()
    return list(found[0]) if found else []


def is_known(warehouse: Warehouse, source: SourceFile) -> bool:
    """Whether a source has ever brought anything that was not taken back."""
    return bool(
        warehouse.scalar(
            "select count(*) from mart.load where source = ? and forgotten_at is null",
            [source.source],
        )
    )


def forgotten_loads(warehouse: Warehouse) -> list[int]:
    """Numbers of the loads that were taken back."""
    rows = warehouse.rows(
        "select load_id from mart.load where forgotten_at is not null order by load_id"
    )
    return [row["load_id"] for row in rows]


def forget(warehouse: Warehouse, file: str, at: dt.datetime) -> int:
    """Take back every load of a file that is no longer there; returns how many."""
    found = warehouse.con.execute(
        "update mart.load set forgotten_at = ? where file = ? and forgotten_at is null", [at, file]
    ).fetchone()
    return int(found[0]) if found else 0


def save_knowledge(warehouse: Warehouse, landed: Path) -> None:
    """Keep what is known beside the landed files, so that it outlives the warehouse."""
    record = {
        "loads": warehouse.rows(
            "select load_id, file, sheet, source, system, table_name, sha256, loaded_at, "
            "export_date, landed_name, forgotten_at from mart.load order by load_id"
        ),
        "sets": warehouse.rows("select known_at, load_ids from meta.load_set order by known_at"),
        "accepted": warehouse.rows(
            "select * from meta.accepted_loss order by accepted_at, table_name, source"
        ),
    }
    keep_json(landed / _KNOWLEDGE, record)


def restore_knowledge(warehouse: Warehouse, landed: Path, until: dt.datetime | None) -> None:
    """Bring back what is known, or was known until a moment (UTC), when the warehouse is new."""
    path = landed / _KNOWLEDGE
    if not path.exists() or warehouse.scalar("select count(*) from mart.load"):
        return
    try:
        with warehouse.transaction():
            _restore_all(warehouse, kept_json(path), until.isoformat(sep=" ") if until else "9999")
    except (KeyError, TypeError, AttributeError, duckdb.DataError, duckdb.ProgrammingError):
        raise UserError(
            f"{path}: what was loaded before cannot be read from it, and the warehouse is new. "
            "Bring the file back from a backup; or delete it, and the next run begins with the "
            "exports that are there: changes (delta exports) whose files are gone would be lost.",
            1,
        ) from None


def _restore_all(warehouse: Warehouse, record: dict[str, Any], last: str) -> None:
    for load in record["loads"]:
        if load["loaded_at"] > last:
            continue
        if load["forgotten_at"] and load["forgotten_at"] > last:
            load["forgotten_at"] = None
        _restore(warehouse, "mart.load", load)
    for entry in record["sets"]:
        if entry["known_at"] > last:
            continue
        warehouse.con.execute(
            "insert into meta.load_set values (?, ?)", [entry["known_at"], entry["load_ids"]]
        )
    for accepted in record.get("accepted", []):  # not in what earlier versions kept
        if accepted["accepted_at"] <= last:
            _restore(warehouse, "meta.accepted_loss", accepted)


def _restore(warehouse: Warehouse, table: str, row: dict[str, Any]) -> None:
    names, marks = ", ".join(row), ", ".join("?" for _ in row)
    warehouse.con.execute(f"insert into {table} ({names}) values ({marks})", list(row.values()))
