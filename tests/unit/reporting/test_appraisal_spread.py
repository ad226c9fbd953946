"""Grades of each unit and rater stand beside the guide; who moved is listed with both values."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from pipelines.reporting.model.book import RowFormula
from pipelines.reporting.model.page import Page, Section
from pipelines.reporting.model.values import quotient
from pipelines.reporting.reports import REPORTS
from tests.support.books import Books, computed
from tests.support.judged import AS_OF, MONTH, SCHEME

BEFORE = "2026-09"
GUIDE = {"mode": "advisory", "per": "region", "small_unit": 3, "shares": {"A": 50, "B": 50}}
SCORES = {
    # who: region, rater, September, October
    "E1": ("R", "L", 90, 91), "E2": ("R", "L", 85, 85), "E3": ("R", "L", 60, 81),
    "E4": ("R", "M", 70, None),
    "E5": ("S", "M", 82, 79), "E6": ("S", "M", None, 95),
}  # fmt: skip


@dataclass(frozen=True)
class Seen:
    """HR's page, and the rows of its workbook by sheet."""

    page: Page
    sheets: dict[str, list[list[Any]]]


def overview(root: Path, scores: dict[str, tuple[str, str, int | None, int | None]]) -> Seen:
    books = Books()
    books.add("org_unit", {"unit_id": "S", "name": "S", "kind": "region", "parent_unit_id": "C"})
    books.policies["appraisal/rep"] = {**SCHEME, "distribution": GUIDE}
    books.person("L", "team_lead").person("M", "team_lead")
    for who, (unit, rater, *given) in scores.items():
        books.person(who, "rep", unit=unit, manager=rater)
        for month, score in zip((BEFORE, MONTH), given, strict=True):
            for indicator in ("attitude", "teamwork") if score is not None else ():
                books.add("appraisal_input", {
                    "employee_id": who, "period": month, "indicator": indicator, "score": score,
                    "rater_id": rater, "rated_at": f"{month}-28",
                })  # fmt: skip
    books.write(root)
    with computed(root, AS_OF, REPORTS["appraisal"].reads) as session:
        page = next(iter(REPORTS["appraisal"].build(session.warehouse.con,
                                                    dt.date.fromisoformat(AS_OF))))  # fmt: skip
        assert page.book is not None
        # rows of a workbook are read while the warehouse is open
        return Seen(
            page, {sheet.id: [list(row) for row in sheet.rows()] for sheet in page.book.sheets}
        )


@pytest.fixture(scope="module")
def seen(tmp_path_factory: pytest.TempPathFactory) -> Seen:
    return overview(tmp_path_factory.mktemp("spread"), SCORES)


@pytest.fixture
def page(seen: Seen) -> Page:
    return seen.page


def section(page: Page, name: str) -> Section:
    return next(one for one in page.sections if one.id == name)


def said(cell: Any) -> Any:
    """A cell in short: texts and numbers as they are, a sentence with its figures."""
    if cell is None:
        return None
    if cell.kind == "message":
        return (cell.id, *(said(one) for one in cell.params.values()))
    if cell.kind == "bilingual":
        return cell.en
    if cell.kind == "period":
        return cell.key
    if cell.kind == "money":
        return cell.amount
    return getattr(cell, "text", None) or cell.value


def lines(of: Section) -> list[tuple[Any, ...]]:
    assert of.table is not None
    return [tuple(said(cell) for cell in row.cells) for row in of.table.rows]


def graded(n: int, of: int) -> tuple[Any, ...]:
    """So many people of so many; nobody is no share."""
    return ("spread.cell", n, quotient(n, of)) if n else ("value.plain", 0)


HALF = ("value.plain", Decimal("0.5"))
THE_GUIDE = (("column.guide_share",), "Reps", None, HALF, HALF, None, None)


def test_each_unit_s_grades_stand_below_the_guide(page: Page) -> None:
    """R has three A and one who is held of four; two people of S say nothing of a guide."""
    of = section(page, "units")
    assert lines(of) == [
        THE_GUIDE,
        ("R", "Reps", 4, graded(3, 4), graded(0, 4), 1, ("spread.off", "B", Decimal("-0.5"))),
        ("S", "Reps", 2, ("value.plain", 1), ("value.plain", 1), 0, ("spread.few",)),
        (("row.total",), None, 6, graded(4, 6), graded(1, 6), 1, None),
    ]
    assert said(of.message) == ("spread.furthest", "R", "Reps", "B", Decimal("-0.5"))


def test_each_rater_s_people_stand_below_the_guide(page: Page) -> None:
    of = section(page, "leaders")
    assert lines(of)[:-1] == [
        THE_GUIDE,
        ("L", "Reps", 3, graded(3, 3), graded(0, 3), 0, ("spread.off", "A", Decimal("0.5"))),
        ("M", "Reps", 3, graded(1, 3), graded(1, 3), 1,
         ("spread.off", "A", quotient(1, 3) - Decimal("0.5"))),
    ]  # fmt: skip


def test_the_total_is_what_the_schemes_and_grades_say(page: Page) -> None:
    schemes, grades = section(page, "schemes"), section(page, "grades")
    total = lines(section(page, "units"))[-1]
    assert total[2] == lines(schemes)[-1][2]
    assert [total[3][1], total[4][1]] == [row[3] for row in lines(grades)[:2]]


def test_movers_stand_with_both_values_the_largest_change_first(page: Page) -> None:
    """E4 has no score now and E6 none before; E2 stayed."""
    of = section(page, "movers")
    assert lines(of) == [
        ("E3", 21, 60, 81, "B", "A", "Reps", BEFORE),
        ("E5", -3, 82, 79, "A", "B", "Reps", BEFORE),
        ("E1", 1, 90, 91, "A", "A", "Reps", BEFORE),
    ]
    assert of.table is not None
    assert [row.judgement for row in of.table.rows] == ["good", "bad", "neutral"]
    assert said(of.message) == ("movers.headline", 2, 1, "E3", 21)


def test_the_workbook_has_the_rows_of_both(seen: Seen) -> None:
    moved = seen.sheets["movers"]
    assert [(row[0], row[3], row[5], row[6], row[8], row[9]) for row in moved] == [
        ("E3", BEFORE, 60, 81, "B", "A"), ("E5", BEFORE, 82, 79, "A", "B"),
        ("E1", BEFORE, 90, 91, "A", "A"),
    ]  # fmt: skip
    assert moved[0][7] == RowFormula(Decimal(21), "{score}-{score_before}")
    assert [(said(row[0])[0], said(row[1]), *row[4:]) for row in seen.sheets["grades"]][:4] == [
        ("column.unit", "R", "A", 3, 4, Decimal("0.75"), Decimal("0.5")),
        ("column.unit", "R", "B", 0, 4, 0, Decimal("0.5")),
        ("column.unit", "S", "A", 1, 2, Decimal("0.5"), Decimal("0.5")),
        ("column.unit", "S", "B", 1, 2, Decimal("0.5"), Decimal("0.5")),
    ]  # fmt: skip
    assert len(seen.sheets["grades"]) == 8


def test_where_nobody_has_a_period_before_nobody_moved(tmp_path: Path) -> None:
    seen = overview(tmp_path, {"E1": ("R", "L", None, 91), "E2": ("S", "", None, 70)})
    assert said(section(seen.page, "movers").message) == ("movers.none",)
    assert seen.sheets["movers"] == []
    assert said(section(seen.page, "units").message) == ("spread.none",)
    named = [row[0] for row in lines(section(seen.page, "leaders"))]
    assert named == [("column.guide_share",), "L", ("raters.nobody",), ("row.total",)]
