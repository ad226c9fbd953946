"""Handing messages over, one at a time, with a note on disk before and after each.

Belongs here: the order of notes, and trying again. Does not belong here: any protocol; `mail/` and
`robots/` say how one message is handed over and what the answer means.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import Protocol

from pipelines.delivery.outbox.store import Outbox, Record


class RefusedError(Exception):
    """The message will not be taken, whenever it is tried."""


class TryLaterError(Exception):
    """The message was not taken; `is_cut` says that the connection is of no more use."""

    def __init__(self, said: str, is_cut: bool = False) -> None:
        super().__init__(said)
        self.is_cut = is_cut


class _CutError(Exception):
    """The connection is of no more use; the message it was cut at has its note already."""

    def __init__(self, is_doubt: bool = False) -> None:
        super().__init__()
        self.is_doubt = is_doubt


class InDoubtError(Exception):
    """The message may have been taken: nobody can say."""


_MOST = 3
"""Connections that end one after the other with nothing taken between: it is not the message."""


class Line(Protocol):
    """A connection on which messages are handed over."""

    def hand_over(self, record: Record, begin: Callable[[], None]) -> str: ...


@dataclass
class Handed:
    """What became of messages in one call: subjects by reader."""

    sent: list[Record] = field(default_factory=list)
    refused: list[tuple[Record, str]] = field(default_factory=list)


def hand_over_all(
    outbox: Outbox,
    channel: str,
    connect: Callable[[], AbstractContextManager[Line]],
    waits: Sequence[int],
    sleep: Callable[[float], None],
    only: Collection[str] | None = None,
) -> Handed:
    """Hand over what waits in a channel; what is not taken is tried again after each wait.

    Args:
        connect: opens a connection; a new one is opened after one was cut.
        waits: seconds before the second attempt, the third, and so on. There is none after several
            messages one after the other whose arrival nobody knows: each would be one more.
        only: the readers to send to; all, if not given.
    """
    found = Handed()
    for wait in (0, *waits):
        waiting = [
            record
            for record in outbox.of("waiting", channel)
            if only is None or record.reader in only
        ]
        if not waiting:
            break
        if wait:
            sleep(wait)
        waiting.sort(key=lambda record: record.attempts)  # nobody is held up by others
        if not _round(outbox, waiting, connect, found):
            break
    return found


def _round(
    outbox: Outbox,
    waiting: Sequence[Record],
    connect: Callable[[], AbstractContextManager[Line]],
    found: Handed,
) -> bool:
    """One attempt at each message; a server that cannot be reached is asked once, and one that
    hangs or cuts the line every time a few times. Returns whether another attempt is of use."""
    left = list(waiting)
    cuts: list[_CutError] = []
    while left:
        try:
            with connect() as line:
                while left:
                    _one(outbox, left.pop(0), line, found)
                    cuts = []
        except _CutError as cut:
            cuts.append(cut)
            if len(cuts) >= _MOST:
                for record in left:
                    outbox.left(record.key, f"the other side broke off {_MOST} times in a row")
                return not any(one.is_doubt for one in cuts)
        except TryLaterError as error:
            for record in left:
                outbox.failed(record.key, str(error))
            break
    return True


def _one(outbox: Outbox, record: Record, line: Line, found: Handed) -> None:
    try:
        said = line.hand_over(record, lambda: outbox.begin(record.key))
    except RefusedError as error:
        outbox.refused(record.key, str(error))
        found.refused.append((record, str(error)))
    except InDoubtError as error:
        outbox.in_doubt(record.key, str(error))
        raise _CutError(is_doubt=True) from None
    except TryLaterError as error:
        outbox.failed(record.key, str(error))
        if error.is_cut:
            raise _CutError from None
    else:
        outbox.sent(record.key, said)
        found.sent.append(record)
