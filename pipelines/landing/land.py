"""Land every export of a workspace: content-addressed, immutable, recognised by its source.

Belongs here: finding the files, matching them to sources, skipping known content. Does not
belong here: what a field means (`staging/`).
"""

from __future__ import annotations

import fnmatch
import hashlib
import json
import os
import threading
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

import duckdb

from pipelines.errors import UserError
from pipelines.landing.detect import clean_header
from pipelines.landing.parquet import Landed, in_order, land_parquet
from pipelines.landing.text import land_text
from pipelines.landing.workbook import land_workbook
from pipelines.staging.contract import canonical_tables
from pipelines.staging.sourcefile import SourceFile, canonical_source
from pipelines.workspace import SETTINGS_FILE, Workspace
from pipelines.yamlfile import did_you_mean, read_yaml

_WORKBOOKS = {".xlsx", ".xls", ".xlsm"}
_TEXTS = {".csv", ".tsv", ".txt"}
_PARQUET = {".parquet"}
_HASH_CHUNK = 1 << 22
# Part of the address of a landed file: raise it when reading changes, so nothing old is reused.
READER_VERSION = 3


@dataclass(frozen=True)
class Export:
    """A file matched to the source that reads it. `name` is its path below the workspace."""

    path: Path
    name: str
    source: SourceFile
    sheet: str | None


@dataclass(frozen=True)
class LandedExport:
    """An export and its landed form; `problem` says why it could not be landed."""

    export: Export
    sha256: str
    landed: Landed | None
    problem: str | None = None


@dataclass(frozen=True)
class Inventory:
    """What lies in the input folders.

    `missing` holds sources without any file, `unknown` files without any source.
    """

    exports: tuple[Export, ...]
    missing: tuple[SourceFile, ...]
    unknown: tuple[str, ...]


def take_inventory(workspace: Workspace, sources: Iterable[SourceFile]) -> Inventory:
    """Match every file of the input folders to its source.

    Raises:
        UserError: an input folder of `attain.yaml` does not exist.
    """
    sources = list(sources)
    exports: list[Export] = []
    unknown: list[str] = []
    for number, entry in enumerate(workspace.settings.inputs):
        folder = _input_folder(workspace, number, entry.path)
        for path in sorted(p for p in folder.rglob("*") if p.is_file() and _readable(p)):
            inner = path.relative_to(folder).as_posix()
            name = PurePosixPath(entry.path, inner).as_posix()
            found = (
                _canonical(path, name)
                if entry.format == "canonical"
                else [
                    Export(path, name, source, _sheet(path, source))
                    for source in sources
                    if any(fnmatch.fnmatchcase(inner, pattern) for pattern in source.files)
                ]
            )
            exports.extend(found)
            if not found:
                unknown.append(name)
    present = {export.source.source for export in exports}
    missing = tuple(s for s in sources if s.source not in present)
    exports.sort(key=lambda e: (e.name, e.source.source))
    return Inventory(tuple(exports), missing, tuple(unknown))


def _input_folder(workspace: Workspace, number: int, written: str) -> Path:
    expanded = os.path.expandvars(written)
    folder = workspace.root / expanded  # an absolute path stays as it is
    if "$" in expanded:
        problem = f"{written!r} names an environment variable that is not set."
    elif not folder.is_dir():
        problem = f"no such folder {written!r}."
    else:
        return folder
    settings = read_yaml(workspace.root / SETTINGS_FILE)
    raise settings.error(("inputs", number, "path"), problem)


def _readable(path: Path) -> bool:
    hidden = path.name.startswith((".", "~$"))
    return not hidden and path.suffix.lower() in _WORKBOOKS | _TEXTS | _PARQUET


def _sheet(path: Path, source: SourceFile) -> str | None:
    return source.sheet if path.suffix.lower() in _WORKBOOKS else None


def _canonical(path: Path, name: str) -> list[Export]:
    """The longest table name the file name begins with: `opportunity_event.csv` is no deal."""
    stem = path.stem.lower()
    fits = [
        table
        for table in canonical_tables()
        if stem == table or stem.startswith((f"{table}_", f"{table}-", f"{table}."))
    ]
    if not fits:
        return []
    table = canonical_tables()[max(fits, key=len)]
    return [Export(path, name, canonical_source(table), None)]


def content_hash(path: Path) -> str:
    """SHA-256 of a file's bytes, in hexadecimal."""
    digest = hashlib.sha256()
    with path.open("rb") as handle:
        while chunk := handle.read(_HASH_CHUNK):
            digest.update(chunk)
    return digest.hexdigest()


def land_export(
    con: duckdb.DuckDBPyConnection, workspace: Workspace, export: Export, sha256: str
) -> LandedExport:
    """Land one export, or take its landed form when the same content was landed before."""
    known = sorted(export.source.headers)
    content = json.dumps([READER_VERSION, sha256, export.sheet, known])
    address = hashlib.sha256(content.encode()).hexdigest()[:24]
    parquet = workspace.landed / f"{address}.parquet"
    card = parquet.with_suffix(".json")
    if card.exists():
        return LandedExport(export, sha256, _read_card(card, parquet))
    # two files of one content may be landed at the same time
    working = parquet.with_suffix(f".{os.getpid()}-{threading.get_ident()}.tmp")
    try:
        with in_order(con):
            if export.path.suffix.lower() in _WORKBOOKS:
                landed = land_workbook(con, export.path, export.sheet, set(known), working)
            elif export.path.suffix.lower() in _PARQUET:
                landed = land_parquet(con, export.path, working)
            else:
                landed = land_text(con, export.path, set(known), working)
        _require_headers(export, landed)
    except UserError as error:
        working.unlink(missing_ok=True)
        return LandedExport(export, sha256, None, error.message)
    working.replace(parquet)
    _write_card(card, landed)
    return LandedExport(export, sha256, _read_card(card, parquet))


def _require_headers(export: Export, landed: Landed) -> None:
    """A required column whose header is absent makes the export unusable: say which is near."""
    if landed.rows == 0:
        raise UserError("the file has a header and no rows", 1)
    table = canonical_tables()[export.source.table]
    present = {clean_header(name).lower() for name in landed.names}
    for header in export.source.only:
        if clean_header(header).lower() not in present:
            near = did_you_mean(header, landed.names)
            raise UserError(f"no column {header!r}, which `only` asks for{near}", 1)
    for column, source in export.source.columns.items():
        wanted = {clean_header(header).lower() for header in source.headers}
        if table.columns[column].required and not wanted & present:
            raise UserError(
                f"no column {' or '.join(map(repr, source.headers))} "
                f"for {table.name}.{column}{did_you_mean(source.headers[0], landed.names)}",
                1,
            )


def _write_card(card: Path, landed: Landed) -> None:
    text = json.dumps(
        {"names": landed.names, "rows": landed.rows, "first_line": landed.first_line},
        ensure_ascii=False,
    )
    working = card.with_suffix(f".{os.getpid()}-{threading.get_ident()}.tmp")
    working.write_text(text, encoding="utf-8")
    working.replace(card)


def _read_card(card: Path, parquet: Path) -> Landed:
    data = json.loads(card.read_text(encoding="utf-8"))
    return Landed(parquet, tuple(data["names"]), data["rows"], data["first_line"])
