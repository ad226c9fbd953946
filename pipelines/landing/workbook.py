"""Spreadsheet exports (XLSX, XLS) to landed Parquet, cell by cell as the text a reader sees.

Numbers become the shortest decimal text that is the same number, dates ISO text, errors their sign
(`#REF!`). Formulas are never evaluated, links never followed and macros never run: the reader takes
the values the file holds.
"""

from __future__ import annotations

import datetime as dt
import io
import itertools
import zipfile
import zlib
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from mmap import ACCESS_READ, mmap
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import duckdb
import python_calamine

from pipelines.errors import UserError
from pipelines.landing.biff import inspect_old
from pipelines.landing.detect import HEADER_SEARCH_ROWS, Header, find_header
from pipelines.landing.file.guard import one_line, require_columns
from pipelines.landing.file.shown import Shown
from pipelines.landing.norecord import label_columns, no_record
from pipelines.landing.parquet import Landed
from pipelines.landing.rows import (
    NOTHING_KEPT,
    LeftOut,
    filled,
    kept_columns,
    not_forced,
    titled,
    trimmed,
    write_numbered,
    wrongly_stated,
)
from pipelines.landing.xls import require_readable
from pipelines.landing.xlsx import Inspected, inspect
from pipelines.sources.headers import clean_header

_SHEETS_LOOKED_AT = 50
_OLD = b"\xd0\xcf\x11\xe0"
_PASSWORD = "is protected by a password; save it without one"
_BROKEN = (
    python_calamine.CalamineError,
    zipfile.BadZipFile,
    zlib.error,
    ElementTree.ParseError,
    OSError,
    ValueError,
    EOFError,
    RuntimeError,
    KeyError,
)


@dataclass
class _Sheet:
    """A sheet with its first rows and the rows after them.

    `merged` are cells that span several rows: first row, column and last row, from 0.
    """

    name: str
    head: list[list[Any]]
    rest: Iterator[list[Any]]
    header: Header | None
    merged: tuple[tuple[int, int, int], ...] = ()


def land_workbook(
    con: duckdb.DuckDBPyConnection,
    path: Path,
    sheet: str | None,
    known: set[str],
    target: Path,
    header: Sequence[str] | None = None,
    kept: Mapping[str, Collection[str]] = NOTHING_KEPT,
    shows_formulas: bool = False,
    amounts: Collection[str] = (),
) -> Landed:
    """Land one sheet of a workbook; see `land_text` for the arguments.

    Args:
        amounts: headers below which a number names the currency that its cell shows.
        shows_formulas: one whose value the file does not hold is landed as itself, `=B2+1`, so that
            a cell somebody filled in is never read as empty.

    Where no sheet is named, it is the visible one in whose first rows most known names stand.

    Raises:
        UserError: the file is no workbook, the sheet is absent or no header row was found.
    """
    with _one_sentence():
        inspected, workbook = _opened(path)
    names = workbook.sheet_names
    if not names:
        raise UserError("is a workbook without any sheet", 1)
    if sheet is not None and sheet not in names:
        raise UserError(f"has no sheet {sheet!r}; its sheets are {_listed(names)}", 1)
    with _one_sentence():
        chosen = (
            _open(workbook, sheet or names[0], known)
            if sheet is not None or len(names) == 1 or header is not None
            else _best(workbook, known)
        )
    notes = {"sheet": chosen.name} if sheet is None and len(names) > 1 else {}
    found = _header_of(chosen, header, len(names) > 1 and sheet is None)
    landed = _write(con, chosen, found, inspected, target, kept, shows_formulas, amounts)
    return Landed(target, landed.names, landed.rows, None, {**notes, **landed.notes})


# A sheet with so many known names may lack one; with so few it is like the one that is read.
_ENOUGH_NAMES, _LEAST_NAMES = 3, 2


@dataclass(frozen=True)
class SheetsFound:
    """The sheets of a workbook that are one table, in their order, and those that are not read.

    `others` name each sheet that holds a table of its own: its header, whether it is hidden, and of
    one that is much like those read, which names it lacks and how many rows are not read.
    """

    same: tuple[str, ...]
    others: tuple[dict[str, Any], ...] = ()


def sheets_of(path: Path, known: set[str]) -> SheetsFound:
    """Which sheets of a workbook a source reads; a hidden one only if no other can be read.

    Sheets with the same known names in their headers are one table: twelve months, each a sheet.
    One that lacks a single name of several, or has it under another spelling, is a part of it, too.
    One with the header alone is a month that has not come.

    Raises:
        UserError: the file is no workbook.
    """
    with _one_sentence():
        _, workbook = _opened(path)
        if len(workbook.sheet_names) < 2:
            return SheetsFound(tuple(workbook.sheet_names))
        best = _best(workbook, known)
        wanted = _known_names(best, known)
        hidden = _hidden(workbook)
        same, others = [], []
        for name in workbook.sheet_names[:_SHEETS_LOOKED_AT]:
            sheet = _open(workbook, name, known)
            is_hidden = name in hidden and best.name not in hidden
            own = _known_names(sheet, known)
            if wanted and not is_hidden and _is_same_table(own, wanted):
                if name == best.name or _has_rows(sheet):
                    same.append(name)
            elif name != best.name and (header := _first_of_table(sheet)):
                other = {"sheet": name, "header": header, "hidden": name in hidden}
                others.append(other | _likeness(sheet, own, best, wanted))
        others += [
            {"sheet": name, "header": "", "hidden": name in hidden}
            for name in workbook.sheet_names[_SHEETS_LOOKED_AT:]
        ]
    return SheetsFound(tuple(same), tuple(others))


def first_rows_of_sheets(path: Path, sheet: str | None) -> list[list[Any]]:
    """The first rows of one sheet, else of the first visible one that has any."""
    with _one_sentence():
        _, workbook = _opened(path)
        hidden = _hidden(workbook)
        for name in [sheet] if sheet else workbook.sheet_names[:_SHEETS_LOOKED_AT]:
            head = _open(workbook, name, set()).head if name not in hidden else []
            if any(filled(row) for row in head):
                return head
    return []


def _hidden(workbook: python_calamine.CalamineWorkbook) -> set[str]:
    visible = python_calamine.SheetVisibleEnum.Visible
    return {sheet.name for sheet in workbook.sheets_metadata if sheet.visible != visible}


def _is_same_table(own: set[str], wanted: set[str]) -> bool:
    """Whether known names are those of the sheet that is read; one of four or more may lack."""
    return own == wanted or (len(own) >= _ENOUGH_NAMES and len(wanted - own) <= 1)


def _likeness(sheet: _Sheet, own: set[str], best: _Sheet, wanted: set[str]) -> dict[str, Any]:
    """What a sheet lacks to be one table with the sheet that is read, and its rows."""
    if len(own & wanted) < _LEAST_NAMES or best.header is None or sheet.header is None:
        return {}
    lacks = [n for n in best.header.names if n.lower() in wanted - own]
    rows = (_texts(row) for row in (*sheet.head[sheet.header.index + 1 :], *sheet.rest))
    count = sum(1 for row in rows if filled(row) and no_record(row) is None)
    return {"lacks": lacks, "rows": count} if lacks and count else {}


def _known_names(sheet: _Sheet, known: set[str]) -> set[str]:
    if sheet.header is None:
        return set()
    wanted = {clean_header(name).lower() for name in known}
    return {name.lower() for name in sheet.header.names} & wanted


def _has_rows(sheet: _Sheet) -> bool:
    """Whether a record stands below the header, as far as the first rows tell."""
    first = sheet.header.index + 1 if sheet.header is not None else 0
    rows = map(_texts, sheet.head[first:])
    is_longer = len(sheet.head) == HEADER_SEARCH_ROWS
    return is_longer or any(filled(row) and no_record(row) is None for row in rows)


def _first_of_table(sheet: _Sheet) -> str:
    """The first row of a sheet that looks like a table: two rows of two filled cells or more."""
    rows = [cells for row in sheet.head if len(cells := filled(row)) > 1]
    return ", ".join(rows[0])[:120] if len(rows) > 1 else ""


def _opened(path: Path) -> tuple[Inspected, python_calamine.CalamineWorkbook]:
    """A workbook by its bytes: the library goes by the ending of a path, which may be wrong."""
    ending = path.suffix.lower()
    with path.open("rb") as handle:
        is_old = handle.read(len(_OLD)) == _OLD  # one of the old form may have a zip file within
    if is_old:
        has_other_ending = ending in (".xlsx", ".xlsm")
        _refuse_encrypted(path)
        require_readable(path)
        inspected = inspect_old(path)
    else:
        is_zipped = zipfile.is_zipfile(path)
        inspected, has_other_ending = inspect(path) if is_zipped else Inspected(), ending == ".xls"
    if has_other_ending:
        return inspected, python_calamine.load_workbook(io.BytesIO(path.read_bytes()))
    return inspected, python_calamine.load_workbook(str(path))


def _refuse_encrypted(path: Path) -> None:
    """A workbook with a password lies in a shell of the old form, under a name of its own."""
    with path.open("rb") as handle, mmap(handle.fileno(), 0, access=ACCESS_READ) as held:
        if held.find("EncryptedPackage".encode("utf-16-le")) >= 0:
            raise UserError(_PASSWORD, 1)


class _one_sentence:
    """Whatever the libraries have against a workbook becomes one sentence."""

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: type[BaseException] | None, error: Any, trace: Any) -> None:
        if isinstance(error, UserError) or error is None:
            return
        if isinstance(error, python_calamine.PasswordError) or "assword" in str(error):
            raise UserError(_PASSWORD, 1) from None
        # a fault of the library itself is no ordinary exception
        if isinstance(error, _BROKEN) or (kind is not None and kind.__name__ == "PanicException"):
            raise UserError(f"cannot be read as a workbook ({one_line(error)})", 1) from None


def _open(workbook: python_calamine.CalamineWorkbook, name: str, known: set[str]) -> _Sheet:
    sheet = workbook.get_sheet_by_name(name)
    rows = sheet.iter_rows()  # from the first row, filled or not
    head = list(itertools.islice(rows, HEADER_SEARCH_ROWS))
    merged = tuple(
        (top, left, bottom) for (top, left), (bottom, _) in sheet.merged_cell_ranges or ()
        if bottom > top
    )  # fmt: skip
    return _Sheet(name, head, rows, find_header([_texts(row) for row in head], known), merged)


def _texts(row: Sequence[Any]) -> list[str]:
    return [cell_text(cell) for cell in row]


def _best(workbook: python_calamine.CalamineWorkbook, known: set[str]) -> _Sheet:
    """The visible sheet whose header knows most names; of equal ones the first that holds rows.

    A hidden sheet is read only where no visible one has a header.
    """
    best: _Sheet | None = None
    hidden = _hidden(workbook)
    names = workbook.sheet_names[:_SHEETS_LOOKED_AT]
    for name in sorted(names, key=lambda name: name in hidden):
        if best is not None and name in hidden and _known(best):
            break
        sheet = _open(workbook, name, known)
        if best is None or _rank(sheet) > _rank(best):
            best = sheet
        if _rank(best) == (len(known), True):
            break
    assert best is not None
    return best


def _rank(sheet: _Sheet) -> tuple[int, bool]:
    """Names known, then whether it holds rows: a template beside the months is none of them."""
    return _known(sheet), _has_rows(sheet)


def _known(sheet: _Sheet) -> int:
    return sheet.header.known if sheet.header is not None else 0


def _header_of(sheet: _Sheet, given: Sequence[str] | None, several: bool) -> Header:
    if not sheet.head:
        raise UserError(f"sheet {sheet.name!r} is empty", 1)
    if given is not None:
        names = tuple(given)
        require_columns(names)
        return Header(-1, names, len(names), 0)
    if sheet.header is None:
        where = "any of its sheets" if several else "its first rows"
        which = "" if several else f"sheet {sheet.name!r}: "
        raise UserError(f"{which}no header row found in {where}", 1)
    require_columns(sheet.header.names)
    return sheet.header


def _listed(names: Sequence[str]) -> str:
    return one_line(", ".join(names))


def _write(
    con: duckdb.DuckDBPyConnection,
    sheet: _Sheet,
    header: Header,
    inspected: Inspected,
    target: Path,
    kept: Mapping[str, Collection[str]],
    shows_formulas: bool,
    amounts: Collection[str],
) -> Landed:
    first = header.index + 1
    top = first - header.height
    head = tuple(trimmed(_texts(row)) for row in sheet.head[top:first]) or (trimmed(header.names),)
    titles = tuple(cells for row in sheet.head[: max(0, top)] if (cells := filled(_texts(row))))
    left_out = LeftOut(
        head,
        titles,
        is_printed=True,
        labels=label_columns(header.names),
        kept=kept_columns(header.names, kept),
    )
    numbers: list[int] = []
    below = itertools.chain(sheet.head[first:], sheet.rest)
    body = _unmerged(below, first, sheet.merged, numbers)
    errors = inspected.errors.get(sheet.name, {})
    signs = (inspected.formulas.get(sheet.name, {}) if shows_formulas else {}) | errors
    named = {clean_header(name).lower() for name in amounts}
    as_shown = {
        column: (
            marks,
            column <= len(header.names) and clean_header(header.names[column - 1]).lower() in named,
        )
        for column, marks in inspected.shown.get(sheet.name, {}).items()
    }
    rows = _numbered(body, first + 1, len(header.names), signs, as_shown, inspected.ways)
    spool = target.with_suffix(".spool")
    with _one_sentence():
        count = write_numbered(con, rows, header.names, spool, target, left_out)
    notes = {**titled(titles), **wrongly_stated(titles, count), **left_out.notes()}
    if errors:
        notes["error_cells"] = len(errors)
    if numbers:
        notes["merged_numbers"] = {"line": numbers[0], "count": len(numbers)}
    hidden = inspected.hidden.get(sheet.name)
    if hidden is not None and hidden.count:
        notes["hidden_rows"] = {"line": hidden.first, "count": hidden.count}
    if inspected.is_1904:
        notes["is_1904"] = True
    return Landed(target, header.names, count, None, notes)


def _unmerged(
    rows: Iterator[list[Any]],
    first: int,
    merged: Sequence[tuple[int, int, int]],
    numbers: list[int],
) -> Iterator[list[Any]]:
    """Rows in which a cell that spans several of them stands in each; a row stays blank if it was.

    A number stays in the first of its rows alone: an amount given for three rows together must not
    count three times.

    Args:
        first: the number of the first of the rows, from 0.
        numbers: is given the lines, from 1, of numbers that span several rows.
    """
    begins: dict[int, list[tuple[int, int]]] = {}
    for top, column, bottom in merged:
        if top >= first:
            begins.setdefault(top, []).append((column, bottom))
    if not begins:
        yield from rows
        return
    spans: dict[int, tuple[int, Any]] = {}
    for number, row in enumerate(rows, first):
        spans = {column: span for column, span in spans.items() if span[0] >= number}
        for column, bottom in begins.get(number, ()):
            cell = row[column] if column < len(row) else None
            if isinstance(cell, int | float):
                numbers.append(number + 1)
            elif cell is not None:
                spans[column] = bottom, cell
        if any(cell not in (None, "") for cell in row):
            for column, (_, value) in spans.items():
                if column < len(row) and row[column] in (None, ""):
                    row[column] = value
        yield row


def _numbered(
    rows: Iterator[list[Any]],
    first: int,
    width: int,
    signs: Mapping[tuple[int, int], str],
    as_shown: Mapping[int, tuple[bytearray, bool]],
    ways: Sequence[Shown],
) -> Iterator[tuple[int, list[str]]]:
    """Rows of texts with their lines.

    Args:
        signs: what stands in cells that hold no value.
        as_shown: by column, from 1, how its rows are shown and whether it names currencies.
    """
    lines_with_signs: dict[int, dict[int, str]] = {}
    for (line, column), text in signs.items():
        lines_with_signs.setdefault(line, {})[column] = text
    for line, row in enumerate(rows, first):
        texts = [cell_text(cell) for cell in row]
        texts += [""] * (width - len(texts))  # a sheet has no ragged rows, only empty ends
        for column, (marks, names_currency) in as_shown.items():
            if line < len(marks) and marks[line] and column <= len(row):
                way = ways[marks[line]]
                texts[column - 1] = way.text(row[column - 1], texts[column - 1], names_currency)
        for column, text in lines_with_signs.get(line, {}).items():
            texts[column - 1 : column] = [text]
        yield line, texts


def cell_text(cell: Any) -> str:
    """A cell as text: 1234.0 → `1234`, a midnight date-time → its date."""
    if isinstance(cell, str):
        return not_forced(cell) if cell[:1] in ("=", "'") else cell
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() and abs(cell) < 1e15 else repr(cell)
    if isinstance(cell, dt.datetime):
        is_day = cell.time() == dt.time()
        moment = cell.replace(microsecond=0)
        return cell.date().isoformat() if is_day else moment.isoformat(sep=" ")
    return str(cell)
