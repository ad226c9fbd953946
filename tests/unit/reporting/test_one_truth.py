"""No two published places state one quantity differently."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

import duckdb
import pytest

from pipelines.reporting.language.speaker import speaker as speaker_of
from pipelines.reporting.model.page import Page
from pipelines.reporting.model.values import message
from pipelines.reporting.reports import REPORTS, statements_as_closed
from tests.support.pages.audit import claims, disagreements
from tests.support.pages.claims import Claim, Published, Quantity
from tests.support.pages.labels import confused
from tests.support.pages.warehouses import SUNDAY


@pytest.fixture(scope="module")
def published(sample: duckdb.DuckDBPyConnection, pages: dict[str, list[Page]]) -> Published:
    """With the workbooks of finance, which are read as they are written."""
    finance = {name: REPORTS[name].build(sample, SUNDAY) for name in REPORTS if "finance" in name}
    assert finance
    closed = statements_as_closed(sample, SUNDAY, "2026-10", datetime(2026, 11, 16), "finance", ())
    return Published({**pages, **finance, "as closed": list(closed)}, sample)


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
        (("payable", "company", "2026-10"), 4),
        (("kpi", "overdue_rate", "company", "2026-W46"), 4),
        (("floating pay", "company"), 4),
        (("sum", "commission_earned", "month", "2026-10-01"), 4),
        (("follows", "E023", "2026-10"), 2),
        # chart, table and rows of the entry view; table and rows of the exit view
        (("funnel", "entry", "advanced"), 3),
        (("funnel", "exit", "lost"), 2),
        (("leads", "converted"), 3),
        (("cost", "campaign_leads"), 3),
        (("kept aside",), 3),
        # tiles and tables of company, region, team and person
        (("quota", "attainment", "team:T01"), 3),
        (("kpi", "calls", "rep:E010", "2026-W46"), 3),
        (("kpi", "win_rate_count", "company", "13w"), 3),
        (("quota", "actual", "team:T01"), 3),
        (("overdue items", "E010", "2026-11-15"), 3),
        (("allocated", "over"), 3),
        (("first contacts", "on_time"), 2),
        # a team's day: tile, table, rows, values and facts; a person's month beside the quota's
        (("kpi", "contract_amount", "team:T01", "2026-11-13"), 4),
        (("kpi", "collections", "team:T09", "2026-11-13"), 6),
        (("kpi", "calls", "rep:E014", "2026-11-13"), 2),
        (("month", "plan", "E014", "2026-11"), 2),
        (("asked", "team:T01"), 2),
        (("payroll", "total_pay", "E010"), 2),
        (("score", "E010"), 4),
        (("sum", "receivable_metric.collected_amount_base", "2026-11-15"), 4),
        (("sum", "quarter_forecast.weighted_amount", "2026-10-01", "46"), 3),
    ],
)  # fmt: skip
def test_what_many_places_state_is_looked_up_in_all_of_them(
    stated: dict[Quantity, list[Claim]], quantity: Quantity, places: int
) -> None:
    assert len({claim.place for claim in stated[quantity]}) >= places


@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_page_names_two_quantities_by_two_words(published: Published, language: str) -> None:
    speaker = speaker_of(language, "CNY", 2026)
    pages = [page for found in published.pages.values() for page in found]
    assert "\n".join(wrong for page in pages for wrong in confused(page, speaker)) == ""


def test_two_sums_of_one_word_are_confused_and_two_words_are_not(published: Published) -> None:
    """The page of finance, with the column of one table named as that of another."""
    page = published.page("receivables")
    named = {"revaluation": "collected_document_rate"}
    sections = tuple(
        section.model_copy(update={"table": section.table.model_copy(update={"columns": tuple(
            column.model_copy(update={"label": message(f"column.{named[section.id]}")})
            if column.id == "document_rate" else column for column in section.table.columns
        )})}) if section.id in named and section.table else section
        for section in page.sections
    )  # fmt: skip
    found = confused(page.model_copy(update={"sections": sections}), speaker_of("en", "CNY", 2026))
    assert any("'Collected, at document rate'" in wrong for wrong in found)


def test_a_cent_of_difference_is_a_disagreement() -> None:
    one, other = (
        Claim(("held", "E1"), place, Decimal(figure))
        for place, figure in (("page", "10.00"), ("workbook", "10.01"))
    )
    assert disagreements({one.quantity: [one, other]}) == [
        "held E1: 10.00 in page; 10.01 in workbook"
    ]
    assert disagreements({one.quantity: [one, one]}) == []
