"""Figures of one page under one word: what a reader cannot tell apart has to be one quantity.

A figure is named by the words beside it: a tile by its label and scope, a cell by the label of its
column and the texts of its row, a sum by its column alone. Figures of one page under one name have
one value; another quantity, or that of another scope, says so. Rows of one table are told apart by
the table; sections that come once for each of several things name theirs in the topic.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from itertools import combinations

from pipelines.reporting.language.speaker import Speaker
from pipelines.reporting.model.page import Page, Section
from tests.support.pages.claims import number

# Columns that count or weigh whatever the section lists: its topic says what.
OF_THE_LIST = frozenset({"amount", "deals", "items", "lines", "weight"})


@dataclass(frozen=True)
class Figure:
    """`scope` are the texts beside it, none for a sum; `place` the tile, or section and column."""

    label: str
    scope: str
    place: tuple[str, str]
    kind: str
    value: Decimal


def figures(page: Page, speaker: Speaker) -> Iterator[Figure]:
    for tile in page.tiles:
        value = number(tile.value)
        if tile.value is not None and value is not None:
            label, scope = speaker.text(tile.label), speaker.text(tile.scope)
            yield Figure(label, scope, ("tile", tile.kpi_id), tile.value.kind, value)
    for section in page.sections:
        yield from _of_table(section, speaker)


def _of_table(section: Section, speaker: Speaker) -> Iterator[Figure]:
    if section.table is None:
        return
    columns = section.table.columns
    subject = [speaker.text(section.topic)] if section.topic.params else []
    for row in section.table.rows:
        texts = [
            speaker.text(cell)  # type: ignore[arg-type]
            for column, cell in zip(columns, row.cells, strict=True)
            if column.type in ("text", "period", "day") and cell is not None
        ]
        scope = " ".join([*subject, *([] if row.role == "total" else texts)])
        for column, cell in zip(columns, row.cells, strict=True):
            value = number(cell)  # type: ignore[arg-type]
            if cell is not None and value is not None and column.id not in OF_THE_LIST:
                label = speaker.text(column.label)
                yield Figure(label, scope, (section.id, column.id), cell.kind, value)


def confused(page: Page, speaker: Speaker) -> list[str]:
    """Figures that a page names alike and that differ."""
    named: dict[tuple[str, str, str], list[Figure]] = defaultdict(list)
    for figure in figures(page, speaker):
        named[figure.label, figure.scope, figure.kind].append(figure)
    return [
        f"{page.stem}: {label!r} {scope} is {one.value:f} in {' '.join(one.place)} "
        f"and {other.value:f} in {' '.join(other.place)}"
        for (label, scope, _), found in sorted(named.items())
        for one, other in combinations(found, 2)
        if one.place != other.place and round(one.value, 2) != round(other.value, 2)
    ]
