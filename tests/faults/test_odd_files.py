"""Each odd file is either read to the last row or refused with one sentence; nothing is lost."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipelines.landing import jsonl, parquet, text, xlsx
from pipelines.landing.file import encoding, guard, unpack
from tests.support.exports import Exports
from tests.support.odd.every import ODD_FILES
from tests.support.odd.fate import fate_of
from tests.support.odd.file import COLUMNS, Odd

_MODULES = (encoding, guard, jsonl, parquet, text, unpack, xlsx)


def test_there_are_many_and_each_has_a_name_of_its_own() -> None:
    names = [odd.name for odd in ODD_FILES]
    assert len(names) >= 120
    assert len(set(names)) == len(names)


@pytest.mark.parametrize("odd", ODD_FILES, ids=lambda odd: odd.name)
def test_an_odd_file_is_read_whole_or_refused_in_a_sentence(
    odd: Odd, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for limit, value in odd.limits.items():
        for module in _MODULES:
            if hasattr(module, limit):
                monkeypatch.setattr(module, limit, value)
    exports = Exports(tmp_path)
    if odd.source is not None:
        exports.source("odd", odd.source)
    odd.write(tmp_path / ("canonical" if odd.source is None else "raw"))
    fate = fate_of(exports, odd.table, COLUMNS[odd.table])

    assert fate.left == []  # nothing unpacked or recoded stays behind
    if odd.problem is not None:
        assert len(fate.problems) == 1, fate
        _is_a_sentence(fate.problems[0])
        assert odd.problem in fate.problems[0]
        assert fate.landed == 0
        return
    assert fate.problems == []
    assert (fate.accepted, fate.quarantined) == (len(odd.rows), odd.quarantined)
    assert fate.landed == fate.accepted + fate.quarantined
    assert sorted(fate.rows, key=_key) == sorted(odd.rows, key=_key)
    assert {key: fate.notes.get(key) for key in odd.notes} == dict(odd.notes)


def _key(row: tuple[object, ...]) -> str:
    return str(row[0])


def _is_a_sentence(problem: str) -> None:
    assert "\n" not in problem
    assert 10 < len(problem) < 300
    for trace in ("Traceback", "Error:", "Exception", ".py", "line 0"):
        assert trace not in problem
