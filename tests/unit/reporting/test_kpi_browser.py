"""The KPI browser: every KPI has a page, and its figures are the published ones."""

from __future__ import annotations

from decimal import Decimal as D
from types import SimpleNamespace as Row

import pytest

from pipelines.reporting.kpi_browser.page import ALL
from pipelines.reporting.kpi_browser.values import interval_of
from pipelines.reporting.language.pinyin import pinyin
from pipelines.reporting.model.page import Page
from pipelines.reporting.publish.build import Edition
from pipelines.reporting.publish.entries import Catalogue, entry_of
from pipelines.reporting.publish.index import arrange
from pipelines.reporting.publish.render import render, words
from tests.support.pages.reading import EN, column, section_of


@pytest.fixture(scope="module")
def browser(pages) -> dict[str, Page]:
    return {page.reader.id: page for page in pages["kpi_browser"]}


def test_every_kpi_has_a_page_and_a_row_in_the_list_that_leads_to_it(sample, browser):
    known = {kpi for (kpi,) in sample.execute("select kpi_id from policy.kpi").fetchall()}
    assert browser.keys() == known | {ALL}
    rows = section_of(browser[ALL], "kpis").table.rows
    assert {row.to.stem for row in rows} == {browser[kpi].stem for kpi in known}


@pytest.mark.parametrize("kpi_id", ["gross_margin_rate", "nps", "win_rate_count", "complaints"])
def test_values_of_units_are_the_published_ones(sample, browser, kpi_id):
    rows = sample.execute(
        "select scope_id, value from mart.kpi_value where kpi_id = ? and period_kind = 'quarter' "
        "and period_start = date '2026-10-01' and scope_kind in ('region', 'team') "
        "and value is not null and n > 0 and scope_id <> '(none)'",
        [kpi_id],
    ).fetchall()
    section = section_of(browser[kpi_id], "units")
    shown = {
        row.to.reader_id: D(cell.params["value"].exact_text)
        for row, cell in zip(section.table.rows, column(section, "value"), strict=True)
    }
    assert rows
    for scope_id, value in rows:
        assert shown[scope_id] == value, scope_id


def test_a_place_among_people_is_the_published_one(sample, browser):
    ranks = dict(
        sample.execute(
            "select employee_id, rank from mart.kpi_rank where kpi_id = 'contract_amount' "
            "and period_kind = 'quarter' and period_start = date '2026-10-01'"
        ).fetchall()
    )
    section = section_of(browser["contract_amount"], "people")
    places = column(section, "rank")
    assert len(places) <= 20 and places[0].value == 1
    for row, place in zip(section.table.rows, places, strict=True):
        assert place is None or place.value == ranks[row.to.reader_id]


def test_a_kpi_without_data_says_why(sample, browser):
    known = {
        kpi
        for (kpi,) in sample.execute(
            "select distinct kpi_id from mart.kpi_value where scope_kind = 'company' "
            "and value is not null"
        ).fetchall()
    }
    without = browser.keys() - known - {ALL}
    assert without
    for kpi_id in without:
        section = section_of(browser[kpi_id], "periods")
        assert section.no_data_reason is not None and section.table is None


def test_a_lead_is_claimed_only_where_intervals_lie_apart(browser):
    for page in browser.values():
        for section in page.sections:
            if section.id != "units" or section.message.id != "browser.units.headline":
                continue
            if "interval" not in [c.id for c in section.table.columns]:
                continue
            regions = [row.to.report for row in section.table.rows].count("region_weekly")
            first, *others = column(section, "interval")[: regions or None]
            assert all(first is None or o is None or first.low > o.high or first.high < o.low
                       for o in others), page.stem  # fmt: skip


def test_an_interval_is_of_counted_cases_only():
    ratio, money = Row(unit="ratio"), Row(unit="money")

    def share(hits: str, cases: str, n: int) -> Row:
        return Row(numerator=D(hits), denominator=D(cases), n=n)

    assert interval_of(ratio, share("3", "10", 10)) is not None
    assert interval_of(ratio, share("300.5", "1000", 10)) is None
    assert interval_of(ratio, share("12", "10", 10)) is None
    assert interval_of(money, share("3", "10", 10)) is None
    assert interval_of(ratio, Row(numerator=None, denominator=None, n=0)) is None


def test_names_are_found_by_pinyin_initials_id_and_the_other_language(browser):
    assert pinyin("毛利率") == "maolilv mll"
    assert pinyin("NPS") == ""
    text = render(browser[ALL], "en")
    row = next(part for part in text.split("<tr ") if "gross_margin_rate" in part)
    assert "利润率" in row and "lirunlv" in row and "gross margin" in row.lower()
    assert "zhangwei" in words("zh", "CNY", 2026).found_by("E010 张伟")


def test_the_list_of_reports_shows_the_catalogue_once(pages):
    first = pages["kpi_browser"][0]
    entries = tuple(entry_of(page) for page in pages["kpi_browser"])
    edition = Edition(
        company=first.company, as_of=first.as_of, reports=("kpi_browser",), quality=first.quality
    )
    (listed,) = arrange(Catalogue(entries=entries), edition)
    assert [one.newest.reader.id for one in listed.readers] == [ALL]


def test_pages_are_bounded(browser):
    for page in browser.values():
        if page.reader.id == ALL:
            continue
        assert len(render(page, "en").encode()) < 60_000, page.stem
        for section in page.sections:
            assert section.table is None or len(section.table.rows) <= 40


def test_what_a_kpi_means_and_needs_stands_on_its_page(browser):
    section = section_of(browser["gross_margin_rate"], "definition")
    said = " ".join(EN.text(cell) for row in section.table.rows for cell in row.cells)
    assert "attain explain gross_margin_rate" in said and "order lines" in said
    assert "Sales director weekly" in said
