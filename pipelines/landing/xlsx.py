"""A look into the parts of a workbook of zipped XML, before a library reads it whole.

Belongs here: what a sheet would take in memory, and the errors in its cells, which the library
gives as blanks. Does not belong here: the values (`workbook.py`).
"""

from __future__ import annotations

import html
import itertools
import re
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from xml.etree import ElementTree

from pipelines.errors import UserError
from pipelines.landing.file.guard import MAX_CELLS, MAX_WORKBOOK, Meter
from pipelines.landing.file.shown import Shown, Ways, set_mark

_CHUNK = 1 << 20
_MAX_DIRECTORY = 1 << 24
_MOST_ERRORS = 100_000
_MOST_ROWS = 1_048_576
_PART = re.compile(r"xl/.*\.(xml|rels|bin)$")
_ROW = re.compile(rb"""<row[^>]*?[ ]r="(\d+)\"""")
# A cell with a value; one that is only formatted closes itself and is not held in memory.
_CELL = re.compile(rb"""[ ]r=["']([A-Z]{1,3})(\d+)["'][^>/]*>""")
_ANY_ROW = re.compile(rb"""<(?:\w+:)?row\b""")
_ANY_CELL = re.compile(rb"""<(?:\w+:)?c\b""")
# Letters and digits as one sign each: how long the column's name is, is then easily found.
_SHAPES = bytes(
    ord("A") if 65 <= code <= 90 else ord("9") if 48 <= code <= 57 else code for code in range(256)
)
_ERROR = re.compile(
    rb"""<(?:\w+:)?c [^>]*?r="([A-Z]{1,3})(\d+)"[^>]*?t="e"[^>]*>(?:(?!</(?:\w+:)?c>).)*?"""
    rb"""<(?:\w+:)?v>([^<]{1,20})<""",
    re.DOTALL,
)
# A formula that no program has worked out: one whose value is a text, if an empty one, has been.
_FORMULA = re.compile(
    rb"""<c (?=[^>]*?\br="([A-Z]{1,3})(\d+)")(?![^>]*?\bt="str")[^>/]*>\s*"""
    rb"""<f\b(?:[^>]*/>|[^>]*>([^<]*)</f>)\s*(?:<v\s*/>|<v>\s*</v>)?\s*</c>"""
)
_LONGEST_FORMULA = 80
_RELATION = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
_STRICT_RELATION = "{http://purl.oclc.org/ooxml/officeDocument/relationships}id"
_STYLED = re.compile(rb"""<c (?=[^>]*?\br="([A-Z]{1,3})(\d+)")(?=[^>]*?\bs="(\d+)")[^>/]*>""")
_BUILT_IN = {"9": "0%", "10": "0.00%"}
Marks = dict[int, bytearray]
Errors = dict[tuple[int, int], str]
_HIDDEN = re.compile(rb"""<(?:\w+:)?row\b(?=[^>]*?\br="(\d+)")[^>]*?\bhidden="(?:1|true)\"""")


@dataclass
class HiddenRows:
    """How many rows of a sheet are not shown, and the first of them, from 1."""

    count: int = 0
    first: int = 0

    def add(self, row: int) -> None:
        self.first = min(row, self.first or row)
        self.count += 1


@dataclass
class _Extent:
    """How far a sheet reaches, and its cells that hold an error, by row and column from 1."""

    rows: int = 0
    columns: int = 0
    errors: Errors = field(default_factory=dict)
    formulas: Errors = field(default_factory=dict)
    shown: Marks = field(default_factory=dict)
    hidden: HiddenRows = field(default_factory=HiddenRows)


@dataclass(frozen=True)
class Inspected:
    """What the library does not give of the sheets of a workbook, by the sheet's name.

    `shown` are the cells that show more than their number: a column's number from 1, and at the
    place of each row the mark of its way among `ways`. `is_1904`: its days are counted from 1
    January 1904. `hidden` are rows not shown. `formulas` are those whose value the file does not
    hold.
    """

    errors: dict[str, Errors] = field(default_factory=dict)
    shown: dict[str, Marks] = field(default_factory=dict)
    is_1904: bool = False
    hidden: dict[str, HiddenRows] = field(default_factory=dict)
    formulas: dict[str, Errors] = field(default_factory=dict)
    ways: tuple[Shown, ...] = ()


def inspect(path: Path) -> Inspected:
    """Errors, the first day, and the cells that show more than their number, of an XLSX workbook.

    Raises:
        UserError: the workbook is damaged, or would take more memory than any export.
    """
    meter = Meter(path.stat().st_size, MAX_WORKBOOK)
    extents: dict[str, _Extent] = {}
    with zipfile.ZipFile(path) as archive:
        names = _sheet_names(archive)
        ways = Ways()
        marks = _marked_styles(archive, ways)
        for part in archive.infolist():
            if not _PART.match(part.filename):
                continue
            if part.filename in names:
                extents[names[part.filename]] = _extent(
                    archive, part, meter, names[part.filename], marks
                )
            else:
                for _ in _chunks(archive, part, meter):
                    pass
        is_1904 = bool(names) and _is_1904(archive)
    return Inspected(
        {name: extent.errors for name, extent in extents.items()},
        {name: extent.shown for name, extent in extents.items()},
        is_1904,
        {name: extent.hidden for name, extent in extents.items()},
        {name: extent.formulas for name, extent in extents.items()},
        ways.all(),
    )


def _chunks(archive: zipfile.ZipFile, part: zipfile.ZipInfo, meter: Meter) -> Iterator[bytes]:
    with archive.open(part) as handle:
        while chunk := handle.read(_CHUNK):
            meter.add(len(chunk))
            yield chunk


def _sheet_names(archive: zipfile.ZipFile) -> dict[str, str]:
    """Names of the sheets by their parts; empty for a workbook that is not of zipped XML."""
    parts = set(archive.namelist())
    if not {"xl/workbook.xml", "xl/_rels/workbook.xml.rels"} <= parts:
        return {}
    targets = {
        relation.get("Id"): relation.get("Target", "")
        for relation in _directory(archive, "xl/_rels/workbook.xml.rels")
    }
    names = {}
    for element in _directory(archive, "xl/workbook.xml").iter():
        if element.tag.rpartition("}")[2] == "sheet":
            identity = element.get(_RELATION) or element.get(_STRICT_RELATION)
            target = targets.get(identity, "")
            part = target.lstrip("/") if target.startswith("/") else f"xl/{target}"
            names[part] = element.get("name", "")
    return names


def _is_1904(archive: zipfile.ZipFile) -> bool:
    found = (e for e in _directory(archive, "xl/workbook.xml").iter()
             if e.tag.rpartition("}")[2] == "workbookPr")  # fmt: skip
    return any(e.get("date1904") in ("1", "true", "on") for e in found)


def _marked_styles(archive: zipfile.ZipFile, ways: Ways) -> dict[bytes, int]:
    """The numbers of the cell styles that show more than a number, each with its mark."""
    if "xl/styles.xml" not in archive.namelist():
        return {}
    formats = {name: ways.mark(code) for name, code in _BUILT_IN.items()}
    styles: list[str] = []
    for element in _directory(archive, "xl/styles.xml"):
        kind = element.tag.rpartition("}")[2]
        if kind == "numFmts":
            formats |= {
                inner.get("numFmtId", ""): ways.mark(inner.get("formatCode", ""))
                for inner in element
            }
        elif kind == "cellXfs":
            styles = [inner.get("numFmtId", "") for inner in element]
    return {str(n).encode(): mark for n, name in enumerate(styles) if (mark := formats.get(name))}


def _directory(archive: zipfile.ZipFile, name: str) -> ElementTree.Element:
    with archive.open(name) as handle:
        data = handle.read(_MAX_DIRECTORY)
    if b"<!DOCTYPE" in data or b"<!ENTITY" in data or len(data) == _MAX_DIRECTORY:
        raise UserError("is a workbook with definitions no spreadsheet writes; it is not read", 1)
    return ElementTree.fromstring(data)


def _extent(
    archive: zipfile.ZipFile,
    part: zipfile.ZipInfo,
    meter: Meter,
    name: str,
    marks: Mapping[bytes, int],
) -> _Extent:
    """How far one sheet reaches; it is measured only where a quick bound does not suffice."""
    found, is_usual = _bound(_chunks(archive, part, meter), marks)
    if not is_usual or found.rows * found.columns > MAX_CELLS:
        again = _chunks(archive, part, Meter(part.file_size, MAX_WORKBOOK))
        found.rows, found.columns = _measured(again)
    if found.rows * found.columns > MAX_CELLS:
        raise UserError(
            f"sheet {name[:40]!r} reaches to row {found.rows:,} and column {found.columns:,}, more "
            "than can be held in memory; export it as .csv",
            1,
        )
    return found


def _bound(chunks: Iterator[bytes], marks: Mapping[bytes, int]) -> tuple[_Extent, bool]:
    """What a sheet reaches to at most, and whether it is written as usual, so that this holds."""
    found = _Extent(columns=26)
    is_usual = True
    for block in _whole_cells(chunks):
        shapes = block.translate(_SHAPES)
        if b' r="AAA9' in shapes:
            found.columns = 16_384
        elif b' r="AA9' in shapes:
            found.columns = max(found.columns, 702)
        numbers = _ROW.findall(block)
        found.rows = max([found.rows, *(int(number[:9]) for number in numbers)])
        cells = block.count(b"<c ") + block.count(b"<c>")
        is_usual = is_usual and cells + block.count(b"<row") <= block.count(b' r="')
        is_usual = is_usual and b":c " not in block and b":c>" not in block
        if any(b's="%s"' % style in block for style in marks):
            _note_shown(found, block, marks)
        if b"hidden=" in block:
            for number in _HIDDEN.findall(block):
                found.hidden.add(int(number[:9]))
        if b't="e"' in block and len(found.errors) < _MOST_ERRORS:
            for match in _ERROR.finditer(block):
                place = int(match[2]), _column_number(match[1])
                found.errors[place] = match[3].decode("utf-8", errors="replace")
        if b"<f" in block and len(found.formulas) < _MOST_ERRORS:
            for match in _FORMULA.finditer(block):
                place = int(match[2]), _column_number(match[1])
                text = html.unescape((match[3] or b"").decode("utf-8", errors="replace"))
                found.formulas[place] = f"={text[:_LONGEST_FORMULA]}"
    return found, is_usual


def _note_shown(found: _Extent, block: bytes, marks: Mapping[bytes, int]) -> None:
    for match in _STYLED.finditer(block):
        row, mark = int(match[2][:9]), marks.get(match[3], 0)
        if mark and row <= _MOST_ROWS:
            set_mark(found.shown.setdefault(_column_number(match[1]), bytearray()), row, mark)


def _measured(chunks: Iterator[bytes]) -> tuple[int, int]:
    """The last row and the last column that hold a value."""
    columns: set[bytes] = set()
    last_row = rows = most_cells = 0
    for block in _whole_cells(chunks):
        for column, row in _CELL.findall(block):
            columns.add(column)
            last_row = max(last_row, int(row[:9]))
        starts = [match.start() for match in _ANY_ROW.finditer(block)]
        rows += len(starts)
        for start, end in itertools.pairwise([0, *starts, len(block)]):
            most_cells = max(most_cells, len(_ANY_CELL.findall(block, start, end)))
    if not columns:  # cells without a place of their own stand one after the other
        return rows, most_cells
    return last_row, max(_column_number(column) for column in columns)


def _whole_cells(chunks: Iterator[bytes]) -> Iterator[bytes]:
    """Blocks that end before a row or a cell begins; a block without any is passed on cut."""
    held = b""
    for chunk in chunks:
        held += chunk
        cut = max(held.rfind(b"<row"), held.rfind(b"<c "))
        if cut <= 0:
            cut = len(held) - 64 if len(held) > 4 * _CHUNK else 0
        if cut:
            yield held[:cut]
            held = held[cut:]
    yield held


def _column_number(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number
