"""Proving closed months: the ledger by itself, by every other place, and by a fresh computation.

Belongs here: `attain verify`. Does not belong here: the sums (`ledger/proof.py`) and the places
that know the seals (`ledger/seals.py`).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

from pipelines.errors import UserError
from pipelines.ledger.kinds import APPRAISAL, COMMISSION, kind_of
from pipelines.ledger.proof import hash_or_reason
from pipelines.ledger.seals import (
    Witness,
    disagreements,
    proved,
    signature_faults,
    testimony,
    unsigned,
    without_stamp,
)
from pipelines.ledger.store import ClosedPeriod, Fault, Ledger
from pipelines.policy.load import load_books
from pipelines.warehouse.duck import Warehouse, open_warehouse
from pipelines.warehouse.quoting import literal
from pipelines.workspace.workspace import Workspace

_PAPER = re.compile(r"(?P<period>(appraisal-)?\d{4}[-0-9QH]*)=(?P<seal>[0-9a-f]{16,64})", re.I)


@dataclass(frozen=True)
class Proof:
    """What proving the ledger found: its periods, its faults, and where it and the books differ.

    `witnesses` are the places outside of the ledger that know its seals; `has_books` says whether
    there was a computation to hold it against.
    """

    periods: list[ClosedPeriod]
    faults: list[Fault]
    differences: list[dict[str, Any]]
    notes: list[str]
    witnesses: list[str]
    has_books: bool

    @property
    def holds(self) -> bool:
        return not self.faults and not self.differences


def paper_seals(given: Iterable[str]) -> dict[str, str]:
    """What signed statements say, as `2026-10=ab12…` each, by month.

    Raises:
        UserError: one is not a month and the beginning of a seal.
    """
    seals = {}
    for text in given:
        found = _PAPER.fullmatch(text.strip())
        name = _named(found["period"]) if found else ""
        if found is None or kind_of(name) is None:
            raise UserError(
                f"--seal {text!r}: write the month and what the statement says, 2026-10=ab12…, at "
                "least the first 16 signs."
            )
        seals[name] = found["seal"].lower()
    return seals


def _named(written: str) -> str:
    """A period as the ledger names it, however its letters were written."""
    return written.upper().replace("APPRAISAL-", APPRAISAL.prefix)


def verify(workspace: Workspace, paper: dict[str, str] | None = None) -> Proof:
    """Prove the chain of closed periods, and hold the last computation against it.

    Args:
        paper: the seals by month that signed statements bear, or how they begin.

    Raises:
        UserError: another command holds the warehouse.
    """
    seals = load_books(workspace).seals
    with _warehouse(workspace) as (warehouse, unopened), duckdb.connect() as own:
        months, faults, notes = proved(workspace, seals, warehouse, hash_or_reason)
        known = {(fault.period, fault.what) for fault in faults}
        lines = Ledger(workspace.ledger).verify(own)
        faults += [fault for fault in lines if (fault.period, fault.what) not in known]
        faults += signature_faults(workspace, seals, months)
        faults += _by_paper(months, paper or {})
        faults.sort(key=lambda fault: fault.period)
        witnesses = [
            witness.name
            for witness in testimony(workspace, seals, warehouse, months).witnesses
            if witness.seals
        ]
        if missing := unsigned(workspace, seals, months):
            notes.append(f"no signature yet: {', '.join(missing)}")
        if missing := without_stamp(workspace, seals, months):
            notes.append(f"no time stamp yet: {', '.join(missing)}")
        if months and not witnesses:
            notes.append(
                "no other place knows these seals: a month that was forged whole, or cut off at "
                "the end, would not show. The next run writes them down"
            )
        has_books = warehouse is not None and warehouse.exists("mart.commission_line")
        commissions = [closed for closed in months if closed.kind is COMMISSION]
        differences = _recomputed(own, warehouse if has_books else None, commissions, not faults)
        if months and not has_books:
            notes.append(unopened or "nothing has been computed yet: the books were not compared")
    return Proof(months, faults, differences, notes, witnesses, has_books)


@contextmanager
def _warehouse(workspace: Workspace) -> Iterator[tuple[Warehouse | None, str]]:
    """The warehouse, or why it cannot be opened: the ledger is proved without it too."""
    if not workspace.warehouse.exists():
        yield None, "nothing has been computed here: the books were not compared"
        return
    try:
        opened = open_warehouse(workspace.warehouse, read_only=True)
        warehouse = opened.__enter__()
    except UserError as error:
        if error.exit_code == 1:  # in use: its seals will be known again
            raise
        yield None, f"{error.message} The books were not compared."
        return
    try:
        yield warehouse, ""
    finally:
        opened.__exit__(None, None, None)


def _by_paper(months: Sequence[ClosedPeriod], paper: dict[str, str]) -> list[Fault]:
    ours = {closed.period: closed.seal for closed in months}
    said = {
        month: ours[month] if ours.get(month, "").startswith(seal) else seal
        for month, seal in paper.items()
    }
    return [
        fault
        for fault in disagreements(months, [Witness("the signed statement", said)])
        if fault.period in said
    ]


def _recomputed(
    own: duckdb.DuckDBPyConnection,
    warehouse: Warehouse | None,
    periods: list[ClosedPeriod],
    is_sound: bool,
) -> list[dict[str, Any]]:
    """Where statements are not the sum of their lines, or ledger and computation do not agree."""
    if not is_sound:
        return []
    from pipelines.checks.reconciliations import all_reconciliations

    found = []
    files = Warehouse(own, Path(":memory:"))
    for closed in periods:
        lines = literal(str(closed.lines))
        statements = literal(str(closed.folder / "statements.parquet"))
        rows = files.rows(
            "with line as (select payee_id, posted_period as period, "
            "sum(case when ledger = 'earned' then amount else 0 end) as earned, "
            "sum(case when ledger = 'payable' then amount else 0 end) as payable, "
            "sum(case when ledger = 'paid' then amount else 0 end) as paid "
            f"from read_parquet({lines}) group by all) "
            "select coalesce(line.payee_id, stated.payee_id) as payee_id, "
            "coalesce(line.period, stated.period) as period, line.earned as earned_by_lines, "
            "stated.earned as earned_stated, line.payable as payable_by_lines, "
            "stated.payable as payable_stated from line "
            f"full outer join read_parquet({statements}) as stated on "
            "line.payee_id = stated.payee_id and line.period = stated.period "
            "where coalesce(line.earned, -1) <> coalesce(stated.earned, -1) "
            "or coalesce(line.payable, -1) <> coalesce(stated.payable, -1) "
            "or coalesce(line.paid, -1) <> coalesce(stated.paid, -1) order by all"
        )
        found += [{"what": "statement is not the sum of its lines", **row} for row in rows]
    for check in all_reconciliations():
        if check.check in ("ledger_is_computation", "commission_ledgers_balance"):
            rows = warehouse.rows(f"{check.sql} order by all") if warehouse else []
            found += [{"what": check.en, **row} for row in rows]
    return found
