"""Mail to a real server on this machine: sign-in, encryption, and each way in which it fails."""

from __future__ import annotations

import datetime as dt
import socket
import ssl
import time
from collections import Counter
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest
import trustme

from pipelines.delivery.mail.smtp import signed_in
from pipelines.delivery.outbox.handing import Handed, hand_over_all
from pipelines.delivery.outbox.policy import MailPolicy
from pipelines.delivery.outbox.store import Draft, Outbox, open_outbox
from pipelines.errors import UserError
from tests.support.mailserver import Post, mail_server, raw_server

NOW = dt.datetime(2026, 11, 16, 8, tzinfo=dt.UTC)
MESSAGE = b"Message-ID: <%s@a.example>\r\nSubject: week\r\n\r\n.one\r\n..two\r\n.\r\nlast\r\n"


def policy(port: int, **more: object) -> MailPolicy:
    stated = {
        "server": "127.0.0.1", "port": port, "security": "none", "sender": "reports@a.example",
        "timeout_seconds": 1, "retry_seconds": (0,), **more,
    }  # fmt: skip
    return MailPolicy.model_validate(stated)


def put(outbox: Outbox, *readers: str) -> None:
    for who in readers:
        outbox.put(Draft(who, "mail", who, who, f"{who}@a.example", who, MESSAGE % who.encode()))


def send(
    folder: Path, post: Post, *readers: str, password: str | None = None, **more: object
) -> tuple[Handed, dict[str, str]]:
    with open_outbox(folder, NOW) as outbox:
        put(outbox, *readers)
        connect = partial(signed_in, policy(post.port, **more), password)
        handed = hand_over_all(outbox, "mail", connect, (0,), lambda _: None)
        kinds = ("waiting", "handing", "refused")
        open_ends = {one.reader: one.said for kind in kinds for one in outbox.of(kind, "mail")}  # type: ignore[arg-type]
    return handed, open_ends


def test_a_message_arrives_as_it_was_made_dots_and_all(tmp_path: Path) -> None:
    with mail_server() as post:
        handed, left = send(tmp_path, post, "a")
    assert (len(handed.sent), left) == (1, {})
    assert post.taken[0].get_payload() == ".one\r\n..two\r\n.\r\nlast\r\n"
    assert post.recipients == ["a@a.example"]


def test_a_refused_address_is_named_and_the_others_get_theirs(tmp_path: Path) -> None:
    with mail_server() as post:
        post.refuses = {"b@a.example": "550 no such mailbox"}
        handed, left = send(tmp_path, post, "a", "b", "c")
    assert [record.reader for record in handed.sent] == ["a", "c"]
    assert left == {"b": "550 no such mailbox"}


@pytest.mark.parametrize("address", ["王芳@a.example", "b@公司.example", "b\r\nDATA@a.example"])
def test_an_address_that_cannot_be_said_is_refused_and_the_others_get_theirs(
    tmp_path: Path, address: str
) -> None:
    with mail_server() as post:
        with open_outbox(tmp_path, NOW) as outbox:
            put(outbox, "a")
            outbox.put(Draft("b", "mail", "b", "b", address, "b", MESSAGE % b"b"))
        handed, left = send(tmp_path, post, "c")
    assert [record.reader for record in handed.sent] == ["a", "c"]
    assert list(left) == ["b"]
    assert "address" in left["b"]
    assert len(post.taken) == 2


def test_a_busy_mailbox_is_tried_again(tmp_path: Path) -> None:
    with mail_server() as post:
        post.busy = Counter({"b@a.example": 1})
        handed, left = send(tmp_path, post, "a", "b")
    assert {record.reader for record in handed.sent} == {"a", "b"}
    assert left == {}
    assert max(post.ids.values()) == 1


def test_a_server_that_takes_and_drops_the_line_leaves_a_doubt_and_no_second_copy(
    tmp_path: Path,
) -> None:
    with mail_server() as post:
        post.takes_and_drops = {"b@a.example"}
        for _ in range(2):
            _handed, left = send(tmp_path, post, "a", "b", "c")
        assert list(left) == ["b"]
        assert "did not answer" in left["b"]
        assert post.ids == {f"<{who}@a.example>": 1 for who in "abc"}


def test_a_server_that_hangs_is_left_and_the_message_waits(tmp_path: Path) -> None:
    with mail_server() as post:
        post.hangs = {"b@a.example"}
        handed, left = send(tmp_path, post, "a", "b", "c")
    assert {record.reader for record in handed.sent} == {"a", "c"}
    assert "timed out" in left["b"]
    assert max(post.ids.values()) == 1


def test_a_server_that_is_not_there_leaves_everything_waiting(tmp_path: Path) -> None:
    with mail_server() as post:
        pass
    handed, left = send(tmp_path, post, "a", "b")
    assert handed.sent == []
    assert all("cannot be reached" in said for said in left.values())
    assert len(left) == 2


def silent(line: socket.socket) -> None:
    line.recv(1)  # nothing comes before a greeting: until the other side leaves


def drips(line: socket.socket) -> None:
    for _ in range(100):
        line.sendall(b"220-one line more\r\n")
        time.sleep(0.2)


def leaves(line: socket.socket) -> None:
    line.close()


def speaks_http(line: socket.socket) -> None:
    line.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")


@pytest.mark.parametrize("speak", [silent, drips, leaves, speaks_http])
def test_a_server_that_gives_no_greeting_is_left_in_time_and_everything_waits(
    tmp_path: Path, speak: Callable[[socket.socket], None]
) -> None:
    began = time.monotonic()
    with raw_server(speak) as port:
        handed, left = send(tmp_path, Post(port=port), "a", "b")
    assert time.monotonic() - began < 10
    assert handed.sent == []
    assert set(left) == {"a", "b"}
    assert all("cannot be reached" in said for said in left.values())
    with mail_server() as post:  # and once it is well again, each gets one
        assert send(tmp_path, post, "a", "b")[1] == {}
    assert post.ids == {"<a@a.example>": 1, "<b@a.example>": 1}


def test_a_server_that_hangs_after_one_message_leaves_one_doubt(tmp_path: Path) -> None:
    with mail_server() as post:
        post.hangs_after = {"b@a.example"}
        for _ in range(2):
            handed, left = send(tmp_path, post, "a", "b", "c")
    assert handed.sent == []
    assert list(left) == ["b"]
    assert "did not answer" in left["b"]
    assert post.ids == {f"<{who}@a.example>": 1 for who in "abc"}


@pytest.mark.parametrize("fault", ["hangs_after", "takes_and_drops"])
def test_a_server_that_never_answers_does_not_make_a_doubt_of_everybody(
    tmp_path: Path, fault: str
) -> None:
    """Three in a row and it is not the message: the others wait, and get theirs."""
    readers = "abcdefg"
    with mail_server() as post:
        getattr(post, fault).update(f"{who}@a.example" for who in readers)
        _handed, left = send(tmp_path, post, *readers)
    assert sum("did not answer" in said for said in left.values()) == 3
    assert sum("broke off 3 times in a row" in said for said in left.values()) == 4
    with mail_server() as well:
        handed, left = send(tmp_path, well, *readers)
    assert len(handed.sent) == 4
    assert len(left) == 3
    assert (post.ids + well.ids) == {f"<{who}@a.example>": 1 for who in readers}


def test_those_a_server_hangs_at_hold_nobody_up(tmp_path: Path) -> None:
    """The first three are tried last in the second round."""
    readers = "abcdef"
    with mail_server() as post:
        post.hangs = {f"{who}@a.example" for who in "abc"}
        handed, left = send(tmp_path, post, *readers)
    assert {record.reader for record in handed.sent} == set("def")
    assert set(left) == set("abc")
    assert max(post.ids.values()) == 1


@pytest.mark.parametrize(
    ("answer", "state"),
    [("252 taken, somehow", "sent"), ("451 try later", "waiting"), ("554 no", "refused"),
     ("354 go on", "handing"), ("what?", "handing")],
)  # fmt: skip
def test_an_answer_to_a_message_means_what_it_says_and_else_is_a_doubt(
    tmp_path: Path, answer: str, state: str
) -> None:
    with mail_server() as post:
        post.says = {"a@a.example": answer}
        send(tmp_path, post, "a")
    with open_outbox(tmp_path, NOW) as outbox:
        assert [one.key for one in outbox.of(state, "mail")] == ["a"]  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture
def certified(authority: trustme.CA, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):  # type: ignore[no-untyped-def]
    """A certificate for this machine that the client knows."""
    authority.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "ca.pem"))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    return context


@pytest.mark.parametrize("security", ["starttls", "ssl"])
def test_an_encrypted_line_with_a_sign_in_is_used(tmp_path: Path, certified, security: str) -> None:  # type: ignore[no-untyped-def]
    with mail_server(certified, is_ssl=security == "ssl", password="secret") as post:
        handed, left = send(
            tmp_path / "box", post, "a", password="secret", user="attain", security=security
        )
    assert (len(handed.sent), left) == (1, {})


def test_a_wrong_password_is_one_sentence_without_it(tmp_path: Path, certified) -> None:  # type: ignore[no-untyped-def]
    with mail_server(certified, password="secret") as post, pytest.raises(UserError) as error:
        send(tmp_path / "box", post, "a", password="wrong", user="attain", security="starttls")
    assert "does not take the sign-in of 'attain'" in error.value.message
    assert "wrong" not in error.value.message


def test_a_server_without_encryption_is_not_sent_to_where_policy_asks_for_it(
    tmp_path: Path,
) -> None:
    with mail_server() as post, pytest.raises(UserError, match="security: starttls"):
        send(tmp_path, post, "a", security="starttls")
    assert post.taken == []


def test_a_certificate_nobody_vouches_for_is_refused(tmp_path: Path) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    trustme.CA().issue_cert("127.0.0.1").configure_cert(context)
    with mail_server(context) as post, pytest.raises(UserError, match="security: starttls"):
        send(tmp_path, post, "a", security="starttls")
    assert post.taken == []
