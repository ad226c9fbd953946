"""The file that says whose folder is called what, for whoever serves them.

Belongs here: writing it. It lies in attain's own folder: it names every reader and, where names are
unguessable, every name.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterable, Mapping
from pathlib import Path

from pipelines.delivery.access.readers import Reader
from pipelines.delivery.folders.write import Folder

KNOWN = "readers.json"


def keep_known(
    state: Path, latest: Path, folders: Iterable[Folder], readers: Mapping[str, Reader]
) -> None:
    """Note the set of folders that `latest` leads to and whose they are, in one step; and by which
    day each reader has left, or may no more see all that stands in their folder."""

    def day(at: dt.date | None) -> str | None:
        return at.isoformat() if at else None

    told = {
        "set": latest.resolve().name,
        "readers": {
            one.reader: {
                "folder": str(one.path),
                "name": readers[one.reader].person.name,
                "email": (readers[one.reader].person.email or "").strip(),
                "leaves": day(readers[one.reader].person.leaves),
                "until": day(readers[one.reader].until),
            }
            for one in folders
        },
    }
    path = state / KNOWN
    waiting = path.with_suffix(".partial")
    waiting.write_text(json.dumps(told, ensure_ascii=False, sort_keys=True), encoding="utf-8")
    waiting.replace(path)
