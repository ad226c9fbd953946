"""What a garbled text was, before it was read under the wrong encoding.

Belongs here: telling from a text alone. Does not belong here: in which encoding a file is
(`encoding.py`), where garbled texts stand (`checks/`).
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, replace

_CHINESE = range(0x2E80, 0x10000)  # kana and Korean, too
_RUN = re.compile(r"[^\x00-\x7f\ufffd]+")
_LATIN_RUN = re.compile(r"[\xa1-\xff]{4,}")
# What stands where UTF-8 is read as GB18030: the first two bytes of a character, then its last with
# the first of the next.
_FIRST = "".join(bytes((a, b)).decode("gb18030", "ignore") for a in range(0xE4, 0xEA)
                 for b in range(0x80, 0xC0) if b != 0x7F)  # fmt: skip
_SECOND = "".join(bytes((a, b)).decode("gb18030", "ignore") for a in range(0x81, 0xC0)
                  for b in range(0xE4, 0xEA))  # fmt: skip
_BEHIND = "\x80-\xbf" + "".join(
    bytes((code,)).decode("cp1252") for code in range(0x80, 0xA0) if code not in
    (0x81, 0x8D, 0x8F, 0x90, 0x9D)
)  # fmt: skip
# A text that does not match is not garbled; one that does may be.
SUSPECT = (
    f"[{_FIRST}][{_SECOND}]|[\xc3-\xf4][{_BEHIND}]|\xc2[\x80-\xa0]|[\xb0-\xff][\xa1-\xff]{{3}}"
    "|[\u4e00-\u9fff][\uff61-\uff9f]|[\uff61-\uff9f][\u4e00-\u9fff]"
)
# Nothing but question marks where words stood, or signs that say a character was lost.
LOST = r"\x{fffd}|锟斤拷|ï¿½|^[^\pL\pN]*[?]{3,}[^\pL]*$"


@dataclass(frozen=True)
class Misread:
    """A garbled text: it was `written` in one encoding and `read` as if in another.

    `meant` is the text as it was; both encodings are called as a source file calls them.
    """

    written: str
    read: str
    meant: str


def misread(text: str) -> Misread | None:
    """What a text was before it was garbled, once or oftener; `None` for any other text."""
    told = _misread_once(text)
    if told is None:
        return None
    again = misread(told.meant)
    return told if again is None else replace(told, meant=again.meant)


def _misread_once(text: str) -> Misread | None:
    for written, read, codec in _UTF8_READ_AS:
        meant = _RUN.sub(lambda run, codec=codec: _as_utf8(run[0], codec), text)  # type: ignore[misc]
        if meant != text:
            return Misread(written, read, meant)
    for written, codec, is_like in (
        ("gb18030", "gb18030", _is_common_chinese),
        ("windows-1251", "cp1251", _is_cyrillic),
    ):
        runs = [_bytes_of(run) for run in _LATIN_RUN.findall(text)]
        decoded = [data.decode(codec, "replace") for data in runs if data is not None]
        if decoded and all(map(is_like, decoded)):
            whole = _bytes_of(text)
            if whole is not None:
                return Misread(written, "windows-1252", whole.decode(codec, "replace"))
    return None


_UTF8_READ_AS = (
    ("utf-8", "gb18030", "gb18030"),
    ("utf-8", "windows-1252", "cp1252"),
    ("utf-8", "shift_jis", "cp932"),
)


def _as_utf8(run: str, codec: str) -> str:
    """Signs beyond ASCII as the UTF-8 they were; unchanged when they were none.

    What is cut off at the end, half a character, may be lost.
    """
    for end in range(len(run), max(len(run) - 3, 0), -1):
        data = _bytes_of(run[:end]) if codec == "cp1252" else _encoded(run[:end], codec)
        try:
            found = data.decode("utf-8") if data else ""
        except UnicodeDecodeError:
            continue
        if found and _is_meant(found, codec):
            return found
    return run


def _is_meant(found: str, codec: str) -> bool:
    """Chinese characters alone where the run could have been Chinese itself; else any letters."""
    if codec == "cp1252":
        return all(unicodedata.category(sign)[0] in "LPSNZM" for sign in found)
    return len(found) > 1 and all(ord(sign) in _CHINESE and sign != "\ufffd" for sign in found)


def _encoded(text: str, codec: str) -> bytes | None:
    try:
        return text.encode(codec)
    except UnicodeEncodeError:
        return None


def _bytes_of(text: str) -> bytes | None:
    """The bytes that Windows-1252, or Latin-1 where that has none, reads as a text."""
    found = bytearray()
    for sign in text:
        one = _encoded(sign, "cp1252") or _encoded(sign, "latin-1")
        if one is None:
            return None
        found += one
    return bytes(found)


def _is_common_chinese(text: str) -> bool:
    """All in the first part of GB2312, which holds the characters of everyday."""
    return all(_is_everyday(sign) for sign in text)


def _is_everyday(sign: str) -> bool:
    data = _encoded(sign, "gb2312")
    return data is not None and len(data) == 2 and 0xB0 <= data[0] <= 0xD7


def _is_cyrillic(text: str) -> bool:
    return all("\u0400" <= sign <= "\u04ff" for sign in text)
