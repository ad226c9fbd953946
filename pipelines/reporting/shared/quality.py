"""What the data itself lacks: rows kept aside, missing exports.

Belongs here: the data-quality section of company pages, and the status that stands on every page.
"""

from __future__ import annotations

from decimal import Decimal

import duckdb

from pipelines.reporting.model.context import Context
from pipelines.reporting.model.page import FailedCheck, Freshness, Quality, Section
from pipelines.reporting.model.queries import Record, fetch
from pipelines.reporting.model.shows import shows
from pipelines.reporting.model.tables import count, money, table
from pipelines.reporting.model.values import (
    Count,
    Listing,
    Message,
    Money,
    Shown,
    Text,
    message,
    verbatim,
)
from pipelines.reporting.shared.concerns import concern

STATUS_QUERIES = ("quarantine_total", "freshness")
_SYSTEMS = {"crm", "erp", "hr", "canonical"}


def read_status(con: duckdb.DuckDBPyConnection) -> tuple[Quality, tuple[Freshness, ...]]:
    """Check verdicts, rows kept aside, and how new each system's data is.

    Before the checks have run there are no verdicts to show; then only the counts of rows are.
    """
    kept = fetch(con, "quarantine_total")[0]
    checks = fetch(con, "checks") if has_verdicts(con) else []
    quality = Quality(
        checks_passed=sum(c.status == "passed" for c in checks),
        quarantined_rows=kept.row_count,
        quarantined_amount=kept.amount,
    ).with_failed(tuple(_failed(check) for check in checks if check.status != "passed"))
    return quality, _freshness(fetch(con, "freshness"))


def _freshness(rows: list[Record]) -> tuple[Freshness, ...]:
    """One line for each system: the latest business date in it, and its exports that are late."""
    found = []
    for system in dict.fromkeys(row.system for row in rows):
        own = [row for row in rows if row.system == system]
        dates = [row.latest_date for row in own if row.latest_date is not None]
        late = tuple(row.table_name for row in own if row.is_late)
        found.append(
            Freshness(system=_system(system), data_to=max(dates, default=None), late_tables=late)
        )
    return tuple(found)


def has_verdicts(con: duckdb.DuckDBPyConnection) -> bool:
    """Whether checks have run on what the warehouse holds."""
    found = con.execute(
        "select count(*) from information_schema.tables "
        "where table_schema = 'mart' and table_name = 'check_result' "
        "and table_catalog = current_database()"  # the published copy may be open beside it
    ).fetchone()
    return found is not None and found[0] > 0


def _failed(check: Record) -> FailedCheck:
    return concern(
        check.check_id,
        check.table_name,
        offenders=check.offenders or 0,
        has_run=check.status != "errored",
        blocking=check.severity == "block",
        amount=check.amount,
    )


def _system(system: str) -> Text:
    if system in _SYSTEMS:
        return message(f"system.{system}")
    return verbatim(system.upper())


@shows(queries=("quarantine_tables",))
def quality_section(context: Context) -> Section:
    """Rows kept aside by table, and exports that are missing."""
    rows = context.rows("quarantine_tables")
    return Section(
        id="quality",
        topic=message("quality.topic"),
        message=_headline(rows),
        what=(message("quality.what"),) if rows else (),
        note=_missing(context),
        table=table(
            "table:text rows:count amount:money problems:count files:count",
            [
                (
                    table_name(row.table_name),
                    count(row.row_count),
                    money(row.amount),
                    count(row.rules),
                    count(row.files),
                )
                for row in rows
            ],
        )
        if rows
        else None,
    )


def table_name(name: str) -> Message:
    """A canonical table in words."""
    return message(f"export.{name}")


def _headline(rows: list[Record]) -> Message:
    if not rows:
        return message("quality.clean")
    kept = Count(value=sum(row.row_count for row in rows), unit="rows")
    amount = sum((row.amount for row in rows if row.amount is not None), Decimal(0))
    largest = max(rows, key=lambda r: (abs(r.amount or 0), r.row_count))
    if amount:
        return message(
            "quality.kept_money",
            rows=kept,
            amount=Money(amount=amount),
            table=table_name(largest.table_name),
        )
    return message("quality.kept", rows=kept, table=table_name(largest.table_name))


def _missing(context: Context) -> tuple[Message, ...]:
    if not context.missing:
        return ()
    names: tuple[Shown, ...] = tuple(table_name(name) for name in sorted(context.missing))
    return (message("quality.missing", exports=Listing(items=names)),)
