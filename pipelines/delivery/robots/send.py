"""Saying pages in groups: the robots' messages into the outbox, then posted.

Belongs here: one call for all robots, posting, quiet hours. Does not belong here: what a vendor's
format is.
"""

from __future__ import annotations

import datetime as dt
import http.client
import json
import ssl
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from urllib.parse import urlsplit

from pipelines.delivery.access.problem import Problem
from pipelines.delivery.folders.write import folder_names
from pipelines.delivery.mail.message import Letter, letter
from pipelines.delivery.mail.send import Mailed
from pipelines.delivery.outbox.choose import chosen
from pipelines.delivery.outbox.deadline import within
from pipelines.delivery.outbox.handing import (
    InDoubtError,
    RefusedError,
    TryLaterError,
    hand_over_all,
)
from pipelines.delivery.outbox.policy import DeliveryPolicy, Robot
from pipelines.delivery.outbox.store import FOLDER, PATIENCE, Draft, Outbox, Record, open_outbox
from pipelines.delivery.outbox.unsettled import unsettled
from pipelines.delivery.readership import Readership
from pipelines.delivery.robots.vendors import LIMITS, body_of, signed, understand
from pipelines.delivery.robots.words import said
from pipelines.workspace.workspace import Workspace

_TIMEOUT = 20
_NEAR = ("localhost", "127.0.0.1", "::1")


class Post:
    """A robot's address; each message is a request of its own."""

    def __init__(
        self, robot: Robot, url: str, secret: str | None, clock: Callable[[], float],
        sleep: Callable[[float], None], timeout: float = _TIMEOUT,
    ) -> None:  # fmt: skip
        self._timeout = timeout
        self._robot, self._url, self._secret = robot, urlsplit(url), secret
        self._clock, self._sleep, self._is_first = clock, sleep, True

    def hand_over(self, record: Record, begin: Callable[[], None]) -> str:
        """Post a message; see `Line`."""
        limits = LIMITS[self._robot.kind]
        if not self._is_first and limits.gap:
            self._sleep(limits.gap)
        self._is_first = False
        if limits.avoids_full_hours and (wait := until_off_hour(self._clock())):
            self._sleep(wait)
        body = json.loads(record.content or b"{}")
        made = signed(self._robot.kind, body, self._secret, int(self._clock() * 1000))
        query = "&".join(part for part in (self._url.query, made.query) if part)
        headers = {"Content-Type": "application/json; charset=utf-8", **dict(made.headers)}
        line = self._connected()
        try:
            begin()
            try:
                with within(line.sock, self._timeout):
                    line.request("POST", f"{self._url.path or '/'}?{query}", made.content, headers)
                    answer = line.getresponse()
                    status, content = answer.status, answer.read(10_000)
            except (OSError, http.client.HTTPException) as error:
                raise InDoubtError(f"no answer whether it was taken ({_words(error)})") from None
        finally:
            line.close()
        if 300 <= status < 400:
            raise RefusedError(_elsewhere(self._robot, status, answer.getheader("Location")))
        return understand(self._robot.kind, status, content)

    def _connected(self) -> http.client.HTTPConnection:
        host, port = self._url.hostname or "", self._url.port
        line: http.client.HTTPConnection
        if self._url.scheme == "https":
            context = ssl.create_default_context()
            line = http.client.HTTPSConnection(host, port, timeout=self._timeout, context=context)
        else:
            line = http.client.HTTPConnection(host, port, timeout=self._timeout)
        try:
            line.connect()
        except OSError as error:
            raise TryLaterError(f"{host} cannot be reached: {_words(error)}", is_cut=True) from None
        return line


def _elsewhere(robot: Robot, status: int, location: str | None) -> str:
    """Where a message was sent on to: a signed one goes nowhere but to the address policy knows."""
    try:
        host = urlsplit(location or "").hostname
    except ValueError:
        host = None
    to = f" to {host}" if host else ""
    return f"status {status}: moved{to}; put the new address into ${robot.url_env}"


def until_off_hour(seconds: float) -> float:
    """Seconds to wait in the first minute of an hour or of its half, when everybody sends."""
    into = seconds % 1800
    return 60 - into if into < 60 else 0


def say(
    workspace: Workspace,
    opened: Readership,
    policy: DeliveryPolicy,
    environment: Mapping[str, str],
    day: dt.date,
    now: dt.datetime,
    clock: Callable[[], float],
    sleep: Callable[[float], None],
    only: Collection[str] | None = None,
    again: Collection[str] = (),
    really: bool = True,
) -> Mailed:
    """Put the robots' messages into the outbox and post what waits there.

    Args:
        environment: where addresses and secrets stand.
        now: the moment in the company's time zone: quiet hours are of it.
        clock: seconds since 1970, for signatures and full hours.
        only: robots by their ids; all, if not given.
        really: otherwise it is only told what would be said.

    Raises:
        UserError: another call has the outbox open.
    """
    found = Mailed()
    names = folder_names(opened.readers.all, opened.access.folders, workspace.state)
    with open_outbox(workspace.root / FOLDER, now, PATIENCE if really else 0) as outbox:
        for robot in policy.robots:
            if only is not None and robot.id not in only:
                continue
            channel = f"robot/{robot.id}"
            problem = _unusable(robot, opened, environment)
            if problem is not None:
                found.problems.append(problem)
                found.unsettled += 1
                continue
            made = _drafts(robot, opened, policy, names, day)
            if not really:
                is_again = robot.id in again
                new = [
                    one
                    for one in made
                    if outbox.would_take(one) or (is_again and outbox.is_unsettled(one.key))
                ]
            else:
                if robot.id in again:
                    outbox.again(robot.id, channel)
                new = [one for one in made if outbox.put(one)]
                outbox.withdraw(channel, {one.key for one in made})
                if not policy.quiet.holds_at(now):
                    _post(outbox, robot, channel, environment, policy, clock, sleep, found)
                elif waiting := len(outbox.of("waiting", channel)):
                    found.problems.append(_quiet(robot, policy, waiting))
            found.new += new
            found.known += len(made) - len(new)
            open_ends = unsettled(outbox, channel, (robot.id,))
            found.problems += open_ends
            found.unsettled += len(open_ends)
    return found


def _post(
    outbox: Outbox, robot: Robot, channel: str, environment: Mapping[str, str],
    policy: DeliveryPolicy, clock: Callable[[], float], sleep: Callable[[float], None],
    found: Mailed,
) -> None:  # fmt: skip
    secret = environment[robot.secret_env] if robot.secret_env else None
    post = Post(robot, environment[robot.url_env], secret, clock, sleep)
    handed = hand_over_all(outbox, channel, partial(_line, post), policy.mail.retry_seconds, sleep)
    found.sent += [(record.reader, record.subject) for record in handed.sent]


@contextmanager
def _line(post: Post) -> Iterator[Post]:
    yield post


def _drafts(
    robot: Robot, opened: Readership, policy: DeliveryPolicy, names: Mapping[str, str], day: dt.date
) -> list[Draft]:
    reader = opened.readers.all[robot.reader]
    english = (reader.id,) if robot.language == "en" else ()
    mail = policy.mail.model_copy(update={"language": robot.language, "english": english})
    found = []
    for one in chosen(opened.published, reader, {reader.role: robot.reports}, day):
        of: Letter = letter(one, opened.published.model(one.entry), names[reader.id], mail)
        words = said(of)
        found.append(
            Draft(
                key=f"robot/{robot.id}/{one.key}",
                channel=f"robot/{robot.id}",
                series=one.series,
                reader=robot.id,
                address=robot.id,
                subject=words.title,
                content=json.dumps(body_of(robot.kind, words), ensure_ascii=False).encode(),
                ends=one.entry.period.end,
            )
        )
    return found


def _unusable(robot: Robot, opened: Readership, environment: Mapping[str, str]) -> Problem | None:
    """Why a robot cannot speak at all."""
    if robot.reader not in opened.readers.all:
        return Problem(
            robot.id,
            f"机器人 {robot.id}：{robot.reader} 当日不是读者，不推送。",
            f"robot {robot.id}: {robot.reader} is no reader that day; nothing is said.",
        )
    for name in (robot.url_env, robot.secret_env):
        if name and not environment.get(name):
            return Problem(
                robot.id,
                f"机器人 {robot.id}：环境变量 {name} 未设置，不推送。",
                f"robot {robot.id}: ${name} is not set; nothing is said.",
            )
    if not _is_usable(environment[robot.url_env]):
        return Problem(
            robot.id,
            f"机器人 {robot.id}：${robot.url_env} 不是 https 地址，不推送。",
            f"robot {robot.id}: ${robot.url_env} is no https address; nothing is said.",
        )
    return None


def _quiet(robot: Robot, policy: DeliveryPolicy, waiting: int) -> Problem:
    begins, ends = policy.quiet.begins, policy.quiet.ends
    return Problem(
        robot.id,
        f"机器人 {robot.id}：{begins}–{ends} 为安静时段，{waiting} 条消息待 {ends} 之后的 "
        "attain send --really 推送。",
        f"robot {robot.id}: quiet hours from {begins} to {ends}; {waiting} "
        f"{'message waits' if waiting == 1 else 'messages wait'} for attain send --really after "
        "them.",
    )


def _is_usable(address: str) -> bool:
    """Whether a message can be posted to an address without anybody on the way reading it."""
    try:
        url = urlsplit(address)
        is_port = url.port is None or url.port > 0
    except ValueError:  # a port that is none, a bracket that is not closed
        return False
    is_private = url.scheme == "https" or (url.scheme == "http" and url.hostname in _NEAR)
    return bool(url.hostname) and is_port and is_private and address.isascii()


def _words(error: BaseException) -> str:
    return " ".join(str(error).split())[:200] or type(error).__name__
