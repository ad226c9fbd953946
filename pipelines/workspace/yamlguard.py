"""What no file of settings needs, refused before anything is made of it: bombs, loops, tags.

Belongs here: bounds on what a YAML text may unfold to. Does not belong here: what it means
(`yamlfile.py`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import yaml

_PARSER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_MOST_NODES = 200_000  # aliases unfolded
_DEEPEST = 40
# Decimals keep 38 digits; a text such as 1e999999999 would be multiplied out where it is a number.
_MOST_DIGITS = 38
_MOST_DIGITS_OF_A_TEXT = 200  # a number of an account or a card is a text, and longer than money
# Each part takes all it can and gives nothing back: time grows with the length of the text.
_NUMBER = re.compile(r"[-+]?+[\d_,]*+\.?+[\d_]*+(?:[eE](?P<power>[-+]?+\d++))?+")


class TooMuchError(Exception):
    """What is refused, as the end of a sentence, and the line it stands on."""

    def __init__(self, line: int, message: str) -> None:
        super().__init__(message)
        self.line = line


def require_bounded(text: str) -> None:
    """Read a YAML text as events only, in time and memory that grow with its length.

    Raises:
        TooMuchError: it nests too deep, unfolds to too much, refers to itself, names a type by an
            explicit tag or holds a number longer than any quantity.
        yaml.YAMLError: it is no YAML.
    """
    unfolded = _Unfolded()
    for event in _events(text):
        line = event.start_mark.line + 1
        if isinstance(event, yaml.AliasEvent):
            unfolded.alias(str(event.anchor), line)
            continue
        tag = getattr(event, "tag", None)
        if tag is not None:
            raise TooMuchError(line, f"the tag {tag!r} cannot be used here; write the plain value")
        if isinstance(event, yaml.CollectionStartEvent):
            unfolded.begin(event.anchor, line)
        elif isinstance(event, yaml.CollectionEndEvent):
            unfolded.end()
        elif isinstance(event, yaml.ScalarEvent):
            unfolded.scalar(event.anchor, line)
            _require_a_quantity(event.value, is_plain=not event.style, line=line)


def _events(text: str) -> Iterator[Any]:
    """What the parser sees, nothing composed of it; untyped, as PyYAML's events are."""
    return iter(yaml.parse(text, Loader=_PARSER))


class _Unfolded:
    """How many values a text stands for: an alias counts as much as what it repeats."""

    def __init__(self) -> None:
        self._sizes: dict[str, int] = {}
        self._open: list[tuple[str | None, int]] = []
        self._count = 0

    def begin(self, anchor: str | None, line: int) -> None:
        self._add(1, line)
        self._sizes.pop(anchor or "", None)
        self._open.append((anchor, self._count - 1))
        if len(self._open) > _DEEPEST:
            raise TooMuchError(line, f"nested more than {_DEEPEST} levels deep")

    def end(self) -> None:
        anchor, before = self._open.pop()
        if anchor is not None:
            self._sizes[anchor] = self._count - before

    def scalar(self, anchor: str | None, line: int) -> None:
        self._add(1, line)
        if anchor is not None:
            self._sizes[anchor] = 1

    def alias(self, anchor: str, line: int) -> None:
        if any(anchor == name for name, _ in self._open):
            raise TooMuchError(line, f"*{anchor} stands within what it repeats")
        self._add(self._sizes.get(anchor, 1), line)

    def _add(self, count: int, line: int) -> None:
        self._count += count
        if self._count > _MOST_NODES:
            raise TooMuchError(
                line, f"repeats (*name) unfold to more than {_MOST_NODES:,} values here"
            )


def _require_a_quantity(text: str, is_plain: bool, line: int) -> None:
    """A number, or a text that a number is read from, has no more digits than money has."""
    if not text or text[0] not in "+-.0123456789" or (found := _NUMBER.fullmatch(text)) is None:
        return
    power = found["power"]
    if power is not None and (len(power) > 4 or abs(int(power)) > _MOST_DIGITS):
        raise TooMuchError(line, f"{text[:20]} is no quantity: its power of ten is too large")
    most = _MOST_DIGITS if is_plain else _MOST_DIGITS_OF_A_TEXT
    if sum(map(str.isdigit, text)) > most:
        raise TooMuchError(line, f"{text[:20]}… is no quantity: it has more than {most} digits")
