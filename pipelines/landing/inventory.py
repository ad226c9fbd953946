"""What lies in the input folders, and which source reads it.

Belongs here: finding files and members of archives, matching their names to sources. Does not
belong here: opening them further than a list of an archive's members needs.
"""

from __future__ import annotations

import fnmatch
import os
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath
from typing import Literal

from pipelines.errors import UserError
from pipelines.landing.dated import export_date
from pipelines.landing.file.kind import is_passing, kind_by_name, way_out
from pipelines.landing.file.unpack import zip_members
from pipelines.sources.contract import canonical_tables
from pipelines.sources.sourcefile import SourceFile, canonical_source
from pipelines.sources.sourcemodel import Join
from pipelines.workspace.workspace import SETTINGS_FILE, Workspace
from pipelines.workspace.yamlfile import read_yaml

_OUTSIDE = "is a link to a file outside the input folder; put the file itself there"
_LINK_LOST = "is a link to a file that is not there"


@dataclass(frozen=True)
class Joined:
    """The export that another is joined to; its fields are those of an export."""

    path: Path
    name: str
    member: str | None = None
    problem: str | None = None


@dataclass(frozen=True)
class Export:
    """A file matched to the source that reads it. `name` is its path below the workspace.

    `member` is the file read of a zip archive; where the archive holds several, the name ends with
    `!` and the member. `problem` says why the file cannot be opened at all. `joined` is the export
    whose columns stand beside its own.
    """

    path: Path
    name: str
    source: SourceFile
    sheet: str | None
    member: str | None = None
    problem: str | None = None
    joined: Joined | None = None


@dataclass(frozen=True)
class Inventory:
    """What lies in the input folders.

    `missing` holds sources without any file, `unknown` files without any source.
    """

    exports: tuple[Export, ...]
    missing: tuple[SourceFile, ...]
    unknown: tuple[str, ...]

    @property
    def size(self) -> int:
        """Bytes of all exports as they lie there; one that cannot be looked at is refused later."""
        found = 0
        for path in {export.path for export in self.exports}:
            with suppress(OSError):
                found += path.stat().st_size
        return found


@dataclass(frozen=True)
class _Candidate:
    """A file, or a member of an archive, with every name under which a source may ask for it.

    A file that holds tables in a form that is not read has no such name: it is only told of.
    """

    path: Path
    shown: str
    names: tuple[str, ...]
    plain_name: str
    member: str | None = None
    problem: str | None = None


def take_inventory(workspace: Workspace, sources: Iterable[SourceFile]) -> Inventory:
    """Match every file of the input folders to its source.

    Raises:
        UserError: an input folder of `attain.yaml` does not exist or cannot be read.
    """
    sources = list(sources)
    exports: list[Export] = []
    unknown: list[str] = []
    beside: list[tuple[Join, Joined]] = []
    joins = [source.join for source in sources if source.join is not None]
    for number, entry in enumerate(workspace.settings.inputs):
        folder = _input_folder(workspace, number, entry.path)
        for candidate in _candidates(folder):
            name = shown_name(PurePosixPath(entry.path, candidate.shown).as_posix())
            asking = [source for source in sources if _asks_for(source.files, candidate)]
            readers = (
                _canonical_readers(candidate, entry.export)
                if entry.format == "canonical"
                and candidate.names
                and not any(source.form for source in asking)
                else asking
            )
            is_mapped = entry.format != "canonical"
            asked = [join for join in joins if is_mapped and _asks_for(join.file, candidate)]
            found = Joined(candidate.path, name, candidate.member, candidate.problem)
            beside.extend((join, found) for join in asked)
            exports.extend(_export(candidate, name, source) for source in readers)
            # settings are kept as .json as often as exports are
            if not (readers or asked) and kind_by_name(candidate.plain_name) != "json":
                unknown.append(name)
    present = {export.source.source for export in exports}
    missing = tuple(s for s in sources if s.source not in present and not s.form)
    exports.sort(key=lambda e: (e.name, e.source.source))
    return Inventory(tuple(_with_joined(e, beside) for e in exports), missing, tuple(unknown))


def _with_joined(export: Export, beside: Sequence[tuple[Join, Joined]]) -> Export:
    """An export with the one it is joined to: of its own day, else the newest before it, else any.

    Exports of one day belong together: what an earlier one said does not change when a later comes.
    """
    join = export.source.join
    if join is None:
        return export
    found = [joined for asked, joined in beside if asked == join]
    if not found:
        said = f"{' or '.join(join.file)}, which it is joined to, is not there"
        return replace(export, problem=export.problem or said)
    day = export_date(export.name)

    def nearness(joined: Joined) -> tuple[bool, str, str]:
        own = export_date(joined.name)
        is_before = day is None or (own is not None and own <= day)
        return is_before, own.isoformat() if own else "", joined.name

    best = max(found, key=nearness)
    return replace(export, joined=best, problem=export.problem or _of_joined(best))


def _of_joined(joined: Joined) -> str | None:
    return f"{joined.name}, which it is joined to, {joined.problem}" if joined.problem else None


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


def shown_name(name: str) -> str:
    """A file name as one line of valid text: control characters and stray bytes are escaped."""
    if name.isprintable():
        return name
    return "".join(
        c if c.isprintable() else c.encode("unicode_escape", "backslashreplace").decode()
        for c in name
    )


def _candidates(folder: Path) -> Iterator[_Candidate]:
    inside = folder.resolve()
    for path in _everything(folder):
        inner = path.relative_to(folder)
        if is_passing(PurePosixPath(inner)):
            continue
        if kind_by_name(path.name) is None:
            if way_out(path.name) is not None:
                yield _Candidate(path, inner.as_posix(), (), inner.as_posix())
            continue
        problem = _link_problem(path, inside)
        if path.is_dir() and problem is None:
            if not any(path.iterdir()):
                yield _plain(path, inner.as_posix(), "is an empty folder, not a file")
            continue  # the files in it are found by themselves
        if kind_by_name(path.name) == "zip" and path.is_file() and problem is None:
            yield from _packed(path, inner)
        else:
            yield _plain(path, inner.as_posix(), problem)


def _everything(folder: Path) -> list[Path]:
    """Every file and folder below one; a folder that may not be read is no empty one.

    Raises:
        UserError: a folder cannot be listed.
    """

    def fail(error: OSError) -> None:
        raise UserError(
            f"{error.filename}: this input folder cannot be read ({error.strerror}); nothing was "
            "computed. Mount it, or let attain read it, and run again.",
            1,
        )

    return sorted(
        Path(parent, name)
        for parent, folders, files in os.walk(folder, onerror=fail)
        for name in (*folders, *files)
    )


def _link_problem(path: Path, inside: Path) -> str | None:
    """Why a link is not followed; `None` for a file, and for a link within the folder."""
    if not path.is_symlink():
        return None
    try:
        target = path.resolve(strict=True)
    except (OSError, RuntimeError):
        return _LINK_LOST
    return None if target.is_relative_to(inside) else _OUTSIDE


def _plain(path: Path, inner: str, problem: str | None) -> _Candidate:
    unpacked = _without_pack(inner)
    names = tuple(dict.fromkeys((inner, unpacked)))
    return _Candidate(path, inner, names, unpacked, problem=problem)


def _without_pack(name: str) -> str:
    return name[: -len(PurePosixPath(name).suffix)] if _is_pack(name) else name


def _is_pack(name: str) -> bool:
    return kind_by_name(name) in ("gzip", "zip")


def _packed(path: Path, inner: Path) -> Iterator[_Candidate]:
    """The members of a zip; one alone goes by the name of the archive too."""
    name = inner.as_posix()
    outer = (name, _without_pack(name))
    try:
        members = zip_members(path)
    except OSError as error:
        yield _plain(path, name, f"cannot be opened ({error.strerror})")
        return
    except UserError as error:
        yield _plain(path, name, error.message)
        return
    for member in members:
        folder = inner.parent
        own = ((folder / member).as_posix(), (folder / Path(member).name).as_posix())
        shown = name if len(members) == 1 else f"{name}!{member}"
        names = tuple(dict.fromkeys((*outer, *own, f"{name}!{member}")))
        yield _Candidate(path, shown, names, own[0], member)


def _asks_for(patterns: Sequence[str], candidate: _Candidate) -> bool:
    return any(
        fnmatch.fnmatchcase(name, pattern) for pattern in patterns for name in candidate.names
    )


def _export(candidate: _Candidate, name: str, source: SourceFile) -> Export:
    sheet = source.sheet if kind_by_name(candidate.plain_name) in ("workbook", "sqlite") else None
    return Export(candidate.path, name, source, sheet, candidate.member, candidate.problem)


def _canonical_readers(candidate: _Candidate, export: Literal["full", "delta"]) -> list[SourceFile]:
    """The table by the member's own name; a member alone in its archive may go by the archive's."""
    names = [candidate.plain_name]
    if candidate.member is None or "!" not in candidate.shown:
        names.append(_without_pack(candidate.shown))
    for name in names:
        table = _canonical_table(PurePosixPath(name).name.lower())
        if table is not None:
            return [canonical_source(canonical_tables()[table], export)]
    return []


def _canonical_table(name: str) -> str | None:
    """The longest table name the file name begins with: `opportunity_event.csv` is no deal."""
    fits = [
        table
        for table in canonical_tables()
        if name == table or name.startswith((f"{table}_", f"{table}-", f"{table}."))
    ]
    return max(fits, key=len) if fits else None
