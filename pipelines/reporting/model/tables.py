"""Tables of a section from rows of typed cells, and sections and tiles that have nothing to show.

Belongs here: columns by name and type, totals, cutting long tables. Does not belong here: words;
a column's name is the message `column.<id>`.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from functools import lru_cache

from pipelines.reporting.model.page import Column, Definition, Place, Row, Section, Table, Tile
from pipelines.reporting.model.values import (
    Count,
    Day,
    Judgement,
    Message,
    Money,
    Ratio,
    Shown,
    Text,
    message,
    quotient,
)

Cells = Sequence[Shown | None]
HELD_ROWS = 200
"""Rows of a section that a page of their own shows: pages grow with readers, not with facts."""


def table(
    columns: str,
    rows: Sequence[Cells],
    *,
    total: Cells | None = None,
    judgements: Sequence[Judgement] = (),
    first: int | None = None,
    rows_in_all: int | None = None,
    to: Sequence[Place | None] = (),
    link: str = "",
    find: Sequence[str] = (),
    records: Sequence[str | None] = (),
    record: str = "",
) -> Table:
    """A table; `columns` is "name:type name:type", a total row stands last.

    Args:
        first: rows on the page itself; the next ones stand on a page of their own.
        rows_in_all: how many there are, where not all are given.
        to: the page that each row leads to.
        link: the column whose cells lead there; the first where it is left out.
        find: what each row is also found by, such as a name in the other language.
        records: where the system it came from shows each row's record.
        record: the column whose cells lead there; the first where it is left out.
    """
    specs = [part.split(":") for part in columns.split()]
    made = [
        Row(
            cells=tuple(cells),
            judgement=judgements[i] if judgements else "neutral",
            to=to[i] if to else None,
            find=find[i] if find else "",
            record_url=records[i] if records else None,
        )
        for i, cells in enumerate(rows[:HELD_ROWS] if first else rows)
    ]
    names = [name for name, _ in specs]
    made, rest = made[:first], made[first:] if first else []
    shown, in_all = len(made), max(rows_in_all or 0, len(rows))
    if total is not None:
        made.append(Row(cells=tuple(total), role="total"))
    return Table.model_validate(
        {
            "columns": [
                Column.model_validate(
                    {"id": name, "label": message(f"column.{name}"), "type": kind}
                )
                for name, kind in specs
            ],
            "rows": made,
            "rest": rest,
            "rows_in_all": in_all if in_all > shown else None,
            "link_at": names.index(link) if link else 0,
            "record_at": names.index(record) if any(records) and record else 0,
        }
    )


def money(amount: Decimal | None, exact: bool = False, signed: bool = False) -> Money | None:
    """An amount as a cell; none stays empty."""
    return None if amount is None else Money(amount=amount, exact=exact, signed=signed)


def share(
    part: Decimal | int | None, whole: Decimal | int | None, decimals: int = 0
) -> Ratio | None:
    """part ÷ whole as a cell; empty where there is nothing to divide by."""
    if part is None or not whole:
        return None
    return Ratio(value=quotient(part, whole), decimals=decimals)


def count(number: int | None, unit: str | None = None) -> Count | None:
    return None if number is None else Count(value=int(number), unit=unit)


@lru_cache(maxsize=10_000)
def day(value: date | None) -> Day | None:
    """A date as a cell; none stays empty. Half a million cells name some hundred days."""
    return None if value is None else Day(date=value)


def empty(
    section_id: str,
    topic: Message,
    otherwise: Message,
    missing: Message | None,
    *,
    detail: Message | None = None,
    half: bool = False,
    definitions: tuple[Definition, ...] = (),
) -> Section:
    """A section without figures.

    Where an export is missing nothing is claimed; where it is there, `otherwise` says what an
    empty result means, and `detail` why.
    """
    return Section(
        id=section_id,
        topic=topic,
        message=message("section.unknown") if missing is not None else otherwise,
        no_data_reason=missing or detail,
        width="half" if half else "full",
        definitions=definitions,
    )


def empty_tile(kpi_id: str, label: Text, scope: Text, reason: Message, section: str) -> Tile:
    """A tile that has nothing to show, and says why."""
    return Tile(
        kpi_id=kpi_id, label=label, scope=scope, value=None, no_data_reason=reason, section=section
    )  # fmt: skip
