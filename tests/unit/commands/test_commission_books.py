"""`attain close` and `verify` on a company of two people, from its first month on."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

from tests.support.books import Books
from tests.support.commands import Said

Attain = Callable[..., Said]
AS_OF = ("--as-of", "2026-09-30")
LATER = ("--as-of", "2026-10-31")


def company() -> Books:
    """E1 sells 1,000 in September at 10 %, paid for half; D is the director."""
    books = Books()
    books.settings["reports"] = ["commission_statement"]
    books.plan("rep", {"credit": {"event": "cash_received", "to": "deal_team"},
                       "rate": {"flat_pct": 10}})  # fmt: skip
    books.person("E1", "rep").person("D", "director")
    books.invoice("I1", "E1", "2026-09-05", 1000)
    books.cash("R1", "I1", "2026-09-20", 500)
    return books


def test_a_month_is_closed_proved_and_corrected_in_the_next(attain: Attain, tmp_path: Path) -> None:
    root = tmp_path / "ws"
    root.mkdir()
    books = company()
    spiff = {"adjustment_id": "A1", "employee_id": "E1", "period": "2026-09", "amount": 5,
             "kind": "spiff", "reason": "launch", "approved_by": "E1"}  # fmt: skip
    books.add("commission_adjustment", spiff).write(root)
    refused = attain("close", "2026-09", "-w", root, *AS_OF)
    assert refused.code == 1
    assert "2026-09 was not closed:" in refused.err
    assert "adjustment A1 of 2026-09 names E1 as approver, who may not approve it" in refused.err
    assert not (root / "ledger").exists()

    books.tables["commission_adjustment"] = [{**spiff, "approved_by": "D"}]
    books.write(root)
    said = attain("close", "2026-09", "-w", root, *AS_OF, "--by", "Li", "--json")
    assert said.code == 0, said.err
    facts = json.loads(said.out)
    assert (facts["period"], facts["closed_by"], facts["totals"]["earned"]) == (
        "2026-09", "Li", "55.0000",
    )  # fmt: skip

    said = attain("verify", "-w", root)
    assert said.code == 0, said.err
    assert "2026-09" in said.out
    assert (
        "the chain holds; statements are the sums of their lines, and the books equal" in said.out
    )
    published = (root / "reports" / "latest").resolve().name
    assert f"known by: the warehouse, reports/published/{published}, seals" in said.out
    assert list((root / ".attain" / "build").iterdir()) == []  # statements lie nowhere else
    statement = (root / "seals" / "2026-09.txt").read_text(encoding="utf-8")
    assert f"seal: {facts['seal']}" in statement
    assert "total earned: 55.0000" in statement

    for period, why in [
        ("2031-01", "the month ends on 2031-01-31, after the day of the run 2026-10-31"),
        ("2026-09", "2026-09 is closed already; a correction is an entry of a later month"),
        ("2026-11", "2026-10 comes first; months are closed in their order"),
    ]:
        again = attain("close", period, "-w", root, *LATER)
        assert again.code == 1
        assert why in again.err

    copy = tmp_path / "copy"
    shutil.copytree(root, copy)
    path = copy / "ledger" / "2026-09" / "statements.parquet"
    path.write_bytes(path.read_bytes()[:-1] + b"x")
    broken = attain("verify", "-w", copy)
    assert broken.code == 1
    assert "BROKEN 2026-09: statements.parquet is not the file that was closed" in broken.err
    lost_input_folder(attain, root)
    lost_ledger(attain, root)


def lost_input_folder(attain: Attain, root: Path) -> None:
    """The share is not mounted: nothing is closed, reversed or published from it."""
    data, latest = root / "data", root / "reports" / "latest"
    away = root / "away"
    before = sorted(path.name for path in latest.rglob("*E1*"))
    data.rename(away)
    said = attain("run", "-w", root, *LATER)
    assert (said.code, "no such folder 'data'" in said.err) == (2, True)
    data.mkdir()
    refused = attain("close", "2026-10", "-w", root, *LATER)
    assert refused.code == 1
    assert "2026-10 was not closed:" in refused.err
    assert "staging.receipt failed: data/receipt.csv is gone, empty or cannot be" in refused.err
    assert sorted(path.name for path in latest.rglob("*E1*")) == before
    stale = json.loads((latest / "edition.json").read_text(encoding="utf-8"))["stale"]
    assert [notice["report"] for notice in stale] == ["commission_statement"]
    data.rmdir()
    away.rename(data)
    (data / "commission_adjustment.csv").unlink()
    said = attain("run", "-w", root, *LATER, "--accept-empty", "commission_adjustments")
    assert "'commission_adjustments' is not a canonical table" in said.err
    said = attain("run", "-w", root, *LATER, "--accept-empty", "commission_adjustment")
    assert said.code == 0, said.out
    assert "commission_adjustment: 0 rows accepted where 1 were before, by " in said.out
    assert "accepted commission_adjustment: 0 rows where 1 were before" in (
        attain("status", "-w", root).out
    )


def lost_ledger(attain: Attain, root: Path) -> None:
    """The newest month, here the only one, is gone: everybody who knew it says so."""
    shutil.rmtree(root / "ledger")
    said = attain("verify", "-w", root)
    assert said.code == 1
    assert "BROKEN 2026-09: the warehouse and reports/published/" in said.err
    for words in (("run",), ("close", "2026-09")):
        said = attain(*words, "-w", root, *LATER)
        assert said.code == 1
        assert "is not the ledger that is known: 2026-09: the warehouse and " in said.last
        assert "Nothing was computed or posted; restore it from a backup." in said.last


def test_a_month_that_is_none_is_a_sentence(attain: Attain, tmp_path: Path) -> None:
    company().write(tmp_path)
    said = attain("close", "October", "-w", tmp_path)
    assert said.code != 0
    assert "'October' is not a month; write it as 2026-10." in said.err
