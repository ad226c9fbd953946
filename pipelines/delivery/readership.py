"""Readers of a day beside what is published for them: what folders and mail begin with.

Belongs here: opening a workspace for delivery. Does not belong here: what is delivered.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass

from pipelines.delivery.access.organisation import read_organisation
from pipelines.delivery.access.policy import AccessPolicy, load_access
from pipelines.delivery.access.problem import Problem
from pipelines.delivery.access.readers import Readers, readers_on
from pipelines.delivery.access.subjects import subject_list
from pipelines.delivery.deadlines.read import Deadline, read_deadlines
from pipelines.delivery.folders.known import keep_known
from pipelines.delivery.folders.published import Published
from pipelines.delivery.folders.write import Folder, write_folders
from pipelines.delivery.outbox.policy import load_delivery
from pipelines.delivery.undelivered import keep, kept_mark
from pipelines.policy.catalogue import Catalogue
from pipelines.policy.load import load_policies
from pipelines.warehouse.duck import fingerprint, open_warehouse
from pipelines.workspace.workspace import Workspace


@dataclass(frozen=True)
class Readership:
    """The readers of a day, and the last publication."""

    access: AccessPolicy
    readers: Readers
    published: Published
    catalogue: Catalogue
    deadlines: tuple[Deadline, ...] = ()

    @property
    def mark(self) -> str:
        """What the folders are made of, as one text: the same mark, the same folders."""
        views = [
            (who, [(v.person, sorted(v.units), sorted(v.reach.items())) for v in one.views])
            for who, one in self.readers.all.items()
        ]
        people = [one.person for one in self.readers.all.values()]
        places = [one.organisation.places for one in self.readers.all.values()][:1]
        access = self.access.model_dump_json()
        tree = self.published.tree.name
        return fingerprint(tree, access, repr(views), repr(people), repr(places))


def open_readership(workspace: Workspace, day: dt.date) -> Readership:
    """Who reads what on a day.

    Raises:
        UserError: a policy is wrong, or nothing has been computed or published yet.
    """
    access, catalogue = load_access(workspace), load_policies(workspace).catalogue
    with open_warehouse(workspace.warehouse, read_only=True) as warehouse:
        organisation = read_organisation(warehouse)
        deadlines = read_deadlines(warehouse, load_delivery(workspace).mail.close_days)
    published = Published(workspace.reports / "latest", subject_list(catalogue))
    return Readership(
        access, readers_on(organisation, access, day), published, catalogue, deadlines
    )


def write_reader_folders(
    workspace: Workspace,
    day: dt.date,
    say: Callable[[str], None] = lambda _: None,
    anew: bool = True,
) -> tuple[list[Folder], tuple[Problem, ...]]:
    """Write every reader's folder for a day; returns them and who is left out, with the reason.

    Args:
        say: is told each reader whose folder is begun.
        anew: also if nothing has changed since they were last written; otherwise no folders are
            returned then.

    Raises:
        UserError: as `open_readership`, or another run holds the workspace.
    """
    with workspace.locked() as held:
        opened = open_readership(held, day)
        if not anew and opened.mark == kept_mark(held, "folders"):
            return [], opened.readers.problems
        folders = write_folders(
            held.reports, held.state, opened.published, opened.readers,
            opened.access.folders, say,
        )  # fmt: skip
        latest = held.reports / "readers" / "latest"
        keep_known(held.state, latest, folders, opened.readers.all)
        problems = (*opened.readers.problems, *_unreadable(opened.published))
        keep(held, "folders", day, problems, opened.mark)
    return folders, problems


def _unreadable(published: Published) -> list[Problem]:
    """Pages that an earlier version wrote: without knowing their parts nobody gets a part."""
    return [
        Problem(
            str(stem),
            f"{stem}：该页由较早版本生成，无法分割，只交给有权查看全部内容的读者。",
            f"{stem}: an earlier version wrote this page, so it cannot be cut; only whoever sees "
            "all of it gets it.",
        )
        for stem in sorted(published.unreadable)
    ]
