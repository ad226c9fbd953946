"""A workspace as what the portal stands on."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

from pipelines.delivery.portal.app import Parts
from pipelines.delivery.portal.audit import FILE as AUDIT
from pipelines.delivery.portal.audit import Audit
from pipelines.delivery.portal.entry import Entries, entry_folder
from pipelines.delivery.portal.folders import ReaderFolders
from pipelines.delivery.portal.passwords import FILE as PASSWORDS
from pipelines.delivery.portal.passwords import Passwords
from pipelines.delivery.portal.policy import load_portal
from pipelines.reporting.model.values import Bilingual
from pipelines.workspace.workspace import Workspace


def portal_parts(
    workspace: Workspace, now: Callable[[], dt.datetime], clock: Callable[[], float]
) -> Parts:
    """The portal's parts over a workspace.

    Args:
        now: the moment, for the record of who opened what.
        clock: seconds that only go on, for sessions and attempts.

    Raises:
        UserError: policy/portal.yaml is wrong.
    """
    name, policy = workspace.settings.name, load_portal(workspace)
    if policy.entries.kinds:
        entry_folder(workspace, policy.entries)  # a wrong one is said before anybody enters
    return Parts(
        company=Bilingual(zh=name.zh, en=name.en),
        policy=policy,
        entries=Entries(workspace, policy.entries, now),
        folders=ReaderFolders(workspace),
        passwords=Passwords(workspace.root / PASSWORDS),
        audit=Audit(workspace.root / AUDIT, now),
        clock=clock,
        currency=workspace.settings.base_currency,
    )
