"""A limit to how long an answer takes, however slowly it comes.

A socket's own time-out begins anew with each byte, so a server that sends one now and then would
hold a call for hours.
"""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress


@contextmanager
def within(line: socket.socket, seconds: float) -> Iterator[None]:
    """Read from a line for so many seconds at most; it is of no more use afterwards.

    Raises:
        TimeoutError: the time was over before the block ended.
    """
    is_over = threading.Event()

    def cut() -> None:
        is_over.set()
        with suppress(OSError):  # the other side was quicker
            line.shutdown(socket.SHUT_RDWR)

    timer = threading.Timer(seconds, cut)
    timer.daemon = True
    timer.start()
    try:
        yield
    except Exception:
        if not is_over.is_set():
            raise
    finally:
        timer.cancel()
    if is_over.is_set():
        raise TimeoutError(f"timed out: no whole answer within {seconds:g} s")
