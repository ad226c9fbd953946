"""Reconciliations: SQL that returns offenders, one file each below `sql/checks/`.

A check file's header says what it guards, whether it blocks, what it says in both languages, and
to readers of the figures: what its breach does to them, and who can put it right.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

import duckdb

from pipelines.checks.findings import Finding, Severity
from pipelines.errors import OutOfMemoryError
from pipelines.warehouse.duck import Warehouse
from pipelines.warehouse.model import tables_read
from pipelines.workspace.resources import shipped

_SHOWN = 10
_FIELDS = ("check", "guards", "severity", "zh", "en", "effect_zh", "effect_en", "asks", "why")
ASKED = ("finance", "hr", "sales_ops")


@dataclass(frozen=True)
class Reconciliation:
    """One check: its query returns the rows that break it."""

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
            count, evidence = warehouse.in_less_memory(partial(self._offenders, warehouse))
        except (duckdb.Error, OutOfMemoryError) as error:
            return self._finding("errored", 0, [{"error": str(error).splitlines()[0]}])
        return self._finding("failed" if count else "passed", count, evidence)

    def _offenders(self, warehouse: Warehouse) -> tuple[int, list[dict[str, object]]]:
        count = int(warehouse.scalar(f"select count(*) from ({self.sql})"))
        return count, warehouse.rows(f"{self.sql} order by all limit {_SHOWN}") if count else []

    def _finding(self, status: str, offenders: int, evidence: list[dict[str, object]]) -> Finding:
        return Finding(
            check=self.check,
            table=self.guards,
            severity=self.severity,
            status=status,  # type: ignore[arg-type]
            zh=self.zh,
            en=self.en,
            offenders=offenders,
            evidence=evidence,
        )


def parse_reconciliation(text: str, path: str) -> Reconciliation:
    """Read a check from the text of its file.

    Raises:
        ValueError: the header misses a field; this is a mistake of ours, not of a user.
    """
    header: dict[str, str] = {"touches": ""}
    for line in text.splitlines():
        if not line.startswith("--"):
            break
        name, _, value = line.removeprefix("--").partition(":")
        if name.strip() in (*_FIELDS, "touches"):
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
