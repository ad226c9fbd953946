"""Content hashes of exports, kept while a file was not touched.

A file whose size, inode and times are those of the last look has the content of the last look. One
that had just changed then is read again: it may have changed once more within the clock's grain.
"""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from pipelines.landing.land import content_hash
from pipelines.workspace.kept import keep_json, kept_json

_GRAIN_NS = 2_000_000_000


def content_hashes(paths: Sequence[Path], memory: Path) -> dict[Path, str]:
    """The content hash of each file, two read at a time; `memory` keeps them for the next look."""
    known, looked_ns = _read(memory)
    signs = {path: _sign(path) for path in paths}
    found = {}
    for path, sign in signs.items():
        entry = known.get(str(path))
        settled = sign is not None and max(sign[1:3]) + _GRAIN_NS < looked_ns
        if settled and entry is not None and entry[0] == sign:
            found[path] = str(entry[1])
    unknown = [path for path in paths if path not in found]
    with ThreadPoolExecutor(max_workers=2) as pool:  # hashing lets other threads work
        found.update(zip(unknown, pool.map(content_hash, unknown), strict=True))
    # a file that changed while it was read is not remembered
    kept = {
        str(path): [sign, found[path]]
        for path, sign in signs.items()
        if sign is not None and sign == _sign(path)
    }
    keep_json(memory, kept)
    return found


def _sign(path: Path) -> list[int] | None:
    """What changes when a file does; `None` for what is no file."""
    try:
        stat = path.stat()
    except OSError:
        return None
    return [stat.st_size, stat.st_mtime_ns, stat.st_ctime_ns, stat.st_ino]


def _read(memory: Path) -> tuple[dict[str, list[Any]], int]:
    """What was remembered, and when."""
    found = {
        name: entry
        for name, entry in kept_json(memory).items()
        if isinstance(entry, list) and len(entry) == 2
    }
    # the first look, or a file cut off: everything is read
    return found, memory.stat().st_mtime_ns if found else 0
