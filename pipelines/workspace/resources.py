"""Where the files that ship with attain are: SQL, policy, source presets, templates.

In a checkout they stand at the top level; in an installed package they travel in `_shipped`.
"""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path

from jinja2 import BytecodeCache, FileSystemBytecodeCache
from jinja2.bccache import Bucket

_PACKAGE = Path(__file__).resolve().parents[1]


def shipped(*parts: str) -> Path:
    """Path of a shipped file or folder, e.g. `shipped("sql", "core")`."""
    packed = _PACKAGE / "_shipped"
    root = packed if packed.is_dir() else _PACKAGE.parent
    return root.joinpath(*parts)


class _Compiled(FileSystemBytecodeCache):
    """Compiled templates; a cache that cannot be read or written is none."""

    def load_bytecode(self, bucket: Bucket) -> None:
        with suppress(OSError):
            super().load_bytecode(bucket)

    def dump_bytecode(self, bucket: Bucket) -> None:
        with suppress(OSError):
            super().dump_bytecode(bucket)


def compiled_templates() -> BytecodeCache | None:
    """Where templates stay compiled between runs: the user's cache, never a temporary folder."""
    home = os.environ.get("XDG_CACHE_HOME") or Path("~/.cache").expanduser()
    folder = Path(home) / "attain" / "templates"
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    except (OSError, RuntimeError):
        return None
    return _Compiled(str(folder))
