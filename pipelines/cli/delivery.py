"""Commands that bring published pages to their readers, and a statement to a customer."""

from __future__ import annotations

import datetime as dt
import json
import os
import sys
import time
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import click

from pipelines.cli.options import JSON, WORKSPACE, day_option
from pipelines.errors import UserError
from pipelines.workspace.workspace import Workspace

if TYPE_CHECKING:
    from pipelines.delivery.access.policy import AccessPolicy
    from pipelines.delivery.access.problem import Problem
    from pipelines.delivery.mail.send import Asked, Mailed
    from pipelines.delivery.outbox.policy import DeliveryPolicy
    from pipelines.delivery.readership import Readership

ON = day_option(
    "--on", "day", help="Day whose roles, deputies and leavers count; today, if not given."
)


def today(workspace: Workspace, day: dt.date | None) -> dt.date:
    """The day asked for, else today's in the company's time zone."""
    zone = ZoneInfo(workspace.settings.time_zone)
    return day or dt.datetime.now(dt.UTC).astimezone(zone).date()


@click.command()
@WORKSPACE
@ON
@JSON
def readers(workspace: Path, day: dt.date | None, as_json: bool) -> None:
    """Write a folder for each reader with what they may see, below reports/readers/latest.

    Each folder is complete in itself, with its landing page, earlier periods and search, and may be
    copied to a share, a drive or a web server. Who sees what stands in policy/access.yaml; people
    and their places come from the organisation.
    """
    from pipelines.delivery.readership import write_reader_folders
    from pipelines.workspace.workspace import open_workspace

    opened = open_workspace(workspace)
    on = today(opened, day)
    folders, problems = write_reader_folders(opened, on)
    if as_json:
        told = {
            "day": on.isoformat(),
            "folders": [{**asdict(one), "path": str(one.path)} for one in folders],
            "problems": [asdict(one) for one in problems],
        }
        click.echo(json.dumps(told, ensure_ascii=False))
        return
    click.echo(f"{len(folders)} folders in {opened.reports / 'readers' / 'latest'}")
    for one in problems:
        click.echo(f"  {one.en}")


@click.command()
@WORKSPACE
@ON
@click.option(
    "--to", multiple=True, metavar="READER", help="Only to these ids, addresses or robots."
)
@click.option("--only", multiple=True, metavar="REPORT", help="Only these reports.")
@click.option("--really", is_flag=True, help="Send; without it, it is only said what would be.")
@click.option(
    "--again", multiple=True, metavar="READER", help="Send what was refused or broke off once more."
)
@click.option(
    "--out",
    type=click.Path(path_type=Path, file_okay=False),
    help="Folder for the messages that would be sent, as .eml files to look at.",
)
@click.option(
    "--returned",
    type=click.Path(path_type=Path),
    metavar="MAILBOX",
    help="Note what came back, from an mbox file, a Maildir or a folder of .eml, and end.",
)
@JSON
def send(
    workspace: Path,
    day: dt.date | None,
    to: tuple[str, ...],
    only: tuple[str, ...],
    really: bool,
    again: tuple[str, ...],
    out: Path | None,
    returned: Path | None,
    as_json: bool,
) -> None:
    """Mail each reader their new pages, once, and let robots say them in their groups.

    Without --really it is only said what would be sent. Server, robots and which role is sent which
    report stand in policy/delivery.yaml, passwords and addresses of robots in the variables it
    names. What was sent is kept in outbox/ of the workspace.

    Exit codes: 0 everybody got theirs; 1 somebody did not, the last lines say who and why.
    """
    from pipelines.delivery.mail import send as mail
    from pipelines.delivery.outbox.policy import load_delivery
    from pipelines.delivery.readership import open_readership
    from pipelines.workspace.workspace import open_workspace

    workspace_ = open_workspace(workspace)
    policy = load_delivery(workspace_)
    on = today(workspace_, day)
    if returned is not None:
        _note_returned(workspace_, returned, on, as_json)
        return
    opened = open_readership(workspace_, on)
    ids = {robot.id for robot in policy.robots}
    named = (*to, *again)
    wanted = mail.asked(opened, policy.mail, [who for who in named if who not in ids], only)
    call = _Call(
        mail=None if named and not wanted.readers else wanted,
        robots=frozenset(ids.intersection(named) if named else ids),
        again=again,
        really=really,
        out=out,
    )
    found = _send(workspace_, opened, policy, call, on, dt.datetime.now(dt.UTC))
    _say_mailed(found, really, as_json)
    sys.exit(1 if really and found.unsettled else 0)


def _note_returned(workspace: Workspace, path: Path, on: dt.date, as_json: bool) -> None:
    """What came back is on record from here on, and on `attain status`."""
    from pipelines.delivery.access.problem import Problem
    from pipelines.delivery.mail.message import CHANNEL
    from pipelines.delivery.mail.returned import note_returned
    from pipelines.delivery.outbox.store import FOLDER, open_outbox
    from pipelines.delivery.outbox.unsettled import returned
    from pipelines.delivery.undelivered import keep, kept_problems

    with open_outbox(workspace.root / FOLDER, dt.datetime.now(dt.UTC)) as outbox:
        told = note_returned(outbox, path)
        problems = returned(outbox, CHANNEL)
    kept = [Problem(**one) for one in kept_problems(workspace).get("mail", {}).get("problems", [])]
    keep(workspace, "mail", on, dict.fromkeys([*kept, *problems]))
    if as_json:
        found = [{"reader": one.reader, "subject": one.subject, "why": why}
                 for one, why in told.found]  # fmt: skip
        click.echo(json.dumps({"returned": found, "others": told.others}, ensure_ascii=False))
        return
    click.echo(f"{len(told.found)} came back, {told.others} other messages in {path}")
    for problem in problems:
        click.echo(f"  {problem.en}")


@dataclass(frozen=True)
class _Call:
    """What one call sends: mail to whom, and which robots speak."""

    mail: Asked | None
    robots: frozenset[str]
    again: tuple[str, ...] = ()
    really: bool = True
    out: Path | None = None


def _send(
    workspace: Workspace,
    opened: Readership,
    policy: DeliveryPolicy,
    call: _Call,
    on: dt.date,
    now: dt.datetime,
) -> Mailed:
    """One call: a rehearsal, or one that sends while no other does.

    Raises:
        UserError: another call is sending, or no mail could be sent at all; in the latter case
            robots have spoken all the same.
    """
    from pipelines.delivery.outbox.store import FOLDER, one_sender

    if not call.really:
        return _send_alone(workspace, opened, policy, call, on, now)
    with one_sender(workspace.root / FOLDER):
        return _send_alone(workspace, opened, policy, call, on, now)


def _send_alone(
    workspace: Workspace,
    opened: Readership,
    policy: DeliveryPolicy,
    call: _Call,
    on: dt.date,
    now: dt.datetime,
) -> Mailed:
    """Send, and keep what could not be for `attain status`; links lead to folders as they are."""
    from pipelines.delivery.access.problem import Problem
    from pipelines.delivery.mail import send as mail
    from pipelines.delivery.outbox.store import FOLDER, PATIENCE, open_outbox
    from pipelines.delivery.outbox.unsettled import set_back
    from pipelines.delivery.readership import write_reader_folders
    from pipelines.delivery.robots.send import say
    from pipelines.delivery.undelivered import keep

    began = time.monotonic()
    found = mail.Mailed()
    no_mail: UserError | None = None
    if call.really:
        with open_outbox(workspace.root / FOLDER, now, PATIENCE) as outbox:
            found.problems += set_back(outbox, now)
    if call.really and policy.mail.pages_at:
        write_reader_folders(workspace, on, anew=False)
    if call.mail is not None and not call.really:
        found += mail.rehearse(
            workspace, opened, policy.mail, call.mail, on, now, call.out, call.again
        )
    elif call.mail is not None and (policy.mail.server or not call.robots):
        password = os.environ.get(policy.mail.password_env)
        try:
            found += mail.send(
                workspace, opened, policy.mail, call.mail, on, now, password, time.sleep, call.again
            )
        except UserError as error:
            no_mail = error
            found.problems.append(Problem("mail", error.message, error.message))
    if call.robots:
        passed = dt.timedelta(seconds=time.monotonic() - began)  # mail may have taken long
        local = (now + passed).astimezone(ZoneInfo(workspace.settings.time_zone))
        found += say(
            workspace, opened, policy, os.environ, on, local, time.time, time.sleep, call.robots,
            call.again, call.really,
        )  # fmt: skip
    if call.really:
        keep(workspace, "mail", on, found.problems)
    if no_mail is not None:
        raise no_mail
    return found


def deliver_after_run(
    workspace: Workspace, access: AccessPolicy, sending: DeliveryPolicy, now: dt.datetime
) -> None:
    """What policy asks for at the end of a run; what goes wrong is said and does not undo it."""
    if not (access.folders.after_run or sending.mail.after_run):
        return
    from pipelines.delivery.mail.send import Asked
    from pipelines.delivery.readership import open_readership, write_reader_folders

    on = now.astimezone(ZoneInfo(workspace.settings.time_zone)).date()
    problems: list[Problem] = []
    try:
        if access.folders.after_run:
            problems += write_reader_folders(workspace, on, anew=False)[1]
        if sending.mail.after_run:
            opened = open_readership(workspace, on)
            call = _Call(Asked(), frozenset(robot.id for robot in sending.robots))
            problems += _send(workspace, opened, sending, call, on, now).problems
    except UserError as error:
        click.echo(error.message, err=True)
    for problem in dict.fromkeys(problems):
        click.echo(problem.en, err=True)


def _say_mailed(found: Mailed, really: bool, as_json: bool) -> None:
    if as_json:
        told = {
            "new": [{"reader": one.reader, "subject": one.subject} for one in found.new],
            "sent": [{"reader": who, "subject": subject} for who, subject in found.sent],
            "known": found.known,
            "problems": [asdict(one) for one in found.problems],
        }
        click.echo(json.dumps(told, ensure_ascii=False))
        return
    if really:
        click.echo(f"{len(found.sent)} sent, {found.known} were sent before")
    else:
        for one in found.new:
            click.echo(f"  {one.reader} <{one.address}>  {one.subject}")
        click.echo(f"{len(found.new)} would be sent, {found.known} were before; --really sends")
    for problem in found.problems:
        click.echo(f"  {problem.en}")


@click.command()
@WORKSPACE
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", type=click.IntRange(1, 65535), default=8765, show_default=True)
@click.option("--root-path", default="", help="The sub-path a proxy serves it under: /reports.")
@click.option("--password-for", metavar="READER", help="Ask for a reader's password, and end.")
def serve(workspace: Path, host: str, port: int, root_path: str, password_for: str | None) -> None:
    """Show each reader their own folder, signed in, and take the records that are theirs to enter.

    Folders are those of attain readers. How people sign in stands in policy/portal.yaml; TLS is the
    proxy's. Scores, disputes, appeals, approvals and decisions that are entered become filled forms
    in a folder of exports, for the next run. Who opened and entered what is kept in
    portal/audit.jsonl of the workspace.
    """
    from pipelines.delivery.portal.folders import ReaderFolders
    from pipelines.delivery.portal.passwords import FILE, Passwords
    from pipelines.workspace.workspace import open_workspace

    opened = open_workspace(workspace)
    if password_for is not None:
        if ReaderFolders(opened, lambda: today(opened, None)).reader(password_for) is None:
            raise UserError(f"{password_for}: nobody of that id has a folder. Run: attain readers")
        asked = click.prompt("Password", hide_input=True, confirmation_prompt=True)
        Passwords(opened.root / FILE).put(password_for, asked)
        click.echo(f"{password_for} can sign in.")
        return
    import uvicorn

    from pipelines.delivery.portal.app import application
    from pipelines.delivery.portal.open import portal_parts

    now = partial(dt.datetime.now, dt.UTC)
    app = application(portal_parts(opened, now, time.monotonic, os.environ))
    click.echo(f"http://{host}:{port}{root_path or '/'}  (Ctrl-C ends it)")
    uvicorn.run(
        app, host=host, port=port, root_path=root_path, log_level="warning", access_log=False,
        proxy_headers=False, server_header=False,
    )  # fmt: skip


@click.command("statement-of-account")
@click.argument("customer")
@WORKSPACE
@day_option(
    "--from", "since", help="First day of the movements.",
    show_default="first of the month of --as-of",
)  # fmt: skip
@day_option("--as-of", help="Last day.", show_default="the day the tables stand at")
@click.option(
    "--out",
    type=click.Path(path_type=Path, file_okay=False),
    show_default="statements-of-account in the workspace",
    help="Folder to write to.",
)
@click.option("--replace", is_flag=True, help="Write anew what stands there.")
@JSON
def statement_of_account(
    customer: str,
    workspace: Path,
    since: dt.date | None,
    as_of: dt.date | None,
    out: Path | None,
    replace: bool,
    as_json: bool,
) -> None:
    """Write CUSTOMER's statement of account (对账单), for them to compare with their books.

    CUSTOMER is an id or a whole name. Opening balance, movements, closing balance, what is open and
    how old, in the currency of the documents; a page for A4 and a workbook in both languages. Where
    to pay stands in policy/receivables.yaml below account_statement. Nothing is sent to anybody.

    \b
    attain statement-of-account CUST-000014
    attain statement-of-account CUST-000014 --from 2026-07-01 --as-of 2026-09-30
    """
    from pipelines.policy.load import load_policies
    from pipelines.reporting.account.account import read_statement
    from pipelines.reporting.account.letter import write_statement
    from pipelines.reporting.language.numbers import exact_money
    from pipelines.warehouse.duck import open_warehouse
    from pipelines.workspace.currency import decimals_of
    from pipelines.workspace.workspace import open_workspace

    opened = open_workspace(workspace)
    policy = load_policies(opened).receivables
    with open_warehouse(
        opened.warehouse, opened.settings.memory_limit, read_only=True
    ) as warehouse:
        statement = read_statement(warehouse, customer, since, as_of, policy)
    folder = out or opened.root / "statements-of-account"
    files = write_statement(statement, opened.settings.name, policy, folder, replace)
    if as_json:
        balances = {one.currency: str(one.closing) for one in statement.accounts}
        told = {"files": [str(file) for file in files], "closing": balances}
        click.echo(json.dumps(told, ensure_ascii=False))
        return
    for one in statement.accounts:
        closing = exact_money(one.closing, f"{one.currency} ", smallest=decimals_of(one.currency))
        click.echo(f"{closing}  {statement.since} to {statement.until}")
    for file in files:
        click.echo(str(file))
