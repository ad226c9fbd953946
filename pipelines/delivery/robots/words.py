"""What a robot says of a page, within what its vendor takes.

Belongs here: lines, their order, and where they are cut. Does not belong here: a vendor's format
(`vendors.py`).

No vendor's markdown has a way to write its own signs as text: what comes from exports is written
with full-width signs instead, so that no name of a customer calls everybody or forges a link.
"""

from __future__ import annotations

from dataclasses import dataclass

from pipelines.delivery.mail.message import Letter, subject
from pipelines.reporting.model.values import Day, Moment, message
from pipelines.reporting.publish.render import Words, words

_SIGNS = str.maketrans("<>[]@`*_#|~\\", "＜＞［］＠＇＊＿＃｜～＼")


@dataclass(frozen=True)
class Said:
    """A message before any vendor's format: plain texts without signs of markdown."""

    title: str
    lead: str
    tiles: tuple[tuple[str, str], ...]
    link: str
    open: str
    more: str


def said(of: Letter) -> Said:
    """Title, lead and six tiles of a page; an old page says why it is one."""
    speech = words(of.language, of.page.currency, of.page.as_of.year)
    lead = " ".join(speech.text(sentence) for sentence in of.page.lead)
    if of.chosen.stale is not None:
        at, as_of = Moment(at=of.chosen.stale.at), Day(date=of.page.as_of)
        lead = f"{speech.text(message('stale.why', at=at, as_of=as_of))} {lead}"
    return Said(
        title=plain(subject(of, speech)),
        lead=plain(lead),
        tiles=tuple(_tile(of, speech)),
        link=of.link,
        open=speech.plain("robot.open"),
        more=speech.plain("robot.more"),
    )


def _tile(of: Letter, speech: Words) -> list[tuple[str, str]]:
    found = []
    for tile in of.page.tiles[:6]:
        label = speech.text(message("robot.tile", label=tile.label, scope=tile.scope))
        if tile.value is None:
            found.append((plain(label), speech.plain("tile.no_data")))
            continue
        value = speech.text(tile.value)
        if tile.comparisons:
            first = tile.comparisons[0]
            word = f" {speech.text(first.word)}" if first.word is not None else ""
            value += f" · {speech.text(first.label)} {speech.text(first.shown)}{word}"
        found.append((plain(label), plain(value)))
    return found


def plain(text: str) -> str:
    """A text on one line without anything that a vendor's markdown would act upon."""
    return " ".join(text.translate(_SIGNS).split())


def markdown(of: Said, most: int, bold: str = "**") -> str:
    """Markdown of at most so many bytes: tiles give way first, then the end of the lead."""
    head = f"### {of.title}\n{of.lead}"
    tiles = [f"- {label} {bold}{value}{bold}" for label, value in of.tiles]
    foot = f"[{of.open}]({of.link})" if of.link else ""
    for kept in range(len(tiles), -1, -1):
        lines = [head, *tiles[:kept]]
        if kept < len(tiles):
            lines.append(of.more)
        text = "\n".join([*lines, *([foot] if foot else [])])
        if len(text.encode()) <= most:
            return text
    room = most - len(f"\n{foot}…".encode())
    return f"{head.encode()[:room].decode(errors='ignore')}…\n{foot}"
