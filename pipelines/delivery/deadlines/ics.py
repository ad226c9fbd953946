"""Deadlines as entries of a calendar (RFC 5545), which programs for mail offer to keep."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Iterable

from icalendar import Calendar, Event

from pipelines import __version__
from pipelines.delivery.deadlines.read import Deadline
from pipelines.reporting.model.values import Verbatim, message
from pipelines.reporting.publish.render import Words


def calendar(
    deadlines: Iterable[Deadline], speech: Words, domain: str, now: dt.datetime, link: str = ""
) -> bytes:
    """An entry of a whole day for each.

    The same deadline has the same id in every mail: a calendar keeps it once, and on another day
    when that has changed.

    Args:
        domain: ids end with it.
        now: an aware moment, from which a later entry is told from an earlier one.
        link: where the page is read.
    """
    made = Calendar()
    made.add("prodid", f"-//attain//attain {__version__}//EN")
    made.add("version", "2.0")
    made.add("method", "PUBLISH")
    for one in deadlines:
        entry = Event()
        named = f"{one.kind}/{one.key}/{one.person or ''}"
        entry.add("uid", f"{hashlib.sha256(named.encode()).hexdigest()[:32]}@{domain}")
        entry.add("dtstamp", now.astimezone(dt.UTC).replace(microsecond=0))
        entry.add("dtstart", one.day)
        entry.add("dtend", one.day + dt.timedelta(days=1))
        entry.add("summary", _said(one, speech))
        if link:
            entry.add("url", link)
        entry.add("transp", "TRANSPARENT")  # a deadline takes nobody's day
        made.add_component(entry)
    return bytes(made.to_ical())


def _said(one: Deadline, speech: Words) -> str:
    period = Verbatim(text=one.period)
    key = Verbatim(text=one.key)
    said = {
        "close": message("deadline.close", period=period),
        "dispute": message("deadline.dispute", period=period, key=key),
        "approval": message("deadline.approval", period=period, key=key),
        "answer": message("deadline.answer", period=period, key=key),
        "appeal": message("deadline.appeal", period=period),
    }[one.kind]
    return speech.text(said)
