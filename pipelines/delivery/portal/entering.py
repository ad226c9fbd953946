"""The pages on which readers enter records.

Belongs here: what waits for somebody, the forms of its rows, and what is sent with them. Does not
belong here: who may enter what, and writing it (`entry.py`).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from pipelines.delivery.portal.audit import Audit
from pipelines.delivery.portal.entry import Entries, Row
from pipelines.delivery.portal.folders import Known
from pipelines.delivery.portal.policy import Attempts, PortalPolicy
from pipelines.delivery.portal.requests import is_own, sent_form
from pipelines.delivery.portal.sessions import Tries
from pipelines.errors import UserError
from pipelines.forms.form import Language, word
from pipelines.reporting.model.values import Verbatim

if TYPE_CHECKING:
    from pipelines.delivery.portal.app import Portal

_MOST_BYTES = 40_000  # two texts of two thousand signs, each of nine bytes as a form sends it


Rows = list[Row]


@dataclass(frozen=True)
class _Filled:
    """A row as somebody filled it, and what is wrong by field."""

    key: str = ""
    said: dict[str, str] = field(default_factory=dict)
    wrong: dict[str, str] = field(default_factory=dict)


class Entering:
    """The handlers of records, beside those of pages."""

    def __init__(
        self,
        portal: Portal,
        entries: Entries,
        audit: Audit,
        clock: Callable[[], float],
        policy: PortalPolicy,
    ) -> None:
        self._portal, self._entries, self._audit = portal, entries, audit
        self._language: Language = policy.language
        # nobody fills the folder of exports
        self._pace = Tries(Attempts(most=policy.entries.most_an_hour, minutes=60), clock)

    async def waiting(self, request: Request) -> Response:
        """What waits for whoever is signed in."""
        known = self._portal.reader(request)
        if known is None:
            return self._portal.to(request, "sign-in?to=entries")
        try:
            found = await run_in_threadpool(self._entries.open_to, known.id, self._language)
        except UserError as error:
            return self._busy(request, known, error)
        done = "portal.entered" if request.query_params.get("done") == "1" else ""
        return self._portal.show(request, "entries", entries=found, done=done, reader=_named(known))

    async def rows(self, request: Request) -> Response:
        """The forms of a kind and period."""
        known = self._portal.reader(request)
        if known is None:
            return self._portal.to(request, "sign-in?to=entries")
        try:
            rows = await self._rows(request, known)
        except UserError as error:
            return self._busy(request, known, error)
        return self._show(request, known, rows) if rows else self._nothing(request, known)

    async def send(self, request: Request) -> Response:
        """A record that was sent with one of the forms."""
        known = self._portal.reader(request)
        if known is None:
            return self._portal.to(request, "sign-in?to=entries")
        sent = await sent_form(request, _MOST_BYTES)
        try:
            rows = await self._rows(request, known)
            if not rows:
                return self._nothing(request, known)
            return await self._sent(request, known, rows, sent)
        except UserError as error:
            return self._busy(request, known, error)

    async def _rows(self, request: Request, known: Known) -> Rows:
        kind, period = request.path_params["kind"], request.path_params["period"]
        return await run_in_threadpool(self._entries.rows, known.id, kind, period, self._language)

    async def _sent(
        self, request: Request, known: Known, rows: Rows, sent: dict[str, str] | None
    ) -> Response:
        if sent is None or not is_own(request, sent):
            return self._show(request, known, rows, 400, problem="portal.again")
        row = next((one for one in rows if one.key == sent.get("row")), None)
        if row is None:  # a run has changed it since, or it is somebody else's
            return self._show(request, known, rows, 409, problem="portal.moved")
        if not self._pace.may_try(known.id):
            return self._show(request, known, rows, 429, problem="portal.pause")
        kind = request.path_params["kind"]
        path, wrong = await run_in_threadpool(
            self._entries.enter, known.id, kind, row, sent, self._language
        )
        if path is None:
            return self._show(
                request, known, rows, 422, "portal.not_taken", _Filled(row.key, sent, wrong)
            )
        self._pace.failed(known.id)
        told = f"{_place(request)} {path.name}"
        self._audit.note("entered", known.id, self._portal.address(request), told)
        return self._portal.to(request, "entries?done=1")

    def _nothing(self, request: Request, known: Known) -> Response:
        self._audit.note("not there", known.id, self._portal.address(request), _place(request))
        return self._portal.show(request, "nothing", 404, problem="portal.nothing")

    def _show(
        self,
        request: Request,
        known: Known,
        rows: Rows,
        status: int = 200,
        problem: str = "",
        filled: _Filled | None = None,
    ) -> Response:
        def header(name: str) -> str:
            return word(name, self._language)

        return self._portal.show(
            request, "entry", status, rows=rows, filled=filled or _Filled(), problem=problem,
            header=header, token=self._portal.token(request), of=request.path_params,
            reader=_named(known),
        )  # fmt: skip

    def _busy(self, request: Request, known: Known, error: UserError) -> Response:
        """Nothing can be entered now; why is for whoever runs it."""
        told = f"{_place(request)} {error.message}"
        self._audit.note("could not enter", known.id, self._portal.address(request), told)
        return self._portal.show(request, "nothing", 503, problem="portal.busy")


def _named(known: Known) -> Verbatim:
    return Verbatim(text=known.name)


def _place(request: Request) -> str:
    return "/".join(["entries", *map(str, request.path_params.values())])
