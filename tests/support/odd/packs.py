"""Archives that are damaged, locked, too large, or try to write elsewhere."""

from __future__ import annotations

import gzip
import io
import stat
import struct
import warnings
import zipfile

from tests.support.odd.file import HEADER, TEXT, Odd, lines, refused
from tests.support.odd.formats import archive, xlsx

_CSV = TEXT.encode()
_K4 = lines(HEADER, "K4,d,4")
_ZEROS = lines(HEADER, "K1,a,1") + b"\n" * 3_000_000
_SMALL = {"MAX_RATIO": 20, "RATIO_FROM": 100_000}


def _zip(name: str, what: str, members: dict[str, bytes], problem: str, **more: object) -> Odd:
    return refused(f"customer.zip::{name}", what, archive(members), problem, **more)


def _patched(offsets: dict[bytes, tuple[int, bytes]], data: bytes) -> bytes:
    """An archive with bytes replaced at an offset after every occurrence of a mark."""
    held = bytearray(data)
    for mark, (offset, value) in offsets.items():
        place = held.find(mark)
        while place >= 0:
            held[place + offset : place + offset + len(value)] = value
            place = held.find(mark, place + 4)
    return bytes(held)


_LOCAL, _CENTRAL = b"PK\x03\x04", b"PK\x01\x02"


def _locked() -> bytes:
    one = b"\x01\x00"
    return _patched({_LOCAL: (6, one), _CENTRAL: (8, one)}, archive({"customer.csv": _CSV}))


def _lying(declared: int, content: bytes = _ZEROS) -> bytes:
    """An archive that declares another size for what it holds."""
    size = struct.pack("<I", declared)
    return _patched({_LOCAL: (22, size), _CENTRAL: (24, size)}, archive({"customer.csv": content}))


def _other_method(method: int) -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", method) as out:
        out.writestr("customer.csv", _CSV)
    return held.getvalue()


def _link() -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as out:
        info = zipfile.ZipInfo("customer.csv")
        info.external_attr = (stat.S_IFLNK | 0o777) << 16
        out.writestr(info, "/etc/passwd")
    return held.getvalue()


def _twice() -> bytes:
    held = io.BytesIO()
    with warnings.catch_warnings(), zipfile.ZipFile(held, "w") as out:
        warnings.simplefilter("ignore")
        out.writestr("customer.csv", _CSV)
        out.writestr("customer.csv", _K4)
    return held.getvalue()


_GOOD_ZIP = archive({"customer.csv": _CSV})
_GZ = gzip.compress(_CSV * 100)

PACKS = [
    Odd("customer.zip::two", "two exports in one archive: both are landed",
        archive({"customer_a.csv": _CSV, "customer_b.csv": _K4}),
        rows=(*Odd("customer", "", b"").rows, ("K4", "d", 4))),
    Odd("all.zip::folder", "an export in a folder of the archive, with what systems leave there",
        archive({"2026/customer.csv": _CSV, "__MACOSX/2026/._customer.csv": b"\0\0",
                 "2026/.DS_Store": b"x", "2026/desktop.ini": b"x", "2026/readme.md": b"x"}),
        source="table: customer\nfiles: ['2026/customer.csv']\ncolumns: {customer_id: customer_id, "
        "name: name, credit_limit: credit_limit}\n"),
    Odd("customer.zip::empty folder", "a folder beside the export",
        archive({"x/": b"", "x/c.csv": _CSV})),
    Odd("customer_甲.csv.zip", "a Chinese name in the archive", archive({"客户.csv": _CSV})),
    Odd("customer.csv.gz::two", "two gzip streams in one file", gzip.compress(_CSV) + gzip.compress(
        lines("K4,d,4")), rows=(*Odd("customer", "", b"").rows, ("K4", "d", 4))),
    _zip("nothing", "an archive without an export", {"readme.md": b"x"}, "holds no export"),
    _zip("no member", "an archive without anything", {}, "holds no export"),
    _zip("nested", "an archive in an archive", {"customer.zip": _GOOD_ZIP},
         "holds another archive"),
    _zip("nested gzip", "a gzip in an archive", {"customer.csv.gz": _GZ}, "holds another archive"),
    _zip("hidden nested", "an archive in an archive under the name of a text",
         {"customer.csv": _GOOD_ZIP}, "name it .zip"),
    refused("customer.csv.gz::twice", "gzip-ed twice", gzip.compress(_GZ), "is packed twice"),
    refused("customer.csv.gz::zip", "a zip within a gzip", gzip.compress(_GOOD_ZIP),
            "name it .zip"),
    *(
        _zip(f"path {number}", f"the name {name!r} in an archive", {name: _CSV}, "leads out of")
        for number, name in enumerate((
            "../customer.csv", "a/../../customer.csv", "/tmp/customer.csv", "C:/customer.csv",
            "..\\customer.csv", "\\\\server\\customer.csv",
        ))
    ),
    refused("customer.zip::link", "a link in an archive", _link(), "leads out of"),
    refused("customer.zip::locked", "an archive with a password", _locked(), "is encrypted"),
    refused("customer.zip::twice", "two members of one name", _twice(), "two files named"),
    refused("customer.zip::bzip2", "a method that is not read", _other_method(zipfile.ZIP_BZIP2),
            "by a method that is not read"),
    refused("customer.zip::lzma", "a method that takes what memory it says",
            _other_method(zipfile.ZIP_LZMA), "by a method that is not read"),
    refused("customer.zip::cut", "half an archive", _GOOD_ZIP[:60], "as a zip archive"),
    refused("customer.zip::damaged", "an archive with damaged bytes",
            _GOOD_ZIP[:50] + b"\xff" * 20 + _GOOD_ZIP[70:], "damaged or cut off"),
    refused("customer.zip::declares less", "an archive that declares less than it holds",
            _lying(100), "damaged or cut off"),
    Odd("customer.zip::declares more", "an archive that declares more than it holds",
        _lying(0xFFFFFFF0, _CSV)),
    refused("customer.zip::text", "a text named .zip", _CSV, "as a zip archive"),
    refused("customer.csv.gz::cut", "half a gzip", _GZ[: len(_GZ) // 2], "damaged or cut off"),
    refused("customer.csv.gz::damaged", "a gzip with damaged bytes",
            _GZ[:40] + b"\xff" * 10 + _GZ[50:], "damaged or cut off"),
    refused("customer.csv.gz::garbage", "a gzip with something behind it", _GZ + b"garbage",
            "damaged or cut off"),
    refused("customer.csv.gz::empty", "a gzip of nothing", gzip.compress(b""), "the file is empty"),
    _zip("bomb", "an archive that unpacks to a thousand times its size", {"customer.csv": _ZEROS},
         "more than 20 times its size", limits=_SMALL),
    refused("customer.csv.gz::bomb", "a gzip that unpacks to a thousand times its size",
            gzip.compress(_ZEROS), "more than 20 times its size", limits=_SMALL),
    refused("customer.csv.gz::large", "a gzip that unpacks to more than is read",
            gzip.compress(_ZEROS), "more than 1,000,000 bytes", limits={"MAX_UNPACKED": 1_000_000}),
    _zip("large", "an archive that declares more than is read", {"customer.csv": _ZEROS},
         "more than 1,000,000 bytes", limits={"MAX_UNPACKED": 1_000_000}),
    _zip("many", "more exports than an archive may hold",
         {f"customer_{n}.csv": _K4 for n in range(9)},
         "holds 9 exports; 5 is the most", limits={"MAX_MEMBERS": 5}),
    refused("customer.xlsx::bomb", "a workbook that unpacks to a thousand times its size",
            xlsx([["customer_id", "name"], ["K1", "x" * 30_000], *[["K2", "y"]] * 20_000]),
            "more than 3 times its size", limits={"MAX_RATIO": 3, "RATIO_FROM": 10_000}),
]  # fmt: skip
