"""Reconciliations: SQL that returns offenders, one file each below `sql/checks/`.

A check file's header says what it guards, whether it blocks, what it says in both languages, and
to readers of the figures: what its breach does to them, how much money is in question, and who can
put it right.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from functools import partial

import duckdb

from pipelines.checks.findings import Finding, Severity, Status
from pipelines.errors import OutOfMemoryError
from pipelines.warehouse.duck import Warehouse
from pipelines.warehouse.model import tables_read
from pipelines.workspace.resources import shipped

_SHOWN = 10
_FIELDS = ("check", "guards", "severity", "zh", "en", "effect_zh", "effect_en", "asks", "why")
_OPTIONAL = ("touches", "amount")
ASKED = ("finance", "hr", "sales_ops")


@dataclass(frozen=True)
class Reconciliation:
    """One check: its query returns the rows that break it.

    `amount` is an aggregate over them in base currency: how much is in question.
    """

    check: str
    guards: str
    severity: Severity
    zh: str
    en: str
    effect_zh: str
    effect_en: str
    asks: str
    why: str
    sql: str
    touches: str
    amount: str

    @property
    def figures_of(self) -> str:
        """The table whose figures it is about, where no page reads the one it guards."""
        return self.touches or self.guards

    @property
    def inputs(self) -> tuple[str, ...]:
        return tables_read(self.sql)

    def run(self, warehouse: Warehouse) -> Finding:
        """Count the offenders and show the first ones."""
        try:
            return warehouse.in_less_memory(partial(self._found, warehouse))
        except (duckdb.Error, OutOfMemoryError) as error:
            return self._finding("errored", 0, [{"error": str(error).splitlines()[0]}])

    def _found(self, warehouse: Warehouse) -> Finding:
        amount = f"cast({self.amount} as decimal(18, 4))" if self.amount else "null"
        totals = warehouse.rows(f"select count(*) as n, {amount} as amount from ({self.sql})")[0]
        if not totals["n"]:
            return self._finding("passed", 0, [])
        evidence = warehouse.rows(f"{self.sql} order by all limit {_SHOWN}")
        return self._finding("failed", totals["n"], evidence, totals["amount"])

    def _finding(
        self,
        status: Status,
        offenders: int,
        evidence: list[dict[str, object]],
        amount: Decimal | None = None,
    ) -> Finding:
        return Finding(
            check=self.check,
            table=self.guards,
            severity=self.severity,
            status=status,
            zh=self.zh,
            en=self.en,
            offenders=offenders,
            evidence=evidence,
            amount=amount,
        )


def parse_reconciliation(text: str, path: str) -> Reconciliation:
    """Read a check from the text of its file.

    Raises:
        ValueError: the header misses a field; this is a mistake of ours, not of a user.
    """
    header = dict.fromkeys(_OPTIONAL, "")
    for line in text.splitlines():
        if not line.startswith("--"):
            break
        name, _, value = line.removeprefix("--").partition(":")
        if name.strip() in (*_FIELDS, *_OPTIONAL):
            header[name.strip()] = value.strip()
    absent = [name for name in _FIELDS if not header.get(name)]
    if absent:
        raise ValueError(f"{path}: the header has no {', '.join(absent)}")
    if header["severity"] not in ("block", "warn"):
        raise ValueError(f"{path}: severity must be block or warn")
    if header["asks"] not in ASKED:
        raise ValueError(f"{path}: asks must be one of {', '.join(ASKED)}")
    return Reconciliation(**header, sql=text)  # type: ignore[arg-type]


def all_reconciliations() -> list[Reconciliation]:
    """Every shipped check, by name."""
    return [
        parse_reconciliation(path.read_text(encoding="utf-8"), path.name)
        for path in sorted(shipped("sql", "checks").rglob("*.sql"), key=lambda path: path.name)
    ]
