"""What a text export is: its encoding, its delimiter, where its header stands.

Belongs here: recognition from the first bytes. Does not belong here: reading the rows.
"""

from __future__ import annotations

import codecs
import csv
import io
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

HEADER_SEARCH_ROWS = 20
DELIMITERS = (",", "\t", ";", "|")
MAX_FIELD = 1 << 24
_PROBE_BYTES = 1 << 20
TOTAL_WORDS = ("合计", "总计", "小计", "总和", "total", "grand total", "subtotal", "sum")


@dataclass(frozen=True)
class Dialect:
    """How a text export is written. `bom_bytes` precede the first character."""

    encoding: str
    delimiter: str
    bom_bytes: int = 0


def detect_encoding(probe: bytes, whole: bool) -> tuple[str, int]:
    """Encoding of a text from its first bytes, and the length of its byte-order mark.

    Args:
        probe: the first bytes.
        whole: the probe is the whole file, so a cut character at its end is a fault.
    """
    if probe.startswith(codecs.BOM_UTF8):
        return "utf-8", len(codecs.BOM_UTF8)
    if probe.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16-le" if probe.startswith(codecs.BOM_UTF16_LE) else "utf-16-be", 2
    if _decodes(probe, "utf-8", whole):
        return "utf-8", 0
    if _decodes(probe, "gb18030", whole) and _looks_chinese(probe):
        return "gb18030", 0
    return "cp1252", 0


def _decodes(probe: bytes, encoding: str, whole: bool) -> bool:
    try:
        codecs.getincrementaldecoder(encoding)().decode(probe, final=whole)
    except UnicodeDecodeError:
        return False
    return True


def _looks_chinese(probe: bytes) -> bool:
    """Whether the bytes beyond ASCII stand in pairs, as in Chinese, or alone, as accents do.

    Most Chinese characters have two bytes beyond ASCII; an accented letter stands before a plain
    one, which GB18030 would swallow.
    """
    pairs = alone = position = 0
    while position < len(probe):
        if probe[position] < 0x80:
            position += 1
            continue
        followed = probe[position + 1 : position + 2]
        if followed and followed[0] < 0x80:
            alone += 1
        else:
            pairs += 1
        position += 2
    return pairs >= alone


def invalid_utf8_from(path: Path) -> int | None:
    """Where a file stops being UTF-8; `None` when all of it is."""
    decoder = codecs.getincrementaldecoder("utf-8")()
    offset = 0
    with path.open("rb") as handle:
        while True:
            chunk = handle.read(_PROBE_BYTES)
            held = len(decoder.getstate()[0])
            try:
                decoder.decode(chunk, final=not chunk)
            except UnicodeDecodeError as error:
                return offset - held + error.start
            if not chunk:
                return None
            offset += len(chunk)


def detect_encoding_at(path: Path, offset: int) -> str:
    """Encoding of a text whose first bytes beyond ASCII stand at `offset`."""
    with path.open("rb") as handle:
        handle.seek(offset)
        probe = handle.read(_PROBE_BYTES)
    return detect_encoding(probe, whole=len(probe) < _PROBE_BYTES)[0]


def detect_dialect(path: Path) -> Dialect:
    """Encoding of a text file, and the delimiter that stands in it most."""
    with path.open("rb") as handle:
        probe = handle.read(_PROBE_BYTES)
    encoding, bom_bytes = detect_encoding(probe, whole=len(probe) < _PROBE_BYTES)
    text = codecs.getincrementaldecoder(encoding)(errors="replace").decode(probe[bom_bytes:])
    lines = [line for line in text.splitlines()[:HEADER_SEARCH_ROWS] if line.strip()]
    scores = {d: max((line.count(d) for line in lines), default=0) for d in DELIMITERS}
    return Dialect(encoding, max(scores, key=lambda d: scores[d]), bom_bytes)


@contextmanager
def long_fields() -> Iterator[None]:
    """Let Python's reader take fields as long as DuckDB's does."""
    before = csv.field_size_limit(MAX_FIELD)
    try:
        yield
    finally:
        csv.field_size_limit(before)


def head_rows(path: Path, dialect: Dialect) -> list[tuple[int, list[str]]]:
    """The first rows of a text file, each with the number of its first line."""
    rows: list[tuple[int, list[str]]] = []
    with path.open("rb") as handle:
        handle.seek(dialect.bom_bytes)
        text = codecs.getincrementaldecoder(dialect.encoding)(errors="replace").decode(
            handle.read(_PROBE_BYTES)
        )
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=dialect.delimiter)
    line = 1
    with long_fields():
        for row in reader:
            rows.append((line, row))
            line = reader.line_num + 1
            if len(rows) == HEADER_SEARCH_ROWS:
                break
    return rows


def clean_header(cell: object) -> str:
    """A header as it is compared: no surrounding blanks, line breaks or required mark `*`."""
    return " ".join(str(cell if cell is not None else "").split()).strip("* ").strip()


@dataclass(frozen=True)
class Header:
    """The header found: its index among the rows looked at and the names by column.

    `known` is how many of the names a source knows.
    """

    index: int
    names: tuple[str, ...]
    known: int


def find_header(rows: Sequence[Sequence[object]], known: set[str]) -> Header | None:
    """The row, or the two rows, with most known header names; `None` when none holds any.

    A header of two rows has merged cells: a group over its parts, or one name over both rows. The
    lower text counts, and where there is none, the upper.
    """
    wanted = {clean_header(name).lower() for name in known}
    best: Header | None = None
    best_score = 0
    for index, row in enumerate(rows):
        names = [clean_header(cell) for cell in row]
        candidates = [names]
        if index and _is_header_part(rows[index - 1]):
            upper = [clean_header(cell) for cell in rows[index - 1]]
            upper += [""] * (len(names) - len(upper))
            candidates.append([low or high for low, high in zip(names, upper, strict=False)])
        for candidate in candidates:
            score = len({name.lower() for name in candidate} & wanted)
            if score > best_score:
                best, best_score = Header(index, _unique(candidate), score), score
    return best


def _is_header_part(row: Sequence[object]) -> bool:
    """A group header fills several columns; a title fills one."""
    return sum(1 for cell in row if clean_header(cell)) > 1


def _unique(names: list[str]) -> tuple[str, ...]:
    taken: set[str] = set()
    unique = []
    for position, name in enumerate(names, 1):
        base = name or f"column_{position}"
        count, own = 1, base
        while own.lower() in taken:
            count += 1
            own = f"{base}_{count}"
        taken.add(own.lower())
        unique.append(own)
    return tuple(unique)


def is_total_row(cells: Sequence[object]) -> bool:
    """A row of sums under the data: its first filled cell says so."""
    for cell in cells:
        text = clean_header(cell).rstrip(":：").replace(" ", "").lower()
        if text:
            return text in {word.replace(" ", "") for word in TOTAL_WORDS}
    return False
