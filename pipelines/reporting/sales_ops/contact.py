"""Whether new leads are answered in the time policy allows: by team, and by whoever owns them.

Belongs here: the section on first contacts and the facts its sentences use.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from pipelines.reporting.model.charts import RankedBars, RankedRow
from pipelines.reporting.model.context import Context
from pipelines.reporting.model.intervals import differ, wilson
from pipelines.reporting.model.page import Section
from pipelines.reporting.model.queries import Record
from pipelines.reporting.model.shows import shows
from pipelines.reporting.model.tables import count, empty, table
from pipelines.reporting.model.values import (
    Count,
    Hours,
    Interval,
    Judgement,
    Listing,
    Message,
    Ratio,
    Shown,
    message,
    quotient,
)

KPI = "first_contact_on_time_rate"


@dataclass(frozen=True)
class Answered:
    """Leads whose time to answer has run out: in time, later, never."""

    leads: int
    on_time: int
    late: int
    never: int

    @property
    def rate(self) -> Decimal:
        return quotient(self.on_time, self.leads)

    @property
    def interval(self) -> tuple[Decimal, Decimal]:
        return wilson(self.on_time, self.leads)

    def against(self, company: Answered) -> Judgement:
        """Good or bad only where the intervals lie apart."""
        if not differ(self.interval, company.interval):
            return "neutral"
        return "good" if self.rate > company.rate else "bad"


def answered(rows: Iterable[Record]) -> Answered | None:
    """The sum of some rows; nothing where no lead was due."""
    held = list(rows)
    leads = int(sum(row.leads for row in held))
    if not leads:
        return None
    return Answered(
        leads,
        int(sum(row.on_time for row in held)),
        int(sum(row.late for row in held)),
        int(sum(row.never for row in held)),
    )


def company_answers(context: Context) -> Answered | None:
    """The company's first contacts of thirteen weeks."""
    return answered(context.rows("first_contact"))


def worst_team(context: Context) -> str | None:
    """The team clearly below the company that left most leads waiting, if there is one."""
    company = company_answers(context)
    behind = [
        (own.late + own.never, team)
        for team, own in _by(context, "team_id").items()
        if company is not None and team is not None and own.against(company) == "bad"
    ]
    return max(behind)[1] if behind else None


@shows(queries=("first_contact",), kpis=(KPI,))
def contact_section(context: Context) -> Section:
    """First contacts of thirteen weeks, by team in the chart, by owner in the table."""
    topic = message("contact.topic")
    company = company_answers(context)
    reason = context.lacks("lead")
    if reason is not None or company is None:
        return empty(
            "contact", topic, message("contact.none"), reason,
            detail=message("no_data.nothing"), definitions=context.definition(KPI),
        )  # fmt: skip
    kpi = context.kpis.get(KPI)
    least = kpi.min_n if kpi else 5
    teams = sorted(
        _by(context, "team_id").items(),
        key=lambda t: (t[1].leads < least, -t[1].rate, t[0] or ""),
    )
    people = sorted(
        _by(context, "owner_id").items(),
        key=lambda p: (-(p[1].late + p[1].never), p[1].leads, p[0] or ""),
    )
    return Section(
        id="contact",
        topic=topic,
        message=_headline(context, company),
        what=(
            message(
                "contact.what",
                hours=Hours(value=_hours(context), decimals=0),
                span=message("scope.last_13_weeks_only"),
            ),
        ),
        chart=RankedBars(
            unit="ratio",
            rows=tuple(
                RankedRow(
                    label=context.unit(team),
                    value=own.rate,
                    low=own.interval[0],
                    high=own.interval[1],
                    n=own.leads,
                    small=own.leads < least,
                    judgement=own.against(company) if own.leads >= least else "neutral",
                )
                for team, own in teams
            ),
            reference=company.rate,
            reference_label=message("ranking.company", rate=Ratio(value=company.rate)),
        ),
        note=_notes(context, people, company, least),
        table=table(
            "lead_owner:text leads:count on_time:count late_contacts:count never:count "
            "on_time_rate:ratio interval:interval",
            [_cells(context, owner, own, least) for owner, own in people],
            judgements=[
                own.against(company) if own.leads >= least else "neutral" for _, own in people
            ],
        ),
        definitions=context.definition(KPI),
    )


def _by(context: Context, column: str) -> dict[str | None, Answered]:
    found: dict[str | None, Answered] = {}
    for key, rows in context.grouped("first_contact", column).items():
        own = answered(rows)
        if own is not None:
            found[key] = own
    return found


def _hours(context: Context) -> Decimal:
    return Decimal(context.rows("first_contact")[0].contact_within_hours)


def _headline(context: Context, company: Answered) -> Message:
    said: dict[str, Shown] = {
        "late": Count(value=company.late),
        "never": Count(value=company.never),
        "leads": Count(value=company.leads, unit="leads"),
        "rate": Ratio(value=company.rate, decimals=1),
    }
    if company.on_time == company.leads:
        return message("contact.all_on_time", leads=said["leads"])
    kpi = context.kpis.get(KPI)
    if kpi is None or kpi.target is None:
        return message("contact.headline", **said)
    name = "contact.missed" if company.rate < kpi.target else "contact.met"
    return message(name, target=Ratio(value=kpi.target), **said)


def _notes(
    context: Context, people: list[tuple[str | None, Answered]], company: Answered, least: int
) -> tuple[Message, ...]:
    notes = []
    behind = [owner for owner, own in people
              if own.leads >= least and own.against(company) == "bad"]  # fmt: skip
    if behind:
        names = Listing(items=tuple(context.person(owner) for owner in behind[:3]))
        notes.append(message("contact.behind", people=names))
    waiting = [(own.never, owner) for owner, own in people if own.never]
    if waiting:
        never, owner = max(waiting, key=lambda w: (w[0], w[1] or ""))
        notes.append(
            message(
                "contact.waiting",
                people=Count(value=len(waiting), unit="people"),
                name=context.person(owner),
                n=Count(value=never, unit="leads"),
            )
        )
    small = sum(own.leads < least for _, own in people)
    if small:
        notes.append(
            message(
                "contact.small",
                people=Count(value=small, unit="people"),
                n=Count(value=least),
            )
        )
    return tuple(notes)


def _cells(
    context: Context, owner: str | None, own: Answered, least: int
) -> tuple[Shown | None, ...]:
    enough = own.leads >= least
    return (
        context.person(owner),
        count(own.leads),
        count(own.on_time),
        count(own.late),
        count(own.never),
        Ratio(value=own.rate) if enough else None,
        Interval(low=own.interval[0], high=own.interval[1]) if enough else None,
    )
