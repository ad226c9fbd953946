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
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from mmap import ACCESS_READ, mmap
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import duckdb
import python_calamine

from pipelines.errors import UserError
from pipelines.landing.detect import HEADER_SEARCH_ROWS, Header, find_header
from pipelines.landing.guard import one_line, require_columns
from pipelines.landing.parquet import Landed
from pipelines.landing.rows import LeftOut, filled, trimmed, write_numbered, wrongly_stated
from pipelines.landing.xls import require_readable
from pipelines.landing.xlsx import Errors, inspect

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
    """A sheet with its first rows and the rows after them."""

    name: str
    head: list[list[Any]]
    rest: Iterator[list[Any]]
    header: Header | None


def land_workbook(
    con: duckdb.DuckDBPyConnection,
    path: Path,
    sheet: str | None,
    known: set[str],
    target: Path,
    header: Sequence[str] | None = None,
) -> Landed:
    """Land one sheet of a workbook; see `land_text` for the arguments.

    Where no sheet is named, it is the one in whose first rows most of the known names stand.

    Raises:
        UserError: the file is no workbook, the sheet is absent or no header row was found.
    """
    with _one_sentence():
        errors, workbook = _opened(path)
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
    landed = _write(con, chosen, found, errors.get(chosen.name, {}), target)
    return Landed(target, landed.names, landed.rows, None, {**notes, **landed.notes})


def _opened(path: Path) -> tuple[dict[str, Errors], python_calamine.CalamineWorkbook]:
    """A workbook by its bytes: the library goes by the ending of a path, which may be wrong."""
    ending = path.suffix.lower()
    with path.open("rb") as handle:
        is_old = handle.read(len(_OLD)) == _OLD  # one of the old form may have a zip file within
    if is_old:
        errors, has_other_ending = {}, ending in (".xlsx", ".xlsm")
        _refuse_encrypted(path)
        require_readable(path)
    else:
        is_zipped = zipfile.is_zipfile(path)
        errors, has_other_ending = inspect(path) if is_zipped else {}, ending == ".xls"
    if has_other_ending:
        return errors, python_calamine.load_workbook(io.BytesIO(path.read_bytes()))
    return errors, python_calamine.load_workbook(str(path))


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
    rows = workbook.get_sheet_by_name(name).iter_rows()  # from the first row, filled or not
    head = list(itertools.islice(rows, HEADER_SEARCH_ROWS))
    return _Sheet(name, head, rows, find_header(head, known))


def _best(workbook: python_calamine.CalamineWorkbook, known: set[str]) -> _Sheet:
    """The sheet whose header knows most names; of equal ones the first."""
    best: _Sheet | None = None
    for name in workbook.sheet_names[:_SHEETS_LOOKED_AT]:
        sheet = _open(workbook, name, known)
        if best is None or _known(sheet) > _known(best):
            best = sheet
        if _known(best) == len(known):
            break
    assert best is not None
    return best


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
    con: duckdb.DuckDBPyConnection, sheet: _Sheet, header: Header, errors: Errors, target: Path
) -> Landed:
    first = header.index + 1
    top = first - header.height
    head = tuple(trimmed(row) for row in sheet.head[top:first]) or (trimmed(header.names),)
    titles = tuple(cells for row in sheet.head[: max(0, top)] if (cells := filled(row)))
    left_out = LeftOut(head, titles, is_printed=True)
    body = itertools.chain(sheet.head[first:], sheet.rest)
    rows = _numbered(body, first + 1, len(header.names), errors)
    spool = target.with_suffix(".spool")
    with _one_sentence():
        count = write_numbered(con, rows, header.names, spool, target, left_out)
    notes = {**wrongly_stated(titles, count), **left_out.notes()}
    if errors:
        notes["error_cells"] = len(errors)
    return Landed(target, header.names, count, None, notes)


def _numbered(
    rows: Iterator[list[Any]], first: int, width: int, errors: Errors
) -> Iterator[tuple[int, list[str]]]:
    lines_with_errors: dict[int, dict[int, str]] = {}
    for (line, column), text in errors.items():
        lines_with_errors.setdefault(line, {})[column] = text
    for line, row in enumerate(rows, first):
        texts = [cell_text(cell) for cell in row]
        texts += [""] * (width - len(texts))  # a sheet has no ragged rows, only empty ends
        for column, text in lines_with_errors.get(line, {}).items():
            texts[column - 1 : column] = [text]
        yield line, texts


def cell_text(cell: Any) -> str:
    """A cell as text: 1234.0 → `1234`, a midnight date-time → its date."""
    if cell is None or cell == "":
        return ""
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() and abs(cell) < 1e15 else repr(cell)
    if isinstance(cell, dt.datetime):
        if cell.time() == dt.time():
            return cell.date().isoformat()
        return cell.replace(microsecond=0).isoformat(sep=" ")
    return str(cell)
