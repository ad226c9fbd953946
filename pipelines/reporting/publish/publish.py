"""Publishing: readers see the old output folder or the new one, never anything between.

Belongs here: the folders below `reports/` and the switch from one to the next. Does not belong
here: what is in a page.

A publication is a whole folder, `reports/published/<run>`, and `reports/latest` is a symbolic
link to one of them. A new folder starts as hard links to the last one, so earlier periods stay
and unchanged files cost nothing; new files replace links, they are never written through them.
The folder is complete before it gets its name, and the link is replaced in one step. Whatever
kills the process, `reports/latest` is whole; left-overs are removed by the next publication.
"""

from __future__ import annotations

import filecmp
import os
import re
import shutil
from contextlib import suppress
from pathlib import Path

from pipelines.errors import UserError
from pipelines.reporting.language.numbers import LANGUAGES
from pipelines.reporting.publish.build import EDITION, Edition, write_text
from pipelines.reporting.publish.docs import FOLDER as DOCS
from pipelines.reporting.publish.entries import CATALOGUE, Catalogue, Entry
from pipelines.reporting.publish.index import index_name, newest, render_index
from pipelines.reporting.publish.notices import clear_stale, mark_beside, mark_stale
from pipelines.reporting.publish.site import Site

KEPT = 5
_PARTIAL = ".partial"
# What earlier versions published beside everybody's pages: it holds everything.
_NOT_AMONG_PAGES = ("attain.duckdb",)
_RUN_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]*")


def reports_shown(reports: Path) -> frozenset[str]:
    """The reports that have pages in the last publication, however old these are."""
    catalogue = reports / "latest" / CATALOGUE
    if not catalogue.exists():
        return frozenset()
    entries = Catalogue.model_validate_json(catalogue.read_bytes()).entries
    return frozenset(str(entry.family) for entry in entries)


def publish(
    reports: Path, build_dir: Path, run_id: str, keep: int = KEPT, is_part: bool = False
) -> Path:
    """Publish a build folder (see `build.write_build`) below `reports`; returns the new folder.

    The build folder is removed at the end; the newest `keep` publications stay.

    Args:
        is_part: the build holds some of the reports; the others stay as they are, with the notices
            they have.

    Raises:
        UserError: `reports/latest` is not attain's link, or the build folder is not complete.
    """
    published = reports / "published"
    latest = reports / "latest"
    if not _RUN_ID.fullmatch(run_id):
        raise UserError(f"Run id {run_id!r} cannot name a folder.")
    if latest.exists() and not latest.is_symlink():
        raise UserError(f"{latest} is a folder, not attain's link; move it away and run again.")
    if not (build_dir / EDITION).exists() or not (build_dir / CATALOGUE).exists():
        raise UserError(f"{build_dir}: no finished build to publish here.", 1)
    published.mkdir(parents=True, exist_ok=True)
    remove_leftovers(reports, published)
    previous = latest.resolve() if latest.exists() else None
    partial = published / f".{run_id}{_PARTIAL}"
    if previous is None:
        partial.mkdir()
    else:
        shutil.copytree(
            previous,
            partial,
            copy_function=hard_link,
            ignore=shutil.ignore_patterns(*_NOT_AMONG_PAGES),
        )
    _overlay(build_dir, partial)
    _finish(partial, previous, build_dir, is_part)
    tree = free_name(published, run_id)
    partial.rename(tree)
    switch(latest, tree)
    _prune(published, {tree, previous}, keep)
    shutil.rmtree(build_dir)
    return tree


def require_links(reports: Path) -> None:
    """Try out, before anything is computed, what publication needs of the place of the reports.

    Raises:
        UserError: a link to a folder cannot be made or replaced in one step there.
    """
    reports.mkdir(parents=True, exist_ok=True)
    probe, waiting = reports / f".probe{_PARTIAL}", reports / f".probing{_PARTIAL}"
    try:
        for link in (probe, waiting):
            link.unlink(missing_ok=True)
            link.symlink_to("published", target_is_directory=True)
        waiting.replace(probe)
    except (OSError, NotImplementedError) as error:
        reason = getattr(error, "strerror", None) or error
        raise UserError(
            f"{reports}: reports are published by replacing a symbolic link in one step, which is "
            f"not possible here ({reason}). Put the workspace on a file system of Linux or macOS; "
            "on Windows, run attain in WSL 2."
        ) from None
    finally:
        for link in (probe, waiting):
            with suppress(OSError):
                link.unlink()


def _overlay(build_dir: Path, tree: Path) -> None:
    """Put the build's files over the tree. Equal files keep their old link.

    The page of all checks is of this run alone: nothing of an earlier one stays beside it.
    """
    if (build_dir / DOCS).is_dir():
        kept = {path.name for path in (build_dir / DOCS).iterdir()}
        for path in (tree / DOCS).glob("*"):
            if path.is_dir():
                shutil.rmtree(path)
            elif path.name not in kept:
                path.unlink()
    for source in sorted(build_dir.rglob("*")):
        target = tree / source.relative_to(build_dir)
        if source.is_dir():
            target.mkdir(exist_ok=True)
        elif source.name in (EDITION, CATALOGUE) and source.parent == build_dir:
            continue
        elif not (target.exists() and filecmp.cmp(source, target, shallow=False)):
            target.unlink(missing_ok=True)
            hard_link(source, target)


def hard_link(source: Path | str, target: Path | str) -> None:
    """A hard link, or a copy where the file system has none or it would lead to another one."""
    try:
        os.link(source, target)
    except OSError:
        shutil.copyfile(source, target)


def _finish(tree: Path, previous: Path | None, build_dir: Path, is_part: bool) -> None:
    """Notices, catalogue and index of the new tree."""
    edition = Edition.model_validate_json((build_dir / EDITION).read_bytes())
    if is_part and previous:
        edition = _beside(edition, Edition.model_validate_json((previous / EDITION).read_bytes()))
    built = Catalogue.model_validate_json((build_dir / CATALOGUE).read_bytes())
    catalogue = _merged(
        Catalogue.model_validate_json((previous / CATALOGUE).read_bytes()) if previous else None,
        built,
    )
    catalogue = _with_notices(tree, catalogue, edition)
    _lead_on(tree, catalogue, built)
    write_text(tree / CATALOGUE, catalogue.model_dump_json())
    write_text(tree / EDITION, edition.model_dump_json())
    for language in LANGUAGES:
        write_text(tree / index_name(language), render_index(catalogue, edition, language))


def _beside(edition: Edition, previous: Edition) -> Edition:
    """An edition of some reports, with the order and the notices of those it does not renew."""
    renewed = set(edition.reports)
    others = [report for report in edition.reports if report not in previous.reports]
    notices = [notice for notice in previous.stale if notice.report not in renewed]
    return edition.model_copy(
        update={
            "reports": (*previous.reports, *others),
            "stale": (*notices, *edition.stale),
        }
    )


def _merged(old: Catalogue | None, new: Catalogue) -> Catalogue:
    entries = {entry.stem: entry for entry in (old.entries if old else ())}
    entries |= {entry.stem: entry for entry in new.entries}
    return Catalogue(entries=tuple(entries[stem] for stem in sorted(entries)))


def _with_notices(tree: Path, catalogue: Catalogue, edition: Edition) -> Catalogue:
    """Mark the newest page of each blocked report; take old notices off all others."""
    notices = {notice.report: notice for notice in edition.stale}
    blocked = {entry.stem for report in notices for entry in newest(catalogue, report)}
    entries: list[Entry] = []
    for entry in catalogue.entries:
        if entry.stem in blocked:
            mark_stale(tree, entry, notices[entry.family])
        elif entry.stale:
            clear_stale(tree, entry)
        stale = entry.stem in blocked
        entries.append(entry if entry.stale == stale else entry.model_copy(update={"stale": stale}))
    return Catalogue(entries=tuple(entries))


def _lead_on(tree: Path, catalogue: Catalogue, built: Catalogue) -> None:
    """Let the pages next to new ones lead to them; new ones were written with their links."""
    site = Site(catalogue.entries)
    new = {entry.stem for entry in built.entries}
    for entry in built.entries:
        around = site.beside(entry)
        for period in (around.earlier, around.later):
            if period is None:
                continue
            other = entry.model_copy(update={"period": period})
            if other.stem not in new:
                mark_beside(tree, other, site.beside(other))


def switch(latest: Path, tree: Path) -> None:
    """Point `latest` at the tree in one step."""
    waiting = latest.with_name(f".latest{_PARTIAL}")
    waiting.symlink_to(Path(tree.parent.name, tree.name), target_is_directory=True)
    waiting.replace(latest)


def free_name(published: Path, run_id: str) -> Path:
    """The run's folder; a run that publishes again gets .2, .3 …, its first folder stays whole."""
    tree, again = published / run_id, 1
    while tree.exists():
        again += 1
        tree = published / f"{run_id}.{again}"
    return tree


def remove_leftovers(reports: Path, published: Path) -> None:
    """What a killed publication left: unnamed trees and a link that was never switched."""
    (reports / f".latest{_PARTIAL}").unlink(missing_ok=True)
    for leftover in published.glob(f".*{_PARTIAL}"):
        shutil.rmtree(leftover)


def _prune(published: Path, needed: set[Path | None], keep: int) -> None:
    """Remove the oldest publications, but never the one just left: it may still be read."""
    trees = [path for path in published.iterdir() if path.is_dir()]
    for tree in trees:
        for name in _NOT_AMONG_PAGES:
            (tree / name).unlink(missing_ok=True)
    trees.sort(key=lambda path: (path.stat().st_mtime_ns, path.name), reverse=True)
    for tree in trees[keep:]:
        if tree not in needed:
            # Renamed first, so that a kill half-way leaves no publication with missing pages.
            doomed = published / f".{tree.name}{_PARTIAL}"
            shutil.rmtree(tree.rename(doomed))
