"""Sales operations' page: a company worked out by hand, the sample, and checks that block."""

from __future__ import annotations

import json
import shutil
from decimal import Decimal as D
from pathlib import Path

import duckdb
import pytest

from pipelines.reporting.language.speaker import speaker
from pipelines.reporting.model.page import Page
from pipelines.reporting.publish.render import render
from pipelines.reporting.reports import REPORTS
from tests.support.pages.reading import EN, column, one, said, section_of, tile_of, total
from tests.support.pages.small_company import CRM_ONLY, TABLES
from tests.support.pages.warehouses import SUNDAY, compute, opened, small_workspace

ZH = speaker("zh", "CNY", 2026)


# The small company with leads and activities, and four rows that cannot be used: two deals of
# Anna's, a lead of Bo's, and a deal that names nobody.
OPS = TABLES | {
    "opportunity": TABLES["opportunity"]
    + "D8,C1,A1,ALPHA bad,not a date,proposal,open,800,2026-12-01,\n"
    + "D9,C1,A1,ALPHA worse,2026-09-01,no such stage,open,50,2026-12-01,\n"
    + "D10,C1,,nobody's,2026-09-01,proposal,open,20,2026-12-01,\n",
    "campaign": """\
campaign_id,name,channel,start_date,spend
K1,Fair,fair,2026-09-01,1000
K2,Radio,radio,2026-09-01,500
""",
    "lead": """\
lead_id,created_at,owner_id,source,campaign_id,contact_name,phone,assigned_at,first_contact_at,mql_at,sql_at,opportunity_id
L1,2026-10-01,A1,event,K1,SECRET,138000,2026-10-01 10:00,2026-10-01 11:00,2026-10-02,2026-10-03,D1
L2,2026-10-01,A1,event,K1,SECRET 2,1380002,2026-10-01 10:00,2026-10-09 11:00,,,
L3,2026-10-01,B1,referral,,SECRET 3,1380003,2026-10-01 10:00,,,,
L4,2026-10-01,B1,referral,,SECRET,138000,2026-10-01 10:00,2026-10-01 11:00,2026-10-02,2026-10-03,D6
L5,1380005,B1,event,K1,SECRET 5,1380005,,,,,
""",
    "activity": """\
activity_id,type,occurred_at,logged_at,employee_id,opportunity_id
V1,call,2026-11-10 09:00,2026-11-10 10:00,A1,D1
V2,call,2026-11-10 09:00,2026-11-12 10:00,A1,D5
V3,visit,2026-11-12 09:00,2026-11-12 10:00,B1,D3
""",
    # North has 100 more in November than its only team, which has 100 less than Anna
    "quota": TABLES["quota"]
    + "unit,T1,contract_amount,2026-11-01,2026-11-30,2900\n"
    + "unit,T1,contract_amount,2026-12-01,2026-12-31,3000\n",
}  # fmt: skip


@pytest.fixture(scope="module")
def company_file(tmp_path_factory) -> Path:
    return compute(small_workspace(tmp_path_factory.mktemp("ops"), OPS))


@pytest.fixture(scope="module")
def company(company_file):
    with opened(company_file) as con:
        yield con


@pytest.fixture(scope="module")
def page(company) -> Page:
    return REPORTS["sales_ops"].build(company, SUNDAY)[0]


def words(cells) -> list[str]:
    return [EN.text(cell) for cell in cells]


# --- quarantine ----------------------------------------------------------------------------------


def test_rows_in_quarantine_stand_with_their_owner_and_the_money_of_documents(page):
    section = section_of(page, "owners")
    rows = dict(zip(words(column(section, "owner")), column(section, "rows"), strict=True))
    assert {name: cell.value for name, cell in rows.items()} == {
        "ALPHA Anna": 2, "BETA Bo": 1, "no owner": 1,
    }  # fmt: skip
    amounts = {name: cell and cell.amount for name, cell in zip(
        words(column(section, "owner")), column(section, "amount"), strict=True)}  # fmt: skip
    assert amounts == {"ALPHA Anna": D(850), "BETA Bo": None, "no owner": D(20)}
    assert EN.text(section.message) == (
        "3 rows wait for 2 people, ALPHA Anna the most: 2; another 1 row name no owner"
    )
    assert tile_of(page, "quarantined_rows").value.value == 4


def test_a_rule_is_said_in_words_and_shows_where_its_first_row_stands(page):
    section = section_of(page, "rules")
    found = dict(
        zip(words(column(section, "problem")), words(column(section, "place")), strict=True)
    )
    assert found["owner_id is missing"] == "raw/opportunity.csv, line 11"
    assert found["stage is not an allowed value; a map in the source file may translate it"] == (
        "raw/opportunity.csv, line 10"
    )
    zh = [ZH.text(cell) for cell in column(section, "problem")]
    assert "缺少 owner_id" in zh


def test_no_value_of_a_contact_stands_on_the_page(page):
    for text in (page.to_json(), render(page, "zh"), render(page, "en")):
        assert "SECRET" not in text
        assert "138000" not in text


# --- exports -------------------------------------------------------------------------------------


def test_every_export_shows_what_was_landed_and_what_became_of_it(page):
    section = section_of(page, "exports")
    names = words(column(section, "export"))
    landed, accepted, kept = (
        [cell.value for cell in column(section, f"{name}_rows")]
        for name in ("landed", "accepted", "kept")
    )
    assert all(a + k == n for n, a, k in zip(landed, accepted, kept, strict=True))
    place = names.index("opportunities")
    assert (landed[place], kept[place]) == (10, 3)
    assert column(section, "kept_amount")[place].amount == D(870)
    assert set(names) == {EN.say(f"export.{name}") for name in OPS}


def test_late_exports_come_first_and_are_named(page):
    section = section_of(page, "exports")
    late = [EN.text(cell) if cell else "" for cell in column(section, "late")]
    # leads ended on 1 October, deals on Tuesday 10, receipts on 2 November
    names = words(column(section, "export"))[: late.count("late")]
    assert set(names) == {"leads", "opportunities", "receipts"}
    assert late[: len(names)] == ["late"] * 3 and not any(late[3:])
    assert section.table_open
    assert tile_of(page, "exports_late").value.value == 3
    assert "Late: opportunities, leads and receipts." in said(page)


def test_exports_that_brought_no_row_are_named(page):
    missing = section_of(page, "exports").note[-1]
    assert missing.id == "quality.missing"
    names = {name.id for name in missing.params["exports"].items}
    assert "export.survey" in names and not names & {f"export.{name}" for name in OPS}


# --- process -------------------------------------------------------------------------------------


def test_representatives_stand_by_the_number_of_deals_to_set_right(page):
    section = section_of(page, "hygiene")
    # two each; of Bo's that is every deal
    assert words(column(section, "rep")) == ["BETA Bo", "ALPHA Anna"]
    assert [cell.value for cell in column(section, "open_deals")] == [2, 3]
    assert [cell.value for cell in column(section, "flawed")] == [2, 2]
    # nobody filled budget or next step, so every deal past the first stage is incomplete
    assert [cell.value for cell in column(section, "incomplete")] == [2, 2]
    assert [cell and cell.value for cell in column(section, "flawed_share")] == [None, None]
    assert {row.judgement for row in section.table.rows} == {"neutral"}


def test_the_section_adds_up_to_the_kpi(company, page):
    filled, required = one(
        company,
        "select numerator, denominator from mart.kpi_value where kpi_id = "
        "'opportunity_completeness' and scope_kind = 'company' and period_kind = 'week' "
        "and period_start = date '2026-11-09'",
    )
    assert (
        EN.text(tile_of(page, "opportunity_completeness").footer)
        == f"{filled:.0f} / {required:.0f}"
    )
    assert one(
        company,
        "select sum(filled_fields), sum(required_fields) from mart.crm_hygiene "
        "where as_of_date = date '2026-11-15'",
    ) == (filled, required)


def test_first_contacts_are_in_time_later_or_never(page):
    section = section_of(page, "contact")
    cells = {
        EN.text(row.cells[0]): tuple(cell.value for cell in row.cells[1:5])
        for row in section.table.rows
    }
    assert cells == {"ALPHA Anna": (2, 1, 1, 0), "BETA Bo": (2, 1, 0, 1)}
    # two leads make no rate
    assert [row.cells[5] for row in section.table.rows] == [None, None]
    assert EN.text(section.message) == (
        "50.0% of 4 leads were contacted in time, less than the target of 90%: 1 later, 1 never"
    )


def test_leads_by_source_lead_from_lead_to_won_deal(page):
    section = section_of(page, "leads")
    cells = {EN.text(r.cells[0]): [c and c.value for c in r.cells[1:]] for r in section.table.rows}
    # leads, valid, contacted, MQL, SQL, opportunities, won, conversion, won share
    assert cells["events"] == [2, 2, 1, 1, 1, 1, 0, D("0.5"), 0]
    assert cells["referrals"] == [2, 2, D("0.5"), 1, 1, 1, 1, D("0.5"), D("0.5")]
    assert cells["Total"] == [4, 4, D("0.75"), 2, 2, 2, 1, D("0.5"), D("0.25")]


def test_cost_is_divided_by_leads_and_empty_where_there_are_none(page):
    section = section_of(page, "cost")
    rows = {EN.text(row.cells[0]): row.cells for row in section.table.rows}
    assert [cell and cell.exact_text for cell in rows["fair"][1:]] == [
        "1", "1000.0000", "2", "500.00000000", "1", "1000.00000000", "0", None,
    ]  # fmt: skip
    assert rows["radio"][4] is None and rows["radio"][6] is None
    assert total(section, "spend").amount == D(1500)
    assert total(section, "per_lead").amount == D(750)


def test_a_quota_that_is_not_its_parts_is_named_with_the_difference(page):
    section = section_of(page, "allocation")
    assert section.table_open
    found = [
        (EN.text(row.cells[0]), row.cells[3].value, row.cells[5].value, row.cells[6].value)
        for row in section.table.rows
    ]
    assert ("North", D(3000), D(2900), D(-100)) in found
    assert ("North 1", D(2900), D(3000), D(100)) in found
    tile = tile_of(page, "quota_gaps")
    assert tile.value.value == len(found)
    assert [c.shown.amount for c in tile.comparisons] == [D(100), D(100)]
    sums = section_of(page, "allocation_sums")
    level = [EN.text(cell) for cell in column(sums, "broken_down")]
    place = level.index("regions into teams")
    assert column(sums, "under")[place].value == D(-100)


# --- checks --------------------------------------------------------------------------------------

EVIDENCE = json.dumps([{"file": "data/raw/crm/lead.csv", "line": 7, "phone": "1380009"}])
CHECKS = f"""
create or replace table mart.check_result as select * from (values
  ('fine', 'staging.lead', 'block', 'passed', 0, '甲', 'fine', '[]'),
  ('many', 'staging.lead', 'warn', 'failed', 30, '乙', 'many', '{EVIDENCE}'),
  ('sums', 'mart.receivable_metric', 'warn', 'failed', 1, '丙', 'sums',
   '[{{"as_of_date": "2026-10-31", "gl_difference": "-1.0000"}}]'),
  ('gone', 'staging.opportunity', 'block', 'failed', 1, '丁', 'gone', '[]'),
  ('broke', 'staging.quote', 'warn', 'errored', 0, '戊', 'broke', '[{{"error": "no such"}}]')
) as t (check_id, table_name, severity, status, offenders, zh, en, evidence);
alter table mart.check_result add column amount decimal(18, 4)
"""


@pytest.fixture
def checked(company_file, tmp_path):
    copy = tmp_path / "copy.duckdb"
    shutil.copyfile(company_file, copy)
    with duckdb.connect(str(copy)) as con:
        con.execute(CHECKS)
        yield con


def test_what_blocks_comes_first_and_the_first_row_is_shown_by_file_and_line(checked):
    page = REPORTS["sales_ops"].build(checked, SUNDAY)[0]
    section = section_of(page, "verdicts")
    rows = [[EN.text(cell) if cell else None for cell in row.cells] for row in section.table.rows]
    assert rows == [
        ["blocks", "gone", "opportunities", "1", None],
        ["warns", "many", "leads", "30", "crm/lead.csv, line 7"],
        ["warns", "sums", "mart.receivable_metric", "1",
         "as_of_date 2026-10-31, gl_difference -1.00"],
        ["could not run", "broke", "quotes", None, None],
    ]  # fmt: skip
    assert "1380009" not in page.to_json()
    assert "1 check blocks reports: opportunities." in said(page)
    tile = tile_of(page, "checks_broken")
    assert [tile.value.value, *(c.shown.value for c in tile.comparisons)] == [4, 1, 3]


def test_the_page_leads_to_the_data_docs_beside_it(checked):
    page = REPORTS["sales_ops"].build(checked, SUNDAY)[0]
    for language in ("zh", "en"):
        assert 'href="../../data_docs/index.html"' in render(page, language)


def test_before_the_checks_have_run_nothing_is_claimed_of_them(page):
    assert section_of(page, "verdicts").message.id == "verdicts.not_run"
    assert tile_of(page, "checks_broken").value is None
    assert "check" not in said(page)


# --- what a blocking check kept as it was --------------------------------------------------------


def test_what_could_not_be_renewed_is_not_shown_as_of_today(checked):
    stale = frozenset({"mart.crm_hygiene", "mart.kpi_recent", "mart.export_freshness"})
    page = REPORTS["sales_ops"].build(checked, SUNDAY, stale)[0]
    hygiene = section_of(page, "hygiene")
    assert hygiene.message.id == "ops.withheld"
    assert hygiene.table is None and hygiene.notice.severity == "failed"
    for kpi_id in ("opportunity_completeness", "first_contact_on_time_rate", "exports_late"):
        assert tile_of(page, kpi_id).value is None
    exports = section_of(page, "exports")
    assert exports.message.id == "exports.age_unknown"
    assert not any(column(exports, "latest"))
    assert "deals have something" not in said(page) and "late" not in said(page).lower()
    # what was read from the exports themselves is of today
    assert section_of(page, "owners").table is not None
    assert section_of(page, "contact").table is not None
    assert render(page, "zh") and render(page, "en")


# --- companies that export little ----------------------------------------------------------------


def test_a_missing_export_is_named_and_nothing_is_counted_for_it(tmp_path):
    with opened(compute(small_workspace(tmp_path / "crm", CRM_ONLY))) as con:
        page = REPORTS["sales_ops"].build(con, SUNDAY)[0]
    for section_id, exports in (
        ("contact", "leads"), ("leads", "leads"), ("cost", "campaigns and leads"),
        ("allocation", "quotas"),
    ):  # fmt: skip
        section = section_of(page, section_id)
        assert section.table is None
        assert EN.text(section.no_data_reason).startswith(f"Missing export: {exports}.")
    hygiene = section_of(page, "hygiene")
    assert not any(column(hygiene, "stale"))  # without activities nobody is said to be idle
    assert "untouched" not in EN.text(hygiene.message)
    assert EN.text(tile_of(page, "quota_gaps").no_data_reason).startswith("Missing export")
    assert "contacted" not in said(page) and "quota" not in said(page)
