"""The pages of a report between building and publishing: on disk, one at a time in memory.

Belongs here: keeping pages and their workbooks until every check of the run has spoken. Does not
belong here: how they are written for readers (`build.py`).
"""

from __future__ import annotations

import pickle
import shutil
from collections.abc import Iterable, Iterator
from pathlib import Path

from pipelines.reporting.model.page import Page
from pipelines.reporting.publish.build import write_beside
from pipelines.reporting.publish.entries import Entry, entry_of


class PageStore:
    """Pages in their order, in a folder of the running process; read as often as one likes."""

    def __init__(self, folder: Path, pages: Iterable[Page] = ()) -> None:
        """Keep the pages; each may be forgotten by its builder before the next one is built."""
        shutil.rmtree(folder, ignore_errors=True)
        self._pages, self._beside = folder / "pages", folder / "beside"
        for place in (self._pages, self._beside):
            place.mkdir(parents=True)
        self._count = 0
        self.entries: list[Entry] = []
        for page in pages:
            self._add(page)

    def _add(self, page: Page) -> None:
        write_beside(page, self._beside)
        self.entries.append(entry_of(page))
        page = page.model_copy(
            update={"book": None, "is_book_written": page.has_book, "extracts": ()}
        )
        with (self._pages / f"{self._count:08}").open("wb") as target:
            pickle.dump(page, target, pickle.HIGHEST_PROTOCOL)
        self._count += 1

    def __len__(self) -> int:
        return self._count

    def __iter__(self) -> Iterator[Page]:
        """The pages without what goes with them."""
        for path in sorted(self._pages.iterdir()):
            with path.open("rb") as source:
                yield pickle.load(source)

    def put_beside(self, target: Path) -> None:
        """Move workbooks and extracts to the pages of an output folder, once."""
        for file in sorted(self._beside.rglob("*")):
            if file.is_dir():  # a reader's id may hold a dot, as file names do
                continue
            place = target / file.relative_to(self._beside)
            place.parent.mkdir(parents=True, exist_ok=True)
            file.replace(place)
