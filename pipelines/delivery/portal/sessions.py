"""Who is signed in, and who has tried too often: in memory, gone when the server ends.

Belongs here: sessions and attempts. Does not belong here: cookies and requests (`app.py`).
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Callable
from dataclasses import dataclass

from pipelines.delivery.portal.policy import Attempts, SessionTimes

MOST = 50_000
"""Sessions and names that are remembered; the oldest give way, so that nobody fills the memory."""


@dataclass
class Session:
    """A reader's session: when it began and when it was last used, in seconds that only go on."""

    reader: str
    began: float
    used: float


class Sessions:
    """Sessions by the hash of their token: what lies in memory signs nobody in."""

    def __init__(self, times: SessionTimes, clock: Callable[[], float]) -> None:
        self._times, self._clock = times, clock
        self._all: dict[str, Session] = {}

    def begin(self, reader: str) -> str:
        """A new session; returns its token, which nobody else knows."""
        token = secrets.token_urlsafe(32)
        now = self._clock()
        while len(self._all) >= MOST:
            del self._all[next(iter(self._all))]
        self._all[_hash(token)] = Session(reader, now, now)
        return token

    def reader(self, token: str | None) -> str | None:
        """Whose session a token is, if it is one and has not ended."""
        key = _hash(token or "")
        session = self._all.get(key)
        if session is None:
            return None
        now = self._clock()
        is_idle = now - session.used > self._times.idle_minutes * 60
        if is_idle or now - session.began > self._times.longest_hours * 3600:
            del self._all[key]
            return None
        session.used = now
        return session.reader

    def end(self, token: str | None) -> None:
        """End a session, wherever its token is still kept."""
        self._all.pop(_hash(token or ""), None)


class Tries:
    """Failed sign-ins by name and by address."""

    def __init__(self, attempts: Attempts, clock: Callable[[], float]) -> None:
        self._attempts, self._clock = attempts, clock
        self._failed: dict[str, list[float]] = {}

    def may_try(self, *names: str) -> bool:
        """Whether none of these failed too often of late."""
        return all(len(self._recent(name)) < self._attempts.most for name in names)

    def failed(self, *names: str) -> None:
        """Note a failure of each."""
        for name in names:
            recent = [*self._recent(name), self._clock()]
            self._failed.pop(name, None)
            while len(self._failed) >= MOST:
                del self._failed[next(iter(self._failed))]
            self._failed[name] = recent[-self._attempts.most :]

    def forget(self, name: str) -> None:
        """Whoever signed in has not failed."""
        self._failed.pop(name, None)

    def _recent(self, name: str) -> list[float]:
        since = self._clock() - self._attempts.minutes * 60
        return [moment for moment in self._failed.get(name, ()) if moment > since]


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()
