"""Where each reader's folder is, as the last writing of folders left it.

Belongs here: finding a reader by id or address, and a file in their folder. A file is looked for in
the reader's own folder alone, so another's page is not there, whatever is asked for.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from pipelines.delivery.folders.known import KNOWN
from pipelines.workspace.workspace import Workspace


@dataclass(frozen=True)
class Known:
    """A reader with a folder.

    `leaves` is the day from which they are gone; after `until` they may no more see all that stands
    in the folder.
    """

    id: str
    name: str
    email: str
    folder: Path
    leaves: dt.date | None = None
    until: dt.date | None = None


class ReaderFolders:
    """The readers of a workspace who have a folder; read again when folders were written."""

    def __init__(self, workspace: Workspace, today: Callable[[], dt.date]) -> None:
        self._today = today
        self._file = workspace.state / KNOWN
        self._sets = workspace.reports / "readers" / "published"
        self._read: tuple[int, int] | None = None
        self._all: dict[str, Known] = {}

    def reader(self, who: str) -> Known | None:
        """A reader by their id; nobody, who has left since the folders were written."""
        found = self._current().get(who)
        return found if found is not None and self._works_here(found) else None

    def is_outdated(self, known: Known) -> bool:
        """Whether the folder holds what its reader may see no more: a deputyship is over, a grant,
        a place. It is shown again when folders are written anew."""
        return known.until is not None and known.until < self._today()

    def _works_here(self, known: Known) -> bool:
        return known.leaves is None or self._today() < known.leaves

    def by_email(self, address: str) -> Known | None:
        """The one reader with an address; nobody, where two have it."""
        asked = address.strip().lower()
        found = [
            one
            for one in self._current().values()
            if asked and one.email.lower() == asked and self._works_here(one)
        ]
        return found[0] if len(found) == 1 else None

    def _current(self) -> dict[str, Known]:
        try:
            state = self._file.stat()
        except FileNotFoundError:
            return {}
        if (mark := (state.st_mtime_ns, state.st_ino)) != self._read:
            told = json.loads(self._file.read_text(encoding="utf-8"))
            tree = self._sets / told["set"]
            self._all = {
                who: Known(
                    who,
                    one["name"],
                    one["email"],
                    tree / one["folder"],
                    _day(one.get("leaves")),
                    _day(one.get("until")),
                )
                for who, one in told["readers"].items()
            }
            self._read = mark
        return self._all


def _day(text: str | None) -> dt.date | None:
    return dt.date.fromisoformat(text) if text else None


def file_in(folder: Path, path: str) -> Path | None:
    """A file of a folder by its path below it; None for anything else, also above or beside it."""
    parts = path.split("/")
    if any(not part or part.startswith(".") or "\\" in part or "\0" in part for part in parts):
        return None
    found = folder.joinpath(*parts)
    try:
        is_there = found.is_file() and found.resolve().is_relative_to(folder.resolve())
    except OSError:  # a name that is longer than any
        return None
    return found if is_there else None
