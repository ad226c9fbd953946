"""The statements of a closed period as they were published: page, workbook and data, word for word.

Belongs here: putting them into the ledger and taking them out again. Does not belong here: what a
statement says (`reporting/statement.py`).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import duckdb

from pipelines.errors import UserError
from pipelines.landing.parquet import literal
from pipelines.ledger.store import ClosedPeriod, Ledger
from pipelines.reporting.publish.build import CATALOGUE, Catalogue, Entry, write_pages
from pipelines.reporting.publish.render import Look
from pipelines.run.session import Session

_KEPT = (".html", ".json", ".xlsx")


def write_documents(
    session: Session, period: str, closed_at: dt.datetime, closed_by: str, target: Path
) -> None:
    """Render the statements of a period as closed and put all files into one Parquet file.

    Raises:
        UserError: the disk of temporary files is full; nothing was closed.
    """
    try:
        _write(session, period, closed_at, closed_by, target)
    except (OSError, duckdb.IOException) as error:
        raise UserError(
            f"{target.parent}: the statements of {period} could not be written "
            f"({str(error).splitlines()[0]}); nothing was closed. Make room and close again.",
            1,
        ) from None


def _write(
    session: Session, period: str, closed_at: dt.datetime, closed_by: str, target: Path
) -> None:
    from pipelines.reporting.reports import statements_as_closed

    pages = statements_as_closed(session.warehouse.con, session.as_of, period, closed_at, closed_by)
    look = Look(up_is_red=session.workspace.settings.up_is_red)
    con = session.warehouse.con
    con.execute("create or replace temp table _document (path varchar, content blob)")
    with TemporaryDirectory(prefix="attain-statements-") as folder:
        root = Path(folder)
        catalogue = write_pages(root, pages, look)
        (root / CATALOGUE).write_text(catalogue.model_dump_json(), encoding="utf-8")
        for path in sorted(root.rglob("*")):
            if path.suffix in _KEPT:
                con.execute(
                    "insert into _document values (?, ?)",
                    [path.relative_to(root).as_posix(), path.read_bytes()],
                )
    con.execute(
        f"copy (from _document order by path) to {literal(str(target))} "
        "(format parquet, compression zstd)"
    )
    con.execute("drop table _document")


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
