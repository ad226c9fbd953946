"""Mail that came back after a server had taken it: which message, and why.

Belongs here: reading reports of non-delivery (RFC 3464) from a mailbox. Does not belong here: a
refusal while it is handed over (`outbox/handing.py`).
"""

from __future__ import annotations

import email
import email.policy
import mailbox
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from email.message import EmailMessage, Message
from pathlib import Path

from pipelines.delivery.mail.message import CHANNEL, unique_of
from pipelines.delivery.outbox.store import Outbox, Record, State
from pipelines.errors import UserError

_ID = re.compile(r"<([0-9a-f]{24})@[^\s<>]{1,255}>")
_LONGEST = 200
_LARGEST = 2_000_000
_HANDED: tuple[State, ...] = ("sent", "handing")
_POSTMEN = re.compile(r"\b(mailer-daemon|postmaster)@", re.IGNORECASE)


@dataclass
class Returned:
    """What a mailbox held: messages of ours that came back with the reason, and how many others."""

    found: list[tuple[Record, str]] = field(default_factory=list)
    others: int = 0


def note_returned(outbox: Outbox, path: Path) -> Returned:
    """Note in the outbox which messages a mailbox says could not be delivered.

    Args:
        path: an mbox file, a Maildir, a message (`.eml`) or a folder of such.

    Raises:
        UserError: there is no such mailbox.
    """
    handed = {
        unique_of(record.key.removeprefix(f"{CHANNEL}/")): record
        for state in _HANDED
        for record in outbox.of(state, CHANNEL)
    }
    told = Returned()
    for message in _messages(path):
        why = _why(message)
        ours = [handed.pop(one) for one in _ids(message) if one in handed] if why else []
        for record in ours:
            outbox.returned(record.key, why)
            told.found.append((record, why))
        told.others += not ours
    told.found.sort(key=lambda one: one[0].key)  # a Maildir has no order
    return told


def _messages(path: Path) -> Iterator[EmailMessage]:
    if path.is_dir() and (path / "cur").is_dir():
        for held in mailbox.Maildir(path, create=False):
            yield _parsed(bytes(held))
    elif path.is_dir():
        for file in sorted(path.glob("*.eml")):
            yield _parsed(_content(file))
    elif path.is_file() and not _content(path).startswith(b"From "):
        yield _parsed(_content(path))
    elif path.is_file():
        for kept in mailbox.mbox(path, create=False):
            yield _parsed(bytes(kept))
    else:
        raise UserError(
            f"{path}: no such mailbox; name an mbox file, a Maildir or a folder of .eml."
        )


def _content(file: Path) -> bytes:
    with file.open("rb") as opened:
        return opened.read(_LARGEST)


def _parsed(content: bytes) -> EmailMessage:
    found = email.message_from_bytes(content[:_LARGEST], policy=email.policy.default)
    assert isinstance(found, EmailMessage)
    return found


def _why(message: EmailMessage) -> str:
    """What the report gives as the reason; empty where it reports no failure."""
    if message.get_content_type() == "multipart/report":
        for block in _blocks(message):
            if str(block.get("Action", "")).strip().lower() == "failed":
                said = str(block.get("Diagnostic-Code", "")).partition(";")[2]
                return _line(f"{block.get('Status', '')} {said}") or "not delivered"
        return ""
    if _POSTMEN.search(str(message.get("From", ""))):  # older servers: in words alone
        return _line(str(message.get("Subject", ""))) or "not delivered"
    return ""


def _blocks(message: EmailMessage) -> Iterator[Message]:
    for part in message.walk():
        if part.get_content_type() == "message/delivery-status":
            held = part.get_payload()
            yield from (block for block in held if isinstance(block, Message))


def _ids(message: EmailMessage) -> list[str]:
    """Ids of messages that the report names or holds; its own headers name none of ours."""
    texts = []
    for part in message.walk():
        if part is not message:
            texts += [str(part.get(name, "")) for name in ("Message-ID", "Original-Message-ID")]
        if part.get_content_maintype() == "text":
            held = part.get_payload(decode=True)
            texts.append(held.decode("utf-8", "replace") if isinstance(held, bytes) else "")
    return list(dict.fromkeys(found for text in texts for found in _ID.findall(text)))


def _line(text: str) -> str:
    """One line of signs that are shown, of a bounded length."""
    shown = "".join(sign if sign.isprintable() else " " for sign in text)
    return " ".join(shown.split())[:_LONGEST]
