"""A page cut down to what a reader sees of it.

Belongs here: which parts of a page stay, and the page without the others. Does not belong here: who
sees a subject (`readers.py`), or where files are written (`folders/`).
"""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import dataclass
from functools import cached_property

from pipelines.delivery.access.policy import SUBJECTS, Subject
from pipelines.delivery.access.readers import Reader
from pipelines.delivery.access.subjects import SubjectList, Subjects
from pipelines.reporting.model.page import Page
from pipelines.reporting.model.page import Reader as PageReader
from pipelines.reporting.model.values import Listing, message


@dataclass(frozen=True)
class Outline:
    """The parts of a published page by what they are about, without anything they say."""

    report: str
    owner: PageReader
    until: dt.date
    lead: Subjects
    sections: dict[str, Subjects]
    tiles: dict[str, Subjects]

    @cached_property
    def subjects(self) -> Subjects:
        """Everything the page is about, and the files beside it."""
        return self.lead.union(*self.sections.values(), *self.tiles.values())


@dataclass(frozen=True)
class Kept:
    """What stays of a page for somebody: the subjects of it that they see."""

    seen: Subjects
    outline: Outline

    @property
    def is_whole(self) -> bool:
        return self.outline.subjects <= self.seen

    @property
    def sections(self) -> frozenset[str]:
        return frozenset(i for i, about in self.outline.sections.items() if about <= self.seen)

    @property
    def tiles(self) -> frozenset[str]:
        return frozenset(i for i, about in self.outline.tiles.items() if about <= self.seen)

    @property
    def is_nothing(self) -> bool:
        return not self.sections and not self.tiles

    @property
    def left_out(self) -> tuple[Subject, ...]:
        return tuple(s for s in SUBJECTS if s in self.outline.subjects - self.seen)


def outline(text: bytes, subjects: SubjectList) -> Outline:
    """The outline of a page from its published JSON.

    Raises:
        ValueError: it is no page.
    """
    page = json.loads(text)
    try:
        owner, report = PageReader.model_validate(page["reader"]), page["report"]
        kpi = owner.id if report == "kpi_browser" else ""
        return Outline(
            report=report,
            owner=owner,
            until=dt.date.fromisoformat(page["period"]["end"]),
            lead=subjects.of_lead(report),
            sections={
                section["id"]: subjects.of_section(report, section["id"], kpi)
                for section in page["sections"]
            },
            tiles={tile["kpi_id"]: subjects.of_kpi(tile["kpi_id"]) for tile in page["tiles"]},
        )
    except (KeyError, TypeError) as error:
        raise ValueError(f"not the model of a page: {error}") from None


def kept(reader: Reader, of: Outline) -> Kept:
    """What a reader sees of a page."""
    seen = frozenset(subject for subject in of.subjects if reader.sees(subject, of.owner, of.until))
    return Kept(seen, of)


def cut(page: Page, keep: Kept) -> Page:
    """The page without the parts that are left out, and with a sentence that says so."""
    sections = tuple(
        section.model_copy(update={"link": None})  # a file beside the page holds all of it
        for section in page.sections
        if section.id in keep.sections
    )
    ids = {section.id for section in sections}
    tiles = tuple(
        tile if tile.section in ids else tile.model_copy(update={"section": None})
        for tile in page.tiles
        if tile.kpi_id in keep.tiles
    )
    names = Listing(items=tuple(message(f"access.{subject}") for subject in keep.left_out))
    without = message("access.part", subjects=names)
    lead = (*page.lead, without) if keep.outline.lead <= keep.seen else (without,)
    return page.model_copy(update={"lead": lead, "tiles": tiles, "sections": sections})
