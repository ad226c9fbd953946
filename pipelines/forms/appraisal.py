"""Forms of an appraisal: scores by rater, and calibration of the grades.

Belongs here: who is asked for what. Does not belong here: what becomes of it
(`sql/mart/appraisal`).
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections import Counter
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from typing import Any

from pipelines.errors import UserError
from pipelines.forms.form import Field, Form, Formula, Language, Sheet, word
from pipelines.landing.dated import export_date
from pipelines.reporting.model.page import file_name
from pipelines.warehouse.duck import Warehouse
from pipelines.workspace.yamlfile import did_you_mean

_QUERIES = Path(__file__).with_name("queries")
_NOBODY = "nobody"

_SCORES = (
    Field("employee"), Field("name"), Field("unit"), Field("period", width=11),
    Field("indicator"), Field("indicator_name", width=24), Field("most", "number"),
    Field("score", "number", open=True, hint="score", most="most"),
    Field("comment", open=True, width=40), Field("rater", open=True),
    Field("rated", "day", open=True, hint="day"),
)  # fmt: skip
_CALIBRATION = (
    Field("employee"), Field("name"), Field("unit"), Field("period", width=11),
    Field("scheme", width=26), Field("field", hidden=True), Field("computed", "number"),
    Field("before"),
    Field("after", "choice", open=True, hint="after", choices="grade"),
    Field("reason", open=True, width=40), Field("approver", open=True),
    Field("decided", "day", open=True, hint="day"), Field("result"), Field("grade", hidden=True),
)  # fmt: skip
_APPEALS = (
    Field("appeal", width=24), Field("employee"), Field("name"), Field("unit"),
    Field("period", width=11), Field("computed", "number"), Field("grade"),
    Field("appealed", "choice", open=True, hint="appealed", choices="choices"),
    Field("reason", open=True, width=40), Field("opened", "day", open=True, hint="day"),
    Field("choices", hidden=True),
)  # fmt: skip
_ANSWERS = (
    Field("appeal", width=24), Field("employee"), Field("name"), Field("period", width=11),
    Field("appealed"), Field("reason", width=40), Field("opened", "day"), Field("opened_by"),
    Field("answer_by", "day"),
    Field("status", "choice", open=True, hint="outcome", choices="choices"),
    Field("decision", open=True, width=40), Field("decided_by", open=True),
    Field("decided", "day", open=True, hint="day"), Field("choices", hidden=True),
)  # fmt: skip
_APPEAL = ("appeal", "employee", "period")
_DISTRIBUTION = (
    Field("scheme", width=26), Field("grade"), Field("guide"),
    Field("people_before", "number"), Field("people_after", "number"),
)  # fmt: skip


def appraisal_forms(
    warehouse: Warehouse, period: str, today: dt.date, language: Language
) -> list[Form]:
    """A form for every rater of a period, one for its calibration and one for appeals.

    Whoever has no manager is in a form of its own, for somebody to name the rater. Scores that were
    given already stand in it.

    Args:
        period: as results name it: `2026-Q3`, `2026-10`, `2026-H1`, `2026`.
        today: the day that stands beside a score until somebody writes another.

    Raises:
        UserError: nothing was appraised in that period.
    """
    _require(warehouse, period)
    asked = warehouse.rows(_text("scores"), [period])
    forms = [
        _scores_form(period, rater, list(rows), today, language)
        for rater, rows in groupby(asked, key=itemgetter("rater_id"))
    ]
    return [
        *forms,
        _calibration_form(warehouse, period, today, language),
        _appeals_form(warehouse, period, today, language),
    ]


def _require(warehouse: Warehouse, period: str) -> None:
    if not warehouse.exists("core.appraisal_asked"):
        raise UserError(f"{warehouse.path.name}: nothing has been computed yet. Run: attain run", 1)
    known = [
        row["period"]
        for row in warehouse.rows(
            "select distinct period from mart.appraisal_result order by period desc"
        )
    ]
    if period not in known:
        newest = ", ".join(known[:6]) or "none"
        raise UserError(
            f"{period!r}: no scheme has judged anybody in a period of that name"
            f"{did_you_mean(period, known)}. A period is appraised once it has ended; the newest "
            f"are {newest}."
        )


def _text(name: str) -> str:
    return (_QUERIES / f"{name}.sql").read_text(encoding="utf-8")


def _scores_form(
    period: str, rater: str, rows: list[dict[str, Any]], today: dt.date, language: Language
) -> Form:
    named = None if rater == _NOBODY else rater
    return Form(
        scores_file(period, file_name(named) if named else _NOBODY),
        (
            Sheet("scores", _SCORES, [
                (row["employee_id"], row["name"], row["unit"], period, row["indicator"],
                 row[f"label_{language}"], row["most"], row["score"], row["comment"],
                 named, row["rated"] or today)
                for row in rows
            ], ("employee", "period", "indicator")),
        ),
    )  # fmt: skip


def scores_file(period: str, rater: str) -> str:
    """The file name of a rater's form. An id that would read as the day of an export (20240105, or
    12 behind a month) is told by letters: a form is as new as the day on which it comes back."""
    name = f"attain-scores-{period}-{rater}.xlsx"
    if export_date(name) is None:
        return name
    digest = hashlib.sha256(rater.encode()).hexdigest()[:16]
    letters = digest.translate(str.maketrans("0123456789", "ghijklmnop"))
    return f"attain-scores-{period}-{letters}.xlsx"


def _calibration_form(
    warehouse: Warehouse, period: str, today: dt.date, language: Language
) -> Form:
    people = warehouse.rows(_text("calibration"), [period])
    grades = warehouse.rows(_text("grades"), [period])
    held = word("held", language)
    rows = [
        (row["employee_id"], row["name"], row["unit"], period, row[f"label_{language}"], "grade",
         row["score"], row["grade"] or held, row["after"], row["reason"], row["approved_by"],
         row["decided"] or today,
         Formula('=IF(I{row}="",H{row},I{row})', row["after"] or row["grade"] or held),
         row["grades"])
        for row in people
    ]  # fmt: skip
    moved = Counter((row["scheme_id"], row["after"] or row["grade"] or held) for row in people)
    last = len(rows) + 1
    sheet = word("sheet.calibration", language)

    def counted(column: str, number: int) -> Formula:
        places = [f"'{sheet}'!${letter}$2:${letter}${last}" for letter in ("E", column)]
        return Formula(f"=COUNTIFS({places[0]},A{{row}},{places[1]},B{{row}})", number)

    return Form(
        f"attain-calibration-{period}.xlsx",
        (
            Sheet("calibration", _CALIBRATION, rows, ("employee", "period", "field")),
            Sheet("distribution", _DISTRIBUTION, [
                (row[f"label_{language}"], row["grade"] or held, row["guide"],
                 counted("H", row["people"]),
                 counted("M", moved[row["scheme_id"], row["grade"] or held]))
                for row in grades
            ]),
        ),
    )  # fmt: skip


def _appeals_form(warehouse: Warehouse, period: str, today: dt.date, language: Language) -> Form:
    """A reason written beside a name is an appeal; those raised before wait for answers."""
    people = warehouse.rows(_text("appealable"), [period])
    appeals = warehouse.rows(_text("appeals"), [period])
    outcomes = ",".join(word(name, language) for name in ("accepted", "rejected", "withdrawn"))
    held = word("held", language)
    # a second appeal of one person is another one; what is answered already keeps its number
    raised = Counter(
        row["employee_id"]
        for row in warehouse.rows(
            "select employee_id from staging.appraisal_appeal where period = $1", [period]
        )
    )
    return Form(
        f"attain-appeals-{period}.xlsx",
        (
            Sheet("appeals", _APPEALS, [
                (f"{period}-{row['employee_id']}-{raised[row['employee_id']] + 1}",
                 row["employee_id"], row["name"], row["unit"], period, row["score"],
                 row["grade"] or held, None, None, today, row["indicators"])
                for row in people
            ], _APPEAL),
            Sheet("answers", _ANSWERS, [
                (row["appeal_id"], row["employee_id"], row["name"], row["period"],
                 row["indicator"], row["reason"], row["opened"], row["opened_by"],
                 row["answer_by"], None, None, None, today, outcomes)
                for row in appeals
            ], _APPEAL),
        ),
    )  # fmt: skip
