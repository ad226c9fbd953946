"""Rows of plain cells, put into a worksheet as one text each.

Belongs here: the XML of a row of texts, numbers and dates, as the library writes it. Does not
belong here: anything the library does once for a sheet, or a cell that is not plain.

The library spends some twenty calls on a cell, which is minutes for the half million lines of a
large company. What it needs a second look at (a formula, a text that begins like one, signs that
XML escapes, white space at an end) is left to it. A test holds both ways against each other, byte
for byte, so a new version of the library cannot part them unseen.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from functools import cache
from typing import Any

_ODD = re.compile(r"^[\s=+\-@]|[<>&\x00-\x1f\ufffe\uffff]|_x[0-9A-Fa-f]{4}_|\s$")
_LONG = 16_000
"""Signs beyond which the library counts whether a text fits its cell."""
_WIDE = 10**15
"""Whole numbers up to it are written digit by digit."""
_DAY_ZERO = dt.date(1899, 12, 30)
_FIRST_DAY = dt.date(1900, 3, 1)
"""A spreadsheet believes in 29 February 1900; before it the library counts otherwise."""


def plain_line(
    cells: Sequence[Any], kinds: Sequence[str], said: Callable[[Any], str]
) -> list[tuple[int, str]] | None:
    """Place and text of each cell that holds something; None if the library must write the row.

    Args:
        kinds: "text" for texts, "date" for dates, anything else for exact numbers.
        said: the text of a cell that is not plain text yet.
    """
    line = []
    for place, cell in enumerate(cells):
        if cell is None:
            continue
        kind = kinds[place]
        if kind == "text":
            text = cell if cell.__class__ is str else said(cell)
            if len(text) > _LONG or _ODD.search(text):
                return None
        elif kind == "date":
            if cell.__class__ is not dt.date or cell < _FIRST_DAY:
                return None
            text = str((cell - _DAY_ZERO).days)
        elif cell.__class__ is int and -_WIDE < cell < _WIDE:
            text = str(cell)
        elif cell.__class__ is Decimal and cell.is_finite():
            text = f"{cell:.16G}"
        else:
            return None
        line.append((place, text))
    return line or None


def write_line(
    page: Any,
    row: int,
    line: Sequence[tuple[int, str]],
    kinds: Sequence[str],
    styles: Mapping[str, Any],
) -> None:
    """Write a row, counted from nothing, of the cells that `plain_line` found.

    Args:
        page: a worksheet of xlsxwriter that keeps one row in memory.
    """
    page._check_dimensions(row, line[0][0])
    page._check_dimensions(row, line[-1][0])
    page._write_single_row(row)  # the one before, which the library still holds
    number = row + 1
    cells = []
    for place, text in line:
        kind = kinds[place]
        # the library numbers styles as they come, so this is asked for no earlier
        style = styles[kind]._get_xf_index()
        if kind == "text":
            cells.append(
                f'<c r="{letter(place)}{number}" s="{style}" t="inlineStr">'
                f"<is><t>{text}</t></is></c>"
            )
        else:
            cells.append(f'<c r="{letter(place)}{number}" s="{style}"><v>{text}</v></c>')
    page.fh.write(f'<row r="{number}">{"".join(cells)}</row>')


@cache
def letter(place: int) -> str:
    """The name of a column: 0 is A, 26 is AA."""
    name = ""
    place += 1
    while place:
        place, rest = divmod(place - 1, 26)
        name = chr(ord("A") + rest) + name
    return name
