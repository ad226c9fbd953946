"""A row of plain cells gives the bytes that the library gives for it, whatever it holds."""

from __future__ import annotations

import datetime as dt
import itertools
import zipfile
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.reporting.model.book import Book, Cell, RowFormula, Sheet, columns
from pipelines.reporting.model.values import Bilingual, message, verbatim
from pipelines.reporting.workbook.lines import PlainRows
from pipelines.reporting.workbook.write import write_book, write_books

COLUMNS = columns("customer:text bucket:text amount:money+ rate:rate due:date items:int+")
KINDS = [column.kind for column in COLUMNS]

TEXTS = st.one_of(
    st.sampled_from(
        [
            "",
            "王小明",
            "A & B",
            "<r>x</r>",
            "=1",
            "-",
            " x",
            "x ",
            "a\tb",
            "_x0041_",
            "\ufffe",
            "😀",
        ]
    ),
    st.text(st.characters(exclude_categories=["Cs"]), max_size=12),
)
AMOUNTS = st.decimals("-9007199254740.9999", "9007199254740.9999", places=4)
FORMULAS = st.sampled_from(["{rate}*{items}", "({rate}-{items})/2", "-{items}"])
ROWS = st.tuples(
    st.none() | TEXTS | TEXTS.map(verbatim) | st.just(message("row.total")),
    st.none() | TEXTS,
    st.none() | AMOUNTS | st.builds(RowFormula, AMOUNTS, FORMULAS),
    st.none() | st.decimals(0, 9, places=10),
    st.none() | st.dates(dt.date(1899, 12, 31), dt.date(2999, 1, 1)),
    st.none() | st.integers(-(10**17), 10**17),
)


def plain_xml(cells: list[object]) -> str | None:
    rows = PlainRows(KINDS, range(6), [str], lambda *_: None).xml(2, cells)
    return rows[0] if rows else None


def sheets_of(path: Path, rows: list[tuple[Cell, ...]]) -> dict[str, bytes]:
    lines = Sheet("items", Bilingual(zh="未清项", en="Items"), COLUMNS, lambda: rows)
    write_book(Book(Bilingual(zh="账龄", en="Ageing"), (lines,), "CNY", 2026), path, "zh")
    with zipfile.ZipFile(path) as packed:
        return {name: packed.read(name) for name in packed.namelist()}


@settings(max_examples=200, deadline=None)
@given(rows=st.lists(ROWS, min_size=1, max_size=4))
def test_whole_rows_and_single_cells_give_the_same_bytes(
    rows: list[tuple[Cell, ...]], tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("book")
    quick = sheets_of(folder / "quick.xlsx", rows)
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(PlainRows, "xml", lambda *_: None)
        assert sheets_of(folder / "plain.xlsx", rows) == quick


@settings(max_examples=50, deadline=None)
@given(rows=st.lists(ROWS, min_size=1, max_size=4))
def test_two_languages_in_one_reading_are_the_workbooks_of_each(
    rows: list[tuple[Cell, ...]], tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder, read = tmp_path_factory.mktemp("book"), []

    def once() -> list[tuple[Cell, ...]]:
        read.append(1)
        return rows

    lines = Sheet("items", Bilingual(zh="未清项", en="Items"), COLUMNS, once, at_most=3,
                  elsewhere=Bilingual(zh="其余在别处", en="More elsewhere"))  # fmt: skip
    book = Book(Bilingual(zh="账龄", en="Ageing"), (lines,), "CNY", 2026)
    write_books(book, {"zh": folder / "both.zh.xlsx", "en": folder / "both.en.xlsx"})
    assert len(read) == 1
    for language in ("zh", "en"):
        write_book(book, folder / f"one.{language}.xlsx", language)
        both, one = (folder / f"{name}.{language}.xlsx" for name in ("both", "one"))
        assert both.read_bytes() == one.read_bytes()


@pytest.mark.parametrize(
    "odd", ["=1", "+1", "-1", "@x", " x", "x ", "a<b", "a&b", "a\nb", "_x0041_"]
)
def test_a_text_that_needs_a_second_look_is_left_to_the_library(odd: str) -> None:
    assert plain_xml([odd, None, None, None, None, None]) is None


@pytest.mark.parametrize(
    ("place", "cell"),
    list(itertools.product((2, 5), (0.1, True, Decimal("NaN"), Decimal("Infinity"), "1"))),
)
def test_what_is_no_exact_number_is_left_to_the_library(place: int, cell: object) -> None:
    cells: list[object] = [None] * len(KINDS)
    cells[place] = cell
    assert plain_xml(cells) is None


def test_a_formula_over_its_row_is_not_left_to_the_library() -> None:
    rows = PlainRows(["money"], [1], [str], lambda cell, number: (f"B{number}-C{number}", cell))
    assert rows.xml(7, [Decimal("1.10")]) == ['<row r="7"><c r="A7" s="1"><v>1.10</v></c></row>']
    live = PlainRows(["money"], [1], [str], lambda _, number: (f"B{number}-C{number}", Decimal(2)))
    assert live.xml(7, [object()]) == ['<row r="7"><c r="A7" s="1"><f>B7-C7</f><v>2</v></c></row>']


def test_a_plain_row_is_not_left_to_the_library() -> None:
    cells = ["K1", None, Decimal("1.10"), None, dt.date(2026, 10, 31), 3]
    assert plain_xml(cells) == (
        '<row r="2"><c r="A2" s="0" t="inlineStr"><is><t>K1</t></is></c>'
        '<c r="C2" s="2"><v>1.10</v></c><c r="E2" s="4"><v>46326</v></c>'
        '<c r="F2" s="5"><v>3</v></c></row>'
    )
