"""Headers of several rows in which groups have parts of the same names.

Belongs here: naming such parts with their groups. Does not belong here: where a header stands
(`detect.py`).

A trial balance has 借方 and 贷方 below 期初余额 and below 期末余额. Each is named with its group,
`期末余额借方`; a part that stands once keeps its own name.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

MOST_LEVELS = 3
_LATIN = 0x24F
_NUMBER = re.compile(r"[-+(]?[^\w\s]?\s?\d[\d.,'\s]*%?\)?|\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}.*")
# Parts that ledgers repeat in each of their groups.
_PARTS = frozenset((
    "借方", "贷方", "借方金额", "贷方金额", "方向", "余额", "金额", "数量", "单价",
    "原币", "本位币", "本币",
    "debit", "credit", "dr", "cr", "balance", "amount", "quantity", "qty",
))  # fmt: skip


def names_of_groups(
    levels: Sequence[Sequence[str]], wanted: set[str]
) -> tuple[list[str], int] | None:
    """The names of the columns, and how many of them are known; `None` for another kind of rows.

    Rows of data may repeat their values, too: one of the parts must be a known name.

    Args:
        levels: cleaned cells of the rows, the highest first.
        wanted: known names in lower case.
    """
    width = max(len(level) for level in levels)
    *uppers, lowest = [[*level, *[""] * (width - len(level))] for level in levels]
    repeated = {name for name, count in Counter(lowest).items() if name and count > 1}
    if not repeated or any(_NUMBER.fullmatch(name) for name in lowest):
        return None
    above = list(zip(*(_carried_over(level, lowest) for level in uppers), strict=True))
    parts = [low or next((n for n in reversed(way) if n), "")
             for low, way in zip(lowest, above, strict=True)]  # fmt: skip
    names = [_with_groups(way, part) if part in repeated else part
             for way, part in zip(above, parts, strict=True)]  # fmt: skip
    given = [name.lower() for name in names if name]
    parts_known = {n.lower() for n in (*repeated, *set(names) - set(parts))} & (wanted | _PARTS)
    if len(set(given)) < len(given) or not parts_known:
        return None
    known = sum(
        bool({text.lower() for text in (name, part, *way)} & wanted)
        for name, part, way in zip(names, parts, above, strict=True)
    )
    return (names, known) if known else None


def _carried_over(level: Sequence[str], lowest: Sequence[str]) -> list[str]:
    """The names of groups, each over all of its parts: a merged cell holds its text once."""
    filled: list[str] = []
    for place, name in enumerate(level):
        is_part = bool(place and lowest[place] and lowest[place - 1])
        filled.append(name or (filled[-1] if is_part else ""))
    return filled


def _with_groups(groups: Sequence[str], part: str) -> str:
    """`Closing Balance` and `Debit` as one name; Chinese words need no blank between them."""
    name = ""
    for word in (*groups, part):
        if word and not name.endswith(word):
            is_joined = not name or ord(name[-1]) > _LATIN or ord(word[0]) > _LATIN
            name += word if is_joined else f" {word}"
    return name
