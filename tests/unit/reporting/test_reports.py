"""The reports over the sample company: every figure is the warehouse's own, and nobody's but
the reader's."""

from __future__ import annotations

import re
from collections import Counter
from decimal import Decimal as D

import pytest

from pipelines.errors import UserError
from pipelines.reporting.language.speaker import speaker
from pipelines.reporting.model.intervals import wilson
from pipelines.reporting.model.page import Page
from pipelines.reporting.model.queries import query_text
from pipelines.reporting.publish.render import render
from pipelines.reporting.reports import REPORTS, quality
from pipelines.warehouse.model import tables_read
from tests.support.laboratory import ROOT
from tests.support.pages.reading import column, one, section_of, tile_of, total
from tests.support.pages.warehouses import SUNDAY, opened

QUERIES = ROOT / "pipelines" / "reporting"
VALUES = re.compile(r'data-value="([^"]*)"')


# --- what is read ------------------------------------------------------------------------------


class Watched:
    """A connection that remembers which queries it ran."""

    def __init__(self, con) -> None:
        self.con, self.ran = con, []

    def execute(self, sql, *args):
        self.ran.append(sql)
        return self.con.execute(sql, *args)

    def cursor(self):
        beside = Watched(self.con.cursor())
        beside.ran = self.ran
        return beside


@pytest.mark.parametrize("name", REPORTS)
def test_a_report_reads_only_the_tables_it_declares(sample, name):
    watched = Watched(sample)
    list(REPORTS[name].build(watched, SUNDAY))
    read = {t for sql in watched.ran if "information_schema" not in sql for t in tables_read(sql)}
    assert len(read) > 5
    assert read - set(REPORTS[name].reads) <= {"mart.check_result"}


def test_every_query_beside_the_package_belongs_to_a_report():
    used = {query for report in REPORTS.values() for query in report.declared.queries}
    from pipelines.reporting.model import context
    from pipelines.reporting.shared import quality as section_quality

    used |= {*context.QUERIES, *section_quality.STATUS_QUERIES}
    assert {path.stem for path in QUERIES.glob("*/queries/*.sql")} == used


def test_queries_say_first_what_they_are_for():
    for path in QUERIES.glob("*/queries/*.sql"):
        assert re.match(r"-- \w.{10,}", query_text(path.stem)), path.name


def test_another_day_than_the_warehouses_is_refused(sample):
    with pytest.raises(UserError, match=r"as of 2026-11-15.*asked for 2026-11-14"):
        REPORTS["director_weekly"].build(sample, SUNDAY.replace(day=14))


# --- the same pages every time, in both languages ----------------------------------------------


def test_pages_are_the_same_bytes_whenever_and_however_they_are_built(sample_warehouse, pages):
    with opened(sample_warehouse) as con:
        con.execute("set threads to 1")
        again = {name: list(report.build(con, SUNDAY)) for name, report in REPORTS.items()}
    for name, built in pages.items():
        for first, second in zip(built, again[name], strict=True):
            assert first.to_json() == second.to_json()
            assert render(first, "en") == render(second, "en")


def test_both_languages_carry_the_same_numbers_on_every_page(pages):
    for built in pages.values():
        for page in built:
            zh, en = (VALUES.findall(render(page, language)) for language in ("zh", "en"))
            assert len(zh) > 3
            assert Counter(zh) == Counter(en), page.stem


def test_pages_stay_small_enough_for_a_phone(pages):
    for built in pages.values():
        for page in built:
            for language in ("zh", "en"):
                assert len(render(page, language).encode()) < 400_000, page.stem


def test_addresses_hold_the_words_of_the_contract(pages):
    stems = {str(page.stem) for built in pages.values() for page in built}
    assert {
        "director_weekly/C-01/2026-W46",
        "receivables/finance/2026-W46",
        "commission_reconciliation/finance/2026-10",
        "appraisal/hr/2026-Q3",
        "region_weekly/R-EAST/2026-W46",
        "team_weekly/T01/2026-W46",
        "rep_weekly/E031/2026-W46",
        "sales_ops/sales_ops/2026-W46",
    } <= stems
    assert {page.family for page in pages["finance"]} == {"finance"}


# --- figures are the warehouse's ---------------------------------------------------------------


@pytest.mark.parametrize(
    ("kpi_id", "period_kind", "period_start"),
    [
        ("contract_amount", "week", "2026-11-09"),
        ("collections", "week", "2026-11-09"),
        ("quota_attainment", "quarter", "2026-10-01"),
        ("win_rate_count", "rolling_13w", "2026-08-17"),
        ("pipeline_coverage", "week", "2026-11-09"),
        ("overdue_rate", "week", "2026-11-09"),
    ],
)
def test_the_directors_tiles_are_the_published_values(
    sample, pages, kpi_id, period_kind, period_start
):
    (value,) = one(
        sample,
        "select value from mart.kpi_value where kpi_id = ? and period_kind = ? "
        "and period_start = cast(? as date) and scope_kind = 'company'",
        kpi_id, period_kind, period_start,
    )  # fmt: skip
    tile = tile_of(pages["director_weekly"][0], kpi_id)
    assert D(tile.value.exact_text) == value
    assert tile.definition is not None and tile.definition.meaning.zh


def test_every_representatives_tiles_are_their_own_published_values(sample, pages):
    rows = sample.execute(
        "select scope_id, kpi_id, value from mart.kpi_value where scope_kind = 'employee' and "
        "((kpi_id in ('contract_amount', 'collections') and period_kind = 'month' "
        "  and period_start = date '2026-11-01') "
        "or (kpi_id in ('quota_attainment', 'commission_earned') and period_kind = 'quarter' "
        "  and period_start = date '2026-10-01') "
        "or (kpi_id = 'pipeline_amount' and period_kind = 'week' "
        "  and period_start = date '2026-11-09'))"
    ).fetchall()
    expected = {(scope, kpi): value for scope, kpi, value in rows}
    compared = 0
    for page in pages["rep_weekly"]:
        for tile in page.tiles:
            key = (page.reader.id, tile.kpi_id)
            if key in expected and expected[key] is not None:
                assert D(tile.value.exact_text) == expected[key], key
                compared += 1
    assert compared > 4 * len(pages["rep_weekly"])


def test_the_win_rates_interval_is_wilsons(sample, pages):
    won, n = one(
        sample,
        "select numerator, denominator from mart.kpi_value where kpi_id = 'win_rate_count' and "
        "period_kind = 'rolling_13w' and period_start = date '2026-08-17' "
        "and scope_kind = 'company'",
    )
    shown = tile_of(pages["director_weekly"][0], "win_rate_count").comparisons[0].shown
    assert (shown.low, shown.high) == wilson(int(won), int(n))


def test_buckets_add_up_to_the_balance_and_the_ledgers_difference_is_shown(sample, pages):
    outstanding, ledger, off = one(
        sample,
        "select outstanding, gl_balance, gl_difference from mart.receivable_metric "
        "where as_of_date = date '2026-11-15' and scope_kind = 'company'",
    )
    for page in (pages["director_weekly"][0], pages["finance"][0]):
        section = section_of(page, "ageing")
        amounts = column(section, "amount")
        assert (
            sum(cell.amount for cell in amounts) == outstanding == total(section, "amount").amount
        )
        assert off != 0 and outstanding - ledger == off
        assert section.notice.text.params["difference"].amount == off


def test_regions_on_the_finance_page_add_up_to_the_company(pages):
    section = section_of(pages["finance"][0], "regions")
    for name in ("outstanding", "overdue"):
        parts = sum(cell.amount for cell in column(section, name))
        assert parts <= total(section, name).amount


NEWEST = (
    "(select max(newest.period) from mart.appraisal_result as newest "
    "where newest.scheme_id = result.scheme_id)"
)


def test_everyone_appraised_has_a_form_whose_parts_give_the_score(sample, pages):
    results = dict(
        sample.execute(
            "select employee_id, card_score from mart.appraisal_total as result "
            f"where period = {NEWEST}"
        ).fetchall()
    )
    forms = {p.reader.id: p for p in pages["appraisal"] if p.reader.kind == "employee"}
    assert forms.keys() == results.keys()
    for employee_id, page in forms.items():
        cards = [section for section in page.sections if section.id.startswith("scorecard")]
        for card in cards:
            assert sum(cell.value for cell in column(card, "weight")) == 100
        if len(cards) == 1:
            added = sum(cell.value for cell in column(cards[0], "weighted_score"))
            assert abs(added - results[employee_id]) <= D("0.06"), employee_id


def test_grades_and_floating_pay_add_up_to_the_results(sample, pages):
    people, pay = one(
        sample,
        "select count(*), sum(floating_pay) from mart.appraisal_result as result "
        f"where period = {NEWEST}",
    )
    overview = pages["appraisal"][0]
    grades = [section for section in overview.sections if section.id.startswith("grades")]
    assert len(grades) == 7
    for sections in ([section_of(overview, "schemes")], grades):
        counted = [cell.value for section in sections for cell in column(section, "people")]
        paid = [cell for section in sections for cell in column(section, "floating_pay") if cell]
        amounts = [cell.amount for cell in paid]
        assert (sum(counted), sum(amounts)) == (people, pay)


# --- whose rows --------------------------------------------------------------------------------


def texts_of(page: Page) -> str:
    return page.to_json()


def test_a_representatives_page_names_no_invoice_of_another(sample, pages):
    """Of another who still collects it: what those left open who have gone is taken over."""
    owners = dict(
        sample.execute(
            "select invoice_id, owner_id from core.fct_invoice where owner_id is not null"
        ).fetchall()
    )
    owners |= dict(
        sample.execute(
            "select invoice_id, collector_id from mart.receivable_item where item_kind = 'invoice'"
        ).fetchall()
    )
    named = 0
    for page in pages["rep_weekly"]:
        for invoice in re.findall(r"INV-\d+", texts_of(page)):
            assert owners[invoice] == page.reader.id
            named += 1
    assert named > 50


def test_a_representatives_page_names_no_colleague(sample, pages):
    names = {name for (name,) in sample.execute("select name from core.dim_employee").fetchall()}
    for page in pages["rep_weekly"]:
        others = names - {page.reader.name.text.split(" ")[0]}
        verbatim = set(re.findall(r'"text":"([^"]*)"', texts_of(page)))
        assert not verbatim & others, page.reader.id


def test_a_representatives_page_lists_exactly_the_own_deals_and_overdue_invoices(sample, pages):
    deals = Counter()
    for owner, amount in sample.execute(
        "select owner_id, amount_base from core.fct_open_opportunity"
    ).fetchall():
        deals[owner, amount] += 1
    for page in pages["rep_weekly"]:
        section = section_of(page, "pipeline")
        if section.table is None:
            assert not any(owner == page.reader.id for owner, _ in deals)
            continue
        shown = Counter((page.reader.id, cell.amount) for cell in column(section, "amount"))
        assert not shown - deals
        own = sum(number for (owner, _), number in deals.items() if owner == page.reader.id)
        assert (section.table.rows_in_all or sum(shown.values())) == own


def test_commission_on_a_representatives_page_is_the_own_statement(sample, pages):
    rows = sample.execute(
        "select payee_id, period, earned, paid from mart.commission_statement"
    ).fetchall()
    expected = {(payee, period): (earned, paid) for payee, period, earned, paid in rows}
    seen = 0
    for page in pages["rep_weekly"]:
        section = section_of(page, "statements")
        if section.table is None:
            continue
        cells = zip(
            column(section, "month"), column(section, "earned"), column(section, "paid"),
            strict=True,
        )  # fmt: skip
        for month, earned, paid in cells:
            assert expected[page.reader.id, month.key] == (earned.amount, paid.amount)
            seen += 1
    assert seen > 50


# --- status ------------------------------------------------------------------------------------


def test_quarantined_money_counts_documents_once(sample):
    status, freshness = quality(sample)
    rows, amount = one(
        sample,
        "select count(*), sum(amount) filter (table_name in ('opportunity', 'quote', 'contract', "
        "'sales_order', 'invoice', 'receipt', 'write_off', 'expense')) from mart.quarantine "
        "where resolved_at is null",
    )
    assert (status.quarantined_rows, status.quarantined_amount) == (rows, amount)
    assert {source.data_to.year for source in freshness} == {2026}
    assert all(source.data_to <= SUNDAY for source in freshness)


def test_the_first_sentence_names_the_signed_amount_of_the_quarter(sample, pages):
    (signed,) = one(
        sample,
        "select sum(net_amount_base) from core.fct_contract "
        "where signed_date between date '2026-10-01' and date '2026-11-15'",
    )
    page = pages["director_weekly"][0]
    assert page.lead[0].params["signed"].amount == signed
    said = speaker("en", "CNY", 2026).text(page.lead[0])
    assert said.startswith("Q4 2026: signed ¥")


def test_the_funnel_says_what_lets_a_deal_into_a_stage_and_what_it_is_judged_by(pages):
    funnel = section_of(pages["director_weekly"][0], "funnel")
    said = {speaker("en", "CNY", 2026).text(d.term): d.meaning for d in funnel.definitions[1:]}
    assert speaker("en", "CNY", 2026).text(said["Qualification"]) == (
        "Enters when first contact within 24 hours of assignment; budget, authority, need and "
        "timing (BANT) are known; judged by New opportunities, New opportunity amount and "
        "Opportunity completeness."
    )
    assert (
        speaker("zh", "CNY", 2026).text(said["Lead"]).startswith("进入条件：有可联系到的联系人。")
    )
    assert len(said) == 7
