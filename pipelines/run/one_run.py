"""A run as its steps see it: the session opened by the first, the result published by the last.

Belongs here: which steps a run has left, what a step that breaks leaves behind. Does not belong
here: what a step does (`steps.py`) or when a run starts (`orchestration/`).
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from functools import cached_property

from pipelines.run.publication import conclude
from pipelines.run.session import Session

PUBLISH = "publish"


class OneRun:
    """The session of a run and the steps it has still to do."""

    def __init__(self, opened: Callable[[], Session], steps: Collection[str]) -> None:
        self._opened = opened
        self._left = set(steps)

    @cached_property
    def session(self) -> Session:
        """The open session; the first step that asks opens it."""
        return self._opened()

    @property
    def is_open(self) -> bool:
        return "session" in self.__dict__

    @contextmanager
    def step(self, name: str) -> Iterator[Session]:
        """One step. The last one publishes: a run of a few tables shows what it built, too."""
        session = self.session
        try:
            yield session
        except Exception as error:
            session.errors[name] = f"{name} could not be computed: {one_line(error)}"
            raise
        session.errors.pop(name, None)  # a second try went well
        self._left.discard(name)
        if not self._left:
            self.publish()

    def publish(self) -> None:
        """Publish once; whatever breaks then is kept for whoever asked for the run."""
        session = self.session
        if session.failure is not None:
            raise session.failure
        if session.outcome is None:
            try:
                session.outcome = conclude(session, list(session.errors.values()))
            except BaseException as error:
                session.failure = error
                raise


def one_line(error: BaseException) -> str:
    """What an error says first, for people."""
    return (str(error).strip() or type(error).__name__).splitlines()[0]
