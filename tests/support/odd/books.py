"""Workbooks with formulas, errors, macros, links, other sheets, and far corners."""

from __future__ import annotations

import datetime as dt
import io
import zipfile
from collections.abc import Callable
from decimal import Decimal

from xlsxwriter import Workbook
from xlsxwriter.worksheet import Worksheet

from tests.support.odd.file import HEADER, Odd, refused
from tests.support.odd.formats import PLAIN, archive, xlsx
from tests.support.odd.old_excel import compound_file, xls

_NAMES = HEADER.split(",")
_ROWS = [["K1", "a", 1], ["K2", "b", 2]]
_TWO = (("K1", "a", 1), ("K2", "b", 2))


def _book(fill: Callable[[Workbook, Worksheet], object]) -> bytes:
    held = io.BytesIO()
    with Workbook(held, {"in_memory": True}) as book:
        sheet = book.add_worksheet("S")
        fill(book, sheet)
    return held.getvalue()


def _table(sheet: Worksheet, rows: list[list[object]] = _ROWS, first: int = 0) -> None:
    for number, row in enumerate([_NAMES, *rows], first):
        sheet.write_row(number, 0, row)


def _formulas(book: Workbook, sheet: Worksheet) -> None:
    _table(sheet)
    sheet.write_formula(1, 2, "=1+1", None, 7.5)
    sheet.write_formula(2, 2, "=1+1", None, "")


def _errors(book: Workbook, sheet: Worksheet) -> None:
    _table(sheet, [*_ROWS, ["K3", "c", 3]])
    sheet.write_formula(1, 2, "=A9", None, "#REF!")
    sheet.write_formula(2, 1, "=NA()", None, "#N/A")


def _blank_rows(book: Workbook, sheet: Worksheet) -> None:
    _table(sheet)
    shade = book.add_format({"bg_color": "yellow"})
    for number in range(3, 100_000):
        sheet.write_blank(number, 0, None, shade)
    sheet.write_row(100_000, 0, ["K3", "c", 3])


def _types(book: Workbook, sheet: Worksheet) -> None:
    sheet.write_row(0, 0, [*_NAMES, "created_at"])
    sheet.write_row(1, 0, [13000000000, True, 0.1 + 0.2])
    sheet.write_datetime(1, 3, dt.datetime(2026, 1, 5, 9, 30), book.add_format({"num_format": "d"}))


def _other_sheets(book: Workbook, sheet: Worksheet) -> None:
    sheet.write_row(0, 0, ["说明", "name"])
    _table(book.add_worksheet("数据"))
    book.add_worksheet("empty")


def _corner(book: Workbook, sheet: Worksheet) -> None:
    _table(sheet)
    sheet.write(1_048_575, 16_383, "x")


def _wide(book: Workbook, sheet: Worksheet) -> None:
    sheet.write_row(0, 0, [*_NAMES, *(f"c{n}" for n in range(3_000))])
    sheet.write_row(1, 0, ["K1", "a", 1])


def _with_part(name: str, data: bytes, book: bytes = PLAIN["xlsx"]) -> bytes:
    """A workbook with a part replaced or added."""
    with zipfile.ZipFile(io.BytesIO(book)) as parts:
        held = {n: parts.read(n) for n in parts.namelist()}
    held[name] = data
    return archive(held)


_SHEET = "xl/worksheets/sheet1.xml"
_LAUGHS = (
    b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "ha">'
    + b"".join(b'<!ENTITY %c "%s">' % (98 + n, b"&%c;" % (97 + n) * 10) for n in range(12))
    + b"]>"
)
_SHEET_OF_LAUGHS = _LAUGHS + (
    b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData><row '
    b'r="1"><c r="A1" t="inlineStr"><is><t>&m;</t></is></c></row></sheetData></worksheet>'
)

BOOKS = [
    Odd("customer.xlsx::formulas", "the value kept with a formula is read, none is an empty cell",
        _book(_formulas), rows=(("K1", "a", Decimal("7.5")), ("K2", "b", None))),
    Odd("customer.xlsx::errors", "errors in cells are their signs, never silently empty",
        _book(_errors), rows=(("K2", "#N/A", 2), ("K3", "c", 3)), quarantined=1,
        notes={"error_cells": 2}),
    Odd("customer.xlsx::types", "a phone number, a boolean, a sum of binary fractions, a date",
        _book(_types), rows=(("13000000000", "true", Decimal("0.3")),)),
    Odd("customer.xlsx::blank rows", "a hundred thousand formatted rows without a value",
        _book(_blank_rows), rows=(*_TWO, ("K3", "c", 3)), notes={"blank_rows": 99_997}),
    Odd("customer.xlsx::other sheets", "the table is on the second of three sheets",
        _book(_other_sheets), rows=_TWO, notes={"sheet": "数据"}),
    Odd("customer.xlsx::titles", "title rows, a two-row header, sums",
        xlsx([["客户明细表"], [], ["customer_id", "客户", None], [None, "name", "credit_limit"],
              *_ROWS, ["合计", None, 3]]),
        rows=_TWO, notes={"totals_left_out": [{"line": 7, "text": "合计,,3"}]}),
    Odd("customer.xlsm::macro", "a workbook with a macro, which is not run",
        _with_part("xl/vbaProject.bin", b"\xd0\xcf\x11\xe0 Auto_Open Shell")),
    Odd("customer.xlsx::links", "a workbook with links to others, which are not followed",
        _with_part("xl/externalLinks/externalLink1.xml", b'<externalLink r:id="file:///etc/passwd"/>')),
    Odd("customer.xlsx::formula texts", "texts that begin like formulas",
        _book(lambda book, sheet: (_table(sheet), sheet.write_string(1, 1, "=cmd|'/c calc'!A1"))),
        rows=(("K1", "=cmd|'/c calc'!A1", 1), ("K2", "b", 2))),
    Odd("customer.xlsx::header again", "the header in the middle of a sheet",
        xlsx([_NAMES, _ROWS[0], _NAMES, _ROWS[1]]), rows=_TWO, notes={"repeated_header_rows": [3]}),
    Odd("customer.xls::phone", "a phone number in the old form comes without a fraction",
        xls([["说明"], _NAMES, [13000000000.0, "a", 1.5]]),
        rows=(("13000000000", "a", Decimal("1.5")),)),
    Odd("customer.xlsx::given header", "a sheet without a header row",
        xlsx(_ROWS), rows=_TWO,
        source="table: customer\nfiles: ['*.xlsx']\nheader: [编号, 名称, 额度]\n"
        "columns: {customer_id: 编号, name: 名称, credit_limit: 额度}\n"),
    refused("customer.xlsx::absent sheet", "the sheet that the source names is not there",
            PLAIN["xlsx"], "has no sheet '客户'; its sheets are S",
            source="table: customer\nfiles: ['*.xlsx']\nsheet: 客户\n"
            "columns: {customer_id: customer_id, name: name}\n"),
    refused("customer.xlsx::no header", "no sheet with a known header", xlsx([["甲"], [1]]),
            "no header row found"),
    refused("customer.xlsx::nothing", "an empty sheet", xlsx([]), "is empty"),
    refused("customer.xlsx::corner", "a value in the last cell a sheet has", _book(_corner),
            "reaches to row 1,048,576 and column 16,384"),
    refused("customer.xlsx::wide", "three thousand columns", _book(_wide), "has 3,003 columns"),
    refused("customer.xlsx::entities", "entities that grow a thousandfold in a sheet",
            _with_part(_SHEET, _SHEET_OF_LAUGHS), "as a workbook"),
    refused("customer.xlsx::entities in the directory", "entities in the list of sheets",
            _with_part("xl/workbook.xml", _LAUGHS + b"<workbook/>"), "no spreadsheet writes"),
    refused("customer.xlsx::broken xml", "a sheet of broken XML",
            _with_part(_SHEET, b"<worksheet><sheetData><row r='1'><c"), "as a workbook"),
    refused("customer.xlsx::cut", "half a workbook", PLAIN["xlsx"][: len(PLAIN["xlsx"]) // 2],
            "damaged or cut off"),
    refused("customer.xls::cut", "half an old workbook", PLAIN["xls"][:2_000], "as a workbook"),
    refused("customer.xls::damaged", "an old workbook of damaged bytes",
            PLAIN["xls"][:600] + b"\xff" * 2_000 + PLAIN["xls"][2_600:], "as a workbook"),
    Odd("customer.xls::zip within", "an old workbook that ends like a zip file, as real ones may",
        PLAIN["xls"] + archive({})),
    refused("customer.xls::corner", "an old workbook with a cell in a column that does not exist",
            xls([_NAMES, ["K1", "a", 1.0], [*[None] * 2, (65_535, 1.0)], *[[None]] * 65_000,
                 ["K2", "b", 2.0]]), "as a workbook"),
    refused("customer.xlsx::password", "a workbook with a password",
            compound_file({"EncryptionInfo": b"\4\0\4\0" + b"x" * 100,
                           "EncryptedPackage": b"y" * 5_000}),
            "protected by a password"),
    refused("customer.xls::document", "an old text document under the ending .xls",
            compound_file({"WordDocument": b"x" * 5_000}), "as a workbook"),
    refused("customer.xlsx::xlsb", "a binary workbook", archive({"xl/workbook.bin": b"x"}),
            "of a form that is not read"),
]  # fmt: skip
