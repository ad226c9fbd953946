"""Signing in by a provider of OpenID Connect: whom it names, and every answer that is no proof."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from pipelines.delivery.portal.app import application
from pipelines.delivery.portal.open import portal_parts
from pipelines.errors import UserError
from tests.support.idp import SECRET, IdentityProvider, identity_provider, key
from tests.support.portal import NOW, Served, serve

PAGES = {who: {"index.html": f"<header>list of {who}</header>"} for who in ("E1", "E2")}


@dataclass
class Joined:
    """A portal and the provider it trusts."""

    served: Served
    provider: IdentityProvider
    app: Any

    def browser(self, address: str = "10.0.0.9") -> TestClient:
        return Served.another(self.app, address)

    def back(self, browser: TestClient, email: str = "E1@a.example", **claims: Any) -> str:
        """Go to the provider and sign in there; where the browser is sent back to."""
        answer = browser.get("/oidc")
        assert answer.status_code == 303, answer.text
        return self.provider.sign_in(answer.headers["location"], email, **claims)

    def why(self) -> str:
        return str(self.served.audit()[-1]["path"])


def portal(root: Path, provider: IdentityProvider, more: str = "") -> Joined:
    served = serve(root, PAGES, (
        "sign_in: [oidc]\nat: https://portal.example/\nlanguage: en\n"
        "attempts: {most: 3, minutes: 15}\n"
        f"oidc: {{issuer: '{provider.url}', client: attain{more}}}\n"
    ))  # fmt: skip
    secrets = {"ATTAIN_OIDC_SECRET": SECRET}
    parts = portal_parts(served.workspace, lambda: NOW, served.clock, secrets)
    return Joined(served, provider, application(parts))


@pytest.fixture(scope="module")
def keys() -> list[Any]:
    return [key("one"), key("two")]


@pytest.fixture
def provider(keys: list[Any]) -> Iterator[IdentityProvider]:
    with identity_provider(NOW) as of:
        of.keys = keys[:1]
        yield of


@pytest.fixture
def joined(tmp_path: Path, provider: IdentityProvider) -> Joined:
    return portal(tmp_path / "ws", provider)


def test_whom_the_provider_names_reads_their_own(joined: Joined) -> None:
    browser = joined.browser()
    assert "company&#39;s account" in browser.get("/sign-in").text
    answer = browser.get(joined.back(browser, "e1@A.example"))
    assert (answer.status_code, answer.headers["location"]) == (303, "/")
    assert "list of E1" in browser.get("/").text
    again = joined.browser("10.0.0.8")
    again.get(joined.back(again, "E2@a.example"))
    assert "list of E2" in again.get("/").text
    assert joined.provider.asked["/.well-known/openid-configuration"] == 1


def test_a_return_counts_once_and_in_the_browser_that_began(joined: Joined) -> None:
    browser, other = joined.browser(), joined.browser("10.0.0.8")
    back = joined.back(browser)
    assert other.get(back).status_code == 403  # somebody else's link, opened by a victim
    assert browser.get(back).status_code == 403  # and it is used up
    back = joined.back(browser)
    assert browser.get(back).status_code == 303
    assert browser.get(back).status_code == 403
    late = joined.back(other)
    joined.served.clock.seconds += 601
    assert other.get(late).status_code == 403


@pytest.mark.parametrize(
    ("lies", "why"),
    [
        ({"nonce": "another"}, "another sign-in"),
        ({"nonce": None}, "another sign-in"),
        ({"aud": "somebody else"}, "not to be believed"),
        ({"aud": ["attain", "somebody else"]}, "made for somebody else"),
        ({"azp": "somebody else"}, "made for somebody else"),
        ({"iss": "https://elsewhere.example"}, "not to be believed"),
        ({"exp": int(NOW.timestamp()) - 61}, "not to be believed"),
        ({"exp": None}, "not to be believed"),
        ({"iat": int(NOW.timestamp()) + 3600}, "not to be believed"),
        ({"email_verified": False}, "not verified"),
        ({"email_verified": None}, "not verified"),
        ({"email_verified": "true"}, "not verified"),
        ({"email": None}, "has no email"),
        ({"email": ["E1@a.example"]}, "has no email"),
        ({"email": "nobody@a.example"}, "nobody reads under"),
    ],
)
def test_a_token_that_proves_nothing_signs_nobody_in(
    joined: Joined, lies: dict[str, Any], why: str
) -> None:
    joined.provider.lies = lies
    browser = joined.browser()
    assert browser.get(joined.back(browser)).status_code == 403
    assert why in joined.why()
    assert browser.get("/").status_code == 303


def test_a_token_of_another_key_or_of_none_is_not_believed(joined: Joined, keys: list[Any]) -> None:
    browser = joined.browser()
    joined.provider.signs_with = keys[1]
    assert browser.get(joined.back(browser)).status_code == 403
    joined.provider.signs_with, joined.provider.algorithm = None, "none"
    assert browser.get(joined.back(browser)).status_code == 403
    assert "not to be believed" in joined.why()


def test_a_new_key_of_the_provider_is_asked_for(joined: Joined, keys: list[Any]) -> None:
    first, second = joined.browser(), joined.browser()
    assert first.get(joined.back(first)).status_code == 303
    joined.provider.keys = [keys[1]]
    assert second.get(joined.back(second)).status_code == 303
    assert joined.provider.asked["/keys"] == 2


def test_a_provider_that_is_down_or_another_is_said_and_nobody_is_in(
    tmp_path: Path, provider: IdentityProvider
) -> None:
    joined = portal(tmp_path / "ws", provider)
    provider.is_down = True
    answer = joined.browser().get("/oidc")
    assert answer.status_code == 503
    assert "503" in joined.why()
    provider.is_down, provider.states = False, {"issuer": "https://elsewhere.example"}
    assert joined.browser().get("/oidc").status_code == 503
    assert "says it is 'https://elsewhere.example'" in joined.why()


def test_what_was_refused_there_is_refused_here_and_tries_are_counted(joined: Joined) -> None:
    browser = joined.browser()
    back = joined.back(browser)
    state = re.findall(r"state=([^&]+)", back)[0]
    assert browser.get(f"/oidc/back?error=access_denied&state={state}").status_code == 403
    assert "access_denied" in joined.why()
    tried = [browser.get("/oidc/back?code=x&state=guessed").status_code for _ in range(3)]
    assert tried == [403, 403, 429]


def test_a_reader_may_be_named_by_their_id(tmp_path: Path, provider: IdentityProvider) -> None:
    joined = portal(tmp_path / "ws", provider, ", claim: employee_number, names: id")
    provider.lies = {"email_verified": False}
    browser = joined.browser()
    browser.get(joined.back(browser, "other@b.example", employee_number="E2"))
    assert "list of E2" in browser.get("/").text


def test_an_address_that_is_not_verified_counts_where_policy_trusts_the_provider(
    tmp_path: Path, provider: IdentityProvider
) -> None:
    joined = portal(tmp_path / "ws", provider, ", trusts_email: true")
    provider.lies = {"email_verified": None}
    browser = joined.browser()
    assert browser.get(joined.back(browser)).status_code == 303


@pytest.mark.parametrize(
    ("policy", "sentence"),
    [
        ("sign_in: [oidc]\n", "signing in by oidc needs the portal's address"),
        ("sign_in: [oidc]\nat: 'https://a.example/'\n", "needs `issuer` and `client`"),
        ("oidc: {issuer: 'http://login.example'}\n", "asked without encryption"),
    ],
)
def test_what_is_not_complete_is_said_at_once(tmp_path: Path, policy: str, sentence: str) -> None:
    served = serve(tmp_path / "ws", PAGES, policy)
    with pytest.raises(UserError, match=re.escape(sentence)):
        portal_parts(served.workspace, lambda: NOW, served.clock)
