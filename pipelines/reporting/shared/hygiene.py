"""How representatives keep the CRM: required fields, deals left alone, activities entered late.

Belongs here: the process-compliance section and the facts its sentences use. Does not belong here:
which deal needs a decision (`deals.py`).
"""

from __future__ import annotations

from collections.abc import Container
from dataclasses import dataclass
from decimal import Decimal

from pipelines.reporting.model.charts import RankedBars, RankedRow
from pipelines.reporting.model.context import Context
from pipelines.reporting.model.intervals import differ, wilson
from pipelines.reporting.model.page import Section
from pipelines.reporting.model.queries import Record
from pipelines.reporting.model.shows import shows
from pipelines.reporting.model.tables import count, empty, share, table
from pipelines.reporting.model.values import (
    Count,
    Days,
    Judgement,
    Listing,
    Message,
    Shown,
    message,
)
from pipelines.reporting.shared.paths import unit_place

_KPI = "opportunity_completeness"
# Fewer deals or activities than this make no rate: one of three is not a third.
LEAST_DEALS, _LEAST_ACTIVITIES = 5, 10
_BARS = 12


@dataclass(frozen=True)
class Hygiene:
    """The company's deals on a day looked at. `incomplete` and `flawed` are known of today only."""

    open_deals: int
    stale: int
    past_due: int
    incomplete: int
    flawed: int


def hygiene_of(
    context: Context, people: Container[str] | None = None
) -> tuple[Hygiene | None, Hygiene | None]:
    """The company, or some people, today and a week before; nothing where no deal was open."""
    rows = _rows(context, people)
    now = [row for row in rows if row.as_of_date == context.as_of]
    before = [row for row in rows if row.as_of_date < context.as_of]
    return _summed(now), _summed(before)


def _rows(context: Context, people: Container[str] | None) -> list[Record]:
    rows = context.rows("crm_hygiene")
    return [row for row in rows if people is None or row.employee_id in people]


def _summed(rows: list[Record]) -> Hygiene | None:
    if not sum(row.open_deals for row in rows):
        return None
    return Hygiene(
        open_deals=int(sum(row.open_deals for row in rows)),
        stale=int(sum(row.stale_deals for row in rows)),
        past_due=int(sum(row.past_due_deals for row in rows)),
        incomplete=int(sum(row.incomplete_deals or 0 for row in rows)),
        flawed=int(sum(row.flawed_deals or 0 for row in rows)),
    )


@shows(queries=("crm_hygiene",), kpis=(_KPI,))
def hygiene_section(context: Context, people: Container[str] | None = None) -> Section:
    """People by the number of deals in which something is to be set right.

    Args:
        people: those of a unit, held against the company; all where it is left out.
    """
    topic = message("hygiene.topic")
    now, before = hygiene_of(context, people)
    company = now if people is None else hygiene_of(context)[0]
    reason = context.lacks("opportunity")
    if reason is not None or now is None or company is None:
        return empty(
            "hygiene", topic, message("hygiene.no_deals"), reason,
            detail=message("no_data.nothing"), definitions=context.definition(_KPI),
        )  # fmt: skip
    rows = [row for row in _rows(context, people) if row.as_of_date == context.as_of]
    rows.sort(key=lambda r: (-(r.flawed_deals or 0), r.open_deals, r.employee_id))
    worst = [row for row in rows if row.flawed_deals][:_BARS]
    return Section(
        id="hygiene",
        topic=topic,
        message=_headline(context, now),
        what=_what(context),
        chart=RankedBars(
            unit="count",
            rows=tuple(
                RankedRow(
                    label=context.person(row.employee_id),
                    value=Decimal(row.flawed_deals),
                    n=row.open_deals,
                    judgement=verdict(row, company),
                )
                for row in worst
            ),
        )
        if worst
        else None,
        note=_notes(context, now, before, company, rows),
        table=table(
            "rep:text flawed:count open_deals:count flawed_share:ratio incomplete:count "
            "stale:count past_date:count completeness:ratio activities:count logged_late:ratio",
            [_cells(context, row) for row in rows],
            judgements=[verdict(row, company) for row in rows],
            to=[unit_place(context, "employee", row.employee_id) for row in rows],
        ),
        definitions=context.definition(_KPI),
    )


def _what(context: Context) -> tuple[Message, ...]:
    days = Days(value=Decimal(context.stale_after_days))
    said = [message("hygiene.what", days=days)]
    if "activity" in context.missing:
        said.append(message("hygiene.no_activities"))
    else:
        said.append(message("hygiene.logged"))
    return tuple(said)


def _headline(context: Context, now: Hygiene) -> Message:
    deals = Count(value=now.open_deals, unit="deals")
    if not now.flawed:
        return message("hygiene.clean", deals=deals)
    said: dict[str, Shown] = {
        "n": Count(value=now.flawed),
        "deals": deals,
        "incomplete": Count(value=now.incomplete),
        "past_due": Count(value=now.past_due),
    }
    if "activity" in context.missing:
        return message("hygiene.partly", **said)
    return message("hygiene.headline", stale=Count(value=now.stale), **said)


def _notes(
    context: Context,
    now: Hygiene,
    before: Hygiene | None,
    company: Hygiene,
    people: list[Record],
) -> tuple[Message, ...]:
    notes = []
    if before is not None and "activity" not in context.missing:
        notes.append(
            message(
                "hygiene.week_before",
                stale=Count(value=before.stale),
                past_due=Count(value=before.past_due),
                stale_now=Count(value=now.stale),
                past_due_now=Count(value=now.past_due),
            )
        )
    clearly = [row for row in people if verdict(row, company) == "bad"]
    if clearly:
        names = Listing(items=tuple(context.person(row.employee_id) for row in clearly[:3]))
        notes.append(message("hygiene.clearly", people=names))
    small = sum(0 < row.open_deals < LEAST_DEALS for row in people)
    if small:
        notes.append(
            message(
                "hygiene.small",
                people=Count(value=small, unit="people"),
                n=Count(value=LEAST_DEALS),
            )
        )
    return tuple(notes)


def verdict(row: Record, company: Hygiene) -> Judgement:
    """Bad or good only where there are deals enough, and the intervals lie apart."""
    if row.open_deals < LEAST_DEALS:
        return "neutral"
    own = wilson(int(row.flawed_deals), int(row.open_deals))
    if not differ(own, wilson(company.flawed, company.open_deals)):
        return "neutral"
    more = row.flawed_deals * company.open_deals > company.flawed * row.open_deals
    return "bad" if more else "good"


def _cells(context: Context, row: Record) -> tuple[Shown | None, ...]:
    enough = row.open_deals >= LEAST_DEALS
    logged = share(row.late_activities, row.activities, 0)
    return (
        context.person(row.employee_id),
        count(row.flawed_deals),
        count(row.open_deals),
        share(row.flawed_deals, row.open_deals) if enough else None,
        count(row.incomplete_deals),
        count(row.stale_deals) if "activity" not in context.missing else None,
        count(row.past_due_deals),
        share(row.filled_fields, row.required_fields, 0),
        count(row.activities),
        logged if row.activities >= _LEAST_ACTIVITIES else None,
    )
