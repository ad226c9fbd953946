"""What a commission month is closed with: lines, statements, differences, documents.

Belongs here: the content of a closed month. Does not belong here: the act (`close.py`), what stands
against it (`refusals.py`).
"""

from __future__ import annotations

import datetime as dt
from pathlib import Path

from pipelines.closing.documents import write_documents
from pipelines.closing.refusals import canonical_inputs
from pipelines.errors import UserError
from pipelines.ledger.columns import DIFFERENCE, LINE, STATEMENT
from pipelines.ledger.kinds import COMMISSION
from pipelines.ledger.store import Content
from pipelines.run.session import Session
from pipelines.warehouse.quoting import literal


def check_period(period: str) -> None:
    if not COMMISSION.period.fullmatch(period):
        raise UserError(f"{period!r} is not a month; write it as 2026-10.")


def content(session: Session, period: str, started: dt.datetime, by: str, folder: Path) -> Content:
    """A month as it is computed now; its statements are rendered below `folder`."""
    warehouse = session.warehouse
    mine = f"not is_closed and posted_period <= {literal(period)}"
    own = f"not is_closed and period <= {literal(period)}"
    totals = warehouse.rows(
        f"select ledger, cast(sum(amount) as varchar) as amount, count(*) as lines "
        f"from mart.commission_line where {mine} group by ledger order by ledger"
    )
    accepted = warehouse.rows(
        "select approval_id, key, period, approved_by, cast(amount as varchar) as amount, reason "
        "from mart.commission_approval where is_valid and kind = 'difference' and period <= ? "
        "order by approval_id",
        [period],
    )
    statements = warehouse.scalar(f"select count(*) from mart.commission_statement where {own}")
    documents = folder / "documents.parquet"
    write_documents(session, period, started, by, documents)
    return Content(
        facts={
            "lines": sum(row["lines"] for row in totals),
            "statements": statements,
            "totals": {row["ledger"]: row["amount"] for row in totals},
            "accepted": accepted,
            "exports": stands_on(session, "mart.commission_statement"),
        },
        queries={
            "lines.parquet": f"select {', '.join(LINE)} from mart.commission_line "
            f"where {mine} order by line_id",
            "statements.parquet": f"select {', '.join(STATEMENT)} from "
            f"mart.commission_statement where {own} order by payee_id, period",
            "differences.parquet": f"select {', '.join(DIFFERENCE)} from "
            f"mart.commission_difference where period <= {literal(period)} order by all",
            "documents.parquet": f"select path, content from "
            f"read_parquet({literal(str(documents))}) order by path",
        },
    )


def stands_on(session: Session, table: str) -> dict[str, int]:
    """Rows by canonical table of everything that a table is computed from."""
    held = {
        name: session.warehouse.row_count(name) for name in sorted(canonical_inputs(session, table))
    }
    return {name.removeprefix("staging."): rows for name, rows in held.items() if rows}
