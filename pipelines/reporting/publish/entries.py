"""The list of published pages: one entry each, without anything of what a page says.

Belongs here: entries and their places. Does not belong here: writing pages (`build.py`).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path, PurePosixPath
from typing import Any

from pydantic import model_validator

from pipelines.reporting.model.page import Page, Reader, Slug, file_name
from pipelines.reporting.model.values import Frozen, Period

CATALOGUE = "catalogue.json"


def page_stem(report: str, reader: Reader, period: Period) -> PurePosixPath:
    """report/reader/period."""
    return PurePosixPath(report, file_name(reader.id), period.key)


class Entry(Frozen):
    """A published page as the list shows it; `family` is the report it is ordered with.

    Everybody may read the list: nothing of what a page says stands in it.
    """

    report: Slug
    family: Slug
    reader: Reader
    period: Period
    as_of: date
    currency: str
    stale: bool = False
    listed: bool = True

    @model_validator(mode="before")
    @classmethod
    def _of_earlier_lists(cls, values: dict[str, Any]) -> dict[str, Any]:
        """A page is its own family unless it names one; lists once held its first sentences."""
        kept = {name: value for name, value in values.items() if name != "lead"}
        return {"family": values.get("report"), **kept}

    @property
    def stem(self) -> PurePosixPath:
        """Path below the output folder, without language and suffix."""
        return page_stem(self.report, self.reader, self.period)


@dataclass(frozen=True)
class Neighbours:
    """The periods of the same report and reader next to a page's own."""

    earlier: Period | None = None
    later: Period | None = None


class Catalogue(Frozen):
    """All pages of an output folder, sorted by their path."""

    entries: tuple[Entry, ...] = ()


def entry_of(page: Page) -> Entry:
    """The page as the list shows it."""
    return Entry(
        report=page.report,
        family=page.family or page.report,
        reader=page.reader,
        period=page.period,
        as_of=page.as_of,
        currency=page.currency,
        listed=page.listed,
    )


def published_entries(folder: Path) -> tuple[Entry, ...]:
    """The pages of a published folder; none where nothing was published."""
    catalogue = folder / CATALOGUE
    if not catalogue.exists():
        return ()
    return Catalogue.model_validate_json(catalogue.read_bytes()).entries
