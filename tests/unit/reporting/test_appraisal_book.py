"""HR's workbook computes by itself what pages and forms say, for every person of the sample."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from decimal import ROUND_HALF_UP, Decimal, DivisionByZero, InvalidOperation, localcontext
from pathlib import Path
from typing import Any

import pytest

from pipelines.reporting.model.book import RowFormula, SumOf
from pipelines.reporting.reports import REPORTS
from tests.support.pages.warehouses import SUNDAY, opened


@pytest.fixture(scope="module")
def sheets(sample_warehouse: Path) -> Iterator[dict[str, list[dict[str, Any]]]]:
    with opened(sample_warehouse) as con:
        book = next(iter(REPORTS["appraisal"].build(con, SUNDAY))).book
        assert book is not None
        yield {
            sheet.id: [
                dict(zip((column.id for column in sheet.columns), row, strict=True))
                for row in sheet.rows()
            ]
            for sheet in book.sheets
        }


def rounded(value: Decimal, places: Decimal) -> Decimal:
    return value.quantize(Decimal(1).scaleb(-int(places)), ROUND_HALF_UP)


FUNCTIONS = {"IF": lambda test, yes, no: yes if test else no,
             "MAX": max, "MIN": min, "ROUND": rounded}  # fmt: skip


def computed(formula: RowFormula, row: dict[str, Any]) -> Decimal:
    """What a spreadsheet makes of a formula over its own row: an empty cell is 0."""
    cells = {
        name: cell.value if isinstance(cell, RowFormula | SumOf) else cell or Decimal(0)
        for name, cell in row.items()
        if cell is None or isinstance(cell, Decimal | RowFormula | SumOf)
    }
    text = re.sub(r"(?<![{\w.])\d+(\.\d+)?", lambda n: f"Decimal('{n[0]}')", formula.formula)
    for name, value in cells.items():
        text = text.replace(f"{{{name}}}", f"Decimal('{value}')")
    # a spreadsheet leaves the other branch of an IF alone; here a width of nothing must not stop
    with localcontext() as exact:
        exact.traps[DivisionByZero] = exact.traps[InvalidOperation] = False
        found: Decimal = eval(text, {"Decimal": Decimal, **FUNCTIONS})
    return found


def test_every_score_is_computed_from_actual_and_target_along_its_curve(sheets: Any) -> None:
    live = [row for row in sheets["scores"] if isinstance(row["score"], RowFormula)]
    assert len(live) > 400
    for row in live:
        assert computed(row["measured"], row) == row["measured"].value, row
        assert computed(row["score"], row) == row["score"].value, row


def test_a_curve_is_followed_over_all_its_parts(sheets: Any) -> None:
    """Every formula gives what the score's own line or step says at its ends, and nothing below."""
    for row in sheets["scores"]:
        if isinstance(row["score"], RowFormula):
            found = [computed(row["score"], {**row, "measured": Decimal(at) / 20})
                     for at in range(120)]  # fmt: skip
            assert found in (sorted(found), sorted(found, reverse=True)), row
            assert min(found) >= 0


def test_every_score_of_a_person_is_computed_from_card_points_and_gates(sheets: Any) -> None:
    live = [row for row in sheets["results"] if isinstance(row["score"], RowFormula)]
    assert len(live) > 60
    for row in live:
        assert computed(row["score"], row) == row["score"].value, row


def test_every_weighted_score_is_computed_from_score_and_weights(sheets: Any) -> None:
    live = [row for row in sheets["scores"] if isinstance(row["weighted_score"], RowFormula)]
    assert len(live) > 500
    for row in live:
        assert computed(row["weighted_score"], row) == row["weighted_score"].value, row
    assert all(row["weighted_score"] == 0 for row in sheets["scores"] if row not in live)


def test_every_card_is_the_sum_of_its_lines(sheets: Any) -> None:
    sums: dict[tuple[str, str], Decimal] = defaultdict(Decimal)
    for row in sheets["scores"]:
        weighted = row["weighted_score"]
        value = weighted.value if isinstance(weighted, RowFormula) else weighted
        sums[row["employee"], row["month"]] += value
    cards = [row for row in sheets["results"] if isinstance(row["card"], SumOf)]
    assert len(cards) > 60
    for row in cards:
        assert dict(row["card"].where) == {"employee": row["employee"], "month": row["month"]}
        assert row["card"].value == sums[row["employee"], row["month"]], row


def test_what_is_to_be_paid_is_the_sum_of_its_parts(sheets: Any) -> None:
    paid = [row for row in sheets["payroll"] if row["total_pay"] is not None]
    assert len(paid) > 60
    for row in paid:
        assert computed(row["total_pay"], row) == row["total_pay"].value
    assert all(row["floating_pay"] is None for row in sheets["payroll"] if row not in paid)
