"""Closed periods as tables of the warehouse, so that SQL compares what was closed with what is."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path

from pipelines.ledger.columns import (
    APPRAISAL_LINE,
    APPRAISAL_STATEMENT,
    LINE,
    PERIOD,
    STATEMENT,
    PeriodRow,
    declared,
)
from pipelines.ledger.kinds import APPRAISAL, COMMISSION, LedgerKind, last_day
from pipelines.ledger.store import ClosedPeriod, all_closed
from pipelines.warehouse.duck import Warehouse, fingerprint
from pipelines.warehouse.quoting import literal
from pipelines.warehouse.rows import insert


@dataclass(frozen=True)
class _Table:
    """Where a table of closed periods comes from: a file of their folders, else the manifests."""

    kind: LedgerKind
    columns: dict[str, str]
    file: str | None


_TABLES = {
    "core.closed_line": _Table(COMMISSION, LINE, "lines.parquet"),
    "core.closed_statement": _Table(COMMISSION, STATEMENT, "statements.parquet"),
    "core.closed_period": _Table(COMMISSION, PERIOD, None),
    "core.closed_appraisal_line": _Table(APPRAISAL, APPRAISAL_LINE, "lines.parquet"),
    "core.closed_appraisal": _Table(APPRAISAL, APPRAISAL_STATEMENT, "statements.parquet"),
    "core.closed_appraisal_period": _Table(APPRAISAL, PERIOD, None),
}
LEDGER_TABLES = {name: table.columns for name, table in _TABLES.items()}


def load_ledger(
    warehouse: Warehouse,
    root: Path,
    known_at: dt.datetime | None = None,
    names: Collection[str] | None = None,
    as_of: dt.date = dt.date.max,
) -> dict[str, int]:
    """Put the closed periods into the warehouse; unchanged ones cost nothing.

    Args:
        known_at: only periods closed by then.
        as_of: only periods that had ended by then. Seen from a day before, a month was open: held
            against a computation that looks at nothing later, all of it would be posted back.
        names: only these tables.

    Returns:
        Rows by table.
    """
    periods = [
        closed
        for closed in all_closed(root)
        if known_at is None or dt.datetime.fromisoformat(closed.manifest["closed_at"]) <= known_at
        if as_of >= last_day(closed.period.removeprefix(closed.kind.prefix))
    ]
    return load_periods(warehouse, periods, names)


def load_periods(
    warehouse: Warehouse, periods: Sequence[ClosedPeriod], names: Collection[str] | None = None
) -> dict[str, int]:
    """Replace the tables of closed periods, or those named, by these; returns rows by table."""
    loaded = {}
    for name, table in _TABLES.items():
        if names is not None and name not in names:
            continue
        own = [closed for closed in periods if closed.kind is table.kind]
        mark = fingerprint([closed.seal for closed in own], table.columns)
        if warehouse.state(name) != mark:
            with warehouse.transaction():
                warehouse.con.execute(f"create or replace table {name} ({declared(table.columns)})")
                if table.file is not None:
                    _fill(warehouse, name, table.columns, [one.folder / table.file for one in own])
                else:
                    insert(warehouse.con, name, [_period_row(closed) for closed in own])
                warehouse.remember(name, mark)
        loaded[name] = warehouse.row_count(name)
    return loaded


def _period_row(closed: ClosedPeriod) -> PeriodRow:
    manifest = closed.manifest
    return PeriodRow(
        period=closed.period.removeprefix(closed.kind.prefix),
        number=manifest["number"],
        closed_at=manifest["closed_at"],
        closed_by=manifest["closed_by"],
        as_of_date=manifest["as_of"],
        line_count=manifest["lines"],
        seal=closed.seal,
    )


def _fill(warehouse: Warehouse, name: str, columns: dict[str, str], files: Sequence[Path]) -> None:
    if files:
        paths = ", ".join(literal(str(file)) for file in files)
        warehouse.con.execute(
            f"insert into {name} select {', '.join(columns)} from read_parquet([{paths}])"
        )
