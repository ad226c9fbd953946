"""How those who joined within a year ramp up: what they signed each month against their quota."""

from __future__ import annotations

from decimal import Decimal

from pipelines.reporting.model.charts import ColumnPoint, Columns
from pipelines.reporting.model.context import Context
from pipelines.reporting.model.page import Section
from pipelines.reporting.model.periods import month_of
from pipelines.reporting.model.queries import Record
from pipelines.reporting.model.shows import shows
from pipelines.reporting.model.tables import empty, money, share, table
from pipelines.reporting.model.values import (
    Count,
    Day,
    Days,
    Message,
    Money,
    Period,
    Ratio,
    message,
    quotient,
)
from pipelines.reporting.unit.unit import Unit

# Curves that a page has room for; the newest first, since they still can be helped.
_CURVES = 6


@shows(queries=("starters",), kpis=("quota_attainment",))
def ramp_sections(context: Context, unit: Unit) -> tuple[Section, ...]:
    """A curve for each starter, the newest first; one sentence where nobody has joined."""
    grouped = context.grouped("starters", "employee_id")
    starters = [grouped[person] for person in unit.sellers if person in grouped]
    starters.sort(key=lambda months: (-months[0].hire_date.toordinal(), months[0].employee_id))
    topic = message("unit.ramp.topic")
    if not starters:
        return (
            empty(
                "ramp", topic, message("unit.ramp.none"), context.lacks("quota", "contract"),
                definitions=context.definition("quota_attainment"),
            ),
        )  # fmt: skip
    return tuple(
        _curve(context, months, number, len(starters))
        for number, months in enumerate(starters[:_CURVES])
    )


def _curve(context: Context, months: list[Record], number: int, in_all: int) -> Section:
    first = months[0]
    person = context.person(first.employee_id)
    half = in_all > 1
    return Section(
        id="ramp" if number == 0 else f"ramp_{number + 1}",
        listed=number == 0,
        topic=message("unit.ramp.topic_of", person=person),
        message=_headline(months),
        what=(
            message(
                "unit.ramp.what",
                joined=Day(date=first.hire_date),
                days=Days(value=Decimal((context.as_of - first.hire_date).days)),
            ),
        ),
        chart=Columns(
            unit="money",
            points=tuple(
                ColumnPoint(label=_month(row), actual=row.actual, plan=row.quota) for row in months
            ),
        ),
        note=(message("unit.ramp.more", n=Count(value=in_all - _CURVES, unit="people")),)
        if number == _CURVES - 1 and in_all > _CURVES
        else (),
        table=table(
            "month:period plan:money actual:money attainment:ratio",
            [
                (
                    _month(row), money(row.quota), money(row.actual),
                    Ratio(value=quotient(row.actual, row.quota)),
                )
                for row in months
            ],
            total=(None, money(_sum(months, "quota")), money(_sum(months, "actual")),
                   share(_sum(months, "actual"), _sum(months, "quota"))),
        ),
        width="half" if half else "full",
        definitions=context.definition("quota_attainment"),
    )  # fmt: skip


def _month(row: Record) -> Period:
    return month_of(row.period_start.strftime("%Y-%m"))


def _sum(months: list[Record], column: str) -> Decimal:
    return sum((getattr(row, column) for row in months), Decimal(0))


def _headline(months: list[Record]) -> Message:
    """What was signed of the quota of the days gone by, and when the first contract came."""
    actual, due = _sum(months, "actual"), _sum(months, "quota_to_date")
    signed = [row for row in months if row.actual > 0]
    if not signed:
        return message("unit.ramp.nothing", due=Money(amount=due))
    if not due:  # signed before anything was: there is no share of nothing
        return message("unit.ramp.early", amount=Money(amount=actual), month=_month(signed[0]))
    return message(
        "unit.ramp.headline",
        amount=Money(amount=actual),
        share=Ratio(value=quotient(actual, due)),
        month=_month(signed[0]),
    )
