"""The fairness page says what each gate alone changed, beside what all of them did."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest

from pipelines.reporting.appraisal.fairness import fairness_page
from pipelines.reporting.model.context import open_context
from pipelines.reporting.model.page import Page
from pipelines.reporting.reports import REPORTS
from pipelines.reporting.shared.quality import read_status
from tests.support.books import Books, computed

MONTH, AS_OF = "2026-10", "2026-11-15"
SCHEME = {
    "id": "rep_monthly", "version": 1, "label": {"zh": "代表", "en": "Reps"}, "role": "rep",
    "period": "month", "valid_from": "2026-10-01",
    "indicators": [{"id": "attitude", "label": {"zh": "态度", "en": "Attitude"},
                    "manual": "attitude", "weight": 100}],
    "gates": [{"id": "safety", "label": {"zh": "安全", "en": "Safety"}, "manual": "safety",
               "limit": 60, "score_at_most": 70},
              {"id": "compliance", "label": {"zh": "合规", "en": "Compliance"},
               "manual": "compliance", "limit": 60, "grade_at_best": "B"}],
    "bands": [{"grade": "A", "from": 80, "coefficient": 1.2},
              {"grade": "B", "from": 0, "coefficient": 1}],
}  # fmt: skip


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Page]:
    """E1 misses safety, E2 both gates: only for E1 does lifting safety alone change the grade."""
    books = Books()
    books.policies["appraisal/rep"] = SCHEME
    books.settings["reports"] = ["appraisal"]
    books.person("L", "team_lead")
    given = {"E1": {"attitude": 90, "safety": 50, "compliance": 90},
             "E2": {"attitude": 85, "safety": 50, "compliance": 20}}  # fmt: skip
    for who, scores in given.items():
        books.person(who, "rep", manager="L")
        books.add("salary", {"employee_id": who, "valid_from": "2026-01-01", "base_salary": 1,
                             "floating_salary": 1000})  # fmt: skip
        for indicator, score in scores.items():
            books.add("appraisal_input", {
                "employee_id": who, "period": MONTH, "indicator": indicator, "score": score,
                "rater_id": "L", "rated_at": "2026-11-03",
            })  # fmt: skip
    root = tmp_path_factory.mktemp("fairness")
    books.write(root)
    with computed(root, AS_OF, REPORTS["appraisal"].reads) as session:
        con = session.warehouse.con
        yield fairness_page(
            open_context(con, dt.date.fromisoformat(AS_OF), *read_status(con)), MONTH
        )


def cells(page: Page, section: str) -> list[dict[str, Any]]:
    [found] = [one for one in page.sections if one.id == section]
    assert found.table is not None
    names = [column.id for column in found.table.columns]
    return [dict(zip(names, row, strict=True)) for row in (line.cells for line in found.table.rows)]


def test_each_gate_shows_whom_it_alone_lowers_and_what_that_is_worth(page: Page) -> None:
    found = cells(page, "gates")
    assert [(row["gate_missed"].value, row["lowered_alone"].value, row["pay_effect_alone"].amount)
            for row in found] == [(1, 0, 0), (2, 1, Decimal(-200))]  # fmt: skip


def test_all_gates_of_a_person_are_one_row_of_the_scheme(page: Page) -> None:
    [row] = cells(page, "effects")
    assert (row["people"].value, row["lowered"].value, row["pay_effect"].amount) == (2, 2, -400)
