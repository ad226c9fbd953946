"""What became of a key that no longer matches: zeros lost, written by a spreadsheet, rounded.

Belongs here: telling it from the key and the nearest known one. Does not belong here: finding the
nearest (`sql/accidents/unknown_keys.sql.j2`).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from typing import Any

# A number of many digits as a spreadsheet shows it: 2.02611E+14.
ROUNDED = "^[1-9]([.][0-9]+)?E[+][0-9]{2}$"
# How a spreadsheet writes a number that was a key: 1001.0, 1,001, '1001.
_AS_NUMBER = re.compile(r"[0-9,]+[.]0+|[0-9]{1,3}(?:,[0-9]{3})+|'.*")


def kind_of_key(row: Mapping[str, Any]) -> str:
    """What is said of an unknown key: the variant of `keys_no_longer_match`, `zeros`, or nothing.

    Args:
        row: a row of `sql/accidents/unknown_keys.sql.j2`.
    """
    value, near = row["value"], row["suggestion"]
    if row["known_parts"]:
        return "several"
    if row["is_zeros"]:
        return "zeros"
    if not row["is_same"]:
        return "rounded" if row["candidates"] else ""
    return "spoiled" if _is_spoiled(value) or _is_spoiled(near) else ""


def _is_spoiled(key: str) -> bool:
    wide = unicodedata.normalize("NFKC", key) != key
    return wide or _AS_NUMBER.fullmatch(key) is not None or visible(key) != key


def visible(text: str) -> str:
    """A text with the signs that nobody sees written out: <U+200B> is a blank without width."""
    return "".join(
        f"<U+{ord(sign):04X}>" if sign != " " and unicodedata.category(sign) in _UNSEEN else sign
        for sign in text
    )


_UNSEEN = frozenset(("Cf", "Cc", "Zs", "Zl", "Zp"))
