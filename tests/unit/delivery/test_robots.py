"""Robots of groups: each vendor's format, signature, limits and answers."""

from __future__ import annotations

import datetime as dt
import hashlib
import hmac
import json
import socket
import time
from pathlib import Path
from typing import Any

import pytest

from pipelines.delivery.outbox.handing import (
    InDoubtError,
    RefusedError,
    TryLaterError,
    hand_over_all,
)
from pipelines.delivery.outbox.policy import Quiet, Robot
from pipelines.delivery.outbox.store import Draft, open_outbox
from pipelines.delivery.robots.send import Post, until_off_hour
from pipelines.delivery.robots.vendors import body_of, signed, understand
from pipelines.delivery.robots.words import Said, markdown, plain
from tests.support.mailserver import raw_server
from tests.support.robotserver import SECRET, Groups, robot_server

KINDS = ("wecom", "dingtalk", "feishu", "webhook")
NOON = 1_794_800_000.0  # 13:33:20, far from a full hour


def words(tiles: int = 6, lead: str = "签约 ¥667万") -> Said:
    shown = tuple((f"指标{n}（本周）", f"¥{n}万 · 较上周 +5%") for n in range(tiles))
    return Said(
        "销售总监周报 2026 年第 46 周", lead, shown, "https://r.example/a", "打开报告", "其余见报告"
    )


def robot(kind: str) -> Robot:
    stated = {"id": "east", "kind": kind, "url_env": "URL", "reader": "E", "reports": ["r"]}
    secret = {} if kind == "wecom" else {"secret_env": "SECRET"}
    return Robot.model_validate({**stated, **secret})


def post(
    folder: Path,
    groups: Groups,
    kind: str,
    *texts: Said,
    at: float = NOON,
    timeout: float = 20,
) -> tuple[dict[str, str], list[float]]:
    """Post messages; what is open afterwards by key, and the waits."""
    slept: list[float] = []
    secret = None if kind == "wecom" else SECRET
    line = Post(robot(kind), groups.url(kind), secret, lambda: at, slept.append, timeout)

    class Connect:
        def __enter__(self) -> Post:
            return line

        def __exit__(self, *_: object) -> None: ...

    with open_outbox(folder, dt.datetime(2026, 11, 16, tzinfo=dt.UTC)) as outbox:
        for n, text in enumerate(texts):
            content = json.dumps(body_of(kind, text)).encode()  # type: ignore[arg-type]
            outbox.put(Draft(str(n), "robot", str(n), "east", "east", f"S{n}", content))
        hand_over_all(outbox, "robot", Connect, (7,), slept.append)
        kinds: tuple[Any, ...] = ("waiting", "handing", "refused")
        return {
            f"{one.key} {state}": one.said for state in kinds for one in outbox.of(state, "robot")
        }, slept


@pytest.mark.parametrize("kind", KINDS)
def test_a_message_is_taken_signed_and_with_lead_tiles_and_link(tmp_path: Path, kind: str) -> None:
    with robot_server() as groups:
        left, _ = post(tmp_path, groups, kind, words())
    assert left == {}
    text = json.dumps(groups.taken[kind], ensure_ascii=False)
    for part in ("销售总监周报", "签约 ¥667万", "指标5（本周）", "https://r.example/a"):
        assert part in text


@pytest.mark.parametrize("kind", ["dingtalk", "feishu"])
def test_a_wrong_secret_is_a_refusal_with_the_vendor_s_words(tmp_path: Path, kind: str) -> None:
    with robot_server() as groups:
        body = body_of(kind, words())  # type: ignore[arg-type]
        made = signed(kind, body, "other", 1_000)  # type: ignore[arg-type]
        query = {
            name: [value]
            for name, value in (part.split("=") for part in made.query.split("&") if part)
        }
        _, answer = groups.judge(kind, query, made.content)
    with pytest.raises(RefusedError, match="sign"):
        understand(kind, 200, json.dumps(answer).encode())  # type: ignore[arg-type]


def test_a_web_hook_s_signature_covers_the_moment_and_every_byte() -> None:
    made = signed("webhook", {"a": "值"}, SECRET, 1_794_800_000_123)
    headers = dict(made.headers)
    covered = b"1794800000." + made.content
    digest = hmac.new(SECRET.encode(), covered, hashlib.sha256).hexdigest()
    assert headers["X-Attain-Timestamp"] == "1794800000"
    assert headers["X-Attain-Signature"] == f"sha256={digest}"


@pytest.mark.parametrize(
    ("kind", "answer"),
    [
        ("wecom", {"errcode": 45009, "errmsg": "api freq out of limit"}),
        ("dingtalk", {"errcode": 130101, "errmsg": "send too fast"}),
        ("feishu", {"code": 11232, "msg": "frequency limited"}),
    ],
)
def test_too_many_is_tried_again_after_a_wait(
    tmp_path: Path, kind: str, answer: dict[str, object]
) -> None:
    with robot_server() as groups:
        groups.answers = [(200, answer)]
        left, slept = post(tmp_path, groups, kind, words())
    assert left == {}
    assert 7 in slept
    assert len(groups.taken[kind]) == 1


@pytest.mark.parametrize(
    ("kind", "answer"),
    [
        ("wecom", {"errcode": 93000, "errmsg": "invalid webhook url"}),
        ("dingtalk", {"errcode": 310000, "errmsg": "keywords not in content"}),
        ("feishu", {"code": 19024, "msg": "Key Words Not Found"}),
    ],
)
def test_a_code_in_an_answer_of_status_200_is_a_refusal_and_never_success(
    tmp_path: Path, kind: str, answer: dict[str, object]
) -> None:
    with robot_server() as groups:
        groups.answers = [(200, answer)]
        for _ in range(2):
            left, _ = post(tmp_path, groups, kind, words())
    assert list(left) == ["0 refused"]
    assert str(next(iter(answer.values()))) in left["0 refused"]
    assert groups.taken == {}


@pytest.mark.parametrize("kind", KINDS[:3])
@pytest.mark.parametrize("content", [b"", b"<html>", b"[]", b'{"ok": true}'])
def test_an_answer_that_is_none_of_the_vendor_s_is_no_success(kind: str, content: bytes) -> None:
    with pytest.raises(RefusedError, match="none of its own"):
        understand(kind, 200, content)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("status", "error"),
    [
        (429, TryLaterError),
        (503, TryLaterError),
        (404, RefusedError),
        (302, RefusedError),
        # a gateway that had no answer cannot say whether the message was taken behind it
        (502, InDoubtError),
        (504, InDoubtError),
    ],
)
def test_a_status_means_what_it_says(status: int, error: type[Exception]) -> None:
    for kind in KINDS:
        with pytest.raises(error):
            understand(kind, status, b"")  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "content",
    [b'{"errcode": 40001, "errmsg": "no"}', b'{"ok": false, "error": "channel_not_found"}',
     b'{"success": false}', b'{"errcode": "93000"}', b'{"error": "no such channel"}',
     b'{"status": "Failed", "code": 0}'],
)  # fmt: skip
def test_a_web_hook_that_says_no_with_status_200_has_not_taken_it(content: bytes) -> None:
    with pytest.raises(RefusedError):
        understand("webhook", 200, content)


@pytest.mark.parametrize(
    "content",
    [b"<!DOCTYPE html><title>Sign in</title>", b"\xef\xbb\xbf\n <html>", b"<?xml version='1.0'?>",
     b'{"code": 19001, "msg": "param invalid"}', b'{"code": "E12"}'],
)  # fmt: skip
def test_a_page_or_an_unknown_code_says_neither_yes_nor_no(content: bytes) -> None:
    with pytest.raises(InDoubtError, match=r"page|code"):
        understand("webhook", 200, content)


@pytest.mark.parametrize(
    "content",
    [b"", b"ok", b"[]", b'{"ok": true}', b'{"errcode": 0}', b"{", b'{"code": 200}',
     b'{"code": "0", "status": "success", "error": null}'],
)  # fmt: skip
def test_a_web_hook_needs_to_say_nothing_more_than_its_status(content: bytes) -> None:
    assert understand("webhook", 200, content) == "status 200"


def test_a_line_cut_before_the_answer_is_a_doubt_and_is_not_sent_again(tmp_path: Path) -> None:
    with robot_server() as groups:
        groups.drops = 1
        for _ in range(2):
            left, _ = post(tmp_path, groups, "wecom", words())
    assert list(left) == ["0 handing"]
    assert len(groups.taken["wecom"]) == 1


@pytest.mark.parametrize("status", [301, 302, 307, 308])
@pytest.mark.parametrize(
    ("location", "said"),
    [("https://other.example/hook?token=abc", "moved to other.example; put the new address"),
     ("//[bad", "moved; put the new address into $URL"), (None, "moved; put")],
)  # fmt: skip
def test_a_robot_that_has_moved_is_followed_nowhere_and_its_variable_named(
    tmp_path: Path, status: int, location: str | None, said: str
) -> None:
    with robot_server() as groups:
        groups.answers = [(status, {})]
        groups.location = location
        left, _ = post(tmp_path, groups, "wecom", words())
    assert list(left) == ["0 refused"]
    assert said in left["0 refused"]
    assert "token" not in left["0 refused"]
    assert len(groups.headers) == 1


@pytest.mark.parametrize("kind", ["wecom", "webhook"])
def test_an_answer_that_comes_byte_by_byte_is_waited_for_no_longer_than_any(
    tmp_path: Path, kind: str
) -> None:
    def slowly(line: socket.socket) -> None:
        line.recv(10_000)
        line.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n")
        for _ in range(100):
            line.sendall(b" ")
            time.sleep(0.2)

    began = time.monotonic()
    with raw_server(slowly) as port:
        left, _ = post(tmp_path, Groups(port=port), kind, words(), timeout=1)
    assert time.monotonic() - began < 5
    assert list(left) == ["0 handing"]
    assert "no whole answer within 1 s" in left["0 handing"]


def test_a_server_that_is_not_there_leaves_the_message_waiting(tmp_path: Path) -> None:
    with robot_server() as groups:
        pass
    left, _ = post(tmp_path, groups, "wecom", words())
    assert "cannot be reached" in left["0 waiting"]
    assert "token" not in left["0 waiting"]


def test_messages_of_one_robot_keep_the_vendor_s_distance(tmp_path: Path) -> None:
    with robot_server() as groups:
        _, slept = post(tmp_path, groups, "dingtalk", words(), words(), words())
    assert slept == [3.1, 3.1]  # below 20 a minute


def test_feishu_waits_out_the_first_minute_of_each_half_hour(tmp_path: Path) -> None:
    assert until_off_hour(0) == 60
    assert until_off_hour(1_830) == 30
    assert until_off_hour(60) == until_off_hour(1_799) == 0
    with robot_server() as groups:
        _, slept = post(tmp_path, groups, "feishu", words(), at=1_794_801_600.0 - 0)
    assert slept == [until_off_hour(1_794_801_600.0)]


def test_a_long_message_gives_up_tiles_and_then_the_end_of_its_lead() -> None:
    full = markdown(words(), 4_000)
    assert full.count("\n- ") == 6
    some = markdown(words(), 300)
    assert 0 < some.count("\n- ") < 6
    assert "其余见报告" in some
    assert some.endswith("[打开报告](https://r.example/a)")
    cut = markdown(words(lead="长" * 3_000), 4_000)
    assert len(cut.encode()) <= 4_000
    assert cut.endswith("…\n[打开报告](https://r.example/a)")


def test_the_largest_message_is_within_what_wecom_takes(tmp_path: Path) -> None:
    with robot_server() as groups:
        left, _ = post(tmp_path, groups, "wecom", words(lead="长" * 5_000))
    assert left == {}


def test_no_name_of_an_export_calls_everybody_or_forges_a_link() -> None:
    text = plain("甲<@all>[点此](https://evil.example)**x**`y`\n# z")
    assert not set("<>[]@`*_#|\n") & set(text)


@pytest.mark.parametrize(
    ("begins", "ends", "at", "quiet"),
    [
        ("20:00", "07:30", "23:00", True), ("20:00", "07:30", "07:29", True),
        ("20:00", "07:30", "07:30", False), ("20:00", "07:30", "12:00", False),
        ("12:00", "13:00", "12:30", True), ("12:00", "13:00", "13:00", False),
        ("08:00", "08:00", "08:00", False),
    ],
)  # fmt: skip
def test_quiet_hours_may_reach_over_midnight(begins: str, ends: str, at: str, quiet: bool) -> None:
    hours = Quiet.model_validate({"from": begins, "to": ends})
    moment = dt.datetime.combine(dt.date(2026, 11, 16), dt.time.fromisoformat(at))
    assert hours.holds_at(moment) is quiet
