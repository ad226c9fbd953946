"""Counts in sentences: `{count:row}` is 1 row or 2 rows, `{count:row has|rows have}` agrees.

Belongs here: how a number and its noun are written in English. Does not belong here: the sentences.
"""

from __future__ import annotations

from typing import Any


class Count(int):
    """A whole number that a sentence may follow by its noun."""

    def __format__(self, spec: str) -> str:
        if not any(sign.isalpha() for sign in spec):
            return super().__format__(spec)
        one, _, many = spec.partition("|")
        return f"{int(self):,} {one if self == 1 else many or f'{one}s'}"


def say(text: str, words: dict[str, Any]) -> str:
    """A sentence with its words; whole numbers may be followed by their nouns."""
    counted = {
        name: Count(word) if isinstance(word, int) and not isinstance(word, bool) else word
        for name, word in words.items()
    }
    return text.format(**counted)
