"""Closed periods as tables of the warehouse, so that SQL compares what was closed with what is."""

from __future__ import annotations

import calendar
import datetime as dt
from collections.abc import Collection, Sequence
from pathlib import Path

from pipelines.ledger.columns import LINE, PERIOD, STATEMENT, PeriodRow, declared
from pipelines.ledger.store import ClosedPeriod, Ledger
from pipelines.warehouse.duck import Warehouse, fingerprint
from pipelines.warehouse.quoting import literal
from pipelines.warehouse.rows import insert

# their columns; those of a period stand in its manifest, the others in a file of its folder
LEDGER_TABLES = {
    "core.closed_line": LINE,
    "core.closed_statement": STATEMENT,
    "core.closed_period": PERIOD,
}
_FILES = {"core.closed_line": "lines.parquet", "core.closed_statement": "statements.parquet"}


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
        for closed in Ledger(root).periods()
        if known_at is None or dt.datetime.fromisoformat(closed.manifest["closed_at"]) <= known_at
        if f"{as_of:%Y-%m}" > closed.period or f"{as_of:%Y-%m-%d}" == _last_day(closed.period)
    ]
    return load_periods(warehouse, periods, names)


def _last_day(period: str) -> str:
    year, month = map(int, period.split("-"))
    return f"{period}-{calendar.monthrange(year, month)[1]}"


def load_periods(
    warehouse: Warehouse, periods: Sequence[ClosedPeriod], names: Collection[str] | None = None
) -> dict[str, int]:
    """Replace the tables of closed periods, or those named, by these; returns rows by table."""
    mark = fingerprint([closed.seal for closed in periods], *LEDGER_TABLES.values())
    loaded = {}
    for name, columns in LEDGER_TABLES.items():
        if names is not None and name not in names:
            continue
        if warehouse.state(name) != mark:
            with warehouse.transaction():
                warehouse.con.execute(f"create or replace table {name} ({declared(columns)})")
                if name in _FILES:
                    _fill(warehouse, name, columns, periods)
                else:
                    insert(warehouse.con, name, [_period_row(closed) for closed in periods])
                warehouse.remember(name, mark)
        loaded[name] = warehouse.row_count(name)
    return loaded


def _period_row(closed: ClosedPeriod) -> PeriodRow:
    manifest = closed.manifest
    return PeriodRow(
        period=closed.period,
        number=manifest["number"],
        closed_at=manifest["closed_at"],
        closed_by=manifest["closed_by"],
        as_of_date=manifest["as_of"],
        line_count=manifest["lines"],
        seal=closed.seal,
    )


def _fill(
    warehouse: Warehouse, name: str, columns: dict[str, str], periods: Sequence[ClosedPeriod]
) -> None:
    if periods:
        paths = ", ".join(literal(str(closed.folder / _FILES[name])) for closed in periods)
        warehouse.con.execute(
            f"insert into {name} select {', '.join(columns)} from read_parquet([{paths}])"
        )
