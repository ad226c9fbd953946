"""Links that sign somebody in once: made, kept as hashes, and used up.

Belongs here: which links hold. Does not belong here: mailing them (`post.py`), requests and pages
(`bylink.py`).
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from hmac import compare_digest

from pipelines.delivery.portal.sessions import MOST


@dataclass(frozen=True)
class _Link:
    mark: str
    reader: str
    ends: float


class Links:
    """Links by the hash of their token, in memory: gone when the server ends.

    A reader has one link at a time: asking again ends the one before.
    """

    def __init__(self, minutes: int, clock: Callable[[], float]) -> None:
        self._seconds, self._clock = minutes * 60, clock
        self._all: dict[str, _Link] = {}

    def make(self, reader: str) -> str:
        """A new link's token, which nobody else knows."""
        token = secrets.token_urlsafe(32)
        self._all.pop(reader, None)
        while len(self._all) >= MOST:
            del self._all[next(iter(self._all))]
        self._all[reader] = _Link(_hash(token), reader, self._clock() + self._seconds)
        return token

    def use(self, token: str) -> str | None:
        """Whose link a token is, if it still holds; it never does again."""
        mark, found = _hash(token), None
        for link in self._all.values():  # every one is compared, and each as long as any other
            if compare_digest(link.mark, mark):
                found = link
        if found is None:
            return None
        del self._all[found.reader]
        return found.reader if self._clock() < found.ends else None


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()
