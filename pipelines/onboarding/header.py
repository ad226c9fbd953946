"""Which row of a file that nobody has described is its header.

Belongs here: judging the first rows. Does not belong here: finding the header that a source file
names (`landing/detect.py`).
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from pipelines.landing.detect import find_header
from pipelines.sources.headers import clean_header

_FULL = 0.6  # of the columns of the file that a header at least names
_SURE = 3  # known names that make a row a header wherever it stands
_VALUE = re.compile(
    r"""[-+(]?[^\w\s]?\s?\d[\d.,'\s]*%?\)?          # a number, an amount
    |\d{1,4}[-/.年]\d{1,2}([-/.月]\d{1,4}日?)?.*  # a day, a moment
    |\S+@\S+\.\S+|https?://.*                    # an address
    |[A-Za-z]{0,4}[-_]?\d{3,}[-\w]*               # an id
    |true|false|yes|no|null|n/a|是|否|-+""",
    re.VERBOSE | re.IGNORECASE,
)
_YEAR = re.compile(r"(19|20)\d\d|\d{1,2}")  # a column of a wide sheet


def header_names(rows: Sequence[Sequence[object]], known: set[str]) -> set[str]:
    """The names by which the header of a file is found.

    Args:
        rows: its first rows; none for a format whose columns have names of their own.
        known: all header names there are.

    A row of data may hold words that are headers elsewhere (Email, Web, Status). So where a fuller
    row of words without a value stands above the one with most known names, that is the header.
    """
    found = find_header(rows, known)
    first = _first_of_words(rows)
    if first is None or (found is not None and (found.height > 1 or found.index <= first)):
        return known
    own = {name for cell in rows[first] if (name := clean_header(cell))}
    if found is not None and found.known >= _SURE and not _holds_values(rows[found.index]):
        return known
    return own


def _first_of_words(rows: Sequence[Sequence[object]]) -> int | None:
    """The first row that names most columns, each with another word, none with a value."""
    width = max((len(_filled(row)) for row in rows), default=0)
    for index, row in enumerate(rows):
        cells = _filled(row)
        names = {cell.lower() for cell in cells}
        if len(cells) > 1 and len(cells) >= _FULL * width and len(names) == len(cells):
            return None if _holds_values(row) else index
    return None


def _holds_values(row: Sequence[object]) -> bool:
    return any(_VALUE.fullmatch(cell) and not _YEAR.fullmatch(cell) for cell in _filled(row))


def _filled(row: Sequence[object]) -> list[str]:
    return [name for cell in row if (name := clean_header(cell))]
