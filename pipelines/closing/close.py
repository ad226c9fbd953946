"""Closing a commission period: what stands against it, and what is frozen with it.

Belongs here: reasons not to close, gathering what the period is closed with, proving the ledger.
Does not belong here: how it is written (`store.py`) or what a line is (`sql/commission/`).
"""

from __future__ import annotations

import datetime as dt
import json
import re
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from pipelines import __version__
from pipelines.checks.findings import first_problem
from pipelines.closing.documents import write_documents
from pipelines.errors import UserError
from pipelines.ledger.columns import DIFFERENCE, LINE, STATEMENT
from pipelines.ledger.store import ClosedPeriod, Content, Fault, Ledger
from pipelines.run.session import Progress, Session, open_session, silent
from pipelines.warehouse.duck import Warehouse, open_warehouse
from pipelines.warehouse.quoting import literal
from pipelines.workspace.workspace import Workspace

_PERIOD = re.compile(r"\d{4}-(0[1-9]|1[0-2])")
_SHOWN = 5


@dataclass(frozen=True)
class Proof:
    """What proving the ledger found: its periods, its faults, and where it and the books differ."""

    periods: list[ClosedPeriod]
    faults: list[Fault]
    differences: list[dict[str, Any]]

    @property
    def holds(self) -> bool:
        return not self.faults and not self.differences


def close_period(
    workspace: Workspace,
    period: str,
    as_of: dt.date,
    started: dt.datetime,
    by: str,
    progress: Progress = silent,
) -> ClosedPeriod:
    """Compute everything as of a day, freeze a month, and publish what follows from it.

    Args:
        period: the month, as `2026-10`.
        by: who closes it; stands in the manifest and on the statements.

    Raises:
        UserError: with every reason why the month cannot be closed; nothing was written then.
    """
    from pipelines.orchestration.execute import run

    check_period(period)
    turn = _out_of_turn(Ledger(workspace.ledger).periods(), period)
    if turn is not None:  # nothing that a computation could find would change that
        raise UserError(_told(period, [turn]), 1)
    outcome = run(workspace, as_of, started, progress=progress)
    with open_session(workspace, as_of, started, "close", progress=progress) as session:
        ledger = Ledger(workspace.ledger)
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
    run(workspace, as_of, started, progress=progress)
    return closed


def check_period(period: str) -> None:
    if not _PERIOD.fullmatch(period):
        raise UserError(f"{period!r} is not a month; write it as 2026-10.")


def _told(period: str, reasons: list[str]) -> str:
    lines = "\n".join(f"  - {reason}" for reason in reasons)
    return f"{period} was not closed:\n{lines}"


def refusals(
    session: Session, closed: list[ClosedPeriod], period: str, as_of: dt.date
) -> list[str]:
    """Every reason why a period cannot be closed now, in sentences."""
    reasons = []
    if _last_day(period) > as_of:
        reasons.append(f"the month ends on {_last_day(period)}, after the day of the run {as_of}")
    turn = _out_of_turn(closed, period)
    if turn is not None:
        reasons.append(turn)
    since = closed[-1].period if closed else "0000-00"
    reasons += _blocked(session)
    for ask in (_without_verdict, _disputes, _unexplained, _inputs, _quarantined):
        reasons += ask(session.warehouse, since, period)
    return reasons


def _out_of_turn(closed: list[ClosedPeriod], period: str) -> str | None:
    """Months are closed once, one after the other."""
    if not closed:
        return None
    last = closed[-1].period
    if period <= last:
        return f"{last} is closed already; a correction is an entry of a later month"
    if period != _next(last):
        return f"{_next(last)} comes first; months are closed in their order"
    return None


def _blocked(session: Session) -> list[str]:
    """Blocking checks that failed on anything the statements are computed from."""
    tables = session.above["mart.commission_statement"]
    found = session.warehouse.rows(
        "select table_name, en, status, offenders, evidence from mart.check_result "
        "where severity = 'block' and status <> 'passed' order by table_name, check_id"
    )
    return [
        f"a blocking check of {row['table_name']} {row['status']}: {row['en']}"
        + (f" ({row['offenders']:,} rows)" if row["offenders"] else "")
        + first_problem(json.loads(row["evidence"]))
        for row in found
        if row["table_name"] in tables
    ]


def _without_verdict(warehouse: Warehouse, since: str, period: str) -> list[str]:
    """Checks that only warn, but without which nobody should sign."""
    kept = {
        "splits_add_up": "splits that do not add up to 100 %: the deal's owner was credited alone",
        "adjustments_are_approved": "adjustments without a valid approval",
        "payees_have_a_salary": "payees without a salary in the month",
        "payees_have_a_plan": "people without a commission plan in the month",
    }
    from pipelines.checks.reconciliations import all_reconciliations

    reasons = []
    for check in all_reconciliations():
        if check.check not in kept:
            continue
        sql = check.sql
        if check.check == "splits_add_up":
            sql = (
                f"select split.* from ({sql}) as split where opportunity_id in (select "
                "event.opportunity_id from core.fct_credit_event as event where "
                f"strftime(event.event_date, '%Y-%m') > {literal(since)} and "
                f"strftime(event.event_date, '%Y-%m') <= {literal(period)})"
            )
        else:
            sql = (
                f"select * from ({sql}) as found where period > {literal(since)} "
                f"and period <= {literal(period)}"
            )
        rows = warehouse.rows(f"{sql} order by all")
        if rows:
            shown = "; ".join(_row_text(row) for row in rows[:_SHOWN])
            reasons.append(f"{kept[check.check]} ({len(rows):,}): {shown}")
    return reasons


def _row_text(row: dict[str, Any]) -> str:
    if row.get("problem"):
        return str(row["problem"])
    return ", ".join(f"{name} {value}" for name, value in row.items())


def _disputes(warehouse: Warehouse, _since: str, period: str) -> list[str]:
    if not warehouse.scalar("select disputes_block from policy.commission_books"):
        return []
    found = warehouse.rows(
        "select dispute_id, payee_id, period, deadline_date, reason from mart.commission_dispute "
        "where status = 'open' and period <= ? order by dispute_id",
        [period],
    )
    return [
        f"dispute {row['dispute_id']} of {row['payee_id']} about {row['period']} is open, to be "
        f"decided by {row['deadline_date']}: {row['reason']}"
        for row in found
    ]


def _unexplained(warehouse: Warehouse, _since: str, period: str) -> list[str]:
    """Those of closed months too: payroll pays a month, and errs, after it was closed."""
    if not warehouse.scalar("select unexplained_blocks from policy.commission_books"):
        return []
    found = warehouse.rows(
        "select period, kind, key, difference from mart.commission_difference "
        "where is_unexplained and period <= ? order by period, kind, key",
        [period],
    )
    if not found:
        return []
    # signs do not cancel, as on the page
    total = sum(abs(row["difference"]) for row in found)
    shown = "; ".join(
        f"{row['period']} {row['kind']} {row['key']} {row['difference']:,.2f}"
        for row in found[:_SHOWN]
    )
    return [
        f"{len(found):,} differences are unexplained, {total:,.2f} in all: {shown}. Correct them, "
        "or have each accepted: a row of kind `difference` in commission_approval with its period "
        "and key, approved by somebody whose role may (policy/commission_books.yaml)"
    ]


def _inputs(warehouse: Warehouse, since: str, period: str) -> list[str]:
    """A pool that nobody qualifies for belongs to nobody yet."""
    found = warehouse.rows(
        "select pool_id, period, amount from commission.pool_share "
        "where employee_id = pool_id and amount <> 0 and period > ? and period <= ? order by all",
        [since, period],
    )
    return [
        f"{row['pool_id']} of {row['period']} has no member who qualifies; {row['amount']:,.2f} is "
        "paid to nobody"
        for row in found
    ]


def _quarantined(warehouse: Warehouse, _since: str, _period: str) -> list[str]:
    found = warehouse.rows(
        "select file, line, rule_id from mart.quarantine where resolved_at is null and table_name "
        "in ('commission_adjustment', 'commission_approval', 'commission_dispute') "
        "order by file, line"
    )
    return [
        f"{row['file']} line {row['line']} is in quarantine ({row['rule_id']}); set it right first"
        for row in found[:_SHOWN]
    ]


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
    with TemporaryDirectory(prefix="attain-close-") as folder:
        documents = Path(folder) / "documents.parquet"
        write_documents(session, period, started, by, documents)
        content = Content(
            facts={
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
        return ledger.write(period, warehouse.con, content)


def _stands_on(session: Session) -> dict[str, int]:
    """Rows by canonical table of everything that statements are computed from."""
    held = {table: session.warehouse.row_count(table) for table in sorted(_above(session))}
    return {table.removeprefix("staging."): rows for table, rows in held.items() if rows}


def _above(session: Session) -> set[str]:
    """The canonical tables that statements are computed from."""
    return {t for t in session.above["mart.commission_statement"] if t.startswith("staging.")}


def verify(workspace: Workspace) -> Proof:
    """Prove the chain of closed periods, and hold the last computation against it.

    Raises:
        UserError: nothing has been computed yet, or the ledger cannot be read.
    """
    ledger = Ledger(workspace.ledger)
    with open_warehouse(workspace.warehouse, read_only=True) as warehouse:
        con = warehouse.con.cursor()
        faults = ledger.verify(con)
        differences = _recomputed(warehouse, ledger.periods()) if not faults else []
    return Proof(ledger.periods(), faults, differences)


def _recomputed(warehouse: Warehouse, periods: list[ClosedPeriod]) -> list[dict[str, Any]]:
    """Where statements are not the sum of their lines, or ledger and computation do not agree."""
    from pipelines.checks.reconciliations import all_reconciliations

    found = []
    for closed in periods:
        lines = literal(str(closed.lines))
        statements = literal(str(closed.folder / "statements.parquet"))
        rows = warehouse.rows(
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
            found += [
                {"what": check.en, **row} for row in warehouse.rows(f"{check.sql} order by all")
            ]
    return found


def _last_day(period: str) -> dt.date:
    year, month = map(int, period.split("-"))
    following = dt.date(year + month // 12, month % 12 + 1, 1)
    return following - dt.timedelta(days=1)


def _next(period: str) -> str:
    return (_last_day(period) + dt.timedelta(days=1)).strftime("%Y-%m")
