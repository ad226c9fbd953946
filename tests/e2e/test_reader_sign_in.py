"""Everybody who reads the sample's reports signs in, each way there is, and reads their own."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from starlette.testclient import TestClient

from pipelines.delivery.portal.app import application
from pipelines.delivery.portal.open import portal_parts
from pipelines.workspace.workspace import open_workspace
from tests.support.handed import People, people_of, reads, reads_their_own
from tests.support.idp import SECRET, identity_provider
from tests.support.mailserver import mail_server
from tests.support.portal import (
    Clock,
    Served,
    ask_for_link,
    give_passwords,
    links_in,
    sign_in,
    use_link,
)
from tests.support.runs import HandedOut

NOW = dt.datetime(2026, 11, 16, 9, tzinfo=dt.UTC)
PLACE = "at: https://portal.example/\nlanguage: en\n"
Enter = Callable[[TestClient, str], Any]


@pytest.fixture(scope="module")
def people(handed_out: HandedOut) -> People:
    return people_of(handed_out)


@pytest.fixture
def portal(handed_out: HandedOut) -> Iterator[Callable[..., Any]]:
    """A portal under policies; others read the workspace afterwards as it was before."""
    folder = handed_out.root / "policy"
    before = {name: (folder / name).read_text() if (folder / name).exists() else None
              for name in ("portal.yaml", "delivery.yaml")}  # fmt: skip

    def opened(text: str, delivery: str = "", **secrets: str) -> Any:
        put("portal.yaml", text)
        if delivery:
            put("delivery.yaml", delivery)
        clock = Clock()
        return portal_parts(open_workspace(handed_out.root), lambda: NOW, clock, secrets)

    def put(name: str, text: str | None) -> None:
        (folder / name).unlink(missing_ok=True)  # other copies of the workspace share its files
        if text is not None:
            (folder / name).write_text(text, encoding="utf-8")

    yield opened
    for name, text in before.items():
        put(name, text)


def everybody_reads_their_own(app: Any, people: People, enter: Enter) -> None:
    """Each from a place of their own: signed in, on their page, and on nobody else's."""
    readers = sorted(people.own_page)
    for number, who in enumerate(readers):
        browser = Served.another(app, f"10.0.{number}.9")
        reads_their_own(browser, who, enter, people, readers[number - 1])


def test_by_password(handed_out: HandedOut, people: People, portal: Any) -> None:
    (handed_out.root / "portal").mkdir(exist_ok=True)
    give_passwords(handed_out.root, people.address)
    app = application(portal(f"sign_in: [password]\n{PLACE}"))
    everybody_reads_their_own(app, people, sign_in)


def test_by_a_link_that_is_mailed(people: People, portal: Any) -> None:
    with mail_server() as post:
        parts = portal(
            f"sign_in: [mail]\n{PLACE}",
            delivery=f"mail: {{server: 127.0.0.1, port: {post.port}, security: none, "
            "sender: reports@a.example, language: en}\n",
        )

        def enter(browser: TestClient, who: str) -> Any:
            assert "a link is on its way" in ask_for_link(browser, people.address[who]).text
            parts.post.wait()
            assert post.recipients[-1] == people.address[who]
            return use_link(browser, links_in([post.taken[-1].get_content()])[0])

        everybody_reads_their_own(application(parts), people, enter)
        assert len(post.taken) == len(people.own_page)  # nobody twice


def test_by_the_company_s_account(people: People, portal: Any) -> None:
    with identity_provider(NOW) as provider:
        parts = portal(
            f"sign_in: [oidc]\n{PLACE}oidc: {{issuer: '{provider.url}', client: attain}}\n",
            ATTAIN_OIDC_SECRET=SECRET,
        )

        def enter(browser: TestClient, who: str) -> Any:
            asked = browser.get("/oidc")
            back = provider.sign_in(asked.headers["location"], people.address[who])
            return browser.get(back)

        everybody_reads_their_own(application(parts), people, enter)


def test_by_the_proxy_in_front(people: People, portal: Any) -> None:
    app = application(portal(f"sign_in: [proxy]\nproxy: {{from: [10.0.0.1]}}\n{PLACE}"))
    readers = sorted(people.own_page)
    for number, who in enumerate(readers):
        browser = Served.another(app, "10.0.0.1", X_Remote_User=who)
        reads(browser, who, people, readers[number - 1])
        elsewhere = Served.another(app, "10.0.0.2", X_Remote_User=who)
        assert elsewhere.get(f"/{people.own_page[who]}").status_code == 303, who
