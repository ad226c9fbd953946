"""Messages that are not settled, as sentences: refused, returned, in doubt, or still waiting."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection

from pipelines.delivery.access.problem import Problem
from pipelines.delivery.outbox.store import Outbox


def unsettled(outbox: Outbox, channel: str, readers: Collection[str]) -> list[Problem]:
    """A sentence for each message that waits, was refused, came back, or nobody knows of.

    Args:
        readers: who is sent to today; of others nothing can be set right any more.
    """
    return [one for one in _unsettled(outbox, channel) if one.who in readers]


def _unsettled(outbox: Outbox, channel: str) -> list[Problem]:
    problems = [
        Problem(
            one.reader,
            f"{one.reader}：“{one.subject}”被拒收（{one.said}）；改正后运行 "
            f"attain send --really --again {one.reader}。",
            f"{one.reader}: {one.subject!r} was refused ({one.said}); once that is set right: "
            f"attain send --really --again {one.reader}",
        )
        for one in outbox.of("refused", channel)
    ]
    problems += returned(outbox, channel)
    problems += [
        Problem(
            one.reader,
            f"{one.reader}：“{one.subject}”交出时中断，是否送达只有对方的服务器知道；"
            f"如未送达，运行 attain send --really --again {one.reader}。",
            f"{one.reader}: {one.subject!r} was being handed over when it broke off"
            f"{f' ({one.said})' if one.said else ''}; whether it arrived the other side knows. If "
            f"not: attain send --really --again {one.reader}",
        )
        for one in outbox.of("handing", channel)
    ]
    return problems + [
        Problem(
            one.reader,
            f"{one.reader}：“{one.subject}”尚未送出（{one.said}），下次 attain send 再试。",
            f"{one.reader}: {one.subject!r} was not taken yet ({one.said}); the next attain send "
            "tries again.",
        )
        for one in outbox.of("waiting", channel)
        if one.said
    ]


def set_back(outbox: Outbox, now: dt.datetime) -> list[Problem]:
    """A sentence where the last call was later than now; this one is noted."""
    before = outbox.note_call()
    if before is None:
        return []
    then, here = (f"{at.astimezone(now.tzinfo):%Y-%m-%d %H:%M}" for at in (before, now))
    return [
        Problem(
            "clock",
            f"时钟被拨回：上次发送于 {then}，现在是 {here}。不会重复发送；"
            "谁在职、哪一期已结束按现在的日期判断，请核对本机时间。",
            f"the clock was set back: messages were last sent at {then}, now it is {here}. Nothing "
            "is sent twice; who works here and which period is over go by the day that it shows "
            "now: look at the clock of this machine.",
        )
    ]


def returned(outbox: Outbox, channel: str) -> list[Problem]:
    """A sentence for each message that came back after it had been taken."""
    return [
        Problem(
            one.reader,
            f"{one.reader}：“{one.subject}”已发出但被退回（{one.said}）；改正后运行 "
            f"attain send --really --again {one.reader}。",
            f"{one.reader}: {one.subject!r} was sent and came back ({one.said}); once that is set "
            f"right: attain send --really --again {one.reader}",
        )
        for one in outbox.of("returned", channel)
    ]
