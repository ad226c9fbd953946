"""How garbled text looks: words of nearly every export, read under the wrong encoding."""

from __future__ import annotations

_COMMON = (
    *("公司", "客户", "有限", "科技", "集团", "中国", "北京", "上海", "价格", "产品"),
    *("é", "ä", "ö", "ü", "ß", "–", "“", "’"),
)
# written in the one, read as the other
_MISREAD = (("utf-8", "gb18030"), ("utf-8", "cp1252"), ("gb18030", "cp1252"))


def _misread(word: str, written: str, read: str) -> str:
    """A word under the wrong encoding; empty when it cannot be read so, or is one sign only."""
    try:
        seen = word.encode(written).decode(read)
    except UnicodeDecodeError:
        return ""
    return seen if len(seen) > 1 else ""


_SEEN = {_misread(word, written, read) for word in _COMMON for written, read in _MISREAD}
# what could not be decoded, a byte-order mark read as letters, and the misread words
MOJIBAKE = ("\ufffd", "锟斤拷", "ï»¿", *sorted(_SEEN - {""}))
