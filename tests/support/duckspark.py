"""A Spark for tests of the seam: it takes the engine's statements and computes them with DuckDB.

What is shown with it holds for files, states and faults; that a real Spark gives the same rows is
shown by `tests/spark`.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import duckdb
import sqlglot

_WRITE = re.compile(r"insert overwrite directory '([^']+)' using parquet (.+)", re.DOTALL)
_FILES = re.compile(
    r"create or replace temporary view `(\w+)` \(.+\) using parquet options \(path '([^']+)'\)",
    re.DOTALL,
)
_VIEW = re.compile(r"create or replace temporary view `(\w+)` as (.+)", re.DOTALL)


@dataclass
class DuckSpark:
    """A connection as the engine opens it.

    `before` is called with each statement that writes and may raise what a cluster would; `blind`
    sees the folder under its path and writes elsewhere, as an executor that does not share it.
    `computes` may change a query, as an engine that gives other rows.
    """

    page: str | None = None
    before: Callable[[str], None] = lambda sql: None
    blind: Path | None = None
    computes: Callable[[str], str] = lambda sql: sql
    written: list[str] = field(default_factory=list)
    is_closed: bool = False

    def __post_init__(self) -> None:
        self._con = duckdb.connect()

    def run(self, sql: str) -> None:
        if write := _WRITE.fullmatch(sql):
            folder, query = Path(write[1]), write[2]
            self.before(sql)
            if self.blind is not None:
                folder = self.blind / folder.name
            folder.mkdir(parents=True, exist_ok=True)
            self.written.append(f"{folder.parent.name}/{folder.name}")
            self._con.execute(
                f"copy ({_in_duckdb(self.computes(query))}) to '{folder}/part-0.parquet'"
            )
        elif files := _FILES.fullmatch(sql):
            self._con.execute(
                f"create or replace view {files[1]} as "
                f"select * from read_parquet('{files[2]}/*.parquet')"
            )
        elif view := _VIEW.fullmatch(sql):
            self._con.execute(f"create or replace view {view[1]} as {_in_duckdb(view[2])}")
        else:
            raise AssertionError(f"no statement of the engine's: {sql}")

    def close(self) -> None:
        self.is_closed = True
        self._con.close()


def _in_duckdb(query: str) -> str:
    probe = re.sub(r"parquet\.`([^`]+)`", r"read_parquet('\1/*.parquet')", query)
    if probe != query:  # the probe of the folder, whose range has a column of its own name
        return re.sub(r"range\(0, (\d+), 1, \d+\) as r", r"range(0, \1) as r(id)", probe)
    return sqlglot.transpile(query, read="spark", write="duckdb")[0]
