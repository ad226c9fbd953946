"""A page as a mail message: plain text and HTML with the same words, complete without images.

Belongs here: parts and headers. Does not belong here: sending.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP as _SMTP
from email.utils import format_datetime
from functools import cache
from typing import TYPE_CHECKING

from pipelines.delivery.access.cut import cut
from pipelines.delivery.deadlines.ics import calendar
from pipelines.delivery.deadlines.read import Deadline
from pipelines.delivery.outbox.choose import Chosen
from pipelines.delivery.outbox.policy import MailPolicy
from pipelines.delivery.outbox.store import Draft
from pipelines.reporting.language.numbers import LanguageCode
from pipelines.reporting.model.page import Page, Section
from pipelines.reporting.model.values import Bilingual, Count, Day, Moment, Text, Verbatim, message
from pipelines.reporting.publish.render import Words, environment, freshness_text, words

if TYPE_CHECKING:
    from css_inline import CSSInliner

CHANNEL = "mail"
SMTP = _SMTP.clone(cte_type="7bit")  # every server takes it, whatever it has announced
LARGEST = 100_000
"""Bytes of the HTML part: some programs cut what is longer."""
# What a page asks its reader to do first, by the sections whose titles say it.
_TASKS = {
    "director_weekly": ("quota", "deals", "ageing", "movement"),
    "region_weekly": ("agenda", "overdue", "deals"),
    "team_weekly": ("agenda", "overdue", "hygiene"),
    "team_daily": ("due", "done"),
    "rep_weekly": ("pipeline", "invoices", "commission"),
    "receivables": ("ageing", "unallocated", "limits"),
    "commission_reconciliation": ("differences", "disputes", "approvals"),
    "commission_statement": ("lines", "release", "adjustments"),
    "appraisal": ("decisions", "appeals", "results"),
    "sales_ops": ("owners", "hygiene", "contact"),
}


@dataclass(frozen=True)
class Letter:
    """What a message is made of: the page as the reader sees it, and where it is read."""

    chosen: Chosen
    page: Page
    folder: str
    policy: MailPolicy
    deadlines: tuple[Deadline, ...] = ()

    @property
    def language(self) -> LanguageCode:
        return "en" if self.chosen.reader.id in self.policy.english else self.policy.language

    @property
    def path(self) -> str:
        """Where the page stands below the reader's folder."""
        return f"{self.chosen.entry.stem}.{self.language}.html"

    @property
    def link(self) -> str:
        """Its address, where the folders are served."""
        at = self.policy.pages_at
        return f"{at}{self.folder}/{self.path}" if at else ""

    @property
    def reader(self) -> Verbatim:
        return Verbatim(text=self.chosen.reader.person.name)

    @property
    def tasks(self) -> list[Section]:
        """Three things to do, as the titles of sections say them."""
        known = {section.id: section for section in self.page.sections}
        asked = _TASKS.get(self.page.report, ())
        found = [known[name] for name in asked if name in known]
        return [section for section in found if section.no_data_reason is None][:3]

    @property
    def failed(self) -> list[Text]:
        """What did not hold, in the words of who reads: a person is told how much, not which."""
        checks = self.page.quality.failed
        if self.page.reader.kind == "employee" and checks:
            return [message("mail.failed_checks", n=Count(value=len(checks)))]
        return [message("mail.failed", check=check.name) for check in checks]


def letter(
    chosen: Chosen, page: Page, folder: str, policy: MailPolicy, deadlines: Iterable[Deadline] = ()
) -> Letter:
    """A letter of a page, cut down to what its reader sees, with what goes into their calendar."""
    own = page if chosen.keep.is_whole else cut(page, chosen.keep)
    return Letter(chosen, own, folder, policy, tuple(deadlines))


def key_of(chosen: Chosen) -> str:
    """What is mailed once."""
    return f"{CHANNEL}/{chosen.key}"


def draft(of: Letter, now: dt.datetime) -> Draft:
    """The message as it will be handed over, byte for byte, however often that is tried.

    Raises:
        ValueError: a name or an address cannot stand in a header, or the message is too large.
    """
    made = _message(of, now)
    return Draft(
        key=key_of(of.chosen),
        channel=CHANNEL,
        series=of.chosen.series,
        reader=of.chosen.reader.id,
        address=str(made["To"].addresses[0].addr_spec),
        subject=str(made["Subject"]),
        content=made.as_bytes(policy=SMTP),
        ends=of.chosen.entry.period.end,
    )


def unique_of(key: str) -> str:
    """The part of a message's id before the sign `@`: the same however often it is tried."""
    return hashlib.sha256(key.encode()).hexdigest()[:24]


def _message(of: Letter, now: dt.datetime) -> EmailMessage:
    speech = words(of.language, of.page.currency, of.page.as_of.year)
    domain, person = of.policy.domain, of.chosen.reader.person
    thread = hashlib.sha256(of.chosen.series.encode()).hexdigest()[:20]
    local, _, host = (person.email or "").strip().rpartition("@")
    made = EmailMessage(policy=SMTP)
    made["From"] = Address(of.policy.sender_name, *_parts(of.policy.sender))
    made["To"] = Address(person.name, local, host)
    made["Subject"] = subject(of, speech)
    made["Date"] = format_datetime(now)
    made["Message-ID"] = f"<{unique_of(of.chosen.key)}@{domain}>"
    made["References"] = made["In-Reply-To"] = f"<{thread}.thread@{domain}>"
    made["List-Id"] = f"<{of.page.report.replace('_', '-')}.attain.{domain}>"
    made["Auto-Submitted"] = "auto-generated"
    if of.policy.unsubscribe:
        made["List-Unsubscribe"] = f"<{of.policy.unsubscribe}>"
    made.set_content(plain(of, speech))
    html = body(of, speech)
    if len(html.encode()) > LARGEST:
        raise ValueError(f"the mail has {len(html.encode()):,} bytes; {LARGEST:,} is the most")
    made.add_alternative(html, subtype="html")
    if of.deadlines:
        made.add_attachment(
            calendar(of.deadlines, speech, domain, now, of.link).decode(),
            subtype="calendar",
            filename="attain.ics",
            params={"method": "PUBLISH"},
        )
    return made


def _parts(address: str) -> tuple[str, str]:
    local, _, domain = address.rpartition("@")
    return local, domain


def subject(of: Letter, speech: Words) -> str:
    """The report, its period and whose it is; an old one says so first."""
    page = of.page
    text = speech.text(
        message("mail.subject", report=speech.title(page), period=page.period, company=page.company)
    )
    if of.chosen.stale is not None:
        text = speech.text(message("mail.stale", subject=Verbatim(text=text)))
    return " ".join(text.split())


def body(of: Letter, speech: Words) -> str:
    """The HTML part with every style where it is used."""
    text = environment().get_template("mail.html").render(
        page=of.page,
        w=speech,
        reader=of.reader,
        stale=of.chosen.stale,
        tasks=of.tasks,
        deadlines=of.deadlines,
        failed=of.failed,
        link=of.link,
        path=Verbatim(text=of.path),
        unsubscribe=of.policy.unsubscribe,
    )  # fmt: skip
    return _inliner().inline(text)


@cache
def _inliner() -> CSSInliner:
    from css_inline import CSSInliner

    return CSSInliner(keep_style_tags=False, load_remote_stylesheets=False)


def plain(of: Letter, speech: Words) -> str:
    """The same in plain text."""
    page, say = of.page, speech.text
    lines = [f"{say(speech.title(page))} · {say(page.period)}", say(page.company), ""]
    if of.chosen.stale is not None:
        at, as_of = Moment(at=of.chosen.stale.at), Day(date=page.as_of)
        lines += [say(message("stale.title")), say(message("stale.why", at=at, as_of=as_of))]
        lines += [f"- {say(check.name)}" for check in of.chosen.stale.checks]
        lines.append("")
    lines += [" ".join(say(sentence) for sentence in page.lead), ""]
    for tile in page.tiles[:6]:
        label, scope = tile.label, tile.scope
        if tile.value is None:
            reason: Text = tile.no_data_reason or Bilingual(zh="", en="")
            lines.append(say(message("mail.no_value", label=label, scope=scope, reason=reason)))
        else:
            lines.append(say(message("mail.value", label=label, scope=scope, value=tile.value)))
        if tile.in_question is not None:
            lines.append(f"    {say(tile.in_question)}")
        for c in tile.comparisons[:2]:
            word = f" {say(c.word)}" if c.word is not None else ""
            lines.append(f"    {say(c.label)} {say(c.shown)}{word}")
    if of.tasks:
        lines += ["", say(message("mail.to_do"))]
        lines += [f"{n}. {say(section.message)}" for n, section in enumerate(of.tasks, 1)]
    if of.deadlines:
        lines += ["", say(message("mail.deadlines"))]
    lines += ["", of.link or say(message("mail.place", path=Verbatim(text=of.path)))]
    lines += ["", say(message("mail.data"))]
    lines += [f"- {say(freshness_text(source))}" for source in page.freshness]
    lines += [f"- {say(text)}" for text in of.failed]
    lines += ["", say(message("mail.why", reader=of.reader))]
    if of.policy.unsubscribe:
        lines.append(of.policy.unsubscribe)
    return "\n".join(lines) + "\n"
