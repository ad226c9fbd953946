"""No two published places state one quantity differently."""

from __future__ import annotations

from decimal import Decimal

import duckdb
import pytest

from pipelines.reporting.model.page import Page
from pipelines.reporting.reports import REPORTS
from tests.support.pages.claims import Claim, Published, Quantity, claims, disagreements
from tests.support.pages.warehouses import SUNDAY


@pytest.fixture(scope="module")
def published(sample: duckdb.DuckDBPyConnection, pages: dict[str, list[Page]]) -> Published:
    """With the workbooks of finance, which are read as they are written."""
    finance = {name: REPORTS[name].build(sample, SUNDAY) for name in REPORTS if "finance" in name}
    assert finance
    return Published({**pages, **finance}, sample)


@pytest.fixture(scope="module")
def stated(published: Published) -> dict[Quantity, list[Claim]]:
    return claims(published)


def test_places_that_state_one_quantity_agree(stated: dict[Quantity, list[Claim]]) -> None:
    assert "\n".join(disagreements(stated)) == ""


@pytest.mark.parametrize(
    ("quantity", "places"),
    [
        # pages, charts, tables and workbook of the balance, by each kind of scope
        (("outstanding", "company", "2026-11-15"), 20),
        (("overdue", "company", "2026-11-15"), 10),
        (("provision", "company", "2026-11-15"), 10),
        # a payee's month: own page, statement, workbook, tables, KPI
        (("earned", "E023", "2026-10"), 7),
        (("held", "E023", "2026-10"), 5),
        (("payable", "company", "2026-10"), 6),
        (("kpi", "overdue_rate", "company", "2026-W46"), 4),
        (("floating pay", "company"), 4),
        (("sum", "commission_earned", "month", "2026-10-01"), 4),
    ],
)  # fmt: skip
def test_what_many_places_state_is_looked_up_in_all_of_them(
    stated: dict[Quantity, list[Claim]], quantity: Quantity, places: int
) -> None:
    assert len({claim.place for claim in stated[quantity]}) >= places


def test_a_cent_of_difference_is_a_disagreement() -> None:
    one, other = (
        Claim(("held", "E1"), place, Decimal(figure))
        for place, figure in (("page", "10.00"), ("workbook", "10.01"))
    )
    assert disagreements({one.quantity: [one, other]}) == [
        "held E1: 10.00 in page; 10.01 in workbook"
    ]
    assert disagreements({one.quantity: [one, one]}) == []
