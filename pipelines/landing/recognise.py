"""What attain understands of the exports, before anything is computed (`attain check`)."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import duckdb

from pipelines.landing.detect import clean_header
from pipelines.landing.land import Export, content_hash, land_export, take_inventory
from pipelines.landing.parquet import Landed, identifier, literal
from pipelines.staging.contract import canonical_tables
from pipelines.staging.sourcefile import SourceFile
from pipelines.workspace import Workspace

_SAMPLES = 3


@dataclass(frozen=True)
class ColumnSeen:
    """A canonical column, the header it comes from, and some of its values."""

    column: str
    type: str
    header: str | None
    samples: tuple[str, ...]
    constant: str | None = None


@dataclass(frozen=True)
class FileSeen:
    """A file (or sheet) and what is recognised in it; `unused` are headers nothing reads."""

    file: str
    sheet: str | None
    source: str
    table: str
    rows: int
    columns: tuple[ColumnSeen, ...]
    unused: tuple[str, ...]
    problem: str | None = None


@dataclass(frozen=True)
class Recognition:
    """Everything found in the input folders."""

    files: list[FileSeen]
    missing: list[str]
    unknown: list[str]
    problems: list[str] = field(default_factory=list)

    def as_dict(self) -> dict[str, Any]:
        from dataclasses import asdict

        return asdict(self)


def recognise(workspace: Workspace, sources: Sequence[SourceFile]) -> Recognition:
    """Read every export as a run would, into a folder that is thrown away.

    Raises:
        UserError: an input folder does not exist.
    """
    inventory = take_inventory(workspace, sources)
    files = []
    with tempfile.TemporaryDirectory() as folder, duckdb.connect() as con:
        apart = _Elsewhere(workspace, Path(folder))
        for export in inventory.exports:
            files.append(_see(con, apart, export))
    missing = [
        f"{' or '.join(s.files)}: no such export (sources/{s.source}.yaml"
        + (")" if s.required else ", optional)")
        for s in inventory.missing
    ]
    problems = [f"{f.file}: {f.problem}" for f in files if f.problem]
    problems += [text for text, s in zip(missing, inventory.missing, strict=True) if s.required]
    return Recognition(files, missing, list(inventory.unknown), problems)


class _Elsewhere(Workspace):
    """The same workspace with its landed files in another folder."""

    def __init__(self, workspace: Workspace, folder: Path) -> None:
        super().__init__(workspace.root, workspace.settings)
        object.__setattr__(self, "_folder", folder)

    @property
    def landed(self) -> Path:
        folder: Path = object.__getattribute__(self, "_folder")
        return folder


def _see(con: duckdb.DuckDBPyConnection, workspace: Workspace, export: Export) -> FileSeen:
    seen = FileSeen(
        file=export.name,
        sheet=export.sheet,
        source=export.source.source,
        table=export.source.table,
        rows=0,
        columns=(),
        unused=(),
    )
    found = land_export(con, workspace, export, content_hash(export.path))
    if found.landed is None:
        return replace(seen, problem=found.problem)
    columns = tuple(_columns(con, export.source, found.landed))
    used = {column.header for column in columns}
    return replace(
        seen,
        rows=found.landed.rows,
        columns=columns,
        unused=tuple(name for name in found.landed.names if name not in used),
    )


def _columns(
    con: duckdb.DuckDBPyConnection, source: SourceFile, landed: Landed
) -> list[ColumnSeen]:
    table = canonical_tables()[source.table]
    present = {clean_header(name).lower(): name for name in landed.names}
    columns = []
    for name, mapped in source.columns.items():
        wanted = [present.get(clean_header(header).lower()) for header in mapped.headers]
        header = next((found for found in wanted if found is not None), None)
        samples: tuple[str, ...] = ()
        if header is not None:
            quoted = identifier(header)
            rows = con.execute(
                f"select distinct {quoted} from read_parquet({literal(str(landed.parquet))}) "
                f"where {quoted} is not null and trim({quoted}) <> '' order by 1 limit {_SAMPLES}"
            ).fetchall()
            samples = tuple(str(row[0]) for row in rows)
        columns.append(ColumnSeen(name, table.columns[name].type, header, samples))
    for name, value in source.constants.items():
        columns.append(ColumnSeen(name, table.columns[name].type, None, (), value))
    return columns
