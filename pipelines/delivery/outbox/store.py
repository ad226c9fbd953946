"""The outbox: every message once by its key, with what became of it; a file that survives a kill.

Belongs here: the record and its steps. Does not belong here: handing messages over.

A message is `waiting`, then `handing` while it is given to a server that may have taken it, then
`sent` or `refused`. SMTP and web hooks have no way to ask afterwards whether a message was taken:
if attain is killed, or the line is cut, between the last byte and the answer, the message stays
`handing`. It is then neither sent again by itself (two) nor forgotten (none): it is named until
somebody says `attain send --again`. Before that moment it is sent by the next call; the answer is
noted on disk before anything else is done. What a server had taken may come back later: then it is
`returned`, once the mailbox that holds such reports was read.
"""

from __future__ import annotations

import datetime as dt
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from pipelines.errors import UserError

FOLDER = "outbox"
"""Of the workspace."""
State = Literal["waiting", "handing", "sent", "refused", "returned", "replaced"]
_TABLE = """
create table if not exists message (
  key text primary key,
  channel text not null,
  series text not null,
  reader text not null,
  address text not null,
  subject text not null,
  content blob,
  state text not null,
  attempts integer not null default 0,
  said text not null default '',
  made_at text not null,
  changed_at text not null
) strict
"""
_COLUMNS = "key, channel, series, reader, address, subject, content, state, attempts, said"


@dataclass(frozen=True)
class Draft:
    """A message to be sent: `key` is what is sent once, `series` what a later one replaces."""

    key: str
    channel: str
    series: str
    reader: str
    address: str
    subject: str
    content: bytes


@dataclass(frozen=True)
class Record:
    """A message in the outbox; its content is kept until it is sent."""

    key: str
    channel: str
    series: str
    reader: str
    address: str
    subject: str
    content: bytes | None
    state: State
    attempts: int
    said: str


class Outbox:
    """The messages of a workspace."""

    def __init__(self, con: sqlite3.Connection, now: dt.datetime) -> None:
        self._con = con
        self._now = now.isoformat(timespec="seconds")
        with self._con:
            self._con.execute(_TABLE)

    def knows(self, key: str) -> bool:
        """Whether a message was ever put in."""
        return bool(self._con.execute("select 1 from message where key = ?", [key]).fetchone())

    def put(self, draft: Draft) -> bool:
        """Put a message in, unless it is there; older ones of its series that still wait are
        replaced. Returns whether it is new."""
        with self._con:
            if self.knows(draft.key):  # one that waits goes to today's address
                self._con.execute(
                    "update message set address = ?, content = ? "
                    "where key = ? and state = 'waiting'",
                    [draft.address, draft.content, draft.key],
                )
                return False
            self._con.execute(
                "update message set state = 'replaced', content = null, changed_at = ? "
                "where series = ? and channel = ? and state in ('waiting', 'returned')",
                [self._now, draft.series, draft.channel],
            )
            self._con.execute(
                f"insert into message ({_COLUMNS}, made_at, changed_at) "
                "values (?, ?, ?, ?, ?, ?, ?, 'waiting', 0, '', ?, ?)",
                [draft.key, draft.channel, draft.series, draft.reader, draft.address,
                 draft.subject, draft.content, self._now, self._now],
            )  # fmt: skip
        return True

    def of(self, state: State, channel: str) -> list[Record]:
        """The messages of a channel in a state, in the order they were put in."""
        rows = self._con.execute(
            f"select {_COLUMNS} from message where state = ? and channel = ? order by rowid",
            [state, channel],
        )
        return [Record(*row) for row in rows]

    def begin(self, key: str) -> None:
        """From here on the receiving side may have the message."""
        self._step(key, "handing", "")

    def sent(self, key: str, said: str) -> None:
        """It was taken; what was sent is no longer needed."""
        self._step(key, "sent", said, tried=1, keep=False)

    def refused(self, key: str, said: str) -> None:
        """It will not be taken, whenever it is tried."""
        self._step(key, "refused", said)

    def returned(self, key: str, said: str) -> None:
        """It was taken and came back later."""
        self._step(key, "returned", said)

    def failed(self, key: str, said: str) -> None:
        """It was not taken this time; it waits."""
        self._step(key, "waiting", said, tried=1)

    def in_doubt(self, key: str, said: str) -> None:
        """Nobody knows whether it was taken."""
        self._step(key, "handing", said)

    def again(self, reader: str, channel: str) -> list[str]:
        """Let what is in doubt, refused or returned wait once more; returns its subjects.

        What came back was forgotten when it was sent: `put` gives it its content again.
        """
        with self._con:
            rows = self._con.execute(
                "update message set state = 'waiting', changed_at = ? where reader = ? "
                "and channel = ? and state in ('handing', 'refused', 'returned') returning subject",
                [self._now, reader, channel],
            ).fetchall()
        return [subject for (subject,) in rows]

    def let_go(self, channel: str) -> None:
        """What waits and has no content is of an earlier page; nobody is sent it any more."""
        with self._con:
            self._con.execute(
                "update message set state = 'replaced', changed_at = ? "
                "where channel = ? and state = 'waiting' and content is null",
                [self._now, channel],
            )

    def _step(self, key: str, state: State, said: str, tried: int = 0, keep: bool = True) -> None:
        with self._con:
            self._con.execute(
                "update message set state = ?, said = ?, changed_at = ?, attempts = attempts + ?, "
                "content = case when ? then content end where key = ?",
                [state, said, self._now, tried, keep, key],
            )


@contextmanager
def open_outbox(folder: Path, now: dt.datetime) -> Iterator[Outbox]:
    """Open the outbox in a folder of the workspace, for one sender at a time.

    Raises:
        UserError: another command is sending.
    """
    from filelock import FileLock, Timeout

    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    try:
        with FileLock(folder / "outbox.lock", timeout=0):
            con = sqlite3.connect(folder / "outbox.db")
            try:
                con.execute("pragma synchronous = full")
                yield Outbox(con, now)
            finally:
                con.close()
    except Timeout:
        raise UserError(
            f"{folder}: another attain send is at work; wait for it to end.", 1
        ) from None
