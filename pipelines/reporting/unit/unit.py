"""The units that have a page: who is in them, and what they are made of.

Belongs here: which regions and teams somebody sells in, and their people. Does not belong here:
what is shown of them.
"""

from __future__ import annotations

from dataclasses import dataclass

from pipelines.reporting.model.context import Context
from pipelines.reporting.model.page import Crumb
from pipelines.reporting.model.scope import Scope
from pipelines.reporting.model.shows import shows
from pipelines.reporting.shared.paths import above


@dataclass(frozen=True)
class Unit:
    """One region or team with its people of today.

    `people` are all who are in service there, `sellers` those of them who sell, `teams` the teams
    of a region in which somebody sells.
    """

    scope: Scope
    people: frozenset[str]
    sellers: tuple[str, ...]
    teams: tuple[str, ...]
    above: tuple[Crumb, ...]

    @property
    def part_kind(self) -> str:
        """What it is broken down into: a region into teams, a team into people."""
        return "team" if self.teams else "employee"

    @property
    def parts(self) -> frozenset[str]:
        return frozenset(self.teams or self.sellers)


@shows(queries=("rep_readers",))
def units(context: Context, kind: str) -> list[Unit]:
    """The regions or teams in which somebody sells, by their ids."""
    sells = {reader.employee_id for reader in context.rows("rep_readers")}
    found = []
    for unit_id, unit in sorted(context.units.items()):
        if unit.kind != kind:
            continue
        people = [
            person
            for person in context.people.values()
            if person.is_active and getattr(person, f"{kind}_id") == unit_id
        ]
        sellers = sorted(p.employee_id for p in people if p.employee_id in sells)
        if not sellers:
            continue
        is_region = kind == "region"
        teams = sorted({p.team_id for p in people if p.employee_id in sells and p.team_id})
        found.append(
            Unit(
                scope=Scope("region" if is_region else "team", unit_id, context.unit(unit_id)),
                people=frozenset(person.employee_id for person in people),
                sellers=tuple(sellers),
                teams=tuple(teams) if is_region else (),
                above=above(context, None if is_region else unit.region_id),
            )
        )
    return found
