"""A form as data, and the workbook made of it.

Belongs here: sheets whose open cells take a value of a stated kind, all others protected. Does not
belong here: what a form asks for (`appraisal.py`, `commission.py`).
"""

from __future__ import annotations

import datetime as dt
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any, Literal

from pipelines.errors import UserError
from pipelines.sources.contract import SEAL
from pipelines.workspace.yamlfile import read_yaml

Language = Literal["zh", "en"]
Kind = Literal["text", "number", "amount", "day", "choice"]
Cell = str | int | Decimal | dt.date | None

_FORMATS = {"text": "@", "number": "0.##", "amount": "#,##0.00", "day": "yyyy-mm-dd", "choice": "@"}
_WIDTHS = {"text": 18, "number": 10, "amount": 15, "day": 13, "choice": 13}
_OPEN = "#FFF7D6"
_LONGEST_LIST = 255  # a spreadsheet takes no longer one; what is chosen is checked when read
_MADE = dt.datetime(2000, 1, 1, tzinfo=dt.UTC)  # the same form has the same bytes
_FIRST_DAY = dt.date(2000, 1, 1)


@cache
def _words() -> dict[str, dict[Language, str]]:
    found: dict[str, dict[Language, str]] = read_yaml(Path(__file__).with_name("words.yaml")).data
    return found


def word(name: str, language: Language, **said: object) -> str:
    """A header or text of a form in a language."""
    return _words()[name][language].format(**said)


@dataclass(frozen=True)
class Field:
    """A column of a form. An `open` one is filled by hand.

    Attributes:
        most: the column that holds the greatest number that a row takes.
        choices: the column that holds what a row may choose from, separated by commas.
    """

    name: str
    kind: Kind = "text"
    open: bool = False
    hint: str | None = None
    most: str | None = None
    choices: str | None = None
    hidden: bool = False
    width: int | None = None


_SEAL = Field("row", hidden=True)


@dataclass(frozen=True)
class Formula:
    """A cell that is computed from others; `value` is what it shows before it is computed anew."""

    text: str
    value: int | str


@dataclass(frozen=True)
class Sheet:
    """One sheet: its fields, and a row of cells for each of them.

    `seal` are the fields that say what a row is about. They stand once more in a hidden column, so
    that a row is not read of somebody else when one of them was written over.
    """

    name: str
    fields: tuple[Field, ...]
    rows: Sequence[Sequence[Cell | Formula]]
    seal: tuple[str, ...] = ()


@dataclass(frozen=True)
class Form:
    """One workbook, for one person to fill."""

    file: str
    sheets: tuple[Sheet, ...]


def write_forms(
    forms: Sequence[Form], folder: Path, language: Language, replace: bool = False
) -> list[Path]:
    """Write forms into a folder; returns the files.

    Args:
        replace: those that stand there already are written anew; somebody may have filled them.

    Raises:
        UserError: one stands there already, or it cannot be written.
    """
    standing = [form.file for form in forms if (folder / form.file).exists()]
    if standing and not replace:
        raise UserError(
            f"{folder / standing[0]}: {len(standing)} of these forms stand there already and may "
            "be filled; nothing was written. Give another --out, or --replace."
        )
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=folder, prefix=".writing-") as beside:
            made = [_write_form(form, Path(beside), language) for form in forms]
            return [path.replace(folder / path.name) for path in made]
    except OSError as error:
        raise UserError(f"{folder}: cannot be written ({error.strerror or error}).") from None


def _write_form(form: Form, folder: Path, language: Language) -> Path:
    import xlsxwriter

    path = folder / form.file
    options = {"strings_to_formulas": False, "strings_to_urls": False}
    try:
        with xlsxwriter.Workbook(str(path), options) as book:
            book.set_properties({"title": path.stem, "created": _MADE})
            styles = _Styles(book)
            for sheet in form.sheets:
                _write_sheet(book, styles, sheet, language)
    except xlsxwriter.exceptions.FileCreateError as error:
        raise UserError(f"{path}: cannot be written ({error}).") from None
    return path


class _Styles:
    """Formats of cells, each made once."""

    def __init__(self, book: Any) -> None:
        self._book = book
        self._made: dict[tuple[Kind, bool], Any] = {}
        self.head = book.add_format(
            {"bold": True, "bottom": 1, "text_wrap": True, "valign": "top", "locked": True}
        )

    def of(self, one: Field) -> Any:
        key = (one.kind, one.open)
        if key not in self._made:
            style: dict[str, Any] = {"num_format": _FORMATS[one.kind], "locked": not one.open}
            if one.open:
                style |= {"bg_color": _OPEN, "border": 1, "border_color": "#D9CFA0"}
            self._made[key] = self._book.add_format(style)
        return self._made[key]


def _write_sheet(book: Any, styles: _Styles, sheet: Sheet, language: Language) -> None:
    page = book.add_worksheet(word(f"sheet.{sheet.name}", language))
    names = [one.name for one in sheet.fields]
    for place, one in enumerate(sheet.fields):
        width = one.width or _WIDTHS[one.kind]
        page.set_column(place, place, width, styles.of(one), {"hidden": one.hidden})
        page.write_string(0, place, word(one.name, language), styles.head)
    if sheet.seal:
        page.set_column(len(names), len(names), None, styles.of(_SEAL), {"hidden": True})
        page.write_string(0, len(names), word(_SEAL.name, language), styles.head)
    for number, cells in enumerate(sheet.rows, 1):
        row = dict(zip(names, cells, strict=True))
        for place, one in enumerate(sheet.fields):
            _write_cell(page, number, place, row[one.name], styles.of(one))
            if one.open:
                _validate(page, number, place, one, row, language)
        if sheet.seal:
            _write_cell(page, number, len(names), _sealed(sheet, row), styles.of(_SEAL))
    page.freeze_panes(1, 2)
    page.autofilter(0, 0, max(len(sheet.rows), 1), len(sheet.fields) - 1)
    page.set_landscape()
    page.fit_to_pages(1, 0)
    page.repeat_rows(0)
    # no password: it keeps from slips of the hand, not from anybody
    page.protect("", {"format_columns": True, "autofilter": True, "sort": True})


def _sealed(sheet: Sheet, row: dict[str, Any]) -> str:
    return SEAL.join("" if row[name] is None else str(row[name]).strip() for name in sheet.seal)


def _write_cell(page: Any, row: int, place: int, cell: Cell | Formula, style: Any) -> None:
    if cell is None:
        page.write_blank(row, place, None, style)
    elif isinstance(cell, Formula):
        page.write_formula(row, place, cell.text.replace("{row}", str(row + 1)), style, cell.value)
    elif isinstance(cell, dt.date):
        page.write_datetime(row, place, dt.datetime.combine(cell, dt.time()), style)
    elif isinstance(cell, Decimal | int):
        page.write_number(row, place, cell, style)
    else:
        page.write_string(row, place, cell, style)


def _validate(
    page: Any, row: int, place: int, one: Field, cells: dict[str, Any], language: Language
) -> None:
    """What an open cell takes; anything else is refused by the spreadsheet, with the hint."""
    rule: dict[str, Any] = {}
    most = cells[one.most] if one.most else None
    if one.kind in ("number", "amount"):
        rule = {"validate": "decimal", "criteria": ">=", "value": 0}
        if most is not None:
            rule = {"validate": "decimal", "criteria": "between", "minimum": 0, "maximum": most}
    elif one.kind == "day":
        rule = {"validate": "date", "criteria": ">=", "value": _FIRST_DAY}
    elif one.kind == "choice" and one.choices and len(str(cells[one.choices])) <= _LONGEST_LIST:
        rule = {"validate": "list", "source": str(cells[one.choices]).split(",")}
    if not rule:
        return
    hint = word(
        f"hint.{one.hint}", language, most=f"{most.normalize():f}" if most is not None else ""
    )
    page.data_validation(
        row, place, row, place,
        {**rule, "ignore_blank": True, "input_message": hint, "error_message": hint,
         "error_title": word("wrong.title", language)},
    )  # fmt: skip
