"""HR sees who has not given the scores that are asked for, beside how high each rater scores."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import pytest

from pipelines.reporting.appraisal.raters import raters_section
from pipelines.reporting.model.context import open_context
from pipelines.reporting.model.page import Section
from pipelines.reporting.reports import REPORTS
from pipelines.reporting.shared.quality import read_status
from tests.support.books import computed
from tests.support.judged import AS_OF, MONTH, company


def section(root: Path, *given: tuple[str, str, int, str]) -> Section:
    """Raters, where L leads E1 and E2 and nobody leads E3; each is to have two scores."""
    books = company()
    for who, indicator, score, rater in given:
        books.add("appraisal_input", {
            "employee_id": who, "period": MONTH, "indicator": indicator, "score": score,
            "rater_id": rater, "rated_at": "2026-11-03",
        })  # fmt: skip
    books.write(root)
    with computed(root, AS_OF, REPORTS["appraisal"].reads) as session:
        con = session.warehouse.con
        found = raters_section(open_context(con, dt.date.fromisoformat(AS_OF), *read_status(con)))
    assert found is not None
    return found


def shown(of: Section) -> list[tuple[Any, ...]]:
    """The rater, what is asked for, what is missing, people and mean of each row."""
    assert of.table is not None
    found = []
    for line in of.table.rows:
        rater, *numbers = line.cells[:5]
        name = getattr(rater, "text", None) or getattr(rater, "id", None)
        found.append((name, *(None if cell is None else cell.value for cell in numbers)))
    return found


def test_scores_that_nobody_gave_are_counted_for_whoever_leads_the_person(tmp_path: Path) -> None:
    of = section(
        tmp_path, ("E1", "attitude", 88, "L"), ("E1", "teamwork", 80, "L"),
        ("E2", "attitude", 60, "HR"),
    )  # fmt: skip
    assert shown(of) == [
        ("L", 4, 1, 1, 84),
        ("HR", None, None, 1, 60),
        ("raters.nobody", 2, 2, None, None),
    ]
    assert (of.message.id, of.message.params["n"].value) == ("raters.missing", 3)
    assert of.message.params["asked"].value == 6
    assert of.message.params["most"].value == 2


@pytest.mark.parametrize("score", [0, 70])
def test_where_nothing_is_missing_the_most_lenient_is_named(tmp_path: Path, score: int) -> None:
    """A score of nothing is one."""
    given = [
        (who, indicator, score, rater)
        for who, rater in (("E1", "L"), ("E2", "L"), ("E3", "HR"))
        for indicator in ("attitude", "teamwork")
    ]
    of = section(tmp_path, *given)
    assert shown(of) == [
        ("HR", None, None, 1, score), ("L", 4, 0, 2, score), ("raters.nobody", 2, 0, None, None),
    ]  # fmt: skip
    assert of.message.id == "raters.headline"
