"""What attain says when it cannot go on: one sentence for the person who can fix it.

Belongs here: exceptions that end a command with an exit code. Does not belong here: bad rows
(they go to quarantine) and failed checks (they are results, not exceptions).
"""

from __future__ import annotations


class UserError(Exception):
    """A mistake in usage or configuration; shown as one sentence, never as a traceback.

    `exit_code` 2 is wrong usage or configuration, 1 is a check that blocked something.
    """

    def __init__(self, message: str, exit_code: int = 2) -> None:
        super().__init__(message)
        self.message = message
        self.exit_code = exit_code


class InUseError(UserError):
    """Another run holds the workspace; it will be free again."""


class OutOfMemoryError(UserError):
    """A step needs more memory than the computation may take, in one thread too."""
