"""A mail server: signing in, and handing one message over.

Belongs here: SMTP and what its answers mean. Does not belong here: which message, or trying again.
"""

from __future__ import annotations

import smtplib
import socket
import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

from pipelines.delivery.access.address import is_address
from pipelines.delivery.outbox.deadline import within
from pipelines.delivery.outbox.handing import InDoubtError, RefusedError, TryLaterError
from pipelines.delivery.outbox.policy import MailPolicy
from pipelines.delivery.outbox.store import Record
from pipelines.errors import UserError

_READY = 354
_TAKEN = 250


class MailServer:
    """A signed-in connection."""

    def __init__(self, smtp: smtplib.SMTP, sender: str) -> None:
        self._smtp, self._sender = smtp, sender

    def hand_over(self, record: Record, begin: Callable[[], None]) -> str:
        """Hand a message over; returns the server's words.

        Args:
            begin: called before the first byte of the message: from here on the server may have it.

        Raises:
            RefusedError: it will not be taken. TryLaterError: not now. InDoubtError: nobody knows.
        """
        if not is_address(record.address):
            raise RefusedError(f"{record.address!r} is no mail address")
        try:
            self._answer(self._smtp.mail(self._sender), _TAKEN)
            self._answer(self._smtp.rcpt(record.address), _TAKEN, 251)
            self._answer(self._smtp.docmd("DATA"), _READY)
        except (smtplib.SMTPServerDisconnected, OSError) as error:
            raise TryLaterError(f"the line was cut: {_words(error)}", is_cut=True) from None
        begin()
        try:
            self._smtp.send(_dotted(record.content or b""))
            answer = self._smtp.getreply()
        except (smtplib.SMTPServerDisconnected, OSError) as error:
            raise InDoubtError(
                f"the server did not answer whether it took the message ({_words(error)})"
            ) from None
        if answer[0] // 100 not in (2, 4, 5):
            raise InDoubtError(f"the server's answer to the message is none: {_said(answer)}")
        return self._answer(answer, *range(_TAKEN, 300))

    def _answer(self, answer: tuple[int, bytes], *good: int) -> str:
        code, text = answer[0], _said(answer)
        if code in good:
            return text
        with suppress(smtplib.SMTPException, OSError):
            self._smtp.rset()
        if 500 <= code < 600:
            raise RefusedError(text)
        raise TryLaterError(text, is_cut=code == 421)


def _said(answer: tuple[int, bytes]) -> str:
    code, said = answer
    return f"{code} {said.decode('utf-8', 'replace')}".replace("\n", " ")[:300]


class _Timed:
    """Every answer of a server is whole in its time, or the line is cut."""

    sock: socket.socket | None
    timeout: float

    def getreply(self) -> tuple[int, bytes]:
        """The next answer; see smtplib."""
        if self.sock is None:
            raise smtplib.SMTPServerDisconnected("the line is closed")
        with within(self.sock, self.timeout):
            answer: tuple[int, bytes] = super().getreply()  # type: ignore[misc]
        return answer


class _Plain(_Timed, smtplib.SMTP):
    pass


class _Ssl(_Timed, smtplib.SMTP_SSL):
    pass


def _dotted(content: bytes) -> bytes:
    """A message as SMTP sends it: lines end with CRLF, a leading dot is doubled, a dot ends it."""
    lines = content.replace(b"\r\n", b"\n").replace(b"\r", b"\n").split(b"\n")
    if lines[-1] == b"":
        lines.pop()
    return b"".join(
        (b"." + line if line.startswith(b".") else line) + b"\r\n" for line in lines
    ) + (b".\r\n")


@contextmanager
def signed_in(policy: MailPolicy, password: str | None) -> Iterator[MailServer]:
    """A connection to the server, signed in where policy names a user.

    Raises:
        UserError: the server takes no encryption or not this sign-in: nothing was handed over.
        TryLaterError: it cannot be reached.
    """
    secure = ssl.create_default_context()
    smtp: smtplib.SMTP
    try:
        if policy.security == "ssl":
            smtp = _Ssl(policy.server, policy.port, timeout=policy.timeout_seconds, context=secure)
        else:
            smtp = _Plain(policy.server, policy.port, timeout=policy.timeout_seconds)
            if policy.security == "starttls":
                smtp.starttls(context=secure)
        if policy.user:
            smtp.login(policy.user, password or "")
        else:
            smtp.ehlo_or_helo_if_needed()
    except smtplib.SMTPAuthenticationError as error:
        raise UserError(
            f"{policy.server}: the server does not take the sign-in of {policy.user!r} "
            f"({error.smtp_code}); look at ${policy.password_env} and policy/delivery.yaml."
        ) from None
    except (smtplib.SMTPNotSupportedError, ssl.SSLError) as error:
        raise UserError(
            f"{policy.server}:{policy.port}: no connection as policy/delivery.yaml asks for it "
            f"(security: {policy.security}): {_words(error)}."
        ) from None
    except (smtplib.SMTPException, OSError) as error:
        raise TryLaterError(
            f"{policy.server}:{policy.port} cannot be reached: {_words(error)}", is_cut=True
        ) from None
    try:
        yield MailServer(smtp, policy.sender)
    finally:
        with suppress(smtplib.SMTPException, OSError):
            smtp.quit()
        smtp.close()


def _words(error: BaseException) -> str:
    return " ".join(str(error).split())[:200] or type(error).__name__
