"""The same three customers in every format, plain, gzip-ed and zipped, and under a wrong ending."""

from __future__ import annotations

import gzip
import io
import tempfile
import zipfile
from pathlib import Path

import duckdb
from xlsxwriter import Workbook

from tests.support.odd.file import HEADER, TEXT, Odd, refused
from tests.support.odd.old_excel import xls

CELLS = [
    HEADER.split(","),
    ["K1", "远景科技", 100.5],
    ["K2", "Zhang, Wei", 2000],
    ["K3", "Acme", None],
]
OBJECTS = (
    '{"customer_id": "K1", "name": "远景科技", "credit_limit": 100.50}',
    '{"customer_id": "K2", "name": "Zhang, Wei", "credit_limit": 2000}',
    '{"customer_id": "K3", "name": "Acme"}',
)
JSON_LINES = "\n".join(OBJECTS).encode() + b"\n"


def zipped(**members: bytes) -> bytes:
    """A zip file of these members; `__` in a keyword stands for a dot."""
    return archive({name.replace("__", "."): data for name, data in members.items()})


def archive(members: dict[str, bytes]) -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as out:
        for name, data in members.items():
            out.writestr(name, data)
    return held.getvalue()


def xlsx(cells: list[list[object]], sheet: str = "S") -> bytes:
    held = io.BytesIO()
    with Workbook(held, {"in_memory": True}) as book:
        page = book.add_worksheet(sheet)
        for number, row in enumerate(cells):
            for column, cell in enumerate(row):
                if cell is not None:
                    page.write(number, column, cell)
    return held.getvalue()


def parquet(query: str) -> bytes:
    with tempfile.TemporaryDirectory() as folder, duckdb.connect() as con:
        path = Path(folder) / "x.parquet"
        con.execute(f"copy ({query}) to '{path}' (format parquet)")
        return path.read_bytes()


_PARQUET = (
    "select 'K1' as customer_id, '远景科技' as name, 100.50::decimal(9, 2) as credit_limit "
    "union all select 'K2', 'Zhang, Wei', 2000 union all select 'K3', 'Acme', null "
    "order by customer_id"
)
_TABBED = TEXT.replace('"Zhang, Wei"', "Zhang~ Wei").replace(",", "\t").replace("~", ",")
PLAIN = {
    "csv": TEXT.encode(),
    "tsv": _TABBED.encode(),
    "txt": TEXT.replace(",", ";").replace("Zhang; Wei", "Zhang, Wei").encode(),
    "xlsx": xlsx(CELLS),
    "xlsm": xlsx(CELLS),
    "xls": xls(CELLS),
    "parquet": parquet(_PARQUET),
    "jsonl": JSON_LINES,
    "ndjson": JSON_LINES,
    "json": ("[" + ",\n".join(OBJECTS) + "]").encode(),
    "lines.json": JSON_LINES,
}
WRONG_ENDINGS = (
    ("xlsx", "csv"), ("xls", "csv"), ("parquet", "csv"), ("jsonl", "txt"), ("xls", "xlsx"),
    ("xlsx", "xls"), ("csv", "xls"), ("tsv", "xls"), ("csv", "xlsx"), ("csv", "csv.gz"),
)  # fmt: skip
_PAGE = b"<html><head><meta charset='gb2312'></head><table><tr><td>1</td></tr></table></html>"
FOREIGN = {
    "a PDF": b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj\n",
    "a picture (JPEG)": b"\xff\xd8\xff\xe0\x00\x10JFIF\x00\x01" + bytes(range(200)),
    "a picture (PNG)": b"\x89PNG\r\n\x1a\n" + bytes(range(200)),
    "a RAR archive": b"Rar!\x1a\x07\x01\x00" + bytes(range(100)),
    "a 7-Zip archive": b"7z\xbc\xaf\x27\x1c" + bytes(range(100)),
    "a SQLite database": b"SQLite format 3\0" + bytes(100),
    "a program": b"\x7fELF\x02\x01\x01" + bytes(100),
}
_PARTS = b'Content-Type: multipart/related; boundary="x"\r\n\r\n--x\r\n' + _PAGE
ARCHIVED = {
    "by its version": b"MIME-Version: 1.0\r\n" + _PARTS,
    "by a browser": b"From: <Saved by Blink>\r\nMIME-Version: 1.0\r\n" + _PARTS,
    "by a report server": b"Subject: list\r\n" + _PARTS.replace(b"\r\n", b"\n"),
}
OTHER_WORKBOOKS = {
    "an OpenDocument sheet (.ods)": "content.xml",
    "an Excel binary workbook (.xlsb)": "xl/workbook.bin",
    "a Numbers document (.numbers)": "Index/Document.iwa",
}

FORMATS = [
    *(Odd(f"customer.{e}", f"a plain .{e}", data) for e, data in PLAIN.items()),
    *(Odd(f"customer.{e}.gz", f"a gzip-ed .{e}", gzip.compress(d)) for e, d in PLAIN.items()),
    *(
        Odd(f"customer.{e}.zip", f"a zipped .{e}", archive({f"export.{e}": d}))
        for e, d in PLAIN.items()
    ),
    *(
        Odd(f"customer.{wrong}::really {e}", f"a .{e} under the ending .{wrong}", PLAIN[e])
        for e, wrong in WRONG_ENDINGS
    ),
    *(
        refused(f"customer.csv::{what}", f"{what} under the ending .csv", data, what)
        for what, data in FOREIGN.items()
    ),
    *(
        refused(f"customer.xls::{name}", f"a web archive saved as .xls, {name}", data, "MHTML")
        for name, data in ARCHIVED.items()
    ),
    *(
        refused(f"customer.xlsx::{what}", f"{what} named .xlsx", archive({part: b"x"}), what)
        for what, part in OTHER_WORKBOOKS.items()
    ),
    refused("customer.xls::page", "a web page saved as .xls", _PAGE, "a web page (HTML)"),
    refused(
        "customer.xls::page utf-16",
        "a web page in UTF-16 saved as .xls",
        _PAGE.decode().encode("utf-16"),
        "a web page (HTML)",
    ),
    refused(
        "customer.xls::xml",
        "Excel's XML of 2003 saved as .xls",
        b'<?xml version="1.0"?><Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet"/>',
        "is XML",
    ),
    refused(
        "customer.csv::zip", "a zip archive named .csv", archive({"a.csv": b"x"}), "name it .zip"
    ),
    refused(
        "customer.xlsx::document",
        "a text document named .xlsx",
        archive({"word/document.xml": b"<x/>", "[Content_Types].xml": b"<x/>"}),
        "is a document",
    ),
    refused("customer.parquet::text", "a text named .parquet", TEXT.encode(), "as Parquet"),
    refused("customer.parquet::cut", "half a Parquet file", PLAIN["parquet"][:300], "as Parquet"),
    refused(
        "customer.parquet::damaged",
        "a Parquet file with a broken end",
        PLAIN["parquet"][:-40] + b"\xff" * 32 + PLAIN["parquet"][-8:],
        "as Parquet",
    ),
    Odd(
        "customer.parquet::nested",
        "a list in a column of Parquet lands as its text",
        parquet("select 'K1' as customer_id, ['a', 'b'] as name, 1.50 as credit_limit"),
        rows=(("K1", "[a, b]", 1.5),),
    ),
    refused(
        "customer.parquet::many",
        "a Parquet file that declares more rows than its bytes can hold",
        parquet("select 'K' as customer_id, 'n' as name from range(300000)"),
        "declares 300,000 rows",
        limits={"MANY_ROWS": 1_000},
    ),
    refused(
        "customer.parquet::empty",
        "a Parquet file without rows",
        parquet("select 'K' as customer_id, 'n' as name where false"),
        "a header and no rows",
    ),
]
