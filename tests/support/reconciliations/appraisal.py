"""Cases of the checks on appraisals: who decided."""

from __future__ import annotations

import datetime as dt
from typing import Any

from tests.support.laboratory import Row
from tests.support.reconciliations.rows import Broken, Clean

PEOPLE = {"core.dim_employee": [{"employee_id": "E1", "name": "王芳"}, {"employee_id": "E9"}]}
ANSWERED = dt.datetime(2026, 10, 20)


def decision(by: str, at: dt.datetime = ANSWERED) -> Row:
    return {"employee_id": "E1", "period": "2026-Q3", "approved_by": by, "decided_at": at}


def slip(by: str) -> Row:
    return {"employee_id": "E1", "slip_date": dt.date(2026, 9, 3), "approved_by": by}


def appeal(by: str | None, status: str = "accepted") -> Row:
    return {"employee_id": "E1", "period": "2026-Q3", "status": status, "decided_by": by,
            "decided_at": ANSWERED if by else None}  # fmt: skip


def decided(*decisions: Row, slips: tuple[Row, ...] = (), appeals: tuple[Row, ...] = ()) -> Any:
    return {**PEOPLE, "staging.appraisal_override": decisions, "staging.appraisal_slip": slips,
            "staging.appraisal_appeal": appeals}  # fmt: skip


CLEAN: list[Clean] = [
    ("appraisal_approvers_are_known", "by number, by name, not answered yet, not known yet",
     decided(decision("E9"), decision(" 王芳 "), decision("X", dt.datetime(2026, 11, 17)),
             slips=(slip("E9"),), appeals=(appeal("E9"), appeal(None, "open")))),
]  # fmt: skip
BROKEN: list[Broken] = [
    ("appraisal_approvers_are_known", "a decision by nobody", decided(decision("E99")),
     {"employee_id": "E1", "named": "E99", "problem":
      "the decision about E1 of 2026-Q3 names E99, whom no list of employees has. Give an "
      "employee no. or name as the list writes it"}),
    ("appraisal_approvers_are_known", "a slip by nobody",
     decided(slips=(slip("王放"),)), {"kind": "slip", "period": "2026-09", "named": "王放"}),
    ("appraisal_approvers_are_known", "an answer by nobody", decided(appeals=(appeal("Boss"),)),
     {"kind": "answer", "named": "Boss"}),
]  # fmt: skip
