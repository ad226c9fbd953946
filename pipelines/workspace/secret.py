"""Secrets of a workspace: made when they are first asked for, and the same ever after.

Belongs here: making and reading them. Does not belong here: what is signed or hidden with one.
"""

from __future__ import annotations

import os
import secrets
from pathlib import Path

from pipelines.workspace.workspace import OWNER_ONLY


def secret(path: Path) -> bytes:
    """The 32 bytes of a file, readable by its owner alone; of two who make it at once one wins."""
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True, mode=OWNER_ONLY)
        waiting = path.with_name(f".{path.name}.{secrets.token_hex(8)}.partial")
        file = os.open(waiting, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(file, "wb") as opened:
            opened.write(secrets.token_bytes(32))
        try:
            os.link(waiting, path)
        except FileExistsError:  # the other's counts
            pass
        except OSError:  # a file system without links
            waiting.replace(path)
        finally:
            waiting.unlink(missing_ok=True)
    return path.read_bytes()
