"""How a format of cells shows a number: as percent, with zeros before it, in a currency.

Belongs here: what a person sees in a cell beside the number that it holds. Does not belong here:
which cells have which format (`xlsx.py`, `biff.py`).
"""

from __future__ import annotations

import math
import re
from decimal import Decimal
from typing import Any, NamedTuple

_QUOTED = re.compile(r'"[^"]*"|\\.|\[[^]]*]')
# A currency in brackets, with the language behind it; a text in quotes; one sign as it stands;
# the room of a sign, or one that fills the cell; a colour or a condition; a sign of the format.
_PART = re.compile(
    r'\[\$(?P<coin>[^]-]*)[^]]*]|"(?P<text>[^"]*)"|\\(?P<sign>.)|[_*].|\[[^]]*]|(?P<bare>.)',
    re.DOTALL,
)
_SIGNS = {"€": "EUR", "£": "GBP", "US$": "USD", "HK$": "HKD", "$": "$"}
# Those of sql/staging/parse.sql.j2; `KGS` are kilograms more often than som.
CURRENCIES = (
    "CNY|RMB|CNH|USD|EUR|GBP|JPY|HKD|TWD|MOP|KRW|SGD|MYR|THB|VND|IDR|PHP|INR|PKR|BDT|LKR|AUD|NZD"
    "|CAD|CHF|SEK|NOK|DKK|ISK|PLN|CZK|HUF|RON|BGN|TRY|RUB|UAH|KZT|AED|SAR|QAR|KWD|BHD|OMR|ILS|EGP"
    "|ZAR|NGN|KES|BRL|MXN|ARS|CLP|COP|PEN"
)
_COIN = re.compile(CURRENCIES)
_ZEROS = re.compile(r"0{2,}")
_MOST_WAYS = 255


class Shown(NamedTuple):
    """What a format adds to a number.

    `zeros` is the least number of digits and `prefix` the text before them, `INV-00012`; `currency`
    is named behind an amount. A yen and a yuan have one sign, which decides nothing.
    """

    is_percent: bool = False
    zeros: int = 0
    prefix: str = ""
    currency: str = ""

    def text(self, number: Any, text: str, names_currency: bool) -> str:
        """The text of a cell, as it is shown; what is no number stays."""
        if isinstance(number, bool) or not isinstance(number, int | float):
            return text
        if not math.isfinite(number):
            return text
        if self.is_percent:
            return f"{(Decimal(repr(number)) * 100).normalize():f}%"
        if self.zeros and number >= 0 and number == int(number):
            return f"{self.prefix}{int(number):0{self.zeros}d}"
        return f"{text} {self.currency}" if self.currency and names_currency else text


_PLAIN = Shown()


def shown_by(code: str) -> Shown:
    """What a format of cells adds; its first section is that of numbers."""
    if "%" in _QUOTED.sub("", code):
        return Shown(is_percent=True)
    bare, prefix, coins = "", "", set[str]()
    for part in _PART.finditer(code):
        if part["bare"] == ";":
            break
        said = part["coin"] or part["text"] or part["sign"] or ""
        coins |= _coins(said.strip()) | _coins(part["bare"] or "")
        prefix += said if not bare else ""
        bare += part["bare"] or ("" if not said or not bare else "?")
    if len(coins) == 1:
        return Shown(currency=coins.pop())
    if not coins and _ZEROS.fullmatch(bare):
        return Shown(zeros=len(bare), prefix=prefix)
    return _PLAIN


def _coins(said: str) -> set[str]:
    if said in _SIGNS:
        return {_SIGNS[said]}
    return {said} if _COIN.fullmatch(said) else set()


class Ways:
    """The ways in which the cells of a workbook show numbers, each with a mark of one byte."""

    def __init__(self) -> None:
        self._ways: list[Shown] = [_PLAIN]

    def mark(self, code: str) -> int:
        """The mark of a format; 0 where it adds nothing."""
        way = shown_by(code)
        if way not in self._ways and len(self._ways) <= _MOST_WAYS:
            self._ways.append(way)
        return self._ways.index(way) if way in self._ways else 0

    def all(self) -> tuple[Shown, ...]:
        """The ways by their marks."""
        return tuple(self._ways)


def set_mark(marks: bytearray, row: int, mark: int) -> None:
    """Note how the cell of a row is shown, in the marks of its column."""
    if len(marks) <= row:
        marks.extend(bytes(row + 1 - len(marks)))
    marks[row] = mark
