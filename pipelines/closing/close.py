"""Closing a commission month or an appraised period: one act.

Belongs here: the act from computing to publishing. Does not belong here: what a period is closed
with and what stands against it (`commission.py`, `appraisal.py`, `refusals.py`), how it is written
(`ledger/store.py`).
"""

from __future__ import annotations

import datetime as dt
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from pipelines import __version__
from pipelines.closing import appraisal, commission
from pipelines.closing.refusals import early_refusals, refusals
from pipelines.errors import UserError
from pipelines.ledger.kinds import APPRAISAL, COMMISSION, LedgerKind
from pipelines.ledger.seals import announce, keep_seals
from pipelines.ledger.store import ClosedPeriod, Content, Ledger, all_closed
from pipelines.run.session import Progress, Session, open_session, silent
from pipelines.workspace.workspace import OWNER_ONLY, Workspace


@dataclass(frozen=True)
class _Subject:
    """What differs between closing one kind and another."""

    check: Callable[[str], None]
    early: Callable[[Workspace, str, dt.date, dt.datetime], list[str]]
    refusals: Callable[[Session, list[ClosedPeriod], str, dt.date], list[str]]
    content: Callable[[Session, str, dt.datetime, str, Path], Content]


_SUBJECTS = {
    COMMISSION.name: _Subject(
        commission.check_period, early_refusals, refusals, commission.content
    ),
    APPRAISAL.name: _Subject(
        appraisal.check_period, appraisal.early_refusals, appraisal.refusals, appraisal.content
    ),
}


def close_period(
    workspace: Workspace,
    period: str,
    as_of: dt.date,
    started: dt.datetime,
    by: str,
    progress: Progress = silent,
    frozen: Callable[[ClosedPeriod], None] = lambda _closed: None,
    kind: LedgerKind = COMMISSION,
) -> ClosedPeriod:
    """Compute everything as of a day, freeze a period, and publish what follows from it: one act.

    Nobody else can run in between, and nothing is left of it by a process that is killed.

    Args:
        period: the month, as `2026-10`; of an appraisal also `2026-Q3`, `2026-H1`, `2026`.
        by: who closes it; stands in the manifest and on the statements.
        frozen: told as soon as the period stands in the ledger, before it is published.

    Raises:
        UserError: with every reason why it cannot be closed; nothing was written then. Or it is
            frozen and its publication failed; the sentence says so.
    """
    from pipelines.orchestration.execute import run

    subject = _SUBJECTS[kind.name]
    subject.check(period)
    if not by.isprintable() or not by.strip():
        raise UserError(f"--by {by!r}: expected a name; it stands on the statements.")
    early = subject.early(workspace, period, as_of, started)
    if early:  # nothing that a computation could find would change that
        raise UserError(_told(period, early), 1)
    with workspace.locked() as held:
        outcome = run(held, as_of, started, progress=progress)
        with open_session(held, as_of, started, "close", progress=progress) as session:
            ledger = Ledger(held.ledger, kind)
            ledger.sweep()
            faults = ledger.verify(session.warehouse.con)
            if faults:
                raise UserError(_told(period, [f"{f.period}: {f.what}" for f in faults]), 1)
            reasons = subject.refusals(session, ledger.periods(), period, as_of)
            if outcome.blocked and not reasons:
                reasons = [f"the run before it was blocked: {outcome.blocked[0]}"]
            if reasons:
                raise UserError(_told(period, reasons), 1)
            progress("close", period)
            closed = freeze(session, ledger, period, started, by)
            unkept = session.notes
        frozen(closed)
        try:
            unpublished = run(held, as_of, started, progress=progress).blocked
        except UserError as error:
            unpublished = [error.message]
    left = [f"what follows from it is not yet published: {why}" for why in unpublished[:1]]
    left += [f"its seal is not kept everywhere: {why}" for why in unkept[:1]]
    if left:
        raise UserError(
            f"{period} is frozen with the seal {closed.seal[:16]}; {'; '.join(left)} "
            "The next attain run does it.",
            1,
        )
    return closed


def _told(period: str, reasons: list[str]) -> str:
    lines = "\n".join(f"  - {reason}" for reason in reasons)
    return f"{period} was not closed:\n{lines}"


def freeze(
    session: Session, ledger: Ledger, period: str, started: dt.datetime, by: str
) -> ClosedPeriod:
    """Write a period to the ledger as it is computed now; `refusals` says whether it may be."""
    warehouse = session.warehouse
    # what is built there, the next run sweeps
    folder = session.workspace.build / f"closing-{period}"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True, mode=OWNER_ONLY)
    try:
        content = _SUBJECTS[ledger.kind.name].content(session, period, started, by, folder)
        about = {
            "company": f"{session.workspace.settings.name.zh} · "
            f"{session.workspace.settings.name.en}",
            "closed_at": started.isoformat(timespec="seconds"),
            "closed_by": by,
            "as_of": session.as_of.isoformat(),
            "attain": __version__,
        }
        whole = Content({**about, **content.facts}, content.queries)
        closed = ledger.write(
            ledger.kind.prefix + period,
            warehouse.con,
            whole,
            lambda made: announce(warehouse, made),
        )
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    seals = session.policies.books.seals
    session.notes += keep_seals(session.workspace, seals, warehouse, all_closed(ledger.root))
    return closed
