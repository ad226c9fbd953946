"""Checks that did not hold and accidents that exports show, each with its first row.

Belongs here: the verdicts of the run for those who can do something about them. Does not belong
here: how a check looks (`pipelines/checks`), or the short list on every page (`section_quality`).
"""

from __future__ import annotations

import json
import re
from typing import Any

from pipelines.reporting.model.context import Context
from pipelines.reporting.model.page import Link, Section
from pipelines.reporting.model.queries import Record
from pipelines.reporting.model.shows import shows
from pipelines.reporting.model.tables import count, table
from pipelines.reporting.model.values import (
    Bilingual,
    Count,
    Message,
    Shown,
    Text,
    message,
    verbatim,
)
from pipelines.reporting.shared.exports import place_of
from pipelines.reporting.shared.quality import has_verdicts, table_name
from pipelines.sources.contract import canonical_tables

_MOST, _PAIRS = 60, 4
DATA_DOCS = Link(label=message("verdicts.docs"), path="data_docs/index.html")


def broken(context: Context) -> list[Record]:
    """Checks that did not hold: what blocks first, then by the rows concerned."""
    if not has_verdicts(context.con):
        return []
    found = [row for row in context.rows("checks") if row.status != "passed"]
    return sorted(
        found, key=lambda r: (not blocks(r), -(r.offenders or 0), r.table_name, r.check_id)
    )


def blocks(check: Record) -> bool:
    """Whether a check keeps reports as they were."""
    return bool(check.severity == "block")


def sentence(check: Record) -> Bilingual:
    """What a check found, in its own words."""
    return Bilingual(zh=check.zh, en=check.en)


@shows(queries=("checks",))
def verdicts_section(context: Context) -> Section:
    """Everything that did not pass, and where every expectation can be read."""
    topic = message("verdicts.topic")
    if not has_verdicts(context.con):
        return Section(id="verdicts", topic=topic, message=message("verdicts.not_run"))
    rows = broken(context)
    return Section(
        id="verdicts",
        topic=topic,
        message=_headline(rows),
        what=(message("verdicts.what"),) if rows else (),
        table=table(
            "severity:text finding:text export:text rows:count place:text",
            [_cells(row) for row in rows],
            judgements=["bad" if blocks(row) else "neutral" for row in rows],
            first=_MOST,
        )
        if rows
        else None,
        table_open=bool(rows),
        link=DATA_DOCS,
    )


def _headline(rows: list[Record]) -> Message:
    blocking = [row for row in rows if blocks(row)]
    if not rows:
        return message("verdicts.all_hold")
    if blocking:
        return message("verdicts.blocked", n=Count(value=len(blocking)), all=Count(value=len(rows)))
    return message("verdicts.warned", n=Count(value=len(rows)))


def _cells(row: Record) -> tuple[Shown | None, ...]:
    return (
        _severity(row),
        sentence(row),
        subject(row.table_name),
        count(row.offenders or None),
        _place(row),
    )


def _severity(row: Record) -> Message:
    if row.status == "errored":
        return message("verdicts.errored")
    return message("verdicts.blocks" if blocks(row) else "verdicts.warns")


def subject(name: str) -> Text:
    """What a check looks at: an export in words, a computed table by its name."""
    table_of = name.removeprefix("staging.")
    return table_name(table_of) if table_of in canonical_tables() else verbatim(name)


def _place(row: Record) -> Text | None:
    """Where the first row shown stands: file and line, or its key in a computed table.

    Values of an export's rows stay away: one may be somebody's phone.
    """
    shown: list[dict[str, Any]] = json.loads(row.evidence or "[]")
    first = next((found for found in shown if found.get("file")), None)
    if first is not None:
        line = first.get("line")
        return place_of(str(first["file"]), None, int(line) if line is not None else None)
    if not shown or row.status == "errored" or isinstance(subject(row.table_name), Message):
        return None
    pairs = [
        f"{name} {_without_zeros(str(value))}"
        for name, value in shown[0].items()
        if value is not None
    ]
    return verbatim(", ".join(pairs[:_PAIRS])) if pairs else None


def _without_zeros(value: str) -> str:
    """An amount to the cent; the warehouse keeps four decimals."""
    return re.sub(r"(\.\d\d)0+$", r"\1", value)
