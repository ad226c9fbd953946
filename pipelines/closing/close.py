"""Closing a commission period: one act, and what is frozen by it.

Belongs here: the act from computing to publishing, and what a period is closed with. Does not
belong here: what stands against it (`refusals.py`), how it is written (`store.py`).
"""

from __future__ import annotations

import datetime as dt
import re
import shutil
from collections.abc import Callable

from pipelines import __version__
from pipelines.closing.documents import write_documents
from pipelines.closing.refusals import canonical_inputs, early_refusals, refusals
from pipelines.errors import UserError
from pipelines.ledger.columns import DIFFERENCE, LINE, STATEMENT
from pipelines.ledger.seals import announce, keep_seals
from pipelines.ledger.store import ClosedPeriod, Content, Ledger
from pipelines.run.session import Progress, Session, open_session, silent
from pipelines.warehouse.quoting import literal
from pipelines.workspace.workspace import OWNER_ONLY, Workspace

_PERIOD = re.compile(r"\d{4}-(0[1-9]|1[0-2])")


def close_period(
    workspace: Workspace,
    period: str,
    as_of: dt.date,
    started: dt.datetime,
    by: str,
    progress: Progress = silent,
    frozen: Callable[[ClosedPeriod], None] = lambda _closed: None,
) -> ClosedPeriod:
    """Compute everything as of a day, freeze a month, and publish what follows from it: one act.

    Nobody else can run in between, and nothing is left of it by a process that is killed.

    Args:
        period: the month, as `2026-10`.
        by: who closes it; stands in the manifest and on the statements.
        frozen: told as soon as the month stands in the ledger, before it is published.

    Raises:
        UserError: with every reason why the month cannot be closed; nothing was written then. Or
            the month is frozen and its publication failed; the sentence says so.
    """
    from pipelines.orchestration.execute import run

    check_period(period)
    if not by.isprintable() or not by.strip():
        raise UserError(f"--by {by!r}: expected a name; it stands on the statements.")
    early = early_refusals(workspace, period, as_of, started)
    if early:  # nothing that a computation could find would change that
        raise UserError(_told(period, early), 1)
    with workspace.locked() as held:
        outcome = run(held, as_of, started, progress=progress)
        with open_session(held, as_of, started, "close", progress=progress) as session:
            ledger = Ledger(held.ledger)
            ledger.sweep()
            faults = ledger.verify(session.warehouse.con)
            if faults:
                raise UserError(_told(period, [f"{f.period}: {f.what}" for f in faults]), 1)
            reasons = refusals(session, ledger.periods(), period, as_of)
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


def check_period(period: str) -> None:
    if not _PERIOD.fullmatch(period):
        raise UserError(f"{period!r} is not a month; write it as 2026-10.")


def _told(period: str, reasons: list[str]) -> str:
    lines = "\n".join(f"  - {reason}" for reason in reasons)
    return f"{period} was not closed:\n{lines}"


def freeze(
    session: Session, ledger: Ledger, period: str, started: dt.datetime, by: str
) -> ClosedPeriod:
    """Write a period to the ledger as it is computed now; `refusals` says whether it may be."""
    warehouse = session.warehouse
    mine = f"not is_closed and posted_period <= {literal(period)}"
    own = f"not is_closed and period <= {literal(period)}"
    totals = warehouse.rows(
        f"select ledger, cast(sum(amount) as varchar) as amount, count(*) as lines "
        f"from mart.commission_line where {mine} group by ledger order by ledger"
    )
    accepted = warehouse.rows(
        "select approval_id, key, period, approved_by, cast(amount as varchar) as amount, reason "
        "from mart.commission_approval where is_valid and kind = 'difference' and period <= ? "
        "order by approval_id",
        [period],
    )
    statements = warehouse.scalar(f"select count(*) from mart.commission_statement where {own}")
    folder = (
        session.workspace.build / f"closing-{period}"
    )  # what is built there, the next run sweeps
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True, mode=OWNER_ONLY)
    try:
        documents = folder / "documents.parquet"
        write_documents(session, period, started, by, documents)
        content = Content(
            facts={
                "company": f"{session.workspace.settings.name.zh} · "
                f"{session.workspace.settings.name.en}",
                "closed_at": started.isoformat(timespec="seconds"),
                "closed_by": by,
                "as_of": session.as_of.isoformat(),
                "attain": __version__,
                "lines": sum(row["lines"] for row in totals),
                "statements": statements,
                "totals": {row["ledger"]: row["amount"] for row in totals},
                "accepted": accepted,
                "exports": _stands_on(session),
            },
            queries={
                "lines.parquet": f"select {', '.join(LINE)} from mart.commission_line "
                f"where {mine} order by line_id",
                "statements.parquet": f"select {', '.join(STATEMENT)} from "
                f"mart.commission_statement where {own} order by payee_id, period",
                "differences.parquet": f"select {', '.join(DIFFERENCE)} from "
                f"mart.commission_difference where period <= {literal(period)} order by all",
                "documents.parquet": f"select path, content from "
                f"read_parquet({literal(str(documents))}) order by path",
            },
        )
        closed = ledger.write(
            period, warehouse.con, content, lambda made: announce(warehouse, made)
        )
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    seals = session.policies.books.seals
    session.notes += keep_seals(session.workspace, seals, warehouse, ledger.periods())
    return closed


def _stands_on(session: Session) -> dict[str, int]:
    """Rows by canonical table of everything that statements are computed from."""
    held = {
        table: session.warehouse.row_count(table) for table in sorted(canonical_inputs(session))
    }
    return {table.removeprefix("staging."): rows for table, rows in held.items() if rows}
