"""Who sees what: roles, units by date, grants, deputies; whoever is left out has a sentence."""

from __future__ import annotations

import dataclasses
import datetime as dt
import random
from collections.abc import Mapping
from typing import Any

import pytest

from pipelines.delivery.access.organisation import Organisation, Person, Place
from pipelines.delivery.access.policy import SUBJECTS, AccessPolicy, load_access
from pipelines.delivery.access.readers import Readers, readers_on
from tests.support.laboratory import shipped
from tests.support.readers import BEGAN, DAY, may_see, organisation, page_of, sample

WEEK = dt.date(2026, 11, 15)


@pytest.fixture(scope="module")
def policy() -> AccessPolicy:
    return load_access(shipped()[0])


def with_(policy: AccessPolicy, **more: Any) -> AccessPolicy:
    return AccessPolicy.model_validate({**policy.model_dump(by_alias=True), **more})


def sees(readers: Readers, who: str, subject: Any, kind: str, of: str) -> bool:
    return who in readers.all and readers.all[who].sees(subject, page_of(kind, of), WEEK)


def test_a_representative_sees_their_own_pages_and_nobody_else_s(policy: AccessPolicy) -> None:
    readers = readers_on(sample(), policy, DAY)
    assert all(sees(readers, "A", subject, "employee", "A") for subject in SUBJECTS)
    for kind, of in (("employee", "B"), ("team", "T1"), ("region", "R1"), ("company", "C"),
                     ("function", "finance")):  # fmt: skip
        assert not any(sees(readers, "A", subject, kind, of) for subject in SUBJECTS)


def test_a_lead_sees_the_deals_of_the_team_but_nobody_s_commission(policy: AccessPolicy) -> None:
    readers = readers_on(sample(), policy, DAY)
    assert sees(readers, "L1", "deals", "employee", "A")
    assert sees(readers, "L1", "deals", "team", "T1")
    assert not sees(readers, "L1", "commission", "employee", "A")
    assert not sees(readers, "L1", "deals", "employee", "X")
    assert not sees(readers, "L1", "deals", "region", "R1")


def test_a_manager_sees_every_team_below(policy: AccessPolicy) -> None:
    readers = readers_on(sample(), policy, DAY)
    assert sees(readers, "M1", "results", "employee", "X")
    assert sees(readers, "M1", "results", "region", "R1")
    assert not sees(readers, "M1", "results", "employee", "Z")


def test_finance_sees_commission_of_everybody_and_no_appraisal(policy: AccessPolicy) -> None:
    readers = readers_on(sample(), policy, DAY)
    assert sees(readers, "F", "commission", "employee", "A")
    assert not sees(readers, "F", "appraisal", "employee", "A")
    assert sees(readers, "H", "appraisal", "employee", "A")
    assert not sees(readers, "H", "commission", "employee", "A")


def test_whoever_leads_a_unit_without_a_place_in_it_sees_it(policy: AccessPolicy) -> None:
    org = organisation(
        {"L": ("T1", "team_lead"), "Q": ("T2", "rep")},
        {"C": None, "T1": "C", "T2": "C"},
        leaders={"T2": "L"},
    )
    assert sees(readers_on(org, policy, DAY), "L", "deals", "employee", "Q")


def test_a_page_belongs_to_the_unit_its_person_was_in_on_its_last_day(policy: AccessPolicy) -> None:
    org = sample()
    moved = dataclasses.replace(
        org, places=(*org.places, Place("A", "T2", "rep", dt.date(2026, 11, 9)))
    )
    readers = readers_on(moved, policy, DAY)
    before = dt.date(2026, 11, 8)
    own = page_of("employee", "A")
    assert readers.all["L1"].sees("deals", own, before)
    assert not readers.all["L1"].sees("deals", own, WEEK)
    assert readers.all["L2"].sees("deals", own, WEEK)
    assert not readers.all["L2"].sees("deals", own, before)


def test_a_leaver_reads_nothing_from_the_day_on(policy: AccessPolicy) -> None:
    org = organisation(
        {"A": ("T", "rep")}, {"T": None}, A=Person("A", "A", "a@a.example", BEGAN, DAY)
    )
    assert readers_on(org, policy, DAY).all == {}
    assert set(readers_on(org, policy, DAY - dt.timedelta(days=1)).all) == {"A"}


def test_a_place_that_ended_gives_nothing(policy: AccessPolicy) -> None:
    org = dataclasses.replace(
        sample(), places=(Place("L1", "T1", "team_lead", BEGAN, DAY - dt.timedelta(days=1)),)
    )
    assert readers_on(org, policy, DAY).all == {}


def test_a_unit_that_stands_below_itself_ends_the_search(policy: AccessPolicy) -> None:
    org = organisation({"L": ("T1", "team_lead")}, {"T1": "T2", "T2": "T1"})
    assert sees(readers_on(org, policy, DAY), "L", "deals", "team", "T2")


def test_an_unknown_role_sees_nothing_and_is_named_and_others_go_on(policy: AccessPolicy) -> None:
    org = organisation({"A": ("T", "rep"), "Q": ("T", "team_laed")}, {"T": None})
    readers = readers_on(org, policy, DAY)
    assert set(readers.all) == {"A"}
    (problem,) = readers.problems
    assert problem.en == (
        "Q: policy/access.yaml has no role 'team_laed' (did you mean team_lead?); they see nothing "
        "until roles has a line for it."
    )
    assert "team_laed" in problem.zh


def test_a_grant_holds_for_its_days(policy: AccessPolicy) -> None:
    grant = {"person": "A", "see": {"deals": "company"}, "from": DAY, "to": DAY}
    more = with_(policy, grants=[grant])
    assert sees(readers_on(sample(), more, DAY), "A", "deals", "employee", "Z")
    for off in (-1, 1):
        day = DAY + dt.timedelta(days=off)
        assert not sees(readers_on(sample(), more, day), "A", "deals", "employee", "Z")


def test_a_grant_to_a_role_widens_and_never_narrows(policy: AccessPolicy) -> None:
    more = with_(
        policy, grants=[{"role": "team_lead", "see": {"commission": "unit", "deals": "own"}}]
    )
    readers = readers_on(sample(), more, DAY)
    assert sees(readers, "L1", "commission", "employee", "A")
    assert sees(readers, "L1", "deals", "employee", "A")


def test_a_deputy_sees_the_named_subjects_of_whom_they_stand_in_for(policy: AccessPolicy) -> None:
    more = with_(policy, deputies=[{"of": "L2", "by": "L1", "from": DAY, "to": DAY}])
    readers = readers_on(sample(), more, DAY)
    assert sees(readers, "L1", "deals", "employee", "X")
    assert not sees(readers, "L1", "commission", "employee", "L2")
    assert not sees(
        readers_on(sample(), more, DAY + dt.timedelta(days=1)), "L1", "deals", "team", "T2"
    )


def test_what_a_deputy_sees_for_others_is_not_lent_on(policy: AccessPolicy) -> None:
    chain = [{"of": "M1", "by": "L1"}, {"of": "L1", "by": "A"}]
    readers = readers_on(sample(), with_(policy, deputies=chain), DAY)
    assert sees(readers, "L1", "deals", "team", "T2")
    assert sees(readers, "A", "deals", "team", "T1")
    assert not sees(readers, "A", "deals", "team", "T2")


@pytest.mark.parametrize(
    "circle",
    [
        [("L1", "L2"), ("L2", "L1")],
        [("L1", "L2"), ("L2", "M1"), ("M1", "L1")],
    ],
)
def test_deputies_in_a_circle_are_named_and_none_holds(
    policy: AccessPolicy, circle: list[tuple[str, str]]
) -> None:
    more = with_(policy, deputies=[{"of": of, "by": by} for of, by in circle])
    readers = readers_on(sample(), more, DAY)
    assert [p.who for p in readers.problems] == [by for _, by in circle]
    assert all("none of them holds" in p.en and "成环" in p.zh for p in readers.problems)
    assert not sees(readers, "L2", "deals", "team", "T1")
    assert set(readers.all) == set(readers_on(sample(), policy, DAY).all)


def test_a_circle_through_somebody_who_has_left_is_none(policy: AccessPolicy) -> None:
    """What does not hold any more leads nowhere: the one deputyship that does hold goes on."""
    circle = [("L1", "L2"), ("L2", "M1"), ("M1", "L1")]
    more = with_(policy, deputies=[{"of": of, "by": by} for of, by in circle])
    gone = Person("M1", "M1", "m1@a.example", BEGAN, DAY)
    org = dataclasses.replace(sample(), people={**sample().people, "M1": gone})
    readers = readers_on(org, more, DAY)
    assert sees(readers, "L2", "deals", "team", "T1")
    assert not sees(readers, "L1", "deals", "team", "T2")
    assert [(p.who, "not in service" in p.en) for p in readers.problems] == [("M1", True)] * 2


def test_a_deputyship_that_is_over_or_has_not_begun_is_nothing(policy: AccessPolicy) -> None:
    day = dt.timedelta(days=1)
    for dates in ({"to": DAY - day}, {"from": DAY + day}):
        # nor does it close a circle with one that holds
        deputies = [{"of": "L2", "by": "L1", **dates}, {"of": "L1", "by": "L2"}]
        readers = readers_on(sample(), with_(policy, deputies=deputies), DAY)
        assert readers.problems == ()
        assert not sees(readers, "L1", "deals", "team", "T2")
        assert sees(readers, "L2", "deals", "team", "T1")


@pytest.mark.parametrize("gone", ["L1", "L2"])
def test_a_deputyship_of_somebody_who_has_left_does_not_hold_and_says_what_to_do(
    policy: AccessPolicy, gone: str
) -> None:
    left = Person(gone, gone, f"{gone}@a.example", BEGAN, DAY)
    org = dataclasses.replace(sample(), people={**sample().people, gone: left})
    readers = readers_on(org, with_(policy, deputies=[{"of": "L2", "by": "L1"}]), DAY)
    (problem,) = readers.problems
    assert problem.who == gone
    assert "policy/access.yaml" in problem.en and "policy/access.yaml" in problem.zh
    assert not sees(readers, "A", "deals", "team", "T2")
    if gone == "L2":
        assert not sees(readers, "L1", "deals", "team", "T2")


@pytest.mark.parametrize(
    "place",
    [None, Place("A", "T1", "rep", BEGAN, DAY - dt.timedelta(days=1)),
     Place("A", "T1", "rep", DAY + dt.timedelta(days=1))],
    ids=["none", "over", "to come"],
)  # fmt: skip
def test_whoever_works_here_without_a_place_is_named(
    policy: AccessPolicy, place: Place | None
) -> None:
    others = tuple(one for one in sample().places if one.person != "A")
    org = dataclasses.replace(sample(), places=(*others, *((place,) if place else ())))
    readers = readers_on(org, policy, DAY)
    assert set(readers.all) == set(sample().people) - {"A"}
    (problem,) = readers.problems
    assert problem.who == "A"
    assert "export of assignments" in problem.en and "任职导出" in problem.zh


def test_what_somebody_sees_is_known_to_end_with_the_first_that_ends(policy: AccessPolicy) -> None:
    def until(who: str, **more: Any) -> dt.date | None:
        org = dataclasses.replace(sample(), **more.pop("org", {}))
        return readers_on(org, with_(policy, **more), DAY).all[who].until

    later, last = (DAY + dt.timedelta(days=n) for n in (9, 3))
    assert until("L1") is None
    for to in (last, later):
        assert until("L1", grants=[{"role": "team_lead", "see": {"pay": "unit"}, "to": to}]) == to
        assert until("A", grants=[{"person": "A", "see": {"pay": "unit"}, "to": to}]) == to
        assert until("L1", deputies=[{"of": "L2", "by": "L1", "to": to}]) == to
    both = [{"of": "L2", "by": "L1", "to": later}, {"of": "M1", "by": "L1", "to": last}]
    assert until("L1", deputies=both) == last
    assert until("L2", deputies=both) is None
    begins = [{"person": "A", "see": {"pay": "unit"}, "from": later, "to": later}]
    assert until("A", grants=begins) is None  # more to see is no end
    gone = {**sample().people, "L2": Person("L2", "L2", None, BEGAN, later)}
    assert until("L1", org={"people": gone}, deputies=both[:1]) == later - dt.timedelta(days=1)
    moves = (*sample().places, Place("L1", "T2", "rep", later))
    assert until("L1", org={"places": moves}) == later - dt.timedelta(days=1)
    ends = (Place("L1", "T1", "team_lead", BEGAN, last),)
    assert until("L1", org={"places": ends}) == last


def test_whoever_has_no_lead_and_no_known_unit_reads_their_own(policy: AccessPolicy) -> None:
    org = organisation(
        {"A": ("T", "rep"), "B": ("LOST", "rep"), "L": ("LOST", "team_lead")},
        {"T": "NOWHERE"}, leaders={"T": "Q"},
    )  # fmt: skip
    readers = readers_on(org, policy, DAY)
    assert readers.problems == ()
    for who, other in (("A", "B"), ("B", "A"), ("L", "A")):
        assert sees(readers, who, "deals", "employee", who)
        assert not sees(readers, who, "deals", "employee", other)
        assert not sees(readers, who, "deals", "company", "company")


def test_two_with_one_address_are_each_told_whose_it_is_too(policy: AccessPolicy) -> None:
    people = {who: Person(who, who, "b@a.example", BEGAN) for who in "ABC"}
    org = organisation(dict.fromkeys("ABC", ("T", "rep")), {"T": None}, **people)
    said = {one.who: one.en for one in readers_on(org, policy, DAY).problems}
    assert "same mail address as B, C;" in said["A"]
    assert "same mail address as A, B;" in said["C"]


def test_somebody_nobody_knows_is_named(policy: AccessPolicy) -> None:
    more = with_(
        policy,
        grants=[{"person": "Q1", "see": {"deals": "own"}}],
        deputies=[{"of": "L1", "by": "Q2"}],
    )
    said = [problem.en for problem in readers_on(sample(), more, DAY).problems]
    assert len(said) == 2
    assert "names Q1 below grants" in said[0]
    assert "names Q2 below deputies" in said[1]


@pytest.mark.parametrize(
    ("addresses", "without"),
    [
        ({"A": None, "B": "b@a.example"}, {"A"}),
        ({"A": "nobody", "B": "b@a.example"}, {"A"}),
        ({"A": "b@a.example", "B": " B@A.example"}, {"A", "B"}),
        # no server takes these as one address: letters of Chinese, two in a cell, a name beside it
        ({"A": "王芳@a.example", "B": "b@a.example"}, {"A"}),
        ({"A": "a@公司.example", "B": "b@a.example"}, {"A"}),
        ({"A": "a@a.example\u200b", "B": "b@a.example"}, {"A"}),
        ({"A": "a@a.example; c@a.example", "B": "b@a.example"}, {"A"}),
        ({"A": "Wang <a@a.example>", "B": "b@a.example"}, {"A"}),
        ({"A": "a@b@a.example", "B": "b@a.example"}, {"A"}),
        ({"A": "a.@a.example", "B": "b@a..example"}, {"A", "B"}),
        ({"A": "a.b+c_d-1@mail.a-1.example", "B": "o'hara@intranet"}, set()),
    ],
)
def test_whoever_cannot_be_mailed_is_named_and_still_reads(
    policy: AccessPolicy, addresses: Mapping[str, str | None], without: set[str]
) -> None:
    people = {who: Person(who, who, mail, BEGAN) for who, mail in addresses.items()}
    org = organisation({"A": ("T", "rep"), "B": ("T", "rep")}, {"T": None}, **people)
    readers = readers_on(org, policy, DAY)
    assert set(readers.all) == {"A", "B"}
    assert readers.without_mail == without
    assert {problem.who for problem in readers.problems} == without


@pytest.mark.parametrize("seed", range(20))
def test_in_any_organisation_the_decision_is_that_of_climbing_up_from_the_page(
    policy: AccessPolicy, seed: int
) -> None:
    """Every reader, every page, every subject of organisations put together at random."""
    org = _any_organisation(random.Random(seed), policy)
    readers = readers_on(org, policy, DAY)
    pages = [page_of("employee", who) for who in org.people]
    pages += [page_of("region", unit) for unit in org.units]
    pages += [page_of("company", "C"), page_of("function", "finance")]
    asked = 0
    for who in org.people:
        for page in pages:
            for subject in SUBJECTS:
                for until in (dt.date(2025, 6, 1), WEEK):
                    expected = may_see(org, policy, who, subject, page, until)
                    found = who in readers.all and readers.all[who].sees(subject, page, until)
                    assert found == expected, (who, page.kind, page.id, subject, until)
                    asked += found
    assert asked > 50


def _any_organisation(dice: random.Random, policy: AccessPolicy) -> Organisation:
    units = {f"U{n}": None if n == 0 else f"U{dice.randrange(n)}" for n in range(8)}
    roles = sorted(policy.roles)
    people = {f"P{n}": (f"U{dice.randrange(8)}", dice.choice(roles)) for n in range(15)}
    leaders = {unit: f"P{dice.randrange(15)}" for unit in units if dice.random() < 0.3}
    org = organisation(people, units, leaders=leaders)
    moved = tuple(
        Place(f"P{n}", f"U{dice.randrange(8)}", dice.choice(roles),
              BEGAN + dt.timedelta(days=dice.randrange(1, 1000)))
        for n in range(0, 15, 2)
    )  # fmt: skip
    return dataclasses.replace(org, places=(*org.places, *moved))
