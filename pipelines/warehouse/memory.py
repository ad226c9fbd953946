"""How much memory the database may take: a share of the machine, unless the workspace says.

Belongs here: what the machine has and how much of it is free, by its own count. Does not belong
here: what a step does when that is not enough (`duck.py`).
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path

AUTO = "auto"
# Half of the machine: pages, the orchestrator and whoever else works there take the rest.
_SHARE_OF_MACHINE = 0.5
_SHARE_OF_FREE = 0.75
# With less, the larger models of a million deals do not fit.
_LEAST = 1_500_000_000
_LIMIT = re.compile(r"(\d+(?:\.\d+)?)\s?(\w+)")
_UNITS = {"B": 1, "MB": 10**6, "GB": 10**9, "MiB": 2**20, "GiB": 2**30}
_GROUPS = Path("/sys/fs/cgroup")
_UNLIMITED = 1 << 60  # what the first version of control groups says for "no limit"


def limit_for(setting: str) -> str:
    """DuckDB's limit for a setting: itself, or for `auto` what the machine allows, in bytes."""
    return f"{automatic_limit(installed(), available())}B" if setting == AUTO else setting


def part_of(limit: str, share: float) -> str:
    """A share of a limit that `limit_for` gave, in bytes."""
    number, unit = _LIMIT.fullmatch(limit).groups()  # type: ignore[union-attr]
    return f"{int(float(number) * _UNITS[unit] * share)}B"


def automatic_limit(machine: int, free: int) -> int:
    """Half of the machine, three quarters of what is free, whichever is less, in bytes.

    Results do not depend on it: with less, more goes by way of the disk.
    """
    return max(_LEAST, int(min(machine * _SHARE_OF_MACHINE, free * _SHARE_OF_FREE)))


def installed() -> int:
    """Bytes of memory that this process could have: the machine's, or its control group's."""
    physical = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    return min([physical, *(limit for limit, _ in _groups())])


def available() -> int:
    """Bytes that are free or can be freed at once, within the control group."""
    lines = _text(Path("/proc/meminfo")).splitlines()
    told = [int(line.split()[1]) * 1024 for line in lines if line.startswith("MemAvailable:")]
    return min([*(told or [installed()]), *(limit - used for limit, used in _groups())])


def _groups() -> Iterator[tuple[int, int]]:
    """Limit and use of each control group that this process is in, the outer ones too."""
    for line in _text(Path("/proc/self/cgroup")).splitlines():
        _, controllers, place = line.split(":", 2)
        if controllers == "":
            mount, limit_name, used_name = _GROUPS, "memory.max", "memory.current"
        elif controllers == "memory":  # the first version: a tree for each resource
            mount, limit_name, used_name = (
                _GROUPS / "memory", "memory.limit_in_bytes", "memory.usage_in_bytes",
            )  # fmt: skip
        else:
            continue
        inner = mount / place.lstrip("/")
        for folder in (inner, *inner.parents):
            limit, used = (_text(folder / name).strip() for name in (limit_name, used_name))
            if limit.isdigit() and used.isdigit() and int(limit) < _UNLIMITED:
                yield int(limit), int(used)


def _text(path: Path) -> str:
    """What a file of the kernel says; nothing where the system has none of that name."""
    try:
        return path.read_text(encoding="ascii")
    except OSError:
        return ""
