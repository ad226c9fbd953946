"""The same sheet, saved as text and as a workbook, gives the same rows."""

from __future__ import annotations

import csv
import datetime as dt
import io
import tempfile
from decimal import Decimal
from pathlib import Path
from typing import Any

import xlsxwriter
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support.exports import Exports

HEAD = ("opportunity_id", "owner_id", "name", "created_at", "stage", "amount", "probability",
        "expected_close_date", "budget_confirmed")  # fmt: skip
Cell = tuple[Any, str | None, str]  # what the sheet holds, its format, what a person sees

_LETTERS = st.characters(codec="utf-8", categories=["L", "N", "P"], exclude_characters="\x00")
texts = st.one_of(
    st.text(_LETTERS, min_size=1, max_size=12).filter(lambda t: t[0] not in "='"),
    st.sampled_from(["合同；甲", "O'Brien", 'say "x"', "a, b", "a\nb", "  spaced  ", "00123", "-"]),
)
cents = st.integers(-(10**11), 10**11).map(lambda n: Decimal(n) / 100)
days = st.dates(dt.date(1990, 1, 1), dt.date(2099, 12, 31))


def _text(value: str) -> Cell:
    return value, None, value


def _forced(number: int) -> Cell:
    """A number that was made a text, as it stands in either file."""
    return f'="{number:05d}"', None, f'="{number:05d}"'


def _amount(value: Decimal, style: str) -> Cell:
    plain = f"{value:,.2f}"
    shown = {
        "#,##0.00": plain,
        "0.00": f"{value:.2f}",
        "¥#,##0.00": f"¥{plain}" if value >= 0 else f"-¥{-value:,.2f}",
        "#,##0.00_);(#,##0.00)": plain if value >= 0 else f"({-value:,.2f})",
    }[style]
    return float(value), style, shown


amounts = st.builds(
    _amount,
    cents.map(abs),
    st.sampled_from(["#,##0.00", "0.00", "¥#,##0.00", "#,##0.00_);(#,##0.00)"]),
)
percents = st.integers(0, 10_000).map(lambda n: (n / 10_000, "0.00%", f"{Decimal(n) / 100:.2f}%"))
dates = days.map(lambda d: (dt.datetime.combine(d, dt.time()), "yyyy-mm-dd", d.isoformat()))
moments = st.builds(
    lambda day, second: (
        (at := dt.datetime.combine(day, dt.time()) + dt.timedelta(seconds=second)),
        "yyyy-mm-dd hh:mm:ss",
        f"{at:%Y-%m-%d %H:%M:%S}",
    ),
    days,
    st.integers(0, 86_399),
)
serials = days.filter(lambda d: d.year < 2099).map(
    lambda d: ((d - dt.date(1899, 12, 30)).days, None, str((d - dt.date(1899, 12, 30)).days))
)
truths = st.booleans().map(lambda t: (t, None, "TRUE" if t else "FALSE"))
blank: st.SearchStrategy[Cell] = st.just((None, None, ""))
rows = st.lists(
    st.tuples(
        st.one_of(texts.map(_text), st.integers(0, 99_999).map(_forced)),
        moments,
        st.one_of(amounts, blank),
        st.one_of(percents, blank),
        st.one_of(dates, serials, blank),
        st.one_of(truths, blank),
    ),
    min_size=1,
    max_size=6,
)


def _cells(number: int, drawn: tuple[Cell, ...]) -> list[Cell]:
    name, created, amount, probability, due, budget = drawn
    return [_text(f"O{number}"), _text("E1"), name, created, _text("lead"), amount, probability,
            due, budget]  # fmt: skip


def _workbook(path: Path, sheet: list[list[Cell]]) -> None:
    with xlsxwriter.Workbook(str(path), {"strings_to_formulas": False}) as book:
        added = book.add_worksheet()
        added.write_row(0, 0, HEAD)
        for line, row in enumerate(sheet, 1):
            for column, (value, shown, _) in enumerate(row):
                style = book.add_format({"num_format": shown}) if shown else None
                if isinstance(value, str):
                    added.write_string(line, column, value)
                elif isinstance(value, dt.datetime):
                    added.write_datetime(line, column, value, style)
                elif value is not None:
                    added.write(line, column, value, style)


def _text_file(path: Path, sheet: list[list[Cell]]) -> None:
    held = io.StringIO(newline="")
    writer = csv.writer(held)
    writer.writerow(HEAD)
    writer.writerows([seen for _, _, seen in row] for row in sheet)
    path.write_text(held.getvalue(), encoding="utf-8-sig", newline="")


def _staged(write: Any, name: str, sheet: list[list[Cell]]) -> tuple[list[Any], list[Any]]:
    with tempfile.TemporaryDirectory() as folder:
        exports = Exports(Path(folder))
        write(Path(folder) / "canonical" / name, sheet)
        exports.stage("opportunity", unlisted=["customer", "employee"])
        found = exports.rows("opportunity", *HEAD), exports.faults("rule_id", "value")
        exports.warehouse.con.close()
        return found


@settings(max_examples=12, deadline=None)
@given(rows)
def test_a_sheet_saved_as_text_and_as_a_workbook_gives_the_same_rows(
    drawn: list[tuple[Cell, ...]],
) -> None:
    sheet = [_cells(number, row) for number, row in enumerate(drawn)]
    as_text = _staged(_text_file, "opportunity.csv", sheet)
    assert _staged(_workbook, "opportunity.xlsx", sheet) == as_text
    assert len(as_text[0]) + len(as_text[1]) >= len(sheet)
