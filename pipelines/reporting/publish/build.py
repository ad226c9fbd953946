"""From page models to files: everything one run wants to publish, in its own build folder.

Belongs here: writing pages, their JSON, the shared assets, and what the publisher must know
about them. Does not belong here: touching anything published (`publish.py`).
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime
from importlib.util import find_spec
from pathlib import Path, PurePosixPath

from pydantic import Field

from pipelines.errors import UserError
from pipelines.reporting.drilldown.page import Drilldown
from pipelines.reporting.language.numbers import LANGUAGES
from pipelines.reporting.model.page import (
    FailedCheck,
    Freshness,
    Page,
    Quality,
    Slug,
    all_rows_of,
)
from pipelines.reporting.model.values import Frozen, Text
from pipelines.reporting.publish.entries import CATALOGUE, Catalogue, Entry, entry_of
from pipelines.reporting.publish.render import Look, render, render_drilldown, render_rows
from pipelines.reporting.publish.site import Site
from pipelines.reporting.workbook.write import write_books
from pipelines.workspace.resources import shipped

EDITION = "edition.json"


class StaleNotice(Frozen):
    """Why a report was not renewed: the blocking checks that failed, and when they ran."""

    report: Slug
    at: datetime
    checks: tuple[FailedCheck, ...] = Field(min_length=1)


class Seal(Frozen):
    """The seal of a closed month as it was known when an edition was published."""

    period: str
    seal: str


class Edition(Frozen):
    """One run's publication as a whole: what the list of reports says above the list."""

    company: Text
    as_of: date
    currency: str = "CNY"
    reports: tuple[Slug, ...]
    quality: Quality
    freshness: tuple[Freshness, ...] = ()
    stale: tuple[StaleNotice, ...] = ()
    up_is_red: bool = False
    seals: tuple[Seal, ...] = ()


def write_build(
    build_dir: Path,
    pages: Iterable[Page],
    edition: Edition,
    opened: Iterable[Drilldown] = (),
    closed: Iterable[Entry] = (),
    site: Site | None = None,
    say: Callable[[str], None] = lambda _: None,
) -> Catalogue:
    """Render all pages in both languages into `build_dir`, which is emptied first.

    A tile leads to the page of its rows where `opened` has one. Pages of `closed` periods are files
    of the ledger, listed here and never rendered again. `say` is told each page that is begun.

    Other files that a run publishes (workbooks, the read-only warehouse) may be added to the
    folder afterwards; the publisher takes all of it.

    Raises:
        UserError: two pages claim the same report, reader and period.
    """
    if build_dir.exists():
        shutil.rmtree(build_dir)
    build_dir.mkdir(parents=True)
    look = Look(up_is_red=edition.up_is_red)
    behind: dict[PurePosixPath, list[Drilldown]] = {}
    for one in opened:
        behind.setdefault(one.stem.parent, []).append(one)
    written = write_pages(build_dir, pages, look, behind, site, say)
    write_assets(build_dir / "assets")
    entries = {entry.stem: entry for entry in (*written.entries, *closed)}
    catalogue = Catalogue(entries=tuple(entries[stem] for stem in sorted(entries)))
    write_text(build_dir / CATALOGUE, catalogue.model_dump_json())
    write_text(build_dir / EDITION, edition.model_dump_json())
    return catalogue


def write_pages(
    folder: Path,
    pages: Iterable[Page],
    look: Look,
    behind: Mapping[PurePosixPath, list[Drilldown]] | None = None,
    site: Site | None = None,
    say: Callable[[str], None] = lambda _: None,
) -> Catalogue:
    """Render pages in both languages below a folder; returns what the list of reports shows.

    Raises:
        UserError: two pages claim the same report, reader and period.
    """
    entries: dict[PurePosixPath, Entry] = {}
    for page in pages:
        if page.stem in entries:
            raise UserError(f"Two pages are both called {page.stem}; their readers share an id.")
        say(str(page.stem))
        _write_page(folder, page, look, (behind or {}).get(page.stem, []), site or Site())
        entries[page.stem] = entry_of(page)
    return Catalogue(entries=tuple(entries[stem] for stem in sorted(entries)))


def _write_page(
    build_dir: Path, page: Page, look: Look, behind: list[Drilldown], site: Site
) -> None:
    write_beside(page, build_dir)
    write_text(build_dir / page.beside("json"), page.to_json())
    cut = [one for one in page.sections if one.table is not None and one.table.rest]
    opened = {one.asked.kpi_id for one in behind} | {all_rows_of(one.id) for one in cut}
    linked, beside = site.linked(page), site.beside(entry_of(page))
    for language in LANGUAGES:
        text = render(linked, language, look, opened, beside)
        write_text(build_dir / page.beside(f"{language}.html"), text)
    if opened:
        (build_dir / page.stem).mkdir(exist_ok=True)
    for section in cut:
        for language in LANGUAGES:
            target = build_dir / page.stem / f"{all_rows_of(section.id)}.{language}.html"
            write_text(target, render_rows(linked, section, language, look))
    for one in behind:
        for language in LANGUAGES:
            target = build_dir / f"{one.stem}.{language}.html"
            write_text(target, render_drilldown(one, language, look))


def write_beside(page: Page, folder: Path) -> None:
    """Make a page's folder below an output folder and write its workbooks and extracts there."""
    (folder / page.stem.parent).mkdir(parents=True, exist_ok=True)
    if page.book is not None:
        write_books(page.book, {lang: folder / page.beside(f"{lang}.xlsx") for lang in LANGUAGES})
    for extract in page.extracts:
        extract.write(folder / page.beside(f"{extract.name}.parquet"))


def write_assets(folder: Path, charts: bool = True) -> None:
    """The style and the script, and where there are charts one copy of Plotly for the folder."""
    folder.mkdir()
    for source in sorted(shipped("reports", "templates", "assets").iterdir()):
        shutil.copyfile(source, folder / source.name)
    if charts:
        shutil.copyfile(_plotly_script(), folder / "plotly.min.js")


def _plotly_script() -> Path:
    # Importing plotly costs seconds and only this one file of it is needed.
    package = find_spec("plotly")
    if package is None or not package.submodule_search_locations:
        raise UserError("The package plotly is not installed; run: pip install attain")
    return Path(package.submodule_search_locations[0]) / "package_data" / "plotly.min.js"


def write_text(path: Path, text: str) -> None:
    """Write a new file, never through a hard link that an older publication shares."""
    try:
        target = path.open("x", encoding="utf-8", newline="\n")
    except FileExistsError:
        path.unlink()
        target = path.open("x", encoding="utf-8", newline="\n")
    with target:
        target.write(text)
