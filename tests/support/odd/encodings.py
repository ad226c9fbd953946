"""Texts in every encoding, in two at once, and with bytes that are no text."""

from __future__ import annotations

import codecs

from tests.support.odd.file import GOOD, HEADER, TEXT, Odd, lines, refused

_WEST = f"{HEADER}\nK1,Müller & Söhne,1\nK2,Café Brûlé,2\nK3,naïve €5,3\n"
_WEST_ROWS = (("K1", "Müller & Söhne", 1), ("K2", "Café Brûlé", 2), ("K3", "naïve €5", 3))
_LONG = "甲乙" * 300
_TWO = (("K1", "远景科技", 1), ("K2", "上海公司", 2), ("K3", "北京公司", 3))
_HEAD = f"{HEADER}\n".encode()


def _mixed(first: str, second: str) -> bytes:
    return (
        _HEAD
        + "K1,远景科技,1\n".encode(first)
        + "K2,上海公司,2\n".encode(second)
        + "K3,北京公司,3\n".encode(first)
    )


def _noted(second: int, encodings: list[str], first_line: int) -> dict[str, object]:
    return {"mixed_encoding": {"lines": second, "first_line": first_line, "encodings": encodings}}


ENCODINGS = [
    Odd("customer.csv::utf-8", "plain UTF-8", TEXT.encode()),
    Odd("customer.csv::utf-8-sig", "UTF-8 with a mark", TEXT.encode("utf-8-sig")),
    Odd("customer.csv::utf-16", "UTF-16 as Windows writes it", TEXT.encode("utf-16")),
    Odd(
        "customer.csv::utf-16-be",
        "UTF-16, the other byte first",
        codecs.BOM_UTF16_BE + TEXT.encode("utf-16-be"),
    ),
    Odd("customer.csv::utf-16-le plain", "UTF-16 without a mark", TEXT.encode("utf-16-le")),
    Odd("customer.csv::utf-16-be plain", "UTF-16 without a mark", TEXT.encode("utf-16-be")),
    Odd("customer.csv::utf-32", "UTF-32 with a mark", TEXT.encode("utf-32")),
    Odd("customer.csv::gb18030", "GB18030", TEXT.encode("gb18030")),
    Odd(
        "customer.csv::gb18030 rare",
        "GB18030 with characters of four bytes",
        f"{HEADER}\nK1,㐀㐁有限公司,1\n".encode("gb18030"),
        rows=(("K1", "㐀㐁有限公司", 1),),
    ),
    Odd("customer.csv::cp1252", "Windows-1252", _WEST.encode("cp1252"), rows=_WEST_ROWS),
    Odd(
        "customer.csv::mixed utf-8 gb18030",
        "one line of GB18030 within UTF-8",
        _mixed("utf-8", "gb18030"),
        rows=_TWO,
        notes=_noted(1, ["utf-8", "gb18030"], 3),
    ),
    Odd(
        "customer.csv::mixed gb18030 utf-8",
        "one line of UTF-8 within GB18030",
        _mixed("gb18030", "utf-8"),
        rows=_TWO,
        notes=_noted(1, ["gb18030", "utf-8"], 3),
    ),
    Odd(
        "customer.csv::mixed utf-8 cp1252",
        "one line of Windows-1252 within UTF-8",
        _HEAD + "K1,Müller,1\nK2,Söhne,2\n".encode() + "K3,Café,3\n".encode("cp1252"),
        rows=(("K1", "Müller", 1), ("K2", "Söhne", 2), ("K3", "Café", 3)),
        notes=_noted(1, ["utf-8", "cp1252"], 4),
    ),
    Odd(
        "customer.csv::mixed late",
        "GB18030 after a megabyte of UTF-8",
        _HEAD
        + "".join(f"K{n},{_LONG},1\n" for n in range(700)).encode()
        + "Z1,上海公司,2\n".encode("gb18030"),
        rows=(*((f"K{n}", _LONG, 1) for n in range(700)), ("Z1", "上海公司", 2)),
        notes=_noted(1, ["utf-8", "gb18030"], 702),
    ),
    Odd(
        "customer.csv::cut character",
        "GB18030 with a character cut in half by a field of fixed width",
        _HEAD + "K1,远景科技,1\nK2,上海公司,2\nK3,北京".encode("gb18030") + b"\xc9,3\n",
        rows=(("K1", "远景科技", 1), ("K2", "上海公司", 2), ("K3", "北京\ufffd", 3)),
        notes={"undecodable": {"characters": 1, "first_line": 4}},
    ),
    Odd(
        "customer.csv::stray bytes",
        "UTF-8 with bytes of no encoding",
        _HEAD + "K1,远景,1\nK2,上海,2\n".encode() + b"K3,a\x81b,3\n",
        rows=(("K1", "远景", 1), ("K2", "上海", 2), ("K3", "a\ufffdb", 3)),
        notes={"undecodable": {"characters": 1, "first_line": 4}},
    ),
    Odd(
        "customer.csv::zero bytes",
        "fields padded with zero bytes",
        TEXT.replace("Acme", "Acme\0\0\0").encode(),
        notes={"nul_bytes": {"count": 3, "first_line": 4}},
    ),
    Odd(
        "customer.csv::replacement sign",
        "a replacement sign that stands in the export itself",
        TEXT.replace("Acme", "Ac\ufffdme").encode(),
        rows=(*GOOD[:2], ("K3", "Ac\ufffdme", None)),
    ),
    Odd(
        "customer.csv::second mark",
        "two exports put together, each with its mark and header",
        TEXT.encode("utf-8-sig") + f"{HEADER}\nK4,丁,4\n".encode("utf-8-sig"),
        rows=(*GOOD, ("K4", "丁", 4)),
        notes={"repeated_header_rows": [5]},
    ),
    Odd(
        "customer.csv::utf-16 cut",
        "UTF-16 whose last byte is missing",
        TEXT.encode("utf-16")[:-1],
        rows=GOOD[:2],
        quarantined=1,
        notes={"undecodable": {"characters": 1, "first_line": 4}},
    ),
    refused("customer.csv::nothing", "no byte at all", b"", "the file is empty"),
    refused("customer.csv::mark", "nothing but a mark", codecs.BOM_UTF8, "the file is empty"),
    refused(
        "customer.csv::mark 16", "nothing but a mark", codecs.BOM_UTF16_LE, "the file is empty"
    ),
    refused("customer.csv::zeros", "nothing but zero bytes", b"\0" * 5_000, "neither"),
    refused("customer.csv::noise", "bytes of no meaning", bytes(range(256)) * 50, "neither"),
    refused(
        "customer.csv::marked header",
        "a mark and a header",
        codecs.BOM_UTF8 + lines(HEADER),
        "a header and no rows",
    ),
]
