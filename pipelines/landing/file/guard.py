"""How much an export may ask of the machine, and whether a path is a file at all.

Belongs here: limits, each with the one sentence that says it is passed. Does not belong here:
reading any format.
"""

from __future__ import annotations

import re
import stat
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from pipelines.errors import UserError

MAX_COLUMNS = 2_000
MAX_LINE = 1 << 24
# Real exports unpack to five or twenty times their size; only bombs pass these.
MAX_UNPACKED = 20_000_000_000
MAX_RATIO = 200
RATIO_FROM = 100_000_000
MAX_MEMBERS = 1_000
# A sheet is held in memory as a rectangle, at 32 bytes a cell.
MAX_CELLS = 60_000_000
MAX_WORKBOOK = 4_000_000_000
MAX_ROWS_PER_BYTE = 200
MANY_ROWS = 100_000_000

Signature = tuple[int, int, int]


def signature(path: Path) -> Signature:
    """What tells a file from a changed one: its size, its time and its place on the disk.

    Raises:
        UserError: there is no file, or it is a folder, a pipe or a device.
    """
    try:
        found = path.stat()
    except FileNotFoundError:
        linked = "is a link to a file that is not there"
        gone = "the file has disappeared since it was listed"
        raise UserError(linked if path.is_symlink() else gone, 1) from None
    except OSError as error:
        raise UserError(f"cannot be opened ({error.strerror})", 1) from None
    if not stat.S_ISREG(found.st_mode):
        raise UserError(f"is no file but {_other(found.st_mode)}", 1)
    return found.st_size, found.st_mtime_ns, found.st_ino


def _other(mode: int) -> str:
    if stat.S_ISDIR(mode):
        return "a folder"
    return "a pipe" if stat.S_ISFIFO(mode) else "a device or a socket"


@contextmanager
def unchanged(path: Path, expected: Signature | None) -> Iterator[None]:
    """Refuse a file that another program writes while it is read.

    Args:
        expected: what the file was when its content was hashed, if that is known.
    """
    before = signature(path)
    try:
        yield
    except Exception:
        _require_same(path, expected or before)  # the better reason of the two
        raise
    _require_same(path, expected or before)


def _require_same(path: Path, before: Signature) -> None:
    if signature(path) != before:
        raise UserError("the file changed while it was read; run again when it is complete", 1)


class Meter:
    """Counts what comes out of a packed file, whatever its directory declares."""

    def __init__(self, packed: int, limit: int) -> None:
        self._packed = max(1, packed)
        self._limit = limit
        self._seen = 0

    def add(self, size: int) -> None:
        """Count bytes that were unpacked.

        Raises:
            UserError: it is more than an export of this size can hold.
        """
        self._seen += size
        if self._seen > self._limit:
            raise UserError(f"unpacks to more than {self._limit:,} bytes; it is not read", 1)
        if self._seen > RATIO_FROM and self._seen > MAX_RATIO * self._packed:
            raise UserError(
                f"unpacks to more than {MAX_RATIO} times its size ({self._packed:,} bytes); "
                "no export does, so it is not read",
                1,
            )


def require_columns(names: Sequence[object]) -> None:
    """Refuse a header that is longer than any export's."""
    if len(names) > MAX_COLUMNS:
        raise UserError(f"has {len(names):,} columns; {MAX_COLUMNS:,} is the most", 1)


def line_too_long(line: int) -> UserError:
    """What is said of a line that would have to be held in memory whole."""
    return UserError(f"line {line} is longer than {MAX_LINE:,} characters; is this a table?", 1)


def reason_of(error: Exception, path: Path) -> str:
    """What the database has against a file, without its own words for errors and places."""
    first = str(error).splitlines()[0] if str(error) else ""
    return one_line(re.sub(r"^[A-Za-z ]+ Error: ", "", first).replace(str(path), path.name))


def one_line(text: object, most: int = 160) -> str:
    """A message of a library as part of a sentence: one line, cut where it is long."""
    line = " ".join(str(text).split())
    return line if len(line) <= most else line[: most - 1] + "…"
