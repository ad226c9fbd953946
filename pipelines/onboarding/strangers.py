"""Files that no source reads: what they may be, and a source file begun for them.

Belongs here: reading them by every header that is known, and writing the drafts. Does not belong
here: choosing a table (`guess.py`) or the text of a draft (`draft.py`).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath

import duckdb

from pipelines.landing.land import Export, content_hash, land_export, take_inventory
from pipelines.onboarding.draft import draft, draft_name
from pipelines.onboarding.evidence import Values
from pipelines.onboarding.guess import best_fits
from pipelines.onboarding.vocabulary import known_headers
from pipelines.sources.sourcemodel import SourceFile
from pipelines.workspace.workspace import Workspace


@dataclass(frozen=True)
class Guess:
    """What a file that no source reads may be: the tables it fits, best first, in sentences.

    `vendor` is the preset of the system it most likely comes from; `draft` is the text of a source
    file that begins its mapping, `needs` the required columns it still lacks.
    """

    file: str
    fits: tuple[str, ...] = ()
    draft_name: str | None = None
    draft: str | None = None
    vendor: str | None = None
    needs: tuple[str, ...] = ()
    problem: str | None = None


class _AnySource(SourceFile):
    """A source that takes any file, to find its header by every name that is known."""

    @property
    def headers(self) -> set[str]:
        return set(known_headers())


def strangers(workspace: Workspace, unknown: Sequence[str]) -> list[Export]:
    """The files that no source reads, as exports that could be landed."""
    if not unknown:
        return []
    any_source = _AnySource(
        source="unknown", system="crm", table="customer", files=("*",), columns={}
    )
    found = take_inventory(workspace, [any_source]).exports
    return [export for export in found if export.name in set(unknown)]


def guess(
    con: duckdb.DuckDBPyConnection, workspace: Workspace, export: Export, stages: tuple[str, ...]
) -> Guess:
    """What one of them may be."""
    found = land_export(con, workspace, export, content_hash(export.path))
    if found.landed is None:
        return Guess(export.name, problem=found.problem)
    fits = best_fits(export.name, found.landed.names)
    if not fits:
        return Guess(export.name, problem="its headers are none that attain knows")
    best = fits[0]
    file = _inside(workspace, export)
    text = draft(file, found.landed.names, best, Values(con, found.landed), stages)
    sentences = tuple(fit.sentence for fit in fits[:3])
    return Guess(export.name, sentences, draft_name(file), text, best.vendor, best.missing)


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
    for begun in guesses:
        if begun.draft is None:
            continue
        target = workspace.sources / f"{begun.draft_name}.yaml"
        if target.exists():
            said.append(f"{target} exists already and was left alone.")
            continue
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(begun.draft, encoding="utf-8")
        needs = f"; it still needs {', '.join(begun.needs)}, as it says" if begun.needs else ""
        said.append(f"written: {target} for {begun.file}{needs}")
    return said
