"""The folder that this machine and every executor see: rows go to Spark and come back through it.

Belongs here: where rows lie, who owns the folder, writing beside and putting in place, sweeping.
Does not belong here: what is computed (`engine.py`).

A table's rows at one state lie in `<table>/<state>/`; a folder of that name is whole. What is being
written has another name, of this run alone: a job of a killed run may still write to its own.
"""

from __future__ import annotations

import hashlib
import shutil
import socket
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from pipelines.errors import InUseError, UserError

_OWNER = "workspace.txt"
_LOCK = "lock"
_WAITING = ".waiting-"
_MARK = 24  # characters that name a state


class SharedFolder:
    """One workspace's part of the shared folder, held until the block that opened it ends."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._run = uuid.uuid4().hex[:12]

    @property
    def unmarked(self) -> str:
        """The state of what nobody notes the state of: it holds for this run alone."""
        return f"run-{self._run}"

    def place(self, table: str, mark: str) -> Path:
        """Where a table's rows at one state lie, if they were written."""
        return self.path / table / hashlib.sha256(mark.encode()).hexdigest()[:_MARK]

    def waiting(self, table: str, mark: str) -> Path:
        """Where they are written; nobody reads it, and no other run writes there."""
        place = self.place(table, mark)
        place.parent.mkdir(parents=True, exist_ok=True)
        return place.with_name(f"{place.name}{_WAITING}{self._run}")

    def put_in_place(self, table: str, mark: str) -> Path:
        """What was written becomes the rows of that state, in one step."""
        place = self.place(table, mark)
        if place.exists():
            shutil.rmtree(place)
        self.waiting(table, mark).rename(place)
        return place

    def sweep(self, mark_of: Callable[[str], str | None]) -> None:
        """Remove rows of states that no table has any more, and what a killed run left.

        Raises:
            OSError: what Spark wrote may not be removed by whoever runs attain.
        """
        for table in self.path.iterdir():
            if not table.is_dir():
                continue
            mark = mark_of(table.name)
            kept = self.place(table.name, mark) if mark else None
            for state in table.iterdir():
                if state != kept:
                    shutil.rmtree(state)

    def remove(self, table: str) -> None:
        """Remove all that lies there under a name."""
        if (self.path / table).exists():
            shutil.rmtree(self.path / table)

    def keep_only(self, table: str, mark: str) -> None:
        """Remove the other states of one table, once its new rows are in place."""
        kept = self.place(table, mark)
        for state in kept.parent.iterdir():
            if state != kept:
                shutil.rmtree(state)


@contextmanager
def hold_folder(path: Path, owner: str) -> Iterator[SharedFolder]:
    """Hold a workspace's part of the shared folder: no other run and no other workspace uses it.

    Args:
        owner: the workspace, as a path on this machine.

    Raises:
        UserError: it cannot be written, or is another workspace's.
        InUseError: another run uses it, on this machine or another.
    """
    from filelock import FileLock, Timeout

    try:
        path.mkdir(parents=True, exist_ok=True)
        lock = FileLock(path / _LOCK, timeout=0)
        lock.acquire()
    except Timeout:
        raise InUseError(
            f"{path}: another attain run computes here; wait for it to end.", 1
        ) from None
    except OSError as error:
        raise _not_writable(path, error) from None
    try:
        try:
            _require_owner(path, f"{socket.gethostname()}:{owner}")
        except OSError as error:
            raise _not_writable(path, error) from None
        yield SharedFolder(path)
    finally:
        lock.release()


def _require_owner(path: Path, owner: str) -> None:
    note = path / _OWNER
    if not note.exists():
        note.write_text(owner + "\n", encoding="utf-8")
    known = note.read_text(encoding="utf-8").strip()
    if known != owner:
        raise UserError(
            f"{path}: holds rows of the workspace {known}, and this one is {owner}. Give each "
            "workspace its own engine.folder in attain.yaml; or delete this folder, if that "
            "workspace has moved here."
        )


def _not_writable(path: Path, error: OSError) -> UserError:
    return UserError(
        f"{path}: attain cannot write here ({error.strerror or error}); give whoever runs it the "
        "right, or name another folder as engine.folder in attain.yaml."
    )
