"""How a scorecard computes, as formulas that a spreadsheet works out again.

Belongs here: a measure from actual and target, a score from its curve, a card's score with points
and gates. Does not belong here: the figures, which `sql/mart/appraisal` computes; a formula only
stands over them, and a test holds both against each other.
"""

from __future__ import annotations

from decimal import Decimal
from itertools import pairwise

from pipelines.reporting.model.book import Cell, RowFormula
from pipelines.reporting.model.queries import Record

_SCORE_PLACES = 4
_MEASURE_PLACES = 8
_ON_A_CURVE = ("step", "below", "above", "line")


def live_measure(row: Record) -> Cell:
    """What the curve looks at: the actual itself, or its share of the target."""
    if row.measure is None:
        return None
    if row.against == "value" or row.target is None:
        return RowFormula(row.measure, "{actual}")
    return RowFormula(row.measure, f"ROUND({{actual}}/{{target}},{_MEASURE_PLACES})")


def live_score(row: Record) -> Cell:
    """An indicator's score from its measure; one that a person gave, or that stands in for a
    missing one, is a number."""
    if row.score is None or row.curve_part not in _ON_A_CURVE:
        return row.score  # type: ignore[no-any-return]
    made = _steps(row) if row.curve_part == "step" else _lines(row)
    return RowFormula(row.score, f"ROUND({made},{_SCORE_PLACES})")


def live_total(row: Record) -> Cell:
    """The score of a card with points and gates; one that somebody decided is a number."""
    if row.score_now is None or row.score_now != row.computed_score:
        return row.score_now  # type: ignore[no-any-return]
    made = "{card}+{points}+{gate_points}"
    if row.score_at_most is not None:
        made = f"MIN({made},{_plain(row.score_at_most)})"
    return RowFormula(row.score_now, f"ROUND(MAX({made},0),{row.rounding})")


def _steps(row: Record) -> str:
    """The best step that the measure reaches; steps go from the worst to the best."""
    made = _plain(row.step_scores[0])
    for edge, score in zip(row.step_edges[1:], row.step_scores[1:], strict=True):
        made = f"IF({_reaches(row, edge)},{_plain(score)},{made})"
    return made


def _lines(row: Record) -> str:
    """Straight lines from threshold over target to stretch; nothing below, no more above."""
    points = (
        (row.threshold, row.threshold_score),
        (row.curve_target, row.target_score),
        (row.stretch, row.stretch_score),
    )
    made = "0"
    for (start, low), (end, high) in pairwise(points):
        if start == end:  # a point and no line: the next one begins there
            continue
        share = f"({{measured}}-({_plain(start)}))/({_plain(end)}-({_plain(start)}))"
        made = f"IF({_reaches(row, start)},{_plain(low)}+{share}*({_plain(high - low)}),{made})"
    return f"IF({_reaches(row, row.stretch)},{_plain(row.stretch_score)},{made})"


def _reaches(row: Record, edge: Decimal) -> str:
    return f"{{measured}}{'<=' if row.lower_is_better else '>='}{_plain(edge)}"


def _plain(value: Decimal) -> str:
    """Digits without an exponent and without zeros at the end."""
    text = f"{value:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
