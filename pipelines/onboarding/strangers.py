"""Files that no source reads: what they may be, and a source file begun for them.

Belongs here: reading them by every header that is known, and writing the drafts. Does not belong
here: choosing a table (`guess.py`) or the text of a draft (`draft.py`).
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath

import duckdb

from pipelines.landing.file.guard import one_line
from pipelines.landing.land import (
    Export,
    content_hash,
    first_rows,
    land_export,
    parts_of,
    take_inventory,
)
from pipelines.onboarding.draft import draft, draft_name, file_pattern
from pipelines.onboarding.evidence import Values
from pipelines.onboarding.guess import best_fits
from pipelines.onboarding.header import header_names
from pipelines.onboarding.vocabulary import known_headers
from pipelines.sources.sourcemodel import SourceFile
from pipelines.workspace.workspace import Workspace


@dataclass(frozen=True)
class Guess:
    """What a file that no source reads may be: the tables it fits, best first, in sentences.

    `sheet` is the sheet of a workbook or the table of a database, where it holds several. `vendor`
    is the preset of the system it most likely comes from; `draft` is the text of a source file that
    begins its mapping, `needs` the required columns it still lacks, `pattern` the files it reads.
    """

    file: str
    fits: tuple[str, ...] = ()
    draft_name: str | None = None
    draft: str | None = None
    vendor: str | None = None
    needs: tuple[str, ...] = ()
    problem: str | None = None
    sheet: str | None = None
    pattern: str | None = None


class _AnySource(SourceFile):
    """A source that takes any file, to find its header by the names it is given."""

    names: frozenset[str] = frozenset()

    @property
    def headers(self) -> set[str]:
        return set(self.names or known_headers())


class Names:
    """Names of source files, each given once: to one pattern of files and one sheet."""

    def __init__(self) -> None:
        self._given: dict[str, tuple[str, str | None]] = {}

    def give(self, file: str, sheet: str | None) -> str:
        """A name for the file's source: its own, with its folder's or a number if that is taken."""
        own = file_pattern(file), sheet
        name = draft_name(sheet if sheet is not None else file)
        folder = PurePosixPath(file).parent.name
        names = [name, *([f"{draft_name(folder)}_{name}"] if folder else [])]
        for wanted in itertools.chain(names, (f"{name}_{n}" for n in itertools.count(2))):
            if self._given.setdefault(wanted, own) == own:
                return wanted
        raise AssertionError("numbers do not end")


def strangers(workspace: Workspace, unknown: Sequence[str]) -> list[Export]:
    """The files that no source reads, as exports that could be landed."""
    if not unknown:
        return []
    any_source = _AnySource(
        source="unknown", system="crm", table="customer", files=("*",), columns={}
    )
    found = take_inventory(workspace, [any_source]).exports
    return [export for export in found if export.name in set(unknown)]


def guesses_of(
    con: duckdb.DuckDBPyConnection,
    workspace: Workspace,
    export: Export,
    stages: tuple[str, ...],
    names: Names,
) -> list[Guess]:
    """What one of them may be; of a workbook or a database, what each of its tables may be."""
    working = workspace.landed / "first.tmp"
    parts = parts_of(export, working, set(known_headers()))
    if not parts:
        return [_guess(con, workspace, export, stages, names)]
    found = [_guess(con, workspace, replace(export, sheet=part), stages, names) for part in parts]
    return [one for one in found if one.fits] or found[:1]


def _guess(
    con: duckdb.DuckDBPyConnection,
    workspace: Workspace,
    export: Export,
    stages: tuple[str, ...],
    names: Names,
) -> Guess:
    rows = first_rows(export, workspace.landed / "first.tmp")
    header = frozenset(header_names(rows, set(known_headers())))
    source = export.source.model_copy(update={"names": header})
    found = land_export(con, workspace, replace(export, source=source), content_hash(export.path))
    if found.landed is None:
        return Guess(export.name, problem=found.problem, sheet=export.sheet)
    columns = found.landed.names
    values = Values(con, found.landed)
    fits = best_fits(export.sheet or export.name, columns, values)
    if not fits:
        listed = one_line(", ".join(columns), 160)
        return Guess(
            export.name, problem=f"none of its headers is known: {listed}", sheet=export.sheet
        )
    best = fits[0]
    file = _inside(workspace, export)
    name = names.give(file, export.sheet)
    return Guess(
        export.name,
        tuple(fit.sentence for fit in fits[:3]),
        name,
        draft(file, columns, best, values, stages, export.sheet, name),
        best.vendor,
        best.missing,
        sheet=export.sheet,
        pattern=file_pattern(file),
    )


def _inside(workspace: Workspace, export: Export) -> str:
    """The export's path below its input folder."""
    folders = [f"{PurePosixPath(entry.path)}/" for entry in workspace.settings.inputs]
    return next(
        (export.name.removeprefix(f) for f in folders if export.name.startswith(f)), export.name
    )


def write_drafts(workspace: Workspace, guesses: Iterable[Guess]) -> list[str]:
    """Write the source files begun for unknown files, never over one that is there.

    Returns:
        A sentence for each file.
    """
    said = []
    written: set[Path] = set()
    for begun in guesses:
        if begun.draft is None:
            continue
        target = workspace.sources / f"{begun.draft_name}.yaml"
        if target in written:
            said.append(f"{begun.file} is read by {target} too.")
            continue
        if target.exists():
            said.append(f"{target} exists already and was left alone.")
            continue
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(begun.draft, encoding="utf-8")
        written.add(target)
        needs = (
            f"; a draft that is not read before it has {', '.join(begun.needs)}, as it says"
            if begun.needs
            else ""
        )
        said.append(f"written: {target} for {begun.file}{needs}")
    return said
