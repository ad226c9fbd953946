"""What a Chinese name is found by when it is typed on a Latin keyboard.

Belongs here: syllables and initials for search fields. Does not belong here: showing them.
"""

from __future__ import annotations

from functools import lru_cache

_CHINESE = ("\u4e00", "\u9fff")


@lru_cache(maxsize=10_000)
def pinyin(name: str) -> str:
    """The syllables run together, then their initials: 毛利率 → "maolilv mll"; without any Chinese
    letter nothing."""
    if not any(_CHINESE[0] <= letter <= _CHINESE[1] for letter in name):
        return ""
    from pypinyin import lazy_pinyin  # reads its dictionary

    syllables = lazy_pinyin(name)
    initials = "".join(syllable[:1] for syllable in syllables)
    return f"{''.join(syllables)} {initials}".lower()


def found_by(words: str) -> str:
    """What a row or a reader is found by beside what is shown: also as it is typed."""
    return f"{words} {pinyin(words)}".strip().lower()
