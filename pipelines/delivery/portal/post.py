"""Mailing the links that sign people in, through an outbox of their own.

Belongs here: the message, and handing it over beside the requests. Does not belong here: which
links hold (`links.py`).
"""

from __future__ import annotations

import datetime as dt
import secrets
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor, wait
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime
from functools import partial

from pipelines.delivery.mail.message import SMTP
from pipelines.delivery.mail.smtp import signed_in
from pipelines.delivery.outbox.handing import hand_over_all
from pipelines.delivery.outbox.policy import MailPolicy
from pipelines.delivery.outbox.store import LINKS, Draft, Outbox, open_outbox
from pipelines.delivery.portal.audit import Audit
from pipelines.delivery.portal.folders import Known
from pipelines.errors import UserError
from pipelines.reporting.model.values import Count, Verbatim, message
from pipelines.reporting.publish.render import words
from pipelines.workspace.workspace import Workspace

CHANNEL = "link"
_PATIENCE = 30  # seconds, where another portal of the workspace is mailing one
_LINK_WAITS = (2, 5)


class Post:
    """Mails links one after the other in a thread of its own.

    Whoever asks is answered before anything is mailed, and no later if somebody of that name is
    there: the time of an answer says nothing.
    """

    def __init__(
        self,
        workspace: Workspace,
        policy: MailPolicy,
        password: str | None,
        audit: Audit,
        now: Callable[[], dt.datetime],
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._folder, self._policy, self._password = workspace.root / LINKS, policy, password
        self._audit, self._now, self._sleep = audit, now, sleep
        self._worker = ThreadPoolExecutor(max_workers=1)
        self._begun: list[Future[None]] = []

    def mail(self, known: Known, link: str, minutes: int) -> None:
        """Have a link mailed to a reader's address."""
        self._begun = [one for one in self._begun if not one.done()]
        self._begun.append(self._worker.submit(self._mail, known, link, minutes))

    def wait(self) -> None:
        """Until everything that was asked for has been tried."""
        wait(self._begun)

    def _mail(self, known: Known, link: str, minutes: int) -> None:
        try:
            draft = self._draft(known, link, minutes)
            sent = self._through_the_outbox(draft)
        except (UserError, ValueError) as error:
            self._audit.note("link not mailed", known.id, "", str(error))
            return
        self._audit.note("link mailed" if sent else "link not mailed", known.id, "")

    def _through_the_outbox(self, draft: Draft) -> bool:
        with open_outbox(self._folder, self._now(), _PATIENCE, "attain serve") as outbox:
            return self._hand_over(outbox, draft)

    def _hand_over(self, outbox: Outbox, draft: Draft) -> bool:
        outbox.put(draft)
        connect = partial(signed_in, self._policy, self._password)
        handed = hand_over_all(outbox, CHANNEL, connect, _LINK_WAITS, self._sleep, {draft.reader})
        for record in outbox.of("waiting", CHANNEL):  # later it would be of no use
            outbox.refused(record.key, "too late to be of use")
        return any(record.key == draft.key for record in handed.sent)

    def _draft(self, known: Known, link: str, minutes: int) -> Draft:
        """The message.

        Raises:
            ValueError: a name or an address cannot stand in a header.
        """
        speech = words(self._policy.language, "CNY", 2000)
        unique = secrets.token_hex(12)
        local, _, host = known.email.rpartition("@")
        sender, _, domain = self._policy.sender.rpartition("@")
        made = EmailMessage(policy=SMTP)
        made["From"] = Address(self._policy.sender_name, sender, domain)
        made["To"] = Address(known.name, local, host)
        made["Subject"] = speech.plain("portal.link_subject")
        made["Date"] = format_datetime(self._now())
        made["Message-ID"] = f"<{unique}@{domain}>"
        made["Auto-Submitted"] = "auto-generated"
        said = speech.text(
            message("portal.link_text", reader=Verbatim(text=known.name), n=Count(value=minutes))
        )
        made.set_content(f"{said}\n\n{link}\n\n{speech.plain('portal.link_ignore')}\n")
        return Draft(
            key=f"{CHANNEL}/{unique}", channel=CHANNEL, series=f"{known.id}/link", reader=known.id,
            address=known.email, subject=str(made["Subject"]),
            content=made.as_bytes(policy=SMTP),
        )  # fmt: skip
