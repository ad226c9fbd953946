"""Sales operations' page over the sample company agrees with the tables and with other pages."""

from __future__ import annotations

from collections import Counter
from decimal import Decimal as D

import pytest

from pipelines.reporting.model.page import Page
from tests.support.pages.reading import column, one, said, section_of, tile_of


@pytest.fixture(scope="module")
def sample_page(pages) -> Page:
    return pages["sales_ops"][0]


def test_owners_and_rules_both_add_up_to_the_quarantine(sample, sample_page):
    rows, amount = one(
        sample,
        "select count(*), sum(amount) filter (table_name in ('opportunity', 'quote', 'contract', "
        "'sales_order', 'invoice', 'receipt', 'write_off', 'expense')) from mart.quarantine "
        "where resolved_at is null",
    )
    tile = tile_of(sample_page, "quarantined_rows")
    assert (tile.value.value, tile.footer.amount) == (rows, amount)
    rules = section_of(sample_page, "rules")
    assert sum(cell.value for cell in column(rules, "rows")) == rows
    assert sum(cell.amount for cell in column(rules, "amount") if cell) == amount


def test_deals_left_alone_are_those_of_the_directors_list(sample, sample_page):
    stale, past_due = one(
        sample,
        "select count(*) filter (is_idle), count(*) filter (is_past_due) from mart.deal_attention",
    )
    section = section_of(sample_page, "hygiene")
    assert sum(cell.value for cell in column(section, "stale")) == stale
    assert sum(cell.value for cell in column(section, "past_date")) == past_due


def test_first_contacts_are_the_published_kpi_of_every_owner(sample, sample_page):
    published = {
        (int(hits), int(n))
        for hits, n in sample.execute(
            "select numerator, denominator from mart.kpi_value where kpi_id = "
            "'first_contact_on_time_rate' and scope_kind = 'employee' and denominator > 0 "
            "and period_kind = 'rolling_13w' and period_start = date '2026-08-17'"
        ).fetchall()
    }
    section = section_of(sample_page, "contact")
    shown = set(zip(
        (c.value for c in column(section, "on_time")), (c.value for c in column(section, "leads")),
        strict=True,
    ))  # fmt: skip
    assert shown == published


def test_leads_by_source_are_the_published_kpi(sample, sample_page):
    published = Counter(
        int(value)
        for (value,) in sample.execute(
            "select value from mart.kpi_value where kpi_id = 'new_leads' and scope_kind = 'source' "
            "and period_kind = 'ytd' and period_start = date '2026-01-01'"
        ).fetchall()
    )
    assert Counter(c.value for c in column(section_of(sample_page, "leads"), "leads")) == published


def test_the_samples_planted_over_allocation_is_found(sample_page):
    section = section_of(sample_page, "allocation")
    assert [cell.value for cell in column(section, "allocated_beyond")] == [D(300000)]
    assert said(sample_page).endswith("November 2026, Contract amount is ¥300k over-allocated.")


def test_figures_in_question_are_the_published_ranges(sample, sample_page):
    published = sample.execute(
        "select kpi_id, period_kind, lowest, highest, row_count from mart.kpi_range "
        "where scope_kind = 'company' and kpi_id not in ('collections', 'overdue_rate', "
        "'receivables_open') and (highest is null "
        "or (highest - lowest) / greatest(abs(highest), abs(lowest)) >= 0.001)"
    ).fetchall()
    section = section_of(sample_page, "question")
    assert len(column(section, "figure")) == len(published) > 2
    assert sorted(c.value for c in column(section, "rows")) == sorted(row[-1] for row in published)


def test_each_tile_says_the_published_range_of_its_own_figure(sample, pages):
    """Of the company, the regions and the teams; nobody else's."""
    published = {
        (scope, kpi_id, lowest, highest, rows)
        for scope, kpi_id, lowest, highest, rows in sample.execute(
            "select case scope_kind when 'company' then 'company' "
            "else concat(scope_kind, ':', scope_id) end, kpi_id, lowest, highest, row_count "
            "from mart.kpi_range"
        ).fetchall()
    }
    said = set()
    for report in ("director_weekly", "region_weekly", "team_weekly", "rep_weekly"):
        for tile in (tile for page in pages[report] for tile in page.tiles):
            if tile.in_question is not None:
                figures = tile.in_question.params
                low, high = exact(figures.get("low")), exact(figures.get("high"))
                said.add((tile.asked.scope, tile.kpi_id, low, high, figures["rows"].value))
    assert len(said) > 20
    assert said <= published


def exact(value) -> D | None:
    if value is None:
        return None
    return value.amount if value.kind == "money" else value.value
