"""Rows of plain cells, put into a worksheet as one text each.

Belongs here: the XML of a row of texts, numbers and dates, as the library writes it. Does not
belong here: anything the library does once for a sheet, or a cell that is not plain.

The library spends some twenty calls on a cell, which is minutes for the half million lines of a
large company. What it needs a second look at (a text that begins like a formula, signs that XML
escapes, white space at an end, a sum over another sheet) is left to it. A test holds both ways
against each other, byte for byte, so a new version of the library cannot part them unseen.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Sequence
from decimal import Decimal
from functools import cache
from typing import Any

_ODD = re.compile(r"^[\s=+\-@]|[<>&\x00-\x1f\ufffe\uffff]|_x[0-9A-Fa-f]{4}_|\s$")
_LONG = 16_000
"""Signs beyond which the library counts whether a text fits its cell."""
_REMEMBERED = 10_000
_OPENS = {True: ' t="inlineStr"><is><t>', False: "><v>"}
_WIDE = 10**15
"""Whole numbers up to it are written digit by digit."""
_DAY_ZERO = dt.date(1899, 12, 30)
_FIRST_DAY = dt.date(1900, 3, 1)
"""A spreadsheet believes in 29 February 1900; before it the library counts otherwise."""


class PlainRows:
    """The plain rows of one sheet.

    Args:
        kinds: of each column: "text" for texts, "date" for dates, others for exact numbers.
        styles: number of the style of each column.
        said: the text of a cell that is not plain text yet, in each language.
        live: formula and value of a cell that is computed from its row; none of any other.
    """

    def __init__(
        self,
        kinds: Sequence[str],
        styles: Sequence[int],
        said: Sequence[Callable[[Any], str]],
        live: Callable[[Any, int], tuple[str, Decimal] | None],
    ) -> None:
        self._said = said
        self._live = live
        self._columns = [
            (kind, f'<c r="{letter(place)}', f'" s="{style}"{_OPENS[kind == "text"]}')
            for place, (kind, style) in enumerate(zip(kinds, styles, strict=True))
        ]
        self._plain: set[str] = set()

    def xml(self, number: int, cells: Sequence[Any]) -> list[str] | None:
        """The row with this number, counted from one, in each language; None if the library must
        write it."""
        made: list[str] = []
        apart: list[tuple[int, list[str]]] = []  # where the languages differ
        for cell, (kind, head, middle) in zip(cells, self._columns, strict=True):
            if cell is None:
                continue
            if kind == "text":
                if cell.__class__ is str:
                    if cell not in self._plain and not self._is_plain(cell):
                        return None
                    made.append(f"{head}{number}{middle}{cell}</t></is></c>")
                    continue
                texts = [said(cell) for said in self._said]
                if not all(text in self._plain or self._is_plain(text) for text in texts):
                    return None
                apart.append(
                    (len(made), [f"{head}{number}{middle}{text}</t></is></c>" for text in texts])
                )
                made.append("")
                continue
            if kind == "date":
                if cell.__class__ is not dt.date or cell < _FIRST_DAY:
                    return None
                text = str((cell - _DAY_ZERO).days)
            elif cell.__class__ is int and -_WIDE < cell < _WIDE:
                text = str(cell)
            elif cell.__class__ is Decimal and cell.is_finite():
                text = f"{cell:.16G}"
            elif formula := self._live(cell, number):
                opens = middle.removesuffix("<v>")
                text = formula[0].replace("<", "&lt;").replace(">", "&gt;")
                made.append(f"{head}{number}{opens}<f>{text}</f><v>{formula[1]}</v></c>")
                continue
            else:
                return None
            made.append(f"{head}{number}{middle}{text}</v></c>")
        return self._in_each_language(number, made, apart) if made else None

    def _in_each_language(
        self, number: int, made: list[str], apart: list[tuple[int, list[str]]]
    ) -> list[str]:
        rows = []
        for language in range(len(self._said)):
            for place, words in apart:
                made[place] = words[language]
            rows.append(f'<row r="{number}">{"".join(made)}</row>')
        return rows

    def _is_plain(self, text: str) -> bool:
        """Whether a text needs no second look; those that come first come again."""
        if len(text) > _LONG or _ODD.search(text):
            return False
        if len(self._plain) < _REMEMBERED:
            self._plain.add(text)
        return True


def write_row(page: Any, row: int, xml: str) -> None:
    """Put a row, counted from nothing, into a worksheet that keeps one row in memory."""
    page._check_dimensions(row, 0)
    page._write_single_row(row)  # the one before, which the library still holds
    page.fh.write(xml)


@cache
def letter(place: int) -> str:
    """The name of a column: 0 is A, 26 is AA."""
    name = ""
    place += 1
    while place:
        place, rest = divmod(place - 1, 26)
        name = chr(ord("A") + rest) + name
    return name
