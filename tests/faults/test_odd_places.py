"""Files in odd places: names, links, pipes, rights, files that move while they are read."""

from __future__ import annotations

import gzip
import os
import resource
import sys
import tempfile
import time
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from pipelines.landing import land as landing
from pipelines.landing.land import take_inventory
from pipelines.workspace.workspace import open_workspace
from tests.support.exports import Exports
from tests.support.odd.fate import Fate, fate_of
from tests.support.odd.file import COLUMNS, GOOD, TEXT

NAMES = (
    "customer_#1.csv", "customer_it's \"new\".csv", "customer_a[1]*?.csv", "customer_客户 名单.csv",
    "customer_%41&;$(ls).csv", "customer_{a,b}.csv", "customer_\\back.csv", "customer_café.csv",
    "Customer_UPPER.CSV", "customer_" + "x" * 230 + ".csv", "customer_ .csv", "customer_😀.csv",
    "customer_--help.csv", "customer_!member.csv",
)  # fmt: skip


@pytest.fixture
def exports(tmp_path: Path) -> Exports:
    return Exports(tmp_path)


def put(exports: Exports, name: str, text: str = TEXT) -> Path:
    path = exports.root / "canonical" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def fate(exports: Exports) -> Fate:
    found = fate_of(exports, "customer", COLUMNS["customer"])
    assert found.left == []
    return found


def refusal(exports: Exports) -> str:
    found = fate(exports)
    assert (len(found.problems), found.landed) == (1, 0)
    assert "\n" not in found.problems[0]
    return found.problems[0]


@pytest.mark.parametrize("name", NAMES)
def test_a_file_of_any_name_is_read(exports: Exports, name: str) -> None:
    put(exports, name)
    found = fate(exports)
    assert sorted(found.rows) == sorted(GOOD)
    assert found.names == [f"canonical/{name}"]


def test_a_line_break_in_a_name_is_shown_as_its_escape(exports: Exports) -> None:
    put(exports, "customer_a\nb\x1b[31m.csv")
    found = fate(exports)
    assert found.names == ["canonical/customer_a\\nb\\x1b[31m.csv"]
    assert found.accepted == 3


def test_a_name_that_is_no_text_is_read_and_shown_as_its_escape(exports: Exports) -> None:
    folder = os.fsencode(exports.root / "canonical")
    for name, content in ((b"customer_\xb9\xab.csv", TEXT.encode()),):
        Path(os.fsdecode(folder + b"/" + name)).write_bytes(content)
    found = fate(exports)
    assert found.accepted == 3
    assert found.names[0].isprintable()


def test_what_is_no_export_is_passed_over(exports: Exports) -> None:
    for name in (".customer.csv", "~$customer.xlsx", "customer.csv.tmp", "customer.csv.part",
                 "customer.csv.crdownload", "Thumbs.db", "desktop.ini", ".git/customer.csv",
                 "__MACOSX/customer.csv", "settings.json"):  # fmt: skip
        put(exports, name)
    found = fate(exports)
    assert (found.names, found.unknown) == ([], ())


def test_a_link_within_the_folder_is_followed(exports: Exports) -> None:
    path = put(exports, "store/k1.data")
    (exports.root / "canonical" / "customer.csv").symlink_to(path)
    assert fate(exports).accepted == 3


@pytest.mark.parametrize("target", ["/etc/passwd", "../attain.yaml", "/dev/zero", "/"])
def test_a_link_out_of_the_folder_is_not_followed(exports: Exports, target: str) -> None:
    (exports.root / "canonical" / "customer.csv").symlink_to(target)
    assert refusal(exports).startswith("is a link to a file outside the input folder")


def test_a_link_to_nothing_and_to_itself_are_named(exports: Exports) -> None:
    link = exports.root / "canonical" / "customer.csv"
    for target in ("nowhere.csv", "customer.csv"):
        link.symlink_to(target)
        assert refusal(exports) == "is a link to a file that is not there"
        link.unlink()


@pytest.mark.parametrize(
    ("make", "expected"),
    [
        (os.mkfifo, "is no file but a pipe"),
        (lambda path: path.mkdir(), "is an empty folder, not a file"),
    ],
    ids=["pipe", "folder"],
)
def test_what_is_no_file_is_named_and_not_waited_for(
    exports: Exports, make: Callable[[Path], object], expected: str
) -> None:
    make(exports.root / "canonical" / "customer.csv")
    started = time.monotonic()
    assert refusal(exports) == expected
    assert time.monotonic() - started < 5


def test_the_files_of_a_folder_that_is_named_like_one_are_read(exports: Exports) -> None:
    put(exports, "customer.csv/customer_part.csv")
    found = fate(exports)
    assert (found.accepted, found.problems) == (3, [])


@pytest.fixture
def open_to_all() -> Iterator[Path]:
    """A folder that every user may enter, below none that they may not."""
    with tempfile.TemporaryDirectory(dir="/tmp") as folder:
        Path(folder).chmod(0o777)
        yield Path(folder)


def test_a_file_that_may_not_be_read_is_named(open_to_all: Path) -> None:
    exports = Exports(open_to_all)
    for folder in open_to_all.iterdir():
        folder.chmod(0o777 if folder.is_dir() else 0o666)
    put(exports, "customer.csv").chmod(0)
    as_root = os.geteuid() == 0
    try:
        if as_root:
            os.seteuid(65534)
        assert "Permission denied" in refusal(exports)
    finally:
        if as_root:
            os.seteuid(0)


def _while_reading(monkeypatch: pytest.MonkeyPatch, act: Callable[[Path], object]) -> None:
    """Do something to the file after its rows were read."""
    read = landing.land_text

    def then(con: object, path: Path, *rest: object) -> object:
        landed = read(con, path, *rest)  # type: ignore[arg-type]
        act(path)
        return landed

    monkeypatch.setattr(landing, "land_text", then)


def test_a_file_that_grows_while_it_is_read_is_not_landed(
    exports: Exports, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(exports, "customer.csv")
    _while_reading(monkeypatch, lambda path: path.write_text(TEXT + "K4,d,4\n", encoding="utf-8"))
    assert "changed while it was read" in refusal(exports)
    monkeypatch.undo()
    assert fate(exports).accepted == 4


def test_a_file_that_goes_while_it_is_read_is_named(
    exports: Exports, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(exports, "customer.csv")
    _while_reading(monkeypatch, lambda path: path.unlink())
    assert "disappeared" in refusal(exports)


def test_a_file_that_changed_after_it_was_hashed_is_not_landed_under_that_hash(
    exports: Exports, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = put(exports, "customer.csv")
    signature = landing.signature

    def later(of: Path) -> object:
        found = signature(of)
        path.write_text(TEXT + "K4,d,4\n", encoding="utf-8")
        return found

    monkeypatch.setattr(landing, "signature", later)
    assert "changed while it was read" in refusal(exports)


def test_an_archive_with_a_member_that_no_source_reads_lists_it(exports: Exports) -> None:
    with zipfile.ZipFile(exports.root / "canonical" / "month.zip", "w") as out:
        out.writestr("customer.csv", TEXT)
        out.writestr("notes.txt", "hello\n")
    found = fate(exports)
    assert found.names == ["canonical/month.zip!customer.csv"]
    assert found.unknown == ("canonical/month.zip!notes.txt",)


@pytest.mark.parametrize(
    ("pattern", "read"),
    [
        ("crm/month.zip", ["raw/crm/month.zip!a/客户.csv", "raw/crm/month.zip!b.csv"]),
        ("crm/month", ["raw/crm/month.zip!a/客户.csv", "raw/crm/month.zip!b.csv"]),
        ("crm/a/客户.csv", ["raw/crm/month.zip!a/客户.csv"]),
        ("crm/客户.csv", ["raw/crm/month.zip!a/客户.csv"]),
        ("crm/month.zip!b.csv", ["raw/crm/month.zip!b.csv"]),
        ("crm/list.csv", ["raw/crm/list.csv.gz"]),
        ("crm/list.csv.gz", ["raw/crm/list.csv.gz"]),
    ],
)
def test_a_source_asks_for_a_packed_file_by_any_of_its_names(
    exports: Exports, pattern: str, read: list[str]
) -> None:
    columns = "{customer_id: customer_id, name: name, credit_limit: credit_limit}"
    exports.source("c", f"table: customer\nfiles: ['{pattern}']\ncolumns: {columns}\n")
    folder = exports.root / "raw" / "crm"
    folder.mkdir()
    with zipfile.ZipFile(folder / "month.zip", "w") as out:
        out.writestr("a/客户.csv", TEXT)
        out.writestr("b.csv", TEXT.replace("K", "B"))
    (folder / "list.csv.gz").write_bytes(gzip.compress(TEXT.encode()))
    found = fate(exports)
    assert found.names == read
    assert found.accepted == 3 * len(read)


def _peak() -> int:
    """The most memory this process ever took, in bytes."""
    unit = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit


def test_a_bomb_of_a_gigabyte_is_refused_in_seconds_and_in_little_memory(exports: Exports) -> None:
    path = exports.root / "canonical" / "customer.zip"
    block = b"\n" * (1 << 24)
    with (
        zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as out,
        out.open("customer.csv", "w") as m,
    ):
        m.write(TEXT.encode())
        for _ in range(64):
            m.write(block)
    assert path.stat().st_size < 2_000_000
    before, started = _peak(), time.monotonic()
    assert "more than 200 times its size" in refusal(exports)
    assert time.monotonic() - started < 10
    assert _peak() - before < 200_000_000


def test_a_line_of_two_gigabytes_is_refused_at_once(exports: Exports) -> None:
    path = put(exports, "customer.csv", "customer_id,name" + "x" * 70_000)
    with path.open("r+b") as handle:
        handle.truncate(2 << 30)  # a sparse file: zero bytes without a line end
    workspace = open_workspace(exports.root)
    workspace.prepare()
    [export] = take_inventory(workspace, []).exports
    before, started = _peak(), time.monotonic()
    found = landing.land_export(exports.warehouse.con, workspace, export, "0" * 64)
    assert "line 1 is longer than 16,777,216 characters" in (found.problem or "")
    assert time.monotonic() - started < 5
    assert _peak() - before < 200_000_000
