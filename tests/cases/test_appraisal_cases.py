"""Worked appraisal cases from published policies, each with its source."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

import pytest

from tests.support.facts.appraisals import judged, results, salary
from tests.support.laboratory import Laboratory, Row

BANDS = [("S", 95, None, "1.5"), ("A", 85, 95, "1.2"), ("B", 70, 85, "1.0"),
         ("C", 60, 70, "0.7"), ("D", 0, 60, "0")]  # fmt: skip


def result(
    lab: Laboratory, score: object, floating: object, mode: str, bands: Sequence[Any] = BANDS,
    moves: Sequence[tuple[str, str, str, str]] = (),
) -> dict[str, Any]:  # fmt: skip
    """The result of one employee whose weighted indicators sum to `score`."""
    return appraised(lab, [judged(score)], floating, mode, bands, moves)[0]


def appraised(
    lab: Laboratory, cards: Sequence[Row], floating: object = 1_000, mode: str = "coefficient",
    bands: Sequence[Any] = BANDS, moves: Sequence[tuple[str, str, str, str]] = (),
) -> list[dict[str, Any]]:  # fmt: skip
    graded = [
        {"scheme_id": "S", "version": 1, "grade": g, "place": place, "score_from": start,
         "score_below": below, "coefficient": coefficient, "bonus": 0}
        for place, (g, start, below, coefficient) in enumerate(bands, 1)
    ]  # fmt: skip
    return results(
        lab, cards, [salary("2025-01-01", floating)], moves, grades=graded, floating_pay=mode
    )


@pytest.mark.parametrize(
    ("base", "share", "score", "expected"),
    [(5000, "0.30", 90, 1350), (6000, "0.25", 75, 1125), (4500, "0.40", 85, 1530),
     (5500, "0.35", 60, 1155)],
)  # fmt: skip
def test_floating_pay_is_base_times_share_times_score(
    lab: Laboratory, base: int, share: str, score: int, expected: int
) -> None:
    """zixun.rcj99.com 1239672: 绩效工资 = 基本工资 × 比例 × 得分 / 100."""
    row = result(lab, score, base * Decimal(share), "score")
    assert row["floating_pay"] == expected


@pytest.mark.parametrize(("score", "expected"), [(90, 10_800), (80, 9_600)])
def test_base_times_coefficient_times_score(lab: Laboratory, score: int, expected: int) -> None:
    """7abk.cn 236574: 10,000 × 1.2 × score %."""
    assert result(lab, score, 10_000 * Decimal("1.2"), "score")["floating_pay"] == expected


def test_base_times_the_coefficient_of_the_grade(lab: Laboratory) -> None:
    """7abk.cn 236574: 10,000 × 0.95 = 9,500; bbs.ttaoc.com 215855: 2,000 at 1.2 = 2,400."""
    bands = [("A", 80, None, "0.95"), ("B", 0, 80, "0")]
    assert result(lab, 90, 10_000, "coefficient", bands)["floating_pay"] == 9_500
    assert result(lab, 90, 2_000, "coefficient")["floating_pay"] == 2_400


@pytest.mark.parametrize(
    ("score", "grade"),
    [(100, "S"), (95, "S"), ("94.9", "A"), ("94.5", "A"), (85, "A"), ("84.5", "B"), (70, "B"),
     (69, "C"), (60, "C"), ("59.9", "D"), (0, "D")],
)  # fmt: skip
def test_every_score_has_exactly_one_grade(lab: Laboratory, score: object, grade: str) -> None:
    """max.book118.com 5101111141013123: bands S/A/B/C/D; its gaps at 94.5 and 84.5 are closed."""
    assert result(lab, score, 1_000, "coefficient")["grade"] == grade


def test_a_score_is_rounded_before_it_meets_the_bands(lab: Laboratory) -> None:
    row = result(lab, "94.96", 1_000, "coefficient")
    assert (row["score"], row["grade"]) == (95, "S")


def test_two_c_in_a_row_is_flagged(lab: Laboratory) -> None:
    rows = appraised(lab, [judged(65, "2026-09"), judged(65, "2026-10")])
    assert [row["flags"] for row in rows] == [None, "two_c_in_a_row"]


def test_a_calibrated_grade_replaces_the_computed_one_and_says_so(lab: Laboratory) -> None:
    row = result(lab, 80, 1_000, "coefficient", moves=[("grade", "B", "A", "2026-11-03")])
    assert (row["grade"], row["floating_pay"], row["flags"]) == ("A", 1_200, "overridden")
