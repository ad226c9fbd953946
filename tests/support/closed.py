"""A small company with closed months, computed without the orchestrator: to be broken in tests."""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from pathlib import Path

from pipelines.checks.reconciliations import Reconciliation, all_reconciliations
from pipelines.closing.close import freeze
from pipelines.ledger.store import Ledger
from pipelines.models.catalog import ancestors
from pipelines.reporting.reports import REPORTS
from pipelines.run import steps
from pipelines.run.contract import check_contract
from pipelines.run.plan import in_turn
from pipelines.run.session import NOTHING, Accepting, Session, open_session
from pipelines.sources.contract import canonical_tables
from pipelines.workspace.workspace import Workspace, open_workspace
from tests.support.books import Books

MONTHS = ("2026-08", "2026-09", "2026-10")
AS_OF = dt.date(2026, 11, 15)
NEEDED = (
    "mart.commission_statement", "mart.commission_difference", "mart.commission_dispute",
    "commission.pool_share", *REPORTS["commission_statement"].reads,
)  # fmt: skip
STARTED = dt.datetime(2026, 11, 16, 6)


def company() -> Books:
    """E1 and E2 sell at 10 % of cash since August; D is the director."""
    books = Books()
    books.settings["history_start"] = "2026-07-01"
    books.settings["reports"] = ["commission_statement"]
    books.plan("rep", {"credit": {"event": "cash_received", "to": "deal_team"},
                       "rate": {"flat_pct": 10}})  # fmt: skip
    books.person("E1", "rep").person("E2", "rep").person("D", "director")
    for number, month in enumerate(("08", "09", "10", "11"), 1):
        for who in ("E1", "E2"):
            invoice = f"I{number}{who}"
            books.invoice(invoice, who, f"2026-{month}-03", 1000 * number)
            books.cash(f"R{number}{who}", invoice, f"2026-{month}-10", 500 * number)
    books.add("commission_adjustment", {
        "adjustment_id": "A1", "employee_id": "E1", "period": "2026-09", "amount": 50,
        "kind": "spiff", "reason": "launch", "approved_by": "D",
    })  # fmt: skip
    return books


@contextmanager
def computed(
    workspace: Workspace,
    at: dt.datetime = STARTED,
    accepting: Accepting = NOTHING,
    tables: Collection[str] | None = None,
    contracts: Collection[str] | None = None,
) -> Iterator[Session]:
    """Everything a run computes and checks, in its order; what is blocked stays as it was.

    Args:
        tables: compute what these stand on and nothing else.
        contracts: hold these tables to their contract; all, unless only some are computed.
    """
    with open_session(workspace, AS_OF, at, "test", accepting=accepting) as session:
        steps.land(session)
        steps.stage(session)
        held = canonical_tables() if tables is None else ()
        for name in held if contracts is None else contracts:
            check_contract(session, name)
        steps.policies(session)
        models = session.models if tables is None else ancestors(session.models, tables)
        names = {model.name for model in models} | {f"staging.{n}" for n in canonical_tables()}
        checks = [
            check
            for check in all_reconciliations()
            if check.guards in names and all(t in names for t in check.inputs if "." in t)
        ]
        for work in in_turn(models, checks):
            if isinstance(work, Reconciliation):
                tables = (work.guards, *work.inputs)
                if all(steps.stopped_by(session, t) is None for t in tables):
                    steps.reconcile(session, work)
            elif steps.stopped_by(session, work.name) is None:
                steps.build_or_note(session, work)
        session.write_findings()
        yield session


def written_at(folder: Path, moment: dt.datetime) -> None:
    """Date the files of a folder: a month is not closed by a clock that does not fit them."""
    seconds = moment.replace(tzinfo=dt.UTC).timestamp()
    for file in folder.rglob("*"):
        os.utime(file, (seconds, seconds))


def close_months(root: Path, months: tuple[str, ...] = MONTHS) -> Workspace:
    """The company with its first months closed."""
    workspace = company().write(root)
    for place, month in enumerate(months):
        at = STARTED + dt.timedelta(hours=place)
        with computed(workspace, at, tables=NEEDED) as session:
            assert not session.blocked
            freeze(session, Ledger(workspace.ledger), month, at, "Li")
    return open_workspace(root)
