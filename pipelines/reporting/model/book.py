"""Workbooks as values: typed sheets, streamed rows, live sums and formulas.

Belongs here: what a workbook holds. Does not belong here: writing it (`workbook/write.py`).
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Literal, cast, get_args

from pipelines.reporting.model.values import Bilingual, Message, Text, Verbatim, message

Kind = Literal["text", "money", "foreign", "date", "int", "pct", "rate", "days", "score"]
_SIGNS = r"(?:[-+*/() .,<>=0-9]|\b(?:IF|MAX|MIN|ROUND)(?=\())*"
_FORMULA = re.compile(rf"{_SIGNS}(?:\{{[a-z][a-z0-9_]*\}}{_SIGNS})+")


@dataclass(frozen=True)
class Column:
    """A typed column. One that `adds` has a live total below its rows."""

    id: str
    kind: Kind
    label: Text
    adds: bool = False


@dataclass(frozen=True)
class SumOf:
    """A live sum over a column of a later sheet, of the rows whose columns equal these texts.

    `value` is what the cell shows before anything recalculates, and all it shows where the sheet
    does not hold all rows.
    """

    value: Decimal
    sheet: str
    column: str
    where: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class RowFormula:
    """A live formula over columns of its own row: `{outstanding} - {ledger}`."""

    value: Decimal
    formula: str

    def __post_init__(self) -> None:
        if not _FORMULA.fullmatch(self.formula):
            raise ValueError(
                f"{self.formula!r}: only numbers, + - * / ( ) < > =, IF, MAX, MIN, ROUND and "
                "{columns}"
            )


Cell = (
    str | int | Decimal | dt.date | Verbatim | Bilingual | Message | SumOf | RowFormula | None
)  # a bool is no cell: say yes or no in words
Rows = Callable[[], Iterable[Sequence[Cell]]]


SHEET_ROWS = 20_000
"""As many rows as a spreadsheet opens without a wait; a sheet that has more says where all are."""


@dataclass(frozen=True)
class Sheet:
    """Columns and their rows. `rows` is called once for all languages, and read as it goes.

    Of more rows than `at_most` the first are shown, without totals: `elsewhere` says where all are.
    """

    id: str
    title: Text
    columns: tuple[Column, ...]
    rows: Rows
    total: bool = True
    at_most: int | None = None
    elsewhere: Text | None = None


@dataclass(frozen=True)
class Book:
    """A workbook of sheets, in their order; `currency` is that of amounts in sentences."""

    title: Text
    sheets: tuple[Sheet, ...]
    currency: str
    year: int
    author: str = "attain"


@dataclass(frozen=True)
class Extract:
    """Rows beside a page, all of them, as Parquet: for systems, and for what no sheet can show.

    `write` is called once with the file to write.
    """

    name: str
    write: Callable[[Path], None]


def columns(specs: str) -> tuple[Column, ...]:
    """Columns as "name:kind name:kind+"; `+` asks for a total, the words are `column.<name>`."""
    made = []
    for spec in specs.split():
        name, kind = spec.rstrip("+").split(":")
        if kind not in get_args(Kind):
            raise ValueError(f"{spec!r}: no kind of column is called {kind!r}")
        made.append(Column(name, cast(Kind, kind), message(f"column.{name}"), spec.endswith("+")))
    return tuple(made)
