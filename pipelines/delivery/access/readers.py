"""Who reads what: the readers of a day and how far each sees each subject.

Belongs here: the one decision whether a reader sees a subject of somebody's page. Does not belong
here: which subjects a part of a page is about (`subjects.py`), and cutting a page (`cut.py`).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from pipelines.delivery.access.address import is_address
from pipelines.delivery.access.organisation import Organisation, Person, Place
from pipelines.delivery.access.policy import AccessPolicy, Deputy, Reach, Sees, Subject
from pipelines.delivery.access.problem import Problem
from pipelines.reporting.model.page import Reader as PageReader
from pipelines.reporting.model.values import Verbatim
from pipelines.workspace.yamlfile import did_you_mean

COMPANY = PageReader(kind="company", id="company", name=Verbatim(text=""))
"""Whose page it is, of what concerns the whole company and stands on none."""
_FAR: dict[Reach, int] = {"own": 1, "unit": 2, "company": 3}


@dataclass(frozen=True)
class View:
    """What one person sees of themselves, their units and the company, by subject."""

    person: str
    units: frozenset[str]
    reach: Mapping[Subject, Reach]

    def reaches(
        self, subject: Subject, owner: PageReader, until: dt.date, organisation: Organisation
    ) -> bool:
        """Whether a subject of a page lies within it; `until` is the last day of the page."""
        reach = self.reach.get(subject)
        if reach is None:
            return False
        if reach == "company":
            return True
        if owner.kind == "employee":
            if owner.id == self.person:
                return True
            return reach == "unit" and organisation.unit_on(owner.id, until) in self.units
        return reach == "unit" and owner.kind in ("region", "team") and owner.id in self.units


@dataclass(frozen=True)
class Reader:
    """Somebody who may see something: their own view, and those of whom they stand in for.

    `at` are the units they are assigned to or lead, without what is below these; `until` is the
    last day on which they surely see all of it, where an end is known.
    """

    person: Person
    role: str
    own: View
    deputed: tuple[View, ...]
    organisation: Organisation
    at: frozenset[str] = frozenset()
    until: dt.date | None = None

    @property
    def id(self) -> str:
        return self.person.id

    @property
    def views(self) -> tuple[View, ...]:
        """What they see themselves, then what they see for each they stand in for."""
        return (self.own, *self.deputed)

    def sees(self, subject: Subject, owner: PageReader, until: dt.date) -> bool:
        """Whether the reader may see a subject of a page of somebody, a unit or the company."""
        return any(view.reaches(subject, owner, until, self.organisation) for view in self.views)


@dataclass(frozen=True)
class Readers:
    """All readers of a day by their ids, and a sentence for each who has nothing or no mail."""

    day: dt.date
    all: dict[str, Reader]
    problems: tuple[Problem, ...]
    without_mail: frozenset[str]


def readers_on(organisation: Organisation, policy: AccessPolicy, day: dt.date) -> Readers:
    """Everybody who works here on a day and whom policy shows anything."""
    places = {
        person.id: place
        for person in organisation.people.values()
        if person.is_in_service(day) and (place := organisation.place(person.id, day))
    }
    views = {who: _view(organisation, policy, place, day) for who, place in places.items()}
    deputies, problems = _deputies(organisation, policy, views, day)
    problems += _without_place(organisation, places, day)
    problems += _unknown_roles(policy, places, views)
    problems += _unknown_people(organisation, policy)
    found = {}
    for who, view in sorted(views.items()):
        deputed = tuple(_lent(views[one.of], one) for one in deputies if one.by == who)
        if view.reach or deputed:
            person = organisation.people[who]
            at = frozenset({places[who].unit, *organisation.led_by(who)})
            until = _until(organisation, policy, places[who], day, deputies)
            found[who] = Reader(person, places[who].role, view, deputed, organisation, at, until)
    without_mail, of_mail = _addresses(found.values())
    return Readers(day, found, (*problems, *of_mail), without_mail)


def _view(organisation: Organisation, policy: AccessPolicy, place: Place, day: dt.date) -> View:
    stated = [policy.roles.get(place.role, {})]
    stated += [
        grant.see
        for grant in policy.grants
        if grant.holds_on(day) and (grant.role == place.role or grant.person == place.person)
    ]
    units = organisation.below({place.unit, *organisation.led_by(place.person)})
    return View(place.person, units, _furthest(stated))


def _until(
    organisation: Organisation,
    policy: AccessPolicy,
    place: Place,
    day: dt.date,
    deputies: Iterable[Deputy],
) -> dt.date | None:
    """The first end of what somebody sees by: place, service, grants, those they stand in for."""
    who = place.person
    ends = [organisation.place_until(who, day)]
    ends += [
        grant.last
        for grant in policy.grants
        if grant.holds_on(day) and (grant.role == place.role or grant.person == who)
    ]
    for one in deputies:
        if one.by == who:
            ends += [one.last, organisation.place_until(one.of, day)]
    return min((end for end in ends if end is not None), default=None)


def _furthest(stated: Iterable[Sees]) -> Sees:
    found: Sees = {}
    for sees in stated:
        for subject, reach in sees.items():
            if subject not in found or _FAR[reach] > _FAR[found[subject]]:
                found[subject] = reach
    return found


def _lent(view: View, deputy: Deputy) -> View:
    """What somebody sees of the subjects named; what they see for others is not lent on."""
    reach = {subject: far for subject, far in view.reach.items() if subject in deputy.subjects}
    return View(view.person, view.units, reach)


def _deputies(
    organisation: Organisation, policy: AccessPolicy, views: Mapping[str, View], day: dt.date
) -> tuple[list[Deputy], list[Problem]]:
    """The deputies of a day. Whoever would stand in for themselves through others does not."""
    holding = [one for one in policy.deputies if one.holds_on(day)]
    present = [one for one in holding if one.of in views and one.by in views]
    problems, kept = [], []
    for one in holding:
        if _leads_back(one, present):
            problems.append(Problem(
                one.by,
                f"{one.by} 代理 {one.of}，而 {one.by} 又直接或经他人由 {one.of} 代理："
                "代理成环，均不生效；请在 policy/access.yaml 的 deputies 中删去其一。",
                f"{one.by} stands in for {one.of}, who leads back to {one.by} through other "
                "deputies: none of them holds; take one out of deputies in policy/access.yaml.",
            ))  # fmt: skip
        elif one in present:
            kept.append(one)
        else:
            gone = one.of if one.of not in views else one.by
            if gone in organisation.people:  # an unknown id has a sentence of its own
                problems.append(Problem(
                    gone,
                    f"{one.by} 代理 {one.of}：{gone} 当日不在职或无任职，代理不生效；"
                    "请在 policy/access.yaml 中另指定代理人或写明止日 to。",
                    f"{one.by} stands in for {one.of}: {gone} is not in service or has no place "
                    "that day, so it does not hold; name somebody else in policy/access.yaml, or "
                    "its last day (to).",
                ))  # fmt: skip
    return kept, problems


def _leads_back(start: Deputy, holding: Iterable[Deputy]) -> bool:
    """Whether whoever stands in is stood in for, step by step, by whom they stand in for."""
    steps: dict[str, set[str]] = {}
    for one in holding:
        steps.setdefault(one.of, set()).add(one.by)
    seen: set[str] = set()
    waiting = [start.by]
    while waiting:
        here = waiting.pop()
        if here == start.of:
            return True
        if here not in seen:
            seen.add(here)
            waiting += steps.get(here, ())
    return False


def _without_place(
    organisation: Organisation, places: Mapping[str, Place], day: dt.date
) -> list[Problem]:
    """Whoever works here and stands in no unit: without a role nobody knows what they may see."""
    return [
        Problem(
            person.id,
            f"{person.id} 当日在职，但任职表中没有当日的部门与角色，看不到任何内容；"
            "请补全任职导出。",
            f"{person.id} is in service and has no unit and role that day, so they see nothing; "
            "add the row to the export of assignments.",
        )
        for _, person in sorted(organisation.people.items())
        if person.is_in_service(day) and person.id not in places
    ]


def _unknown_roles(
    policy: AccessPolicy, places: Mapping[str, Place], views: Mapping[str, View]
) -> list[Problem]:
    problems = []
    for who, place in sorted(places.items()):
        if place.role not in policy.roles and not views[who].reach:
            near = did_you_mean(place.role, policy.roles)
            problems.append(Problem(
                who,
                f"{who}：policy/access.yaml 中没有角色 {place.role}，此人看不到任何内容；"
                "请在 roles 中补上该角色。",
                f"{who}: policy/access.yaml has no role {place.role!r}{near}; they see nothing "
                "until roles has a line for it.",
            ))  # fmt: skip
    return problems


def _unknown_people(organisation: Organisation, policy: AccessPolicy) -> list[Problem]:
    named = [(grant.person, "grants") for grant in policy.grants if grant.person]
    named += [(who, "deputies") for one in policy.deputies for who in (one.of, one.by)]
    return [
        Problem(
            who,
            f"policy/access.yaml 的 {key} 提到 {who}，组织中没有此人。",
            f"policy/access.yaml names {who} below {key}, and the organisation has nobody of that "
            f"id{did_you_mean(who, organisation.people)}.",
        )
        for who, key in dict.fromkeys(named)
        if who not in organisation.people
    ]


def _addresses(readers: Iterable[Reader]) -> tuple[frozenset[str], list[Problem]]:
    """Who cannot be mailed: without an address, or with one that is another reader's too."""
    readers = list(readers)
    same: dict[str, list[str]] = {}
    for reader in readers:
        same.setdefault(_address(reader.person), []).append(reader.id)
    without: set[str] = set()
    problems = []
    for reader in readers:
        address = _address(reader.person)
        if not is_address(address):
            without.add(reader.id)
            problems.append(Problem(
                reader.id,
                f"{reader.id} 没有可用的邮箱地址，不发送邮件；请在员工导出中补上。",
                f"{reader.id} has no mail address that could be used; nothing is mailed to them "
                "until the export of employees has one.",
            ))  # fmt: skip
        elif len(same[address]) > 1:
            without.add(reader.id)
            problems.append(Problem(
                reader.id,
                f"{reader.id} 的邮箱与 {_others(same[address], reader.id, '、')} 相同，"
                "不发送邮件，以免互相看到对方的报告；请在员工导出中各填各的邮箱。",
                f"{reader.id} has the same mail address as "
                f"{_others(same[address], reader.id, ', ')}; nothing is mailed there, since each "
                "would read the other's page: give each their own in the export of employees.",
            ))  # fmt: skip
    return frozenset(without), problems


def _address(person: Person) -> str:
    return (person.email or "").strip().lower()


def _others(readers: Iterable[str], one: str, between: str) -> str:
    return between.join(other for other in readers if other != one)
