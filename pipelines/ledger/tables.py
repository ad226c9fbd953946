"""Closed periods as tables of the warehouse, so that SQL compares what was closed with what is."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from pathlib import Path

from pipelines.ledger.columns import LINE, PERIOD, STATEMENT, declared
from pipelines.ledger.store import ClosedPeriod, Ledger
from pipelines.warehouse.duck import Warehouse, fingerprint
from pipelines.warehouse.quoting import literal

LEDGER_TABLES = ("core.closed_line", "core.closed_statement", "core.closed_period")


def load_ledger(
    warehouse: Warehouse, root: Path, known_at: dt.datetime | None = None
) -> dict[str, int]:
    """Put the closed periods into the warehouse; unchanged ones cost nothing.

    Args:
        known_at: only periods closed by then.

    Returns:
        Rows by table.
    """
    periods = [
        closed
        for closed in Ledger(root).periods()
        if known_at is None or dt.datetime.fromisoformat(closed.manifest["closed_at"]) <= known_at
    ]
    return load_periods(warehouse, periods)


def load_periods(warehouse: Warehouse, periods: Sequence[ClosedPeriod]) -> dict[str, int]:
    mark = fingerprint([closed.seal for closed in periods], LINE, STATEMENT, PERIOD)
    loaded = {}
    for name, columns in zip(LEDGER_TABLES, (LINE, STATEMENT, PERIOD), strict=True):
        if warehouse.state(name) != mark:
            with warehouse.transaction():
                warehouse.con.execute(f"create or replace table {name} ({declared(columns)})")
                _fill(warehouse, name, columns, periods)
                warehouse.remember(name, mark)
        loaded[name] = warehouse.row_count(name)
    return loaded


def _fill(
    warehouse: Warehouse, name: str, columns: dict[str, str], periods: Sequence[ClosedPeriod]
) -> None:
    if not periods:
        return
    if name == "core.closed_period":
        warehouse.con.executemany(
            f"insert into {name} values (?, ?, ?, ?, ?, ?, ?)",
            [
                [
                    closed.period,
                    closed.manifest["number"],
                    closed.manifest["closed_at"],
                    closed.manifest["closed_by"],
                    closed.manifest["as_of"],
                    closed.manifest["lines"],
                    closed.seal,
                ]
                for closed in periods
            ],
        )
        return
    file = "lines.parquet" if name == "core.closed_line" else "statements.parquet"
    paths = ", ".join(literal(str(closed.folder / file)) for closed in periods)
    warehouse.con.execute(
        f"insert into {name} select {', '.join(columns)} from read_parquet([{paths}])"
    )
