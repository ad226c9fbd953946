"""Traces of runs that were killed, in Dagster's history: such a run has failed, and blocks nothing.

A killed process cannot say so itself; its run would stay *started* and fill the queue, which holds
one. Belongs here: telling who works on a run, finding those whose worker is gone, and a history
that can be opened. Does not belong here: what a killed run leaves in the workspace (`run/`).
"""

from __future__ import annotations

import os
import socket
import sqlite3
from pathlib import Path

import dagster as dg

WORKER_TAG = "attain/worker"
_COMMAND = "command"
_UNFINISHED = [
    dg.DagsterRunStatus.NOT_STARTED,
    dg.DagsterRunStatus.STARTING,
    dg.DagsterRunStatus.STARTED,
    dg.DagsterRunStatus.CANCELING,
]
_SAID = "The process of this run was killed; its reports are as they were. Start it again."
_SMALL = 64 << 20  # bytes of a file that is read through; of a larger one the head is


def command_tag() -> str:
    """Marks a run that `attain run` works on itself: it holds the workspace as long as it lives."""
    return _COMMAND


def worker_tag() -> str:
    """Marks a run by the process that works on it: host, number, when it began."""
    return f"{socket.gethostname()} {os.getpid()} {_began(os.getpid())}"


def end_killed_runs(instance: dg.DagsterInstance, is_alone: bool = False) -> int:
    """Mark runs as failed whose worker is gone; returns how many. The workspace must be held.

    Args:
        is_alone: no page is open: a run that nobody has taken up yet is nobody's either.
    """
    ended = 0
    for run in instance.get_runs(filters=dg.RunsFilter(statuses=_UNFINISHED)):
        tag = run.tags.get(WORKER_TAG)
        is_dead = is_alone if tag is None else tag == _COMMAND or _is_gone(tag)
        if is_dead:
            instance.report_run_failed(run, _SAID)
            ended += 1
    return ended


def _is_gone(tag: str) -> bool:
    """Whether the process is no longer there; of another machine's nobody knows."""
    host, number, began = (*tag.split(" "), "", "")[:3]
    if host != socket.gethostname() or not number.isdigit():
        return False
    try:
        os.kill(int(number), 0)
    except ProcessLookupError:
        return True
    except OSError:  # there, and another user's
        return False
    return _began(int(number)) != began


def _began(number: int) -> str:
    """When a process began, in the system's own count; empty where the system does not tell."""
    try:
        fields = Path(f"/proc/{number}/stat").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""
    return fields.rpartition(")")[2].split()[19]


def heal_history(home: Path) -> list[str]:
    """Set damaged files of Dagster's history aside, so that it can be opened.

    Returns:
        A sentence for each file, for whoever started the run.
    """
    said = []
    for path in (home / "schedules" / "schedules.db", *sorted((home / "history").rglob("*.db"))):
        if path.is_file() and not _is_sound(path):
            aside = path.with_suffix(".damaged")
            path.replace(aside)
            for suffix in ("-wal", "-shm", "-journal"):
                path.with_name(path.name + suffix).unlink(missing_ok=True)
            lost = (
                "schedules and sensors are as shipped: switch them on again in attain ui"
                if path.name == "schedules.db"
                else "the history of runs begins anew"
            )
            said.append(f"{path} was damaged and is set aside as {aside.name}; {lost}")
    return said


def _is_sound(path: Path) -> bool:
    connection = sqlite3.connect(path)
    try:
        asked = "pragma quick_check(1)" if path.stat().st_size < _SMALL else "pragma schema_version"
        found = connection.execute(asked).fetchone()
        return found is not None and (found[0] == "ok" or isinstance(found[0], int))
    except sqlite3.OperationalError as error:
        return "locked" in str(error) or "busy" in str(error)  # in use, so it can be read
    except sqlite3.DatabaseError:
        return False
    finally:
        connection.close()
