"""What a check found: passed, failed or errored, told apart, with offenders to show."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Literal, NamedTuple

from pipelines.warehouse.rows import Amount, Day, Long, Moment, Text

Status = Literal["passed", "failed", "errored"]
Severity = Literal["block", "warn"]


class ResultRow(NamedTuple):
    """A row of `mart.check_result`; `evidence` is JSON, `amount` in base currency."""

    check_id: Text
    table_name: Text
    severity: Text
    status: Text
    offenders: Long
    zh: Text
    en: Text
    evidence: Text
    amount: Amount | None


class HistoryRow(NamedTuple):
    """A row of `mart.check_history`: what a run found, kept for good."""

    run_id: Text
    started_at: Moment
    as_of_date: Day
    check_id: Text
    table_name: Text
    severity: Text
    status: Text
    offenders: Long


@dataclass(frozen=True)
class Finding:
    """The verdict of one check on one table.

    `errored` means the check itself could not be made: it says nothing about the data, and a
    blocking check that errored blocks all the same. `is_counted`: the
    sentence says itself how many. `amount`: how much money is in question, in base currency, where
    that is known.
    """

    check: str
    table: str
    severity: Severity
    status: Status
    zh: str
    en: str
    offenders: int = 0
    evidence: list[dict[str, Any]] = field(default_factory=list)
    is_counted: bool = False
    amount: Decimal | None = None

    @property
    def blocks(self) -> bool:
        return self.severity == "block" and self.status != "passed"

    def row(self) -> ResultRow:
        return ResultRow(
            check_id=self.check,
            table_name=self.table,
            severity=self.severity,
            status=self.status,
            offenders=self.offenders,
            zh=self.zh,
            en=self.en,
            evidence=json.dumps(self.evidence, default=str, ensure_ascii=False, sort_keys=True),
            amount=self.amount,
        )


def first_problem(evidence: Sequence[Mapping[str, Any]]) -> str:
    """What the first offender did, where a check says it in a sentence; ready to be appended."""
    first = evidence[0] if evidence else {}
    if "problem" not in first:
        return ""
    place = f"{first['file']} line {first['line']}: " if first.get("file") else ""
    return f"; {place}{first['problem']}"
