"""The pages of a report between building and publishing: on disk, one at a time in memory.

Belongs here: keeping pages and their workbooks until every check of the run has spoken. Does not
belong here: how they are written for readers (`build.py`).
"""

from __future__ import annotations

import pickle
import shutil
from collections.abc import Iterable, Iterator
from pathlib import Path

from pipelines.reporting.language.numbers import LANGUAGES
from pipelines.reporting.model.page import Page
from pipelines.reporting.workbook.write import write_book


class PageStore:
    """Pages in their order, in a folder of the running process; read as often as one likes."""

    def __init__(self, folder: Path, pages: Iterable[Page] = ()) -> None:
        """Keep the pages; each may be forgotten by its builder before the next one is built."""
        shutil.rmtree(folder, ignore_errors=True)
        self._pages, self._books = folder / "pages", folder / "books"
        for place in (self._pages, self._books):
            place.mkdir(parents=True)
        self._count = 0
        for page in pages:
            self._add(page)

    def _add(self, page: Page) -> None:
        if page.book is not None:
            base = self._books / page.stem.parent
            base.mkdir(parents=True, exist_ok=True)
            for language in LANGUAGES:
                write_book(page.book, base / f"{page.period.key}.{language}.xlsx", language)
        with (self._pages / f"{self._count:08}").open("wb") as target:
            pickle.dump(page.model_copy(update={"book": None}), target, pickle.HIGHEST_PROTOCOL)
        self._count += 1

    def __len__(self) -> int:
        return self._count

    def __iter__(self) -> Iterator[Page]:
        """The pages without their workbooks."""
        for path in sorted(self._pages.iterdir()):
            with path.open("rb") as source:
                yield pickle.load(source)

    def move_books(self, target: Path) -> None:
        """Put the workbooks beside the pages of an output folder, once."""
        for book in sorted(self._books.rglob("*.xlsx")):
            place = target / book.relative_to(self._books)
            place.parent.mkdir(parents=True, exist_ok=True)
            book.replace(place)
