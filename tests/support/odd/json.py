"""JSON exports with broken lines, nested values, exact numbers and arrays that do not end."""

from __future__ import annotations

import codecs

from tests.support.odd.file import Odd, lines, refused
from tests.support.odd.formats import JSON_LINES, OBJECTS

_A = ("K1", "a", 1)
_LINE = '{"customer_id": "K1", "name": "a", "credit_limit": 1}'
_DEEP = "[" * 100_000


def _lines(name: str, what: str, *texts: str, **more: object) -> Odd:
    more.setdefault("rows", (_A,))
    return Odd(f"customer.jsonl::{name}", what, lines(*texts), **more)  # type: ignore[arg-type]


def _named(text: str) -> str:
    return f'{{"customer_id": "K1", "name": {text}, "credit_limit": 1}}'


def _array(name: str, what: str, text: str, problem: str) -> Odd:
    return refused(f"customer.json::{name}", what, text.encode(), problem)


JSON = [
    _lines("broken line", "one line that is no JSON", _LINE, '{"customer_id": "K2", "na',
           quarantined=1),
    _lines("python", "a line with single quotes", _LINE, "{'customer_id': 'K2'}", quarantined=1),
    _lines("array line", "a line that is an array", _LINE, '["K2", "b"]', quarantined=1),
    _lines("scalar line", "lines that are a number, a text and null", _LINE, "5", '"x"', "null",
           quarantined=3),
    _lines("comma", "commas at the ends of the lines", _LINE, _LINE + ",", quarantined=1),
    _lines("deep", "a line nested a hundred thousand deep", _LINE, f'{{"x": {_DEEP}',
           quarantined=1),
    _lines("blank lines", "blank lines", "", _LINE, "", "  ", notes={"blank_rows": 3}),
    _lines("empty object", "an object without keys", _LINE, "{}", notes={"blank_rows": 1}),
    _lines("key twice", "a key twice in one object: the last counts",
           '{"customer_id": "K0", "customer_id": "K1", "name": "a", "credit_limit": 1}'),
    _lines("unknown keys", "keys that only some objects have", '{"x": 1}', _LINE, quarantined=1),
    _lines("null", "a null is an absent value", '{"customer_id": "K1", "name": "a", '
           '"credit_limit": null}', rows=(("K1", "a", None),)),
    _lines("escapes", "escaped characters", _named('"\\u8fdc\\u666f \\"x\\" \\n"'),
           rows=(("K1", '远景 "x" \n', 1),)),
    _lines("surrogate", "half a character, which has no bytes", _named('"a\\ud800b"'),
           rows=(("K1", "a\\ud800b", 1),)),
    _lines("nested", "a nested value lands as it is written",
           _named('{"zh": "甲", "n": [1.10,  2]}'),
           rows=(("K1", '{"zh": "甲", "n": [1.10,  2]}', 1),)),
    _lines("exact", "a number keeps its digits", _named("1.10"), rows=(("K1", "1.10", 1),)),
    _lines("long number", "a number of thirty digits keeps them", _named("0." + "1234567890" * 3),
           rows=(("K1", "0." + "1234567890" * 3, 1),)),
    _lines("huge number", "a number of six thousand digits", _named("9" * 6_000),
           rows=(("K1", "9" * 6_000, 1),)),
    _lines("exponent", "an exponent stays as it is written", _named("1e5"),
           rows=(("K1", "1e5", 1),)),
    _lines("boolean", "a boolean is its word", _named("true"), rows=(("K1", "true", 1),)),
    _lines("nan", "NaN as an amount",
           '{"customer_id": "K2", "name": "b", "credit_limit": NaN}', _LINE, quarantined=1),
    _lines("total", "a total in an API's answer", _LINE,
           '{"customer_id": "合计", "name": null, "credit_limit": 1}',
           notes={"totals_left_out_count": 1}),
    Odd("customer.jsonl::mark", "a mark", codecs.BOM_UTF8 + JSON_LINES),
    Odd("customer.jsonl::utf-16", "UTF-16", JSON_LINES.decode().encode("utf-16")),
    Odd("customer.jsonl::gb18030", "GB18030", JSON_LINES.decode().encode("gb18030")),
    Odd("customer.jsonl::crlf", "Windows line ends", JSON_LINES.replace(b"\n", b"\r\n")),
    Odd("customer.jsonl::mixed", "one line in another encoding",
        f"{OBJECTS[0]}\n{OBJECTS[1]}\n".encode()
        + OBJECTS[2].replace("Acme", "甲公司").encode("gb18030"),
        rows=(("K1", "远景科技", 100.5), ("K2", "Zhang, Wei", 2000), ("K3", "甲公司", None)),
        notes={"mixed_encoding": {"lines": 1, "first_line": 3, "encodings": ["utf-8", "gb18030"]}}),
    Odd("customer.json::pretty", "an array over many lines",
        ("[\n  " + ",\n  ".join(OBJECTS).replace(", ", ",\n    ").replace("Zhang,\n    ", "Zhang, ")
         + "\n]\n").encode()),
    Odd("customer.json::array gb18030", "an array in GB18030",
        ("[" + ",".join(OBJECTS) + "]").encode("gb18030")),
    Odd("customer.json::array of much", "an array of several megabytes on one line",
        ("[" + ",".join(_named(f'"{"甲" * 500}"').replace("K1", f"K{n}") for n in range(2_000))
         + "]").encode(),
        rows=tuple((f"K{n}", "甲" * 500, 1) for n in range(2_000))),
    Odd("customer.json::array with others", "an array that holds more than objects",
        f"[{_LINE}, 5, null, [1]]".encode(), rows=(_A,), quarantined=3),
    _array("cut", "an array that is cut off", f"[{_LINE}, {_LINE[:20]}", "element 2 of the array"),
    _array("open", "an array that is not closed", f"[{_LINE},", "cut off after element 1"),
    _array("garbage", "an array with a broken element", f"[{_LINE}, {{a}}]",
           "element 2 of the array"),
    _array("two", "two arrays in one file", f"[{_LINE}]\n[{_LINE}]", "something follows the array"),
    _array("empty", "an empty array", "[]", "holds no JSON object"),
    _array("deep", "an array a hundred thousand deep", _DEEP, "element 1 of the array"),
    _array("object", "one object over several lines", '{\n"records": [\n]\n}',
           "holds no JSON object"),
    _array("text", "a text named .json", "hello\nworld\n", "holds no JSON object"),
    refused("customer.jsonl::keys", "more keys than a table has columns",
            lines("{" + ",".join(f'"k{n}": 1' for n in range(3_000)) + "}"), "has 3,000 columns"),
    refused("customer.jsonl::one line", "twenty megabytes on one line",
            b'{"a": "' + b"x" * 20_000_000, "line 1 is longer"),
]  # fmt: skip
