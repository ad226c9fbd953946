"""Generating: whole or not at all, never over somebody's files, the same bytes every time."""

from __future__ import annotations

import hashlib
import json
import shutil
from pathlib import Path
from typing import Any

import duckdb
import pytest

from pipelines.errors import UserError
from pipelines.sample import SampleSummary, generate
from tests.support.laboratory import ROOT
from tests.support.sample_files import Sample

SHIPPED = ROOT / "data" / "raw"


def checksums(root: Path) -> dict[str, str]:
    return {
        path.relative_to(root).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(root.rglob("*"))
        if path.is_file()
    }


def test_the_same_seed_gives_the_same_bytes_on_one_thread(
    summary: SampleSummary, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    connect = duckdb.connect

    def single_threaded(*args: Any, **kwargs: Any) -> duckdb.DuckDBPyConnection:
        con = connect(*args, **kwargs)
        con.execute("set threads = 1")
        return con

    monkeypatch.setattr(duckdb, "connect", single_threaded)
    generate(tmp_path / "raw", "small", summary.seed)
    assert checksums(tmp_path / "raw") == checksums(summary.target)


def test_the_shipped_sample_is_what_the_generator_writes(summary: SampleSummary) -> None:
    assert checksums(SHIPPED) == checksums(summary.target)


def test_another_seed_replaces_the_earlier_sample_whole(
    summary: SampleSummary, tmp_path: Path
) -> None:
    earlier = {"generator": "attain sample", "files": [{"path": "crm/old.csv"}]}
    (tmp_path / "raw" / "crm").mkdir(parents=True)
    (tmp_path / "raw" / "crm" / "old.csv").write_text("a\n", encoding="utf-8")
    (tmp_path / "raw" / "manifest.json").write_text(json.dumps(earlier), encoding="utf-8")
    other = generate(tmp_path / "raw", "small", summary.seed + 1)
    assert not (tmp_path / "raw" / "crm" / "old.csv").exists()
    assert {file.path for file in other.files} == {file.path for file in summary.files}
    assert not {file.sha256 for file in other.files if file.path.startswith("crm/")} & {
        file.sha256 for file in summary.files
    }


def test_files_stay_within_the_limits_of_a_repository(summary: SampleSummary) -> None:
    sizes = {file.path: file.bytes for file in summary.files}
    assert max(sizes.values()) < 1_000_000, sizes
    total = sum(path.stat().st_size for path in summary.target.rglob("*") if path.is_file())
    assert total < 5_000_000


def test_the_manifest_names_every_file_with_its_checksum(
    summary: SampleSummary, sample: Sample
) -> None:
    listed = {file["path"]: file["sha256"] for file in sample.manifest["files"]}
    found = checksums(summary.target)
    del found["manifest.json"]
    assert listed == found


def test_an_interrupted_run_leaves_nothing_behind(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stop(message: str) -> None:
        if message.startswith("wrote crm/商机"):
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        generate(tmp_path / "raw", "small", 1, stop)
    assert list(tmp_path.iterdir()) == []


def test_an_interrupted_run_leaves_the_earlier_sample(
    summary: SampleSummary, tmp_path: Path
) -> None:
    target = tmp_path / "raw"
    shutil.copytree(summary.target, target)
    before = checksums(target)

    def stop(message: str) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        generate(target, "small", summary.seed + 1, stop)
    assert checksums(target) == before


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        ({"notes.txt": "mine"}, "holds no manifest.json of an earlier sample"),
        ({"manifest.json": "{}"}, "is not that of a sample"),
        ({"manifest.json": "{"}, "cannot be read"),
        (
            {
                "manifest.json": '{"generator": "attain sample", "files": []}',
                "crm/mine.csv": "a",
            },
            "holds crm/mine.csv, which is not part of the earlier sample",
        ),
    ],
)
def test_a_folder_with_other_files_is_refused(
    files: dict[str, str], expected: str, tmp_path: Path
) -> None:
    for name, text in files.items():
        path = tmp_path / "raw" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    with pytest.raises(UserError, match=expected):
        generate(tmp_path / "raw", "small", 1)
    assert all((tmp_path / "raw" / name).exists() for name in files)


def test_an_unknown_size_is_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(UserError, match='Size "huge" is unknown; choose small, medium or large'):
        generate(tmp_path / "raw", "huge", 1)  # type: ignore[arg-type]
