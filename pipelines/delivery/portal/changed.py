"""The page of what has changed since the publication before.

Belongs here: this request. Does not belong here: comparing (`folders/changes.py`).
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from pipelines.delivery.folders.changes import changes
from pipelines.delivery.portal.audit import Audit
from pipelines.reporting.model.values import Verbatim

if TYPE_CHECKING:
    from pipelines.delivery.portal.app import Portal


class Changed:
    """The handler of that page."""

    def __init__(self, portal: Portal, published: Path, audit: Audit) -> None:
        self._portal, self._published, self._audit = portal, published, audit

    async def page(self, request: Request) -> Response:
        """New pages and figures that moved, of whoever is signed in."""
        known = self._portal.reader(request)
        if known is None:
            return self._portal.to(request, "sign-in?to=changed")
        found = await run_in_threadpool(changes, known.folder, self._published)
        self._audit.note("opened", known.id, self._portal.address(request), "changed")
        return self._portal.show(
            request, "changed", changes=found, reader=Verbatim(text=known.name)
        )
