"""Which pages there are while some are written: those published before and those of this build.

Belongs here: whether a page is there to link to, and the page of the same reader before and after.
Does not belong here: what a page says.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable
from operator import is_
from pathlib import PurePosixPath

from pipelines.reporting.model.page import Page, Row, Section
from pipelines.reporting.model.values import Period
from pipelines.reporting.publish.entries import Entry, Neighbours


class Site:
    """All pages that a reader will find, by their places."""

    def __init__(self, entries: Iterable[Entry] = ()) -> None:
        self._stems: set[PurePosixPath] = set()
        series: dict[tuple[str, str, str], dict[str, Period]] = {}
        for entry in entries:
            self._stems.add(entry.stem)
            key = (entry.report, entry.reader.id, entry.period.period)
            series.setdefault(key, {})[entry.period.key] = entry.period
        self._series = {
            key: sorted(periods.values(), key=lambda period: period.start)
            for key, periods in series.items()
        }

    def has(self, stem: PurePosixPath) -> bool:
        return stem in self._stems

    def beside(self, entry: Entry) -> Neighbours:
        """The nearest earlier and later page of the same report, reader and length of period."""
        periods = self._series.get((entry.report, entry.reader.id, entry.period.period), [])
        starts = [period.start for period in periods]
        place = bisect_left(starts, entry.period.start)
        if place == len(periods) or starts[place] != entry.period.start:
            return Neighbours()
        return Neighbours(
            earlier=periods[place - 1] if place else None,
            later=periods[place + 1] if place + 1 < len(periods) else None,
        )

    def linked(self, page: Page) -> Page:
        """The page with links only to pages that are there."""
        above = tuple(crumb for crumb in page.above if self.has(crumb.place.stem))
        sections = tuple(self._section(section) for section in page.sections)
        if above == page.above and all(map(is_, sections, page.sections)):
            return page
        return page.model_copy(update={"above": above, "sections": sections})

    def _section(self, section: Section) -> Section:
        if section.table is None:
            return section
        rows, rest = self._rows(section.table.rows), self._rows(section.table.rest)
        if rows is section.table.rows and rest is section.table.rest:
            return section
        table = section.table.model_copy(update={"rows": rows, "rest": rest})
        return section.model_copy(update={"table": table})

    def _rows(self, rows: tuple[Row, ...]) -> tuple[Row, ...]:
        if not any(map(self._is_dead, rows)):
            return rows
        return tuple(
            row.model_copy(update={"to": None}) if self._is_dead(row) else row for row in rows
        )

    def _is_dead(self, row: Row) -> bool:
        return row.to is not None and not self.has(row.to.stem)
