"""The application: requests in, files of the signed-in reader's folder out.

Belongs here: routes, cookies, what every answer carries. Does not belong here: starting a server
(`cli/delivery.py`).

There is one space of addresses for everybody: a path names a file of whoever asks. So no address
leads to another reader's folder, and a page that is not the reader's is not there (404), like one
that does not exist at all.
"""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import MutableHeaders
from starlette.requests import Request
from starlette.responses import (
    FileResponse,
    HTMLResponse,
    PlainTextResponse,
    RedirectResponse,
    Response,
)
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from pipelines.delivery.portal.audit import Audit
from pipelines.delivery.portal.bylink import ByLink
from pipelines.delivery.portal.byoidc import ByOidc
from pipelines.delivery.portal.changed import Changed
from pipelines.delivery.portal.entering import Entering
from pipelines.delivery.portal.entry import Entries
from pipelines.delivery.portal.folders import Known, ReaderFolders, file_in
from pipelines.delivery.portal.oidc import Provider
from pipelines.delivery.portal.passwords import Passwords
from pipelines.delivery.portal.policy import PortalPolicy
from pipelines.delivery.portal.post import Post
from pipelines.delivery.portal.requests import FORM, is_own, own_place, sent_form
from pipelines.delivery.portal.sessions import Sessions, Tries
from pipelines.reporting.model.values import Bilingual, Verbatim
from pipelines.reporting.publish.render import environment, words
from pipelines.workspace.resources import shipped

SESSION = "attain_session"
HEADERS = {
    "Content-Security-Policy": (
        "default-src 'self'; img-src 'self' data: blob:; style-src 'self' 'unsafe-inline'; "
        "script-src 'self'; object-src 'none'; base-uri 'none'; form-action 'self'; "
        "frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}
_SAVED = (".xlsx", ".parquet", ".json")


@dataclass(frozen=True)
class Parts:
    """What the application stands on; tests give their own clocks."""

    company: Bilingual
    policy: PortalPolicy
    folders: ReaderFolders
    passwords: Passwords
    audit: Audit
    clock: Callable[[], float]
    entries: Entries
    published: Path
    post: Post | None = None
    provider: Provider | None = None
    currency: str = "CNY"


class Portal:
    """The handlers, with the sessions they share."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._policy, self._audit = parts.policy, parts.audit
        self._sessions = Sessions(parts.policy.session, parts.clock)
        self._tries = Tries(parts.policy.attempts, parts.clock)
        self._hashing = asyncio.Semaphore(2)  # a password takes 64 MB while it is looked at

    # --- who asks ---

    def address(self, request: Request) -> str:
        """Where a request comes from: what a trusted proxy says last, else the other end."""
        peer = request.client.host if request.client else ""
        if peer in self._policy.proxy.addresses:
            told = request.headers.get("x-forwarded-for", "")
            return told.rpartition(",")[2].strip()[:60] or peer
        return peer

    def _named_by_proxy(self, request: Request) -> Known | None:
        proxy = self._policy.proxy
        peer = request.client.host if request.client else ""
        if "proxy" not in self._policy.sign_in or peer not in proxy.addresses:
            return None
        told = request.headers.getlist(proxy.header)
        if len(told) != 1:  # two of them: one came from outside
            return None
        if proxy.names == "email":
            return self._parts.folders.by_email(told[0])
        return self._parts.folders.reader(told[0].strip())

    def reader(self, request: Request) -> Known | None:
        """Who is signed in, and still has a folder with nothing in it that is not theirs."""
        who = self._sessions.reader(request.cookies.get(SESSION))
        found = self._parts.folders.reader(who) if who else None
        found = found or self._named_by_proxy(request)
        return None if found is None or self._parts.folders.is_outdated(found) else found

    # --- pages of the portal itself ---

    def show(self, request: Request, kind: str, status: int = 200, **more: object) -> HTMLResponse:
        """A page of the portal itself."""
        company = self._parts.company
        values = {"problem": "", "reader": None, "to": "", "token": "", "done": "", **more}
        text = environment().get_template("portal.html").render(
            w=words(self._policy.language, self._parts.currency, 2000),
            company=company,
            kind=kind,
            root=quote(request.scope.get("root_path", "").rstrip("/")),
            **values,
        )  # fmt: skip
        response = HTMLResponse(text, status)
        if values["token"]:
            self.give(request, response, FORM, str(values["token"]))
        return response

    def give(self, request: Request, response: Response, name: str, value: str) -> None:
        """Give a browser a cookie that no script reads."""
        response.set_cookie(
            name, value, path=request.scope.get("root_path", "") or "/",
            secure=self._policy.secure, httponly=True, samesite="lax",
        )  # fmt: skip

    def form(
        self, request: Request, problem: str = "", status: int = 200, to: str = ""
    ) -> Response:
        """The page for signing in."""
        named = self._named_by_proxy(request)
        if named is not None and self._parts.folders.is_outdated(named):
            return self.show(request, "nothing", 403, problem="portal.outdated")
        if not {"password", "mail", "oidc"}.intersection(self._policy.sign_in):
            return self.show(request, "nothing", 403, problem="portal.only_proxy")
        token = self.token(request)
        ways = self._policy.sign_in
        return self.show(request, "sign_in", status, problem=problem, to=to, token=token, ways=ways)

    def token(self, request: Request) -> str:
        """The token that the forms of this browser repeat."""
        return request.cookies.get(FORM) or secrets.token_urlsafe(32)

    def to(self, request: Request, place: str) -> RedirectResponse:
        """Go on to a place of ours."""
        root = request.scope.get("root_path", "").rstrip("/")
        return RedirectResponse(f"{root}/{place}", 303)

    # --- routes ---

    async def sign_in(self, request: Request) -> Response:
        """The form, and what is sent with it."""
        if request.method != "POST":
            return self.form(request, to=own_place(request.query_params.get("to", "")))
        sent = await sent_form(request)
        if sent is None or not is_own(request, sent):
            return self.form(request, "portal.again", 400)
        who, to = sent.get("reader", "").strip()[:100], own_place(sent.get("to", ""))
        address = self.address(request)
        names = (f"reader {who}", f"address {address}")
        if "password" not in self._policy.sign_in or not self._tries.may_try(*names):
            self._audit.note("paused", who, address)
            return self.form(request, "portal.pause", 429, to)
        async with self._hashing:
            fits = await run_in_threadpool(
                self._parts.passwords.fits, who, sent.get("password", "")
            )
        if not fits or self._parts.folders.reader(who) is None:
            self._tries.failed(*names)
            self._audit.note("refused", who, address)
            return self.form(request, "portal.wrong", 403, to)
        self._tries.forget(f"reader {who}")
        return self.begin(request, who, to)

    def begin(self, request: Request, who: str, to: str) -> Response:
        """Sign somebody in, with a session of its own."""
        known = self._parts.folders.reader(who)
        if known is not None and self._parts.folders.is_outdated(known):
            self._audit.note("outdated", who, self.address(request))
            return self.form(request, "portal.outdated", 403, to)
        self._sessions.end(request.cookies.get(SESSION))
        response = self.to(request, to)
        self.give(request, response, SESSION, self._sessions.begin(who))
        self._audit.note("signed in", who, self.address(request))
        return response

    async def sign_out(self, request: Request) -> Response:
        """End the session."""
        sent = await sent_form(request)
        if sent is None or not is_own(request, sent):
            return self.form(request, "portal.again", 400)
        known = self.reader(request)
        self._sessions.end(request.cookies.get(SESSION))
        self._audit.note("signed out", known.id if known else None, self.address(request))
        response = self.to(request, "sign-in")
        response.delete_cookie(SESSION, path=request.scope.get("root_path", "") or "/")
        return response

    async def account(self, request: Request) -> Response:
        """Who is signed in, and the way out."""
        known = self.reader(request)
        if known is None:
            return self.to(request, "sign-in")
        name = Verbatim(text=known.name)
        return self.show(request, "account", reader=name, token=self.token(request))

    async def page(self, request: Request) -> Response:
        """A file of the folder of whoever is signed in."""
        path = request.path_params["path"] or "index.html"
        known = self.reader(request)
        if known is None:
            return self.to(request, f"sign-in?to={quote(own_place(path))}")
        file = await run_in_threadpool(file_in, known.folder, path)
        is_asset = path.startswith("assets/")
        if not is_asset:
            what = "opened" if file else "not there"
            self._audit.note(what, known.id, self.address(request), path)
        if file is None:
            return self.show(request, "nothing", 404, problem="portal.nothing")
        if path in ("index.html", "index.en.html"):
            return HTMLResponse(await run_in_threadpool(self._landing, file, known))
        response = FileResponse(file)
        if is_asset:
            response.headers["Cache-Control"] = "private, max-age=3600"
        if path.endswith(_SAVED):
            response.headers["Content-Disposition"] = "attachment"
        return response

    def _landing(self, file: Path, known: Known) -> str:
        """The reader's list of pages with the way to their account."""
        speech = words("en" if ".en." in file.name else "zh", self._parts.currency, 2000)
        account = speech.say("portal.account", reader=Verbatim(text=known.name))
        link = f'<a href="account">{account}</a>'
        link += f' · <a href="changed">{speech.say("portal.changed")}</a>'
        if self._policy.entries.kinds:
            link += f' · <a href="entries">{speech.say("portal.entries")}</a>'
        text = file.read_text(encoding="utf-8")
        return text.replace("</header>", f"<p>{link}</p>\n</header>", 1)


class _Guarded:
    """What every answer carries, whatever it is."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    headers[name] = value
                headers.setdefault("Cache-Control", "no-store")
            await send(message)

        inner = _without_prefix(scope)
        root = inner.get("root_path", "").rstrip("/")
        if inner["type"] == "http" and root and inner["path"] == root:
            # a place below this server: what the request calls it is never believed
            await RedirectResponse(f"{root}/", 303)(inner, receive, guarded)
            return
        await self._app(inner, receive, guarded)


def _without_prefix(scope: Scope) -> Scope:
    """A request as it is where the proxy takes the sub-path off: one that leaves it there sends it
    twice, since the server puts it before every path."""
    root, path = scope.get("root_path", "").rstrip("/"), scope.get("path", "")
    if not root or not f"{path}/".startswith(f"{root}{root}/"):
        return scope
    return {**scope, "path": path.removeprefix(root)}


async def _style(_request: Request) -> Response:
    path = shipped("reports", "templates", "assets") / "attain.css"
    return FileResponse(path, headers={"Cache-Control": "max-age=3600"})


async def _health(_request: Request) -> Response:
    return PlainTextResponse("ok")


def _other_ways(portal: Portal, parts: Parts) -> list[Route]:
    """The addresses of signing in by a link and by a provider, where policy has them."""
    found = []
    stands_on = (portal, parts.policy, parts.folders)
    if parts.post is not None:
        by_link = ByLink(*stands_on, parts.post, parts.audit, parts.clock)
        found += [
            Route("/sign-in-link", by_link.ask, methods=["POST"]),
            Route("/link/{link}", by_link.open),
            Route("/link/{link}", by_link.use, methods=["POST"]),
        ]
    if parts.provider is not None:
        by_oidc = ByOidc(*stands_on, parts.provider, parts.audit, parts.clock)
        found += [Route("/oidc", by_oidc.start), Route("/oidc/back", by_oidc.back)]
    return found


def application(parts: Parts) -> ASGIApp:
    """The portal of a workspace as an ASGI application."""
    portal = Portal(parts)
    entering = Entering(portal, parts.entries, parts.audit, parts.clock, parts.policy)
    app = Starlette(
        routes=[
            *_other_ways(portal, parts),
            Route("/health", _health),
            Route("/style/attain.css", _style),
            Route("/sign-in", portal.sign_in, methods=["GET", "POST"]),
            Route("/sign-out", portal.sign_out, methods=["POST"]),
            Route("/account", portal.account),
            Route("/changed", Changed(portal, parts.published, parts.audit).page),
            Route("/entries", entering.waiting),
            Route("/entries/{kind}/{period}", entering.rows),
            Route("/entries/{kind}/{period}", entering.send, methods=["POST"]),
            Route("/{path:path}", portal.page),
        ]
    )
    app.router.redirect_slashes = False  # it would lead to the host that a request names
    return _Guarded(app)
