"""The exports a run was computed from: what came, how new it is, what of it could be used.

Belongs here: exports of the present state, late and missing ones. Does not belong here: rows that
were kept aside (`section_quarantine.py`).
"""

from __future__ import annotations

from pathlib import PurePosixPath

from pipelines.reporting.model.context import Context
from pipelines.reporting.model.page import Section
from pipelines.reporting.model.queries import Record
from pipelines.reporting.model.shows import shows
from pipelines.reporting.model.tables import count, day, money, table
from pipelines.reporting.model.values import (
    Count,
    Days,
    Listing,
    Message,
    Shown,
    Verbatim,
    message,
    verbatim,
)
from pipelines.reporting.shared.quality import table_name

_WORST = 3


def exports(context: Context) -> list[Record]:
    """The exports of the present state; how new they are only where that was looked at."""
    return context.rows("exports" if context.is_renewed("exports") else "exports_alone")


def late_tables(context: Context) -> tuple[str, ...]:
    """Tables whose export is late, each once."""
    return tuple(dict.fromkeys(row.table_name for row in exports(context) if row.is_late))


@shows(queries=("exports", "exports_alone"))
def exports_section(context: Context) -> Section:
    """Every export with its rows; late ones first, then those with most rows kept aside."""
    rows = exports(context)
    return Section(
        id="exports",
        topic=message("exports.topic"),
        message=_headline(context, rows),
        what=(message("exports.what"),) if rows else (),
        note=_notes(context, rows),
        table=table(
            "export:text file:text exported:day landed_rows:count accepted_rows:count "
            "kept_rows:count kept_amount:money latest:day expected_every:text late:text",
            [_cells(row) for row in rows],
            judgements=["bad" if row.is_late else "neutral" for row in rows],
        )
        if rows
        else None,
        table_open=any(row.is_late for row in rows),
    )


def file_place(file: str) -> Verbatim:
    """A file without the folders above its own, which differ from machine to machine."""
    return verbatim("/".join(PurePosixPath(file).parts[-2:]))


def place_of(file: str, sheet: str | None = None, line: int | None = None) -> Message:
    """Where something stands: the file without the folders above its own, sheet and line."""
    name = file_place(file)
    said = message("exports.sheet", file=name, sheet=verbatim(sheet)) if sheet else None
    if line is None:
        return said or message("value.plain", value=name)
    return message("exports.line", file=said or name, line=Count(value=line))


def _cells(row: Record) -> tuple[Shown | None, ...]:
    return (
        table_name(row.table_name),
        place_of(row.file, row.sheet),
        day(row.exported_date),
        count(row.rows_landed),
        count(row.rows_accepted),
        count(row.rows_quarantined),
        money(row.amount_quarantined or None),
        day(row.latest_date),
        _expected(row),
        message("exports.late") if row.is_late else None,
    )


def _expected(row: Record) -> Message | None:
    if row.expected_days is not None:
        return message("exports.every", days=Days(value=row.expected_days))
    return message("exports.every_working_day") if row.is_daily else None


def _headline(context: Context, rows: list[Record]) -> Message:
    late = late_tables(context)
    if not rows:
        return message("exports.none")
    if late:
        return message("exports.are_late", n=Count(value=len(late)), exports=_names(late))
    if not context.is_renewed("exports"):
        return message("exports.age_unknown", n=Count(value=len(rows)))
    return message("exports.on_time", n=Count(value=len(rows)))


def _notes(context: Context, rows: list[Record]) -> tuple[Message, ...]:
    notes = []
    worst = sorted((r for r in rows if r.rows_quarantined), key=lambda r: -r.rows_quarantined)
    if worst:
        named = tuple(
            message(
                "exports.kept_of",
                export=table_name(row.table_name),
                kept=Count(value=row.rows_quarantined),
                landed=Count(value=row.rows_landed),
            )
            for row in worst[:_WORST]
        )
        notes.append(message("exports.worst", exports=Listing(items=named)))
    if context.missing:
        missing = _names(tuple(sorted(context.missing)))
        notes.append(message("quality.missing", exports=missing))
    return tuple(notes)


def _names(tables: tuple[str, ...]) -> Listing:
    return Listing(items=tuple(table_name(name) for name in tables))
