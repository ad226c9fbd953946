"""Grades beside their guide, unit by unit and leader by leader.

Belongs here: who is counted together, and how far each of these is from the guide. Does not belong
here: a scheme's grades as a whole (`grades.py`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import groupby

from pipelines.reporting.appraisal.grades import Spread, bands_of, scheme_name, spread_of
from pipelines.reporting.model.book import Cell
from pipelines.reporting.model.context import Context
from pipelines.reporting.model.page import Column, Row, Section, Table
from pipelines.reporting.model.queries import Record
from pipelines.reporting.model.shows import shows
from pipelines.reporting.model.values import (
    Count,
    Message,
    Points,
    Ratio,
    Shown,
    Text,
    message,
    verbatim,
)

_FEW = 5  # people, where a scheme without a distribution does not say which units are too small
Schemes = Sequence[tuple[Record, list[Record]]]


@dataclass(frozen=True)
class Group:
    """The people of one scheme who are counted together, beside what the guide gives them."""

    scheme: Record
    name: Text
    spread: Spread
    guide: dict[str, Decimal]

    @property
    def is_small(self) -> bool:
        """Whether one person more or less says nothing of how they were graded."""
        return self.spread.people < (self.scheme.small_unit or _FEW)

    @property
    def furthest(self) -> tuple[str, Decimal] | None:
        """The grade that is furthest from its guide, and by how much of all people."""
        if self.is_small or not self.guide:
            return None
        apart = {name: self.spread.share(name) - share for name, share in self.guide.items()}
        grade = max(apart, key=lambda name: abs(apart[name]))
        return grade, apart[grade]


@shows(queries=("appraisal_grades",))
def units_section(context: Context, shown: Schemes) -> Section:
    """How each unit's people were graded: teams where the guide is one of teams, else regions."""
    groups = _by_unit(context, shown)
    words = (message("units.topic"), message("units.what"))
    return _section(context, "units", "unit", words, groups, shown)


@shows(queries=("appraisal_grades",))
def leaders_section(context: Context, shown: Schemes) -> Section:
    """How the people of each leader were graded, whom the forms ask for their scores."""
    groups = _by_leader(context, shown)
    words = (message("leaders.topic"), message("leaders.what"))
    return _section(context, "leaders", "rater", words, groups, shown)


@shows(queries=("appraisal_grades",))
def spread_rows(context: Context, shown: Schemes) -> Iterator[list[Cell]]:
    """Both as rows of a workbook, one for each grade."""
    for kind, groups in (("unit", _by_unit(context, shown)), ("rater", _by_leader(context, shown))):
        for group in groups:
            for band in bands_of(context, group.scheme):
                yield [
                    message(f"column.{kind}"),
                    group.name,  # type: ignore[list-item]
                    scheme_name(group.scheme),
                    group.scheme.period,
                    band.grade,
                    group.spread.graded[band.grade],
                    group.spread.people,
                    group.spread.share(band.grade),
                    group.guide.get(band.grade),
                ]


def _by_unit(context: Context, shown: Schemes) -> list[Group]:
    def unit(scheme: Record, row: Record) -> str:
        of = row.team_id if scheme.distribution_per == "team" else row.region_id
        return of or row.unit_id or ""  # a department stands beside regions

    return _groups(context, shown, unit, lambda of: context.unit(of or None))


def _by_leader(context: Context, shown: Schemes) -> list[Group]:
    def name(leader: str) -> Text:
        return context.person(leader) if leader else message("raters.nobody")

    return _groups(context, shown, lambda _, row: row.manager_id or "", name)


def _groups(
    context: Context,
    shown: Schemes,
    key: Callable[[Record, Record], str],
    name: Callable[[str], Text],
) -> list[Group]:
    """People of each scheme by what `key` says of them; whom it says nothing of come last."""
    found = []
    for scheme, rows in shown:
        guide = {
            band.grade: band.guide_share / 100
            for band in bands_of(context, scheme)
            if band.guide_share is not None
        }
        people: dict[str, list[Record]] = {}
        for row in rows:
            people.setdefault(key(scheme, row), []).append(row)
        found += [
            Group(scheme, name(of), spread_of(people[of]), guide)
            for of in sorted(people, key=lambda of: (not of, of))
        ]
    return found


def _section(
    context: Context,
    section_id: str,
    column: str,
    words: tuple[Message, Message],
    groups: list[Group],
    shown: Schemes,
) -> Section:
    """`words` are the topic, and who is counted together."""
    topic, what = words
    grades = list(
        dict.fromkeys(band.grade for scheme, _ in shown for band in bands_of(context, scheme))
    )
    everybody = spread_of([row for _, rows in shown for row in rows])
    return Section(
        id=section_id,
        topic=topic,
        message=_headline(groups),
        what=(what, message("spread.what")),
        table=Table(
            columns=(
                Column(id=column, label=message(f"column.{column}"), type="text"),
                Column(id="scheme", label=message("column.scheme"), type="text"),
                Column(id="people", label=message("column.people"), type="count"),
                *(
                    Column(id=f"grade_{number}", label=verbatim(grade), type="text")
                    for number, grade in enumerate(grades, 1)
                ),
                Column(id="people_held", label=message("column.people_held"), type="count"),
                Column(id="off_guide", label=message("column.off_guide"), type="text"),
            ),
            rows=(
                *_rows(groups, grades),
                Row(
                    cells=(message("row.total"), None, *_counts(everybody, grades, True), None),
                    role="total",
                ),
            ),
        ),
        table_open=True,
    )


def _rows(groups: Sequence[Group], grades: Sequence[str]) -> Iterator[Row]:
    """The guide of each scheme that has one, then its groups; few people have no shares."""
    for _, of in groupby(groups, key=lambda group: group.scheme.scheme_id):
        found = list(of)
        name, guide = scheme_name(found[0].scheme), found[0].guide
        if guide:
            shares = (
                message("value.plain", value=Ratio(value=guide[grade])) if grade in guide else None
                for grade in grades
            )
            yield Row(cells=(message("column.guide_share"), name, None, *shares, None, None))
        for group in found:
            counts = _counts(group.spread, grades, bool(guide) and not group.is_small)
            yield Row(cells=(group.name, name, *counts, _off(group)))


def _counts(spread: Spread, grades: Iterable[str], has_shares: bool) -> Iterator[Shown | None]:
    """People, those of each grade, and those who have none yet."""
    yield Count(value=spread.people)
    for grade in grades:
        n = Count(value=spread.graded[grade])
        if has_shares and n.value:  # nobody is no share
            yield message("spread.cell", n=n, share=Ratio(value=spread.share(grade)))
        else:
            yield message("value.plain", value=n)
    yield Count(value=spread.held)


def _off(group: Group) -> Message | None:
    if not group.guide:
        return None
    if group.furthest is None:
        return message("spread.few")
    grade, apart = group.furthest
    return message("spread.off", grade=verbatim(grade), difference=Points(value=apart))


def _headline(groups: Sequence[Group]) -> Message:
    """The group furthest from its guide, of those that are large enough to say so."""
    compared = [(group, group.furthest) for group in groups if group.furthest is not None]
    if not compared:
        return message("spread.none")
    group, (grade, apart) = max(compared, key=lambda pair: abs(pair[1][1]))
    return message(
        "spread.furthest",
        group=group.name,
        scheme=scheme_name(group.scheme),
        grade=verbatim(grade),
        difference=Points(value=apart),
    )
