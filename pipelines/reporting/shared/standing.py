"""Who is where against quota and the pace of working days: the facts, their sentence and table.

Belongs here: standings of any kind of unit or person. Does not belong here: a report's section.
"""

from __future__ import annotations

from collections.abc import Container, Sequence
from dataclasses import dataclass
from decimal import Decimal

from pipelines.reporting.model.charts import AttainmentBars, AttainmentRow
from pipelines.reporting.model.context import Context
from pipelines.reporting.model.kpis import KpiBook
from pipelines.reporting.model.page import Place, Table
from pipelines.reporting.model.queries import Record
from pipelines.reporting.model.tables import count, money, table
from pipelines.reporting.model.values import (
    Count,
    Judgement,
    Listing,
    Message,
    Money,
    Points,
    Ratio,
    Text,
    message,
    quotient,
)

MEASURE = "contract_amount"
# Within two points of pace a unit neither leads nor lags.
_NOTICEABLE = Decimal("0.02")
_SMALL = 5
# More names than this are a list, not a sentence.
_NAMED = 4


@dataclass(frozen=True)
class Standing:
    """One scope against its quota of the quarter."""

    scope_id: str
    name: Text
    kind: str
    quota: Decimal
    actual: Decimal
    due: Decimal  # quota of the working days gone by
    n: int

    @property
    def attainment(self) -> Decimal:
        return quotient(self.actual, self.quota)

    @property
    def pace(self) -> Decimal:
        """Where working days say attainment should stand."""
        return quotient(self.due, self.quota)

    @property
    def variance(self) -> Decimal:
        return self.attainment - self.pace

    @property
    def gap(self) -> Decimal:
        """Money missing to the pace; negative when ahead."""
        return self.due - self.actual

    @property
    def judgement(self) -> Judgement:
        if abs(self.variance) < _NOTICEABLE:
            return "neutral"
        return "good" if self.variance > 0 else "bad"

    @property
    def is_behind(self) -> bool:
        return self.judgement == "bad"


def standings(
    context: Context,
    scope_kind: str,
    book: KpiBook | None = None,
    among: Container[str] | None = None,
) -> list[Standing]:
    """All scopes of a kind that have a quota this quarter, the furthest ahead first.

    Args:
        among: the ids that are asked for; all where it is left out.
    """
    found = [
        _standing(context, row, book)
        for row in context.rows("quotas")
        if row.period_kind == "quarter"
        and row.measure == MEASURE
        and row.scope_kind == scope_kind
        and row.quota > 0
        and (among is None or row.scope_id in among)
    ]
    return sorted(found, key=lambda s: (-s.variance, s.scope_id))


def _standing(context: Context, row: Record, book: KpiBook | None) -> Standing:
    fact = book.now(row.scope_id, MEASURE, "quarter") if book else None
    return Standing(
        scope_id=row.scope_id,
        name=_name(context, row.scope_kind, row.scope_id),
        kind=row.scope_kind,
        quota=row.quota,
        actual=row.actual,
        due=row.quota_to_date,
        n=int(fact.n) if fact is not None else 0,
    )


def _name(context: Context, scope_kind: str, scope_id: str) -> Text:
    if scope_kind == "company":
        return context.company
    return context.person(scope_id) if scope_kind == "employee" else context.unit(scope_id)


Missed = dict[str | None, Record]
"""Deals that were due by now this quarter and have slipped, by the id of one kind of scope."""


def missed(context: Context, scope_kind: str) -> Missed:
    """What has slipped, by region, team or owner."""
    rows = context.rows("deals_by_scope")
    return {row.scope_id: row for row in rows if row.scope_kind == scope_kind}


def headline(rows: list[Standing], unit: str = "regions") -> Message:
    """Who is behind the pace, of rows ordered by their variance, best first.

    Args:
        unit: what the rows are, as `unit.<unit>` counts them.
    """
    behind = [s for s in reversed(rows) if s.is_behind]
    if not behind:
        return message("quota.all_hold", n=Count(value=len(rows), unit=unit))
    worst = behind[0]
    points = Points(value=-worst.variance, signed=False)
    if len(behind) == len(rows):
        return message(
            "quota.all_behind",
            n=Count(value=len(rows), unit=unit),
            worst=worst.name,
            points=points,
        )
    if len(behind) == 1:
        others = Count(value=len(rows) - 1, unit=unit)
        return message("quota.one_behind", unit=worst.name, points=points, others=others)
    if len(behind) > _NAMED:
        return message(
            "quota.many_behind",
            n=Count(value=len(behind)),
            all=Count(value=len(rows), unit=unit),
            worst=worst.name,
            points=points,
        )
    units = Listing(items=tuple(s.name for s in behind))
    return message("quota.some_behind", units=units, worst=worst.name, points=points)


def notes(rows: list[Standing], slipped_deals: Missed) -> tuple[Message, ...]:
    """Why the two furthest behind are behind, and where a point says little."""
    said = []
    for standing in sorted((s for s in rows if s.is_behind), key=lambda s: -s.gap)[:2]:
        slipped = slipped_deals.get(standing.scope_id)
        if slipped is not None and slipped.missed:
            said.append(
                message(
                    "quota.slipped_there",
                    unit=standing.name,
                    gap=Money(amount=standing.gap),
                    amount=Money(amount=slipped.missed_amount or Decimal(0)),
                    deals=Count(value=slipped.missed, unit="deals"),
                )
            )
        else:
            gap = Money(amount=standing.gap)
            said.append(message("quota.gap_there", unit=standing.name, gap=gap))
    small = [s for s in rows if s.n < _SMALL]
    if len(small) == len(rows) > 1:
        said.append(message("quota.all_small", n=Count(value=_SMALL)))
    elif len(small) > _NAMED:
        some = Count(value=len(small))
        said.append(message("quota.many_small", some=some, n=Count(value=_SMALL)))
    elif small:
        names = Listing(items=tuple(s.name for s in small))
        said.append(message("quota.small", units=names, n=Count(value=_SMALL)))
    return tuple(said)


def standing_table(rows: list[Standing], to: Sequence[Place | None] = ()) -> Table:
    """Quota, actual and distance to pace, each row leading to the page of its unit."""
    return table(
        "unit:text plan:money actual:money attainment:ratio pace:ratio variance:points gap:money "
        "n:count",
        [
            (
                s.name,
                money(s.quota),
                money(s.actual),
                Ratio(value=s.attainment, decimals=1),
                Ratio(value=s.pace, decimals=1),
                Points(value=s.variance, decimals=1),
                money(-s.gap, signed=True),
                count(s.n),
            )
            for s in rows
        ],
        judgements=[s.judgement for s in rows],
        to=to,
    )


def bars(rows: list[Standing]) -> AttainmentBars:
    """A bar for each, with its pace."""
    return AttainmentBars(
        rows=tuple(
            AttainmentRow(
                label=s.name, actual=s.attainment, pace=s.pace, judgement=s.judgement, n=s.n
            )
            for s in rows
        )
    )
