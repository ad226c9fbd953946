"""Workbooks: typed sheets with live totals, the same rows in both languages.

Belongs here: XLSX from typed columns and streamed rows. Does not belong here: what a sheet is
about; a report builds its `Book`, the column's words are the messages `column.<id>`.

Rows are written as they come, so memory does not grow with them; a sheet that is full goes on in
another. Amounts go from decimal to text without passing through a binary float. The same book gives
the same bytes, and no cell of an export can become a formula: only `SumOf` and `RowFormula` can.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from decimal import Decimal
from functools import partial
from pathlib import Path
from typing import Any

from pipelines.errors import UserError
from pipelines.reporting.language.numbers import LanguageCode
from pipelines.reporting.language.speaker import Speaker, speaker
from pipelines.reporting.model.book import (
    Book,
    Cell,
    Column,
    Kind,
    RowFormula,
    Sheet,
    SumOf,
)
from pipelines.reporting.model.values import Bilingual, Message, Verbatim
from pipelines.reporting.workbook.lines import PlainRows, letter, write_row

_FORMATS: dict[Kind, str] = {
    "money": "#,##0.00;[Red]-#,##0.00",
    "foreign": "#,##0.00##;[Red]-#,##0.00##",
    "date": "yyyy-mm-dd",
    "int": "#,##0",
    "pct": "0.00%",
    "rate": "0.00000000",
    "days": "#,##0.0",
    "score": "0.00",
}
_WIDTHS: dict[Kind, int] = {
    "text": 18, "money": 17, "foreign": 17, "date": 12, "int": 9, "pct": 10, "rate": 13, "days": 10,
    "score": 9,
}  # fmt: skip
FULL = 1_048_000
"""Rows of one sheet; a spreadsheet ends at 1,048,576."""
_LONGEST_TEXT = 32_767
_REMEMBERED = 10_000
_ACTIVE = ("=", "+", "-", "@", "\t", "\r")
_MADE = dt.datetime(2000, 1, 1, tzinfo=dt.UTC)


@dataclass
class _Part:
    """A worksheet that holds rows of a sheet, and how many."""

    name: str
    page: Any
    rows: int = 0


@dataclass
class _Writer:
    book: Any
    words: Speaker
    formats: dict[str, Any]
    parts: dict[str, list[_Part]] = field(default_factory=dict)
    columns: dict[str, list[str]] = field(default_factory=dict)
    written: set[str] = field(default_factory=set)
    cut: set[str] = field(default_factory=set)
    words_of: dict[str, str] = field(default_factory=dict)
    words_of_object: dict[int, tuple[Cell, str]] = field(default_factory=dict)
    formulas: dict[tuple[str, str], str] = field(default_factory=dict)

    def live(self, sheet: str, cell: Cell, number: int) -> tuple[str, Decimal] | None:
        """Formula and value of a cell that is computed from its row, the first being row 1."""
        if not isinstance(cell, RowFormula):
            return None
        key = (sheet, cell.formula)
        if key not in self.formulas:
            ids = self.columns[sheet]
            self.formulas[key] = re.sub(
                r"\{(\w+)\}", lambda found: f"{letter(ids.index(found[1]))}\0", cell.formula
            )
        return self.formulas[key].replace("\0", str(number)), cell.value

    def said(self, cell: Cell) -> str:
        """The text of a cell that is not plain text yet; what comes again is kept: words without
        parameters, and any object that many rows share."""
        known = self.words_of_object.get(id(cell))
        if known is not None:
            return known[1]
        if not isinstance(cell, Verbatim | Bilingual | Message):
            raise ValueError(f"{cell!r} is not a text")
        if isinstance(cell, Message) and not cell.params:
            if cell.id not in self.words_of:
                self.words_of[cell.id] = self.words.text(cell)
            return self.words_of[cell.id]
        text = self.words.text(cell)
        if len(self.words_of_object) < _REMEMBERED:
            self.words_of_object[id(cell)] = (cell, text)  # held, so that its id stays its own
        return text


def write_book(book: Book, path: Path, language: LanguageCode) -> None:
    """Write a workbook in one language.

    Raises:
        UserError: the file cannot be written there.
        ValueError: a cell does not fit its column.
    """
    write_books(book, {language: path})


def write_books(book: Book, paths: Mapping[LanguageCode, Path]) -> None:
    """Write a workbook in several languages, its rows read once.

    Raises:
        UserError: a file cannot be written there.
        ValueError: a cell does not fit its column.
    """
    import xlsxwriter

    try:
        with ExitStack() as open_books:
            writers = [
                _begin(book, open_books.enter_context(_workbook(path)), language)
                for language, path in paths.items()
            ]
            for sheet in reversed(book.sheets):  # a sum must know how long the sheets below are
                _write_sheet(writers, sheet)
    except xlsxwriter.exceptions.FileCreateError as error:
        where = " or ".join(map(str, paths.values()))
        raise UserError(f"{where}: cannot be written ({error}).") from None


def _workbook(path: Path) -> Any:
    import xlsxwriter

    path.unlink(missing_ok=True)  # an older publication may share it by a hard link
    options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    return xlsxwriter.Workbook(str(path), options)


def _begin(book: Book, made: Any, language: LanguageCode) -> _Writer:
    """A workbook with the heads of its sheets."""
    words = speaker(language, book.currency, book.year)
    made.set_properties({"title": words.text(book.title), "author": book.author, "created": _MADE})
    writer = _Writer(made, words, _formats(made))
    for sheet in book.sheets:
        _add_part(writer, sheet)
        writer.columns[sheet.id] = [column.id for column in sheet.columns]
    return writer


def _formats(made: Any) -> dict[str, Any]:
    found: dict[str, Any] = {
        kind: made.add_format({"num_format": shown}) for kind, shown in _FORMATS.items()
    }
    found |= {
        f"{kind} total": made.add_format({"num_format": shown, "bold": True, "top": 1})
        for kind, shown in _FORMATS.items()
    }
    found["text"] = made.add_format({"num_format": "@"})
    # shown as it is; neither opening nor editing the cell makes a formula of it
    found["active"] = made.add_format({"num_format": "@", "quote_prefix": True})
    found["text total"] = made.add_format({"bold": True, "top": 1})
    found["head"] = made.add_format({"bold": True, "bottom": 1, "text_wrap": True, "valign": "top"})
    return found


def _add_part(writer: _Writer, sheet: Sheet) -> None:
    parts = writer.parts.setdefault(sheet.id, [])
    title = re.sub(r"[\[\]:*?/\\']", " ", writer.words.text(sheet.title))
    suffix = f" ({len(parts) + 1})" if parts else ""
    part = _Part(f"{title[: 31 - len(suffix)]}{suffix}", None)
    part.page = writer.book.add_worksheet(part.name)
    for place, column in enumerate(sheet.columns):
        label = writer.words.text(column.label)
        wide = sum(2 if ord(sign) > 0x2E80 else 1 for sign in label)
        part.page.set_column(place, place, max(_WIDTHS[column.kind], min(wide + 3, 30)))
        part.page.write_string(0, place, label, writer.formats["head"])
    part.page.freeze_panes(1, 1)
    part.page.set_landscape()
    part.page.repeat_rows(0)
    part.page.fit_to_pages(1, 0)
    parts.append(part)


def _write_sheet(writers: Sequence[_Writer], sheet: Sheet) -> None:
    """The rows of a sheet into every workbook, where they differ in their words alone."""
    plain = _plain_rows(writers, sheet)
    totals = [Decimal(0)] * len(sheet.columns)
    adding = [place for place, column in enumerate(sheet.columns) if column.adds]
    filled = 0
    for number, cells in enumerate(sheet.rows()):
        if number == sheet.at_most:
            for writer in writers:
                _end_cut_part(writer, sheet, filled)
            break
        if len(cells) != len(sheet.columns):
            raise ValueError(f"sheet {sheet.id}: {len(cells)} cells, {len(sheet.columns)} columns")
        if filled == FULL:
            for writer in writers:
                _end_part(writer, sheet, filled, totals)
                _add_part(writer, sheet)
            filled, totals = 0, [Decimal(0)] * len(sheet.columns)
        filled += 1
        _write_cells(writers, sheet, filled, cells, plain)
        for place in adding:
            if (cell := cells[place]) is not None:
                totals[place] += _number(cell)
    else:
        for writer in writers:
            _end_part(writer, sheet, filled, totals)
    for writer in writers:
        writer.written.add(sheet.id)


def _plain_rows(writers: Sequence[_Writer], sheet: Sheet) -> PlainRows:
    kinds = [column.kind for column in sheet.columns]
    # the library numbers a style when it is first asked for: each workbook in the same order
    styles, *_ = [[writer.formats[kind]._get_xf_index() for kind in kinds] for writer in writers]
    said = [writer.said for writer in writers]
    return PlainRows(kinds, styles, said, partial(writers[0].live, sheet.id))


def _end_part(writer: _Writer, sheet: Sheet, rows: int, totals: list[Decimal]) -> None:
    """Filter over the rows; below them the totals, which follow the filter."""
    part = writer.parts[sheet.id][-1]
    part.rows = rows
    part.page.autofilter(0, 0, max(part.rows, 1), len(sheet.columns) - 1)
    if not sheet.total or not part.rows:
        return
    row = part.rows + 1
    for place, column in enumerate(sheet.columns):
        style = writer.formats[f"{column.kind} total"]
        if column.adds:
            name = letter(place)
            formula = f"=SUBTOTAL(109,{name}2:{name}{part.rows + 1})"
            part.page.write_formula(row, place, formula, style, totals[place])
        elif place == 0:
            part.page.write_string(row, 0, writer.words.say("row.total"), style)
        else:
            part.page.write_blank(row, place, None, style)


def _end_cut_part(writer: _Writer, sheet: Sheet, rows: int) -> None:
    """Filter over the rows that are shown; a sum of them would be taken for that of all."""
    part = writer.parts[sheet.id][-1]
    part.rows = rows
    writer.cut.add(sheet.id)
    part.page.autofilter(0, 0, part.rows, len(sheet.columns) - 1)
    assert sheet.elsewhere is not None
    said = writer.words.text(sheet.elsewhere)
    part.page.write_string(part.rows + 1, 0, said, writer.formats["text total"])


def _write_cells(
    writers: Sequence[_Writer], sheet: Sheet, row: int, cells: Sequence[Cell], plain: PlainRows
) -> None:
    texts = plain.xml(row + 1, cells)
    for number, writer in enumerate(writers):
        page = writer.parts[sheet.id][-1].page
        if texts is not None:
            write_row(page, row, texts[number])
            continue
        for place, (column, cell) in enumerate(zip(sheet.columns, cells, strict=True)):
            _write_cell(writer, sheet, page, (row, place), column, cell)


def _write_cell(
    writer: _Writer, sheet: Sheet, page: Any, at: tuple[int, int], column: Column, cell: Cell
) -> None:
    (row, place), style = at, writer.formats[column.kind]
    if cell is None:
        return
    if isinstance(cell, SumOf) and cell.sheet in writer.cut:
        page.write_number(row, place, cell.value, style)
    elif isinstance(cell, SumOf):
        page.write_formula(row, place, _sum_formula(writer, cell), style, cell.value)
    elif live := writer.live(sheet.id, cell, row + 1):
        page.write_formula(row, place, f"={live[0]}", style, live[1])
    elif column.kind == "text":
        text = cell if isinstance(cell, str) else writer.said(cell)
        text = _plain(text)
        page.write_string(
            row, place, text, writer.formats["active"] if text.startswith(_ACTIVE) else style
        )
    elif column.kind == "date":
        if isinstance(cell, dt.datetime) or not isinstance(cell, dt.date):
            raise ValueError(f"column {column.id}: {cell!r} is not a date")
        page.write_datetime(row, place, dt.datetime.combine(cell, dt.time()), style)
    else:
        page.write_number(row, place, _number(cell, column), style)


def _plain(text: str) -> str:
    """What fits a cell; the library takes `<r>…</r>` for markup of its own unless it ends so."""
    text = text[:_LONGEST_TEXT]
    return f"{text[: _LONGEST_TEXT - 1]} " if text.startswith("<r>") else text


def _number(cell: Cell, column: Column | None = None) -> Decimal:
    if isinstance(cell, SumOf | RowFormula):
        return cell.value
    if isinstance(cell, bool) or not isinstance(cell, int | Decimal):
        raise ValueError(f"{column.id if column else 'total'}: {cell!r} is not an exact number")
    return Decimal(cell)


def _sum_formula(writer: _Writer, cell: SumOf) -> str:
    """The sum over every worksheet that holds rows of the sheet; texts stand in quotes."""
    if cell.sheet not in writer.written:
        raise ValueError(f"a sum over sheet {cell.sheet!r} must stand on a sheet before it")
    ids = writer.columns[cell.sheet]
    sums = []
    for part in writer.parts[cell.sheet]:
        last = max(part.rows, 1) + 1

        def span(column: str, name: str = part.name, last: int = last) -> str:
            at = letter(ids.index(column))
            return f"'{name}'!${at}$2:${at}${last}"

        tests = "".join(
            f',{span(column)},"{text.replace(chr(34), chr(34) * 2)}"' for column, text in cell.where
        )
        sums.append(f"SUMIFS({span(cell.column)}{tests})" if tests else f"SUM({span(cell.column)})")
    return "=" + "+".join(sums)
