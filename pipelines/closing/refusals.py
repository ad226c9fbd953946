"""What stands against closing a month: every reason, in sentences.

Belongs here: reasons that need no computation, and those that a computation gives. Does not belong
here: freezing the month (`close.py`).
"""

from __future__ import annotations

import datetime as dt
import json
import os
from collections.abc import Collection, Sequence
from typing import Any
from zoneinfo import ZoneInfo

from pipelines.books.quarantine import sentence
from pipelines.checks.findings import first_problem
from pipelines.ledger.kinds import last_day
from pipelines.ledger.proof import read_months
from pipelines.ledger.seals import NAMESPACE, absent_folders, signature_faults, unsigned
from pipelines.ledger.store import ClosedPeriod
from pipelines.run.session import Session
from pipelines.sources.contract import canonical_tables
from pipelines.warehouse.duck import Warehouse
from pipelines.warehouse.quoting import identifier, literal
from pipelines.workspace.workspace import Workspace

_SHOWN = 5

_A_DAY, _A_YEAR = dt.timedelta(days=1), dt.timedelta(days=366)

_ASKED = (
    "mart.commission_statement", "mart.commission_difference", "mart.commission_dispute",
    "mart.commission_line", "mart.check_result", "commission.pool_share",
)  # fmt: skip
_DECIDED = ("commission_adjustment", "commission_approval", "commission_dispute")


def early_refusals(
    workspace: Workspace, period: str, as_of: dt.date, started: dt.datetime
) -> list[str]:
    """Reasons that need no computation: the month's turn, and a clock that cannot be right."""
    months, faults = read_months(workspace.ledger)
    if faults:
        return [f"{faults[0].period}: {faults[0].what}"]
    reasons = wrong_clock(workspace, months, as_of, started)
    if last_day(period) > as_of:
        reasons.append(_not_ended(period, as_of))
    turn = _out_of_turn(months, period)
    return reasons if turn is None else [*reasons, turn]


def wrong_clock(
    workspace: Workspace, months: list[ClosedPeriod], as_of: dt.date, started: dt.datetime
) -> list[str]:
    """What shows that this machine's clock, or the day asked for, is not the present one.

    The moment of closing stands on statements for ever. Time does not run backwards: there was no
    seal, no load and no file yet that is younger than now; and exports are not a year old.
    """
    zone = ZoneInfo(workspace.settings.time_zone)
    today = started.replace(tzinfo=dt.UTC).astimezone(zone).date()
    reasons = []
    if as_of > today:
        reasons.append(f"--as-of {as_of} has not come; by this machine's clock it is {today}")
    clock = f"this machine's clock says {started:%Y-%m-%d %H:%M} UTC"
    last = max((dt.datetime.fromisoformat(m.manifest["closed_at"]) for m in months), default=None)
    if last is not None and last > started:
        reasons.append(f"{clock}, before {months[-1].period} was closed ({last:%Y-%m-%d %H:%M})")
    newest = _newest_export(workspace)
    if newest is not None and newest > started + _A_DAY:
        reasons.append(f"{clock}, before its newest export was written ({newest:%Y-%m-%d})")
    elif newest is not None and newest < started - _A_YEAR:
        reasons.append(
            f"{clock}, and its newest export is of {newest:%Y-%m-%d}, more than a year before: set "
            "the clock, or put this month's exports there"
        )
    return reasons


def _newest_export(workspace: Workspace) -> dt.datetime | None:
    """When the youngest file in the input folders was written (UTC)."""
    folders = [workspace.root / os.path.expandvars(e.path) for e in workspace.settings.inputs]
    moments = [
        path.lstat().st_mtime for folder in folders for path in folder.rglob("*") if path.is_file()
    ]
    if not moments:
        return None
    return dt.datetime.fromtimestamp(max(moments), dt.UTC).replace(tzinfo=None)


def refusals(
    session: Session, closed: list[ClosedPeriod], period: str, as_of: dt.date
) -> list[str]:
    """Every reason why a period cannot be closed now, in sentences."""
    reasons = []
    if last_day(period) > as_of:
        reasons.append(_not_ended(period, as_of))
    turn = _out_of_turn(closed, period)
    if turn is not None:
        reasons.append(turn)
    since = closed[-1].period if closed else "0000-00"
    absent = [name for name in _ASKED if not session.warehouse.exists(name)]
    if "mart.check_result" not in absent:
        reasons += blocked(session, "mart.commission_statement")
    if absent:  # a first run that was blocked: there is nothing to ask
        return reasons or [f"{absent[0]} was never computed; see attain run"]
    never = _never_computed(session.warehouse, period)
    if never is not None:
        return [*reasons, never]
    if not session.policies.plans:
        reasons.append(
            "there is no commission plan, so nobody would be paid for it: write one below "
            "policy/commission"
        )
    if not session.warehouse.scalar("select count(*) from mart.load where rows_accepted > 0"):
        reasons.append("no export was read, so nobody would be paid for it: see attain check")
    reasons += unproved(session, closed)
    reasons += late_exports(session, canonical_inputs(session))
    for ask in (_without_verdict, _disputes, _unexplained, _inputs, _quarantined):
        reasons += ask(session.warehouse, since, period)
    return reasons + unread_forms(session, _DECIDED, (period,))


def unproved(session: Session, closed: list[ClosedPeriod]) -> list[str]:
    """Places for seals that are not there, and closed periods whose signature is missing."""
    workspace, seals = session.workspace, session.policies.books.seals
    return [
        *absent_folders(workspace, seals),
        *(
            f"{period} bears no signature yet, and policy/commission_books.yaml asks for one: "
            f"ssh-keygen -Y sign -n {NAMESPACE} -f KEY {seals.folders[0]}/{period}.txt"
            for period in unsigned(workspace, seals, closed)
        ),
        *(f"{fault.period}: {fault.what}" for fault in signature_faults(workspace, seals, closed)),
    ]


def _not_ended(period: str, as_of: dt.date) -> str:
    return f"the month ends on {last_day(period)}, after the day of the run {as_of}"


def _never_computed(warehouse: Warehouse, period: str) -> str | None:
    """A month before everything that is computed would be sealed with nothing in it."""
    first = warehouse.scalar(
        "select strftime(min(period_start), '%Y-%m') from core.period where period_kind = 'month'"
    )
    if first is not None and period >= first:
        return None
    return f"{period} was never computed; the first month that is, is {first} (history_start)"


def late_exports(session: Session, tables: Collection[str]) -> list[str]:
    """Exports older than their source says they come: what is closed would not hold the month."""
    if not session.warehouse.exists("mart.export_freshness"):
        return ["mart.export_freshness was never computed: nobody can say how old the exports are"]
    found = session.warehouse.rows(
        "select table_name, latest_date, expected_days from mart.export_freshness "
        "where is_late and expected_days is not null "
        "and list_contains(?, 'staging.' || table_name) order by table_name",
        [sorted(tables)],
    )
    return [
        f"the export of {row['table_name']} is of {row['latest_date']} and is expected every "
        f"{row['expected_days']} days (expected_every in its source file)"
        for row in found
    ]


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


def blocked(session: Session, table: str) -> list[str]:
    """Blocking checks that failed on anything a table is computed from."""
    tables = session.above[table]
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
    return in_quarantine(warehouse, _DECIDED)


def unread_forms(
    session: Session, tables: Sequence[str], naming: Sequence[str] = ("",)
) -> list[str]:
    """Filled forms of which nothing could be read: nobody knows what stands in them.

    Args:
        naming: only files in whose name one of these stands.
    """
    found = [
        f"{one.export.name} cannot be read: {one.problem}"
        for table in tables
        for one in session.landed_of(table)
        if one.problem and one.export.source.form
        if any(name in one.export.name for name in naming)
    ]
    return list(dict.fromkeys(found))


def _period_of(table: str) -> str:
    """The period that a row in quarantine is of, as what people write names it."""
    if "period" in canonical_tables()[table].columns:
        return "refused.period"
    return "strftime(refused.slip_date, '%Y-%m')"


def in_quarantine(
    warehouse: Warehouse, tables: Sequence[str], periods: Sequence[str] | None = None
) -> list[str]:
    """Rows that people wrote and that cannot be read: nobody knows what they meant.

    Args:
        periods: only rows of one of these; all where it is left out. A row whose own period cannot
            be read may be of any, and one that was changed is of the one it was written for.
    """
    found = [
        row
        for name in tables
        for row in warehouse.rows(
            "select fault.file, fault.line, fault.rule_id, fault.table_name, fault.column_name, "
            "fault.value, fault.raw_row, fault.owner_id from mart.quarantine as fault "
            f"left join refused.{identifier(name)} as refused "
            "on fault.load_id = refused._load and fault.line = refused._line "
            f"where fault.table_name = ?1 and fault.resolved_at is null and (?2 is null "
            f"or {_period_of(name)} is null or list_contains(?2, {_period_of(name)}) "
            "or list_has_any(?2, string_split(coalesce(fault.row_key, ''), ' | '))) "
            "order by fault.file, fault.line, fault.rule_id",
            [name, list(periods) if periods is not None else None],
        )
    ]
    told = [
        f"in quarantine, set it right first: {sentence(row, 'en', show_contacts=False)}"
        for row in found[:_SHOWN]
    ]
    if len(found) > _SHOWN:
        told.append(f"{len(found) - _SHOWN} more such rows; attain quarantine lists them all")
    return told


def canonical_inputs(session: Session, table: str = "mart.commission_statement") -> set[str]:
    """The canonical tables that a table is computed from."""
    return {t for t in session.above[table] if t.startswith("staging.")}


def _next(period: str) -> str:
    return (last_day(period) + dt.timedelta(days=1)).strftime("%Y-%m")
