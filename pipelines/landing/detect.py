"""How a table is laid out: its delimiter, where its header stands, which rows are none.

Belongs here: recognition from the first rows. Does not belong here: encodings (`encoding.py`) and
reading the rows.
"""

from __future__ import annotations

import csv
import io
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from pipelines.landing.file.encoding import PROBE_BYTES, Encoding, decoded, detect_encoding
from pipelines.landing.levels import MOST_LEVELS, names_of_groups
from pipelines.sources.headers import clean_header

HEADER_SEARCH_ROWS = 20
DELIMITERS = (",", "\t", ";", "|")
MAX_FIELD = 1 << 24


@dataclass(frozen=True)
class Dialect:
    """How a text export is written."""

    encoding: Encoding
    delimiter: str


def detect_dialect(path: Path, encoding: Encoding | None = None) -> Dialect:
    """Encoding of a text file, and the delimiter that stands in it most."""
    with path.open("rb") as handle:
        probe = handle.read(PROBE_BYTES)
    if encoding is None:
        encoding = detect_encoding(probe, whole=len(probe) < PROBE_BYTES)
    text = decoded(probe, encoding)
    lines = [line for line in text.splitlines()[:HEADER_SEARCH_ROWS] if line.strip()]
    scores = {d: max((line.count(d) for line in lines), default=0) for d in DELIMITERS}
    return Dialect(encoding, max(scores, key=lambda d: scores[d]))


class _FieldLimit:
    """The limit of Python's reader is one for the whole process: held while anyone needs it."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._users = 0
        self._before = 0

    def enter(self) -> None:
        with self._lock:
            if self._users == 0:
                self._before = csv.field_size_limit(MAX_FIELD)
            self._users += 1

    def leave(self) -> None:
        with self._lock:
            self._users -= 1
            if self._users == 0:
                csv.field_size_limit(self._before)


_FIELD_LIMIT = _FieldLimit()


@contextmanager
def long_fields() -> Iterator[None]:
    """Let Python's reader take fields as long as DuckDB's does; two files may be read at once."""
    _FIELD_LIMIT.enter()
    try:
        yield
    finally:
        _FIELD_LIMIT.leave()


def head_rows(path: Path, dialect: Dialect) -> list[tuple[int, list[str]]]:
    """The first rows of a text file, each with the number of its first line."""
    rows: list[tuple[int, list[str]]] = []
    with path.open("rb") as handle:
        text = decoded(handle.read(PROBE_BYTES), dialect.encoding)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=dialect.delimiter)
    line = 1
    with long_fields():
        for row in reader:
            rows.append((line, row))
            line = reader.line_num + 1
            if len(rows) == HEADER_SEARCH_ROWS:
                break
    return rows


@dataclass(frozen=True)
class Header:
    """The header found: its index among the rows looked at and the names by column.

    `known` is how many of the names a source knows, `height` how many rows the header takes.
    """

    index: int
    names: tuple[str, ...]
    known: int
    height: int = 1


def find_header(rows: Sequence[Sequence[object]], known: set[str]) -> Header | None:
    """The row, or the rows, with most known header names; `None` when none holds any.

    A header of several rows has merged cells: a group over its parts, or one name over all rows.
    The lowest text counts, and where there is none, the one above. Parts that stand in several
    groups are named with their group: `期初余额借方`, `Closing Balance Debit`.
    """
    wanted = {clean_header(name).lower() for name in known}
    best: Header | None = None
    best_score = 0
    for index, row in enumerate(rows):
        names = [clean_header(cell) for cell in row]
        candidates = [(names, 1)]
        if index and _is_header_part(rows[index - 1]):
            upper = [clean_header(cell) for cell in rows[index - 1]]
            upper += [""] * (len(names) - len(upper))
            both = [low or high for low, high in zip(names, upper, strict=False)]
            candidates.append((both, 2))
        for candidate, height in candidates:
            score = len({name.lower() for name in candidate} & wanted)
            if score > best_score:
                best, best_score = Header(index, unique(candidate), score, height), score
        grouped = _of_groups(rows, index, wanted)
        if grouped is not None and grouped.known >= best_score:
            best, best_score = grouped, grouped.known
    return best


def _of_groups(rows: Sequence[Sequence[object]], index: int, wanted: set[str]) -> Header | None:
    """The header whose lowest row is this one, where the same parts stand in several groups."""
    found: Header | None = None
    for height in range(2, min(MOST_LEVELS, index + 1) + 1):
        top = index + 1 - height
        if not _is_header_part(rows[top]):
            break
        levels = [[clean_header(cell) for cell in row] for row in rows[top : index + 1]]
        named = names_of_groups(levels, wanted)
        if named is not None and (found is None or named[1] > found.known):
            found = Header(index, unique(named[0]), named[1], height)
    return found


def _is_header_part(row: Sequence[object]) -> bool:
    """A group header fills several columns; a title fills one."""
    return sum(1 for cell in row if clean_header(cell)) > 1


def unique(names: Sequence[str]) -> tuple[str, ...]:
    """Names that differ without regard to case; an empty one is named by its position."""
    taken: set[str] = set()
    unique = []
    for position, name in enumerate(names, 1):
        base = name or f"column_{position}"
        count, own = 1, base
        while own.lower() in taken:
            count += 1
            own = f"{base}_{count}"
        taken.add(own.lower())
        unique.append(own)
    return tuple(unique)
