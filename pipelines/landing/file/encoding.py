"""In which bytes a text is written, and the same text as UTF-8.

Belongs here: recognising an encoding, recoding line by line, saying what could not be read. Does
not belong here: what the text means.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pipelines.landing.file.guard import MAX_LINE, line_too_long
from pipelines.landing.file.likely import RECOGNISED, is_proved, likely_encoding

PROBE_BYTES = 1 << 20
_CHUNK = 1 << 22
# First bytes of the characters that Chinese texts are nearly all made of; those above are rare.
_LAST_COMMON = 0xD7
_WIDE_MARKS = (
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)


def _classes(leads: range) -> bytes:
    """A translation of bytes into leads (`L`), bytes that follow one in UTF-8 (`c`) and others."""
    return bytes(
        ord("L") if code in leads else ord("c") if 0x80 <= code < 0xC0 else ord(".")
        for code in range(256)
    )


# What looks like UTF-8 in a block that the other encoding can read too. An odd number of Chinese
# characters in UTF-8 cannot be read as GB18030 at all.
_SUSPECTS = {
    "gb18030": (_classes(range(0xE0, 0xF0)), b"LccLcc"),
    "cp1252": (_classes(range(0xC2, 0xF5)), b"Lc"),
}
# What is taken without a word of the file that proves it, as a person writes it below `encoding`.
_WRITTEN = {"gb18030": "gb18030", "cp1252": "windows-1252"}
_BEYOND = re.compile(r"[^\x00-\x1f,;|\"]*[^\x00-\x7f][^\x00-\x1f,;|\"]*")
_LONGEST = 40
# Two bytes that are a letter in UTF-8 may be a character of these; three are one hardly ever.
_OF_TWO_BYTES = frozenset(("gb18030", "cp950", "big5hkscs", "cp932", "cp949", "euc_jp"))


def _suspects(name: str, is_stated: bool) -> tuple[bytes | None, bytes]:
    """What in a block is looked at line by line; of a stated encoding nothing but zero bytes."""
    if is_stated or name == "utf-8":
        return None, b"\0"
    return _SUSPECTS["gb18030" if name in _OF_TWO_BYTES else "cp1252"]


@dataclass(frozen=True)
class Encoding:
    """How a text is written: `name` holds for every line that is not UTF-8.

    `mark` bytes precede the first character. `mainly_utf8` says that a line which could be both is
    taken for UTF-8. `is_stated`: a person says so, and no line is looked at for another. `unproved`
    is a text of the file as it is read, where so few are beyond ASCII that they prove nothing.
    """

    name: str
    mark: int = 0
    mainly_utf8: bool = True
    is_stated: bool = False
    unproved: str = ""

    @property
    def is_wide(self) -> bool:
        """Every character takes two or four bytes, so a line has no bytes of its own."""
        return self.name.startswith(("utf-16", "utf-32"))


def detect_encoding(probe: bytes, whole: bool) -> Encoding:
    """Encoding of a text from its first bytes.

    Args:
        probe: the first bytes.
        whole: the probe is the whole file, so a cut character at its end is a fault.
    """
    for mark, name in _WIDE_MARKS:
        if probe.startswith(mark):
            return Encoding(name, len(mark), False)
    wide = unmarked_utf16(probe)
    if wide is not None:
        return Encoding(wide, 0, False)
    mark_bytes = len(codecs.BOM_UTF8) if probe.startswith(codecs.BOM_UTF8) else 0
    body = probe[mark_bytes:]
    if _decodes(body, "utf-8", whole):
        return Encoding("utf-8", mark_bytes, bool(mark_bytes) or not body.isascii())
    lines = body.splitlines()
    if not whole and len(lines) > 1:
        lines.pop()  # it may end within a character
    foreign = [line for line in lines if not _decodes(line, "utf-8", True)]
    name = legacy_encoding(b"\n".join(foreign))
    is_usual = name in _WRITTEN and not is_proved(b"\n".join(foreign))
    unproved = _word_of(foreign[0].decode(name, errors="replace")) if is_usual else ""
    own = sum(1 for line in lines if not line.isascii() and _is_plainly_utf8(line, name))
    mainly_utf8 = bool(mark_bytes) or own >= len(foreign)
    return Encoding(name, mark_bytes, mainly_utf8, unproved=unproved)


def _word_of(line: str) -> str:
    """The first words of a line that are not ASCII."""
    found = _BEYOND.search(line)
    return found.group(0).strip()[:_LONGEST] if found else ""


def unmarked_utf16(probe: bytes) -> str | None:
    """UTF-16 without a mark: every second byte of plain characters is zero."""
    even = probe[: len(probe) // 2 * 2]
    low, high = even[0::2].count(0), even[1::2].count(0)
    if not even or max(low, high) * 20 < len(even) or min(low, high) * 20 > max(low, high):
        return None
    name = "utf-16-le" if high > low else "utf-16-be"
    text = even.decode(name, errors="replace")
    return name if any(c in text for c in "\r\n") and any(c in text for c in ",;|\t:") else None


def legacy_encoding(foreign: bytes) -> str:
    """Which of the older encodings bytes are in that are no UTF-8."""
    text = foreign.decode("gb18030", errors="replace")
    pairs = sum(1 for byte in foreign if byte >= 0x80) // 2
    is_chinese = text.count("\ufffd") * 10 <= pairs and _looks_chinese(foreign)
    return likely_encoding(foreign, "gb18030" if is_chinese else "cp1252")


def _decodes(probe: bytes, encoding: str, whole: bool) -> bool:
    try:
        codecs.getincrementaldecoder(encoding)().decode(probe, final=whole)
    except UnicodeDecodeError:
        return False
    return True


def _looks_chinese(probe: bytes) -> bool:
    """Whether the bytes beyond ASCII stand in pairs, as in Chinese, or alone, as accents do.

    Most Chinese characters have two bytes beyond ASCII; an accented letter stands before a plain
    one, which GB18030 would swallow. Two accented letters that follow each other (Größe, Ação) are
    a pair too: within a word of plain letters, or of a rare character beside one.
    """
    chinese = accents = position = 0
    while position < len(probe):
        if probe[position] < 0x80:
            position += 1
            continue
        followed = probe[position + 1 : position + 2]
        is_pair = not followed or followed[0] >= 0x80
        before, after = probe[max(position - 1, 0) : position], probe[position + 2 : position + 3]
        beside = before.isalpha() + after.isalpha()
        if is_pair and beside < (2 if probe[position] <= _LAST_COMMON else 1):
            chinese += 1
        else:
            accents += 1
        position += 2
    return chinese >= accents


def _is_plainly_utf8(line: bytes, other: str) -> bool:
    """Whether a line beyond ASCII is UTF-8 and could hardly be the other encoding.

    Two bytes that are a Latin letter in UTF-8 may be a Chinese character in GB18030; three bytes
    that fit throughout a line are no accident.
    """
    if other in _OF_TWO_BYTES and max(line) < 0xE0:
        return False
    return _decodes(line, "utf-8", True)


def encoding_of(path: Path, stated: str | None = None) -> Encoding:
    """Encoding of a text file: as it is stated, else from its first bytes."""
    with path.open("rb") as handle:
        probe = handle.read(PROBE_BYTES)
    if stated is None:
        return detect_encoding(probe, whole=len(probe) < PROBE_BYTES)
    return _stated(stated, probe)


def _stated(name: str, probe: bytes) -> Encoding:
    """A stated encoding; its marks, and the order of bytes they tell, are the file's."""
    wide = name.startswith(("utf-16", "utf-32"))
    for mark, own in _WIDE_MARKS:
        if wide and probe.startswith(mark) and own.startswith(name):
            return Encoding(own, len(mark), False, is_stated=True)
    if name in ("utf-16", "utf-32"):
        return Encoding(unmarked_utf16(probe) or f"{name}-le", 0, False, is_stated=True)
    is_utf8 = name == "utf-8"
    marked = is_utf8 and probe.startswith(codecs.BOM_UTF8)
    return Encoding(name, len(codecs.BOM_UTF8) if marked else 0, is_utf8, is_stated=True)


def fault_in_utf8(path: Path, found: Encoding) -> Encoding | None:
    """The encoding of a file that is not UTF-8 after its first bytes, or holds zero bytes.

    `None` when all of it is UTF-8. Where UTF-8 is stated, it stays that.
    """
    decoder = codecs.getincrementaldecoder("utf-8")()
    offset = 0
    zeros = False
    with path.open("rb") as handle:
        while True:
            chunk = handle.read(_CHUNK)
            held = len(decoder.getstate()[0])
            zeros = zeros or b"\0" in chunk
            try:
                decoder.decode(chunk, final=not chunk)
            except UnicodeDecodeError as error:
                if found.is_stated:
                    return found
                handle.seek(offset - held + error.start)
                foreign = [
                    line
                    for line in handle.read(PROBE_BYTES).splitlines()
                    if not _decodes(line, "utf-8", True)
                ]
                return Encoding(legacy_encoding(foreign[0]), found.mark, found.mainly_utf8)
            if not chunk:
                return found if zeros else None
            offset += len(chunk)


@dataclass
class LineDecoder:
    """Decodes a text line by line and counts what was not as the rest of it."""

    encoding: Encoding
    line: int = 0
    _utf8: list[int] = field(default_factory=lambda: [0, 0])
    _other: list[int] = field(default_factory=lambda: [0, 0])
    _undecodable: list[int] = field(default_factory=lambda: [0, 0])
    _zeros: list[int] = field(default_factory=lambda: [0, 0])

    def decode(self, data: bytes) -> str:
        """The text of the next line."""
        self.line += 1
        if b"\0" in data:
            self._count(self._zeros, data.count(b"\0"))
            data = data.replace(b"\0", b"")
        if data.isascii():
            return data.decode("ascii")
        name, mainly = self.encoding.name, self.encoding.mainly_utf8
        if name == "utf-8" or (
            not self.encoding.is_stated
            and (mainly or name not in _OF_TWO_BYTES or max(data) >= 0xE0)
        ):
            try:
                text = data.decode("utf-8")
            except UnicodeDecodeError:
                pass
            else:
                self._count(self._utf8, 1)
                return text
        return self._decode_other(data, name)

    def _decode_other(self, data: bytes, name: str) -> str:
        try:
            text = data.decode(name)
        except UnicodeDecodeError:
            text = data.decode(name, errors="replace")
            self._count(self._undecodable, text.count("\ufffd"))
        self._count(self._other, 1)
        return text

    def decode_block(self, block: bytes) -> str:
        """The text of whole lines; line by line only where one of them may be written otherwise."""
        name = "utf-8" if self.encoding.mainly_utf8 else self.encoding.name
        try:
            text = block.decode(name)
        except UnicodeDecodeError:
            text = None
        classes, suspect = _suspects(name, self.encoding.is_stated)
        if text is None or b"\0" in block or suspect in block.translate(classes):
            return "".join(map(self.decode, block.splitlines(keepends=True)))
        if not block.isascii():
            self._count(self._utf8 if name == "utf-8" else self._other, 1)
        self.line += block.count(b"\n") + block.count(b"\r") - block.count(b"\r\n")
        return text

    def undecodable(self, characters: int) -> None:
        """Note characters that another decoder could not read."""
        self._count(self._undecodable, characters)

    def zeros(self, count: int) -> None:
        """Note zero bytes that were left out."""
        self._count(self._zeros, count)

    def _count(self, counter: list[int], number: int) -> None:
        counter[1] = counter[1] or max(1, self.line)
        counter[0] += number

    def notes(self) -> dict[str, Any]:
        """What the card of a landed file keeps of it."""
        found: dict[str, Any] = {}
        if self.encoding.name in RECOGNISED and not self.encoding.is_stated:
            found["recognised_encoding"] = {"encoding": RECOGNISED[self.encoding.name]}
        if self.encoding.unproved:
            name, value = self.encoding.name, self.encoding.unproved
            found["unproved_encoding"] = {"encoding": _WRITTEN[name], "value": value}
        main, second = (self._utf8, self._other), ("utf-8", self.encoding.name)
        if not self.encoding.mainly_utf8:
            main, second = main[::-1], second[::-1]
        if main[0][0] and main[1][0] and self.encoding.name != "utf-8":
            found["mixed_encoding"] = {
                "lines": main[1][0],
                "first_line": main[1][1],
                "encodings": list(second),
            }
        if self._undecodable[0]:
            characters, first = self._undecodable
            found["undecodable"] = {"characters": characters, "first_line": first}
        if self._zeros[0]:
            found["nul_bytes"] = {"count": self._zeros[0], "first_line": self._zeros[1]}
        return found


def decoded(probe: bytes, encoding: Encoding) -> str:
    """The first bytes of a file as text, without its mark."""
    body = probe[encoding.mark :]
    if encoding.is_wide:
        return body.decode(encoding.name, errors="replace").replace("\0", "")
    decoder = LineDecoder(encoding)
    return "".join(decoder.decode(line) for line in body.splitlines(keepends=True))


def write_utf8(path: Path, encoding: Encoding, target: Path) -> dict[str, Any]:
    """Write a text file as UTF-8 without mark and zero bytes; returns what was noticed.

    Raises:
        UserError: a line is longer than a table's.
    """
    decoder = LineDecoder(encoding)
    write = _write_wide if encoding.is_wide else _write_lines
    write(path, decoder, target)
    return decoder.notes()


def _write_wide(path: Path, decoder: LineDecoder, target: Path) -> None:
    encoding = decoder.encoding
    inner = codecs.getincrementaldecoder(encoding.name)(errors="replace")
    decoder.line = 1
    with path.open("rb") as source, target.open("wb") as out:
        source.seek(encoding.mark)
        while True:
            chunk = source.read(_CHUNK)
            text = inner.decode(chunk, final=not chunk)
            for sign, note in (("\ufffd", decoder.undecodable), ("\0", decoder.zeros)):
                if sign in text:
                    before = decoder.line
                    decoder.line += text[: text.index(sign)].count("\n")
                    note(text.count(sign))
                    decoder.line = before
            decoder.line += text.count("\n")
            out.write(text.replace("\0", "").encode("utf-8", errors="replace"))
            if not chunk:
                return


def _write_lines(path: Path, decoder: LineDecoder, target: Path) -> None:
    with path.open("rb") as source, target.open("wb") as out:
        source.seek(decoder.encoding.mark)
        for block in _blocks_of_lines(source, decoder):
            out.write(decoder.decode_block(block).encode("utf-8"))


def _blocks_of_lines(source: Any, decoder: LineDecoder) -> Iterator[bytes]:
    """Blocks that end with a line; a line longer than the limit is refused."""
    held = b""
    while chunk := source.read(_CHUNK):
        held += chunk
        # a carriage return at the very end may be half of a line end
        cut = max(held.rfind(b"\n"), held.rfind(b"\r", 0, len(held) - 1)) + 1
        if cut:
            yield held[:cut]
            held = held[cut:]
        if len(held) > MAX_LINE:
            raise line_too_long(decoder.line + 1)
    if held:
        yield held
