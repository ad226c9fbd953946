"""Where the files that ship with attain are: SQL, policy, source presets, templates.

In a checkout they stand at the top level; in an installed package they travel in `_shipped`.
"""

from __future__ import annotations

from pathlib import Path

_PACKAGE = Path(__file__).resolve().parents[1]


def shipped(*parts: str) -> Path:
    """Path of a shipped file or folder, e.g. `shipped("sql", "core")`."""
    packed = _PACKAGE / "_shipped"
    root = packed if packed.is_dir() else _PACKAGE.parent
    return root.joinpath(*parts)
