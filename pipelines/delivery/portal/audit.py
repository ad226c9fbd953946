"""Who signed in and opened what: a line of JSON each, appended, never changed."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable
from pathlib import Path

from pipelines.workspace.workspace import OWNER_ONLY

FILE = Path("portal", "audit.jsonl")


class Audit:
    """The record below `portal/` of a workspace."""

    def __init__(self, path: Path, now: Callable[[], dt.datetime]) -> None:
        path.parent.mkdir(parents=True, exist_ok=True, mode=OWNER_ONLY)
        path.touch(mode=0o600)
        self._path, self._now = path, now

    def note(self, what: str, reader: str | None, address: str, path: str = "") -> None:
        """Append a line: what happened, to whom, from where, and which page."""
        line = {
            "at": self._now().isoformat(timespec="milliseconds"),
            "what": what,
            "reader": reader,
            "address": address,
            "path": path[:500],
        }
        with self._path.open("a", encoding="utf-8") as file:
            file.write(json.dumps(line, ensure_ascii=False) + "\n")
