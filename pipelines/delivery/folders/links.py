"""Links of a rendered page that would lead nowhere in a reader's folder become plain words.

Belongs here: finding and taking out links. It is no protection: what a reader may not see is not in
the folder at all.
"""

from __future__ import annotations

import re
from collections.abc import Set
from pathlib import PurePosixPath
from posixpath import normpath

_LINK = re.compile(r'<a\b[^>]*?\bhref="([^"#:?]+)[^"]*"[^>]*>(.*?)</a>', re.DOTALL)


def leads_to(text: str, page: PurePosixPath) -> frozenset[PurePosixPath]:
    """The files that a page links to, by their paths from the top of the folder."""
    return frozenset(_target(found, page) for found in _LINK.finditer(text))


def without(text: str, page: PurePosixPath, gone: Set[PurePosixPath]) -> str:
    """The page with links to these files as plain words."""
    return _LINK.sub(
        lambda found: f"<span>{found[2]}</span>" if _target(found, page) in gone else found[0],
        text,
    )


def _target(found: re.Match[str], page: PurePosixPath) -> PurePosixPath:
    return PurePosixPath(normpath(str(page.parent / found[1])))
