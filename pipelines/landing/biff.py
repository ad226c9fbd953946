"""A look into the records of an old workbook (XLS), for what the library does not give.

Belongs here: how cells are shown, errors, hidden rows, the first day of its calendar. Does not
belong here: the values (`workbook.py`). The form: [MS-CFB] for the shell, [MS-XLS] for the records.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from pathlib import Path

from pipelines.errors import UserError
from pipelines.landing.file.shown import Ways, set_mark
from pipelines.landing.xlsx import Errors, HiddenRows, Inspected, Marks

_LAST_SECTOR = 0xFFFFFFFA  # what is above are no sectors
_NAMES = ("Workbook", "Book")
_ERRORS = {0: "#NULL!", 7: "#DIV/0!", 15: "#VALUE!", 23: "#REF!", 29: "#NAME?", 36: "#NUM!",
           42: "#N/A"}  # fmt: skip
_BUILT_IN = {9: "0%", 10: "0.00%"}
_EOF, _FORMULA, _DATEMODE, _FILEPASS = 0x0A, 0x06, 0x22, 0x2F
_BOUNDSHEET, _MULRK, _XF, _NUMBER, _BOOLERR, _ROW, _RK, _FORMAT, _BOF = (
    0x85, 0xBD, 0xE0, 0x203, 0x205, 0x208, 0x27E, 0x41E, 0x809,
)  # fmt: skip


def inspect_old(path: Path) -> Inspected:
    """How cells are shown, errors, hidden rows and the first day of an old workbook.

    Raises:
        UserError: the shell or the records are damaged.
    """
    try:
        stream = _stream(path.read_bytes())
        return _inspected(stream) if stream is not None else Inspected()
    except (struct.error, IndexError, UnicodeDecodeError) as error:
        raise UserError(f"cannot be read as a workbook (it is damaged: {error})", 1) from None


def _stream(data: bytes) -> bytes | None:
    """The workbook within its shell; `None` where there is none."""
    size, small = 1 << _u16(data, 30), 1 << _u16(data, 32)
    table = _allocation(data, size)
    directory = _chain(data, table, _u32(data, 48), size, 512)
    entries = [directory[place : place + 128] for place in range(0, len(directory), 128)]
    held = b""
    for entry in entries:
        length = max(0, min(_u16(entry, 64) - 2, 62))
        name = entry[:length].decode("utf-16-le", errors="replace")
        start, length = _u32(entry, 116), _u32(entry, 120)
        if name == "Root Entry":
            held = _chain(data, table, start, size, 512)
        elif name in _NAMES and entry[66] == 2:
            if length >= _u32(data, 56):
                return _chain(data, table, start, size, 512)[:length]
            minor = _chain(data, table, _u32(data, 60), size, 512)
            places = struct.unpack(f"<{len(minor) // 4}I", minor[: len(minor) // 4 * 4])
            return _chain(held, places, start, small, 0)[:length]
    return None


def _allocation(data: bytes, size: int) -> tuple[int, ...]:
    """Which sector follows which."""
    sectors = list(struct.unpack("<109I", data[76:512]))
    further, seen = _u32(data, 68), 0
    while further < _LAST_SECTOR and seen < len(data) // size:
        place = 512 + further * size
        part = struct.unpack(f"<{size // 4}I", data[place : place + size])
        sectors += part[:-1]
        further, seen = part[-1], seen + 1
    found: list[int] = []
    for sector in sectors:
        if sector < _LAST_SECTOR:
            part_of = data[512 + sector * size : 512 + (sector + 1) * size]
            found += struct.unpack(f"<{len(part_of) // 4}I", part_of[: len(part_of) // 4 * 4])
    return tuple(found)


def _chain(data: bytes, table: tuple[int, ...], first: int, size: int, before: int) -> bytes:
    parts: list[bytes] = []
    sector = first
    while sector < _LAST_SECTOR and len(parts) <= len(table):
        parts.append(data[before + sector * size : before + (sector + 1) * size])
        sector = table[sector]
    return b"".join(parts)


def _inspected(stream: bytes) -> Inspected:
    ways = Ways()
    formats = {number: ways.mark(code) for number, code in _BUILT_IN.items()}
    styles: list[int] = []
    sheets: list[tuple[int, str]] = []
    is_1904 = False
    for kind, data in _records(stream, 0):
        if kind == _FILEPASS:
            return Inspected()  # the reader says that it has a password
        if kind == _DATEMODE:
            is_1904 = _u16(data, 0) == 1
        elif kind == _FORMAT:
            formats[_u16(data, 0)] = ways.mark(_text(data[2:], 2))
        elif kind == _XF:
            styles.append(_u16(data, 2))
        elif kind == _BOUNDSHEET:
            sheets.append((_u32(data, 0), _text(data[6:], 1)))
    marks = [formats.get(number, 0) for number in styles]
    errors: dict[str, Errors] = {}
    shown: dict[str, Marks] = {}
    hidden: dict[str, HiddenRows] = {}
    for place, name in sheets:
        own: Marks = {}
        wrong: Errors = {}
        unseen = HiddenRows()
        for kind, data in _records(stream, place):
            for row, column, style in _cells(kind, data):
                if mark := marks[style] if style < len(marks) else 0:
                    set_mark(own.setdefault(column + 1, bytearray()), row + 1, mark)
            if kind == _BOOLERR and data[7] == 1:
                wrong[_u16(data, 0) + 1, _u16(data, 2) + 1] = _ERRORS.get(data[6], "#N/A")
            elif kind == _ROW and data[12] & 0x20:
                unseen.add(_u16(data, 0) + 1)
        errors[name], shown[name], hidden[name] = wrong, own, unseen
    return Inspected(errors, shown, is_1904, hidden, ways=ways.all())


def _records(stream: bytes, place: int) -> Iterator[tuple[int, bytes]]:
    """The records of a part of the workbook, to its end."""
    depth = 0
    while place + 4 <= len(stream):
        kind, length = _u16(stream, place), _u16(stream, place + 2)
        yield kind, stream[place + 4 : place + 4 + length]
        place += 4 + length
        depth += (kind == _BOF) - (kind == _EOF)
        if kind == _EOF and depth <= 0:
            return


def _cells(kind: int, data: bytes) -> Iterator[tuple[int, int, int]]:
    """Row and column, from 0, and the style of the numbers in a record."""
    if kind in (_NUMBER, _RK, _FORMULA):
        yield _u16(data, 0), _u16(data, 2), _u16(data, 4)
    elif kind == _MULRK:
        row, first = _u16(data, 0), _u16(data, 2)
        for number in range((len(data) - 6) // 6):
            yield row, first + number, _u16(data, 4 + 6 * number)


def _text(data: bytes, width: int) -> str:
    """A text behind its length, of one or two bytes, and a mark of how it is written."""
    length = data[0] if width == 1 else _u16(data, 0)
    body = data[width + 1 :]
    if data[width] & 1:
        return body[: 2 * length].decode("utf-16-le", errors="replace")
    return body[:length].decode("latin-1")


def _u16(data: bytes, place: int) -> int:
    return int(struct.unpack_from("<H", data, place)[0])


def _u32(data: bytes, place: int) -> int:
    return int(struct.unpack_from("<I", data, place)[0])
