"""Which pages a reader is sent: of whom they are, which of them are whole periods, which are old.

Belongs here: choosing among published pages. Does not belong here: what a message says.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pipelines.delivery.access.cut import Kept, kept
from pipelines.delivery.access.readers import Reader
from pipelines.delivery.folders.published import Published
from pipelines.reporting.publish.build import StaleNotice
from pipelines.reporting.publish.entries import Entry


@dataclass(frozen=True)
class Chosen:
    """A page for a reader; `stale` says why it is an old one."""

    reader: Reader
    entry: Entry
    keep: Kept
    stale: StaleNotice | None

    @property
    def series(self) -> str:
        """What a later page of the same report replaces: the same reader's, of the same owner."""
        return f"{self.reader.id}/{self.entry.report}/{self.entry.reader.id}"

    @property
    def key(self) -> str:
        """What is sent once: the page of a period, or that it was not renewed, once a day."""
        key = f"{self.reader.id}/{self.entry.stem}"
        return f"{key}/stale-{self.stale.at:%Y-%m-%d}" if self.stale else key


def chosen(
    published: Published, reader: Reader, reports: Mapping[str, Sequence[str]], day: dt.date
) -> list[Chosen]:
    """The pages of a role's reports that a reader is sent.

    Of each report and owner the newest whole period counts, and only if its last day is not after
    the business date: a week that still runs would be sent half and never again.
    """
    stale = {notice.report: notice for notice in published.edition.stale}
    found = []
    for report in reports.get(reader.role, ()):
        newest: dict[str, Entry] = {}
        for entry in published.entries:
            if entry.report != report or not _is_for(entry, reader):
                continue
            before = newest.get(entry.reader.id)
            is_over = entry.period.end <= min(published.edition.as_of, day)
            if is_over and (before is None or before.period.end < entry.period.end):
                newest[entry.reader.id] = entry
        for _, entry in sorted(newest.items()):
            outline = published.outline(entry)
            keep = kept(reader, outline) if outline else None
            if keep is None or keep.is_nothing:
                continue
            if keep.is_whole or published.can_be_cut(entry):
                notice = stale.get(entry.family) if entry.stale else None
                found.append(Chosen(reader, entry, keep, notice))
    return found


def _is_for(entry: Entry, reader: Reader) -> bool:
    """Whether a page is of the reader, of a unit they are assigned to or lead, or of all."""
    owner = entry.reader
    if owner.kind == "employee":
        return owner.id == reader.id
    if owner.kind in ("region", "team"):
        return owner.id in reader.at
    return True
