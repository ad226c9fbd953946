"""A page that could not be renewed says so, an earlier one leads on; no number is touched.

Belongs here: putting a notice or a link into a rendered page and taking it out again. Does not
belong here: deciding which report is blocked.
"""

from __future__ import annotations

from pathlib import Path

from pipelines.errors import UserError
from pipelines.reporting.language.numbers import LANGUAGES, LanguageCode
from pipelines.reporting.publish.build import StaleNotice, write_text
from pipelines.reporting.publish.entries import Entry, Neighbours
from pipelines.reporting.publish.render import (
    BESIDE_END,
    BESIDE_START,
    NOTICE_END,
    NOTICE_START,
    beside_links,
    environment,
    words,
)


def mark_stale(tree: Path, entry: Entry, notice: StaleNotice) -> None:
    """Put the notice into both languages of a page of the output folder `tree`, and into the pages
    behind its figures."""
    for language in LANGUAGES:
        _replace(tree, entry, language, _rendered(entry, notice, language))


def clear_stale(tree: Path, entry: Entry) -> None:
    """Take the notice out again: a newer page of the report exists."""
    for language in LANGUAGES:
        _replace(tree, entry, language, "")


def mark_beside(tree: Path, entry: Entry, beside: Neighbours) -> None:
    """Let an earlier page lead to the one that came after it; pages of earlier versions of attain
    and documents of closed months have no place for it."""
    for language in LANGUAGES:
        path = tree / f"{entry.stem}.{language}.html"
        links = beside_links(beside, words(language, entry.currency, entry.as_of.year))
        if path.exists():
            _replaced(path, links, BESIDE_START, BESIDE_END)


def carried_over(published: str, text: str) -> str:
    """A page rendered anew with the notice and the links of the published one."""
    for starts, ends in ((NOTICE_START, NOTICE_END), (BESIDE_START, BESIDE_END)):
        held = published.partition(starts)[2].partition(ends)[0]
        before, start, rest = text.partition(starts)
        _, end, after = rest.partition(ends)
        if start and end:
            text = f"{before}{start}{held}{end}{after}"
    return text


def _replace(tree: Path, entry: Entry, language: LanguageCode, notice: str) -> None:
    path = tree / f"{entry.stem}.{language}.html"
    if not _replaced(path, notice, NOTICE_START, NOTICE_END):
        raise UserError(
            f"{path}: the page has no place for a notice; it was changed after it was published.", 1
        )
    # one without a place for it leads back to the page that has one
    for behind in sorted((tree / entry.stem).glob(f"*.{language}.html")):
        _replaced(behind, notice, NOTICE_START, NOTICE_END)


def _replaced(path: Path, text: str, starts: str, ends: str) -> bool:
    """Put a text between two marks of a page; False if the page has no such place."""
    before, start, rest = path.read_text(encoding="utf-8").partition(starts)
    now, end, after = rest.partition(ends)
    if not start or not end:
        return False
    if now != text:
        write_text(path, f"{before}{start}{text}{end}{after}")
    return True


def _rendered(entry: Entry, notice: StaleNotice, language: LanguageCode) -> str:
    template = environment().get_template("notice.html")
    speech = words(language, entry.currency, entry.as_of.year)
    return template.render(w=speech, entry=entry, notice=notice)
