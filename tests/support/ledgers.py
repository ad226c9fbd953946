"""Ledgers of made-up months, and everything that hands and disks do to one."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import Any

import duckdb

from pipelines.ledger.columns import DIFFERENCE, LINE, STATEMENT
from pipelines.ledger.kinds import COMMISSION
from pipelines.ledger.manifest import MANIFEST, written
from pipelines.ledger.proof import seal_of
from pipelines.ledger.store import Content, Ledger

MONTHS = ("2026-08", "2026-09", "2026-10")


def row(columns: dict[str, str], **given: object) -> str:
    """A row of these columns as SQL; what is not given is null."""
    values = (
        f"cast({'null' if name not in given else repr(given[name])} as {kind}) as {name}"
        for name, kind in columns.items()
    )
    return f"select {', '.join(values)}"


def content(period: str = "2026-10", lines: int = 3) -> Content:
    """A month of one payee with three lines of 10, 20 and 30."""
    of_lines = " union all ".join(
        row(LINE, line_id=f"{period}:{n}", ledger="earned", payee_id="E1", period=period,
            posted_period=period, amount=10 * n) for n in range(1, lines + 1)
    )  # fmt: skip
    return Content(
        facts={"closed_at": "2026-11-01T09:00:00", "closed_by": "Li", "as_of": "2026-10-31",
               "lines": lines, "statements": 1, "totals": {}, "accepted": []},
        queries={
            "lines.parquet": f"select * from ({of_lines}) order by line_id",
            "statements.parquet": row(STATEMENT, payee_id="E1", period=period, earned=60,
                                      payable=0, paid=0),
            "differences.parquet": f"select * from ({row(DIFFERENCE)}) where false",
            "documents.parquet": "select 'a.html' as path, cast('x' as blob) as content",
        },
    )  # fmt: skip


def write_ledger(root: Path, con: duckdb.DuckDBPyConnection) -> Ledger:
    """Three closed months."""
    found = Ledger(root)
    for month in MONTHS:
        found.write(month, con, content(month))
    return found


Change = Callable[[Path, Random], None]


def _file(root: Path, random: Random) -> Path:
    return root / random.choice(MONTHS) / random.choice((*COMMISSION.files, MANIFEST))


def _manifest(root: Path, random: Random) -> tuple[Path, dict[str, Any]]:
    path = root / random.choice(MONTHS) / MANIFEST
    return path, json.loads(path.read_text(encoding="utf-8"))


def flip_a_bit(root: Path, random: Random) -> None:
    path = _file(root, random)
    data = bytearray(path.read_bytes())
    data[random.randrange(len(data))] ^= 1 << random.randrange(8)
    path.write_bytes(bytes(data))


def flip_a_bit_of_a_manifest(root: Path, random: Random) -> None:
    path = root / random.choice(MONTHS) / MANIFEST
    data = bytearray(path.read_bytes())
    data[random.randrange(len(data))] ^= 1 << random.randrange(8)
    path.write_bytes(bytes(data))


def cut_a_file(root: Path, random: Random) -> None:
    path = _file(root, random)
    data = path.read_bytes()
    path.write_bytes(data[: random.randrange(len(data))])


def add_to_a_file(root: Path, random: Random) -> None:
    path = _file(root, random)
    path.write_bytes(path.read_bytes() + random.choice((b" ", b"\n", b"\0", b"PAR1")))


def delete_a_file(root: Path, random: Random) -> None:
    _file(root, random).unlink()


def rename_a_file(root: Path, random: Random) -> None:
    path = _file(root, random)
    path.rename(path.with_name(path.name + random.choice((".bak", "~", ".1"))))


def swap_two_files_of_a_month(root: Path, random: Random) -> None:
    folder = root / random.choice(MONTHS)
    _swap(*(folder / name for name in random.sample((*COMMISSION.files, MANIFEST), 2)))


def swap_a_file_of_two_months(root: Path, random: Random) -> None:
    name = random.choice(("lines.parquet", "statements.parquet", MANIFEST))
    _swap(*(root / month / name for month in random.sample(MONTHS, 2)))


def swap_two_months(root: Path, random: Random) -> None:
    _swap(*(root / month for month in random.sample(MONTHS, 2)))


def _swap(one: Path, other: Path) -> None:
    waiting = one.with_name("waiting")
    one.rename(waiting)
    other.rename(one)
    waiting.rename(other)


def rename_a_month(root: Path, random: Random) -> None:
    new = random.choice(("2026-07", "2026-11", "2026-1O", "2026-10 (1)", "old", "202610"))
    (root / random.choice(MONTHS)).rename(root / new)


def copy_a_month(root: Path, random: Random) -> None:
    new = random.choice(("2026-07", "2026-11", "2027-01", "backup"))
    shutil.copytree(root / random.choice(MONTHS), root / new)


def put_a_foreign_file(root: Path, random: Random) -> None:
    folder = random.choice((root, *(root / month for month in MONTHS)))
    name = random.choice(("notes.txt", "lines.parquet.bak", "manifest (1).json", ".hidden"))
    (folder / name).write_text("x", encoding="utf-8")


def put_a_folder_for_a_file(root: Path, random: Random) -> None:
    path = _file(root, random)
    path.unlink()
    path.mkdir()


def put_a_link_for_a_file(root: Path, random: Random) -> None:
    path = _file(root, random)
    kept = root.parent / "elsewhere"
    path.rename(kept)
    path.symlink_to(kept)


def put_a_file_for_a_month(root: Path, random: Random) -> None:
    folder = root / random.choice(MONTHS)
    shutil.rmtree(folder)
    folder.write_text("x", encoding="utf-8")


def repeat_a_key(root: Path, random: Random) -> None:
    path, manifest = _manifest(root, random)
    key = random.choice(sorted(manifest))
    line = f"  {json.dumps(key)}: {json.dumps(random.choice((1, 'x', None)))},\n"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("{\n", "{\n" + line, 1), encoding="utf-8")


def give_a_key_a_wrong_type(root: Path, random: Random) -> None:
    path, manifest = _manifest(root, random)
    key = random.choice(sorted(manifest))
    manifest[key] = random.choice([None, 1.5, [], {}, [[]], True, "", -1, {"a": {"b": 1}}])
    manifest["seal"] = manifest["seal"] if key == "seal" else seal_of(manifest)
    path.write_text(written(manifest), encoding="utf-8")


def take_a_key_away(root: Path, random: Random) -> None:
    path, manifest = _manifest(root, random)
    del manifest[random.choice(sorted(manifest))]
    path.write_text(written(manifest), encoding="utf-8")


def add_a_key(root: Path, random: Random) -> None:
    path, manifest = _manifest(root, random)
    manifest["note"] = "x"
    if random.random() < 0.5:
        manifest["seal"] = seal_of(manifest)
    path.write_text(written(manifest), encoding="utf-8")


def write_no_json(root: Path, random: Random) -> None:
    path = root / random.choice(MONTHS) / MANIFEST
    path.write_bytes(
        random.choice(
            (b"", b"\xff\xfe{}", b"[" * 100_000, b"null", b"[]", b'"x"', b"9" * 5000, b"{}",
             b'{"format": NaN}', b"\xef\xbb\xbf" + path.read_bytes(),
             path.read_bytes().replace(b"\n", b"\r\n"))
        )
    )  # fmt: skip


def seal_a_manifest_anew(root: Path, random: Random) -> None:
    path, manifest = _manifest(root, random)
    manifest[random.choice(("closed_by", "closed_at", "as_of"))] = "2026-01-01"
    manifest["seal"] = seal_of(manifest)
    path.write_text(written(manifest), encoding="utf-8")


def forge_a_chain(root: Path, random: Random) -> None:
    """Pay more from some month on, with every sum, link and seal made anew by attain itself."""
    first = random.choice(MONTHS)
    real = root.with_name("real")
    root.rename(real)
    forged = Ledger(root)
    with duckdb.connect() as con:
        for month in MONTHS:
            old = real / month
            if month < first:
                shutil.copytree(old, root / month)
                continue
            facts = json.loads((old / MANIFEST).read_text(encoding="utf-8"))
            for key in ("format", "period", "number", "previous", "files", "head", "seal"):
                facts.pop(key)
            amount = "amount + 1000" if month == first else "amount"
            queries = {
                name: f"select * from read_parquet('{old / name}')" for name in COMMISSION.files
            }
            queries["lines.parquet"] = (
                f"select {', '.join(LINE).replace(' amount,', f' {amount} as amount,')} "
                f"from read_parquet('{old / 'lines.parquet'}') order by line_id"
            )
            forged.write(month, con, Content(facts, queries))
    shutil.rmtree(real)


def forge_one_more_month(root: Path, _random: Random) -> None:
    with duckdb.connect() as con:
        Ledger(root).write("2026-11", con, content("2026-11"))


def remove_the_first_month(root: Path, _random: Random) -> None:
    shutil.rmtree(root / MONTHS[0])


def remove_a_month_in_the_middle(root: Path, _random: Random) -> None:
    shutil.rmtree(root / MONTHS[1])


def roll_back(root: Path, random: Random) -> None:
    for month in MONTHS[random.randrange(1, len(MONTHS)) :]:
        shutil.rmtree(root / month)


def remove_all(root: Path, random: Random) -> None:
    shutil.rmtree(root)
    if random.random() < 0.5:
        root.mkdir()


def put_a_file_for_the_ledger(root: Path, _random: Random) -> None:
    shutil.rmtree(root)
    root.write_text("x", encoding="utf-8")


CHANGES: tuple[Change, ...] = (
    flip_a_bit, flip_a_bit_of_a_manifest, cut_a_file, add_to_a_file, delete_a_file, rename_a_file,
    swap_two_files_of_a_month, swap_a_file_of_two_months, swap_two_months, rename_a_month,
    copy_a_month, put_a_foreign_file, put_a_folder_for_a_file, put_a_link_for_a_file,
    put_a_file_for_a_month, repeat_a_key, give_a_key_a_wrong_type, take_a_key_away, add_a_key,
    write_no_json, seal_a_manifest_anew, forge_a_chain, forge_one_more_month,
    remove_the_first_month, remove_a_month_in_the_middle, roll_back, remove_all,
    put_a_file_for_the_ledger,
)  # fmt: skip
