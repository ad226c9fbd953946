"""A workspace of exports, landed and staged as a run would, and the words to ask for its rows."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import duckdb

from pipelines.run import steps
from pipelines.run.session import open_session
from pipelines.workspace.workspace import open_workspace

STARTED = dt.datetime(2026, 11, 16)


class Staged:
    """What was made of the exports."""

    def __init__(self, con: duckdb.DuckDBPyConnection, problems: dict[str, str]) -> None:
        self.con = con
        self.problems = problems

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        return self.con.execute(sql).fetchall()

    def one(self, sql: str) -> Any:
        """A row of one query; its only value when it has one column."""
        (row,) = self.rows(sql)
        return row[0] if len(row) == 1 else row

    def accepted(self) -> dict[str, tuple[int, int]]:
        """Rows accepted and quarantined by table, of the tables that have any."""
        found = self.rows(
            "select table_name, sum(rows_accepted)::int, sum(rows_quarantined)::int from mart.load "
            "where is_current group by all having sum(rows_landed) > 0 order by all"
        )
        return {table: (good, bad) for table, good, bad in found}

    def account(self) -> tuple[Any, ...]:
        """Landed, accepted plus quarantined: rows and money."""
        return self.one(
            "select sum(rows_landed) = sum(rows_accepted + rows_quarantined), "
            "sum(amount_landed) = sum(amount_accepted + amount_quarantined) from mart.load "
            "where is_current"
        )

    def faults(self) -> dict[str, int]:
        """Open faults by table and rule."""
        found = self.rows(
            "select table_name || ': ' || rule_id, count(*) from mart.quarantine "
            "where resolved_at is null group by all order by all"
        )
        return dict(found)


@contextmanager
def staged(root: Path, as_of: dt.date = dt.date(2026, 11, 15)) -> Iterator[Staged]:
    """Land and stage a workspace."""
    with open_session(open_workspace(root), as_of, STARTED, "test") as session:
        steps.land(session)
        steps.stage(session)
        problems = {
            found.export.name: found.problem for found in session.landing.exports if found.problem
        }
        yield Staged(session.warehouse.con, problems)
