"""A small organisation, and who may see what by another way: up from a page, not down to it.

`may_see` is written apart from what it judges: it climbs from the page's person to each unit above.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

from pipelines.delivery.access.organisation import Organisation, Person, Place, Unit
from pipelines.delivery.access.policy import AccessPolicy
from pipelines.reporting.model.page import Reader as PageReader
from pipelines.reporting.model.values import Verbatim

DAY = dt.date(2026, 11, 16)
BEGAN = dt.date(2024, 1, 1)


def organisation(
    people: dict[str, tuple[str, str]], units: dict[str, str | None], **more: Any
) -> Organisation:
    """People as `id: (unit, role)` and units as `id: the one above`.

    Keyword arguments replace a person, or are `leaders` by unit.
    """
    leaders = more.pop("leaders", {})
    found = {who: Person(who, who, f"{who}@a.example", BEGAN) for who in people} | more
    places = tuple(Place(who, unit, role, BEGAN) for who, (unit, role) in people.items())
    return Organisation(
        found, {u: Unit(u, u, up, leaders.get(u)) for u, up in units.items()}, places
    )


def sample() -> Organisation:
    """A company of two regions: R1 with the teams T1 and T2, R2 with T3."""
    return organisation(
        {
            "D": ("C", "director"), "M1": ("R1", "region_manager"), "L1": ("T1", "team_lead"),
            "L2": ("T2", "team_lead"), "A": ("T1", "rep"), "B": ("T1", "rep"), "X": ("T2", "rep"),
            "Z": ("T3", "rep"), "F": ("FIN", "finance"), "H": ("HR", "hr"),
        },
        {
            "C": None, "R1": "C", "R2": "C", "T1": "R1", "T2": "R1", "T3": "R2", "FIN": "C",
            "HR": "C",
        },
    )  # fmt: skip


def page_of(kind: str, who: str) -> PageReader:
    return PageReader.model_validate({"kind": kind, "id": who, "name": Verbatim(text=who)})


def may_see(
    org: Organisation,
    policy: AccessPolicy,
    who: str,
    subject: Any,
    owner: PageReader,
    until: dt.date,
) -> bool:
    """Whether somebody may see a subject of a page, without deputies and grants."""
    standing = _last(org, who, DAY)
    if standing is None:
        return False
    reach = policy.roles.get(standing.role, {}).get(subject)
    if reach == "company":
        return True
    if reach is None or (owner.kind == "employee" and owner.id == who):
        return reach is not None
    if reach == "own" or owner.kind in ("company", "function"):
        return False
    unit: str | None = owner.id
    if owner.kind == "employee":
        place = _last(org, owner.id, until) or _first(org, owner.id)
        unit = place.unit if place else None
    above = []
    while unit in org.units and unit not in above:
        above.append(unit)
        unit = org.units[unit].parent
    return any(one == standing.unit or org.units[one].leader == who for one in above)


def _last(org: Organisation, who: str, day: dt.date) -> Place | None:
    begun = [place for place in org.places if place.person == who and place.since <= day]
    return max(begun, key=lambda place: place.since) if begun else None


def _first(org: Organisation, who: str) -> Place | None:
    return min((p for p in org.places if p.person == who), key=lambda p: p.since, default=None)
