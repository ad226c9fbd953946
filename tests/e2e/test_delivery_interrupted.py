"""A small company whose mail is killed, whose clock jumps, whose people leave: each gets one.

Moments are given to `deliver_after_run`, which a run calls at its end; kills are real ones, and so
are the processes that meet.
"""

from __future__ import annotations

import datetime as dt
import json
import os
import shutil
import signal
import subprocess
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import duckdb
import pytest
from click.testing import CliRunner

from pipelines.cli.delivery import deliver_after_run
from pipelines.cli.main import cli
from pipelines.delivery.access.policy import load_access
from pipelines.delivery.outbox.policy import load_delivery
from pipelines.delivery.portal.app import application
from pipelines.delivery.portal.open import portal_parts
from pipelines.delivery.readership import write_reader_folders
from pipelines.workspace.workspace import open_workspace
from tests.support.mailserver import Post, mail_server
from tests.support.portal import Served, ask_for_link, links_in, use_link
from tests.support.robotserver import robot_server
from tests.support.runs import ATTAIN, attain

MONDAY = dt.datetime(2026, 11, 16, 8, tzinfo=dt.timezone(dt.timedelta(hours=8)))
POLICY = """
mail:
  server: 127.0.0.1
  port: {port}
  security: none
  sender: reports@a.example
  timeout_seconds: 2
  retry_seconds: [0]
  after_run: true
"""
EVERYBODY = {"d": 1, "e1": 2, "e2": 2, "gone": 1, "l": 1}
"""How many pages each is mailed that Monday."""


@pytest.fixture
def company(small_company: Path, tmp_path: Path) -> Callable[[int], Path]:
    """A copy of it that mails to a port."""

    def served(port: int, more: str = "") -> Path:
        root = tmp_path / "ws"
        shutil.copytree(small_company, root, copy_function=os.link, symlinks=True)
        (root / "policy" / "delivery.yaml").write_text(
            POLICY.format(port=port) + more, encoding="utf-8"
        )
        return root

    return served


def words(root: Path) -> list[str]:
    return ["send", "-w", str(root), "--on", "2026-11-16", "--really", "--json"]


def send(root: Path) -> dict[str, Any]:
    done = CliRunner().invoke(cli, words(root))
    found: dict[str, Any] = json.loads(done.stdout)
    return {**found, "code": done.exit_code}


def at(root: Path, moment: dt.datetime, capsys: pytest.CaptureFixture[str]) -> str:
    """What a run that ends at a moment says of its delivery."""
    workspace = open_workspace(root)
    deliver_after_run(
        workspace, load_access(workspace), load_delivery(workspace), moment.astimezone(dt.UTC)
    )
    return capsys.readouterr().err


def status(root: Path) -> str:
    return " ".join(CliRunner().invoke(cli, ["status", "-w", str(root)]).output.split())


def got(post: Post) -> dict[str, int]:
    """How many messages each address was handed; none of them twice."""
    assert max(post.ids.values()) == 1
    return dict(Counter(address.partition("@")[0] for address in post.recipients))


@pytest.mark.parametrize("moment", ["rcpt", "data", "taken"])
@pytest.mark.parametrize("who", ["d", "e2", "l"])
def test_killed_at_any_moment_of_a_delivery_the_next_call_gives_each_exactly_one(
    company: Callable[..., Path], who: str, moment: str
) -> None:
    """Before its first byte a message is sent by the next call; after that nobody can know, and it
    is named: here it had arrived, and it does not come again."""
    with mail_server() as post:
        root = company(post.port)
        killed: list[subprocess.Popen[bytes]] = []
        post.when[moment, f"{who}@a.example"] = lambda: killed[0].send_signal(signal.SIGKILL)
        killed.append(subprocess.Popen([*ATTAIN, *words(root)], stdout=subprocess.DEVNULL))
        assert killed[0].wait(60) == -signal.SIGKILL
        again, once_more = send(root), send(root)
        assert got(post) == EVERYBODY
    assert again["sent"] != [] or who == "l"
    assert once_more["sent"] == []
    for told in (again, once_more):
        named = [one["en"] for one in told["problems"]]
        if moment == "rcpt":
            assert (named, told["code"]) == ([], 0)
        else:
            (sentence,) = named
            assert sentence.startswith(f"{who.upper()}: ") and "broke off" in sentence
            assert f"attain send --really --again {who.upper()}" in sentence
            assert told["code"] == 1
    assert ("broke off" in status(root)) is (moment != "rcpt")


def test_killed_again_and_again_each_still_gets_exactly_one(company: Callable[..., Path]) -> None:
    with mail_server() as post:
        root = company(post.port)
        for who in ("d", "e1", "e2", "gone", "l"):
            killed: list[subprocess.Popen[bytes]] = []
            post.when["rcpt", f"{who}@a.example"] = lambda of=killed: of[0].send_signal(  # type: ignore[misc]
                signal.SIGKILL
            )
            killed.append(subprocess.Popen([*ATTAIN, *words(root)], stdout=subprocess.DEVNULL))
            assert killed[0].wait(60) == -signal.SIGKILL
        assert send(root)["problems"] == []
        assert got(post) == EVERYBODY


@pytest.mark.parametrize("hours", [-24, -72, 24, 24 * 400])
def test_a_clock_that_jumps_between_two_calls_sends_nothing_twice_and_leaves_nobody_out(
    company: Callable[..., Path], hours: int, capsys: pytest.CaptureFixture[str]
) -> None:
    with mail_server() as post:
        root = company(post.port)
        post.busy["e2@a.example"] = 4  # the week waits over the jump, and so does the statement
        assert "was not taken yet" in at(root, MONDAY, capsys)
        jumped = at(root, MONDAY + dt.timedelta(hours=hours), capsys)
        assert jumped.count("the clock was set back") == (1 if hours < 0 else 0)
        assert status(root).count("the clock was set back") == (1 if hours < 0 else 0)
        back = at(root, MONDAY, capsys)
        assert back.count("the clock was set back") == (0 if hours < 0 else 1)
        assert at(root, MONDAY + dt.timedelta(hours=1), capsys) == ""
        assert got(post) == EVERYBODY
    assert "the clock was" not in status(root)


def test_whoever_has_left_is_sent_nothing_that_still_waited(
    company: Callable[..., Path], capsys: pytest.CaptureFixture[str]
) -> None:
    with mail_server() as post:
        root = company(post.port)
        post.busy["gone@a.example"] = 2
        post.refuses["e2@a.example"] = "550 no such mailbox"
        said = at(root, MONDAY, capsys)
        assert "GONE: " in said and "E2: " in said
        said = at(root, MONDAY + dt.timedelta(days=2), capsys)
        assert "GONE" not in said
        assert "attain send --really --again E2" in said
        assert got(post) == {who: n for who, n in EVERYBODY.items() if who not in ("gone", "e2")}


def test_what_a_sentence_says_to_run_is_rehearsed_and_then_done(
    company: Callable[..., Path],
) -> None:
    with mail_server() as post:
        root = company(post.port)
        post.refuses["l@a.example"] = "550 no such mailbox"
        (problem,) = send(root)["problems"]
        assert "attain send --really --again L" in problem["en"]
        post.refuses.clear()
        again = [*words(root), "--again", "L"]
        told = json.loads(CliRunner().invoke(cli, [w for w in again if w != "--really"]).stdout)
        assert [one["reader"] for one in told["new"]] == ["L"]
        assert "l" not in got(post)
        done = CliRunner().invoke(cli, again)
        assert (json.loads(done.stdout)["problems"], done.exit_code) == ([], 0)
        assert got(post) == EVERYBODY


ROBOT = """
robots:
  - {id: team, kind: wecom, url_env: T_TEAM, reader: L, reports: [team_weekly]}
quiet: {from: "22:00", to: "07:00"}
"""


def test_quiet_hours_over_midnight_and_a_clock_set_back_into_them(
    company: Callable[..., Path],
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """What is ready at 23:30 waits, is named, and is said once after seven."""
    with robot_server() as groups, mail_server() as post:
        root = company(post.port, ROBOT)
        monkeypatch.setenv("T_TEAM", groups.url("wecom"))
        for day, hour in ((16, 23), (17, 0), (16, 22), (17, 6)):
            said = at(root, MONDAY.replace(day=day, hour=hour, minute=59), capsys)
            assert "robot team: quiet hours from 22:00 to 07:00; 1 message waits" in said
            assert groups.taken == {}
        assert "quiet hours from 22:00 to 07:00" in status(root)
        assert at(root, MONDAY.replace(day=17, hour=7, minute=5), capsys) == ""
        assert len(groups.taken["wecom"]) == 1
        assert "quiet hours" not in status(root)
        for day, hour in ((16, 23), (17, 9)):
            assert "quiet" not in at(root, MONDAY.replace(day=day, hour=hour), capsys)
        assert len(groups.taken["wecom"]) == 1
        assert got(post) == EVERYBODY


@contextmanager
def held_at(post: Post, address: str, root: Path) -> Iterator[subprocess.Popen[str]]:
    """`attain send` in a process of its own, which a slow server keeps at an address meanwhile."""
    reached, goes_on = threading.Event(), threading.Event()
    post.when["rcpt", address] = reached.set
    post.holds[address] = goes_on
    sending = subprocess.Popen([*ATTAIN, *words(root)], stdout=subprocess.PIPE, text=True)
    try:
        assert reached.wait(60)
        yield sending
    finally:
        goes_on.set()
        sending.wait(60)


def patient(root: Path) -> None:
    """A policy that waits for a slow server, and a portal that mails links by it."""
    sending = root / "policy" / "delivery.yaml"
    text = sending.read_text(encoding="utf-8").replace("timeout_seconds: 2", "timeout_seconds: 60")
    sending.write_text(text, encoding="utf-8")
    assert CliRunner().invoke(cli, ["readers", "-w", str(root), *words(root)[3:5]]).exit_code == 0
    (root / "policy" / "portal.yaml").write_text(
        "sign_in: [mail]\nlanguage: en\nat: https://portal.example/\n", encoding="utf-8"
    )


def test_while_all_are_mailed_a_link_comes_at_once_and_a_second_call_is_told_so(
    company: Callable[..., Path],
) -> None:
    with mail_server() as post:
        root = company(post.port)
        patient(root)
        parts = portal_parts(open_workspace(root), lambda: MONDAY, time.monotonic)
        assert parts.post is not None
        browser = Served.another(application(parts), "10.0.0.9")
        with held_at(post, "d@a.example", root) as sending:
            began = time.monotonic()
            assert "a link is on its way" in ask_for_link(browser, "E1").text
            parts.post.wait()
            assert post.recipients == ["e1@a.example"]
            assert time.monotonic() - began < 5
            [link] = links_in([post.taken[0].get_content()])
            assert use_link(browser, link).status_code == 303
            for more in ([], ["--to", "E2"]):
                second = attain(*words(root), *more)
                assert (second.returncode, second.stdout) == (1, "")
                [sentence] = second.stderr.splitlines()
                assert "another attain send is at work; wait for it to end." in sentence
            assert sending.poll() is None
        assert sending.returncode == 0
        assert got(post) == {**EVERYBODY, "e1": EVERYBODY["e1"] + 1}
        assert send(root)["sent"] == []
    assert "at work" not in status(root)


def test_while_a_link_is_mailed_all_get_theirs(company: Callable[..., Path]) -> None:
    with mail_server() as post:
        root = company(post.port)
        patient(root)
        parts = portal_parts(open_workspace(root), lambda: MONDAY, time.monotonic)
        assert parts.post is not None
        reached, goes_on = threading.Event(), threading.Event()
        served = json.loads((root / ".attain" / "readers.json").read_text(encoding="utf-8"))
        served["readers"]["E1"]["email"] = "elsewhere@a.example"
        (root / ".attain" / "readers.json").write_text(json.dumps(served), encoding="utf-8")
        post.when["rcpt", "elsewhere@a.example"] = reached.set
        post.holds["elsewhere@a.example"] = goes_on
        try:
            ask_for_link(Served.another(application(parts), "10.0.0.9"), "E1")
            assert reached.wait(60)
            told = send(root)
        finally:
            goes_on.set()
            parts.post.wait()
        assert (told["problems"], told["code"]) == ([], 0)
        assert got(post) == {**EVERYBODY, "elsewhere": 1}


def test_a_second_call_finds_no_gap_between_the_steps_of_the_first(
    company: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Folders are written before mail is made; the outbox is open to nobody's sending meanwhile."""
    told: list[str] = []

    def meanwhile(*of: Any, **more: Any) -> Any:
        told.append(attain(*words(root)).stderr)
        return write_reader_folders(*of, **more)

    with mail_server() as post:
        root = company(post.port, "  pages_at: https://pages.a.example/\n")
        monkeypatch.setattr("pipelines.delivery.readership.write_reader_folders", meanwhile)
        assert len(send(root)["sent"]) == sum(EVERYBODY.values())
        assert got(post) == EVERYBODY
    [sentence] = told
    assert "another attain send is at work; wait for it to end." in sentence


def reorganised(root: Path) -> None:
    """E1 loses their address, T and U come with one for both, and L and E2 stand in for each other,
    as somebody does for GONE."""
    warehouse = open_workspace(root).warehouse
    own = warehouse.with_suffix(".own")
    shutil.copyfile(warehouse, own)  # other copies of the workspace share the file
    own.replace(warehouse)
    with duckdb.connect(str(warehouse)) as con:
        con.execute("update staging.employee set email = null where employee_id = 'E1'")
        for who in ("T", "U"):
            con.execute(
                "insert into staging.employee select * replace (? as employee_id, "
                "'both@a.example' as email) from staging.employee where employee_id = 'E2'",
                [who],
            )
            con.execute(
                "insert into staging.assignment select * replace (? as employee_id) "
                "from staging.assignment where employee_id = 'E2'",
                [who],
            )
    (root / "policy" / "access.yaml").write_text(
        "deputies: [{of: L, by: E2}, {of: E2, by: L}, {of: GONE, by: L}]\n", encoding="utf-8"
    )


def test_whoever_cannot_be_mailed_is_one_sentence_each_and_the_others_get_theirs(
    company: Callable[..., Path],
) -> None:
    """No address, one for two, a leaver, deputies in a circle, a server that hangs."""
    with mail_server() as post:
        root = company(post.port)
        reorganised(root)
        post.hangs = {"d@a.example"}
        wednesday = [word.replace("2026-11-16", "2026-11-18") for word in words(root)]
        done = CliRunner().invoke(cli, wednesday)
        assert got(post) == {"e2": EVERYBODY["e2"], "l": EVERYBODY["l"]}
    said = sorted((one["who"], one["en"]) for one in json.loads(done.stdout)["problems"])
    expected = [
        ("D", "timed out"), ("E1", "has no mail address that could be used"),
        ("E2", "none of them holds"), ("GONE", "is not in service"), ("L", "none of them holds"),
        ("T", "has the same mail address as U"), ("U", "has the same mail address as T"),
    ]  # fmt: skip
    assert [who for who, _ in said] == [who for who, _ in expected]
    shown = status(root)
    for (who, sentence), (_, part) in zip(said, expected, strict=True):
        assert part in sentence
        assert shown.count(" ".join(sentence.split())) == 1, who
    assert done.exit_code == 1
