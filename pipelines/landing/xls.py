"""A trial reading of an old workbook (XLS) in a process of its own.

Belongs here: finding out whether the library can read a file at all. Does not belong here: the
values (`workbook.py`). One wrong byte in the place of a cell makes the library ask for more memory
than there is, and then it ends the process it runs in.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from pipelines.errors import UserError

_SECONDS = 120
_BYTES = 4_000_000_000
_TRIAL = """
import sys
try:
    import resource
    resource.setrlimit(resource.RLIMIT_AS, (int(sys.argv[2]),) * 2)
except (ImportError, OSError, ValueError):
    pass
import python_calamine
try:
    book = python_calamine.load_workbook(sys.argv[1])
    for name in book.sheet_names:
        book.get_sheet_by_name(name)
except Exception:
    pass
"""


def require_readable(path: Path) -> None:
    """Refuse a file that would end the process; what else is wrong with it, its reader says.

    Raises:
        UserError: the library breaks down over it.
    """
    try:
        found = subprocess.run(
            [sys.executable, "-c", _TRIAL, str(path.absolute()), str(_BYTES)],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            timeout=_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise UserError(
            f"takes more than {_SECONDS} seconds to open; export it as .csv", 1
        ) from None
    if found.returncode != 0:
        raise UserError("cannot be read as a workbook (the file is damaged)", 1)
