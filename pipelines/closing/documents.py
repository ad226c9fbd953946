"""The statements of a closed period as they were published: page, workbook and data, word for word.

Belongs here: putting them into the ledger and taking them out again. Does not belong here: what a
statement says (`reporting/statement.py`).
"""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import duckdb

from pipelines.errors import UserError
from pipelines.reporting.publish.build import write_pages
from pipelines.reporting.publish.entries import CATALOGUE
from pipelines.reporting.publish.render import Look
from pipelines.run.session import Session
from pipelines.warehouse.quoting import literal

_KEPT = (".html", ".json", ".xlsx", ".parquet")


def write_documents(
    session: Session, period: str, closed_at: dt.datetime, closed_by: str, target: Path
) -> None:
    """Render the statements of a period as closed and put all files into one Parquet file.

    They are rendered beside it, into a folder that is the caller's to remove.

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
    from pipelines.run.publication import computed_from

    above = computed_from(session, "commission_statement")
    pages = statements_as_closed(
        session.warehouse.con, session.as_of, period, closed_at, closed_by, above
    )
    look = Look(up_is_red=session.workspace.settings.up_is_red)
    con = session.warehouse.con
    con.execute("create or replace temp table _document (path varchar, content blob)")
    root = target.parent / "statements"
    root.mkdir()
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
