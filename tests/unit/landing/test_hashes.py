"""A file is read again when it was touched, and only then."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from pipelines.landing import hashes
from pipelines.landing.hashes import content_hashes

OLD = 1_600_000_000_000_000_000


@pytest.fixture
def read(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Names of the files that were read."""
    names: list[str] = []
    original = hashes.content_hash

    def noted(path: Path) -> str:
        names.append(path.name)
        return original(path)

    monkeypatch.setattr(hashes, "content_hash", noted)
    return names


def later(memory: Path) -> None:
    """As if the last look were long after the files were written."""
    os.utime(memory, ns=(memory.stat().st_atime_ns, memory.stat().st_mtime_ns + 10**11))


def test_an_untouched_file_is_not_read_again(tmp_path: Path, read: list[str]) -> None:
    export, memory = tmp_path / "a.csv", tmp_path / "hashes.json"
    export.write_text("a,b\n1,2\n")
    first = content_hashes([export], memory)
    later(memory)
    assert content_hashes([export], memory) == first
    assert read == ["a.csv"]


def test_a_file_that_had_just_changed_at_the_last_look_is_read_again(
    tmp_path: Path, read: list[str]
) -> None:
    export, memory = tmp_path / "a.csv", tmp_path / "hashes.json"
    export.write_text("a,b\n1,2\n")
    content_hashes([export], memory)
    content_hashes([export], memory)
    assert read == ["a.csv", "a.csv"]


def test_new_content_of_the_same_length_and_date_is_noticed(
    tmp_path: Path, read: list[str]
) -> None:
    export, memory = tmp_path / "a.csv", tmp_path / "hashes.json"
    export.write_text("a,b\n1,2\n")
    os.utime(export, ns=(OLD, OLD))
    first = content_hashes([export], memory)
    later(memory)
    export.write_text("a,b\n1,3\n")
    os.utime(export, ns=(OLD, OLD))
    assert content_hashes([export], memory) != first
    assert len(read) == 2


def test_a_memory_cut_off_means_that_everything_is_read(tmp_path: Path, read: list[str]) -> None:
    export, memory = tmp_path / "a.csv", tmp_path / "hashes.json"
    export.write_text("a\n1\n")
    memory.write_text('{"a.csv": [')
    content_hashes([export], memory)
    assert read == ["a.csv"]
