"""Dates damaged by a spreadsheet or written in another order: recognised file by file."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from pathlib import Path

import pytest
import xlsxwriter

from pipelines.checks.accidents import TableAccidents
from pipelines.checks.date_accidents import DateAccidents
from pipelines.checks.findings import Finding
from pipelines.checks.refused_values import RefusedValues
from pipelines.landing.land import content_hash, land_export, take_inventory
from pipelines.sources.contract import canonical_tables
from pipelines.workspace.workspace import open_workspace
from tests.support.exports import Exports
from tests.support.laboratory import shipped

POLICY = shipped()[1].quality
SEEN_DAY = dt.datetime(2026, 12, 31)
SOURCE = """\
table: campaign
files: [ads*]
date_order: {order}
columns: {{campaign_id: id, start_date: begins, end_date: ends, spend: cost}}
"""


@pytest.fixture
def exports(tmp_path: Path) -> Exports:
    return Exports(tmp_path)


def look(exports: Exports, order: str) -> dict[str, Finding]:
    exports.source("ads", SOURCE.format(order=order))
    exports.stage("campaign")
    workspace = open_workspace(exports.root)
    landed = [
        land_export(exports.warehouse.con, workspace, export, content_hash(export.path))
        for export in take_inventory(workspace, exports.sources()).exports
    ]
    table = canonical_tables()["campaign"]
    orders = frozenset({order})
    found = [
        *DateAccidents(exports.warehouse, table, POLICY, landed).look(),
        *TableAccidents(exports.warehouse, table, POLICY, SEEN_DAY, orders).look(),
        *RefusedValues(exports.warehouse, table, POLICY).look(),
    ]
    return {finding.check: finding for finding in found}


def book(exports: Exports, cells: Sequence[dt.date | str]) -> None:
    with xlsxwriter.Workbook(str(exports.root / "raw" / "ads.xlsx")) as workbook:
        day = workbook.add_format({"num_format": "dd/mm/yyyy"})
        sheet = workbook.add_worksheet()
        sheet.write_row(0, 0, ["id", "begins", "ends", "cost"])
        for row, cell in enumerate(cells, 1):
            sheet.write(row, 0, f"C{row}")
            if isinstance(cell, str):
                sheet.write_string(row, 1, cell)
            else:
                sheet.write_datetime(row, 1, dt.datetime.combine(cell, dt.time()), day)


def as_opened(days: Sequence[dt.date], order: str) -> list[dt.date | str]:
    """Texts as a spreadsheet of the other order takes them: swapped where that is a date."""
    form = {"dmy": "%d/%m/%Y", "mdy": "%m/%d/%Y"}[order]
    return [d.replace(month=d.day, day=d.month) if d.day <= 12 else d.strftime(form) for d in days]


OCTOBER = [dt.date(2026, 10, day) for day in range(1, 25)]


@pytest.mark.parametrize("order", ["dmy", "mdy"])
@pytest.mark.parametrize("stated", ["dmy", "mdy", "ymd"])
def test_a_spreadsheet_that_swapped_what_it_could(
    exports: Exports, order: str, stated: str
) -> None:
    book(exports, as_opened(OCTOBER, order))
    found = look(exports, stated)["mixed_dates:raw/ads.xlsx:start_date"]
    assert found.blocks
    text = "13/10/2026" if order == "dmy" else "10/13/2026"
    assert found.en.startswith(
        "raw/ads.xlsx: start_date mixes 12 real dates, none with a day above 12, and 12 texts "
        f"such as {text}, all with a part above 12"
    )
    assert found.evidence[0]["line"] == 14


def test_a_text_file_made_from_such_a_spreadsheet_is_one_too(exports: Exports) -> None:
    cells = as_opened(OCTOBER, "dmy")
    exports.put("raw/ads.csv", "id,begins,ends,cost", *(f"C{n},{c},," for n, c in enumerate(cells)))
    assert "mixed_dates:raw/ads.csv:start_date" in look(exports, "dmy")


@pytest.mark.parametrize(
    "cells",
    [
        [dt.date(2026, 10, day) for day in range(1, 25)],
        ["13/10/2026"] * 12,
        [dt.date(2026, 10, 20), *["13/10/2026"] * 12],
        [dt.date(2026, 10, 2), *[f"{day:02}/10/2026" for day in range(1, 25)]],
    ],
    ids=["real dates", "texts", "a real date that cannot be swapped", "texts of all days"],
)
def test_what_no_spreadsheet_swapped(exports: Exports, cells: list[dt.date | str]) -> None:
    book(exports, cells)
    assert look(exports, "dmy") == {}


@pytest.mark.parametrize(
    ("stated", "days", "says"),
    [
        ("ymd", ["13/10/2026", "01/10/2026"], "all of them fit dmy. Suggestion: say"),
        ("ymd", ["10/13/2026", "10/01/2026"], "all of them fit mdy. Suggestion: say"),
        ("dmy", ["10/13/2026"], "all of them fit mdy. Suggestion: say"),
        ("ymd", ["10/13/2026", "13/10/2026"], "in some the day comes first, in some the month"),
        ("dmy", ["10/13/2026", "13/10/2026"], "in some the day comes first, in some the month"),
        ("ymd", ["01/10/2026", "02/10/2026"], "none of them says whether the day or the month"),
    ],
)  # fmt: skip
def test_refused_dates_say_which_order_they_fit(
    exports: Exports, stated: str, days: list[str], says: str
) -> None:
    """At the first load, whether or not a row was accepted, in every column by itself."""
    rows = [f"C{n},{day},{day},1" for n, day in enumerate(days)]
    exports.put("raw/ads.csv", "id,begins,ends,cost", *rows)
    found = look(exports, stated)
    for column in ("start_date", "end_date"):
        assert says in found[f"dates_not_read:raw/ads.csv:{column}"].en


@pytest.mark.parametrize("text", ["someday", "2026-13-45", "31/02/2026"])
def test_what_is_no_date_in_any_order_gets_no_advice(exports: Exports, text: str) -> None:
    exports.put("raw/ads.csv", "id,begins,ends,cost", f"C1,{text},,1")
    assert look(exports, "dmy") == {}


def test_two_digit_years_are_named_when_all_rows_were_refused(exports: Exports) -> None:
    exports.put("raw/ads.csv", "id,begins,ends,cost", *(f"C{n},05-01-26,,1" for n in range(5)))
    found = look(exports, "dmy")["two_digit_year:start_date:quarantine"]
    assert "5 dates have two-digit years" in found.en


def test_a_value_that_a_range_refuses_is_still_a_stand_in(exports: Exports) -> None:
    exports.put("raw/ads.csv", "id,begins,ends,cost", *(f"C{n},,,-1" for n in range(15)), "D,,,-7")
    found = look(exports, "ymd")["sentinel_amount:spend:quarantine"]
    assert found.en.startswith("in 15 rows spend is -1, a stand-in for no amount")
    assert len(found.evidence) == 10
