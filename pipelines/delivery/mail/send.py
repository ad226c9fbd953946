"""Sending mail: every reader's pages into the outbox, then handed over.

Belongs here: one call of `attain send`. Does not belong here: messages and servers.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from pipelines.delivery.access.problem import Problem
from pipelines.delivery.access.readers import Reader
from pipelines.delivery.deadlines.read import deadlines_for
from pipelines.delivery.folders.write import folder_names
from pipelines.delivery.mail.message import CHANNEL, draft, key_of, letter
from pipelines.delivery.mail.smtp import signed_in
from pipelines.delivery.outbox.choose import chosen
from pipelines.delivery.outbox.handing import hand_over_all
from pipelines.delivery.outbox.policy import MailPolicy
from pipelines.delivery.outbox.store import FOLDER, PATIENCE, Draft, open_outbox
from pipelines.delivery.outbox.unsettled import unsettled
from pipelines.delivery.readership import Readership
from pipelines.errors import UserError
from pipelines.reporting.model.page import file_name
from pipelines.workspace.workspace import Workspace
from pipelines.workspace.yamlfile import did_you_mean


@dataclass(frozen=True)
class Asked:
    """What a call is asked to send: to whom and which reports, all where nothing is named."""

    readers: frozenset[str] | None = None
    reports: frozenset[str] | None = None


@dataclass
class Mailed:
    """What became of a call: subjects by reader, and a sentence for each who got nothing."""

    new: list[Draft] = field(default_factory=list)
    sent: list[tuple[str, str]] = field(default_factory=list)
    known: int = 0
    problems: list[Problem] = field(default_factory=list)
    unsettled: int = 0

    def __add__(self, other: Mailed) -> Mailed:
        return Mailed(
            [*self.new, *other.new],
            [*self.sent, *other.sent],
            self.known + other.known,
            [*self.problems, *other.problems],
            self.unsettled + other.unsettled,
        )


def asked(
    opened: Readership, policy: MailPolicy, to: Collection[str], only: Collection[str]
) -> Asked:
    """Readers by id or address, and reports, as they were typed.

    Raises:
        UserError: nobody reads under a name, or no report is called that.
    """
    by_name = {who: who for who in opened.readers.all}
    by_name |= {
        (reader.person.email or "").strip().lower(): who
        for who, reader in opened.readers.all.items()
        if who not in opened.readers.without_mail
    }
    for name in to:
        if name not in by_name and name.lower() not in by_name:
            near = did_you_mean(name, opened.readers.all)
            raise UserError(f"--to {name!r}: no reader of that id or address{near}.")
    known = {report for reports in policy.reports.values() for report in reports}
    for report in only:
        if report not in known:
            raise UserError(f"--only {report!r}: no role is sent it{did_you_mean(report, known)}.")
    readers = frozenset(by_name.get(name) or by_name[name.lower()] for name in to)
    return Asked(readers or None, frozenset(only) or None)


def drafts(
    opened: Readership,
    policy: MailPolicy,
    wanted: Asked,
    names: Mapping[str, str],
    day: dt.date,
    now: dt.datetime,
) -> tuple[list[Draft], list[Problem]]:
    """The messages of a day, and a sentence for each that cannot be made."""
    found: list[Draft] = []
    problems: list[Problem] = []
    for who, reader in opened.readers.all.items():
        if who in opened.readers.without_mail or (wanted.readers and who not in wanted.readers):
            continue
        for one in chosen(opened.published, reader, policy.reports, day):
            if wanted.reports and one.entry.report not in wanted.reports:
                continue
            page = opened.published.model(one.entry)
            try:
                due = deadlines_for(reader, one.entry.report, opened.deadlines, day)
                found.append(draft(letter(one, page, names[who], policy, due), now))
            except ValueError as error:
                problems.append(_unmade(reader, str(error)))
    return found, problems


def _unmade(reader: Reader, why: str) -> Problem:
    return Problem(
        reader.id,
        f"{reader.id}：无法生成邮件（{why}），未发送。",
        f"{reader.id}: the mail cannot be made ({why}); nothing was sent to them.",
    )


def rehearse(
    workspace: Workspace, opened: Readership, policy: MailPolicy, wanted: Asked, day: dt.date,
    now: dt.datetime, out: Path | None, again: Collection[str] = (),
) -> Mailed:  # fmt: skip
    """What would be sent; nothing is, and nothing is noted. `out` is a folder for the messages."""
    made, problems = drafts(opened, policy, wanted, _names(workspace, opened), day, now)
    found = Mailed(problems=[*opened.readers.problems, *problems])
    with open_outbox(workspace.root / FOLDER, now) as outbox:
        found.new = [
            one
            for one in made
            if outbox.would_take(one) or (one.reader in again and outbox.is_unsettled(one.key))
        ]
        found.known = len(made) - len(found.new)
        found.problems += unsettled(outbox, CHANNEL, opened.readers.all)
    if out is not None:
        out.mkdir(parents=True, exist_ok=True)
        for one in found.new:
            name = file_name(one.key.removeprefix(f"{CHANNEL}/").replace("/", "_"))
            (out / f"{name}.eml").write_bytes(one.content)
    return found


def send(
    workspace: Workspace,
    opened: Readership,
    policy: MailPolicy,
    wanted: Asked,
    day: dt.date,
    now: dt.datetime,
    password: str | None,
    sleep: Callable[[float], None],
    again: Collection[str] = (),
) -> Mailed:
    """Put the day's messages into the outbox and hand over everything that waits there.

    Args:
        again: readers to whom what was refused or is in doubt is sent once more.

    Raises:
        UserError: no server is named, it takes neither sign-in nor encryption as policy asks, or
            another call has the outbox open.
    """
    if not policy.server:
        raise UserError("policy/delivery.yaml names no mail.server; nothing can be sent.")
    made, problems = drafts(opened, policy, wanted, _names(workspace, opened), day, now)
    found = Mailed(problems=[*opened.readers.problems, *problems])
    with open_outbox(workspace.root / FOLDER, now, PATIENCE) as outbox:
        for who in again:
            outbox.again(who, CHANNEL)
        for one in made:
            if outbox.put(one):
                found.new.append(one)
            else:
                found.known += 1
        outbox.withdraw(CHANNEL, _keys(opened, policy, day))
        outbox.let_go(CHANNEL)
        handed = hand_over_all(
            outbox, CHANNEL, partial(signed_in, policy, password), policy.retry_seconds, sleep,
            wanted.readers,
        )  # fmt: skip
        found.sent = [(record.reader, record.subject) for record in handed.sent]
        open_ends = unsettled(outbox, CHANNEL, opened.readers.all)
        found.problems += open_ends
        found.unsettled = len(open_ends) + len(problems)
    return found


def _keys(opened: Readership, policy: MailPolicy, day: dt.date) -> frozenset[str]:
    """What everybody is to be sent that day, whoever this call is for."""
    return frozenset(
        key_of(one)
        for who, reader in opened.readers.all.items()
        if who not in opened.readers.without_mail
        for one in chosen(opened.published, reader, policy.reports, day)
    )


def _names(workspace: Workspace, opened: Readership) -> dict[str, str]:
    return folder_names(opened.readers.all, opened.access.folders, workspace.state)
