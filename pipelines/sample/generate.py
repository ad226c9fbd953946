"""Generate the sample company into a folder, whole or not at all.

Belongs here: the order of work and the safety of the target folder.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import get_args

import duckdb

from pipelines.errors import UserError
from pipelines.sample import model
from pipelines.sample.export import WrittenFile, prepare, write_csv, write_workbooks
from pipelines.sample.layout import AFTER_PAY, EXPORTS, Export
from pipelines.sample.manifest import GENERATOR, build_manifest, write_manifest
from pipelines.sample.model import Size
from pipelines.sample.pay import pay

MANIFEST = "manifest.json"


@dataclass(frozen=True)
class SampleSummary:
    """What was generated: where, how many rows and bytes, how many of the rows are dirt."""

    target: Path
    size: Size
    seed: int
    files: tuple[WrittenFile, ...]
    rows: int
    bytes: int
    dirt_rows: int


def generate(
    target: Path,
    size: Size,
    seed: int,
    progress: Callable[[str], None] | None = None,
    with_dirt: bool = True,
) -> SampleSummary:
    """Write the sample company's exports below `target`, with `manifest.json` beside them.

    The same size and seed give the same bytes, whatever the number of threads. The files appear
    at the end, by rename: an interrupted run leaves the target as it was.

    Without dirt they are what the same company's exports would say if every row were right.

    Raises `UserError` when the size is unknown, the seed negative, or the target holds anything
    that is not an earlier sample.
    """
    if size not in get_args(Size):
        raise UserError(f'Size "{size}" is unknown; choose small, medium or large.')
    if not 0 <= seed < 2**62:
        raise UserError(f"Seed {seed} is out of range; choose a number from 0 to {2**62 - 1}.")
    say = progress or (lambda _: None)
    target = target.resolve()
    _refuse_foreign_files(target)
    partial = target.with_name(f".{target.name}.partial")
    if partial.exists():
        shutil.rmtree(partial)
    work = partial / "work"
    root = partial / "sample"
    for folder in (work, *(root / system for system in ("crm", "erp", "hr"))):
        folder.mkdir(parents=True)
    try:
        written, dirt_rows = _generate_into(root, work, size, seed, say, with_dirt)
        _swap(root, target, partial / "former")
    finally:
        shutil.rmtree(partial)
    return SampleSummary(
        target=target,
        size=size,
        seed=seed,
        files=tuple(written),
        rows=sum(file.rows for file in written),
        bytes=sum(file.bytes for file in written),
        dirt_rows=dirt_rows,
    )


def _generate_into(
    root: Path,
    work: Path,
    size: Size,
    seed: int,
    say: Callable[[str], None],
    with_dirt: bool,
) -> tuple[list[WrittenFile], int]:
    with duckdb.connect(str(work / "sample.duckdb")) as con:
        con.execute(f"set memory_limit = '{model.SCALES[size].memory_limit}'")
        con.execute("set preserve_insertion_order = true")
        model.build(con, size, seed, lambda name: say(f"computed {name}"))
        first = [export for export in EXPORTS if export.table not in AFTER_PAY]
        written = _write(con, first, root, size, say, with_dirt)
        pay(con, root, work, say)
        for name in model.PAID:
            model.build_table(con, name)
        last = [export for export in EXPORTS if export.table in AFTER_PAY]
        written += _write(con, last, root, size, say, with_dirt)
        manifest = build_manifest(con, size, seed, written)
    write_manifest(manifest, root / MANIFEST)
    return written, int(manifest["dirt_rows"])


def _write(
    con: duckdb.DuckDBPyConnection,
    exports: list[Export],
    root: Path,
    size: Size,
    say: Callable[[str], None],
    with_dirt: bool,
) -> list[WrittenFile]:
    """Write exports as CSV; those of the small ERP as workbooks."""
    for export in exports:
        prepare(con, export, with_dirt)
    written = []
    sheets = [export for export in exports if size == "small" and export.sheet is not None]
    for export in exports:
        if export not in sheets:
            written.append(write_csv(con, export, root))
            say(f"wrote {export.csv_path}")
    return written + write_workbooks(con, sheets, root)


def _refuse_foreign_files(target: Path) -> None:
    """An earlier sample may be replaced; anything else in the folder is somebody's work."""
    if not target.exists():
        return
    if not target.is_dir():
        raise UserError(f"{target} is a file; give a folder for the sample.")
    found = {path.relative_to(target).as_posix() for path in target.rglob("*") if path.is_file()}
    if not found:
        return
    manifest = target / MANIFEST
    if not manifest.is_file():
        raise UserError(
            f"{target} is not empty and holds no {MANIFEST} of an earlier sample; "
            "give an empty folder."
        )
    try:
        known = json.loads(manifest.read_text(encoding="utf-8"))
    except (UnicodeDecodeError, json.JSONDecodeError) as error:
        raise UserError(f"{manifest} cannot be read ({error}); give an empty folder.") from error
    if not isinstance(known, dict) or known.get("generator") != GENERATOR:
        raise UserError(f"{manifest} is not that of a sample; give an empty folder.")
    foreign = sorted(found - {MANIFEST} - {file["path"] for file in known["files"]})
    if foreign:
        raise UserError(
            f"{target} holds {foreign[0]}, which is not part of the earlier sample"
            f"{f' (nor are {len(foreign) - 1} more files)' if len(foreign) > 1 else ''}; "
            "move it away or give an empty folder."
        )


def _swap(root: Path, target: Path, former: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    if target.exists():
        target.rename(former)
    root.rename(target)
