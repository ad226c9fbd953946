"""Schemes, scorecards and results of appraisals, as rows of a laboratory.

`given` and `scores` start from KPI values, `results` from a scorecard.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from tests.support.facts.documents import day
from tests.support.laboratory import Laboratory, Row

MONTH: dict[str, Any] = {
    "scheme_id": "S", "version": 1, "role": "rep", "period_kind": "month",
    "valid_from": day("2026-01-01"), "rounding": 1, "floating_pay": "coefficient",
    "minimum_judged_weight": 50, "minimum_days": 0, "equal_raters": False, "pay_by_days": False,
    "leave_counts": False,
}  # fmt: skip
QUARTER = {**MONTH, "period_kind": "quarter"}
HALF = Decimal("0.5")
NOTHING: dict[str, Any] = {"counted": False, "weight": 100}
CARD = ("core.appraisal_stretch", "core.appraisal_window", "core.appraisal_look",
        "core.appraisal_given", "core.appraisal_measure")  # fmt: skip
TOTAL = ("mart.appraisal_total", "mart.appraisal_score_decision", "mart.appraisal_grade",
         "mart.appraisal_decision", "mart.appraisal_computed",
         "mart.appraisal_adjustment")  # fmt: skip
OF_A_PART = (
    "scheme_id", "version", "part", "part_id", "position", "kpi_id", "manual_indicator",
    "scope_kind", "adds_up", "target_adds", "against", "min_n", "lower_is_better",
)  # fmt: skip


def indicator(name: str, weight: object = 100, **more: Any) -> Row:
    """Threshold 50 scores 40, target 100 scores 100, stretch 130 scores 120."""
    return {
        "scheme_id": "S", "version": 1, "indicator": name, "part": "indicator", "part_id": name,
        "position": 1, "kpi_id": name, "manual_indicator": None, "scope_kind": "employee",
        "adds_up": "sum", "target_adds": True, "weight": weight, "against": "value", "min_n": 0,
        "lower_is_better": False, "most": 100, "missing": "redistribute", "neutral_score": 60,
        "threshold": 50, "target": 100, "stretch": 130, "threshold_score": 40, "target_score": 100,
        "stretch_score": 120, **more,
    }  # fmt: skip


def by_hand(name: str = "attitude", **more: Any) -> Row:
    """An indicator that somebody scores; its score stands as it is."""
    return indicator(name, **{"kpi_id": None, "manual_indicator": name, "threshold": None, **more})


def value(kpi: str, amount: object, n: int = 5, **more: Any) -> Row:
    return {"kpi_id": kpi, "period_kind": "month", "period_start": day("2026-10-01"),
            "scope_kind": "employee", "scope_id": "E1", "numerator": amount, "value": amount,
            "n": n, **more}  # fmt: skip


def active(*days: str, who: str = "E1", role: str = "rep", team: str = "T1") -> list[Row]:
    return [
        {"employee_id": who, "calendar_date": day(date), "role": role, "is_active": True,
         "unit_id": team, "team_id": team, "region_id": "R"}
        for date in days
    ]  # fmt: skip


def given(
    lab: Laboratory,
    indicators: Sequence[Row],
    values: Sequence[Row] = (),
    scheme: Row = MONTH,
    members: Sequence[Row] = (),
    inputs: Sequence[Row] = (),
    parts: Sequence[Row] = (),
) -> None:
    lab.given("policy.appraisal_scheme", [scheme])
    lab.given("policy.appraisal_part", [
        {column: row[column] for column in OF_A_PART} for row in (*indicators, *parts)
    ])  # fmt: skip
    lab.given("policy.appraisal_indicator", [
        {column: cell for column, cell in row.items()
         if column not in OF_A_PART or column in ("scheme_id", "version")} for row in indicators
    ])  # fmt: skip
    lab.given("kpi.appraised", values)
    lab.given("core.org_day", members or active("2026-10-05"))
    lab.given("staging.appraisal_input", inputs)
    lab.build(*CARD)


def scores(
    lab: Laboratory, indicators: Sequence[Row], *rows: Any, **more: Any
) -> list[dict[str, Any]]:
    given(lab, indicators, *rows, **more)
    return lab.result("mart.appraisal_score", "employee_id, period, indicator")


def given_by_hand(period: str, score: object, name: str = "attitude", **more: Any) -> Row:
    return {"employee_id": "E1", "period": period, "indicator": name, "score": score,
            "rater_id": "L", "rated_at": dt.datetime(2026, 11, 3), **more}  # fmt: skip


BANDS = [("A", 85, None, "1.2"), ("B", 70, 85, "1.0"), ("C", 60, 70, "0.7"), ("D", 0, 60, "0")]


def judged(weighted: object, period: str = "2026-10", counted: bool = True, **more: Any) -> Row:
    first = day(f"{period}-01")
    last = (first.replace(day=28) + dt.timedelta(days=4)).replace(day=1) - dt.timedelta(days=1)
    return {
        "employee_id": "E1", "period": period, "period_start": first, "period_end": last,
        "scheme_id": "S", "version": 1, "indicator": "a", "position": 1, "weight": 50,
        "is_counted": counted, "is_holding": False, "weighted_score": weighted, "active_days": 20,
        **more,
    }  # fmt: skip


def stretch(row: Row, **more: Any) -> Row:
    """The whole period of a row of a scorecard in one role."""
    same = ("employee_id", "period", "period_start", "period_end", "scheme_id", "version",
            "active_days")  # fmt: skip
    return {
        **{column: row[column] for column in same}, "role": "rep", "unit_id": "T1",
        "team_id": "T1", "region_id": "R", "first_day": row["period_start"],
        "last_day": row["period_end"], "is_only": True, "is_last": True,
        "person_days": row["active_days"], **more,
    }  # fmt: skip


def bands(shares: dict[str, object] | None = None) -> list[Row]:
    return [
        {"scheme_id": "S", "version": 1, "grade": grade, "place": place, "score_from": start,
         "score_below": below, "coefficient": coefficient, "bonus": 0,
         "guide_share": (shares or {}).get(grade)}
        for place, (grade, start, below, coefficient) in enumerate(BANDS, 1)
    ]  # fmt: skip


TWO_C = [
    {"scheme_id": "S", "version": 1, "red_line": "two_c_in_a_row", "grade": "C", "times": 2,
     "within": 2},
    {"scheme_id": "S", "version": 1, "red_line": "grade_d", "grade": "D", "times": 1, "within": 1},
]  # fmt: skip


def results(
    lab: Laboratory,
    rows: Sequence[Row],
    salaries: Sequence[Row] = (),
    moves: Sequence[tuple[str, str, str, str]] = (),
    shares: dict[str, object] | None = None,
    stretches: Sequence[Row] | None = None,
    approver: str = "HR",
    grades: Sequence[Row] | None = None,
    refused: Sequence[Row] = (),
    closed: Sequence[Row] = (),
    posted: Sequence[Row] = (),
    schemes: Sequence[str] = ("S",),
    **scheme: Any,
) -> list[dict[str, Any]]:
    lab.given(
        "policy.appraisal_scheme", [{**MONTH, **scheme, "scheme_id": name} for name in schemes]
    )
    lab.given("policy.grade_band", bands(shares) if grades is None else grades)
    lab.given("policy.appraisal_red_line", TWO_C)
    lab.given("mart.appraisal_score", rows)
    by_period = {(row["employee_id"], row["period"]): stretch(row) for row in rows}
    lab.given(
        "core.appraisal_stretch", list(by_period.values()) if stretches is None else stretches
    )
    lab.given("staging.salary", salaries)
    lab.given("staging.appraisal_override", [
        {"employee_id": "E1", "period": "2026-10", "field": field, "before": before,
         "after": after, "decided_at": dt.datetime.fromisoformat(at), "approved_by": approver}
        for field, before, after, at in moves
    ])  # fmt: skip
    lab.given("mart.appraisal_refused", refused)
    lab.given("core.closed_appraisal", closed)
    lab.given("core.closed_appraisal_line", posted)
    lab.given("core.closed_appraisal_period", [
        {"period": period} for period in dict.fromkeys(row["period"] for row in closed)
    ])  # fmt: skip
    lab.build(*TOTAL)
    return lab.result("mart.appraisal_result", "employee_id, period")


def closed_result(score: object, grade: str | None, pay: object, **more: Any) -> Row:
    """E1's result of 2026-10 as it was closed, under the bands of these tests."""
    return {
        "employee_id": "E1", "period": "2026-10", "period_kind": "month",
        "period_start": day("2026-10-01"), "period_end": day("2026-10-31"), "scheme_id": "S",
        "version": 1, "score": score, "computed_score": score, "grade": grade,
        "coefficient": {name: by for name, _, _, by in BANDS}.get(grade or ""),
        "floating_salary": 1000, "floating_pay": pay, "bonus": 0, "adjustments": 0, **more,
    }  # fmt: skip


def salary(start: str, amount: object, end: str | None = None) -> Row:
    return {"employee_id": "E1", "valid_from": day(start), "valid_to": day(end) if end else None,
            "floating_salary": amount}  # fmt: skip


PAID = [salary("2025-01-01", 1000)]


def stepped(lab: Laboratory, name: str, part: str, *steps: tuple[object, object]) -> None:
    """From an edge on, a score; steps go from the worst to the best."""
    lab.given("policy.appraisal_step", [
        {"scheme_id": "S", "version": 1, "part": part, "part_id": name, "position": position,
         "edge": edge, "score": score} for position, (edge, score) in enumerate(steps, 1)
    ])  # fmt: skip
