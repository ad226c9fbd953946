"""Signing in by a link that is mailed: asking for it, opening it, using it.

Belongs here: these three requests. Does not belong here: which links hold (`links.py`), and mailing
them (`post.py`).

Whoever asks gets the same answer, at the same time, whether or not somebody of that name reads
anything. Opening the link shows a button and uses nothing up: programs that look at mail before
people do open links, too.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from starlette.requests import Request
from starlette.responses import Response

from pipelines.delivery.portal.audit import Audit
from pipelines.delivery.portal.folders import ReaderFolders
from pipelines.delivery.portal.links import Links
from pipelines.delivery.portal.policy import PortalPolicy
from pipelines.delivery.portal.post import Post
from pipelines.delivery.portal.requests import is_own, sent_form
from pipelines.delivery.portal.sessions import Tries

if TYPE_CHECKING:
    from pipelines.delivery.portal.app import Portal


class ByLink:
    """The handlers of signing in by a link."""

    def __init__(
        self,
        portal: Portal,
        policy: PortalPolicy,
        folders: ReaderFolders,
        post: Post,
        audit: Audit,
        clock: Callable[[], float],
    ) -> None:
        self._portal, self._policy, self._folders = portal, policy, folders
        self._post, self._audit = post, audit
        self._links = Links(policy.link.minutes, clock)
        self._asked = Tries(policy.attempts, clock)

    async def ask(self, request: Request) -> Response:
        """Have a link mailed to whoever is named, by id or address."""
        sent = await sent_form(request)
        if sent is None or not is_own(request, sent):
            return self._portal.form(request, "portal.again", 400)
        name, address = sent.get("reader", "").strip()[:200], self._portal.address(request)
        asked = (f"link {name.lower()}", f"link from {address}")
        if not self._asked.may_try(*asked):
            self._audit.note("paused", name, address)
            return self._portal.form(request, "portal.pause", 429)
        self._asked.failed(*asked)  # each counts: nobody's mailbox is filled
        known = self._folders.by_email(name) if "@" in name else self._folders.reader(name)
        # an address that two have is nobody's
        if known is not None and self._folders.by_email(known.email) == known:
            link = f"{self._policy.at}link/{self._links.make(known.id)}"
            self._post.mail(known, link, self._policy.link.minutes)
        self._audit.note("asked for a link", name, address)
        return self._portal.show(request, "nothing", done="portal.link_mailed")

    async def open(self, request: Request) -> Response:
        """The button of a link; whether the link holds is said when it is pressed."""
        token = self._portal.token(request)
        return self._portal.show(request, "link", link=request.path_params["link"], token=token)

    async def use(self, request: Request) -> Response:
        """Sign in whose link it is, once."""
        sent, address = await sent_form(request), self._portal.address(request)
        if sent is None or not is_own(request, sent):
            return self._portal.form(request, "portal.again", 400)
        tried = f"use from {address}"
        if not self._asked.may_try(tried):
            self._audit.note("paused", None, address)
            return self._portal.form(request, "portal.pause", 429)
        who = self._links.use(request.path_params["link"])
        if who is None or self._folders.reader(who) is None:
            self._asked.failed(tried)
            self._audit.note("refused", who, address, "link")
            return self._portal.form(request, "portal.link_over", 403)
        return self._portal.begin(request, who, "")
