"""The portal: signing in, what every answer carries, and nothing of anybody else's."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from pipelines.delivery.portal.passwords import FILE, Passwords
from pipelines.delivery.portal.policy import load_portal
from pipelines.errors import UserError
from tests.support.policy_files import PolicyFiles
from tests.support.portal import NOW, PASSWORD, Served, give_folders, serve, sign_in

PAGES = {
    who: {
        "index.html": f"<header>list of {who}</header>",
        f"rep_weekly/{who}/2026-W46.zh.html": f"week of {who}",
        f"rep_weekly/{who}/2026-W46.zh.xlsx": "book",
        "assets/attain.css": "style",
    }
    for who in ("E1", "E2")
}
OWN, OTHER = "/rep_weekly/E1/2026-W46.zh.html", "/rep_weekly/E2/2026-W46.zh.html"


@pytest.fixture
def portal(tmp_path: Path) -> Served:
    return serve(tmp_path / "ws", PAGES)


@pytest.fixture
def proxied(tmp_path: Path) -> Served:
    policy = "sign_in: [proxy]\nproxy: {header: X-User, from: [10.0.0.1]}"
    return serve(tmp_path / "proxied", PAGES, policy)


def test_a_reader_signs_in_and_reads_their_pages_and_no_other(portal: Served) -> None:
    client = portal.client()
    assert client.get(OWN).headers["location"] == "/sign-in?to=rep_weekly/E1/2026-W46.zh.html"
    answer = sign_in(client, "E1", to=OWN[1:])
    assert (answer.status_code, answer.headers["location"]) == (303, OWN)
    assert client.get(OWN).text == "week of E1"
    assert client.get(OTHER).status_code == 404
    assert "list of E1" in client.get("/").text
    assert 'href="account"' in client.get("/").text


@pytest.mark.parametrize(
    "path",
    [
        "/../E2/index.html", "/%2e%2e/E2/index.html", "/..%2fE2%2findex.html",
        "/rep_weekly/../../E2",
        "//etc/passwd", "/%00", "/assets\\..\\..\\E2", "/.hidden", "/rep_weekly", "/rep_weekly/",
        f"/{'a' * 5000}", "/%e0%80%ae%e0%80%ae/E2/index.html", "/E2/index.html", "/readers.json",
    ],
)  # fmt: skip
def test_whatever_is_asked_for_what_is_not_in_the_folder_is_not_there(
    portal: Served, path: str
) -> None:
    client = portal.client()
    sign_in(client, "E1")
    answer = client.get(path)
    assert answer.status_code == 404
    assert "E2" not in answer.text


def test_a_link_out_of_the_folder_leads_nowhere(portal: Served) -> None:
    folders = portal.root / "reports" / "readers" / "published" / "one"
    (folders / "E1" / "other.html").symlink_to(folders / "E2" / "index.html")
    client = portal.client()
    sign_in(client, "E1")
    assert client.get("/other.html").status_code == 404


def test_wrong_and_unknown_are_told_alike(portal: Served) -> None:
    client = portal.client()
    wrong = sign_in(client, "E1", "not the password")
    unknown = sign_in(client, "E9", PASSWORD)
    assert wrong.status_code == unknown.status_code == 403
    assert wrong.text == unknown.text
    assert "attain_session" not in client.cookies
    assert client.get(OWN).status_code == 303


def test_whoever_has_a_password_and_no_folder_does_not_get_in(portal: Served) -> None:
    Passwords(portal.root / FILE).put("E9", PASSWORD)
    assert sign_in(portal.client(), "E9").status_code == 403


def test_after_too_many_attempts_nobody_tries_for_a_while(portal: Served) -> None:
    client = portal.client()
    for _ in range(5):
        assert sign_in(client, "E1", "wrong wrong wrong").status_code == 403
    assert sign_in(client, "E1").status_code == 429  # the right one, too
    assert sign_in(client, "E2").status_code == 429  # and from this address anybody
    portal.clock.seconds += 15 * 60 + 1
    assert sign_in(client, "E1").status_code == 303


def test_attempts_count_by_address_behind_the_proxy(tmp_path: Path) -> None:
    portal = serve(tmp_path / "ws", PAGES, "attempts: {most: 1}")
    client = portal.client("127.0.0.1")
    client.headers["X-Forwarded-For"] = "1.2.3.4, 10.0.0.8"
    assert sign_in(client, "E1", "wrong wrong wrong").status_code == 403
    assert [line["address"] for line in portal.audit()] == ["10.0.0.8"]
    client.headers["X-Forwarded-For"] = "1.2.3.4, 10.0.0.7"
    assert sign_in(client, "E2").status_code == 303


def test_a_form_of_another_site_is_not_taken(portal: Served) -> None:
    client = portal.client()
    client.get("/sign-in")
    sent = {"reader": "E1", "password": PASSWORD}
    assert client.post("/sign-in", data=sent).status_code == 400
    assert client.post("/sign-in", data={**sent, "token": "guessed"}).status_code == 400
    own = {**sent, "token": client.cookies["attain_form"]}
    far = client.post("/sign-in", data=own, headers={"Sec-Fetch-Site": "cross-site"})
    assert far.status_code == 400
    assert client.post("/sign-in", json=own).status_code == 400
    assert client.post("/sign-in", data={**own, "more": "x" * 5_000}).status_code == 400
    sign_in(client, "E1")
    assert client.post("/sign-out", data={"token": "guessed"}).status_code == 400
    assert client.get(OWN).status_code == 200


@pytest.mark.parametrize(
    "to", ["https://evil.example", "//evil.example", "/\\evil", "../x", "javascript:x", "a?b=c"]
)
def test_signing_in_leads_to_no_other_site(portal: Served, to: str) -> None:
    assert sign_in(portal.client(), "E1", to=to).headers["location"] == "/"


def test_signing_out_ends_the_session_wherever_its_cookie_is_kept(portal: Served) -> None:
    client = portal.client()
    sign_in(client, "E1")
    kept = client.cookies["attain_session"]
    token = client.cookies["attain_form"]
    assert "E1 name" in client.get("/account").text
    assert client.post("/sign-out", data={"token": token}).headers["location"] == "/sign-in"
    client.cookies.clear()
    client.cookies.set("attain_session", kept)
    assert client.get(OWN).status_code == 303


def test_a_session_ends_when_it_is_not_used_and_at_the_latest_after_its_hours(
    portal: Served,
) -> None:
    client = portal.client()
    sign_in(client, "E1")
    for _ in range(12):
        portal.clock.seconds += 59 * 60
        assert client.get(OWN).status_code == 200
    portal.clock.seconds += 30 * 60  # in use all the time, and twelve hours are over
    assert client.get(OWN).status_code == 303
    sign_in(client, "E1")
    portal.clock.seconds += 61 * 60
    assert client.get(OWN).status_code == 303


def test_signing_in_again_gives_another_session_and_ends_the_first(portal: Served) -> None:
    client = portal.client()
    sign_in(client, "E1")
    first = client.cookies["attain_session"]
    sign_in(client, "E1")
    assert client.cookies["attain_session"] != first
    client.cookies.clear()
    client.cookies.set("attain_session", first)
    assert client.get(OWN).status_code == 303


def test_cookies_are_for_https_and_no_script(portal: Served) -> None:
    client = portal.client(root_path="/reports")
    client.base_url = "https://portal.example/reports"  # type: ignore[assignment]
    answer = sign_in(client, "E1")
    (cookie,) = [c for c in answer.headers.get_list("set-cookie") if c.startswith("attain_session")]
    for part in ("HttpOnly", "Secure", "SameSite=lax", "Path=/reports"):
        assert part in cookie


def test_every_answer_carries_what_keeps_it_to_itself(portal: Served) -> None:
    client = portal.client()
    answers = [client.get(path) for path in ("/sign-in", OWN, "/health")]
    answers.append(sign_in(client, "E1"))
    answers += [client.get(path) for path in (OWN, OTHER, "/account")]
    answers.append(client.put(OWN))
    for answer in answers:
        assert "default-src 'self'" in answer.headers["content-security-policy"]
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["x-frame-options"] == "DENY"
        assert answer.headers["referrer-policy"] == "same-origin"
        assert answer.headers["cache-control"] == "no-store"
        assert "server" not in answer.headers


def test_nothing_can_be_changed(portal: Served) -> None:
    client = portal.client()
    sign_in(client, "E1")
    for method in ("POST", "PUT", "DELETE", "PATCH"):
        assert client.request(method, OWN).status_code == 405
    assert client.head(OWN).status_code == 200


def test_workbooks_are_saved_and_not_shown(portal: Served) -> None:
    client = portal.client()
    sign_in(client, "E1")
    answer = client.get(OWN.replace(".html", ".xlsx"))
    assert answer.headers["content-disposition"] == "attachment"


@pytest.mark.parametrize("sent", ["/reports", "/reports/reports"])
def test_below_a_sub_path_every_way_stays_below_it(portal: Served, sent: str) -> None:
    """Also behind a proxy that does not take it off, where the server adds it once more."""
    client = portal.client(root_path="/reports")
    client.base_url = f"https://portal.example{sent}"  # type: ignore[assignment]
    assert client.get(OWN).headers["location"].startswith("/reports/sign-in?to=rep_weekly")
    form = client.get("/sign-in")
    assert 'action="/reports/sign-in"' in form.text
    assert 'href="/reports/style/attain.css"' in form.text
    assert sign_in(client, "E1").headers["location"] == "/reports/"
    assert client.get(OWN).text == "week of E1"


@pytest.mark.parametrize("sent", ["/reports", "/reports/reports"])
def test_the_sub_path_alone_leads_to_its_list_whatever_a_request_calls_the_server(
    portal: Served, sent: str
) -> None:
    """A proxy with TLS speaks to another name and without it: neither is told to the browser."""
    client = portal.client(root_path="/reports", Host="evil.example")
    answer = client.get(sent)
    assert answer.is_redirect
    assert answer.headers["location"] == "/reports/"
    assert "evil" not in str(answer.headers)


def test_the_proxy_s_word_counts_from_its_own_address_alone(proxied: Served) -> None:
    assert proxied.client("10.0.0.1", X_User="E1").get(OWN).text == "week of E1"
    assert proxied.client("10.0.0.1", X_User="E1").get(OTHER).status_code == 404
    assert proxied.client("10.0.0.9", X_User="E1").get(OWN).status_code == 303
    assert proxied.client("10.0.0.1", X_User="E9").get(OWN).status_code == 303
    twice = proxied.client("10.0.0.1")
    headers = [("X-User", "E1"), ("X-User", "E2")]
    assert twice.get(OWN, headers=headers).status_code == 303


def test_where_only_the_proxy_signs_in_no_password_is_asked_or_taken(proxied: Served) -> None:
    client = proxied.client()
    assert client.get("/sign-in").status_code == 403
    assert "password" not in client.get("/sign-in").text
    assert sign_in(client, "E1").status_code == 403
    assert client.get(OWN).status_code == 303


def test_the_header_counts_for_nothing_where_policy_does_not_name_it(portal: Served) -> None:
    assert portal.client("127.0.0.1", X_Remote_User="E1").get(OWN).status_code == 303


def test_a_proxy_may_name_people_by_their_address(tmp_path: Path) -> None:
    policy = "sign_in: [proxy]\nproxy: {names: email, from: [10.0.0.1]}"
    portal = serve(tmp_path / "ws", PAGES, policy)
    assert portal.client("10.0.0.1", X_Remote_User="e1@A.example").get(OWN).status_code == 200


def test_who_did_what_is_on_record(portal: Served) -> None:
    client = portal.client()
    sign_in(client, "E1", "wrong wrong wrong")
    sign_in(client, "E1")
    client.get(OWN)
    client.get(OTHER)
    client.get("/assets/attain.css")
    told = [(line["what"], line["reader"], line["path"]) for line in portal.audit()]
    assert told == [
        ("refused", "E1", ""), ("signed in", "E1", ""), ("opened", "E1", OWN[1:]),
        ("not there", "E1", OTHER[1:]),
    ]  # fmt: skip
    assert "correct horse" not in (portal.root / "portal" / "audit.jsonl").read_text()
    assert (portal.root / "portal" / "audit.jsonl").stat().st_mode & 0o077 == 0


def test_whoever_loses_the_folder_is_out_at_once(portal: Served) -> None:
    client = portal.client()
    sign_in(client, "E1")
    known = portal.root / ".attain" / "readers.json"
    text = known.read_text().replace('"E1":', '"E7":')
    known.unlink()
    known.write_text(text)
    assert client.get(OWN).status_code == 303


WAYS = ("password", "proxy")


def asked(portal: Served, way: str) -> TestClient:
    """A browser of E1, signed in where that is done once."""
    if way == "proxy":
        return portal.client("10.0.0.1", X_User="E1")
    client = portal.client()
    assert sign_in(client, "E1").status_code == 303
    return client


@pytest.mark.parametrize("way", WAYS)
def test_a_leaver_s_session_ends_with_the_day_before_they_are_gone(
    portal: Served, proxied: Served, way: str
) -> None:
    """Also if nobody has written folders since: the cookie is still that of a session."""
    of = portal if way == "password" else proxied
    give_folders(of.root, PAGES, E1={"leaves": "2026-11-18"})
    client = asked(of, way)
    for hours, status in ((39, 200), (40, 303), (400, 303)):  # midnight in Shanghai is 16:00 UTC
        of.now = NOW + dt.timedelta(hours=hours - 8)
        for path in (OWN, "/", "/account"):
            assert client.get(path).status_code == status, path
    for path in ("/changed", "/entries", "/entries/score/2026-10"):
        assert client.get(path).headers["location"].startswith("/sign-in"), path
    answer = sign_in(client, "E1") if way == "password" else client.get("/sign-in")
    assert answer.status_code == 403


@pytest.mark.parametrize("way", WAYS)
def test_what_a_deputy_sees_no_more_is_not_shown_until_it_is_written_anew(
    portal: Served, proxied: Served, way: str
) -> None:
    of = portal if way == "password" else proxied
    give_folders(of.root, PAGES, E1={"until": "2026-11-17"})
    client = asked(of, way)
    assert client.get(OWN).status_code == 200
    of.now = NOW + dt.timedelta(days=2)
    assert client.get(OWN).status_code == 303
    answer = sign_in(client, "E1") if way == "password" else client.get("/sign-in")
    assert answer.status_code == 403
    assert "attain readers" in answer.text
    give_folders(of.root, PAGES)
    assert client.get(OWN).status_code == 200


def test_passwords_are_kept_as_hashes_for_their_owner_s_eyes(portal: Served) -> None:
    file = portal.root / FILE
    Passwords(file).put("E1", PASSWORD)
    assert file.stat().st_mode & 0o077 == 0
    assert PASSWORD not in file.read_text()
    assert file.read_text().startswith("E1:$argon2id$")
    for text in ("short", "x" * 257):
        with pytest.raises(UserError, match="12 to 256 characters"):
            Passwords(file).put("E1", text)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("sign_in: [pasword]", "policy/portal.yaml line 1, sign_in.0: "),
        ("proxy: {from: [proxy.example]}",
         "policy/portal.yaml line 1, proxy.from: 'proxy.example' is not an address"),
        ("proxy: {header: \"X User\"}", "policy/portal.yaml line 1, proxy.header: "),
        ("session: {idle_minutes: 0}", "policy/portal.yaml line 1, session.idle_minutes: "),
    ],
)  # fmt: skip
def test_a_mistake_in_the_policy_is_named(tmp_path: Path, text: str, sentence: str) -> None:
    files = PolicyFiles(tmp_path).put("portal.yaml", text)
    assert files.mistake(load_portal).startswith(sentence)
