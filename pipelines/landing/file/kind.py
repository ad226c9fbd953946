"""What a file is: by its name, and where its first bytes are plain, by those.

Belongs here: the endings that are read, the signatures of formats, and what to say of those that
are not read. Does not belong here: reading any of them.
"""

from __future__ import annotations

import codecs
import zipfile
from pathlib import Path, PurePosixPath
from typing import Literal

from pipelines.errors import UserError
from pipelines.landing.file.encoding import unmarked_utf16

Kind = Literal["text", "workbook", "parquet", "json", "sqlite", "gzip", "zip"]

_ENDINGS: dict[str, Kind] = {
    ".csv": "text",
    ".tsv": "text",
    ".txt": "text",
    ".xlsx": "workbook",
    ".xlsm": "workbook",
    ".xls": "workbook",
    ".parquet": "parquet",
    ".jsonl": "json",
    ".ndjson": "json",
    ".json": "json",
    ".db": "sqlite",
    ".db3": "sqlite",
    ".sqlite": "sqlite",
    ".sqlite3": "sqlite",
    ".gz": "gzip",
    ".zip": "zip",
}
_PROBE = 1 << 16
_SIGNATURES: tuple[tuple[bytes, Kind], ...] = (
    (b"PAR1", "parquet"),
    (b"\x1f\x8b", "gzip"),
    (b"\xd0\xcf\x11\xe0", "workbook"),
    (b"SQLite format 3\0", "sqlite"),
)
_FOREIGN: tuple[tuple[bytes, str], ...] = (
    (b"\xff\xd8\xff", "a picture (JPEG)"),
    (b"\x89PNG", "a picture (PNG)"),
    (b"GIF8", "a picture (GIF)"),
    (b"Rar!\x1a", "a RAR archive"),
    (b"7z\xbc\xaf", "a 7-Zip archive"),
    (b"\x28\xb5\x2f\xfd", "a Zstandard archive"),
    (b"\xfd7zXZ", "an XZ archive"),
    (b"{\\rtf", "a text document (RTF)"),
    (b"MZ\x90", "a program"),
    (b"\x7fELF", "a program"),
)
_RESAVE = "open it and save it as .xlsx"
# Parts of zipped workbooks of other programs.
_OTHER_WORKBOOKS = {
    "xl/workbook.bin": "an Excel binary workbook (.xlsb)",
    "content.xml": "an OpenDocument sheet (.ods)",
    "Index/Document.iwa": "a Numbers document (.numbers)",
    "Index.zip": "a Numbers document (.numbers)",
}
# Files in which tables lie, but that are no table, with the way out.
_WAYS_OUT: tuple[tuple[bytes, str], ...] = (
    (
        b"%PDF",
        "is a PDF, a picture of a table; export the list itself from the system as .xlsx or .csv",
    ),
    (b"\0\1\0\0Standard", "is an Access database; export each table you need as .xlsx or .csv"),
)
_BY_ENDING = {
    **dict.fromkeys((".accdb", ".mdb"), _WAYS_OUT[1][1]),
    ".pdf": _WAYS_OUT[0][1],
    ".ods": f"is {_OTHER_WORKBOOKS['content.xml']}, a form that is not read; {_RESAVE}",
    ".xlsb": f"is {_OTHER_WORKBOOKS['xl/workbook.bin']}, a form that is not read; {_RESAVE}",
    ".numbers": f"is {_OTHER_WORKBOOKS['Index.zip']}, a form that is not read; "
    "export it from Numbers as .xlsx",
    **dict.fromkeys(
        (".mht", ".mhtml"),
        "is a web archive; open it in a spreadsheet program and save it as .xlsx",
    ),
}  # fmt: skip
_ARCHIVED = (b"mime-version:", b"from: <saved by", b"snapshot-content-location:")
_PAGES = (b"<!doctype html", b"<html", b"<table", b"<head", b"<meta", b"<style", b"<div", b"<body")
_BLANKS = b" \t\r\n"
_MARKS = (codecs.BOM_UTF8, codecs.BOM_UTF32_LE, codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


def kind_by_name(name: str) -> Kind | None:
    """The kind a file's ending promises; `None` for one that is not read."""
    return _ENDINGS.get(PurePosixPath(name).suffix.lower())


def way_out(name: str) -> str | None:
    """What to do with a file whose ending says that it holds tables in a form that is not read."""
    return _BY_ENDING.get(PurePosixPath(name).suffix.lower())


def is_passing(path: PurePosixPath) -> bool:
    """A file that no export is: hidden, a lock, an unfinished download, a folder's settings."""
    if any(part.startswith(".") or part == "__MACOSX" for part in path.parts):
        return True
    name = path.name.lower()
    return (
        name.startswith("~$")
        or name.endswith((".tmp", ".part", ".crdownload"))
        or name in ("thumbs.db", "desktop.ini")
    )


def kind_of(path: Path, named: Kind) -> Kind:
    """The kind of a file by its first bytes, and by its name where those do not tell.

    Raises:
        UserError: the file is empty, or of a format that is not read.
    """
    with path.open("rb") as handle:
        probe = handle.read(_PROBE)
    if not probe or probe in _MARKS:
        raise UserError("the file is empty", 1)
    if probe.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return _zipped(path, named)
    for mark, kind in _SIGNATURES:
        if probe.startswith(mark):
            return kind
    _refuse_foreign(probe)
    if named in ("parquet", "sqlite"):
        return named  # its reader says what is wrong
    return _text_or_json(probe, named)


def _zipped(path: Path, named: Kind) -> Kind:
    """A workbook is a zip file too, with parts of known names."""
    try:
        with zipfile.ZipFile(path) as archive:
            names = archive.namelist()
    except (zipfile.BadZipFile, ValueError, NotImplementedError):
        if named == "zip":
            return "zip"
        raise UserError(
            "cannot be read as a workbook (the file is damaged or cut off)", 1
        ) from None
    for part, what in _OTHER_WORKBOOKS.items():
        if any(name == part or name.endswith(f"/{part}") for name in names):
            raise UserError(f"is {what}, a workbook of a form that is not read; {_RESAVE}", 1)
    if any(name.startswith("xl/") for name in names):
        return "workbook"
    if any(name.startswith(("word/", "ppt/")) for name in names):
        raise UserError("is a document, not a workbook; save its table as .xlsx or .csv", 1)
    if named == "zip":
        return "zip"
    raise UserError("is a zip archive under another ending; name it .zip", 1)


def _refuse_foreign(probe: bytes) -> None:
    for mark, sentence in _WAYS_OUT:
        if probe.startswith(mark):
            raise UserError(sentence, 1)
    for mark, what in _FOREIGN:
        if probe.startswith(mark):
            raise UserError(f"is {what}, not a table; export it as .csv or .xlsx", 1)
    if probe[257:262] == b"ustar":
        raise UserError("is a tar archive; put the exports into the folder, or into a .zip", 1)
    start = probe[:512].replace(b"\0", b"").lstrip(b"\xef\xbb\xbf\xff\xfe" + _BLANKS).lower()
    if start.startswith(_ARCHIVED) or (b"\ncontent-type: multipart/related" in start):
        raise UserError(
            "is a web archive (MHTML: a saved web page) under another ending; open it in a "
            "spreadsheet program and save it as .xlsx",
            1,
        )
    if start.startswith(_PAGES):
        raise UserError(
            "is a web page (HTML) under another ending; open it in a spreadsheet program and save "
            "it as .xlsx or .csv",
            1,
        )
    if start.startswith(b"<?xml"):
        raise UserError("is XML; open it in a spreadsheet program and save it as .xlsx or .csv", 1)


def _text_or_json(probe: bytes, named: Kind) -> Kind:
    if _is_binary(probe):
        what = "a workbook" if named == "workbook" else "text"
        raise UserError(f"cannot be read as {what}: its bytes are neither", 1)
    start = probe.removeprefix(codecs.BOM_UTF8).lstrip(_BLANKS)
    if named == "json" or start.startswith((b'{"', b'[{"')):
        return "json"
    return "text"


def _is_binary(probe: bytes) -> bool:
    """Whether the bytes are no text: more than a few control characters."""
    if probe.startswith(_MARKS) or unmarked_utf16(probe) is not None:
        return False
    control = sum(probe.count(bytes([code])) for code in range(32) if code not in (9, 10, 12, 13))
    return control * 20 > len(probe)
