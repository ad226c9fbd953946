"""The password file: a reader and an argon2id hash a line.

Belongs here: reading, changing and checking it. Does not belong here: how often somebody may try.
"""

from __future__ import annotations

import os
from functools import cache
from pathlib import Path

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from pipelines.errors import UserError
from pipelines.workspace.workspace import OWNER_ONLY

FILE = Path("portal", "passwords")
SHORTEST, LONGEST = 12, 256


class Passwords:
    """The passwords of a workspace; a change of the file counts from the next sign-in on."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def hashes(self) -> dict[str, str]:
        """The hash of each reader."""
        if not self._path.exists():
            return {}
        lines = self._path.read_text(encoding="utf-8").splitlines()
        return {who: kept for who, _, kept in (line.partition(":") for line in lines) if kept}

    def fits(self, who: str, password: str) -> bool:
        """Whether a password is a reader's; one that nobody has takes as long to say no."""
        kept = self.hashes().get(who)
        try:
            _hasher().verify(kept or _nobody_s(), password[: LONGEST + 1])
        except (VerificationError, InvalidHashError):
            return False
        return kept is not None and len(password) <= LONGEST

    def put(self, who: str, password: str) -> None:
        """Give a reader a password, in place of an earlier one.

        Raises:
            UserError: it is too short or too long.
        """
        if not SHORTEST <= len(password) <= LONGEST:
            raise UserError(
                f"A password has {SHORTEST} to {LONGEST} characters; this one has {len(password)}."
            )
        hashes = self.hashes() | {who: _hasher().hash(password)}
        self._path.parent.mkdir(parents=True, exist_ok=True, mode=OWNER_ONLY)
        waiting = self._path.with_suffix(".partial")
        waiting.unlink(missing_ok=True)
        with os.fdopen(os.open(waiting, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.writelines(f"{name}:{kept}\n" for name, kept in sorted(hashes.items()))
        waiting.replace(self._path)


@cache
def _hasher() -> PasswordHasher:
    """argon2id with the library's parameters, those of RFC 9106 for little memory."""
    return PasswordHasher()


@cache
def _nobody_s() -> str:
    return _hasher().hash("nobody has this password")
