"""A team's day: Friday's results and Monday's work, worked out by hand."""

from __future__ import annotations

from decimal import Decimal as D
from typing import get_args

import pytest

from pipelines.reporting.model.page import Page
from pipelines.reporting.publish.render import render
from pipelines.reporting.reports import REPORTS
from pipelines.workspace.workspace import ReportName, Settings
from tests.support.pages.reading import EN, column, said, section_of, tile_of, total
from tests.support.pages.small_company import CRM_ONLY, NOTHING, TABLES
from tests.support.pages.warehouses import SUNDAY, compute, opened, small_workspace


def with_next_steps(deals: str, **steps: str) -> str:
    """The export of deals with the next step agreed in some."""
    head, *rows = deals.splitlines()
    return "\n".join(
        [f"{head},next_step,next_step_date"]
        + [f"{row},{steps.get(row.partition(',')[0], ',')}" for row in rows]
    )


FRIDAY = {
    **TABLES,
    "employee": TABLES["employee"] + "A2,ALPHA Ann,2024-01-01\n",
    "assignment": TABLES["assignment"] + "A2,T1,rep,2024-01-01\n",
    "contract": TABLES["contract"]
    + "X3,C1,A1,new,1234.50,2026-11-13 10:00\nX4,C1,A1,new,100,2026-11-14 10:00\n",
    "receipt": TABLES["receipt"] + "P2,C1,2026-11-13,200,2026-11-13\n",
    "receipt_allocation": TABLES["receipt_allocation"] + "P2,ALPHA-1,2026-11-13,200\n",
    "invoice": TABLES["invoice"]
    + "ALPHA-2,invoice,X1,C1,A1,2026-10-16,2026-11-16,300,39,339,posted\n"
    + "ALPHA-3,invoice,X1,C1,A1,2026-10-17,2026-11-17,300,39,339,posted\n",
    "activity": "activity_id,type,occurred_at,employee_id\nV1,visit,2026-11-13 09:00,A1\n"
    "V2,call,2026-11-12 09:00,A2\nV3,call,2026-11-13 09:00,B1\n",
    "opportunity": with_next_steps(
        TABLES["opportunity"].replace("2026-12-10", "2026-11-13"),
        D1="send the offer,2026-11-16", D2="visit,2026-11-17",
    ),
}  # fmt: skip


def pages_of(folder, tables: dict[str, str]) -> list[Page]:
    with opened(compute(small_workspace(folder, tables))) as con:
        return list(REPORTS["team_daily"].build(con, SUNDAY))


@pytest.fixture(scope="module")
def pages(tmp_path_factory) -> list[Page]:
    return pages_of(tmp_path_factory.mktemp("friday") / "ws", FRIDAY)


@pytest.fixture(scope="module")
def north(pages: list[Page]) -> Page:
    return next(page for page in pages if page.reader.id == "T1")


def test_a_page_for_each_team_of_the_last_working_day(pages: list[Page]) -> None:
    assert [(page.reader.id, page.period.key) for page in pages] == [
        ("T1", "2026-11-13"), ("T2", "2026-11-13"),
    ]  # fmt: skip


def test_each_has_what_was_theirs_on_that_day_and_the_month_beside_the_quota(north: Page) -> None:
    done = section_of(north, "done")
    assert [EN.text(cell) for cell in column(done, "rep")] == ["ALPHA Anna", "ALPHA Ann"]
    assert [cell.amount for cell in column(done, "contract_amount")] == [D("1234.50"), 0]
    assert [cell.amount for cell in column(done, "collections")] == [200, 0]
    assert [cell.value for cell in column(done, "visits")] == [1, 0]
    assert [cell.value for cell in column(done, "calls")] == [0, 0]  # Ann called on Thursday
    anna, ann = column(done, "month_to_date")
    assert (anna.amount, ann.amount) == (D("1334.50"), 0)  # with Saturday's
    quota, none = column(done, "month_quota")
    assert (quota.amount, none) == (3000, None)
    assert column(done, "attainment")[0].value == D("0.44483333")
    assert EN.text(done.message) == (
        "ALPHA Ann neither signed, collected, called, visited nor won a prospect"
    )
    assert [row.judgement for row in done.table.rows] == ["neutral", "bad", "neutral"]


def test_the_sum_is_the_teams_and_stands_in_tile_and_sentence(north: Page) -> None:
    done = section_of(north, "done")
    assert total(done, "contract_amount").amount == D("1234.50")
    assert tile_of(north, "contract_amount").value.amount == D("1234.50")
    assert tile_of(north, "collections").value.amount == 200
    assert said(north).startswith("13 Nov: 1 contract signed, worth ")


def test_the_next_working_day_asks_for_steps_closings_and_what_falls_due(north: Page) -> None:
    due = section_of(north, "due")
    assert EN.text(due.topic) == "To do on 16 Nov"
    rows = list(
        zip(
            (EN.text(cell) for cell in column(due, "to_do")),
            (EN.text(cell) for cell in column(due, "deal_or_invoice")),
            (cell.date.isoformat() for cell in column(due, "due")),
            strict=True,
        )
    )
    assert rows == [
        ("is to close", "ALPHA more D5", "2026-11-13"),
        ("next step: send the offer", "ALPHA line D1", "2026-11-16"),
        ("payment falls due", "ALPHA-2", "2026-11-16"),
    ]
    assert [row.judgement for row in due.table.rows] == ["bad", "neutral", "neutral"]
    assert EN.text(due.message) == "3 things are due for 1 person, 1 of them late already"


def test_nothing_of_another_team_stands_on_it(pages: list[Page]) -> None:
    for page in pages:
        other = "BETA" if page.reader.id == "T1" else "ALPHA"
        for language in ("zh", "en"):
            assert other not in render(page, language)


@pytest.mark.parametrize("tables", [CRM_ONLY, NOTHING], ids=["crm only", "nothing"])
def test_what_no_export_says_is_unknown_and_never_zero(tmp_path, tables) -> None:
    for page in pages_of(tmp_path / "ws", tables):
        assert all(tile.value is None for tile in page.tiles)
        for section in page.sections:
            assert section.no_data_reason is not None or section.table is not None
        assert "0.00" not in render(page, "en")


def test_it_is_written_where_the_settings_ask_for_it() -> None:
    assert "team_daily" in get_args(ReportName)
    fields = Settings.model_fields["reports"]
    assert "team_daily" not in fields.default
    assert {*fields.default, "team_daily"} == set(REPORTS)
