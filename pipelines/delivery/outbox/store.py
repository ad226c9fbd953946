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
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from pipelines.errors import UserError

FOLDER = "outbox"
"""Of the workspace."""
LINKS = f"{FOLDER}/links"
"""Links that sign people in have an outbox of their own: nobody who waits for one waits for the
mail of everybody, nor the other way round."""
PATIENCE = 30
"""Seconds for which whoever sends waits for one who only looks at the outbox: a rehearsal, or what
came back."""
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
  changed_at text not null,
  ends text not null default ''
) strict
"""
_CALLS = "create table if not exists call (at text not null) strict"
_COLUMNS = "key, channel, series, reader, address, subject, content, state, attempts, said"
_TOLERANCE = dt.timedelta(minutes=5)  # clocks of two machines, and one that is set by the network


@dataclass(frozen=True)
class Draft:
    """A message to be sent: `key` is what is sent once, `series` what a later one replaces.

    `ends` is the last day it is about: no message of an earlier one follows in its series.
    """

    key: str
    channel: str
    series: str
    reader: str
    address: str
    subject: str
    content: bytes
    ends: dt.date | None = None


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
        self._con, self._moment = con, now.astimezone(dt.UTC)
        self._now = self._moment.isoformat(timespec="seconds")
        with self._con:
            self._con.execute(_TABLE)
            self._con.execute(_CALLS)
            columns = {row[1] for row in self._con.execute("pragma table_info(message)")}
            if "ends" not in columns:  # of an earlier version
                self._con.execute("alter table message add column ends text not null default ''")

    def note_call(self) -> dt.datetime | None:
        """Note that messages are sent now; returns when they last were, where that lies ahead: then
        the clock has been set back."""
        rows = self._con.execute("select at from call").fetchall()
        with self._con:
            self._con.execute("delete from call")
            self._con.execute("insert into call values (?)", [self._now])
        before = max((dt.datetime.fromisoformat(at) for (at,) in rows), default=self._moment)
        return before if before > self._moment + _TOLERANCE else None

    def knows(self, key: str) -> bool:
        """Whether a message was ever put in."""
        return bool(self._con.execute("select 1 from message where key = ?", [key]).fetchone())

    def would_take(self, draft: Draft) -> bool:
        """Whether `put` would make a message wait that has not been sent."""
        if self._is_overtaken(draft):
            return False
        kept = self._state(draft.key)
        return kept is None or kept == "replaced"

    def put(self, draft: Draft) -> bool:
        """Put a message in, unless it is there; older ones of its series that are not settled are
        replaced. Returns whether it is new.

        One that was replaced before anybody took it waits again, where it is the newest once more:
        a page that had failed and holds again. One that is about an earlier time than another of
        its series, whatever became of that, is not put in: a clock that was set back, or an
        earlier day that is computed again, sends nothing old and takes nobody's newer page away.
        """
        with self._con:
            if self._is_overtaken(draft):
                return False
            kept = self._state(draft.key)
            if kept is not None and kept != "replaced":  # one that waits goes to today's address
                self._con.execute(
                    "update message set address = ?, content = ? "
                    "where key = ? and state = 'waiting'",
                    [draft.address, draft.content, draft.key],
                )
                return False
            self._con.execute(
                "update message set state = 'replaced', content = null, changed_at = ? "
                "where series = ? and channel = ? and (state in ('waiting', 'returned') "
                "or (state in ('refused', 'handing') and ends < ?))",
                [self._now, draft.series, draft.channel, _ends(draft)],
            )
            self._con.execute(
                f"insert or replace into message ({_COLUMNS}, made_at, changed_at, ends) "
                "values (?, ?, ?, ?, ?, ?, ?, 'waiting', 0, '', ?, ?, ?)",
                [draft.key, draft.channel, draft.series, draft.reader, draft.address,
                 draft.subject, draft.content, self._now, self._now, _ends(draft)],
            )  # fmt: skip
        return True

    def _state(self, key: str) -> State | None:
        found = self._con.execute("select state from message where key = ?", [key]).fetchone()
        return found[0] if found else None

    def _is_overtaken(self, draft: Draft) -> bool:
        """Whether another message of its series is about a later time, also one that was withdrawn:
        a clock set back withdraws what it does not know, and nothing older follows that either."""
        later = self._con.execute(
            "select 1 from message where series = ? and channel = ? and ends > ?",
            [draft.series, draft.channel, _ends(draft)],
        )
        return later.fetchone() is not None

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

    def left(self, key: str, said: str) -> None:
        """It was not tried this time; it waits."""
        self._step(key, "waiting", said)

    def in_doubt(self, key: str, said: str) -> None:
        """Nobody knows whether it was taken."""
        self._step(key, "handing", said)

    def is_unsettled(self, key: str) -> bool:
        """Whether `again` would let a message wait once more."""
        return self._state(key) in ("handing", "refused", "returned")

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

    def withdraw(self, channel: str, keys: Collection[str]) -> None:
        """What waits and is none of these is nobody's to have today: who has left, another role."""
        waiting = [one.key for one in self.of("waiting", channel) if one.key not in keys]
        with self._con:
            self._con.executemany(
                "update message set state = 'replaced', content = null, changed_at = ? "
                "where key = ?",
                [(self._now, key) for key in waiting],
            )

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


def _ends(draft: Draft) -> str:
    return draft.ends.isoformat() if draft.ends else ""


@contextmanager
def open_outbox(
    folder: Path, now: dt.datetime, patience: float = 0, who: str = "attain send"
) -> Iterator[Outbox]:
    """Open the outbox in a folder of the workspace, for one at a time.

    Args:
        patience: seconds to wait for another that has it open.
        who: what others that have it open are called.

    Raises:
        UserError: another has it open.
    """
    with _alone(folder, "outbox.lock", patience, who):
        con = sqlite3.connect(folder / "outbox.db")
        try:
            con.execute("pragma synchronous = full")
            yield Outbox(con, now)
        finally:
            con.close()


@contextmanager
def one_sender(folder: Path) -> Iterator[None]:
    """A whole call that sends, mail and robots: what it opens in between is nobody else's to send.

    Raises:
        UserError: another call is sending.
    """
    with _alone(folder, "sending.lock", 0, "attain send"):
        yield


@contextmanager
def _alone(folder: Path, lock: str, patience: float, who: str) -> Iterator[None]:
    from filelock import FileLock, Timeout

    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    held = FileLock(folder / lock, timeout=patience)
    try:
        held.acquire()
    except Timeout:
        raise UserError(f"{folder}: another {who} is at work; wait for it to end.", 1) from None
    try:
        yield
    finally:
        held.release()
