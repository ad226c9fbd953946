"""What attain keeps for itself between runs, as JSON: written whole or not at all.

Belongs here: reading and writing such a file. Does not belong here: what stands in it.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any


def keep_json(path: Path, content: dict[str, Any]) -> None:
    """Replace the file in one step; a kill leaves the one before."""
    working = path.with_suffix(".tmp")
    text = json.dumps(content, ensure_ascii=False, default=str)
    working.write_text(text, encoding="utf-8", errors="backslashreplace")
    working.replace(path)


def kept_json(path: Path) -> dict[str, Any]:
    """What was kept; empty when there is nothing, or what is there is damaged.

    For what can be found out again: a file cut off, of another program or version costs a look.
    """
    try:
        found = json.loads(path.read_bytes())
    except (FileNotFoundError, IsADirectoryError, ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}
