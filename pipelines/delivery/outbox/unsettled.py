"""Messages that are not settled, as sentences: refused, returned, in doubt, or still waiting."""

from __future__ import annotations

from pipelines.delivery.access.problem import Problem
from pipelines.delivery.outbox.store import Outbox


def unsettled(outbox: Outbox, channel: str) -> list[Problem]:
    """A sentence for each message that waits, was refused, came back, or nobody knows of."""
    problems = [
        Problem(
            one.reader,
            f"{one.reader}：“{one.subject}”被拒收（{one.said}）；改正后运行 "
            f"attain send --again {one.reader}。",
            f"{one.reader}: {one.subject!r} was refused ({one.said}); once that is set right: "
            f"attain send --again {one.reader}",
        )
        for one in outbox.of("refused", channel)
    ]
    problems += returned(outbox, channel)
    problems += [
        Problem(
            one.reader,
            f"{one.reader}：“{one.subject}”交出时中断，是否送达只有对方的服务器知道；"
            f"如未送达，运行 attain send --again {one.reader}。",
            f"{one.reader}: {one.subject!r} was being handed over when it broke off"
            f"{f' ({one.said})' if one.said else ''}; whether it arrived the other side knows. If "
            f"not: attain send --again {one.reader}",
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


def returned(outbox: Outbox, channel: str) -> list[Problem]:
    """A sentence for each message that came back after it had been taken."""
    return [
        Problem(
            one.reader,
            f"{one.reader}：“{one.subject}”已发出但被退回（{one.said}）；改正后运行 "
            f"attain send --again {one.reader}。",
            f"{one.reader}: {one.subject!r} was sent and came back ({one.said}); once that is set "
            f"right: attain send --again {one.reader}",
        )
        for one in outbox.of("returned", channel)
    ]
