"""The last publication as readers' folders are made of it: pages, what they are about, their files.

Belongs here: reading it, once for all readers. Does not belong here: who gets what.
"""

from __future__ import annotations

from functools import cache, cached_property, lru_cache
from pathlib import Path, PurePosixPath

from pydantic import ValidationError

from pipelines.delivery.access.cut import Kept, Outline, outline
from pipelines.delivery.access.subjects import SubjectList
from pipelines.errors import UserError
from pipelines.reporting.language.numbers import LANGUAGES
from pipelines.reporting.model.page import Page, all_rows_of
from pipelines.reporting.publish.build import EDITION, Edition
from pipelines.reporting.publish.docs import FOLDER as DOCS
from pipelines.reporting.publish.entries import Entry, published_entries

ASSETS = "assets"


class Published:
    """One published folder.

    Raises:
        UserError: nothing has been published yet.
    """

    def __init__(self, latest: Path, subjects: SubjectList) -> None:
        if not (latest / EDITION).exists():
            raise UserError(f"{latest}: nothing is published yet. Run: attain run", 1)
        self.tree = latest.resolve()
        self._subjects = subjects
        self.entries = published_entries(self.tree)
        self.by_stem = {entry.stem: entry for entry in self.entries}
        self.edition = Edition.model_validate_json((self.tree / EDITION).read_bytes())
        self.unreadable: set[PurePosixPath] = set()
        self.outline = cache(self._outline)
        self.beside = cache(self._beside)
        self.can_be_cut = cache(self._can_be_cut)
        self.model = lru_cache(maxsize=4)(self._model)  # both languages and the JSON in a row

    def _outline(self, entry: Entry) -> Outline | None:
        """What a page is about; None where its model is not one that can be read: it stays here."""
        try:
            found = outline((self.tree / f"{entry.stem}.json").read_bytes(), self._subjects)
        except (OSError, ValueError):
            self.unreadable.add(entry.stem)
            return None
        # whose page it is says the list of pages as well as the page itself: both must agree
        if (found.report, found.owner.id) != (entry.report, entry.reader.id):
            self.unreadable.add(entry.stem)
            return None
        return found

    def _model(self, entry: Entry) -> Page:
        """A page as its model says it; links to other pages are not part of it (`links.py`)."""
        return Page.model_validate_json((self.tree / f"{entry.stem}.json").read_bytes())

    def _can_be_cut(self, entry: Entry) -> bool:
        """Whether a page can be made again without some of its parts; one of an earlier version of
        attain may not, and then only whoever sees all of it gets it."""
        try:
            self.model(entry)
        except ValidationError:
            self.unreadable.add(entry.stem)
            return False
        return True

    def _beside(self, entry: Entry) -> tuple[PurePosixPath, ...]:
        """Workbooks and extracts of a page: files of its folder that begin with its period."""
        pages = {f"{entry.stem.name}.{kind}" for kind in ("zh.html", "en.html", "json")}
        return tuple(
            entry.stem.with_name(path.name)
            for path in self._files_of(entry.stem.parent)
            if path.name.startswith(f"{entry.stem.name}.") and path.name not in pages
        )

    def _files_of(self, folder: PurePosixPath) -> list[Path]:
        if folder not in self._folders:
            self._folders[folder] = sorted(p for p in (self.tree / folder).iterdir() if p.is_file())
        return self._folders[folder]

    @cached_property
    def _folders(self) -> dict[PurePosixPath, list[Path]]:
        return {}

    def behind(self, entry: Entry, keep: Kept) -> list[PurePosixPath]:
        """The pages of the rows behind a page's tiles and tables, in both languages."""
        names = sorted(keep.tiles | {all_rows_of(section) for section in keep.sections})
        found = (entry.stem / f"{name}.{lang}.html" for name in names for lang in LANGUAGES)
        return [path for path in found if (self.tree / path).exists()]

    def below(self, folder: str) -> list[PurePosixPath]:
        """The files of a shared folder."""
        return [
            PurePosixPath(path.relative_to(self.tree).as_posix())
            for path in sorted((self.tree / folder).rglob("*"))
            if path.is_file()
        ]

    @cached_property
    def assets(self) -> list[PurePosixPath]:
        return self.below(ASSETS)

    @cached_property
    def checks(self) -> list[PurePosixPath]:
        """The page of all checks of the run."""
        return self.below(DOCS)
