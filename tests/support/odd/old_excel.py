"""A writer of just enough of the old XLS form: a compound file with one sheet of plain cells."""

from __future__ import annotations

import struct
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

_SECTOR = 512
_FREE, _END, _FAT = 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD


@dataclass(frozen=True)
class Shown:
    """A number in a format, or an error by its code (`format` is `None`)."""

    value: float
    format: str | None


def xls(
    rows: Sequence[Sequence[Any]],
    sheet: str = "S",
    is_1904: bool = False,
    hidden: Sequence[int] = (),
    several: Sequence[Any] = (),
    merged: Sequence[tuple[int, int, int, int]] = (),
) -> bytes:
    """A workbook of one sheet; cells are texts, numbers, empty, `Shown` or (column, cell).

    Args:
        hidden: rows, from 0; several: percents of one record (MULRK) in a last row.
        merged: cells that are one, by first row, first column, last row and last column, from 0.
    """
    return compound_file({"Workbook": _workbook(rows, sheet, is_1904, hidden, several, merged)})


def compound_file(streams: Mapping[str, bytes]) -> bytes:
    """A compound file (the shell of XLS, DOC and encrypted workbooks) with these streams."""
    padded = {n: d + b"\0" * (-len(d) % _SECTOR) for n, d in streams.items()}
    padded = {n: d + b"\0" * max(0, 4096 - len(d)) for n, d in padded.items()}
    fat: list[int] = []
    starts: dict[str, int] = {}
    for name, data in padded.items():
        starts[name] = len(fat)
        count = len(data) // _SECTOR
        fat += [*range(len(fat) + 1, len(fat) + count), _END]
    directory_at = len(fat)
    directory = _directory(padded, starts)
    fat += [*range(len(fat) + 1, len(fat) + len(directory) // _SECTOR), _END]
    fat_at = len(fat)
    fat.append(_FAT)
    assert len(fat) <= 128
    fat += [_FREE] * (128 - len(fat))
    head = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 16
    head += struct.pack("<HHHHH6x", 0x3E, 3, 0xFFFE, 9, 6)
    head += struct.pack("<IIIIIIIII", 0, 1, directory_at, 0, 4096, _END, 0, _END, 0)
    head += struct.pack("<I", fat_at) + struct.pack("<I", _FREE) * 108
    return head + b"".join(padded.values()) + directory + struct.pack("<128I", *fat)


def _directory(streams: Mapping[str, bytes], starts: Mapping[str, int]) -> bytes:
    entries = [_entry("Root Entry", 5, 1, _END, 0)]
    names = list(streams)
    for number, name in enumerate(names, 1):
        right = number + 1 if number < len(names) else _FREE
        entries.append(_entry(name, 2, _FREE, starts[name], len(streams[name]), right))
    while len(entries) % 4:
        entries.append(b"\0" * 128)
    return b"".join(entries)


def _entry(name: str, kind: int, child: int, start: int, size: int, right: int = _FREE) -> bytes:
    text = name.encode("utf-16-le") + b"\0\0"
    return (
        text.ljust(64, b"\0")
        + struct.pack("<HBBIII", len(text), kind, 1, _FREE, right, child)
        + b"\0" * 36
        + struct.pack("<IQ", start, size)
    )


def _workbook(
    rows: Sequence[Sequence[Any]],
    sheet: str,
    is_1904: bool,
    hidden: Sequence[int],
    several: Sequence[Any],
    merged: Sequence[tuple[int, int, int, int]],
) -> bytes:
    name = sheet.encode("utf-16-le")
    shown = {c.format for row in rows for c in row if isinstance(c, Shown) and c.format}
    formats = sorted(shown | {"0%"})
    head = _bof(5) + _record(0x22, struct.pack("<H", is_1904))
    for number, text in enumerate(formats, 164):
        written = struct.pack("<HHB", number, len(text), 0) + text.encode("latin-1")
        head += _record(0x41E, written)
    for number in (0, *range(164, 164 + len(formats))):
        head += _record(0xE0, struct.pack("<HH16x", 0, number))
    place = len(head) + 4 + 8 + len(name) + 4
    bound = struct.pack("<IHBB", place, 0, len(sheet), 1) + name
    width = max((len(row) for row in rows), default=0)
    last = len(rows) + bool(several)
    body = _bof(0x10) + _record(0x200, struct.pack("<IIHHH", 0, last, 0, width, 0))
    for number in hidden:
        body += _record(0x208, struct.pack("<HHHH4xHH", number, 0, width, 0, 0x20, 0))
    for r, row in enumerate(rows):
        for c, cell in enumerate(row):
            body += _cell(r, c, cell, formats)
    if several:
        style = 1 + formats.index("0%")
        percents = b"".join(
            struct.pack("<HI", style, (round(value * 100) << 2) | 3) for value in several
        )
        columns = struct.pack("<H", len(several) - 1)
        body += _record(0xBD, struct.pack("<HH", len(rows), 0) + percents + columns)
    if merged:
        spans = (struct.pack("<HHHH", top, bottom, left, right)
                 for top, left, bottom, right in merged)  # fmt: skip
        body += _record(0xE5, struct.pack("<H", len(merged)) + b"".join(spans))
    return head + _record(0x85, bound) + _record(0x0A, b"") + body + _record(0x0A, b"")


def _cell(row: int, column: int, cell: Any, formats: Sequence[str]) -> bytes:
    if isinstance(cell, tuple):  # a value in a column of its own
        column, cell = cell
    if isinstance(cell, Shown) and cell.format is None:
        return _record(0x205, struct.pack("<HHHBB", row, column, 0, int(cell.value), 1))
    style = 1 + formats.index(cell.format) if isinstance(cell, Shown) and cell.format else 0
    cell = cell.value if isinstance(cell, Shown) else cell
    place = struct.pack("<HHH", row, column, style)
    if cell is None:
        return b""
    if isinstance(cell, str):
        text = cell.encode("utf-16-le")
        return _record(0x204, place + struct.pack("<HB", len(cell), 1) + text)
    return _record(0x203, place + struct.pack("<d", cell))


def _bof(kind: int) -> bytes:
    return _record(0x809, struct.pack("<HHHHII", 0x600, kind, 0x0DBB, 0x07CC, 0, 6))


def _record(kind: int, data: bytes) -> bytes:
    return struct.pack("<HH", kind, len(data)) + data
