"""Links of rendered pages: those that lead nowhere in a reader's folder become plain words, and a
page that is rendered again gets those of the published one.

Belongs here: finding, taking out and giving back links. It is no protection: what a reader may not
see is not in the folder at all.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Set
from pathlib import PurePosixPath
from posixpath import normpath

from pipelines.reporting.model.page import Crumb, Page, Place, Section, Table
from pipelines.reporting.publish.entries import Entry

# links inside only: what leads to another system has a colon
_LINK = re.compile(r'<a\b[^>]*?\bhref="([^"#:?]+)(?:[#?][^"]*)?"[^>]*>(.*?)</a>', re.DOTALL)

_PATH = re.compile(r'<nav class="path".*?</nav>', re.DOTALL)
_HREF = re.compile(r'<a href="([^"#:?]+)"')
_SECTION = re.compile(r'<section id="([\w-]+)"(.*?)</section>', re.DOTALL)
_BODY = re.compile(r"<tbody.*?</tbody>", re.DOTALL)
_ROW = re.compile(r'<tr role="row".*?</tr>', re.DOTALL)
_CELL = re.compile(r"<t[hd] ")
_TO = re.compile(r'<a class="to" href="([^"#:?]+)"')


def given_back(
    page: Page, published: str, path: PurePosixPath, entries: Mapping[PurePosixPath, Entry]
) -> Page:
    """A page read from its model, which holds no links, with those of the page as published: the
    units above, and the pages of its rows.

    Args:
        published: the rendered page; `path` is where it stands.
        entries: the published pages by their stems; a link to anything else is not given back.
    """
    above = _PATH.search(published)
    crumbs = [_entry(link[1], path, entries) for link in _HREF.finditer(above[0] if above else "")]
    links = {found[1]: found[2] for found in _SECTION.finditer(published)}
    return page.model_copy(
        update={
            "above": tuple(
                Crumb(label=one.reader.name, place=_place(one)) for one in crumbs if one
            ),
            "sections": tuple(
                _with_links(section, links.get(section.id, ""), path, entries)
                for section in page.sections
            ),
        }
    )


def _with_links(
    section: Section, html: str, path: PurePosixPath, entries: Mapping[PurePosixPath, Entry]
) -> Section:
    body = _BODY.search(html)
    if section.table is None or body is None:
        return section
    drawn = _ROW.findall(body[0])
    if len(drawn) > len(section.table.rows):  # of another version: no row is surely another's
        return section
    to, at = [], 0
    for row in drawn:
        link = _TO.search(row)
        entry = _entry(link[1], path, entries) if link else None
        to.append(_place(entry) if entry else None)
        at = len(_CELL.findall(row[: link.start()])) - 1 if link else at
    return section.model_copy(update={"table": _leading(section.table, to, at)})


def _leading(table: Table, to: list[Place | None], at: int) -> Table:
    """A table whose rows, those that the page showed, lead to their pages.

    A page with a workbook beside it shows the first rows, and behind them the totals.
    """
    shown = list(range(len(table.rows)))
    if len(to) < len(shown):
        totals = [i for i in shown if table.rows[i].role == "total"]
        plain = [i for i in shown if table.rows[i].role == "row"]
        shown = [*plain[: max(len(to) - len(totals), 0)], *totals]
    places = dict(zip(shown, to, strict=False))
    rows = tuple(row.model_copy(update={"to": places.get(i)}) for i, row in enumerate(table.rows))
    return table.model_copy(update={"rows": rows, "link_at": at})


def _entry(href: str, path: PurePosixPath, entries: Mapping[PurePosixPath, Entry]) -> Entry | None:
    """The published page that a link of a page leads to."""
    target = PurePosixPath(normpath(str(path.parent / href)))
    return entries.get(target.with_name(target.name.partition(".")[0]))


def _place(entry: Entry) -> Place:
    return Place(report=entry.report, reader_id=entry.reader.id, period=entry.period.key)


def leads_to(text: str, page: PurePosixPath) -> frozenset[PurePosixPath]:
    """The files that a page links to, by their paths from the top of the folder."""
    return frozenset(_target(found, page) for found in _LINK.finditer(text))


def without(text: str, page: PurePosixPath, gone: Set[PurePosixPath]) -> str:
    """The page with links to these files as plain words."""
    return _LINK.sub(
        lambda found: f"<span>{found[2]}</span>" if _target(found, page) in gone else found[0],
        text,
    )


def _target(found: re.Match[str], page: PurePosixPath) -> PurePosixPath:
    return PurePosixPath(normpath(str(page.parent / found[1])))
