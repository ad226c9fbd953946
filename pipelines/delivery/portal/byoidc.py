"""Signing in by a provider of OpenID Connect: sending a browser there, and taking it back.

Belongs here: these two requests. Does not belong here: what the provider is asked (`oidc.py`).
"""

from __future__ import annotations

from collections.abc import Callable
from hmac import compare_digest
from typing import TYPE_CHECKING

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from pipelines.delivery.portal.audit import Audit
from pipelines.delivery.portal.folders import ReaderFolders
from pipelines.delivery.portal.oidc import Provider, ProviderError, Started
from pipelines.delivery.portal.policy import PortalPolicy
from pipelines.delivery.portal.sessions import MOST, Tries

if TYPE_CHECKING:
    from pipelines.delivery.portal.app import Portal

STATE = "attain_oidc"
"""The cookie that says which browser began a sign-in."""
_SECONDS = 600  # that somebody has at the provider's page


class ByOidc:
    """The handlers of signing in by a provider."""

    def __init__(
        self,
        portal: Portal,
        policy: PortalPolicy,
        folders: ReaderFolders,
        provider: Provider,
        audit: Audit,
        clock: Callable[[], float],
    ) -> None:
        self._portal, self._policy, self._folders = portal, policy, folders
        self._provider, self._audit, self._clock = provider, audit, clock
        self._started: dict[str, tuple[float, Started]] = {}
        self._tries = Tries(policy.attempts, clock)

    async def start(self, request: Request) -> Response:
        """Send a browser to the provider."""
        try:
            url, started = await run_in_threadpool(self._provider.start)
        except ProviderError as error:
            return self._refuse(request, str(error), 503)
        while len(self._started) >= MOST:
            del self._started[next(iter(self._started))]
        self._started[started.state] = (self._clock(), started)
        response = RedirectResponse(url, 303)
        self._portal.give(request, response, STATE, started.state)
        return response

    async def back(self, request: Request) -> Response:
        """Sign in whom the provider names; a return that this browser did not begin is none."""
        address = self._portal.address(request)
        if not self._tries.may_try(address):
            self._audit.note("paused", None, address, "oidc")
            return self._portal.form(request, "portal.pause", 429)
        state, code = request.query_params.get("state", ""), request.query_params.get("code", "")
        began, started = self._started.pop(state, (0.0, None))
        is_this = compare_digest(request.cookies.get(STATE, "").encode(), state.encode())
        if started is None or not is_this or self._clock() - began > _SECONDS or not code:
            return self._refuse(request, request.query_params.get("error", "not begun here")[:100])
        try:
            named = await run_in_threadpool(self._provider.who, code, started)
        except ProviderError as error:
            return self._refuse(request, str(error))
        by_email = self._policy.oidc.names == "email"
        known = self._folders.by_email(named) if by_email else self._folders.reader(named)
        if known is None:
            return self._refuse(request, f"nobody reads under {named[:100]}")
        response = self._portal.begin(request, known.id, "")
        response.delete_cookie(STATE, path=request.scope.get("root_path", "") or "/")
        return response

    def _refuse(self, request: Request, why: str, status: int = 403) -> Response:
        """Why is for whoever runs it; who is refused is told where to turn."""
        address = self._portal.address(request)
        self._tries.failed(address)
        self._audit.note("refused", None, address, f"oidc: {why}")
        return self._portal.form(request, "portal.not_by_provider", status)
