"""JSON exports to landed Parquet: one object a line, or one array of objects.

A number keeps the text it is written with: the readers that make numbers of them lose the zero of
1.10 and the digits after the sixteenth, so Python's parser is told to keep texts. A nested value
lands as its JSON text.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import IO, Any

import duckdb

from pipelines.errors import UserError
from pipelines.landing.detect import unique
from pipelines.landing.file.encoding import Encoding, LineDecoder, encoding_of, write_utf8
from pipelines.landing.file.guard import MAX_LINE, line_too_long, one_line, require_columns
from pipelines.landing.parquet import Landed
from pipelines.landing.rows import LeftOut, RowWriter

_DECODER = json.JSONDecoder(parse_float=str, parse_int=str, parse_constant=str)
_CHUNK = 1 << 20
_BLANKS = " \t\r\n"
_NESTED = (dict, list)
Record = tuple[int, Any, str]


def land_json(
    con: duckdb.DuckDBPyConnection, path: Path, target: Path, stated: str | None = None
) -> Landed:
    """Land one JSON file; its columns are the keys of its objects in order of first sight.

    A line that is no JSON object is a row kept whole, so that staging can quarantine it. A row's
    line is its line in the file, or its position in the array.

    Args:
        stated: the encoding, where a person says it.

    Raises:
        UserError: the file holds no JSON objects, or an array is broken.
    """
    encoding = encoding_of(path, stated)
    recoded = target.with_suffix(".utf8")
    try:
        if encoding.is_wide or (encoding.name != "utf-8" and _is_array(path)):
            notes = write_utf8(path, encoding, recoded)
            landed = _land(con, recoded, Encoding("utf-8"), target)
            return replace(landed, notes={**notes, **landed.notes})
        return _land(con, path, encoding, target)
    finally:
        recoded.unlink(missing_ok=True)


def _land(con: duckdb.DuckDBPyConnection, path: Path, encoding: Encoding, target: Path) -> Landed:
    decoder = LineDecoder(encoding)
    left_out = LeftOut()
    columns: dict[str, int] = {}
    with path.open("rb") as handle, RowWriter(target.with_suffix(".spool")) as out:
        handle.seek(encoding.mark)
        for line, value, text in _records(handle, decoder):
            if not isinstance(value, dict):
                out.write(line, [], text or "null")
                continue
            cells = _cells(value, text, columns)
            if not left_out.leaves_out(line, [cell or "" for cell in cells]):
                out.write(line, cells)
        if not columns:
            raise UserError("holds no JSON object, neither one a line nor an array of them", 1)
        names = unique(list(columns))
        out.finish(con, names, target, padded=True)
    return Landed(target, names, out.count, None, {**decoder.notes(), **left_out.notes()})


def _cells(value: dict[str, Any], text: str, columns: dict[str, int]) -> list[str | None]:
    """The fields of an object by column; a new key adds a column."""
    if not columns.keys() >= value.keys():
        for key in value:
            columns.setdefault(key, len(columns))
        require_columns(list(columns))
    raw: dict[str, str] | None = None
    cells: list[str | None] = [None] * len(columns)
    for key, inner in value.items():
        if isinstance(inner, _NESTED):
            raw = raw or _raw_values(text)
            cells[columns[key]] = raw[key]
        elif isinstance(inner, bool):
            cells[columns[key]] = "true" if inner else "false"
        else:
            cells[columns[key]] = inner
    return cells


def _raw_values(text: str) -> dict[str, str]:
    """The values of an object as they are written."""
    values: dict[str, str] = {}
    place = _after_blanks(text, text.index("{") + 1)
    while text[place] == '"':
        key, place = _DECODER.raw_decode(text, place)
        place = _after_blanks(text, _after_blanks(text, place) + 1)
        _, end = _DECODER.raw_decode(text, place)
        values[key] = text[place:end]
        place = _after_blanks(text, end)
        if text[place] == ",":
            place = _after_blanks(text, place + 1)
    return values


def _after_blanks(text: str, place: int) -> int:
    while place < len(text) and text[place] in _BLANKS:
        place += 1
    return place


def _parsed(text: str) -> Any:
    """The value of a text, or `None` when it is no JSON."""
    try:
        return _DECODER.decode(text)
    except (ValueError, RecursionError):
        return None


def _is_array(path: Path) -> bool:
    with path.open("rb") as handle:
        return _begins_array(handle)


def _begins_array(handle: IO[bytes]) -> bool:
    """Whether the first sign that is no blank opens an array; the place in the file is kept."""
    start = handle.tell()
    while (first := handle.read(_CHUNK)) and not first.strip():
        pass
    handle.seek(start)
    return first.lstrip().startswith(b"[")


def _records(handle: IO[bytes], decoder: LineDecoder) -> Iterator[Record]:
    """Line or position, value and text of each record."""
    if _begins_array(handle):
        yield from _elements(handle, decoder)
        return
    while data := handle.readline(MAX_LINE + 1):
        if len(data) > MAX_LINE:
            raise line_too_long(decoder.line + 1)
        text = decoder.decode(data).strip(_BLANKS)
        yield decoder.line, _parsed(text) if text else {}, text


class _ArrayText:
    """The text of an array, of which as much is held as one element needs."""

    def __init__(self, handle: IO[bytes], decoder: LineDecoder) -> None:
        self._handle = handle
        self._decoder = decoder
        self.text = ""
        self.place = 0

    def more(self) -> bool:
        """Drop what was read and read on; whether there was anything."""
        self.text = self.text[self.place :]
        self.place = 0
        read = []
        size = 0
        while size < max(_CHUNK, len(self.text)):
            data = self._handle.readline(_CHUNK)
            if not data:
                break
            if not data.endswith(b"\n"):
                data = self._whole_characters(data)
            read.append(self._decoder.decode(data))
            size += len(data)
        self.text += "".join(read)
        return bool(read)

    def _whole_characters(self, data: bytes) -> bytes:
        """A piece of a long line ends between two characters of UTF-8."""
        lead = len(data) - 1
        while lead > len(data) - 4 and data[lead] & 0xC0 == 0x80:
            lead -= 1
        length = 2 + (data[lead] >= 0xE0) + (data[lead] >= 0xF0) if data[lead] >= 0xC0 else 1
        if lead == 0 or lead + length <= len(data):
            return data
        self._handle.seek(lead - len(data), 1)
        return data[:lead]

    def next_sign(self) -> str:
        """The next sign that is no blank; empty at the end of the file."""
        while True:
            self.place = _after_blanks(self.text, self.place)
            if self.place < len(self.text):
                return self.text[self.place]
            if not self.more():
                return ""


def _elements(handle: IO[bytes], decoder: LineDecoder) -> Iterator[Record]:
    """The elements of one array, each with its position.

    Raises:
        UserError: an element is no JSON, the array is cut off or something follows it.
    """
    held = _ArrayText(handle, decoder)
    number = 0
    held.next_sign()
    held.place += 1
    while (sign := held.next_sign()) != "]":
        if number and sign == ",":
            held.place += 1
            sign = held.next_sign()
        if not sign:
            raise UserError(f"the array is cut off after element {number}", 1)
        number += 1
        value, end = _element(held, number)
        yield number, value, held.text[held.place : end]
        held.place = end
    held.place += 1
    if held.next_sign():
        raise UserError(f"something follows the array of {number} elements; is it two files?", 1)


def _element(held: _ArrayText, number: int) -> tuple[Any, int]:
    while True:
        try:
            return _DECODER.raw_decode(held.text, held.place)
        except RecursionError:
            reason = "nested too deeply"
        except json.JSONDecodeError as error:
            if len(held.text) - held.place <= MAX_LINE and held.more():
                continue
            reason = error.msg
        raise UserError(f"element {number} of the array is no JSON ({one_line(reason)})", 1)
