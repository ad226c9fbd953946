"""The list of all reports: newest page per reader first, earlier ones behind a disclosure.

Belongs here: arranging catalogue entries and rendering the index in both languages.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby

from pipelines.reporting.language.numbers import LanguageCode
from pipelines.reporting.model.values import Text
from pipelines.reporting.publish.build import Edition, StaleNotice
from pipelines.reporting.publish.entries import Catalogue, Entry
from pipelines.reporting.publish.render import environment, quality_texts, words

# Where a report has many readers, its list gets a search field.
_MANY = 12
_EARLIER = 8


@dataclass(frozen=True)
class ReaderPages:
    """One reader's pages of one report, newest first; `more` older ones are not listed."""

    newest: Entry
    earlier: tuple[Entry, ...]
    more: int


@dataclass(frozen=True)
class ReportPages:
    """One report with all its readers, and why it was not renewed if it was not."""

    report: str
    readers: tuple[ReaderPages, ...]
    stale: StaleNotice | None

    @property
    def many(self) -> bool:
        return len(self.readers) > _MANY


def arrange(catalogue: Catalogue, edition: Edition) -> list[ReportPages]:
    """Reports in the company's order, then any older report that is still published."""
    by_report: dict[str, list[Entry]] = {report: [] for report in edition.reports}
    for entry in catalogue.entries:
        if entry.listed:
            by_report.setdefault(entry.family, []).append(entry)
    stale = {notice.report: notice for notice in edition.stale}
    return [
        ReportPages(report, _readers(entries), stale.get(report))
        for report, entries in by_report.items()
        if entries or report in stale
    ]


def _readers(entries: list[Entry]) -> tuple[ReaderPages, ...]:
    entries = sorted(entries, key=_place)
    groups = []
    for _, group in groupby(entries, key=_place):
        pages = sorted(group, key=lambda e: (e.period.end, e.period.key), reverse=True)
        earlier = tuple(pages[1 : 1 + _EARLIER])
        groups.append(ReaderPages(pages[0], earlier, len(pages) - 1 - len(earlier)))
    return tuple(groups)


_SHORTEST_FIRST = ("day", "week", "month", "quarter", "half_year", "year")


def _place(entry: Entry) -> tuple[bool, str, str, int, str]:
    # Forms of single people stand after the page of the function or company they belong to.
    reader = entry.reader
    length = _SHORTEST_FIRST.index(entry.period.period)
    return (reader.kind == "employee", reader.kind, reader.id, length, entry.report)


def newest(catalogue: Catalogue, report: str) -> list[Entry]:
    """The newest page of a report for each of its readers and parts."""
    entries = [entry for entry in catalogue.entries if entry.family == report]
    return [pages.newest for pages in _readers(entries)]


def render_index(
    catalogue: Catalogue, edition: Edition, language: LanguageCode, of: Text | None = None
) -> str:
    """The index page in one language; `of` is whose it is, where it is one reader's."""
    speech = words(language, edition.currency, edition.as_of.year)
    return (
        environment()
        .get_template("index.html")
        .render(
            w=speech,
            edition=edition,
            reports=arrange(catalogue, edition),
            quality=quality_texts(edition.quality),
            root="",
            of=of,
        )
    )


def index_name(language: LanguageCode) -> str:
    """Chinese is the default; English stands beside it."""
    return "index.html" if language == "zh" else f"index.{language}.html"
