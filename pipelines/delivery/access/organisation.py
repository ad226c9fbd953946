"""The people of a company, their places by date and its units, as the last run knew them.

Belongs here: reading them, and who stood where on a day. Does not belong here: what follows from it
(`readers.py`).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from pipelines.warehouse.duck import Warehouse

_QUERIES = Path(__file__).with_name("queries")


@dataclass(frozen=True)
class Person:
    """Somebody on the list of employees; `leaves` is the day from which they are gone."""

    id: str
    name: str
    email: str | None = None
    joins: dt.date | None = None
    leaves: dt.date | None = None

    def is_in_service(self, day: dt.date) -> bool:
        """Whether they work here on a day; whoever begins later does not yet."""
        return (self.joins or day) <= day and (self.leaves is None or self.leaves > day)


@dataclass(frozen=True)
class Unit:
    """A unit of the organisation, the one above it, and who leads it."""

    id: str
    name: str
    parent: str | None = None
    leader: str | None = None


@dataclass(frozen=True)
class Place:
    """Where somebody stands from a day on, in which role; `until` is the last day."""

    person: str
    unit: str
    role: str
    since: dt.date
    until: dt.date | None = None


@dataclass(frozen=True)
class Organisation:
    """People, units and places; a place ends where the next one of the same person begins."""

    people: dict[str, Person]
    units: dict[str, Unit]
    places: tuple[Place, ...]

    @cached_property
    def _places(self) -> dict[str, list[Place]]:
        found: dict[str, list[Place]] = {}
        for place in sorted(self.places, key=lambda place: (place.person, place.since)):
            found.setdefault(place.person, []).append(place)
        return found

    def place(self, person: str, day: dt.date) -> Place | None:
        """Where somebody stands on a day; None before the first, after the last and in between."""
        begun = [place for place in self._places.get(person, ()) if place.since <= day]
        if not begun or (begun[-1].until is not None and begun[-1].until < day):
            return None
        return begun[-1]

    def place_until(self, person: str, day: dt.date) -> dt.date | None:
        """The last day of the place somebody has on a day; None where no end is known."""
        day_before = dt.timedelta(days=1)
        places = self._places.get(person, ())
        ends = [place.since - day_before for place in places if place.since > day]
        here = self.place(person, day)
        if here is not None and here.until is not None:
            ends.append(here.until)
        leaves = self.people[person].leaves
        return min([*ends, *([leaves - day_before] if leaves else [])], default=None)

    def unit_on(self, person: str, day: dt.date) -> str | None:
        """The unit somebody's facts of a day belong to: before the first and after the last place
        the nearest one, as facts are counted."""
        places = self._places.get(person)
        if not places:
            return None
        begun = [place for place in places if place.since <= day]
        return (begun[-1] if begun else places[0]).unit

    def led_by(self, person: str) -> frozenset[str]:
        """The units that name somebody as their leader."""
        return frozenset(unit.id for unit in self.units.values() if unit.leader == person)

    def below(self, tops: Iterable[str]) -> frozenset[str]:
        """Units and everything below them; a circle of parents ends where it began."""
        found = {top for top in tops if top in self.units}
        waiting = list(found)
        while waiting:
            for unit in self._children.get(waiting.pop(), ()):
                if unit not in found:
                    found.add(unit)
                    waiting.append(unit)
        return frozenset(found)

    @cached_property
    def _children(self) -> dict[str, list[str]]:
        found: dict[str, list[str]] = {}
        for unit in self.units.values():
            if unit.parent is not None:
                found.setdefault(unit.parent, []).append(unit.id)
        return found


def read_organisation(warehouse: Warehouse) -> Organisation:
    """The organisation as the last run staged it."""
    people = [
        Person(row["employee_id"], row["name"] or row["employee_id"], row["email"] or None,
               row["hire_date"], row["leave_date"])
        for row in warehouse.rows(_text("people"))
    ]  # fmt: skip
    units = [
        Unit(row["unit_id"], row["name"] or row["unit_id"], row["parent_unit_id"], row["leader_id"])
        for row in warehouse.rows(_text("units"))
    ]
    places = [
        Place(row["employee_id"], row["unit_id"], row["role"], row["valid_from"], row["valid_to"])
        for row in warehouse.rows(_text("places"))
    ]
    return Organisation(
        {person.id: person for person in people}, {unit.id: unit for unit in units}, tuple(places)
    )


def _text(name: str) -> str:
    return (_QUERIES / f"{name}.sql").read_text(encoding="utf-8")
