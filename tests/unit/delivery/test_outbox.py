"""The outbox: each message once, whatever stops whom, and nothing forgotten."""

from __future__ import annotations

import datetime as dt
import sqlite3
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from pipelines.delivery.outbox.handing import (
    InDoubtError,
    RefusedError,
    TryLaterError,
    hand_over_all,
)
from pipelines.delivery.outbox.store import Draft, Outbox, Record, one_sender, open_outbox
from pipelines.delivery.outbox.unsettled import set_back, unsettled
from pipelines.errors import UserError

NOW = dt.datetime(2026, 11, 16, 8, tzinfo=dt.UTC)
CHANNEL = "test"


class Killed(BaseException):
    """What a kill looks like from inside: nothing after it runs."""


class Service:
    """A receiving side that counts what it got, and fails where a test says so."""

    def __init__(self) -> None:
        self.got: Counter[str] = Counter()
        self.connections = 0
        self.at: dict[str, list[str]] = {}

    @contextmanager
    def connect(self) -> Iterator[Service]:
        self.connections += 1
        if self.at.get("connect"):
            raise TryLaterError(self.at["connect"].pop(0), is_cut=True)
        yield self

    def hand_over(self, record: Record, begin: Callable[[], None]) -> str:
        todo = self.at.get(record.reader)
        step = todo.pop(0) if todo else ""
        if step == "killed before":
            raise Killed
        if step == "busy":
            raise TryLaterError("450 busy")
        if step == "cut":
            raise TryLaterError("the line was cut", is_cut=True)
        if step == "refused":
            raise RefusedError("550 no such mailbox")
        begin()
        if step == "killed between":
            raise Killed
        self.got[record.key] += 1
        if step == "killed after":
            raise Killed
        if step == "no answer":
            raise InDoubtError("no answer")
        return "250 taken"


def drafts(*readers: str, week: int = 46) -> list[Draft]:
    return [
        Draft(f"{who}/W{week}", CHANNEL, f"{who}/week", who, f"{who}@a.example", f"W{week}", b"x")
        for who in readers
    ]


@pytest.fixture
def opened(tmp_path: Path) -> Callable[[], object]:
    return lambda: open_outbox(tmp_path / "outbox", NOW)


def send(outbox: Outbox, service: Service, waits: tuple[int, ...] = (1, 2)) -> list[float]:
    slept: list[float] = []
    hand_over_all(outbox, CHANNEL, service.connect, waits, slept.append)
    return slept


def states(outbox: Outbox) -> dict[str, str]:
    kinds = ("waiting", "handing", "sent", "refused", "replaced")
    return {one.key: kind for kind in kinds for one in outbox.of(kind, CHANNEL)}  # type: ignore[arg-type]


def test_each_message_goes_once_however_often_it_is_put_in(opened) -> None:  # type: ignore[no-untyped-def]
    service = Service()
    for _ in range(3):
        with opened() as outbox:
            new = [outbox.put(draft) for draft in drafts("A", "B")]
            send(outbox, service)
    assert new == [False, False]
    assert service.got == {"A/W46": 1, "B/W46": 1}
    assert service.connections == 1


def test_what_is_busy_is_tried_again_after_each_wait_and_then_waits(opened) -> None:  # type: ignore[no-untyped-def]
    service = Service()
    service.at = {"A": ["busy", "busy"], "B": ["busy"] * 9}
    with opened() as outbox:
        for draft in drafts("A", "B", "C"):
            outbox.put(draft)
        assert send(outbox, service) == [1, 2]
        assert states(outbox) == {"A/W46": "sent", "B/W46": "waiting", "C/W46": "sent"}
        (left,) = outbox.of("waiting", CHANNEL)
        assert (left.attempts, left.said) == (3, "450 busy")


def test_a_line_that_is_cut_is_opened_anew_for_the_others(opened) -> None:  # type: ignore[no-untyped-def]
    service = Service()
    service.at = {"B": ["cut"]}
    with opened() as outbox:
        for draft in drafts("A", "B", "C"):
            outbox.put(draft)
        send(outbox, service)
        assert set(states(outbox).values()) == {"sent"}
    assert max(service.got.values()) == 1


def test_a_service_that_cannot_be_reached_is_asked_once_in_each_round(opened) -> None:  # type: ignore[no-untyped-def]
    service = Service()
    service.at = {"connect": ["down"] * 9}
    with opened() as outbox:
        for draft in drafts("A", "B", "C"):
            outbox.put(draft)
        send(outbox, service)
        assert service.connections == 3
        assert {one.said for one in outbox.of("waiting", CHANNEL)} == {"down"}


def test_a_refusal_and_a_doubt_are_kept_and_others_go_on(opened) -> None:  # type: ignore[no-untyped-def]
    service = Service()
    service.at = {"A": ["refused"], "B": ["no answer"]}
    for _ in range(2):  # nor does a second call try them
        with opened() as outbox:
            for draft in drafts("A", "B", "C"):
                outbox.put(draft)
            send(outbox, service)
            assert states(outbox) == {"A/W46": "refused", "B/W46": "handing", "C/W46": "sent"}
    assert service.got == {"B/W46": 1, "C/W46": 1}
    with opened() as outbox:
        assert outbox.again("A", CHANNEL) == ["W46"]
        send(outbox, service)
        assert states(outbox)["A/W46"] == "sent"


@pytest.mark.parametrize("moment", ["killed before", "killed between", "killed after"])
@pytest.mark.parametrize("who", ["A", "B", "C"])
def test_killed_at_any_step_nobody_gets_two_and_whoever_got_none_is_named(  # type: ignore[no-untyped-def]
    opened, moment: str, who: str
) -> None:
    service = Service()
    service.at = {who: [moment]}
    with pytest.raises(Killed), opened() as outbox:
        for draft in drafts("A", "B", "C"):
            outbox.put(draft)
        send(outbox, service)
    with opened() as outbox:
        for draft in drafts("A", "B", "C"):
            assert not outbox.put(draft)
        send(outbox, service)
        found = states(outbox)
    assert max(service.got.values()) == 1
    for key, state in found.items():
        assert state == "sent" or (state == "handing" and key == f"{who}/W46")
    assert found[f"{who}/W46"] == ("sent" if moment == "killed before" else "handing")
    assert set(service.got) | {key for key, state in found.items() if state == "handing"} == set(
        found
    )


def test_a_newer_message_of_a_series_replaces_one_that_still_waits(opened) -> None:  # type: ignore[no-untyped-def]
    service = Service()
    with opened() as outbox:
        for draft in (*drafts("A", week=46), *drafts("A", week=47)):
            outbox.put(draft)
        send(outbox, service)
        assert states(outbox) == {"A/W46": "replaced", "A/W47": "sent"}
    assert service.got == {"A/W47": 1}


def dated(who: str, week: int, of: str = "") -> Draft:
    """A message about a week, of which there may be several."""
    (draft,) = drafts(who, week=week)
    ends = dt.date(2026, 11, 15) + dt.timedelta(weeks=week - 46)
    return replace(draft, key=f"{draft.key}{of}", ends=ends)


@pytest.mark.parametrize("is_sent", [True, False])
def test_an_earlier_page_neither_follows_a_later_one_nor_takes_its_place(  # type: ignore[no-untyped-def]
    opened, is_sent: bool
) -> None:
    """A clock set back over the end of a week chooses the week before; then it is set right."""
    service = Service()
    with opened() as outbox:
        assert outbox.put(dated("A", 46))
        if is_sent:
            send(outbox, service)
    with opened() as outbox:
        assert not outbox.would_take(dated("A", 45))
        assert not outbox.put(dated("A", 45))
        assert outbox.put(dated("B", 45))  # theirs is the newest
        outbox.withdraw(CHANNEL, {"A/W45", "B/W45"})
        send(outbox, service)
    with opened() as outbox:
        assert outbox.put(dated("A", 46)) is not is_sent
        send(outbox, service)
    assert service.got == {"A/W46": 1, "B/W45": 1}


def test_a_page_that_failed_while_it_waited_and_holds_again_is_sent_after_all(opened) -> None:  # type: ignore[no-untyped-def]
    service = Service()
    with opened() as outbox:
        outbox.put(dated("A", 46))
        outbox.put(dated("A", 46, "/stale"))
        assert states(outbox) == {"A/W46": "replaced", "A/W46/stale": "waiting"}
        assert outbox.put(dated("A", 46))
        send(outbox, service)
        assert not outbox.put(dated("A", 46))
    assert service.got == {"A/W46": 1}


def test_what_waits_for_somebody_who_is_to_have_it_no_more_is_withdrawn(opened) -> None:  # type: ignore[no-untyped-def]
    service = Service()
    service.at = {"A": ["busy"] * 3, "B": ["busy"] * 3}
    with opened() as outbox:
        for draft in drafts("A", "B"):
            outbox.put(draft)
        send(outbox, service)
        outbox.withdraw(CHANNEL, {"A/W46"})
        send(outbox, service)
        assert states(outbox) == {"A/W46": "sent", "B/W46": "replaced"}
        assert unsettled(outbox, CHANNEL, ("A",)) == []
    assert service.got == {"A/W46": 1}


def test_a_later_page_settles_what_was_refused_or_in_doubt_and_never_sends_it(opened) -> None:  # type: ignore[no-untyped-def]
    service = Service()
    service.at = {"A": ["refused"], "B": ["no answer"]}
    with opened() as outbox:
        for who in "AB":
            outbox.put(dated(who, 46))
        send(outbox, service)
        assert len(unsettled(outbox, CHANNEL, ("A", "B"))) == 2
        assert unsettled(outbox, CHANNEL, ()) == []  # they have left: nobody can set it right
        for who in "AB":
            outbox.put(dated(who, 46, "/stale"))  # of the same week: the doubt stays
        assert {one.key for one in outbox.of("handing", CHANNEL)} == {"B/W46"}
        for week in (47, 46):
            for who in "AB":
                outbox.put(dated(who, week))
        send(outbox, service)
        assert unsettled(outbox, CHANNEL, ("A", "B")) == []
    assert service.got == {"B/W46": 1, "A/W47": 1, "B/W47": 1}


def test_a_clock_that_was_set_back_is_told_once(tmp_path: Path) -> None:
    said = []
    for hours in (0, 24, 0, 1, 1 - 1 / 30):
        now = (NOW + dt.timedelta(hours=hours)).astimezone(dt.timezone(dt.timedelta(hours=8)))
        with open_outbox(tmp_path, now) as outbox:
            said.append([problem.en for problem in set_back(outbox, now)])
    assert [len(one) for one in said] == [0, 0, 1, 0, 0]  # nor are two minutes a jump
    assert "last sent at 2026-11-17 16:00, now it is 2026-11-16 16:00" in said[2][0]


def test_an_outbox_of_an_earlier_version_goes_on(tmp_path: Path) -> None:
    service = Service()
    with open_outbox(tmp_path, NOW) as outbox:
        outbox.put(drafts("A")[0])
        send(outbox, service)
    with closing(sqlite3.connect(tmp_path / "outbox.db")) as con, con:
        con.execute("alter table message drop column ends")
        con.execute("drop table call")
    with open_outbox(tmp_path, NOW) as outbox:
        assert not outbox.put(dated("A", 46))
        assert outbox.put(dated("A", 47))
        send(outbox, service)
    assert service.got == {"A/W46": 1, "A/W47": 1}


def test_the_clock_has_no_say_in_what_is_sent(tmp_path: Path) -> None:
    """Set back or forward, whoever waits is sent to and nobody twice."""
    service = Service()
    for years in (0, -20, 30):
        with open_outbox(tmp_path, NOW.replace(year=NOW.year + years)) as outbox:
            outbox.put(drafts("A")[0])
            send(outbox, service)
    assert service.got == {"A/W46": 1}


def test_two_senders_at_once_are_one_too_many(opened) -> None:  # type: ignore[no-untyped-def]
    with opened(), pytest.raises(UserError, match="another attain send"), opened():
        pass


def test_whoever_sends_waits_for_one_who_only_looks(tmp_path: Path) -> None:
    is_open, goes_on = threading.Event(), threading.Event()

    def looks() -> None:
        with open_outbox(tmp_path, NOW):
            is_open.set()
            goes_on.wait(10)

    looking = threading.Thread(target=looks)
    looking.start()
    assert is_open.wait(10)
    threading.Timer(0.2, goes_on.set).start()
    with open_outbox(tmp_path, NOW, patience=10) as outbox:
        assert goes_on.is_set()
        assert outbox.put(drafts("A")[0])
    looking.join()


def test_a_call_that_sends_keeps_others_from_sending_and_nobody_from_looking(
    tmp_path: Path,
) -> None:
    with one_sender(tmp_path):
        with pytest.raises(UserError, match="another attain send"), one_sender(tmp_path):
            pass
        with open_outbox(tmp_path, NOW) as outbox:
            assert outbox.of("waiting", CHANNEL) == []
    with one_sender(tmp_path):
        pass


def test_content_is_kept_only_until_it_is_sent(opened) -> None:  # type: ignore[no-untyped-def]
    with opened() as outbox:
        outbox.put(drafts("A")[0])
        assert outbox.of("waiting", CHANNEL)[0].content == b"x"
        send(outbox, Service())
        assert outbox.of("sent", CHANNEL)[0].content is None


def test_what_was_refused_goes_to_the_corrected_address(opened) -> None:  # type: ignore[no-untyped-def]
    service = Service()
    service.at = {"A": ["refused"]}
    (wrong,) = drafts("A")
    with opened() as outbox:
        outbox.put(wrong)
        send(outbox, service)
        outbox.again("A", CHANNEL)
        assert not outbox.put(replace(wrong, address="right@a.example"))
        assert [one.address for one in outbox.of("waiting", CHANNEL)] == ["right@a.example"]
        send(outbox, service)
        assert not outbox.put(replace(wrong, address="third@a.example"))
        assert [one.address for one in outbox.of("sent", CHANNEL)] == ["right@a.example"]
