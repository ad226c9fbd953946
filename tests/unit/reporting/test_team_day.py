"""A team's day: Friday's results and Monday's work, worked out by hand."""

from __future__ import annotations

from datetime import date
from decimal import Decimal as D
from pathlib import Path
from typing import get_args

import pytest

from pipelines.reporting.model.page import Page, Section
from pipelines.reporting.publish.render import render
from pipelines.reporting.reports import REPORTS
from pipelines.workspace.workspace import ReportName, Settings
from tests.support.pages.reading import EN, ZH, column, said, section_of, tile_of, total
from tests.support.pages.small_company import TABLES
from tests.support.pages.warehouses import SUNDAY, compute, opened, small_workspace


def with_next_steps(deals: str, **steps: str) -> str:
    """The export of deals with the next step agreed in some."""
    head, *rows = deals.splitlines()
    return "\n".join(
        [f"{head},next_step,next_step_date"]
        + [f"{row},{steps.get(row.partition(',')[0], ',')}" for row in rows]
    )


OPEN = "negotiation,open"
DEALS = TABLES["opportunity"].replace("2026-12-10", "2026-11-13") + (
    f"D8,C1,W1,Nameless step,2026-08-03 09:00,{OPEN},10,2026-12-20,\n"
    f"D9,C1,W1,Past its date,2026-08-03 09:00,{OPEN},20,2026-10-30,\n"
) + "".join(
    f"M{i},C1,V1,Deal {i},2026-08-03 09:00,{OPEN},5,2026-11-01,\n" for i in range(230)
)  # fmt: skip
# T1 and T2 as in the small company; in T3 is Wei with open points, in T4 Vera with too many, in T5
# Lin on leave and her lead
FRIDAY = {
    **TABLES,
    "org_unit": TABLES["org_unit"] + "".join(f"T{i},North {i},team,R1\n" for i in (3, 4, 5)),
    "employee": TABLES["employee"]
    + "A2,ALPHA Ann,2024-01-01\nW1,Wei,2024-01-01\nV1,Vera,2024-01-01\nL1,Lin,2024-01-01\n"
    "L2,Lead,2024-01-01\n",
    "assignment": TABLES["assignment"]
    + "A2,T1,rep,2024-01-01\nW1,T3,rep,2024-01-01\nV1,T4,rep,2024-01-01\nL1,T5,rep,2024-01-01\n"
    "L2,T5,team_lead,2024-01-01\n",
    "contract": TABLES["contract"]
    + "X3,C1,A1,new,1234.50,2026-11-13 10:00\nX4,C1,A1,new,100,2026-11-14 10:00\n"
    "X5,C1,L2,new,9000,2026-11-13 10:00\nX6,C1,A1,new,700,2026-07-31 10:00\n",
    "receipt": TABLES["receipt"]
    + "P2,C1,2026-11-13,200,2026-11-13\nP3,C1,2026-11-13,50,2026-11-13\n",
    "receipt_allocation": TABLES["receipt_allocation"]
    + "P2,ALPHA-1,2026-11-13,200\nP3,W-FRI,2026-11-13,50\n",
    "invoice": TABLES["invoice"]
    + "ALPHA-2,invoice,X1,C1,A1,2026-10-16,2026-11-16,300,39,339,posted\n"
    "ALPHA-3,invoice,X1,C1,A1,2026-10-17,2026-11-17,300,39,339,posted\n"
    "W-SAT,invoice,X1,C1,W1,2026-10-17,2026-11-14,300,39,339,posted\n"
    "W-FRI,invoice,X1,C1,W1,2026-10-17,2026-11-13,300,39,339,posted\n",
    "activity": "activity_id,type,occurred_at,employee_id\nV1,visit,2026-11-13 09:00,A1\n"
    "V2,call,2026-11-12 09:00,A2\nV3,call,2026-11-13 09:00,B1\n",
    "lead": "lead_id,created_at,owner_id\nL1,2026-11-02 09:00,A1\n",
    "leave": "employee_id,kind,start_date,end_date\nL1,parental,2026-10-01,2026-12-31\n",
    "opportunity": with_next_steps(
        DEALS, D1="send the offer,2026-11-16", D2="visit,2026-11-17", D8=",2026-11-16",
        D9="call,2026-11-16",
    ),
}  # fmt: skip


def pages_of(folder: Path, tables: dict[str, str], as_of: date = SUNDAY) -> dict[str, Page]:
    with opened(compute(small_workspace(folder / "ws", tables, as_of))) as con:
        return {page.reader.id: page for page in REPORTS["team_daily"].build(con, as_of)}


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Page]:
    return pages_of(tmp_path_factory.mktemp("friday"), FRIDAY)


@pytest.fixture(scope="module")
def north(pages: dict[str, Page]) -> Page:
    return pages["T1"]


def texts(section: Section, name: str) -> list[str]:
    return [EN.text(cell) for cell in column(section, name)]


def test_a_page_for_each_team_of_the_last_working_day(pages: dict[str, Page]) -> None:
    assert {name: page.period.key for name, page in pages.items()} == dict.fromkeys(
        ("T1", "T2", "T3", "T4", "T5"), "2026-11-13"
    )


def test_each_has_what_was_theirs_on_that_day_and_the_month_beside_the_quota(north: Page) -> None:
    done = section_of(north, "done")
    assert texts(done, "rep") == ["ALPHA Anna", "ALPHA Ann"]
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
    assert {row.judgement for row in done.table.rows} == {"neutral"}  # one day blames nobody


def test_the_sum_is_the_teams_and_stands_in_tile_and_sentence(north: Page) -> None:
    done = section_of(north, "done")
    assert total(done, "contract_amount").amount == D("1234.50")
    assert tile_of(north, "contract_amount").value.amount == D("1234.50")
    assert tile_of(north, "collections").value.amount == 200
    assert said(north).startswith("1 contract signed on 13 Nov, worth ")


def test_a_day_without_a_contract_says_so_and_not_that_its_worth_is_nothing(
    pages: dict[str, Page],
) -> None:
    assert said(pages["T2"]).startswith("Nothing was signed or collected on 13 Nov.")
    assert ZH.text(pages["T2"].lead[0]) == "11月13日没有签约，也没有回款。"
    assert said(pages["T3"]).startswith("Nothing was signed on 13 Nov. ¥50 collected")


def test_the_next_working_day_asks_for_steps_closings_and_what_falls_due(north: Page) -> None:
    due = section_of(north, "due")
    assert EN.text(due.topic) == "To do on 16 Nov"
    rows = zip(
        texts(due, "to_do"),
        texts(due, "deal_or_invoice"),
        (cell.date.isoformat() for cell in column(due, "due_on")),
        strict=True,
    )
    assert list(rows) == [
        ("is to close", "ALPHA more D5", "2026-11-13"),
        ("next step: send the offer", "ALPHA line D1", "2026-11-16"),
        ("payment falls due", "ALPHA-2", "2026-11-16"),
    ]
    assert [row.judgement for row in due.table.rows] == ["bad", "neutral", "neutral"]
    assert EN.text(due.message) == "3 things are due for 1 person, 1 of them late already"


def test_what_is_late_days_off_and_steps_without_words_are_asked_for(
    pages: dict[str, Page],
) -> None:
    due = section_of(pages["T3"], "due")
    assert list(zip(texts(due, "deal_or_invoice"), texts(due, "to_do"), strict=True)) == [
        ("Past its date D9", "is to close"),
        ("W-SAT", "payment falls due"),
        ("Past its date D9", "next step: call"),
        ("Nameless step D8", "next step"),
    ]


def test_of_more_than_a_page_holds_all_are_counted_late_ones_too(pages: dict[str, Page]) -> None:
    due = section_of(pages["T4"], "due")
    assert EN.text(due.message) == "230 things are due for 1 person, 230 of them late already"
    assert due.table.rows_in_all == 230


def test_what_the_lead_and_leavers_brought_is_a_row_of_its_own(pages: dict[str, Page]) -> None:
    done = section_of(pages["T5"], "done")
    assert texts(done, "rep") == ["Lin", "Others"]
    signed = [cell.amount for cell in column(done, "contract_amount")]
    assert signed == [0, 9000]
    assert sum(signed) == total(done, "contract_amount").amount


def test_whoever_was_on_leave_is_not_said_to_have_done_nothing(pages: dict[str, Page]) -> None:
    assert EN.text(section_of(pages["T5"], "done").message) == "What the exports say of 13 Nov"


def test_nothing_of_another_team_stands_on_it(pages: dict[str, Page]) -> None:
    for reader, other in (("T1", "BETA"), ("T2", "ALPHA")):
        for language in ("zh", "en"):
            assert other not in render(pages[reader], language)


def test_early_in_a_month_and_in_a_running_week(tmp_path: Path) -> None:
    """The first of August is a Saturday: the day lies in July, the week's pages are not there."""
    page = pages_of(tmp_path, FRIDAY, date(2026, 8, 1))["T1"]
    assert page.period.key == "2026-07-31"
    done = section_of(page, "done")
    assert next(cell.amount for cell in column(done, "contract_amount")) == 700
    assert "month_to_date" not in [c.id for c in done.table.columns]
    assert "quota" not in said(page)
    assert [crumb.place.period for crumb in page.above] == ["2026-W30"] * 3
    assert {row.to.period for row in done.table.rows if row.to} == {"2026-W30"}


def test_without_an_export_nobody_is_said_to_have_done_nothing(tmp_path: Path) -> None:
    without = {name: text for name, text in FRIDAY.items() if name != "activity"}
    done = section_of(pages_of(tmp_path, without)["T1"], "done")
    assert EN.text(done.message) == "What the exports say of 13 Nov"
    assert set(column(done, "visits")) == {None}
    assert [cell.amount for cell in column(done, "collections")] == [200, 0]


def test_what_no_export_says_is_unknown_and_never_zero(tmp_path: Path) -> None:
    tables = {name: TABLES[name] for name in ("org_unit", "employee", "assignment", "opportunity")}
    for page in pages_of(tmp_path, tables).values():
        assert all(tile.value is None for tile in page.tiles)
        assert section_of(page, "done").no_data_reason is not None
        assert "0.00" not in render(page, "en")


def test_it_is_written_where_the_settings_ask_for_it() -> None:
    assert "team_daily" in get_args(ReportName)
    fields = Settings.model_fields["reports"]
    assert "team_daily" not in fields.default
    assert {*fields.default, "team_daily"} == set(REPORTS)
