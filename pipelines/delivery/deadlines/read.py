"""The deadlines of a company, and those that concern a reader of a report.

Belongs here: reading them and choosing. Does not belong here: how they are written (`ics.py`).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from pipelines.delivery.access.policy import Subject
from pipelines.delivery.access.readers import COMPANY, Reader
from pipelines.warehouse.duck import Warehouse

Kind = Literal["close", "dispute", "approval", "answer", "appeal"]
_QUERIES = Path(__file__).with_name("queries")
_READ: dict[Kind, tuple[str, tuple[str, ...]]] = {
    "close": ("months", ("mart.commission_statement",)),
    "dispute": ("disputes", ("mart.commission_dispute",)),
    "approval": ("approvals", ("mart.commission_approval",)),
    "answer": ("answers", ("mart.appraisal_appeal",)),
    "appeal": ("appeals", ("mart.appraisal_result", "mart.appraisal_total")),
}
# On whose page a deadline is written into the calendar: of whoever acts, or whom it concerns.
_OF_ALL: dict[str, tuple[Kind, ...]] = {
    "commission_reconciliation": ("close", "dispute", "approval"),
    "appraisal": ("answer",),
}
_OF_ONESELF: dict[str, tuple[Kind, ...]] = {
    "rep_weekly": ("appeal",),
    "commission_statement": ("dispute",),
    "appraisal": ("appeal",),
}
_SUBJECTS: dict[Kind, Subject] = {
    "close": "commission", "dispute": "commission", "approval": "commission",
    "answer": "appraisal", "appeal": "appraisal",
}  # fmt: skip


@dataclass(frozen=True)
class Deadline:
    """The last day for something; `person` is whom it is about, `key` names it among its kind."""

    kind: Kind
    key: str
    person: str | None
    period: str
    day: dt.date


def read_deadlines(warehouse: Warehouse, close_days: int) -> tuple[Deadline, ...]:
    """The deadlines of what was computed last.

    Args:
        close_days: days after a month's end by which it is to be closed; 0 for no such day.
    """
    found = []
    for kind, (name, tables) in _READ.items():
        if not all(warehouse.exists(table) for table in tables) or (
            kind == "close" and not close_days
        ):
            continue
        sql = (_QUERIES / f"{name}.sql").read_text(encoding="utf-8")
        later = dt.timedelta(days=close_days if kind == "close" else 0)
        found += [
            Deadline(kind, row["key"], row["person"], row["period"], row["day"] + later)
            for row in warehouse.rows(sql)
        ]
    return tuple(found)


def deadlines_for(
    reader: Reader, report: str, deadlines: Iterable[Deadline], day: dt.date
) -> list[Deadline]:
    """What a report's mail puts into a reader's calendar: days that have not passed, of what they
    may see."""
    own, of_all = _OF_ONESELF.get(report, ()), _OF_ALL.get(report, ())
    found = [
        one
        for one in deadlines
        if one.day >= day
        and (
            (one.kind in own and one.person == reader.id)
            or (one.kind in of_all and reader.sees(_SUBJECTS[one.kind], COMPANY, day))
        )
    ]
    return sorted(found, key=lambda one: (one.day, one.kind, one.key))
