"""A mail server on this machine that keeps what it takes, and misbehaves where a test says so."""

from __future__ import annotations

import asyncio
import email
import email.policy
import socket
import ssl
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from email.message import EmailMessage
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session


@dataclass
class Post:
    """What the server does at each recipient, and what it took.

    `says` is answered to a message in place of 250, `when` is done once at a moment of a delivery:
    `rcpt` when it is addressed, `data` when its last byte is there, `taken` before the answer.
    `holds` keeps whoever mails to an address waiting, and nobody else, until its event is set.
    """

    taken: list[EmailMessage] = field(default_factory=list)
    recipients: list[str] = field(default_factory=list)
    refuses: dict[str, str] = field(default_factory=dict)
    busy: Counter[str] = field(default_factory=Counter)
    takes_and_drops: set[str] = field(default_factory=set)
    hangs: set[str] = field(default_factory=set)
    hangs_after: set[str] = field(default_factory=set)
    holds: dict[str, threading.Event] = field(default_factory=dict)
    says: dict[str, str] = field(default_factory=dict)
    when: dict[tuple[str, str], Callable[[], None]] = field(default_factory=dict)
    port: int = 0

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        self._now("rcpt", address)
        if address in self.refuses:
            return self.refuses[address]
        if self.busy[address] > 0:
            self.busy[address] -= 1
            return "450 mailbox busy"
        if address in self.hangs:
            await asyncio.sleep(5)
        while address in self.holds and not self.holds[address].is_set():
            await asyncio.sleep(0.01)
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        (address,) = envelope.rcpt_tos
        self._now("data", address)
        content = envelope.content
        assert isinstance(content, bytes)
        self.taken.append(email.message_from_bytes(content, policy=email.policy.default))  # type: ignore[arg-type]
        self.recipients.extend(envelope.rcpt_tos)
        self._now("taken", address)
        if address in self.hangs_after:
            await asyncio.sleep(5)
        if self.takes_and_drops.intersection(envelope.rcpt_tos):
            assert server.transport is not None
            server.transport.abort()
        return self.says.get(address, "250 taken")

    def _now(self, moment: str, address: str) -> None:
        """What a test does at a moment of a delivery, once."""
        self.when.pop((moment, address), lambda: None)()

    @property
    def ids(self) -> Counter[str]:
        """How often each message came."""
        return Counter(str(message["Message-ID"]) for message in self.taken)


class _Unchecked(Controller):
    """Its own first connection looks at no certificate."""

    def _trigger_server(self) -> None:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        with socket.create_connection((self.hostname, self.port), 1) as plain:
            if self.ssl_context is None:
                plain.recv(100)
            else:
                with context.wrap_socket(plain) as secure:
                    secure.recv(100)


@contextmanager
def mail_server(
    tls: ssl.SSLContext | None = None, is_ssl: bool = False, password: str | None = None
) -> Iterator[Post]:
    """A server with STARTTLS or SSL where a certificate is given, and a sign-in `attain`."""
    post = Post()
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]

    def sign_in(_server: Any, _session: Any, _envelope: Any, _how: str, data: Any) -> AuthResult:
        assert isinstance(data, LoginPassword)
        is_right = (data.login, data.password) == (b"attain", str(password).encode())
        return AuthResult(success=is_right, handled=False)

    more: dict[str, Any] = {}
    if tls is not None and not is_ssl:
        more = {"tls_context": tls, "require_starttls": True}
    if password is not None:
        more |= {"authenticator": sign_in, "auth_required": True}
        more |= {"auth_require_tls": tls is not None and not is_ssl}
    controller = _Unchecked(
        post, hostname="127.0.0.1", port=port, ssl_context=tls if is_ssl else None, **more
    )
    controller.start()
    post.port = port
    try:
        yield post
    finally:
        controller.stop()


@contextmanager
def raw_server(speak: Callable[[socket.socket], None]) -> Iterator[int]:
    """A server that says what a test writes to each connection; its port."""
    ends = threading.Event()
    listening = socket.create_server(("127.0.0.1", 0))
    listening.settimeout(0.02)

    def serve() -> None:
        while not ends.is_set():
            try:
                line, _ = listening.accept()
            except TimeoutError:
                continue
            threading.Thread(target=one, args=(line,), daemon=True).start()

    def one(line: socket.socket) -> None:
        with line, suppress(OSError):  # the other side left
            speak(line)

    thread = threading.Thread(target=serve)
    thread.start()
    try:
        yield listening.getsockname()[1]
    finally:
        ends.set()
        thread.join()
        listening.close()
