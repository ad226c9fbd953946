"""Reports worked out by hand, and reports of companies that export little or nothing."""

from __future__ import annotations

import re
import shutil
from datetime import date, datetime
from decimal import Decimal as D
from functools import partial
from pathlib import Path

import duckdb
import pytest

from pipelines.reporting.language.speaker import speaker
from pipelines.reporting.model.page import Page
from pipelines.reporting.model.queries import fetch
from pipelines.reporting.publish.render import render
from pipelines.reporting.reports import REPORTS, quality, statements_as_closed
from tests.support.laboratory import shipped
from tests.support.pages.small_company import CRM_ONLY, NOTHING, TABLES
from tests.support.pages.warehouses import SUNDAY, compute, opened, small_workspace

EN = speaker("en", "CNY", 2026)
VALUES = re.compile(r'data-value="([^"]*)"')


@pytest.fixture(scope="module")
def company_file(tmp_path_factory) -> Path:
    return compute(small_workspace(tmp_path_factory.mktemp("company"), TABLES))


@pytest.fixture(scope="module")
def company(company_file):
    with opened(company_file) as con:
        yield con


@pytest.fixture(scope="module")
def pages(company) -> dict[str, list[Page]]:
    return {name: list(report.build(company, SUNDAY)) for name, report in REPORTS.items()}


def pages_of(folder: Path, tables: dict[str, str]) -> dict[str, list[Page]]:
    with opened(compute(small_workspace(folder, tables))) as con:
        return {name: list(report.build(con, SUNDAY)) for name, report in REPORTS.items()}


@pytest.fixture(scope="module")
def crm_only(tmp_path_factory) -> dict[str, list[Page]]:
    return pages_of(tmp_path_factory.mktemp("crm"), CRM_ONLY)


@pytest.fixture(scope="module")
def nothing(tmp_path_factory) -> dict[str, list[Page]]:
    return pages_of(tmp_path_factory.mktemp("nothing"), NOTHING)


@pytest.fixture(params=["crm_only", "nothing"])
def poor(request) -> dict[str, list[Page]]:
    return request.getfixturevalue(request.param)


def said(page: Page) -> str:
    return " ".join(EN.text(sentence) for sentence in page.lead)


def section(page: Page, section_id: str):
    return next(s for s in page.sections if s.id == section_id)


# --- what is missing ---


def test_every_column_that_a_kpi_needs_is_counted_where_its_table_has_rows(company):
    counted = dict(
        company.execute("select table_name, row_count from meta.export_state").fetchall()
    )
    needed = shipped()[1].catalogue.needed_columns
    tables = {named: [one.partition(".")[0] for one in named.split("|")] for named in needed}
    there = {named for named in needed if any(counted[table] for table in tables[named])}
    assert there == {named for named in counted if "." in named}
    assert "contract.signed_at" in there


def test_a_kpi_without_any_value_of_its_column_names_the_column(company):
    empty = company.execute(
        "select table_name from meta.export_state where row_count = 0 and table_name like '%.%'"
    ).fetchall()
    assert empty
    for (named,) in empty:
        reasons = company.execute(
            "select reason from kpi.no_data join policy.kpi_need using (kpi_id) "
            "where kpi_need.table_name = ?",
            [named],
        ).fetchall()
        assert reasons and all(named in reason for (reason,) in reasons)


# --- deals and pipeline ------------------------------------------------------------------------


def test_a_deal_due_this_quarter_and_moved_later_has_slipped(company):
    rows = company.execute(
        "select opportunity_id, was_due_date, pushes from mart.deal_attention "
        "where is_slipped order by 1"
    ).fetchall()
    assert rows == [("D1", date(2026, 10, 30), 1), ("D3", date(2026, 11, 30), 1)]


def test_only_a_slipped_deal_that_was_due_by_now_explains_a_gap(company):
    rows = fetch(company, "deals_by_scope", as_of=SUNDAY)
    assert {row.scope_id: (row.slipped, row.missed, row.missed_amount) for row in rows} == {
        **dict.fromkeys(("R1", "T1", "A1"), (1, 1, D(1000))),
        **dict.fromkeys(("R2", "T2", "B1"), (1, 0, None)),
    }


def test_each_deal_moves_the_weeks_pipeline_under_one_cause(company):
    rows = company.execute(
        "select cause, amount, deals from mart.pipeline_movement where period_kind = 'week' "
        "and period_start = date '2026-11-09' and scope_kind = 'company'"
    ).fetchall()
    assert {cause: (amount, deals) for cause, amount, deals in rows} == {
        "start": (D(3200), 5),
        "created": (D(500), 1),
        "pulled_in": (D(300), 1),
        "increased": (D(50), 1),
        "pushed_out": (D(-700), 1),
        "won": (D(-900), 1),
        "lost": (D(-200), 1),
        "end": (D(2250), 4),
    }


def test_the_lead_says_how_far_behind_where_and_why(pages):
    lead = said(pages["director_weekly"][0])
    assert lead.startswith("Q4 2026: signed ¥6,000, 33% of quota;")
    assert "North is ¥" in lead
    assert "North is ¥3,429 behind: 1 deal worth ¥1,000 has slipped." in lead
    assert "South" not in lead


# --- commission --------------------------------------------------------------------------------


def test_commission_so_far_the_tier_and_the_next_step_by_hand(company):
    position = next(
        r
        for r in fetch(company, "commission_positions")
        if (r.employee_id, r.period) == ("A1", "2026-11")
    )
    # 60 % of 600 at 1 %, the other 140 at 2 %
    assert (position.credit, position.earned) == (D(500), D("6.40"))
    assert (position.quota, position.rate_pct) == (D(600), D(2))
    assert (position.to_next_tier, position.next_rate_pct) == (D(100), D(3))
    # 100 at 2 %, 180 at 3 %, 9,720 at 4 %
    assert position.next_pays == D("396.20")
    assert position.next_tier_pays == D("2")


def test_without_a_quota_there_are_no_tiers_and_the_page_says_so(pages):
    page = next(p for p in pages["rep_weekly"] if p.reader.id == "B1")
    commission = section(page, "commission")
    assert commission.message.id == "rep.commission.no_quota"
    assert commission.chart is None and commission.table is None


# --- whose rows --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("reader", "own", "others"), [("A1", "ALPHA", "BETA"), ("B1", "BETA", "ALPHA")]
)
def test_nothing_of_one_representative_stands_on_the_page_of_another(pages, reader, own, others):
    page = next(p for p in pages["rep_weekly"] if p.reader.id == reader)
    for text in (page.to_json(), render(page, "zh"), render(page, "en")):
        assert own in text
        assert others not in text


def test_the_overdue_rest_of_a_half_paid_invoice_is_chased_by_its_owner_alone(pages):
    anna, bo = pages["rep_weekly"]
    rows = section(anna, "invoices").table.rows
    assert [(row.cells[0].text, row.cells[2].amount, row.cells[4].value) for row in rows] == [
        ("ALPHA-1", D(565), D(26))
    ]
    assert section(bo, "invoices").message.id == "rep.invoices.none"


# --- companies that export little --------------------------------------------------------------


def test_what_an_export_is_missing_for_is_unknown_and_never_zero(poor):
    for built in poor.values():
        for page in built:
            for tile in page.tiles:
                if tile.kpi_id in ("contract_amount", "collections", "overdue_rate", "outstanding",
                                   "quota_attainment", "overdue_amount"):  # fmt: skip
                    assert tile.value is None
                    assert EN.text(tile.no_data_reason).startswith("Missing export: ")
    ageing = section(poor["finance"][0], "ageing")
    assert (ageing.message.id, ageing.no_data_reason.id) == (
        "section.unknown", "no_data.missing_export",
    )  # fmt: skip


def test_no_sentence_claims_what_a_missing_export_would_have_to_show(poor):
    claims = {"customers.none", "unallocated.none", "limits.none", "differences.none",
              "ageing.nothing_overdue", "quota.none", "discount.clean"}  # fmt: skip
    for built in poor.values():
        for page in built:
            assert not claims & {getattr(s.message, "id", None) for s in page.sections}


def test_poor_pages_render_in_both_languages_with_the_same_numbers(poor):
    for built in poor.values():
        for page in built:
            zh, en = (sorted(VALUES.findall(render(page, code))) for code in ("zh", "en"))
            assert zh == en


def test_with_a_crm_alone_the_lead_counts_wins_and_everyone_with_a_deal_has_a_page(crm_only):
    lead = said(crm_only["director_weekly"][0])
    assert lead == "Q4 2026: 1 deal won of 2 decided, worth ¥2,000."
    assert [page.reader.id for page in crm_only["rep_weekly"]] == ["A1", "B1"]


# --- verdicts ----------------------------------------------------------------------------------


def test_where_nothing_says_what_was_paid_no_page_calls_a_share_of_it_overdue(tmp_path):
    """Invoices alone: what is open is known, how much of it is late is made up."""
    unpaid = {name: text for name, text in TABLES.items() if not name.startswith("receipt")}
    pages = pages_of(tmp_path, unpaid)
    receivables = next(page for page in pages["finance"] if page.report == "receivables")
    for page in (receivables, *pages["director_weekly"]):
        tile = next(tile for tile in page.tiles if tile.kpi_id == "overdue_rate")
        assert tile.value is None
        heading = EN.text(section(page, "ageing").message)
        assert heading.endswith("what of it was paid is not known")
    assert "without receipts it is not known what was paid" in said(receivables)


def test_failed_and_errored_checks_stand_on_the_page_and_are_told_apart(company_file, tmp_path):
    copy = tmp_path / "copy.duckdb"
    shutil.copyfile(company_file, copy)
    with duckdb.connect(str(copy)) as con:
        con.execute(
            "create table mart.check_result as select * from (values "
            "('a', 'staging.deal', 'block', 'passed', 0, '甲', 'a holds', '[]'), "
            "('b', 'staging.deal', 'warn', 'failed', 3, '乙', 'b holds', '[]'), "
            "('c', 'staging.deal', 'block', 'failed', 1, '丙', 'c holds', '[]'), "
            "('d', 'staging.deal', 'block', 'errored', 0, '丁', 'd holds', '[]')) "
            "as t (check_id, table_name, severity, status, offenders, zh, en, evidence)"
        )
        con.execute("alter table mart.check_result add column amount decimal(18, 4)")
        status, _ = quality(con)
        page = next(iter(REPORTS["director_weekly"].build(con, SUNDAY)))
        closing = partial(statements_as_closed, con, SUNDAY, "2026-11", datetime(2026, 12, 1), "F")
        closed = [len(next(closing(tables)).quality.failed) for tables in ((), {"staging.deal"})]
    assert closed == [0, 3]  # a statement is signed for what it is computed from
    assert (status.checks_passed, status.checks_warned) == (1, 1)
    assert (status.checks_failed, status.checks_errored) == (1, 1)
    assert [check.id for check in status.failed] == ["c", "d", "b"]
    html = render(page, "en")
    assert ">3 cases<" in html and "This could not be checked" in html
    assert "staging.deal" not in html
