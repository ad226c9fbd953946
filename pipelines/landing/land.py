"""Land every export of a workspace: content-addressed, immutable, recognised by its source.

Belongs here: skipping known content, choosing the reader, turning whatever a reader has against a
file into one sentence. Does not belong here: finding the files (`inventory.py`) and what a field
means (`staging/`).
"""

from __future__ import annotations

import hashlib
import json
import os
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import duckdb

from pipelines.errors import UserError
from pipelines.landing.detect import detect_dialect, head_rows
from pipelines.landing.file.encoding import encoding_of
from pipelines.landing.file.guard import Signature, one_line, reason_of, signature, unchanged
from pipelines.landing.file.kind import Kind, kind_by_name, kind_of
from pipelines.landing.file.unpack import unpacked
from pipelines.landing.inventory import Export, Inventory, take_inventory
from pipelines.landing.join import joined
from pipelines.landing.jsonl import land_json
from pipelines.landing.parquet import Landed, land_parquet
from pipelines.landing.sqlite import land_sqlite, tables_of
from pipelines.landing.text import land_text
from pipelines.landing.workbook import first_rows_of_sheets, land_workbook, sheets_of
from pipelines.sources.contract import canonical_tables
from pipelines.sources.headers import clean_header
from pipelines.sources.sourcemodel import PLACES, ColumnSource
from pipelines.warehouse.rows import in_order
from pipelines.workspace.kept import keep_json, kept_json
from pipelines.workspace.workspace import Workspace
from pipelines.workspace.yamlfile import did_you_mean

__all__ = [
    "Export",
    "Inventory",
    "LandedExport",
    "by_sheet",
    "content_hash",
    "content_of",
    "first_rows",
    "kept_landed",
    "land_export",
    "parts_of",
    "take_inventory",
]

_PARQUET = b"PAR1"
_HASH_CHUNK = 1 << 22
_MOST_OF_A_SENTENCE = 280
# Part of the address of a landed file: raise it when reading changes, so nothing old is reused.
READER_VERSION = 10
# What a file was when it was hashed, to see that the same content is read.
_HASHED: dict[Path, Signature] = {}


@dataclass(frozen=True)
class LandedExport:
    """An export and its landed form; `problem` says why it could not be landed."""

    export: Export
    sha256: str
    landed: Landed | None
    problem: str | None = None


def content_hash(path: Path) -> str:
    """SHA-256 of a file's bytes, in hexadecimal.

    What is no file, or cannot be read, has the hash of nothing: landing it says what is wrong.
    """
    digest = hashlib.sha256()
    _HASHED.pop(path, None)
    try:
        before = signature(path)
        with path.open("rb") as handle:
            while chunk := handle.read(_HASH_CHUNK):
                digest.update(chunk)
    except (OSError, UserError):
        return hashlib.sha256().hexdigest()
    _HASHED[path] = before
    return digest.hexdigest()


def content_of(export: Export, hash_of: Callable[[Path], str] = content_hash) -> str:
    """The content hash of an export; of one that is joined to another, of both."""
    own = hash_of(export.path)
    if export.joined is None:
        return own
    parts = [own, hash_of(export.joined.path), export.joined.member]
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()


def land_export(
    con: duckdb.DuckDBPyConnection, workspace: Workspace, export: Export, sha256: str
) -> LandedExport:
    """Land one export, or take its landed form when the same content was landed before."""
    if export.problem is not None:
        return LandedExport(export, sha256, None, export.problem)
    parquet = workspace.landed / f"{_address(export, sha256)}.parquet"
    card = parquet.with_suffix(".json")
    kept = kept_landed(parquet)
    if kept is not None:
        return LandedExport(export, sha256, kept)
    # two files of one content may be landed at the same time
    working = parquet.with_suffix(f".{os.getpid()}-{threading.get_ident()}.tmp")
    try:
        with _sentences(export.path):
            with in_order(con), unchanged(export.path, _HASHED.get(export.path)):
                landed = _with_columns_of_the_joined(con, export, _land(con, export, working))
            notes = {**landed.notes, **_other_sheets(workspace, export, sha256)}
            landed = replace(landed, notes=notes)
            _require_headers(export, landed)
    except UserError as error:
        working.unlink(missing_ok=True)
        return LandedExport(export, sha256, None, one_line(error.message, _MOST_OF_A_SENTENCE))
    working.replace(parquet)
    _write_card(card, parquet, landed)
    return LandedExport(export, sha256, replace(landed, parquet=parquet))


def by_sheet(workspace: Workspace, export: Export, sha256: str) -> list[Export]:
    """An export of a workbook whose sheets are one table, as one export for each of them.

    What the workbook holds besides is noted beside its landed files, for `land_export` to tell.
    Any other export stays as it is; one that cannot be opened, too, and landing says why.
    """
    if export.problem is not None or export.sheet is not None or _given_header(export):
        return [export]
    card = _sheets_card(workspace, export, sha256)
    known = _kept_sheets(card)
    if known is None:
        try:
            with _sentences(export.path), unchanged(export.path, _HASHED.get(export.path)):
                known = _sheets(export, card)
        except UserError:
            return [export]
        keep_json(card, known)
    same = known["same"]
    return [replace(export, sheet=sheet) for sheet in same] if len(same) > 1 else [export]


def _kept_sheets(card: Path) -> dict[str, Any] | None:
    """What was noted of a workbook's sheets; `None` when it has to be looked up."""
    known = kept_json(card)
    are_lists = all(isinstance(known.get(name), list) for name in ("same", "others"))
    return known if are_lists else None


def _sheets(export: Export, card: Path) -> dict[str, Any]:
    working = card.with_suffix(f".{os.getpid()}-{threading.get_ident()}.tmp")
    with _plain_name(export.path, working) as path, unpacked(path, export.member, working) as plain:
        if kind_of(plain, _named_kind(export)) != "workbook":
            return {"same": [], "others": []}
        found = sheets_of(plain, set(export.source.headers))
        return {"same": list(found.same), "others": list(found.others)}


def first_rows(export: Export, working: Path) -> list[list[Any]]:
    """The first rows of a text, or of the first sheet of a workbook that holds any.

    Empty for formats whose columns have names of their own, and for what cannot be opened: landing
    it says why.

    Args:
        working: a file that may be written beside the landed ones.
    """
    try:
        with (
            _sentences(export.path),
            _plain_name(export.path, working) as path,
            unpacked(path, export.member, working) as plain,
        ):
            kind = kind_of(plain, _named_kind(export))
            if kind == "text":
                dialect = detect_dialect(plain, encoding_of(plain, export.source.encoding))
                return [cells for _, cells in head_rows(plain, dialect)]
            return first_rows_of_sheets(plain, export.sheet) if kind == "workbook" else []
    except UserError:
        return []


def parts_of(export: Export, working: Path, known: set[str]) -> list[str]:
    """The tables of a database, or the visible sheets of a workbook that are tables of their own.

    Empty for everything that holds one table.
    """
    try:
        with (
            _sentences(export.path),
            _plain_name(export.path, working) as path,
            unpacked(path, export.member, working) as plain,
        ):
            kind = kind_of(plain, _named_kind(export))
            if kind == "sqlite":
                return list(tables_of(plain))
            found = sheets_of(plain, known) if kind == "workbook" else None
    except UserError:
        return []
    others = (
        [one["sheet"] for one in found.others if one["header"] and not one["hidden"]]
        if found
        else []
    )
    return [*found.same[:1], *others] if found and others else []


def _sheets_card(workspace: Workspace, export: Export, sha256: str) -> Path:
    whole = replace(export, sheet=None)
    return workspace.landed / f"{_address(whole, sha256)}.sheets.json"


def _other_sheets(workspace: Workspace, export: Export, sha256: str) -> dict[str, Any]:
    """A note of the sheets that are not read, told with the first that is."""
    known = _kept_sheets(_sheets_card(workspace, export, sha256)) or {"same": [], "others": []}
    is_first = export.sheet is None or export.sheet == next(iter(known["same"]), None)
    others = known["others"]
    return {"sheets_left_out": others} if others and is_first else {}


def _address(export: Export, sha256: str) -> str:
    """What a landed file depends on, as the name it is kept under."""
    known = sorted(export.source.headers)
    parts = [READER_VERSION, sha256, export.sheet, known]
    parts += [_named_kind(export), export.member, _given_header(export), export.source.sheet]
    parts += [export.source.encoding, {h: list(v) for h, v in export.source.kept.items()}]
    parts += [export.source.join.model_dump(mode="json") if export.source.join else None]
    parts += [sorted(_amounts(export))]
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()[:24]


def _amounts(export: Export) -> set[str]:
    """Headers that are read as amounts and as nothing else."""
    table, columns = canonical_tables()[export.source.table], export.source.columns
    money = {
        name
        for name, own in columns.items()
        if table.columns[name].type == "money" and own.expression is None and own.map is None
    }
    others = {
        header for name, own in columns.items() if name not in money for header in own.headers
    }
    return {header for name in money for header in columns[name].headers} - others


def _given_header(export: Export) -> list[str] | None:
    """The names of the columns of a file without a header row."""
    return list(getattr(export.source, "header", None) or ()) or None


def _named_kind(export: Export) -> Kind:
    """The kind by the name of the plain file; a pack without another ending holds text."""
    name = export.member or export.path.name
    kind = kind_by_name(name)
    if kind == "gzip":
        kind = kind_by_name(Path(name).stem)
    return kind or "text"


@contextmanager
def _sentences(path: Path) -> Iterator[None]:
    """Whatever is not foreseen by a reader is one sentence too, never a traceback."""
    try:
        yield
    except duckdb.Error as error:
        raise UserError(f"cannot be read ({reason_of(error, path)})", 1) from None
    except OSError as error:
        raise UserError(f"cannot be read ({error.strerror or one_line(error)})", 1) from None
    except MemoryError:
        raise UserError("cannot be read: it needs more memory than there is", 1) from None


def _land(con: duckdb.DuckDBPyConnection, export: Export, working: Path) -> Landed:
    with _plain_name(export.path, working) as path, unpacked(path, export.member, working) as plain:
        kind = kind_of(plain, _named_kind(export))
        if kind in ("gzip", "zip"):
            raise UserError("is packed twice, or a pack within a pack; pack the exports once", 1)
        return replace(_read(con, export, kind, plain, working), kind=kind)


def _with_columns_of_the_joined(
    con: duckdb.DuckDBPyConnection, export: Export, landed: Landed
) -> Landed:
    """A landed export with the columns of the one it is joined to, in its place."""
    join, beside = export.source.join, export.joined
    if join is None or beside is None:
        return landed
    own = landed.parquet
    working = own.with_name(f"{own.stem}-join.tmp")
    both = own.with_name(f"{own.stem}-both.tmp")
    names = {name: ColumnSource(own=(name,)) for name in join.of_other}
    only = {"columns": names, "kept": {}, "left_out": {}, "each": {}, "header": (), "join": None}
    source = export.source.model_copy(update={**only, "sheet": join.sheet})
    other = Export(beside.path, beside.name, source, join.sheet, beside.member)
    try:
        with unchanged(beside.path, _HASHED.get(beside.path)):
            try:
                found = _land(con, other, working)
                _require_rows(found)
            except UserError as error:
                raise UserError(
                    f"{beside.name}, which it is joined to, {error.message}", 1
                ) from None
        result = joined(con, landed, found, beside.name, join, both)
        both.replace(own)
    finally:
        for path in (working, both):
            path.unlink(missing_ok=True)
    return replace(result, parquet=own)


def _read(
    con: duckdb.DuckDBPyConnection, export: Export, kind: Kind, plain: Path, working: Path
) -> Landed:
    known = set(export.source.headers)
    header = _given_header(export)
    if kind == "workbook":
        sheet = export.sheet or export.source.sheet
        return land_workbook(
            con, plain, sheet, known, working, header, export.source.kept, export.source.form,
            amounts=_amounts(export),
        )  # fmt: skip
    if kind == "parquet":
        return land_parquet(con, plain, working)
    if kind == "sqlite":
        return land_sqlite(con, plain, export.sheet or export.source.sheet, known, working)
    if kind == "json":
        return land_json(con, plain, working, export.source.encoding)
    return land_text(con, plain, known, working, header, export.source.encoding, export.source.kept)


@contextmanager
def _plain_name(path: Path, working: Path) -> Iterator[Path]:
    """A path that every reader can open: a name with bytes that are no text gets a link."""
    try:
        str(path).encode("utf-8")
    except UnicodeEncodeError:
        link = working.with_suffix(".link")
        link.unlink(missing_ok=True)
        link.symlink_to(path.absolute())
        try:
            yield link
        finally:
            with suppress(OSError):
                link.unlink()
    else:
        yield path


def _require_headers(export: Export, landed: Landed) -> None:
    """A required column whose header is absent makes the export unusable: say which is near."""
    if not export.source.form:  # of a form nothing may be left to fill
        _require_rows(landed)
    table = canonical_tables()[export.source.table]
    present = {clean_header(name).lower() for name in landed.names} | PLACES
    if (problem := export.source.unmet_choice(landed.names)) is not None:
        raise UserError(problem, 1)
    for column, source in export.source.columns.items():
        wanted = {clean_header(header).lower() for header in source.headers}
        required = table.columns[column].required and source.default is None
        if required and not wanted & present:
            raise UserError(
                f"no column {' or '.join(map(repr, source.headers))} "
                f"for {table.name}.{column}{did_you_mean(source.headers[0], landed.names)}",
                1,
            )


def _require_rows(landed: Landed) -> None:
    if landed.rows == 0:
        raise UserError("the file has a header and no rows", 1)


def _write_card(card: Path, parquet: Path, landed: Landed) -> None:
    text = json.dumps(
        {
            "names": landed.names,
            "rows": landed.rows,
            "first_line": landed.first_line,
            "notes": landed.notes,
            "kind": landed.kind,
            "bytes": parquet.stat().st_size,
        },
        ensure_ascii=False,
    )
    working = card.with_suffix(f".{os.getpid()}-{threading.get_ident()}.tmp")
    working.write_text(text, encoding="utf-8", errors="backslashreplace")
    working.replace(card)


def kept_landed(parquet: Path) -> Landed | None:
    """The landed file, if it is whole and so is the card beside it; else it is as good as gone."""
    data = kept_json(parquet.with_suffix(".json"))
    try:
        landed = _described(data, parquet)
        found = landed_bytes(parquet)
        is_whole = found > 0 and data.get("bytes", found) == found
    except (KeyError, TypeError, OSError):
        return None
    return landed if is_whole else None


def landed_bytes(parquet: Path) -> int:
    """The size of a landed file that begins and ends as one, -1 for anything else."""
    size = parquet.stat().st_size
    with parquet.open("rb") as handle:
        begins = handle.read(len(_PARQUET))
        handle.seek(max(0, size - len(_PARQUET)))
        ends = handle.read(len(_PARQUET))
    return size if begins == ends == _PARQUET else -1


def _described(data: dict[str, Any], parquet: Path) -> Landed:
    """What a card says.

    Raises:
        KeyError, TypeError: it is no card of this version.
    """
    kinds: dict[str, Any] = {
        "names": list, "rows": int, "first_line": int | None, "notes": dict, "kind": str,
    }  # fmt: skip
    if any(not isinstance(data[name], kind) for name, kind in kinds.items() if name in data):
        raise TypeError(parquet.name)
    return Landed(
        parquet,
        tuple(data["names"]),
        data["rows"],
        data["first_line"],
        data.get("notes", {}),
        data.get("kind", "text"),
    )
