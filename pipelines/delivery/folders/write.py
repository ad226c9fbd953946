"""Readers' folders below `reports/readers`: all of them new, then one switch.

Belongs here: what stands in each folder and the order of writing. `reports/readers/latest` is a
link to the newest set; whatever kills the process, it is whole. Files that are as published are
hard links where the file system has them: a set costs little more than the pages that are cut.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from pipelines.delivery.access.cut import Kept, cut, kept
from pipelines.delivery.access.policy import Folders
from pipelines.delivery.access.readers import COMPANY, Reader, Readers
from pipelines.delivery.folders.links import given_back, leads_to, without
from pipelines.delivery.folders.published import Published
from pipelines.reporting.language.numbers import LANGUAGES, LanguageCode
from pipelines.reporting.model.page import file_name
from pipelines.reporting.model.values import Verbatim
from pipelines.reporting.publish.build import EDITION, write_text
from pipelines.reporting.publish.entries import CATALOGUE, Catalogue, Entry
from pipelines.reporting.publish.index import index_name, render_index
from pipelines.reporting.publish.notices import carried_over
from pipelines.reporting.publish.publish import free_name, hard_link, remove_leftovers, switch
from pipelines.reporting.publish.render import Look, render
from pipelines.workspace.secret import secret
from pipelines.workspace.workspace import OWNER_ONLY

_KEY = "readers.key"
_SETS = 2


@dataclass(frozen=True)
class Folder:
    """One reader's folder: its name, and how many pages stand in it, whole or cut."""

    reader: str
    path: Path
    pages: int
    cut: int


class Given:
    """What one reader is given: pages with what stays of them, and files by their paths."""

    def __init__(self, reader: Reader, published: Published) -> None:
        self.reader = reader
        self.pages: list[tuple[Entry, Kept]] = []
        self.files: set[PurePosixPath] = {*published.assets}
        self.copied: set[PurePosixPath] = {*published.assets}
        for entry in published.entries:
            of = published.outline(entry)
            if of is None:
                continue
            keep = kept(reader, of)
            if keep.is_nothing or not (keep.is_whole or published.can_be_cut(entry)):
                continue
            self.pages.append((entry, keep))
            self.files |= {PurePosixPath(f"{entry.stem}.{lang}.html") for lang in LANGUAGES}
            self.files.add(PurePosixPath(f"{entry.stem}.json"))
            self.files |= set(published.behind(entry, keep))
            if keep.is_whole:
                self.copied.add(PurePosixPath(f"{entry.stem}.json"))
                self.copied |= set(published.beside(entry))
        if self.pages and reader.sees("operations", COMPANY, published.edition.as_of):
            self.copied |= set(published.checks)
        self.files |= self.copied
        self.files |= {PurePosixPath(index_name(language)) for language in LANGUAGES}


class Variants:
    """Pages as some readers see them, each made once: cut, and without links that lead nowhere."""

    def __init__(self, published: Published, folder: Path) -> None:
        self._published, self._folder = published, folder
        self._links: dict[Path, frozenset[PurePosixPath]] = {}
        self._made: dict[object, Path] = {}
        self._look = Look(up_is_red=published.edition.up_is_red)

    def page(
        self, path: PurePosixPath, given: Given, entry: Entry, keep: Kept, language: LanguageCode
    ) -> Path:
        """The file that stands at a page's place in the reader's folder."""
        if keep.is_whole:
            return self.as_published(path, given)
        key = (path, keep.seen)
        file = self._kept(key, lambda: self._rendered(path, entry, keep, language))
        return self._linked(path, file, key, given)

    def as_published(self, path: PurePosixPath, given: Given) -> Path:
        """A page as it is, but for links that lead nowhere in the reader's folder."""
        return self._linked(path, self._published.tree / path, (path,), given)

    def json(self, entry: Entry, keep: Kept) -> Path:
        """The model of a cut page."""
        key = (entry.stem, keep.seen)
        return self._kept(key, lambda: cut(self._published.model(entry), keep).to_json())

    def _linked(
        self, path: PurePosixPath, file: Path, key: tuple[object, ...], given: Given
    ) -> Path:
        if file not in self._links:
            self._links[file] = leads_to(file.read_text(encoding="utf-8"), path)
        gone = self._links[file] - given.files
        if not gone:
            return file
        return self._kept(
            (*key, gone), lambda: without(file.read_text(encoding="utf-8"), path, gone)
        )

    def _kept(self, key: object, made: Callable[[], str]) -> Path:
        if key not in self._made:
            path = self._folder / f"{len(self._made):06}"
            write_text(path, made())
            self._made[key] = path
        return self._made[key]

    def _rendered(
        self, path: PurePosixPath, entry: Entry, keep: Kept, language: LanguageCode
    ) -> str:
        behind = self._published.behind(entry, keep)
        opened = {one.name.rpartition(f".{language}.")[0] for one in behind}
        published = (self._published.tree / path).read_text(encoding="utf-8")
        page = given_back(
            cut(self._published.model(entry), keep), published, path, self._published.by_stem
        )
        return carried_over(published, render(page, language, self._look, opened))


def write_folders(
    reports: Path,
    state: Path,
    published: Published,
    readers: Readers,
    folders: Folders,
    say: Callable[[str], None] = lambda _: None,
) -> list[Folder]:
    """Write the folders of all readers and switch `reports/readers/latest` to them.

    Args:
        reports: the folder of published reports.
        state: attain's own folder, which keeps the secret of unguessable names.
        say: is told each reader whose folder is begun.
    """
    root = reports / "readers"
    sets = root / "published"
    root.mkdir(parents=True, exist_ok=True, mode=OWNER_ONLY)
    sets.mkdir(exist_ok=True)
    remove_leftovers(root, sets)
    names = folder_names(readers.all, folders, state)
    partial = sets / f".{published.tree.name}.partial"
    made = sets / f".{published.tree.name}.variants.partial"
    for folder in (partial, made):
        folder.mkdir()
    variants = Variants(published, made)
    written = []
    for reader in readers.all.values():
        given = Given(reader, published)
        if not given.pages:
            continue
        say(reader.id)
        _write(partial / names[reader.id], given, published, variants)
        whole = sum(keep.is_whole for _, keep in given.pages)
        written.append(
            Folder(reader.id, Path(names[reader.id]), len(given.pages), len(given.pages) - whole)
        )
    tree = free_name(sets, published.tree.name)
    partial.rename(tree)
    switch(root / "latest", tree)
    shutil.rmtree(made)
    _prune(sets, tree)
    return written


def _write(folder: Path, given: Given, published: Published, variants: Variants) -> None:
    folder.mkdir()
    for path in sorted(given.copied):
        _place(published.tree / path, folder / path)
    for entry, keep in given.pages:
        for language in LANGUAGES:
            path = PurePosixPath(f"{entry.stem}.{language}.html")
            _place(variants.page(path, given, entry, keep, language), folder / path)
        if not keep.is_whole:
            _place(variants.json(entry, keep), folder / f"{entry.stem}.json")
        for path in published.behind(entry, keep):
            _place(variants.as_published(path, given), folder / path)
    catalogue = Catalogue(entries=tuple(entry for entry, _ in given.pages))
    families = {entry.family for entry in catalogue.entries}
    edition = published.edition
    quality = edition.quality
    if not given.reader.sees("operations", COMPANY, edition.as_of):
        # how many is said above the list; which, in the words of tables, is for whoever repairs it
        quality = quality.model_copy(update={"failed": ()})
    edition = edition.model_copy(
        update={
            "quality": quality,
            "reports": tuple(name for name in edition.reports if name in families),
            "stale": tuple(notice for notice in edition.stale if notice.report in families),
            "seals": edition.seals if "commission_statement" in families else (),
        }
    )
    write_text(folder / CATALOGUE, catalogue.model_dump_json())
    write_text(folder / EDITION, edition.model_dump_json())
    name = Verbatim(text=given.reader.person.name)
    for language in LANGUAGES:
        write_text(folder / index_name(language), render_index(catalogue, edition, language, name))


def _place(source: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    hard_link(source, target)


def folder_names(readers: Mapping[str, Reader], folders: Folders, state: Path) -> dict[str, str]:
    """The name of each reader's folder: the id, and a secret part where policy asks for one."""
    if folders.names == "plain":
        return {who: file_name(who) for who in readers}
    key = secret(state / _KEY)
    return {who: f"{file_name(who)}-{_hidden(key, who)}" for who in readers}


def _hidden(key: bytes, who: str) -> str:
    """132 bits that nobody finds without the key."""
    digest = hmac.new(key, who.encode(), hashlib.sha256).digest()
    return base64.urlsafe_b64encode(digest)[:22].decode()


def _prune(sets: Path, newest: Path) -> None:
    """Keep the newest sets; one that is being read may still be the one before."""
    found = sorted((p for p in sets.iterdir() if p.is_dir()), key=lambda p: p.stat().st_mtime_ns)
    for old in found[: max(len(found) - _SETS, 0)]:
        if old != newest:
            shutil.rmtree(old.rename(sets / f".{old.name}.partial"))
