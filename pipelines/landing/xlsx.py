"""A look into the parts of a workbook of zipped XML, before a library reads it whole.

Belongs here: what a sheet would take in memory, and the errors in its cells, which the library
gives as blanks. Does not belong here: the values (`workbook.py`).
"""

from __future__ import annotations

import itertools
import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from xml.etree import ElementTree

from pipelines.errors import UserError
from pipelines.landing.guard import MAX_CELLS, MAX_WORKBOOK, Meter

_CHUNK = 1 << 20
_MAX_DIRECTORY = 1 << 24
_MOST_ERRORS = 100_000
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
_RELATION = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
_STRICT_RELATION = "{http://purl.oclc.org/ooxml/officeDocument/relationships}id"
Errors = dict[tuple[int, int], str]


@dataclass
class _Extent:
    """How far a sheet reaches, and its cells that hold an error, by row and column from 1."""

    rows: int = 0
    columns: int = 0
    errors: Errors = field(default_factory=dict)


def inspect(path: Path) -> dict[str, Errors]:
    """The error cells of each sheet of an XLSX workbook, by the sheet's name.

    Raises:
        UserError: the workbook is damaged, or would take more memory than any export.
    """
    meter = Meter(path.stat().st_size, MAX_WORKBOOK)
    extents: dict[str, _Extent] = {}
    with zipfile.ZipFile(path) as archive:
        names = _sheet_names(archive)
        for part in archive.infolist():
            if not _PART.match(part.filename):
                continue
            if part.filename in names:
                extents[names[part.filename]] = _extent(archive, part, meter, names[part.filename])
            else:
                for _ in _chunks(archive, part, meter):
                    pass
    return {name: extent.errors for name, extent in extents.items()}


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


def _directory(archive: zipfile.ZipFile, name: str) -> ElementTree.Element:
    with archive.open(name) as handle:
        data = handle.read(_MAX_DIRECTORY)
    if b"<!DOCTYPE" in data or b"<!ENTITY" in data or len(data) == _MAX_DIRECTORY:
        raise UserError("is a workbook with definitions no spreadsheet writes; it is not read", 1)
    return ElementTree.fromstring(data)


def _extent(archive: zipfile.ZipFile, part: zipfile.ZipInfo, meter: Meter, name: str) -> _Extent:
    """How far one sheet reaches; it is measured only where a quick bound does not suffice."""
    found, is_usual = _bound(_chunks(archive, part, meter))
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


def _bound(chunks: Iterator[bytes]) -> tuple[_Extent, bool]:
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
        if b't="e"' in block and len(found.errors) < _MOST_ERRORS:
            for match in _ERROR.finditer(block):
                place = int(match[2]), _column_number(match[1])
                found.errors[place] = match[3].decode("utf-8", errors="replace")
    return found, is_usual


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
