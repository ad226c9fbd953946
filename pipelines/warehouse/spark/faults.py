"""What goes wrong on a cluster, as one sentence for the person who can fix it.

Belongs here: telling Spark's errors apart by what they say, and which of them a second try helps.
Does not belong here: a model that is wrong; its error is shown as Spark says it.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from pipelines.errors import UserError

_LONGEST = 300


class EngineError(UserError):
    """Spark could not do it. `is_lost`: nor will it do anything else in this run."""

    def __init__(self, message: str, is_lost: bool = False) -> None:
        super().__init__(message, 1)
        self.is_lost = is_lost


class Fault(NamedTuple):
    """A kind of fault: how it is known, what to say, whether a second try helps or all ends."""

    words: re.Pattern[str]
    sentence: str
    again: bool = False
    is_lost: bool = False


def _fault(words: str, sentence: str, again: bool = False, is_lost: bool = False) -> Fault:
    return Fault(re.compile(words, re.IGNORECASE | re.DOTALL), sentence, again, is_lost)


# The first that fits is told: what ended an executor before that it ended.
FAULTS = (
    _fault(
        r"no space left on device|disk quota exceeded",
        "a disk of Spark is full, its own (spark.local.dir) or the shared folder's; make room and "
        "run again",
    ),
    _fault(
        r"outofmemoryerror|java heap space|exceeding memory limits|oomkilled|"
        r"UNABLE_TO_ACQUIRE_MEMORY|exit(?:ed with)? (?:code|status) (?:137|52)\b",
        "an executor of Spark ran out of memory; give executors more (spark.executor.memory), or "
        "run it with more of them",
    ),
    _fault(
        r"permission denied|accesscontrolexception|access denied|operation not permitted|"
        r"mkdirs failed",
        "Spark has no right to write to the shared folder; give the user that Spark runs as the "
        "right to read and write there",
    ),
    _fault(
        r"PATH_NOT_FOUND|path does not exist|filenotfoundexception|FAILED_READ_FILE",
        "Spark does not see the shared folder, or only its driver does; every executor has to see "
        "it under the same path",
    ),
    _fault(
        r"executorlostfailure|executor lost|lost executor|slave lost|worker lost|fetchfailed|"
        r"executor heartbeat timed out|command exited with code|exited caused by one of the",
        "Spark lost executors and did not finish it in two tries; look at the workers' logs",
        again=True,
    ),
    _fault(
        r"INVALID_HANDLE|session .*(?:closed|not found|changed)",
        "Spark was started anew during the run; run again",
        is_lost=True,
    ),
    _fault(
        r"UNAUTHENTICATED|PERMISSION_DENIED|invalid .*token|authentication",
        "Spark refuses to let attain in; give the token in the environment as "
        "SPARK_CONNECT_AUTHENTICATE_TOKEN",
        is_lost=True,
    ),
    _fault(
        r"UNAVAILABLE|connection refused|failed to connect|connection reset|socket closed|"
        r"RETRIES_EXCEEDED|DEADLINE_EXCEEDED|sparkcontext (?:was|has been) (?:shut ?down|stopped)|"
        r"stopped sparkcontext",
        "Spark no longer answers; look whether its server runs, and run again",
        is_lost=True,
    ),
)


def told(error: BaseException, doing: str) -> EngineError:
    """One sentence for an error of Spark.

    Args:
        doing: what was being done, such as the name of a table.
    """
    found = fault_of(error)
    if found is None:
        return EngineError(f"{doing}: Spark says: {_first_line(error)}")
    return EngineError(f"{doing}: {found.sentence}.", found.is_lost)


def fault_of(error: BaseException) -> Fault | None:
    """The kind of fault an error tells of; `None` where it is none of a cluster's."""
    said = f"{type(error).__name__}: {error}"
    return next((fault for fault in FAULTS if fault.words.search(said)), None)


def _first_line(error: BaseException) -> str:
    lines = str(error).strip().splitlines() or [type(error).__name__]
    return lines[0][:_LONGEST]
