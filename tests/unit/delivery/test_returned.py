"""Mail that came back later is on record with its reason, from whatever mailbox holds it."""

from __future__ import annotations

import datetime as dt
import mailbox
from email.message import EmailMessage
from email.mime.base import MIMEBase
from email.mime.multipart import MIMEMultipart
from email.mime.text import MIMEText
from pathlib import Path

import pytest
from click.testing import CliRunner

from pipelines.cli.main import cli
from pipelines.delivery.mail.message import unique_of
from pipelines.delivery.mail.returned import note_returned
from pipelines.delivery.outbox.store import FOLDER, Draft, Outbox, open_outbox
from pipelines.delivery.outbox.unsettled import unsettled
from pipelines.delivery.undelivered import kept_problems
from pipelines.errors import UserError
from pipelines.workspace.workspace import open_workspace
from tests.support.portal import serve

NOW = dt.datetime(2026, 11, 16, 8, tzinfo=dt.UTC)
WHO = ("E1", "E2", "E3")


def sent(outbox: Outbox, *readers: str, week: str = "W46") -> None:
    for who in readers:
        key = f"mail/{who}/{week}"
        outbox.put(Draft(key, "mail", who, who, f"{who}@a.example", f"{week} of {who}", b"page"))
        outbox.sent(key, "250 taken")


def report(
    who: str, action: str = "failed", said: str = "smtp; 550 5.1.1 no such user"
) -> MIMEMultipart:
    """What a server sends back: in words, for machines, and the head of the message."""
    found = MIMEMultipart("report", report_type="delivery-status")
    found["From"], found["Subject"] = "MAILER-DAEMON@mx.example", "Undelivered Mail"
    found.attach(MIMEText("I am sorry.", "plain"))
    status = MIMEBase("message", "delivery-status")
    status.set_payload([
        MIMEText("Reporting-MTA: dns; mx.example\n\n"),
        _block({"Final-Recipient": f"rfc822; {who}@a.example", "Action": action,
                "Status": "5.1.1", "Diagnostic-Code": said}),
    ])  # fmt: skip
    found.attach(status)
    heads = f"Message-ID: <{unique_of(f'{who}/W46')}@a.example>\nSubject: week\n"
    found.attach(MIMEText(heads, "rfc822-headers"))
    return found


def _block(fields: dict[str, str]) -> MIMEBase:
    block = MIMEBase("text", "plain")
    for name in list(block.keys()):
        del block[name]
    for name, value in fields.items():
        block[name] = value
    return block


def in_words(who: str, sender: str = "postmaster@old.example") -> EmailMessage:
    """A server of before the standard: a letter that quotes what it could not deliver."""
    found = EmailMessage()
    found["From"], found["Subject"] = sender, "failure notice"
    found.set_content(f"Hi. Sorry.\n\nMessage-ID: <{unique_of(f'{who}/W46')}@a.example>\n")
    return found


def as_mbox(folder: Path, messages: list[MIMEMultipart]) -> Path:
    box = mailbox.mbox(folder / "returned")
    for message in messages:
        box.add(mailbox.mboxMessage(message))
    box.close()
    return folder / "returned"


def as_maildir(folder: Path, messages: list[MIMEMultipart]) -> Path:
    box = mailbox.Maildir(folder / "box")
    for message in messages:
        box.add(message)
    return folder / "box"


def as_files(folder: Path, messages: list[MIMEMultipart]) -> Path:
    for number, message in enumerate(messages):
        (folder / f"{number}.eml").write_bytes(message.as_bytes())
    return folder


@pytest.fixture
def outbox(tmp_path: Path):  # type: ignore[no-untyped-def]
    with open_outbox(tmp_path / "outbox", NOW) as opened:
        sent(opened, *WHO)
        yield opened


@pytest.mark.parametrize("kept", [as_mbox, as_maildir, as_files])
def test_what_came_back_is_named_whatever_holds_it(outbox: Outbox, tmp_path: Path, kept) -> None:  # type: ignore[no-untyped-def]
    box = tmp_path / "mail"
    box.mkdir()
    told = note_returned(outbox, kept(box, [report("E1"), report("E2"), report("E9")]))
    assert [(one.reader, why) for one, why in told.found] == [
        ("E1", "5.1.1 550 5.1.1 no such user"), ("E2", "5.1.1 550 5.1.1 no such user"),
    ]  # fmt: skip
    assert told.others == 1
    assert unsettled(outbox, "mail", ("E1", "E2"))[0].en == (
        "E1: 'W46 of E1' was sent and came back (5.1.1 550 5.1.1 no such user); once that is set "
        "right: attain send --really --again E1"
    )
    assert [one.reader for one in outbox.of("sent", "mail")] == ["E3"]


def test_a_delay_is_no_return_and_another_s_letter_is_nothing(
    outbox: Outbox, tmp_path: Path
) -> None:
    box = as_files(tmp_path, [report("E1", action="delayed")])
    (box / "b.eml").write_bytes(in_words("E2", "colleague@a.example").as_bytes())
    (box / "c.eml").write_bytes(b"\xff\xfe no mail at all")
    told = note_returned(outbox, box)
    assert (told.found, told.others) == ([], 3)


def test_a_server_that_tells_it_in_words_is_understood(outbox: Outbox, tmp_path: Path) -> None:
    (tmp_path / "one.eml").write_bytes(in_words("E3").as_bytes())
    told = note_returned(outbox, tmp_path / "one.eml")
    assert [(one.reader, why) for one, why in told.found] == [("E3", "failure notice")]


def test_a_reason_is_one_bounded_line(outbox: Outbox, tmp_path: Path) -> None:
    said = "smtp; 550\u202e \x1b[31m" + "x" * 500
    told = note_returned(outbox, as_files(tmp_path, [report("E1", said=said)]))
    [(_, why)] = told.found
    assert why.isprintable() and len(why) <= 200


def test_read_twice_it_counts_once_and_the_mailbox_stays_as_it_was(
    outbox: Outbox, tmp_path: Path
) -> None:
    box = tmp_path / "mail"
    box.mkdir()
    path = as_mbox(box, [report("E1")])
    before = path.read_bytes()
    assert len(note_returned(outbox, path).found) == 1
    again = note_returned(outbox, path)
    assert (again.found, again.others) == ([], 1)
    assert path.read_bytes() == before


def test_sent_again_it_is_made_anew_and_an_earlier_page_is_let_go(
    outbox: Outbox, tmp_path: Path
) -> None:
    note_returned(outbox, as_files(tmp_path, [report("E1"), report("E2")]))
    assert outbox.again("E1", "mail") == ["W46 of E1"]
    assert outbox.again("E2", "mail") == ["W46 of E2"]
    anew = Draft("mail/E1/W46", "mail", "E1", "E1", "new@a.example", "W46 of E1", b"page")
    assert not outbox.put(anew)  # it is known
    outbox.let_go("mail")
    assert [(one.reader, one.address) for one in outbox.of("waiting", "mail")] == [
        ("E1", "new@a.example")
    ]
    assert [one.reader for one in outbox.of("replaced", "mail")] == ["E2"]


def test_a_later_page_takes_the_place_of_what_came_back(outbox: Outbox, tmp_path: Path) -> None:
    note_returned(outbox, as_files(tmp_path, [report("E1")]))
    sent(outbox, "E1", week="W47")
    assert unsettled(outbox, "mail", ("E1", "E2")) == []


def test_no_mailbox_is_one_sentence(outbox: Outbox, tmp_path: Path) -> None:
    with pytest.raises(UserError, match="no such mailbox; name an mbox file"):
        note_returned(outbox, tmp_path / "nothing")


def test_the_command_notes_it_for_the_status(tmp_path: Path) -> None:
    root = serve(tmp_path / "ws", {"E1": {"index.html": "list"}}).root
    with open_outbox(root / FOLDER, NOW) as opened:
        sent(opened, *WHO)
    path = as_mbox(tmp_path, [report("E2")])
    done = CliRunner().invoke(cli, ["send", "-w", str(root), "--returned", str(path)])
    assert done.exit_code == 0, done.output
    assert "1 came back, 0 other messages in" in done.output
    assert "E2: 'W46 of E2' was sent and came back" in done.output
    [kept] = kept_problems(open_workspace(root))["mail"]["problems"]
    assert kept["who"] == "E2"
