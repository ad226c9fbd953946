"""The day that the name of an export states.

Belongs here: reading it. Does not belong here: what follows from it (`staging/groups.py`).
"""

from __future__ import annotations

import datetime as dt
import re
from pathlib import PurePosixPath

_DAY = re.compile(
    r"(?<!\d)(?P<y>20\d\d)(?P<sep>[-_.年]?)(?P<m>0[1-9]|1[0-2])(?:(?P=sep)|月)"
    r"(?P<d>0[1-9]|[12]\d|3[01])日?"
    # a time is marked as one: `_0001` behind a day is the number of a part
    r"(?:(?:T(?P<hh>[01]\d|2[0-3])[-:_]?(?P<mm>[0-5]\d)(?:[-:_]?(?P<ss>[0-5]\d))?)"
    r"|(?:[_ -](?P<h>[01]\d|2[0-3])[-:](?P<n>[0-5]\d)(?:[-:](?P<s>[0-5]\d))?))?(?!\d)"
)


def export_date(name: str) -> dt.datetime | None:
    """The day (and time) that a file's name or the nearest folder of it states.

    A month alone is none: `invoice_2026-10.csv` holds the rows of October, not the state then.
    """
    for part in reversed(PurePosixPath(name.replace("!", "/")).parts):
        found = list(_DAY.finditer(part))
        if found:
            words = found[-1].groupdict()
            try:
                return dt.datetime(  # noqa: DTZ001 - in the workspace's time
                    int(words["y"]), int(words["m"]), int(words["d"]),
                    int(words["hh"] or words["h"] or 0), int(words["mm"] or words["n"] or 0),
                    int(words["ss"] or words["s"] or 0),
                )  # fmt: skip
            except ValueError:  # 2026-02-31
                continue
    return None
