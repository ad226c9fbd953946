"""JSON exports: one object a line or an array of them; numbers keep their digits."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest

from pipelines.errors import UserError
from pipelines.landing.jsonl import land_json
from pipelines.landing.parquet import Landed
from tests.support.landing_files import Rows, landed_rows, ragged


def land(folder: Path, text: str) -> tuple[Landed, Rows]:
    path = folder / "in.jsonl"
    path.write_text(text, encoding="utf-8")
    with duckdb.connect() as con:
        landed = land_json(con, path, folder / "landed.parquet")
        return landed, landed_rows(con, landed)


def test_columns_are_the_keys_in_order_of_first_sight(tmp_path: Path) -> None:
    landed, rows = land(tmp_path, '{"id": 1, "b": "x"}\n{"a": true, "id": 2}\n')
    assert landed.names == ("id", "b", "a")
    assert rows == [(1, "1", "x", None), (2, "2", None, "true")]


def test_keys_that_differ_in_capitals_only_are_two_columns(tmp_path: Path) -> None:
    landed, rows = land(tmp_path, '{"id": 1, "ID": 2, "": 3}\n')
    assert landed.names == ("id", "ID_2", "column_3")
    assert rows == [(1, "1", "2", "3")]


@pytest.mark.parametrize(
    "number",
    [
        "1.10",
        "0.1234567890123456789012",
        "12345678901234567890123",
        "-0.00",
        "1e5",
        "1E-7",
        "9" * 5000,
    ],
)
def test_a_number_keeps_the_text_it_is_written_with(tmp_path: Path, number: str) -> None:
    for text in (f'{{"id": {number}}}\n', f'[{{"id": {number}}}]'):
        assert land(tmp_path, text)[1] == [(1, number)]
    nested = f'{{"n": [{number}, {{"x":{number}}}]}}'
    assert land(tmp_path, f'{{"id": {nested}}}\n')[1] == [(1, nested)]


def test_an_absent_key_and_a_null_are_null_and_an_empty_text_is_a_text(tmp_path: Path) -> None:
    landed, _ = land(tmp_path, '{"id": 1, "a": ""}\n{"id": 2, "a": null}\n{"id": 3}\n')
    with duckdb.connect() as con:
        found = con.execute(f"select a from '{landed.parquet}' order by _line").fetchall()
    assert found == [("",), (None,), (None,)]


def test_a_line_that_is_no_object_is_kept_whole_and_lines_are_counted(tmp_path: Path) -> None:
    landed, rows = land(tmp_path, '\n{"id": 1}\n{"id": 2\n\n[3]\n{"id": 4}\n')
    assert rows == [(2, "1"), (3, None), (5, None), (6, "4")]
    assert ragged(tmp_path, landed) == [(3, '{"id": 2'), (5, "[3]")]
    assert landed.notes == {"blank_rows": 2}


def test_a_row_of_an_array_has_its_position(tmp_path: Path) -> None:
    _, rows = land(tmp_path, '\ufeff \n[\n{"id":\n1},\n{"id": 2}\n]\n')
    assert rows == [(1, "1"), (2, "2")]


def test_an_array_longer_than_what_is_held_is_read_whole(tmp_path: Path) -> None:
    body = ",".join(f'{{"id": {n}, "name": "甲é😀{n}"}}' for n in range(100_000))
    _, rows = land(tmp_path, f"[{body}]")
    assert len(rows) == 100_000
    assert rows[77_777] == (77_778, "77777", "甲é😀77777")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("[", "cut off after element 0"),
        ('[{"a": 1}', "cut off after element 1"),
        ('[{"a": 1},,]', "element 2 of the array is no JSON"),
        ('[{"a": 1}] x', "something follows the array of 1 elements"),
        ("[]", "holds no JSON object"),
        ("5\n", "holds no JSON object"),
        ("{}\n", "holds no JSON object"),
    ],
)
def test_a_file_without_usable_objects_says_why(tmp_path: Path, text: str, expected: str) -> None:
    with pytest.raises(UserError) as error:
        land(tmp_path, text)
    assert expected in error.value.message
    assert sorted(p.name for p in tmp_path.iterdir()) == ["in.jsonl"]
