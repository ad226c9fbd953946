"""Exports that have arrived whole: by their content, not by their time stamp.

Belongs here: what the file sensor remembers between two looks. Does not belong here: starting the
run (`automation.py`) or reading the files (`landing/`).
"""

from __future__ import annotations

import hashlib
import json
import os
from dataclasses import asdict, dataclass, replace
from pathlib import Path, PurePosixPath

from pipelines.landing.file.kind import is_passing, kind_by_name
from pipelines.landing.land import content_hash
from pipelines.workspace.workspace import Workspace


@dataclass(frozen=True)
class Seen:
    """A file as it was at the last look; `sha256` is empty until it was the same at two looks."""

    size: int
    changed_ns: int
    sha256: str = ""


@dataclass(frozen=True)
class Arrivals:
    """What lies in the input folders now.

    `arriving` are files that may still be written to; `content` names the state of all files once
    none is.
    """

    files: dict[str, Seen]
    arriving: tuple[str, ...]

    @property
    def content(self) -> str | None:
        if self.arriving:
            return None
        known = sorted((name, seen.sha256) for name, seen in self.files.items())
        return hashlib.sha256(json.dumps(known).encode()).hexdigest()[:32]


def look(workspace: Workspace, before: dict[str, Seen]) -> Arrivals:
    """Look at the input folders again. A file is whole when two looks found it the same."""
    files: dict[str, Seen] = {}
    arriving = []
    for name, path in _exports(workspace):
        try:
            stat = path.stat()
            earlier = before.get(name)
            found = Seen(stat.st_size, stat.st_mtime_ns)
            if earlier is None or earlier != replace(found, sha256=earlier.sha256):
                arriving.append(name)
            else:
                sha256 = earlier.sha256 or content_hash(path)
                found = replace(found, sha256=sha256)
        except OSError:  # it went away, or may not be read yet
            arriving.append(name)
            continue
        files[name] = found
    return Arrivals(files, tuple(arriving))


def _exports(workspace: Workspace) -> list[tuple[str, Path]]:
    """Files that may be exports; temporary files and those of other kinds are none."""
    found = []
    for entry in workspace.settings.inputs:
        folder = workspace.root / os.path.expandvars(entry.path)
        if not folder.is_dir():
            continue
        for path in sorted(folder.rglob("*")):
            inner = PurePosixPath(path.relative_to(folder))
            if path.is_file() and not is_passing(inner) and kind_by_name(path.name) is not None:
                found.append((f"{entry.path}/{inner}", path))
    return found


@dataclass(frozen=True)
class Memory:
    """What the sensor remembers: the files of the last look, the content it last started a run for,
    and how many runs it started."""

    files: dict[str, Seen]
    ran: str | None = None
    runs: int = 0

    def after(self, arrivals: Arrivals, started: bool) -> Memory:
        if not started:
            return Memory(arrivals.files, self.ran, self.runs)
        return Memory(arrivals.files, arrivals.content, self.runs + 1)

    def to_json(self) -> str:
        return json.dumps(asdict(self), sort_keys=True)

    @staticmethod
    def from_json(text: str | None) -> Memory:
        if not text:
            return Memory({})
        found = json.loads(text)
        files = {name: Seen(**seen) for name, seen in found["files"].items()}
        return Memory(files, found["ran"], found["runs"])
