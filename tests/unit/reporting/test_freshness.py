"""When an export is late: by its source file's word, else by the working days that are missing."""

from __future__ import annotations

from datetime import date

import duckdb
import pytest

from pipelines.reporting.language.speaker import speaker
from pipelines.reporting.model.page import Freshness
from pipelines.reporting.model.values import verbatim
from pipelines.reporting.publish.render import freshness_text
from pipelines.warehouse.model import parse_model
from pipelines.workspace.resources import shipped
from tests.support.pages.small_company import TABLES
from tests.support.pages.warehouses import compute, small_workspace

PATH = shipped("sql", "mart", "reports") / "export_freshness.sql"


@pytest.fixture(scope="module")
def company(tmp_path_factory):
    """The small company: its last receipt is of Monday 2, its last deal of Tuesday 10 November."""
    with duckdb.connect(
        str(compute(small_workspace(tmp_path_factory.mktemp("fresh"), TABLES)))
    ) as con:
        yield con


def late(con, table: str, as_of: date, expected_days: int | None = None) -> bool:
    """What the model says of a table on a day, with its source file's word."""
    con.execute("update core.parameter set as_of_date = ?", [as_of])
    con.execute(
        "update meta.export_state set expected_days = ? where table_name = ?",
        [expected_days, table],
    )
    model = parse_model(PATH.read_text(encoding="utf-8"), PATH.name, "reports")
    rows = dict(con.execute(f"select table_name, is_late from ({model.sql})").fetchall())
    return rows[table]


def test_an_export_expected_every_three_days_is_late_on_the_fourth(company):
    assert not late(company, "receipt", date(2026, 11, 5), expected_days=3)
    assert late(company, "receipt", date(2026, 11, 6), expected_days=3)


def test_a_daily_export_is_late_when_two_working_days_are_missing(company):
    assert not late(company, "opportunity", date(2026, 11, 11))
    assert late(company, "opportunity", date(2026, 11, 12))


def test_a_weekend_makes_no_daily_export_late(company):
    assert not late(company, "opportunity", date(2026, 11, 11))
    friday = "update staging.opportunity set created_at = timestamp '2026-11-13 09:00'"
    company.execute("begin")
    company.execute(f"{friday} where opportunity_id = 'D2'")
    assert not late(company, "opportunity", date(2026, 11, 15))
    company.execute("rollback")


def test_what_has_nothing_to_say_for_weeks_is_not_late_without_its_sources_word(company):
    assert not late(company, "contract", date(2027, 1, 15))
    assert late(company, "contract", date(2027, 1, 15), expected_days=31)


# --- what a page says of it --------------------------------------------------------------------

ERP = Freshness(
    system=verbatim("ERP"), data_to=date(2026, 11, 12), late_tables=("invoice", "receipt")
)


def test_a_page_names_the_late_exports_it_is_computed_from():
    line = ERP.needed_by({"staging.receipt", "staging.opportunity"})
    assert line.late_tables == ("receipt",)
    said = speaker("en", "CNY", 2026).text(freshness_text(line))
    assert said == "ERP to 12 Nov, late: receipts"


def test_a_page_that_needs_no_late_export_does_not_say_that_one_is_late():
    line = ERP.needed_by({"staging.opportunity"})
    assert not line.late
    assert speaker("en", "CNY", 2026).text(freshness_text(line)) == "ERP to 12 Nov"
