"""What an appraised period is closed with, and what stands against closing it.

Belongs here: reasons and content of an appraisal's closing. Does not belong here: the act
(`close.py`), what later changes become (`sql/mart/appraisal/appraisal_adjustment.sql.j2`).
"""

from __future__ import annotations

import datetime as dt
from pathlib import Path

from pipelines.closing.commission import stands_on
from pipelines.closing.refusals import (
    blocked,
    canonical_inputs,
    in_quarantine,
    late_exports,
    unproved,
    unread_forms,
    wrong_clock,
)
from pipelines.errors import UserError
from pipelines.ledger.columns import APPRAISAL_LINE, APPRAISAL_STATEMENT, DECISION
from pipelines.ledger.kinds import APPRAISAL
from pipelines.ledger.proof import read_months
from pipelines.ledger.store import ClosedPeriod, Content
from pipelines.run.session import Session
from pipelines.warehouse.quoting import literal
from pipelines.workspace.workspace import Workspace

_RESULT = "mart.appraisal_result"
_ASKED = (
    _RESULT, "mart.appraisal_decision", "mart.appraisal_appeal", "mart.appraisal_adjustment",
    "mart.check_result",
)  # fmt: skip
# what people write about people, and what nobody may sign while it cannot be read
_WRITTEN = (
    "appraisal_input", "appraisal_override", "appraisal_appeal", "agreed_target", "appraisal_slip",
)  # fmt: skip

# tables of these by the day on which something was written, and what to call a row
_DATED = (
    ("appraisal_input", "rated_at", "concat('the score ', indicator)"),
    ("agreed_target", "agreed_at", "concat('the target ', indicator)"),
    ("appraisal_override", "decided_at", "concat('the decision on the ', field)"),
    ("appraisal_appeal", "opened_at", "concat('appeal ', appeal_id)"),
)  # fmt: skip


def check_period(period: str) -> None:
    if not APPRAISAL.period.fullmatch(period):
        raise UserError(
            f"{period!r} is no period of an appraisal; write it as 2026-10, 2026-Q3, 2026-H1 or "
            "2026."
        )


def early_refusals(
    workspace: Workspace, period: str, as_of: dt.date, started: dt.datetime
) -> list[str]:
    """Reasons that need no computation: what is closed already, a clock that cannot be right."""
    closed, faults = read_months(workspace.ledger, APPRAISAL)
    if faults:
        return [f"{faults[0].period}: {faults[0].what}"]
    reasons = wrong_clock(workspace, closed, as_of, started)
    if APPRAISAL.prefix + period in {one.period for one in closed}:
        reasons.append(f"{period} is closed already; a correction is an entry of a later period")
    return reasons


def refusals(
    session: Session, closed: list[ClosedPeriod], period: str, as_of: dt.date
) -> list[str]:
    """Every reason why a period cannot be closed now, in sentences."""
    warehouse = session.warehouse
    absent = [name for name in _ASKED if not warehouse.exists(name)]
    if absent:
        return [f"{absent[0]} was never computed; see attain run"]
    reasons = blocked(session, _RESULT)
    known = warehouse.rows(f"select distinct period from {_RESULT} order by period desc")
    if period not in {row["period"] for row in known}:
        newest = ", ".join(row["period"] for row in known[:6]) or "none"
        return [
            *reasons,
            f"nobody was appraised in {period} as of {as_of}; the newest periods are {newest}",
        ]
    reasons += unproved(session, closed)
    reasons += late_exports(session, canonical_inputs(session, _RESULT))
    reasons += _out_of_turn(session, period)
    reasons += _not_decided(session, period)
    reasons += _not_answered(session, period)
    names = _names(session, period)
    reasons += _not_yet(session, names, as_of)
    reasons += _of_no_period(session)
    reasons += in_quarantine(warehouse, _WRITTEN, names)
    reasons += unread_forms(session, _WRITTEN, names)
    return reasons


def _names(session: Session, period: str) -> list[str]:
    """The period and its months, as what people write about them names them."""
    months = session.warehouse.rows(
        "select distinct strftime(calendar.month_start, '%Y-%m') as month "
        "from mart.appraisal_total as total inner join core.calendar as calendar "
        "on calendar.calendar_date between total.period_start and total.period_end "
        "where total.period = ? order by month",
        [period],
    )
    return [period, *(row["month"] for row in months)]


def _out_of_turn(session: Session, period: str) -> list[str]:
    """Of periods of one length none is closed after a later one: its adjustments would be lost."""
    found = session.warehouse.rows(
        "select max(closed.period) as period from core.closed_appraisal as closed "
        "inner join mart.appraisal_total as total on total.period = ? "
        "inner join policy.appraisal_scheme as scheme on total.scheme_id = scheme.scheme_id "
        "and total.version = scheme.version and scheme.period_kind = closed.period_kind "
        "where closed.period_start > total.period_start",
        [period],
    )
    return [
        f"{row['period']} is closed already; periods of one length are closed in their order"
        for row in found
        if row["period"] is not None
    ]


def _not_decided(session: Session, period: str) -> list[str]:
    """Decisions that were not applied: somebody meant something by them."""
    found = session.warehouse.rows(
        "select employee_id, field, before, after, coalesce(computed, 'held') as computed, "
        "refused_for from mart.appraisal_decision where period = ? and not is_applied "
        "order by employee_id, field",
        [period],
    )
    return [
        f"a decision about the {row['field']} of {row['employee_id']} ({row['before']} → "
        f"{row['after']}) is not applied: {row['refused_for']}, computed is {row['computed']}"
        for row in found
    ]


def _not_yet(session: Session, names: list[str], as_of: dt.date) -> list[str]:
    """What people wrote under a day after that of the run: it would be left out of the period."""
    found = session.warehouse.rows(
        "select written.* from core.parameter as parameter cross join ("
        + " union all ".join(
            f"select employee_id, period, {column} as at, {what} as what from staging.{table}"
            for table, column, what in _DATED
        )
        + ") as written where written.at >= parameter.as_of_end "
        "and list_contains(?, written.period) order by written.at, written.employee_id, "
        "written.what",
        [names],
    )
    return [
        f"{row['what']} of {row['employee_id']} for {row['period']} is dated {row['at']:%Y-%m-%d}, "
        f"after the day of the run {as_of}: correct the day, or close as of that day"
        for row in found
    ]


def _of_no_period(session: Session) -> list[str]:
    """What people wrote about a period that none is called: it may be this one."""
    found = session.warehouse.rows(
        " union all ".join(
            f"select employee_id, period, {what} as what from staging.{table} "
            f"where not regexp_full_match(period, {literal(APPRAISAL.period.pattern)})"
            for table, _, what in _DATED
        )
        + " order by employee_id, period, what"
    )
    return [
        f"{row['what']} of {row['employee_id']} names the period {row['period']!r}, and there is "
        "none: write it as 2026-10, 2026-Q3, 2026-H1 or 2026"
        for row in found
    ]


def _not_answered(session: Session, period: str) -> list[str]:
    """Appeals that nobody has answered: what is closed stands, whatever the answer would be."""
    found = session.warehouse.rows(
        "select appeal_id, employee_id, answer_by, reason from mart.appraisal_appeal "
        "where period = ? and status = 'open' order by appeal_id",
        [period],
    )
    return [
        f"appeal {row['appeal_id']} of {row['employee_id']} is open, to be answered by "
        f"{row['answer_by']}: {row['reason']}"
        for row in found
    ]


def content(
    session: Session, period: str, _started: dt.datetime, _by: str, _folder: Path
) -> Content:
    """A period as it is computed now: scores, results, decisions, and what is posted in it."""
    warehouse, its = session.warehouse, f"period = {literal(period)}"
    [sums] = warehouse.rows(
        "select cast(coalesce(sum(floating_pay), 0) as varchar) as floating_pay, "
        "cast(coalesce(sum(bonus), 0) as varchar) as bonus, count(*) as people, "
        f"count(*) filter (where grade is null) as held from {_RESULT} where {its}"
    )
    lines = _lines(period)
    posted = warehouse.scalar(
        "select cast(coalesce(sum(amount), 0) as varchar) from mart.appraisal_adjustment "
        f"where posted_period = {literal(period)}"
    )
    decided = (
        f"select {', '.join(DECISION)} from mart.appraisal_decision where {its} and is_applied"
    )
    return Content(
        facts={
            "lines": warehouse.scalar(f"select count(*) from ({lines})"),
            "statements": sums["people"],
            "held": sums["held"],
            "totals": {
                "floating_pay": sums["floating_pay"],
                "bonus": sums["bonus"],
                "adjustments": posted,
            },
            "accepted": [],
            "exports": stands_on(session, _RESULT),
        },
        queries={
            "lines.parquet": f"select {', '.join(APPRAISAL_LINE)} from ({lines}) order by line_id",
            "statements.parquet": f"select {', '.join(APPRAISAL_STATEMENT)} from (select "
            "result.*, total.period_start, total.period_end, scheme.period_kind "
            f"from {_RESULT} as result inner join mart.appraisal_total as total "
            "using (employee_id, period) inner join policy.appraisal_scheme as scheme "
            "on result.scheme_id = scheme.scheme_id and result.version = scheme.version) "
            f"where {its} order by employee_id",
            "decisions.parquet": f"{decided} order by employee_id, field",
        },
    )


def _lines(period: str) -> str:
    """Every score of the period and every amount that is posted in it, as one list."""
    its = literal(period)
    nothing = "null::decimal(18, 4) as amount"
    return (
        "select concat_ws('|', employee_id, 'score', scheme_id, indicator) as line_id, "
        "employee_id, period, 'score' as kind, scheme_id, indicator as part_id, weight, target, "
        f"actual, n, score, weighted_score, source, {nothing} "
        f"from mart.appraisal_score where period = {its} "
        "union all by name "
        "select concat_ws('|', employee_id, 'gate', scheme_id, gate) as line_id, employee_id, "
        "period, 'gate' as kind, scheme_id, gate as part_id, actual, n, source "
        f"from mart.appraisal_gate where period = {its} "
        "union all by name "
        "select concat_ws('|', employee_id, 'point', scheme_id, point_id) as line_id, employee_id, "
        "period, 'point' as kind, scheme_id, point_id as part_id, points as weighted_score "
        f"from mart.appraisal_point where period = {its} "
        "union all by name "
        "select concat_ws('|', employee_id, 'adjustment', period) as line_id, employee_id, "
        "posted_period as period, 'adjustment' as kind, scheme_id, period as part_id, "
        "cause as source, amount from mart.appraisal_adjustment "
        f"where posted_period = {its} and amount <> 0"
    )
