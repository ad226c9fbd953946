"""What the machine refuses a command: a full disk, a right, a damaged file. One sentence each.

Belongs here: telling such a fault, however deep it is wrapped, from a mistake of ours, which keeps
its traceback. Does not belong here: mistakes of users (`UserError`).
"""

from __future__ import annotations

import sqlite3
import sys
from collections.abc import Iterator

_STANDS = "The last reports and closed months are as they were; set it right and run again."


def sentence_of(error: BaseException) -> str | None:
    """The sentence for a fault of the machine; `None` when it is none."""
    for cause in _causes(error):
        found = _fault(cause)
        if found is not None:
            return f"{' '.join(found.split()).rstrip('.')}. {_STANDS}"
    return None


def _causes(error: BaseException) -> Iterator[BaseException]:
    """An error and those it came from, the first of them first."""
    chain: list[BaseException] = []
    following: BaseException | None = error
    while following is not None and following not in chain:
        chain.append(following)
        following = following.__cause__ or following.__context__
    return reversed(chain)


def _fault(error: BaseException) -> str | None:
    if isinstance(error, OSError):
        where = f"{error.filename}: " if error.filename else ""
        return f"{where}{error.strerror or error}"
    if isinstance(error, sqlite3.Error):
        return f"the orchestrator's history below .attain/dagster: {error}"
    if isinstance(error, MemoryError):
        return "there is not enough memory"
    duckdb = sys.modules.get("duckdb")  # not for commands that do without it
    if duckdb is not None and isinstance(error, duckdb.Error):
        return str(error).splitlines()[0]
    return None
