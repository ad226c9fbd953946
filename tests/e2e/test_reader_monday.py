"""The Monday of sixty readers: each signs in and reads their own, is mailed once, however often it
is called and killed; the groups are told once."""

from __future__ import annotations

import datetime as dt
import signal
import subprocess
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from starlette.testclient import TestClient

from pipelines.cli.main import cli
from pipelines.delivery.portal.app import application
from pipelines.delivery.portal.open import portal_parts
from pipelines.workspace.workspace import open_workspace
from tests.support.handed import (
    MONDAY,
    another_monday,
    people_of,
    reads,
    reads_their_own,
    send,
    served_by,
)
from tests.support.idp import SECRET as CLIENT_SECRET
from tests.support.idp import identity_provider
from tests.support.mailserver import Post, mail_server
from tests.support.portal import Served, ask_for_link, give_passwords, links_in, sign_in, use_link
from tests.support.robotserver import SECRET, Groups, robot_server
from tests.support.runs import ATTAIN, HandedOut

NOW = dt.datetime(2026, 11, 16, 1, tzinfo=dt.UTC)
PROXY = "10.0.0.1"
PORTAL = """
sign_in: [password, mail, oidc, proxy]
at: https://portal.example/
language: en
oidc: {{issuer: '{issuer}', client: attain}}
proxy: {{from: [{proxy}]}}
"""
MORE = """  reports: {sdr: [appraisal], presales: [appraisal]}
robots:
  - {id: heads, kind: wecom, url_env: T_HEADS, reader: E001, reports: [director_weekly]}
  - {id: east, kind: dingtalk, url_env: T_EAST, secret_env: T_SIGN, reader: E002,
     reports: [region_weekly]}
  - {id: team, kind: webhook, url_env: T_TEAM, reader: E007, reports: [team_weekly]}
quiet: {from: "00:00", to: "00:00"}
"""
GROUPS = {"heads": "wecom", "east": "dingtalk", "team": "webhook"}


def test_sixty_readers_sign_in_every_way_and_each_is_told_once(
    handed_out: HandedOut, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = another_monday(handed_out, tmp_path)
    sixty = sorted(people_of(handed_out).own_page)[:60]
    with mail_server() as post, robot_server() as groups:
        served_by(root, post.port, MORE)
        monkeypatch.setenv("T_SIGN", SECRET)
        for robot, kind in GROUPS.items():
            monkeypatch.setenv(f"T_{robot.upper()}", groups.url(kind))
        everybody_reads(handed_out, root, sixty, post)
        everybody_is_told(root, sixty, post, groups)


def everybody_reads(handed_out: HandedOut, root: Path, sixty: list[str], post: Post) -> None:
    """One portal with every way there is; each comes from a place of their own, by one of them."""
    people = people_of(handed_out)
    (root / "portal").mkdir()
    ways: dict[str, list[str]] = {
        way: sixty[n::4] for n, way in enumerate(("password", "mail", "oidc", "proxy"))
    }
    give_passwords(root, ways["password"])
    with identity_provider(NOW) as provider:
        (root / "policy" / "portal.yaml").write_text(
            PORTAL.format(issuer=provider.url, proxy=PROXY), encoding="utf-8"
        )
        secrets = {"ATTAIN_OIDC_SECRET": CLIENT_SECRET}
        parts = portal_parts(open_workspace(root), lambda: NOW, time.monotonic, secrets)
        app = application(parts)

        def by_link(browser: TestClient, who: str) -> Any:
            assert "a link is on its way" in ask_for_link(browser, people.address[who]).text
            assert parts.post is not None
            parts.post.wait()
            assert post.recipients[-1] == people.address[who]
            return use_link(browser, links_in([post.taken[-1].get_content()])[0])

        def by_account(browser: TestClient, who: str) -> Any:
            asked = browser.get("/oidc").headers["location"]
            return browser.get(provider.sign_in(asked, people.address[who]))

        enter = {"password": sign_in, "mail": by_link, "oidc": by_account}
        for way, readers in ways.items():
            assert len(readers) == 15
            for who in readers:
                number = sixty.index(who)
                if way == "proxy":
                    browser = Served.another(app, PROXY, X_Remote_User=who)
                    reads(browser, who, people, sixty[number - 1])
                else:
                    browser = Served.another(app, f"10.1.{number}.9")
                    reads_their_own(browser, who, enter[way], people, sixty[number - 1])
    assert Counter(post.recipients) == Counter(people.address[who] for who in ways["mail"])


def everybody_is_told(root: Path, sixty: list[str], post: Post, groups: Groups) -> None:
    """Killed between two mails, while one is handed over, and while a group is told; then twice."""
    post.taken.clear()
    post.recipients.clear()
    rehearsed = send(root)["new"]
    mails = [one for one in rehearsed if one["reader"] not in GROUPS]
    due = Counter(one["reader"] for one in mails)
    assert set(sixty) <= set(due)
    assert [one["reader"] for one in rehearsed if one["reader"] in GROUPS] == list(GROUPS)
    between, in_hand = sixty[20], sixty[40]

    assert killed(root, lambda kill: post.when.update({("rcpt", address(between)): kill}))
    at_kill = [who_of(one) for one in post.recipients]
    assert at_kill == [one["reader"] for one in mails[: len(at_kill)]]
    assert 20 <= len(at_kill) < len(mails)
    assert between not in at_kill

    assert killed(root, lambda kill: post.when.update({("data", address(in_hand)): kill}))
    assert len(at_kill) < len(post.taken) < len(mails)

    assert killed(root, lambda kill: groups.when.update({"dingtalk": kill}))
    assert {kind: len(told) for kind, told in groups.taken.items()} == {"wecom": 1, "dingtalk": 1}

    again, once_more = send(root, "--really"), send(root, "--really")
    assert [one["reader"] for one in again["sent"]] == ["team"]
    assert once_more["sent"] == []
    for told in (again, once_more):  # at the kill between two messages nothing was in doubt
        assert [one["who"] for one in told["problems"]] == [in_hand, "east"]
        assert all("was being handed over when it broke off" in o["en"] for o in told["problems"])
        assert told["code"] == 1
    assert max(post.ids.values()) == 1
    assert Counter(who_of(one) for one in post.recipients) == due
    assert {kind: len(told) for kind, told in groups.taken.items()} == dict.fromkeys(
        GROUPS.values(), 1
    )
    status = " ".join(CliRunner().invoke(cli, ["status", "-w", str(root)]).output.split())
    assert status.count("was being handed over when it broke off") == 2


def killed(root: Path, at: Callable[[Callable[[], None]], None]) -> bool:
    """The real command, killed at a moment that `at` gives the kill to."""
    running: list[subprocess.Popen[bytes]] = []

    def kill() -> None:
        running[0].send_signal(signal.SIGKILL)
        running[0].wait(60)  # whatever is said now, it is not there to hear it

    at(kill)
    words = [*ATTAIN, "send", "-w", str(root), *MONDAY, "--really"]
    running.append(subprocess.Popen(words, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL))
    return running[0].wait(120) == -signal.SIGKILL


def address(who: str) -> str:
    return f"{who.lower()}@haiyue.example"


def who_of(recipient: str) -> str:
    return recipient.partition("@")[0].upper()
