"""The statements of closed periods as they were published, taken out of the ledger word for word.

Belongs here: reading them for a new edition. Does not belong here: putting them there (`closing/`).
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import duckdb

from pipelines.ledger.store import ClosedPeriod, Ledger
from pipelines.reporting.publish.entries import CATALOGUE, Catalogue, Entry
from pipelines.warehouse.quoting import literal


def closed_documents(con: duckdb.DuckDBPyConnection, root: Path) -> Iterator[tuple[str, bytes]]:
    """Every file of every closed statement, by its path below the published folder."""
    for closed in Ledger(root).periods():
        for path, content in _documents(con, closed):
            if path != CATALOGUE:
                yield path, content


def closed_entries(con: duckdb.DuckDBPyConnection, root: Path) -> list[Entry]:
    """The pages of closed statements, as the list of reports shows them."""
    return [
        entry
        for closed in Ledger(root).periods()
        for path, content in _documents(con, closed, CATALOGUE)
        for entry in Catalogue.model_validate_json(content).entries
        if path == CATALOGUE
    ]


def _documents(
    con: duckdb.DuckDBPyConnection, closed: ClosedPeriod, only: str | None = None
) -> Iterator[tuple[str, bytes]]:
    path = literal(str(closed.folder / "documents.parquet"))
    wanted = f" where path = {literal(only)}" if only else ""
    cursor = con.cursor()
    cursor.execute(f"select path, content from read_parquet({path}){wanted} order by path")
    while rows := cursor.fetchmany(100):
        yield from rows
