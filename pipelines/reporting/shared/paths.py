"""Where the page of a unit or a person stands, and the pages above it.

Belongs here: places of pages by whose they are. Does not belong here: whether they are published;
the publisher draws no link to a page that is not there.
"""

from __future__ import annotations

from pipelines.reporting.model.context import Context
from pipelines.reporting.model.page import Crumb, Place
from pipelines.reporting.model.values import Period

_REPORT_OF = {
    "company": "director_weekly",
    "region": "region_weekly",
    "team": "team_weekly",
    "employee": "rep_weekly",
}


def unit_place(
    context: Context, scope_kind: str, scope_id: str | None, week: Period | None = None
) -> Place | None:
    """The page of the company, a region, a team or a person; this week's if none is given."""
    if scope_id is None:
        return None
    period = (week or context.week).key
    return Place(report=_REPORT_OF[scope_kind], reader_id=scope_id, period=period)


def above(
    context: Context, region_id: str | None, team_id: str | None = None, week: Period | None = None
) -> tuple[Crumb, ...]:
    """The pages above one of these units: the company's first."""
    steps = (("company", context.company_id), ("region", region_id), ("team", team_id))
    crumbs = []
    for kind, scope_id in steps:
        place = unit_place(context, kind, scope_id, week)
        if place is not None:
            label = context.company if kind == "company" else context.unit(scope_id)
            crumbs.append(Crumb(label=label, place=place))
    return tuple(crumbs)


def above_person(context: Context, employee_id: str, itself: bool = False) -> tuple[Crumb, ...]:
    """The pages above a person's; with `itself` also the person's week, above their documents."""
    person = context.people.get(employee_id)
    if person is None:
        return above(context, None)
    crumbs = above(context, person.region_id, person.team_id)
    place = unit_place(context, "employee", employee_id)
    if not itself or place is None:
        return crumbs
    return (*crumbs, Crumb(label=context.person(employee_id), place=place))
