"""Signing in by a link that is mailed: once, for a while, and nobody learns who is there."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from pipelines.delivery.outbox.store import LINKS, open_outbox
from pipelines.delivery.portal.app import Parts, application
from pipelines.delivery.portal.links import Links
from pipelines.delivery.portal.open import portal_parts
from pipelines.errors import UserError
from tests.support.mailserver import Post, mail_server
from tests.support.portal import NOW, Clock, Served, ask_for_link, links_in, serve, use_link

PAGES = {who: {"index.html": f"<header>list of {who}</header>"} for who in ("E1", "E2")}
POLICY = (
    "sign_in: [mail]\nlanguage: en\nat: 'https://portal.example/'\n"
    "attempts: {most: 3, minutes: 15}\n"
)


@dataclass
class Mailed:
    """A portal, and the mail server it mails links by."""

    served: Served
    parts: Parts
    post: Post
    app: Any

    def browser(self, address: str = "10.0.0.9") -> TestClient:
        return Served.another(self.app, address)

    def ask(self, browser: TestClient, name: str, **headers: str) -> Any:
        """Ask for a link as a browser does, and wait until the post has done what it does."""
        answer = ask_for_link(browser, name, **headers)
        assert self.parts.post is not None
        self.parts.post.wait()
        return answer

    def links(self) -> list[str]:
        """The links that were mailed, as their readers see them."""
        return links_in(message.get_content() for message in self.post.taken)

    def told(self) -> list[str]:
        return [line["what"] for line in self.served.audit()]


@pytest.fixture
def mailed(tmp_path: Path) -> Iterator[Mailed]:
    with mail_server() as post:
        served = serve(tmp_path / "ws", PAGES, POLICY)
        (served.root / "policy" / "delivery.yaml").write_text(
            f"mail: {{server: 127.0.0.1, port: {post.port}, security: none, "
            "sender: reports@a.example, language: en}\n",
            encoding="utf-8",
        )
        parts = portal_parts(served.workspace, lambda: NOW, served.clock)
        yield Mailed(served, parts, post, application(parts))


def test_a_link_signs_in_whose_it_is_once(mailed: Mailed) -> None:
    browser = mailed.browser()
    assert "a link is on its way" in mailed.ask(browser, "E1").text
    [link] = mailed.links()
    assert mailed.post.recipients == ["E1@a.example"]
    assert "within 15 minutes" in mailed.post.taken[0].get_content()
    for _ in range(3):  # whatever looks at the mail first uses nothing up
        assert browser.get(link).status_code == 200
    answer = use_link(browser, link)
    assert (answer.status_code, answer.headers["location"]) == (303, "/")
    assert "list of E1" in browser.get("/").text
    other = mailed.browser("10.0.0.8")
    assert use_link(other, link).status_code == 403
    assert other.get("/").status_code == 303
    assert mailed.told() == [
        "asked for a link", "link mailed", "signed in", "opened", "refused",
    ]  # fmt: skip
    assert (
        link.rpartition("/")[2] not in (mailed.served.root / "portal" / "audit.jsonl").read_text()
    )
    with open_outbox(mailed.served.root / LINKS, NOW) as outbox:
        [record] = outbox.of("sent", "link")
        assert record.content is None  # the link is nowhere but in the mailbox


def test_it_may_be_asked_for_by_address_and_holds_for_a_while(mailed: Mailed) -> None:
    browser = mailed.browser()
    mailed.ask(browser, " e2@A.example ")
    mailed.served.clock.seconds += 15 * 60
    assert use_link(browser, mailed.links()[0]).status_code == 403
    mailed.ask(browser, "E2")
    mailed.ask(browser, "E2")
    first, second = mailed.links()[1:]
    assert use_link(browser, first).status_code == 403  # the newest counts alone
    assert use_link(browser, second).status_code == 303


def test_who_is_not_there_gets_the_same_answer_and_nobody_a_mail(mailed: Mailed) -> None:
    known, unknown, address = (
        mailed.ask(mailed.browser(f"10.0.0.{n}"), name)
        for n, name in enumerate(("E1", "E9", "nobody@a.example"))
    )
    assert len(mailed.post.taken) == 1
    same = [
        (a.status_code, a.text, sorted(set(a.headers) - {"set-cookie"}))
        for a in (known, unknown, address)
    ]
    assert same[0] == same[1] == same[2]


def test_an_address_that_two_have_is_nobody_s(mailed: Mailed) -> None:
    known = mailed.served.root / ".attain" / "readers.json"
    known.write_text(known.read_text().replace("E2@a.example", "E1@A.EXAMPLE"))
    for n, name in enumerate(("E1", "E2", "e1@a.example")):
        mailed.ask(mailed.browser(f"10.0.0.{n}"), name)
    assert mailed.post.taken == []


def test_nobody_s_mailbox_is_filled_and_no_link_is_guessed(mailed: Mailed) -> None:
    answers = [mailed.ask(mailed.browser(f"10.0.1.{n}"), "E1").status_code for n in range(5)]
    assert answers == [200, 200, 200, 429, 429]
    assert len(mailed.post.taken) == 3
    guessing = mailed.browser("10.0.2.1")
    tried = [use_link(guessing, f"/link/guess{n}").status_code for n in range(5)]
    assert tried == [403, 403, 403, 429, 429]


def test_a_form_of_another_site_asks_for_nothing(mailed: Mailed) -> None:
    browser = mailed.browser()
    sent = browser.post("/sign-in-link", data={"token": "forged", "reader": "E1"})
    assert sent.status_code == 400
    crossed = mailed.ask(browser, "E1", **{"sec-fetch-site": "cross-site"})
    assert crossed.status_code == 400
    assert mailed.post.taken == []


def test_the_address_in_a_link_is_the_policy_s_whatever_a_request_says(mailed: Mailed) -> None:
    mailed.ask(mailed.browser(), "E1", host="evil.example", **{"x-forwarded-host": "evil.example"})
    assert "evil" not in mailed.post.taken[0].as_string()
    assert len(mailed.links()) == 1


def test_a_server_that_refuses_is_noted_and_nothing_is_sent_later(mailed: Mailed) -> None:
    mailed.post.refuses["E1@a.example"] = "550 no such mailbox"
    assert mailed.ask(mailed.browser(), "E1").status_code == 200
    assert mailed.told()[-1] == "link not mailed"
    with open_outbox(mailed.served.root / LINKS, NOW) as outbox:
        assert outbox.of("waiting", "link") == []


@pytest.mark.parametrize(
    ("policy", "sentence"),
    [
        ("sign_in: [mail]\n", "at: signing in by mail needs the portal's address"),
        ("sign_in: [mail]\nat: 'http://a.example/'\n", "names no mail.server"),
        ("at: a.example\n", "at:"),
    ],
)
def test_what_is_not_complete_is_said_at_once(tmp_path: Path, policy: str, sentence: str) -> None:
    served = serve(tmp_path / "ws", PAGES, policy)
    with pytest.raises(UserError, match=re.escape(sentence)):
        portal_parts(served.workspace, lambda: NOW, served.clock)


def test_a_link_is_used_up_by_the_first_who_has_it() -> None:
    clock = Clock()
    links = Links(1, clock)
    token, other = links.make("A"), links.make("B")
    assert links.use("") is None
    assert links.use(token[:-1]) is None
    assert (links.use(token), links.use(token)) == ("A", None)
    clock.seconds = 60
    assert links.use(other) is None
