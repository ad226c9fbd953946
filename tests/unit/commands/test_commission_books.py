"""`attain close` and `verify` on a company of two people, from its first month on."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

from tests.support.books import Books
from tests.support.commands import Said

Attain = Callable[..., Said]
AS_OF = ("--as-of", "2026-10-31")
LATER = ("--as-of", "2026-11-30")


def company() -> Books:
    """E1 sells 1,000 in October at 10 %, paid for half; D is the director."""
    books = Books()
    books.settings["reports"] = ["commission_statement"]
    books.plan("rep", {"credit": {"event": "cash_received", "to": "deal_team"},
                       "rate": {"flat_pct": 10}})  # fmt: skip
    books.person("E1", "rep").person("D", "director")
    books.invoice("I1", "E1", "2026-10-05", 1000)
    books.cash("R1", "I1", "2026-10-20", 500)
    return books


def test_a_month_is_closed_proved_and_corrected_in_the_next(attain: Attain, tmp_path: Path) -> None:
    root = tmp_path / "ws"
    root.mkdir()
    books = company()
    spiff = {"adjustment_id": "A1", "employee_id": "E1", "period": "2026-10", "amount": 5,
             "kind": "spiff", "reason": "launch", "approved_by": "E1"}  # fmt: skip
    books.add("commission_adjustment", spiff).write(root)
    refused = attain("close", "2026-10", "-w", root, *AS_OF)
    assert refused.code == 1
    assert "2026-10 was not closed:" in refused.err
    assert "adjustment A1 of 2026-10 names E1 as approver, who may not approve it" in refused.err
    assert not (root / "ledger").exists()

    books.tables["commission_adjustment"] = [{**spiff, "approved_by": "D"}]
    books.write(root)
    said = attain("close", "2026-10", "-w", root, *AS_OF, "--by", "Li", "--json")
    assert said.code == 0, said.err
    facts = json.loads(said.out)
    assert (facts["period"], facts["closed_by"], facts["totals"]["earned"]) == (
        "2026-10", "Li", "55.0000",
    )  # fmt: skip

    said = attain("verify", "-w", root)
    assert said.code == 0, said.err
    assert "2026-10" in said.out
    assert "the chain holds" in said.out

    for period, why in [
        ("2026-10", "2026-10 is closed already; a correction is an entry of a later month"),
        ("2026-12", "2026-11 comes first; months are closed in their order"),
    ]:
        again = attain("close", period, "-w", root, *LATER)
        assert again.code == 1
        assert why in again.err

    copy = tmp_path / "copy"
    shutil.copytree(root, copy)
    path = copy / "ledger" / "2026-10" / "statements.parquet"
    path.write_bytes(path.read_bytes()[:-1] + b"x")
    broken = attain("verify", "-w", copy)
    assert broken.code == 1
    assert "BROKEN 2026-10: statements.parquet is not the file that was closed" in broken.err


def test_a_month_that_is_none_is_a_sentence(attain: Attain, tmp_path: Path) -> None:
    company().write(tmp_path)
    said = attain("close", "October", "-w", tmp_path)
    assert said.code != 0
    assert "'October' is not a month; write it as 2026-10." in said.err
