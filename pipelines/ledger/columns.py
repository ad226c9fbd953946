"""What a closed period holds: the columns of its lines, statements and differences."""

from __future__ import annotations

from typing import NamedTuple

from pipelines.warehouse.rows import Day, Long, Moment, Text, Whole, columns

LINE = {
    "line_id": "varchar",
    "base_line_id": "varchar",
    "ledger": "varchar",
    "payee_id": "varchar",
    "period": "varchar",
    "posted_period": "varchar",
    "credit_date": "date",
    "plan_id": "varchar",
    "plan_version": "integer",
    "plan_mark": "varchar",
    "component_id": "varchar",
    "credit_id": "varchar",
    "event_id": "varchar",
    "source_kind": "varchar",
    "source_id": "varchar",
    "invoice_id": "varchar",
    "credit_amount": "decimal(18, 4)",
    "source_amount": "decimal(18, 4)",
    "split_pct": "decimal(9, 4)",
    "cut_pct": "decimal(9, 4)",
    "tier_from": "decimal(18, 4)",
    "tier_to": "decimal(18, 4)",
    "rate": "decimal(18, 10)",
    "amount": "decimal(18, 4)",
    "cause": "varchar",
    "reverses_line_id": "varchar",
    "position_to": "decimal(18, 4)",
    "quota": "decimal(18, 4)",
    "release_date": "date",
    "_load": "bigint",
    "_line": "bigint",
}
STATEMENT = {
    "payee_id": "varchar",
    "period": "varchar",
    "credit": "decimal(18, 4)",
    "earned": "decimal(18, 4)",
    "payable": "decimal(18, 4)",
    "paid": "decimal(18, 4)",
    "held": "decimal(18, 4)",
    "adjustments": "decimal(18, 4)",
    "draw_balance": "decimal(18, 4)",
    "checksum": "varchar",
}
DIFFERENCE = {
    "period": "varchar",
    "kind": "varchar",
    "key": "varchar",
    "expected": "decimal(18, 4)",
    "actual": "decimal(18, 4)",
    "difference": "decimal(18, 4)",
    "reason_code": "varchar",
}


APPRAISAL_LINE = {
    "line_id": "varchar",
    "employee_id": "varchar",
    "period": "varchar",
    "kind": "varchar",
    "scheme_id": "varchar",
    "part_id": "varchar",
    "weight": "decimal(9, 4)",
    "target": "decimal(38, 8)",
    "actual": "decimal(38, 8)",
    "n": "bigint",
    "score": "decimal(9, 4)",
    "weighted_score": "decimal(18, 8)",
    "source": "varchar",
    "amount": "decimal(18, 4)",
}
APPRAISAL_STATEMENT = {
    "employee_id": "varchar",
    "period": "varchar",
    "period_kind": "varchar",
    "period_start": "date",
    "period_end": "date",
    "scheme_id": "varchar",
    "version": "integer",
    "unit_id": "varchar",
    "computed_score": "decimal(9, 4)",
    "score": "decimal(9, 4)",
    "band_grade": "varchar",
    "gated_grade": "varchar",
    "distribution_grade": "varchar",
    "grade": "varchar",
    "coefficient": "decimal(9, 4)",
    "floating_salary": "decimal(18, 4)",
    "floating_pay": "decimal(18, 4)",
    "bonus": "decimal(18, 4)",
    "adjustments": "decimal(18, 4)",
    "rank": "bigint",
    "flags": "varchar",
    "red_lines": "varchar",
    "held_for": "varchar",
    "judged_weight": "decimal(9, 4)",
    "active_days": "bigint",
}
DECISION = {
    "employee_id": "varchar",
    "period": "varchar",
    "field": "varchar",
    "before": "varchar",
    "after": "varchar",
    "reason": "varchar",
    "approved_by": "varchar",
    "decided_at": "timestamp",
}


class PeriodRow(NamedTuple):
    period: Text
    number: Whole
    closed_at: Moment
    closed_by: Text
    as_of_date: Day
    line_count: Long
    seal: Text


PERIOD = columns(PeriodRow)


def declared(names: dict[str, str]) -> str:
    """Names and types as in `create table`."""
    return ", ".join(f"{name} {kind}" for name, kind in names.items())


def line_text(names: dict[str, str]) -> str:
    """SQL for the text of a row that its checksum covers: every column, in order, as text."""
    unit = "chr(31)"
    return (
        f"concat_ws({unit}, "
        + ", ".join(f"coalesce(cast({name} as varchar), chr(0))" for name in names)
        + ")"
    )
